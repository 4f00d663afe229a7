"""What a regression is fitted to: a checked matrix, its column names, counts and clusters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.errors import EstimationError
from audit.estimators.base import (
    Array,
    as_numbers,
    confidence_faults,
    number_faults,
    refuse,
    refuse_dates,
)

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

DEPENDENT = 1e-9  # share of a column's length that the columns before it do not explain
SHOWN = 5


@dataclass(frozen=True, slots=True, eq=False)
class ModelMatrix:
    """Rows that carry weight, with the names of the columns.

    Attributes
    ----------
    x : array, shape (n, p)
    y, counts : array, shape (n,)
        Outcome, and how often each row occurs.
    cluster : array of int, shape (n,) or None
        Numbers of the clusters, 0 to G - 1.
    labels : tuple
        What the clusters are called.
    columns : tuple
    named : bool
        Whether X was a DataFrame.
    kept : array of bool
        Which of the rows given carry weight.
    """

    x: Array
    y: Array
    counts: Array
    cluster: Array | None
    labels: tuple[Any, ...]
    columns: tuple[Any, ...]
    named: bool
    kept: Array

    @property
    def n(self) -> float:
        """Rows, each as often as it occurs."""
        return float(self.counts.sum())

    def vector(self, values: Array) -> Any:
        """Return one value per column, under the columns' names where they have any."""
        return pd.Series(values, index=list(self.columns)) if self.named else values

    def square(self, values: Array) -> Any:
        """Return a matrix over the columns, under their names where they have any."""
        names = list(self.columns)
        return pd.DataFrame(values, index=names, columns=names) if self.named else values

    def name(self, at: Any) -> str:
        """Return the columns at some positions, in words."""
        names = [repr(self.columns[i]) for i in at]
        more = len(names) - SHOWN
        return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def model_matrix(
    where: str,
    X: Any,
    y: Any,
    *,
    weights: Any = None,
    cluster: Any = None,
    binary: bool = False,
    independent: bool = True,
    confidence: float = 0.95,
) -> ModelMatrix:
    """Return the checked input of a regression, or raise with all that is wrong with it."""
    x, columns, named = _matrix(where, X)
    outcome = as_numbers(y, f"{where}: y")
    n = len(x)
    counts = np.ones(n) if weights is None else as_numbers(weights, f"{where}: weights")
    faults = confidence_faults(confidence) + _entries("X", x, columns)
    faults += [
        f"column {c!r} occurs twice in X" for c in {c for c in columns if _twice(columns, c)}
    ]
    faults += _outcome_faults(outcome, n, binary=binary) + _count_faults(counts, n)
    faults += _order_faults(X, {"y": y, "weights": weights, "cluster": cluster})
    codes: Array | None = None
    labels: tuple[Any, ...] = ()
    if cluster is not None:
        codes, labels, found = group_numbers("cluster", cluster, n)
        faults += found
    refuse(where, faults)
    kept = counts > 0
    if codes is not None:
        _, codes_kept = np.unique(codes[kept], return_inverse=True)
        labels = tuple(labels[i] for i in np.unique(codes[kept]))
        codes = codes_kept
    model = ModelMatrix(x[kept], outcome[kept], counts[kept], codes, labels, columns, named, kept)
    if independent:
        refuse(where, dependent_columns(model.x, model))
    return model


def _twice(columns: tuple[Any, ...], name: Any) -> bool:
    return columns.count(name) > 1


