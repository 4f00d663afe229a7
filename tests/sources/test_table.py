from __future__ import annotations

import datetime
import io
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cases import Cases
from audit.errors import RosterError, SchemaError, SourceError
from audit.origin import Origin
from audit.regimes import Regimes
from audit.roster import Roster
from audit.schema import STANDARD_LADDER, Ladder
from audit.sources.base import Source
from audit.sources.table import Table, read_cases

HEADER = "case_id,account_id,account_class,action,posted_at,acted_at\n"
ROWS = (
    "1301234567890123456,l1,world_leader,none,2020-01-01T10:00:00Z,\n"
    "1301234567890123457,o1,ordinary,remove,2020-01-01T10:00:00+02:00,2020-01-02T00:00:00Z\n"
)
GOOD = HEADER + ROWS


def write(folder: Path, text: str | bytes, name: str = "cases.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def frame(**columns: Any) -> pd.DataFrame:
    made = pd.read_csv(io.StringIO(GOOD), dtype=str)
    return made.assign(**columns)


def faults(data: Any, **options: Any) -> str:
    with pytest.raises(SchemaError, match="fault") as caught:
        read_cases(data, **options)
    return str(caught.value)


def test_a_good_file_is_read_into_its_kinds(tmp_path: Path) -> None:
    cases = read_cases(write(tmp_path, GOOD))
    assert cases.frame["case_id"].tolist() == ["1301234567890123456", "1301234567890123457"]
    assert cases.frame["posted_at"].tolist() == [
        pd.Timestamp("2020-01-01T10:00:00Z"),
        pd.Timestamp("2020-01-01T08:00:00Z"),
    ]
    assert str(cases.frame["posted_at"].dtype) == "datetime64[us, UTC]"
    assert cases.frame["acted_at"].isna().tolist() == [True, False]
    assert cases.origins[0].name == "cases"
    assert len(cases.origins[0].sha256) == 64
    assert list(cases.frame) == HEADER.strip().split(",")


def test_every_kind_of_file_gives_the_same_cases(tmp_path: Path) -> None:
    import duckdb

    made = frame()
    comma = write(tmp_path, GOOD)
    tab = write(tmp_path, GOOD.replace(",", "\t"), "cases.tsv")
    lines = write(tmp_path, made.to_json(orient="records", lines=True), "cases.jsonl")
    parquet = tmp_path / "cases.parquet"
    table = f"read_csv('{comma}', all_varchar = true)"
    duckdb.sql(f"copy (from {table}) to '{parquet}' (format parquet)")
    arrow = duckdb.connect().sql(f"from {table}")
    expected = read_cases(comma).frame
    for data in (tab, lines, parquet, str(comma), made, OnlyArrow(arrow), OnlyPandas(made)):
        pd.testing.assert_frame_equal(read_cases(data).frame, expected)


class OnlyArrow:
    def __init__(self, table: Any) -> None:
        self.table = table

    def __arrow_c_stream__(self, requested_schema: object = None) -> object:
        return self.table.__arrow_c_stream__(requested_schema)


class OnlyPandas:
    def __init__(self, made: pd.DataFrame) -> None:
        self.made = made

    def to_pandas(self) -> pd.DataFrame:
        return self.made


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(SourceError, match="cannot be read from 'int'; allowed: a path, a pandas"):
        read_cases(3)
    with pytest.raises(SourceError, match=r"no 'nowhere\.csv' in the working folder"):
        read_cases("nowhere.csv")


# The faults that the issue names, each with its own message.


@pytest.mark.parametrize("ids", ["1.3e18", "1.30123456789012E+18", "1301234567890123456.0"])
def test_ids_that_were_floats(tmp_path: Path, ids: str) -> None:
    said = faults(write(tmp_path, GOOD.replace("1301234567890123456", ids)))
    assert "column 'case_id': ids are or were floats, and floats lose digits (1 row: 1)" in said
    assert f"found '{ids}' (file line 2); allowed: text; a float holds 15 to 17 digits" in said


def test_ids_of_a_float_column_are_refused_even_when_whole() -> None:
    assert "ids are or were floats" in faults(frame(account_id=[1.0, 2.0]))
    assert "ids are or were floats" in faults(frame(account_id=[1.0, np.nan]))


@pytest.mark.parametrize("dtype", ["int64", "Int64", "uint64", object])
def test_integer_ids_become_text_exactly(dtype: str) -> None:
    ids = pd.Series([1301234567890123456, 1301234567890123457], dtype=dtype)
    assert read_cases(frame(case_id=ids)).frame["case_id"].tolist() == [
        "1301234567890123456",
        "1301234567890123457",
    ]


@pytest.mark.parametrize("identifier", ["1.1", "12e4567", "007", "a.0", "=cmd", "x\0y", "\u202e"])
def test_odd_ids_pass_as_they_are(identifier: str) -> None:
    assert read_cases(frame(account_id=identifier)).frame["account_id"][0] == identifier


@pytest.mark.parametrize("word", ["nan", "None", "NULL", "<NA>"])
def test_a_gap_spelled_as_a_word_is_no_account(word: str) -> None:
    assert "spells a missing value as a word (2 rows: 1, 2)" in faults(frame(account_id=word))


def test_times_without_a_zone(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("10:00:00Z", "10:00:00"))
    said = faults(path)
    assert "'posted_at': times have no zone, so nobody can say when they were (1 row: 1)" in said
    assert "allowed: ISO 8601 with its zone" in said
    cases = read_cases(path, time_zone="America/New_York")
    assert cases.frame["posted_at"][0] == pd.Timestamp("2020-01-01T15:00:00Z")
    assert cases.frame["posted_at"][1] == pd.Timestamp("2020-01-01T08:00:00Z")
    assert cases.frame["raw_posted_at"].tolist()[0] == "2020-01-01T10:00:00"
    assert "raw_acted_at" not in cases.frame


@pytest.mark.parametrize(
    "naive",
    [
        ["2020-01-01", "2020-01-01"],
        pd.to_datetime(["2020-01-01", "2020-01-01"]),
        [datetime.date(2020, 1, 1)] * 2,
        [datetime.datetime(2020, 1, 1)] * 2,
    ],
)
def test_bare_dates_and_naive_times_need_the_zone_too(naive: Any) -> None:
    made = frame(posted_at=naive)
    assert "times have no zone" in faults(made)
    cases = read_cases(made, time_zone="UTC")
    assert (cases.frame["posted_at"] == pd.Timestamp("2020-01-01T00:00:00Z")).all()


def test_times_with_a_zone_need_none() -> None:
    aware = pd.to_datetime(["2020-01-01T01:00:00+09:00"] * 2)
    objects = [datetime.datetime(2019, 12, 31, 16, tzinfo=datetime.UTC)] * 2
    for times in (aware, objects):
        cases = read_cases(frame(posted_at=times))
        assert (cases.frame["posted_at"] == pd.Timestamp("2019-12-31T16:00:00Z")).all()


def test_hours_that_a_clock_skips_or_repeats_are_refused() -> None:
    times = ["2020-03-29T01:30:00", "2020-10-25T01:30:00"]
    said = faults(frame(posted_at=times, acted_at=None), time_zone="Europe/London")
    assert "hour that the clocks of Europe/London skipped or repeated (2 rows: 1, 2)" in said
    said = faults(frame(posted_at=pd.to_datetime(times), acted_at=None), time_zone="Europe/London")
    assert "skipped or repeated (2 rows: 1, 2)" in said


@pytest.mark.parametrize(
    ("time", "says"),
    [
        ("yesterday", "is not a time (2 rows: 1, 2); found 'yesterday'"),
        ("now", "is not a time"),
        ("2020", "is not a time"),
        ("01/02/2020 10:00 UTC", "is not a time"),
        ("1577836800", "Try: seconds since 1970 must be written as dates"),
        ("2020-13-01T00:00:00Z", "is a date that never was"),
        ("2020-02-30T00:00:00Z", "is a date that never was"),
        ("2020-01-01T25:00:00Z", "is a date that never was"),
    ],
)
def test_what_is_no_time(time: str, says: str) -> None:
    assert says in faults(frame(posted_at=time, acted_at=None))


def test_an_unknown_zone() -> None:
    assert "time_zone is no time zone; found 'Mars/Olympus'" in faults(
        frame(), time_zone="Mars/Olympus"
    )


def test_times_are_cut_to_the_microsecond_and_kept_as_they_were() -> None:
    cases = read_cases(frame(posted_at="2020-01-01T00:00:00.123456789Z"))
    assert cases.frame["posted_at"][0] == pd.Timestamp("2020-01-01T00:00:00.123456Z")
    assert cases.frame["raw_posted_at"][0].endswith("789Z")


def test_unknown_actions_are_counted(tmp_path: Path) -> None:
    more = "3,o2,ordinary,deleted,,\n4,o2,ordinary,deleted,,\n5,o2,ordinary,removed,,\n"
    said = faults(write(tmp_path, GOOD + more))
    assert "column 'action': has actions that are not on the ladder (3 rows: 3, 4, 5)" in said
    assert "found 'deleted' 2 times, 'removed' 1 time (file line 4)" in said
    assert f"allowed: {STANDARD_LADDER}" in said
    assert "actions={'removed': 'remove'}" in faults(frame(action="removed"))
    cases = read_cases(
        tmp_path / "cases.csv", actions={"deleted": "remove", "removed": "remove", "x": "ban"}
    )
    assert cases.frame["action"].tolist() == ["none", "remove", "remove", "remove", "remove"]
    assert cases.frame["raw_action"].tolist()[2:] == ["deleted", "deleted", "removed"]


def test_actions_must_be_mapped_to_rungs() -> None:
    said = faults(frame(), actions={"deleted": "removed"})
    assert "actions maps to what is no rung; found 'deleted' to 'removed'" in said
    assert "Try: 'remove'" in said


def test_an_empty_action_is_not_none() -> None:
    assert "column 'action': is empty (1 row: 2)" in faults(frame(action=["none", None]))


def test_acted_on_before_it_was_posted(tmp_path: Path) -> None:
    said = faults(write(tmp_path, GOOD.replace("2020-01-02T", "2019-01-02T")))
    assert "'acted_at': was acted on before it was posted (1 row: 2)" in said
    assert "found acted_at 2019-01-02 00:00:00+00:00, posted_at 2020-01-01 08:00:00" in said
    assert "(file line 3)" in said


def test_duplicate_ids(tmp_path: Path) -> None:
    said = faults(write(tmp_path, GOOD + ROWS.splitlines()[0] + "\n"))
    assert "column 'case_id': is not unique (2 rows: 1, 3)" in said


def test_an_empty_class_column(tmp_path: Path) -> None:
    text = GOOD.replace("world_leader", "").replace("ordinary", "")
    said = faults(write(tmp_path, text))
    assert "column 'account_class': exists and is empty; allowed: a class for at least" in said


def test_an_empty_file(tmp_path: Path) -> None:
    assert "the file is empty (0 bytes)" in faults(write(tmp_path, ""))
    assert "has a header and no rows" in faults(write(tmp_path, HEADER))
    assert "has no rows" in faults(frame().iloc[:0])


def test_a_wrong_delimiter(tmp_path: Path) -> None:
    said = faults(write(tmp_path, GOOD.replace(",", ";")))
    assert "the wrong delimiter: columns are separated by a semicolon, not a comma" in said


def test_latin_1_bytes(tmp_path: Path) -> None:
    said = faults(write(tmp_path, GOOD.replace("o1", "Jos\xe9").encode("latin-1")))
    assert "bytes are not UTF-8 (1 row: 2); found byte 0xE9" in said
    assert "on file line 3; allowed: UTF-8. Try: read as Latin-1" in said
    assert "José" in said


def test_a_repeated_header(tmp_path: Path) -> None:
    said = faults(write(tmp_path, GOOD + HEADER))
    assert "repeats the header (1 row: 3); found it on file line 4" in said


def test_a_two_gigabyte_line(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    with path.open("r+b") as stream:
        stream.truncate(2 * 1024**3)
    assert "file line 4 is over 16 MB long; nothing after it was read" in faults(path)


def test_all_faults_come_at_once_with_their_lines(tmp_path: Path) -> None:
    text = HEADER + (
        '1,"l\n1",world_leader,none,2020-01-01T10:00:00Z,\n'
        "1,o1,ordinary ,shadowban,2020-01-01T10:00:00,2020-01-02T00:00:00Z\n"
        "1,2,3\n"
        ",o2,Ordinary,remove,2020-01-03T10:00:00Z,2020-01-02T00:00:00Z\n"
    )
    with pytest.raises(SchemaError, match=r"'cases\.csv': 7 faults found") as caught:
        read_cases(write(tmp_path, text))
    rows = {(f.column, f.what.split(" (")[0]): f.rows for f in caught.value.faults}
    assert rows == {
        ("", "has too few fields, not 6"): (3,),
        ("case_id", "is empty"): (4,),
        ("account_class", "has spaces around the value"): (2,),
        ("action", "has actions that are not on the ladder"): (2,),
        ("posted_at", "times have no zone, so nobody can say when they were"): (2,),
        ("acted_at", "was acted on before it was posted"): (4,),
        ("case_id", "is not unique"): (1, 2),
    }
    assert "(file line 4)" in str(caught.value)


# Columns


def test_the_users_names_are_mapped(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("account_id", "user").replace("posted_at", "when"))
    cases = read_cases(path, columns={"user": "account_id", "when": "posted_at"})
    assert list(cases.frame)[:5] == HEADER.split(",")[:5]
    assert "columns={'user': 'account_id'}" not in faults(path)
    assert "column 'account_id': is missing" in faults(path)


@pytest.mark.parametrize(
    ("columns", "says"),
    [
        ({"usr": "account_id"}, "'usr': is mapped and not in the table"),
        ({"acount_id": "pair_id"}, "Try: 'account_id'"),
        ({"action": "acton"}, "found 'action' mapped to 'acton'. Try: 'action'"),
        ({"action": "account_class"}, "is in the table, and 'action' is mapped to it too"),
        ({"action": "rule", "case_id": "rule"}, "two columns are mapped to one"),
    ],
)
def test_a_mapping_that_cannot_be_is_refused(columns: dict[str, str], says: str) -> None:
    assert says in faults(frame(), columns=columns)


def test_a_missing_column_names_its_nearest(tmp_path: Path) -> None:
    said = faults(write(tmp_path, GOOD.replace("case_id", "Case ID").replace("action", "aktion")))
    assert "'case_id': is missing; allowed: names the case" in said
    assert "Try: columns={'Case ID': 'case_id'}" in said
    assert "Try: columns={'aktion': 'action'}" in said


def test_frames_need_distinct_text_names() -> None:
    assert "column names must be text; found 7" in faults(frame().rename(columns={"action": 7}))
    twice = pd.concat([frame(), frame()[["action"]]], axis=1)
    assert "'action': two columns have this name" in faults(twice)


def test_extra_columns_pass_through_and_the_argument_is_untouched() -> None:
    made = frame(score=[0.5, 1.5], note=["<b>", "=1+1"])
    made.index = pd.Index(["x", "y"])
    before = made.copy()
    cases = read_cases(made)
    assert cases.frame["score"].tolist() == [0.5, 1.5]
    assert list(cases.frame)[-2:] == ["score", "note"]
    pd.testing.assert_frame_equal(made, before)


def test_the_words_as_they_were_need_a_free_name() -> None:
    said = faults(frame(action="gone", raw_action="x"), actions={"gone": "remove"})
    assert "column 'raw_action': is needed for the words as they were, and is taken" in said


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("reversed", "maybe", "is no flag"),
        ("violating", "perhaps", "is no answer"),
        ("violating", "1.5", "is no probability"),
        ("count", "0", "is out of range"),
        ("count", "1.5", "is no whole number"),
        ("count", "1,000", "is no finite number"),
        ("count", "99999999999999999999", "is no whole number"),
        ("sampling_weight", "0", "above 0 and finite"),
        ("sampling_weight", "inf", "is no finite number"),
        ("reports", "-1", "0 or more"),
        ("reach", "many", "is no finite number"),
        ("ended_by", "still up", "is not a level"),
        ("rule", "abuse ", "has spaces around the value"),
        ("account_class", ["Leader", "leader"], "has classes that differ only in capitals"),
        ("account_class", ["Unknown", "leader"], "has classes that differ only in capitals"),
        ("count", ["1", None], "is empty in some rows"),
        ("account_id", ["a", None], "allowed: an id for every row, or a count in every row"),
        ("observed_until", "2019-01-01T00:00:00Z", "last observed before it was posted"),
    ],
)
def test_each_column_is_held_to_its_meaning(column: str, value: Any, says: str) -> None:
    assert says in faults(frame(action="remove", **{column: value}))


