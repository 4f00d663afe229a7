"""Office dates checked against published rosters, and the dated roster made of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import yaml
from partial_dates import certainly_from, certainly_until, day_after, span

from audit.errors import SourceError

REIGN = "REIGN leader list of March 2021"
CONGRESS = "congress-legislators (CC0)"
REIGN_ENDS = pd.Timestamp("2021-03-01")  # a spell that ended later is not in that file
IN_REIGN = {
    "Abiy Ahmed": "Abiy Ahmed",
    "Ali Khamenei": "Khamenei",
    "Ali Khamenei (linked account)": "Khamenei",
    "Alvaro Uribe": "Alvaro Uribe Velez",
    "Andres Manuel Lopez Obrador": "Lopez Obrador",
    "Benjamin Netanyahu": "Netanyahu",
    "Hun Sen": "Hun Sen",
    "Jair Bolsonaro": "Bolsonaro",
    "Mahathir Mohamad": "Mahathir Bin Mohamed",
    "Muhammadu Buhari": "Buhari",
    "Nicolas Maduro": "Nicolas Maduro",
    "Vladimir Putin and others": "Putin",
}
"""Persons whose office REIGN codes (effective leaders only), by its spelling."""

IN_CONGRESS = {
    "Donald Trump": ("executive.yaml", "Donald", "Trump", "prez"),
    "Jim Banks": ("legislators-current.yaml", "Jim", "Banks", "rep"),
    "Marjorie Taylor Greene": (
        "legislators-current_asof_2021-01-08.yaml", "Marjorie", "Greene", "rep",
    ),
    "Matt Gaetz": ("legislators-current_asof_2021-01-08.yaml", "Matt", "Gaetz", "rep"),
}  # fmt: skip
DOCUMENTED_ONLY = frozenset(
    {"former_head_of_state", "former_head_of_government", "gov_institution", "state_linked_account"}
)
"""Classes to which the office dates of the row do not belong: a former holder's, or a patron's."""


@dataclass(frozen=True, slots=True)
class Listed:
    """One spell as a published roster has it; `end` is "" where the roster leaves it open."""

    roster: str
    start: str
    end: str
    covers_end: bool


def reign_spells(rosters: Path) -> pd.DataFrame:
    """Return REIGN's spells: leader, start (day), end (month or "")."""
    path = rosters / "reign_leaderlist_2021-03.csv"
    frame = pd.read_csv(path, encoding="latin-1", dtype="str", keep_default_na=False)
    frame = frame[frame["syear"] != ""]
    start = frame["syear"] + "-" + frame["smonth"].str.zfill(2) + "-" + frame["sdate"].str.zfill(2)
    end = (frame["eyear"] + "-" + frame["emonth"].str.zfill(2)).where(frame["eyear"] != "", "")
    return pd.DataFrame({"leader": frame["leader"], "start": start, "end": end})


def congress_terms(rosters: Path) -> dict[str, Listed]:
    """Return the unbroken run of terms of each person in `IN_CONGRESS` that holds the office."""
    found, read = {}, {}
    for person, (name, first, last, kind) in IN_CONGRESS.items():
        path = rosters / "congress_legislators" / name
        if name not in read:
            read[name] = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
        entries = [
            e for e in read[name] if (e["name"]["first"], e["name"]["last"]) == (first, last)
        ]
        if len(entries) != 1:
            raise SourceError(f"{name} has {len(entries)} entries for {person}; allowed: one.")
        terms = [t for t in entries[0]["terms"] if t["type"] == kind]
        run = terms[:1]
        for term in terms[1:]:
            if term["start"] <= run[-1]["end"]:
                run.append(term)
        # an older file has scheduled ends only
        covers = "_asof_" not in name
        found[person] = Listed(f"{CONGRESS}, {name}", run[0]["start"], run[-1]["end"], covers)
    return found