def _matrix(where: str, X: Any) -> tuple[Array, tuple[Any, ...], bool]:
    named = isinstance(X, pd.DataFrame)
    refuse_dates(X, f"{where}: X")
    try:
        x = np.asarray(X, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise EstimationError(f"{where}: X must hold numbers: {error}.") from error
    if x.ndim != 2 or 0 in x.shape:
        raise EstimationError(
            f"{where}: X has shape {x.shape}; allowed: at least one row and one column, (n, p)."
        )
    columns = tuple(X.columns) if named else tuple(range(x.shape[1]))
    return x, columns, named


def _order_faults(X: Any, beside: Mapping[str, Any]) -> list[str]:
    """Return what holds the labels of X's rows in another order: it would be paired wrongly."""
    pandas = (pd.DataFrame, pd.Series)
    if not isinstance(X, pandas):
        return []
    return [
        f"{name} has the row labels of X in another order, and entries belong together by "
        f"position. Try: {name}.loc[X.index]"
        for name, given in beside.items()
        if isinstance(given, pandas)
        and not given.index.equals(X.index)
        and given.index.is_unique
        and len(given.index) == len(X.index)
        and given.index.isin(X.index).all()
    ]


def _entries(what: str, x: Array, columns: tuple[Any, ...]) -> list[str]:
    bad = ~np.isfinite(x)
    return [
        f"{what} is missing or infinite in {int(bad[:, j].sum())} place(s) of column "
        f"{columns[j]!r}, first at row {int(np.flatnonzero(bad[:, j])[0])}"
        for j in np.flatnonzero(bad.any(axis=0))
    ]


def _outcome_faults(y: Array, n: int, *, binary: bool) -> list[str]:
    if y.ndim != 1 or len(y) != n:
        return [f"y has shape {y.shape}; allowed: ({n},), one entry per row of X"]
    if not np.isfinite(y).all():
        at = int(np.flatnonzero(~np.isfinite(y))[0])
        return [
            f"y is missing or infinite in {int((~np.isfinite(y)).sum())} place(s), first at {at}"
        ]
    if binary and (other := y[(y != 0) & (y != 1)]).size:
        return [f"y holds {other[0]:g}; allowed: 0 and 1 (counts go into weights)"]
    return []


def _count_faults(counts: Array, n: int) -> list[str]:
    if counts.ndim != 1 or len(counts) != n:
        return [f"weights have shape {counts.shape}; allowed: ({n},), one entry per row of X"]
    if faults := number_faults("weights", counts):
        return faults
    if (part := counts[counts % 1 != 0]).size:
        return [f"weights hold {part[0]:g}; allowed: whole numbers, how often a row occurs"]
    return [] if counts.any() else ["weights are all 0; allowed: at least one positive"]


def group_numbers(what: str, labels: Any, n: int) -> tuple[Array, tuple[Any, ...], list[str]]:
    """Return numbers 0 to G - 1 for the labels of groups, the labels, and what is wrong."""
    given = np.asarray(labels, dtype=object)
    if given.shape != (n,):
        fault = f"{what} has shape {given.shape}; allowed: ({n},), one entry per row of X"
        return np.zeros(n, dtype=int), (), [fault]
    codes, names = pd.factorize(given)
    if (missing := codes < 0).any():
        at = int(np.flatnonzero(missing)[0])
        return codes, (), [f"{what} is missing in {int(missing.sum())} place(s), first at {at}"]
    return codes, tuple(names), []


def dependent_columns(x: Array, model: ModelMatrix) -> list[str]:
    """Return, in words, the columns that others determine; nothing where all are free."""
    size = np.abs(x).max(axis=0)
    if (empty := np.flatnonzero(size == 0)).size:
        return [f"column(s) {model.name(empty)} hold 0 in every row that counts; leave them out"]
    scaled = x / size
    faults, free = [], []
    basis = np.empty((len(x), 0))
    for j in range(x.shape[1]):
        rest = scaled[:, j]
        for _ in range(2):  # the second pass removes what rounding left of the first
            rest = rest - basis @ (basis.T @ rest)
        length = float(np.linalg.norm(scaled[:, j]))
        if np.linalg.norm(rest) > DEPENDENT * length:
            basis = np.column_stack([basis, rest / np.linalg.norm(rest)])
            free.append(j)
            continue
        share = np.linalg.lstsq(scaled[:, free], scaled[:, j], rcond=None)[0]
        of = [i for i, part in zip(free, share, strict=True) if abs(part) > 1e-7]
        faults.append(
            f"column {model.name([j])} is a sum of multiples of {model.name(of)} in the "
            f"{len(x)} rows that count; leave one of them out"
        )
    return faults
