"""A logistic model fitted on counts, its clusters summed where the counts are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import EstimationError, SeparationError, TooFewAccounts
from audit.estimators.base import Array, Estimate, choose, confidence_faults, refuse
from audit.estimators.models.separation import perfect_prediction
from audit.influence import IS_FOCAL, IS_REFERENCE, Influence, Tallies

OVER = ("focal", "reference", "all")
STEPS = 60
SETTLED = 1e-12  # largest change of a coefficient at which Newton's method has arrived
SEARCHED = 5_000_000  # entries of the design up to which separation is searched exactly
STEEP = 30.0  # a linear predictor beyond this is on its way to infinity
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


@dataclass(frozen=True, slots=True, eq=False)
class _Design:
    """Class and factors of every cell as codes, and where each factor's columns start."""

    codes: Array
    starts: tuple[int, ...]
    sizes: tuple[int, ...]
    width: int

    def predictor(self, params: Array) -> Array:
        """Return x'b of every cell."""
        eta = np.full(len(self.codes), params[0])
        for code, start, size in zip(self.codes.T, self.starts, self.sizes, strict=True):
            eta += np.concatenate([[0.0], params[start : start + size - 1]])[code]
        return eta

    def sums(self, values: Array) -> Array:
        """Return X'v: sums of the values over each column's cells."""
        out = np.zeros(self.width)
        out[0] = values.sum()
        for code, start, size in zip(self.codes.T, self.starts, self.sizes, strict=True):
            out[start : start + size - 1] = np.bincount(code, values, size)[1:]
        return out

    def products(self, weights: Array) -> Array:
        """Return X'WX as weighted cross-tabulations: no design matrix is made."""
        out = np.diag(self.sums(weights))
        out[0] = out[:, 0] = self.sums(weights)
        parts = list(zip(self.codes.T, self.starts, self.sizes, strict=True))
        for place, (code, start, size) in enumerate(parts):
            for other, begin, many in parts[place + 1 :]:
                table = np.bincount(code * many + other, weights, size * many)
                block = table.reshape(size, many)[1:, 1:]
                out[start : start + size - 1, begin : begin + many - 1] = block
                out[begin : begin + many - 1, start : start + size - 1] = block.T
        return out

    def dense(self) -> Array:
        """Return the design matrix."""
        out = np.zeros((len(self.codes), self.width))
        out[:, 0] = 1.0
        for code, start in zip(self.codes.T, self.starts, strict=True):
            rows = np.flatnonzero(code)
            out[rows, start + code[rows] - 1] = 1.0
        return out


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
    _refuse_separation(design, y, n)
    params, mean, inverse = _fitted(design, y, n)
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


def _design(levels: Array, strata: int, here: Array) -> _Design:
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
    sizes = tuple(int(c.max()) + 1 for c in codes.T)
    starts = tuple(1 + int(s) for s in np.cumsum([0, *(size - 1 for size in sizes[:-1])]))
    return _Design(codes, starts, sizes, 1 + sum(size - 1 for size in sizes))


def _fitted(design: _Design, y: Array, n: Array) -> tuple[Array, Array, Array]:
    params = np.zeros(design.width)
    share = y.sum() / n.sum()
    params[0] = np.log(share / (1 - share))
    for _ in range(STEPS):
        mean = _probability(design.predictor(params))
        try:
            inverse = np.linalg.inv(design.products(n * mean * (1 - mean)))
        except np.linalg.LinAlgError as error:
            raise EstimationError("grouped_logit: some factors repeat one another.") from error
        step = inverse @ design.sums(y - n * mean)
        params = params + step
        if np.abs(step).max() < SETTLED * max(1.0, np.abs(params).max()):
            break
    else:
        raise EstimationError(
            "grouped_logit: the coefficients do not settle. Try: fewer factors, or merge levels "
            "that hold few posts or repeat one another."
        )
    predictor = design.predictor(params)
    if np.abs(predictor).max() > STEEP:
        raise SeparationError("grouped_logit: some levels predict the outcome perfectly.")
    mean = _probability(predictor)
    return params, mean, np.linalg.inv(design.products(n * mean * (1 - mean)))


def _refuse_separation(design: _Design, y: Array, n: Array) -> None:
    if y.sum() in (0, n.sum()):
        raise SeparationError("grouped_logit: every post has the same outcome.")
    if len(y) * design.width > SEARCHED:
        return  # a predictor that grows without end is found after the fit
    x = design.dense()
    signed = np.vstack([x[y > 0], -x[y < n]])
    columns, _ = perfect_prediction(signed)
    if columns.any():
        raise SeparationError(
            f"grouped_logit: {int(columns.sum())} column(s) predict the outcome perfectly in some "
            "posts, so they have no finite coefficient. Try: merging levels, or fewer factors."
        )


def _contrast(design: _Design, params: Array, n: Array, over: str) -> tuple[Array, float]:
    """Return the gradient of the mean contrast, and its value."""
    is_focal = design.codes[:, 0] == 1
    rows = {"focal": is_focal, "reference": ~is_focal, "all": np.ones(len(n), dtype=bool)}[over]
    weights = n * rows / n[rows].sum()
    base = design.predictor(params) - params[1] * is_focal
    as_focal, as_reference = _probability(base + params[1]), _probability(base)
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


def _probability(predictor: Array) -> Array:
    from scipy.special import expit

    return np.asarray(expit(predictor))
