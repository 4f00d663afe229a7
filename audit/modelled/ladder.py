"""The ordinal model of a scan: counts by terms and rung, and what a case adds to it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.models.ordinal import Ladder, proportional_odds
from audit.modelled.fits import WHERE, Contrast, Fitted, design_of, places, unit
from audit.modelled.lattice import Lattice

if TYPE_CHECKING:
    from numpy.typing import NDArray

DENSE = 50_000_000
"""Entries of the design up to which it is made; more is refused."""


def rungs_of(levels: Sequence[str], ladder: Sequence[str]) -> NDArray[Any]:
    """Return the place of each level in the order of the ladder, or of numbers.

    Raises
    ------
    EstimationError
        A level that is neither a rung nor a number.
    """
    order = {rung: i for i, rung in enumerate(ladder)}
    if all(name in order for name in levels):
        return np.array([order[name] for name in levels], dtype=float)
    try:
        return np.array([float(name) for name in levels])
    except ValueError as error:
        raise EstimationError(
            f"{WHERE}: the levels {', '.join(levels)} have no order; allowed: rungs of the ladder "
            f"({', '.join(ladder)}), or numbers."
        ) from error


def ordinal(
    lattice: Lattice, rung: NDArray[Any], terms: Lattice, contrasts: Sequence[Contrast]
) -> Fitted:
    """Return the cumulative logit of rungs on the terms.

    Parameters
    ----------
    lattice : Lattice
        Counts by terms and rung.
    rung : ndarray, shape (cells,)
        The place of each cell's rung.
    terms : Lattice
        The same cells in the same order, less the rung.
    contrasts : sequence of Contrast
        Their coefficients are log odds ratios of a higher rung.
    """
    design = design_of(terms)
    if len(rung) * design.width > DENSE:
        raise EstimationError(
            f"{WHERE}: {len(rung):,} cells × {design.width:,} columns are over {DENSE:,} entries; "
            "try fewer terms, or wider levels."
        )
    x = design.dense()[:, 1:]
    fit = proportional_odds(x, rung, weights=lattice.n)
    cuts = len(fit.thresholds)
    codes = np.unique(rung, return_inverse=True)[1]
    shape = _ladder(x, codes, lattice.n, cuts)
    params = np.concatenate([np.asarray(fit.thresholds), np.asarray(fit.params)])
    inverse = np.linalg.inv(shape.at(params)[2])
    scores = _scores(shape, params)
    gradients = []
    for contrast in contrasts:
        gradient = unit(design, *places(terms, contrast))[1:]
        gradients.append(np.concatenate([np.zeros(cuts), gradient]))
    values = [float(g @ params) for g in gradients]
    each = [scores @ (inverse @ g) for g in gradients]
    level = np.column_stack(each) if each else np.zeros((len(rung), 0))
    return Fitted(params, np.zeros_like(level), level, values, len(params))


def _ladder(x: NDArray[Any], codes: NDArray[Any], n: NDArray[Any], cuts: int) -> Ladder:
    steps = np.eye(cuts)

    def rows(at: NDArray[Any]) -> NDArray[Any]:
        return np.hstack([steps[np.clip(at, 0, cuts - 1)], -x])

    return Ladder(rows(codes), rows(codes - 1), codes == cuts, codes == 0, n)


def _scores(shape: Ladder, params: NDArray[Any]) -> NDArray[Any]:
    """Return the gradient of one case's log-likelihood in each cell, shape (cells, p)."""
    from scipy.special import expit

    high = np.where(shape.top, np.inf, shape.upper @ params)
    low = np.where(shape.bottom, -np.inf, shape.lower @ params)
    q = 1 / np.expm1(np.minimum(high - low, 700.0))
    up, down = (q + expit(-high)) * ~shape.top, (q + expit(low)) * ~shape.bottom
    return np.asarray(shape.upper * up[:, None] - shape.lower * down[:, None])
