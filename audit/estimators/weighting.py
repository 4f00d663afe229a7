"""Weights that make two classes alike in what was observed, and how alike they then are."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.cells import equal_accounts
from audit.errors import SupportError
from audit.estimators.base import Array, as_numbers, choose, number_faults, refuse
from audit.estimators.models.covariates import read_covariates
from audit.estimators.weights.entropy import entropy_balance
from audit.estimators.weights.matching import coarsen, coarsened_exact
from audit.estimators.weights.propensity import overlap_weights, propensity_weights
from audit.estimators.weights.propensity_contrast import propensity_att

__all__ = [
    "balance",
    "coarsen",
    "coarsened_exact",
    "effective_sample_size",
    "entropy_balance",
    "overlap_weights",
    "propensity_att",
    "propensity_weights",
]

SCALES = ("focal", "reference", "pooled")


def effective_sample_size(weights: Any) -> float:
    """Return how many equally weighted units are worth as much: (Σw)²/Σw².

    Parameters
    ----------
    weights : array_like, shape (N,)
        Not negative, of any scale. No weight at all is worth 0 units.

    Notes
    -----
    Kish 1965, Survey Sampling, 11.7.
    """
    w = as_numbers(weights, "weights")
    refuse("effective_sample_size", number_faults("weights", w))
    if not (w > 0).any():
        return 0.0
    return equal_accounts(w / w.max())


def balance(X: Any, focal: Any, weights: Any = None, *, sd: str = "focal") -> Any:
    """Return the standardised mean difference and variance ratio of every column.

    Parameters
    ----------
    X : DataFrame or array_like, shape (N, P)
        Numbers; one 0/1 column per level of a category.
    focal : array_like of bool, shape (N,)
    weights : array_like, shape (N,), optional
        Not negative; 1 by default.
    sd : {"focal", "reference", "pooled"}
        Whose standard deviation, always before weighting, is the unit.

    Returns
    -------
    DataFrame
        Indexed by column: mean_focal, mean_reference, smd, variance_ratio (focal over reference),
        ess_focal, ess_reference. A column with only 0 and 1 has deviation sqrt(p(1-p)) and no
        variance ratio (NaN); others divide by N - 1. Equal means differ by 0 whatever the unit;
        unequal ones in units of 0 by infinity. The deviation of one row, hence an smd in its
        units, is NaN, as is the ratio to its variance or of 0 to 0; over 0 it is infinite.

    Raises
    ------
    SupportError
        A class has no row with weight.
    EstimationError
        A number is missing or infinite, a weight is negative, or lengths differ.

    Notes
    -----
    Austin 2009, Stat Med 28:3083; conventions of MatchIt and cobalt: unit before weighting.
    """
    import pandas as pd

    choose("sd", sd, SCALES)
    columns = X.columns if isinstance(X, pd.DataFrame) else None
    rows_of_x = len(X) if hasattr(X, "__len__") else 1
    w = np.ones(rows_of_x) if weights is None else as_numbers(weights, "weights")
    faults = [f.replace("events", "X") for f in number_faults("weights", w, length=rows_of_x)]
    table = read_covariates("balance", X, focal, faults)
    values, is_focal = table.values, table.focal
    for flag, name in ((is_focal, "focal"), (~is_focal, "reference")):
        if not w[flag].sum() > 0:
            raise SupportError(f"balance: the {name} class has no row with weight.")
    rows = [_column(values[:, j], is_focal, w, sd) for j in range(values.shape[1])]
    frame = pd.DataFrame(rows, index=columns)
    frame["ess_focal"] = effective_sample_size(w[is_focal])
    frame["ess_reference"] = effective_sample_size(w[~is_focal])
    return frame


def _column(x: Array, is_focal: Array, w: Array, sd: str) -> dict[str, float]:
    sides = (is_focal, ~is_focal)
    binary = bool(np.isin(x, (0, 1)).all())
    means = [float(np.average(x[s], weights=w[s])) for s in sides]
    plain = [_variance(x[s], np.ones(int(s.sum())), binary) for s in sides]
    weighted = [_variance(x[s], w[s], binary) for s in sides]
    unit = np.sqrt({"focal": plain[0], "reference": plain[1], "pooled": sum(plain) / 2}[sd])
    gap = means[0] - means[1]
    with np.errstate(divide="ignore", invalid="ignore"):
        smd = 0.0 if gap == 0 else float(np.divide(gap, unit))
        ratio = np.nan if binary else float(np.divide(weighted[0], weighted[1]))
    return {
        "mean_focal": means[0],
        "mean_reference": means[1],
        "smd": smd,
        "variance_ratio": ratio,
    }


def _variance(x: Array, w: Array, binary: bool) -> float:
    share = w / w.sum()
    mean = float((share * x).sum())
    if binary:
        return max(0.0, mean * (1 - mean))  # a mean of 1 may be summed to a little more
    left = 1 - float((share * share).sum())
    return float((share * (x - mean) ** 2).sum()) / left if left > 0 else float("nan")
