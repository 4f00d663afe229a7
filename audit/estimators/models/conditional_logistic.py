"""Logistic regression within strata, whose own levels are conditioned away."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.base import Array, Fit, refuse
from audit.estimators.models.model_matrix import (
    ModelMatrix,
    dependent_columns,
    group_numbers,
    model_matrix,
)
from audit.estimators.models.separation import perfect_prediction, separated

STEPS = 60
WHERE = "conditional_logit"


def conditional_logit(X: Any, y: Any, stratum: Any, *, confidence: float = 0.95) -> Fit:
    """Return log odds ratios within strata, given how many events each stratum had.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Columns that vary within strata; an intercept has no meaning here.
    y : array_like, shape (n,)
        0 or 1.
    stratum : array_like, shape (n,)
        Labels, such as the pair or the rule × language cell.
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Fit
        Exact conditional maximum likelihood, with the normal distribution (df infinite). Strata
        with one outcome only, or one row, say nothing; `note` gives their number, and `n` counts
        the rows of the others. Rows within a stratum count as independent.

    Raises
    ------
    SupportError
        No stratum holds both outcomes.
    SeparationError
        X orders the outcomes perfectly within the strata; the columns are named.
    EstimationError
        Faulty input; columns that do not vary within strata, or are sums of others there.

    Notes
    -----
    Breslow & Day 1980, Statistical Methods in Cancer Research I, ch. 7. With one 0/1 column this
    is the conditional odds ratio of R's `mantelhaen.test(exact = TRUE)`. Work grows with the rows
    of a stratum times its rarer outcome. Means and variances are carried through the recursion
    itself; statsmodels' `ConditionalLogit` gives the same answer by recursive calls, which take
    50 s on 4,526 rows.
    """
    # an all-zero or collinear column is judged within strata, below
    model = model_matrix(WHERE, X, y, binary=True, confidence=confidence, independent=False)
    codes, _, faults = group_numbers("stratum", stratum, len(model.x))
    refuse(WHERE, faults)
    strata, silent = _informative(model, codes)
    centred = [model.x[rows] - model.x[rows].mean(axis=0) for rows in strata]
    size = _varying(model, np.vstack(centred))
    centred = [rows / size for rows in centred]
    _refuse_separation(model, strata, np.vstack(centred))
    params, information, loglik = _maximise([model.y[rows] for rows in strata], centred)
    vcov = np.linalg.inv(information) / np.outer(size, size)
    return _normal_fit(
        model,
        params / size,
        vcov,
        confidence,
        loglik=loglik,
        method="conditional logistic regression, exact likelihood, normal limits",
        note=f"{silent} of {silent + len(strata)} strata have one outcome only and say nothing"
        if silent
        else "",
        n=float(sum(len(rows) for rows in strata)),
    )


def _normal_fit(
    model: ModelMatrix, params: Array, vcov: Array, confidence: float, **rest: Any
) -> Fit:
    from scipy.special import ndtr, ndtri

    std_error = np.sqrt(np.diag(vcov))
    half = float(ndtri((1 + confidence) / 2)) * std_error
    return Fit(
        params=model.vector(params),
        std_error=model.vector(std_error),
        df=model.vector(np.full(len(params), np.inf)),
        p_value=model.vector(2 * ndtr(-np.abs(params) / std_error)),
        conf_low=model.vector(params - half),
        conf_high=model.vector(params + half),
        vcov=model.square(vcov),
        columns=model.columns,
        **rest,
    )


def _informative(model: ModelMatrix, codes: Array) -> tuple[list[Array], int]:
    order = np.argsort(codes, kind="stable")
    every = np.split(order, np.cumsum(np.bincount(codes))[:-1])
    strata = [rows for rows in every if 0 < model.y[rows].sum() < len(rows)]
    if not strata:
        raise SupportError(
            f"{WHERE}: none of {len(every)} strata holds both outcomes, so none says anything. "
            "Try: coarser strata."
        )
    return strata, len(every) - len(strata)


def _varying(model: ModelMatrix, centred: Array) -> Array:
    """Return the size of each column within strata, or raise where one does not vary there."""
    size = np.asarray(np.abs(centred).max(axis=0))
    flat = np.flatnonzero(size <= 1e-12 * np.abs(model.x).max(axis=0))
    if len(flat):
        refuse(WHERE, [f"column(s) {model.name(flat)} do not vary within any informative stratum"])
    refuse(WHERE, dependent_columns(centred, model))
    return size


def _refuse_separation(model: ModelMatrix, strata: list[Array], centred: Array) -> None:
    """Search for separation with one threshold per stratum, which is what conditioning leaves."""
    from scipy import sparse

    rows = np.concatenate(strata)
    which = np.repeat(np.arange(len(strata)), [len(s) for s in strata])
    sign = np.where(model.y[rows] == 1, 1.0, -1.0)
    thresholds = sparse.csr_array((sign, (np.arange(len(rows)), which)))
    signed = sparse.hstack([sparse.csr_array(sign[:, None] * centred), thresholds])
    columns, found = perfect_prediction(sparse.csr_array(signed))
    columns = columns[: centred.shape[1]]
    if columns.any():
        raise separated(WHERE, model, columns, float(found.sum()), float(len(rows)))


def _maximise(outcomes: list[Array], centred: list[Array]) -> tuple[Array, Array, float]:
    """Return coefficients, information and log-likelihood by Newton's method."""

    def state(at: Array) -> tuple[float, Array, Array]:
        parts = [_stratum(x, y, at) for x, y in zip(centred, outcomes, strict=True)]
        return (
            sum(part[0] for part in parts),
            np.sum([part[1] for part in parts], axis=0),
            np.sum([part[2] for part in parts], axis=0),
        )

    at = np.zeros(centred[0].shape[1])
    value, gradient, information = state(at)
    for _ in range(STEPS):
        step = np.linalg.solve(information, gradient)
        if float(gradient @ step) < 1e-20 * max(1.0, abs(value)):
            return at, information, value
        for halving in range(30):
            new = state(at + step / 2**halving)
            if new[0] >= value - 1e-13 * abs(value):
                break
        at = at + step / 2**halving
        value, gradient, information = new
    if float(gradient @ np.linalg.solve(information, gradient)) < 1e-12:
        return at, information, value  # rounding hides any further rise
    raise EstimationError(f"{WHERE}: no maximum after {STEPS} steps. Try: fewer columns.")


