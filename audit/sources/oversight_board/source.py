"""Decisions of the Meta Oversight Board as cases: what Meta had done, and whether it was undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar

import pandas as pd

from audit.cases import Cases
from audit.errors import Fault, SchemaError
from audit.origin import Origin, locate
from audit.reading.files import read_table
from audit.reading.folders import files_of
from audit.reading.provenance import origin_of
from audit.schema import Column
from audit.sources.oversight_board.rules import (
    DIRECTIONS,
    HAND_CHECKED,
    LEAVE_UP,
    MIXED,
    REMOVAL,
    UNDECIDED,
    account_of,
    direction_of,
)

NEEDED = ("slug", "title", "date", "category", "outcome", "summary", "body")
UNUSED = ("url", "year", "month", "topics", "Geographic Region", "text_length", "word_count")
OUTCOMES = {"Overturned": True, "Upheld": False}
PLATFORMS = {"fb": "Facebook", "ig": "Instagram", "th": "Threads", "bun": "several"}
DATE = "%B %d, %Y"
ACCOUNT_RESTRICTED = r"(?:restrict|suspend)[^.]{0,60}access to post"

STEPS: tuple[tuple[Callable[[pd.DataFrame], pd.Series], str], ...] = (
    (lambda f: f["outcome"].notna(), "the Board gave no decision"),
    (
        lambda f: f["told"] != MIXED,
        "posts of one decision met different ends, or went in both directions",
    ),
    (lambda f: f["told"] != UNDECIDED, "no rule says what Meta had decided"),
)
"""Which rows stay at each step, and why the others leave."""


@dataclass(frozen=True, slots=True)
class OversightBoard:
    """Decisions published by the Oversight Board, one row each, coded from their text.

    Parameters
    ----------
    path : str
        A CSV with the columns of `NEEDED`.

    Notes
    -----
    "Overturned" mixes two things: a removal that was undone, and a post left up that should have
    gone. `direction` tells them apart (overturned_removal, overturned_leave_up, upheld_removal,
    upheld_leave_up) by the rules of `rules.DIRECTIONS`, in their order; a bundle whose
    posts had both outcomes or both directions leaves through the ledger, as does a decision that
    no rule decides, and neither is guessed. `action` is "remove" (or "suspend" for an account) or
    "none"; `reversed` says of a removal whether the Board overturned it, and is missing where
    nothing had been removed. `account_class` is "unknown" wherever no rule of
    `rules.ACCOUNTS` decides it: "a user" is no class.

    References
    ----------
    https://www.oversightboard.com/decision/
    """

    path: str

    name: ClassVar[str] = "oversight_board"
    title: ClassVar[str] = "Decisions of the Meta Oversight Board"
    question: ClassVar[str] = (
        "Of the removals that the Board took up, how many it overturned, and of the posts left up, "
        "how many it wanted gone."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "The Board chose these cases among very many appeals, for being hard or of principle: a "
        "share overturned is none of Meta's errors.",
        "Only reversal on appeal is in it; what was never appealed, or was put right without the "
        "Board, is not.",
        "A decision can be on several posts. Those with both outcomes or both directions have no "
        "one direction and are left out.",
        f"What Meta had done is read off the text by patterns. {HAND_CHECKED}",
        "Most decisions do not say what the account was, so classes cannot be compared: the few "
        "that are told were told for being leaders, bodies or news outlets.",
        "Who posted is not recorded by name or number, so there is no inference by account.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("direction", "category", "no", "outcome and what Meta had done, as one"),
        Column("direction_rule", "category", "no", "the rule that decided what Meta had done"),
        Column("class_rule", "category", "no", "the rule that decided the class"),
        Column("posts", "whole", "no", "posts that the decision is on, as its page lists them"),
        Column("decided_at", "time", "no", "midnight of the day of the decision", unit="UTC"),
    )

    def load(self) -> Cases:
        """Return the decisions with one direction as cases; the others leave through the ledger.

        Raises
        ------
        SchemaError
            The file lacks a column, has one that is not known, or a value that cannot be read.
        SourceError
            There is no such file.
        """
        path = locate(self.path)
        cases = Cases(
            _as_cases(_read(path)), (self._origin(path),), extra_columns=self.extra_columns
        )
        for stay, because in STEPS:
            stays = stay(cases.frame)
            if not stays.all():
                cases = cases.keep(stays, because=because)
        return replace(cases, frame=cases.frame.drop(columns=["outcome", "told"]))

    def by_rule(self) -> pd.DataFrame:
        """Return how many decisions each rule decided: rule, outcome, direction, decisions."""
        found = _as_cases(_read(locate(self.path)))
        found["outcome"] = found["outcome"].map({True: "Overturned", False: "Upheld"})
        keys = found.assign(direction=found["told"], rule=found["direction_rule"])
        order = [*(r.name for r in DIRECTIONS), "both_outcomes", "no_rule"]
        counts = keys.groupby(["rule", "outcome", "direction"], dropna=False).size()
        rows = counts.rename("decisions").reset_index()
        place = {name: k for k, name in enumerate(order)}
        return rows.sort_values("rule", key=lambda r: r.map(place), ignore_index=True)

    def _origin(self, path: Path) -> Origin:
        site = "https://www.oversightboard.com/decision/"
        known = Origin(
            self.name, self.title, "Oversight Board", site, "", "not stated", limits=self.limits
        )
        return origin_of(files_of(path.name, [path]), known)


def _read(path: Path) -> pd.DataFrame:
    table = read_table(path)
    frame, faults = table.frame, list(table.faults)
    for name in NEEDED:
        if name not in frame:
            faults.append(Fault("is missing", name, allowed=", ".join(NEEDED)))
    known = ", ".join((*NEEDED, *UNUSED))
    faults += [
        Fault("is not a column this reader knows", name, allowed=known)
        for name in frame
        if name not in NEEDED and name not in UNUSED
    ]
    if not faults:
        faults = _values(frame)
    if faults:
        raise SchemaError(repr(path.name), faults)
    return frame.assign(decided_at=pd.to_datetime(frame["date"], format=DATE, utc=True))


def _values(frame: pd.DataFrame) -> list[Fault]:
    outcome = frame["outcome"]
    dates = pd.to_datetime(frame["date"], format=DATE, errors="coerce")
    checks = (
        (
            "outcome",
            outcome.notna() & ~outcome.isin(list(OUTCOMES)),
            "is no outcome",
            "Overturned, Upheld",
        ),
        (
            "slug",
            frame["slug"].isna() | frame["slug"].duplicated(),
            "is empty or there twice",
            "an id",
        ),
        (
            "slug",
            ~frame["slug"].str.partition("-")[0].isin(list(PLATFORMS)),
            "begins with no platform",
            "fb-…, ig-…, th-…, bun-…",
        ),
        ("date", dates.isna(), "is no date", "May 15, 2025"),
        ("body", frame["body"].isna(), "is empty", "the text of the decision"),
    )
    out = []
    for column, bad, what, allowed in checks:
        rows = tuple(int(r) for r in frame.index[bad.fillna(True)])
        if rows:
            value = repr(str(frame.loc[rows[0], column])[:60])
            out.append(Fault(what, column, rows, value, allowed))
    return out


def _as_cases(frame: pd.DataFrame) -> pd.DataFrame:
    """Return every row of the file as a case, those without one direction included."""
    texts = list(zip(frame["summary"].fillna(""), frame["body"], strict=True))
    listed = [re.findall(r"^(Overturned|Upheld)$", b, re.MULTILINE) for _, b in texts]
    posts = [max(1, len(found)) for found in listed]
    told = [direction_of(s, b, found) for (s, b), found in zip(texts, listed, strict=True)]
    account = [account_of(s, b, n) for (s, b), n in zip(texts, posts, strict=True)]
    over = frame["outcome"].map(OUTCOMES).astype("boolean")
    direction = pd.Series([d for d, _ in told], frame.index)
    removed = direction.eq(REMOVAL)
    suspended = pd.Series([bool(re.search(ACCOUNT_RESTRICTED, s)) for s, _ in texts], frame.index)
    said = over.map({True: "overturned_", False: "upheld_"}).astype("str") + direction
    action = pd.Series("none", frame.index).mask(removed, "remove")
    return pd.DataFrame(
        {
            "case_id": frame["slug"],
            "account_id": pd.Series(None, frame.index, dtype="str"),
            "account_class": [c for c, _ in account],
            "action": action.mask(removed & suspended, "suspend"),
            "platform": frame["slug"].str.partition("-")[0].map(PLATFORMS),
            "rule": frame["category"].fillna("").map(_standard).astype("str"),
            "reversed": over.where(removed),
            "count": 1,
            "direction": said.where(direction.isin([REMOVAL, LEAVE_UP])),
            "direction_rule": [r for _, r in told],
            "class_rule": [r for _, r in account],
            "posts": posts,
            "decided_at": frame["decided_at"].astype("datetime64[us, UTC]"),
            "outcome": over,
            "told": direction,
        }
    )


def _standard(category: str) -> str | None:
    """Return the Community Standard that a category names, None where it names none.

    Pages scraped whole run their labels together; others have a recommendation in this cell.
    """
    inside = re.search(r"Community ?Standard(.+?)(?:Region|Attachments|$)", category)
    if inside:
        return inside[1].strip()
    plain = category and len(category) <= 60 and "." not in category and "Topic" not in category
    return category if plain else None