def test_near_levels_are_suggested() -> None:
    assert "Try: 'still_up'" in faults(frame(ended_by="still up"))


def test_flags_answers_and_numbers_are_typed() -> None:
    made = frame(
        action="remove",
        appealed=["TRUE", None],
        reversed=[True, False],
        violating=["yes", None],
        reach=["1e3", None],
        reports=[3.0, np.nan],
        count=["2", "3"],
    )
    cases = read_cases(made)
    assert cases.frame["appealed"].tolist() == [True, pd.NA]
    assert cases.frame["reversed"].tolist() == [True, False]
    assert cases.frame["violating"].tolist() == ["yes", "unknown"]
    assert cases.frame["reach"][0] == 1000.0
    assert cases.frame["reports"].tolist() == [3, pd.NA]
    assert str(cases.frame["count"].dtype) == "int64"
    assert len(cases) == 5


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (["0.25", "1"], [0.25, 1.0]),
        ([0, 1], [0.0, 1.0]),
        ([True, False], ["yes", "no"]),
        (["true", "unknown"], ["yes", "unknown"]),
    ],
)
def test_violating_is_an_answer_or_a_probability(given: list[Any], read: list[Any]) -> None:
    assert read_cases(frame(violating=given)).frame["violating"].tolist() == read


def test_violating_is_never_both() -> None:
    assert "is no answer (1 row: 2); found '0.5'" in faults(frame(violating=["yes", "0.5"]))


