"""The gap among like cases at one class's mix of strata, uncertain by account."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from audit.errors import SupportError
from audit.estimators.accounts.account_strata import (
    divide,
    icc_given_stratum,
    icc_influences,
    tabulate,
)
from audit.estimators.accounts.clustered import arm
from audit.estimators.base import (
    Array,
    ClusteredEstimate,
    Estimate,
    StandardisedEstimate,
    choose,
    confidence_faults,
    refuse,
)
from audit.estimators.tables.mover import mover_difference, mover_ratio
from audit.influence import (
    IS_FOCAL,
    IS_REFERENCE,
    Influence,
    StratumSums,
    Tallies,
    of_class,
)

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
    cells: Tallies, *, target: str = "focal", confidence: float = 0.95
) -> StandardisedEstimate:
    """Return the standardised effect of posts counted already; see `standardised_effect`.

    Parameters
    ----------
    cells : Tallies
        Counts by account × stratum, in arrays (`AccountStrata`) or in the engine.
    """
    sums = cells.sums()
    own, other = (IS_FOCAL, IS_REFERENCE) if target == "focal" else (IS_REFERENCE, IS_FOCAL)
    for side, name in ((own, target), (other, "other")):
        if not sums.accounts[side].any():
            raise SupportError(f"standardised_effect: the {name} class has no posts that count.")
    kept = sums.accounts[other] >= FEWEST_COMPARISON_ACCOUNTS
    inside, outside = (float(sums.n[own][side].sum()) for side in (kept, ~kept))
    if not inside:
        raise SupportError(
            f"standardised_effect: no stratum with {target} posts has "
            f"{FEWEST_COMPARISON_ACCOUNTS} accounts of the other class ({outside:,.0f} posts "
            "without a comparison). Try: fewer or wider strata."
        )
    arms = _arms(cells, sums.only(kept), own, confidence)
    return _joined(*(arms if target == "focal" else arms[::-1]), inside, outside, target)


def _arms(
    cells: Tallies, sums: StratumSums, own: int, confidence: float
) -> tuple[ClusteredEstimate, ClusteredEstimate]:
    """Return the target arm and the comparison arm."""
    other = 1 - own
    mix = sums.weighted_n[own]
    # strata without target posts tell nothing about this contrast
    there = sums.only(mix > 0)
    size, other_n = mix.sum(), there.weighted_n[other]
    rates = divide(there.weighted_events[other], other_n)
    observed, expected = float(sums.weighted_events[own].sum() / size), float(mix @ rates / size)
    pushed = cells.push(
        icc_influences(sums)
        | icc_influences(sums, reference=True)
        | _target_influences(own, mix > 0, rates)
        | _comparison_influences(other, divide(mix / size, other_n), rates, other_n)
    )
    rho = max(icc_given_stratum(pushed), icc_given_stratum(pushed, reference=True))
    pull = pushed["residual"] - pushed["weighted"] * (observed - expected)
    share = pushed["weighted"] / size
    influence = divide(pull / size, 1 - share)
    target = _arm(
        observed, influence, share, pushed["squared"] / size**2, _posts(sums, own), rho, confidence
    )
    influence, share, apart = (pushed[name] for name in ("pull", "share", "independent"))
    posts = _posts(there, other)
    return target, _arm(expected, influence, share, apart, posts, rho, confidence)


def _target_influences(own: int, here: Array, rates: Array) -> dict[str, Influence]:
    one = of_class(own, here, len(rates))
    return {
        "residual": Influence({"weighted_events": one, "weighted_n": -one * rates}),
        "weighted": Influence({"weighted_n": one}),
        "squared": Influence({"squared": one}),
    }


def _comparison_influences(
    other: int, per_post: Array, rates: Array, whole: Array
) -> dict[str, Influence]:
    each = of_class(other, per_post, len(rates))
    pull = {"weighted_events": each, "weighted_n": -each * rates}
    return {
        "pull": Influence(pull, of_class(other, whole, len(rates))),
        "share": Influence({"weighted_n": each}),
        "independent": Influence({"squared": each * each}),
    }


def _posts(sums: StratumSums, side: int) -> tuple[float, float]:
    return float(sums.events[side].sum()), float(sums.n[side].sum())


def _arm(
    rate: float,
    influence: Array,
    share: Array,
    independent: Array,
    posts: tuple[float, float],
    rho: float,
    confidence: float,
) -> ClusteredEstimate:
    here = share > 0
    # a sum of shares can miss a rate of exactly 0 or 1 by rounding
    rate = float(min(1.0, max(0.0, rate)))
    events, n = posts
    if events == n:
        rate = 1.0
    return arm(rate, influence[here], share[here], independent[here], n, rho, confidence)


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
