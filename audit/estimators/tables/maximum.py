"""The highest point of a concave likelihood, or the columns along which there is none."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from audit.errors import EstimationError, SeparationError
from audit.estimators.base import Array
from audit.estimators.models.model_matrix import ModelMatrix, dependent_columns

MOST_STEPS = 100
CLOSE = 1e-12  # squared distance from the top, in standard errors, before the last step
FAR = 15.0  # log odds or log hazard across the whole range of a column
ROUNDING = 1e-12

Likelihood = Callable[[Array], tuple[float, Array, Array]]


@dataclass(frozen=True, slots=True, eq=False)
class Maximum:
    """Where a likelihood is highest, its value there and the negative of its curvature."""

    params: Array
    loglik: float
    information: Array


@dataclass(frozen=True, slots=True, eq=False)
class Unit:
    """The columns of X moved to mean 0 and divided by their range, and the way back."""

    x: Array
    mean: Array
    span: Array


def unit_columns(where: str, model: ModelMatrix, held_by: str) -> Unit:
    """Return the columns at unit range; raise where they do not vary or hold each other.

    `held_by` says what a constant column would only repeat.
    """
    span = model.x.max(axis=0) - model.x.min(axis=0)
    faults = []
    if (fixed := np.flatnonzero(span == 0)).size:
        faults.append(
            f"column(s) {model.name(fixed)} never vary; leave them out: a constant is in {held_by}"
        )
    mean = np.average(model.x, axis=0, weights=model.counts)
    moved = (model.x - mean) / np.where(span > 0, span, 1.0)
    if not faults and dependent_columns(moved, model):
        faults = [
            f"{fault} (beside a constant, which is in {held_by})"
            for fault in dependent_columns(moved, model)
        ]
    if faults:
        raise EstimationError(f"{where}: " + "; ".join(faults) + ".")
    return Unit(moved, mean, span)


def climb(
    where: str,
    likelihood: Likelihood,
    start: Array,
    model: ModelMatrix,
    *,
    bounded: bool = True,
) -> Maximum:
    """Return the maximum of a concave log-likelihood by Newton steps, halved where they overshoot.

    Parameters
    ----------
    where : str
        Who asks, for messages.
    likelihood : callable
        From parameters to value, gradient and information; -infinity outside its domain.
    start : ndarray
        The last entries are the slopes of the columns of `model`, each of range 1.
    bounded : bool
        Whether the maximum must be finite; else a likelihood that only nears its limit will do.

    Raises
    ------
    SeparationError
        The likelihood still rises where a column moves the odds by more than e^15 over its range.
    """
    slopes = slice(len(start) - model.x.shape[1], len(start))
    params = start
    value, gradient, information = likelihood(params)
    for _ in range(MOST_STEPS):
        step = np.linalg.lstsq(information, gradient, rcond=None)[0]
        last = float(gradient @ step) < CLOSE
        size = 1.0
        while True:
            ahead = likelihood(params + size * step)
            if ahead[0] >= value - ROUNDING * (1 + abs(value)) or size < 1e-10:
                break
            size /= 2
        params = params + size * step
        value, gradient, information = ahead
        if bounded and np.abs(params[slopes]).max(initial=0.0) > FAR:
            _refuse_runaway(where, likelihood, params, (value, step), slopes, model)
        if last:
            return Maximum(params, value, information)
    raise EstimationError(
        f"{where}: no maximum of the likelihood in {MOST_STEPS} steps. Try: fewer columns, or "
        "fewer levels."
    )


def _refuse_runaway(
    where: str,
    likelihood: Likelihood,
    params: Array,
    now: tuple[float, Array],
    slopes: slice,
    model: ModelMatrix,
) -> None:
    """Raise where the likelihood is no lower much further along the way it is climbed."""
    value, step = now
    pace = np.abs(step[slopes]).max()
    if pace == 0 or likelihood(params + FAR / pace * step)[0] < value - 1e-6:
        return
    moving = np.flatnonzero(np.abs(step[slopes]) > 0.05 * pace)
    raise SeparationError(
        f"{where}: column(s) {model.name(moving)} predict the outcome perfectly in some rows, so "
        "that their coefficients have no finite estimate. Try: leave them out, or join levels."
    )