def test_aggregated_rows_need_no_account() -> None:
    made = frame(count=["10", "20"]).drop(columns="account_id")
    cases = read_cases(made)
    assert len(cases) == 30
    assert cases.frame["account_id"].isna().all()
    assert "column 'account_id': is missing" in faults(made.drop(columns="count"))
    assert len(read_cases(frame(count=["1", "2"], account_id=["a", None]))) == 3


def test_an_empty_class_is_unknown_and_counted() -> None:
    cases = read_cases(frame(account_class=["world_leader", ""]))
    assert cases.frame["account_class"].tolist() == ["world_leader", "unknown"]
    assert "  unknown: 1 case by 1 account" in cases.summary()


def test_the_users_own_ladder(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("none", "kept").replace("remove", "gone"))
    for ladder in (("kept", "gone"), ["kept", "gone"], Ladder(("kept", "gone"))):
        cases = read_cases(path, ladder=ladder)
        assert cases.ladder.rungs == ("kept", "gone")
    assert "is set although the action is 'gone'" in faults(path, ladder=("gone", "kept"))


# Roster and regimes

ROSTER = pd.DataFrame(
    {
        "account_id": ["l1", "l1", "absent"],
        "account_class": ["candidate", "world_leader", "world_leader"],
        "start": ["2015-01-01", "2019-01-01", "2000-01-01"],
        "end": ["2016-01-01", "", ""],
    }
)


