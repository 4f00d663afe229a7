"""What the answer would be if outcomes or classes had been labelled with known error."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from audit.checks.agreement import agreement as agreement
from audit.estimators.base import as_numbers, refuse
from audit.estimators.scalars import is_number

ROUNDING = 1e-12
"""Shares nearer than this to 0 or 1 are 0 or 1: 1 − 0.7 is not 0.3 in binary."""


@dataclass(frozen=True, slots=True)
class Corrected:
    """Risks and contrasts after correction for label error; ratios may be infinite or NaN (0/0)."""

    risk_focal: float
    risk_reference: float
    risk_difference: float
    risk_ratio: float
    odds_ratio: float


def misclassified_outcome(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    sensitivity: float | tuple[float, float],
    specificity: float | tuple[float, float],
) -> Corrected:
    """Correct both risks for an outcome label that misses events, or sees some that are none.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : float
        Posts labelled as events, and posts, per class; 0 ≤ events ≤ n, n > 0.
    sensitivity, specificity : float or (focal, reference)
        Share of true events, and of true non-events, that are labelled so; in [0, 1], with
        sensitivity + specificity > 1 in each class.

    Returns
    -------
    Corrected
        Point values that take the error rates as known; no interval. Whole numbers are not forced.

    Raises
    ------
    EstimationError
        Where an argument is out of range, the label is no better than chance, or a corrected risk
        leaves [0, 1]: such error rates cannot have produced the counts. Nothing is clipped.

    References
    ----------
    Rogan & Gladen 1978, *Am J Epidemiol* 107:71, https://doi.org/10.1093/oxfordjournals.aje.a112510.
    """
    faults = _count_faults(events_focal, n_focal, events_reference, n_reference)
    error = _error_rates(sensitivity, specificity, ("focal", "reference"), faults)
    refuse("misclassified_outcome", faults)
    observed = (float(events_focal) / float(n_focal), float(events_reference) / float(n_reference))
    risks = []
    for name, rate, (se, sp) in zip(("focal", "reference"), observed, error, strict=True):
        risks.append(_settled((rate - (1 - sp)) / (se + sp - 1)))
        if not 0 <= risks[-1] <= 1:
            faults.append(
                f"an observed {name} rate of {rate:.4g} cannot come from sensitivity {se:g} and "
                f"specificity {sp:g}, which allow {1 - sp:.4g} to {se:.4g}"
            )
    refuse("misclassified_outcome", faults)
    return _contrasts(*risks)


def misclassified_class(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    sensitivity: float | tuple[float, float],
    specificity: float | tuple[float, float],
) -> Corrected:
    """Correct both risks for a class label that misses focal accounts, or takes others for focal.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : float
        Posts acted on, and posts, per class as labelled; 0 ≤ events ≤ n, n > 0.
    sensitivity, specificity : float or (among events, among non-events)
        Share of truly focal, and of truly reference, posts whose class label says so; in [0, 1],
        summing to more than 1. One number each: error that does not depend on the outcome.

    Raises
    ------
    EstimationError
        As for `misclassified_outcome`, or where a class has no post left.

    References
    ----------
    Fox, MacLehose & Lash 2021, *Applying Quantitative Bias Analysis to Epidemiologic Data*, 2nd
    ed., ch. 6, https://doi.org/10.1007/978-3-030-82673-4.
    """
    faults = _count_faults(events_focal, n_focal, events_reference, n_reference)
    names = ("events", "non-events")
    error = _error_rates(sensitivity, specificity, names, faults)
    refuse("misclassified_class", faults)
    events = float(events_focal), float(events_reference)
    labelled = (events, (float(n_focal) - events[0], float(n_reference) - events[1]))
    true = []
    for name, (focal, reference), (se, sp) in zip(names, labelled, error, strict=True):
        total = focal + reference
        share = _settled((focal / total - (1 - sp)) / (se + sp - 1)) if total else 0.0
        found = share * total
        true.append((found, total - found))
        if not 0 <= share <= 1:
            faults.append(
                f"{focal:g} of {total:g} {name} labelled focal cannot come from sensitivity {se:g} "
                f"and specificity {sp:g}, which allow {(1 - sp) * total:.4g} to {se * total:.4g}"
            )
    n = [sum(counts) for counts in zip(*true, strict=True)]
    if not faults and min(n) == 0:
        faults.append("after correction a class has no post left, so it has no rate")
    refuse("misclassified_class", faults)
    return _contrasts(true[0][0] / n[0], true[0][1] / n[1])


def tipping_point(
    events_focal: float,
    n_focal: float,
    events_reference: float,
    n_reference: float,
    *,
    specificity: float = 1.0,
) -> float:
    """Return the sensitivity for focal posts at which the gap would be nothing but missed labels.

    Reference events are taken to be found without fail, and `specificity` to hold in both classes.

    Parameters
    ----------
    events_focal, n_focal, events_reference, n_reference : float
        As for `misclassified_outcome`.
    specificity : float
        In (0, 1].

    Returns
    -------
    float
        In (1 − specificity, 1]. NaN where no such sensitivity closes the gap: the focal rate is the
        larger one (missed events only widen that), or false labels alone account for it.

    Raises
    ------
    EstimationError
        Where an argument is out of range, or a rate is below 1 − specificity.
    """
    faults = _count_faults(events_focal, n_focal, events_reference, n_reference)
    if not (is_number(specificity) and 0 < specificity <= 1):
        faults.append(f"specificity is {specificity!r}; allowed: above 0, up to 1")
    refuse("tipping_point", faults)
    focal = float(events_focal) / float(n_focal)
    reference = float(events_reference) / float(n_reference)
    specificity = float(specificity)
    false = _settled(1 - specificity)
    below = [
        (a, r) for a, r in (("focal", focal), ("reference", reference)) if r < false - ROUNDING
    ]
    text = "the {} rate {:.4g} is below {:.4g}, which false labels alone would give"
    refuse("tipping_point", [text.format(*one, false) for one in below])
    if focal == reference:
        return 1.0
    if focal > reference or focal <= false + ROUNDING:
        return math.nan
    return (focal - false) * specificity / (reference - false) + false


def _settled(share: float) -> float:
    return float(round(share)) if abs(share - round(share)) < ROUNDING else share


def _contrasts(focal: float, reference: float) -> Corrected:
    def over(a: float, b: float) -> float:
        return a / b if b else math.inf if a else math.nan

    odds = over(focal * (1 - reference), reference * (1 - focal))
    return Corrected(focal, reference, focal - reference, over(focal, reference), odds)


def _count_faults(e_f: float, n_f: float, e_r: float, n_r: float) -> list[str]:
    return [
        f"{e!r} {name} events in {n!r} posts; allowed: 0 ≤ events ≤ posts, and posts above 0"
        for name, e, n in (("focal", e_f, n_f), ("reference", e_r, n_r))
        if not (is_number(e) and is_number(n) and 0 <= e <= n < math.inf and n > 0)
    ]


def _error_rates(
    sensitivity: float | tuple[float, float],
    specificity: float | tuple[float, float],
    names: tuple[str, str],
    faults: list[str],
) -> list[tuple[float, float]]:
    pairs = []
    for what, given in (("sensitivity", sensitivity), ("specificity", specificity)):
        found = as_numbers(given, what).ravel()
        if len(found) in (1, 2) and ((found >= 0) & (found <= 1)).all():
            pairs.append(np.broadcast_to(found, 2).tolist())
        else:
            faults.append(f"{what} is {given!r}; allowed: one number in 0 to 1, or a pair {names}")
    if len(pairs) < 2:
        return []
    rates = list(zip(*pairs, strict=True))
    faults += [
        f"sensitivity {se:g} and specificity {sp:g} ({name}) sum to {se + sp:g}; they must sum to "
        "more than 1, or the label is no better than chance"
        for name, (se, sp) in zip(names, rates, strict=True)
        if se + sp <= 1
    ]
    return rates
