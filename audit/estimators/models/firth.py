"""Logistic regression that stays finite when the outcome is predicted perfectly."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import Array, Fit
from audit.estimators.models.model_matrix import ModelMatrix, model_matrix
from audit.estimators.models.penalised import Penalised, Profile, orthonormal

RESTARTS = 10
HIGHER = 1e-6  # a penalised log-likelihood higher by this is another maximum


def firth_logit(X: Any, y: Any, *, weights: Any = None, confidence: float = 0.95) -> Fit:
    """Return log odds ratios penalised by Jeffreys' prior, finite under separation.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Columns as they are: no intercept is added.
    y : array_like, shape (n,)
        0 or 1; may be all the same.
    weights : array_like of int, shape (n,), optional
        How often each row occurs; rows of weight 0 are left out.
    confidence : float

    Returns
    -------
    Fit
        Limits where twice the fall of the profile penalised log-likelihood reaches the chi-square
        quantile; p-value of the penalised likelihood ratio, the penalty being that of the full
        model in both terms (logistf's convention). `std_error` and `vcov` come from the augmented
        information X'diag((1+h) μ(1-μ))X (logistf from 1.25 on); limits and p do not use them.
        `loglik` is penalised, with the
        information of the columns as given. Rows count as independent: there is no clustering here.

    Raises
    ------
    EstimationError
        Faulty input; columns that are sums of others, named; no convergence.

    Notes
    -----
    Under separation the penalised likelihood can have several maxima; the fit is at the highest
    that it or the search for any limit came to.
    Firth 1993, Biometrika 80:27, https://doi.org/10.1093/biomet/80.1.27; Heinze & Schemper 2002,
    Stat Med 21:2409, https://doi.org/10.1002/sim.1047. With p columns in as many distinct rows the
    estimate is that with half an event added to each outcome: 0 of n gives log(0.5/(n + 0.5)).
    """
    from scipy.special import chdtrc, chdtri

    model = model_matrix("firth_logit", X, y, weights=weights, binary=True, confidence=confidence)
    size = np.abs(model.x).max(axis=0)
    basis, back = orthonormal(model.x / size, model.counts)
    whole = Penalised(basis, model)
    at, covariance, found = _highest(model, whole, back, chdtri(1, 1 - confidence) / 2)
    falls, low, high = found.T
    vector = model.vector
    turn = float(np.log(np.abs(np.diag(back))).sum() + np.log(size).sum())
    return Fit(
        vector(np.linalg.inv(back) @ at / size),
        vector(np.sqrt(np.diag(covariance)) / size),
        vector(np.full(len(size), np.inf)),
        vector(chdtrc(1, np.maximum(0.0, 2 * falls))),
        vector(low / size),
        vector(high / size),
        vcov=model.square(covariance / np.outer(size, size)),
        loglik=whole.value(at) + turn,
        method="Firth's penalised logistic regression; profile limits, likelihood ratio p with the "
        "full model's penalty, standard error from the augmented information",
        note="rows count as independent",
        n=model.n,
        columns=model.columns,
    )


def _highest(
    model: ModelMatrix, whole: Penalised, back: Array, fall: float
) -> tuple[Array, Array, Array]:
    """Return the highest maximum that any search came to, with its covariance and its profiles.

    The maximum is in the basis of `whole`, which `back` turns to columns at unit size; the
    covariance, and what `_profiled` says of each, are of those columns.
    """
    p = len(back)
    at, inverse = whole.maximise(np.zeros(p), np.arange(p)), np.linalg.inv(back)
    for _ in range(RESTARTS):
        covariance = inverse @ np.linalg.inv(whole.augmented(at)) @ inverse.T
        reach = np.sqrt(2 * fall * np.diag(covariance))
        found, peak = _profiled(model, (whole.x @ at, inverse @ at), reach, fall)
        if peak is None:
            return at, covariance, found
        # a search along one coefficient came over a higher point: start again from there
        at = whole.maximise(whole.x.T @ (model.counts * peak), np.arange(p))
    raise EstimationError(
        f"firth_logit: {RESTARTS} maxima, each higher than the last. Try: fewer columns."
    )


def _profiled(
    model: ModelMatrix, fit: tuple[Array, Array], reach: Array, fall: float
) -> tuple[Array, Array | None]:
    """Return, per column, the fall to a coefficient of 0 and both limits; and any higher point.

    `fit` holds the log odds of the rows and the coefficients, of columns at unit size.
    """
    linear, best = fit
    x = model.x / np.abs(model.x).max(axis=0)
    out, higher, peak = np.empty((len(best), 3)), HIGHER, None
    for j, far in enumerate(reach.tolist()):
        profile = Profile(model, x, j, linear=linear, best=float(best[j]))
        out[j] = (
            profile.top - profile.value(0.0),
            profile.limit(-far, fall),
            profile.limit(far, fall),
        )
        if profile.peak[0] - profile.top > higher:
            higher, peak = profile.peak[0] - profile.top, profile.peak[1]
    return out, peak
