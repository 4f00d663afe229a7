"""Contrasts given several columns at once: linear and logistic models, judged by account."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import NAN, Array, Fit, choose, refuse
from audit.estimators.models.conditional_logistic import conditional_logit
from audit.estimators.models.covariance import COVARIANCES, Origin, clustered_fit, sandwich
from audit.estimators.models.firth import firth_logit
from audit.estimators.models.gcomputation import standardised_contrast
from audit.estimators.models.model_matrix import ModelMatrix, model_matrix
from audit.estimators.models.separation import refuse_separation

__all__ = ["conditional_logit", "firth_logit", "logit", "ols", "standardised_contrast"]

EXACT = 1e-12  # residuals this small beside y are rounding
CERTAIN = 1e-200  # least working variance; a row so certain adds nothing, whatever it is
STEPS = 100
ENOUGH = 1e-22  # Newton decrement: the log-likelihood's rise that another step promises


def ols(
    X: Any,
    y: Any,
    *,
    weights: Any = None,
    cluster: Any = None,
    covariance: str = "cr2",
    confidence: float = 0.95,
) -> Fit:
    """Return least-squares coefficients with standard errors by cluster.

    Rows of X and entries of y, weights and cluster belong together by position. A Series that has
    the row labels of X in another order is refused, and not put back into theirs.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Columns as they are: no intercept is added. A DataFrame's column names are kept.
    y : array_like, shape (n,)
        Outcome, in any unit; 0 and 1 give differences of probability.
    weights : array_like of int, shape (n,), optional
        How often each row occurs. The fit equals that of the repeated rows, in the same cluster
        (without `cluster`: each repeated row on its own). Rows of weight 0 are left out.
    cluster : array_like, shape (n,), optional
        Labels, such as the account of each post; at least two. None: each row is its own cluster,
        so that cr1, cr2 and cr3 are HC1, HC2 and HC3.
    covariance : {"cr2", "cr1", "cr3"}
        cr1 carries (G/(G-1))((N-1)/(N-p)); cr2 is exact where rows are independent and of equal
        variance; cr3 is the jackknife without its (G-1)/G.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Fit
        Student's t with Satterthwaite's degrees of freedom, for all three covariances. Standard
        error, df, p-value and limits are NaN for a coefficient that one cluster alone determines
        (the only focal account, say), or whose rows have no spread; `note` says which and why.

    Raises
    ------
    TooFewAccounts
        All rows are of one cluster.
    EstimationError
        Faulty input; columns that are sums of others, named; as many columns as rows; an outcome
        that X fits without residual, such as one that never varies.

    Notes
    -----
    Bell & McCaffrey 2002, Survey Methodology 28:169; Pustejovsky & Tipton 2018, J Bus Econ Stat
    36:672, https://doi.org/10.1080/07350015.2016.1247004 (independent working model; generalised
    inverse where clusters have their own dummies).
    """
    choose("covariance of ols", covariance, COVARIANCES)
    model = model_matrix("ols", X, y, weights=weights, cluster=cluster, confidence=confidence)
    _more_rows_than_columns("ols", model)
    params = _least_squares(model)
    residual = model.y - model.x @ params
    if np.abs(residual).max() <= EXACT * max(float(np.abs(model.y).max()), 1e-300):
        raise EstimationError(
            "ols: X fits y without any residual, so nothing says how sure the coefficients are "
            f"(y runs from {model.y.min():g} to {model.y.max():g}). Try: an interval from counts."
        )
    clusters = sandwich("ols", model, residual, np.ones(len(residual)), covariance)
    return clustered_fit(
        Origin(model, clusters, "identity"),
        params,
        covariance=covariance,
        confidence=confidence,
        what="least squares",
        loglik=NAN,
    )


def _least_squares(model: ModelMatrix) -> Array:
    size, root = np.abs(model.x).max(axis=0), np.sqrt(model.counts)
    scaled = root[:, None] * (model.x / size)
    params = np.linalg.lstsq(scaled, root * model.y, rcond=None)[0]
    again = root * model.y - scaled @ params  # one refinement, for large counts and offsets
    return (params + np.linalg.lstsq(scaled, again, rcond=None)[0]) / size


def _more_rows_than_columns(where: str, model: ModelMatrix) -> None:
    n, p = model.n, model.x.shape[1]
    if n <= p:
        refuse(where, [f"X has {p} columns and {n:g} rows; allowed: more rows than columns"])


def logit(
    X: Any,
    y: Any,
    *,
    weights: Any = None,
    cluster: Any = None,
    covariance: str = "cr2",
    confidence: float = 0.95,
) -> Fit:
    """Return log odds ratios by maximum likelihood with standard errors by cluster.

    Parameters
    ----------
    X : array_like, shape (n, p)
        As for `ols`: no intercept is added.
    y : array_like, shape (n,)
        0 or 1.
    weights, cluster, covariance, confidence
        As for `ols`; without `cluster`, each row is its own.

    Returns
    -------
    Fit
        On the log odds scale. The corrections and degrees of freedom are those of the linear model
        with columns and residuals over the fitted standard deviation, as clubSandwich has them for
        a glm: its target is the estimated variance function. NaN as for `ols`.

    Raises
    ------
    SeparationError
        X predicts y perfectly, in all rows or in some: a coefficient has no finite estimate. An
        outcome that never varies is such a case. The columns are named.
    TooFewAccounts, EstimationError
        As for `ols`.

    Notes
    -----
    Finiteness is proved, not presumed: where y is separated, the gradient in an orthonormal basis
    of X is at least as long as the smallest residual. Where that does not settle it, a linear
    program does (see `separation`). statsmodels 0.15 reports convergence there.
    """
    from scipy.special import expit

    choose("covariance of logit", covariance, COVARIANCES)
    model = model_matrix(
        "logit", X, y, weights=weights, cluster=cluster, binary=True, confidence=confidence
    )
    if model.y.min() == model.y.max():
        refuse_separation("logit", model)
    _more_rows_than_columns("logit", model)
    params, linear, loglik = _maximise(model)
    # each tail by itself: 1 less a probability near 1 would be 0, and 0 over 0 its residual
    tails = expit(linear), expit(-linear)
    working = np.maximum(tails[0] * tails[1], CERTAIN)
    residual = np.where(model.y == 1, tails[1], -tails[0])
    clusters = sandwich("logit", model, residual, working, covariance)
    return clustered_fit(
        Origin(model, clusters, "logit"),
        params,
        covariance=covariance,
        confidence=confidence,
        what="logistic regression",
        loglik=loglik,
    )


def _maximise(model: ModelMatrix) -> tuple[Array, Array, float]:
    """Return coefficients, log odds of the rows and log-likelihood, or raise where infinite."""
    from scipy.special import expit

    size, root = np.abs(model.x).max(axis=0), np.sqrt(model.counts)
    q, r = np.linalg.qr(root[:, None] * (model.x / size))
    basis = q / root[:, None]
    at, gradient = np.zeros(basis.shape[1]), np.full(basis.shape[1], inf)
    loglik, settled = _loglik(model, basis @ at), False
    for _ in range(STEPS):
        fitted = expit(basis @ at)
        gradient = basis.T @ (model.counts * (model.y - fitted))
        weight = model.counts * fitted * (1 - fitted)
        try:
            step = np.linalg.solve((basis * weight[:, None]).T @ basis, gradient)
        except np.linalg.LinAlgError:
            break
        if settled or not float(gradient @ step) > ENOUGH * model.n:
            settled = True
            break
        at, loglik, moved = _climb(model, basis, at, step, loglik)
        if not moved:
            settled = True
            break
    linear = basis @ at
    fitted = expit(linear)
    gradient = basis.T @ (model.counts * (model.y - fitted))
    proved = 2 * float(np.linalg.norm(gradient)) < float(np.abs(model.y - fitted).min())
    if not (settled and proved):
        refuse_separation("logit", model)
    if not settled:
        raise EstimationError(f"logit: no maximum after {STEPS} steps. Try: columns of like scale.")
    return np.linalg.solve(r, at) / size, linear, loglik


def _loglik(model: ModelMatrix, linear: Array) -> float:
    signed = np.where(model.y == 1, linear, -linear)
    return -float((model.counts * np.logaddexp(0, -signed)).sum())


def _climb(
    model: ModelMatrix, basis: Array, at: Array, step: Array, loglik: float
) -> tuple[Array, float, bool]:
    """Take the step, halved until the log-likelihood does not fall."""
    for halving in range(30):
        new = at + step / 2**halving
        value = _loglik(model, basis @ new)
        if value >= loglik - 1e-14 * abs(loglik):
            return new, value, True
    return at, loglik, False
