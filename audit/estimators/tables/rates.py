"""The rate of one class of independent cases, with the published intervals."""

from __future__ import annotations

from math import sqrt

from audit.estimators.base import NAN, Estimate, check_pairs, choose
from audit.estimators.tables.mover import wilson_limits
from audit.estimators.tables.score import Table, bisect, normal_quantile


def proportion(
    events: float, n: float, *, method: str = "wilson", confidence: float = 0.95
) -> Estimate:
    """Return a rate with limits that treat every case as independent.

    Parameters
    ----------
    events, n : float
        Cases acted on, and cases; 0 <= events <= n.
    method : {"wilson", "clopper_pearson", "midp", "jeffreys"}
        Score; exact; exact with half the probability of what was seen; Beta(1/2, 1/2) posterior.
    confidence : float

    Returns
    -------
    Estimate
        At 0 events the lower limit is 0, at n events the upper is 1, by every method (for
        jeffreys: the convention of Brown, Cai & DasGupta). 0 of 0: NaN with limits 0 and 1.

    Notes
    -----
    Newcombe 1998, Stat Med 17:857; Brown, Cai & DasGupta 2001, Stat Sci 16:101,
    https://doi.org/10.1214/ss/1009213286.
    """
    choose("method of proportion", method, PROPORTION_METHODS)
    events, n = check_pairs("proportion", ((events, n),), confidence)
    if n == 0:
        return Estimate(
            NAN, 0.0, 1.0, method=PROPORTION_METHODS[method], note="no cases: nothing is known"
        )
    rate, tail = events / n, (1 - confidence) / 2
    if method == "wilson":
        low, high = wilson_limits(rate, n, normal_quantile(confidence))
    else:
        low, high = {"clopper_pearson": _exact, "midp": _midp, "jeffreys": _jeffreys}[method](
            events, n, tail
        )
    return Estimate(
        rate, low, high, std_error=sqrt(rate * (1 - rate) / n), method=PROPORTION_METHODS[method]
    )


PROPORTION_METHODS = {
    "wilson": "Wilson score (1927)",
    "clopper_pearson": "exact (Clopper & Pearson 1934)",
    "midp": "exact with mid-p tails (Lancaster 1949)",
    "jeffreys": "Jeffreys, equal-tailed (Brown, Cai & DasGupta 2001)",
}


def _exact(events: float, n: float, tail: float) -> tuple[float, float]:
    return _beta_limits(events, n - events + 1, events + 1, n - events, tail, events, n)


def _jeffreys(events: float, n: float, tail: float) -> tuple[float, float]:
    a, b = events + 0.5, n - events + 0.5
    return _beta_limits(a, b, a, b, tail, events, n)


def _beta_limits(
    a_low: float, b_low: float, a_high: float, b_high: float, tail: float, events: float, n: float
) -> tuple[float, float]:
    from scipy.special import betaincinv

    low = 0.0 if events == 0 else float(betaincinv(a_low, b_low, tail))
    high = 1.0 if events == n else float(betaincinv(a_high, b_high, 1 - tail))
    return low, high


def _midp(events: float, n: float, tail: float) -> tuple[float, float]:
    from scipy.special import betainc

    def below(rate: float) -> float:
        """P(X < events) + P(X = events)/2."""
        fewer = 0.0 if events == 0 else 1 - float(betainc(events, n - events + 1, rate))
        at_most = 1.0 if events == n else 1 - float(betainc(events + 1, n - events, rate))
        return (fewer + at_most) / 2

    low = 0.0 if events == 0 else bisect(lambda p: below(p) - (1 - tail), 0.0, events / n)
    high = 1.0 if events == n else bisect(lambda p: below(p) - tail, events / n, 1.0)
    return low, high


def wilson_pair(table: Table, confidence: float) -> tuple[Estimate, Estimate]:
    """Return both classes' Wilson intervals."""
    x1, n1, x2, n2 = table
    return proportion(x1, n1, confidence=confidence), proportion(x2, n2, confidence=confidence)
