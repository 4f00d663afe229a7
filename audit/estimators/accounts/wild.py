"""A test for few clusters: residuals keep their size and are given signs cluster by cluster."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, sqrt
from typing import Any

import numpy as np

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.base import Array, Estimate, choose, refuse
from audit.estimators.models.covariance import sandwich
from audit.estimators.models.model_matrix import ModelMatrix, model_matrix

WHERE = "wild_cluster_test"
ENUMERATED = 20_000
EXACT = 1e-12  # residuals this small beside y are rounding
TIE = 1e-9  # relative difference of two statistics that is rounding
BLOCK = 20_000_000  # signs held at once


def wild_cluster_test(
    X: Any,
    y: Any,
    cluster: Any,
    column: Any,
    *,
    draws: int = 9999,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Return a least-squares coefficient with the wild cluster restricted bootstrap.

    Parameters
    ----------
    X : array_like, shape (n, p)
        Columns as they are: no intercept is added.
    y : array_like, shape (n,)
    cluster : array_like, shape (n,)
        Labels; at least two.
    column : column name or index
        Whose coefficient; a name goes before an index.
    draws : int
        Sign vectors drawn, where not all are used: there are 2^G, and all are where that is at
        most 20,000.
    seed : int
    confidence : float

    Returns
    -------
    Estimate
        Standard error CR1, df G - 1 (neither is used by the rest). The p-value is the share of
        sign vectors, the one observed among them, whose statistic is as large in size: b/2^G with
        all of them, else (1 + b)/(1 + draws); never 0. The limits are the outermost values next
        to the estimate that are not rejected at 1 - confidence. With few clusters nothing can be
        (the smallest p is 2/2^G): the limits are then infinite, and `note` says so.

    Raises
    ------
    TooFewAccounts
        One cluster.
    EstimationError
        Faulty input; a coefficient that one cluster alone determines, or no residual spread.

    Notes
    -----
    Cameron, Gelbach & Miller 2008, Rev Econ Stat 90:414; Roodman, MacKinnon, Nielsen & Webb 2019,
    Stata J 19:4, https://doi.org/10.1177/1536867X19830877. Rademacher signs, null imposed; the
    null value enters the statistics linearly, so inversion needs no new draws.
    """
    model = model_matrix(WHERE, X, y, cluster=cluster, confidence=confidence)
    at = _column(model, column)
    if not draws >= 1:
        refuse(WHERE, [f"draws is {draws!r}; allowed: 1 or more"])
    if len(model.labels) < 2:
        raise TooFewAccounts(f"{WHERE}: all rows are of one cluster; allowed: at least 2.")
    if model.n <= model.x.shape[1]:
        refuse(WHERE, [f"X has {model.x.shape[1]} columns and {model.n:g} rows; allowed: more"])
    lines = _lines(model, at)
    groups = len(model.labels)
    every = groups < 64 and 2**groups <= ENUMERATED
    statistics = _draw(lines, groups, every, draws, seed)
    alpha = 1 - confidence
    p_value = statistics.p_value(0.0)
    low = _limit(statistics, lines, -1.0, alpha)
    high = _limit(statistics, lines, 1.0, alpha)
    how = f"all {2**groups:,} sign vectors" if every else f"{draws:,} draws, seed {seed}"
    open_ended = not (np.isfinite(low) and np.isfinite(high))
    return Estimate(
        lines.estimate,
        low,
        high,
        lines.std_error,
        p_value,
        groups - 1.0,
        method=f"wild cluster restricted bootstrap, Rademacher, {groups} clusters, {how}",
        note=f"an infinite limit: {groups} clusters cannot reject every value" * open_ended,
    )


def _column(model: ModelMatrix, column: Any) -> int:
    if column in model.columns:
        return model.columns.index(column)
    p = len(model.columns)
    if isinstance(column, int | np.integer) and -p <= column < p:
        return int(column) % p
    choose("column of X", column, [str(c) for c in model.columns])
    return [str(c) for c in model.columns].index(column)


@dataclass(frozen=True, slots=True, eq=False)
class Lines:
    """Cluster sums that are linear in the null value b: constant part less b times slope part.

    `top` (2, G): numerator of the bootstrapped coefficient per cluster. `scores` (2, G, G): the
    score of each cluster (rows) as its own and the other clusters' signs (columns) make it.
    """

    estimate: float
    std_error: float
    top: Array
    scores: Array
    correction: float


