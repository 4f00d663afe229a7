"""The claims of a report as a book in which a number of a draft is looked up."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audit.claims import direction_of
from audit.text import visible
from audit.tokens import flattened
from audit.verification.phrases import Phrase
from audit.verification.record import Record

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
MAIN = ("gap", "observed", "expected", "observed_rate", "expected_rate")


@dataclass(frozen=True, slots=True)
class Match:
    """What a number of a draft is.

    Attributes
    ----------
    claim, exact : str
        Id of the claim, and its number as printed and in full; "" where it traces to none.
    kind, wrong, instead : str
        Kind of defect, what is wrong and what to say; "" where nothing is.
    sign : int
        Of the claim, focal − reference.
    odds, main : bool
        Whether it is an odds ratio; whether it is of the report's main comparison.
    """

    claim: str = ""
    exact: str = ""
    kind: str = ""
    wrong: str = ""
    instead: str = ""
    sign: int = 0
    odds: bool = False
    main: bool = False


class Book:
    """The claims of one record, by unit."""

    def __init__(self, record: Record) -> None:
        self.record = record
        self.claims = [c for c in record.claims if isinstance(c.get("value"), int | float)]
        self.names = {str(n) for n in record.data.get("names") or []}
        self.sentence = str(record.part("verdict").get("sentence", ""))
        said = flattened(" ".join(e.text for e in record.entries()))
        about = record.part("report")
        self.printed = f"{said} {about.get('date', '')}"
        self.context = _contexts(record)

    def prints(self, text: str) -> bool:
        """Return whether the report prints a date or a name."""
        return flattened(text) in self.printed

    def match(self, phrase: Phrase, sentence: str) -> Match:
        """Return the claim that a number of a sentence says, or what is wrong with it."""
        fitting = [c for c in self.claims if _fits(c, phrase)]
        right = [c for c in fitting if phrase.allows(_in_unit(c, phrase))]
        plain = [c for c in right if _own(c)]
        if not plain and right and _specific(phrase):
            plain = right
        if plain:
            return self._matched(self._best(plain, sentence), phrase)
        return self._lost(phrase, fitting, right)

    def _matched(self, claim: Mapping[str, Any], phrase: Phrase) -> Match:
        name, sign = str(claim.get("id")), _sign(claim)
        exact = f"{visible(claim.get('text'), 80)} ({_full(claim)})"
        found = Match(
            claim=visible(name, 80),
            exact=exact,
            sign=sign,
            odds=_odds(claim),
            main=name in MAIN,
        )
        if phrase.signed and sign and phrase.signed != sign:
            wrong = f"the sign is {'−' if sign < 0 else '+'} in the report (claim {name})"
            return replace(found, kind="sign", wrong=wrong, instead=visible(claim["text"], 80))
        return found

    def _lost(
        self, phrase: Phrase, fitting: Sequence[Mapping[str, Any]], right: Sequence[Any]
    ) -> Match:
        """Say that a number traces to no claim, and which is nearest."""
        if phrase.kind == "percent" and any(
            phrase.allows(float(c["value"])) for c in self.claims if c.get("unit") in POINTS
        ):
            wrong = "the report has this number in percentage points, not in percent"
            return Match(kind="number", wrong=wrong, instead="write “percentage points”.")
        if right:
            n = len(right)
            many = f"{n} cells and labels happen" if n > 1 else "1 cell or label happens"
            wrong = f"traces to no claim of its own; {many} to print it"
        else:
            wrong = "traces to no claim of the report"
        near = [c for c in fitting if _own(c)]
        if not near:
            return Match(kind="unrecorded", wrong=wrong)
        best = min(near, key=lambda c: abs(abs(_in_unit(c, phrase)) - phrase.value))
        instead = f"the nearest is {best['text']} (claim {best['id']}, {_full(best)})."
        return Match(kind="unrecorded", wrong=wrong, instead=visible(instead, 300))

    def _best(self, claims: Sequence[Mapping[str, Any]], sentence: str) -> Mapping[str, Any]:
        """Return the claim whose own sentences share the most words with this one."""
        words = _words(sentence)

        def near(claim: Mapping[str, Any]) -> tuple[bool, int, bool]:
            name = str(claim.get("id"))
            shared = len(words & self.context.get(name, frozenset()))
            return name in MAIN, shared, "/" not in name

        return max(claims, key=near)

    def sign(self, sentence: str, matches: Sequence[Match]) -> int | None:
        """Return the sign of focal − reference that a sentence's words must say; None if none.

        It is that of the traced gap; of a sentence with the counts or rates of the main comparison,
        that of the main gap. Where the reference class is the subject, it is turned round.
        """
        signs = {m.sign for m in matches if m.claim and m.sign}
        if not signs and any(m.main for m in matches):
            signs = {_sign(c) for c in self.claims if c.get("id") == "gap"} - {0}
        if len(signs) != 1 or direction_of(sentence) is None:
            return None
        sign = signs.pop()
        return -sign if self._turned(sentence) else sign

    def _turned(self, sentence: str) -> bool:
        """Return whether the reference class comes before the focal one, and so is the subject."""
        low = sentence.casefold()
        places = [low.find(name) for name in self._classes() if name]
        return len(places) == 2 and places[1] >= 0 and not 0 <= places[0] < places[1]

    def _classes(self) -> tuple[str, str]:
        gap = next((c for c in self.claims if c.get("id") == "gap"), {})
        reference = re.search(r"expected at the (.+) rate", str(gap.get("baseline", "")))
        focal = re.match(r"(?:In these records, )?(.+?) posts\b", self.sentence)
        return (
            focal[1].casefold().split()[-1] if focal else "",
            reference[1].casefold() if reference else "",
        )


def _contexts(record: Record) -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for entry in record.entries():
        for _, _, claim in entry.tokens:
            if claim:
                out.setdefault(claim, set()).update(_words(entry.text))
    return {k: frozenset(v) for k, v in out.items()}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))


def _fits(claim: Mapping[str, Any], phrase: Phrase) -> bool:
    unit = str(claim.get("unit", ""))
    if phrase.kind in UNITS:
        return unit in UNITS[phrase.kind]
    return unit not in NO_COUNT


def _in_unit(claim: Mapping[str, Any], phrase: Phrase) -> float:
    """Return a claim's value as the sentence would say it: a share as percent."""
    value = float(claim["value"])
    return 100 * value if phrase.kind == "percent" and claim.get("unit") in SHARES else value


def _sign(claim: Mapping[str, Any]) -> int:
    found = claim.get("sign", 0)
    return found if found in (-1, 0, 1) else 0


def _own(claim: Mapping[str, Any]) -> bool:
    """Return whether a claim is more than a cell of a table or a label inside a chart."""
    return claim.get("kind") not in ("cell", "printed") and "/chart/" not in str(claim.get("id"))


def _odds(claim: Mapping[str, Any]) -> bool:
    return "odds" in f"{claim.get('unit')} {claim.get('estimator')} {claim.get('id')}".lower()


def _full(claim: Mapping[str, Any]) -> str:
    return f"{claim['value']:.12g} {visible(claim.get('unit', ''), 40)}".strip()


def _specific(phrase: Phrase) -> bool:
    digits = re.sub(r"\D", "", phrase.text).lstrip("0")
    return len(digits) >= SPECIFIC
