"""Excel workbooks, read strictly: one sheet, its stored values, nothing that Excel made of them."""

from __future__ import annotations

import datetime
import re
import zipfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.delimited import name_faults, text_table
from audit.reading.lines import TextTable
from audit.text import visible

EXACT = 10**15
"""Excel keeps 15 significant digits; a whole number from here on is not the one that was typed."""
LARGEST = 4 * 1024**3
"""Bytes of an unpacked workbook; a larger one is refused before anything is unpacked."""
SHEET_ROW = "sheet row"
FORMULA = re.compile(rb"<(?:\w{1,20}:)?f[\s/>]")  # in text, < is spelled &lt;
BLOCK, LONGEST_TAG = 1024**2, 32


def read_sheet(path: Path, sheet: str | None = None) -> TextTable:
    """Read one sheet of a workbook as text; the first row names the columns.

    Parameters
    ----------
    path : Path
    sheet : str
        Its name; needed where there are several.

    Returns
    -------
    TextTable
        Whole numbers below 10¹⁵ as their digits; larger ones as the floats they are, so that an
        id among them is refused. Dates and times as ISO 8601, without a zone, which Excel does not
        know. A formula is its stored value. Hidden rows and columns are read as any other.

    Raises
    ------
    SourceError
        The reader is not installed, the file is no workbook, or it is not said which sheet.
    SchemaError
        The sheet has no header or no rows.
    """
    _refuse_bomb(path)
    with closing(_workbook(path, data_only=True)) as book, closing(_workbook(path)) as formulas:
        name = _chosen(path, book.sheetnames, sheet)
        where = f"{path.name} sheet {name}"
        values = _rows(book[name], name, path)
        header = _header(next(values, ()), where)
        if not _has_formulas(path):
            return _table(where, header, ((cells, cells) for cells in values))
        written = _rows(formulas[name], name, path)
        next(written, ())
        return _table(where, header, zip(values, written, strict=True))


def _workbook(path: Path, *, data_only: bool = False) -> Any:
    try:
        from openpyxl import load_workbook
    except ImportError as error:
        raise SourceError(
            "Excel workbooks need a package that is not installed. Try: "
            "pip install 'audit[excel]', or save the sheet as CSV."
        ) from error
    try:
        return load_workbook(path, read_only=True, data_only=data_only, keep_links=False)
    except OSError:
        raise
    except Exception as error:  # the reader raises whatever a broken part of a workbook meets
        raise SourceError(f"{path.name!r} is no readable Excel workbook: {error}") from error


def _refuse_bomb(path: Path) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(info.file_size for info in archive.infolist())
    except zipfile.BadZipFile as error:
        raise SourceError(
            f"{path.name!r} is no readable Excel workbook ({error}). Try: open it in Excel and "
            "save it as .xlsx, or as CSV."
        ) from error
    if size > LARGEST:
        raise SourceError(
            f"{path.name!r} unpacks to {size:,} bytes; at most {LARGEST:,} are read. Try: CSV."
        )


def _has_formulas(path: Path) -> bool:
    """Return whether any part holds a formula; reading every cell twice takes twice as long."""
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if not name.endswith(".xml"):
                continue
            with archive.open(name) as part:
                last = b""
                while block := part.read(BLOCK):
                    if FORMULA.search(last + block):
                        return True
                    last = block[-LONGEST_TAG:]
    return False


def _chosen(path: Path, names: list[str], sheet: str | None) -> str:
    shown = ", ".join(repr(visible(name)) for name in names)
    if sheet is None and len(names) == 1:
        return names[0]
    if sheet is None:
        raise SourceError(
            f"{path.name!r} has {len(names)} sheets: {shown}. Try: sheet = one of them "
            "(--sheet on the command line)."
        )
    if sheet not in names:
        raise SourceError(f"{path.name!r} has no sheet {sheet!r}; allowed: {shown}.")
    return sheet


def _rows(sheet: Any, name: str, path: Path) -> Iterator[tuple[Any, ...]]:
    if not hasattr(sheet, "iter_rows"):
        raise SourceError(f"{path.name!r}: sheet {visible(name)!r} is a chart, not a table.")
    sheet.reset_dimensions()  # some writers state them wrongly, and rows would be lost
    try:
        yield from sheet.iter_rows()
    except OSError:
        raise
    except Exception as error:
        raise SourceError(f"{path.name!r}: sheet {visible(name)!r} is damaged: {error}") from error


def _header(cells: tuple[Any, ...], where: str) -> list[str]:
    names = [_text(cell) for cell in cells]
    while names and names[-1] == "":
        names.pop()
    if not names:
        hint = "the first row must name the columns"
        raise SchemaError(where, [Fault("the header is empty", hint=hint)])
    return names


def _table(where: str, header: list[str], lines: Iterable[tuple[Any, Any]]) -> TextTable:
    width = len(header)
    bad: dict[str, list[tuple[int, str]]] = {}
    records: list[list[str]] = []
    rows: list[int] = []
    last = 0
    for number, (cells, written) in enumerate(lines, 1):
        texts = [_text(cell) for cell in cells]
        texts += [""] * (width - len(texts))
        if not any(texts):
            bad.setdefault(BLANK, []).append((number, ""))
            continue
        last = number
        for what, value in _cell_faults(cells, written, width):
            bad.setdefault(what, []).append((number, value))
        records.append(texts[:width])
        rows.append(number)
    starts = [n + 1 for n in range(1, last + 1)]  # blank rows that end a sheet hold nothing
    faults = [*name_faults(header), *_faults(bad, last)]
    return text_table(where, records, header, rows, starts, faults, unit=SHEET_ROW)


BLANK = "is an empty row"
HINTS = {
    BLANK: "delete the row",
    "has cells beyond the last column that has a name": "name the column, or empty the cells",
    "holds an error": "mend the formula, or empty the cell",
    "holds a formula without a stored value": "open the file in Excel and save it",
}


def _cell_faults(cells: Any, written: Any, width: int) -> Iterator[tuple[str, str]]:
    for place, (cell, formula) in enumerate(zip(cells, written, strict=True)):
        if cell.data_type == "e":
            yield "holds an error", repr(visible(cell.value))
        if formula.data_type == "f" and cell.value is None:
            yield "holds a formula without a stored value", repr(visible(formula.value))
        elif place >= width and cell.value is not None:
            yield "has cells beyond the last column that has a name", repr(visible(cell.value))


def _faults(bad: dict[str, list[tuple[int, str]]], last: int) -> list[Fault]:
    faults = []
    for what, found in bad.items():
        kept = [(row, value) for row, value in found if row <= last]
        if kept:
            row, value = kept[0]
            said = f"{value or 'it'} on {SHEET_ROW} {row + 1:,}"
            numbers = tuple(dict.fromkeys(row for row, _ in kept))
            faults.append(Fault(what, "", numbers, said, hint=HINTS[what]))
    return faults


def _text(cell: Any) -> str:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime.datetime | datetime.date | datetime.time):
        return value.isoformat()
    if isinstance(value, int):
        return str(value) if abs(value) < EXACT else repr(float(value))
    if isinstance(value, float) and value.is_integer() and abs(value) < EXACT:
        return str(int(value))
    return repr(float(value)) if isinstance(value, float) else str(value)
