"""What each account met inside a class and outside it, beside the reference of the same cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

INSIDE, OUTSIDE, REFERENCE = "inside", "outside", "reference"
SUPPORT = 2
"""Reference accounts needed in a cell for its posts to be compared."""
COLUMNS = ("account", "role", "cell", "acted", "n", "weight")


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
