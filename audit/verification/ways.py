"""Words of direction that a draft may choose besides those of the lexicon: "exceeds", "18 more"."""

from __future__ import annotations

import re

from audit.verification.conclusions import Said

_RATE = r"(?:risks?|rates?|chances?|shares?|likelihood|odds|probability|proportion)"
_POSTS = r"(?:posts?|tweets?|messages?|removals?|deletions?)"
UP = (
    r"exceed(?:s|ed|ing)?|outnumber(?:s|ed|ing)?|surpass(?:es|ed)?|outstrip(?:s|ped)?"
    rf"|(?:greater|bigger|increased|elevated|raised) {_RATE}"
    rf"|more (?:of )?(?:the |their |its )?(?:[\w’'-]+ ){{0,3}}{_POSTS}(?= (?:were|was|got|than))"
    rf"|(?<=points )more(?! than|[ -](?:lenien|rare|seldom))|more (?:heavily|widely|frequently)"
)
DOWN = (
    rf"(?:lesser|reduced|diminished|lowered) {_RATE}|(?<=points )(?:less|fewer)(?! than)"
    r"|fall(?:s|ing)? short of|fell short of|trail(?:s|ed|ing)?|lag(?:s|ged)? behind"
)
WAYS = re.compile(rf"\b(?:(?P<up>{UP})|(?P<down>{DOWN}))\b", re.IGNORECASE)
OTHER_WAY = re.compile(r"\b(?:the )?(?:other|opposite|reverse) (?:way|direction)\b", re.IGNORECASE)
SIGNED = re.compile(
    r"\b(?:(?P<positive>positive)|(?P<negative>negative)) (?:gaps?|differences?)\b"
    r"|\b(?:gap|difference) (?:is|was|has been|of) (?:(?P<plus>positive)|(?P<minus>negative))\b",
    re.IGNORECASE,
)
DENIED = re.compile(
    r"(?:\b(?:not|no|never|nor)|n[’']t)(?: [\w’'-]+){0,2} $|\bmargin\b", re.IGNORECASE
)


def ways(text: str, sign: int | None, gap: int = 0) -> Said:
    """Yield words of direction that say otherwise than the numbers.

    Parameters
    ----------
    sign : int or None
        Of the gap, turned to the subject of the sentence; None where it says nothing of it.
    gap : int
        The sign of focal − reference of the gap spoken of, 0 where it is not known.
    """
    held = [(m, sign) for m in WAYS.finditer(text)] + [(m, gap) for m in SIGNED.finditer(text)]
    for match, right in held:
        found = match.groupdict()
        said = 1 if any(found.get(k) for k in ("up", "positive", "plus")) else -1
        if right and said != right and not DENIED.search(text[: match.start()]):
            yield match[0], f"the number's sign is {right:+d}, and the word says {said:+d}"
    for match in OTHER_WAY.finditer(text) if sign else ():
        yield match[0], "the report has one gap and one direction; say which"
