"""Weights, as even as they can be, under which the reference has exactly the focal means."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.base import Array
from audit.estimators.models.covariates import (
    SHOWN_COLUMNS,
    Covariates,
    directions,
    read_covariates,
)

BALANCED = 1e-8  # largest standardised difference that counts as none
ON_THE_EDGE = 1e-9  # part of a column's range that counts as its end
MOST_STEPS = 200
NEXT = (
    "Try: fewer columns, leaving out focal rows without a counterpart, overlap_weights, or "
    "coarsened_exact"
)


def entropy_balance(X: Any, focal: Any) -> Array:
    """Return weights under which every column's reference mean equals its focal mean exactly.

    Parameters
    ----------
    X : DataFrame or array_like, shape (N, P)
        Numbers; one 0/1 column per level of a category; squares and products where more than
        means must agree.
    focal : array_like of bool, shape (N,)
        By position, whatever the index.

    Returns
    -------
    ndarray, shape (N,)
        In the order of the rows: 1 for focal rows; reference weights are positive and sum to the
        number of focal rows. Of all weights that balance they have the largest entropy.
        A column constant in all rows, or a combination of others, adds nothing and changes
        nothing. Where a focal mean is the end of a column's reference range (a level no focal row
        has), reference rows away from that end weigh 0.

    Raises
    ------
    SupportError
        A class has no row, or no weights can balance: the focal means lie outside what mixtures
        of reference rows reach.
    EstimationError
        A value is missing or infinite, lengths differ, no column varies, or means still differ by
        more than 1e-8 pooled standard deviations at the end.

    Notes
    -----
    Hainmueller 2012, Political Analysis 20:25, https://doi.org/10.1093/pan/mpr025. The convex dual
    is minimised by Newton steps with a line search. A dual direction in which every reference row
    lies on one side of the focal mean proves that there is no solution, and stops the search.
    """
    table = read_covariates("entropy_balance", X, focal)
    if not (np.ptp(table.values, axis=0) > 0).any():
        raise EstimationError(
            "entropy_balance: no column of X varies, so that there is nothing to balance."
        )
    # in ranges from each column's smallest value: sums of squares of any unit stay finite
    low, half = table.values.min(axis=0), np.ptp(table.values / 2, axis=0)
    unit = np.where(half > 0, half, 1.0)
    values = np.where(half > 0, (table.values / 2 - low / 2) / unit, 0.0)
    table = Covariates(values, table.focal, table.names)
    reference, target = values[~table.focal], values[table.focal].mean(axis=0)
    kept = _on_the_edge(reference, target, table.names)
    share = np.zeros(len(reference))
    share[kept] = _most_even(reference[kept], target, table.names)
    _verify(table, share, target)
    weights = np.ones(len(values))
    weights[~table.focal] = share * table.focal.sum()
    return weights


def _impossible(names: Iterable[str]) -> SupportError:
    names = list(names)
    more = len(names) - SHOWN_COLUMNS
    shown = ", ".join(names[:SHOWN_COLUMNS]) + (f" and {more} more" if more > 0 else "")
    return SupportError(
        "entropy_balance: no weights of the reference rows reach the focal means; what stands in "
        f"the way: {shown}. {NEXT}."
    )


def _on_the_edge(reference: Array, target: Array, names: tuple[str, ...]) -> Array:
    """Return which rows can carry weight: all, but for columns whose end is the target."""
    kept = np.ones(len(reference), dtype=bool)
    while True:
        low, high = reference[kept].min(axis=0), reference[kept].max(axis=0)
        outside = (target < low - ON_THE_EDGE) | (target > high + ON_THE_EDGE)
        if outside.any():
            raise _impossible(n for n, is_out in zip(names, outside, strict=True) if is_out)
        before = int(kept.sum())
        at_low, at_high = target <= low + ON_THE_EDGE, target >= high - ON_THE_EDGE
        kept &= (reference[:, at_low] <= low[at_low] + ON_THE_EDGE).all(axis=1)
        kept &= (reference[:, at_high] >= high[at_high] - ON_THE_EDGE).all(axis=1)
        if not kept.any():
            raise _impossible(n for n, a in zip(names, at_low | at_high, strict=True) if a)
        if kept.sum() == before:
            return kept


def _most_even(reference: Array, target: Array, names: tuple[str, ...]) -> Array:
    """Return shares of the rows, summing to 1, by Newton on the convex dual."""
    basis = directions(reference)
    if not basis.scores.shape[1]:
        return np.full(len(reference), 1 / len(reference))
    span = np.where(basis.span > 0, basis.span, 1.0)
    away = np.where(basis.span > 0, (target - basis.centre) / span, 0.0)
    goal = away @ basis.back
    # what the directions cannot say: a combination constant in the reference, but not in the focal
    reached = goal @ np.linalg.pinv(basis.back)
    off = np.abs(away - reached)
    if off.max() > ON_THE_EDGE:
        raise _impossible(n for n, d in zip(names, off, strict=True) if d > ON_THE_EDGE)
    gap = basis.scores - goal
    dual, share = np.zeros(gap.shape[1]), np.full(len(gap), 1 / len(gap))
    value = float(np.log(len(gap)))
    for _ in range(MOST_STEPS):
        slope = share @ gap
        if np.abs(slope).max() < 1e-14:
            break
        curve = (gap * share[:, None]).T @ gap - np.outer(slope, slope)
        step = -np.linalg.lstsq(curve, slope, rcond=None)[0]
        # near the end the value no longer changes in a float, and the slope still does
        new = _closer(gap, dual + step, float(np.abs(slope).max()))
        new = new or _line_search(gap, dual, step, value, float(slope @ step))
        if new is None:
            break
        dual, value, share = new
        sides = gap @ dual
        if sides.max() < -ON_THE_EDGE * np.abs(sides).max():
            load = np.abs(basis.loadings(dual))
            raise _impossible(names[j] for j in np.argsort(-load) if load[j] > 0.5 * load.max())
    return share


def _line_search(
    gap: Array, dual: Array, step: Array, value: float, slope: float
) -> tuple[Array, float, Array] | None:
    """Return the dual, its value and the shares after the longest halved step that lowers it."""
    for halving in range(40):
        trial = dual + step * 0.5**halving
        found, share = _at(gap, trial)
        if found <= value + 1e-4 * 0.5**halving * slope:
            return trial, found, share
    return None


def _closer(gap: Array, trial: Array, slope: float) -> tuple[Array, float, Array] | None:
    """Return the dual, its value and the shares where the largest slope there is at most half."""
    found, share = _at(gap, trial)
    return (trial, found, share) if np.abs(share @ gap).max() <= slope / 2 else None


def _at(gap: Array, dual: Array) -> tuple[float, Array]:
    """Return the value of the dual and the shares it gives."""
    power = gap @ dual
    top = float(power.max())
    raised = np.exp(power - top)
    total = float(raised.sum())
    return top + float(np.log(total)), raised / total


def _verify(table: Covariates, share: Array, target: Array) -> None:
    spread = (table.values[table.focal].var(axis=0) + table.values[~table.focal].var(axis=0)) / 2
    unit = np.sqrt(np.where(spread > 0, spread, 1.0))
    smd = np.abs(share @ table.values[~table.focal] - target) / unit
    if not smd.max() < BALANCED:
        worst = int(np.argmax(smd))
        raise EstimationError(
            f"entropy_balance: after {MOST_STEPS} steps at most {table.names[worst]!r} still "
            f"differs by {smd[worst]:.2g} standard deviations; allowed: {BALANCED:g}. The focal "
            f"means lie at the edge of what reference rows reach. {NEXT}."
        )
