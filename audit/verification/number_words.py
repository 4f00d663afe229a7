"""Numbers in words, as far as a draft says them: "two hundred and fifty-one", "half a dozen"."""

from __future__ import annotations

import re
from collections.abc import Mapping

from audit.tokens import TENS, WORDS

TEENS = ("thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
ONES: Mapping[str, float] = {w: v for w, v in WORDS.items() if v >= 1 and w != "twice"}
SMALL: Mapping[str, float] = {**ONES, **{w: 13.0 + i for i, w in enumerate(TEENS)}, **TENS}
GROUPS: Mapping[str, float] = {"thousand": 1e3, "million": 1e6, "billion": 1e9}
SIZES: Mapping[str, float] = {"hundred": 100.0, "dozen": 12.0, "score": 20.0, **GROUPS}
_BELOW_TEN = "|".join(w for w, v in ONES.items() if v < 10)
_ANY_SMALL = (
    rf"(?:(?:{'|'.join(TENS)})(?:[- ](?:{_BELOW_TEN}))?|{'|'.join(TEENS)}"
    rf"|{'|'.join(sorted(ONES, key=len, reverse=True))})(?![\w-])"
)
_SMALL = rf"{_ANY_SMALL}(?! (?:{'|'.join(SIZES)})\b)"
_DIGITS = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?"
_LEAD = rf"(?:(?:{'|'.join(TENS)})[- ](?:{_BELOW_TEN})|{'|'.join(SMALL)}|an?|{_DIGITS})"
_HUNDREDS = rf"(?:{_LEAD}[ -])?hundred(?:(?:,? and|-and)? {_SMALL})?"
_DOZENS = rf"(?:(?:{_LEAD}|half an?)[ -])dozen|(?:{_LEAD}|half a) score(?= (?:of )?\w)|dozen"
_DOZENS = rf"{_DOZENS}|(?:a )?couple(?= of\b)"
_GROUPED = (
    rf"(?:(?:(?:{_LEAD}[ -])?hundred(?:,? and)? {_ANY_SMALL}|{_HUNDREDS}|{_LEAD})[ -])?"
    rf"(?:{'|'.join(GROUPS)})"
    rf"(?:,? (?:and )?(?:{_HUNDREDS}|{_SMALL}))?"
)
IN_WORDS = rf"(?:{_GROUPED}|{_HUNDREDS}|{_DOZENS}|{_SMALL})"
"""A pattern of whole numbers in words, and of digits with a word of size behind them."""
_TENS = rf"(?:{'|'.join((*TENS, *TEENS))})(?:[- ](?:{_BELOW_TEN}))?"
LARGE = rf"(?:{_GROUPED}|{_HUNDREDS}|{_DOZENS}|{_TENS})"
"""As `IN_WORDS`, those left out that a single word from one to twelve says."""
ROMAN = re.compile(
    r"(?<![\w.])(?=[MDCLXVI]{2})M{0,3}(?:CM|CD|D?C{0,3})(?:XC|XL|L?X{0,3})(?:IX|IV|V?I{0,3})(?![\w.])"
)
NUMERALS = {"M": 1000, "D": 500, "C": 100, "L": 50, "X": 10, "V": 5, "I": 1}


def worth(said: str) -> float:
    """Return what a number in words, or in digits with words of size, is worth.

    Raises
    ------
    ValueError
        When a word of it is no number.
    """
    total = group = 0.0
    low = said.lower().replace(",", "")
    for word in re.findall(r"\d+(?:\.\d+)?|[^\W\d_]+", low):
        if word in ("and", "of"):
            continue
        if word in ("a", "an"):
            group = group or 1.0
        elif word == "couple":
            group = 2.0
        elif word == "half":
            group = 0.5
        elif word in SMALL:
            group += SMALL[word]
        elif word in ("hundred", "dozen", "score"):
            group = (group or 1.0) * SIZES[word]
        elif word in GROUPS:
            total, group = total + (group or 1.0) * GROUPS[word], 0.0
        else:
            group += float(word)
    return total + group


def worth_of_roman(said: str) -> float:
    """Return what a Roman numeral is worth: "CCLI" is 251."""
    values = [NUMERALS[c] for c in said]
    return float(
        sum(-v if v < after else v for v, after in zip(values, [*values[1:], 0], strict=True))
    )
