"""Weights from the chance of being focal given covariates, and the contrast under them."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import Array, choose
from audit.estimators.models.covariates import read_covariates
from audit.estimators.models.focal_model import fit_focal_model

TARGETS = ("all", "focal", "overlap")


def propensity_weights(
    X: Any, focal: Any, *, target: str = "all", stabilised: bool = False
) -> Array:
    """Return weights that make both classes look like one population, by a logit of focal on X.

    Parameters
    ----------
    X : DataFrame or array_like, shape (N, P)
        Numbers; one 0/1 column per level of a category. An intercept is always added; constant
        and collinear columns change no weight.
    focal : array_like of bool, shape (N,)
        By position, whatever the index.
    target : {"all", "focal", "overlap"}
        Whom both classes are to look like, e being the fitted chance of being focal. "all": 1/e
        for focal rows and 1/(1-e) for reference rows; "focal": 1 and the odds e/(1-e);
        "overlap": 1-e and e.
    stabilised : bool
        Times the class's share of all rows ("all"); the odds over the marginal odds ("focal"). It
        scales each class, so that weights average about 1, and changes no weighted mean.

    Returns
    -------
    ndarray, shape (N,)
        Positive, in the order of the rows.

    Raises
    ------
    SupportError
        A class has no row.
    SeparationError
        Columns separate the classes, fully or but for ties.
    EstimationError
        A value is missing or infinite, lengths differ, no column varies, or `stabilised` with
        target "overlap", which has no such form; or a weight beyond the largest float.

    Notes
    -----
    Hernán & Robins, Causal Inference: What If, chapter 12; Li, Morgan & Zaslavsky 2018, JASA
    113:390.
    """
    choose("target of propensity_weights", target, TARGETS)
    faults = []
    if stabilised and target == "overlap":
        faults.append("stabilised is True; allowed with target 'overlap': False")
    table = read_covariates("propensity_weights", X, focal, faults)
    log_odds = fit_focal_model("propensity_weights", table).log_odds
    is_focal = table.focal
    marginal = is_focal.mean() / (1 - is_focal.mean())
    with np.errstate(over="ignore", under="ignore"):
        if target == "all":
            weights = 1 + np.exp(np.where(is_focal, -log_odds, log_odds))
            if stabilised:
                weights = weights * np.where(is_focal, is_focal.mean(), 1 - is_focal.mean())
        elif target == "focal":
            odds = np.exp(log_odds) / (marginal if stabilised else 1.0)
            weights = np.where(is_focal, 1.0, odds)
        else:
            weights = 1 / (1 + np.exp(np.where(is_focal, log_odds, -log_odds)))
    if not (np.isfinite(weights) & (weights > 0)).all():
        raise EstimationError(
            "propensity_weights: a chance of being focal is too near 0 or 1 for a finite weight. "
            "Try: fewer columns, or target='overlap'."
        )
    return weights


def overlap_weights(X: Any, focal: Any) -> Array:
    """Return weights for the rows that could have been of either class.

    Parameters
    ----------
    X, focal
        As for `propensity_weights`.

    Returns
    -------
    ndarray, shape (N,)
        1 - e for focal and e for reference rows, e being the fitted chance of being focal; in
        (0, 1). With them every column of X has the same weighted mean in both classes, exactly,
        and both classes have the same sum of weights.

    Raises
    ------
    SupportError
        A class has no row.
    SeparationError
        Columns separate the classes, fully or but for ties.
    EstimationError
        A value is missing or infinite, lengths differ, or no column varies.

    Notes
    -----
    Li, Morgan & Zaslavsky 2018, JASA 113:390, https://doi.org/10.1080/01621459.2016.1260466. The
    estimand is that of the overlap, not of the focal rows: say so with the number.
    """
    return propensity_weights(X, focal, target="overlap")
