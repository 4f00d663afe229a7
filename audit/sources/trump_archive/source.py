"""One leader's account before and in office: the user's own copy of the Trump Twitter Archive."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal, get_args

import pandas as pd

from audit.cases import Cases, Origin
from audit.errors import SchemaError, SourceError
from audit.ledger import counted
from audit.reading.provenance import origin_of
from audit.roster import Roster
from audit.schema import Column
from audit.sources.classes import classify, mark_regimes
from audit.sources.trump_archive.dates import ACCOUNT, LEADER, PLATFORM, measures, spells
from audit.sources.trump_archive.file import archive_file, off_by_more_than_a_minute, read_archive

STALE = "2020-12-01"
"""From this day on the archive's flags are not taken to be complete, whatever file is given.

Of 414 posts of December 2020 that another coder has too, the archive flags 57 and that coder 152;
by five days: 31 of 35, 26 of 30, and from 11 December none of 87. In January 2021 it flags none."""

Retweets = Literal["remove", "keep"]
Times = Literal["recorded", "id"]


@dataclass(frozen=True, slots=True)
class TrumpArchive:
    """Posts of one account: whether each was seen flagged, and whether its author deleted it.

    Parameters
    ----------
    path : str
        The file, CSV or JSON, in a layout of `file.LAYOUTS`, or a folder that holds it and
        nothing else, as `audit fetch` leaves it.
    roster : str, optional
        A roster file in place of `dates.SPELLS`; the account is called `ACCOUNT` there.
    retweets : {"remove", "keep"}
        remove: retweets leave through the ledger; keep: they stay, as posts of this account.
    times : {"recorded", "id"}
        id: where the recorded time is over a minute off the clock in the post's id, take the clock;
        the recorded time stays as `raw_posted_at`.
    flags_until : str
        ISO date from which flags are not taken to be complete; posts from it on leave through the
        ledger. A date after `STALE` needs `flags_because`, which is printed.
    flags_because : str
        Why this copy's flags are complete for longer.

    Notes
    -----
    `action` is label where flagged, else none: the archive marks a flag and not which. `ended_by`
    is deleted_by_author or missing; when is not recorded. Favorites and retweets, as last seen by
    the archive, stay as `raw_favorites` and `raw_retweets`: they follow a flag, and are refused as
    strata. Text and device are left out; `case_id` leads back to them. `regime` says which
    measures there were when a post was written. Rows with no exact id leave through the ledger.

    References
    ----------
    Trump Twitter Archive, https://www.thetrumparchive.com.
    """

    path: str
    roster: str | None = None
    retweets: Retweets = "remove"
    times: Times = "recorded"
    flags_until: str = STALE
    flags_because: str = ""

    name: ClassVar[str] = "trump_archive"
    title: ClassVar[str] = "Posts of one leader’s account, 2009 to 2021 (Trump Twitter Archive)"
    question: ClassVar[str] = (
        "Which posts of one account were flagged or deleted by their author, before and in office."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "One account: it describes what happened to its posts and cannot speak for leaders.",
        "Nobody else’s posts are in it, so it cannot say how others were treated.",
        "No post could be flagged before 27 June 2019, when notices began, and labels followed on "
        "5 March 2020: flags before and in office cannot be compared.",
        "A flag is a label or a notice, and the archive does not say which; it is no finding of a "
        "breach. Removal by the platform is never observed.",
        "The flags are not complete from 1 December 2020 on, and there are none at all in January "
        "2021.",
        "Favorites and retweets were counted after any flag; none at all means restricted, not "
        "unpopular.",
        "A deletion has no date, and next to none is recorded from before 2017.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("in_office", "category", "no", "the account’s owner held the office: yes, no"),
        Column("is_retweet", "category", "no", "someone else’s post, passed on: yes, no"),
        Column(
            "clock",
            "category",
            "no",
            "the recorded time against the one inside the post’s id: agrees, off (by more than a "
            "minute), none",
        ),
        Column("raw_favorites", "whole", "no", "favorites, counted after any flag"),
        Column("raw_retweets", "whole", "no", "retweets, counted after any flag"),
    )

    def __post_init__(self) -> None:
        """Refuse a choice that there is not, and a longer trust in the flags without a reason."""
        faults = [
            f"{name} is {getattr(self, name)!r}; allowed: {', '.join(get_args(kind))}"
            for name, kind in (("retweets", Retweets), ("times", Times))
            if getattr(self, name) not in get_args(kind)
        ]
        until = pd.to_datetime(self.flags_until, format="%Y-%m-%d", errors="coerce")
        if pd.isna(until):
            faults.append(f"flags_until is {self.flags_until!r}; allowed: a date, {STALE!r}")
        elif until > pd.Timestamp(STALE) and not self.flags_because.strip():
            faults.append(
                f"flags_until is {self.flags_until}: the archive’s flags are not complete after "
                f"{STALE} (57 against 152 of another coder that month). Try: flags_because, the "
                "reason why those of this copy are"
            )
        if faults:
            raise SourceError("; ".join(faults) + ".")

    def load(self) -> Cases:
        """Return the posts as cases; what left is in the ledger.

        Raises
        ------
        SchemaError
            A column is missing or new, an id is a float or repeats, or the times are not UTC.
        SourceError
            The file is not there.
        """
        posts, layout = read_archive(self.path)
        frame = self._cases(posts)
        roster = spells() if self.roster is None else Roster.read(self.roster)
        frame, faults, met = classify(frame, roster, None)
        if faults:
            raise SchemaError("the roster and the archive", faults)
        frame["in_office"] = (frame["account_class"] == LEADER).map({True: "yes", False: "no"})
        frame, _ = mark_regimes(frame, measures())
        cases = Cases(frame, (self._origin(posts, layout), *met), extra_columns=self.extra_columns)
        return self._kept(cases)

    def _cases(self, posts: pd.DataFrame) -> pd.DataFrame:
        off, known = off_by_more_than_a_minute(posts), posts["off_clock"].notna()
        frame = pd.DataFrame({"case_id": posts["case_id"], "account_id": ACCOUNT})
        frame["action"] = posts["is_flagged"].map({True: "label", False: "none"}).astype("str")
        frame["posted_at"] = posts["posted_at"]
        if self.times == "id":
            frame["posted_at"] = (posts["posted_at"] - posts["off_clock"].where(off)).where(
                off, posts["posted_at"]
            )
            frame["raw_posted_at"] = posts["posted_at"]
        frame["platform"] = PLATFORM
        deleted = pd.Series("deleted_by_author", index=posts.index, dtype="str")
        frame["ended_by"] = deleted.where(posts["is_deleted"].astype(bool))
        frame["is_retweet"] = posts["is_retweet"].map({True: "yes", False: "no"}).astype("str")
        frame["clock"] = off.map({True: "off", False: "agrees"}).where(known, "none").astype("str")
        return frame.assign(**{c: posts[c] for c in ("raw_favorites", "raw_retweets")})

    def _kept(self, cases: Cases) -> Cases:
        exact = cases.frame["case_id"].notna()
        if not exact.all():
            why = "only a rounded id is left of it, which names no post for certain"
            cases = cases.keep(exact, because=why)
        if self.retweets == "remove" and (cases.frame["is_retweet"] == "yes").any():
            own = cases.frame["is_retweet"] == "no"
            cases = cases.keep(own, because="a retweet is the post of another author")
        known = cases.frame["posted_at"] < pd.Timestamp(self.flags_until, tz="UTC")
        if not known.all():
            why = (
                f"posted from {self.flags_until} on, when the archive’s flags are not complete: "
                "whether it was flagged is not known"
            )
            cases = cases.keep(known, because=why)
        return cases

    def _origin(self, posts: pd.DataFrame, layout: str) -> Origin:
        off, timed = int(off_by_more_than_a_minute(posts).sum()), int(posts["off_clock"].count())
        notes = (
            f"layout {layout}; {off:,} of {timed:,} posts with a clock in their id are recorded "
            f"more than a minute off it; {counted(len(posts) - timed, 'post')} without a clock"
        )
        if self.flags_because:
            notes += f"; flags taken as complete until {self.flags_until}: {self.flags_because}"
        known = Origin(
            self.name,
            "Trump Twitter Archive",
            "Trump Twitter Archive",
            "https://www.thetrumparchive.com",
            "",
            "not stated",
            limits=self.limits,
        )
        return origin_of(archive_file(self.path), known, notes=notes)
