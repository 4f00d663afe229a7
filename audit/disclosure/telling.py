"""Which columns of a case table lead to an account or a post, and which hold words of posts."""

from __future__ import annotations

import pandas as pd
from pandas.api import types

from audit.disclosure.public import OFFICIALS
from audit.disclosure.shown import RUN, words_of

NEVER_IDS = frozenset(
    ("account_class", "platform", "rule", "regime", "severity", "language", "country", "action")
    + ("violating", "ended_by")
)
"""Columns of categories: their values are shown, whoever posted."""
TEXTS = ("text", "raw_text")


def officials_in(frame: pd.DataFrame) -> set[str]:
    """Return the accounts that stand in a class of officials at some time."""
    official = frame["account_class"].isin(OFFICIALS) & frame["account_id"].notna()
    return set(frame.loc[official, "account_id"])


def values_of(column: pd.Series) -> set[str]:
    """Return what stands in a column, as text."""
    return set(column.dropna().astype("str").unique())


def id_columns(mine: pd.DataFrame) -> list[str]:
    """Return the columns whose values tell one account or post from the others."""
    out = []
    for column in mine:
        values = mine[column].dropna()
        if column in NEVER_IDS or column in TEXTS or values.empty:
            continue
        if column in ("account_id", "case_id", "pair_id"):
            out.append(str(column))
        elif types.is_string_dtype(values) and not _is_text(values):
            kinds, accounts = values.nunique(), mine.loc[values.index, "account_id"].nunique()
            if kinds > 1 and 2 * kinds >= min(len(values), max(accounts, 1)):
                out.append(str(column))
    return out


def _is_text(values: pd.Series) -> bool:
    head = values.astype("str").head(1000)
    return bool(head.map(lambda text: len(words_of(text)) >= RUN).mean() > 0.5)


def text_columns(mine: pd.DataFrame) -> list[str]:
    """Return the columns that hold words of posts: long texts that rarely repeat."""
    out = []
    for column in mine:
        values = mine[column].dropna()
        if column in TEXTS:
            out.append(str(column))
        elif column in NEVER_IDS or values.empty or not types.is_string_dtype(values):
            continue
        elif _is_text(values) and 2 * values.nunique() >= len(values):
            out.append(str(column))
    return out
