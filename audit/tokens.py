"""The numbers in a text: digits and number words, each with its place, its value and its shape."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

Shape = Literal[
    "plain",
    "percent",
    "word",
    "ordinal",
    "year",
    "iso date",
    "written date",
    "clock",
    "version",
    "hash",
    "label",
]

WORDS = {
    **{"one": 1.0, "two": 2.0, "three": 3.0, "four": 4.0, "five": 5.0, "six": 6.0},
    **{"seven": 7.0, "eight": 8.0, "nine": 9.0, "ten": 10.0, "eleven": 11.0, "twelve": 12.0},
    "half": 0.5,
    "halves": 0.5,
    "third": 1 / 3,
    "thirds": 1 / 3,
    "twice": 2.0,
}
"""The number words that count as number tokens, and what each is worth."""

TENS = {
    **{"twenty": 20.0, "thirty": 30.0, "forty": 40.0, "fifty": 50.0},
    **{"sixty": 60.0, "seventy": 70.0, "eighty": 80.0, "ninety": 90.0},
}
"""Compounds with these are one token: "twenty-one" is no one."""

UNBROKEN = frozenset(
    ("someone", "anyone", "everyone", "oneself", "often", "written", "tendency", "behalf")
)
"""Words that a line end may cut before or behind a number word: "of-ten" is no ten."""

THOUSANDS = {"k": 1e3, "m": 1e6, "bn": 1e9}
MONTHS = (
    "(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sep(?:t(?:ember)?)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
WRITTEN = re.compile(
    rf"\b\d{{1,2}}(?:st|nd|rd|th)? {MONTHS}(?:,? \d{{4}}\b)?"
    rf"|\b{MONTHS} (?:\d{{1,2}}(?:st|nd|rd|th)?\b(?:, ?\d{{4}}\b)?|\d{{4}}\b)"
)
FORMS = re.compile(
    r"(?P<iso>(?<![\w-])\d{4}-(?:0[1-9]|1[0-2])(?:-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
    r"(?:Z|[+-]\d{2}:?\d{2})?)?)?(?![\w-]))"
    r"|(?P<clock>(?<![\w:])\d{1,2}:\d{2}(?::\d{2})?(?![\w:]))"
    r"|(?P<hash>(?<!\w)(?=[0-9a-f]*[a-f])(?=[0-9a-f]*\d)[0-9a-f]{8,}(?!\w))"
    r"|(?P<version>(?<![\w.])(?:v\d+(?:\.\d+)*|\d+(?:\.\d+){2,}(?:[a-z]+\d+)?)(?!\w))"
    r"|(?P<label>(?<!\w)[^\W\d]\w*\d\w*)"
    r"|(?P<number>(?P<bound>[<>≤≥] ?)?(?P<sign>[−+±]|(?<![\w)–-])[-–](?=[\d.∞]))?"
    r"(?P<digits>(?:\d{1,3}(?:,\d{3})+(?!\d)|\d+)(?:\.\d+)?|(?<![\w.])\.\d+|∞|[½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞])"
    r"(?P<power>\^[−-]?\d+|[eE][-−+]?\d+(?!\w))?(?P<suffix>[^\W\d_]\w*)?(?P<percent> ?[%‰])?)"
    r"|(?P<word>[^\W\d_]+(?:-[^\W\d_]+)?)"
)
SUPERSCRIPTS = {c: str(n) for n, c in enumerate("⁰¹²³⁴⁵⁶⁷⁸⁹")} | {"⁻": "−"}
DASHES = {0x2010: "-", 0x2011: "-", 0x2012: "–", 0x2015: "—", 0x00AF: "−"}
KEPT = frozenset("½⅓⅔¼¾⅕⅖⅗⅘⅙⅚⅛⅜⅝⅞…")
SOFT = "\u00ad"


@dataclass(frozen=True, slots=True)
class Token:
    """One number in a text.

    Attributes
    ----------
    text : str
        As printed, in one spelling: "−12.6%", "1,234", "<0.001", "2026-11-22", "twice".
    start, end : int
        Where it stands in the text that was given.
    value : float or None
        As printed ("35.0 %" is 35); None for a date, a version, a hash and a label.
    shape : str
        "plain", "percent", "word", "ordinal", "year" (a bare number from 1900 to 2100),
        "iso date", "written date" (each number of "5 January 2018"), "clock", "version",
        "hash" (8 or more hexadecimal digits) or "label" (digits inside a name, "h24").
    """

    text: str
    start: int
    end: int
    value: float | None
    shape: Shape


def tokens(text: str) -> tuple[Token, ...]:
    """Return the number tokens of `text`, in order.

    A token is a run of digits with its sign, thousands commas, decimals, power and percent sign,
    the sign of infinity, a vulgar fraction, or a number word: one to twelve, half, third, twice.
    A range ("17–18") is two tokens; a spaced group ("1 234") is two as well, since a space is all
    that parts the cells of a printed row.

    The texts, values and shapes of the tokens do not change under what reading a PDF or an HTML
    page does to a text: no-break and thin spaces, line ends, soft hyphens, hyphens at a line end,
    ligatures, zero-width and bidirectional marks, full-width or other decimal digits.

    References
    ----------
    Unicode Standard Annex 15 (compatibility forms); Annex 14 (where lines may end).
    """
    flat, places = _flat(text)
    dated = [m.span() for m in WRITTEN.finditer(flat)]
    out = []
    for match in FORMS.finditer(flat):
        for start, end, said, value, shape in _read(match):
            inside = any(a <= start and end <= b for a, b in dated)
            shown: Shape = "written date" if inside and shape != "word" else shape
            out.append(Token(said, places[start], places[end - 1] + 1, value, shown))
    return tuple(out)


def flattened(text: str) -> str:
    """Return a text in the one spelling in which tokens are read: the same for every reading."""
    return _flat(text)[0]


def _flat(text: str) -> tuple[str, list[int]]:
    """Return the text in one spelling, and for each of its characters the place it came from."""
    out: list[str] = []
    places: list[int] = []
    soft = False  # a soft hyphen was met: the space that a line end left after it goes as well
    for place, character in enumerate(text):
        if character == SOFT:
            soft = True
            continue
        for c in _spelled(character, after_power=place > 0 and text[place - 1] in SUPERSCRIPTS):
            if c == " " and (soft or not out or out[-1] == " " or _cut(out, text, place)):
                continue
            soft = False
            out.append(c)
            places.append(place)
    return "".join(out), places


def _spelled(character: str, *, after_power: bool) -> str:
    if character in SUPERSCRIPTS:  # never joined to the number before: 10⁸ is not 108
        return SUPERSCRIPTS[character] if after_power else f"^{SUPERSCRIPTS[character]}"
    if ord(character) in DASHES:
        return DASHES[ord(character)]
    if character.isascii() or character in KEPT:
        return " " if character.isspace() else character
    category = unicodedata.category(character)
    if category == "Cf":
        return ""
    if category == "Nd":
        return str(unicodedata.digit(character))
    if character.isspace() or category in ("Zs", "Zl", "Zp"):
        return " "
    return unicodedata.normalize("NFKC", character)


def _cut(out: list[str], text: str, place: int) -> bool:
    """Return whether a space is only the line end behind a hyphen: "hyphen-⏎ated", "17–⏎18"."""
    return text[place] in "\n\r\u2028" and out[-1] in "-–" and len(out) > 1 and out[-2].isalnum()


def _read(match: re.Match[str]) -> Iterator[tuple[int, int, str, float | None, Shape]]:
    start, end = match.span()
    kind = match.lastgroup
    if match["word"]:
        yield from _words(match["word"], start)
    elif match["number"]:
        yield _number(match)
    else:
        shape: Shape = {"iso": "iso date"}.get(str(kind), kind)  # type: ignore[assignment]
        yield start, end, match[0], None, shape


def _words(said: str, start: int) -> Iterator[tuple[int, int, str, float | None, Shape]]:
    """Yield the number words of a word or of a compound ("two-thirds", "twel-ve")."""
    low = said.casefold()
    whole = low.replace("-", "")
    tens, _, ones = low.partition("-")
    if tens in TENS and WORDS.get(ones, 10) < 10:
        yield start, start + len(said), low, TENS[tens] + WORDS[ones], "word"
    elif whole in WORDS:
        yield start, start + len(said), whole, WORDS[whole], "word"
    elif whole not in UNBROKEN:
        place = start
        for part in low.split("-"):
            if part in WORDS:
                yield place, place + len(part), part, WORDS[part], "word"
            place += len(part) + 1


def _number(match: re.Match[str]) -> tuple[int, int, str, float | None, Shape]:
    start, end = match.span()
    suffix = match["suffix"] or ""
    sign = {"-": "−", "–": "−"}.get(match["sign"] or "", match["sign"] or "")
    said = "".join(
        (
            (match["bound"] or "").strip(),
            sign,
            match["digits"],
            match["power"] or "",
            suffix,
            (match["percent"] or "").strip(),
        )
    )
    shape = _shape(match, suffix)
    value = None if shape == "label" else _value(match, sign) * THOUSANDS.get(suffix.lower(), 1.0)
    return start, end, said, value, shape


def _shape(match: re.Match[str], suffix: str) -> Shape:
    if suffix in ("st", "nd", "rd", "th"):
        return "ordinal"
    if suffix and not re.fullmatch(r"[kKmM]|bn|x|X|pp|pts?|h|s", suffix):
        return "label"
    if match["percent"]:
        return "percent"
    digits = match["digits"]
    bare = not (match["sign"] or match["bound"] or match["power"] or suffix not in ("", "s"))
    if bare and re.fullmatch(r"\d{4}", digits) and 1900 <= int(digits) <= 2100:
        return "year"
    return "plain"


def _value(match: re.Match[str], sign: str) -> float:
    digits, power = match["digits"], (match["power"] or "").replace("−", "-")
    if digits == "∞":
        size = math.inf
    elif digits in KEPT:
        size = unicodedata.numeric(digits)
    else:
        size = float(digits.replace(",", "") + (power if power[:1] in ("e", "E") else ""))
    if power.startswith("^"):
        size = _raised(size, power[1:])
    return -size if sign == "−" else size


def _raised(size: float, power: str) -> float:
    """Return a power, infinite where no float holds it: the text may be anybody's."""
    try:
        return math.inf if len(power) > 4 else size ** float(power)
    except (OverflowError, ZeroDivisionError):
        return math.inf
