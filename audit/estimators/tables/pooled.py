"""One effect pooled over strata, and whether strata agree, treating cases as independent."""

from __future__ import annotations

from math import exp, inf, log, nan, sqrt
from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.base import (
    NAN,
    Array,
    Estimate,
    Test,
    choose,
    confidence_faults,
    count_faults,
    refuse,
)
from audit.estimators.tables.score import odds_deviation

MEASURES = {
    "odds_ratio": "Mantel–Haenszel odds ratio (Robins, Breslow & Greenland 1986)",
    "risk_ratio": "Mantel–Haenszel risk ratio (Greenland & Robins 1985)",
    "risk_difference": "Mantel–Haenszel risk difference (Sato 1989)",
}
HOMOGENEITY = {
    "breslow_day": "Breslow–Day test of equal odds ratios (1980)",
    "tarone": "Breslow–Day test with Tarone's correction (1985)",
    "woolf": "Woolf's test of equal odds ratios (1955)",
}
NO_SPREAD = "no stratum holds both outcomes: no standard error and no limits by this method"


def mantel_haenszel(
    counts: Any, *, measure: str = "odds_ratio", confidence: float = 0.95
) -> Estimate:
    """Return one effect pooled over strata, treating every case as independent.

    Parameters
    ----------
    counts : array_like, shape (S, 4)
        Per stratum: events_focal, n_focal, events_reference, n_reference; weighted counts may be
        fractions.
    measure : {"odds_ratio", "risk_ratio", "risk_difference"}
    confidence : float

    Returns
    -------
    Estimate
        Normal limits, for ratios on the log scale, where `std_error` is too. A stratum without one
        of the classes adds nothing. A ratio of 0 or infinity stands with NaN limits, and so does
        any effect where no stratum holds both outcomes: a standard error of 0 would claim
        certainty.

    Raises
    ------
    SupportError
        No stratum holds both classes.

    Notes
    -----
    Robins, Breslow & Greenland 1986, Biometrics 42:311; Greenland & Robins 1985, Biometrics 41:55;
    Sato 1989, Biometrics 45:1323.
    """
    choose("measure", measure, MEASURES)
    refuse("mantel_haenszel", confidence_faults(confidence))
    table = both_classes(count_table("mantel_haenszel", counts), "mantel_haenszel")
    name = MEASURES[measure]
    if measure == "risk_difference":
        gap, error = _pooled_difference(table)
        if not error > 0:
            return Estimate(gap, method=name, note=NO_SPREAD)
        p_value, half = _wald(gap, error, confidence)
        return Estimate(gap, gap - half, gap + half, error, p_value, method=name)
    top, bottom, error = _pooled_odds(table) if measure == "odds_ratio" else _pooled_risk(table)
    if top <= 0 or bottom <= 0:
        value = nan if top <= 0 and bottom <= 0 else (0.0 if top <= 0 else inf)
        note = "no events on one side of every stratum: no limits by this method"
        return Estimate(value, method=name, note=note)
    at = log(top / bottom)
    if not error > 0:
        return Estimate(top / bottom, method=name, note=NO_SPREAD)
    p_value, half = _wald(at, error, confidence)
    return Estimate(top / bottom, exp(at - half), exp(at + half), error, p_value, method=name)


def _pooled_odds(table: Array) -> tuple[float, float, float]:
    """Return numerator, denominator and log standard error (RBG)."""
    a, n1, c, n2 = table.T
    b, d, n = n1 - a, n2 - c, n1 + n2
    r, s, p, q = a * d / n, b * c / n, (a + d) / n, (b + c) / n
    top, bottom = r.sum(), s.sum()
    if top <= 0 or bottom <= 0:
        return float(top), float(bottom), NAN
    variance = (
        (p * r).sum() / (2 * top**2)
        + (p * s + q * r).sum() / (2 * top * bottom)
        + (q * s).sum() / (2 * bottom**2)
    )
    return float(top), float(bottom), sqrt(variance)


def _pooled_risk(table: Array) -> tuple[float, float, float]:
    """Return numerator, denominator and log standard error (Greenland & Robins)."""
    a, n1, c, n2 = table.T
    n = n1 + n2
    top, bottom = (a * n2 / n).sum(), (c * n1 / n).sum()
    if top <= 0 or bottom <= 0:
        return float(top), float(bottom), NAN
    spread = ((n1 * n2 * (a + c) - a * c * n) / n**2).sum()
    return float(top), float(bottom), sqrt(max(0.0, spread / (top * bottom)))


def _pooled_difference(table: Array) -> tuple[float, float]:
    """Return the pooled difference and its standard error (Sato)."""
    a, n1, c, n2 = table.T
    n = n1 + n2
    weight = (n1 * n2 / n).sum()
    gap = ((a * n2 - c * n1) / n).sum() / weight
    p = (n1**2 * c - n2**2 * a + n1 * n2 * (n2 - n1) / 2) / n**2
    q = (a * (n2 - c) + c * (n1 - a)) / (2 * n)
    return float(gap), sqrt(max(0.0, gap * p.sum() + q.sum())) / float(weight)


