"""Accounts compared with themselves: their rate inside a class less their rate outside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from audit.cells import equal_accounts
from audit.estimators.accounts.randomisation import draw_faults, share_as_extreme
from audit.estimators.base import NAN, Array, Estimate, choose, confidence_faults, refuse
from audit.estimators.series.account_sides import Within, within_accounts

__all__ = ["Within", "WithinEstimate", "sign_flip_p", "within_accounts", "within_difference"]

FEWEST = 5
"""Accounts needed for an interval or a p-value."""
MOST_ENUMERATED = 20_000
SPREADLESS = 1e-12


@dataclass(frozen=True, slots=True)
class WithinEstimate(Estimate):
    """A within-account difference.

    Attributes
    ----------
    n_accounts : int
    k_eff : float
        Equal accounts worth the same: one over the sum of squared weights.
    smallest_p : float
        The smallest p-value that as many accounts allow, 2 / 2^k.
    """

    n_accounts: int = 0
    k_eff: float = NAN
    smallest_p: float = 1.0


def within_difference(
    found: Within,
    *,
    by: str = "post",
    confidence: float = 0.95,
    draws: int = 9999,
    seed: int = 0,
) -> WithinEstimate:
    """Return the mean within-account difference, uncertain by account.

    Parameters
    ----------
    found : Within
    by : {"post", "account"}
        Each account counts as its posts inside the class (weighted), or all alike.
    confidence : float
        Between 0 and 1.
    draws : int
        Sign flips where more than 20,000 are possible; below, all are listed.
    seed : int

    Returns
    -------
    WithinEstimate
        Limits and p-value are NaN with fewer than 5 accounts, and where neither the accounts nor
        the reference rates vary. Otherwise limits are t with K_eff − 1 degrees of freedom (at
        least 1); the variance is the jackknife over accounts, at least that of independent
        posts, plus the variance that the reference accounts give the subtracted rates. The
        p-value is the larger of the sign-flip one and that of t, since flipping signs takes the
        subtracted rates as known.

    Raises
    ------
    EstimationError
        No account is seen on both sides; an option is out of range.

    Notes
    -----
    Sign flips: Fisher 1935, ch. 3; all 2^k where few, else (1 + b) / (1 + B) (Phipson & Smyth 2010,
    Stat Appl Genet Mol Biol 9:39). They hold where accounts' differences are symmetric about 0.
    """
    from scipy.stats import t

    choose("weighting", by, ("post", "account"))
    faults = confidence_faults(confidence) + draw_faults(draws)
    if not len(found.accounts):
        faults.append("no account has posts compared both inside and outside the class")
    refuse("within_difference", faults)
    d, w = found.accounts["difference"].to_numpy(float), _account_weights(found, by)
    k, estimate, k_eff = len(d), float(w @ d), equal_accounts(w)
    method = f"within accounts, net of reference rates by calendar block, by {by}"
    shared: dict[str, Any] = {"n_accounts": k, "k_eff": k_eff, "smallest_p": 2.0 ** (1 - k)}
    if k < FEWEST:
        return WithinEstimate(estimate, method=f"{method}, point only", **shared)
    error = _standard_error(found, d, w)
    if error <= SPREADLESS:
        note = "neither the accounts nor the reference rates vary, so the spread is unknown"
        return WithinEstimate(estimate, method=f"{method}, point only", note=note, **shared)
    df = max(1.0, k_eff - 1)
    arm = float(t.isf((1 - confidence) / 2, df)) * error
    by_t = float(2 * t.sf(abs(estimate) / error, df))
    return WithinEstimate(
        estimate,
        estimate - arm,
        estimate + arm,
        error,
        max(by_t, sign_flip_p(w * d, draws=draws, seed=seed)),
        df,
        f"{method}; t limits by account, p the larger of t and sign flips of accounts",
        **shared,
    )


def _account_weights(found: Within, by: str) -> Array:
    """Return what each account counts for, 1 in all."""
    posts = found.accounts["posts"].to_numpy(float)
    return posts / posts.sum() if by == "post" else np.full(len(posts), 1 / len(posts))


def _standard_error(found: Within, d: Array, w: Array) -> float:
    """Return that of Σ w d: by jackknife, at least that of independent posts, and the rates'."""
    k = len(d)
    own = (k - 1) / k * ((w * (d - float(w @ d)) / (1 - w)) ** 2).sum()
    floor = float((w**2) @ found.accounts["model_variance"].to_numpy(float))
    return sqrt(max(float(own), floor) + _reference_variance(found, w))


def _reference_variance(found: Within, w: Array) -> float:
    """Return the variance that reference accounts give the subtracted rates, by jackknife."""
    pull = found.pulls.mul(w, axis=0).sum()
    long = found.influence
    moved = (long["pull"] * long["cell"].map(pull)).groupby(long["account"]).sum()
    return float((moved**2).sum())


def sign_flip_p(values: Array, *, draws: int = 9999, seed: int = 0) -> float:
    """Return the two-sided p-value of a sum of values symmetric about 0; ties count.

    All 2^k sign patterns where at most 20,000, else `draws` seeded ones. Depends on the values
    only, not on their order.
    """
    x = np.sort(np.asarray(values, dtype=float))
    k = len(x)
    if 2**k <= MOST_ENUMERATED:
        bits = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
        return share_as_extreme((2.0 * bits - 1) @ x, float(x.sum()), True, "two-sided")
    rng = np.random.default_rng(seed)
    sums = np.concatenate([(2.0 * rng.integers(0, 2, (m, k)) - 1) @ x for m in _chunks(draws, k)])
    return share_as_extreme(sums, float(x.sum()), False, "two-sided")


def _chunks(draws: int, k: int) -> list[int]:
    step = max(1, 4_000_000 // k)
    return [min(step, draws - at) for at in range(0, draws, step)]
