"""The margins that a table of balance gives away: how many posts of a class have each trait.

A standardised difference, beside the focal class's own shares, is the share of the reference class.
The traits of a column that is a stratum are therefore tables of the family of `protection`, under
`margin_of(column)`; those of another column are protected by themselves (`margin_counts`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from audit.schema import NOT_RECORDED

if TYPE_CHECKING:
    from audit.study import Study

MANY_LEVELS = 40
RARER = "(rarer levels together)"


def margin_of(column: str) -> str:
    """Return the name of the table of the traits of a column."""
    return f"balance {column}"


def traits(values: pd.Series) -> pd.Series:
    """Return each row's trait: its value, those rarer than the 40 most common taken together."""
    said = values.astype("str").fillna(NOT_RECORDED)
    common = said.value_counts().index[:MANY_LEVELS]
    return said.where(said.isin(common), RARER)


def margin_counts(study: Study, column: str, group: str) -> pd.DataFrame:
    """Return one row per trait of a column: level, n and accounts of a group's posts.

    Raises
    ------
    RowsNeeded
        The rows are in an engine.
    """
    rows = study.rows()
    both = rows[rows["group"].isin(("focal", "reference"))]
    level = traits(both[column])
    mine = both["group"] == group
    table = pd.DataFrame({"level": sorted(level.unique())}).set_index("level")
    held = both[mine].groupby(level[mine])
    table["n"] = held["n"].sum()
    table["accounts"] = held["account_id"].nunique()
    return table.fillna(0).astype("int64").reset_index()
