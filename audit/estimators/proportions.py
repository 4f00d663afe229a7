"""Rates and contrasts of two rates: the published intervals and tests, and those by account."""

from __future__ import annotations

from audit.estimators.accounts.clustered import (
    borrowed_icc,
    clustered_proportion,
    intraclass_correlation,
)
from audit.estimators.accounts.standardised import clustered_difference
from audit.estimators.base import EMPTY_CLASS, NAN, Estimate, check_pairs, choose
from audit.estimators.tables.exact import exact_test
from audit.estimators.tables.mover import mover_difference, mover_ratio
from audit.estimators.tables.rates import proportion, wilson_pair
from audit.estimators.tables.ratios import odds_ratio, risk_ratio
from audit.estimators.tables.score import (
    difference_limits,
    difference_score,
    normal_quantile,
    two_sided_p,
)

__all__ = [
    "borrowed_icc",
    "clustered_difference",
    "clustered_proportion",
    "exact_test",
    "intraclass_correlation",
    "mover_difference",
    "mover_ratio",
    "odds_ratio",
    "proportion",
    "risk_difference",
    "risk_ratio",
]


def risk_difference(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    method: str = "newcombe",
    confidence: float = 0.95,
) -> Estimate:
    """Return focal rate less reference rate, treating every case as independent.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : float
    method : {"newcombe", "miettinen_nurminen", "mee"}
        Square-and-add of Wilson limits; score limits with and without the factor N/(N - 1).
    confidence : float

    Returns
    -------
    Estimate
        `p_value` is that of the score test the limits invert (NaN for newcombe). A class without
        cases: NaN with limits -1 and 1.

    Notes
    -----
    Newcombe 1998, Stat Med 17:873; Miettinen & Nurminen 1985, Stat Med 4:213,
    https://doi.org/10.1002/sim.4780040211; Mee 1984, Biometrics 40:1175. Own root finding:
    statsmodels' score interval is wrong here (its issue 10269).
    """
    choose("method of risk_difference", method, DIFFERENCE_METHODS)
    pairs = ((events_focal, n_focal), (events_reference, n_reference))
    x1, n1, x2, n2 = check_pairs("risk_difference", pairs, confidence)
    table = (x1, n1, x2, n2)
    name = DIFFERENCE_METHODS[method]
    if not (n1 and n2):
        return Estimate(NAN, -1.0, 1.0, method=name, note=EMPTY_CLASS)
    parts = wilson_pair(table, confidence)
    joined = mover_difference(*parts)
    low, high, p_value = joined.conf_low, joined.conf_high, NAN
    if method != "newcombe":
        shrink = method == "miettinen_nurminen"
        low, high = difference_limits(table, normal_quantile(confidence), shrink)
        p_value = two_sided_p(difference_score(0.0, table, shrink))
    return Estimate(joined.estimate, low, high, joined.std_error, p_value, method=name)


DIFFERENCE_METHODS = {
    "newcombe": "risk difference, square-and-add Wilson limits (Newcombe 1998, method 10)",
    "miettinen_nurminen": "risk difference, score with N/(N - 1) (Miettinen & Nurminen 1985)",
    "mee": "risk difference, score (Mee 1984)",
}
