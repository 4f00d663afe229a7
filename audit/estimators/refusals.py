"""What estimators say of input that none can take: every fault at once, in words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from audit.errors import EstimationError, UnknownName
from audit.estimators.scalars import is_number

Array = np.ndarray[Any, Any]
FLAGS = (bool, int, float, np.bool_, np.number)


def refuse(where: str, faults: Iterable[str]) -> None:
    """Raise one EstimationError that lists all `faults`, or do nothing where there are none."""
    found = list(faults)
    if found:
        raise EstimationError(f"{where}: " + "; ".join(found) + ".")


def choose(what: str, name: object, known: Iterable[str]) -> None:
    """Raise UnknownName unless `name` is one of the `known` values of the option `what`."""
    known = tuple(known)
    if not isinstance(name, str) or name not in known:  # an array or NA has no truth value
        raise UnknownName(what, name, known)


def confidence_faults(confidence: float) -> list[str]:
    """Return what is wrong with a confidence level, in words."""
    if is_number(confidence) and 0 < confidence < 1:
        return []
    return [f"confidence is {confidence!r}; allowed: between 0 and 1, such as 0.95"]


def number_faults(name: str, values: Array, *, length: int | None = None) -> list[str]:
    """Return what is wrong with a column of non-negative numbers, in words."""
    if values.ndim != 1:
        return [f"{name} has {values.ndim} dimensions; allowed: 1"]
    if length is not None and len(values) != length:
        return [f"{name} has {len(values)} entries; allowed: {length}, as many as events"]
    faults = []
    for bad, what in ((~np.isfinite(values), "missing or infinite"), (values < 0, "negative")):
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            faults.append(
                f"{name} is {what} in {int(bad.sum())} place(s), first at {at}: {values[at]}"
            )
    return faults


def count_faults(events: Array, n: Array) -> list[str]:
    """Return what is wrong with events out of n, in words."""
    faults = number_faults("events", events) + number_faults("n", n, length=len(events))
    if len(events) == len(n) and (over := events > n).any():
        at = int(np.flatnonzero(over)[0])
        faults.append(
            f"events exceed n in {int(over.sum())} place(s), first at {at}: "
            f"{events[at]:g} of {n[at]:g}"
        )
    return faults


def refuse_dates(values: Any, name: str) -> None:
    """Raise where a column holds dates or durations, whose numbers depend on how they are kept."""
    frame = hasattr(values, "columns")
    kinds = dict(values.dtypes) if frame else {name: getattr(values, "dtype", None)}
    if found := [str(c) for c, kind in kinds.items() if getattr(kind, "kind", "O") in "mM"]:
        raise EstimationError(
            f"{name} must be numbers: dates or durations in {', '.join(found)}. "
            "Try: days since a date."
        )


def as_numbers(values: object, name: str) -> Array:
    """Return `values` as a 1-d float array, or say what does not fit."""
    refuse_dates(values, name)
    try:
        return np.atleast_1d(np.asarray(values, dtype=float))
    except (TypeError, ValueError, OverflowError) as error:
        raise EstimationError(f"{name} must be numbers: {error}.") from error


def read_flags(focal: Any, length: int, *, of: str = "events") -> tuple[Array, list[str]]:
    """Return flags as booleans, and what is wrong with them; a missing one is never True."""
    flags = np.atleast_1d(np.asarray(focal))
    if len(flags) != length:
        return flags, [f"focal has {len(flags)} entries; allowed: {length}, as many as {of}"]
    if flags.dtype == bool:
        return flags, []
    # NA compares as neither, and must not reach a truth value
    strange = [v for v in flags.tolist() if not isinstance(v, FLAGS) or v not in (0, 1)]
    if strange:
        return flags, [f"focal holds {strange[0]!r}; allowed: True or False"]
    return flags.astype(bool), []


def check_pairs(
    where: str,
    pairs: tuple[Any, ...],
    confidence: float,
    *,
    whole: bool = False,
) -> tuple[float, ...]:
    """Return (events, n) pairs as one row of floats; raise with all that is wrong with them.

    Counts come in columns of small integers too, whose sums and products would run over.
    """
    strange = [v for pair in pairs for v in pair if not is_number(v, missing=True)]
    refuse(where, [f"counts must be numbers, one each: found {v!r:.60}" for v in strange])
    events = as_numbers([pair[0] for pair in pairs], "events")
    n = as_numbers([pair[1] for pair in pairs], "n")
    faults = count_faults(events, n) + confidence_faults(confidence)
    if whole and not faults and ((events % 1 != 0).any() or (n % 1 != 0).any()):
        faults.append("an exact test counts whole cases; found a fraction")
    refuse(where, faults)
    return tuple(float(v) for pair in pairs for v in pair)
