"""Community Notes as cases: which noted posts showed a note, by who wrote the post."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar, Literal, get_args

import pandas as pd

from audit.cases import Cases, Origin, locate
from audit.consistency import contradictions
from audit.errors import SchemaError, SourceError
from audit.reading.engine import engine_in
from audit.reading.folders import Files, files_of
from audit.reading.provenance import origin_of
from audit.reading.zips import Limits
from audit.roster import Roster
from audit.schema import CASE_COLUMNS, Column
from audit.sources.community_notes.authors import place, read_authors
from audit.sources.community_notes.files import Download, parts_of
from audit.sources.community_notes.layout import Kind
from audit.sources.community_notes.notes import LADDER, Shown, faults_of, joined, shown
from audit.sources.community_notes.posts import by_post
from audit.sources.community_notes.words import NEVER_SHOWN, said, unjoined
from audit.text import visible

ASKED_FOR = (
    Column("ratings", "whole", "no", "ratings of the note or notes; they decide the status"),
    Column("summary", "text", "no", "the words of the note; printed nowhere"),
)
"""Columns that the cases hold where `ratings` or `text` asks for them."""

Case = Literal["note", "post"]
Unjoined = Literal["leave", "unknown"]
NotMisleading = Literal["leave", "stay"]


@dataclass(frozen=True, eq=False, slots=True)
class CommunityNotes:
    """A download of Community Notes (Birdwatch until 2022), joined to the authors of the posts.

    Parameters
    ----------
    path : path
        The folder of the published parts, `notes-00000.zip` or .tsv and so on, as `audit fetch`
        leaves it; or one such file of notes.
    authors : path or data frame, optional
        Who wrote the posts: post_id, account_id and, unless a roster says it, account_class.
        Without it no class is known.
    columns : mapping
        The names of the table of authors to those: {"tweet_id": "post_id"}.
    roster : path, optional
        Dated class membership of accounts, as of the post.
    unlisted : str, optional
        The class of joined accounts that neither the roster nor the table knows.
    history : path, optional
        The status history, where it does not lie in the folder.
    case : {"note", "post"}
        note: one case per note. post: one case per noted post, which is labelled where any of its
        notes is shown, and not labelled where every one is known not to be.
    shown : {"current", "ever"}
        current: shown at the last look. ever: the first, latest or current status shows it.
    unjoined : {"leave", "unknown"}
        What becomes of notes whose post is not in the table of authors: they leave through the
        ledger, or stay in class "unknown", each post as an account of its own.
    not_misleading : {"leave", "stay"}
        What becomes of notes that call the post not misleading, and of posts with no other: such
        notes are not shown, whatever their rating. They leave through the ledger, or stay as not
        labelled.
    ratings : bool
        Whether to count the ratings of each note. They decide the status: never hold them alike.
    text : bool
        Whether to load the words of the notes, as `summary`; they are printed nowhere.
    unzip : mapping
        What a zip may unpack to: part, total (bytes), ratio, members; see `zips.Limits`.
    memory : str
        Of the engine, "2GB".

    Notes
    -----
    Actions are none < label. `posted_at` is the clock in the post's own id, to the
    millisecond;
    `reported_at` is when the (first) note was written, so that `acted_within_hours` counts from it;
    `acted_at` is when the note first got the status that shows it; `observed_until` is when it was
    last scored. Ids are text.

    References
    ----------
    Download guide, https://communitynotes.x.com/guide/en/under-the-hood/download-data
    """

    path: str
    authors: Any = None
    columns: Mapping[str, str] = field(default_factory=dict)
    roster: str | None = None
    unlisted: str | None = None
    history: str | None = None
    case: Case = "note"
    shown: Shown = "current"
    unjoined: Unjoined = "leave"
    not_misleading: NotMisleading = "leave"
    ratings: bool = False
    text: bool = False
    unzip: Mapping[str, Any] = field(default_factory=dict)
    memory: str = "2GB"

    name: ClassVar[str] = "community_notes"
    title: ClassVar[str] = "Community Notes on X, and Birdwatch before them"
    question: ClassVar[str] = (
        "How often, and how soon, a note written on a post was shown beside it, by the class of "
        "the post's author, where the user can say who wrote the posts."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "A shown note is other users' words beside a post: no measure of the platform and no "
        "finding of a breach, so more of it is neither stricter nor more lenient. Ask "
        'outcome = { any_of = ["label"] }, which reads it so.',
        "Only posts that somebody wrote a note on are in it, and which posts draw notes can differ "
        "by class.",
        "Who wrote a post is not in the files: account and class come from the user's table, and "
        "posts that it does not name leave, counted.",
        "Which notes were shown is known from the status history alone; for a note that it leaves "
        "out, and for all notes where there is none, the outcome is unknown and not “no”.",
        "Notes that call a post not misleading are not shown on posts, whatever their rating; they "
        "leave, counted.",
        "The history keeps a note's first, latest and current status, as of the download.",
        "Notes that were deleted are in the history without the post they stood on, and are not "
        "cases.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("post_id", "id", "no", "the noted post"),
        Column("notes", "whole", "no", "notes on the post that the case stands for"),
        Column("classification", "category", "no", "what the note, or the notes, say of the post"),
        Column("status", "category", "no", "current status of the note, or of the notes"),
    )

    def __post_init__(self) -> None:
        """Refuse, all at once, what cannot be asked."""
        choices = (
            ("case", Case),
            ("shown", Shown),
            ("unjoined", Unjoined),
            ("not_misleading", NotMisleading),
        )
        faults = [
            f"{name} is {getattr(self, name)!r}; allowed: {', '.join(get_args(allowed))}."
            for name, allowed in choices
            if getattr(self, name) not in get_args(allowed)
        ]
        if self.text and self.case == "post":
            faults.append("text is of single notes; ask for it with case = 'note'.")
        if self.authors is None and (self.roster or self.unlisted or self.columns):
            faults.append("roster, unlisted and columns need authors, which say who wrote what.")
        if faults:
            raise SourceError("community_notes: " + " ".join(faults))
        Limits.of(self.unzip)

    def load(self) -> Cases:
        """Return the notes, or the noted posts, as cases.

        Raises
        ------
        SourceError
            A part is not there, or its zip cannot be trusted.
        SchemaError
            A needed column is missing, an id is none, a time is not in milliseconds, a status is
            not among the published ones, or ids of the table of authors have lost digits.
        """
        notes = parts_of(self.path, "notes")
        if notes is None:
            what = "There is no notes-00000.zip and no notes-00000.tsv in"
            raise SourceError(f"{what} {visible(self.path)!r}.")
        history = parts_of(self.history, "history") if self.history else self._beside("history")
        frame, says = self._notes(notes, history)
        if self.case == "post":
            frame = by_post(frame)
        named = None if self.authors is None else read_authors(self.authors, self.columns)
        roster = None if self.roster is None else Roster.read(self.roster)
        placed = place(frame, named, roster, self.unlisted)
        frame, here = placed.frame, placed.here
        faults = contradictions(frame.set_axis(range(1, len(frame) + 1)), LADDER)
        if faults:
            raise SchemaError("the notes, in the order of their ids", faults)
        eligible = frame.pop("eligible")
        first = [column.name for column in CASE_COLUMNS if column.name in frame]
        frame = frame[[*first, *(name for name in frame if name not in first)]]
        origins = (*self._origins(notes, history, says), *placed.met)
        cases = Cases(frame, origins, LADDER, extra_columns=(*self.extra_columns, *ASKED_FOR))
        if self.not_misleading == "leave" and not eligible.all():
            cases = cases.keep(eligible, because=NEVER_SHOWN)
            here = here[eligible].reset_index(drop=True)
        if self.authors is None or self.unjoined == "unknown" or here.all():
            return cases
        return cases.keep(here, because=unjoined(cases.frame["post_id"], here, placed.lost))

    def _notes(self, notes: Files, history: Files | None) -> tuple[pd.DataFrame, str]:
        """Return the notes with their action, and what must be said of how they were read."""
        also = ("summary",) * self.text
        with engine_in(self.memory) as (engine, folder):
            download = Download(engine, folder, Limits.of(self.unzip))
            download.read("notes", notes.paths, also=also)
            download.read("history", history.paths if history else ())
            if self.ratings:
                download.read("ratings", self._rating_parts().paths)
            faults = faults_of(download)
            if faults:
                raise SchemaError("the download", faults)
            frame = joined(download, also=also, ratings=self.ratings)
            orphans = engine.execute(
                'select count(*) from history where "noteId" not in (select "noteId" from notes)'
            ).fetchall()[0][0]
        if frame.empty:
            raise SourceError("The download holds no note. Try: download it again.")
        says = said(frame, download.strange, orphans, history=history is not None)
        frame = frame.join(shown(frame, self.shown)).assign(notes=1, platform="X")
        return frame.drop(columns=["first", "latest", "first_at", "latest_at", "scored"]), says

    def _beside(self, kind: Kind) -> Files | None:
        """Return the parts of a kind in the folder; none where the path is a single file."""
        return None if locate(self.path).is_file() else parts_of(self.path, kind)

    def _rating_parts(self) -> Files:
        parts = self._beside("ratings")
        if parts is None:
            what = "There is no ratings-00000.zip and no ratings-00000.tsv in"
            raise SourceError(f"{what} {visible(self.path)!r}.")
        return parts

    def _origins(self, notes: Files, history: Files | None, says: str) -> tuple[Origin, ...]:
        """Return the origin of what the folder holds, and that of a history from elsewhere."""
        ratings = self._beside("ratings") if self.ratings else None
        apart = history if self.history else None
        here = [*notes.paths, *(history.paths if history and not apart else ())]
        here += ratings.paths if ratings else ()
        found = [origin_of(files_of(notes.label, here), self._origin(here), notes=says)]
        if apart:
            found.append(origin_of(apart, self._origin(apart.paths)))
        return tuple(found)

    def _origin(self, paths: Sequence[Path]) -> Origin:
        names = ", ".join(visible(path.name) for path in paths)
        return Origin(
            name=self.name,
            title=f"{self.title}: {names}",
            producer="X Corp. (Twitter, Inc. until 2023)",
            url="https://communitynotes.x.com/guide/en/under-the-hood/download-data",
            accessed="",
            licence="not stated",
            limits=self.limits,
        )
