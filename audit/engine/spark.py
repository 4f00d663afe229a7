"""Beyond one machine: the same queries in the user's own Spark session."""

from __future__ import annotations

import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import numpy as np

from audit.engine.frames import is_frame
from audit.engine.protocol import Kind, Relation
from audit.engine.text import Name, Sql, Value, sql
from audit.errors import SourceError
from audit.text import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

KINDS: Mapping[str, Kind] = {
    "string": "text",
    "boolean": "flag",
    "float": "number",
    "double": "number",
    "timestamp": "time",
    "timestamp_ntz": "local time",
    **dict.fromkeys(("tinyint", "smallint", "int", "bigint"), "whole"),
}
SPELLED = {
    "matches": "({x} rlike {pattern})",
    "micros": "unix_micros({x})",
    "local_micros": "unix_micros(cast({x} as timestamp))",
    "bare": "try_cast({x} as timestamp)",
    "zoned": "try_cast({x} as timestamp)",
    "local": "to_utc_timestamp(try_cast({x} as timestamp), {zone})",
    # a sum of bigints would overflow; this one is made in 38 digits
    "total": "cast(sum(cast(cast(round({x}) as bigint) as decimal(38, 0))) as double)",
    "try_double": "try_cast({x} as double)",
    "place": "array_position(array({listed}), {x})",
    "among": "array_contains(array({listed}), {x})",
}
UTC = ("UTC", "Etc/UTC", "GMT", "Z", "+00:00")


class Spark:
    """The user's Spark session; nothing in it is configured, started or stopped here.

    Parameters
    ----------
    session : pyspark.sql.SparkSession
        Its time zone must be UTC, since times in text are read in it.

    Raises
    ------
    SourceError
        The session's time zone is another.
    """

    name = "spark"

    def __init__(self, session: Any) -> None:
        zone = str(session.conf.get("spark.sql.session.timeZone"))
        if zone not in UTC:
            raise SourceError(
                f"the Spark session reads times in {visible(zone)!r}; allowed: UTC. Try: "
                "spark.conf.set('spark.sql.session.timeZone', 'UTC')."
            )
        self._session = session
        self._prefix = f"audit_{uuid4().hex[:12]}"
        self._numbers = count(1)
        self._kept: dict[str, Any] = {}
        self._close = weakref.finalize(self, _let_go, session, self._kept)

    def scan(self, data: Any) -> Relation:
        """Return a Spark DataFrame, a table of the catalogue by name, or a small frame."""
        with self._errors("the table cannot be read"):
            if isinstance(data, str):
                table = self._session.table(data)
            elif hasattr(data, "createOrReplaceTempView"):
                table = data
            elif is_frame(data):
                table = self._session.createDataFrame(_as_pandas(data))
            else:
                raise SourceError(
                    f"{type(data).__name__} is no table of Spark; allowed: a DataFrame of the "
                    "session, the name of a table, or a small data frame. Try: "
                    "spark.read.parquet(path)."
                )
            name = self._view(table)
        return Relation(name, {column: KINDS.get(kind, "other") for column, kind in table.dtypes})

    def query(self, what: Sql) -> dict[str, NDArray[Any]]:
        """Return the answer, one array per column; see `Engine.query`."""
        with self._errors("the engine stopped"):
            table = self._run(what)
            rows = table.collect()
        found = zip(*rows, strict=True) if rows else ([] for _ in table.columns)
        kinds = dict(table.dtypes)
        return {
            name: _array(values, kinds[name])
            for name, values in zip(table.columns, found, strict=True)
        }

    def keep(self, what: Sql) -> Name:
        """Keep a table in the cluster's own cache, spilled to its own disks."""
        with self._errors("the engine stopped"):
            table = self._run(what).persist()
            name = self._view(table)
        self._kept[name] = table
        return Name(name)

    def upload(self, columns: Mapping[str, NDArray[Any]]) -> Name:
        """Return the name of a small table made of arrays."""
        kinds = {"i": "bigint", "f": "double", "b": "boolean"}
        arrays = {name: np.asarray(values) for name, values in columns.items()}
        schema = ", ".join(
            f"{_quote(name)} {kinds.get(a.dtype.kind, 'string')}" for name, a in arrays.items()
        )
        rows = list(zip(*(a.tolist() for a in arrays.values()), strict=True))
        with self._errors("a small table could not be sent"):
            name = self._view(self._session.createDataFrame(rows, schema))
        self._kept[name] = None
        return Name(name)

    def drop(self, *names: Name) -> None:
        """Let go of tables."""
        for name in names:
            table = self._kept.pop(name.text, None)
            if table is not None:
                table.unpersist()
            self._session.catalog.dropTempView(name.text)

    def says(self, operation: str, **given: Sql | Name | Value) -> Sql:
        """Return an operation as Spark spells it."""
        if operation == "matches" and isinstance(pattern := given["pattern"], Value):
            given["pattern"] = Value(rf"\A(?:{pattern.value})\z")
        return sql(SPELLED[operation], **given)

    def close(self) -> None:
        """Let go of what is kept; the session is the user's own and stays."""
        self._close()

    def _view(self, table: Any) -> str:
        name = f"{self._prefix}_{next(self._numbers)}"
        table.createOrReplaceTempView(name)
        self._kept.setdefault(name, None)
        return name

    def _run(self, what: Sql) -> Any:
        text, values = what.render(_quote)
        return self._session.sql(text, args=[_plain(v) for v in values] or None)

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except SourceError:
            raise
        except Exception as error:  # pyspark's own tree, and py4j's where a worker fails
            if not type(error).__module__.startswith(("pyspark", "py4j")):
                raise
            first = visible(str(error).strip().splitlines()[0], 400)
            raise SourceError(f"{what}: {first}") from error


def _let_go(session: Any, kept: dict[str, Any]) -> None:
    for name, table in list(kept.items()):
        if table is not None:
            table.unpersist()
        session.catalog.dropTempView(name)
    kept.clear()


def _quote(name: str) -> str:
    return "`" + name.replace("`", "``") + "`"


def _plain(value: Any) -> Any:
    return value.item() if isinstance(value, np.generic) else value


def _array(values: Any, kind: str) -> NDArray[Any]:
    values = list(values)
    if kind in ("string", "boolean"):
        return np.array(values, dtype=object)
    if any(v is None for v in values):
        return np.array([np.nan if v is None else v for v in values], dtype=float)
    return np.array(values, dtype=np.int64 if KINDS.get(kind) == "whole" else float)


def _as_pandas(data: Any) -> Any:
    if hasattr(data, "to_pandas"):
        return data.to_pandas()
    import pandas as pd

    frame = pd.DataFrame(data)
    texts = [c for c in frame if frame[c].dtype == "str"]
    # Spark reads a gap in a column of texts as the number NaN unless it is None
    return frame.assign(**{c: frame[c].astype(object).where(frame[c].notna(), None) for c in texts})
