"""Coefficients with their standard errors, and limits of the normal or t kind."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from audit.estimators.base import Array
from audit.estimators.models.model_matrix import ModelMatrix


def wald(
    params: Array, covariance: Array, df: Any, model: ModelMatrix, confidence: float
) -> dict[str, Any]:
    """Return the fields of a Fit that follow from coefficients, covariance and df."""
    from scipy.special import stdtr, stdtrit

    p = len(params)
    error = np.sqrt(np.diag(covariance))
    each = np.broadcast_to(np.asarray(df, dtype=float), (p,)).copy()
    finite = np.where(np.isinf(each), 1e12, each)  # as good as normal, and scipy takes it
    reach = stdtrit(finite, (1 + confidence) / 2) * error
    p_value = 2 * stdtr(finite, -np.abs(params) / error)
    return {
        "params": model.vector(params),
        "std_error": model.vector(error),
        "df": model.vector(each),
        "p_value": model.vector(p_value),
        "conf_low": model.vector(params - reach),
        "conf_high": model.vector(params + reach),
        "vcov": model.square(covariance),
        "columns": model.columns,
    }


def satterthwaite(*parts: tuple[float, float]) -> float:
    """Return the degrees of freedom of a sum of variances, each with its own."""
    total = sum(v for v, _ in parts)
    spread = sum(v * v / df for v, df in parts)
    return float(total * total / spread) if spread > 0 else inf


def t_quantile(df: float, confidence: float) -> float:
    """Return the two-sided quantile of a t, of the normal where `df` is infinite."""
    from scipy.special import ndtri, stdtrit

    tail = (1 + confidence) / 2
    return float(ndtri(tail)) if df == inf else float(stdtrit(df, tail))
