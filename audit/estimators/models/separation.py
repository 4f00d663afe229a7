"""Outcomes that the columns predict perfectly, for which no finite coefficient exists."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import EstimationError, SeparationError
from audit.estimators.base import Array
from audit.estimators.models.model_matrix import ModelMatrix

MARGIN = 1e-6  # columns are scaled to at most 1 and directions too; smaller is rounding


def perfect_prediction(signed: Any) -> tuple[Array, Array]:
    """Return which columns have no finite logistic coefficient, and which rows they predict.

    Parameters
    ----------
    signed : array or sparse matrix, shape (n, p)
        Rows of X, times 1 where y is 1 and -1 where y is 0; entries of at most 1 in size.

    Returns
    -------
    (columns, rows) : array of bool, shapes (p,) and (n,)
        All False where the estimate is finite and no column is a sum of others.

    Notes
    -----
    Albert & Anderson 1984, Biometrika 71:1, https://doi.org/10.1093/biomet/71.1.1; by linear
    programming as in Konis 2007 (DPhil thesis, Oxford): a direction along which no row is
    predicted worse and some are predicted better. The rows it leaves undecided are searched
    again, so that the rows found are all there are.
    """
    n, p = signed.shape
    columns, rows = np.zeros(p, dtype=bool), np.zeros(n, dtype=bool)
    while not rows.all():
        left = np.flatnonzero(~rows)
        direction = _direction(signed[left])
        margin = signed[left] @ direction
        better = margin > MARGIN
        if not better.any() or (margin < -MARGIN).any():
            break
        columns |= np.abs(direction) > MARGIN
        rows[left[better]] = True
    return columns, rows


def _direction(signed: Any) -> Array:
    from scipy.optimize import linprog

    total = -np.asarray(signed.sum(axis=0), dtype=float).ravel()
    found = linprog(
        total / max(1.0, float(np.abs(total).max())),
        A_ub=-signed,
        b_ub=np.zeros(signed.shape[0]),
        bounds=(-1, 1),
        method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if found.x is None:
        raise EstimationError(f"the search for separation failed: {found.message}.")
    return np.asarray(found.x)


def refuse_separation(where: str, model: ModelMatrix) -> None:
    """Raise SeparationError, naming the columns, where y is predicted perfectly by X."""
    x = model.x / np.abs(model.x).max(axis=0)
    signed = np.where(model.y == 1, 1.0, -1.0)[:, None] * x
    distinct, which = np.unique(signed, axis=0, return_inverse=True)
    columns, rows = perfect_prediction(distinct)
    if columns.any():
        predicted = float(model.counts[rows[which.ravel()]].sum())
        raise separated(where, model, columns, predicted, model.n)


def separated(
    where: str, model: ModelMatrix, columns: Array, predicted: float, n: float
) -> SeparationError:
    """Return the error that names the columns without a finite coefficient."""
    kind = "complete" if predicted == n else "quasi-complete"
    within = where == "conditional_logit"
    remedy = "fewer columns" if within else "firth_logit"
    share = f"{predicted:,.0f} of {n:,.0f} rows"
    return SeparationError(
        f"{where}: y is predicted perfectly in {share} ({kind} separation), so column(s) "
        f"{model.name(np.flatnonzero(columns))} have no finite coefficient. "
        f"Try: {remedy}, merging levels, or leaving the column(s) out."
    )
