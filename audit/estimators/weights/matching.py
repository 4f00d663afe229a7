"""Weights that keep only cells holding both classes, and give both the focal mix of cells."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.base import Array, as_numbers, refuse
from audit.estimators.models.covariates import read_flags


def coarsen(values: Any, edges: Any) -> Array:
    """Return the bin of every value, 0 below the first edge; a value on an edge goes up.

    Parameters
    ----------
    values : array_like, shape (N,)
        Finite numbers.
    edges : array_like, shape (E,)
        The inner limits of the bins, increasing; the outer bins are open. No edge is one bin.

    Returns
    -------
    ndarray of int, shape (N,)
        0 to E.

    Raises
    ------
    EstimationError
        A value or an edge is missing or infinite, or the edges do not increase.

    Notes
    -----
    MatchIt, method "cem", also puts a value on an edge into the higher bin; R's cem puts it into
    the lower. Its default, Sturges, is `numpy.linspace(low, high, k + 1)[1:-1]` with
    k = ⌈log2 N + 1⌉.
    """
    x, cuts = as_numbers(values, "values"), as_numbers(edges, "edges")
    faults = []
    for column, name in ((x, "values"), (cuts, "edges")):
        if column.ndim != 1:
            faults.append(f"{name} has {column.ndim} dimensions; allowed: 1")
        if missing := int((~np.isfinite(column)).sum()):
            faults.append(f"{name} is missing or infinite in {missing} place(s)")
    if cuts.ndim == 1 and (np.diff(cuts) <= 0).any():
        faults.append("edges do not increase; allowed: each larger than the one before")
    refuse("coarsen", faults)
    return np.searchsorted(cuts, x, side="right")


def coarsened_exact(frame: Any, focal: Any) -> Array:
    """Return weights that match the classes exactly on the cells of coarsened columns.

    Parameters
    ----------
    frame : DataFrame or array_like, shape (N, P)
        Columns already coarsened (see `coarsen`), of any kind that can be compared; rows alike in
        all of them are one cell.
    focal : array_like of bool, shape (N,)
        By position, whatever the index.

    Returns
    -------
    ndarray, shape (N,)
        In the order of the rows: 1 for a focal row with a reference row in its cell;
        (M_R / M_F) (m_F / m_R) for a reference row, M being matched rows of the class and m those
        in the cell; 0 for a row without a counterpart. Within each class weights sum to its
        matched rows.

    Raises
    ------
    SupportError
        A class has no row, or no cell holds both classes.
    EstimationError
        A value is missing or infinite, columns or rows are absent, or lengths differ.

    Notes
    -----
    Iacus, King & Porro 2012, Political Analysis 20:1, https://doi.org/10.1093/pan/mpr013. The
    estimand is that of the focal rows that are matched, not of all: report the zeros.
    """
    cell, is_focal = _cells(frame, focal)
    size = int(cell.max()) + 1
    n_focal = np.bincount(cell[is_focal], minlength=size)
    n_reference = np.bincount(cell[~is_focal], minlength=size)
    both = (n_focal > 0) & (n_reference > 0)
    if not both.any():
        raise SupportError(
            f"coarsened_exact: none of {size:,} cells holds both classes. Try: fewer columns, or "
            "wider bins."
        )
    scale = n_reference[both].sum() / n_focal[both].sum()
    per_cell = np.divide(n_focal, n_reference, out=np.zeros(size), where=both)
    return np.where(both[cell], np.where(is_focal, 1.0, scale * per_cell[cell]), 0.0)


def _cells(frame: Any, focal: Any) -> tuple[Array, Array]:
    import pandas as pd

    try:
        table = pd.DataFrame(frame)
    except (TypeError, ValueError) as error:
        raise EstimationError(f"coarsened_exact: frame is not a table: {error}.") from error
    is_focal, faults = read_flags(focal)
    if not table.shape[1]:
        faults.append("frame has no column; allowed: at least one")
    if is_focal is not None and len(is_focal) != len(table):
        faults.append(f"focal has {len(is_focal)} entries; allowed: {len(table)}, the rows")
    # positions, since column names may repeat
    columns = [table.iloc[:, j] for j in range(table.shape[1])]
    codes = []
    for column in columns:
        infinite = column.isin([np.inf, -np.inf]) if column.dtype.kind in "fO" else column.isna()
        if missing := int((column.isna() | infinite).sum()):
            faults.append(
                f"column {str(column.name)!r} is missing or infinite in {missing} place(s); "
                "allowed: a level in every row, such as 'unknown'"
            )
        try:
            codes.append(pd.factorize(column)[0])
        except TypeError as error:
            faults.append(f"column {str(column.name)!r} cannot be compared: {error}")
    refuse("coarsened_exact", faults)
    assert is_focal is not None  # a fault otherwise
    for flag, name in ((is_focal, "focal"), (~is_focal, "reference")):
        if not flag.any():
            raise SupportError(f"coarsened_exact: the {name} class has no row.")
    return np.unique(np.column_stack(codes), axis=0, return_inverse=True)[1].ravel(), is_focal
