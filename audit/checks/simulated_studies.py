"""Studies simulated many at a time, and the primary rule applied to all of them at once."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

REPETITIONS = 1000
"""Simulated studies per gap: a power of 0.8 is known to ±0.025."""
DRAWS = 499
"""Relabellings per permutation test, all of them where there are no more."""
AT_ONCE = 4_000_000
"""Account × repetition cells held in memory at one time."""


@dataclass(frozen=True, slots=True, eq=False)
class Sums:
    """What the rule needs of one class in every simulated study: sums over its accounts."""

    n: NDArray
    events: NDArray
    spread: tuple[NDArray, NDArray]
    many: tuple[NDArray, NDArray]

    @classmethod
    def of(cls, events: NDArray, n: NDArray) -> Sums:
        """Sum (accounts, studies) counts over accounts."""
        pull, more = leverage(n), n > 1
        squares = events**2
        spread = pull @ squares, (pull * n) @ events
        many = (more / n) @ squares, more.astype(float) @ events
        return cls(n, events.sum(axis=0), spread, many)

    def limits(self, rho: NDArray, confidence: float) -> tuple[NDArray, NDArray, NDArray]:
        """Return rate and Wilson limits per study, as `clustered_proportion` with this icc."""
        from scipy.special import stdtrit

        n, k = self.n, len(self.n)
        size = n.sum()
        rate, alike = self.events / size, (n * n).sum() / size**2
        base = rate * (1 - rate) / size
        pull = (leverage(n) * n * n).sum()
        seen = self.spread[0] - 2 * rate * self.spread[1] + rate**2 * pull
        seen = (k - 1) / k * np.maximum(seen, 0) / size**2
        deff = np.maximum(1.0, 1 + rho * (size * alike - 1))
        deff = np.maximum(deff, np.divide(seen, base, out=np.ones_like(base), where=base > 0))
        z = stdtrit(max(1.0, 1 / alike - 1), (1 + confidence) / 2)
        a = z * z * deff / size
        half = z / (1 + a) * np.sqrt(base * deff + a * deff / (4 * size))
        centre = (rate + a / 2) / (1 + a)
        low = np.where(self.events == 0, 0.0, np.maximum(centre - half, 0))
        return rate, low, np.where(self.events == size, 1.0, np.minimum(centre + half, 1))


@dataclass(frozen=True, slots=True, eq=False)
class Studies:
    """Simulated studies: the reference class drawn, the focal class as uniform numbers."""

    focal: NDArray
    uniform: NDArray
    reference: Sums
    icc: float
    confidence: float
    picks: NDArray
    picked: NDArray
    everything: bool

    @classmethod
    def drawn(
        cls,
        focal: NDArray,
        reference: NDArray,
        rate: float,
        icc: float,
        seed: int,
        confidence: float,
    ) -> Studies:
        """Draw the reference class and the relabellings, which no gap changes."""
        rng = np.random.default_rng(seed)
        uniform = rng.random((len(focal), REPETITIONS))
        picks, everything = relabellings(len(focal), len(reference), rng)
        own = picks[:, len(focal) :]
        width = max(1, AT_ONCE // len(reference))
        sums, picked = [], []
        for start in range(0, REPETITIONS, width):
            shape = (len(reference), min(width, REPETITIONS - start))
            events = beta_binomial(rng.random(shape), reference, rate, icc)
            sums.append(Sums.of(events, reference))
            picked.append(own @ events)
        joined = Sums(
            reference,
            np.concatenate([s.events for s in sums]),
            tuple(np.concatenate([s.spread[i] for s in sums]) for i in (0, 1)),  # type: ignore[arg-type]
            tuple(np.concatenate([s.many[i] for s in sums]) for i in (0, 1)),  # type: ignore[arg-type]
        )
        return cls(focal, uniform, joined, icc, confidence, picks, np.hstack(picked), everything)

    def power(self, rate: float) -> float:
        """Return the share of studies in which the rule detects this focal rate."""
        return float(self.detected(beta_binomial(self.uniform, self.focal, rate, self.icc)).mean())

    def detected(self, events: NDArray) -> NDArray:
        """Return, per study, whether the interval excludes 0 and the permutation p is small."""
        focal, reference = Sums.of(events, self.focal), self.reference
        n = np.concatenate([self.focal, reference.n])
        own = intraclass(reference.n, reference.many)
        both = intraclass(n, (focal.many[0] + reference.many[0], focal.many[1] + reference.many[1]))
        rho = np.maximum(own, both)
        p, p_low, p_high = focal.limits(rho, self.confidence)
        q, q_low, q_high = reference.limits(rho, self.confidence)
        apart = (p - q > np.hypot(p - p_low, q_high - q)) | (
            q - p > np.hypot(p_high - p, q - q_low)
        )
        return apart & (self.p_values(events, both) <= 1 - self.confidence)

    def p_values(self, events: NDArray, rho: NDArray) -> NDArray:
        """Return the null-model permutation p per study; its p₀(1 − p₀) cancels."""
        reference, n = self.reference, np.concatenate([self.focal, self.reference.n])
        total, size, square = events.sum(axis=0) + reference.events, n.sum(), (n * n).sum()
        inside = self.picks[:, : len(self.focal)] @ events + self.picked

        def size_of_gap(found: NDArray, posts: NDArray, squares: NDArray) -> NDArray:
            rest = size - posts
            alone = (1 / posts + 1 / rest)[:, None]
            alike = ((squares - posts) / posts**2 + (square - squares - rest) / rest**2)[:, None]
            gap = found / posts[:, None] - (total - found) / rest[:, None]
            return gap**2 / (alone + rho * alike)

        drawn = size_of_gap(inside, self.picks @ n, self.picks @ (n * n))
        f = self.focal
        seen = size_of_gap(
            events.sum(axis=0)[None, :], np.array([f.sum()]), np.array([(f * f).sum()])
        )
        reached = (drawn >= seen * (1 - 1e-9)).sum(axis=0)
        if self.everything:
            return reached / len(drawn)
        return (1 + reached) / (1 + len(drawn))


def relabellings(k_focal: int, k_reference: int, rng: np.random.Generator) -> tuple[NDArray, bool]:
    """Return which accounts each relabelling calls focal (or, if fewer, reference), sparse.

    The second value says whether these are all the relabellings there are.
    """
    from scipy.sparse import csr_array

    k, few = k_focal + k_reference, min(k_focal, k_reference)
    everything = math.comb(k, few) <= DRAWS
    if everything:
        chosen = np.array(list(combinations(range(k), few)))
    else:
        chosen = np.stack([rng.choice(k, few, replace=False, shuffle=False) for _ in range(DRAWS)])
    rows = np.repeat(np.arange(len(chosen)), few)
    picks = csr_array((np.ones(chosen.size), (rows, chosen.ravel())), shape=(len(chosen), k))
    return picks, everything


def beta_binomial(uniform: NDArray, n: NDArray, rate: float, icc: float) -> NDArray:
    """Return the beta-binomial quantile of each uniform number, accounts in rows."""
    from scipy.special import betaln, gammaln, xlog1py, xlogy

    if rate in (0, 1) or icc == 1:
        return np.where(uniform > 1 - rate, n[:, None], 0.0)
    a, b = (rate * (1 / icc - 1), (1 - rate) * (1 / icc - 1)) if icc else (0.0, 0.0)
    events = np.empty_like(uniform)
    for volume in np.unique(n):
        e = np.arange(volume + 1)
        ways = gammaln(volume + 1) - gammaln(e + 1) - gammaln(volume - e + 1)
        if icc:
            log = ways + betaln(e + a, volume - e + b) - betaln(a, b)
        else:
            log = ways + xlogy(e, rate) + xlog1py(volume - e, -rate)
        here = n == volume
        below = np.cumsum(np.exp(log))[:-1]
        events[here] = np.searchsorted(below, uniform[here].ravel()).reshape(-1, uniform.shape[1])
    return events


def intraclass(n: NDArray, many: tuple[NDArray, NDArray]) -> NDArray:
    """Return the ANOVA intraclass correlation per study, from sums over accounts with n > 1."""
    m = n[n > 1]
    k, size, (squares, events) = len(m), m.sum(), many
    if k < 2:
        return np.zeros_like(events)
    between = (squares - events**2 / size) / (k - 1)
    within = np.maximum(0, events - squares) / (size - k)
    whole = between + ((size - (m * m).sum() / size) / (k - 1) - 1) * within
    rho = np.divide(between - within, whole, out=np.zeros_like(whole), where=whole > 1e-14)
    return np.clip(rho, 0, 1)


def leverage(n: NDArray) -> NDArray:
    """Return (1 − n/N)⁻², 0 for an account that is the whole class."""
    left = 1 - n / n.sum()
    return np.divide(1.0, left, out=np.zeros(len(n)), where=left > 0) ** 2
