"""Accounts compared with themselves: their rate inside a class less their rate outside it."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np

from audit.cells import equal_accounts
from audit.estimators.accounts.randomisation import draw_faults, share_as_extreme
from audit.estimators.base import NAN, Array, Estimate, choose, confidence_faults, refuse

INSIDE, OUTSIDE, REFERENCE = "inside", "outside", "reference"
FEWEST = 5
"""Accounts needed for an interval or a p-value."""
SUPPORT = 2
"""Reference accounts needed in a cell for its posts to be compared."""
MOST_ENUMERATED = 20_000
SPREADLESS = 1e-12
COLUMNS = ("account", "role", "cell", "acted", "n", "weight")


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


@dataclass(frozen=True, slots=True, eq=False)
class Within:
    """Accounts seen both inside and outside a class, each against the reference of its cells.

    Attributes
    ----------
    accounts : DataFrame
        One row per account with posts compared on both sides: account, n_inside, n_outside,
        rate_inside, rate_outside, expected_inside, expected_outside (reference rates of the same
        cells), difference (rate less expected, inside less outside), model_variance (that of the
        difference if posts were independent at the expected rates).
    pulls : DataFrame, shape (accounts, cells)
        Share of an account's posts inside that lie in a cell, less the same outside.
    influence : DataFrame
        One row per reference account and cell: account, cell, pull (how far the rate of the cell
        falls when the account is left out).
    n_alone : int
        Posts of such accounts in cells with fewer than two reference accounts; left out.
    n_lost : int
        Accounts that had posts on both sides, and are left with one side or none.
    """

    accounts: Any
    pulls: Any
    influence: Any
    n_alone: int
    n_lost: int


def within_accounts(frame: Any) -> Within:
    """Return what each account's own change of class did to its rate, net of the calendar.

    d_g = mean over its posts inside of (y − r) less the same outside, r the reference class's
    rate in the post's cell (calendar block × stratum).

    Parameters
    ----------
    frame : DataFrame
        Columns account, role (inside, outside, reference), cell, acted (flag), n (whole posts that
        the row stands for) and weight (sampling weight), without missing values.
    """
    rows = frame[list(COLUMNS)].reset_index(drop=True)
    rows = rows.assign(posts=rows["n"] * rows["weight"])
    rows["events"] = rows["posts"].where(rows["acted"].astype(bool), 0.0)
    reference = rows[rows["role"] == REFERENCE]
    by = reference.groupby(["account", "cell"])[["events", "posts"]].sum()
    cells = by.groupby("cell").sum()
    supported = by.groupby("cell").size() >= SUPPORT
    cells = cells[supported.reindex(cells.index)]
    rate = cells["events"] / cells["posts"]
    own = rows[rows["role"] != REFERENCE]
    met = own["cell"].isin(cells.index)
    kept = _expecting(own[met], by, cells)
    table = _accounts(kept)
    started = own.groupby("account")["role"].nunique()
    both = started.index[started == 2]
    mine = kept[kept["account"].isin(table["account"])]
    left = by.reset_index()
    left = left[left["cell"].isin(mine["cell"])]
    at, rate = (left["cell"].map(v) for v in (cells["posts"], cells["events"] / cells["posts"]))
    pull = (left["events"] - rate * left["posts"]) / (at - left["posts"])
    alone = own.loc[~met & own["account"].isin(both), "n"].sum()
    influence = left[["account", "cell"]].assign(pull=pull).reset_index(drop=True)
    return Within(table, _pulls(mine, table), influence, int(alone), len(both) - len(table))


def _expecting(own: Any, by: Any, cells: Any) -> Any:
    """Return rows with the reference rate of their cell, less what the account itself adds to it.

    Only placebo accounts, which are reference accounts themselves, add anything.
    """
    keys = own.set_index(["account", "cell"]).index
    part = by.reindex(keys).fillna(0.0).to_numpy(float)
    whole = cells.reindex(own["cell"])[["events", "posts"]].to_numpy(float)
    rest = whole - part
    return own.assign(expected=np.clip(rest[:, 0] / rest[:, 1], 0.0, 1.0))


def _accounts(rows: Any) -> Any:
    """Return one row per account with posts on both sides."""
    import pandas as pd

    weight = rows["posts"]
    noise = rows["expected"] * (1 - rows["expected"]) * rows["n"] * rows["weight"] ** 2
    by = rows.assign(expect=weight * rows["expected"], noise=noise)
    sums = by.groupby(["account", "role"])[["n", "posts", "events", "expect", "noise"]].sum()
    sides = sums.reset_index().pivot_table(index="account", columns="role").dropna()
    sides = sides.reindex(columns=[(c, r) for c in sums.columns for r in (INSIDE, OUTSIDE)])
    sides = sides.dropna()
    out = pd.DataFrame(index=sides.index)
    for role in (INSIDE, OUTSIDE):
        posts = sides["posts", role]
        out[f"n_{role}"] = sides["n", role].astype("int64")
        out[f"rate_{role}"] = sides["events", role] / posts
        out[f"expected_{role}"] = sides["expect", role] / posts
        out[f"noise_{role}"] = sides["noise", role] / posts**2
    gaps = {r: out[f"rate_{r}"] - out[f"expected_{r}"] for r in (INSIDE, OUTSIDE)}
    out["difference"] = gaps[INSIDE] - gaps[OUTSIDE]
    out["model_variance"] = out.pop(f"noise_{INSIDE}") + out.pop(f"noise_{OUTSIDE}")
    out["posts"] = sides["posts", INSIDE]
    return out.rename_axis("account").reset_index()


def _pulls(rows: Any, table: Any) -> Any:
    sign = np.where(rows["role"] == INSIDE, 1.0, -1.0)
    side = rows.groupby(["account", "role"])["posts"].transform("sum")
    shares = rows.assign(share=sign * rows["posts"] / side)
    wide = shares.pivot_table(index="account", columns="cell", values="share", aggfunc="sum")
    return wide.reindex(table["account"]).fillna(0.0)


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
