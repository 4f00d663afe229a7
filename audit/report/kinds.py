"""What kind of number each number of a printed text is, and the claims that the numbers make.

A kind is one of `KINDS`:

========== =====================================================================================
claim      a number that the report says: it has an entry in claims.json
date       a day, month, year or time of day
citation   of a work cited: its year, volume, pages
quotation  inside quotation marks, code, or what a program printed
document   of the document itself: section, figure, table, page, version, hash, id
wording    a number word in fixed words that counts nothing: "one of", "at one time"
========== =====================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.claims import Claim
from audit.report.excused import DATES, counts_something, typed_kind
from audit.report.places import Part, Said, Span
from audit.tokens import Token, tokens

__all__ = ["KINDS", "Traced", "check", "counts_something", "traced", "typed_kind"]

KINDS = ("claim", "date", "citation", "quotation", "document", "wording")


@dataclass(slots=True)
class Traced:
    """The claims of a report, and the kind of each of its number tokens.

    Attributes
    ----------
    claims : list of dict
        In the order of the report, without `pages`.
    entries : list of dict
        `at`, `part`, `text` and `tokens`, each (token, kind, id of the claim or "").
    """

    claims: list[dict[str, Any]]
    entries: list[dict[str, Any]] = field(default_factory=list)
    _by_text: dict[tuple[str, float], list[dict[str, Any]]] = field(default_factory=dict)
    _ends: dict[float, list[dict[str, Any]]] = field(default_factory=dict)
    _given: dict[float | None, list[dict[str, Any]]] = field(default_factory=dict)
    _taken: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Index the recorded claims by what they print."""
        for claim in self.claims:
            self._taken[claim["id"]] = 1
            if claim.get("kind") == "stated":
                self._given.setdefault(claim["value"], []).append(claim)
            for token in tokens(str(claim.get("text", ""))):
                self._known(token.text, claim.get("value")).append(claim)
            for end in (claim.get("conf_low"), claim.get("conf_high")):
                if end is not None:
                    self._ends.setdefault(_rounded(end), []).append(claim)

    def _known(self, text: str, value: Any) -> list[dict[str, Any]]:
        known = _rounded(value) if isinstance(value, int | float) else 0.0
        return self._by_text.setdefault((text, known), [])

    def add(self, part: Part) -> None:
        """Give every number of a part its kind, and a claim to each that has none yet."""
        found = [self._token(part, token, n) for n, token in enumerate(tokens(part.text), 1)]
        if found:
            entry = {"at": part.at, "part": part.part, "text": part.text, "tokens": found}
            self.entries.append(entry)

    def _token(self, part: Part, token: Token, n: int) -> list[str]:
        span = next((s for s in part.spans if s.start <= token.start and token.end <= s.end), None)
        if span and span.claim:
            return [token.text, "claim", span.claim]
        kind = _kind(part, token, span)
        if kind != "claim":
            return [token.text, kind, ""]
        return [token.text, "claim", self._claim(part, token, n, span)]

    def _claim(self, part: Part, token: Token, n: int, span: Span | None) -> str:
        said = part.numbers.get(part.text[token.start : token.end])
        if part.value is not None and _is_whole(part, token):
            said = (part.value, part.unit, _decimals(token.text))
        if said is None and part.drawn:
            said = _drawn(part.drawn, token)
        if said is None and (name := self._stated(part, token)):
            return name
        if said is None:
            fixed = part.own and (span is None or span.kind != "data")
            fixed = fixed or token.shape == "word"  # no code says a number in words but a claim's
            return self._new(part, n, token, None, kind="constant" if fixed else "printed")
        value, unit, decimals = said
        if part.value is None:
            for claim in [*self._known(token.text, value), *self._ends.get(_rounded(value), [])]:
                if _is_same(claim, unit, value, part.text[token.end :]):
                    return str(claim["id"])
        kind = OF_UNIT.get(unit, "estimate")
        kind = "cell" if part.part == "cell" else kind
        return self._new(part, n, token, (value, unit, decimals), kind=kind)

    def _stated(self, part: Part, token: Token) -> str:
        """Return the stated claim that a typed number repeats: its value before its unit."""
        tail = part.text[token.end :].lstrip()
        for claim in self._given.get(token.value, []):
            unit = str(claim.get("unit", "")).removesuffix("s")
            if unit and tail.startswith(unit):
                return str(claim["id"])
        return ""

    def _new(self, part: Part, n: int, token: Token, said: Said | None, *, kind: str) -> str:
        cell = part.part == "cell"
        stem = part.anchor if cell else f"{part.anchor}/{part.part}"
        name = stem if cell and n == 1 else f"{stem}/{n}"
        times = self._taken[name] = self._taken.get(name, 0) + 1
        while times > 1:  # two texts of one kind in one block: numbered in their order
            again = f"{stem}/{times}/{n}"
            if again not in self._taken:
                name, times = again, 1
                self._taken[name] = 1
            else:
                times += 1
        value, unit, decimals = said or (token.value, _unit(token), _decimals(token.text))
        number = _rounded(value if value is not None else 0.0)
        claim = Claim(
            name,
            part.text[token.start : token.end],
            number,
            unit,
            sign=(number > 0) - (number < 0) if unit == "percentage points" else 0,
            decimals=decimals,
            estimator=_source(part) if said else "",
            kind=kind,
        )
        self.claims.append(claim.to_dict())
        self._known(token.text, number).append(self.claims[-1])
        return name


