"""A design's population as a condition that the engine tests, the same as `audit.population`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from audit import population
from audit.deferred import late
from audit.engine import Sql, Value, joined, sql
from audit.errors import DesignError
from audit.scanned.columns import one_of

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")


def _sample(kind: str) -> pd.Series:
    """Return a value of a kind, to find out whether bounds can be compared with it."""
    if kind == "time":
        return pd.Series(pd.to_datetime(["2018-01-05"], utc=True))
    if kind == "flag":
        return pd.Series([True], dtype="boolean")
    return pd.Series([1.0]) if kind == "number" else pd.Series(["a"], dtype="str")


def holds(value: Sql, kind: str, allowed: Any) -> Sql:
    """Return whether a cell is allowed; a missing one never is.

    Raises
    ------
    DesignError
        Times are listed one by one.
    """
    if isinstance(allowed, Mapping):
        tests = [_bound(value, kind, which, limit) for which, limit in allowed.items()]
        return sql("coalesce({all}, false)", all=joined(tests, " and "))
    listed = tuple(population.written(a) for a in allowed)
    if kind == "time":
        raise DesignError("a population lists times one by one; give { min, max } instead.")
    if kind == "flag":
        here = one_of(sql("cast({x} as string)", x=value), tuple(w.lower() for w in listed))
    elif kind == "number":
        here = one_of(value, tuple(n for n in map(_number, listed) if n is not None))
    else:
        here = one_of(value, listed)
    return sql("coalesce({here}, false)", here=here)


def _bound(value: Sql, kind: str, which: str, limit: Any) -> Sql:
    sign = ">=" if which == "min" else "<="
    if kind == "time":
        moment = population.moment(limit)
        if which == "max" and population.whole_day(limit):
            moment, sign = moment + pd.Timedelta(days=1), "<"
        limit = (moment - pd.Timestamp(0, tz="UTC")) // pd.Timedelta(microseconds=1)
    elif kind == "number":
        limit = float(limit)
    return sql("{x} " + sign + " {limit}", x=value, limit=Value(limit))


def _number(word: str) -> float | None:
    try:
        return float(word)
    except ValueError:
        return None


def unlike(kind: str, column: str, allowed: Any) -> list[str]:
    """Return a sentence where bounds are of another kind than the column."""
    if not isinstance(allowed, Mapping):
        return []
    return population.absent(_sample(kind), column, allowed)
