"""Columns of words made into what they mean, and every word that cannot be."""

from __future__ import annotations

import datetime
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.errors import Fault
from audit.schema import STANDARD_LADDER, UNKNOWN, Column, Ladder, near
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
    from pandas.api import types
else:
    pd = late("pandas")
    types = late("pandas.api.types")

LARGEST_WHOLE = 2**53  # beyond it a float, and with it most software, skips whole numbers
FLOAT_ID = re.compile(r"-?\d+\.0+|-?\d(\.\d+)?[eE]\+\d+|-?\d\.\d+[eE]\d+")
SPELLED_GAP = frozenset({"nan", "NaN", "None", "<NA>", "NaT", "null", "NULL"})
YES_NO = {"yes": True, "no": False, "true": True, "false": False, "1": True, "0": False}
LOST_DIGITS = (
    "text; a float holds 15 to 17 digits and post ids have 18 or 19, so two can become one"
)
SHOWN_WORDS = 10  # distinct unknown actions listed; the rest are counted


@dataclass(frozen=True, eq=False, slots=True)
class Typed:
    """A column in the kind it is kept in.

    Attributes
    ----------
    values : Series
        Missing where the word was missing or at fault.
    faults : tuple of Fault
    raw : Series or None
        The words as they were, where reading them changed more than their type.
    """

    values: pd.Series
    faults: tuple[Fault, ...] = ()
    raw: pd.Series | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """How words are read: the ladder, the user's words for its rungs, the zone of local times."""

    ladder: Ladder = STANDARD_LADDER
    actions: Mapping[str, str] = field(default_factory=dict)
    zone: datetime.tzinfo | None = None


def as_words(values: pd.Series) -> pd.Series:
    """Return each value as text, exactly; "" is missing.

    Integers keep every digit, floats are spelled as Python does (1.0, 1e+18), booleans become
    true and false, dates and times ISO 8601.
    """
    if isinstance(values.dtype, pd.StringDtype):
        words = values
    else:
        words = values.astype(object).map(_word, na_action="ignore").astype("str")
    return words.where(words != "", np.nan).astype("str")


def _word(value: Any) -> str:
    if isinstance(value, bool | np.bool_):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, datetime.date) else str(value)


def problem(
    words: pd.Series,
    column: Column,
    bad: pd.Series,
    what: str,
    *,
    allowed: str = "",
    hint: str = "",
) -> tuple[Fault, ...]:
    """Return the fault of all rows where `bad` is true, if any, showing the first of their words.

    Parameters
    ----------
    words : Series
        The index holds the row numbers a person counts.
    column : Column
    bad : Series of bool
        On the index of `words`.
    what, allowed, hint : str
        As in `Fault`.
    """
    bad = bad.fillna(False).astype(bool)
    if not bad.any():
        return ()
    rows = tuple(int(row) for row in words.index[bad])
    return (Fault(what, column.name, rows, repr(visible(words[bad].iloc[0])), allowed, hint),)


def near_word(words: pd.Series, bad: pd.Series, known: Iterable[str]) -> str:
    """Return the known word nearest to the first bad one, quoted; "" where none is near."""
    first = words[bad].head(1).tolist()
    found = near(first[0], known) if first else ""
    return repr(found) if found else ""


