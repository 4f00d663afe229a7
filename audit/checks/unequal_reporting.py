"""From which inequality of reporting on a gap could be reporting alone."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np

from audit.checks.sensitivity import selective_reporting
from audit.estimators.base import Array

HALVINGS = 30
"""Steps of the bisection: a ratio is then known to nine digits."""


def bounds_by_ratio(
    rate_focal: float, rate_reference: float, ratios: Array, *, milder: bool = False
) -> tuple[Array, Array]:
    """Return the bounds on the gap for each ratio of the shares of posts reported.

    Parameters
    ----------
    rate_focal, rate_reference : float
        Share of reported posts that were acted on, in [0, 1].
    ratios : array, shape (n,)
        Share of focal posts reported over that of reference posts; above 0, each once.
    milder : bool
        Whether posts that only one class has reported are acted on no more readily than the others.

    Returns
    -------
    (low, high) : tuple of array, shape (n,)
        The wider bounds of both populations of `sensitivity.selective_reporting`, the posts
        reported whoever wrote them and all that were reported.
    """
    low, high = np.empty(len(ratios)), np.empty(len(ratios))
    for side, of_focal in ((ratios <= 1, True), (ratios > 1, False)):
        if not side.any():
            continue
        shares = ratios[side] if of_focal else 1 / ratios[side]
        table = selective_reporting(
            rate_focal,
            rate_reference,
            share_reported_focal=shares if of_focal else 1.0,
            share_reported_reference=1.0 if of_focal else shares,
        )
        table = table[table["milder"].astype(bool) == milder]
        by = table.groupby("share_reported_focal" if of_focal else "share_reported_reference")
        low[side], high[side] = by["low"].min().loc[shares], by["high"].max().loc[shares]
    return low, high


@lru_cache(maxsize=32)
def erasing_ratio(
    rate_focal: float, rate_reference: float, *, most: float = 10.0
) -> tuple[float, float]:
    """Return from which inequality on the bounds of a gap hold zero, on either side.

    Parameters
    ----------
    rate_focal, rate_reference : float
        As for `bounds_by_ratio`.
    most : float
        Ratio up to which is looked, above 1.

    Returns
    -------
    (reference, focal) : tuple of float
        How many times as readily reference posts, or focal posts, must be reported; 1 where there
        is no gap, infinity where the gap keeps its sign up to `most`.
    """
    gap = rate_focal - rate_reference

    def holds(power: float, way: float) -> bool:
        low, high = bounds_by_ratio(rate_focal, rate_reference, np.array([10.0 ** (way * power)]))
        return bool(low[0] > 0) if gap > 0 else bool(high[0] < 0)

    def first(way: float) -> float:
        at, beyond = 0.0, math.log10(most)
        if holds(beyond, way):
            return math.inf
        for _ in range(HALVINGS):
            middle = (at + beyond) / 2
            at, beyond = (middle, beyond) if holds(middle, way) else (at, middle)
        return 10.0**at

    return (1.0, 1.0) if gap == 0 else (first(-1.0), first(1.0))
