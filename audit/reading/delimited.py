"""Comma- and tab-separated files, read strictly: every malformed row is named, none is mended."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.errors import Fault, SchemaError
from audit.reading.compressed import open_bytes
from audit.reading.lines import LONGEST_LINE, Lines, TextTable, refuse_wide
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

DELIMITERS = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a vertical bar"}


def read_delimited(path: Path, delimiter: str) -> TextTable:
    """Read a file whose first line names its columns and whose cells `delimiter` separates."""
    limit = csv.field_size_limit(LONGEST_LINE)
    try:
        with open_bytes(path) as stream:
            lines = Lines(stream)
            reader = csv.reader(lines, delimiter=delimiter, strict=True)
            header = read_header(reader, lines, path.name, delimiter)
            refuse_wide(len(header), path.name)
            records, starts, rows, faults = _records(reader, header)
    finally:
        csv.field_size_limit(limit)
    found = [*name_faults(header), *lines.faults, *lines.encoding_faults(starts), *faults]
    return text_table(path.name, records, header, rows, starts, found)


def read_header(reader: Any, lines: Lines, where: str, delimiter: str) -> list[str]:
    """Return the names in the first record, or raise what no table can be read with."""
    try:
        header: list[str] = next(reader, [])
    except csv.Error as error:
        raise SchemaError(where, [Fault(f"the header cannot be read ({error})")]) from error
    if lines.faults:
        raise SchemaError(where, lines.faults)
    if (header and header[0][:2] in ("\xff\xfe", "\xfe\xff")) or any("\0" in h for h in header):
        hint = "save it as UTF-8"
        raise SchemaError(where, [Fault("the file looks like UTF-16", allowed="UTF-8", hint=hint)])
    if not any(name.strip() for name in header):
        hint = "the first line must name the columns"
        raise SchemaError(where, [Fault("the header is empty", hint=hint)])
    other = [mark for mark in DELIMITERS if mark != delimiter and mark in header[0]]
    if len(header) == 1 and other:
        mark = max(other, key=header[0].count)
        fault = Fault(
            f"the wrong delimiter: columns are separated by {DELIMITERS[mark]}, "
            f"not {DELIMITERS[delimiter]}",
            value=repr(visible(header[0])),
            allowed=".csv with commas, .tsv with tabs",
            hint="save it so, or pass pandas.read_csv(path, sep=…, dtype=str) instead of the path",
        )
        raise SchemaError(where, [fault])
    return header


def name_faults(header: list[str]) -> list[Fault]:
    """Return the faults of columns that have no name, or the name of another."""
    found: dict[str, list[str]] = {}
    for i, name in enumerate(header, 1):
        found.setdefault(name, []).append(str(i))
    faults = []
    for name, places in found.items():
        if not name.strip():
            faults.append(Fault(f"column {', '.join(places)} has no name"))
        elif len(places) > 1:
            value = f"it in places {', '.join(places)}"
            faults.append(Fault("two columns have this name", name, value=value))
    return faults


def _records(
    reader: Any, header: list[str]
) -> tuple[list[list[str]], list[int], list[int], list[Fault]]:
    """Return the good records, where every row starts, the good rows' numbers, and the faults."""
    records: list[list[str]] = []
    starts: list[int] = []
    rows: list[int] = []
    bad: dict[str, list[tuple[int, str]]] = {}
    width = len(header)
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            break
        except csv.Error as error:
            starts.append(start)
            bad.setdefault(f"cannot be read as CSV: {error}", []).append((len(starts), ""))
            continue
        starts.append(start)
        if len(record) == width and record != header:
            records.append(record)
            rows.append(len(starts))
        else:
            what, value = malformed(record, header, start, reader.line_num)
            bad.setdefault(what, []).append((len(starts), value))
    _forget_last_blanks(bad, starts)
    faults = [
        structural(what, cases, lambda row: starts[row - 1]) for what, cases in bad.items() if cases
    ]
    return records, starts, rows, faults


BLANK = "is an empty line"


def malformed(record: list[str], header: list[str], start: int, end: int) -> tuple[str, str]:
    """Return what is wrong with a record from line `start` to line `end`, and what it holds."""
    if not record:
        return BLANK, ""
    if record == header:
        return "repeats the header", ""
    many = len(record) > len(header)
    value = f"{len(record)} field{'' if len(record) == 1 else 's'}" + (
        f" over {end - start + 1} lines" if end > start else ""
    )
    return f"has too {'many' if many else 'few'} fields, not {len(header)}", value


def _forget_last_blanks(bad: dict[str, list[tuple[int, str]]], starts: list[int]) -> None:
    # Blank lines that end a file hold no row; anywhere else they may be a lost one.
    blanks = bad.get(BLANK, [])
    while blanks and blanks[-1][0] == len(starts):
        blanks.pop()
        starts.pop()


HINTS = {
    BLANK: "delete the line",
    "repeats the header": "the file was put together from several; delete the repeated headers",
}


def structural(what: str, cases: list[tuple[int, str]], line: Callable[[int], int]) -> Fault:
    """Return the fault of malformed rows, given each row's number and what it holds."""
    first, value = cases[0]
    value = (f"{value} on " if value else "it on ") + f"file line {line(first):,}"
    hint = HINTS.get(what, "look for a quote or delimiter inside a cell that is not quoted")
    return Fault(what, "", tuple(row for row, _ in cases), value, hint=hint)


def text_table(
    where: str,
    records: Sequence[Sequence[str]],
    header: list[str],
    rows: list[int],
    starts: list[int],
    faults: list[Fault],
    *,
    unit: str = "file line",
) -> TextTable:
    """Return the good records as a table of text, an empty cell missing.

    Parameters
    ----------
    where : str
        What is read, for the message.
    records : sequence of sequences of str
        Each as long as `header`.
    header : list of str
    rows : list of int
        The number of each record.
    starts : list of int
        The line on which every row starts, those at fault included.
    faults : list of Fault
    unit : str
        What a line is called.

    Raises
    ------
    SchemaError
        There are no rows.
    """
    if not starts:
        fault = Fault("has a header and no rows", hint="check that the export finished")
        raise SchemaError(where, [*faults, fault])
    index = pd.Index(rows, dtype="int64", name="row")
    names = pd.Index(_distinct(header), dtype="object")
    cells = np.array(records, dtype=object).reshape(len(records), len(header))
    cells[cells == ""] = np.nan
    frame = pd.DataFrame(cells, index=index, columns=names).astype("str")
    lines = pd.Series(starts, index=range(1, len(starts) + 1), dtype="int64")
    return TextTable(frame, lines, tuple(faults), unit)


def _distinct(header: list[str]) -> list[str]:
    # A repeated name is already a fault; numbering it lets the rest of the table be checked.
    seen: dict[str, int] = {}
    names = []
    for name in header:
        seen[name] = seen.get(name, 0) + 1
        names.append(name if seen[name] == 1 else f"{name} ({seen[name]})")
    return names
