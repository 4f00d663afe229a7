"""What was watched and for how long: times, what ended them, and who was at risk when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.base import Array, as_numbers, confidence_faults, refuse

ROUNDING = 1e-12  # share of all weight below which a difference of two sums is no row


@dataclass(frozen=True, slots=True, eq=False)
class FollowUp:
    """One entry per row; all of one length.

    `cause` is 0 where the row was still untouched at `time` (censored) and 1, 2, … for what ended
    it. A row is at risk at t where entry < t <= time; `entry` is -infinity without late entry.
    """

    time: Array
    cause: Array
    weight: Array
    entry: Array

    @property
    def event(self) -> Array:
        """Return 1 where anything ended the row, else 0."""
        return (self.cause > 0) * 1.0

    def last(self) -> float:
        """Return the largest time of a row with weight."""
        return float(self.time[self.weight > 0].max())

    def where(self, rows: Array) -> FollowUp:
        """Return the rows flagged."""
        return FollowUp(self.time[rows], self.cause[rows], self.weight[rows], self.entry[rows])


@dataclass(frozen=True, slots=True, eq=False)
class RiskTable:
    """The distinct times at which an event took place, who was at risk and how many had it."""

    time: Array
    at_risk: Array
    events: Array

    def survival(self) -> Array:
        """Return the product-limit share without event just after each time."""
        return np.cumprod(1 - self.events / self.at_risk)

    def greenwood(self) -> Array:
        """Return Greenwood's sum Σ d/(n(n - d)) at each time, 0 added where all at risk end."""
        left = self.at_risk - self.events
        terms = np.zeros(len(self.time))
        np.divide(self.events, self.at_risk * left, out=terms, where=left > 0)
        return np.cumsum(terms)


def follow_up(
    where: str,
    time: Any,
    cause: Any,
    *,
    weights: Any = None,
    entry: Any = None,
    name: str = "event",
    confidence: float = 0.95,
) -> FollowUp:
    """Return the checked columns, or raise with all that is wrong with them.

    `name` is "event", of which only 0 and 1 are allowed, or "cause" for whole numbers from 0.
    """
    t, c = as_numbers(time, "time"), as_numbers(cause, name)
    w = np.ones(len(t)) if weights is None else as_numbers(weights, "weights")
    e = np.full(len(t), -np.inf) if entry is None else as_numbers(entry, "entry")
    columns = {"time": t, name: c, "weights": w}
    if entry is not None:
        columns["entry"] = e
    faults = [f for n, column in columns.items() for f in _column_faults(n, column, len(t))]
    faults += confidence_faults(confidence)
    if not faults:
        faults = _code_faults(name, c) + _entry_faults(e, t)
        if not (w > 0).any():
            faults.append("nobody is ever at risk: there are no rows, or all weights are 0")
    refuse(where, faults)
    return FollowUp(t, c, w, e)


def _column_faults(name: str, values: Array, length: int) -> list[str]:
    if values.ndim != 1:
        return [f"{name} has {values.ndim} dimensions; allowed: 1"]
    if len(values) != length:
        return [f"{name} has {len(values)} entries; allowed: {length}, as many as time"]
    # what has not started cannot be negative; late entry may lie before the clock's zero
    signs = ((values < 0, "negative"),) if name != "entry" else ()
    faults = []
    for bad, what in ((~np.isfinite(values), "missing or infinite"), *signs):
        if bad.any():
            at = int(np.flatnonzero(bad)[0])
            faults.append(f"{name} is {what} in {bad.sum()} place(s), first at {at}: {values[at]}")
    return faults


def _code_faults(name: str, codes: Array) -> list[str]:
    bad = ~np.isin(codes, (0, 1)) if name == "event" else codes % 1 != 0
    if not bad.any():
        return []
    allowed = "0 (censored) and 1" if name == "event" else "0 (censored), 1, 2, …"
    at = int(np.flatnonzero(bad)[0])
    hint = ". Try: cumulative_incidence for several causes" if name == "event" else ""
    return [
        f"{name} is {codes[at]:g} at {at} ({bad.sum()} such place(s)); allowed: {allowed}{hint}"
    ]


def _entry_faults(entry: Array, time: Array) -> list[str]:
    bad = entry >= time
    if not bad.any():
        return []
    at = int(np.flatnonzero(bad)[0])
    return [
        f"entry is not before time in {bad.sum()} place(s), first at {at}: entry {entry[at]:g}, "
        f"time {time[at]:g}. Try: leave out rows that were never watched"
    ]


def risk_table(rows: FollowUp, cause: float | None = None) -> RiskTable:
    """Return who was at risk at each time with an event of any cause.

    `events` counts those of `cause`, or of all. Who is censored at a time is still at risk then.
    """
    counts = (rows.cause > 0) & (rows.weight > 0)
    times, place = np.unique(rows.time[counts], return_inverse=True)
    weight, size = rows.weight[counts], len(times)
    events = np.bincount(place, weight, minlength=size)
    n = at_risk(rows, times)
    # sums of fractions must not leave a trace of a row where all at risk have the event
    n = np.where(np.abs(n - events) <= ROUNDING * rows.weight.sum(), events, n)
    if cause is not None:
        events = np.bincount(place, weight * (rows.cause[counts] == cause), minlength=size)
    return RiskTable(times, n, events)


def at_risk(rows: FollowUp, times: Array, values: Array | None = None) -> Array:
    """Return the weight, or the sum of weight × value, of the rows at risk at each time."""
    values = rows.weight if values is None else rows.weight * values
    return sums_from(rows.time, values, times) - sums_from(rows.entry, values, times)


def sums_from(at: Array, values: Array, times: Array) -> Array:
    """Return the sum of `values`, over the first axis, whose `at` is each time or later.

    Summed from the end, so that small late risk sets keep their digits.
    """
    order = np.argsort(at, kind="stable")
    sums = np.zeros((len(at) + 1, *values.shape[1:]))
    sums[:-1] = np.cumsum(values[order][::-1], axis=0)[::-1]
    return sums[np.searchsorted(at[order], times, side="left")]


def account_codes(where: str, cluster: Any, length: int) -> Array:
    """Return the number of each row's account, or say what is wrong with the labels."""
    import pandas as pd

    labels = np.asarray(cluster, dtype=object)
    if labels.shape != (length,):
        raise EstimationError(
            f"{where}: cluster has shape {labels.shape}; allowed: ({length},), one label per row."
        )
    codes, names = pd.factorize(labels, use_na_sentinel=True)
    if (codes < 0).any():
        at = int(np.flatnonzero(codes < 0)[0])
        raise EstimationError(
            f"{where}: cluster is missing in {int((codes < 0).sum())} place(s), first at {at}. "
            "Try: leave those rows out by name."
        )
    if len(names) < 2:
        raise TooFewAccounts(
            f"{where}: all rows belong to 1 cluster; allowed: at least 2, for one account says "
            "nothing about how accounts differ."
        )
    return np.asarray(codes, dtype=np.intp)
