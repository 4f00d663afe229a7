"""Contrasts among like cases: pooled over strata, standardised to one mix, and decomposed."""

from __future__ import annotations

from math import inf, nan, sqrt
from typing import Any

import numpy as np

from audit.errors import SupportError
from audit.estimators.accounts.standardised import TARGETS, standardised_effect
from audit.estimators.base import (
    Estimate,
    Standardised,
    as_numbers,
    choose,
    confidence_faults,
    number_faults,
    refuse,
)
from audit.estimators.tables.conditional import exact_odds_ratio as exact_odds_ratio
from audit.estimators.tables.pooled import (
    both_classes,
    cochran_mantel_haenszel,
    count_table,
    homogeneity,
    mantel_haenszel,
)

__all__ = [
    "cochran_mantel_haenszel",
    "decompose",
    "directly_standardised_rate",
    "homogeneity",
    "mantel_haenszel",
    "standardise",
    "standardised_effect",
]


def standardise(counts: Any, *, target: str = "focal") -> Standardised:
    """Return observed against expected rate at the mix of strata of one class.

    Parameters
    ----------
    counts : array_like, shape (S, 4)
        As for `mantel_haenszel`.
    target : {"focal", "reference"}
        Whose mix.

    Returns
    -------
    Standardised
        Without an interval: counts know no accounts. A stratum without the other class is
        unsupported, and its target posts are counted in `n_unsupported`.

    Raises
    ------
    SupportError
        No stratum holds both classes.
    """
    choose("target", target, TARGETS)
    table = count_table("standardise", counts)
    a, n1, c, n2 = table.T
    mix = n1 if target == "focal" else n2
    a, n1, c, n2 = both_classes(table, "standardise").T
    weight = n1 if target == "focal" else n2
    inside = float(weight.sum())
    observed = float((weight * a / n1).sum()) / inside
    expected = float((weight * c / n2).sum()) / inside
    ratio = observed / expected if expected > 0 else (inf if observed > 0 else nan)
    outside = float(mix.sum()) - inside
    return Standardised(observed, expected, observed - expected, ratio, inside, outside)


def directly_standardised_rate(
    events: Any, exposure: Any, weights: Any, *, method: str = "fay_feuer", confidence: float = 0.95
) -> Estimate:
    """Return a rate per unit of exposure at a standard mix of strata.

    Parameters
    ----------
    events : array_like, shape (S,)
        Poisson counts.
    exposure : array_like, shape (S,)
        Positive where the standard has weight.
    weights : array_like, shape (S,)
        The standard's size of each stratum, of any scale.
    method : {"fay_feuer"}
    confidence : float

    Returns
    -------
    Estimate
        Gamma limits. No events: 0 with lower limit 0 and the upper limit of the least favourable
        stratum.

    Raises
    ------
    SupportError
        A stratum with weight has no exposure.

    Notes
    -----
    Fay & Feuer 1997, Stat Med 16:791. One stratum gives Garwood's exact Poisson limits.
    """
    from scipy.special import chdtri

    choose("method of directly_standardised_rate", method, ("fay_feuer",))
    y, e = as_numbers(events, "events"), as_numbers(exposure, "exposure")
    w = as_numbers(weights, "weights")
    faults = number_faults("events", y) + number_faults("exposure", e, length=len(y))
    faults += number_faults("weights", w, length=len(y)) + confidence_faults(confidence)
    if not faults and not w.sum() > 0:
        faults.append("weights are all 0; allowed: at least one positive")
    refuse("directly_standardised_rate", faults)
    if empty := int(((e == 0) & (w > 0)).sum()):
        raise SupportError(f"directly_standardised_rate: {empty} strata have weight, no exposure.")
    use = w > 0
    unit = w[use] / w.sum() / e[use]
    rate, variance = float((unit * y[use]).sum()), float((unit**2 * y[use]).sum())
    worst, tail = float(unit.max()), (1 - confidence) / 2
    low = 0.0
    if rate > 0:
        low = variance / (2 * rate) * float(chdtri(2 * rate**2 / variance, 1 - tail))
    up, spread = rate + worst, variance + worst**2
    high = spread / (2 * up) * float(chdtri(2 * up**2 / spread, tail))
    name = "directly standardised rate, gamma limits (Fay & Feuer 1997)"
    return Estimate(rate, low, high, sqrt(variance), method=name)


def decompose(counts: Any) -> Any:
    """Split the raw gap into what differs in mix and what differs in treatment.

    Parameters
    ----------
    counts : array_like, shape (S, 4)
        As for `mantel_haenszel`.

    Returns
    -------
    DataFrame
        One row per stratum, in order: `mix` (difference in share × mean rate), `treatment`
        (difference in rate × mean share), `unsupported` (what a stratum with one class only adds
        to the gap) and `total`. All cells of the first three sum to the raw gap.

    Raises
    ------
    SupportError
        A class has no posts, or no stratum holds both.

    Notes
    -----
    Kitagawa 1955, JASA 50:1168, https://doi.org/10.1080/01621459.1955.10501299.
    """
    import pandas as pd

    table = count_table("decompose", counts)
    both_classes(table, "decompose")
    a, n1, c, n2 = table.T
    both = (n1 > 0) & (n2 > 0)
    share_focal, share_reference = n1 / n1.sum(), n2 / n2.sum()
    rate_focal = np.divide(a, n1, out=np.zeros_like(a), where=n1 > 0)
    rate_reference = np.divide(c, n2, out=np.zeros_like(c), where=n2 > 0)
    total = share_focal * rate_focal - share_reference * rate_reference
    mix = (share_focal - share_reference) * (rate_focal + rate_reference) / 2
    treatment = (rate_focal - rate_reference) * (share_focal + share_reference) / 2
    return pd.DataFrame(
        {
            "mix": np.where(both, mix, 0.0),
            "treatment": np.where(both, treatment, 0.0),
            "unsupported": np.where(both, 0.0, total),
            "total": total,
        }
    )
