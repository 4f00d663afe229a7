"""Downloads of Community Notes in the exact published layout, made by hand."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

_NOTES = (
    "noteId noteAuthorParticipantId createdAtMillis tweetId classification believable harmful "
    "validationDifficulty misleadingOther misleadingFactualError misleadingManipulatedMedia "
    "misleadingOutdatedInformation misleadingMissingImportantContext "
    "misleadingUnverifiedClaimAsFact misleadingSatire notMisleadingOther "
    "notMisleadingFactuallyCorrect notMisleadingOutdatedButNotWhenWritten "
    "notMisleadingClearlySatire notMisleadingPersonalOpinion trustworthySources summary "
    "isMediaNote isCollaborativeNote"
)
NOTES = _NOTES.split()
_HISTORY = (
    "noteId noteAuthorParticipantId createdAtMillis timestampMillisOfFirstNonNMRStatus "
    "firstNonNMRStatus timestampMillisOfCurrentStatus currentStatus "
    "timestampMillisOfLatestNonNMRStatus mostRecentNonNMRStatus timestampMillisOfStatusLock "
    "lockedStatus timestampMillisOfRetroLock currentCoreStatus currentExpansionStatus "
    "currentGroupStatus currentDecidedBy currentModelingGroup "
    "timestampMillisOfMostRecentStatusChange timestampMillisOfNmrDueToMinStableCrhTime "
    "currentMultiGroupStatus currentModelingMultiGroup timestampMinuteOfFinalScoringOutput "
    "timestampMillisOfFirstNmrDueToMinStableCrhTime"
)
HISTORY = _HISTORY.split()
_RATINGS = (
    "noteId raterParticipantId createdAtMillis version agree disagree helpful notHelpful "
    "helpfulnessLevel"
)
RATINGS = _RATINGS.split()

HELPFUL, NOT_HELPFUL, WAITING = (
    "CURRENTLY_RATED_HELPFUL",
    "CURRENTLY_RATED_NOT_HELPFUL",
    "NEEDS_MORE_RATINGS",
)
POSTED = 1_700_000_000_000  # milliseconds
HOUR = 3_600_000


def post_id(number: int, posted: int = POSTED) -> str:
    """Return an id whose own clock says `posted`; ids of two numbers differ in 15 digits too."""
    return str(((posted - 1_288_834_974_657) << 22) + 20_011 * number)


def note_id(number: int) -> str:
    return post_id(number, POSTED + 2 * HOUR)


def note(number: int, post: int, **changes: Any) -> dict[str, Any]:
    made = {
        "noteId": note_id(number),
        "noteAuthorParticipantId": f"{number:064X}",
        "createdAtMillis": POSTED + 2 * HOUR,
        "tweetId": post_id(post),
        "classification": "MISINFORMED_OR_POTENTIALLY_MISLEADING",
        "misleadingFactualError": 1,
        "trustworthySources": 1,
        "summary": 'Words of a note with a "bare quote and =1+1',
    }
    return {**made, **changes}


def status(number: int, current: str = HELPFUL, **changes: Any) -> dict[str, Any]:
    """Return a history row: shown three hours after the note, last scored a day after it."""
    decided = current != WAITING
    made = {
        "noteId": note_id(number),
        "createdAtMillis": POSTED + 2 * HOUR,
        "timestampMillisOfFirstNonNMRStatus": POSTED + 5 * HOUR if decided else "",
        "firstNonNMRStatus": current if decided else "",
        "timestampMillisOfCurrentStatus": POSTED + 26 * HOUR,
        "currentStatus": current,
        "timestampMillisOfLatestNonNMRStatus": POSTED + 5 * HOUR if decided else "",
        "mostRecentNonNMRStatus": current if decided else "",
    }
    return {**made, **changes}


def write(path: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> Path:
    lines = ["\t".join(columns)]
    lines += ["\t".join(str(row.get(name, "")) for name in columns) for row in rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def download(
    folder: Path,
    notes: Sequence[Mapping[str, Any]],
    history: Sequence[Mapping[str, Any]] | None,
    ratings: Sequence[str] = (),
) -> Path:
    """Write a download in which notes are split over two parts where there are enough."""
    half = (len(notes) + 1) // 2
    write(folder / "notes-00000.tsv", notes[:half], NOTES)
    if len(notes) > half:
        write(folder / "notes-00001.tsv", notes[half:], NOTES)
    if history is not None:
        write(folder / "noteStatusHistory-00000.tsv", history, HISTORY)
    if ratings:
        rated = [{"noteId": one, "createdAtMillis": POSTED + 3 * HOUR} for one in ratings]
        write(folder / "ratings-00000.tsv", rated, RATINGS)
    return folder


def authors(classes: Mapping[int, str], accounts: Mapping[int, str] | None = None) -> pd.DataFrame:
    """Return who wrote posts: number of a post to the class of its account."""
    accounts = accounts or {number: f"account-{number}" for number in classes}
    return pd.DataFrame(
        {
            "post_id": [post_id(number) for number in classes],
            "account_id": [accounts[number] for number in classes],
            "account_class": list(classes.values()),
        },
        dtype="str",
    )


def small(folder: Path) -> Path:
    """Write a download of four notes on three posts, one of which nobody scored."""
    notes = [note(1, 1), note(2, 1), note(3, 2), note(4, 3)]
    history = [status(1), status(2, WAITING), status(3, NOT_HELPFUL)]
    return download(folder, notes, history)


def two_classes(folder: Path, *, accounts: int = 8, posts: int = 10) -> tuple[Path, pd.DataFrame]:
    """Write a download in which notes on posts of leaders are shown as often as they are written:
    on every second post, and those on posts of ordinary accounts on every fifth."""
    notes, history, classes, owners = [], [], {}, {}
    number = 0
    for name, every in (("world_leader", 2), ("ordinary", 5)):
        for account in range(accounts):
            for place in range(posts):
                number += 1
                notes.append(note(number, number))
                history.append(status(number, HELPFUL if place % every == 0 else WAITING))
                classes[number] = name
                owners[number] = f"{name}-{account}"
    return download(folder, notes, history), authors(classes, owners)
