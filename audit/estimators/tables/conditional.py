"""One odds ratio over all strata without an approximation, given every stratum's margins."""

from __future__ import annotations

from math import exp, inf, log, sqrt
from typing import Any

from audit.errors import EstimationError
from audit.estimators.base import NAN, Estimate, confidence_faults, refuse
from audit.estimators.tables.conditional_law import Law, Margins, law, moments
from audit.estimators.tables.pooled import both_classes, count_table

METHOD = "conditional maximum-likelihood odds ratio, exact limits (Cox 1970; R mantelhaen.test)"
AS_EXTREME = 1 + 1e-7  # R's allowance for ties that rounding tells apart
TAIL = 50.0  # log probability below the peak that limits do without
DEEPEST = 340.0  # the same where products of two still are floats of full precision
SMALLEST_P = 1e-130  # what that depth leaves exact
MOST_EVENTS = 2.0**53  # above it a float skips whole numbers
WIDEST = 700.0  # log odds ratio at which a float ends


def exact_odds_ratio(counts: Any, *, confidence: float = 0.95) -> Estimate:
    """Return one odds ratio over strata with exact limits, treating every case as independent.

    Parameters
    ----------
    counts : array_like, shape (S, 4)
        Per stratum: events_focal, n_focal, events_reference, n_reference; whole numbers.
    confidence : float
        In (0, 1).

    Returns
    -------
    Estimate
        The odds ratio that makes the focal events, given all margins, most likely. Limits are
        those at which as many or more, and as few or fewer, have probability (1-confidence)/2.
        As few focal events as the margins allow: 0, lower limit 0, finite upper limit; as many:
        infinity, likewise. `std_error` is that of the log by conditional information, NaN at 0
        and infinity. `p_value`: all outcomes no more likely than the observed one under an odds
        ratio of 1; below 1e-130 it is given as 0. `note` counts strata that say nothing, having
        one class or one outcome.

    Raises
    ------
    SupportError
        No stratum holds both classes.
    EstimationError
        No stratum holds both classes and both outcomes; a count is a fraction, missing, negative,
        infinite, or larger than its n.

    Notes
    -----
    Gart 1970, Biometrika 57:471; Mehta, Patel & Gray 1985, JASA 80:969; two-sided p as in R's
    mantelhaen.test(exact=TRUE). The sum of noncentral hypergeometric counts is convolved around
    the odds ratio in question, where no probability that matters is lost to rounding.
    """
    refuse("exact_odds_ratio", confidence_faults(confidence))
    table = count_table("exact_odds_ratio", counts)
    if (table % 1 != 0).any() or (table > MOST_EVENTS).any():
        raise EstimationError(
            "exact_odds_ratio: an exact method counts whole cases, up to 2**53; found "
            f"{table[(table % 1 != 0) | (table > MOST_EVENTS)][0]!r}. Try: mantel_haenszel."
        )
    both = both_classes(table, "exact_odds_ratio")
    a, n1, c, n2 = both.T
    telling = (a + c > 0) & (a + c < n1 + n2)
    if not telling.any():
        raise EstimationError(
            "exact_odds_ratio: no stratum holds both classes and both outcomes, so that the odds "
            "ratio could be anything."
        )
    margins, events = Margins.of(both[telling]), int(a[telling].sum())
    silent = len(table) - int(telling.sum())
    note = f"{silent} of {len(table)} strata hold one class or one outcome" if silent else ""
    tail = (1 - confidence) / 2
    at = _most_likely(margins, events)
    low = _limit(margins, events, tail, upper=False) if at > -inf else -inf
    high = _limit(margins, events, tail, upper=True) if at < inf else inf
    error = 1 / sqrt(moments(margins, at)[1]) if abs(at) < inf else NAN
    p_value = _two_sided(margins, events, at)
    return Estimate(_exp(at), _exp(low), _exp(high), error, p_value, method=METHOD, note=note)


def _exp(log_odds: float) -> float:
    return exp(log_odds) if log_odds < inf else inf


def _solve(rising: Any, start: float) -> float:
    """Return where an increasing function of the log odds ratio is 0."""
    from scipy.optimize import brentq

    step, low, high = 1.0, start, start
    while rising(low) > 0:
        low, step = max(-WIDEST, low - step), 2 * step
        if low == -WIDEST:
            break
    step = 1.0
    while rising(high) < 0:
        high, step = min(WIDEST, high + step), 2 * step
        if high == WIDEST:
            break
    if rising(low) > 0 or rising(high) < 0:
        raise EstimationError("exact_odds_ratio: a limit lies beyond what a float can hold.")
    return float(brentq(rising, low, high, xtol=1e-14, rtol=1e-14)) if low < high else low


def _most_likely(margins: Margins, events: int) -> float:
    """Return the log odds ratio at which as many focal events as observed are expected."""
    if events == margins.fewest:
        return -inf
    if events == margins.most:
        return inf
    return _solve(lambda at: moments(margins, at)[0] - events, 0.0)


def _limit(margins: Margins, events: int, tail: float, *, upper: bool) -> float:
    """Return the log odds ratio that leaves `tail` at or beyond the observed events."""
    from scipy.special import ndtri

    side = 1.0 if upper else -1.0
    away = side * max(0.1, -float(ndtri(tail)))

    def past(at: float) -> float:
        mean, variance = moments(margins, at)
        return mean - events - away * sqrt(variance)

    centre = _solve(past, 0.0)
    for _ in range(100):
        # a tail this thin would feel the noise that a law of less depth may have
        around = law(margins, centre, TAIL if tail > 1e-6 else 2 * TAIL)
        reach = 3 / max(sqrt(around.variance), 1e-3)
        reach = min(reach, 1.0)

        def excess(at: float, around: Law = around) -> float:
            return side * (log(tail) - around.log_tail(at, events, upper=not upper))

        below, above = excess(centre - reach), excess(centre + reach)
        if below <= 0 <= above:
            found = _between(excess, centre - reach, centre + reach)
            if abs(found - centre) < reach / 10:
                return found
            centre = found
        else:
            centre += reach if above < 0 else -reach
    raise EstimationError("exact_odds_ratio: a limit was not found in 100 steps.")


def _between(rising: Any, low: float, high: float) -> float:
    from scipy.optimize import brentq

    return float(brentq(rising, low, high, xtol=1e-14, rtol=1e-14))


def _two_sided(margins: Margins, events: int, at: float) -> float:
    """Return the probability, at an odds ratio of 1, of what is no more likely than observed."""
    depth = DEEPEST
    if abs(at) < inf:
        # the observed count lies at most this far below the peak
        depth = min(DEEPEST, TAIL + at * (events - moments(margins, 0.0)[0]))
    found = law(margins, 0.0, depth)
    place = events - found.start
    if not 0 <= place < len(found.chance):
        return 0.0
    extreme = found.chance <= found.chance[place] * AS_EXTREME
    p_value = float(found.chance[extreme].sum() / found.chance.sum())
    return min(1.0, p_value) if p_value >= SMALLEST_P else 0.0
