"""Tables of dated facts about platforms, read and checked."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from audit.cases import locate
from audit.errors import Fault, SchemaError
from audit.reading.columns import read_columns
from audit.reading.files import read_table
from audit.reading.times import UTC
from audit.reading.typed import Reading
from audit.schema import Column


def table_of(path: str | Path, what: str) -> pd.DataFrame:
    """Return the table in a file, or raise with all its faults."""
    table = read_table(locate(path))
    if table.faults:
        raise SchemaError(f"the {what} {Path(path).name!r}", table.faults)
    return table.frame


def dated(frame: pd.DataFrame, columns: Sequence[Column], where: str) -> pd.DataFrame:
    """Return the columns as they must be, absent ones empty, or raise with all their faults."""
    numbered = frame.set_axis(pd.RangeIndex(1, len(frame) + 1))
    faults: list[Fault]
    read, faults = read_columns(numbered, columns, Reading(zone=datetime.UTC))
    if faults:
        raise SchemaError(where, faults)
    for column in columns:
        if column.name not in read:
            dtype = UTC if column.kind == "time" else "str"
            read[column.name] = pd.Series(None, index=read.index, dtype=dtype)
    return read
