"""The block log as cases: one for each block of a target, with what became of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import ClassVar

import pandas as pd

from audit.cases import Cases
from audit.errors import SourceError
from audit.ledger import counted
from audit.origin import Origin
from audit.reading.folders import Files
from audit.reading.provenance import origin_of
from audit.roster import Roster
from audit.schema import Column, Ladder
from audit.sources.wikipedia_blocks import steps
from audit.sources.wikipedia_blocks.classes import classes_of, pseudonyms
from audit.sources.wikipedia_blocks.episodes import stretches, with_outcomes
from audit.sources.wikipedia_blocks.log import find, read_log
from audit.sources.wikipedia_blocks.reasons import is_test, reason_of

RUNGS = (
    ("up_to_a_day", 24.0),
    ("up_to_a_week", 7 * 24.0),
    ("up_to_a_month", 31 * 24.0),
    ("up_to_a_year", 366 * 24.0),
    ("over_a_year", float("inf")),
)
"""Rungs of a block that ends, and the most hours of each; a block without an end is above them."""

INDEFINITE = "indefinite"
LADDER = Ladder(("none", *(name for name, _ in RUNGS), INDEFINITE))
FRAME = "enforced_only"
PRODUCER = "administrators of the wiki, in its public block log"
ABOUT = "https://www.mediawiki.org/wiki/API:Logevents"


@dataclass(frozen=True, slots=True)
class WikipediaBlocks:
    """Blocks of accounts and addresses, from the public log of a MediaWiki such as Wikipedia.

    Parameters
    ----------
    path : str or list of str
        A folder, a pattern such as "logs/2012-*.csv.gz", a file, or a list of these: dumps in
        batches of CSV (.csv, .csv.gz), responses of `action=query&list=logevents&letype=block`
        (.json), or lines of these or of their entries (.jsonl, .ndjson).
    roster : str, optional
        A file of dated roles by user name (`Roster`), such as administrators with start and end.
    burn_in_days : float, 0 or more
        Blocks in the first days of each time that the log covers are left out: these days only
        teach who has blocked before. See `summary.by_burn_in`.
    longest_gap_hours : float, above 0
        A longer time without any entry is taken as not covered by the log. It should be above the
        longest quiet of the wiki (the English Wikipedia was dark for 24 hours on 18 January 2012)
        and below the shortest time for which a file could be missing.
    platform : str
        What the cases call the wiki.

    Notes
    -----
    `action` is the length as first set: none < up_to_a_day < up_to_a_week < up_to_a_month <
    up_to_a_year < over_a_year < indefinite (a day is 24 hours, a month 31 days, a year 366); no
    case is "none", for the log holds only the blocked. `reversed` means that the target was
    unblocked before the block ran out, as far as the log reaches: `observed_until` is the end of
    the covered time, and an outcome with `reversed_within_hours` watches all blocks equally long.
    A reblock is no case: it changes the block in force, whose end it moves (`changes`,
    `shortened`). Names leave as numbers, by the order of their SHA-256, and no summary is kept;
    `rule` is the reason read off the summary by named patterns (`reasons.REASONS`).

    References
    ----------
    https://www.mediawiki.org/wiki/API:Logevents; https://www.mediawiki.org/wiki/Help:Blocking_users
    """

    path: str | Sequence[str]
    roster: str | None = None
    burn_in_days: float = 0.0
    longest_gap_hours: float = 48.0
    platform: str = "MediaWiki"

    name: ClassVar[str] = "wikipedia_blocks"
    title: ClassVar[str] = "Blocks of accounts and addresses on a wiki"
    question: ClassVar[str] = (
        "Among the blocked: how long blocks are, how many are lifted early and how soon, by "
        "administrators, registered accounts and addresses."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "Only the blocked are in it: a rate of being blocked has no denominator and is refused. "
        "Shares are shares of blocks, and any frame but “enforced_only” is refused too.",
        "Blocks are compared, not conduct: a class whose clearer cases alone are blocked has fewer "
        "of them lifted, under one and the same rule.",
        "An administrator is who has blocked before, in the log at hand, or who the roster given "
        "names; without a roster, administrators whose earlier blocks lie before the log or in a "
        "gap of it are counted as registered.",
        "Blocks of hidden targets, self-blocks and blocks set as a test are left out by the "
        "ledger; who hid a target, and why, is not in the log.",
        "A block that still stood at the end of the log may have been lifted later.",
        "Reasons are read off the summary that the blocking administrator wrote; they are part of "
        "the decision and no independent finding of a breach.",
        "An address is whoever used it; one person may be many addresses, and one range many "
        "people.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("indefinite", "flag", "no", "the block was set without an end"),
        Column("length_hours", "number", "no", "how long it was set for at first", unit="hours"),
        Column("expires_at", "time", "no", "when it was to end, as first set", unit="UTC"),
        Column("hours_to_unblock", "number", "no", "how long it stood until lifted", unit="hours"),
        Column(
            "changes", "whole", "no", "reblocks that changed it while in force", unit="reblocks"
        ),
        Column("shortened", "flag", "no", "a reblock moved its end forward; not a reversal"),
        Column("self_lifted", "flag", "no", "the blocked lifted it themselves"),
        Column("partial", "flag", "no", "it was of some pages or actions only"),
        Column("blocked_by", "id", "no", "who set it, by number; empty where hidden"),
        Column("days_into_log", "number", "no", "since the time covered began", unit="days"),
        Column("acts_later", "flag", "no", "the blocked acts as an administrator later in the log"),
        Column("month", "category", "no", "calendar month in which it was set, UTC"),
    )

    def __post_init__(self) -> None:
        """Refuse parameters that are out of range."""
        for name, low in (("burn_in_days", "0 or more"), ("longest_gap_hours", "above 0")):
            value = getattr(self, name)
            fits = isinstance(value, (int, float)) and not isinstance(value, bool)
            if not fits or not (value >= 0 if low == "0 or more" else value > 0):
                raise SourceError(f"{name} is {value!r}; allowed: a number, {low}.")

    def load(self) -> Cases:
        """Return the blocks as cases; every other entry of the log leaves through the ledger.

        Raises
        ------
        SchemaError
            A file is not what this reader knows; every fault is said.
        SourceError
            No file is there.
        """
        entries, origin = self._entries()
        cases = self._blocks(entries, origin)
        if self.burn_in_days:
            days = f"{self.burn_in_days:g}"
            late = cases.frame["days_into_log"] >= self.burn_in_days
            because = f"in the first {days} days of the log, which only teach who has blocked"
            cases = cases.keep(late, because=because)
        return replace(cases, frame=cases.frame.drop(columns=list(steps.INNER)))

    def _blocks(self, entries: pd.DataFrame, origin: Origin) -> Cases:
        """Return the entries as cases, those that are no block to be compared in the ledger."""
        rows = steps.as_cases(entries, RUNGS, INDEFINITE, self.platform)
        cases = Cases(rows, (origin,), LADDER, extra_columns=self.extra_columns)
        for stay, because in steps.STEPS:
            stays = stay(cases.frame)
            if not stays.all():
                cases = cases.keep(stays, because=because)
        return cases

    def _entries(self) -> tuple[pd.DataFrame, Origin]:
        files = find(self.path)
        log = read_log(files.paths)
        frame = log.frame
        title = frame["title"].str.partition(":")[2].str.strip()
        frame = frame.assign(target=title.replace("", None), test=is_test(frame["comment"]))
        frame["rule"] = reason_of(frame.pop("comment"))
        roster = Roster.read(self.roster) if self.roster else None
        frame["account_class"] = classes_of(frame, roster)
        covered = stretches(frame["at"], self.longest_gap_hours)
        frame["own"] = frame["target"].eq(frame["user"]).fillna(False).astype(bool)
        frame = with_outcomes(frame, covered)
        begins = covered["start"].take(frame["stretch"]).to_numpy()
        since = frame["at"] - pd.to_datetime(pd.Series(begins, frame.index), utc=True)
        frame["days_into_log"] = since / pd.Timedelta(days=1)
        last = frame.groupby("user")["at"].max().reindex(frame["target"])
        frame["acts_later"] = last.array > frame["at"].array
        masked = pseudonyms(frame["target"], frame["user"])
        frame["account_id"] = frame["target"].map(masked)
        frame["blocked_by"] = frame["user"].map(masked)
        return frame.drop(columns=["title"]), self._origin(files, covered, log.continues, roster)

    def _origin(
        self,
        files: Files,
        covered: pd.DataFrame,
        continues: bool,
        roster: Roster | None,
    ) -> Origin:
        known = Origin(
            self.name,
            self.title,
            PRODUCER,
            ABOUT,
            "",
            "not stated",
            limits=self.limits,
            frame=FRAME,
        )
        times = [f"{a:%Y-%m-%d} to {b:%Y-%m-%d}" for a, b, _ in covered.itertuples(index=False)]
        notes = [f"{counted(len(files.paths), 'file')}; the log covers {', '.join(times)}"]
        notes += [f"roles by a roster of {counted(len(roster), 'account')}"] if roster else []
        notes += ["the last response says that the log goes on"] if continues else []
        return origin_of(files, known, notes="; ".join(notes))
