"""What the files of a download are called, where they lie, and which columns they have had."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

Kind = Literal["notes", "history", "ratings"]
STEMS: Mapping[Kind, str] = {
    "notes": "notes",
    "history": "noteStatusHistory",
    "ratings": "ratings",
}
"""What the published files of each kind are called, before their number."""

FOLDERS: Mapping[Kind, tuple[str, ...]] = {
    "notes": (".", "notes"),
    "history": (".", "noteStatusHistory"),
    "ratings": (".", "ratings", "noteRatings"),
}
"""Where they lie in a download."""

NEEDED: Mapping[Kind, Mapping[str, tuple[str, ...]]] = {
    "notes": {
        "noteId": ("noteId",),
        "createdAtMillis": ("createdAtMillis",),
        "tweetId": ("tweetId",),
        "classification": ("classification",),
    },
    "history": {
        "noteId": ("noteId",),
        "createdAtMillis": ("createdAtMillis",),
        "firstAt": ("timestampMillisOfFirstNonNMRStatus",),
        "first": ("firstNonNMRStatus",),
        "currentAt": ("timestampMillisOfCurrentStatus",),
        "current": ("currentStatus",),
        "latestAt": ("timestampMillisOfLatestNonNMRStatus",),
        "latest": ("latestNonNMRStatus", "mostRecentNonNMRStatus"),
    },
    "ratings": {"noteId": ("noteId",)},
}
"""What is read of each kind, and the columns that hold it. The guide and the files do not agree on
every name: the files say mostRecentNonNMRStatus."""

TAGS = (
    *("misleading" + tag for tag in ("Other", "FactualError", "ManipulatedMedia", "Satire")),
    *("misleading" + tag for tag in ("OutdatedInformation", "MissingImportantContext")),
    "misleadingUnverifiedClaimAsFact",
    *("notMisleading" + tag for tag in ("Other", "FactuallyCorrect", "ClearlySatire")),
    *("notMisleading" + tag for tag in ("OutdatedButNotWhenWritten", "PersonalOpinion")),
)
KNOWN: Mapping[Kind, frozenset[str]] = {
    "notes": frozenset(
        (
            *("noteId", "participantId", "noteAuthorParticipantId", "createdAtMillis", "tweetId"),
            *("classification", "believable", "harmful", "validationDifficulty", *TAGS),
            *("trustworthySources", "summary", "isMediaNote", "isCollaborativeNote"),
        )
    ),
    "history": frozenset(
        (
            *("noteId", "participantId", "noteAuthorParticipantId", "createdAtMillis"),
            *("timestampMillisOfFirstNonNMRStatus", "firstNonNMRStatus"),
            *("timestampMillisOfCurrentStatus", "currentStatus"),
            *("timestampMillisOfLatestNonNMRStatus", "latestNonNMRStatus"),
            *("mostRecentNonNMRStatus", "timestampMillisOfStatusLock", "lockedStatus"),
            *("timestampMillisOfRetroLock", "currentCoreStatus", "currentExpansionStatus"),
            *("currentGroupStatus", "currentDecidedByKey", "currentDecidedBy"),
            *("currentModelingGroup", "timestampMillisOfMostRecentStatusChange"),
            *("timestampMillisOfNmrDueToMinStableCrhTime", "currentMultiGroupStatus"),
            *("currentModelingMultiGroup", "timestampMinuteOfFinalScoringOutput"),
            "timestampMillisOfFirstNmrDueToMinStableCrhTime",
        )
    ),
    "ratings": frozenset(),  # nothing but the note's id is read of it
}
"""Columns that the guide or the files have had; others are said and not read."""
