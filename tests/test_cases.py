from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, platform
from hypothesis import given
from hypothesis import strategies as st

from audit.cases import Cases, Origin, masked_accounts
from audit.errors import SchemaError
from audit.schema import Ladder

ORIGIN = Origin("made", "Made here", "nobody", "", "", "CC0")


def table(**columns: Any) -> pd.DataFrame:
    frame = pd.DataFrame(
        {
            "case_id": ["1", "2", "3", "4", "5", "6"],
            "account_id": ["l1", "l1", "l2", "o1", "o2", "o3"],
            "account_class": ["leader", "leader", "leader", "ordinary", "ordinary", "unknown"],
            "action": ["none", "remove", "none", "remove", "label", "ban"],
        }
    )
    return frame.assign(**columns)


def cases(**columns: Any) -> Cases:
    return Cases(table(**columns), (ORIGIN,))


def test_the_frame_is_detached_and_freshly_numbered() -> None:
    frame = table().iloc[::-1]
    made = Cases(frame, (ORIGIN,))
    frame["action"] = "gone"
    copy = made.to_frame()
    copy["action"] = "gone"
    assert made.frame["action"].tolist()[0] == "ban"
    assert made.frame.index.tolist() == list(range(6))


def test_length_is_the_sum_of_counts() -> None:
    assert len(cases()) == 6
    assert len(cases(count=[10, 1, 1, 1, 1, 1])) == 15
    assert cases(count=[10, 1, 1, 1, 1, 1]).classes()["cases"].tolist() == [12, 2, 1]


def test_what_is_no_case_table_is_refused() -> None:
    with pytest.raises(
        SchemaError, match=r"(?s)cases from made: 1 fault.*'action': is missing"
    ) as e:
        Cases(table().drop(columns="action"), (ORIGIN,))
    assert "\n" in str(e.value)
    with pytest.raises(SchemaError, match="'account_class': is missing"):
        Cases(table().drop(columns="account_class"), (ORIGIN,))
    with pytest.raises(SchemaError, match="'case_id': is of the wrong kind; found int64"):
        cases(case_id=range(6))
    with pytest.raises(SchemaError, match="not on the ladder; found 'gone'"):
        cases(action="gone")
    with pytest.raises(SchemaError, match=r"'account_class': is empty \(1 row: 2\)"):
        cases(account_class=["leader", None, "a", "a", "a", "a"])
    with pytest.raises(SchemaError, match=r"'account_id': is empty .*unless every row has a count"):
        cases(account_id=None)
    with pytest.raises(SchemaError, match=r"'count': is empty \(1 row: 6\)"):
        cases(count=pd.array([1, 1, 1, 1, 1, None], dtype="Int64"))


def test_an_action_that_nobody_recorded_is_missing_and_not_none() -> None:
    made = cases(action=["none", None, "remove", None, "label", "none"])
    assert len(made) == 6
    assert made.frame["action"].isna().sum() == 2


def test_aggregated_rows_need_no_account() -> None:
    made = cases(account_id=pd.Series([None] * 6, dtype="str"), count=2)
    assert len(made) == 12
    assert made.classes()["accounts"].tolist() == [0, 0, 0]


def test_keep_records_what_left_by_class() -> None:
    made = cases(count=[10, 1, 1, 1, 1, 1])
    kept = made.keep(made.frame["action"] != "none", because="acted on")
    assert len(made) == 15
    assert len(kept) == 4
    assert kept.frame.index.tolist() == [0, 1, 2, 3]
    ledger = kept.ledger_frame().set_index("account_class")
    assert ledger.loc["leader", ["cases_before", "cases_removed", "cases_after"]].tolist() == [
        12,
        11,
        1,
    ]
    assert ledger.loc["leader", ["accounts_before", "accounts_removed"]].tolist() == [2, 1]
    assert ledger.loc["leader", "share_removed"] == pytest.approx(11 / 12)
    assert ledger["flagged"].to_dict() == {"leader": True, "ordinary": False, "unknown": False}
    again = kept.keep(np.ones(4, dtype=bool), because="all of them")
    assert again.ledger_frame()["step"].tolist() == [1, 1, 1, 2, 2, 2]
    assert "step 1: 11 of 15 cases removed: acted on" in again.summary()
    assert "it took 91.7 % of leader, 0.0 % of ordinary" in again.summary()


def test_an_empty_ledger_has_its_columns() -> None:
    assert list(cases().ledger_frame()) == [
        "step",
        "because",
        "account_class",
        "cases_before",
        "cases_removed",
        "cases_after",
        "accounts_before",
        "accounts_removed",
        "share_removed",
        "flagged",
    ]


@pytest.mark.parametrize(
    ("leaders", "ordinary", "flagged"),
    [(5, 0, True), (4, 0, False), (15, 10, True), (14, 10, False), (0, 5, True), (100, 100, False)],
)
def test_a_step_is_flagged_from_five_points_on(leaders: int, ordinary: int, flagged: bool) -> None:
    frame = pd.DataFrame({"account_class": ["leader"] * 100 + ["ordinary"] * 100, "action": "none"})
    frame["case_id"] = frame["account_id"] = pd.Series(range(200)).astype(str).astype("str")
    made = Cases(frame, (ORIGIN,))
    place = np.tile(np.arange(100), 2)
    removed = place < np.repeat([leaders, ordinary], 100)
    assert made.keep(~removed, because="x").ledger_frame()["flagged"].any() == flagged