def test_a_roster_stands_in_for_the_class_column() -> None:
    made = frame().drop(columns="account_class")
    cases = read_cases(made, roster=ROSTER)
    assert cases.frame["account_class"].tolist() == ["world_leader", "unknown"]
    cases = read_cases(made, roster=Roster(ROSTER), unlisted="ordinary")
    assert cases.frame["account_class"].tolist() == ["world_leader", "ordinary"]
    assert "1 of its 2 accounts occur among the cases; 1 account of the cases not on it" in str(
        cases
    )


def test_the_roster_goes_before_the_column_as_of_the_post() -> None:
    made = frame(account_class=["ordinary", "public_figure"])
    cases = read_cases(made, roster=ROSTER, unlisted="ordinary")
    assert cases.frame["account_class"].tolist() == ["world_leader", "public_figure"]
    assert cases.frame["raw_account_class"].tolist() == ["ordinary", "public_figure"]
    gap = read_cases(frame(posted_at="2017-01-01T00:00:00Z"), roster=ROSTER)
    assert gap.frame["account_class"].tolist() == ["unknown", "ordinary"]
    same = read_cases(frame(), roster=ROSTER)
    assert "raw_account_class" not in same.frame


def test_an_empty_class_column_does_where_there_is_a_roster() -> None:
    cases = read_cases(frame(account_class=None), roster=ROSTER)
    assert cases.frame["account_class"].tolist() == ["world_leader", "unknown"]


