"""What a p-value is worth once all the questions asked together are counted."""

from __future__ import annotations

from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from audit.errors import EstimationError
from audit.estimators.base import choose, refuse

Method = Literal["holm", "bh", "bonferroni"]


def adjust(p_values: ArrayLike, *, method: Method = "holm") -> NDArray:
    """Return the p-values of a family, corrected for its size, in the order given.

    Parameters
    ----------
    p_values : array-like of float, shape (tests,)
        Each in [0, 1], or NaN for a test that could not be made: it stays NaN and does not count
        towards the size of the family. May be empty.
    method : {"holm", "bh", "bonferroni"}
        Holm and Bonferroni hold the chance of any false rejection; bh (Benjamini–Hochberg) holds
        the expected share of false ones among rejections.

    Returns
    -------
    ndarray of float, shape (tests,)
        Reject where at most α. Never below the p-value given, never above 1.

    Raises
    ------
    EstimationError
        Where a p-value is outside [0, 1], or the array is not flat.
    UnknownName
        Where the method is none of these.

    References
    ----------
    Holm 1979, *Scand J Stat* 6:65; Benjamini & Hochberg 1995, *J R Stat Soc B* 57:289,
    https://doi.org/10.1111/j.2517-6161.1995.tb02031.x.
    """
    choose("correction", method, _CORRECTIONS)
    try:
        p = np.asarray(p_values, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise EstimationError(f"adjust: p_values must be numbers: {error}.") from error
    if p.ndim != 1:
        refuse("adjust", [f"p_values have shape {p.shape}; needed: one flat row of them"])
    wrong = p[~np.isnan(p) & ~((p >= 0) & (p <= 1))]
    refuse("adjust", [f"p_values hold {value:g}; allowed: 0 to 1, or NaN" for value in wrong])
    made = ~np.isnan(p)
    adjusted = np.full(p.shape, np.nan)
    adjusted[made] = _CORRECTIONS[method](p[made])
    return adjusted


def _bonferroni(p: NDArray) -> NDArray:
    return np.minimum(1, len(p) * p)


def _holm(p: NDArray) -> NDArray:
    order = np.argsort(p)
    stepped = np.maximum.accumulate((len(p) - np.arange(len(p))) * p[order])
    return np.minimum(1, stepped)[np.argsort(order)]


def _bh(p: NDArray) -> NDArray:
    order = np.argsort(p)[::-1]
    stepped = np.minimum.accumulate(len(p) / np.arange(len(p), 0, -1) * p[order])
    return np.minimum(1, stepped)[np.argsort(order)]


_CORRECTIONS = {"holm": _holm, "bh": _bh, "bonferroni": _bonferroni}
