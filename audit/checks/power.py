"""Which gaps a study could have seen, asked before saying that it saw none."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from audit.checks.simulated_studies import Studies
from audit.estimators.base import as_numbers, confidence_faults, refuse
from audit.estimators.scalars import is_number, number_words

STEPS = 8
"""Gaps tried from the smallest up before halving; guards against power that is not monotone."""
RESOLUTION = 0.0005
"""The answer is the upper end of a bracket this wide, so it errs by being too large."""


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

    refuse("two_proportions", number_words(n=n, p1=p1, p2=p2, alpha=alpha))
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

    refuse("sample_size", number_words(p1=p1, p2=p2, power=power, alpha=alpha))
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

    faults = number_words(
        n_focal_accounts=n_focal_accounts,
        n_reference_accounts=n_reference_accounts,
        rate=rate,
        icc=icc,
        power=power,
    )
    focal = _volumes("focal", n_focal_accounts, posts_focal, faults)
    reference = _volumes("reference", n_reference_accounts, posts_reference, faults)
    for name, value in (("rate", rate), ("icc", icc)):
        if is_number(value) and not 0 <= value <= 1:
            faults.append(f"{name} is {value!r}; allowed: 0 to 1")
    if is_number(power) and not 0 < power < 1:
        faults.append(f"power is {power!r}; allowed: between 0 and 1")
    refuse("detectable_gap", faults + confidence_faults(confidence))
    rows = []
    judged = len(focal) > FEW_FOCAL_ACCOUNTS and len(reference) >= REFERENCE_ACCOUNTS_FOR_SUPPORT
    studies = Studies.drawn(focal, reference, rate, icc, seed, confidence) if judged else None
    for direction, sign, room in (("lower", -1, rate), ("higher", 1, 1 - rate)):
        gap, reached = _search(studies, rate, sign, room, power) if studies else (math.inf, 0.0)
        at = rate + sign * gap if math.isfinite(gap) else math.nan
        rows.append({"direction": direction, "gap": gap, "rate_focal": at, "power": reached})
    return pd.DataFrame(rows)


def towards(lenient_sign: int) -> str:
    """Return the direction in which lenience lies: "lower" or "higher" rate, "" for neither."""
    return {-1: "lower", 1: "higher"}.get(lenient_sign, "")


def gap_in_direction(table: pd.DataFrame, direction: str) -> float:
    """Return a `detectable_gap_table`'s gap in one direction, the smaller of both for ""."""
    gaps = table.set_index("direction")["gap"]
    return float(gaps[direction] if direction else gaps.min())


def _search(
    studies: Studies, rate: float, sign: int, room: float, power: float
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


def _volumes(name: str, k: int, posts: ArrayLike, faults: list[str]) -> NDArray:
    if not is_number(k):
        return np.ones(1)
    if not (math.isfinite(k) and k >= 1 and k == int(k)):
        faults.append(f"n_{name}_accounts is {k!r}; allowed: a whole number from 1")
        return np.ones(1)
    n: NDArray = as_numbers(posts, f"detectable_gap: posts_{name}").reshape(np.shape(posts))
    if n.ndim and n.shape != (int(k),):
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
