"""How far raters agree beyond chance."""

from __future__ import annotations

from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from audit.errors import EstimationError
from audit.estimators.base import choose, refuse

Level = Literal["nominal", "ordinal", "interval", "ratio"]
CHUNK = 200_000
"""Pairs of distinct values held at once."""


def agreement(ratings: ArrayLike, *, level: Level = "nominal") -> float:
    """Return Krippendorff's alpha: agreement of raters beyond chance, missing ratings allowed.

    Parameters
    ----------
    ratings : array-like, shape (raters, units)
        One row per rater. NaN or None where a rater did not rate. Text is allowed for nominal.
    level : {"nominal", "ordinal", "interval", "ratio"}
        How far two values are apart: all alike, by rank, by difference, by relative difference.

    Returns
    -------
    float
        1 perfect, 0 as by chance, below 0 systematic disagreement. Units with one rating are not
        pairable and do not count, as in the source.

    Raises
    ------
    EstimationError
        Where `ratings` is not two-dimensional, values do not fit the level, no unit has two
        ratings, or all pairable ratings are the same (chance cannot be told from agreement).
    UnknownName
        Where the level is none of these.

    Notes
    -----
    No table of values by units, nor of values by values, is made, so that ten thousand units rated
    on a continuous scale are no matter; for ratio, where all pairs of values must be taken, they
    take some seconds.

    References
    ----------
    Krippendorff 2011, "Computing Krippendorff's alpha-reliability",
    https://repository.upenn.edu/asc_papers/43.
    """
    choose("level", level, get_args(Level))
    try:
        table = np.asarray(ratings, dtype=object)
    except ValueError as error:
        raise EstimationError(f"agreement: ratings are not a table: {error}.") from error
    if table.ndim != 2:
        refuse("agreement", [f"ratings have shape {table.shape}; needed: (raters, units)"])
    rated = ~pd.isna(table)
    table = table[:, rated.sum(axis=0) > 1]
    if not table.size:
        refuse("agreement", ["no unit was rated by two raters, so nothing can agree"])
    values = table if level == "nominal" else _numbers(table, level)
    codes, names = pd.factorize(values.ravel(), sort=level != "nominal")
    if len(names) == 1:
        refuse("agreement", [f"every pairable rating is {names[0]!r}; chance is undefined"])
    at = codes.reshape(table.shape)
    often = np.bincount(codes[codes >= 0]).astype(float)
    if level == "nominal":
        seen, chance = _different(at, often)
    elif level == "ratio":
        seen, chance = _relative(at, np.asarray(names, dtype=float), often)
    else:
        middle = np.cumsum(often) - often / 2
        scores = middle if level == "ordinal" else np.asarray(names, dtype=float)
        seen, chance = _squared(at, scores, often)
    return float(1 - (often.sum() - 1) * seen / chance)


def _numbers(table: NDArray, level: Level) -> NDArray:
    try:
        v = np.where(pd.isna(table), np.nan, table).astype(float)
    except (TypeError, ValueError, OverflowError):
        text = f"agreement: level {level!r} needs numbers, found {table[~pd.isna(table)][0]!r}."
        raise EstimationError(f"{text} Try level='nominal', or ranks for labels.") from None
    if level != "ordinal" and np.isinf(v).any():
        refuse("agreement", [f"level {level!r} needs finite values; found infinity"])
    if level == "ratio" and (v < 0).any():
        refuse("agreement", [f"level 'ratio' needs values from 0; found {np.nanmin(v):g}"])
    return v


def _shares(at: NDArray) -> NDArray:
    """Return one over the pairs that each rating of a unit makes."""
    return np.asarray(1 / ((at >= 0).sum(axis=0) - 1))


def _different(at: NDArray, often: NDArray) -> tuple[float, float]:
    """Return the disagreement seen and by chance, where all different values are as far apart."""
    units = np.broadcast_to(np.arange(at.shape[1]), at.shape)[at >= 0]
    keys, alike = np.unique(units * len(often) + at[at >= 0], return_counts=True)
    same = np.bincount(keys // len(often), alike.astype(float) ** 2, minlength=at.shape[1])
    pairs = (at >= 0).sum(axis=0).astype(float) ** 2 - same
    return float(_shares(at) @ pairs), float(often.sum() ** 2 - (often**2).sum())


def _squared(at: NDArray, scores: NDArray, often: NDArray) -> tuple[float, float]:
    """Return the same where squared differences of scores say how far values are apart."""
    scores = scores / np.abs(scores).max()  # so that no square overflows
    rated, held = at >= 0, (at >= 0).sum(axis=0)
    own = np.where(rated, scores[at], 0.0)
    apart = np.where(rated, own - own.sum(axis=0) / held, 0.0)
    seen = float(_shares(at) @ (2 * held * (apart**2).sum(axis=0)))
    mean = (often @ scores) / often.sum()
    return seen, float(2 * often.sum() * (often @ (scores - mean) ** 2))


def _relative(at: NDArray, v: NDArray, often: NDArray) -> tuple[float, float]:
    """Return the same where squared relative differences do."""

    def apart(a: NDArray, b: NDArray) -> NDArray:
        both = a + b
        return np.asarray(np.divide(a - b, both, out=np.zeros(both.shape), where=both > 0) ** 2)

    v = v / v.max()
    rated, share, seen = at >= 0, _shares(at), 0.0
    own = np.where(rated, v[at], 0.0)
    for one in range(1, len(at)):  # each rater with all before
        gap = apart(own[one], own[:one]) * (rated[one] & rated[:one])
        seen += 2 * float(share @ gap.sum(axis=0))
    step, chance = max(1, CHUNK // len(v)), 0.0
    for start in range(0, len(v), step):
        rows, rest = slice(start, start + step), slice(start, None)
        twice = np.where(np.arange(len(v) - start) < step, 1.0, 2.0)  # blocks beside the diagonal
        chance += float(often[rows] @ (apart(v[rows, None], v[rest]) @ (often[rest] * twice)))
    return seen, chance