def test_a_roster_needs_dates_and_accounts() -> None:
    said = faults(frame().drop(columns="posted_at"), roster=ROSTER)
    assert "'posted_at': a roster is dated, and the cases do not say when" in said
    undated = frame(posted_at=[None, "2020-01-01T00:00:00Z"])
    said = faults(undated, roster=ROSTER)
    assert "'posted_at': is empty for accounts on the roster (1 row: 1)" in said
    assert "is empty for accounts" not in faults(frame(posted_at="soon"), roster=ROSTER)
    nobody = frame(count=["1", "1"]).drop(columns="account_id")
    assert "a roster names accounts, and the cases have none" in faults(nobody, roster=ROSTER)
    assert "unlisted says what accounts off the roster are" in faults(frame(), unlisted="ordinary")
    assert "unlisted is no class; found ' '" in faults(frame(), roster=ROSTER, unlisted=" ")


def test_a_roster_that_contradicts_itself_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "leaders.csv"
    ROSTER.assign(end="").to_csv(path, index=False)
    with pytest.raises(RosterError, match="contradicts itself in 1 place"):
        read_cases(frame(), roster=str(path))


def test_regimes_are_marked_as_of_the_post() -> None:
    rules = pd.DataFrame(
        {"platform": ["x"], "rule": [""], "start": ["2020-01-01T09:00:00Z"], "title": ["New"]}
    )
    cases = read_cases(frame(platform="x"), regimes=rules)
    assert cases.frame["regime"].tolist() == ["2020-01-01T09:00:00Z", "before 2020-01-01T09:00:00Z"]
    again = read_cases(frame(platform="x", rule="hate", regime="mine"), regimes=Regimes(rules))
    assert again.frame["raw_regime"].tolist() == ["mine", "mine"]
    said = faults(frame(), regimes=rules)
    assert "'platform': is missing, and regimes are by platform and date" in said


