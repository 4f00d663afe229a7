"""The terms of a segmented series, and what is wrong with one, in words."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.estimators.base import Array, as_numbers, choose
from audit.estimators.series.rate_model import DISPERSIONS, DISTRIBUTIONS, newey_west_lags

FEWEST = 3
"""Periods needed on each side of the start (Cochrane EPOC's rule for interrupted time series)."""


def segment_terms(
    time: Array, start: float, last: float, harmonics: int, period: float, slope_change: bool
) -> Any:
    """Return the design of one series, a column per term, in the coding of `segmented_rate`."""
    import pandas as pd

    after = time >= start
    terms = {"intercept": np.ones(len(time)), "level": after.astype(float), "trend": time - last}
    if slope_change:
        terms["slope_change"] = np.where(after, time - last, 0.0)
    for k in range(1, harmonics + 1):
        angle = 2 * np.pi * (k * time / period % 1)
        for name, wave in (("sin", np.sin(angle)), ("cos", np.cos(angle))):
            # a wave seen only at its zeros is no wave, whatever rounding says
            terms[f"{name}_{k}"] = np.where(np.abs(wave) < 1e-9, 0.0, wave)
    return pd.DataFrame(terms)


def number_columns(**given: Any) -> dict[str, Array]:
    """Return every input as a flat float array."""
    return {name: as_numbers(values, name) for name, values in given.items()}


def focal_faults(flags: Array, time: Array) -> list[str]:
    """Return what is wrong with the classes of rows at these times, in words."""
    if len(flags) != len(time):
        return [f"focal has {len(flags)} entries; allowed: {len(time)}, one per row"]
    if not np.isin(flags, (0, 1)).all():
        bad = flags[~np.isin(flags, (0, 1))]
        return [f"focal holds {bad[0]:g} in {len(bad)} place(s); allowed: true or false"]
    lone = sorted(set(time[flags == 1].tolist()) ^ set(time[flags == 0].tolist()))
    if lone:
        return [
            f"{len(lone)} time(s) hold one class only, first {lone[0]:g}; allowed: both classes "
            "at every time"
        ]
    return []


def series_faults(
    columns: dict[str, Array],
    start: float,
    dispersion: str,
    harmonics: int,
    period: float,
    distribution: str,
    lags: int | None,
    series: Array | None = None,
) -> list[str]:
    """Return all that is wrong with the columns and options of a segmented series, in words."""
    choose("dispersion", dispersion, DISPERSIONS)
    choose("distribution", distribution, DISTRIBUTIONS)
    faults = _column_faults(columns, dispersion)
    if not (isinstance(harmonics, int | np.integer) and harmonics >= 0):
        faults.append(f"harmonics is {harmonics!r}; allowed: a whole number from 0")
    for name, value in (("start", start), ("period", period)):
        if isinstance(value, str) or not np.isscalar(value) or not np.isfinite(value):
            faults.append(f"{name} is {value!r}; allowed: one finite number")
    if not faults and not period > 0:
        faults.append(f"period is {period!r}; allowed: above 0")
    if dispersion == "none" and distribution == "t":
        faults.append(
            "distribution is 't', but dispersion 'none' estimates no spread; try 'normal'"
        )
    if lags is not None and dispersion != "hac":
        faults.append(f"lags is {lags!r}, which only dispersion='hac' uses")
    if faults or (series is not None and not np.isin(series, (0, 1)).all()):
        return faults  # times are judged class by class
    time = columns["time"]
    one = time if series is None or len(series) != len(time) else time[series == series[0]]
    faults += _time_faults(np.sort(one), start)
    if dispersion == "hac" and not faults:
        faults += _hac_faults(np.sort(one), lags)
    return faults


def _column_faults(columns: dict[str, Array], dispersion: str) -> list[str]:
    length = len(columns["count"])
    faults = [] if length else ["count is empty; allowed: at least 6 periods"]
    for name, values in columns.items():
        if len(values) != length:
            faults.append(f"{name} has {len(values)} entries; allowed: {length}, as many as count")
        if values.ndim != 1:
            faults.append(f"{name} has {values.ndim} dimensions; allowed: 1")
        wrong = {"missing or infinite": ~np.isfinite(values)}
        if name == "count":
            wrong["negative"] = values < 0
            if dispersion == "none":
                wrong["not whole (which dispersion='none' needs)"] = (
                    np.isfinite(values) & (values % 1 != 0)
                    if np.isfinite(values).all()
                    else np.zeros(values.shape, dtype=bool)
                )
        if name == "exposure":
            wrong["not above 0 (leave periods without exposure out)"] = values <= 0
        for what, bad in wrong.items():
            if bad.any():
                at = np.flatnonzero(bad)
                faults.append(
                    f"{name} is {what} in {len(at)} place(s), first at {at[0]}: "
                    f"{values.ravel()[at[0]]:g}"
                )
    return faults


def _time_faults(time: Array, start: float) -> list[str]:
    if twice := int((np.diff(time) == 0).sum()):
        return [f"time holds {twice} period(s) more than once; add them up to one row per period"]
    before, after = int((time < start).sum()), int((time >= start).sum())
    if before >= FEWEST and after >= FEWEST:
        return []
    return [
        f"start is {start!r}, with {before} period(s) before and {after} from it on, between time "
        f"{time[0]:g} and {time[-1]:g}; allowed: at least {FEWEST} on either side"
    ]


def _hac_faults(time: Array, lags: int | None) -> list[str]:
    faults = []
    if broken := gaps(time):
        faults.append(
            f"time has {broken} gap(s), over which 'hac' cannot count lags; try 'pearson'"
        )
    whole = lags is None or (isinstance(lags, int | np.integer) and 0 <= lags < len(time))
    if not whole:
        faults.append(
            f"lags is {lags!r}; allowed: a whole number from 0 to {len(time) - 1}, such as "
            f"{newey_west_lags(len(time))}"
        )
    return faults


def gaps(time: Array) -> int:
    """Return how many neighbours in time are further apart than the closest ones."""
    step = np.diff(time)
    return int((step > step.min() * (1 + 1e-6)).sum())
