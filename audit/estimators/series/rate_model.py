"""A log-linear model of event rates, and how sure it is of each term."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from math import inf
from typing import Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import NAN, Array, Fit

DISPERSIONS = {
    "pearson": "quasi-Poisson, Pearson dispersion",
    "none": "Poisson, no dispersion",
    "hac": "Poisson, Newey–West standard errors",
}
DISTRIBUTIONS = ("normal", "t")
ROUNDING = 1e-10
CANCELLED = 1e-9  # error over that of independent events; where all cancels, rounding leaves 1e-13


@dataclass(frozen=True, slots=True, eq=False)
class RateFit(Fit):
    """A fit of log rates, with what its residuals show.

    Attributes
    ----------
    dispersion : float
        Pearson's chi-square over its degrees of freedom, whether used or not: about 1 for
        independent events.
    autocorrelation : tuple of float
        Lag-1 autocorrelation of the Pearson residuals, one per series (focal, then reference);
        0 where no residual differs from 0.
    """

    dispersion: float = NAN
    autocorrelation: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Rates:
    """Counts with what they are modelled by; rows in order of time within series.

    Attributes
    ----------
    count, exposure, time, series : ndarray, shape (n,)
    terms : DataFrame, shape (n, p)
    """

    where: str
    count: Array
    exposure: Array
    time: Array
    series: Array
    terms: Any


def fit_rates(
    rates: Rates,
    *,
    dispersion: str,
    distribution: str,
    lags: int | None,
    confidence: float,
) -> RateFit:
    """Fit log rates by maximum likelihood; the options are those of `segmented_rate`.

    A term whose error is 0 but for rounding (see `_cancelled`) has no standard error, p-value or
    limits: NaN, and `note` names it.
    """
    size = np.abs(rates.terms.to_numpy(dtype=float)).max(axis=0)
    size = np.where(size > 0, size, 1.0)
    x = rates.terms.to_numpy(dtype=float) / size
    left = x.shape[0] - x.shape[1]
    if left <= 0:
        raise EstimationError(
            f"{rates.where}: {x.shape[0]} counts for {x.shape[1]} terms; allowed: more counts "
            "than terms. Try: fewer harmonics."
        )
    _need_full_rank(rates, x)
    _need_finite(rates, x)
    params, mean, loglik = _maximise(rates, x)
    chi2 = float(((rates.count - mean) ** 2 / mean).sum())
    if dispersion != "none" and chi2 <= ROUNDING * rates.count.sum():
        raise EstimationError(
            f"{rates.where}: every count lies exactly on the fitted line, so the spread around "
            "it is unknown. Try: dispersion='none'."
        )
    if dispersion == "hac" and lags is None:
        lags = newey_west_lags(len(np.unique(rates.time)))
    vcov = _covariance(rates, x, mean, dispersion, lags, chi2 / left)
    unseen = _cancelled(x, mean, vcov)
    vcov[unseen] = vcov[:, unseen] = NAN
    words = DISPERSIONS[dispersion] + (f" of {lags} lags" if dispersion == "hac" else "")
    degrees = float(left) if distribution == "t" else inf
    residuals = (rates.count - mean) / np.sqrt(mean)
    found = {
        "loglik": loglik if dispersion == "none" else NAN,
        "dispersion": chi2 / left,
        "autocorrelation": _autocorrelation(rates, residuals),
        "method": f"segmented log-linear model of rates, {words}, {distribution} limits",
        "note": _unseen_note(rates.terms.columns[unseen]),
        "n": float(len(mean)),
    }
    return _record(rates.terms.columns, params / size, vcov, size, degrees, confidence, found)


def _covariance(
    rates: Rates, x: Array, mean: Array, dispersion: str, lags: int | None, spread: float
) -> Array:
    """Return the covariance of the terms at unit size, as the dispersion has it."""
    bread = np.linalg.inv(x.T @ (mean[:, None] * x))
    if lags is None or dispersion != "hac":
        return bread * (spread if dispersion == "pearson" else 1.0)
    # squares of the sums, so that what cancels leaves a variance of 0 and never below it
    influence = _long_run_sums(rates, x, mean, lags) @ bread
    return influence.T @ influence * len(mean) / (len(mean) - x.shape[1])


def _cancelled(x: Array, mean: Array, vcov: Array) -> Array:
    """Return which terms have an error of 0 but for rounding.

    Only Newey–West can say so: where the residuals cancel at every time, such as those of two
    classes with the same counts. It is no certainty: nothing was seen of how the term varies.
    """
    plain = np.diag(np.linalg.inv(x.T @ (mean[:, None] * x)))
    return np.asarray(np.diag(vcov) <= CANCELLED**2 * plain)


def _unseen_note(terms: Any) -> str:
    if not len(terms):
        return ""
    names = ", ".join(repr(str(t)) for t in terms)
    return f"No standard error for {names}: the residuals cancel at every time."


def newey_west_lags(periods: int) -> int:
    """Return the usual number of lags, 4 (T / 100)^(2/9) rounded down (Newey & West 1994)."""
    return int(4 * (periods / 100) ** (2 / 9))


def _record(
    names: Any,
    params: Array,
    vcov: Array,
    size: Array,
    degrees: float,
    confidence: float,
    found: dict[str, Any],
) -> RateFit:
    import pandas as pd
    from scipy.stats import t

    covariance = pd.DataFrame(vcov / np.outer(size, size), index=names, columns=names)
    error = np.sqrt(np.diag(covariance))
    arm = float(t.isf((1 - confidence) / 2, degrees)) * error
    p_value = 2 * t.sf(np.abs(params) / error, degrees)
    columns = {
        "params": params,
        "std_error": error,
        "df": np.full(len(params), degrees),
        "p_value": p_value,
        "conf_low": params - arm,
        "conf_high": params + arm,
    }
    series = {name: pd.Series(values, index=names) for name, values in columns.items()}
    return RateFit(vcov=covariance, columns=tuple(names), **series, **found)


def _maximise(rates: Rates, x: Array) -> tuple[Array, Array, float]:
    import statsmodels.api as sm
    from statsmodels.tools.sm_exceptions import PerfectSeparationWarning

    # the level goes into the offset, so that rates far from 1 start near the maximum
    level = np.log(rates.count.sum() / rates.exposure.sum())
    offset = np.log(rates.exposure) + level
    model = sm.GLM(rates.count, x, family=sm.families.Poisson(), offset=offset)
    with warnings.catch_warnings():
        # a perfect fit is fine for counts whose maximum is known to be finite
        warnings.simplefilter("ignore", PerfectSeparationWarning)
        found = model.fit(maxiter=200, tol=1e-10, rtol=1e-13)
    if not found.converged:
        raise EstimationError(f"{rates.where}: the likelihood has no maximum after 200 steps.")
    params = np.array(found.params, dtype=float)
    params[list(rates.terms.columns).index("intercept")] += level
    return params, np.asarray(found.mu, dtype=float), float(found.llf)


def _need_full_rank(rates: Rates, x: Array) -> None:
    kept: list[int] = []
    idle = []
    for column, name in enumerate(rates.terms.columns):
        if np.linalg.matrix_rank(x[:, [*kept, column]], tol=1e-8 * len(x)) > len(kept):
            kept.append(column)
        else:
            idle.append(str(name))
    if idle:
        raise EstimationError(
            f"{rates.where}: {', '.join(idle)} cannot be told from the other terms at these "
            f"{len(np.unique(rates.time))} times. Try: fewer harmonics, or another period."
        )


def _need_finite(rates: Rates, x: Array) -> None:
    """Raise where zero counts let a term run to infinity without losing likelihood."""
    from scipy.linalg import null_space
    from scipy.optimize import linprog

    free = null_space(x[rates.count > 0], rcond=1e-9)
    if not free.shape[1]:
        return
    # a direction that changes no positive count and lowers some zero ones, and raises none
    lower = x[rates.count == 0] @ free
    found = linprog(
        lower.sum(axis=0),
        A_ub=np.vstack([lower, -lower]),
        b_ub=np.r_[np.zeros(len(lower)), np.ones(len(lower))],
        bounds=(None, None),
    )
    if found.fun < -1e-6:
        moved = np.abs(free @ found.x) > 1e-6
        names = ", ".join(str(n) for n, m in zip(rates.terms.columns, moved, strict=True) if m)
        raise EstimationError(
            f"{rates.where}: the zero counts leave no finite estimate of {names}. "
            "Try: fewer terms, or longer periods."
        )


def _long_run_sums(rates: Rates, x: Array, mean: Array, lags: int) -> Array:
    """Return sums whose cross-products are Newey and West's long-run covariance of the scores.

    The scores are summed over series at each time. Bartlett's weights are those of all windows of
    lags + 1 times in a row, the ends padded with nothing: each window's sum over √(lags + 1).
    """
    scores = x * (rates.count - mean)[:, None]
    _, at = np.unique(rates.time, return_inverse=True)
    by_time = np.zeros((at.max() + 1 + 2 * lags, x.shape[1]))
    np.add.at(by_time, at + lags, scores)
    windows = np.lib.stride_tricks.sliding_window_view(by_time, lags + 1, axis=0)
    return windows.sum(axis=-1) / np.sqrt(lags + 1)


def _autocorrelation(rates: Rates, residuals: Array) -> tuple[float, ...]:
    out = []
    for one in sorted(set(rates.series.tolist()), reverse=True):
        e, t = residuals[rates.series == one], rates.time[rates.series == one]
        step = np.diff(t)
        near = step <= step.min() * (1 + 1e-6)
        total = float((e**2).sum())
        out.append(float((e[1:] * e[:-1])[near].sum() / total) if total > ROUNDING else 0.0)
    return tuple(out)
