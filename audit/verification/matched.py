"""The claims of a report as a book in which a number of a draft is looked up."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audit.text import visible
from audit.tokens import flattened
from audit.verification.candidates import (
    POINTS,
    Claim,
    counts,
    fits,
    in_full,
    in_unit,
    is_odds,
    is_specific,
    of_page_one,
    own,
    sign_of,
    tells,
)
from audit.verification.classes import class_at, class_of_claim, class_said, classes_of
from audit.verification.intervals import end_of
from audit.verification.phrases import Phrase
from audit.verification.record import Record
from audit.verification.rows import Rows
from audit.verification.supposed import contradicts

YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
COMMON = frozenset(
    ("posts", "post", "accounts", "account", "removed", "platform", "points", "percentage")
    + ("percent", "interval", "were", "with", "that", "than", "from", "their", "would", "have")
    + ("more", "less", "often", "leaders", "rate", "acted", "gap", "these", "this", "comparable")
)
MAIN = ("gap", "observed", "expected", "observed_rate", "expected_rate")
CALLED = {
    "margin": re.compile(r"\bmargin(?: [\w’'-]+){0,3} $", re.IGNORECASE),
    "detectable_gap": re.compile(
        r"\b(?:smallest|least)\b[^,;:.]{0,30}\b(?:gap|difference|effect)\b[^,;:.]{0,60} $", re.I
    ),
}
"""What a sentence calls a number before it says it: then it is that one, and no other."""


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
        self.classes = classes_of(record)
        self.rows = Rows(record.folder, self.claims, self.classes)

    def prints(self, text: str) -> bool:
        """Return whether the report prints a date or a name."""
        return flattened(text) in self.printed

    def in_period(self, text: str) -> bool:
        """Return whether a date's years lie among those that the report prints as dates."""
        dates = [t for e in self.record.entries() for t, kind, _ in e.tokens if kind == "date"]
        known = [int(y) for t in dates for y in YEAR.findall(t)]
        said = [int(y) for y in YEAR.findall(text)]
        return bool(known and said) and all(min(known) <= y <= max(known) for y in said)

    def match(self, phrase: Phrase, sentence: str, about: str = "") -> Match:
        """Return the claim that a number of a sentence says, or what is wrong with it.

        `about` is what heads a cell of a table: its column and its row.
        """
        called = self._called(phrase, sentence)
        if called is not None and not phrase.allows(in_unit(called, phrase)):
            wrong = f"in the report it is {visible(called['text'], 80)} (claim {called['id']})"
            return Match(kind="number", wrong=wrong, instead=visible(called["text"], 80))
        fitting = [c for c in self.claims if fits(c, phrase)]
        right = [c for c in fitting if phrase.allows(in_unit(c, phrase)) and tells(c)]
        page = [c for c in right if of_page_one(c) and counts(c, phrase, sentence)]
        page = [c for c in page if called is None or c is called]
        if page:
            return self._of_class(page, phrase, sentence, about)
        end = end_of(phrase, sentence, self.claims)
        if end:
            return Match(claim=str(end[0]["id"]), exact=end[1], main=phrase.kind != "percent")
        named = self._named(right, phrase, f"{about} {sentence}")
        if named:
            return self._matched(self._best(named, sentence), phrase)
        return self._lost(phrase, fitting, right)

    def _called(self, phrase: Phrase, sentence: str) -> Claim | None:
        """Return the claim that a sentence calls a number by name, where it is of that unit."""
        names = [n for n, said in CALLED.items() if said.search(sentence[: phrase.start])]
        found = [c for c in self.claims if c.get("id") in names and fits(c, phrase)]
        return found[0] if len(found) == 1 else None

    def _of_class(self, page: Sequence[Claim], phrase: Phrase, sentence: str, about: str) -> Match:
        """Return the claim that is of the class, and of the kind, that the number stands with."""
        said = class_at(sentence, phrase.start, phrase.end, self.classes)
        said = said or class_said(about, self.classes)
        mine = [c for c in page if class_of_claim(str(c["id"])) in ("", said)] if said else page
        if not mine:
            whose = self.classes[0] if said == "reference" else self.classes[1]
            wrong = f"in the report it is of the {visible(whose, 40)} class (claim {page[0]['id']})"
            return Match(kind="number", wrong=wrong, instead="name the class that it is of.")
        false = [contradicts(c, sentence, phrase.end - 1, about) for c in mine]
        true = [c for c, why in zip(mine, false, strict=True) if not why]
        if not true:
            return Match(kind="number", wrong=false[0], instead=self.sentence)
        return self._matched(self._best(true, sentence), phrase)

    def _named(self, right: Sequence[Claim], phrase: Phrase, sentence: str) -> list[Claim]:
        """Return the numbers off page 1 whose row, or whose text, a sentence names."""
        typed = phrase.kind in ("points", "percent", "p") and any(c.isdigit() for c in phrase.text)
        found = []
        if typed or is_specific(phrase):
            rows = tuple(row.id for row in self.rows.named(sentence))
            found = [c for c in right if c.get("kind") == "cell" and str(c["id"]).startswith(rows)]
        if is_specific(phrase):
            common = COMMON | set(" ".join(self.classes).split())
            said = _words(sentence) - common
            found += [
                c
                for c in right
                if c.get("kind") != "cell"
                and len(said & self.context.get(str(c["id"]), frozenset())) >= 2
            ]
        return found

    def _matched(self, claim: Claim, phrase: Phrase) -> Match:
        name, sign = str(claim.get("id")), sign_of(claim)
        exact = f"{visible(claim.get('text'), 80)} ({in_full(claim)})"
        found = Match(
            claim=visible(name, 80),
            exact=exact,
            sign=sign,
            odds=is_odds(claim),
            main=name in MAIN,
        )
        if phrase.signed and sign and phrase.signed != sign:
            wrong = f"the sign is {'−' if sign < 0 else '+'} in the report (claim {name})"
            return replace(found, kind="sign", wrong=wrong, instead=visible(claim["text"], 80))
        return found

    def _lost(self, phrase: Phrase, fitting: Sequence[Claim], right: Sequence[Claim]) -> Match:
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
        near = [c for c in fitting if own(c) and of_page_one(c)]
        if not near:
            return Match(kind="unrecorded", wrong=wrong)
        best = min(near, key=lambda c: abs(abs(in_unit(c, phrase)) - phrase.value))
        instead = f"the nearest is {best['text']} (claim {best['id']}, {in_full(best)})."
        return Match(kind="unrecorded", wrong=wrong, instead=visible(instead, 300))

    def _best(self, claims: Sequence[Claim], sentence: str) -> Claim:
        """Return the claim whose own sentences share the most words with this one."""
        words = _words(sentence)

        def near(claim: Claim) -> tuple[bool, int, bool]:
            name = str(claim.get("id"))
            shared = len(words & self.context.get(name, frozenset()))
            return name in MAIN, shared, "/" not in name

        return max(claims, key=near)


def _contexts(record: Record) -> dict[str, frozenset[str]]:
    out: dict[str, set[str]] = {}
    for entry in record.entries():
        for _, _, claim in entry.tokens:
            if claim:
                out.setdefault(claim, set()).update(_words(entry.text))
    return {k: frozenset(v) for k, v in out.items()}


def _words(text: str) -> set[str]:
    return set(re.findall(r"[^\W\d_]{4,}", text.casefold()))
