"""Answers that few ordinary accounts stand behind: what is hidden of them, and what stays.

A question such as "of the posts appealed" is asked of a part of a class, which can be the posts of
three people. What came of those is about them. So where a part of a class that holds no office has
fewer than `Design.smallest_cell` accounts, its rate, contrast, limits, p and sizes are hidden. What
the question needs stays: rows of a whole class (also where it is small: they are the question), and
the share that the part is of its class, since how many were acted on or appealed is what is asked,
of everybody. Accounts followed through an office are no ordinary ones and hide nothing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.disclosure import HIDDEN, class_of, mask, protect_parts, shields

if TYPE_CHECKING:
    from audit.questions.base import Answer
    from audit.study import Study

CONTRAST = ("estimate", "conf_low", "conf_high")
IN_OFFICE = frozenset({"within_account"})
"""Questions of accounts that hold an office at some time."""


def shielded_answer(answer: Answer, study: Study) -> Answer:
    """Return an answer with its rows of few ordinary accounts hidden, and said to be.

    Parameters
    ----------
    answer : Answer
    study : Study
        The study that was asked, whole.

    Returns
    -------
    Answer
        The same one where nothing is hidden. Otherwise `frame` has the column
        `audit.disclosure.HIDDEN`, and `says`, which cannot be told apart by row, names what is
        hidden instead of saying it.
    """
    if answer.barred or answer.question in IN_OFFICE:
        return answer
    frame = answer.frame
    for group, side in ((FOCAL, "focal"), (REFERENCE, "reference")):
        if not shields(study, class_of(study, group)):
            continue
        n = frame[f"n_{side}"].astype(float)
        accounts = frame[f"n_{side}_accounts"].astype(float)
        people = accounts.where(accounts > 0, n)  # not counted: as many as posts at most
        few = people.between(0, study.design.smallest_cell, inclusive="neither")
        part = n < study.cells.total(group)
        columns = (side, *CONTRAST, "p_value", f"n_{side}", f"n_{side}_accounts")
        frame = mask(frame, few & part, columns)
    if HIDDEN not in frame:
        return answer
    gone = frame[HIDDEN] != ""
    return replace(answer, frame=frame, says=_says(answer, frame[gone], study))


def _says(answer: Answer, gone: pd.DataFrame, study: Study) -> str:
    names = "; ".join(f"‘{m}’" for m in gone["measure"])
    rest = len(answer.frame) - len(gone)
    least = study.design.smallest_cell
    who = words(study.design.references[0])
    return (
        f"Hidden: {names}, behind which stand fewer than {least} accounts of people who hold no "
        f"office among {who} or focal posts."
        + (" The other measures are in the table." if rest else "")
    )


def shielded_periods(found: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return `gap_by_period` with its periods of few ordinary accounts hidden.

    With each goes its expected rate, and so the gap; and as many other periods as are needed that
    the class's total gives none back. Where something is hidden and another table has the same
    class by calendar (a change of rules, or strata or subgroups that follow the dates), the sizes
    of all periods are left out, so that the one cannot be taken from the other.
    """
    out = found
    for group, side, rate in ((FOCAL, "focal", "observed"), (REFERENCE, "reference", "expected")):
        sizes = (f"n_{side}", f"n_{side}_accounts")
        accounts = sizes[1] if study.has_accounts else ""
        columns = (rate, *CONTRAST, *sizes)
        own = {"account_class": class_of(study, group), "n": sizes[0], "accounts": accounts}
        out = protect_parts(out, study, columns=columns, **own)
        if out[sizes[0]].isna().any() and by_calendar(study, found):
            out = mask(out, pd.Series(True, index=out.index), sizes)
    return out


def by_calendar(study: Study, periods: pd.DataFrame) -> bool:
    """Return whether another published table has parts that follow the calendar.

    A column does where at least half of its values lie within one period each, or where at least
    half of the periods have one value of it.
    """
    if study.design.policy_change is not None:
        return True
    columns = {*study.design.strata, *(c for f in study.design.families for c in f)}
    rows = study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE)) & rows["posted_at"].notna()]
    place = periods["begins"].searchsorted(rows["posted_at"], side="right")
    for column in columns & set(rows):
        values = rows[column].astype("str")
        if values.nunique() < 2:
            continue
        held = pd.DataFrame({"value": values, "period": place}).drop_duplicates()
        inside, alone = (held[c].value_counts() < 2 for c in ("value", "period"))
        if inside.mean() >= 0.5 or alone.mean() >= 0.5:
            return True
    return False
