"""The charts of a report on disk, as its index lists them; every fault of the folder at once."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.errors import ReportError
from audit.report.blocks import check_id
from audit.report.chart_files import FORMAT, INDEX, WORDS
from audit.text import csv_safe, visible

TEXTS = tuple(word for word in WORDS if word != "simulated")
NEEDED = (".svg", ".csv")
NUMBER = re.compile(r"[+-]?\d+(?:\.\d*)?(?:e[+-]?\d+)?")
"""What begins with a sign and is a number all the same."""
MANY = 8
"""Faults listed in full; what is more is counted."""
LONGEST = 4000


@dataclass(frozen=True, slots=True)
class Found:
    """What a report's folder holds for a pack.

    Attributes
    ----------
    report : mapping
        title, date, version, authors, simulated.
    charts : tuple of mappings
        The words of each chart, visible.
    files : mapping of str to bytes
        Their drawings and data, by name: "fig-rates.svg".
    claims : bytes
        The report's claims.json as it stands.
    made_with : str
        The version of the package that wrote the report.
    """

    report: Mapping[str, Any]
    charts: tuple[Mapping[str, Any], ...]
    files: Mapping[str, bytes]
    claims: bytes
    made_with: str


def read_charts(folder: Path) -> Found:
    """Return the charts of the report in a folder.

    Raises
    ------
    ReportError
        When the folder is none of a report's, was written by an older version, has no chart, or
        its index and its files disagree.
    """
    record = _record(folder)
    faults: list[str] = []
    charts = [_chart(entry, faults) for entry in record["charts"]]
    report = _report(record.get("report"), faults)
    files: dict[str, bytes] = {}
    if not faults:
        ids = [chart["id"] for chart in charts]
        twice = dict.fromkeys(name for name in ids if ids.count(name) > 1)
        faults += [f"chart {name!r} is listed twice" for name in twice]
        for name in ids:
            _take(folder, name, files, faults)
    claims = folder / "claims.json"
    if not claims.is_file():
        faults.append("claims.json is missing")
    if faults:
        more = f"; and {len(faults) - MANY} more" if len(faults) > MANY else ""
        raise ReportError(
            f"No chart pack can be made of {folder}: {'; '.join(faults[:MANY])}{more}. "
            "Try: write the report again."
        )
    made_with = visible(record.get("audit", ""), 40)
    return Found(report, tuple(charts), files, claims.read_bytes(), made_with)


def _record(folder: Path) -> Mapping[str, Any]:
    index = folder / INDEX
    if not folder.is_dir():
        raise ReportError(f"{folder} is no folder. Try: the folder of a report, reports/NAME.")
    if not (folder / "report.pdf").exists() and not index.exists():
        raise ReportError(f"{folder} holds no report: it has no report.pdf and no {INDEX}.")
    if not index.exists():
        raise ReportError(
            f"{folder} has no {INDEX}: its report has no chart, or an older version wrote it. "
            "Try: write the report again with audit report."
        )
    try:
        record = json.loads(index.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError, RecursionError) as error:
        raise ReportError(f"{index} cannot be read: {visible(error, 200)}.") from error
    whole = isinstance(record, dict) and isinstance(record.get("charts"), list)
    if not whole or record.get("format") != FORMAT:
        got = record.get("format") if isinstance(record, dict) else type(record).__name__
        raise ReportError(
            f"{index} is not what this version writes (format {visible(got, 40)}, allowed: "
            f"{FORMAT}). Try: write the report again."
        )
    return record


def _chart(entry: Any, faults: list[str]) -> dict[str, Any]:
    if not isinstance(entry, dict):
        faults.append(f"the index lists {visible(entry, 40)!r}, which is no chart")
        return {}
    name = entry.get("id")
    wrong = [w for w in TEXTS if not isinstance(entry.get(w), str)]
    wrong += ["simulated"] * (not isinstance(entry.get("simulated"), bool))
    if wrong:
        faults.append(f"chart {visible(name, 40)!r} lacks {', '.join(wrong)}")
        return {"id": ""}
    try:
        check_id(entry["id"], "a chart of the index")
    except ReportError as error:
        faults.append(str(error).rstrip("."))
    faults += [
        f"chart {visible(name, 40)!r} has no {w}: none is given away without"
        for w in ("title", "alt", "source")
        if not entry[w].strip()
    ]
    return {w: visible(entry[w], LONGEST) if w != "simulated" else entry[w] for w in WORDS}


def _report(given: Any, faults: list[str]) -> dict[str, Any]:
    given = given if isinstance(given, dict) else {}
    authors = given.get("authors")
    fine = isinstance(authors, list) and all(isinstance(a, str) for a in authors)
    texts = {k: given.get(k) for k in ("title", "date", "version")}
    if not fine or not all(isinstance(v, str) for v in texts.values()):
        faults.append("the index does not say of which report it is")
        return {}
    shown = {k: visible(v, 600) for k, v in texts.items()}
    names = [visible(a, 200) for a in authors or []]
    return {**shown, "authors": names, "simulated": bool(given.get("simulated"))}


def formula_in(content: bytes) -> str:
    """Return the first cell of a CSV that a spreadsheet would take for a formula; "" for none.

    Of what cannot be read as a CSV the reader's complaint is returned.
    """
    text = content.decode("utf-8", errors="replace")
    cells = (cell for row in csv.reader(io.StringIO(text, newline="")) for cell in row)
    try:
        return next((c for c in cells if csv_safe(c) != c and not NUMBER.fullmatch(c)), "")
    except csv.Error as error:
        return str(error)


def _take(folder: Path, name: str, files: dict[str, bytes], faults: list[str]) -> None:
    stem = folder / "charts" / name
    for kind in (*NEEDED, ".phone.svg"):
        path = stem.with_name(name + kind)
        if path.is_file():
            files[name + kind] = path.read_bytes()
            if kind == ".csv" and (cell := formula_in(files[name + kind])):
                faults.append(
                    f"charts/{name}.csv holds what no report writes and a spreadsheet may run: "
                    f"{visible(cell, 60)!r}"
                )
        elif kind in NEEDED:
            faults.append(f"charts/{name}{kind} is missing")
