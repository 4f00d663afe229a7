"""A table in several files read as one, every fault with the file and the row in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.files import read_table
from audit.reading.lines import Part, TextTable
from audit.text import visible

SHOWN = 5  # names of columns listed in a fault; the rest are counted


def read_parts(files: Mapping[str, Path], *, where: str, sheet: str | None = None) -> TextTable:
    """Read files of the same columns as one table, in the order given.

    Parameters
    ----------
    files : mapping
        Name to path, at least one; the names are those that faults give.
    where : str
        What the files are together, for the message.
    sheet : str
        Of workbooks, the sheet to read in each.

    Returns
    -------
    TextTable
        Columns in the order of the first file; those of the others may be in any. A column without
        any value in a file takes the kind it has in the rest.

    Raises
    ------
    SourceError
        With every file that cannot be read.
    SchemaError
        With every file that holds no table, or whose columns differ from the first's in name or
        kind.
    """
    tables: dict[str, TextTable] = {}
    faults: list[Fault] = []
    unread: list[str] = []
    for name, path in files.items():
        try:
            tables[name] = read_table(path, sheet)
        except SchemaError as error:
            faults += [_in(name, fault) for fault in error.faults]
        except SourceError as error:
            unread.append(str(error) if name == path.name else f"{name}: {error}")
    if unread:
        raise SourceError(" ".join(unread))
    faults += _differences(tables)
    if faults:
        raise SchemaError(where, _together(faults))
    return _joined(tables)


def placed(fault: Fault, table: TextTable) -> Fault:
    """Return a fault whose rows are counted over all files with the file and the row in it.

    The line on which the first of its rows starts is said too, where the table knows it.
    """
    if not fault.rows or fault.files:
        return fault
    first, unit, files, rows = fault.rows[0], table.unit, fault.files, fault.rows
    if table.parts:
        before = np.array([part.before for part in table.parts])
        which = np.searchsorted(before, np.array(rows) - 1, side="right") - 1
        rows = tuple((np.array(rows) - before[which]).tolist())
        files = tuple(table.parts[i].name for i in which)
        unit = table.parts[which[0]].unit
    value = fault.value
    if first in table.lines.index and unit not in value:
        line = f"{unit} {table.lines[first]:,}"
        value = f"{value} ({line})" if value else f"it on {line}"
    return replace(fault, value=value, rows=rows, files=files)


def _in(name: str, fault: Fault) -> Fault:
    return replace(fault, files=(name,) * max(1, len(fault.rows)))


def _together(faults: list[Fault]) -> list[Fault]:
    """Say once what is wrong with many files alike."""
    found: dict[Fault, tuple[str, ...]] = {}
    for fault in faults:
        alike = fault if fault.rows else replace(fault, files=())
        found[alike] = fault.files if fault.rows else (*found.get(alike, ()), *fault.files)
    return [replace(fault, files=files) for fault, files in found.items()]


def _size(table: TextTable) -> int:
    """Return how many rows a file has, those at fault included."""
    last = table.frame.index.max() if len(table.frame) else 0
    return max(len(table.lines), int(last))


def _joined(tables: Mapping[str, TextTable]) -> TextTable:
    parts: list[Part] = []
    frames: list[pd.DataFrame] = []
    lines: list[pd.Series] = []
    before = 0
    for name, table in tables.items():
        parts.append(Part(name, before, table.unit))
        frames.append(table.frame.set_axis(table.frame.index + before))
        lines.append(table.lines.set_axis(table.lines.index + before))
        before += _size(table)
    columns = list(frames[0])
    frames = _alike([frame[columns] for frame in frames])
    faults = tuple(_in(name, fault) for name, table in tables.items() for fault in table.faults)
    frame = pd.concat(frames).rename_axis("row")
    return TextTable(frame, pd.concat(lines), faults, parts=tuple(parts))


def _alike(frames: list[pd.DataFrame]) -> list[pd.DataFrame]:
    """Give columns without any value the kind they have in the rest, so that none is widened."""
    kinds: dict[str, object] = {}
    for frame in frames:
        for name in frame:
            if name not in kinds and frame[name].notna().any():
                kinds[name] = frame[name].dtype
    return [
        frame.assign(
            **{
                name: pd.Series(pd.NA, index=frame.index, dtype="object").astype(_nullable(kind))
                for name, kind in kinds.items()
                if frame[name].dtype != kind and frame[name].isna().all()
            }
        )
        for frame in frames
    ]


def _nullable(kind: object) -> object:
    return "Int64" if kind == np.dtype("int64") else kind


def _differences(tables: Mapping[str, TextTable]) -> list[Fault]:
    """Return a fault for every file whose columns are not those of the first, or not their kind."""
    named = list(tables.items())
    if not named:
        return []
    first, model = named[0]
    faults = [fault for name, table in named[1:] for fault in _names(name, table, first, model)]
    return faults or list(_kinds(tables))


def _names(name: str, table: TextTable, first: str, model: TextTable) -> Iterator[Fault]:
    lacking = [column for column in model.frame if column not in table.frame]
    beyond = [column for column in table.frame if column not in model.frame]
    if lacking or beyond:
        says = [f"lacks {_list(lacking)}"] if lacking else []
        says += [f"has {_list(beyond)} beyond"] if beyond else []
        yield Fault(
            f"its columns are not those of {first!r}: it {' and '.join(says)}",
            hint="give every file the same columns, or read those apart that differ",
            files=(name,),
        )


def _list(names: list[str]) -> str:
    shown = ", ".join(repr(visible(name)) for name in names[:SHOWN])
    return shown + (f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else "")


def _kinds(tables: Mapping[str, TextTable]) -> Iterator[Fault]:
    known: dict[str, tuple[str, str]] = {}
    for name, table in tables.items():
        for column in table.frame:
            values = table.frame[column]
            if not values.notna().any():
                continue  # no value, no kind to differ in
            kind = KINDS.get(str(values.dtype).lower(), str(values.dtype))
            first, model = known.setdefault(column, (name, kind))
            if kind != model:
                yield Fault(
                    f"holds {kind} here and {model} in {first!r}",
                    column,
                    hint="write it as the same kind in every file",
                    files=(name,),
                )


KINDS = {
    "str": "text",
    "int64": "whole numbers",
    "float64": "numbers",
    "boolean": "flags",
    "datetime64[us]": "times without a zone",
    "datetime64[us, utc]": "times in UTC",
}
"""What the kinds that files are read into are called."""
