"""Words of a draft that are not what they look like: alphabets mixed, or letters turned round."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator

from audit.text import visible

WORD = re.compile(r"[^\W\d_]{2,}")
TURNED = re.compile(r"[\u202a-\u202e\u2066-\u2069]")
LOOKALIKE = ("LATIN", "CYRILLIC", "GREEK", "ARMENIAN", "CHEROKEE")
"""Alphabets with letters that look alike."""


def disguises(text: str) -> Iterator[str]:
    """Yield what in a sentence is read by a program otherwise than by a person, as a sentence."""
    if TURNED.search(text):
        yield "it holds marks that turn letters round: what is shown is not what is read"
    for word in dict.fromkeys(WORD.findall(text)):
        if not word.isascii():
            found = {_alphabet(c) for c in word} & set(LOOKALIKE)
            if len(found) > 1:
                names = " and ".join(sorted(n.capitalize() for n in found))
                yield f"{visible(word, 60)!r} mixes {names} letters, and is not what it looks like"


def _alphabet(letter: str) -> str:
    return unicodedata.name(letter, "").partition(" ")[0]
