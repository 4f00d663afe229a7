"""What the cells of a column look like, whatever it is called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pandas as pd

from audit.drafting.vocabulary import CLASS_WORDS, LANGUAGES, PLATFORMS, plain_words, rung_of
from audit.reading.times import ZONED, ZONELESS
from audit.reading.typed import FLOAT_ID, YES_NO, as_words
from audit.schema import CASE_COLUMNS

FEW = 40
"""Levels; a column with more is no class, action, platform or other short list."""
ALMOST = 0.95
"""Share of cells that must be of a kind for the column to be of it: a few may be at fault."""


@dataclass(frozen=True, eq=False, slots=True)
class Look:
    """What is seen of a column, over its cells that are not empty.

    Attributes
    ----------
    words : Series of str
        Missing where empty.
    filled, times, zoneless, numbers, whole, flags : float, in [0, 1]
        Shares of cells: of all that are not empty; of those, times, times without a zone, …
    distinct : int
    levels : tuple of str
        The values, most frequent first, where there are at most `FEW`; else empty.
    actions, classes, platforms, languages : float, in [0, 1]
        Share of the levels that are known words for it.
    """

    words: pd.Series
    filled: float
    distinct: int
    levels: tuple[str, ...]
    times: float
    zoneless: float
    numbers: float
    whole: float
    flags: float
    actions: float
    classes: float
    platforms: float
    languages: float

    @property
    def unique(self) -> bool:
        """Return whether every cell holds another value and none is empty."""
        return self.filled == 1 and self.distinct == len(self.words)

    @property
    def some_levels(self) -> bool:
        """Return whether the values are a short list, and each occurs more than once or so."""
        return len(self.levels) >= 1 and (self.distinct < len(self.words) or self.distinct == 1)


def look(values: pd.Series) -> Look:
    """Return what a column looks like."""
    words = as_words(values)
    counts = words.value_counts()
    distinct = pd.Series(counts.index, index=counts.index, dtype="str")
    levels = tuple(counts.index) if len(counts) <= FEW else ()
    zoned = distinct.str.fullmatch(ZONED).astype(bool)
    local = distinct.str.fullmatch(ZONELESS).astype(bool)
    numbers = pd.to_numeric(distinct, errors="coerce")

    def share(are: pd.Series) -> float:
        return float(counts[are].sum() / counts.sum()) if len(counts) else 0.0

    return Look(
        words=words,
        filled=float(counts.sum()) / max(1, len(words)),
        distinct=len(counts),
        levels=levels,
        times=share(zoned | local),
        zoneless=share(local),
        numbers=share(numbers.notna()),
        whole=share((numbers % 1 == 0) & (numbers >= 0)),
        flags=share(distinct.str.lower().isin(YES_NO)),
        actions=_known(levels, lambda level: bool(rung_of(level))),
        classes=_known(levels, lambda level: bool(CLASS_WORDS & set(plain_words(level).split()))),
        platforms=_known(levels, lambda level: plain_words(level) in PLATFORMS),
        languages=_known(levels, lambda level: level[:2].islower() and _first(level) in LANGUAGES),
    )


def _known(levels: tuple[str, ...], is_known: Callable[[str], bool]) -> float:
    return sum(map(is_known, levels)) / len(levels) if levels else 0.0


LONGEST_ID = 100  # characters; anything longer is text


def id_like(seen: Look) -> bool:
    """Return whether values look made for telling apart: short, no spaces, times or fractions.

    Ids that were floats have lost digits and tell nothing apart.
    """
    if seen.words.str.fullmatch(FLOAT_ID).any():
        return False
    if seen.times >= ALMOST or (seen.numbers >= ALMOST and seen.whole < 1):
        return False
    return seen.words.str.len().max() <= LONGEST_ID and not seen.words.str.contains(r"\s").any()


def _first(level: str) -> str:
    return plain_words(level).partition(" ")[0]


def fits(role: str, seen: Look) -> bool:
    """Return whether a column that looks like this can hold what the role asks for."""
    return seen.distinct > 0 and FITS[KINDS[role] if role not in FITS else role](seen)


KINDS: Mapping[str, str] = {column.name: column.kind for column in CASE_COLUMNS}
FITS: Mapping[str, Callable[[Look], bool]] = {
    "case_id": lambda seen: seen.unique and id_like(seen),
    "account_id": lambda seen: seen.times < ALMOST and seen.words.str.len().max() <= LONGEST_ID,
    "account_class": lambda seen: seen.some_levels and seen.times < ALMOST,
    "action": lambda seen: seen.some_levels and seen.times < ALMOST and seen.filled == 1,
    "ended_by": lambda seen: set(seen.levels) <= {"enforcement", "deleted_by_author", "still_up"},
    "id": lambda seen: seen.times < ALMOST,
    "category": lambda seen: seen.some_levels and seen.times < ALMOST,
    "time": lambda seen: seen.times >= ALMOST,
    "number": lambda seen: seen.numbers >= ALMOST,
    "whole": lambda seen: seen.whole >= ALMOST,
    "flag": lambda seen: seen.flags >= ALMOST,
    "answer": lambda seen: (
        seen.flags >= ALMOST
        or set(seen.levels) <= {"yes", "no", "unknown", "true", "false"}
        or (seen.numbers == 1 and pd.to_numeric(seen.words).dropna().between(0, 1).all())
    ),
}
"""Role, or kind where the role is not named, to what its cells must look like."""
