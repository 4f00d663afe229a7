"""Small counts of ordinary accounts stay hidden, and no trace of an account leaves the software.

What is hidden. A *cell* is a class crossed with strata. A cell with fewer than
`Design.smallest_cell` accounts is hidden in every published table, chart and CSV, and so are the
cells that would give it away through totals, margins of another table, or gaps (`closure`). The
classes of public officials hide nothing (`public`), and neither does a table whose origin says that
it is a public aggregate. Everything is computed on all posts; only what is printed is hidden.

What is not. The total of a class, crossed with nothing, stays: rates, gaps and intervals of the
whole class are the answer to the question, and from them it could be worked out anyway. Whether a
post was acted on is what is asked, and no stratum: 2 of 300 posts of 80 accounts is printed.

What rests on hidden cells. The expected rate is a sum of events/posts over strata, so that every
estimate is an equation in hidden counts. Those of a class are published as they are printed, in
claims.json and CSVs too, and say so (`precision`): full precision would fill the hidden cells in
one way. Those of single focal accounts and of subgroups are equations in few unknowns, and are
given over shown strata or not at all (`resting`); curves of ordinary posts stand at round hours
(`audit.questions.shown_curve`). A later version of a report hides what the earlier one would let
a reader subtract (`earlier`).

What is not prevented. Bounds are those of linear programming over printed counts. Where two strata
are hidden, a search over whole numbers finds less than ten ways to fill them at the three digits
that are printed (tests/disclosure/test_inversion.py); a report that hides cells says so where it
says that it hides them (`Protection.says`). Whoever must not let it happen makes strata coarser
until none is hidden. Several reports of one table that do not know one another can be taken from
one another, and so can the totals of two versions.

A table or a chart uses one seam: `protect(frame, study, of=…, labels=…, columns=…)` for those of
strata and subgroups, `protect_parts` for a partition of a class's posts by anything else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE, UNKNOWN_GROUP
from audit.disclosure.closure import hide
from audit.disclosure.margins import margin_counts, margin_of
from audit.disclosure.masks import HIDDEN, SYMBOL, TOKEN, hidden_cells, mask, note, with_tokens
from audit.disclosure.protection import STRATA, SUBGROUPS, Protection, protection, table_of
from audit.disclosure.public import OFFICIALS, is_protected, public_aggregate
from audit.disclosure.published import Family, Part
from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from audit.study import Study

__all__ = [
    "HIDDEN",
    "OFFICIALS",
    "STRATA",
    "SUBGROUPS",
    "SYMBOL",
    "TOKEN",
    "Protection",
    "class_of",
    "hidden_cells",
    "is_protected",
    "mask",
    "note",
    "protect",
    "protect_few",
    "protect_parts",
    "protect_traits",
    "protection",
    "public_aggregate",
    "shields",
    "table_of",
    "with_tokens",
]


def protect(
    frame: pd.DataFrame,
    study: Study,
    *,
    of: str,
    labels: str | Sequence[object],
    columns: Mapping[str, Sequence[str]],
) -> pd.DataFrame:
    """Return a copy of a frame of strata or subgroups with its small cells hidden.

    Parameters
    ----------
    of : str
        `STRATA`, or `table_of(family)` for a declared family.
    labels : str or sequence
        The column that names each row's part, or its values.
    columns : mapping
        Group (focal, reference) to the columns that hold its numbers, and all that would give them
        away: rates, limits, gaps, the mark of support.

    Returns
    -------
    DataFrame
        With the column `HIDDEN` where something is hidden; see `masks.mask`.
    """
    names = frame[labels] if isinstance(labels, str) else labels
    found, out = protection(study), frame
    for group, held in columns.items():
        rows = found.rows(of, group, names).set_axis(frame.index)
        out = mask(out, rows, held)
    return out.copy() if out is frame else out


def protect_parts(
    frame: pd.DataFrame,
    study: Study,
    *,
    account_class: str,
    columns: Sequence[str],
    n: str = "n",
    events: str = "",
    accounts: str = "",
) -> pd.DataFrame:
    """Return a copy with the small rows hidden of one class's posts, which the rows partition.

    The total of the rows is taken to be printed elsewhere, and enough rows are hidden that it gives
    none of them away. Where accounts are not counted, fewer posts than the threshold are as many
    accounts at most; rows without any post say nothing of anyone and stay.
    """
    if not shields(study, account_class) or frame.empty:
        return frame.copy()
    counted = frame[n].to_numpy(dtype=np.int64)
    acted = frame[events].to_numpy(dtype=np.int64) if events else np.zeros_like(counted)
    people = frame[accounts].to_numpy(dtype=np.int64) if accounts else counted
    some = np.flatnonzero(counted > 0)
    parts = [
        Part("parts", str(row), (k,), int(people[row]), int(counted[row]), int(acted[row]))
        for k, row in enumerate(some)
    ]
    atoms = tuple(range(len(some)))
    total = (int(people.max(initial=0)), int(counted.sum()), int(acted.sum()))
    whole = Part("total", "", atoms, *total, says_accounts=False, fixed=True)
    truth = np.array([counted[some], acted[some], people[some]], dtype=float)
    family = Family((*parts, whole), np.zeros(len(some)), truth)
    gone = {int(some[k]) for k in hide(family, least=study.design.smallest_cell).all}
    rows = pd.Series([row in gone for row in range(len(frame))], index=frame.index, dtype=bool)
    return mask(frame, rows, columns)


def protect_few(
    frame: pd.DataFrame,
    study: Study,
    *,
    account_class: str,
    few: pd.Series,
    columns: Sequence[str],
) -> pd.DataFrame:
    """Return a copy with columns hidden where a number of accounts of a class is small.

    Parameters
    ----------
    few : Series of numbers, on the index of `frame`
        Accounts, or an upper bound of them. Rows of none stay.
    """
    if not shields(study, account_class):
        return frame.copy()
    small = few.astype(float).between(0, study.design.smallest_cell, inclusive="neither")
    return mask(frame, small, columns)


def protect_traits(frame: pd.DataFrame, study: Study, *, columns: Sequence[str]) -> pd.DataFrame:
    """Return a copy of a table of balance, one row per column and level, with small traits hidden.

    A difference between two classes tells the share of either beside that of the other, so the
    numbers of a row go where either class has few accounts with the trait, or where that of
    another trait would come back (see `margins`).
    """
    out = frame
    for group in (FOCAL, REFERENCE):
        name = class_of(study, group)
        if not shields(study, name):
            continue
        for column, rows in frame.groupby("column", sort=False):
            if str(column) in study.design.strata:
                found = protection(study).rows(margin_of(str(column)), group, rows["level"])
                gone = found.set_axis(rows.index)
            else:
                counted = margin_counts(study, str(column), group)
                few = protect_parts(
                    counted, study, account_class=name, columns=("n",), accounts="accounts"
                )
                kept = set(few.loc[few["n"].notna() & (few["n"] > 0), "level"])
                gone = ~rows["level"].isin(kept)
            out = mask(out, gone.reindex(out.index, fill_value=False), columns)
    return out.copy() if out is frame else out


def shields(study: Study, account_class: str) -> bool:
    """Return whether a class's small counts are hidden in a study's tables."""
    return not public_aggregate(study.loaded) and is_protected(account_class, study.design)


def class_of(study: Study, group: str) -> str:
    """Return the class that a group is, in a study."""
    names = {FOCAL: study.design.focal, REFERENCE: study.design.references[0]}
    return {**names, UNKNOWN_GROUP: UNKNOWN}[group]
