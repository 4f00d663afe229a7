"""Frames with hidden cells: empty where they are drawn, a symbol in print, a word in a CSV."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pandas as pd
from pandas.api import types

from audit.numerals import setting

HIDDEN = "cells_hidden"
"""Column of a published frame: in each row the names of its hidden columns, "" for none."""
SYMBOL = "▒"
"""What stands in print for a hidden number. Never 0, and not the dash of a missing one."""
TOKEN = "hidden"
"""What stands in a CSV for a hidden number: no number, so that nobody sums over it unawares."""

DIGITS = 12
"""Significant digits of a number in a CSV."""


def note(least: int) -> str:
    """Return what the symbol means, to stand under every table that has one."""
    return (
        f"{SYMBOL} hidden: fewer than {setting(least)} accounts of people who hold no office (or "
        "none), or a count that would give such a one away. A dash hides nothing: no number stands "
        "there."
    )


def mask(frame: pd.DataFrame, rows: pd.Series, columns: Sequence[str]) -> pd.DataFrame:
    """Return a copy with columns emptied in some rows, and said so in the column `HIDDEN`.

    Parameters
    ----------
    rows : Series of bool, on the index of `frame`
        Where no row is hidden and nothing was before, the copy has no column `HIDDEN`.
    columns : sequence of str
        Those of them that the frame has.
    """
    out = frame.copy()
    names = [name for name in columns if name in out]
    if not rows.any() or not names:
        return out
    before = out[HIDDEN] if HIDDEN in out else pd.Series("", index=out.index, dtype="object")
    for name in names:
        out[name] = _emptied(out[name], rows)
    out[HIDDEN] = [
        " ".join(dict.fromkeys([*said.split(), *(names if now else [])]))
        for said, now in zip(before, rows, strict=True)
    ]
    return out


def _emptied(values: pd.Series, rows: pd.Series) -> pd.Series:
    if types.is_bool_dtype(values) or types.is_string_dtype(values):
        return values.astype("object").mask(rows, None)
    if types.is_integer_dtype(values):
        return values.astype("Int64").mask(rows, pd.NA)
    return values.mask(rows)


def hidden_cells(frame: pd.DataFrame) -> Mapping[str, pd.Series]:
    """Return, for each column with hidden cells, which rows they are in.

    A column named `HIDDEN` whose words are not names of columns is a user's own: nothing is hidden.
    """
    if HIDDEN not in frame:
        return {}
    said = [str(value).split() for value in frame[HIDDEN]]
    names = {name for words in said for name in words}
    if not names <= set(frame.columns):
        return {}
    return {
        name: pd.Series([name in words for words in said], index=frame.index)
        for name in frame.columns
        if name in names
    }


def with_names_of(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a frame whose column `HIDDEN` names none that was left out of it.

    A user's own column of that name stays as it is: none of its words is a column.
    """
    if HIDDEN not in frame:
        return frame
    said = [[w for w in str(words).split() if w in frame.columns] for words in frame[HIDDEN]]
    if not any(said):
        return frame
    return frame.assign(**{HIDDEN: [" ".join(words) for words in said]})


def with_tokens(frame: pd.DataFrame) -> pd.DataFrame:
    """Return a copy for a CSV: the word `TOKEN` in every hidden cell.

    The column is text then, so its other numbers are written here, as `to_csv` would.
    """
    out = frame.copy()
    for name, rows in hidden_cells(frame).items():
        said = [_written(v) for v in out[name]]
        out[name] = pd.Series(said, index=out.index, dtype="object").mask(rows, TOKEN)
    return out


def _written(value: object) -> object:
    return f"{value:.{DIGITS}g}" if isinstance(value, float) and value == value else value
