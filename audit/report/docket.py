"""The tables of the docket: focal cases and focal accounts beside ordinary treatment."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.design import LONGEST_NAME, opening, words
from audit.disclosure import OFFICIALS, mask, resting
from audit.disclosure.precision import why_rounded
from audit.docket.leaders import leaders
from audit.numerals import count, level, many
from audit.report.blocks import Column, Prose, Table, prose
from audit.report.sections import POINTS, hidden_notes, source_line
from audit.report.table import table

if TYPE_CHECKING:
    from audit.docket import Docket

TIED = 9  # decimals to which two distances are the same
MOST = 40
"""Cases printed; the rest are counted."""
LONGEST_CALLED = LONGEST_NAME + 20
"""Characters of what an account is called: its class and, at the end, its number."""


def docket_table(docket: Docket, *, id: str = "tbl-docket", most: int = MOST) -> Table | Prose:
    """Return focal cases beside their chance, by date, at most `most` of them.

    Where the rung licenses names, those whose outcome lay furthest from their chance; below it
    cases spread evenly over time and without their accounts, since singling out by an estimate is
    not licensed. Cases without support have no chance and are counted in a note, as are those of
    strata whose ordinary side is hidden: which of them is furthest would tell its rate.
    """
    study = docket.comparison.study
    frame = docket.to_frame()
    known = frame[frame["chance"].notna()]
    if known.empty:
        return prose("No case has a comparable one, so none has a chance.")
    gone = hidden_strata(docket)
    shown = chosen_cases(docket, most, without=gone).assign(
        acted=lambda rows: rows["acted"].map({True: "yes", False: "no"}),
        posted_at=lambda rows: days_of(rows["posted_at"]),
        case_id=lambda rows: case_names(docket, rows["case_id"]),
    )
    did = study.design.outcome.verb
    return table(
        shown,
        id=id,
        title=f"{opening(study.design.focal)} posts, case by case",
        subtitle=f"Chance of being {did}, at {words(study.design.references[0])} accounts’ rates",
        columns={
            "case_id": Column("Case", limit=40),
            **({"account": Column("Account", limit=LONGEST_CALLED)} if docket.named else {}),
            "posted_at": "Posted",
            "stratum": Column("Stratum", limit=80),
            "action": "Action",
            "acted": "Acted on",
            "chance": ("Chance", ".0%"),
            "conf_low": ("Low", ".0%"),
            "conf_high": ("High", ".0%"),
            "expected_rung": "Usual action",
            "reference_accounts": ("Rests on accounts", ",d"),
        },
        notes=[
            *_chosen(docket, frame, known, shown),
            _limits(docket),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        limit=max(most, 1),
    )


def leaders_table(docket: Docket, *, id: str = "tbl-leaders") -> Table | Prose:
    """Return observed against expected for each focal account, and the gap without it.

    Both are of the posts in strata that are shown: see `audit.disclosure.resting`.
    """
    study = docket.comparison.study
    if not study.has_accounts:
        return prose("Some rows carry no account, so none can be set beside the others.")
    frame = shown_leaders(docket)
    frame["gap_without"] = frame["gap_without"] * POINTS
    apart = {"n_hidden": ("In hidden strata", ",d")} if frame["n_hidden"].any() else {}
    order = "by difference" if docket.named else "by number of posts, under numbers"
    return table(
        frame,
        id=id,
        title=f"Observed against expected, by {words(study.design.focal)} account",
        subtitle=f"Posts {study.design.outcome.verb}",
        columns={
            "account": Column("Account", limit=LONGEST_CALLED),
            "n": ("Posts compared", ",d"),
            "share": ("Share", ".1%"),
            "observed": ("Observed", ",.1f"),
            "expected": ("Expected", ",.1f"),
            "difference": ("Difference", "+,.1f"),
            "gap_without": ("Gap without it, points", "+.1f"),
            **apart,
            "n_unsupported": ("Without like", ",d"),
        },
        notes=[
            f"Accounts stand {order}. No interval: this describes the posts of these accounts. "
            "“Gap without it”: the gap of the class with the account left out.",
            *([APART] if apart else []),
            *hidden_notes(study, frame),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why_rounded(study),
    )


def shown_leaders(docket: Docket) -> pd.DataFrame:
    """Return `Docket.leaders` over the strata that are shown, with `n_hidden`, posts of the others.

    The gap without an account that has such posts is hidden, and what is expected of one that has
    no others.
    """
    study = docket.comparison.study
    posts = resting.over_shown_strata(study, docket.looked_up)
    frame = leaders(posts, by_difference=docket.named)
    apart = posts[posts["hidden"]].groupby("account")["n"].sum()
    whole = docket.leaders.set_index("account")
    name = frame["account"]
    frame["n_hidden"] = name.map(apart).fillna(0).astype("int64")
    frame["n_unsupported"] -= frame["n_hidden"]
    frame["gap_without"] = name.map(whole["gap_without"])
    frame["share"] = name.map(whole["share"])
    frame = mask(frame, frame["n_hidden"] > 0, ("gap_without",))
    alone = (frame["n"] == 0) & (frame["n_hidden"] > 0)
    return mask(frame, alone, ("observed", "expected", "difference"))


APART = (
    "Observed and expected: posts of strata whose ordinary side is shown. The others are counted "
    "apart: beside an account’s posts, what was expected of them would tell hidden cells."
)


def hidden_strata(docket: Docket) -> frozenset[str]:
    """Return the strata whose ordinary side is hidden: none of their posts is an example."""
    return resting.hidden_strata(docket.comparison.study)


def case_names(docket: Docket, case_ids: pd.Series) -> pd.Series:
    """Return what cases are called in print: an official’s id where it is licensed, or a number.

    The id of a post leads to its account. Numbers follow the order of the docket's dates.
    """
    if docket.named and docket.comparison.study.design.focal in OFFICIALS:
        return case_ids
    dated = docket.cases.sort_values(["posted_at", "case_id"], kind="stable")["case_id"]
    numbers = {name: f"case {place}" for place, name in enumerate(dated, 1)}
    return case_ids.map(numbers)


def chosen_cases(
    docket: Docket, most: int, *, without: frozenset[str] = frozenset()
) -> pd.DataFrame:
    """Return the cases with a chance that a reader is shown, by date, at most `most` of them.

    Where the rung licenses singling out, those furthest from their chance; below it, cases spread
    evenly over time. `without` names strata whose cases are not shown.
    """
    known = docket.to_frame()[lambda cases: cases["chance"].notna()]
    known = known[~known["stratum"].isin(without)]
    if known.empty:
        return known
    dated = known.sort_values(["posted_at", "case_id"], kind="stable")
    shown = dated.loc[dated.index.isin(_furthest(known, most))] if docket.named else dated
    return shown.iloc[np.unique(np.linspace(0, len(shown) - 1, most).round().astype(int))]


def days_of(times: pd.Series) -> pd.Series:
    """Return times as days, missing where there is none."""
    return pd.to_datetime(times, utc=True).dt.strftime("%Y-%m-%d")


def _furthest(known: pd.DataFrame, most: int) -> pd.Index:
    """Return the rows furthest from their chance; a tie at the cut is spread evenly by date."""
    apart = (known["acted"] - known["chance"]).abs().round(TIED)
    if len(apart) <= most:
        return apart.index
    cut = apart.nlargest(most).min()
    sure = apart.index[apart > cut]
    tied = known[apart == cut].sort_values(["posted_at", "case_id"], kind="stable").index
    places = np.linspace(0, len(tied) - 1, most - len(sure)).round().astype(int)
    return sure.union(tied[np.unique(places)])


def _chosen(
    docket: Docket, frame: pd.DataFrame, known: pd.DataFrame, shown: pd.DataFrame
) -> list[str]:
    out = []
    gone = known["stratum"].isin(hidden_strata(docket))
    if gone.any():
        least = docket.comparison.study.design.smallest_cell
        out.append(
            f"{many(int(gone.sum()), 'comparable case')} of strata in which fewer than {least} "
            "accounts, or covers of such a stratum, stand on the other side: not printed."
        )
    known = known[~gone]
    rest = len(known) - len(shown)
    if rest:
        which = (
            "whose outcome was furthest from its chance (ties evenly by date)"
            if docket.named
            else "evenly by date"
        )
        out.append(
            f"The {count(len(shown))} of {many(len(known), 'comparable case')} {which}; the other "
            f"{count(rest)} are not printed."
        )
    left = len(frame) - len(known)
    if left:
        verb = "has" if left == 1 else "have"
        out.append(f"{many(left, 'case')} {verb} no like, and no number.")
    return out


def _limits(docket: Docket) -> str:
    study = docket.comparison.study
    name = words(study.design.references[0])
    if not study.has_accounts:
        return f"Rows carry no account, so no interval stands. Usual action: of {name} posts alike."
    return (
        f"{level(study.design.confidence)} intervals are about the {name} accounts with like "
        "posts, not about the decision. Usual action: the median rung of their posts."
    )
