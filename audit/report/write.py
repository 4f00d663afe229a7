"""A document as files: PDF, HTML, notebook, claims, tables and charts, all or none."""

from __future__ import annotations

import copy
import json
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from audit.report.chart_files import chart_files
from audit.report.document import Document
from audit.report.folder import replace_folder
from audit.report.html import build_html
from audit.report.record import (
    Origin,
    claims_of,
    fingerprint_of,
    record_of,
    rounded,
    why_rounded,
)
from audit.report.typst import build_pdf, count_pages

KNOWN = frozenset(
    ("report.pdf", "report.html", "report.ipynb", "claims.json", "record.json", "tables", "charts")
)


@dataclass(frozen=True, slots=True)
class Written:
    """What was written, and what a reader of the log should know.

    Attributes
    ----------
    folder : Path
    paths : tuple of Path
        Every file, sorted.
    pages : int
        Of the PDF.
    warnings : tuple of str
        From notebook cells, chart drawing and typesetting.
    uncovered : tuple of str
        Characters that no typeface has; they print as labelled boxes and can still be copied.
    seconds : float
        For PDF, HTML and writing.
    """

    folder: Path
    paths: tuple[Path, ...]
    pages: int
    warnings: tuple[str, ...]
    uncovered: tuple[str, ...]
    seconds: float

    def summary(self) -> str:
        """Return a few lines for a log."""
        lines = [f"{self.folder}: {self.pages} pages, {len(self.paths)} files"]
        lines += [f"warning: {w}" for w in self.warnings]
        if self.uncovered:
            shown = " ".join(f"{c} U+{ord(c):04X}" for c in self.uncovered[:12])
            n = len(self.uncovered)
            lines.append(f"no glyph for {n} character{'s' if n > 1 else ''}, set as boxes: {shown}")
        return "\n".join(lines)


def write_report(
    document: Document,
    folder: str | Path,
    *,
    notebook: Any = None,
    claims: Iterable[Any] = (),
    origin: Origin | None = None,
) -> Written:
    """Write a report's folder, whole or not at all.

    Parameters
    ----------
    document : Document
    folder : path
        Absent, empty, or an earlier report; anything else in it stops the write.
    notebook : executed notebook, optional
        Becomes `report.ipynb`.
    claims : iterable of mappings, or of objects with `to_dict()`
        Added after those the document carries, to `claims.json`.
    origin : Origin, optional
        The design and the notebook it was made from, and the report before it, for record.json.

    Raises
    ------
    ReportError
        When the report cannot be set or written; an earlier report is then still whole.
    """
    start = time.perf_counter()
    made = origin or Origin()
    document = replace(document, claims=(*document.claims, *map(_record, claims)))
    document = replace(document, fingerprint=fingerprint_of(document, made))
    pdf = build_pdf(document)
    said = claims_of(document, places=pdf.places)
    written = _json(said)
    files = {
        "report.pdf": pdf.content,
        "report.html": build_html(document).encode(),
        "claims.json": written,
        "record.json": _json(record_of(document, said, written, made)),
        **_tables(document),
        **chart_files(document),
    }
    if notebook is not None:
        files["report.ipynb"] = _notebook(notebook, bare=bool(why_rounded(document)))
    target = Path(folder)
    replace_folder(target, files, known=KNOWN)
    return Written(
        folder=target,
        paths=tuple(target / name for name in sorted(files)),
        pages=count_pages(pdf.content),
        warnings=(*document.warnings, *pdf.warnings),
        uncovered=document.uncovered(),
        seconds=time.perf_counter() - start,
    )


def _record(claim: Any) -> dict[str, Any]:
    return dict(claim.to_dict() if hasattr(claim, "to_dict") else claim)


def _json(value: Any) -> bytes:
    text = json.dumps(rounded(value), ensure_ascii=False, indent=1, allow_nan=False)
    return (text + "\n").encode()


def _tables(document: Document) -> dict[str, bytes]:
    return {
        f"tables/{t['id']}.{kind}": t["files"][kind].encode()
        for t in document.blocks("table")
        for kind in ("csv", "tex")
    }


def _notebook(notebook: Any, *, bare: bool) -> bytes:
    """Return an executed notebook, its blocks as data left out where these are too fine to show.

    What a reader of the notebook sees, HTML and text, stays.
    """
    import nbformat

    from audit.report.blocks import MIME

    if bare:
        notebook = copy.deepcopy(notebook)
        for output in (o for cell in notebook.cells for o in cell.get("outputs", ())):
            output.get("data", {}).pop(MIME, None)
    return (str(nbformat.writes(notebook)).rstrip("\n") + "\n").encode()