def _lines(model: ModelMatrix, at: int) -> Lines:
    size = np.abs(model.x).max(axis=0)
    x = model.x / size
    own, rest = x[:, at], np.delete(x, at, axis=1)
    basis = np.linalg.qr(rest)[0] if rest.shape[1] else np.empty((len(x), 0))
    free = own - basis @ (basis.T @ own)
    free -= basis @ (basis.T @ free)
    left = model.y - basis @ (basis.T @ model.y)
    square = float(free @ free)
    full = np.column_stack([basis, free / sqrt(square)])
    estimate = float(free @ left) / square
    residual = left - estimate * free
    _refuse_unanswerable(model, at, residual)
    codes, groups = np.asarray(model.cluster), len(model.labels)
    pick = np.zeros((groups, len(x)))
    pick[codes, np.arange(len(x))] = 1.0
    top, scores = np.empty((2, groups)), np.empty((2, groups, groups))
    loading = pick @ (free[:, None] * full)
    for part, values in enumerate((left, free)):
        top[part] = pick @ (free * values)
        scores[part] = np.diag(top[part]) - loading @ (pick @ (values[:, None] * full)).T
    n, p = len(x), x.shape[1]
    correction = groups / (groups - 1) * (n - 1) / (n - p)
    meat = float(((pick @ (free * residual)) ** 2).sum())
    std_error = sqrt(correction * meat) / square
    scale = float(size[at])
    return Lines(
        estimate / scale,
        std_error / scale,
        np.stack([top[0], top[1] * scale]) / (square * scale),
        np.stack([scores[0], scores[1] * scale]) / (square * scale),
        correction,
    )


def _refuse_unanswerable(model: ModelMatrix, at: int, residual: Array) -> None:
    unit = np.eye(len(model.columns))[at]
    exact = float(np.abs(residual).max()) <= EXACT * float(np.abs(model.y).max())
    if not exact:
        clusters = sandwich(WHERE, model, residual, np.ones(len(residual)), "cr1")
        if alone := clusters.alone(unit):
            raise EstimationError(
                f"{WHERE}: cluster {model.labels[alone[0]]!r} alone determines a part of column "
                f"{model.name([at])}; allowed: at least two clusters where it varies, given the "
                "other columns."
            )
        variance = float(unit @ clusters.covariance() @ unit)
        exact = clusters.flat(unit, sqrt(max(variance, 0.0)))
    if exact:
        raise EstimationError(
            f"{WHERE}: the residuals have no spread between clusters, so no sign matters. "
            f"y runs from {model.y.min():g} to {model.y.max():g}."
        )


@dataclass(frozen=True, slots=True, eq=False)
class Statistics:
    """Per sign vector, coefficients of the numerator and of the squared standard error in b."""

    estimate: float
    std_error: float
    top: Array
    below: Array
    added: int

    def p_value(self, null: float) -> float:
        """Return the share of sign vectors at least as far from `null` as the data."""
        top = (self.top[0] - null * self.top[1]) ** 2
        below = self.below[0] - 2 * null * self.below[1] + null**2 * self.below[2]
        seen = ((self.estimate - null) / self.std_error) ** 2
        extreme = top >= seen * (1 - TIE) * np.maximum(below, 0.0)
        return (int(extreme.sum()) + self.added) / (len(top) + self.added)


def _draw(lines: Lines, groups: int, every: bool, draws: int, seed: int) -> Statistics:
    rng = np.random.default_rng(seed)
    number = 2**groups if every else draws
    top, below = np.empty((2, number)), np.empty((3, number))
    step = max(1, BLOCK // groups)
    for start in range(0, number, step):
        k = np.arange(start, min(start + step, number))
        if every:
            signs = 1.0 - 2.0 * ((k[:, None] >> np.arange(groups)) & 1)
        else:
            signs = rng.choice((-1.0, 1.0), size=(len(k), groups))
        first, second = signs @ lines.scores[0].T, signs @ lines.scores[1].T
        top[:, k] = lines.top @ signs.T
        pairs = (first * first, first * second, second * second)
        below[:, k] = [lines.correction * pair.sum(axis=1) for pair in pairs]
    return Statistics(lines.estimate, lines.std_error, top, below, 0 if every else 1)


def _limit(statistics: Statistics, lines: Lines, side: float, alpha: float) -> float:
    """Return the nearest value on one side beyond which the null is rejected."""
    inside, outside = 0.0, 1.0
    while statistics.p_value(lines.estimate + side * outside * lines.std_error) >= alpha:
        inside, outside = outside, 1.5 * outside
        if outside > 1e6:
            return side * inf
    for _ in range(60):
        middle = (inside + outside) / 2
        rejected = statistics.p_value(lines.estimate + side * middle * lines.std_error) < alpha
        inside, outside = (inside, middle) if rejected else (middle, outside)
    return lines.estimate + side * outside * lines.std_error
