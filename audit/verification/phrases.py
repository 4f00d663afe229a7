"""The numbers of a journalist's sentence: what each says, and how far rounding may have gone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from audit.tokens import TENS, WORDS, WRITTEN, Token, tokens

Kind = Literal["share", "percent", "points", "ratio", "count", "p", "date", "name"]
HEDGES = {
    "near": ("about", "around", "roughly", "approximately", "some", "close to", "an estimated"),
    "under": ("nearly", "almost", "just under", "under", "less than", "fewer than", "up to")
    + ("at most", "below"),
    "over": ("just over", "over", "more than", "above", "at least", "upwards of"),
}
"""Words before a number that loosen it: on both sides, or say on which side the value lies."""
PLAIN, LOOSE = 0.05, 0.10
"""How far a fraction in words may be from the value, as a share of it: bare, and with a hedge."""

PARTS = {
    **{"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6},
    **{"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10},
}
TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
MANY = {
    **{w: v for w, v in WORDS.items() if v >= 1 and w != "twice"},
    **{w: 13.0 + i for i, w in enumerate(TEENS)},
    **TENS,
    **{"hundred": 100.0, "dozen": 12.0},
}
CROWD = re.compile(r"(?<!\w)(?:dozens|scores|hundreds|thousands|millions)(?!\w)", re.IGNORECASE)
WORDED = re.compile(
    rf"(?<![\w-])(?:an? )?(?P<n>{'|'.join((*TEENS, *TENS, 'dozen', 'hundred'))})(?![\w-])", re.I
)
AS_RATIO = re.compile(
    r"(?i) ?(?:more|less|fewer|as|higher|lower|greater|larger|smaller|likel|the |that |what |over)"
)
BELOW = "below|under|less than|at most"
_N = rf"(?:[\d,]*\d(?:\.\d+)?|{'|'.join(MANY)}|an?)"
_NUM = r"(?P<n>[−+±-]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|" + "|".join(MANY) + ")"
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<![\w.,]){pattern}(?!\w)", re.IGNORECASE))  # type: ignore[misc]
    for kind, pattern in (
        ("share", rf"(?P<n>{_N}) (?:in|out of) (?:every )?(?P<of>{_N})"),
        (
            "share",
            r"(?P<n>an?|one|two|three|four|five|six|seven|eight|nine)[ -]"
            r"(?P<part>half|halves|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)s?",
        ),
        ("share", r"(?P<part>half)(?= (?:of|the|their|its|as)\b)"),
        ("ratio", r"(?P<word>twice|thrice|double[ds]?|doubling|tripled?|triples)"),
        ("ratio", rf"{_NUM}(?:[ -]?times|[ -]?fold|x|×| ×)"),
        ("percent", rf"{_NUM} ?(?:%|percent\b|per cent\b)(?! ?points?)"),
        ("points", rf"{_NUM}[ -]?(?:%|percent(?:age)?|per cent)?[ -]?(?:points?|pp|pts)"),
        ("p", rf"p(?:[ -]values?)?(?: (?:is|was|of|at))? ?(?:=|<|≤|{BELOW})? ?(?P<n>0?\.\d+)"),
    )
)
BOUND = re.compile(rf"<|≤|{BELOW}")
NEAR = 40  # characters before a number in which its hedge, or the name it is part of, stands
NAMED = re.compile(r"(?:[^\W\d_]-|[@#/.]\w*|\w)$")
"""What makes the digits behind it part of a name: COVID-19, o-0007, @user1."""
WORTH = {"twice": 2.0, "thrice": 3.0, "doub": 2.0, "trip": 3.0}


@dataclass(frozen=True, slots=True)
class Phrase:
    """One number as a sentence says it.

    Attributes
    ----------
    text : str
        With its hedge: "nearly a third".
    start, end : int
        In the sentence.
    kind : str
        "share" (a fraction of 1), "percent", "points", "ratio", "count", "p", "date" or "name".
    value : float
        As said: 18 for "18 points", 0.333… for "a third"; NaN for a date or a name.
    low, high : float
        The values that it may have been rounded from.
    signed : int
        Of a sign that is printed; 0 where none is.
    """

    text: str
    start: int
    end: int
    kind: Kind
    value: float
    low: float
    high: float
    signed: int = 0

    def allows(self, exact: float) -> bool:
        """Return whether a value may have been rounded to what the sentence says, sign apart."""
        slack = 1e-9 * max(1.0, abs(exact))
        return self.low - slack <= abs(exact) <= self.high + slack


@dataclass(frozen=True, slots=True)
class _Said:
    """A number as typed: its digits ("" where none), what it is worth, whether in words."""

    text: str
    value: float
    words: bool


def phrases(sentence: str) -> list[Phrase]:
    """Return the numbers of a sentence, in order; each character belongs to one at most.

    What rounding is honest:

    ======================  =====================================================================
    said                    the exact value lies
    ======================  =====================================================================
    "35.0 %", "18 points"   within half a unit of the last digit printed
    "about 400"             within half a unit of the last digit that is not 0, or a tenth of it
    "a third", "2 in 5"     within 5 % of the fraction
    "about a third"         within 10 % of the fraction
    "nearly a third"        below it, by 10 % at most (or above, by half a unit of a last digit)
    "more than a third"     above it, by 10 % at most
    ======================  =====================================================================
    """
    out: list[Phrase] = []
    taken = [False] * (len(sentence) + 1)
    nan = math.nan
    for match in WRITTEN.finditer(sentence):
        out.append(Phrase(match[0], *match.span(), "date", nan, nan, nan))
        taken[match.start() : match.end()] = [True] * len(match[0])
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(sentence):
            times = kind == "ratio" and match[0].lower().endswith("times")
            if times and not AS_RATIO.match(sentence, match.end()):
                continue  # "posted 302 times" counts
            if not any(taken[match.start() : match.end()]):
                out.append(_phrase(sentence, kind, match))
                taken[match.start() : match.end()] = [True] * (match.end() - match.start())
    for match in (*CROWD.finditer(sentence), *WORDED.finditer(sentence)):
        if not any(taken[match.start() : match.end()]):
            span, word = match.span(), match.groupdict().get("n")
            value = MANY[word.lower()] if word else math.inf
            out.append(_made(sentence, "count", span, _Said("", value, True)))
            taken[span[0] : span[1]] = [True] * len(match[0])
    for token in tokens(sentence):
        if not any(taken[token.start : token.end]):
            out += _token(sentence, token)
    return sorted(out, key=lambda p: p.start)


def _phrase(sentence: str, kind: Kind, match: re.Match[str]) -> Phrase:
    found = match.groupdict()
    said = found.get("n") or ""
    if found.get("word"):
        value = next(v for w, v in WORTH.items() if found["word"].lower().startswith(w))
    elif found.get("part"):
        part = found["part"].lower()
        value = (_worth(said) if said else 1.0) / PARTS[part]
    elif found.get("of"):
        value = _worth(said) / max(_worth(found["of"]), 1e-12)
    else:
        value = _worth(said)
    if kind == "p" and BOUND.search(match[0]):
        return Phrase(match[0], *match.span(), "p", value, 0.0, value)
    words = kind == "share" or bool(found.get("word")) or not any(c.isdigit() for c in said)
    return _made(sentence, kind, match.span(), _Said(said, value, words))


def _token(sentence: str, token: Token) -> Iterator[Phrase]:
    span = (token.start, token.end)
    text = sentence[token.start : token.end]
    nan = math.nan
    if token.shape in ("iso date", "written date", "clock", "year", "ordinal"):
        yield Phrase(text, *span, "date", nan, nan, nan)
    elif token.value is None or NAMED.search(sentence, max(0, token.start - NEAR), token.start):
        yield Phrase(text, *span, "name", nan, nan, nan)
    elif token.shape == "word" and (token.value < 1 or _no_count(sentence, token)):
        return
    else:
        kind: Kind = "percent" if token.shape == "percent" else "count"
        words = token.shape == "word"
        said = _Said("" if words else token.text, token.value, words)
        yield _made(sentence, kind, span, said)


def _no_count(sentence: str, token: Token) -> bool:
    """Return whether a number word counts nothing: "one of", "no one", "this one"."""
    from audit.report.kinds import counts_something

    return not counts_something(sentence, token)


def _made(sentence: str, kind: Kind, span: tuple[int, int], said: _Said) -> Phrase:
    start, end = span
    way, start = _hedged(sentence, start)
    low, high = _room(said, way)
    signed = {"+": 1, "−": -1, "-": -1}.get(said.text[:1], 0)
    return Phrase(sentence[start:end], start, end, kind, abs(said.value), low, high, signed)


def _hedged(sentence: str, start: int) -> tuple[str, int]:
    """Return which way a number is loosened, and where its phrase begins."""
    before = sentence[max(0, start - NEAR) : start].lower()
    for way, hedges in HEDGES.items():
        for words in sorted(hedges, key=len, reverse=True):
            if re.search(rf"(?<!\w){words} $", before):
                if way == "over" and before.endswith("just over "):
                    words = "just over"
                return way, start - len(words) - 1
    return "", start


def _room(number: _Said, way: str) -> tuple[float, float]:
    """Return the values that may have been rounded to a number."""
    value, said = abs(number.value), number.text
    if number.words:
        near = value * (LOOSE if way else PLAIN)
        if not way and 1 <= value < math.inf and value == int(value):
            near = min(near, 0.5)
        step = 0.0
    else:
        step = 0.5 * 10.0 ** -_decimals(said)
        near = max(step, min(0.5 * 10.0 ** _zeros(said), LOOSE * value)) if way else step
        near = max(near, LOOSE * value) if way in ("under", "over") else near
    if way == "under":
        return value - near, value + step
    if way == "over":
        return value - step, value + near
    return value - near, value + near


def _decimals(said: str) -> int:
    return len(said.rpartition(".")[2].rstrip("%")) if "." in said else 0


def _zeros(said: str) -> int:
    whole = said.replace(",", "").rstrip("%")
    return 0 if "." in whole else len(whole) - len(whole.rstrip("0"))


def _worth(said: str) -> float:
    low = said.lower()
    if low in ("a", "an"):
        return 1.0
    if low in MANY:
        return MANY[low]
    return float(low.replace(",", "").replace("−", "-").replace("±", ""))
