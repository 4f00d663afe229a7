from __future__ import annotations

import re
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import RosterError, SchemaError
from audit.roster import Roster

SPELLS = pd.DataFrame(
    [
        ("a", "candidate", "2015-06-16", "2017-01-20"),
        ("a", "world_leader", "2017-01-20", "2021-01-20"),
        ("b", "world_leader", "2010-05-01", None),
        ("c", "candidate", "2012-01-01", "2012-06-01"),
        ("c", "candidate", "2014-01-01", "2014-06-01"),
    ],
    columns=["account_id", "account_class", "start", "end"],
)


def classify(roster: Roster, account: str, when: str | None) -> str:
    times = pd.to_datetime(pd.Series([when], index=["x"]), utc=True)
    found = roster.classify(pd.Series([account], index=["x"]), times)
    assert found.index.tolist() == ["x"]
    return str(found.iloc[0])


@pytest.mark.parametrize(
    ("account", "when", "is_"),
    [
        ("a", "2015-06-15T23:59:59Z", "unknown"),
        ("a", "2015-06-16T00:00:00Z", "candidate"),
        ("a", "2017-01-19T23:59:59.999999Z", "candidate"),
        ("a", "2017-01-20T00:00:00Z", "world_leader"),
        ("a", "2021-01-20T00:00:00Z", "unknown"),
        ("b", "2030-01-01T00:00:00Z", "world_leader"),
        ("c", "2013-01-01T00:00:00Z", "unknown"),
        ("c", "2014-03-01T00:00:00Z", "candidate"),
        ("d", "2014-03-01T00:00:00Z", "unknown"),
        ("a", None, "unknown"),
    ],
)
def test_start_is_inclusive_end_exclusive_and_a_gap_unknown(
    account: str, when: str | None, is_: str
) -> None:
    assert classify(Roster(SPELLS), account, when) == is_


def test_spells_that_overlap_and_disagree_are_all_listed() -> None:
    wrong = pd.DataFrame(
        [
            ("a", "candidate", "2015-01-01", "2018-01-01"),
            ("a", "world_leader", "2017-01-20", None),
            ("a", "ordinary", "2020-01-01", "2020-02-01"),
            ("b", "world_leader", "2015-01-01", "2014-01-01"),
            ("b", "world_leader", "2016-01-01", "2016-01-01"),
        ],
        columns=SPELLS.columns,
    )
    with pytest.raises(RosterError, match="contradicts itself in 4 places") as caught:
        Roster(wrong)
    said = str(caught.value)
    assert "row 1, 'a' as 'candidate' from 2015-01-01 to 2018-01-01 overlaps row 2" in said
    assert "to open overlaps row 3, 'a' as 'ordinary'" in said
    assert "row 4, 'b' as 'world_leader' from 2015-01-01 to 2014-01-01 does not end after" in said
    assert "row 5, 'b'" in said


def test_spells_that_overlap_and_agree_are_one() -> None:
    rows = [
        ("a", "x", "2015-01-01", None),
        ("a", "x", "2016-01-01", "2016-02-01"),
        ("b", "x", "2015-01-01", "2015-06-01"),
        ("b", "x", "2015-03-01", "2015-09-01"),
        ("c", "x", "2015-01-01", "2015-12-01"),
        ("c", "x", "2015-02-01", "2015-03-01"),
        ("c", "x", "2015-04-01", "2015-05-01"),
    ]
    roster = Roster(pd.DataFrame(rows, columns=SPELLS.columns))
    assert classify(roster, "a", "2017-01-01") == "x"
    assert classify(roster, "b", "2015-08-01") == "x"
    assert classify(roster, "c", "2015-06-01") == "x"
    assert classify(roster, "b", "2015-09-01") == "unknown"


def test_a_roster_at_fault_says_all_of_it() -> None:
    wrong = SPELLS.assign(start=["2015-06-16", None, "yesterday", "2012-01-01", "2014-01-01"])
    with pytest.raises(SchemaError, match="the roster: 2 faults") as caught:
        Roster(wrong)
    assert "'start': is empty (1 row: 2)" in str(caught.value)
    assert "'start': is not a time (1 row: 3); found 'yesterday'" in str(caught.value)
    with pytest.raises(SchemaError, match="'start': is missing"):
        Roster(SPELLS.drop(columns=["start", "end"]))
    with pytest.raises(SchemaError, match="ids are or were floats"):
        Roster(SPELLS.assign(account_id=[1.0, 1.0, 2.0, 3.0, 3.0]))


def test_a_roster_is_read_from_a_file(tmp_path: Path) -> None:
    path = tmp_path / "leaders.csv"
    SPELLS.assign(office="President").to_csv(path, index=False)
    roster = Roster.read(path)
    assert len(roster) == 3
    assert roster.to_frame()["office"].tolist() == ["President"] * 5
    assert re.search(r"world_leader +2 +2\n", str(roster))
    assert roster.covers(pd.Series(["a", "z"])).tolist() == [True, False]
    path.write_text("account_id,account_class,start\na,b,2020-01-01,9\n")
    with pytest.raises(SchemaError, match=r"(?s)the roster 'leaders\.csv': .*too many fields"):
        Roster.read(path)


def test_without_an_end_every_spell_is_open() -> None:
    roster = Roster(SPELLS.drop(columns="end").iloc[[0, 2]])
    assert classify(roster, "a", "2030-01-01") == "candidate"


def test_the_jupyter_face_is_escaped() -> None:
    roster = Roster(SPELLS.assign(source="<script>"))
    assert "<script" not in roster._repr_html_()


DAYS = st.integers(0, 60)


@given(
    st.lists(st.tuples(st.sampled_from("ab"), DAYS, DAYS), min_size=1, max_size=8),
    st.lists(st.tuples(st.sampled_from("abc"), DAYS), min_size=1, max_size=20),
)
def test_classify_agrees_with_looking_at_every_spell(
    spells: list[tuple[str, int, int]], asked: list[tuple[str, int]]
) -> None:
    day = pd.Timestamp("2020-01-01", tz="UTC")
    spells = [(a, min(s, e), max(s, e) + 1) for a, s, e in spells]
    rows = [
        (a, f"class {a}", day + pd.Timedelta(days=s), day + pd.Timedelta(days=e))
        for a, s, e in spells
    ]
    roster = Roster(pd.DataFrame(rows, columns=SPELLS.columns))
    expected = [
        f"class {a}" if any(a == b and s <= d < e for b, s, e in spells) else "unknown"
        for a, d in asked
    ]
    accounts = pd.Series([a for a, _ in asked])
    when = pd.Series([day + pd.Timedelta(days=d) for _, d in asked])
    assert roster.classify(accounts, when).tolist() == expected