def traced(parts: Iterable[Part], claims: Iterable[Mapping[str, Any]]) -> Traced:
    """Return the kinds and claims of all parts of a document, beside those recorded already."""
    out = Traced([dict(c) for c in claims])
    for part in parts:
        out.add(part)
    return out


def _kind(part: Part, token: Token, span: Span | None) -> str:
    """Return the kind of a token; "claim" is what nothing else explains."""
    if span and span.kind in KINDS and span.kind != "claim":
        return span.kind
    if part.part == "cell" and part.value is not None:
        return "claim"
    if part.text[token.start : token.end] in part.numbers:
        return "claim"
    if part.part == "version":
        return "document"
    if part.part == "provenance":
        return "date" if token.shape in DATES - {"year"} else "document"
    if part.part == "verbatim":
        return "quotation"
    if part.part == "formula":
        return "wording"
    return typed_kind(part.text, token) or "claim"


def _source(part: Part) -> str:
    """Return where the value of a number was read: the table's or the chart's file of data."""
    if part.part == "cell" and part.value is not None:
        return f"tables/{part.anchor.split('/')[0]}.csv"
    return f"charts/{part.anchor}.csv" if part.drawn else ""


def _drawn(values: Collection[float], token: Token) -> Said | None:
    """Return the number of a chart's data that a token in its words rounds, if there is but one."""
    if token.value is None or token.shape == "word":
        return None
    percents = token.shape == "percent"
    decimals = _decimals(token.text)
    size = abs(token.value)
    found = {
        v
        for v in values
        for scale in ((100,) if percents else (1, 100))
        if f"{abs(v) * scale:.{decimals}f}" == f"{size:.{decimals}f}"
    }
    if len(found) != 1:
        return None
    value = found.pop()
    if percents:
        return value, "share", decimals
    scaled = f"{abs(value):.{decimals}f}" != f"{size:.{decimals}f}"
    return (100 * value, "percentage points", decimals) if scaled else (value, "", decimals)


def _is_whole(part: Part, token: Token) -> bool:
    """Return whether a token is all that its cell says."""
    return part.text[token.start : token.end].strip() == part.text.strip()


def _rounded(value: float) -> float:
    return float(f"{value:.12g}")


OF_UNIT = {"count": "count", "confidence": "constant", "setting": "constant"}
"""The kind of a number that was said of no estimate, by its unit."""
MANY = 100
"""From here on two counts that agree are taken for one; smaller ones agree by chance."""


def _is_same(claim: Mapping[str, Any], unit: str, value: float, tail: str) -> bool:
    """Return whether a number that was said is the one that a claim records."""
    if unit != "count":
        return bool(unit == claim["unit"])
    if claim["unit"] in ("share", "percentage points", "p", "rung", "ratio"):
        return False
    return abs(value) >= MANY or str(claim["unit"]).rstrip("s") in tail[:40]


def _decimals(text: str) -> int:
    found = re.search(r"\.(\d+)", text)
    return len(found[1]) if found else 0


def _unit(token: Token) -> str:
    return "percent" if token.shape == "percent" else "word" if token.shape == "word" else ""


def check(entries: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield what is wrong with the tokens of a record: an unknown kind, a claim without its id."""
    for entry in entries:
        for token, kind, claim in entry["tokens"]:
            if kind not in KINDS:
                yield f"{entry['at']}: {token!r} has the kind {kind!r}"
            elif (kind == "claim") != bool(claim):
                yield f"{entry['at']}: {token!r} is a {kind} and names the claim {claim!r}"
