"""Bans: accounts suspended or banned inside the window, which may have ended their posting."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from audit import cells as engine
from audit.cells import FOCAL, REFERENCE
from audit.checks.base import Finding, reads_alike, same_sign
from audit.checks.subgroups import no_support
from audit.design import words
from audit.disclosure import SYMBOL, shields
from audit.estimators.accounts.contrasts import effect
from audit.numerals import count, interval, many, margin_points, points, setting

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.study import Study

ENDS_POSTING = ("suspend", "ban")
"""Rungs of the standard ladder that act on the account and not on the post."""
NEEDED = ("posted_at", "acted_at")
BAN_COLUMNS = (
    "account_class",
    "accounts",
    "suspended",
    "banned",
    "half_way",
    "no_date",
    "n",
    "n_later",
    "n_no_date",
)


@dataclass(frozen=True, slots=True)
class Bans:
    """Accounts suspended or banned, by class, and the gap with their later posts left out.

    A ban ends posting, so the number of an account's posts can follow from how it was treated.
    Any row of an account counts, those outside the population too. In the sensitivity row an
    account's posts leave that were posted after the first such action was taken on it; the post
    it was taken on stays.
    """

    name: ClassVar[str] = "bans"
    about: ClassVar[str] = "accounts suspended or banned, and the gap without their later posts"
    step: ClassVar[int] = 0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the gap with accounts censored at their first ban; a note, guards no step."""
        study = comparison.study
        threshold, nan = "the censored gap keeps its sign", float("nan")
        if not set(ENDS_POSTING) & set(study.cases.ladder.rungs):
            says = "No rung of this ladder suspends or bans an account."
            return Finding(self.name, nan, threshold, None, says)
        if not study.has_accounts:
            return Finding(self.name, nan, threshold, None, "Posts carry no account.")
        rows = placed(study)
        table = by_class(study, rows)
        says = _counted(study, table)
        if not table[["suspended", "banned"]].to_numpy().sum():
            return Finding(self.name, nan, threshold, None, says, table=table)
        absent = [c for c in NEEDED if c not in study.loaded.frame]
        if absent:
            says += f" Without {' and '.join(map(words, absent))} none of their posts can be dated."
            return Finding(self.name, nan, threshold, None, says, table=table)
        says += _undated(study, table)
        if not table["n_later"].sum():
            says += " No post compared came after such an action on its account."
            return Finding(self.name, nan, threshold, None, says, table=table)
        return self._censored(comparison, rows, table, says)

    def _censored(
        self, comparison: Comparison, rows: pd.DataFrame, table: pd.DataFrame, says: str
    ) -> Finding:
        study = comparison.study
        later = _summed(study, table, "n_later", "half_way")
        kept = rows.loc[~rows["later"], ["account_id", "group", "stratum", "acted", "n", "weight"]]
        cells = engine.group(kept.rename(columns={"n": "count"}).reset_index(drop=True))
        held, alike = replace(study, cells=cells), reads_alike(comparison)
        margin = study.design.margin
        threshold = (
            f"the censored gap inside ±{margin_points(margin)}"
            if alike
            else "the censored gap keeps its sign"
        )
        if why := no_support(held):
            says += f" Without the {later} posts after it nothing is left to compare: {why}."
            return Finding(self.name, float("nan"), threshold, False, says, table=table)
        full = comparison.primary()
        found = effect(held, by="post", stratified=study.design.primary == "standardised")
        shown = (
            interval(found.conf_low, found.conf_high, confidence=study.design.confidence)
            or "no interval"
        )
        says += (
            f" Without the {later} posts after it the gap is {points(found.estimate)} ({shown}); "
            f"with them it is {points(full.estimate)}."
        )
        gap = float(found.estimate)
        passed = abs(gap) < margin if alike else same_sign(gap, full.estimate)
        return Finding(self.name, gap, threshold, bool(passed), says, table=table)


