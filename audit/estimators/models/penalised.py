"""The logistic likelihood with Jeffreys' penalty: its maximum, and its profile along a column."""

from __future__ import annotations

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import Array
from audit.estimators.models.model_matrix import ModelMatrix

STEPS = 500
SETTLED = 1e-10  # Newton decrement
PARTS = (1, 4, 16, 64)  # steps in which a coefficient is moved to where it is fixed
HIDDEN = 1e-12  # a rise of the value smaller than this share is rounding
LAST = 10  # steps taken when no rise can be seen
LONGEST = 5.0  # largest change of a row's log odds in one step
UNIT = 1e-300  # a column without anything left has no size to divide by


def orthonormal(x: Array, counts: Array) -> tuple[Array, Array]:
    """Return Q and R with x = QR, the columns of Q orthonormal where rows count `counts` times.

    Nothing is lost however far from 0 a column lies, such as a year beside a constant.
    """
    root = np.sqrt(counts)[:, None]
    q, r = np.linalg.qr(root * x)
    return q / root, r


class Penalised:
    """The log-likelihood plus half the log determinant of the information."""

    def __init__(self, x: Array, model: ModelMatrix) -> None:
        self.x, self.y, self.counts = x, model.y, model.counts
        self.columns = model.columns

    def value(self, params: Array) -> float:
        """Return the penalised log-likelihood."""
        from scipy.special import expit

        linear = self.x @ params
        signed = np.where(self.y == 1, linear, -linear)
        weight = self.counts * expit(linear) * expit(-linear)
        sign, log_determinant = np.linalg.slogdet((self.x * weight[:, None]).T @ self.x)
        if sign <= 0:
            return -np.inf
        return float(log_determinant / 2 - (self.counts * np.logaddexp(0, -signed)).sum())

    def _state(self, params: Array) -> tuple[Array, Array, Array]:
        """Return fitted probabilities, weights and leverages, summed over copies."""
        from scipy.special import expit

        linear = self.x @ params
        fitted = expit(linear)
        weight = self.counts * fitted * expit(-linear)
        lines, _ = np.linalg.qr(np.sqrt(weight)[:, None] * self.x)
        return fitted, weight, (lines**2).sum(axis=1)

    def augmented(self, params: Array) -> Array:
        """Return the information of the data with each row repeated by its leverage."""
        _, weight, leverage = self._state(params)
        return (self.x * (weight * (1 + leverage / self.counts))[:, None]).T @ self.x

    def maximise(self, start: Array, free: Array) -> Array:
        """Return the best coefficients, only the `free` ones moving from where they start."""
        at, value, last = start.copy(), self.value(start), 0
        if not len(free):
            return at
        for _ in range(STEPS):
            fitted, weight, leverage = self._state(at)
            score = self.counts * (self.y - fitted) + leverage * (0.5 - fitted)
            gradient = self.x[:, free].T @ score
            heavy = weight * (1 + leverage / self.counts)
            information = (self.x[:, free] * heavy[:, None]).T @ self.x[:, free]
            step = np.linalg.lstsq(information, gradient, rcond=None)[0]
            rise = float(gradient @ step)
            if rise < SETTLED**2 * max(1.0, abs(value)) or last == LAST:
                return at
            if rise < HIDDEN * max(1.0, abs(value)):
                at[free] += step  # too near for the value to show a rise, and so for a search
                last += 1
                continue
            step *= min(1.0, LONGEST / float(np.abs(self.x[:, free] @ step).max()))
            new = at.copy()
            for halving in range(40):
                new[free] = at[free] + step / 2**halving
                risen = self.value(new)
                if risen > value:
                    break
            else:
                break
            at, value = new, risen
        raise EstimationError(
            f"firth_logit: no maximum after {STEPS} steps over column(s) "
            f"{', '.join(repr(c) for c in self.columns)}. Try: fewer of them."
        )


class Profile:
    """The penalised log-likelihood of one coefficient, the others at their best.

    The column is reduced to what the others do not hold, and they to an orthonormal basis: the
    model is the same, the coefficient too, and where it is fixed elsewhere the others hardly move.

    Attributes
    ----------
    top : float
        Value at the fit.
    peak : (float, array)
        Highest value met in any search, and the log odds of the rows there.
    """

    def __init__(self, model: ModelMatrix, x: Array, j: int, *, linear: Array, best: float) -> None:
        others, _ = orthonormal(np.delete(x, j, axis=1), model.counts)
        own = x[:, j]
        for _ in range(2):  # twice is enough: what rounding left of the others goes
            own = own - others @ (others.T @ (model.counts * own))
        # at unit size, so that its coefficient and the others' are of one scale
        self.unit = max(float(np.sqrt((model.counts * own**2).sum())), UNIT)
        self.problem = Penalised(np.column_stack([own / self.unit, others]), model)
        self.name, self.best = model.columns[j], best
        self.home = np.concatenate([[best * self.unit], others.T @ (model.counts * linear)])
        curve = self.problem.augmented(self.home)
        # how the others move with the coefficient, were the penalised likelihood a parabola
        self.along = np.concatenate([[1.0], -np.linalg.solve(curve[1:, 1:], curve[1:, 0])])
        self.top = self.problem.value(self.home)
        self.peak = self.top, linear

    def value(self, fixed: float) -> float:
        """Return the best value with the coefficient fixed.

        Every search starts from the fit, so that the same coefficient has the same value whatever
        was asked before: under separation there can be several maxima.
        """
        end = self._searched((fixed - self.best) * self.unit)
        value = self.problem.value(end)
        if value > self.peak[0]:
            self.peak = value, self.problem.x @ end
        return value

    def _searched(self, step: float) -> Array:
        """Return where the others are best, going there by smaller steps where one is too far."""
        first, others = np.eye(len(self.home))[0], np.arange(1, len(self.home))
        for parts in PARTS:
            at = self.home
            try:
                for _ in range(parts):
                    move = step / parts
                    ways = (at + first * move, at + self.along * move)
                    at = self.problem.maximise(max(ways, key=self.problem.value), others)
            except EstimationError:
                if parts == PARTS[-1]:
                    raise
            else:
                break
        return at

    def limit(self, reach: float, fall: float) -> float:
        """Return where the profile lies `fall` below the fit, on the side of `reach`."""
        from scipy.optimize import brentq

        def above(step: float) -> float:
            return self.value(self.best + step) - self.top + fall

        inside, outside = 0.0, reach
        for _ in range(60):
            if above(outside) < 0:
                break
            inside, outside = outside, 1.5 * outside
        else:
            raise EstimationError(
                f"firth_logit: column {self.name!r} has no confidence limit within "
                f"{self.best + outside:g}. Try: a lower confidence."
            )
        return float(self.best + brentq(above, inside, outside, xtol=abs(reach) * 1e-9))
