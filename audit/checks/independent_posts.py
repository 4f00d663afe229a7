"""Power and size of a study whose posts are independent of each other."""

from __future__ import annotations

import math

from audit.estimators.base import refuse
from audit.estimators.scalars import number_words


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
