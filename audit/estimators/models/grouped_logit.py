"""A logistic model fitted on counts, its clusters summed where the counts are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.base import Array, Estimate, choose, confidence_faults, refuse
from audit.estimators.models.factors import (
    Factors,
    factors,
    fitted_logit,
    probability,
    refuse_separated,
)
from audit.influence import IS_FOCAL, IS_REFERENCE, Influence, Tallies

OVER = ("focal", "reference", "all")
METHOD = "logistic regression on counts, CR1 by account, t(accounts of the smaller class - 1)"


@dataclass(frozen=True, slots=True, eq=False)
class GroupedLogit:
    """A logistic model of the outcome on class and factors.

    Attributes
    ----------
    coefficient : Estimate
        Log-odds of the focal class against the reference class.
    contrast : Estimate
        Mean predicted probability as focal less that as reference, over the posts asked for.
    params : ndarray, shape (p,)
        Intercept, focal, then each factor's levels after its first.
    n : float
        Posts.
    n_accounts : int
    """

    coefficient: Estimate
    contrast: Estimate
    params: Array
    n: float
    n_accounts: int


def grouped_logit(
    cells: Tallies, levels: Any, *, over: str = "focal", confidence: float = 0.95
) -> GroupedLogit:
    """Return the logistic model of the outcome on class and the factors of the strata.

    Parameters
    ----------
    cells : Tallies
        Counts by account × stratum, in arrays (`AccountStrata`) or in the engine.
    levels : array_like of int, shape (S, k)
        Level of each of k factors in each stratum, numbered from 0.
    over : {"focal", "reference", "all"}
        Posts that `contrast` averages over.
    confidence : float

    Raises
    ------
    SeparationError
        Some levels or a class predict the outcome perfectly.
    TooFewAccounts
        A class has fewer than two accounts.
    EstimationError
        Factors that repeat one another, or levels that are not one per stratum.

    Notes
    -----
    Newton's method on counts by class × stratum gives the coefficients of the rows. With B the
    inverse information and g an estimand's gradient, account a adds ψ_a = Σ (y - μ) x'Bg, which is
    summed where the counts are; the variance is Σψ² G/(G-1) (N-1)/(N-p), CR1 as in Liang & Zeger
    1986, Biometrika 73:13. CR2 needs the cross-products of every account's columns, which do not
    come down: use `logit` on the cells of a study small enough to be fetched.
    """
    choose("over", over, OVER)
    refuse("grouped_logit", confidence_faults(confidence))
    sums = cells.sums()
    y, n = sums.events.ravel(), sums.n.ravel()
    here = n > 0
    design = _design(np.asarray(levels), sums.n.shape[1], here)
    y, n = y[here], n[here]
    refuse_separated("grouped_logit", design, y, n)
    params, mean, inverse = fitted_logit("grouped_logit", design, y, n)
    slope, gap = _contrast(design, params, n, over)
    wanted = np.zeros(design.width)
    wanted[1] = 1.0
    pushed = cells.push(
        {
            name: _influence(design.predictor(inverse @ gradient), mean, here)
            for name, gradient in (("coefficient", wanted), ("contrast", slope))
        }
    )
    focal = cells.focal_accounts()
    fewest = min(int(focal.sum()), int((~focal).sum()))
    if fewest < 2:
        raise TooFewAccounts("grouped_logit: a class has fewer than two accounts.")
    many, total = len(focal), n.sum()
    factor = many / (many - 1) * (total - 1) / (total - design.width)
    found = [
        _estimate(value, float(np.sqrt(factor * (pushed[name] ** 2).sum())), fewest - 1, confidence)
        for name, value in (("coefficient", float(params[1])), ("contrast", gap))
    ]
    return GroupedLogit(found[0], found[1], params, float(total), many)


def _design(levels: Array, strata: int, here: Array) -> Factors:
    if levels.ndim != 2 or len(levels) != strata:
        raise EstimationError(
            f"grouped_logit: levels have shape {levels.shape}; allowed: ({strata}, factors)."
        )
    side = np.repeat([IS_REFERENCE, IS_FOCAL], strata)
    codes = np.column_stack([side, np.vstack([levels, levels])])[here]
    # a level without posts has no column
    codes = np.column_stack([np.unique(c, return_inverse=True)[1] for c in codes.T])
    codes = np.asfortranarray(codes)  # they are read a column at a time
    if codes[:, 0].max(initial=0) == 0:
        raise EstimationError("grouped_logit: a class has no posts that count.")
    return factors(codes)


def _contrast(design: Factors, params: Array, n: Array, over: str) -> tuple[Array, float]:
    """Return the gradient of the mean contrast, and its value."""
    is_focal = design.codes[:, 0] == 1
    rows = {"focal": is_focal, "reference": ~is_focal, "all": np.ones(len(n), dtype=bool)}[over]
    weights = n * rows / n[rows].sum()
    base = design.predictor(params) - params[1] * is_focal
    as_focal, as_reference = probability(base + params[1]), probability(base)
    steep_focal = weights * as_focal * (1 - as_focal)
    slope = design.sums(steep_focal - weights * as_reference * (1 - as_reference))
    slope[1] = steep_focal.sum()
    return slope, float((weights * (as_focal - as_reference)).sum())


def _influence(direction: Array, mean: Array, here: Array) -> Influence:
    def spread(values: Array) -> Array:
        out = np.zeros(len(here))
        out[here] = values
        return out.reshape(2, -1)

    return Influence({"events": spread(direction), "n": spread(-mean * direction)})


def _estimate(value: float, error: float, df: int, confidence: float) -> Estimate:
    from scipy.special import stdtr, stdtrit

    half = float(stdtrit(df, (1 + confidence) / 2)) * error
    p = float(2 * stdtr(df, -abs(value) / error)) if error > 0 else float("nan")
    return Estimate(value, value - half, value + half, error, p, float(df), METHOD)