def listed(frame: pd.DataFrame, rosters: Path) -> dict[tuple[str, str], Listed]:
    """Return the published spell nearest to each person's given start, by (person, start)."""
    reign, congress = reign_spells(rosters), congress_terms(rosters)
    pairs = frame.loc[frame["office_start"] != "", ["person", "office_start", "office_end"]]
    found: dict[tuple[str, str], Listed] = {}
    for person, start, end in pairs.drop_duplicates().itertuples(index=False):
        if person in congress:
            found[person, start] = congress[person]
        elif person in IN_REIGN:
            spells = reign[reign["leader"] == IN_REIGN[person]]
            gap = (pd.to_datetime(spells["start"]) - pd.Timestamp(start)).abs()
            spell = spells.loc[gap.idxmin()]
            covers = bool(spell["end"]) or (end != "" and pd.Timestamp(end) < REIGN_ENDS)
            found[person, start] = Listed(REIGN, spell["start"], spell["end"], covers)
    return found


def judged(given: tuple[str, str, str], spell: Listed | None) -> tuple[str, str]:
    """Return how far a published roster bears out the dates, and in words what it has."""
    start, end, before = given
    if start == "":
        return "", ""
    if spell is None:
        return ("verified", "the source cited") if before == "verified" else ("unverified", "")
    has = f"{spell.roster}: from {spell.start}" + (f" to {spell.end}" if spell.covers_end else "")
    agrees = (
        end.startswith(spell.end) if spell.end else end == ""
    )  # REIGN gives the month of an end
    if start != spell.start or (spell.covers_end and not agrees):
        return "conflict", has
    return ("verified" if spell.covers_end else "start_verified"), has


def checked_offices(frame: pd.DataFrame, rosters: Path) -> pd.DataFrame:
    """Return the decisions with `office_dates_verification` judged against the rosters."""
    spells = listed(frame, rosters)
    dates = frame[["office_start", "office_end", "office_dates_verification"]]
    results = [
        judged((start, end, before), spells.get((person, start)))
        for person, (start, end, before) in zip(
            frame["person"], dates.itertuples(index=False), strict=True
        )
    ]
    frame = frame.copy()
    frame["office_dates_verification"] = [r[0] for r in results]
    frame["office_dates_checked_against"] = [r[1] for r in results]
    return frame


def documented(rows: pd.DataFrame) -> tuple[str, str]:
    """Return the first and last day on which the decisions show the class for certain.

    A month counts from its first day for the end and to its last day for the start, so that no day
    is claimed that the sources leave open; where only one such date exists, its whole span is.
    """
    days = [span(date) for c in ("content_date", "action_date") for date in rows[c] if date]
    first, last = min(end for _, end in days), max(start for start, _ in days)
    if first > last:
        return min(start for start, _ in days), max(end for _, end in days)
    return first, last


def roster(frame: pd.DataFrame) -> pd.DataFrame:
    """Return one row per account and spell; `start` is inclusive, `end` exclusive.

    A spell is cut to the days that lie inside the given dates for certain. Where no end was given,
    and for former holders and accounts without an office, it ends with the last day documented:
    outside a spell the class is unknown.
    """
    spells = [
        spell(rows, frame[office_of(frame) == office_of(rows).iloc[0]])
        for _, rows in frame.groupby(["account_id", "office_class"], sort=True)
    ]
    return pd.DataFrame(spells).sort_values(["account_id", "start"]).reset_index(drop=True)


def office_of(frame: pd.DataFrame) -> pd.Series:
    """Return what names one holding of one office, as text."""
    return frame["person"] + "|" + frame["office_class"] + "|" + frame["office_start"]


def spell(rows: pd.DataFrame, holding: pd.DataFrame) -> dict[str, str]:
    """Return the spell of one account in one class; `holding` has all accounts of the office."""
    row, (start, last) = rows.iloc[0], documented(rows)
    end, basis = day_after(last), "last day documented"
    if row["office_start"] and row["office_class"] not in DOCUMENTED_ONLY:
        start, end = certainly_from(row["office_start"]), day_after(documented(holding)[1])
        if row["office_end"]:
            end, basis = certainly_until(row["office_end"]), "office_end"
    same = (
        "account_id",
        "office_class",
        "account_class",
        "person",
        "office",
        "platform",
        "account",
    )
    return {c: row[c] for c in same} | {
        "start": start, "end": end, "start_given": row["office_start"],
        "end_given": row["office_end"], "end_basis": basis,
        "office_dates_verification": row["office_dates_verification"],
        "checked_against": row["office_dates_checked_against"],
        "source": "decisions " + " ".join(rows["case_id"]),
    }  # fmt: skip
