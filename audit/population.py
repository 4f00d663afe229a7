"""The population: which cases a question is about, as allowed values and never as code."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

SHOWN = 20  # values listed in a message; the rest are counted


def faults(population: Mapping[str, Any]) -> list[str]:
    """Return what is wrong with a population, one sentence a fault."""
    out = []
    for column, allowed in population.items():
        if isinstance(allowed, Mapping):
            if not allowed or set(allowed) - {"min", "max"}:
                out.append(f"population of {column!r} is {dict(allowed)!r}; give min, max or both.")
        elif isinstance(allowed, str) or not isinstance(allowed, Sequence) or not allowed:
            out.append(
                f"population of {column!r} is {allowed!r}; give a list of allowed values "
                "or { min, max }."
            )
    return out


def absent(values: pd.Series, column: str, allowed: Any) -> list[str]:
    """Return a sentence naming the allowed values that no case has: most likely a slip."""
    if isinstance(allowed, Mapping):
        return []
    there = sorted(set(values.dropna().astype("str")))
    missing = [str(a) for a in allowed if str(a) not in there]
    if not missing:
        return []
    shown = ", ".join(there[:SHOWN]) + (f" and {len(there) - SHOWN} more" * (len(there) > SHOWN))
    return [f"population of {column!r} names {missing}, which no case has; there are {shown}."]


def holds(values: pd.Series, allowed: Any) -> pd.Series:
    """Return a mask of the values that are allowed; a missing value never is.

    Lists compare as text; `min` and `max` are inclusive, and times without a zone are UTC.
    """
    if not isinstance(allowed, Mapping):
        listed = [str(a) for a in allowed]
        return values.astype("str").isin(listed) & values.notna()
    mask = values.notna()
    for bound, compare in (("min", "ge"), ("max", "le")):
        if bound in allowed:
            limit = allowed[bound]
            if pd.api.types.is_datetime64_any_dtype(values.dtype):
                limit = pd.Timestamp(limit)
                limit = limit.tz_localize("UTC") if limit.tzinfo is None else limit
            mask &= getattr(values, compare)(limit).fillna(False)
    return mask


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
