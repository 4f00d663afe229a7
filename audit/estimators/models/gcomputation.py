"""What a fitted model says would have happened to the same rows in the other class."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit.errors import EstimationError, SupportError
from audit.estimators.base import NAN, Array, Estimate, Fit, choose, confidence_faults, refuse
from audit.estimators.models.covariance import Origin, limits, uncertainty
from audit.estimators.models.focal_products import (
    named_products,
    refuse_undeclared,
    unnamed_products,
)
from audit.estimators.models.model_matrix import ModelMatrix

OVER = ("focal", "reference", "all")


def standardised_contrast(
    fit: Fit, X: Any, focal: Any, *, over: str = "focal", confidence: float = 0.95
) -> Estimate:
    """Return the mean outcome predicted as focal less that predicted as reference, same rows.

    Parameters
    ----------
    fit : Fit
        From `ols` or `logit`.
    X : array_like, shape (m, p)
        Rows to average over, with the columns of the fit in their order. They count with the
        fit's frequency weights, and must then be the rows it was made from; without weights any
        rows will do.
    focal : column name, column index, or array_like of 0 and 1, shape (m,)
        The column that says the class, which must hold 0 and 1 only. A name goes before an index;
        an array must equal a column of X.
    over : {"focal", "reference", "all"}
        Rows the contrast is averaged over: those of the class itself (what happened to the focal
        posts against what would have, had they been ordinary), of the other, or both.
    confidence : float

    Returns
    -------
    Estimate
        Difference in the unit of y (of probabilities for `logit`). Delta method with the clustered
        covariance of the fit; Student's t with Satterthwaite's degrees of freedom of this very
        contrast. The rows are taken as given: their mix is not a source of error. Standard error,
        limits and p-value are NaN, and `note` says why, where one cluster alone determines it.

    Raises
    ------
    EstimationError
        Faulty input; a fit from elsewhere; a column built from `focal` that is not declared. A
        column named "focal:age" (any order, any number of parts) that is the product of these
        columns is rebuilt, and so is one of any name that is `focal` times exactly one other
        column in every row, which `note` then says; any other column that depends on `focal`, or
        cannot be told from one that does because it varies only in the class averaged over, is
        refused.
    SupportError
        No row to average over.

    Notes
    -----
    Robins 1986, Math Model 7:1393; Hernán & Robins 2020, Causal Inference: What If, ch. 13. A 0/1
    column that is 0 throughout the class averaged over (a stratum the class never enters) passes.
    """
    choose("rows to average over", over, OVER)
    refuse("standardised_contrast", confidence_faults(confidence))
    if not isinstance(fit.origin, Origin):
        raise EstimationError("standardised_contrast: the fit must come from ols or logit.")
    model = fit.origin.model
    x, weights = _rows(model, X)
    at = _focal_column(model, x, focal)
    inside = (x[:, at] == (over == "focal")) | (over == "all")
    total = float(weights[inside].sum())
    if total == 0:
        raise SupportError(f"standardised_contrast: X has no row to average over ({over}).")
    positive = weights > 0
    products = named_products(model, x[positive], at)
    unnamed = unnamed_products(model, x[positive], at, products)
    products |= unnamed
    refuse_undeclared(model, x[positive], at, products, over)
    estimate, gradient = _contrast(fit, x[inside], weights[inside] / total, at, products)
    clusters = fit.origin.clusters
    variance = float(gradient @ clusters.covariance() @ gradient)
    std_error, df, reason = uncertainty(clusters, gradient, variance)
    p_value, low, high = limits(estimate, std_error, df, confidence) if not reason else (NAN,) * 3
    return Estimate(
        estimate,
        float(low),
        float(high),
        std_error,
        float(p_value),
        df,
        method=f"g-computation over {over} rows, delta method; {fit.method}",
        note=_note(model, at, unnamed, reason),
    )


def _note(model: ModelMatrix, at: int, unnamed: dict[int, list[int]], reason: str) -> str:
    taken = [
        f"column {model.name([j])} taken as {model.name([at])} times {model.name(others)}"
        for j, others in unnamed.items()
    ]
    return "; ".join(([f"no standard error: {reason}"] if reason else []) + taken)


def _rows(model: ModelMatrix, X: Any) -> tuple[Array, Array]:
    if isinstance(X, pd.DataFrame) and model.named and tuple(X.columns) != model.columns:
        refuse(
            "standardised_contrast",
            [f"X has columns {list(X.columns)}; allowed: those of the fit, {list(model.columns)}"],
        )
    try:
        x = np.asarray(X, dtype=float)
    except (TypeError, ValueError) as error:
        raise EstimationError(f"standardised_contrast: X must hold numbers: {error}.") from error
    if x.ndim != 2 or x.shape[1] != len(model.columns) or not len(x):
        refuse(
            "standardised_contrast",
            [f"X has shape {x.shape}; allowed: rows by the fit's {len(model.columns)} columns"],
        )
    if not np.isfinite(x).all():
        refuse("standardised_contrast", ["X holds missing or infinite values"])
    if bool(model.kept.all()) and bool((model.counts == 1).all()):
        return x, np.ones(len(x))
    if len(x) != len(model.kept) or not np.array_equal(x[model.kept], model.x):
        refuse(
            "standardised_contrast",
            [
                f"X has {len(x)} rows that are not the {len(model.kept)} of a weighted fit; "
                "allowed: the same rows, in the same order, so that their weights are known"
            ],
        )
    weights = np.zeros(len(x))
    weights[model.kept] = model.counts
    return x, weights


def _focal_column(model: ModelMatrix, x: Array, focal: Any) -> int:
    if np.ndim(focal) > 0:
        given = np.asarray(focal, dtype=float)
        if given.shape != (len(x),):
            refuse(
                "standardised_contrast",
                [f"focal has shape {given.shape}; allowed: ({len(x)},), or a column's name"],
            )
        same = np.flatnonzero((x == given[:, None]).all(axis=0))
        if not len(same):
            refuse("standardised_contrast", ["focal equals no column of X; allowed: one of them"])
        at = int(same[0])
    elif focal in model.columns:
        at = model.columns.index(focal)
    elif isinstance(focal, int | np.integer) and -x.shape[1] <= focal < x.shape[1]:
        at = int(focal) % x.shape[1]
    else:
        choose("column of X", focal, [str(c) for c in model.columns])
        at = [str(c) for c in model.columns].index(focal)
    if (other := x[(x[:, at] != 0) & (x[:, at] != 1), at]).size:
        refuse(
            "standardised_contrast",
            [f"column {model.name([at])} holds {other[0]:g}; allowed: 0 and 1, 1 being focal"],
        )
    return at


def _contrast(
    fit: Fit, x: Array, share: Array, at: int, products: dict[int, list[int]]
) -> tuple[float, Array]:
    """Return the contrast and its gradient in the coefficients."""
    from scipy.special import expit

    params = np.asarray(fit.params, dtype=float)
    means, gradients = [], []
    for value in (1.0, 0.0):
        as_if = x.copy()
        as_if[:, at] = value
        for j, others in products.items():
            as_if[:, j] = value * as_if[:, others].prod(axis=1)
        linear = as_if @ params
        mean, slope = linear, np.ones(len(x))
        if fit.origin.link == "logit":
            mean, slope = expit(linear), expit(linear) * expit(-linear)
        means.append(float(share @ mean))
        gradients.append((share * slope) @ as_if)
    return means[0] - means[1], gradients[0] - gradients[1]
