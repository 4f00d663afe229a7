"""The gap among like cases at one class's mix of strata, uncertain by account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from audit.errors import SupportError
from audit.estimators.account_strata import (
    AccountStrata,
    divide,
    icc_given_stratum,
    tabulate,
)
from audit.estimators.base import (
    Array,
    ClusteredEstimate,
    Estimate,
    StandardisedEstimate,
    choose,
    confidence_faults,
    refuse,
)
from audit.estimators.clustered import arm
from audit.estimators.mover import mover_difference, mover_ratio

TARGETS = ("focal", "reference")
FEWEST_COMPARISON_ACCOUNTS = 2  # one account alone would be the class; leaving it out leaves none


def standardised_effect(
    events: Any,
    n: Any,
    account: Any,
    stratum: Any,
    focal: Any,
    *,
    target: str = "focal",
    weights: Any = None,
    confidence: float = 0.95,
) -> StandardisedEstimate:
    """Return focal rate less reference rate at the mix of strata of one class, by account.

    Parameters
    ----------
    events, n : array_like, shape (R,)
        Posts acted on and posts, long: one row per account × stratum (splitting a row changes
        nothing).
    account, stratum : array_like, shape (R,)
        Labels; none missing.
    focal : array_like of bool, shape (R,)
        One class per account.
    target : {"focal", "reference"}
        Whose mix of strata: the focal posts as observed, or the reference class's.
    weights : array_like, shape (R,), optional
        Mean weight per row, of any scale within a class, used on both sides: inverse selection
        probabilities, or one over the account's posts so that every account counts once; the
        target mix is then the account-weighted one. `n_supported` and `n_unsupported` stay posts.
    confidence : float

    Returns
    -------
    StandardisedEstimate
        Of the strata in which the other class has at least 2 accounts; posts of the target class
        elsewhere are counted in `n_unsupported`. No p-value: see `permutation_test`.

    Raises
    ------
    SupportError
        A class has no posts, or no stratum is supported.

    Notes
    -----
    D = Σ_F(y - p_R,s)/N_F. Each arm is a `clustered_proportion` around the observed or the
    expected rate whose variance is that of leaving out one account in the *residuals* y - p_R,s;
    the floor is the larger intraclass correlation, given stratum, of reference and of all
    accounts. MOVER joins them. One stratum gives the raw gap exactly. METHODS 1.
    """
    choose("target", target, TARGETS)
    refuse("standardised_effect", confidence_faults(confidence))
    cells = tabulate("standardised_effect", events, n, account, stratum, focal, weights)
    return effect_of_cells(cells, target=target, confidence=confidence)


def effect_of_cells(
    cells: AccountStrata, *, target: str = "focal", confidence: float = 0.95
) -> StandardisedEstimate:
    """Return the standardised effect of rows summed already; see `standardised_effect`."""
    is_target = cells.is_focal if target == "focal" else ~cells.is_focal
    for flag, name in ((is_target, target), (~is_target, "other")):
        if not flag.any():
            raise SupportError(f"standardised_effect: the {name} class has no posts that count.")
    supported = _accounts_per_stratum(cells, ~is_target) >= FEWEST_COMPARISON_ACCOUNTS
    kept = supported[cells.stratum]
    inside, outside = (float(cells.n[is_target & side].sum()) for side in (kept, ~kept))
    if not inside:
        raise SupportError(
            f"standardised_effect: no stratum with {target} posts has "
            f"{FEWEST_COMPARISON_ACCOUNTS} accounts of the other class ({outside:,.0f} posts "
            "without a comparison). Try: fewer or wider strata."
        )
    own, other = _arms(cells.keep(kept), is_target[kept], confidence)
    arms = (own, other) if target == "focal" else (other, own)
    return _joined(*arms, inside, outside, target)


def _accounts_per_stratum(cells: AccountStrata, rows: Array) -> Array:
    return np.bincount(cells.stratum[rows], minlength=cells.n_strata)


def _arms(
    cells: AccountStrata, is_target: Array, confidence: float
) -> tuple[ClusteredEstimate, ClusteredEstimate]:
    """Return the target arm and the comparison arm."""
    reference = cells.keep(~cells.is_focal)
    rho = max(icc_given_stratum(reference), icc_given_stratum(cells))
    target, other = cells.keep(is_target), cells.keep(~is_target)
    mix = target.by_stratum(target.weighted_n)
    # strata without target posts tell nothing about this contrast
    other = other.keep(mix[other.stratum] > 0)
    size = mix.sum()
    other_n = other.by_stratum(other.weighted_n)
    rates = divide(other.by_stratum(other.weighted_events), other_n)
    observed = float(target.weighted_events.sum() / size)
    expected = float((mix * rates).sum() / size)

    residual = target.weighted_events - target.weighted_n * rates[target.stratum]
    pull = target.by_account(residual) - target.by_account(target.weighted_n) * (
        observed - expected
    )
    share = target.by_account(target.weighted_n) / size
    own = _arm(
        observed,
        divide(pull / size, 1 - share),
        share,
        target.by_account(target.squared) / size**2,
        target,
        rho,
        confidence,
    )

    per_post = (mix / size)[other.stratum] / other_n[other.stratum]
    pull = per_post * (other.weighted_events - other.weighted_n * rates[other.stratum])
    left = 1 - other.weighted_n / other_n[other.stratum]
    compared = _arm(
        expected,
        other.by_account(divide(pull, left)),
        other.by_account(per_post * other.weighted_n),
        other.by_account(per_post**2 * other.squared),
        other,
        rho,
        confidence,
    )
    return own, compared


def _arm(
    rate: float,
    influence: Array,
    share: Array,
    independent: Array,
    cells: AccountStrata,
    rho: float,
    confidence: float,
) -> ClusteredEstimate:
    here = share > 0
    # a sum of shares can miss a rate of exactly 0 or 1 by rounding
    rate = float(min(1.0, max(0.0, rate)))
    events = cells.events.sum()
    if events == cells.n.sum():
        rate = 1.0
    return arm(
        rate, influence[here], share[here], independent[here], float(cells.n.sum()), rho, confidence
    )


def _joined(
    focal: ClusteredEstimate,
    reference: ClusteredEstimate,
    inside: float,
    outside: float,
    target: str,
) -> StandardisedEstimate:
    gap, ratio = mover_difference(focal, reference), mover_ratio(focal, reference)
    notes = [gap.note] if gap.note else []
    if outside:
        notes.append(f"{outside:,.0f} of {inside + outside:,.0f} {target} posts have no comparison")
    words = f"standardised to the {target} mix, residual variances by account; "
    return StandardisedEstimate(
        estimate=gap.estimate,
        conf_low=gap.conf_low,
        conf_high=gap.conf_high,
        std_error=gap.std_error,
        df=gap.df,
        method=words + gap.method,
        note="; ".join(notes),
        observed=focal.estimate,
        expected=reference.estimate,
        ratio=_worded(ratio, words),
        deff=focal.deff,
        k_eff=focal.k_eff,
        icc=focal.icc,
        n_supported=inside,
        n_unsupported=outside,
        focal=focal,
        reference=reference,
    )


def _worded(estimate: Estimate, words: str) -> Estimate:
    return replace(estimate, method=words + estimate.method)


def clustered_difference(
    events: Any,
    n: Any,
    account: Any,
    focal: Any,
    *,
    weights: Any = None,
    confidence: float = 0.95,
) -> StandardisedEstimate:
    """Return the raw gap, focal rate less reference rate, uncertain by account.

    Parameters
    ----------
    events, n, account, focal : array_like, shape (R,)
        As for `standardised_effect`; all posts are one stratum.
    weights : array_like, shape (R,), optional
        Mean weight per row; 1/n of the account for the account-weighted gap.
    confidence : float

    Notes
    -----
    MOVER of the two classes' `clustered_proportion` with the `borrowed_icc`. METHODS 1.
    """
    return standardised_effect(
        events, n, account, None, focal, weights=weights, confidence=confidence
    )
