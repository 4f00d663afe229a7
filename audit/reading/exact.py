"""Tables taken out of the engine with every digit they had."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late

if TYPE_CHECKING:
    import duckdb
    import pandas as pd
else:
    pd = late("pandas")

WHOLE = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "UTINYINT", "USMALLINT", "UINTEGER")
PLAIN = ("VARCHAR", "BOOLEAN", "DOUBLE", "FLOAT", "TIMESTAMP", "TIMESTAMP WITH TIME ZONE")


def exact_frame(engine: duckdb.DuckDBPyConnection, relation: str) -> pd.DataFrame:
    """Return a relation as a frame whose whole numbers stay whole, gaps or not.

    Parameters
    ----------
    engine : DuckDBPyConnection
    relation : str
        What stands after FROM, already quoted.

    Returns
    -------
    DataFrame
        Whole numbers of up to 64 bits as integers (nullable where there are gaps), flags as
        nullable booleans, times as datetime64, with UTC where the engine knows the zone. Wider
        numbers, decimals, dates and nested values come as text.
    """
    kinds = engine.execute(f"describe select * from {relation}").fetchall()
    typed = {str(column): str(kind) for column, kind, *_ in kinds}
    wanted = ", ".join(_select(column, kind) for column, kind in typed.items())
    data = engine.execute(f"select {wanted} from {relation}").fetchnumpy()
    return pd.DataFrame({column: _column(data[column], kind) for column, kind in typed.items()})


class _Stream:
    """Shows nothing of a table but its Arrow stream, which the engine reads without pyarrow."""

    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        """Return the stream of the table."""
        return self.table.__arrow_c_stream__(requested_schema)


def from_arrow(table: Any) -> pd.DataFrame:
    """Return any table that offers `__arrow_c_stream__` (polars, pyarrow, …) as a frame.

    References
    ----------
    Arrow PyCapsule interface, https://arrow.apache.org/docs/format/CDataInterface/PyCapsuleInterface.html
    """
    import duckdb

    with duckdb.connect() as engine:
        engine.register("stream", _Stream(table))
        engine.execute("create table loaded as select * from stream")  # a stream is read once
        return exact_frame(engine, "loaded")


def _select(column: str, kind: str) -> str:
    quoted = '"' + column.replace('"', '""') + '"'
    return quoted if kind in WHOLE + PLAIN else f"cast({quoted} as varchar) as {quoted}"


def _column(values: Any, kind: str) -> pd.Series:
    data, gaps = np.ma.getdata(values), np.ma.getmaskarray(values)
    if kind in WHOLE:
        whole = data.astype("int64")
        return pd.Series(pd.arrays.IntegerArray(whole, gaps) if gaps.any() else whole)
    if kind == "BOOLEAN":
        return pd.Series(pd.arrays.BooleanArray(data.astype(bool), gaps))
    if kind in ("DOUBLE", "FLOAT"):
        return pd.Series(np.where(gaps, np.nan, data))
    if kind.startswith("TIMESTAMP"):
        times = pd.Series(data.astype("datetime64[us]")).mask(gaps)
        return times.dt.tz_localize("UTC") if "ZONE" in kind else times
    texts = pd.Series(data, dtype=object).mask(gaps, np.nan).astype("str")
    return texts.replace("", np.nan)
