"""What others would do with the same platforms: methods that the package warns of or improves on.

All compare the raw rates of the two classes; account sums suffice, because a linear model of a
binary outcome on one class indicator has closed forms in them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import chdtrc, ndtr, ndtri, stdtr, stdtrit

from benchmarks.platforms import Array, Platforms
from benchmarks.primary import divide

LEVEL = 0.05


@dataclass(frozen=True, slots=True, eq=False)
class Compared:
    """Two-sided p-values and, where the method has one, an interval; shape (R,)."""

    p_value: Array
    low: Array | None = None
    high: Array | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """Events and posts by account, split by class; shape (R, K) each."""

    y: tuple[Array, Array]
    n: tuple[Array, Array]

    @classmethod
    def of(cls, drawn: Platforms) -> Sums:
        y, n, k = drawn.events.sum(2), drawn.n.sum(2), drawn.leaders
        return cls((y[:, :k], y[:, k:]), (n[:, :k], n[:, k:]))

    def gap(self) -> Array:
        focal, reference = (y.sum(1) / n.sum(1) for y, n in zip(self.y, self.n, strict=True))
        return focal - reference

    def residuals(self) -> list[tuple[Array, Array, Array]]:
        """Return per class the residual sums by account, posts by account and all posts."""
        sides = []
        for y, n in zip(self.y, self.n, strict=True):
            size = n.sum(1, keepdims=True)
            sides.append((y - n * y.sum(1, keepdims=True) / size, n, size))
        return sides

    def cr1(self) -> float:
        """Return G/(G-1)."""
        g = sum(n.shape[1] for n in self.n)
        return g / (g - 1)


def chi_square(sums: Sums) -> Compared:
    """Return Pearson's test of the table of posts, without continuity correction."""
    sizes = [n.sum(1) for n in sums.n]
    pooled = sum(y.sum(1) for y in sums.y) / sum(sizes)
    variance = pooled * (1 - pooled) * (1 / sizes[0] + 1 / sizes[1])
    return Compared(chdtrc(1, divide(sums.gap() ** 2, variance)))


def clustered_z(sums: Sums) -> Compared:
    """Return CR1 with the normal quantile, the usual default of regression software."""
    posts = sum(n.sum(1) for n in sums.n)
    variance = sum((e * e).sum(1) / size[:, 0] ** 2 for e, _, size in sums.residuals())
    variance = variance * sums.cr1() * (posts - 1) / (posts - 2)
    return _from_error(sums.gap(), np.sqrt(variance), np.full(len(posts), np.inf))


def cr2_satterthwaite(sums: Sums) -> Compared:
    """Return CR2 with an identity working model and Satterthwaite degrees of freedom.

    Within a class the hat matrix of cluster g is J/N, so CR2 divides its residual sum by
    sqrt(1 - n/N); the degrees of freedom are tr(G)²/tr(GG), G the Gram matrix of the clusters'
    contributions under independence. Bell & McCaffrey 2002; Pustejovsky & Tipton 2018.
    """
    variance = trace = squares = np.zeros(len(sums.n[0]))
    for e, n, size in sums.residuals():
        # the adjustment squared; 0 where one account is the class
        a = divide(np.ones_like(n), 1 - n / size)
        variance = variance + (a * e * e).sum(1) / size[:, 0] ** 2
        own = a * n * (1 - n / size) / size**2
        cross = a * n * n / size**3
        trace = trace + own.sum(1)
        squares = squares + (own**2).sum(1) + cross.sum(1) ** 2 - (cross**2).sum(1)
    return _from_error(sums.gap(), np.sqrt(variance), trace**2 / squares)


def _from_error(gap: Array, error: Array, df: Array) -> Compared:
    normal = np.isinf(df)
    finite = np.where(normal, 1e9, df)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(gap == 0, 0.0, np.abs(gap) / error)
    quantile = np.where(normal, ndtri(1 - LEVEL / 2), stdtrit(finite, 1 - LEVEL / 2))
    p = 2 * np.where(normal, ndtr(-t), stdtr(finite, -t))
    return Compared(p, gap - quantile * error, gap + quantile * error)


def wild_bootstrap(sums: Sums, draws: int, rng: np.random.Generator) -> Compared:
    """Return the restricted wild cluster bootstrap-t with Rademacher weights, null imposed.

    Cameron, Gelbach & Miller 2008, Rev Econ Stat 90:414. Ties count; (1 + b)/(1 + draws).
    """
    pooled = (sum(y.sum(1) for y in sums.y) / sum(n.sum(1) for n in sums.n))[:, None]
    parts = []
    for y, n in zip(sums.y, sums.n, strict=True):
        signs = rng.integers(0, 2, (draws, y.shape[1])) * 2.0 - 1
        u = y - n * pooled
        signs = np.vstack([np.ones(y.shape[1]), signs])
        mean = signs @ u.T / n.sum(1)
        cross = signs @ (u * n).T
        spread = (u * u).sum(1) - 2 * mean * cross + mean**2 * (n * n).sum(1)
        parts.append((mean, np.maximum(spread, 0.0) / n.sum(1) ** 2))
    (focal, v), (reference, w) = parts
    gap = np.abs(focal - reference)
    with np.errstate(divide="ignore", invalid="ignore"):
        t = np.where(gap < 1e-13, 0.0, gap / np.sqrt(v + w))
    edge = np.where(np.isinf(t[0]), t[0], t[0] * (1 - 1e-9))
    return Compared((1 + (t[1:] >= edge).sum(0)) / (1 + draws))
