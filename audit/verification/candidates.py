"""Which claims of a record a number of a draft can be: units, kinds, signs."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from audit.text import visible
from audit.verification.classes import noun_of
from audit.verification.phrases import Phrase

Claim = Mapping[str, Any]
POINTS, SHARES = ("percentage points",), ("share",)
UNITS: Mapping[str, tuple[str, ...]] = {
    "share": SHARES,
    "percent": (*SHARES, "percent", "confidence"),
    "points": POINTS,
    "ratio": ("ratio", "odds ratio"),
    "p": ("p",),
}
"""Units of claims that a number of a draft can be; a count is of any other unit."""
NO_COUNT = {*SHARES, *POINTS, "percent", "confidence", "ratio", "odds ratio", "p", "rung"}
SPECIFIC = 3  # digits from which a number is taken for that of a table's cell
IN_POINTS = re.compile(r"(?<!\w)points(?!\w)", re.IGNORECASE)
ENDS = ("conf_low", "conf_high")


def unit_of(claim: Claim) -> str:
    """Return the unit of a claim; of a table's cell, the unit that its heading says."""
    unit = str(claim.get("unit", ""))
    if claim.get("kind") != "cell":
        return unit
    if IN_POINTS.search(unit):
        return POINTS[0]
    return "p" if re.fullmatch(r"p(?:,.*|-value.*)?", unit) else unit


def fits(claim: Claim, phrase: Phrase) -> bool:
    """Return whether a claim is of a unit that a number of a draft says."""
    unit = unit_of(claim)
    if phrase.kind in UNITS:
        return unit in UNITS[phrase.kind]
    return unit not in NO_COUNT


def in_unit(claim: Claim, phrase: Phrase) -> float:
    """Return a claim's value as the sentence would say it: a share as percent."""
    value = float(claim["value"])
    return 100 * value if phrase.kind == "percent" and claim.get("unit") in SHARES else value


def sign_of(claim: Claim) -> int:
    """Return the sign of a claim; of a gap in a table, that of its value."""
    if claim.get("kind") == "cell" and unit_of(claim) in POINTS:
        value = float(claim["value"])
        return (value > 0) - (value < 0)
    found = claim.get("sign", 0)
    return found if found in (-1, 0, 1) else 0


def tells(claim: Claim) -> bool:
    """Return whether a claim is a number of the evidence: no constant, word, label or tick."""
    name, kind = str(claim.get("id")), claim.get("kind")
    plain = kind not in ("printed", "constant") or "confidence" in str(claim.get("unit"))
    return plain and claim.get("unit") != "word" and "/chart/" not in name


def own(claim: Claim) -> bool:
    """Return whether a claim is more than a cell of a table or a label inside a chart."""
    return claim.get("kind") not in ("cell", "printed") and "/chart/" not in str(claim.get("id"))


def of_page_one(claim: Claim) -> bool:
    """Return whether a claim has a name of its own and is in no table, figure or section."""
    return "/" not in str(claim.get("id"))


def is_odds(claim: Claim) -> bool:
    """Return whether a claim is an odds ratio."""
    return "odds" in f"{claim.get('unit')} {claim.get('estimator')} {claim.get('id')}".lower()


def in_full(claim: Claim) -> str:
    """Return a claim's value at full precision, with its unit."""
    return f"{claim['value']:.12g} {visible(claim.get('unit', ''), 40)}".strip()


def counts(claim: Claim, phrase: Phrase, sentence: str) -> bool:
    """Return whether a number counts, in its sentence, what a claim is of."""
    noun = noun_of(sentence, phrase.end)
    unit = claim.get("unit")
    return phrase.kind != "count" or not noun or (unit == "accounts") == (noun == "accounts")


def is_specific(phrase: Phrase) -> bool:
    """Return whether a number has digits enough not to be met by chance in some table."""
    digits = re.sub(r"\D", "", phrase.text).lstrip("0")
    return len(digits) >= SPECIFIC and not phrase.text[:1].isalpha()
