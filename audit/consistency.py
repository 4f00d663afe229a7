"""What the columns of a case table may not say against one another."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from audit.deferred import late
from audit.errors import Fault
from audit.schema import STANDARD_LADDER, Ladder

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

ORDER = (
    ("acted_at", "posted_at", "was acted on before it was posted"),
    ("reported_at", "posted_at", "was reported before it was posted"),
    ("observed_until", "posted_at", "was last observed before it was posted"),
    ("reversed_at", "acted_at", "was reversed before it was acted on"),
    ("reversed_at", "posted_at", "was reversed before it was posted"),
)
"""Pairs of times whose order is checked: later, earlier, and what the reverse would mean."""

RANGES: tuple[tuple[str, Callable[[pd.Series], pd.Series], str], ...] = (
    ("count", lambda v: v >= 1, "1 or more; a row that stands for no case is left out"),
    ("sampling_weight", lambda v: (v > 0) & (v < np.inf), "above 0 and finite"),
    ("reports", lambda v: v >= 0, "0 or more"),
    ("reach", lambda v: (v >= 0) & (v < np.inf), "0 or more and finite"),
)
"""Columns of numbers, the test each value must pass, and the test in words."""


GAPLESS = {
    "count": "a whole number in every row, or no such column",
    "sampling_weight": "a weight in every row, or no such column",
}
"""Columns that say nothing at all unless they say it for every row."""


def contradictions(frame: pd.DataFrame, ladder: Ladder = STANDARD_LADDER) -> list[Fault]:
    """Return every contradiction between the columns of a typed case table.

    Parameters
    ----------
    frame : DataFrame
        Columns already of their kind; the index holds the row numbers a person counts.
    ladder : Ladder
        What "nothing was done" is called.

    Notes
    -----
    A measure without a time is no fault, nor is one after `observed_until`: that date censors.
    """
    found = [_out_of_order(frame, *order) for order in ORDER]
    found += [_out_of_range(frame, *limits) for limits in RANGES]
    found += [_patchy(frame, *gapless) for gapless in GAPLESS.items()]
    idle = frame["action"].eq(ladder.nothing) if "action" in frame else None
    if idle is not None:
        found += [_idle(frame, idle, name, ladder) for name in ("acted_at", "reversed_at")]
        found += [_idle(frame, idle, name, ladder) for name in ("reversed", "appealed")]
        found.append(_idle(frame, idle, "ended_by", ladder))
    found += [_unreversed(frame), _repeated(frame)]
    return [fault for fault in found if fault is not None]


def _fault(
    frame: pd.DataFrame, bad: pd.Series, what: str, shown: tuple[str, ...], allowed: str = ""
) -> Fault | None:
    bad = bad.fillna(False).astype(bool)
    if not bad.any():
        return None
    first = frame.loc[bad, list(shown)].iloc[0]
    value = ", ".join(f"{name} {first[name]}" for name in shown)
    return Fault(what, shown[0], tuple(int(r) for r in frame.index[bad]), value, allowed)


def _out_of_order(frame: pd.DataFrame, later: str, earlier: str, what: str) -> Fault | None:
    if later not in frame or earlier not in frame:
        return None
    bad = frame[later] < frame[earlier]
    if (later, earlier) == ("reversed_at", "posted_at") and "acted_at" in frame:
        bad &= frame["acted_at"].isna()  # where there is one, the order with it is checked
    return _fault(frame, bad, what, (later, earlier))


def _out_of_range(
    frame: pd.DataFrame, name: str, legal: Callable[[pd.Series], pd.Series], words: str
) -> Fault | None:
    if name not in frame:
        return None
    bad = frame[name].notna() & ~legal(frame[name]).fillna(True).astype(bool)
    return _fault(frame, bad, "is out of range", (name,), words)


def _idle(frame: pd.DataFrame, idle: pd.Series, name: str, ladder: Ladder) -> Fault | None:
    if name not in frame:
        return None
    values = frame[name]
    if name == "ended_by":
        set_ = values.eq("enforcement")
    else:
        set_ = values.notna() if name.endswith("_at") else values.fillna(False).astype(bool)
    what = f"is set although the action is {ladder.nothing!r}"
    return _fault(frame, idle & set_, what, (name, "action"))


def _patchy(frame: pd.DataFrame, name: str, allowed: str) -> Fault | None:
    if name not in frame or not frame[name].isna().any():
        return None
    rows = tuple(int(row) for row in frame.index[frame[name].isna()])
    return Fault("is empty in some rows", name, rows, allowed=allowed)


def _unreversed(frame: pd.DataFrame) -> Fault | None:
    if "reversed" not in frame or "reversed_at" not in frame:
        return None
    bad = frame["reversed_at"].notna() & frame["reversed"].eq(False)
    return _fault(frame, bad, "is set although reversed is no", ("reversed_at", "reversed"))


def _repeated(frame: pd.DataFrame) -> Fault | None:
    if "case_id" not in frame:
        return None
    ids = frame["case_id"]
    bad = ids.notna() & ids.duplicated(keep=False)
    return _fault(frame, bad, "is not unique", ("case_id",), "each case_id once")
