"""The gates that only tell: what a reader must know before any number."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.gates.base import Gate
from audit.numerals import count, many
from audit.scanned import Scan

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.study import Study

DAY = 86400.0


def unequal_watch(s: Study) -> Gate | None:
    """Tell where what was taken back was watched for unequal times."""
    outcome = s.design.outcome
    if not outcome.reversed or outcome.reversed_within_hours:
        return None
    watched = seconds_watched(s.cases)
    if watched is None or watched[1] - watched[0] < DAY:
        return None
    least, most = (int(seconds / DAY) for seconds in watched)
    return Gate(
        "unequal watch",
        "note",
        f"Actions were watched for {count(max(0, least))} to {many(most, 'day')}, and one "
        "taken back later counts as standing. Try: reversed_within_hours in the outcome.",
    )


def seconds_watched(cases: Cases | Scan) -> tuple[float, float] | None:
    """Return the least and most seconds from an action to the last look; None where unknown."""
    if isinstance(cases, Scan):
        return cases.watched
    frame = cases.frame
    if {"acted_at", "observed_until"} - set(frame):
        return None
    seconds = (frame["observed_until"] - frame["acted_at"]).dt.total_seconds().dropna()
    return None if seconds.empty else (float(seconds.min()), float(seconds.max()))


def amplified(s: Study) -> Gate | None:
    """Tell that the focal account itself chose what it is compared with."""
    if s.design.frame != "amplified_by_focal":
        return None
    return Gate(
        "chosen comparison",
        "note",
        "The reference posts are those that the focal account chose to amplify, not a sample of "
        "what others posted.",
    )


def weighted(s: Study) -> Gate | None:
    """Tell what sampling weights weigh, and what they do not."""
    if not s.weighted:
        return None
    return Gate(
        "sampling weights",
        "note",
        "Rates and gaps are weighted by the sampling weights; balance, support, the bounds on "
        "unknown class and the smallest visible gap are those of the posts sampled.",
    )


def lost_outcomes(s: Study) -> Gate | None:
    """Tell how many outcomes the data cannot tell."""
    lost = sum(s.unknown_outcomes.values())
    if not lost:
        return None
    by = ", ".join(f"{n:,} {g}" for g, n in sorted(s.unknown_outcomes.items()))
    return Gate(
        "unknown outcomes",
        "note",
        f"{lost:,} posts have an outcome that the data cannot tell ({by}); they are not counted "
        "as “no”.",
    )


def exemptions_not_given(s: Study) -> Gate | None:
    """Tell that the exemptions which the design names were not given."""
    if s.design.exemptions is None or s.exemptions is not None:
        return None
    return Gate(
        "exemptions not given",
        "note",
        "The design names published exemptions and none were given, so the gap is not split by "
        "them. Try: enroll(cases, design, exemptions=run.exemptions(design)).",
    )
