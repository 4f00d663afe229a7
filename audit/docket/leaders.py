"""Observed against expected for each focal account, and the gap without it."""

from __future__ import annotations

import pandas as pd

LEADER_COLUMNS = (
    "account",
    "n",
    "share",
    "observed",
    "expected",
    "difference",
    "gap_without",
    "n_unsupported",
)


def leaders(posts: pd.DataFrame, *, by_difference: bool = False) -> pd.DataFrame:
    """Return one row per focal account, columns `LEADER_COLUMNS`.

    Parameters
    ----------
    posts : DataFrame
        `focal_posts` with `account`, what each account is called.
    by_difference : bool
        Order by the difference, lowest first: a ranking by an estimate, which needs rung 3. By
        default accounts stand by volume, most posts first.

    Returns
    -------
    DataFrame
        n (compared posts), share (of all compared focal posts), observed and expected actions and
        their difference in posts (as weighted, scaled to the account's posts where rows are),
        gap_without (the primary gap with the account left out; missing where nothing is left),
        n_unsupported. An account without compared posts has n = 0 and no numbers. No intervals:
        posts of one account are alike, and nothing samples its decisions.
    """
    compared = posts[posts["compared"]]
    size = compared["n"] * compared["weight"]
    sums = pd.DataFrame(
        {
            "account_id": compared["account_id"],
            "n": compared["n"],
            "size": size,
            "observed": size * compared["acted"],
            "expected": size * compared["expected"],
        }
    )
    by = sums.groupby("account_id").sum()
    reduced = gaps_without_each(by)
    by[["observed", "expected"]] = by[["observed", "expected"]].mul(by["n"] / by["size"], axis=0)
    by["difference"] = by["observed"] - by["expected"]
    by["gap_without"] = reduced
    by["share"] = by["n"] / by["n"].sum()
    left = posts.loc[~posts["compared"]].groupby("account_id")["n"].sum()
    out = by.drop(columns="size").reindex(by.index.union(left.index))
    out["n_unsupported"] = left.reindex(out.index).fillna(0).astype("int64")
    out["n"] = out["n"].fillna(0).astype("int64")
    key = ["difference", "n"] if by_difference else ["n", "n_unsupported"]
    called = posts.drop_duplicates("account_id").set_index("account_id")["account"]
    out["account"] = called.reindex(out.index)
    out["place"] = out["account"].map(_number)
    out = out.sort_values([*key, "place"], ascending=[by_difference, False, True], kind="stable")
    return out[list(LEADER_COLUMNS)].reset_index(drop=True)


def gaps_without_each(by: pd.DataFrame) -> pd.Series:
    """Return the primary gap with each account left out in turn; missing where none is left.

    Parameters
    ----------
    by : DataFrame, one row per account
        observed (Σ w events), expected (Σ w n q) and size (Σ w n). The reference rates q do not
        depend on which focal account is left out.
    """
    if len(by) < 2:
        return pd.Series(float("nan"), index=by.index)
    sums = by[["observed", "expected", "size"]]
    rest = sums.sum() - sums
    return (rest["observed"] - rest["expected"]) / rest["size"]


def _number(name: str) -> tuple[int, str]:
    """Return a key that sorts "account 2" before "account 10"."""
    tail = name.rsplit(" ", 1)[-1]
    return (int(tail) if tail.isdigit() and len(tail) < 18 else 0, name)