def placed(study: Study) -> pd.DataFrame:
    """Return the compared rows with how each stands to the first ban of its account.

    Added columns: suspended, banned (of its account), later (posted after the first such action
    was taken), dated (whether that can be told).
    """
    loaded, rows = study.loaded.frame, study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE))].copy()
    ends = loaded[loaded["action"].isin(ENDS_POSTING)]
    for name, rung in (("suspended", "suspend"), ("banned", "ban")):
        rows[name] = rows["account_id"].isin(set(ends.loc[ends["action"] == rung, "account_id"]))
    rows["later"], rows["dated"] = False, False
    if all(c in loaded for c in NEEDED):
        first = ends.groupby("account_id")["acted_at"].min().dropna()
        since = first.reindex(rows["account_id"]).set_axis(rows.index)
        rows["dated"] = since.notna() & rows["posted_at"].notna()
        rows["later"] = rows["dated"] & (rows["posted_at"] > since).fillna(False)
        rows["no_date"] = since.isna()
    else:
        rows["no_date"] = True
    return rows


def by_class(study: Study, rows: pd.DataFrame) -> pd.DataFrame:
    """Return the counts by class, columns `BAN_COLUMNS`.

    accounts; of them suspended, banned; half_way: those with posts both up to and after the first
    such action; no_date: those for which none of the actions is dated; n: posts of the suspended
    or banned; n_later: those posted after it; n_no_date: those that cannot be placed.
    """
    out = []
    for name, group in ((study.design.focal, FOCAL), (study.design.references[0], REFERENCE)):
        mine = rows[rows["group"] == group]
        ended = mine[mine["suspended"] | mine["banned"]]
        by = ended.groupby("account_id")["later"]
        half = by.any() & ~by.all()
        row: dict[str, Any] = {
            "account_class": name,
            "accounts": mine["account_id"].nunique(),
            "half_way": int(half.sum()),
            "no_date": ended.loc[ended["no_date"], "account_id"].nunique(),
            "n": int(ended["n"].sum()),
            "n_later": int(ended.loc[ended["later"], "n"].sum()),
            "n_no_date": int(ended.loc[~ended["dated"], "n"].sum()),
        }
        for what in ("suspended", "banned"):
            row[what] = mine.loc[mine[what], "account_id"].nunique()
        out.append(row)
    return pd.DataFrame(out, columns=list(BAN_COLUMNS))


def _counted(study: Study, table: pd.DataFrame) -> str:
    """Say how many accounts of each class were suspended or banned."""
    clauses = [_clause(study, row) for row in table.to_dict("records")]
    text = "; ".join(clauses)
    return f"{text[0].upper()}{text[1:]}."


def _clause(study: Study, row: dict[Hashable, Any]) -> str:
    """Say it of one class; a few people who hold no office are a symbol, and none are none."""
    least = study.design.smallest_cell

    def said(n: int) -> str:
        few = shields(study, str(row["account_class"])) and 0 < n < least
        return SYMBOL if few else count(n)

    text = (
        f"{said(row['suspended'])} were suspended and {said(row['banned'])} banned of "
        f"{many(row['accounts'], words(row['account_class']) + ' account')}, "
        f"{said(row['half_way'])} with posts before and after"
    )
    return f"{text} ({SYMBOL}: fewer than {setting(least)})" if SYMBOL in text else text


def _summed(study: Study, table: pd.DataFrame, posts: str, people: str) -> str:
    """Return posts of both classes; a symbol where a few people who hold no office wrote some."""
    few = [
        shields(study, str(name)) and n > 0 and k < study.design.smallest_cell
        for name, n, k in zip(table["account_class"], table[posts], table[people], strict=True)
    ]
    return SYMBOL if any(few) else count(table[posts].sum())


def _undated(study: Study, table: pd.DataFrame) -> str:
    lost = int(table["n_no_date"].sum())
    if not lost:
        return ""
    said = _summed(study, table, "n_no_date", "no_date")
    noun = "post" if said == "1" else "posts"
    return f" {said} {noun} of such accounts cannot be dated against the action, and stay."
