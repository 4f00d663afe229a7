"""Whether a gap that matters is ruled out, which is more than not having found one."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from audit.errors import EstimationError
from audit.estimators.base import Estimate, Test, refuse
from audit.estimators.scalars import number_words

ARGUMENTS = (
    "events_focal",
    "n_focal",
    "events_reference",
    "n_reference",
    "margin",
    "confidence",
)


@dataclass(frozen=True, slots=True)
class EquivalenceTest(Test):
    """Two one-sided tests: `p_value` is the larger of `p_low` and `p_high`.

    Attributes
    ----------
    p_low, p_high : float
        One-sided p of "the gap is at or below −margin", and of "at or above the margin".
    conf_low, conf_high : float
        The interval at 1 − 2α, which lies inside the margin exactly when `p_value` < α.
    """

    p_low: float
    p_high: float
    conf_low: float
    conf_high: float


def tost(
    events_focal: int,
    n_focal: int,
    events_reference: int,
    n_reference: int,
    *,
    margin: float,
    method: Literal["wald"] = "wald",
    confidence: float = 0.95,
) -> EquivalenceTest:
    """Test whether the risk difference lies inside (−margin, margin), every post independent.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : int
        Posts acted on, and posts, per class; 0 ≤ events ≤ n, n ≥ 1.
    margin : float
        The smallest gap that matters, in (0, 1).
    method : {"wald"}
        Normal approximation with the unpooled variance.
    confidence : float
        1 − α, in (0.5, 1); the interval returned is at 1 − 2α, 90 % for the default.

    Returns
    -------
    EquivalenceTest
        `statistic` is the z of the larger p. Posts of one account are alike: for a verdict use
        `tost_interval` with the clustered interval.

    Raises
    ------
    EstimationError
        Where an argument is out of range, or each rate is 0 or 1: the Wald variance is then zero
        and would claim certainty from any number of posts.

    References
    ----------
    Schuirmann 1987, *J Pharmacokinet Biopharm* 15:657, https://doi.org/10.1007/BF01068419.
    """
    from scipy.stats import norm

    table = (events_focal, n_focal, events_reference, n_reference)
    refuse("tost", number_words(**dict(zip(ARGUMENTS, (*table, margin, confidence), strict=True))))
    faults = _count_faults(*table) + _margin_faults(margin, confidence, below=1)
    if method != "wald":
        faults.append(f"method is {method!r}; allowed: 'wald'")
    refuse("tost", faults)
    gap, error = _wald(*table)
    margin, z = float(margin), float(norm.ppf(confidence))
    below, above = (gap + margin) / error, (gap - margin) / error
    p_low, p_high = float(norm.sf(below)), float(norm.cdf(above))
    return EquivalenceTest(
        statistic=below if p_low >= p_high else above,
        df=math.inf,
        p_value=max(p_low, p_high),
        method="two one-sided Wald tests of the risk difference, every post independent",
        p_low=p_low,
        p_high=p_high,
        conf_low=gap - z * error,
        conf_high=gap + z * error,
    )


def _wald(
    events_focal: float, n_focal: float, events_reference: float, n_reference: float
) -> tuple[float, float]:
    """Return the risk difference and its unpooled standard error, or raise where that is 0."""
    n, m = float(n_focal), float(n_reference)
    p, q = float(events_focal) / n, float(events_reference) / m
    error = math.sqrt(p * (1 - p) / n + q * (1 - q) / m)
    if error == 0:
        raise EstimationError(
            f"tost: rates of {p:g} and {q:g} have a Wald variance of zero, which would claim "
            "certainty from any number of posts. Try tost_interval with a Newcombe or clustered "
            "interval at 1 − 2α."
        )
    return p - q, error


def tost_interval(
    estimate: Estimate, margin: float, *, confidence: float = 0.95
) -> EquivalenceTest:
    """Test whether an estimate lies inside (−margin, margin) by its own interval at 1 − 2α.

    Parameters
    ----------
    estimate : Estimate
        With `conf_low` and `conf_high` **at 1 − 2α**: 90 % for the default, not 95 %. The level
        cannot be read off an interval, so it is for the caller to see to.
    margin : float
        Above 0, in the unit of the estimate.
    confidence : float
        1 − α, in (0.5, 1).

    Returns
    -------
    EquivalenceTest
        `p_value` < α exactly where the interval lies inside the margin (touching it is not
        inside). Away from α the p-values are approximate: each arm of the interval is read as the
        (1 − α) quantile of t(`estimate.df`), normal where that is infinite, times a standard
        error. `statistic` is that t of the larger p.

    Raises
    ------
    EstimationError
        Where the margin is out of range, or the interval is missing (too few accounts for one),
        does not hold its estimate, or has no width.

    References
    ----------
    Schuirmann 1987, *J Pharmacokinet Biopharm* 15:657, https://doi.org/10.1007/BF01068419.
    """
    from scipy.stats import t

    refuse("tost_interval", number_words(margin=margin, confidence=confidence))
    low, middle, high = estimate.conf_low, estimate.estimate, estimate.conf_high
    faults = _margin_faults(margin, confidence, below=math.inf)
    if not (math.isfinite(low) and math.isfinite(high)):
        faults.append(
            f"the estimate has no finite interval ({low:g} to {high:g}), so nothing is ruled out; "
            f"its method: {estimate.method or 'not said'}"
        )
    elif not low <= middle <= high:
        faults.append(f"the interval {low:g} to {high:g} does not hold its estimate {middle:g}")
    elif low == high:
        faults.append(f"the interval of {middle:g} has no width, which would claim certainty")
    if not estimate.df > 0:
        faults.append(f"df is {estimate.df:g}; allowed: above 0, or infinity for the normal")
    refuse("tost_interval", faults)
    quantile = float(t.ppf(confidence, estimate.df))
    below = _in_arms(middle + margin, middle - low, quantile)
    above = _in_arms(middle - margin, high - middle, quantile)
    p_low, p_high = float(t.sf(below, estimate.df)), float(t.cdf(above, estimate.df))
    return EquivalenceTest(
        statistic=below if p_low >= p_high else above,
        df=estimate.df,
        p_value=max(p_low, p_high),
        method=f"two one-sided tests by the {1 - 2 * (1 - confidence):.0%} interval",
        p_low=p_low,
        p_high=p_high,
        conf_low=low,
        conf_high=high,
    )


def _in_arms(distance: float, arm: float, quantile: float) -> float:
    """Return a distance in standard errors, the arm being `quantile` of them."""
    if arm == 0:  # one limit is at the edge of the scale, as for a gap of −1 or 1
        return math.copysign(math.inf, distance) if distance else 0.0
    return distance / arm * quantile


def _count_faults(
    events_focal: float, n_focal: float, events_reference: float, n_reference: float
) -> list[str]:
    counts = (("focal", events_focal, n_focal), ("reference", events_reference, n_reference))
    return [
        f"{e!r} {name} events in {n!r} posts; allowed: 0 ≤ events ≤ posts, and a post or more"
        for name, e, n in counts
        if not (0 <= e <= n < math.inf and n >= 1)
    ]


def _margin_faults(margin: float, confidence: float, *, below: float) -> list[str]:
    faults = []
    if not 0 < margin < below:
        edge = f"and below {below:g}" if math.isfinite(below) else "and finite"
        faults.append(f"margin is {margin!r}; allowed: above 0 {edge}")
    if not 0.5 < confidence < 1:
        faults.append(f"confidence is {confidence!r}; allowed: between 0.5 and 1, such as 0.95")
    return faults
