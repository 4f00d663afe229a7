"""Which published exemption covers which post, if any, and from what it spares the post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.cells import REFERENCE
from audit.design import words
from audit.errors import DesignError
from audit.exempted.ordinary import focal_posts

if TYPE_CHECKING:
    from audit.regimes import Exemptions
    from audit.study import Study

BINS: Mapping[str, str] = {
    "inside": "under a published exemption",
    "not_spared": "exempt, but not from this outcome",
    "outside_dates": "outside the dates of an exemption",
    "none": "no published exemption",
    "not_recorded": "date, platform or rule not recorded",
}
"""The bins in the order of the ledger; every compared focal post is in exactly one."""
EXAMPLE = (
    'Write exemptions = { path = "exemptions.csv" } in the design, a table with the columns '
    "platform, rule, account_class, ceiling, start, end, quote and source; or pass exemptions= "
    "to enroll."
)
DAY = pd.Timedelta(days=1)


def binned(study: Study) -> pd.DataFrame:
    """Return the focal posts with the bin each falls in.

    Returns
    -------
    DataFrame
        `focal_posts` with bin (a key of `BINS`), exemption (its number in the table, from 1;
        missing where none concerns the post), ceiling, spares (whether that ceiling lies below
        every rung of the outcome), and days (0 inside its dates; negative before they begin,
        positive or zero after they end).

    Raises
    ------
    DesignError
        No exemptions, columns to read them by are absent, a ceiling is not on the ladder of the
        cases, or the outcome is a reversal.
    """
    rules = _own(required(study), study.design.focal)
    _fits(study, rules)
    posts = focal_posts(study)
    spares = spared(study, rules)
    found = nearest(rules, posts)
    hint = nearest(rules[spares], posts)  # what could have spared the post goes before what not
    swap = ~found["covered"] & (hint["exemption"] > 0)
    found[swap] = hint[swap]
    number = found["exemption"].where(found["exemption"] > 0).astype("Int64")
    ceiling = number.map(rules["ceiling"]).astype("str")
    does = number.isin(spares.index[spares])
    names = np.select(
        [_undecided(rules, posts), found["covered"] & does, found["covered"], number.notna()],
        ["not_recorded", "inside", "not_spared", "outside_dates"],
        "none",
    )
    return posts.assign(
        bin=names, exemption=number, ceiling=ceiling, spares=does, days=found["days"]
    )


def required(study: Study) -> Exemptions:
    """Return the study's exemptions, or say how to give them."""
    if study.exemptions is None:
        raise DesignError(f"This study has no published exemptions to split its gap by. {EXAMPLE}")
    return study.exemptions


def nearest(rules: pd.DataFrame, posts: pd.DataFrame) -> pd.DataFrame:
    """Return the exemption that covers each post, or else the one nearest in time.

    Parameters
    ----------
    rules : DataFrame
        Exemptions of the posts' own class, their index the numbers to return.
    posts : DataFrame
        platform, rule and posted_at; a column that is absent is missing in every row.

    Returns
    -------
    DataFrame
        exemption (0 for none), covered, days. One for the rule goes before one for all rules of
        the platform, as in `Exemptions.covering`.
    """
    out = pd.DataFrame({"exemption": 0, "covered": False, "days": np.nan}, index=posts.index)
    when, platform, rule = _read(posts)
    for row in rules.sort_values("rule", na_position="first", kind="stable").itertuples():
        concerns = platform.eq(row.platform) & when.notna()
        concerns &= True if pd.isna(row.rule) else rule.eq(row.rule)
        late = (when >= row.end) if not pd.isna(row.end) else pd.Series(False, index=when.index)
        early = when < row.start
        days = ((when - row.start) / DAY).where(early, 0.0)
        if late.any():
            days = days.where(~late, (when - row.end) / DAY)
        inside = concerns & ~early & ~late
        closer = concerns & ~out["covered"] & ~(days.abs() > out["days"].abs())
        take = inside | closer
        out.loc[take, "exemption"] = row.Index
        out.loc[take, "days"] = days[take]
        out.loc[inside, "covered"] = True
    return out


def spared(study: Study, rules: pd.DataFrame) -> pd.Series:
    """Return whether each exemption's ceiling lies below every rung of the outcome."""
    ladder = study.cases.ladder
    lowest = ladder.rank(study.design.outcome.rungs(ladder)).min()
    return pd.Series(ladder.rank(rules["ceiling"]) < lowest, index=rules.index, dtype=bool)


def reference_spared(study: Study) -> int:
    """Return how many compared reference posts an exemption of their own class spares."""
    name = study.design.references[0]
    rules = _own(required(study), name)
    rungs = study.cases.ladder.rungs
    rules = rules[rules["ceiling"].isin(rungs)]
    rules = rules[spared(study, rules)]
    rows = study.rows()
    kept = set(study.compared().frame["stratum"])
    rows = rows[(rows["group"] == REFERENCE) & rows["stratum"].isin(kept)]
    return int(rows.loc[nearest(rules, rows)["covered"], "n"].sum())


def _own(exemptions: Exemptions, account_class: str) -> pd.DataFrame:
    """Return the exemptions of a class, numbered from 1 as they stand in the whole table."""
    frame = exemptions.frame
    numbered = frame.set_axis(pd.RangeIndex(1, len(frame) + 1))
    return numbered[numbered["account_class"].eq(account_class)]


def _fits(study: Study, rules: pd.DataFrame) -> None:
    faults = []
    if study.design.outcome.reversed:
        faults.append(
            "The outcome is a reversal, and an exemption says what a post may meet, not what is "
            "taken back. Try: an outcome at_least or any_of."
        )
    needed = ["platform", "posted_at", *(["rule"] if rules["rule"].notna().any() else [])]
    absent = [c for c in needed if c not in study.cases.frame]
    if absent:
        faults.append(
            f"Exemptions hold for a platform, a rule and dates, and the cases have no column "
            f"{' and no column '.join(map(repr, absent))}."
        )
    rungs = study.cases.ladder.rungs
    strange = sorted(set(rules["ceiling"]) - set(rungs))
    if strange:
        faults.append(
            f"The ceiling {', '.join(words(s) for s in strange)} is no rung of the cases' ladder; "
            f"allowed: {', '.join(words(r) for r in rungs)}."
        )
    if faults:
        raise DesignError("The gap cannot be split by exemptions. " + " ".join(faults))


def _undecided(rules: pd.DataFrame, posts: pd.DataFrame) -> pd.Series:
    """Return the posts that lack what says whether an exemption covers them."""
    when, platform, rule = _read(posts)
    by_rule = set(rules.loc[rules["rule"].notna(), "platform"])
    return when.isna() | platform.isna() | (rule.isna() & platform.isin(by_rule))


def _read(posts: pd.DataFrame) -> tuple[pd.Series, pd.Series, pd.Series]:
    absent = pd.Series(None, index=posts.index, dtype="str")
    when = posts.get("posted_at", pd.Series(pd.NaT, index=posts.index, dtype="datetime64[us, UTC]"))
    names = (posts.get(c, absent).astype("str") for c in ("platform", "rule"))
    return (when, *names)
