"""Accounts with posts both inside and outside the focal class, and what they are held against."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit import population
from audit.cells import FOCAL
from audit.cells import REFERENCE as REFERENCE_GROUP
from audit.estimators.series.account_sides import (
    COLUMNS,
    INSIDE,
    OUTSIDE,
    REFERENCE,
    Within,
    within_accounts,
)
from audit.questions.calendar import numbered
from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.study import Study

LIKE_VOLUME = 2.0
"""Placebo accounts have between half and twice the posts compared of the account they stand for."""


@dataclass(frozen=True, slots=True, eq=False)
class InAndOut:
    """The posts of accounts seen both inside and outside the focal class.

    Attributes
    ----------
    rows : DataFrame
        Dated rows of these accounts (role inside or outside) and of the reference class
        (reference): account, role, cell, acted, n, weight, posted_at.
    accounts : int
        Accounts with posts on both sides, dated or not.
    classes : tuple of str
        What these accounts were outside the focal class.
    undated, unknown : int
        Posts of these accounts without a date; of unknown class. Both are left out.
    why : str
        Why nothing can be compared although there are such accounts, "" where it can.
    """

    rows: pd.DataFrame = field(default_factory=lambda: pd.DataFrame(columns=list(COLUMNS)))
    accounts: int = 0
    classes: tuple[str, ...] = ()
    undated: int = 0
    unknown: int = 0
    why: str = ""

    def within(self) -> Within:
        """Return each account's own change, net of the reference class's rates."""
        return within_accounts(self.rows)


def in_and_out(study: Study, *, per: str) -> InAndOut:
    """Return the posts of accounts seen in and out of the focal class, as the design counts them.

    Population and outcome are those of the design, from the cases as loaded, without the rule that
    gives an account one class. Outside is every class but the focal one and unknown. A cell is a
    calendar block, × stratum where the design compares like with like.
    """
    cases = study.loaded
    for column, allowed in (study.design.population or {}).items():
        held = population.holds(cases.frame[column], allowed)
        cases = cases.keep(held, because=population.excluded(column, allowed))
    frame, design = cases.frame, study.design
    known = frame["account_id"].notna()
    focal = known & (frame["account_class"] == design.focal)
    other = known & ~focal & (frame["account_class"] != UNKNOWN)
    ids = set(frame.loc[focal, "account_id"]) & set(frame.loc[other, "account_id"])
    if not ids:
        return InAndOut()
    mine = frame["account_id"].isin(ids)
    unknown = mine & (frame["account_class"] == UNKNOWN)
    told: dict[str, Any] = {"unknown": int(cases.counts[unknown].sum())}
    rows = _rows(study, cases, mine & other)
    own = rows[rows["role"] != REFERENCE]
    sides = own.groupby("account")["role"].nunique()
    both = sides.index[sides == 2]
    own = own[own["account"].isin(both)]
    outside = own.loc[own["role"] == OUTSIDE, "was"]
    told |= {"accounts": len(both), "classes": tuple(sorted(set(outside.astype("str"))))}
    if not len(both):
        return InAndOut()
    if "posted_at" not in rows:
        return InAndOut(**told, why="the cases do not record when posts were made")
    dated = rows["posted_at"].notna()
    told["undated"] = int(own.loc[~dated[own.index], "n"].sum())
    kept = rows[dated & ((rows["role"] == REFERENCE) | rows["account"].isin(both))]
    return InAndOut(_celled(study, kept, per), **told)


def _celled(study: Study, rows: pd.DataFrame, per: str) -> pd.DataFrame:
    """Return rows with the cell of each: its calendar block, × stratum where the design asks."""
    blocks = numbered(rows["posted_at"], per)
    alike = rows["stratum"] if study.design.primary == "standardised" else pd.Series("", rows.index)
    cell = rows.groupby([blocks.rename("block"), alike.rename("alike")]).ngroup()
    return rows.assign(cell=cell)[[*COLUMNS, "posted_at"]].reset_index(drop=True)


def _rows(study: Study, cases: Cases, outside: pd.Series) -> pd.DataFrame:
    """Return the enrolled rows with the role of each: outcome, counts and weights as enrolled.

    Rows outside are enrolled as another account of the reference class, so that the rule of one
    class per account leaves them in.
    """
    frame, design = cases.frame, study.design
    new = frame["account_id"] + _suffix(frame["account_id"])
    was = _unused("was", frame)
    recoded = frame.assign(
        account_id=frame["account_id"].mask(outside, new),
        account_class=frame["account_class"].mask(outside, design.references[0]),
        **{was: frame["account_class"]},
    )
    back = dict(zip(new[outside], frame.loc[outside, "account_id"], strict=True))
    focal = set(back.values())
    one = replace(design, reference=design.references[0], population=None)
    rows = study.again(one, cases=replace(cases, frame=recoded)).rows()
    account = rows["account_id"].map(back).fillna(rows["account_id"])
    role = pd.Series(REFERENCE, rows.index).mask(rows["account_id"].isin(back), OUTSIDE)
    role = role.mask((rows["group"] == FOCAL) & account.isin(focal), INSIDE)
    held = (role != REFERENCE) | (rows["group"] == REFERENCE_GROUP)
    out: dict[str, Any] = {"account": account, "role": role, "was": rows[was]}
    return rows.drop(columns=["account", "role", "was"], errors="ignore").assign(**out)[held]


def _suffix(ids: pd.Series) -> str:
    """Return an ending that makes no id another one."""
    known, suffix = set(ids.dropna()), " (outside)"
    while any(str(name).endswith(suffix) for name in known):
        suffix += "+"
    return suffix


def _unused(name: str, frame: pd.DataFrame) -> str:
    while name in frame:
        name += "_"
    return name


def placebo_ranks(found: InAndOut, within: Within) -> pd.DataFrame:
    """Return where each account's change stands among reference accounts given the same dates.

    A reference account's post is held to be inside when the account it stands in for was at its
    own last post before; posts before its first and after its last post are left out.

    Returns
    -------
    DataFrame
        One row per account, in the order of `within.accounts`: account, difference, rank (1 + the
        placebo accounts that moved as far), n_comparable (those with like volume).
    """
    others = found.rows[found.rows["role"] == REFERENCE].sort_values("posted_at", kind="stable")
    rows = []
    for one in within.accounts.itertuples():
        mine = found.rows[
            (found.rows["account"] == one.account) & (found.rows["role"] != REFERENCE)
        ].sort_values("posted_at", kind="stable")
        inside = mine["posted_at"].iloc[0], mine["posted_at"].iloc[-1]
        dated = others[others["posted_at"].between(*inside)].drop(columns="role")
        given = pd.merge_asof(dated, mine[["posted_at", "role"]], on="posted_at")
        shifted = within_accounts(pd.concat([others, given], ignore_index=True)).accounts
        posts = shifted["n_inside"] + shifted["n_outside"]
        own = one.n_inside + one.n_outside
        like = shifted[posts.between(own / LIKE_VOLUME, own * LIKE_VOLUME)]
        as_far = int((like["difference"].abs() >= abs(one.difference) - 1e-12).sum())
        rows.append((one.account, one.difference, 1 + as_far, len(like)))
    return pd.DataFrame(rows, columns=["account", "difference", "rank", "n_comparable"])
