"""The models themselves: coefficients from counts by cell, and what a case adds to each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.errors import EstimationError, UnknownName
from audit.estimators.models.factors import (
    Factors,
    factors,
    fitted_linear,
    fitted_logit,
    probability,
    refuse_separated,
)
from audit.modelled.lattice import Lattice

if TYPE_CHECKING:
    from numpy.typing import NDArray

WHERE = "fit"


@dataclass(frozen=True, slots=True)
class Contrast:
    """One level of a term against another.

    Parameters
    ----------
    term : str
    level, against : str
        Levels of the term, as text.
    over : {"level", "against", "all"}
        Cases that the standardised contrast averages over.

    Notes
    -----
    `audit.fit` holds it to the levels that the cases have, and names those in what it raises.
    """

    term: str
    level: str
    against: str
    over: str = "level"


@dataclass(frozen=True, slots=True, eq=False)
class Least:
    """A fit by (working-weighted) least squares, cell by cell.

    Attributes
    ----------
    design : Factors
    n, mean, working : ndarray, shape (cells,)
        Cases, fitted mean, and what each case weighs in the last step: 1 in a linear model.
    gradients : list of ndarray, shape (p,)
        Of each estimand.
    """

    design: Factors
    n: NDArray[Any]
    mean: NDArray[Any]
    working: NDArray[Any]
    gradients: list[NDArray[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Fitted:
    """A model of factors on counts.

    Attributes
    ----------
    params : ndarray, shape (p,)
        Constant, then each term's levels after its first.
    slopes, levels : ndarray, shape (cells, estimands)
        A case of outcome y adds `slopes` × y + `levels` to its account, in each estimand.
    values : list of float
        The estimands: each contrast's coefficient, then its standardised contrast where the model
        has one.
    width : int
        Parameters that were fitted.
    least : Least, optional
        What CR2 needs; an ordinal model has none.
    """

    params: NDArray[Any]
    slopes: NDArray[Any]
    levels: NDArray[Any]
    values: list[float]
    width: int
    least: Least | None = None


def design_of(lattice: Lattice) -> Factors:
    """Return the terms as factors.

    Raises
    ------
    EstimationError
        A term that has one level only.
    """
    single = [t for t, c in zip(lattice.terms, lattice.codes.T, strict=True) if not c.any()]
    if single:
        raise EstimationError(
            f"{WHERE}: every case has one level of {', '.join(single)}; allowed: terms that vary."
        )
    return factors(lattice.codes)


def places(lattice: Lattice, contrast: Contrast) -> tuple[int, int, int]:
    """Return the numbers of a contrast's term and of its two levels.

    Raises
    ------
    UnknownName
        There is no such term, or no such level.
    """
    if contrast.term not in lattice.terms:
        raise UnknownName("term", contrast.term, list(lattice.terms))
    if contrast.over not in ("level", "against", "all"):
        raise UnknownName("cases to average over", contrast.over, ["level", "against", "all"])
    term = lattice.terms.index(contrast.term)
    names = list(lattice.levels[term])
    for name in (contrast.level, contrast.against):
        if name not in names:
            raise UnknownName(f"level of {contrast.term}", name, names)
    return term, names.index(contrast.level), names.index(contrast.against)


def unit(design: Factors, term: int, level: int, against: int) -> NDArray[Any]:
    """Return the gradient of the difference of two levels' coefficients."""
    out = np.zeros(design.width)
    for code, sign in ((level, 1.0), (against, -1.0)):
        if code:
            out[design.starts[term] + code - 1] = sign
    return out


def linear(lattice: Lattice, y: NDArray[Any], contrasts: Sequence[Contrast]) -> Fitted:
    """Return least squares of a number on the terms."""
    design = design_of(lattice)
    params, mean, inverse = fitted_linear(WHERE, design, y, lattice.n)
    gradients = [unit(design, *places(lattice, c)) for c in contrasts]
    least = Least(design, lattice.n, mean, np.ones(len(mean)), gradients)
    return _record(least, params, inverse, [float(g @ params) for g in gradients])


def logit(lattice: Lattice, y: NDArray[Any], contrasts: Sequence[Contrast]) -> Fitted:
    """Return the logistic model of an outcome of 0 and 1, with standardised contrasts."""
    design = design_of(lattice)
    refuse_separated(WHERE, design, y, lattice.n)
    params, mean, inverse = fitted_logit(WHERE, design, y, lattice.n)
    gradients, values = [], []
    for contrast in contrasts:
        term, level, against = places(lattice, contrast)
        coefficient = unit(design, term, level, against)
        gradients.append(coefficient)
        values.append(float(coefficient @ params))
        at = (term, level, against)
        slope, value = _standardised(design, params, lattice.n, at, contrast.over)
        gradients.append(slope)
        values.append(value)
    return _record(
        Least(design, lattice.n, mean, mean * (1 - mean), gradients), params, inverse, values
    )


def _record(
    least: Least, params: NDArray[Any], inverse: NDArray[Any], values: list[float]
) -> Fitted:
    design, mean = least.design, least.mean
    slopes = [design.predictor(inverse @ gradient) for gradient in least.gradients]
    slope = np.column_stack(slopes) if slopes else np.zeros((len(mean), 0))
    return Fitted(params, slope, -mean[:, None] * slope, values, design.width, least)


def _standardised(
    design: Factors, params: NDArray[Any], n: NDArray[Any], at: tuple[int, int, int], over: str
) -> tuple[NDArray[Any], float]:
    """Return the gradient of a mean contrast of probabilities, and its value."""
    term, level, against = at
    code = design.codes[:, term]
    rows = {"level": code == level, "against": code == against, "all": np.ones(len(n), bool)}[over]
    weights = n * rows / n[rows].sum()
    start, size = design.starts[term], design.sizes[term]
    own = np.concatenate([[0.0], params[start : start + size - 1]])
    rest = design.predictor(params) - own[code]
    one, other = probability(rest + own[level]), probability(rest + own[against])
    steep, flat = weights * one * (1 - one), weights * other * (1 - other)
    slope = design.sums(steep - flat)
    slope[start : start + size - 1] = 0.0
    for place, added in ((level, steep.sum()), (against, -flat.sum())):
        if place:
            slope[start + place - 1] += added
    return slope, float((weights * (one - other)).sum())