def _stratum(x: Array, y: Array, at: Array) -> tuple[float, Array, Array]:
    """Return log-likelihood, score and information of one stratum of centred columns.

    Row by row, for every number k of events so far: the log of the sum over subsets of size k,
    and mean and variance of the sum of x over them.
    """
    events = int(y.sum())
    if flip := 2 * events > len(y):  # the complement is smaller
        at, y, events = -at, 1 - y, len(y) - events
    linear, p = x @ at, x.shape[1]
    total = np.full(events + 1, -np.inf)
    total[0] = 0.0
    mean, spread = np.zeros((events + 1, p)), np.zeros((events + 1, p, p))
    for i, row in enumerate(x):
        k = slice(1, min(i + 1, events) + 1)
        before = slice(0, k.stop - 1)
        joined = total[before] + linear[i]
        new = np.logaddexp(total[k], joined)
        share = np.exp(joined - new)[:, None]
        gap = mean[before] + row - mean[k]
        s = share[:, :, None]
        between = s * (1 - s) * gap[:, :, None] * gap[:, None, :]
        spread[k] = spread[k] * (1 - s) + spread[before] * s + between
        mean[k] = mean[k] + share * gap
        total[k] = new
    observed = y @ x
    score = observed - mean[events]
    loglik = float(observed @ at - total[events])
    return loglik, -score if flip else score, spread[events]