def read_id(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read ids: text; integers become text exactly; floats are refused, they have lost digits."""
    words = as_words(values)
    floats = types.is_float_dtype(values.dtype)
    lost = words.notna() if floats else words.str.fullmatch(FLOAT_ID)
    hint = "read or export this column as text, e.g. dtype=str; a spreadsheet has rounded it"
    what = "ids are or were floats, and floats lose digits"
    faults = problem(words, column, lost, what, allowed=LOST_DIGITS, hint=hint)
    return Typed(words, faults + _clean(words, column))


def read_text(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read categories and free text as they are."""
    words = as_words(values)
    faults: tuple[Fault, ...] = ()
    if column.kind == "category":
        faults = _padded(words, column)
    if column.name == "account_class":
        faults = _clean(words, column) + _one_spelling(words, column)
    if column.levels:
        bad = words.notna() & ~words.isin(column.levels)
        allowed, hint = ", ".join(column.levels), near_word(words, bad, column.levels)
        faults += problem(words, column, bad, "is not a level", allowed=allowed, hint=hint)
    return Typed(words, faults)


def _padded(words: pd.Series, column: Column) -> tuple[Fault, ...]:
    bad = words.notna() & (words != words.str.strip())
    hint = "remove them where the table is made: 'x' and 'x ' would be two values"
    return problem(words, column, bad, "has spaces around the value", hint=hint)


def _clean(words: pd.Series, column: Column) -> tuple[Fault, ...]:
    what, hint = "spells a missing value as a word", "leave the cell empty"
    gap = problem(words, column, words.isin(SPELLED_GAP), what, hint=hint)
    return gap + _padded(words, column)


def _one_spelling(words: pd.Series, column: Column) -> tuple[Fault, ...]:
    levels = pd.Series([*{*words.dropna().unique(), UNKNOWN}], dtype="str")
    twins = levels[levels.str.casefold().duplicated(keep=False)]
    if twins.empty:
        return ()
    value = ", ".join(repr(visible(level)) for level in sorted(twins))
    rows = tuple(int(row) for row in words.index[words.isin(twins)])
    what = "has classes that differ only in capitals"
    return (Fault(what, column.name, rows, value, "one spelling of each class"),)


def read_action(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read actions onto the ladder; the user's own words are kept where they were translated."""
    words = as_words(values)
    mapped = words.map(lambda word: how.actions.get(word, word), na_action="ignore").astype("str")
    faults = problem(
        words.fillna(""), column, words.isna(), "is empty", allowed=str(how.ladder)
    ) + _clean(words, column)
    strange = mapped.notna() & ~mapped.isin(how.ladder.rungs)
    if strange.any():
        rows = tuple(int(row) for row in words.index[strange])
        value = _counted(words[strange])
        rung = near_word(words, strange, how.ladder.rungs) or "a rung"
        hint = f"actions={{{visible(words[strange].iloc[0])!r}: {rung}}}, for each of them"
        what = "has actions that are not on the ladder"
        faults += (Fault(what, column.name, rows, value, str(how.ladder), hint),)
    changed = bool((mapped != words)[words.notna()].any())
    return Typed(mapped.where(~strange, np.nan), faults, words if changed else None)


def _counted(words: pd.Series) -> str:
    counts = words.value_counts()
    shown = [
        f"{visible(word, 40)!r} {n:,} time{'s' if n > 1 else ''}"
        for word, n in counts.head(SHOWN_WORDS).items()
    ]
    more = len(counts) - SHOWN_WORDS
    return ", ".join(shown) + (f" and {more:,} others" if more > 0 else "")


def read_flag(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read yes/no, true/false or 1/0, in any capitals, as a nullable flag."""
    words = as_words(values)
    flags = words.str.lower().str.removesuffix(".0").map(YES_NO).astype("boolean")
    bad = words.notna() & flags.isna()
    return Typed(flags, problem(words, column, bad, "is no flag", allowed=", ".join(YES_NO)))


def read_answer(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read yes, no, unknown (empty = unknown), or, where every value is a number, a probability."""
    words = as_words(values)
    numbers = pd.to_numeric(words, errors="coerce").astype("float64")
    if words.notna().any() and numbers.notna()[words.notna()].all():
        bad = words.notna() & ~numbers.between(0, 1)
        return Typed(numbers, problem(words, column, bad, "is no probability", allowed="0 to 1"))
    answers = words.replace({"true": "yes", "false": "no"}).fillna(UNKNOWN)
    bad = ~answers.isin(column.levels)
    allowed = f"{', '.join(column.levels)}; or, in every row, a probability from 0 to 1"
    hint = near_word(words, bad, column.levels)
    faults = problem(words, column, bad, "is no answer", allowed=allowed, hint=hint)
    changed = bool((answers != words)[words.notna()].any())
    return Typed(answers, faults, words if changed else None)


def read_number(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read numbers with a decimal point and no thousands mark; `whole` ones must be whole."""
    words = as_words(values)
    numbers = pd.to_numeric(words, errors="coerce").astype("float64")
    bad = words.notna() & (numbers.isna() | np.isinf(numbers))
    hint = "write 1234.5: a decimal point and no thousands mark"
    faults = problem(words, column, bad, "is no finite number", hint=hint)
    numbers = numbers.mask(bad)
    if column.kind != "whole":
        return Typed(numbers, faults)
    split = numbers.notna() & ((numbers % 1 != 0) | (numbers.abs() > LARGEST_WHOLE))
    allowed = "a whole number a computer can count to"
    faults += problem(words, column, split, "is no whole number", allowed=allowed)
    whole = numbers.mask(split).astype("Int64")
    return Typed(whole if whole.isna().any() else whole.astype("int64"), faults)
