"""How many times one rate or odds is another, treating every case as independent."""

from __future__ import annotations

from math import inf, isinf, sqrt

from audit.errors import EstimationError
from audit.estimators.base import EMPTY_CLASS, NAN, Estimate, check_pairs, choose
from audit.estimators.tables.mover import mover_ratio
from audit.estimators.tables.rates import wilson_pair
from audit.estimators.tables.score import (
    Table,
    log_limits,
    normal_quantile,
    odds_score,
    ratio_score,
    two_sided_p,
)


def risk_ratio(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    method: str = "miettinen_nurminen",
    confidence: float = 0.95,
) -> Estimate:
    """Return focal rate over reference rate, treating every case as independent.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : float
    method : {"miettinen_nurminen", "mover"}
        Score limits with the factor N/(N - 1); MOVER-R of Wilson limits.
    confidence : float

    Returns
    -------
    Estimate
        `std_error` is on the log scale. No focal events: lower limit 0. No reference events: the
        estimate and the upper limit are infinite. No events at all, or a class without cases: NaN
        with limits 0 and infinity.

    Notes
    -----
    Miettinen & Nurminen 1985, Stat Med 4:213; Donner & Zou 2012, Stat Methods Med Res 21:347.
    """
    choose("method of risk_ratio", method, RATIO_METHODS)
    pairs = ((events_focal, n_focal), (events_reference, n_reference))
    x1, n1, x2, n2 = check_pairs("risk_ratio", pairs, confidence)
    table = (x1, n1, x2, n2)
    name = "risk ratio, " + RATIO_METHODS[method]
    if not (n1 and n2):
        return Estimate(NAN, 0.0, inf, method=name, note=EMPTY_CLASS)
    joined = mover_ratio(*wilson_pair(table, confidence))
    if method == "mover" or x1 == x2 == 0:
        note = "" if x1 or x2 else NO_EVENTS
        return _renamed(joined, name, joined.conf_low, joined.conf_high, NAN, note)
    low, high = log_limits(
        ratio_score,
        table,
        normal_quantile(confidence),
        no_low=x1 == 0,
        no_high=x2 == 0,
    )
    return _renamed(joined, name, low, high, two_sided_p(ratio_score(0.0, table)), "")


RATIO_METHODS = {
    "miettinen_nurminen": "score with N/(N - 1) (Miettinen & Nurminen 1985)",
    "mover": "MOVER-R of Wilson limits (Donner & Zou 2012)",
}
NO_EVENTS = "no events in either class: a ratio is not defined"


def odds_ratio(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    method: str = "miettinen_nurminen",
    confidence: float = 0.95,
) -> Estimate:
    """Return the focal odds over the reference odds, treating every case as independent.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : float
    method : {"miettinen_nurminen", "mover"}
        Score limits with the factor N/(N - 1); MOVER-R of the odds at Wilson limits.
    confidence : float

    Returns
    -------
    Estimate
        `std_error` is Woolf's, on the log scale, NaN with a zero cell. A zero cell on one diagonal
        makes the estimate and one limit 0 or infinity; no events, all events, or a class without
        cases: NaN with limits 0 and infinity.

    Raises
    ------
    EstimationError
        mover where all focal and no reference cases were acted on (infinite over 0).

    Notes
    -----
    Miettinen & Nurminen 1985, Stat Med 4:213; Donner & Zou 2012, Stat Methods Med Res 21:347.
    """
    choose("method of odds_ratio", method, RATIO_METHODS)
    pairs = ((events_focal, n_focal), (events_reference, n_reference))
    x1, n1, x2, n2 = check_pairs("odds_ratio", pairs, confidence)
    table = (x1, n1, x2, n2)
    name = "odds ratio, " + RATIO_METHODS[method]
    if not (n1 and n2):
        return Estimate(NAN, 0.0, inf, method=name, note=EMPTY_CLASS)
    if x1 + x2 in (0, n1 + n2):
        note = "all outcomes are the same: an odds ratio is not defined"
        return Estimate(NAN, 0.0, inf, method=name, note=note)
    top, bottom = x1 * (n2 - x2), x2 * (n1 - x1)
    if method == "mover":
        found = _odds_mover(table, confidence)
        low, high, p_value = found.conf_low, found.conf_high, NAN
    else:
        none_low, none_high = x1 == 0 or x2 == n2, x1 == n1 or x2 == 0
        low, high = log_limits(
            odds_score, table, normal_quantile(confidence), no_low=none_low, no_high=none_high
        )
        p_value = two_sided_p(odds_score(0.0, table))
    known = top > 0 and bottom > 0
    error = sqrt(1 / x1 + 1 / (n1 - x1) + 1 / x2 + 1 / (n2 - x2)) if known else NAN
    return Estimate(top / bottom if bottom else inf, low, high, error, p_value, method=name)


def _odds_mover(table: Table, confidence: float) -> Estimate:
    focal, reference = (_odds(part) for part in wilson_pair(table, confidence))
    if not isinf(focal.estimate) and not isinf(reference.estimate):
        return mover_ratio(focal, reference)
    # odds of being left alone are finite here, and their ratio is the same the other way round
    focal, reference = (_reciprocal(part) for part in (focal, reference))
    if isinf(focal.estimate) or isinf(reference.estimate):
        raise EstimationError(
            "odds_ratio: all cases of one class and none of the other were acted on, where "
            "method='mover' has no limits. Try: method='miettinen_nurminen'."
        )
    return mover_ratio(reference, focal)


def _odds(part: Estimate) -> Estimate:
    def odds(p: float) -> float:
        return p / (1 - p) if p < 1 else inf

    return Estimate(odds(part.estimate), odds(part.conf_low), odds(part.conf_high), NAN)


def _reciprocal(part: Estimate) -> Estimate:
    def turn(value: float) -> float:
        return 1 / value if value > 0 else inf

    return Estimate(turn(part.estimate), turn(part.conf_high), turn(part.conf_low), NAN)


def _renamed(
    e: Estimate, name: str, low: float, high: float, p_value: float, note: str
) -> Estimate:
    return Estimate(e.estimate, low, high, e.std_error, p_value, method=name, note=note)
