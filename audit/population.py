"""The population: which cases a question is about, as allowed values and never as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from math import isfinite
from typing import TYPE_CHECKING, Any

from audit.deferred import late
from audit.plain import is_number, plain

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

SHOWN = 20  # values listed in a message; the rest are counted


def faults(population: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a population, one sentence a fault."""
    if not isinstance(population, Mapping):
        return [f"population is {population!r}; give column = [allowed values] or {{ min, max }}."]
    out = []
    for column, allowed in population.items():
        if isinstance(allowed, Mapping):
            out += _bound_faults(column, allowed)
        elif isinstance(allowed, str) or not isinstance(allowed, Sequence) or not allowed:
            out.append(
                f"population of {column!r} is {plain(allowed)!r}; give a list of allowed values "
                "or { min, max }."
            )
    return out


def _bound_faults(column: str, allowed: Mapping[str, Any]) -> list[str]:
    if not allowed or set(allowed) - {"min", "max"}:
        return [f"population of {column!r} is {dict(allowed)!r}; give min, max or both."]
    if any(isinstance(v, float) and not isfinite(v) for v in allowed.values()):
        return [f"population of {column!r} has {dict(allowed)!r}; leave an open bound out."]
    low, high = allowed.get("min"), allowed.get("max")
    if low is None or high is None:
        return []
    if is_number(low) != is_number(high):
        return [f"population of {column!r} has min {low!r} and max {high!r}, of two kinds."]
    try:
        crossed = low > high if is_number(low) else moment(low) > moment(high)
    except (TypeError, ValueError):
        crossed = str(low) > str(high)
    if not crossed:
        return []
    return [f"population of {column!r} has min {low} above max {high}; no case can lie between."]


def absent(values: pd.Series, column: str, allowed: Any) -> list[str]:
    """Return a sentence naming what the column cannot meet: most likely a slip.

    Allowed values that no case has, or bounds of another kind than the column.
    """
    if isinstance(allowed, Mapping):
        return _unlike(values, column, allowed)
    there = sorted(set(_as_text(values.dropna())))
    missing = [written(a) for a in allowed if written(a) not in there]
    if not missing:
        return []
    shown = ", ".join(there[:SHOWN]) + (f" and {len(there) - SHOWN} more" * (len(there) > SHOWN))
    return [f"population of {column!r} names {missing}, which no case has; there are {shown}."]


def _unlike(values: pd.Series, column: str, allowed: Mapping[str, Any]) -> list[str]:
    try:
        holds(values, allowed)
    except (TypeError, ValueError):
        kinds = {"M": "times", "i": "numbers", "u": "numbers", "f": "numbers", "b": "yes or no"}
        kind = kinds.get(getattr(values.dtype, "kind", "O"), "text")
        bounds = ", ".join(f"{k} {v!r}" for k, v in allowed.items())
        return [
            f"population of {column!r} has {bounds}, but the column holds {kind}; bounds must be "
            "of the column's kind, or give a list of allowed values."
        ]
    return []


def holds(values: pd.Series, allowed: Any) -> pd.Series:
    """Return a mask of the values that are allowed; a missing value never is.

    Lists compare as text, whole numbers without their ".0"; `min` and `max` are inclusive. Times
    without a zone are UTC, a bare date is the whole of that day, and text compares letter by
    letter.
    """
    if not isinstance(allowed, Mapping):
        listed = [written(a) for a in allowed]
        return _as_text(values).isin(listed) & values.notna()
    mask = values.notna()
    for bound, compare in (("min", "ge"), ("max", "le")):
        if bound in allowed:
            limit = allowed[bound]
            if pd.api.types.is_datetime64_any_dtype(values.dtype):
                if bound == "max" and whole_day(limit):  # the day is in, to its last moment
                    mask &= (values < moment(limit) + pd.Timedelta(days=1)).fillna(False)
                    continue
                limit = moment(limit)
            mask &= getattr(values, compare)(limit).fillna(False)
    return mask


def moment(value: Any) -> pd.Timestamp:
    """Return a time, in UTC where it names no zone; numbers are refused, their epoch unknown."""
    if isinstance(value, (bool, int, float)):
        raise TypeError(f"{value!r} is no time")
    found = pd.Timestamp(value)
    return found.tz_localize("UTC") if found.tzinfo is None else found


def whole_day(value: Any) -> bool:
    """Return whether a bound is a bare date: a TOML date, or the ten letters of one."""
    if isinstance(value, str):
        return len(value) == len("2020-12-31") and value[4] == "-"
    return isinstance(value, date) and not isinstance(value, datetime)


def _as_text(values: pd.Series) -> pd.Series:
    """Return values as a design writes them: a whole 10.0 is "10"."""
    if not pd.api.types.is_float_dtype(values.dtype):
        return values.astype("str")
    return pd.Series([written(v) for v in values], index=values.index, dtype="str")


def written(value: Any) -> str:
    """Return a value as a population writes it: a whole 10.0 is "10"."""
    whole = isinstance(value, float) and value.is_integer()
    return str(int(value)) if whole else str(value)


def excluded(column: str, allowed: Any) -> str:
    """Return the ledger's words for the rows that a population leaves out."""
    name = column.replace("_", " ")
    if isinstance(allowed, Mapping):
        low, high = allowed.get("min"), allowed.get("max")
        parts = ([f"≥ {low}"] if low is not None else []) + (
            [f"≤ {high}"] if high is not None else []
        )
        return f"outside the population: {name} not {' and '.join(parts)}"
    listed = ", ".join(map(str, allowed))
    return f"outside the population: {name} not among {listed}"
