"""Files of any kind read as a table, whole or not at all, with every fault on its own line."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.errors import Fault, SchemaError, SourceError
from audit.reading.compressed import COMPRESSIONS, endings, open_bytes
from audit.reading.delimited import read_delimited
from audit.reading.engine import pattern_of
from audit.reading.exact import exact_frame
from audit.reading.lines import Lines, TextTable, refuse_wide
from audit.reading.spreadsheet import read_sheet
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")


def read_table(path: Path, sheet: str | None = None) -> TextTable:
    """Read a CSV, TSV, JSON-lines, Parquet or Excel file.

    Parameters
    ----------
    path : Path
        The ending says the kind: .csv, .tsv or .tab, .jsonl or .ndjson or .json, .parquet, .xlsx or
        .xlsm. Text may be compressed: .csv.gz, .jsonl.zst.
    sheet : str
        Of an Excel workbook, the sheet to read; needed where it has several.

    Raises
    ------
    SourceError
        The file is not there, cannot be opened, breaks off, or its ending is of no kind listed; a
        sheet is named and there are none, or there are several and none is named.
    SchemaError
        It is empty, has no rows, or no column can be told apart; lesser faults are returned.
    """
    _refuse_ending(path, sheet)
    kind, _ = endings(path)
    try:
        if path.stat().st_size == 0:
            hint = "check that the export finished"
            raise SchemaError(path.name, [Fault("the file is empty (0 bytes)", hint=hint)])
        return read_sheet(path, sheet) if kind in SHEETS else READERS[kind](path)
    except OSError as error:
        raise SourceError(f"{path.name!r} cannot be read: {error.strerror or error}.") from error


def is_table(path: Path) -> bool:
    """Return whether the ending of `path` is one that is read."""
    kind, compression = endings(path)
    return kind in TEXT or (kind in {*READERS, *SHEETS} and not compression)


def _refuse_ending(path: Path, sheet: str | None) -> None:
    kind, compression = endings(path)
    if kind in (".xls", ".xlsb", ".ods"):
        raise SourceError(f"{path.name!r} is an older or other spreadsheet. Try: save it as .xlsx.")
    if not is_table(path):
        ending = "".join(part for part in (kind, compression) if part)
        raise SourceError(
            f"{path.name!r} ends in {ending!r}; allowed: {', '.join((*READERS, *SHEETS))}, and "
            f"text with {' or '.join(COMPRESSIONS)} after it. "
            "Try: save the table as one of these, or pass it as a data frame."
        )
    if sheet is not None and kind not in SHEETS:
        raise SourceError(f"{path.name!r} is no workbook and has no sheet {sheet!r}.")


def read_json_lines(path: Path) -> TextTable:
    """Read one object per line; numbers keep their digits as text, true and false stay words."""
    records: list[dict[str, Any]] = []
    rows: list[int] = []
    starts: list[int] = []
    bad: list[tuple[int, str, str]] = []
    blanks = 0
    with open_bytes(path) as stream:
        lines = Lines(stream)
        for line in lines:
            if not line.strip():
                blanks += 1
                continue
            starts.append(lines.number)
            try:
                records.append(_object(line))
                rows.append(len(starts))
            except ValueError as error:
                why = getattr(error, "msg", str(error))  # json's own line number would be 1
                bad.append((len(starts), visible(line.strip(), 60), why))
    found = [*lines.faults, *lines.encoding_faults(starts), *_json_faults(bad, starts)]
    if not records:
        fault = Fault("has no rows", hint="write one JSON object per line")
        raise SchemaError(path.name, found or [fault])
    refuse_wide(len({name for record in records for name in record}), path.name)
    frame = pd.DataFrame(records, index=pd.Index(rows, name="row"), dtype=object)
    frame = frame.apply(lambda column: column.where(column.notna(), np.nan).astype("str"))
    order = pd.Series(starts, index=range(1, len(starts) + 1), dtype="int64")
    return TextTable(frame.replace("", np.nan), order, tuple(found))


def require_json_lines(path: Path) -> None:
    """Read JSON lines to their end, keeping none.

    Raises
    ------
    SchemaError
        With every line that is not one object.
    SourceError
        The file breaks off or is damaged.
    """
    bad: list[tuple[int, str, str]] = []
    starts: list[int] = []
    with open_bytes(path) as stream:
        lines = Lines(stream)
        for line in lines:
            if not line.strip():
                continue
            starts.append(lines.number)
            try:
                _object(line)
            except ValueError as error:
                bad.append(
                    (len(starts), visible(line.strip(), 60), getattr(error, "msg", str(error)))
                )
    found = [*lines.faults, *lines.encoding_faults(starts), *_json_faults(bad, starts)]
    if found:
        raise SchemaError(path.name, found)


def read_json_list(path: Path) -> TextTable:
    """Read a file that is one list of flat objects; a file of lines is read as such.

    Raises
    ------
    SchemaError
        The file is not UTF-8, is no JSON, or is a list of anything but flat objects.
    """
    if not path.read_bytes().lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"["):
        return read_table(path)
    try:
        text = path.read_text(encoding="utf-8-sig")
        found = json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=_pairs)
    except ValueError as error:
        what = f"cannot be read as JSON ({getattr(error, 'msg', error)})"
        raise SchemaError(path.name, [Fault(what, hint="check that the export finished")]) from None
    bad = [i for i, one in enumerate(found, 1) if not _flat(one)]
    if bad or not found:
        what = "is not one flat object of whole texts" if bad else "has no rows"
        raise SchemaError(path.name, [Fault(what, "", tuple(bad), allowed="[{…}, {…}]")])
    rows = [{key: _word(value) for key, value in one.items()} for one in found]
    frame = pd.DataFrame(rows, index=pd.RangeIndex(1, len(rows) + 1, name="row"), dtype=object)
    frame = frame.apply(lambda column: column.where(column.notna(), np.nan).astype("str"))
    return TextTable(frame.replace("", np.nan), pd.Series(dtype="int64"))


def _flat(found: Any) -> bool:
    nested = (dict, list)
    return (
        isinstance(found, dict)
        and not any(isinstance(value, nested) for value in found.values())
        and all(_whole(text) for text in _texts(found))
    )


def _object(line: str) -> dict[str, Any]:
    found = json.loads(line, parse_int=str, parse_float=str, object_pairs_hook=_pairs)
    if "\\ud" in line.lower() and any(not _whole(text) for text in _texts(found)):
        raise ValueError("holds half a character, a surrogate without its other half")
    if isinstance(found, list):
        raise ValueError("is a list, not one object per line")
    if not isinstance(found, dict):
        raise ValueError("is not an object")
    if not any(isinstance(value, dict | list) for value in found.values()):
        return {key: _word(value) for key, value in found.items()}
    # Read again with its numbers as numbers, so that what is nested keeps its own spelling.
    nested = json.loads(line)
    return {
        key: json.dumps(nested[key], ensure_ascii=False)
        if isinstance(value, dict | list)
        else _word(value)
        for key, value in found.items()
    }


def _texts(found: Any) -> list[str]:
    return [str(part) for part in (*found, *found.values())] if isinstance(found, dict) else []


def _whole(text: str) -> bool:
    return not any("\ud800" <= character <= "\udfff" for character in text)


def _word(value: Any) -> Any:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else value


def _pairs(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"names {visible(twice)!r} twice")
    return found


def _json_faults(bad: list[tuple[int, str, str]], starts: list[int]) -> list[Fault]:
    if not bad:
        return []
    row, text, why = bad[0]
    value = f"{text!r} on file line {starts[row - 1]:,} ({why})"
    rows = tuple(row for row, _, _ in bad)
    hint = "one JSON object per line, and no list around them"
    return [Fault("is not one JSON object", "", rows, value, "JSON lines", hint)]


def read_parquet(path: Path) -> TextTable:
    """Read a Parquet file; whole numbers stay exact, dates and decimals come as text."""
    import duckdb

    name = pattern_of(path).replace("'", "''")
    # No column is made of the folders' names: what the file holds is what is read.
    relation = f"read_parquet('{name}', hive_partitioning = false)"
    with duckdb.connect() as engine:
        try:
            wide = engine.execute(f"describe select * from {relation}").fetchall()
            refuse_wide(len(wide), path.name)
            frame = exact_frame(engine, relation)
        except duckdb.Error as error:
            # What stands behind an empty line is the engine's own query.
            said = str(error).split("\n\n")[0].replace(str(path), path.name).rstrip(".")
            raise SourceError(
                f"{visible(path.name)!r} is not readable as Parquet: {visible(said, 200)}. Try: "
                "fetch or export it again, and compare its size with the original's."
            ) from error
    if frame.empty:
        raise SchemaError(path.name, [Fault("has columns and no rows")])
    frame.index = pd.RangeIndex(1, len(frame) + 1, name="row")
    return TextTable(frame, pd.Series(dtype="int64"))


READERS: dict[str, Callable[[Path], TextTable]] = {
    ".csv": lambda path: read_delimited(path, ","),
    ".tsv": lambda path: read_delimited(path, "\t"),
    ".tab": lambda path: read_delimited(path, "\t"),
    ".jsonl": read_json_lines,
    ".ndjson": read_json_lines,
    ".json": read_json_lines,
    ".parquet": read_parquet,
}
TEXT = frozenset(READERS) - {".parquet"}
"""Kinds that may be compressed as a whole; a Parquet file is compressed within."""
SHEETS = (".xlsx", ".xlsm")
"""Kinds of which a sheet is read."""
