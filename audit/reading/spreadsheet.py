"""Excel workbooks, read strictly: one sheet, its stored values, nothing that Excel made of them."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.delimited import name_faults, text_table
from audit.reading.lines import TextTable
from audit.reading.workbook import (
    FORMULA,
    MERGED,
    chosen_sheet,
    find_tags,
    open_workbook,
    refuse_bomb,
)
from audit.text import visible

EXACT = 10**15
"""Excel keeps 15 significant digits; a whole number from here on is not the one that was typed."""
SHEET_ROW = "sheet row"


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
        know. A formula is its stored value. Hidden rows and columns are read as any other. Merged
        cells are a fault: only the first of them holds the value.

    Raises
    ------
    SourceError
        The reader is not installed, the file is no workbook, or it is not said which sheet.
    SchemaError
        The sheet has no header or no rows.
    """
    refuse_bomb(path)
    with (
        closing(open_workbook(path, data_only=True)) as book,
        closing(open_workbook(path)) as formulas,
    ):
        name = chosen_sheet(path, book.sheetnames, sheet)
        where = f"{path.name} sheet {name}"
        values = _rows(book[name], name, path)
        header = _header(next(values, ()), where)
        # Which part of the file a sheet is, the reader says nowhere else.
        merged = _merged(find_tags(MERGED, path, book[name]._worksheet_path))
        if not find_tags(FORMULA, path, formulas[name]._worksheet_path, first=True):
            return _table(where, header, ((cells, cells) for cells in values), merged)
        written = _rows(formulas[name], name, path)
        next(written, ())
        return _table(where, header, zip(values, written, strict=True), merged)


def _merged(places: list[bytes]) -> list[Fault]:
    if not places:
        return []
    shown = ", ".join(place.decode("ascii", "replace") for place in places[:5])
    more = f" and {len(places) - 5:,} more" if len(places) > 5 else ""
    hint = "unmerge them and fill every cell"
    return [
        Fault(
            "has merged cells, of which all but the first are empty",
            "",
            (),
            shown + more,
            hint=hint,
        )
    ]


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


def _table(
    where: str, header: list[str], lines: Iterable[tuple[Any, Any]], merged: list[Fault]
) -> TextTable:
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
    faults = [*name_faults(header), *merged, *_faults(bad, last)]
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
