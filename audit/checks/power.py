"""Which gaps a study could have seen, asked before saying that it saw none."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from audit.checks.independent_posts import sample_size, two_proportions
from audit.checks.simulated_studies import Studies
from audit.estimators.base import as_numbers, confidence_faults, refuse
from audit.estimators.scalars import is_number, number_words

__all__ = [
    "detectable_gap",
    "detectable_gap_table",
    "gap_in_direction",
    "sample_size",
    "towards",
    "two_proportions",
]

STEPS = 8
"""Gaps tried from the smallest up before halving; guards against power that is not monotone."""
RESOLUTION = 0.0005
"""The answer is the upper end of a bracket this wide, so it errs by being too large."""


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
