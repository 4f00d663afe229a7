"""The package's interval and permutation test for many platforms at once.

What `standardised_effect` and `permutation_test` give one platform at a time, in the same steps on
arrays of shape (platforms, accounts, strata). tests/test_benchmarks_calibration.py holds the two
to each other, so that the calibration speaks of the code that people run.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.special import stdtrit

from audit.estimators.accounts.randomisation import TIE
from audit.estimators.accounts.standardised import FEWEST_COMPARISON_ACCOUNTS
from benchmarks.platforms import Array, Platforms

CONFIDENCE = 0.95


def divide(top: Array, bottom: Array) -> Array:
    """Return top / bottom, 0 where the bottom is 0."""
    top, bottom = np.broadcast_arrays(top, bottom)
    return np.divide(top, bottom, out=np.zeros(top.shape), where=bottom > 0)


def anova_icc(total: Array, squares: Array, n: Array) -> Array:
    """Return one intraclass correlation per platform from account sums, shape (R, K)."""
    use = n > 1
    k = use.sum(1)
    m, u, q = n * use, total * use, squares * use
    size = m.sum(1)
    own = divide(u * u, m)
    between = (own.sum(1) - divide(u.sum(1) ** 2, size)) / np.maximum(k - 1, 1)
    within = divide(np.maximum(0.0, (q - own).sum(1)), size - k)
    typical = (size - divide((m * m).sum(1), size)) / np.maximum(k - 1, 1)
    whole = between + (typical - 1) * within
    known = (k >= 2) & (whole > 1e-14)
    return np.clip(divide((between - within) * known, np.where(known, whole, 1.0)), 0.0, 1.0)


def icc_given_stratum(events: Array, n: Array) -> Array:
    """Return the intraclass correlation of residuals from stratum rates, one per platform."""
    rate = divide(events.sum(1), n.sum(1))[:, None, :]
    residual = events - n * rate
    squares = events * (1 - 2 * rate) + n * rate * rate
    return anova_icc(residual.sum(2), squares.sum(2), n.sum(2))


@dataclass(frozen=True, slots=True, eq=False)
class Arm:
    """The rate of a class on each platform, shape (R,), with its limits."""

    rate: Array
    low: Array
    high: Array
    k_eff: Array
    largest_share: Array


def wilson(rate: Array, n: Array, z: Array) -> tuple[Array, Array]:
    a = z * z / n
    centre = (rate + a / 2) / (1 + a)
    half = z / (1 + a) * np.sqrt(rate * (1 - rate) / n + a / (4 * n))
    low = np.where(rate == 0, 0.0, np.maximum(0.0, centre - half))
    return low, np.where(rate == 1, 1.0, np.minimum(1.0, centre + half))


def arm(rate: Array, pull: Array, share: Array, apart: Array, n: Array, rho: Array) -> Arm:
    """Return an arm from the account influences, shares and independent parts, shape (R, K)."""
    k = (share > 0).sum(1)
    alike, apart = (share * share).sum(1), apart.sum(1)
    base = np.maximum(0.0, rate * (1 - rate) / n)
    deff = np.maximum(1.0, n * (apart + rho * (alike - apart)))
    seen = divide((k - 1) / k * (pull * pull).sum(1), base)
    deff = np.where(k > 1, np.maximum(deff, seen), deff)
    quantile = stdtrit(np.maximum(1.0, 1 / alike - 1), (1 + CONFIDENCE) / 2)
    low, high = wilson(rate, n / deff, quantile)
    return Arm(rate, low, high, 1 / alike, share.max(1))


@dataclass(frozen=True, slots=True, eq=False)
class Effect:
    """The standardised gap of each platform, with what a refusal may look at; shape (R,)."""

    estimate: Array
    low: Array
    high: Array
    k_eff: Array
    expected_events: Array
    largest_share: Array

    def excludes_zero(self) -> Array:
        return ~((self.low <= 0) & (self.high >= 0))


def effect(drawn: Platforms) -> Effect:
    """Return what `standardised_effect` returns, platform by platform."""
    own, other, posts = arms(drawn)
    gap = own.rate - other.rate
    return Effect(
        gap,
        gap - np.hypot(own.rate - own.low, other.high - other.rate),
        gap + np.hypot(own.high - own.rate, other.rate - other.low),
        own.k_eff,
        other.rate * posts,
        own.largest_share,
    )


def arms(drawn: Platforms) -> tuple[Arm, Arm, Array]:
    """Return the focal and the reference arm, and the supported focal posts."""
    k = drawn.leaders
    supported = (drawn.n[:, k:] > 0).sum(1) >= FEWEST_COMPARISON_ACCOUNTS
    y, n = drawn.events * supported[:, None, :], drawn.n * supported[:, None, :]
    rho = np.maximum(icc_given_stratum(y[:, k:], n[:, k:]), icc_given_stratum(y, n))
    mix = n[:, :k].sum(1)
    size = mix.sum(1)
    if not size.all():
        raise ValueError("a platform has no supported focal posts; draw more posts per account")
    relevant = (mix > 0)[:, None, :]
    other_y, other_n = y[:, k:] * relevant, n[:, k:] * relevant
    total = other_n.sum(1)
    rates = divide(other_y.sum(1), total)
    observed = clean(y[:, :k].sum((1, 2)) / size, y[:, :k], n[:, :k])
    expected = clean((mix * rates).sum(1) / size, other_y, other_n)

    volume = n[:, :k].sum(2)
    share = volume / size[:, None]
    residual = (y[:, :k] - n[:, :k] * rates[:, None, :]).sum(2)
    gap = (y[:, :k].sum((1, 2)) - (mix * rates).sum(1)) / size
    pull = divide((residual - volume * gap[:, None]) / size[:, None], 1 - share)
    own = arm(observed, pull, share, share / size[:, None], size, rho)

    weight = divide(mix / size[:, None], total)[:, None, :]
    pull = weight * (other_y - other_n * rates[:, None, :])
    left = 1 - divide(other_n, total[:, None, :])
    other = arm(
        expected,
        divide(pull, left).sum(2),
        (weight * other_n).sum(2),
        (weight * weight * other_n).sum(2),
        other_n.sum((1, 2)),
        rho,
    )
    return own, other, size


def clean(rate: Array, events: Array, n: Array) -> Array:
    full = events.sum((1, 2)) == n.sum((1, 2))
    return np.where(full, 1.0, np.clip(rate, 0.0, 1.0))


def assignments(accounts: int, leaders: int, draws: int, rng: np.random.Generator) -> Array:
    """Return 0/1 assignments of the focal class, shape (B, K): all of them for one leader."""
    if leaders == 1:
        return np.eye(accounts)
    order = rng.random((draws, accounts)).argpartition(leaders, axis=1)[:, :leaders]
    chosen = np.zeros((draws, accounts))
    np.put_along_axis(chosen, order, 1.0, axis=1)
    return chosen


def scores(drawn: Platforms) -> Array:
    """Return volume, residual, variance, residual², residual × volume, volume²: (6, K, R)."""
    y, n = drawn.events, drawn.n
    rate = divide(y.sum(1), n.sum(1))[:, None, :]
    m, u = n.sum(2), (y - n * rate).sum(2)
    binomial = rate * (1 - rate)
    apart = (binomial * n).sum(2)
    together = (np.sqrt(np.maximum(binomial, 0.0)) * n).sum(2) ** 2
    rho = icc_given_stratum(y, n)[:, None]
    variance = apart + rho * np.maximum(together - apart, 0.0)
    return np.stack([m, u, variance, u * u, u * m, m * m]).transpose(0, 2, 1)


def statistics(total: Array, focal: Array, leaders: int, accounts: int) -> dict[str, Array]:
    """Return |D| over each scale from focal sums (6, B, R) and the sums over all (6, 1, R)."""
    other = total - focal
    d = np.abs(focal[1] / focal[0] - other[1] / other[0])
    model = focal[2] / focal[0] ** 2 + other[2] / other[0] ** 2
    found = {"null_model": over_root(d, model), "none": d}
    if leaders > 1:
        spread = _spread(focal, leaders) + _spread(other, accounts - leaders)
        found["studentised"] = over_root(d, spread)
    return found


def over_root(d: Array, variance: Array) -> Array:
    with np.errstate(divide="ignore", invalid="ignore"):
        z = d / np.sqrt(variance)
    return np.where(d < 1e-13, 0.0, z)


def _spread(sums: Array, k: int) -> Array:
    m, u, _, uu, um, mm = sums
    p = u / m
    return k / (k - 1) * np.maximum(uu - 2 * p * um + p * p * mm, 0.0) / m**2


def permutation_p(drawn: Platforms, chosen: Array) -> dict[str, Array]:
    """Return p-values by scale, shape (R,), from assignments shared by these platforms."""
    columns = scores(drawn)
    k, accounts = drawn.leaders, columns.shape[1]
    total = columns.sum(1)[:, None, :]
    focal = np.stack([chosen @ c for c in columns])
    at = statistics(total, columns[:, :k].sum(1)[:, None, :], k, accounts)
    again = statistics(total, focal, k, accounts)
    return {scale: share_as_extreme(again[scale], at[scale], k == 1) for scale in at}


def share_as_extreme(again: Array, at: Array, enumerated: bool) -> Array:
    with np.errstate(invalid="ignore"):
        edge = np.where(np.isinf(at), at, at - TIE * np.maximum(1e-3, np.abs(at)))
    count = (again >= edge).sum(0)
    return count / len(again) if enumerated else (1 + count) / (1 + len(again))
