"""How unequally two posts of a pair could have been treated by chance before the finding falls."""

from __future__ import annotations

import math

from audit.estimators.base import NAN, refuse
from audit.estimators.scalars import is_number


def rosenbaum_bound(successes: float, pairs: float, gamma: float) -> float:
    """Return the largest one-sided p-value that a hidden bias of at most `gamma` allows.

    Within a pair of like posts, an unmeasured cause may make the odds that the focal one is the
    one acted on up to `gamma` times even. The sign test (McNemar's) of no class effect then has
    a p-value of at most P(X ≥ successes), X binomial of `pairs` and gamma / (1 + gamma).

    Parameters
    ----------
    successes : int
        Discordant pairs that speak for the effect, 0 to `pairs`: for lenience, those in which
        only the reference post was acted on.
    pairs : int
        Discordant pairs, 0 or more; pairs with the same outcome twice do not count.
    gamma : float
        Odds, 1 (no hidden bias) or more, finite.

    Returns
    -------
    float
        One-sided upper bound on the p-value, in [0, 1]. Without successes, or without pairs, it
        is 1.

    Raises
    ------
    EstimationError
        Where a count is not whole or out of range, or gamma is below 1; all faults at once.

    Notes
    -----
    Exact, by the incomplete beta function. `successes` itself counts as extreme; a tail taken
    beyond it would be too small.

    References
    ----------
    Rosenbaum 2002, *Observational Studies*, 2nd ed., section 4.3.2,
    https://doi.org/10.1007/978-1-4757-3692-2.
    """
    from scipy.special import betaincc

    faults = _count_faults(successes, pairs)
    if not (is_number(gamma) and 1 <= gamma < math.inf):
        faults.append(f"gamma is {gamma!r}; allowed: 1 (no hidden bias) or more, finite")
    refuse("rosenbaum_bound", faults)
    if successes == 0:
        return 1.0
    # by the chance of failure, which keeps its digits where gamma is large
    return float(betaincc(pairs - successes + 1, successes, 1 / (1 + gamma)))


def rosenbaum_gamma(successes: float, pairs: float, *, alpha: float = 0.05) -> float:
    """Return the largest hidden bias at which the finding still holds.

    Parameters
    ----------
    successes, pairs : int
        As for `rosenbaum_bound`.
    alpha : float
        One-sided level, in (0, 1).

    Returns
    -------
    float
        The gamma at which `rosenbaum_bound` equals `alpha`, 1 or more. NaN where the bound
        exceeds alpha without any hidden bias, so that there is no finding to lose.

    Raises
    ------
    EstimationError
        Where a count is not whole or out of range, or alpha is; all faults at once.

    References
    ----------
    Rosenbaum 2002, section 4.3.2.
    """
    from scipy.special import betainccinv

    faults = _count_faults(successes, pairs)
    if not (is_number(alpha) and 0 < alpha < 1):
        faults.append(f"alpha is {alpha!r}; allowed: between 0 and 1, such as 0.05")
    refuse("rosenbaum_gamma", faults)
    if rosenbaum_bound(successes, pairs, 1.0) > alpha:
        return NAN
    failure = float(betainccinv(pairs - successes + 1, successes, alpha))
    return max(1.0, (1 - failure) / failure)


def _count_faults(successes: float, pairs: float) -> list[str]:
    faults = [
        f"{name} is {value!r}; allowed: a whole number from 0"
        for name, value in (("successes", successes), ("pairs", pairs))
        if not (is_number(value) and 0 <= value < math.inf and value % 1 == 0)
    ]
    if not faults and successes > pairs:
        faults.append(f"successes are {successes:g} of {pairs:g} pairs; allowed: at most all")
    return faults
