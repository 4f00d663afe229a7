"""Statements typed into the columns of cases, with what must be said of their dates and class."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from audit.errors import Fault, SchemaError
from audit.ledger import counted
from audit.schema import CASE_COLUMNS, UNKNOWN
from audit.sources.dsa.ladder import DECISIONS, DSA_LADDER, NOT_STATED, strictest
from audit.sources.dsa.schema import LISTS
from audit.sources.dsa.statements import array, joined
from audit.text import visible

CLASSES = {"ACCOUNT_TYPE_BUSINESS": "business", "ACCOUNT_TYPE_PRIVATE": "private"}
LONGEST_DELAY = 3_652  # days; ten years between a post and a decision on it are doubted
DOUBTS = ("none", "before posting", "over ten years", "not stated")
NO_CLASS = (
    "business or private in at least some statements; X, Facebook, Instagram, TikTok and YouTube "
    "state neither"
)


def typed(found: pd.DataFrame) -> tuple[pd.DataFrame, str]:
    """Return the statements in the columns of cases, and what must be said of their dates."""
    frame = found.drop(columns="account_type")
    of_class = found["account_type"].map(CLASSES).fillna(UNKNOWN).astype("str")
    frame.insert(1, "account_id", pd.Series(None, index=frame.index, dtype="str"))
    frame.insert(2, "account_class", of_class)
    action = _actions(frame)
    frame["action_stated"] = (action != NOT_STATED).astype(bool)
    frame.insert(3, "action", action.where(action != NOT_STATED, DSA_LADDER.nothing))
    for name in (*LISTS, "keywords"):
        if name in frame:
            frame[name] = frame[name].map(joined(_texts(frame[name]))).astype("str")
    delay = frame["delay_days"].astype("Int64")
    frame["delay_days"] = delay.astype("Float64").astype("float64")
    frame["delay_doubt"] = _doubts(delay)
    for ours, raw in (("posted_at", "raw_posted_at"), ("acted_at", "raw_acted_at")):
        frame[ours] = _midnight(frame[raw])
    frame["acted_at"] = frame["acted_at"].mask(frame["delay_doubt"] == "before posting")
    frame["stated_at"] = _midnight(frame["stated_at"])
    frame["count"] = np.int64(1)
    first = [column.name for column in CASE_COLUMNS if column.name in frame]
    frame = frame[[*first, *(name for name in frame if name not in first)]]
    return frame, _said(delay, frame["delay_doubt"], of_class)


def _texts(values: pd.Series) -> Iterable[str | None]:
    return [value for value in values.unique() if isinstance(value, str)]


def _midnight(words: pd.Series) -> pd.Series:
    return pd.to_datetime(words, format="ISO8601", utc=True).dt.as_unit("us")


def _actions(frame: pd.DataFrame) -> pd.Series:
    """Return the strictest rung of each statement, worked out once for each combination."""
    decided = frame[list(DECISIONS)].fillna("")
    number, combinations = pd.factorize(pd.MultiIndex.from_frame(decided))
    rungs = [strictest(_decisions(values)) for values in combinations]
    return pd.Series(pd.Index(rungs, dtype="str").take(number), index=frame.index, dtype="str")


def _decisions(values: tuple[str, ...]) -> list[str]:
    visibility, *others = values
    return [*(array(visibility) or ()), *(value for value in others if value)]


def _doubts(delay: pd.Series) -> pd.Series:
    doubt = pd.Series("none", index=delay.index, dtype="str")
    doubt[delay.isna()] = "not stated"
    doubt[(delay < 0).fillna(False)] = "before posting"
    doubt[(delay > LONGEST_DELAY).fillna(False)] = "over ten years"
    return doubt


def _said(delay: pd.Series, doubt: pd.Series, of_class: pd.Series) -> str:
    before, late, undated = ((doubt == name).sum() for name in DOUBTS[1:])
    unknown = int((of_class == UNKNOWN).sum())
    says = [
        f"{unknown:,} of {counted(len(delay), 'statement')} do not say business or private",
        f"{undated:,} state no content date",
        f"{before:,} take effect before the content was posted; their acted_at is left empty",
        f"{late:,} take effect more than ten years after it",
    ]
    return "; ".join(says)


def refuse_classless(frame: pd.DataFrame, where: str) -> None:
    """Raise where a statement occurs twice, or none says whether its account is a business."""
    faults = []
    twice = frame["case_id"].duplicated(keep=False)
    if twice.any():
        first = repr(visible(frame.loc[twice, "case_id"].iloc[0]))
        what = f"is not unique in {int(twice.sum()):,} statements"
        faults.append(Fault(what, "uuid", (), first, "each statement once"))
    if (frame["account_class"] == UNKNOWN).all():
        what = f"exists and is empty in all {counted(len(frame), 'statement')}"
        hint = (
            "by_platform(path), which compares platforms by category and decision and needs no "
            "class; nothing in this source can tell leaders from ordinary accounts"
        )
        faults.append(Fault(what, "account_type", (), "", NO_CLASS, hint))
    if faults:
        raise SchemaError(where, faults)
