"""Cluster-robust covariance with small-sample corrections, and the degrees of freedom it has."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import TooFewAccounts
from audit.estimators.base import NAN, Array, Fit
from audit.estimators.models.cluster_blocks import Block, by_cluster, by_row
from audit.estimators.models.model_matrix import ModelMatrix

COVARIANCES = ("cr1", "cr2", "cr3")
SEEN = 1e-7  # share of a contrast that must lie in such a direction for it to count
FLAT = 1e-11  # standard error, over what independent residuals would give, that is rounding
NAMES = {
    "cr1": "CR1 with (G/(G-1))((N-1)/(N-p))",
    "cr2": "CR2 (Bell & McCaffrey 2002)",
    "cr3": "CR3",
}


@dataclass(frozen=True, slots=True, eq=False)
class Sandwich:
    """The clusters of a fit, in the orthonormal basis of its columns.

    Attributes
    ----------
    root : array, shape (p, p)
        L with (X'WX)^{-1} = L L'.
    blocks : tuple of Block
        The clusters, those of one rank together.
    scores : array, shape (G, p)
        Q_g'A_g times the residuals, with A_g the correction of the cluster.
    copies : array, shape (G,)
        How many identical clusters each stands for.
    full : tuple of arrays, shapes (F,) and (F, p)
        Clusters with a leverage of 1, and the direction that each alone determines.
    scale : float
        Factor of the whole matrix.
    spread : float
        Root mean square of the residuals.
    labels : tuple
        Names of the clusters; empty where each row is one.
    """

    root: Array
    blocks: tuple[Block, ...]
    scores: Array
    copies: Array
    full: tuple[Array, Array]
    scale: float
    spread: float
    labels: tuple[Any, ...]

    def covariance(self) -> Array:
        """Return the covariance of the coefficients, shape (p, p)."""
        adjusted = self.scores @ self.root.T
        return self.scale * (adjusted * self.copies[:, None]).T @ adjusted

    def degrees_of_freedom(self, contrast: Array) -> float:
        """Return Satterthwaite's degrees of freedom of a contrast of the coefficients.

        Pustejovsky & Tipton 2018, J Bus Econ Stat 36:672, eq. 11, with independent residuals of
        equal (working) variance.
        """
        seen = self.root.T @ contrast
        own, shared = np.empty(len(self.scores)), np.empty(self.scores.shape)
        for block in self.blocks:
            own[block.clusters], shared[block.clusters] = block.seen(seen)
        length = (shared**2).sum(axis=1)
        total = float((self.copies * (own - length)).sum())
        weighted = shared * np.sqrt(self.copies)[:, None]
        wide = weighted.shape[0] < weighted.shape[1]
        cross = weighted @ weighted.T if wide else weighted.T @ weighted
        squares = float((cross**2).sum() + (self.copies * (own**2 - 2 * own * length)).sum())
        return total**2 / squares if squares > 0 else NAN

    def alone(self, contrast: Array) -> list[int]:
        """Return the clusters each of which alone determines a part of the contrast."""
        seen = self.root.T @ contrast
        clusters, directions = self.full
        share = np.abs(directions @ seen) > SEEN * float(np.linalg.norm(seen))
        return np.unique(clusters[share]).tolist()

    def flat(self, contrast: Array, std_error: float) -> bool:
        """Return whether the rows that determine the contrast have no spread beyond rounding."""
        plain = float(np.linalg.norm(self.root.T @ contrast)) * self.spread
        return not std_error > FLAT * plain


def sandwich(
    where: str, model: ModelMatrix, residual: Array, working: Array, covariance: str
) -> Sandwich:
    """Return the clusters of a fit; `working` is each row's inverse variance, 1 for OLS."""
    if model.cluster is not None and len(model.labels) < 2:
        raise TooFewAccounts(
            f"{where}: all rows are of one cluster ({model.labels[0]!r}); allowed: at least 2. "
            "Without a second cluster nothing says how clusters differ. Try: describe it."
        )
    size = np.abs(model.x).max(axis=0)
    weight = np.sqrt(model.counts * working)
    q, r = np.linalg.qr(weight[:, None] * (model.x / size))
    q = q / np.sqrt(model.counts)[:, None]
    root = np.linalg.inv(r) / size[:, None]
    scaled = residual / np.sqrt(working)
    n, p = model.n, model.x.shape[1]
    groups = n if model.cluster is None else float(len(model.labels))
    scale = groups / (groups - 1) * (n - 1) / (n - p) if covariance == "cr1" else 1.0
    spread = float(np.sqrt((model.counts * scaled**2).sum() / n))
    if model.cluster is None:
        blocks, scores, full = by_row(q, scaled, covariance)
        copies = model.counts
    else:
        blocks, scores, full = by_cluster(q, scaled, working, model, covariance)
        copies = np.ones(len(scores))
    return Sandwich(root, blocks, scores, copies, full, scale, spread, model.labels)


@dataclass(frozen=True, slots=True, eq=False)
class Origin:
    """What a fit was made from: its matrix, its clusters and its scale."""

    model: ModelMatrix
    clusters: Sandwich
    link: str


def limits(estimate: Any, std_error: Any, df: Any, confidence: float) -> tuple[Any, Any, Any]:
    """Return the two-sided p-value of 0 and the limits, by Student's t."""
    from scipy.special import stdtr, stdtrit

    half = stdtrit(df, (1 + confidence) / 2) * std_error
    return 2 * stdtr(df, -np.abs(estimate / std_error)), estimate - half, estimate + half


def uncertainty(clusters: Sandwich, contrast: Array, variance: float) -> tuple[float, float, str]:
    """Return standard error and degrees of freedom of a contrast, or NaN twice and why."""
    std_error = float(np.sqrt(max(variance, 0.0)))
    if single := clusters.alone(contrast):
        at = single[0]
        what = f"cluster {clusters.labels[at]!r}" if clusters.labels else f"row {at}"
        return NAN, NAN, f"{what} alone determines a part of it"
    if clusters.flat(contrast, std_error):
        return NAN, NAN, "the rows that determine it have no spread"
    return std_error, clusters.degrees_of_freedom(contrast), ""


def clustered_fit(
    origin: Origin, params: Array, *, covariance: str, confidence: float, what: str, loglik: float
) -> Fit:
    """Return the record of a fit, each coefficient with its clustered uncertainty."""
    model, clusters = origin.model, origin.clusters
    vcov = clusters.covariance()
    each = [uncertainty(clusters, unit, vcov[j, j]) for j, unit in enumerate(np.eye(len(params)))]
    std_error = np.array([e[0] for e in each])
    df = np.array([e[1] for e in each])
    p_value, low, high = limits(params, std_error, df, confidence)
    reasons = dict.fromkeys(e[2] for e in each if e[2])
    note = "; ".join(
        f"no standard error for {model.name([j for j, e in enumerate(each) if e[2] == reason])}: "
        f"{reason}"
        for reason in reasons
    )
    by = f"{len(model.labels)} clusters" if model.labels else "each row its own cluster"
    name = f"{what}; {NAMES[covariance]}, Satterthwaite df, {by}"
    return Fit(
        params=model.vector(params),
        std_error=model.vector(std_error),
        df=model.vector(df),
        p_value=model.vector(p_value),
        conf_low=model.vector(low),
        conf_high=model.vector(high),
        vcov=model.square(vcov),
        loglik=loglik,
        method=name,
        note=note,
        n=model.n,
        columns=model.columns,
        origin=origin,
    )