@pytest.mark.parametrize(
    ("mask", "says"),
    [
        (pd.Series([True] * 6, index=range(1, 7)), "another index"),
        (pd.Series([True] * 5), "another index"),
        ([True] * 5, "wrong length; found 5; allowed: 6"),
        ([True, None, True, True, True, True], "has gaps; found 1 missing"),
        (pd.array([True, None, True, True, True, True], dtype="boolean"), "has gaps"),
        ([1, 0, 1, 0, 1, 0], "is not boolean; found int64"),
        (["a"] * 6, "is not boolean"),
        ("all", "is no column; found str"),
        (lambda frame: frame["action"] == "none", "is no column; found function"),
        (pd.DataFrame({"a": [True] * 6}), "is no column; found DataFrame"),
    ],
)
def test_a_mask_that_fits_no_row_is_refused(mask: Any, says: str) -> None:
    with pytest.raises(SchemaError, match=says):
        cases().keep(mask, because="x")


@pytest.mark.parametrize(
    "mask",
    [
        [True, False] * 3,
        (True, False) * 3,
        np.array([True, False] * 3),
        np.array([True, False] * 3, dtype=object),
        pd.Series([True, False] * 3),
        pd.array([True, False] * 3, dtype="boolean"),
    ],
)
def test_masks_of_every_boolean_kind_do(mask: Any) -> None:
    assert cases().keep(mask, because="x").frame["case_id"].tolist() == ["1", "3", "5"]


@pytest.mark.parametrize("because", ["", "  ", None])
def test_a_row_needs_a_reason_to_leave(because: Any) -> None:
    with pytest.raises(SchemaError, match="no reason is given"):
        cases().keep([True] * 6, because=because)


def test_everything_may_leave() -> None:
    empty = cases().keep([False] * 6, because="x")
    assert len(empty) == 0
    assert len(empty.keep([], because="y")) == 0
    assert "0 cases by 0 accounts" in empty.summary()


def test_the_summary_says_what_the_table_is() -> None:
    simulated = Origin("made", "Made up", "nobody", "", "", "CC0", simulated=True)
    times = pd.to_datetime(pd.Series(["2020-01-01"] * 5 + ["2020-03-04"]), utc=True)
    made = Cases(table(posted_at=times), (simulated,))
    said = str(made)
    assert said.startswith("SIMULATED")
    assert made.simulated
    assert "6 cases by 5 accounts, posted 2020-01-01 to 2020-03-04" in said
    assert "  leader: 3 cases by 2 accounts" in said
    assert "  unknown: 1 case by 1 account" in said
    assert "none < label < restrict < remove < lock < suspend < ban" in said
    assert not cases().simulated


def test_the_jupyter_face_shows_nothing_live_and_names_nobody() -> None:
    hostile = '<script>alert(1)</script>$x$[a](javascript:b)`c`"\u202e\0'
    made = cases(account_class=hostile, rule=hostile, note=hostile, raw_action=hostile)
    face = made._repr_html_()
    assert "<script" not in face
    assert "$" not in face
    assert "\u202e" not in face
    assert "l1" not in face
    assert "account 00" in face
    assert face.startswith('<div class="audit-face tex2jax_ignore mathjax_ignore">')
    assert face.count('<table class="tex2jax_ignore mathjax_ignore">') == 1


def test_an_own_ladder_goes_along() -> None:
    ladder = Ladder(("kept", "gone"))
    made = Cases(table(action="gone"), (ORIGIN,), ladder)
    assert made.keep([True] * 6, because="x").ladder is ladder


def test_ordinary_and_unknown_accounts_are_never_named() -> None:
    frame = table(account_id=["l1", "l1", "l2", "o1", "o1", None])
    masked = masked_accounts(frame, ["leader", "ordinary", "unknown"])
    assert masked[:3].tolist() == ["l1", "l1", "l2"]
    assert masked[3] == masked[4] == "account 001"
    assert masked[5] == "account not stated"
    assert not set(masked_accounts(frame, [])) & set(frame["account_id"].dropna())


def test_masks_do_not_follow_the_order_of_rows() -> None:
    frame = table()
    shuffled = frame.sample(frac=1, random_state=1)
    pd.testing.assert_series_equal(
        masked_accounts(shuffled, ["leader"]).sort_index(), masked_accounts(frame, ["leader"])
    )


@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), max_size=4))
def test_the_ledger_adds_up_to_the_cases_lost(masks: list[list[bool]]) -> None:
    made = cases(count=[5, 1, 2, 4, 1, 3])
    kept = made
    for mask in masks:
        kept = kept.keep(
            kept.frame["case_id"].astype(int).sub(1).map(lambda i, m=mask: m[i]).astype(bool),
            because="x",
        )
    ledger = kept.ledger_frame()
    assert ledger["cases_removed"].sum() == len(made) - len(kept)
    assert (ledger["cases_before"] - ledger["cases_removed"] == ledger["cases_after"]).all()
    assert ledger["accounts_removed"].sum() == 5 - kept.frame["account_id"].nunique()


@pytest.mark.parametrize("wrong", [0, -3])
def test_a_row_that_stands_for_no_case_is_refused(wrong: int) -> None:
    frame = platform(leaders=1, ordinary=2, posts=2).frame
    with pytest.raises(SchemaError, match=r"count.*out of range.*1 or more"):
        cases_of(frame.assign(count=[wrong, *[1] * (len(frame) - 1)]))


def test_a_missing_action_is_unknown_and_no_rung() -> None:
    frame = platform(leaders=1, ordinary=2, posts=2).frame
    frame.loc[0, "action"] = None
    cases = cases_of(frame)
    assert cases.frame["action"].isna().sum() == 1
    with pytest.raises(SchemaError, match="found an empty cell"):
        cases.ladder.rank(cases.frame["action"])