# Origin and source


def test_the_origin_beside_the_file_is_read_and_its_mark_follows(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    write(
        tmp_path,
        'name = "n"\ntitle = "t"\nproducer = "p"\nurl = ""\naccessed = ""\nlicence = "CC0"\n'
        "simulated = true\n",
        "origin.toml",
    )
    cases = read_cases(path)
    assert cases.simulated
    assert cases.origins[0].name == "n"
    assert len(cases.origins[0].sha256) == 64
    own = Origin("own", "Own", "me", "", "", "CC0", sha256="abc")
    assert read_cases(path, origin=own).origins == (own,)
    assert read_cases(frame(), origin=own).origins == (own,)
    assert read_cases(frame(), origin=tmp_path).simulated


def test_the_source_is_read_cases_with_its_parameters_as_fields(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD.replace("account_id", "user"))
    source = Table(path=str(path), columns={"user": "account_id"})
    assert isinstance(source, Source)
    assert Table.name == "table"
    assert isinstance(source.load(), Cases)


def test_a_published_archive_whose_ids_are_floats_is_refused(shared: Path) -> None:
    path = shared / "data" / "trump_archive" / "trump_tweets_tta_originals.csv"
    columns = {"id": "case_id"}
    said = faults(path, columns=columns)
    assert "column 'case_id': ids are or were floats" in said
    exact = faults(path, columns={"id_exact": "case_id"})
    assert "ids are or were floats" not in exact


# Properties

NAMES = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Zs", "Cc", "Zl", "Zp")),
    min_size=1,
    max_size=8,
).filter(lambda text: text == text.strip())
CLASSES = st.sampled_from(["world_leader", "ordinary", "unknown"])
TIMES = st.datetimes(
    min_value=datetime.datetime(2006, 1, 1),
    max_value=datetime.datetime(2030, 1, 1),
    timezones=st.just(datetime.UTC),
)
ROWS_OF = st.lists(
    st.tuples(
        NAMES.map(lambda text: "u" + text),
        CLASSES,
        st.sampled_from(STANDARD_LADDER.rungs),
        TIMES,
        st.integers(0, 10**6),
        st.sampled_from(["yes", "no", "unknown"]),
        st.integers(1, 10**6),
        st.text(st.characters(codec="utf-8", exclude_characters="\r"), min_size=1, max_size=20),
    ),
    min_size=1,
    max_size=12,
)
COLUMNS = [
    "account_id",
    "account_class",
    "action",
    "posted_at",
    "reports",
    "violating",
    "count",
    "note",
]


