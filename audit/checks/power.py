"""Which gaps a study could have seen, asked before saying that it saw none."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from audit.estimators.base import confidence_faults, refuse

REPETITIONS = 1000
"""Simulated studies per gap: a power of 0.8 is known to ±0.025."""
DRAWS = 499
"""Relabellings per permutation test, all of them where there are no more."""
STEPS = 8
"""Gaps tried from the smallest up before halving; guards against power that is not monotone."""
RESOLUTION = 0.0005
"""The answer is the upper end of a bracket this wide, so it errs by being too large."""
AT_ONCE = 4_000_000
"""Account × repetition cells held in memory at one time."""


def two_proportions(n: float, p1: float, p2: float, *, alpha: float = 0.05) -> float:
    """Return the power of the two-sided z test of two independent proportions.

    Parameters
    ----------
    n : float
        Posts **per group**, above 0.
    p1, p2 : float
        The two rates, in [0, 1].
    alpha : float
        Two-sided level, in (0, 1).

    Returns
    -------
    float
        In (0, 1]. Rejection in the wrong direction is not counted, so equal rates give alpha / 2,
        as in R's `power.prop.test(strict = FALSE)`. Two certain and different rates give 1.

    Raises
    ------
    EstimationError
        Where an argument is out of range, or both rates are the same 0 or 1 (nothing varies).

    Notes
    -----
    Every post is taken as independent: posts of few accounts have less power, see
    `detectable_gap`.

    References
    ----------
    Fleiss, Levin & Paik 2003, *Statistical Methods for Rates and Proportions*, 3rd ed., ch. 4.
    """
    from scipy.stats import norm

    faults = _planning_faults(p1, p2, alpha)
    if not 0 < n < math.inf:
        faults.append(f"n is {n!r} posts per group; allowed: above 0")
    if p1 == p2 and p1 in (0, 1):
        faults.append(f"both rates are {p1:g}, so nothing varies and no test has a power")
    refuse("two_proportions", faults)
    null, other = _spreads(p1, p2)
    reach = math.sqrt(n) * abs(p1 - p2) - norm.isf(alpha / 2) * null
    if other == 0:
        return float(reach > 0)
    return float(norm.cdf(reach / other))


def sample_size(p1: float, p2: float, *, power: float = 0.9, alpha: float = 0.05) -> float:
    """Return the posts per group at which the two-sided z test of two proportions has a power.

    Parameters
    ----------
    p1, p2 : float
        The two rates, in [0, 1], not equal.
    power : float
        In (alpha / 2, 1).
    alpha : float
        Two-sided level, in (0, 1).

    Returns
    -------
    float
        Posts **per group**, not rounded; round up. Inverse of `two_proportions`.

    Raises
    ------
    EstimationError
        Where an argument is out of range, or the rates are equal (no number of posts is enough).

    References
    ----------
    Fleiss, Levin & Paik 2003, ch. 4; R's `power.prop.test`.
    """
    from scipy.stats import norm

    faults = _planning_faults(p1, p2, alpha)
    if not alpha / 2 < power < 1:
        faults.append(f"power is {power!r}; allowed: above alpha / 2 = {alpha / 2:g}, below 1")
    if p1 == p2:
        faults.append(f"both rates are {p1!r}; no number of posts can tell them apart")
    refuse("sample_size", faults)
    null, other = _spreads(p1, p2)
    return float(((norm.isf(alpha / 2) * null + norm.ppf(power) * other) / (p1 - p2)) ** 2)


def detectable_gap(
    n_focal_accounts: int,
    n_reference_accounts: int,
    posts_focal: ArrayLike,
    posts_reference: ArrayLike,
    *,
    rate: float,
    icc: float,
    power: float = 0.8,
    seed: int = 0,
    confidence: float = 0.95,
) -> float:
    """Return the smallest gap, in either direction, that the primary rule would probably see.

    The smaller of the two gaps in `detectable_gap_table`, where the parameters and conventions
    are; read the table where the direction matters (at a rate of 2 % no lower rate may be
    detectable, and the number returned here is then of a higher one).

    Returns
    -------
    float
        Absolute risk difference, in (0, 1]. Infinity where not even the largest possible gap is
        detected with this power, or the rule gives no verdict for so few accounts.
    """
    table = detectable_gap_table(
        n_focal_accounts,
        n_reference_accounts,
        posts_focal,
        posts_reference,
        rate=rate,
        icc=icc,
        power=power,
        seed=seed,
        confidence=confidence,
    )
    return float(table["gap"].min())


def detectable_gap_table(
    n_focal_accounts: int,
    n_reference_accounts: int,
    posts_focal: ArrayLike,
    posts_reference: ArrayLike,
    *,
    rate: float,
    icc: float,
    power: float = 0.8,
    seed: int = 0,
    confidence: float = 0.95,
) -> pd.DataFrame:
    """Return, for a lower and a higher focal rate, the smallest gap the primary rule would see.

    Parameters
    ----------
    n_focal_accounts, n_reference_accounts : int
        Accounts per class, 1 or more.
    posts_focal, posts_reference : int or array-like of int
        Posts per account, 1 or more: one number, or one per account.
    rate : float
        Rate of the reference class, in [0, 1].
    icc : float
        Intraclass correlation of posts of one account, in [0, 1], in both classes.
    power : float
        Share of studies in which the gap should be detected, in (0, 1).
    seed : int
        The same seed gives the same table.
    confidence : float
        1 − α of the rule, in (0, 1).

    Returns
    -------
    DataFrame
        direction ("lower", "higher": of the focal rate), gap (absolute risk difference, infinity
        where even a focal rate of 0 or 1 is not detected), rate_focal (NaN there), power
        (simulated at the gap, or the greatest found where there is none).

    Raises
    ------
    EstimationError
        Where an argument is out of range; all faults at once.

    Notes
    -----
    The rule is the primary's in one stratum: the interval of `standardised_effect` excludes 0 and
    the null-model permutation p over accounts is at most α. Up to FEW_FOCAL_ACCOUNTS focal
    accounts, or with one reference account, it gives no verdict, so no gap is detectable.
    Accounts are beta-binomial. Every gap is tried on the same random numbers, by inverting the
    distribution, so events rise with the rate in every simulated study. The gap is sought upward
    in `STEPS`, then halved to `RESOLUTION`; the upper end is returned. Simulation error of the
    power: ±0.025 (95 %) at 0.8.
    """
    from audit.gates import FEW_FOCAL_ACCOUNTS, REFERENCE_ACCOUNTS_FOR_SUPPORT

    faults: list[str] = []
    focal = _volumes("focal", n_focal_accounts, posts_focal, faults)
    reference = _volumes("reference", n_reference_accounts, posts_reference, faults)
    for name, value in (("rate", rate), ("icc", icc)):
        if not 0 <= value <= 1:
            faults.append(f"{name} is {value!r}; allowed: 0 to 1")
    if not 0 < power < 1:
        faults.append(f"power is {power!r}; allowed: between 0 and 1")
    refuse("detectable_gap", faults + confidence_faults(confidence))
    rows = []
    judged = len(focal) > FEW_FOCAL_ACCOUNTS and len(reference) >= REFERENCE_ACCOUNTS_FOR_SUPPORT
    studies = _Studies.drawn(focal, reference, rate, icc, seed, confidence) if judged else None
    for direction, sign, room in (("lower", -1, rate), ("higher", 1, 1 - rate)):
        gap, reached = _search(studies, rate, sign, room, power) if studies else (math.inf, 0.0)
        at = rate + sign * gap if math.isfinite(gap) else math.nan
        rows.append({"direction": direction, "gap": gap, "rate_focal": at, "power": reached})
    return pd.DataFrame(rows)


def _search(
    studies: _Studies, rate: float, sign: int, room: float, power: float
) -> tuple[float, float]:
    missed, best = 0.0, 0.0
    for step in range(1, STEPS + 1) if room > 0 else ():
        gap = room * step / STEPS
        reached = studies.power(min(1.0, max(0.0, rate + sign * gap)))
        if reached >= power:
            break
        missed, best = gap, max(best, reached)
    else:
        return math.inf, best
    while gap - missed > RESOLUTION:
        middle = (gap + missed) / 2
        tried = studies.power(rate + sign * middle)
        if tried >= power:
            gap, reached = middle, tried
        else:
            missed = middle
    return gap, reached


@dataclass(frozen=True, slots=True, eq=False)
class _Sums:
    """What the rule needs of one class in every simulated study: sums over its accounts."""

    n: NDArray
    events: NDArray
    spread: tuple[NDArray, NDArray]
    many: tuple[NDArray, NDArray]

    @classmethod
    def of(cls, events: NDArray, n: NDArray) -> _Sums:
        """Sum (accounts, studies) counts over accounts."""
        pull, more = _leverage(n), n > 1
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
        pull = (_leverage(n) * n * n).sum()
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
class _Studies:
    """Simulated studies: the reference class drawn, the focal class as uniform numbers."""

    focal: NDArray
    uniform: NDArray
    reference: _Sums
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
    ) -> _Studies:
        """Draw the reference class and the relabellings, which no gap changes."""
        rng = np.random.default_rng(seed)
        uniform = rng.random((len(focal), REPETITIONS))
        picks, everything = _relabellings(len(focal), len(reference), rng)
        own = picks[:, len(focal) :]
        width = max(1, AT_ONCE // len(reference))
        sums, picked = [], []
        for start in range(0, REPETITIONS, width):
            shape = (len(reference), min(width, REPETITIONS - start))
            events = _beta_binomial(rng.random(shape), reference, rate, icc)
            sums.append(_Sums.of(events, reference))
            picked.append(own @ events)
        joined = _Sums(
            reference,
            np.concatenate([s.events for s in sums]),
            tuple(np.concatenate([s.spread[i] for s in sums]) for i in (0, 1)),  # type: ignore[arg-type]
            tuple(np.concatenate([s.many[i] for s in sums]) for i in (0, 1)),  # type: ignore[arg-type]
        )
        return cls(focal, uniform, joined, icc, confidence, picks, np.hstack(picked), everything)

    def power(self, rate: float) -> float:
        """Return the share of studies in which the rule detects this focal rate."""
        return float(self.detected(_beta_binomial(self.uniform, self.focal, rate, self.icc)).mean())

    def detected(self, events: NDArray) -> NDArray:
        """Return, per study, whether the interval excludes 0 and the permutation p is small."""
        focal, reference = _Sums.of(events, self.focal), self.reference
        n = np.concatenate([self.focal, reference.n])
        own = _icc(reference.n, reference.many)
        both = _icc(n, (focal.many[0] + reference.many[0], focal.many[1] + reference.many[1]))
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


def _relabellings(k_focal: int, k_reference: int, rng: np.random.Generator) -> tuple[NDArray, bool]:
    """Return which accounts each relabelling calls focal (or, if fewer, reference), sparse."""
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


def _beta_binomial(uniform: NDArray, n: NDArray, rate: float, icc: float) -> NDArray:
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


def _icc(n: NDArray, many: tuple[NDArray, NDArray]) -> NDArray:
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


def _leverage(n: NDArray) -> NDArray:
    """Return (1 − n/N)⁻², 0 for an account that is the whole class."""
    left = 1 - n / n.sum()
    return np.divide(1.0, left, out=np.zeros(len(n)), where=left > 0) ** 2


def _volumes(name: str, k: int, posts: ArrayLike, faults: list[str]) -> NDArray:
    if not (k >= 1 and k == int(k)):
        faults.append(f"n_{name}_accounts is {k!r}; allowed: a whole number from 1")
        return np.ones(1)
    n = np.asarray(posts, dtype=float)
    if n.ndim and n.shape != (k,):
        faults.append(f"posts_{name} has shape {n.shape}; allowed: one number, or {k} of them")
    bad = ~(np.isfinite(n) & (n >= 1) & (n == np.floor(n)))
    if bad.any():
        faults.append(f"posts_{name} holds {n[bad].ravel()[0]:g}; allowed: whole numbers from 1")
    return n if n.ndim else np.full(int(k), float(n))


def _spreads(p1: float, p2: float) -> tuple[float, float]:
    middle = (p1 + p2) / 2
    return math.sqrt(2 * middle * (1 - middle)), math.sqrt(p1 * (1 - p1) + p2 * (1 - p2))


def _planning_faults(p1: float, p2: float, alpha: float) -> list[str]:
    faults = [
        f"{name} is {p!r}; allowed: 0 to 1"
        for name, p in (("p1", p1), ("p2", p2))
        if not 0 <= p <= 1
    ]
    return faults if 0 < alpha < 1 else [*faults, f"alpha is {alpha!r}; allowed: between 0 and 1"]
