"""Tests by relabelling accounts: who is focal is shuffled, what accounts did stays."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np

from audit.errors import TooFewAccounts
from audit.estimators.accounts.account_strata import AccountStrata, tabulate
from audit.estimators.accounts.assignments import assignment_sums
from audit.estimators.accounts.placebo import placebo_rank
from audit.estimators.accounts.randomisation import (
    block_codes,
    draw_faults,
    over_root,
    randomisation_test,
    share_as_extreme,
)
from audit.estimators.accounts.scores import account_scores
from audit.estimators.base import (
    NAN,
    Array,
    Estimate,
    PermutationTest,
    choose,
    confidence_faults,
    refuse,
)
from audit.influence import Tallies

__all__ = ["permutation_interval", "permutation_test", "placebo_rank", "randomisation_test"]

NO_SPREAD = "accounts differ by their class alone or not at all, so the spread is unknown"
SCALES = {
    "null_model": "permutation over accounts of |D|/s, s from the null model with pooled icc",
    "studentised": "permutation over accounts of |D| over its own clustered standard error",
    "none": "permutation over accounts of |D|",
}


def permutation_test(
    events: Any,
    n: Any,
    account: Any,
    focal: Any,
    *,
    stratum: Any = None,
    blocks: Any = None,
    weights: Any = None,
    scale: str = "null_model",
    draws: int = 9999,
    seed: int = 0,
) -> PermutationTest:
    """Test "no class effect given stratum" by shuffling which accounts are focal.

    Parameters
    ----------
    events, n, account, focal : array_like, shape (R,)
        As for `standardised_effect`.
    stratum : array_like, shape (R,), optional
        The pooled rate of each stratum is held fixed; each account is scored by its residual.
    blocks : "volume" or array_like, shape (R,), optional
        Accounts are shuffled within blocks: a label per account, or accounts whose posts lie
        within the same doubling.
    weights : array_like, shape (R,), optional
        Mean weight per row; 1/n of the account to give every account one voice.
    scale : {"null_model", "studentised", "none"}
        What |D| is divided by. The null model is valid where a class without events has no
        spread of its own; the other two stay for comparison.
    draws : int
        Random assignments where more than 20,000 are possible; below, all are listed.
    seed : int

    Returns
    -------
    PermutationTest
        `statistic` is D over its scale, with sign: D is the gap between the classes' residual
        means, the raw gap where there is one stratum. Ties count. Where all outcomes are the same
        every assignment ties and p is 1.

    Raises
    ------
    SupportError
        A class has no posts, or no stratum or no block holds both classes.
    TooFewAccounts
        studentised with one account in a class.

    Notes
    -----
    s² = Σ_F v/N_F² + Σ_R v/N_R², v the variance of an account's residual: posts have the variance
    p_s(1-p_s) of their stratum, pairs of one account's posts the correlation icc. With one stratum
    this is METHODS 1, p0(1-p0)[1/N_F + icc(Σn² - N_F)/N_F² + the same for R].
    Rates and intraclass correlation are pooled over all accounts and stay fixed, so the test is
    exact where accounts are exchangeable. Chung & Romano 2013, Ann Stat 41:484.
    """
    choose("scale", scale, SCALES)
    refuse("permutation_test", draw_faults(draws))
    cells = tabulate("permutation_test", events, n, account, stratum, focal, weights)
    groups = _account_blocks(blocks, cells)
    return permutation_of_cells(cells, groups=groups, scale=scale, draws=draws, seed=seed)


def permutation_of_cells(
    cells: Tallies,
    *,
    groups: Array | None = None,
    scale: str = "null_model",
    draws: int = 9999,
    seed: int = 0,
) -> PermutationTest:
    """Return the permutation test of posts counted already; see `permutation_test`.

    Parameters
    ----------
    cells : Tallies
        Counts by account × stratum, in arrays (`AccountStrata`) or in the engine.
    groups : ndarray, shape (accounts,), optional
        Block numbers, accounts in the order of `cells`.
    """
    scores = account_scores(cells, "permutation_test")
    columns = scores.columns()
    groups = np.zeros(len(columns), dtype=int) if groups is None else groups
    sums = assignment_sums(columns, scores.is_focal, groups, draws, seed)
    gap = _account_gap(columns.sum(0), len(columns), scores.is_focal, scale)
    observed = float(gap(sums.observed[None])[0])
    p_value = share_as_extreme(gap(sums.drawn), observed, sums.enumerated, "two-sided")
    return PermutationTest(observed, NAN, p_value, SCALES[scale], len(sums.drawn), sums.enumerated)


def permutation_interval(
    events: Any,
    n: Any,
    account: Any,
    focal: Any,
    *,
    stratum: Any = None,
    draws: int = 9999,
    seed: int = 0,
    confidence: float = 0.95,
) -> Estimate:
    """Return the differences that the permutation test of that difference does not reject.

    Parameters
    ----------
    events, n, account, focal, stratum, draws, seed :
        As for `permutation_test`, whose null model scale is used.
    confidence : float

    Returns
    -------
    Estimate
        `estimate` is the difference at which the test statistic is 0 (the raw gap with one
        stratum); `p_value` that of no difference, the one `permutation_test` gives. A limit that
        no difference within -1 to 1 reaches is -1 or 1. Where every difference but the estimate is
        rejected, as where all accounts have one rate, the limits are NaN and `note` says so.

    Notes
    -----
    A difference d is tested by taking d n off each focal account's events. Scale and draws stay
    those of d = 0, so that limits and p-value agree. Limits are those nearest the estimate.
    Garthwaite 1996, Biometrics 52:1387.
    """
    refuse("permutation_interval", draw_faults(draws) + confidence_faults(confidence))
    cells = tabulate("permutation_interval", events, n, account, stratum, focal)
    scores = account_scores(cells, "permutation_interval")
    columns = np.column_stack([scores.columns(), scores.lift])
    blocks = np.zeros(len(columns), dtype=int)
    sums = assignment_sums(columns, scores.is_focal, blocks, draws, seed)
    gap = _account_gap(columns.sum(0), len(columns), scores.is_focal, "null_model")

    def p_value(shift: float) -> float:
        def moved(focal_sums: Array) -> Array:
            out = focal_sums.copy()
            out[:, 1] -= shift * out[:, -1]
            return out

        at = float(gap(moved(sums.observed[None]))[0])
        return share_as_extreme(gap(moved(sums.drawn)), at, sums.enumerated, "two-sided")

    centre = float(sums.observed[1] / sums.observed[-1])
    alpha = 1 - confidence
    low, high = (_edge(p_value, centre, end, alpha) for end in (-1.0, 1.0))
    name = "differences not rejected by the permutation test over accounts (test inversion)"
    found = Estimate(centre, low, high, NAN, p_value(0.0), NAN, name)
    if low < high:
        return found
    return replace(found, conf_low=NAN, conf_high=NAN, note=NO_SPREAD)


def _edge(p_value: Callable[[float], float], centre: float, end: float, alpha: float) -> float:
    """Return where p first falls to alpha between the centre and an end of the range."""
    if p_value(end) > alpha:
        return end
    inside, outside = centre, end
    while abs(outside - inside) > 1e-7:
        middle = (inside + outside) / 2
        if p_value(middle) > alpha:
            inside = middle
        else:
            outside = middle
    return inside


def _account_gap(
    total: Array, accounts: int, is_focal: Array, scale: str
) -> Callable[[Array], Array]:
    """Return the function from focal sums (B, C) of AccountScores.columns to D over its scale."""
    k = int(is_focal.sum())
    if scale == "studentised" and min(k, accounts - k) < 2:
        raise TooFewAccounts(
            "permutation_test: a class of one account has no spread of its own. "
            "Try: scale='null_model'."
        )

    def gap(focal: Array) -> Array:
        other = total - focal
        d = focal[:, 1] / focal[:, 0] - other[:, 1] / other[:, 0]
        if scale == "none":
            return d
        if scale == "null_model":
            return over_root(d, focal[:, 2] / focal[:, 0] ** 2 + other[:, 2] / other[:, 0] ** 2)
        return over_root(d, _spread(focal, k) + _spread(other, accounts - k))

    return gap


def _spread(sums: Array, k: int) -> Array:
    """Return K/(K-1) Σ(u - m p)²/M², p the class's own residual mean."""
    m, u, _, uu, um, mm = sums[:, :6].T
    p = u / m
    return k / (k - 1) * np.maximum(uu - 2 * p * um + p * p * mm, 0.0) / m**2


def _account_blocks(blocks: Any, cells: AccountStrata) -> Array | None:
    """Return one block number per account; "volume" puts a doubling of posts into one block."""
    if isinstance(blocks, str):
        choose("blocks", blocks, ("volume",))
        return np.floor(np.log2(cells.by_account(cells.n))).astype(int)
    if blocks is None:
        return None
    faults: list[str] = []
    codes = block_codes(blocks, len(cells.rows), faults)
    refuse("permutation_test", faults)
    by_account = np.zeros(cells.n_accounts, dtype=int)
    by_account[cells.row_account] = codes[cells.rows]
    if torn := len(
        np.unique(cells.row_account[by_account[cells.row_account] != codes[cells.rows]])
    ):
        refuse("permutation_test", [f"{torn} account(s) lie in more than one block; allowed: one"])
    return by_account
