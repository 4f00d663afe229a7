"""Models of factors fitted on counts: their cross-products are cross-tabulations."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from math import prod

import numpy as np

from audit.errors import EstimationError, SeparationError
from audit.estimators.base import Array
from audit.estimators.models.separation import perfect_prediction

STEPS = 60
SETTLED = 1e-12  # largest change of a coefficient at which Newton's method has arrived
SEARCHED = 5_000_000  # entries of the design up to which separation is searched exactly
STEEP = 30.0  # a linear predictor beyond this is on its way to infinity
REPEATED = 1e-11  # least eigenvalue of scaled cross-products; below it columns repeat one another

SMALLER = 4  # how many times fewer cells a table without one factor must have to be worth making


@dataclass(frozen=True, slots=True, eq=False)
class Factors:
    """Factors of every cell as codes, and where each factor's columns start.

    Column 0 is the constant; a factor has one column for each level after its first.

    Attributes
    ----------
    codes : ndarray of int, shape (cells, factors)
    starts, sizes : tuple of int
        First column and number of levels, by factor.
    width : int
        Columns in all.
    """

    codes: Array
    starts: tuple[int, ...]
    sizes: tuple[int, ...]
    width: int

    _tables: tuple[Marginal, ...] = field(default=(), repr=False)

    def predictor(self, params: Array) -> Array:
        """Return x'b of every cell."""
        eta = np.full(len(self.codes), params[0])
        for code, start, size in zip(self.codes.T, self.starts, self.sizes, strict=True):
            eta += np.concatenate([[0.0], params[start : start + size - 1]])[code]
        return eta

    def sums(self, values: Array) -> Array:
        """Return X'v: sums of the values over each column's cells."""
        if self._tables:
            first, second = self._tables
            out = first.rest.sums(first.of(values))
            own = second.rest.sums(second.of(values))[first.columns]
            out[first.columns] = own
            return out
        out = np.zeros(self.width)
        out[0] = values.sum()
        for code, start, size in zip(self.codes.T, self.starts, self.sizes, strict=True):
            out[start : start + size - 1] = np.bincount(code, values, size)[1:]
        return out

    def products(self, weights: Array) -> Array:
        """Return X'WX as weighted cross-tabulations: no design matrix is made."""
        if self._tables:
            first, second = self._tables
            out = first.rest.products(first.of(weights))
            more = second.rest.products(second.of(weights))
            out[first.columns] = more[first.columns]
            out[:, first.columns] = more[:, first.columns]
            one, another = (self.starts.index(t.columns.start) for t in (first, second))
            self._crossed(out, weights, one, another)
            return out
        out = np.diag(self.sums(weights))
        out[0] = out[:, 0] = self.sums(weights)
        for place in range(len(self.sizes)):
            for other in range(place + 1, len(self.sizes)):
                self._crossed(out, weights, place, other)
        return out

    def _crossed(self, out: Array, weights: Array, one: int, other: int) -> None:
        """Write the cross-tabulation of two factors into the matrix of all columns."""
        size, many = self.sizes[one], self.sizes[other]
        code = self.codes[:, one] * many + self.codes[:, other]
        block = np.bincount(code, weights, size * many).reshape(size, many)[1:, 1:]
        rows = slice(self.starts[one], self.starts[one] + size - 1)
        columns = slice(self.starts[other], self.starts[other] + many - 1)
        out[rows, columns], out[columns, rows] = block, block.T

    def dense(self) -> Array:
        """Return the design matrix."""
        out = np.zeros((len(self.codes), self.width))
        out[:, 0] = 1.0
        for code, start in zip(self.codes.T, self.starts, strict=True):
            rows = np.flatnonzero(code)
            out[rows, start + code[rows] - 1] = 1.0
        return out


@dataclass(frozen=True, slots=True, eq=False)
class Marginal:
    """Cells without one of their factors.

    Attributes
    ----------
    columns : slice
        The columns of the factor left out.
    rest : Factors
        The others, in a table of all their combinations; columns as in the whole.
    place : ndarray of int, shape (cells,)
        Each cell's place in that table.
    """

    columns: slice
    rest: Factors
    place: Array

    def of(self, values: Array) -> Array:
        """Return sums over the factor left out."""
        return np.bincount(self.place, values, len(self.rest.codes))


