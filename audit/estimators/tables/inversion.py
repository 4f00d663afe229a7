"""The p-value at which an interval by account touches zero."""

from __future__ import annotations

from dataclasses import replace

from audit.estimators.base import NAN, StandardisedEstimate
from audit.estimators.tables.mover import mover_difference, wilson_limits

CLOSE = 1e-12  # relative width at which the search stops


def interval_p(effect: StandardisedEstimate) -> float:
    """Return the least alpha at which the 1 - alpha interval of a gap excludes zero.

    The permutation test alone rejects too often where the focal accounts' posts are more alike
    than others' (`benchmarks/calibration.csv`): relabelling assumes that they are not. The larger
    of the two p-values rejects only where both do, an intersection–union test, and never
    contradicts the interval beside it.

    Parameters
    ----------
    effect : StandardisedEstimate
        With both arms, whatever the confidence of their limits.

    Returns
    -------
    float
        In (0, 1]; at most alpha exactly where the 1 - alpha interval excludes zero. 1 where the
        gap is 0, NaN where an arm is unknown.

    Notes
    -----
    The MOVER interval of METHODS 1, inverted by bisection. Berger 1982, Technometrics 24:295,
    https://doi.org/10.1080/00401706.1982.10487790.
    """
    if effect.estimate != effect.estimate or not effect.focal.n_eff > 0:
        return NAN
    if not effect.reference.n_eff > 0:
        return NAN
    low, high = 0.0, 1.0  # at 0 nothing is claimed; at 1 the interval is the gap itself
    if effect.estimate == 0:
        return 1.0
    while high - low > CLOSE * max(high, CLOSE):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        low, high = (middle, high) if _holds_zero(effect, middle) else (low, middle)
    return high


def _holds_zero(effect: StandardisedEstimate, alpha: float) -> bool:
    from scipy.special import stdtrit

    arms = []
    for arm in (effect.focal, effect.reference):
        quantile = -float(stdtrit(arm.df, alpha / 2))
        low, high = wilson_limits(arm.estimate, arm.n_eff, quantile)
        arms.append(replace(arm, conf_low=low, conf_high=high))
    gap = mover_difference(*arms)
    return bool(gap.conf_low <= 0 <= gap.conf_high)