@settings(deadline=None, max_examples=60)
@given(ROWS_OF)
def test_any_valid_table_survives_csv_and_back(rows: list[Any]) -> None:
    import tempfile

    made = pd.DataFrame(rows, columns=COLUMNS)
    made.insert(0, "case_id", [f"c{i}" for i in range(len(made))])
    first = read_cases(made).frame
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.csv"
        first.to_csv(path, index=False, lineterminator="\n")
        again = read_cases(path).frame
    pd.testing.assert_frame_equal(again, first)
    assert again["note"].tolist() == [row[-1] for row in rows]
    assert again["posted_at"].tolist() == [pd.Timestamp(row[3]) for row in rows]


@settings(deadline=None, max_examples=40)
@given(ROWS_OF, st.data())
def test_the_ledger_sums_to_what_left(rows: list[Any], data: st.DataObject) -> None:
    made = pd.DataFrame(rows, columns=COLUMNS)
    made.insert(0, "case_id", [f"c{i}" for i in range(len(made))])
    cases = kept = read_cases(made)
    for _ in range(2):
        n = len(kept.frame)
        mask = data.draw(st.lists(st.booleans(), min_size=n, max_size=n))
        kept = kept.keep(np.array(mask, dtype=bool), because="drawn")
    assert kept.ledger_frame()["cases_removed"].sum() == len(cases) - len(kept)
