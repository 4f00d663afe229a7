"""The rows of a fit, those of a cluster together."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.estimators.base import Array
from audit.estimators.models.model_matrix import ModelMatrix


@dataclass(frozen=True, slots=True, eq=False)
class Rows:
    """The rows of a fit, those of a cluster together.

    Attributes
    ----------
    q, residual, theta : array, shape (n, p), (n,), (n,)
        Of rows that count more than once, with the root of how often; θ is the root of the working
        variance.
    starts, size : array of int, shape (groups,)
        Where each cluster starts, and its number of rows.
    """

    q: Array
    residual: Array
    theta: Array
    starts: Array
    size: Array

    @classmethod
    def of_model(cls, q: Array, residual: Array, working: Array, model: ModelMatrix) -> Rows:
        """Return the rows of a model, sorted."""
        codes = np.asarray(model.cluster)
        order = np.argsort(codes, kind="stable")
        weight = np.sqrt(model.counts[order])
        size = np.bincount(codes, minlength=len(model.labels))
        starts = np.cumsum(size) - size
        root = np.sqrt(working[order])
        return cls(q[order] * weight[:, None], residual[order] * weight, root, starts, size)

    def of(self, clusters: Array, m: int) -> tuple[Array, Array, Array]:
        """Return Q_g, residuals and θ of clusters of m rows each: (g, m, p), (g, m), (g, m)."""
        place = self.starts[clusters][:, None] + np.arange(m)
        return self.q[place], self.residual[place], self.theta[place]

    def alike(self) -> Array:
        """Return which clusters are of one working variance, shape (groups,)."""
        most = np.maximum.reduceat(self.theta, self.starts)
        return np.asarray(most == np.minimum.reduceat(self.theta, self.starts))

    def stacks(self, kept: Array) -> Iterator[tuple[Array, Array, Array]]:
        """Yield the clusters kept, those of one rank together, with their Q_g and residuals.

        None has more rows than Q has columns: where it had, both are turned alike.
        """
        p = self.q.shape[1]
        stacks: dict[int, list[tuple[Array, Array, Array]]] = {}
        for m in np.unique(self.size):
            clusters = np.flatnonzero((self.size == m) & kept)
            if not len(clusters):
                continue
            lines, rest, _ = self.of(clusters, m)
            if m > p:  # as many rows as columns hold all that the cluster says
                basis, lines = np.linalg.qr(lines)
                rest = np.einsum("gmk,gm->gk", basis, rest)
            stacks.setdefault(min(int(m), p), []).append((clusters, lines, rest))
        for alike in stacks.values():
            clusters, lines, rest = (np.concatenate(part) for part in zip(*alike, strict=True))
            yield clusters, lines, rest
