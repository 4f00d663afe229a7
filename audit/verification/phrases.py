"""The numbers of a journalist's sentence: what each says, and how far rounding may have gone."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from audit.tokens import WRITTEN, Token, tokens
from audit.verification.classes import NOUN
from audit.verification.number_words import IN_WORDS, LARGE, ROMAN, SIZES, worth, worth_of_roman
from audit.verification.rounding import NEAR, Typed, hedged, room

Kind = Literal["share", "percent", "points", "ratio", "count", "p", "date", "name"]
PARTS = {
    **{"half": 2, "halves": 2, "third": 3, "quarter": 4, "fifth": 5, "sixth": 6},
    **{"seventh": 7, "eighth": 8, "ninth": 9, "tenth": 10},
}
CROWD = re.compile(r"(?<!\w)(?:dozens|scores|hundreds|thousands|millions)(?!\w)", re.IGNORECASE)
WORDED = re.compile(rf"(?<![\w.,-])(?P<n>{LARGE})(?![\w-])", re.IGNORECASE)
AS_RATIO = re.compile(
    r"(?i) ?(?:more|less|fewer|as|higher|lower|greater|larger|smaller|likel|the |that |what |over)"
)
BELOW = "below|under|less than|at most"
_DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_N = rf"(?:[\d,]*\d(?:\.\d+)?(?! (?:{'|'.join(SIZES)})\b)|{IN_WORDS}|an?)"
_NUM = rf"(?P<n>[−+±-]?{_DIGITS}(?! (?:{'|'.join(SIZES)})\b)|{IN_WORDS})"
_FEW = r"an?|one|two|three|four|five|six|seven|eight|nine"
PATTERNS: tuple[tuple[Kind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"(?<![\w.,]){pattern}(?!\w)", re.IGNORECASE))  # type: ignore[misc]
    for kind, pattern in (
        ("share", rf"(?P<n>{_N}) (?:in|out of) (?:every )?(?P<of>{_N})"),
        (  # "one leader post in three was removed"
            "share",
            rf"(?P<n>{_FEW})(?: [^\W\d_][\w’'-]*){{1,3}} (?:in|out of) (?:every )?(?P<of>{_N})"
            r"(?=[.,;:!?)]| (?:was|were|is|are|had|has|have|stay|remain|went|came|got)|$)",
        ),
        (
            "share",
            rf"(?P<n>{_FEW})[ -]"
            r"(?P<part>half|halves|third|quarter|fifth|sixth|seventh|eighth|ninth|tenth)s?",
        ),
        ("ratio", r"(?P<part>half)(?= (?:that|the (?:rate|share|risk|odds|chance))\b)"),
        ("share", r"(?P<part>half)(?= (?:of|the|their|its|as|all)\b)"),
        (
            "ratio",
            r"(?P<word>(?:twice|thrice)(?= (?:as|the|that|what|more|less|its|their|those|this)\b)"
            r"|double[ds]?|doubling|tripled?|triples)",
        ),
        ("ratio", rf"{_NUM}(?:[ -]?times|[ -]?fold|x|×| ×)"),
        ("percent", rf"{_NUM} ?(?:%|percent\b|per cent\b)(?! ?points?)"),
        ("points", rf"{_NUM}[ -]?(?:%|percent(?:age)?|per cent)?[ -]?(?:points?|pp|pts)"),
        ("p", rf"p(?:[ -]values?)?(?: (?:is|was|of|at))? ?(?:=|<|≤|{BELOW})? ?(?P<n>0?\.\d+)"),
    )
)
BOUND = re.compile(rf"<|≤|{BELOW}")
NAMED = re.compile(r"(?:[^\W\d_]-|[@#/.]\w*|\w)$")
"""What makes the digits behind it part of a name: COVID-19, o-0007, @user1."""
WORTH = {"twice": 2.0, "thrice": 3.0, "doub": 2.0, "trip": 3.0}
SIGN = re.compile(
    r"(?:\b(?P<plus>plus|positive)|\b(?P<minus>minus|negative)|(?P<mark>[+−])) $", re.I
)
SIGNS = {"+": 1, "−": -1, "-": -1}


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
        Of a sign that is printed or said ("minus 18"); 0 where none is.
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

    def take(start: int, end: int) -> bool:
        if any(taken[start:end]):
            return False
        taken[start:end] = [True] * (end - start)
        return True

    for match in WRITTEN.finditer(sentence):
        out.append(_unsaid("date", sentence, match.span()))
        take(*match.span())
    for kind, pattern in PATTERNS:
        for match in pattern.finditer(sentence):
            times = kind == "ratio" and match[0].lower().endswith("times")
            if times and not AS_RATIO.match(sentence, match.end()):
                continue  # "posted 302 times" counts
            if take(*match.span()):
                out.append(_phrase(sentence, kind, match))
    for match in (*CROWD.finditer(sentence), *WORDED.finditer(sentence)):
        if take(*match.span()):
            word = match.groupdict().get("n")
            value = worth(word) if word else math.inf
            out.append(_made(sentence, "count", match.span(), Typed("", value, True)))
    for match in ROMAN.finditer(sentence):
        if match[0] and NOUN.match(sentence[match.end() :]) and take(*match.span()):
            value = worth_of_roman(match[0])
            out.append(_made(sentence, "count", match.span(), Typed("", value, True)))
    for token in tokens(sentence):
        if not any(taken[token.start : token.end]):
            out += _token(sentence, token)
    return sorted(out, key=lambda p: p.start)


def _unsaid(kind: Kind, sentence: str, span: tuple[int, int]) -> Phrase:
    return Phrase(sentence[slice(*span)], *span, kind, math.nan, math.nan, math.nan)


def _phrase(sentence: str, kind: Kind, match: re.Match[str]) -> Phrase:
    found = match.groupdict()
    said = found.get("n") or ""
    if found.get("word"):
        value = next(v for w, v in WORTH.items() if found["word"].lower().startswith(w))
    elif found.get("part"):
        value = (_worth(said) if said else 1.0) / PARTS[found["part"].lower()]
    elif found.get("of"):
        value = _worth(said) / max(_worth(found["of"]), 1e-12)
    else:
        value = _worth(said)
    if kind == "p" and BOUND.search(match[0]):
        return Phrase(match[0], *match.span(), "p", value, 0.0, value)
    words = kind == "share" or bool(found.get("word")) or not any(c.isdigit() for c in said)
    return _made(sentence, kind, match.span(), Typed(said, value, words))


def _token(sentence: str, token: Token) -> Iterator[Phrase]:
    span = (token.start, token.end)
    if token.shape in ("iso date", "written date", "clock", "year", "ordinal"):
        yield _unsaid("date", sentence, span)
    elif token.value is None or NAMED.search(sentence, max(0, token.start - NEAR), token.start):
        yield _unsaid("name", sentence, span)
    elif token.shape == "word" and (token.value < 1 or _no_count(sentence, token)):
        return
    else:
        kind: Kind = "percent" if token.shape == "percent" else "count"
        words = token.shape == "word"
        yield _made(sentence, kind, span, Typed("" if words else token.text, token.value, words))


def _no_count(sentence: str, token: Token) -> bool:
    """Return whether a number word counts nothing: "one of", "no one", "this one"."""
    from audit.report.kinds import counts_something

    return not counts_something(sentence, token)


def _made(sentence: str, kind: Kind, span: tuple[int, int], typed: Typed) -> Phrase:
    start, end = span
    way, start = hedged(sentence, start)
    low, high = room(typed, way)
    before = SIGN.search(sentence, 0, start)
    signed = SIGNS.get(typed.text[:1], 0)
    if before and not signed and kind != "count":
        signed = 1 if before["plus"] or before["mark"] == "+" else -1
    return Phrase(sentence[start:end], start, end, kind, abs(typed.value), low, high, signed)


def _worth(said: str) -> float:
    bare = said.replace("−", "").replace("±", "").lstrip("+-")
    value = worth(bare)
    return -value if said.startswith(("−", "-")) else value