def factors(codes: Array) -> Factors:
    """Return factors from codes, each factor's numbered from 0 without gaps."""
    sizes = tuple(int(c.max()) + 1 for c in codes.T)
    starts = tuple(1 + int(s) for s in np.cumsum([0, *(size - 1 for size in sizes[:-1])]))
    found = Factors(codes, starts, sizes, 1 + sum(size - 1 for size in sizes))
    # Without its largest factor a table of many cells is a small one, in which every other pair
    # of factors is cross-tabulated sooner; without the second largest, so is the first.
    largest = sorted(range(len(sizes)), key=lambda place: -sizes[place])[:2]
    tables = [_without(found, place) for place in largest] if len(sizes) > 2 else []
    if all(len(t.rest.codes) * SMALLER <= len(codes) for t in tables):
        return replace(found, _tables=tuple(tables))
    return found


def _without(found: Factors, left_out: int) -> Marginal:
    kept = [place for place in range(len(found.sizes)) if place != left_out]
    sizes = tuple(found.sizes[place] for place in kept)
    start = found.starts[left_out]
    columns = slice(start, start + found.sizes[left_out] - 1)
    many = prod(sizes)
    if many * SMALLER > len(found.codes):
        codes = place = np.empty((many, 0), dtype=np.int64)
    else:
        codes = np.column_stack(np.unravel_index(np.arange(many), sizes))
        place = np.ravel_multi_index(tuple(found.codes[:, p] for p in kept), sizes)
    starts = tuple(found.starts[place] for place in kept)
    return Marginal(columns, Factors(codes, starts, sizes, found.width), place)


def fitted_logit(where: str, design: Factors, y: Array, n: Array) -> tuple[Array, Array, Array]:
    """Return coefficients, fitted probabilities and the inverse information, by Newton's method.

    Raises
    ------
    SeparationError
        The coefficients grow without end.
    EstimationError
        Factors that repeat one another.
    """
    _refuse_repeated(where, design.products(n))
    params = np.zeros(design.width)
    share = y.sum() / n.sum()
    params[0] = np.log(share / (1 - share))
    for _ in range(STEPS):
        mean = probability(design.predictor(params))
        try:
            inverse = np.linalg.inv(design.products(n * mean * (1 - mean)))
        except np.linalg.LinAlgError as error:
            raise SeparationError(f"{where}: some levels predict the outcome perfectly.") from error
        step = inverse @ design.sums(y - n * mean)
        params = params + step
        if np.abs(step).max() < SETTLED * max(1.0, np.abs(params).max()):
            break
    else:
        raise EstimationError(
            f"{where}: the coefficients do not settle. Try: fewer factors, or merge levels "
            "that hold few posts or repeat one another."
        )
    predictor = design.predictor(params)
    if np.abs(predictor).max() > STEEP:
        raise SeparationError(f"{where}: some levels predict the outcome perfectly.")
    mean = probability(predictor)
    return params, mean, np.linalg.inv(design.products(n * mean * (1 - mean)))


def refuse_separated(where: str, design: Factors, y: Array, n: Array) -> None:
    """Raise SeparationError where columns predict the outcome perfectly in some cells."""
    if y.sum() in (0, n.sum()):
        raise SeparationError(f"{where}: every post has the same outcome.")
    if len(y) * design.width > SEARCHED:
        return  # a predictor that grows without end is found after the fit
    x = design.dense()
    signed = np.vstack([x[y > 0], -x[y < n]])
    columns, _ = perfect_prediction(signed)
    if columns.any():
        raise SeparationError(
            f"{where}: {int(columns.sum())} column(s) predict the outcome perfectly in some "
            "posts, so they have no finite coefficient. Try: merging levels, or fewer factors."
        )


def fitted_linear(where: str, design: Factors, y: Array, n: Array) -> tuple[Array, Array, Array]:
    """Return least-squares coefficients, fitted means and the inverse of X'X, rows as counted.

    Raises
    ------
    EstimationError
        Factors that repeat one another.
    """
    products = design.products(n)
    _refuse_repeated(where, products)
    inverse = np.linalg.inv(products)
    params = inverse @ design.sums(y)
    # once more on what is left, which takes back the rounding of the inverse
    params = params + inverse @ design.sums(y - n * design.predictor(params))
    return params, design.predictor(params), inverse


def _refuse_repeated(where: str, products: Array) -> None:
    size = np.sqrt(np.diag(products))
    if np.linalg.eigvalsh(products / np.outer(size, size))[0] < REPEATED:
        raise EstimationError(f"{where}: some factors repeat one another.")


def probability(predictor: Array) -> Array:
    """Return the probability at log odds."""
    small = np.exp(-np.abs(predictor))
    return np.asarray(np.where(predictor >= 0, 1.0, small) / (1.0 + small))
