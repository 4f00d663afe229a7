"""A table of units over time, read for a comparison before and after one date."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import Array, refuse
from audit.estimators.series.panel import Panel

STAGGERED = (
    "it must say whether a unit is ever treated, with one start for all. Staggered starts are "
    "refused: two-way fixed effects would compare with units already treated "
    "(Goodman-Bacon 2021); Study.to_frame() exports what other packages need"
)


@dataclass(frozen=True, slots=True, eq=False)
class UnitTimes:
    """Units over time around a start.

    Attributes
    ----------
    panel : Panel
        Outcomes are less their overall mean, which every unit's level takes anyway.
    treated : ndarray of bool, shape (U,)
    times : list, length T
        In order.
    after : ndarray of bool, shape (T,)
    both_sides : ndarray of bool, shape (U,)
        Whether the unit is observed before the start and from it on.
    spread : float
        Largest distance of an outcome from the mean, 1 where all are the same.
    """

    panel: Panel
    treated: Array
    times: list[Any]
    after: Array
    both_sides: Array
    spread: float


def read_panel(
    where: str, frame: Any, *, outcome: str, unit: str, time: str, treated: str, start: Any
) -> UnitTimes:
    """Return the units and times of a long table, or all that is wrong with it in words."""
    import pandas as pd

    names = {"outcome": outcome, "unit": unit, "time": time, "treated": treated}
    _need_columns(where, frame, names)
    y, faults = _outcome(frame[outcome], outcome)
    refuse(where, faults + _missing(frame, {k: v for k, v in names.items() if k != "outcome"}))
    units, unit_labels = pd.factorize(frame[unit], sort=False)
    at, times = _times(where, frame[time], time)
    flags = _flags(where, frame[treated], treated)
    after = _after(where, times, start)
    refuse(where, _treated_faults(units, unit_labels, flags, treated) + _start_faults(after, start))
    y = _centred(y)
    rows, total = np.zeros((2, len(unit_labels), len(times)))
    np.add.at(rows, (units, at), 1.0)
    np.add.at(total, (units, at), y)
    ever = np.zeros(len(unit_labels), dtype=bool)
    ever[units] = flags
    seen = rows > 0
    return UnitTimes(
        Panel(total / np.where(seen, rows, 1.0), rows),
        ever,
        times,
        after,
        np.asarray(seen[:, after].any(axis=1) & seen[:, ~after].any(axis=1)),
        float(np.abs(y).max()) or 1.0,
    )


def _centred(y: Array) -> Array:
    """Return outcomes less their mean; 0 where they are one everywhere, up to rounding."""
    centred = y - y.mean()
    if np.abs(centred).max() <= 1e-13 * float(np.abs(y).max()):
        return np.zeros_like(y)
    return centred


def _missing(frame: Any, names: dict[str, str]) -> list[str]:
    return [
        f"{what} column {name!r} is missing in {int(frame[name].isna().sum())} row(s)"
        for what, name in names.items()
        if frame[name].isna().any()
    ]


def _need_columns(where: str, frame: Any, names: dict[str, str]) -> None:
    import pandas as pd

    if not isinstance(frame, pd.DataFrame):
        refuse(where, [f"frame is a {type(frame).__name__}; allowed: a pandas DataFrame"])
    known = [str(c) for c in frame.columns]
    refuse(
        where,
        [
            f"{what} is {name!r}, which is no column; the columns are {', '.join(known) or 'none'}"
            for what, name in names.items()
            if name not in frame.columns
        ]
        + ([] if len(frame) else ["frame has no rows"]),
    )


def _outcome(column: Any, name: str) -> tuple[Array, list[str]]:
    try:
        y = np.asarray(column.to_numpy(dtype=float, na_value=np.nan))
    except (TypeError, ValueError) as error:
        raise EstimationError(f"outcome column {name!r} must be numbers: {error}.") from error
    bad = np.flatnonzero(~np.isfinite(y))
    if not len(bad):
        return y, []
    return y, [
        f"outcome column {name!r} is missing or infinite in {len(bad)} row(s), first in row "
        f"{bad[0] + 1}; leave those rows out knowingly, after asking why they are missing"
    ]


def _times(where: str, column: Any, name: str) -> tuple[Array, list[Any]]:
    import pandas as pd

    try:
        at, labels = pd.factorize(column, sort=True)
        times = list(labels)
        ordered = all(a < b for a, b in pairwise(times))
    except TypeError:
        ordered = False
    if not ordered:
        refuse(where, [f"time column {name!r} has no order; allowed: numbers or dates"])
    return np.asarray(at), times


def _flags(where: str, column: Any, name: str) -> Array:
    values = column.unique()
    wrong = [value for value in values if not any(value == ok for ok in (True, False))]
    refuse(
        where,
        [f"treated column {name!r} holds {value!r}; allowed: true or false" for value in wrong[:3]],
    )
    return np.asarray(column.to_numpy(), dtype=bool)


def _after(where: str, times: list[Any], start: Any) -> Array:
    try:
        return np.array([bool(t >= start) for t in times])
    except (TypeError, ValueError):
        hint = STAGGERED if np.ndim(start) or isinstance(start, dict) else "give one time"
        refuse(where, [f"start is {start!r}, which cannot be compared with {times[0]!r}; {hint}"])
        raise


def _start_faults(after: Array, start: Any) -> list[str]:
    if after.any() and not after.all():
        return []
    side = "after" if after.all() else "before"
    return [f"start is {start!r}, but every time is {side} it; allowed: within the times"]


def _treated_faults(units: Array, labels: Any, flags: Array, name: str) -> list[str]:
    n = np.bincount(units)
    yes = np.bincount(units, weights=flags)
    torn = np.flatnonzero((yes > 0) & (yes < n))
    faults = []
    if len(torn):
        faults.append(
            f"treated column {name!r} changes within {len(torn)} unit(s), first "
            f"{labels[torn[0]]!r}; {STAGGERED}"
        )
    elif yes.sum() in (0, n.sum()):
        faults.append(f"treated column {name!r} is {bool(flags[0])} throughout; needed: both")
    return faults
