"""The clusters of a fit, each corrected for the leverage of its rows.

With Q an orthonormal basis of the (working-weighted) columns, Q_g = U L^{1/2} V' needs one
eigenproblem of the smaller of rows and columns of each cluster, and A_g Q_g is U f(L) L^{1/2} V'.
Where working variances differ (CR2 of `logit` by cluster) see `inverse_root`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.estimators.base import Array
from audit.estimators.models.cluster_rows import Rows
from audit.estimators.models.inverse_root import DIRECT, LEAST, inverse_root_times
from audit.estimators.models.model_matrix import ModelMatrix

FULL = 1e-10  # a leverage closer to 1 than this: one cluster alone determines the direction


@dataclass(frozen=True, slots=True, eq=False)
class Block:
    """Clusters of one rank k, in the orthonormal basis of the columns of a fit.

    Attributes
    ----------
    clusters : array of int, shape (g,)
        Which they are.
    own, into, out : array, shape (g, k, p)
        With l a contrast in this basis: A_g Q_g l has length |factor own l|, and Q_g'A_g Q_g is
        into' factor out.
    factor : array, shape (g, k)
    """

    clusters: Array
    own: Array
    into: Array
    out: Array
    factor: Array

    def seen(self, contrast: Array) -> tuple[Array, Array]:
        """Return |A_g Q_g l|², shape (g,), and Q_g'A_g Q_g l, shape (g, p)."""
        p = len(contrast)
        out = (self.out.reshape(-1, p) @ contrast).reshape(self.factor.shape) * self.factor
        own = out
        if self.own is not self.out:
            own = (self.own.reshape(-1, p) @ contrast).reshape(self.factor.shape) * self.factor
        return (own**2).sum(axis=1), np.matmul(out[:, None, :], self.into)[:, 0]


Full = tuple[Array, Array]
Done = tuple["Block", Array, Full]
Parts = tuple[tuple[Block, ...], Array, Full]


def _factor(leverage: Array, covariance: str) -> Array:
    """Return the correction along each eigenvector, 0 where the leverage is 1."""
    left = np.where(leverage > 1 - FULL, np.inf, 1 - leverage)
    return {"cr1": np.ones_like(left), "cr2": left**-0.5, "cr3": 1 / left}[covariance]


def by_row(q: Array, residual: Array, covariance: str) -> Parts:
    """Return blocks, scores and full directions of rows that are each a cluster."""
    leverage = np.minimum((q**2).sum(axis=1), 1.0)
    factor = _factor(leverage, covariance)
    lines = q[:, None, :]
    block = Block(np.arange(len(q)), lines, lines, lines, factor[:, None])
    at = np.flatnonzero(leverage > 1 - FULL)
    return (block,), q * (factor * residual)[:, None], (at, q[at])


def by_cluster(
    q: Array, residual: Array, working: Array, model: ModelMatrix, covariance: str
) -> Parts:
    """Return blocks, scores and full directions of the clusters of a model."""
    rows = Rows.of_model(q, residual, working, model)
    # clusters of one row, or of one working variance, need no root of a matrix
    even = rows.alike() | (covariance != "cr2")
    found = [_even(*stack, covariance) for stack in rows.stacks(even)]
    few = ~even & (rows.size <= np.minimum(DIRECT, q.shape[1]))
    for m in np.unique(rows.size[few]):
        clusters = np.flatnonzero(few & (rows.size == m))
        done, left = _uneven_alike(clusters, *rows.of(clusters, m))
        even[clusters[~left]] = True
        found.append(done)
    if len(clusters := np.flatnonzero(~even)):
        found.append(_uneven(clusters, rows))
    scores = np.empty((len(rows.size), q.shape[1]))
    for block, own, _ in found:
        scores[block.clusters] = own
    at, along = (np.concatenate(part) for part in zip(*(full for *_, full in found), strict=True))
    return tuple(block for block, *_ in found), scores, (at, along)


