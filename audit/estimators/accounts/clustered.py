"""The rate of a class whose posts are alike within accounts, with a design effect that borrows."""

from __future__ import annotations

from math import sqrt
from typing import Any

import numpy as np

from audit.errors import TooFewAccounts
from audit.estimators.base import (
    NAN,
    Array,
    ClusteredEstimate,
    as_numbers,
    confidence_faults,
    count_faults,
    number_faults,
    read_flags,
    refuse,
)
from audit.estimators.scalars import is_number
from audit.estimators.tables.mover import wilson_limits

METHOD = "Wilson with n/deff and t(max(1, K_eff - 1)), design effect by account"


def intraclass_correlation(events: Any, n: Any) -> float:
    """Return how alike the posts of one account are: the ANOVA estimate, 0 where negative.

    Parameters
    ----------
    events, n : array_like, shape (K,)
        Posts acted on and posts of each account. Accounts with one post or none say nothing about
        likeness within an account and are not used.

    Returns
    -------
    float
        In [0, 1]; 0 where all outcomes are the same, which leaves nothing to be alike in.

    Raises
    ------
    TooFewAccounts
        Fewer than two accounts with more than one post.

    Notes
    -----
    Donner 1986, Int Stat Rev 54:67, https://doi.org/10.2307/1403259; Ridout, Demétrio & Firth
    1999, Biometrics 55:137.
    """
    y, m = as_numbers(events, "events"), as_numbers(n, "n")
    refuse("intraclass_correlation", count_faults(y, m))
    if (usable := int((m > 1).sum())) < 2:
        raise TooFewAccounts(
            f"intraclass_correlation needs 2 accounts with more than one post, and has {usable}. "
            "Try: borrowed_icc, or pass icc= from a larger set of accounts."
        )
    return anova_icc(y, y, m)


def borrowed_icc(events: Any, n: Any, focal: Any) -> float:
    """Return the larger ANOVA intraclass correlation of reference accounts and of all accounts.

    Five leaders cannot show how alike one account's posts are; hundreds of ordinary accounts can.

    Parameters
    ----------
    events, n : array_like, shape (K,)
        One entry per account.
    focal : array_like of bool, shape (K,)

    Returns
    -------
    float
        0 where fewer than two accounts have more than one post.

    Notes
    -----
    METHODS 1, "design effect that borrows".
    """
    y, m = as_numbers(events, "events"), as_numbers(n, "n")
    is_focal, faults = read_flags(focal, len(y))
    refuse("borrowed_icc", count_faults(y, m) + faults)
    return max(anova_icc(y[~is_focal], y[~is_focal], m[~is_focal]), anova_icc(y, y, m))


def anova_icc(total: Array, squares: Array, n: Array) -> float:
    """Return the ANOVA intraclass correlation from account sums; 0 where it cannot be had.

    Parameters
    ----------
    total, squares, n : ndarray, shape (K,)
        Each account's sum and sum of squares over its posts (of outcomes, or of residuals from
        stratum rates), and its posts.
    """
    use = n > 1
    k = int(use.sum())
    if k < 2:
        return 0.0
    u, q, m = total[use], squares[use], n[use]
    size = m.sum()
    between = ((u * u / m).sum() - u.sum() ** 2 / size) / (k - 1)
    within = max(0.0, float((q - u * u / m).sum())) / (size - k)
    typical = (size - (m * m).sum() / size) / (k - 1)
    whole = between + (typical - 1) * within
    # sums that cancel leave rounding noise where all outcomes are the same
    if whole <= 1e-14:
        return 0.0
    return float(min(1.0, max(0.0, (between - within) / whole)))


