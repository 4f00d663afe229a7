"""Two numbers of which one is so many of the other, held against the pairs that a report has."""

from __future__ import annotations

import re
from collections.abc import Sequence

from audit.verification.candidates import Claim, of_page_one
from audit.verification.phrases import Phrase

OF = re.compile(r" (?:out )?of (?:the |all |all the |its |their )?")
FROM = re.compile(r"\b(?:of|out of|among)(?: the| all| all the| its| their)? $", re.IGNORECASE)
BEFORE = re.compile(r"(?: [\w’'-]+){1,5},(?: only| just| some)? ")
PAIRS = (
    ("observed", "n_compared"),
    ("events_focal", "n_focal"),
    ("events_reference", "n_reference"),
    ("n_compared", "n_focal"),
    ("expected", "n_compared"),
    ("observed", "expected"),
)
"""Claims of page 1 of which one is so many of the other."""


def wrong_pair(one: Phrase, other: Phrase, sentence: str, claims: Sequence[Claim]) -> str:
    """Return what is wrong with "one of other"; "" where nothing is, or it is no such pair.

    "Of 718 posts, 251 were removed" says the same pair the other way round.
    """
    if one.kind != "count" or other.kind != "count":
        return ""
    between = sentence[one.end : other.start]
    if FROM.search(sentence[: one.start]) and BEFORE.fullmatch(between):
        one, other = other, one
    elif not OF.fullmatch(between):
        return ""
    value = {str(c["id"]): float(c["value"]) for c in claims if of_page_one(c)}
    both = [p for p in PAIRS if p[0] in value and p[1] in value]
    right = [p for p in both if one.allows(value[p[0]]) and other.allows(value[p[1]])]
    known = {n for p in both for n in p} | {n for n in value if n.startswith("accounts_")}
    met = [any(x.allows(value[n]) for n in known) for x in (one, other)]
    if right or not all(met):
        return ""
    return "the two are of different classes or counts: no row of the report has this pair"
