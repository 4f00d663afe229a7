"""Score limits of a contrast of two independent proportions, by root finding that cannot fail."""

from __future__ import annotations

from collections.abc import Callable
from math import erfc, exp, inf, sqrt

# (events_focal, n_focal, events_reference, n_reference)
Table = tuple[float, float, float, float]
HALVINGS = 200  # bisection stops earlier, when no float lies between the ends
LARGEST_LOG = 700.0  # beyond this exp() leaves the range of a float


def bisect(falling: Callable[[float], float], low: float, high: float) -> float:
    """Return where a non-increasing function crosses 0 between `low` and `high`."""
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        if middle in (low, high):
            break
        if falling(middle) > 0:
            low = middle
        else:
            high = middle
    return (low + high) / 2


def difference_score(delta: float, table: Table, shrink: bool) -> float:
    """Return the score z of "the risk difference is `delta`"; `shrink` applies N/(N − 1)."""
    x1, n1, x2, n2 = table
    p2 = _rate_given_difference(delta, table)
    p1 = min(1.0, max(0.0, p2 + delta))
    variance = p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2
    return _z(x1 / n1 - x2 / n2 - delta, variance, table, shrink)


def ratio_score(log_phi: float, table: Table) -> float:
    """Return the Miettinen–Nurminen z of "the log risk ratio is `log_phi`"."""
    x1, n1, x2, n2 = table
    phi = exp(log_phi)
    b = n1 * phi + x1 + n2 + x2 * phi
    # equal rates at 11 of 11 leave a discriminant of 0 that rounding can make negative
    root = sqrt(max(0.0, b * b - 4 * (n1 + n2) * phi * (x1 + x2)))
    p2 = min(1.0, 2 * (x1 + x2) / (b + root))
    p1 = min(1.0, phi * p2)
    variance = p1 * (1 - p1) / n1 + phi * phi * p2 * (1 - p2) / n2
    return _z(x1 / n1 - phi * x2 / n2, variance, table, True)


def odds_score(log_psi: float, table: Table) -> float:
    """Return the Miettinen–Nurminen z of "the log odds ratio is `log_psi`"."""
    excess, v1, v2 = odds_deviation(exp(log_psi), table)
    if v1 <= 0 or v2 <= 0:
        return 0.0 if abs(excess) < 1e-9 else (inf if excess > 0 else -inf)
    total = table[1] + table[3]
    return excess * sqrt((1 / v1 + 1 / v2) * (total - 1) / total)


def odds_deviation(psi: float, table: Table) -> tuple[float, float, float]:
    """Return focal events less those expected given the odds ratio and all events, and n p q twice.

    The two variances are those of the focal and of the reference events at these expected rates.
    """
    x1, n1, x2, n2 = table
    # what is left alone by itself: 1 less a rate near 1 keeps no digits of many millions of cases
    p2 = _rate_given_odds(psi, n1, n2, x1 + x2)
    q2 = _rate_given_odds(1 / psi, n1, n2, n1 - x1 + n2 - x2)
    both = p2 * psi + q2
    p1, q1 = p2 * psi / both, q2 / both
    return x1 * q1 - (n1 - x1) * p1, n1 * p1 * q1, n2 * p2 * q2


def _rate_given_odds(psi: float, n1: float, n2: float, events: float) -> float:
    """Return the reference rate of highest likelihood given the odds ratio and all events."""
    a = n2 * (psi - 1)
    b = n1 * psi + n2 - events * (psi - 1)
    root = sqrt(max(0.0, b * b + 4 * a * events))
    return 2 * events / (b + root) if b >= 0 else (root - b) / (2 * a)


def difference_limits(table: Table, z: float, shrink: bool) -> tuple[float, float]:
    """Return the score limits of a risk difference; Miettinen–Nurminen with `shrink`, else Mee."""
    x1, n1, x2, n2 = table
    gap = x1 / n1 - x2 / n2
    low = bisect(lambda d: difference_score(d, table, shrink) - z, -1.0, gap) if gap > -1 else -1.0
    high = bisect(lambda d: difference_score(d, table, shrink) + z, gap, 1.0) if gap < 1 else 1.0
    return low, high


def log_limits(
    score: Callable[[float, Table], float],
    table: Table,
    z: float,
    *,
    no_low: bool,
    no_high: bool,
) -> tuple[float, float]:
    """Return the limits of a ratio from its score on the log scale.

    `no_low` and `no_high` say that the data leave the ratio without that limit (0, infinity).
    """
    low = 0.0 if no_low else exp(bisect(lambda g: score(g, table) - z, *_bracket(score, table, z)))
    high = (
        inf if no_high else exp(bisect(lambda g: score(g, table) + z, *_bracket(score, table, -z)))
    )
    return low, high


def _bracket(score: Callable[[float, Table], float], table: Table, z: float) -> tuple[float, float]:
    low, high = -1.0, 1.0
    while low > -LARGEST_LOG / 2 and score(low, table) <= z:
        low *= 2
    while high < LARGEST_LOG / 2 and score(high, table) > z:
        high *= 2
    return low, high


def _z(gap: float, variance: float, table: Table, shrink: bool) -> float:
    total = table[1] + table[3]
    if shrink and total > 1:
        variance *= total / (total - 1)
    if variance > 0:
        return gap / sqrt(variance)
    return 0.0 if abs(gap) < 1e-15 else (inf if gap > 0 else -inf)


def _rate_given_difference(delta: float, table: Table) -> float:
    """Return the reference rate of highest likelihood given the difference.

    The log-likelihood is concave, so its slope is bisected: the published cubic loses half of
    the digits where rates are small and n is large.
    """
    x1, n1, x2, n2 = table

    def slope(p: float) -> float:
        up = ((x1, p + delta), (x2, p))
        down = ((n1 - x1, 1 - p - delta), (n2 - x2, 1 - p))
        rise = sum(count / at if at > 0 else inf for count, at in up if count)
        fall = sum(count / at if at > 0 else inf for count, at in down if count)
        return rise - fall

    return bisect(slope, max(0.0, -delta), min(1.0, 1.0 - delta))


def normal_quantile(confidence: float) -> float:
    """Return the two-sided normal quantile of a confidence level."""
    from scipy.special import ndtri

    return float(ndtri((1 + confidence) / 2))


def two_sided_p(z: float) -> float:
    """Return the two-sided normal p of a z."""
    return erfc(abs(z) / sqrt(2))