def clustered_proportion(
    events: Any,
    n: Any,
    *,
    weights: Any = None,
    icc: float | None = None,
    confidence: float = 0.95,
) -> ClusteredEstimate:
    """Return a class's rate with Wilson limits on as many posts as its accounts are worth.

    Parameters
    ----------
    events, n : array_like, shape (K,)
        Posts acted on and posts, one entry per account.
    weights : array_like, shape (K,), optional
        Mean weight per account, of any scale: inverse selection probabilities, or 1/n for each
        account to count once. The rate is the Hájek ratio Σwy/Σwn; variance is linearised by
        account; account shares w n/Σwn replace n/N in K_eff; deff still compares with Σn
        independent posts, so at intraclass correlation 0 it is Kish's, N Σw²n/(Σwn)².
    icc : float, optional
        Intraclass correlation to use as a floor, in [0, 1], such as `borrowed_icc`; the class's
        own ANOVA estimate by default, 0 where it has none.
    confidence : float
        In (0, 1).

    Returns
    -------
    ClusteredEstimate
        Accounts without posts or without weight are not counted. No posts at all: NaN with limits
        0 and 1. One account: no variance between accounts is seen, only the `icc` term stands.
        Rate 0 or 1: the `icc` term alone. Up to FEW_FOCAL_ACCOUNTS the formula is still computed;
        whether it may be shown is the caller's decision.

    Notes
    -----
    v_jack = (K-1)/K Σ((y - n p)/(1 - n/N))²/N²; deff = max(1, v_jack N/(p(1-p)),
    1 + icc (Σn²/N - 1)); K_eff = N²/Σn²; Wilson with N/deff and t(max(1, K_eff - 1)).
    Neither limit decreases from no event to one, from all but one to all, or as events grow in
    proportion to the accounts' posts or where the icc term is the larger. Where the observed
    spread is the larger no such promise is possible: the event that makes accounts alike also
    narrows the interval.
    METHODS 1; Kish 1965; Dean & Pagano 2015, J Surv Stat Methodol 3:484.
    """
    y, m = as_numbers(events, "events"), as_numbers(n, "n")
    w = np.ones_like(m) if weights is None else as_numbers(weights, "weights")
    faults = count_faults(y, m) + number_faults("weights", w, length=len(m))
    faults += confidence_faults(confidence)
    if icc is not None and not (is_number(icc) and 0 <= icc <= 1):
        faults.append(f"icc is {icc!r}; allowed: 0 to 1")
    refuse("clustered_proportion", faults)
    use = (m > 0) & (w > 0)
    y, m, w = y[use], m[use], w[use]
    rho = anova_icc(y, y, m) if icc is None else float(icc)
    if not len(m):
        return unknown_rate(rho)
    size = (w * m).sum()
    rate = float((w * y).sum() / size)
    share = w * m / size
    left = 1 - share
    pull = w * (y - m * rate) / size
    influence = np.divide(pull, left, out=np.zeros_like(pull), where=left > 0)
    return arm(rate, influence, share, share * w / size, float(m.sum()), rho, confidence)


def unknown_rate(rho: float) -> ClusteredEstimate:
    """Return what is known of a rate without posts: that it lies between 0 and 1."""
    return ClusteredEstimate(
        NAN, 0.0, 1.0, method=METHOD, icc=rho, n_eff=0.0, note="no posts: nothing is known"
    )


def arm(
    rate: float,
    influence: Array,
    share: Array,
    independent: Array,
    n: float,
    rho: float,
    confidence: float,
) -> ClusteredEstimate:
    """Return one arm of a contrast from its accounts' influences.

    Parameters
    ----------
    rate : float
        In [0, 1].
    influence : ndarray, shape (K,)
        What leaving the account out would change.
    share : ndarray, shape (K,)
        Each account's part of the rate; sums to 1.
    independent : ndarray, shape (K,)
        Σc² over the account's posts, c being a post's coefficient in the rate: its variance, in
        units of p(1-p), if posts were independent.
    n : float
        Posts.
    rho : float
        Intraclass correlation; pairs of posts of one account correlate so.
    confidence : float
    """
    from scipy.special import stdtrit

    k = len(share)
    alike = float((share * share).sum())
    apart = float(independent.sum())
    base = max(0.0, rate * (1 - rate) / n)
    deff = max(1.0, n * (apart + rho * (alike - apart)))
    if base > 0 and k > 1:
        deff = max(deff, (k - 1) / k * float((influence * influence).sum()) / base)
    df = max(1.0, 1 / alike - 1)
    quantile = float(stdtrit(df, (1 + confidence) / 2))
    low, high = wilson_limits(rate, n / deff, quantile)
    note = "one account: its spread cannot be seen, only the icc term stands" if k == 1 else ""
    return ClusteredEstimate(
        estimate=rate,
        conf_low=low,
        conf_high=high,
        std_error=sqrt(deff * base),
        df=df,
        method=METHOD,
        note=note,
        deff=deff,
        n_eff=n / deff,
        k_eff=1 / alike,
        icc=rho,
        n_accounts=k,
    )