def cochran_mantel_haenszel(counts: Any, *, continuity: bool = False) -> Test:
    """Test that no stratum has an association, treating every case as independent.

    Parameters
    ----------
    counts : array_like, shape (S, 4)
        As for `mantel_haenszel`.
    continuity : bool
        Take 1/2 off the deviation where it is at least that, as R's mantelhaen.test does.

    Raises
    ------
    EstimationError
        No stratum holds both classes and both outcomes.

    Notes
    -----
    Cochran 1954; Mantel & Haenszel 1959, J Natl Cancer Inst 22:719.
    """
    from scipy.special import chdtrc

    a, n1, c, n2 = both_classes(
        count_table("cochran_mantel_haenszel", counts), "cochran_mantel_haenszel"
    ).T
    n, events = n1 + n2, a + c
    # a stratum of a single case would divide 0 by 0, and varies in nothing
    pairs = np.where(n > 1, n * n * (n - 1), inf)
    variance = (n1 * n2 * events * (n - events) / pairs).sum()
    if variance <= 0:
        raise EstimationError(
            "cochran_mantel_haenszel: no stratum holds both classes and both outcomes."
        )
    away = abs(float((a - n1 * events / n).sum()))
    corrected = continuity and away >= 0.5
    away -= 0.5 if corrected else 0.0
    statistic = away**2 / float(variance)
    name = "Cochran–Mantel–Haenszel" + (" with continuity correction" if corrected else "")
    return Test(statistic, 1.0, float(chdtrc(1, statistic)), name)


def homogeneity(counts: Any, *, method: str = "breslow_day") -> Test:
    """Test that the odds ratio is the same in every stratum, treating every case as independent.

    Parameters
    ----------
    counts : array_like, shape (S, 4)
        As for `mantel_haenszel`.
    method : {"breslow_day", "tarone", "woolf"}

    Returns
    -------
    Test
        Only strata with both classes and both outcomes count; `df` is one less. With one such
        stratum there is nothing to compare: statistic 0, df 0, p NaN.

    Raises
    ------
    EstimationError
        The pooled odds ratio is 0 or infinite; for woolf a zero cell, to which nothing is added.

    Notes
    -----
    Breslow & Day 1980, IARC 32, p. 142; Tarone 1985, Biometrika 72:91; Woolf 1955. Own code:
    statsmodels 0.15 divides 0 by 0 where the pooled odds ratio is 1, and loses digits near it.
    """
    from scipy.special import chdtrc

    choose("method of homogeneity", method, HOMOGENEITY)
    table = both_classes(count_table("homogeneity", counts), "homogeneity")
    a, n1, c, n2 = table.T
    events = a + c
    table = table[(events > 0) & (events < n1 + n2)]
    if len(table) < 2:
        return Test(0.0, 0.0, NAN, HOMOGENEITY[method])
    statistic = _woolf(table) if method == "woolf" else _breslow_day(table, method == "tarone")
    df = len(table) - 1
    return Test(statistic, float(df), float(chdtrc(df, statistic)), HOMOGENEITY[method])


def _woolf(table: Array) -> float:
    a, n1, c, n2 = table.T
    cells = np.array([a, n1 - a, c, n2 - c])
    if zero := int((cells == 0).any(axis=0).sum()):
        raise EstimationError(
            f"homogeneity: {zero} strata have a zero cell, where woolf divides by 0. "
            "Try: method='tarone'."
        )
    logs = np.log(cells[0] * cells[3] / (cells[1] * cells[2]))
    weight = 1 / (1 / cells).sum(axis=0)
    centre = (weight * logs).sum() / weight.sum()
    return float((weight * (logs - centre) ** 2).sum())


def _breslow_day(table: Array, adjust: bool) -> float:
    top, bottom, _ = _pooled_odds(table)
    if top <= 0 or bottom <= 0:
        raise EstimationError(
            "homogeneity: the pooled odds ratio is 0 or infinite, so that no expected table "
            "exists. Try: fewer or wider strata."
        )
    a, n1, c, n2 = table.T
    each = [odds_deviation(top / bottom, row) for row in zip(a, n1, c, n2, strict=True)]
    excess, focal, reference = np.array(each).T
    variance = 1 / (1 / focal + 1 / reference)
    statistic = float((excess**2 / variance).sum())
    shared = float(excess.sum() ** 2 / variance.sum()) if adjust else 0.0
    return max(0.0, statistic - shared)


def count_table(where: str, counts: Any) -> Array:
    """Return counts as an (S, 4) array, or say what is wrong with them."""
    try:
        table = np.asarray(counts, dtype=float)
    except (TypeError, ValueError, OverflowError) as error:
        raise EstimationError(f"{where}: counts must be numbers: {error}.") from error
    if table.ndim != 2 or table.shape[1] != 4:
        raise EstimationError(
            f"{where}: counts has shape {table.shape}; allowed: (strata, 4), per stratum "
            "events_focal, n_focal, events_reference, n_reference."
        )
    faults = [f"focal {f}" for f in count_faults(table[:, 0], table[:, 1])]
    refuse(where, faults + [f"reference {f}" for f in count_faults(table[:, 2], table[:, 3])])
    return table


def both_classes(table: Array, where: str) -> Array:
    """Return the strata that hold both classes; one without adds nothing to a contrast."""
    kept = table[(table[:, 1] > 0) & (table[:, 3] > 0)]
    if not len(kept):
        raise SupportError(
            f"{where}: none of {len(table)} strata holds both classes. Try: fewer or wider strata."
        )
    return kept


def _wald(at: float, error: float, confidence: float) -> tuple[float, float]:
    """Return the two-sided p and the half-width."""
    from scipy.special import ndtr, ndtri

    return 2 * float(ndtr(-abs(at) / error)), float(ndtri((1 + confidence) / 2)) * error
