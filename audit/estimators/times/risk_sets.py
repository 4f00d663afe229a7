"""Who could have been acted on each time somebody was: the partial likelihood and its parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from audit.estimators.base import Array
from audit.estimators.times.followup import FollowUp, sums_from


class Sums(NamedTuple):
    """Relative hazards r of all rows, and Σr, Σrx, Σrxx' of the risk set of every event."""

    hazard: Array
    shift: float
    total: Array
    first: Array
    second: Array


@dataclass(frozen=True, slots=True, eq=False)
class RiskSets:
    """The rows of a proportional hazards model, and its events one by one.

    Attributes
    ----------
    x : array, shape (n, p)
    rows : FollowUp
    times : array, shape (m,)
        Distinct times of events.
    dead : array of int, shape (d,)
        Rows with the event.
    place : array of int, shape (d,)
        Which of `times` each is at.
    gone : array, shape (d,)
        Share of the tied events that has left the risk set before each one (Efron); all 0 for
        Breslow.
    """

    x: Array
    rows: FollowUp
    times: Array
    dead: Array
    place: Array
    gone: Array

    def at(self, params: Array) -> tuple[float, Array, Array]:
        """Return the partial log-likelihood, its gradient and the information."""
        s = self._sums(params)
        mean = s.first / s.total[:, None]
        value = float((self.x[self.dead] @ params - s.shift - np.log(s.total)).sum())
        gradient = (self.x[self.dead] - mean).sum(axis=0)
        information = (s.second / s.total[:, None, None]).sum(axis=0) - mean.T @ mean
        return value, gradient, information

    def influence(self, params: Array, inverse: Array) -> tuple[Array, Array]:
        """Return each row's score residual times `inverse`, and its share of the information.

        The second is the variance that the row adds to each coefficient if the model holds.
        """
        s = self._sums(params)
        z, mean = self.x @ inverse, s.first @ inverse / s.total[:, None]
        rate = 1 / s.total[:, None]
        parts = np.hstack([rate, mean * rate, mean**2 * rate])
        p, size = z.shape[1], len(self.times)
        steps, late, middle = (
            np.zeros((size, 2 * p + 1)),
            np.zeros((size, 2 * p + 1)),
            np.zeros((size, p)),
        )
        np.add.at(steps, self.place, parts)
        np.add.at(late, self.place, parts * self.gone[:, None])
        np.add.at(middle, self.place, mean)
        middle /= np.bincount(self.place, minlength=size)[:, None]
        sums = np.vstack([np.zeros(2 * p + 1), np.cumsum(steps, axis=0)])
        upto = np.searchsorted(self.times, self.rows.time, side="right")
        since = np.minimum(np.searchsorted(self.times, self.rows.entry, side="right"), upto)
        own = sums[upto] - sums[since]
        own[self.dead] -= late[self.place]
        a, b, c = own[:, :1], own[:, 1 : p + 1], own[:, p + 1 :]
        r = s.hazard[:, None]
        score = -r * (z * a - b)
        score[self.dead] += z[self.dead] - middle[self.place]
        return score, r * (z * z * a - 2 * z * b + c)

    def _sums(self, params: Array) -> Sums:
        linear = self.x @ params
        shift = float(linear.max())
        hazard = np.exp(linear - shift)
        n, p = self.x.shape
        squares = (self.x[:, :, None] * self.x[:, None, :]).reshape(n, p * p)
        values = hazard[:, None] * np.hstack([np.ones((n, 1)), self.x, squares])
        whole = sums_from(self.rows.time, values, self.times)
        if np.isfinite(self.rows.entry).any():
            whole = whole - sums_from(self.rows.entry, values, self.times)
        tied = np.zeros_like(whole)
        np.add.at(tied, self.place, values[self.dead])
        sums = whole[self.place] - self.gone[:, None] * tied[self.place]
        square = sums[:, p + 1 :].reshape(-1, p, p)
        return Sums(hazard, shift, sums[:, 0], sums[:, 1 : p + 1], square)


def risk_sets(x: Array, rows: FollowUp, *, efron: bool) -> RiskSets:
    """Return the events of a proportional hazards model, tied ones in order of row."""
    dead = np.flatnonzero(rows.cause > 0)
    times, place, counts = np.unique(rows.time[dead], return_inverse=True, return_counts=True)
    gone = np.zeros(len(dead))
    if efron:
        order = np.argsort(place, kind="stable")
        starts = np.cumsum(counts) - counts
        gone[order] = (np.arange(len(dead)) - np.repeat(starts, counts)) / np.repeat(counts, counts)
    return RiskSets(x, rows, times, dead, place, gone)