def _even(clusters: Array, lines: Array, residual: Array, covariance: str) -> Done:
    """Correct every eigenvector by its leverage alone, as equal working variances allow.

    `lines` are Q_g, shape (g, k, p), and `residual` its residuals, or both turned alike.
    """
    if covariance == "cr1":  # no cluster is corrected, so few need their eigenvectors
        factor = np.ones(residual.shape)
        block = Block(clusters, lines, lines, lines, factor)
        near = np.einsum("gkp,gkp->g", lines, lines) > 1 - FULL
        leverage, _, turned = _turned(lines[near], residual[near])
        scores = np.einsum("gkp,gk->gp", lines, residual)
        return block, scores, _full(clusters[near], leverage, turned)
    leverage, residual, turned = _turned(lines, residual)
    factor = _factor(leverage, covariance)
    block = Block(clusters, turned, turned, turned, factor)
    scores = np.einsum("gkp,gk->gp", turned, residual * factor)
    return block, scores, _full(clusters, leverage, turned)


def _turned(lines: Array, residual: Array) -> tuple[Array, Array, Array]:
    """Return the leverages, and U' times the residuals and times Q_g."""
    leverage, vectors = np.linalg.eigh(lines @ lines.transpose(0, 2, 1))
    back = vectors.transpose(0, 2, 1)
    rest = np.matmul(back, residual[:, :, None])[:, :, 0]
    return np.clip(leverage, 0.0, 1.0), rest, back @ lines


def _full(clusters: Array, leverage: Array, turned: Array) -> Full:
    place, at = np.nonzero(leverage > 1 - FULL)
    return clusters[place], turned[place, at]


def _uneven_alike(
    clusters: Array, lines: Array, residual: Array, theta: Array
) -> tuple[Done, Array]:
    """Correct clusters of one small size at once; return also which must go one by one.

    Those have a leverage of 1, and with it a null space of their own. Shapes are (g, m, p),
    (g, m) and (g, m), with m at most p.
    """
    m = lines.shape[1]
    leverage = np.linalg.eigvalsh(lines @ lines.transpose(0, 2, 1))
    left = leverage[:, -1] > 1 - FULL
    lines, residual, theta = lines[~left], residual[~left], theta[~left] ** 2
    scaled = theta[:, :, None] * lines
    inner = np.eye(m) * theta[:, :, None] ** 2 - scaled @ scaled.transpose(0, 2, 1)
    value, vector = np.linalg.eigh(inner)
    root = np.maximum(value, (theta.max(axis=1) ** 2 * LEAST)[:, None]) ** -0.5
    rooted = vector @ (root[:, :, None] * (vector.transpose(0, 2, 1) @ lines))
    rooted *= theta[:, :, None]
    block = Block(clusters[~left], rooted, lines, rooted, np.ones(residual.shape))
    scores = np.einsum("gmp,gm->gp", rooted, residual)
    return (block, scores, (np.empty(0, dtype=int), np.empty((0, lines.shape[2])))), left


def _uneven(clusters: Array, rows: Rows) -> Done:
    """Correct clusters whose rows have working variances of their own."""
    groups, p = len(clusters), rows.q.shape[1]
    scores, own, into = np.empty((groups, p)), np.empty((groups, p, p)), np.empty((groups, p, p))
    at, along = [np.empty(0, dtype=int)], [np.empty((0, p))]
    for g, cluster in enumerate(clusters):
        span = slice(rows.starts[cluster], rows.starts[cluster] + rows.size[cluster])
        lines, variance = rows.q[span], rows.theta[span] ** 2
        leverage, directions = np.linalg.eigh(lines.T @ lines)
        leverage = np.clip(leverage, 0.0, 1.0)
        alone = directions[:, leverage > 1 - FULL].T
        at.append(np.full(len(alone), cluster))
        along.append(alone)
        # A = Θ^{1/2} (Θ^{1/2} (I - H) Θ Θ^{1/2}')^{-1/2} Θ^{1/2}, Θ the working variances
        rooted = inverse_root_times(variance, lines, leverage, directions)
        rooted *= variance[:, None]
        scores[g] = rooted.T @ rows.residual[span]
        size, vector = np.linalg.eigh(rooted.T @ rooted)
        own[g] = (vector * np.sqrt(np.maximum(size, 0))).T
        into[g] = (lines.T @ rooted).T
    out = np.tile(np.eye(p), (groups, 1, 1))
    block = Block(clusters, own, into, out, np.ones((groups, p)))
    return block, scores, (np.concatenate(at), np.concatenate(along))
