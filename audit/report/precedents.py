"""The table of precedents: focal cases, each above the ordinary cases nearest to it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from audit.design import opening, words
from audit.disclosure import HIDDEN, mask, shields
from audit.numerals import count, many
from audit.outcome import participle
from audit.report.blocks import Column, Table
from audit.report.docket import LONGEST_CALLED, case_names, chosen_cases, hidden_strata
from audit.report.sections import hidden_notes, source_line
from audit.report.table import table
from audit.text import visible

if TYPE_CHECKING:
    from audit.docket import Docket

MOST = 6
"""Focal cases printed with their precedents; all others are for `Docket.precedents`."""


def precedents_tables(
    docket: Docket, *, id: str = "tbl-precedents", most: int = MOST
) -> list[Table]:
    """Return at most `most` focal cases with their nearest ordinary cases; no table where none.

    The cases are chosen as for the table of cases (`chosen_cases`), among those whose stratum shows
    its ordinary side. Ordinary accounts stand under numbers, their posts without id and dated to
    the month; what else they share with the case is shown where at least as many accounts share it
    as a shown cell needs.
    """
    study = docket.comparison.study
    shown = chosen_cases(docket, most, without=hidden_strata(docket))
    parts = [_nearest(docket, case) for case in shown.case_id]
    parts = [part for part in parts if len(part)]
    if not parts:
        return []
    frame = pd.concat(parts, ignore_index=True)
    if HIDDEN in frame:
        frame[HIDDEN] = frame[HIDDEN].fillna("")
    frame["posted_at"] = pd.to_datetime(frame["posted_at"], utc=True).dt.strftime("%Y-%m")
    reference = words(study.design.references[0])
    wanted: dict[str, str | tuple[str, str] | Column] = {
        "account": Column("Nearest " + reference + " posts", limit=LONGEST_CALLED),
        "posted_at": "Posted",
        "action": Column("Action", limit=40),
        "n": ("Posts", ",d"),
    }
    wanted |= {c: Column(words(c).capitalize(), limit=60) for c in docket.matched}
    if (frame["n"] == 1).all():
        del wanted["n"]
    wanted = {k: v for k, v in wanted.items() if frame[k].notna().any()}
    return [
        table(
            frame,
            id=id,
            title=f"{opening(study.design.focal)} posts beside their nearest {reference} "
            "precedents",
            columns=wanted,
            group="case",
            notes=[*_notes(docket, len(parts)), *hidden_notes(study, frame)],
            source=source_line(study.loaded),
            simulated=study.cases.simulated,
        )
    ]


def _nearest(docket: Docket, case: str) -> pd.DataFrame:
    """Return the precedents of a case, without what too few accounts have in common."""
    found = docket.precedents(case).assign(case=_called(docket, case))
    study = docket.comparison.study
    if found.empty or not shields(study, study.design.references[0]):
        return found
    few = docket.accounts_like(case, found) < study.design.smallest_cell
    return mask(found, few, docket.matched)


def _called(docket: Docket, case_id: str) -> str:
    """Return a case with its stratum, day and action, as the heading of its precedents."""
    case = docket.cases.loc[docket.cases["case_id"] == case_id].iloc[0]
    day = "" if pd.isna(case["posted_at"]) else f"{case['posted_at']:%Y-%m-%d}"
    who = case["account"] if docket.named else ""
    name = case_names(docket, pd.Series([case_id])).iloc[0]
    what = [visible(name, 40), visible(who, LONGEST_CALLED), day, visible(case["stratum"], 80)]
    return ", ".join(t for t in what if t) + f": {_met(docket, str(case['action']))}"


def _met(docket: Docket, action: str) -> str:
    lowest = docket.comparison.study.cases.ladder.rungs[0]
    return "not acted on" if action == lowest else participle(action)


def _notes(docket: Docket, cases: int) -> list[str]:
    cases_known = docket.cases[docket.cases["chance"].notna()]
    known = int((~cases_known["stratum"].isin(hidden_strata(docket))).sum())
    which = (
        "whose outcome was furthest from its chance (ties evenly by date)"
        if docket.named
        else "evenly by date"
    )
    near = [f"most alike in {' and '.join(map(words, docket.matched))}"] if docket.matched else []
    near += ["nearest in date"]
    return [
        f"{count(cases)} of {many(known, 'comparable case')}, {which}. Precedents are of the same "
        f"stratum, {', then '.join(near)}; accounts under numbers, without ids. They illustrate "
        "the chance and are no sample."
    ]
