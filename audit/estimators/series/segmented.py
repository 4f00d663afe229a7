"""Whether a rate jumped or turned on a known date, with or without a series to compare."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from audit.estimators.base import confidence_faults, refuse
from audit.estimators.series.rate_model import RateFit, Rates, fit_rates
from audit.estimators.series.segments import (
    focal_faults,
    gaps,
    number_columns,
    segment_terms,
    series_faults,
)
from audit.numerals import around, plain


def segmented_rate(
    count: Any,
    exposure: Any,
    time: Any,
    *,
    start: float,
    harmonics: int = 0,
    period: float = 12,
    slope_change: bool = False,
    dispersion: str = "pearson",
    distribution: str = "normal",
    lags: int | None = None,
    confidence: float = 0.95,
) -> RateFit:
    """Return the jump, and on request the turn, of a rate at a known date.

    An interrupted time series: the log rate has a straight trend, seasonal waves, and a step
    from `start` on. Nothing else may have changed on that date; see `controlled_segmented_rate`.

    Parameters
    ----------
    count : array_like, shape (T,)
        Events per period, 0 or more; whole where `dispersion` is "none".
    exposure : array_like, shape (T,)
        What events are counted in (posts, person-days), above 0.
    time : array_like, shape (T,)
        Number of each period, such as months counted from any origin; each once, in any order.
    start : float
        First time at which the change is in force: a period with `time` ≥ `start` is after it.
        At least 3 periods on either side.
    harmonics : int
        Pairs of seasonal waves, 0 or more.
    period : float
        Length of the season, in units of `time`, above 0.
    slope_change : bool
        Whether the trend may change too.
    dispersion : {"pearson", "none", "hac"}
        Quasi-Poisson; Poisson; Newey–West errors for neighbours that are alike (only for times
        without gaps). "hac" is for long series: with 16 to 60 periods its normal limits of the
        level covered 82 to 90 % where 95 % was promised, with or without autocorrelation
        (simulated), no better than the quasi-Poisson limits under the latter.
    distribution : {"normal", "t"}
        Of the limits. The published analyses use the normal; with fewer than about 40 periods t,
        with T less the number of terms, is the honest one. Not with "none".
    lags : int, optional
        Of "hac"; None: 4 (T/100)^(2/9), rounded down.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    RateFit
        Log rates, indexed by `intercept` (at the last period before `start`, seasonal waves at
        0), `level` (step at `start`), `trend` (per unit of time), `slope_change` (per unit of
        time since the last period before `start`, so that the first after counts 1 where periods
        are 1 apart; the step is then the one carried back to that last period), `sin_1`, `cos_1`,
        and so on. exp of `level` is the rate ratio. `note` gives the autocorrelation of the
        residuals and names gaps in time. `loglik` only for "none".

    Raises
    ------
    EstimationError
        Where an input is out of range (all faults at once); no events before or after `start`, or
        zero counts that leave a term without a finite estimate; as many terms as counts, or terms
        that cannot be told apart (more harmonics than the season has periods for); counts exactly
        on the line, for "pearson" and "hac".

    Notes
    -----
    Wagner et al. 2002, *J Clin Pharm Ther* 27:299 (coding of the slope); Lopez Bernal, Cummins &
    Gasparrini 2017, *Int J Epidemiol* 46:348, https://doi.org/10.1093/ije/dyw098, and its
    correction of 2021. Newey & West 1987, *Econometrica* 55:703, with factor T/(T − terms).
    """
    where = "segmented_rate"
    columns = number_columns(count=count, exposure=exposure, time=time)
    faults = series_faults(columns, start, dispersion, harmonics, period, distribution, lags)
    refuse(where, faults + confidence_faults(confidence))
    count_, exposure_, time_ = columns.values()
    order = np.argsort(time_)
    last = time_[time_ < start].max()
    terms = segment_terms(time_[order], start, last, harmonics, period, slope_change)
    rates = Rates(where, count_[order], exposure_[order], time_[order], np.ones(len(order)), terms)
    _need_both_sides(rates, start, ("the series",))
    fit = fit_rates(
        rates, dispersion=dispersion, distribution=distribution, lags=lags, confidence=confidence
    )
    return replace(fit, note=_note(rates, fit, ("of the series",)))


def controlled_segmented_rate(
    count: Any,
    exposure: Any,
    time: Any,
    focal: Any,
    *,
    start: float,
    harmonics: int = 0,
    period: float = 12,
    slope_change: bool = False,
    dispersion: str = "pearson",
    distribution: str = "normal",
    lags: int | None = None,
    confidence: float = 0.95,
) -> RateFit:
    """Return how much more the focal rate jumped at a known date than the reference rate.

    What changed for both classes on that date cancels. Each class has its own trend, seasonal
    waves and step, so each step is that of `segmented_rate` on the class alone.

    Parameters
    ----------
    count, exposure, time : array_like, shape (R,)
        As for `segmented_rate`, one row per class and period.
    focal : array_like of bool, shape (R,)
        Both classes at the same times.
    start, harmonics, period, slope_change, dispersion, distribution, lags, confidence :
        As for `segmented_rate`. The Pearson dispersion is pooled over the classes; "hac" adds the
        classes up at each time first, so that what moves both at once is allowed for; where both
        have the same counts nothing is left, and the error is NaN, with a note (not 0).

    Returns
    -------
    RateFit
        The terms of `segmented_rate` are those of the reference class; those that begin with
        `focal_`, and `focal` for the intercept, are what the focal class adds. exp of
        `focal_level` is the ratio of rate ratios.

    Raises
    ------
    EstimationError
        As `segmented_rate`; also where a class is missing at some time.

    Notes
    -----
    Lopez Bernal, Cummins & Gasparrini 2018, *Int J Epidemiol* 47:2082,
    https://doi.org/10.1093/ije/dyy135.
    """
    import pandas as pd

    where = "controlled_segmented_rate"
    columns = number_columns(count=count, exposure=exposure, time=time, focal=focal)
    flags = columns.pop("focal")
    faults = focal_faults(flags, columns["time"])
    faults += series_faults(
        columns, start, dispersion, harmonics, period, distribution, lags, flags
    )
    refuse(where, faults + confidence_faults(confidence))
    order = np.lexsort((columns["time"], flags))
    count_, exposure_, time_ = (v[order] for v in columns.values())
    series = flags[order]
    last = time_[time_ < start].max()
    own = segment_terms(time_, start, last, harmonics, period, slope_change)
    added = own.mul(series, axis=0).rename(
        columns=lambda name: "focal" if name == "intercept" else f"focal_{name}"
    )
    rates = Rates(where, count_, exposure_, time_, series, pd.concat([own, added], axis=1))
    _need_both_sides(rates, start, ("the focal class", "the reference class"))
    fit = fit_rates(
        rates, dispersion=dispersion, distribution=distribution, lags=lags, confidence=confidence
    )
    return replace(fit, note=_note(rates, fit, ("of the focal class", "of the reference class")))


def _need_both_sides(rates: Rates, start: float, names: tuple[str, ...]) -> None:
    """Raise where a class has no events on one side, so that its step is infinite."""
    faults = []
    for name, one in zip(names, sorted(set(rates.series.tolist()), reverse=True), strict=True):
        mine = rates.series == one
        for side, there in (("before", rates.time < start), ("after", rates.time >= start)):
            if not rates.count[mine & there].sum():
                faults.append(f"{name} has no events {side} the start, so no finite rate ratio")
    refuse(rates.where, faults)


def _note(rates: Rates, fit: RateFit, names: tuple[str, ...]) -> str:
    time = np.unique(rates.time)
    parts = [fit.note] if fit.note else []
    parts += [
        f"Lag-1 autocorrelation of the residuals {name}: {plain(r, decimals=2)} (chance alone: "
        f"within {around(1.96 / np.sqrt(len(time)))})."
        for name, r in zip(names, fit.autocorrelation, strict=True)
    ]
    if broken := gaps(time):
        parts.append(f"{broken} gap(s) in time: the trend runs on through them.")
    return " ".join(parts)
