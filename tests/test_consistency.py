from __future__ import annotations

import pandas as pd
import pytest

from audit.consistency import contradictions
from audit.schema import Ladder


def table(**columns: object) -> pd.DataFrame:
    """Two rows, numbered as a person counts; the second is given, the first is harmless."""
    rows: dict[str, object] = {"case_id": ["a", "b"], "action": ["remove", "remove"]}
    for name, value in columns.items():
        timed = name.endswith("_at") or name == "observed_until"
        rows[name] = pd.DatetimeIndex([pd.NaT, value], tz="UTC") if timed else value
    return pd.DataFrame(rows, index=pd.RangeIndex(1, 3))


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"posted_at": "2020-01-02", "acted_at": "2020-01-01"}, "acted on before it was posted"),
        ({"posted_at": "2020-01-02", "reported_at": "2020-01-01"}, "reported before it was posted"),
        ({"posted_at": "2020-01-02", "observed_until": "2020-01-01"}, "last observed before"),
        ({"acted_at": "2020-01-02", "reversed_at": "2020-01-01"}, "reversed before it was acted"),
        ({"posted_at": "2020-01-02", "reversed_at": "2020-01-01"}, "reversed before it was posted"),
        ({"case_id": ["a", "a"]}, "is not unique"),
        ({"count": [1, 0]}, "is out of range"),
        ({"sampling_weight": [1.0, 0.0]}, "above 0 and finite"),
        ({"sampling_weight": [1.0, float("inf")]}, "above 0 and finite"),
        ({"sampling_weight": [1.0, float("nan")]}, "is empty in some rows"),
        ({"reports": [1, -1]}, "0 or more"),
        ({"reach": [1.0, -1.0]}, "0 or more and finite"),
        ({"action": ["remove", "none"], "acted_at": "2020-01-01"}, "although the action is 'none'"),
        ({"action": ["remove", "none"], "reversed": [True, True]}, "although the action is 'none'"),
        ({"action": ["remove", "none"], "ended_by": ["enforcement"] * 2}, "although the action is"),
        ({"reversed": [False, False], "reversed_at": "2020-01-01"}, "although reversed is no"),
    ],
)
def test_each_contradiction_is_found_on_its_row(columns: dict[str, object], says: str) -> None:
    faults = contradictions(table(**columns))
    assert len(faults) == 1
    assert says in str(faults[0])
    assert faults[0].rows in ((2,), (1, 2))


@pytest.mark.parametrize(
    "columns",
    [
        {"posted_at": "2020-01-02", "acted_at": None},
        {"posted_at": "2020-01-02", "acted_at": "2020-01-02"},
        {"observed_until": "2020-01-02", "acted_at": "2020-01-03"},
        {"acted_at": None},
        {"reversed": [True, True], "reversed_at": None},
        {"action": ["remove", "none"], "ended_by": ["enforcement", "still_up"]},
    ],
)
def test_what_contradicts_nothing_passes(columns: dict[str, object]) -> None:
    assert contradictions(table(**columns)) == []


def test_nothing_done_is_the_first_rung_of_the_users_ladder() -> None:
    frame = table(action=["kept", "gone"], acted_at="2020-01-01")
    assert contradictions(frame, Ladder(("kept", "gone"))) == []
    assert len(contradictions(frame, Ladder(("gone", "kept")))) == 1
