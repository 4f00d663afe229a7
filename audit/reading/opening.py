"""Whatever a user calls a table, opened: a frame, a file, a folder, a pattern or a list."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.exact import from_arrow
from audit.reading.files import read_table
from audit.reading.folders import Files, table_files
from audit.reading.lines import TextTable
from audit.reading.parts import read_parts


def open_table(data: Any, *, sheet: str | None = None) -> tuple[TextTable, str]:
    """Return what `data` holds before anyone decides what it means, and what to call it.

    Parameters
    ----------
    data : Files, data frame, path or list of paths
        As in `read_cases`.
    sheet : str

    Raises
    ------
    SourceError, SchemaError
        As `read_cases`, as far as reading goes.
    """
    if isinstance(data, str | Path | list | tuple):
        data = table_files(data)
    if isinstance(data, Files):
        if len(data.paths) == 1:
            return read_table(data.paths[0], sheet), repr(data.paths[0].name)
        where = f"{data.label!r} ({len(data.paths)} files)"
        files = dict(zip(data.names, data.paths, strict=True))
        return read_parts(files, where=where, sheet=sheet), where
    if sheet is not None:
        raise SourceError(f"sheet is {sheet!r}, and a data frame has no sheets.")
    return _numbered(as_pandas(data)), "the data frame"


def as_pandas(data: Any) -> pd.DataFrame:
    """Return a data frame of any library as one of pandas, exactly.

    Raises
    ------
    SourceError
        It is none.
    """
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "__arrow_c_stream__"):
        return from_arrow(data)
    if hasattr(data, "to_pandas"):
        return data.to_pandas()
    raise SourceError(
        f"A table cannot be read from {type(data).__name__!r}; allowed: a path, a pandas frame, or "
        "a table that offers an Arrow stream or to_pandas()."
    )


def _numbered(frame: pd.DataFrame) -> TextTable:
    strange = [name for name in frame.columns if not isinstance(name, str)]
    faults = [Fault("column names must be text", value=repr(name)) for name in strange[:5]]
    twice = frame.columns[frame.columns.duplicated()].unique()
    faults += [Fault("two columns have this name", str(name)) for name in twice]
    if faults or frame.empty:
        raise SchemaError("the data frame", faults or [Fault("has no rows")])
    frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"))
    return TextTable(frame, pd.Series(dtype="int64"))
