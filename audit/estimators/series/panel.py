"""Units over time: a regression with a level for each unit, and its errors by unit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import sqrt

import numpy as np

from audit.estimators.base import NAN, Array

ROUNDING = 1e-9  # an eigenvalue of a projection below this is 0


@dataclass(frozen=True)
class Panel:
    """Mean outcome and number of rows of every unit at every time.

    Attributes
    ----------
    y : ndarray, shape (U, T)
        0 where no row is.
    rows : ndarray, shape (U, T)
    """

    y: Array
    rows: Array

    @cached_property
    def patterns(self) -> tuple[Array, Array]:
        """Return the distinct rows of `rows` (P, T), and which one each unit has (U,)."""
        found, which = np.unique(self.rows, axis=0, return_inverse=True)
        return found, which.reshape(-1)


@dataclass(frozen=True)
class Pattern:
    """What units with the same rows and the same regressors share.

    Attributes
    ----------
    units : ndarray of int
    root : ndarray, shape (T,)
        Square root of the rows.
    level : ndarray, shape (T,)
        The unit's own dummy, of length 1.
    z : ndarray, shape (T, q)
        The other regressors, times `root`, less what the unit's level takes.
    """

    units: Array
    root: Array
    level: Array
    z: Array


@dataclass(frozen=True)
class Contrast:
    """One combination of coefficients, with its CR2 standard error by unit and its df."""

    estimate: float
    std_error: float
    df: float


@dataclass(frozen=True)
class PanelFit:
    """Least squares on unit levels, time dummies and further regressors.

    Rows of one unit and time have the same regressors, so their mean and number say everything,
    about the CR2 errors too.

    Attributes
    ----------
    patterns : list of Pattern
    inverse : ndarray, shape (q, q)
        Pseudo-inverse of the cross-products of the regressors within units.
    params : ndarray, shape (q,)
    residuals : ndarray, shape (U, T)
        Times the root of the rows.
    """

    patterns: list[Pattern]
    inverse: Array
    params: Array
    residuals: Array

    def contrast(self, weights: Array) -> Contrast:
        """Return Σ weights · params; see `contrasts`."""
        return self.contrasts(weights[:, None])[0]

    def contrasts(self, weights: Array) -> list[Contrast]:
        """Return Σ weights · params of every column, with CR2 errors (Pustejovsky & Tipton 2018).

        The degrees of freedom are Satterthwaite's, for independent rows of equal variance.
        """
        pull = self.inverse @ weights
        variance = np.zeros(weights.shape[1])
        shared = np.zeros((len(self.patterns), *weights.shape))
        own = np.zeros((len(self.patterns), weights.shape[1]))
        for at, p in enumerate(self.patterns):
            seen = p.root > 0  # where a unit has no rows it pulls nothing
            z, level = p.z[seen], p.level[seen]
            hat = np.outer(level, level) + z @ self.inverse @ z.T
            a = _inverse_root(np.eye(len(level)) - hat) @ (z @ pull)
            variance += ((self.residuals[np.ix_(p.units, seen)] @ a) ** 2).sum(axis=0)
            shared[at] = z.T @ a
            own[at] = (a**2).sum(axis=0) - (level @ a) ** 2
        sizes = np.array([len(p.units) for p in self.patterns])
        estimates = self.params @ weights
        return [
            Contrast(
                float(estimates[c]),
                sqrt(variance[c]),
                _satterthwaite(shared[:, :, c], own[:, c], sizes, self.inverse),
            )
            for c in range(weights.shape[1])
        ]


def fit_panel(panel: Panel, further: Sequence[tuple[Array, Array]] = ()) -> PanelFit:
    """Fit unit levels, a dummy for every time, and further regressors.

    Parameters
    ----------
    panel : Panel
    further : sequence of (unit part (U,), time part (T,))
        Regressors that are the product of the two, such as treated × after.
    """
    times = panel.y.shape[1]
    patterns, moments, responses = [], 0.0, 0.0
    scaled = np.sqrt(panel.rows) * panel.y
    key = np.column_stack([panel.patterns[1], *(unit for unit, _ in further)])
    for row in np.unique(key, axis=0):
        units = np.flatnonzero((key == row).all(axis=1))
        root = np.sqrt(panel.rows[units[0]])
        level = root / np.linalg.norm(root)
        raw = [np.eye(times), *(u[units[0]] * t[:, None] for u, t in further)]
        z = root[:, None] * np.column_stack(raw)
        z = z - np.outer(level, level @ z)
        patterns.append(Pattern(units, root, level, z))
        moments = moments + len(units) * z.T @ z
        responses = responses + z.T @ scaled[units].sum(axis=0)
    inverse = np.linalg.pinv(np.asarray(moments), rcond=ROUNDING, hermitian=True)
    params = inverse @ responses
    residuals = np.zeros_like(scaled)
    for p in patterns:
        within = scaled[p.units] - np.outer(scaled[p.units] @ p.level, p.level)
        residuals[p.units] = within - p.z @ params
    return PanelFit(patterns, inverse, params, residuals)


def _inverse_root(matrix: Array) -> Array:
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    kept = values > ROUNDING
    return (vectors[:, kept] / np.sqrt(values[kept])) @ vectors[:, kept].T


def _satterthwaite(shared: Array, own: Array, sizes: Array, inverse: Array) -> float:
    """Return tr(P)² / Σ P², P_uv = [u = v] own_u − shared_u' inverse shared_v over all units."""
    cross = -shared @ inverse @ shared.T
    alone = np.diag(cross)
    trace = float((sizes * (own + alone)).sum())
    squares = float((np.outer(sizes, sizes) * cross**2).sum())
    squares += float((sizes * ((own + alone) ** 2 - alone**2)).sum())
    return trace**2 / squares if squares > 0 else NAN
