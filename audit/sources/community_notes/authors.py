"""Who wrote the noted posts, by a table of the user's, and every post that did not join."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import pandas as pd

from audit.cases import Origin
from audit.errors import Fault, SchemaError, SourceError
from audit.reading.columns import read_columns, renamed_columns
from audit.reading.opening import open_table
from audit.reading.typed import LOST_DIGITS, Reading
from audit.roster import Roster
from audit.schema import UNKNOWN, Column
from audit.sources.classes import classify
from audit.text import visible

AUTHOR_COLUMNS = (
    Column("post_id", "id", "yes", "the post, by its id as text"),
    Column("account_id", "id", "yes", "who wrote it; a pseudonym will do"),
    Column(
        "account_class", "category", "or a roster", "what the account was when it posted, if known"
    ),
)
"""What a table of authors holds; other columns are left aside."""


class Placed(NamedTuple):
    """Cases with their accounts; which joined; the roster's origin; posts met only by rounding."""

    frame: pd.DataFrame
    here: pd.Series
    met: tuple[Origin, ...] = ()
    lost: int = 0


def read_authors(given: Any, columns: Mapping[str, str]) -> pd.DataFrame:
    """Return a table of authors in `AUTHOR_COLUMNS`, each post once.

    Raises
    ------
    SchemaError
        With every fault: a column that is missing, an id that is or was a float, a post twice.
    SourceError
        The table cannot be opened.
    """
    table, where = open_table(given)
    what = "a table of authors"
    frame, faults = renamed_columns(table.frame, columns, AUTHOR_COLUMNS, what=what)
    read, unread = read_columns(frame, AUTHOR_COLUMNS, Reading())
    faults = [*table.faults, *faults, *unread]
    if "post_id" in read:
        twice = read["post_id"].notna() & read["post_id"].duplicated(keep=False)
        if twice.any():
            rows = tuple(int(row) for row in read.index[twice])
            first = repr(visible(read.loc[twice, "post_id"].iloc[0]))
            faults.append(Fault("names a post twice", "post_id", rows, first, "each post once"))
    if faults:
        raise SchemaError(f"the authors in {where}", faults)
    return read[[column.name for column in AUTHOR_COLUMNS if column.name in read]]


def rounded_ids(posts: pd.Series, authors: pd.Series) -> int:
    """Return how many noted posts meet an author only when ids are rounded to 15 digits.

    A float or a spreadsheet leaves ids so. Posts of one thread can be written within a millisecond
    and agree in 15 digits too, so a few such meetings prove nothing.
    """
    unmet = authors[~authors.isin(set(posts))]
    alone = posts[~posts.isin(set(authors))]
    return len(set(_rounded(alone)) & set(_rounded(unmet)))


def lost_digits(lost: int, met: int) -> list[Fault]:
    """Return the fault that more posts meet their author after rounding than before it."""
    if lost <= met:
        return []
    what = f"{lost:,} posts meet their author only when ids are rounded to 15 digits, {met:,} as is"
    hint = "export the ids as text; these have been through a spreadsheet or a float"
    return [Fault(what, "post_id", (), "", LOST_DIGITS, hint)]


def place(
    frame: pd.DataFrame, authors: pd.DataFrame | None, roster: Roster | None, unlisted: str | None
) -> Placed:
    """Return the cases with account and class, and which of them joined.

    A post whose author nobody named is an account of its own, of class unknown.

    Raises
    ------
    SourceError
        No post of the table is among the noted ones.
    SchemaError
        Its ids have lost digits, or it cannot tell a class.
    """
    nobody = frame.assign(account_id="post-" + frame["post_id"], account_class=UNKNOWN)
    if authors is None:
        return Placed(nobody, pd.Series(False, index=frame.index))
    here = frame["post_id"].isin(set(authors["post_id"]))
    lost = rounded_ids(frame["post_id"], authors["post_id"])
    faults = lost_digits(lost, frame.loc[here, "post_id"].nunique())
    if not here.any() and not faults:
        raise SourceError(
            f"None of the {len(authors):,} posts in the table of authors is among the "
            f"{frame['post_id'].nunique():,} noted posts. Try: the ids of the posts, as text."
        )
    placed = frame[here].merge(authors, on="post_id", how="left", validate="many_to_one")
    placed, unclassed, met = classify(placed, roster, unlisted)
    if faults or unclassed:
        raise SchemaError("the authors of the posts", [*faults, *unclassed])
    placed.index = frame.index[here]
    return Placed(pd.concat([placed, nobody[~here]]).sort_index(), here, met, lost)


def _rounded(ids: pd.Series) -> list[str]:
    return [f"{int(one):.14e}" for one in ids.unique() if one.isdigit() and len(one) > 15]
