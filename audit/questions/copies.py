"""Pairs of copies of the same words, and how far accounts let their gap be told from chance."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt
from typing import Any

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE, equal_accounts
from audit.estimators.accounts.contrasts import NO_SAMPLING
from audit.estimators.accounts.randomisation import share_as_extreme
from audit.estimators.base import NAN, Array, Estimate
from audit.estimators.tables.wald import t_quantile
from audit.gates import refused

FLIPS = 14  # accounts up to which every pattern of signs is listed
DRAWS = 9999
BY_ACCOUNT = (
    "mean within-pair difference; delete-one jackknife by focal account, t(K_eff - 1); "
    "p the larger of that of flipping whole focal accounts' signs and that of t"
)
TWO_WAY = "; variance at least that of clusters of both copies' accounts (Cameron et al. 2011)"
NO_SPREAD = "all focal accounts show the same difference: the data set no limits"


@dataclass(frozen=True, slots=True, eq=False)
class Copies:
    """Rows with a `pair_id`, sorted into pairs.

    Attributes
    ----------
    pairs : DataFrame
        One row per group with exactly one focal and one reference post: `focal`, `reference`
        (flags: acted on), `focal_account`, `reference_account`, `hours_apart` (NaN where a time
        is missing).
    groups : Series
        Difference of the classes' shares in every group that holds both classes, pairs included.
    n_unmatched : int
        Groups that hold one class only.
    """

    pairs: pd.DataFrame
    groups: pd.Series
    n_unmatched: int

    @property
    def n_larger(self) -> int:
        """Return the number of groups with both classes and more than one post of one."""
        return len(self.groups) - len(self.pairs)

    def table(self) -> dict[str, int]:
        """Return how many pairs had both copies acted on, one only, or neither."""
        f, r = (self.pairs[c].to_numpy(bool) for c in ("focal", "reference"))
        return {
            "both": int((f & r).sum()),
            "focal_only": int((f & ~r).sum()),
            "reference_only": int((~f & r).sum()),
            "neither": int((~f & ~r).sum()),
        }


def sort_copies(rows: pd.DataFrame) -> Copies:
    """Sort the rows of a study, as `Study.rows` gives them, into pairs.

    A row that stands for several posts (n above 1) is that many copies.
    """
    kept = rows[rows["pair_id"].notna() & rows["group"].isin((FOCAL, REFERENCE))]
    pair = kept["pair_id"].astype("str").to_numpy(object)
    n, acted = kept["n"].to_numpy(float), kept["acted"].to_numpy(float)
    table = pd.DataFrame({"pair": pair, "group": kept["group"].to_numpy(object), "n": n})
    sums = table.assign(y=n * acted).pivot_table(
        index="pair", columns="group", values=["n", "y"], aggfunc="sum", fill_value=0.0
    )
    both = pd.MultiIndex.from_product([["n", "y"], [FOCAL, REFERENCE]])
    sums = sums.reindex(columns=both, fill_value=0.0)
    posts = sums["n"]
    whole = (posts > 0).all(axis=1)
    rates = sums["y"][whole] / posts[whole]
    single = posts.index[(posts == 1).all(axis=1)]
    return Copies(
        _joined(kept.assign(pair_id=pair), single),
        rates[FOCAL] - rates[REFERENCE],
        int((~whole).sum()),
    )


def _joined(rows: pd.DataFrame, single: pd.Index) -> pd.DataFrame:
    """Return the groups with one post of each class, one row each, in the order of their ids."""
    ours = rows[rows["pair_id"].isin(single)]
    sides = [ours[ours["group"] == g].set_index("pair_id").sort_index() for g in (FOCAL, REFERENCE)]
    apart = np.full(len(sides[0]), NAN)
    if "posted_at" in ours:
        gap = sides[0]["posted_at"] - sides[1]["posted_at"]
        apart = (gap.dt.total_seconds() / 3600).abs().to_numpy(float)
    return pd.DataFrame(
        {
            "focal": sides[0]["acted"].astype(bool),
            "reference": sides[1]["acted"].astype(bool),
            "focal_account": sides[0]["account_id"].astype("str"),
            "reference_account": sides[1]["account_id"].astype("str"),
            "hours_apart": apart,
        }
    )


def account_gap(pairs: pd.DataFrame, *, confidence: float = 0.95, seed: int = 0) -> Estimate:
    """Return the mean within-pair difference, uncertain by account.

    Parameters
    ----------
    pairs : DataFrame
        As in `Copies.pairs`; at least one row.

    Returns
    -------
    Estimate
        Focal less reference share acted on. Too few focal accounts, or one that posted nearly all
        (`audit.gates.refused`): limits and p are NaN, and `note` says so. All focal accounts
        alike: limits NaN. The same is refused of the reference accounts. The variance is at least
        two-way; p is the larger of the sign flips' and of that of t.

    Notes
    -----
    Delete-one jackknife over focal accounts, (K-1)/K Σ((y - n d)/(N - n))², K_eff = N²/Σn²;
    Cameron, Gelbach & Miller 2011, J Bus Econ Stat 29:238. The p-value is that of exchanging the
    two copies' outcomes in all pairs of a focal account at once (Fisher 1935), which supposes
    nothing of how alike an account's pairs are.
    """
    d = pairs["focal"].to_numpy(float) - pairs["reference"].to_numpy(float)
    gap = float(d.mean())
    ours, theirs = (
        pd.factorize(pairs[c].to_numpy(object))[0] for c in ("focal_account", "reference_account")
    )
    n = np.bincount(ours).astype(float)
    from scipy.special import stdtr

    k_eff = equal_accounts(n)
    m = np.bincount(theirs).astype(float)
    why = refused(len(n), k_eff)
    if not why and (their_side := refused(len(m), equal_accounts(m))):
        why = their_side.replace("focal", "reference")
    if why:
        note = NO_SAMPLING.format(why=why)
        return Estimate(gap, method="mean within-pair difference, point only", note=note)
    df = max(1.0, k_eff - 1)
    variance, method = _jackknife(d - gap, ours), BY_ACCOUNT
    p = sign_flip_p(np.bincount(ours, d), seed=seed)
    both = pd.factorize(ours * (theirs.max() + 1) + theirs)[0]
    other = _jackknife(d - gap, theirs)
    variance = max(variance, variance + other - _jackknife(d - gap, both))
    df = min(df, max(1.0, equal_accounts(m) - 1))
    method += TWO_WAY
    if variance <= 1e-18:
        return Estimate(gap, std_error=0.0, p_value=p, df=df, method=method, note=NO_SPREAD)
    error = sqrt(variance)
    reach = error * t_quantile(df, confidence)
    low, high = max(-1.0, gap - reach), min(1.0, gap + reach)
    # Flips know nothing of reference accounts that mirror several leaders: the larger p stands.
    p = max(p, 2 * float(stdtr(df, -abs(gap) / error)))
    return Estimate(gap, low, high, error, p, df, method)


def _jackknife(residual: Array, codes: Array) -> float:
    """Return the delete-one variance of a mean from residuals that sum to 0."""
    sums, n = np.bincount(codes, residual), np.bincount(codes).astype(float)
    k = len(sums)
    if k < 2:
        return 0.0
    return (k - 1) / k * float(((sums / (n.sum() - n)) ** 2).sum())


def sign_flip_p(sums: Any, *, draws: int = DRAWS, seed: int = 0) -> float:
    """Return the two-sided p-value of a total when each part may as well have the other sign.

    Parameters
    ----------
    sums : array_like, shape (K,)
        One sum of differences per account; zeros tell nothing. Every pattern of signs is listed
        for up to 14 others, `draws` are drawn beyond. Nothing but zeros: 1.
    """
    found = np.asarray(sums, dtype=float)
    size = np.sort(np.abs(found[found != 0]))
    k = len(size)
    if not k:
        return 1.0
    if k <= FLIPS:
        bits = (np.arange(2**k)[:, None] >> np.arange(k)) & 1
    else:
        bits = np.random.default_rng(seed).integers(0, 2, size=(draws, k))
    drawn = (2 * bits - 1) @ size
    return share_as_extreme(drawn, float(found.sum()), k <= FLIPS, "two-sided")
