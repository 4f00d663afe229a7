"""Which characters a chart can show: the rest are spelled, so that none is a box or a fault."""

from __future__ import annotations

import unicodedata
from functools import cache

from matplotlib import font_manager

from audit.charts.theme import families

SHAPING = frozenset("\u200d\u034f" + "".join(map(chr, range(0xFE00, 0xFE10))))
"""The joiner, and choices among the shapes of a letter: spelling after a letter, else nothing."""

ALONE = ((0x20, 0x52F), (0x5D0, 0x5EA), (0x61F, 0x64A), (0x1E00, 0x1FFF), (0x2010, 0x2BFF))
"""Ranges of characters that a picture's text was seen to set in any company."""


@cache
def covered() -> frozenset[int]:
    """Return the code points that the typefaces can draw."""
    return frozenset().union(*_faces())


@cache
def _faces() -> tuple[frozenset[int], ...]:
    """Return the code points of each typeface, in the order in which they are tried."""
    found = (font_manager.FontProperties(family=[name]) for name in families())
    paths = (font_manager.findfont(one) for one in found)
    return tuple(frozenset(font_manager.get_font(path).get_charmap()) for path in paths)


def drawable(text: str) -> str:
    """Return `text` with each character that no typeface can show spelled ⟨U+5B89⟩."""
    return "".join(
        c if _shows(text, place) else f"⟨U+{ord(c):04X}⟩" for place, c in enumerate(text)
    )


def _shows(text: str, place: int) -> bool:
    character = text[place]
    if character == "\n":
        return True
    if character in SHAPING and (place == 0 or not _is_letter(text[place - 1])):
        return False
    return ord(character) in covered()


def _is_letter(character: str) -> bool:
    known = character not in SHAPING and ord(character) in covered()
    return known and unicodedata.category(character)[0] in "LM"


def is_simple(text: str) -> bool:
    """Return whether every character of `text` is one glyph, whatever stands beside it.

    Latin, Greek, Cyrillic, Hebrew, Arabic, punctuation and symbols, without marks or joiners.
    Other text is set by putting glyphs together, and where one of them is missing, a PDF that is
    to be archived fails as a whole.
    """
    return all(_is_alone(c) for c in text)


def _is_alone(character: str) -> bool:
    if character == "\n" or unicodedata.category(character)[0] in "MC":
        return character == "\n"
    code = ord(character)
    whole = not unicodedata.decomposition(character) or code in _faces()[0]
    return whole and code in covered() and any(low <= code <= high for low, high in ALONE)
