"""Sentences of a draft that are not English: their words cannot be weighed here."""

from __future__ import annotations

import re
import unicodedata

WORD = re.compile(r"[^\W\d_]+")
OTHERS = frozenset(
    ("der", "die", "das", "und", "nicht", "wurde", "wurden", "ist", "sind", "als", "von", "mit")
    + ("den", "dem", "ein", "eine", "beträgt", "wird", "werden", "bei", "auf", "für", "oder")
    + ("le", "la", "les", "des", "une", "est", "sont", "ont", "été", "pas", "que", "dans", "pour")
    + ("el", "los", "las", "fue", "fueron", "por", "con", "del", "un", "una", "más", "menos")
    + ("il", "gli", "della", "delle", "non", "sono", "stati", "più", "meno", "per", "di")
    + ("het", "een", "niet", "van", "zijn", "werd", "werden", "meer", "minder", "dan")
    + ("o", "os", "uma", "não", "foram", "mais", "do", "da", "dos", "em")
)
"""Small words of German, French, Spanish, Italian, Dutch and Portuguese."""
ENGLISH = frozenset(
    ("the", "of", "and", "to", "in", "a", "were", "was", "is", "that", "by", "than", "for", "on")
    + ("at", "as", "with", "from", "not", "or", "it", "an", "are", "be", "this", "would", "have")
    + ("more", "less", "posts", "leaders", "do", "per", "no", "one", "had", "has", "their", "die")
)
SCRIPTS = ("LATIN", "MODIFIER", "COMBINING", "FEMININE", "MASCULINE")


def is_foreign(sentence: str) -> bool:
    """Return whether a sentence is written in other letters, or in another language.

    Numbers, names and a foreign word in an English sentence do not make it so.
    """
    words = [w.casefold() for w in WORD.findall(sentence)]
    if any(not unicodedata.name(c, "LATIN").startswith(SCRIPTS) for w in words for c in w):
        return True
    other = sum(w in OTHERS and w not in ENGLISH for w in words)
    accents = sum(not w.isascii() for w in words)
    english = sum(w in ENGLISH for w in words)
    return other + accents > english and other >= 1
