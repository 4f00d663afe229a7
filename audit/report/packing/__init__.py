"""A pack of charts for a newsroom: each chart of a report in four sizes, with words and data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.report.packing import wording
from audit.report.packing.archive import put, zipped
from audit.report.packing.reading import Found, read_charts
from audit.report.packing.rendering import Press, press
from audit.report.packing.sizes import SIZES, sized

if TYPE_CHECKING:
    from audit.report import Report


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack of charts on disk.

    Attributes
    ----------
    path : Path
        The zip.
    charts : tuple of str
        Ids of the charts in it.
    names : tuple of str
        Of all files in it, sorted.
    size : int
        Bytes of the zip.
    """

    path: Path
    charts: tuple[str, ...]
    names: tuple[str, ...]
    size: int

    def summary(self) -> str:
        """Say where the pack is and what is in it."""
        n = len(self.charts)
        return (
            f"{self.path}  {n} chart{'s' if n != 1 else ''}, {len(self.names)} files, "
            f"{self.size / 1e6:.1f} MB"
        )

    __str__ = summary

    def __repr__(self) -> str:
        return self.summary()


def chart_pack(report: Report | str | Path, target: str | Path, *, licence: str = "") -> Pack:
    """Write a zip of a report's charts that can be given away.

    It is made of the report's folder alone: no data are read and nothing is computed. Per chart a
    folder with PNG, SVG and PDF in each of `SIZES`, the CSV of what is drawn, caption, credit,
    licence, alternative text and a snippet to embed it; and once, the report's claims.json and a
    README.txt. The same folder gives the same bytes.

    Parameters
    ----------
    report : Report or path
        A report, or its folder.
    target : path
        The zip to write; one of that name is replaced.
    licence : str
        Of the charts, "CC BY 4.0"; without one the pack says that none is stated.

    Raises
    ------
    ReportError
        When the folder is none of a report's, an older version wrote it, a file is missing or was
        changed into what no report writes, or the zip cannot be written.
    """
    folder = Path(report if isinstance(report, str | Path) else report.folder)
    found = read_charts(folder)
    files = {"claims.json": found.claims}
    lacking = []
    with press(found.report["date"]) as printer:
        for chart in found.charts:
            files |= _chart_files(found, chart, printer, licence.strip())
            if f"{chart['id']}.phone.svg" not in found.files:
                lacking.append(chart["id"])
    files["README.txt"] = wording.readme(found.report, found.charts, lacking).encode()
    content = zipped(files)
    put(Path(target), content)
    ids = tuple(chart["id"] for chart in found.charts)
    return Pack(Path(target), ids, tuple(sorted(files)), len(content))


def _chart_files(
    found: Found, chart: Mapping[str, Any], printer: Press, of_charts: str
) -> dict[str, bytes]:
    """Return the files of one chart, by their path in the pack."""
    name = chart["id"]
    pictures = {
        key: sized(_text(found, f"{name}.{size.drawing}"), size, name=f"{name}.{size.drawing}")
        for key, size in SIZES.items()
        if f"{name}.{size.drawing}" in found.files
    }
    given = wording.credit(chart, found.report, found.made_with)
    terms = wording.licence(chart, of_charts)
    words = {**chart, "authors": found.report["authors"], "licence": " ".join(terms.split())}
    texts = {
        "caption.txt": wording.caption(chart),
        "credit.txt": given,
        "licence.txt": terms,
        "alt.txt": chart["alt"] + "\n",
        "embed.html": wording.embed(chart, pictures, given),
    }
    out = {f"{name}/{name}-{kind}": text.encode() for kind, text in texts.items()}
    out[f"{name}/{name}.csv"] = found.files[f"{name}.csv"]
    for key, picture in pictures.items():
        stem = f"{name}/{name}-{key}"
        png, pdf = printer.both(picture, words)
        out |= {f"{stem}.svg": picture.svg.encode(), f"{stem}.png": png, f"{stem}.pdf": pdf}
    return out


def _text(found: Found, name: str) -> str:
    return found.files[name].decode("utf-8", errors="replace")
