"""The claims of a report as a book in which a number of a draft is looked up."""

from __future__ import annotations

import csv
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from audit.claims import direction_of
from audit.text import visible
from audit.tokens import flattened
from audit.verification.phrases import Phrase
from audit.verification.record import Record
from audit.verification.spoken import (
    PAIRS,
    class_at,
    class_first,
    class_of_claim,
    class_said,
    noun_of,
)

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
ENDS = ("conf_low", "conf_high")
YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
RANGE = re.compile(r" ?(?:to|and|–|-|through) ?[−+-]?\d")
RANGED = re.compile(r"\d ?(?:points? )?(?:to|and|–|-|through) $")
OF = re.compile(r" (?:out )?of (?:the |all |all the |its |their )?")
COMMON = frozenset(
    ("posts", "post", "accounts", "account", "removed", "platform", "points", "percentage")
    + ("percent", "interval", "were", "with", "that", "than", "from", "their", "would", "have")
    + ("more", "less", "often", "leaders", "rate", "acted", "gap", "these", "this", "comparable")
)
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
        self.classes = self._classes()

    def prints(self, text: str) -> bool:
        """Return whether the report prints a date or a name."""
        return flattened(text) in self.printed

    def in_period(self, text: str) -> bool:
        """Return whether a date's years lie among those that the report prints as dates."""
        dates = [t for e in self.record.entries() for t, kind, _ in e.tokens if kind == "date"]
        known = [int(y) for t in dates for y in YEAR.findall(t)]
        said = [int(y) for y in YEAR.findall(text)]
        return bool(known and said) and all(min(known) <= y <= max(known) for y in said)

    def match(self, phrase: Phrase, sentence: str) -> Match:
        """Return the claim that a number of a sentence says, or what is wrong with it."""
        fitting = [c for c in self.claims if _fits(c, phrase)]
        right = [c for c in fitting if phrase.allows(_in_unit(c, phrase)) and _tells(c)]
        end = self._end(phrase, sentence)
        page = [c for c in right if "/" not in str(c.get("id")) and _counts(c, phrase, sentence)]
        if page:
            return self._of_class(page, phrase, sentence)
        if end:
            return end
        named = [c for c in right if self._named(c, phrase, sentence)]
        if named:
            return self._matched(self._best(named, sentence), phrase)
        return self._lost(phrase, fitting, right)

    def _of_class(self, page: Sequence[Mapping[str, Any]], phrase: Phrase, sentence: str) -> Match:
        """Return the claim that is of the class the number stands with, or say that none is."""
        said = class_at(sentence, phrase.start, phrase.end, self.classes)
        mine = [c for c in page if class_of_claim(str(c["id"])) in ("", said)] if said else page
        if mine:
            return self._matched(self._best(mine, sentence), phrase)
        whose = self.classes[0] if said == "reference" else self.classes[1]
        wrong = f"in the report it is of the {visible(whose, 40)} class (claim {page[0]['id']})"
        return Match(kind="number", wrong=wrong, instead="name the class that it is of.")

    def _end(self, phrase: Phrase, sentence: str) -> Match | None:
        """Return page 1's interval of which the number is an end or the level."""
        before, after = sentence[: phrase.start], sentence[phrase.end :]
        ranged = RANGE.match(after) or RANGED.search(before)
        spoken = re.search(r"interval|confidence", sentence, re.IGNORECASE)
        for claim in self.claims:
            ends = [e for k in ENDS for e in [claim.get(k)] if isinstance(e, int | float)]
            if "/" in str(claim.get("id")) or claim.get("unit") not in POINTS or len(ends) != 2:
                continue
            level = claim.get("confidence")
            if phrase.kind == "percent" and spoken and level and phrase.allows(100 * level):
                return Match(claim=str(claim["id"]), exact=f"the level of its interval ({level:g})")
            plain = phrase.kind == "points" or (phrase.kind == "count" and ranged)
            found = [e for e in ends if plain and _is_end(phrase, e, apart=ends[0] * ends[1] < 0)]
            if found:
                exact = f"an end of its interval ({found[0]:.12g} percentage points)"
                return Match(claim=str(claim["id"]), exact=exact, main=True)
        return None

    def _named(self, claim: Mapping[str, Any], phrase: Phrase, sentence: str) -> bool:
        """Return whether a sentence names what a number off page 1 is of: its row, or its text."""
        if not _specific(phrase) or phrase.text[:1].isalpha():
            return False
        name = str(claim.get("id"))
        if claim.get("kind") == "cell":
            return any(label in sentence.casefold() for label in self._row(name))
        common = COMMON | set(" ".join(self.classes).split())
        shared = (_words(sentence) & self.context.get(name, frozenset())) - common
        return len(shared) >= 2

    def _row(self, name: str) -> list[str]:
        """Return the labels of the row of a table that a cell is in."""
        table, _, rest = name.partition("/")
        place = re.match(r"r(\d{1,6})", rest)
        path = self.record.folder / "tables" / f"{table}.csv"
        if not place or not re.fullmatch(r"[\w-]+", table) or not path.is_file():
            return []
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.reader(file))[1:]
        at = int(place[1])
        cells = rows[at] if at < len(rows) else []
        return [c.casefold() for c in cells if re.search(r"[^\W\d_]{3}", c)]

    def pair(self, one: Phrase, other: Phrase, between: str, sentence: str) -> str:
        """Return what is wrong with "one of other"; "" where nothing is, or it is no such pair."""
        if one.kind != "count" or other.kind != "count" or not OF.fullmatch(between):
            return ""
        value = {str(c["id"]): float(c["value"]) for c in self.claims if "/" not in str(c["id"])}
        both = [p for p in PAIRS if p[0] in value and p[1] in value]
        right = [p for p in both if one.allows(value[p[0]]) and other.allows(value[p[1]])]
        known = {n for p in both for n in p}
        met = [any(x.allows(value[n]) for n in known) for x in (one, other)]
        if right or not all(met):
            return ""
        return "the two are of different classes or counts: no row of the report has this pair"

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
            like = visible(right[0].get("id", ""), 80)
            wrong = f"traces to no claim of its own; it is only like {like}, of another thing"
        else:
            wrong = "traces to no claim of the report"
        near = [c for c in fitting if _own(c) and "/" not in str(c.get("id"))]
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
        if not signs and (any(m.main for m in matches) or class_said(sentence, *self.classes)):
            signs = {_sign(c) for c in self.claims if c.get("id") == "gap"} - {0}
        if len(signs) != 1 or direction_of(sentence) is None:
            return None
        sign = signs.pop()
        return -sign if self._turned(sentence) else sign

    def _turned(self, sentence: str) -> bool:
        """Return whether the reference class comes before the focal one, and so is the subject."""
        return class_first(sentence, *self.classes) == "reference"

    @property
    def lenient(self) -> int:
        """Return 1 where the verdict is lenience to the focal class, −1 strictness, 0 neither."""
        verdict = str(self.record.part("verdict").get("verdict", ""))
        more_is = self.record.part("verdict").get("more_is")
        if verdict.startswith("treated more"):
            return 1 if verdict.endswith("leniently") else -1
        gap = next((_sign(c) for c in self.claims if c.get("id") == "gap"), 0)
        plain = verdict.startswith("acted on") and more_is in ("stricter", "lenient")
        return (gap if more_is == "lenient" else -gap) if plain else 0

    def _classes(self) -> tuple[str, str]:
        gap = next((c for c in self.claims if c.get("id") == "gap"), {})
        reference = re.search(r"expected at the (.+) rate", str(gap.get("baseline", "")))
        focal = re.match(r"(?:In these records, )?(.+?) posts\b", self.sentence)
        return (
            focal[1].casefold().split()[-1] if focal else "",
            reference[1].casefold() if reference else "",
        )


def _tells(claim: Mapping[str, Any]) -> bool:
    """Return whether a claim is a number of the evidence: no constant, word, label or tick."""
    name, kind = str(claim.get("id")), claim.get("kind")
    plain = kind not in ("printed", "constant") or "confidence" in str(claim.get("unit"))
    return plain and claim.get("unit") != "word" and "/chart/" not in name


def _is_end(phrase: Phrase, bound: float, *, apart: bool) -> bool:
    """Return whether a number is an end of an interval; `apart` where 0 lies in it.

    Without a sign an end below 0 may be said only where the other is below 0 too: "7 to 28 points
    less often".
    """
    sign = (bound > 0) - (bound < 0)
    said = phrase.signed or (1 if apart else sign)
    return phrase.allows(bound) and said == sign


def _counts(claim: Mapping[str, Any], phrase: Phrase, sentence: str) -> bool:
    """Return whether a number counts, in its sentence, what a claim is of."""
    noun = noun_of(sentence, phrase.end)
    unit = claim.get("unit")
    return phrase.kind != "count" or not noun or (unit == "accounts") == (noun == "accounts")


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
