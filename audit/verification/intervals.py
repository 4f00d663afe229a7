"""The ends and the level of an interval, where a draft's numbers are those."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audit.verification.candidates import ENDS, POINTS, Claim, of_page_one
from audit.verification.phrases import Phrase

RANGE = re.compile(
    r" ?(?:percentage )?(?:points? )?(?:to|and|–|-|through) ?(?:minus |plus )?[−+-]?\d"
)
RANGED = re.compile(r"\d ?(?:(?:percentage )?points? )?(?:to|and|–|-|through) (?:minus |plus )?$")
SPOKEN = re.compile(r"[ -](?:[a-z-]+ ){0,2}(?:intervals?|confidence)\b", re.IGNORECASE)
SPEAKS = re.compile(
    r"\b(?:intervals?|confidence)(?: level)?(?: \(| of | at | is | was |: ?)(?:the )?$",
    re.IGNORECASE,
)
"""Behind and before the level of an interval."""
LEVEL = re.compile(
    r"(?P<level>\d+(?:\.\d+)?) ?(?:%|percent|per cent)[ -](?:[a-z]+ ){0,2}(?:interval|confidence)"
)


def end_of(phrase: Phrase, sentence: str, claims: Sequence[Claim]) -> tuple[Claim, str] | None:
    """Return the claim of page 1 of whose interval a number is an end or the level, and which.

    Where a sentence says a level that the report has, its ends are those of that level.
    """
    before, after = sentence[: phrase.start], sentence[phrase.end :]
    ranged = RANGE.match(after) or RANGED.search(before)
    spoken = SPOKEN.match(after) or SPEAKS.search(before)
    for claim in _of_level(sentence, claims):
        low, high = (float(claim[k]) for k in ENDS)
        level = claim.get("confidence")
        if spoken and level and phrase.kind == "percent" and phrase.allows(100 * level):
            return claim, f"the level of its interval ({level:g})"
        plain = phrase.kind == "points" or (phrase.kind == "count" and ranged)
        found = [e for e in (low, high) if plain and _is_end(phrase, e, apart=low * high < 0)]
        if found:
            return claim, f"an end of its interval ({found[0]:.12g} percentage points)"
    return None


def _of_level(sentence: str, claims: Sequence[Claim]) -> list[Claim]:
    """Return the claims with an interval: of the level that a sentence says, if one has it."""
    known = [
        c
        for c in claims
        if of_page_one(c)
        and c.get("unit") in POINTS
        and all(isinstance(c.get(k), int | float) for k in ENDS)
    ]
    said = {float(m["level"]) for m in LEVEL.finditer(sentence)}
    right = [
        c for c in known if any(abs(100 * (c.get("confidence") or 0) - s) < 1e-6 for s in said)
    ]
    return right or known


def _is_end(phrase: Phrase, bound: float, *, apart: bool) -> bool:
    """Return whether a number is an end of an interval; `apart` where 0 lies in it.

    Without a sign an end below 0 may be said only where the other is below 0 too: "7 to 28 points
    less often".
    """
    sign = (bound > 0) - (bound < 0)
    said = phrase.signed or (1 if apart else sign)
    return phrase.allows(bound) and said == sign
