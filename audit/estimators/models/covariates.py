"""A table of covariates with one class marked focal, read once, and its independent columns."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.base import Array, refuse, refuse_dates

COLLINEAR = 1e-10  # part of the largest direction below which a direction is rounding noise
SHOWN_COLUMNS = 5


@dataclass(frozen=True, slots=True, eq=False)
class Covariates:
    """Numbers per row, whose they are, and what they are called.

    Attributes
    ----------
    values : ndarray, shape (N, P)
    focal : ndarray of bool, shape (N,)
    names : tuple of str
        The frame's column names; "column 0" and so on for an array.
    """

    values: Array
    focal: Array
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Columns as independent directions of mean 0 and variance 1.

    Attributes
    ----------
    scores : ndarray, shape (N, R)
    back : ndarray, shape (P, R)
        The columns, less `centre` and over `span`, times `back` are the scores.
    centre, span : ndarray, shape (P,)
        Mean and range; a span of 0 marks a constant column, which has no direction.
    """

    scores: Array
    back: Array
    centre: Array
    span: Array

    def loadings(self, coefficients: Array) -> Array:
        """Return what a combination of the scores puts on each column, in ranges."""
        return self.back @ coefficients


def read_covariates(where: str, X: Any, focal: Any, faults: Iterable[str] = ()) -> Covariates:
    """Return X and focal, or raise with everything wrong with them and the caller's own `faults`.

    Rows of X and entries of focal belong together by position, whatever their index.
    """
    values, names = _numbers(where, X)
    flags, found = read_flags(focal)
    found += list(faults)
    if values.ndim != 2:
        found.append(f"X has {values.ndim} dimensions; allowed: 2, rows and columns")
    elif not values.shape[1]:
        found.append("X has no column; allowed: at least one")
    if flags is not None and len(flags) != len(values):
        found.append(f"focal has {len(flags)} entries; allowed: {len(values)}, the rows of X")
    if missing := int((~np.isfinite(values)).sum()):
        found.append(
            f"X is missing or infinite in {missing} place(s)"
            + (f", columns {_listed(names, ~np.isfinite(values))}" if values.ndim == 2 else "")
        )
    refuse(where, found)
    assert flags is not None  # a fault otherwise
    for flag, name in ((flags, "focal"), (~flags, "reference")):
        if not flag.any():
            raise SupportError(
                f"{where}: the {name} class has no row. Try: a wider window, or another class."
            )
    return Covariates(values, flags, names)


def _listed(names: tuple[str, ...], bad: Array) -> str:
    wrong = [names[j] for j in np.flatnonzero(bad.any(axis=0))]
    more = len(wrong) - SHOWN_COLUMNS
    return ", ".join(wrong[:SHOWN_COLUMNS]) + (f" and {more} more" if more > 0 else "")


def _numbers(where: str, X: Any) -> tuple[Array, tuple[str, ...]]:
    import pandas as pd

    refuse_dates(X, f"{where}: X")
    try:
        if isinstance(X, pd.DataFrame | pd.Series):
            values = X.to_numpy(dtype=float, na_value=np.nan)
        else:
            values = np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise EstimationError(
            f"{where}: X must be numbers: {error}. Try: one 0/1 column per level of a category."
        ) from error
    values = np.atleast_1d(values)
    values = values[:, None] if values.ndim == 1 else values
    width = values.shape[1] if values.ndim == 2 else 0
    if isinstance(X, pd.DataFrame):
        return values, tuple(str(c) for c in X.columns)
    return values, tuple(f"column {j}" for j in range(width))


def read_flags(focal: Any) -> tuple[Array | None, list[str]]:
    """Return class membership as booleans and what is wrong with it, in words."""
    allowed = "allowed: true and false, or 1 and 0"
    try:
        numbers = np.atleast_1d(np.asarray(focal, dtype=float))
    except (TypeError, ValueError) as error:
        return None, [f"focal is not a flag: {error}; {allowed}"]
    if numbers.ndim != 1:
        return None, [f"focal has {numbers.ndim} dimensions; allowed: 1"]
    wrong = ~np.isin(numbers, (0, 1))
    if wrong.any():
        at = int(np.flatnonzero(wrong)[0])
        return numbers == 1, [
            f"focal is not a flag in {int(wrong.sum())} place(s), first at {at}: "
            f"{numbers[at]:g}; {allowed}"
        ]
    return numbers == 1, []


def directions(values: Array) -> Directions:
    """Return the independent directions of columns; constant and collinear ones add none."""
    low, high = values.min(axis=0), values.max(axis=0)
    # halves, so that the span of columns near the largest float is no overflow
    half = high / 2 - low / 2
    unit = np.where(half > 0, half, 1.0)
    share = np.where(half > 0, (values / 2 - low / 2) / unit, 0.0)
    mean = share.mean(axis=0)
    left, size, right = np.linalg.svd(share - mean, full_matrices=False)
    kept = size > COLLINEAR * max(1.0, float(size[0])) if len(size) else size > 0
    grow = np.sqrt(len(values))
    back = right[kept].T * (grow / size[kept])
    return Directions(left[:, kept] * grow, back, low + mean * 2 * half, 2 * half)
