"""The block log: its formats and faults, what came of each block, who was blocked, the ledger."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pandas as pd
import pytest
from blocklogs import (
    HEAD,
    HIDDEN,
    SMALL,
    WEEK,
    as_csv,
    event,
    finite,
    hidden,
    response,
    version_1,
    write,
)
from hypothesis import given
from hypothesis import strategies as st

from audit.comparison import compare
from audit.design import Design
from audit.errors import DesignError, SchemaError, SourceError
from audit.sources.wikipedia_blocks import WikipediaBlocks
from audit.sources.wikipedia_blocks.classes import kind_of
from audit.sources.wikipedia_blocks.episodes import stretches, with_outcomes
from audit.sources.wikipedia_blocks.expiry import UTC_TIME, block_end
from audit.sources.wikipedia_blocks.reasons import is_test, reason_of
from audit.sources.wikipedia_blocks.source import LADDER
from audit.sources.wikipedia_blocks.summary import by_burn_in, by_class, by_reason
from audit.study import enroll


@pytest.fixture
def small(tmp_path):
    return WikipediaBlocks(str(write(tmp_path, as_csv(SMALL)))).load()


def by_id(cases: Any) -> pd.DataFrame:
    return cases.frame.set_index("case_id")


def faults(*batches: str, folder: Any, name: str = "a.csv.gz") -> str:
    write(folder, *batches, name=name)
    with pytest.raises(SchemaError, match="fault") as caught:
        WikipediaBlocks(str(folder)).load()
    return str(caught.value)


# formats ---------------------------------------------------------------------------------------


def written(folder: Any, form: str) -> str:
    """Write the small log in one of the formats; return its path."""
    halves = SMALL[:8], SMALL[8:]
    if form == "csv":
        wide = (*HEAD, *HIDDEN)
        return str(write(folder, as_csv(halves[0]), as_csv(halves[1], wide)))
    if form == "csv with floats, as pandas leaves them":
        floats = [{**e, "ns": 2.0, "pageid": 0.0} for e in SMALL]
        return str(write(folder, as_csv(floats), name="plain.csv"))
    if form == "a folder of months":
        write(folder, as_csv(halves[0]), name="2012-01-a.csv.gz")
        write(folder, as_csv(halves[1]), name="2012-01-b.csv.gz")
        (folder / "README.txt").write_text("no log")
        return str(folder)
    first, last = ([version_1(e) for e in h] if "1" in form else h for h in halves)
    if form.startswith("responses"):
        write(folder, response(first, **{"continue": {"lecontinue": "x"}}), name="0.json")
        write(folder, response(last), name="1.json")
        return str(folder / "*.json")
    if form == "lines of responses":
        return str(write(folder, response(first) + "\n" + response(last) + "\n", name="l.jsonl"))
    return str(write(folder, "".join(json.dumps(e) + "\n" for e in SMALL), name="l.ndjson"))


@pytest.mark.parametrize(
    "form",
    [
        "csv",
        "csv with floats, as pandas leaves them",
        "a folder of months",
        "responses, version 1",
        "responses, version 2",
        "lines of responses",
        "lines of entries",
    ],
)
def test_every_format_gives_the_same_cases(tmp_path, form, small) -> None:
    (tmp_path / "other").mkdir()
    cases = WikipediaBlocks(written(tmp_path / "other", form)).load()
    pd.testing.assert_frame_equal(cases.frame, small.frame)
    assert cases.ledger == small.ledger


def test_a_list_of_files_is_read_in_its_order_and_none_twice(tmp_path, small) -> None:
    a = str(write(tmp_path, as_csv(SMALL[:5]), name="b.csv"))
    b = str(write(tmp_path, as_csv(SMALL[5:]), name="a.csv"))
    pd.testing.assert_frame_equal(WikipediaBlocks([a, b]).load().frame, small.frame)
    with pytest.raises(SourceError, match=r"b\.csv' are the same file, whose rows would count"):
        WikipediaBlocks([a, b, a]).load()
    (tmp_path / "more.csv.zst").write_bytes(b"")
    with pytest.raises(SourceError, match=r"holds what is no block log: 'more\.csv\.zst'"):
        WikipediaBlocks(str(tmp_path)).load()


def test_partial_blocks_are_marked(tmp_path) -> None:
    pages = {"duration": "infinity", "restrictions": {"pages": []}}
    events = [
        event(1, "01 00:00", "block", "A", params={**pages, "sitewide": False}),
        event(2, "01 01:00", "block", "B", params={"duration": "infinity", "sitewide": True}),
        event(3, "01 02:00", "block", "C"),
    ]
    for name, made in (("v2.json", events), ("v1.json", [version_1(e) for e in events])):
        cases = WikipediaBlocks(str(write(tmp_path, response(made), name=name))).load()
        assert cases.frame["partial"].tolist() == [True, False, False]


def test_what_is_hidden_may_be_left_out_of_a_response_and_nothing_else(tmp_path) -> None:
    made = event(1, "01 00:00", "block", "A", userhidden=True)
    del made["user"]
    cases = WikipediaBlocks(str(write(tmp_path, response([made]), name="a.json"))).load()
    assert cases.frame["blocked_by"].isna().all()
    del made["userhidden"]
    says = faults(response([made]), folder=tmp_path, name="a.json")
    assert "an entry has no 'user'" in says


# faults ----------------------------------------------------------------------------------------


def test_a_missing_and_a_new_column_are_named_before_anything_is_computed(tmp_path) -> None:
    head = tuple("moment" if c == "timestamp" else c for c in HEAD)
    says = faults(as_csv(SMALL[:3]), as_csv(SMALL[3:5], head), folder=tmp_path)
    assert "a.csv.gz: column 'timestamp' is missing from the header" in says
    assert "column 'moment' is not one this reader knows" in says
    assert "on line 5" in says


def test_a_new_key_in_a_response_is_named(tmp_path) -> None:
    says = faults(
        response([event(1, "01 00:00", "block", "A", shade=3)]), folder=tmp_path, name="a.json"
    )
    assert "an entry has 'shade', which this reader does not know" in says


def test_shifted_columns_are_named_by_line(tmp_path) -> None:
    lines = as_csv(SMALL[:4]).splitlines(keepends=True)
    lines[2] = "extra," + lines[2]
    says = faults(*lines, folder=tmp_path)
    assert "has too many fields for the header above it, so its columns are shifted" in says
    assert "(1 row: 3)" in says
    assert "12 fields for 11 columns" in says


def test_columns_shifted_within_their_number_are_found_by_their_cells(tmp_path) -> None:
    lines = as_csv(SMALL[:4]).splitlines(keepends=True)
    cells = lines[2].rstrip("\n").split(",")
    lines[2] = ",".join([cells[-1], *cells[:-1]]) + "\n"
    says = faults(*lines, folder=tmp_path)
    for column in ("logid", "timestamp", "type"):
        assert f"column '{column}'" in says
    assert "a.csv.gz, line 3" in says


def test_bytes_that_are_no_utf8_are_named(tmp_path) -> None:
    text = as_csv([event(1, "01 00:00", "block", "Zoë")]).encode("latin-1")
    (tmp_path / "a.csv").write_bytes(text)
    with pytest.raises(SchemaError, match=r"bytes are not UTF-8.*byte 0xEB.*Latin|read as"):
        WikipediaBlocks(str(tmp_path)).load()


def test_an_id_for_two_entries_is_refused_and_the_same_entry_twice_is_in_the_ledger(
    tmp_path, small
) -> None:
    twice = WikipediaBlocks(str(write(tmp_path, as_csv(SMALL), as_csv(SMALL[3:6])))).load()
    pd.testing.assert_frame_equal(twice.frame, small.frame)
    assert twice.ledger[0].because.startswith("an entry of the log that the files hold twice")
    assert sum(r.cases_removed for r in twice.ledger if r.step == 1) == 3
    other = {**SMALL[3], "comment": "another"}
    says = faults(as_csv(SMALL), as_csv([other]), folder=tmp_path)
    assert "column 'logid': is the id of two entries that differ" in says


def test_ids_and_times_that_are_none_are_refused_all_at_once(tmp_path) -> None:
    events = [
        {**SMALL[0], "logid": "19212700.0"},
        {**SMALL[1], "timestamp": "2012-02-31T00:00:00Z"},
        {**SMALL[2], "action": "forgive"},
        {**SMALL[3], "type": "rights"},
        {**SMALL[4], "title": "Bob"},
        {**SMALL[5], "params": "nothing"},
    ]
    says = faults(as_csv(events), folder=tmp_path)
    for part in (
        "was a float, and floats lose digits",
        "is no time",
        "is no action (1 row: 4); found 'forgive'",
        "is another log (1 row: 5); found 'rights'",
        "has no namespace (1 row: 6); found 'Bob'",
        "params are no dictionary",
    ):
        assert part in says
    assert says.startswith("the block log: 6 faults found")


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ('{"error": {"code": "x", "info": "slow down"}}', "is a refusal of the API.*slow down"),
        ('{"query": {}}', "is no response with query.logevents"),
        ("{", "is no JSON"),
        ("[" * 100_000, "is no JSON"),
        ('{"query": {"logevents": [3]}}', "has an entry that is no object"),
        ('{"query": {"logevents": []}}', "holds no entry"),
        ("", "is no JSON"),
    ],
)
def test_a_response_that_is_none_is_refused(tmp_path, text, says) -> None:
    with pytest.raises(SchemaError, match=says):
        WikipediaBlocks(_file(tmp_path, text)).load()


def _file(folder: Any, text: str) -> str:
    return str(write(folder, text, name="a.json"))


def test_parameters_are_never_run(tmp_path) -> None:
    made = {**SMALL[0], "params": "__import__('os').abort()"}
    text = as_csv([made]).replace('"""', '"')
    assert "params are no dictionary" in faults(text, folder=tmp_path)


def test_a_file_without_a_header_or_of_another_kind_is_refused(tmp_path) -> None:
    text = as_csv(SMALL[:2]).split("\n", 1)[1]
    assert "does not begin with a header" in faults(text, folder=tmp_path)
    with pytest.raises(SourceError, match=r"'x\.txt'; allowed: \.csv\.gz, \.csv, \.json"):
        WikipediaBlocks(str(write(tmp_path, "", name="x.txt"))).load()
    with pytest.raises(SourceError, match=r"\*\.csv' matches no file"):
        WikipediaBlocks(str(tmp_path / "*.csv")).load()
    (tmp_path / "b.csv.gz").write_bytes(b"no gzip")
    with pytest.raises(SourceError, match=r"'b\.csv\.gz' cannot be read"):
        WikipediaBlocks(str(tmp_path / "b.csv.gz")).load()


@pytest.mark.parametrize(
    ("field", "value"), [("burn_in_days", -1), ("longest_gap_hours", 0), ("burn_in_days", "x")]
)
def test_parameters_out_of_range_are_refused(field, value) -> None:
    with pytest.raises(SourceError, match=f"{field} is {value!r}; allowed: a number"):
        WikipediaBlocks("x", **{field: value})


# cases -----------------------------------------------------------------------------------------


def test_the_small_log_as_cases(small) -> None:
    rows = by_id(small)
    assert list(rows.index) == ["1", "2", "4", "7", "18", "20"]
    assert rows["account_class"].tolist() == [
        "registered",
        "ip",
        "registered",
        "administrator",
        "ip",
        "temporary",
    ]
    assert rows["action"].tolist() == [
        "indefinite",
        "up_to_a_week",
        "up_to_a_week",
        "indefinite",
        "up_to_a_day",
        "indefinite",
    ]
    assert rows["reversed"].tolist() == [True, False, True, True, False, False]
    assert rows.loc["1", "hours_to_unblock"] == 25
    assert rows.loc["7", "rule"] == "edit_war"
    assert (rows["observed_until"] == pd.Timestamp("2012-01-11", tz="UTC")).all()


def test_a_reblock_moves_the_end_and_is_no_case(small) -> None:
    """Bob was lifted after the first end and before the second, so it was early."""
    bob = by_id(small).loc["4"]
    assert bob["changes"] == 1
    assert bob["reversed"]
    assert bob["length_hours"] == 31
    assert not bob["shortened"]


def test_an_unblock_after_the_end_is_no_reversal(small) -> None:
    assert not by_id(small).loc["2", "reversed"]


def test_every_entry_is_a_case_or_in_the_ledger_with_its_own_reason(small) -> None:
    left = {}
    for entry in small.ledger:
        left[entry.because] = left.get(entry.because, 0) + entry.cases_removed
    assert left == {
        "the target is hidden": 1,
        "an unblock, told with the block that it ended": 5,
        "an unblock of a block from outside the log, or of an automatic one": 2,
        "a reblock, told with the block that it changed": 1,
        "a reblock of a block from outside the log": 1,
        "a self-block: set by the target itself": 1,
        "set as a test of blocking, by its summary or its unblock’s": 2,
        "the length cannot be read, or is not above zero": 1,
    }
    assert len(small) + sum(left.values()) == len(SMALL)


def test_hidden_targets_make_no_administrator(tmp_path) -> None:
    """An entry without its user would make the target of every hidden one an administrator."""
    nameless = event(1, "01 00:00", "block", "A", userhidden=True, user="")
    log = [nameless, hidden(2, "02 00:00"), event(3, "03 00:00", "block", "B", title="User:")]
    cases = WikipediaBlocks(str(write(tmp_path, response(log), name="a.json"))).load()
    assert len(cases) == 1
    assert {e.account_class for e in cases.ledger if e.cases_removed} == {"unknown"}


def test_nobody_is_named_and_no_summary_is_kept(small) -> None:
    text = (
        small.frame.to_csv() + small.summary() + small._repr_html_() + small.ledger_frame().to_csv()
    )
    for name in ("Alice", "Bob", "Deputy", "Boss", "10.0.0.1", "2001:db8", "Vandalism", "4711"):
        assert name not in text
    assert small.frame["account_id"].str.fullmatch(r"account-\d+").all()


def test_pseudonyms_hang_on_no_order(tmp_path, small) -> None:
    again = WikipediaBlocks(str(write(tmp_path, as_csv(SMALL[::-1])))).load()
    pd.testing.assert_frame_equal(
        by_id(again).loc[by_id(small).index], by_id(small), check_like=True
    )


def test_a_block_is_watched_to_the_end_of_its_stretch(tmp_path) -> None:
    log = [
        event(1, "01 00:00", "block", "A"),
        event(2, "02 00:00", "block", "B"),
        event(3, "09 00:00", "unblock", "A"),
        event(4, "10 00:00", "block", "A"),
    ]
    path = str(write(tmp_path, as_csv(log)))
    torn = WikipediaBlocks(path).load()
    rows = by_id(torn)
    assert not rows.loc["1", "reversed"]
    assert rows.loc["1", "observed_until"] == pd.Timestamp("2012-01-02", tz="UTC")
    assert "covers 2012-01-01 to 2012-01-02, 2012-01-09 to 2012-01-10" in torn.origins[0].notes
    whole = WikipediaBlocks(path, longest_gap_hours=200).load()
    assert by_id(whole).loc["1", "reversed"]


def test_a_shortened_block_is_told_and_is_no_reversal(tmp_path) -> None:
    log = [
        event(1, "01 00:00", "block", "A"),
        event(2, "02 00:00", "reblock", "A", params=finite("1 day", "2012-01-03T00:00:00Z")),
        event(3, "03 12:00", "unblock", "A"),
    ]
    row = WikipediaBlocks(str(write(tmp_path, as_csv(log)))).load().frame.iloc[0]
    assert row["shortened"]
    assert not row["reversed"]


def test_a_block_lifted_by_the_blocked_is_marked(tmp_path) -> None:
    log = [event(1, "01 00:00", "block", "A"), event(2, "01 01:00", "unblock", "A", user="A")]
    row = WikipediaBlocks(str(write(tmp_path, as_csv(log)))).load().frame.iloc[0]
    assert row["reversed"]
    assert row["self_lifted"]


# property: against a plain walk through each target's entries ----------------------------------


def walked(log: list[tuple[int, str, str]]) -> dict[int, tuple[bool, int]]:
    """Return reversed and changes of each block, entry by entry; no block here runs out."""
    out: dict[int, tuple[bool, int]] = {}
    standing: dict[str, int | None] = {}
    for number, action, target in log:
        block = standing.get(target)
        if action == "block":
            out[number] = (False, 0)
            standing[target] = number
        elif block is not None and action == "reblock":
            out[block] = (False, out[block][1] + 1)
        elif block is not None:
            out[block] = (True, out[block][1])
            standing[target] = None
    return out


@given(
    st.lists(
        st.tuples(st.sampled_from(["block", "reblock", "unblock"]), st.sampled_from("ABC")),
        min_size=1,
        max_size=40,
    )
)
def test_what_came_of_a_block_is_what_a_plain_walk_finds(steps) -> None:
    log = [(n, action, target) for n, (action, target) in enumerate(steps, 1)]
    frame = pd.DataFrame(log, columns=["logid", "action", "target"])
    frame["logid"] = frame["logid"].astype(str)
    frame["at"] = pd.Timestamp("2012-01-01", tz="UTC") + pd.to_timedelta(frame.index, unit="h")
    frame["at"] = frame["at"].astype(UTC_TIME)
    frame = frame.assign(duration="infinity", expiry=None, test=False, own=False)
    found = with_outcomes(frame, stretches(frame["at"], 48))
    blocks = found[found["action"] == "block"]
    got = {
        int(row.logid): (not pd.isna(row.unblocked_at), int(row.changes))
        for row in blocks.itertuples()
    }
    assert got == walked(log)


# class -----------------------------------------------------------------------------------------


def test_an_administrator_is_one_from_the_moment_after_the_first_entry(tmp_path) -> None:
    log = [
        event(1, "01 00:00", "block", "Deputy"),
        event(2, "02 00:00", "unblock", "X", user="Deputy"),
        event(3, "02 00:00", "block", "Deputy"),
        event(4, "03 00:00", "block", "Deputy"),
    ]
    source = WikipediaBlocks(str(write(tmp_path, as_csv(log))))
    classes = by_id(source.load())["account_class"].tolist()
    assert classes == ["registered", "registered", "administrator"]
    found = by_burn_in(source.load(), days=(0, 1.5))
    assert found["administrator_blocks"].tolist() == [1, 1]
    assert found["registered_blocks"].tolist() == [2, 0]
    assert found["later_administrators"].tolist() == [1, 0]


def test_the_burn_in_leaves_through_the_ledger(tmp_path) -> None:
    source = WikipediaBlocks(str(write(tmp_path, as_csv(SMALL))), burn_in_days=5)
    cases = source.load()
    assert list(cases.frame["case_id"]) == ["18", "20"]
    assert cases.ledger[-1].because.startswith("in the first 5 days of the log")


def test_a_roster_alone_says_who_held_a_role(tmp_path) -> None:
    roster = tmp_path / "roles.csv"
    roster.write_text(
        "account_id,account_class,start,end\nAlice,administrator,2011-01-01,2012-06-01\n"
        "Bob,bureaucrat,2011-01-01,2012-01-01\n"
    )
    path = str(write(tmp_path, as_csv(SMALL), name="log.csv"))
    rows = by_id(WikipediaBlocks(path, roster=str(roster)).load())
    assert rows["account_class"].tolist()[:4] == ["administrator", "ip", "registered", "registered"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("1.2.3.4", "ip"),
        ("1.2.3.0/24", "ip"),
        ("2001:DB8:0:0:0:0:0:1", "ip"),
        ("1.2.3.400", "registered"),
        ("Face", "registered"),
        ("ABBA", "registered"),
        ("~2025-1-2", "temporary"),
        ("~2025", "registered"),
    ],
)
def test_a_name_says_whether_it_is_an_address(name, kind) -> None:
    assert kind_of(pd.Series([name])).tolist() == [kind]


# lengths ---------------------------------------------------------------------------------------

AT = datetime(2012, 1, 31, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("words", "end"),
    [
        ("31 hours", "2012-02-01 19:00"),
        ("1 week", "2012-02-07 12:00"),
        ("1 month", "2012-03-02 12:00"),  # PHP: 31 February runs over
        ("1 year 35 days 3 hours", "2013-03-07 15:00"),
        ("2 Years", "2014-01-31 12:00"),
        ("1 month 55 hours", "2012-03-04 19:00"),
        ("10  days", "2012-02-10 12:00"),
        ("1 fortnight", "2012-02-14 12:00"),
        ("Tue, 19 Feb 2013 00:35:29 GMT", "2013-02-19 00:35:29"),
        ("2012-03-04T08:29:31Z", "2012-03-04 08:29:31"),
        ("20120304082931", "2012-03-04 08:29:31"),
    ],
)
def test_lengths_that_are_read(words, end) -> None:
    assert block_end(words, AT) == pd.Timestamp(end, tz="UTC").to_pydatetime()


@pytest.mark.parametrize(
    "words",
    [
        "next Saturday",
        "until he is sorry",
        "June 2012",
        "Mon, 19 Feb 2013 00:35:29 GMT",
        "31",
        "hours",
        "",
        "-3 hours",
        "3 hours ago",
    ],
)
def test_lengths_that_are_not_guessed(words) -> None:
    assert block_end(words, AT) is None


def test_a_length_beyond_the_calendar_ends_with_it() -> None:
    found = block_end("9999999 years", AT)
    assert found is not None
    assert found.year == 9999


def test_words_for_no_end_and_ends_without_words(tmp_path) -> None:
    log = [
        event(1, "01 00:00", "block", "A", params={"duration": "Indefinite"}),
        event(2, "01 01:00", "block", "B", params=finite("next Saturday", "2012-01-07T00:00:00Z")),
        event(3, "01 02:00", "block", "C", params=finite("June 2011", "2011-06-01T00:00:00Z")),
        event(4, "01 03:00", "block", "D", params={"duration": "1000000 hours"}),
    ]
    cases = WikipediaBlocks(str(write(tmp_path, as_csv(log)))).load()
    assert cases.frame["action"].tolist() == ["indefinite", "up_to_a_week", "over_a_year"]
    assert cases.ledger[-1].cases_removed == 1


# reasons ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("summary", "reason"),
    [
        ("{{blocked proxy}}", "proxy"),
        ("[[WP:Vandalism|Vandalism]]-only account", "vandalism"),
        ("{{spamusernameblock}}", "username"),
        ("Abusing [[WP:Sock puppetry|multiple accounts]]", "evasion"),
        ("Violation of the [[WP:Three-revert rule|three-revert rule]]", "edit_war"),
        ("{{anonblock}}", "shared_address"),
        ("", "not_given"),
        ("he knows why", "other"),
    ],
)
def test_a_reason_is_read_off_the_summary(summary, reason) -> None:
    assert reason_of(pd.Series([summary])).tolist() == [reason]


def test_tests_of_blocking_are_told_from_test_edits() -> None:
    yes = [
        "Test",
        "testing autoblock",
        "was a script test",
        "Test block",
        "test is over",
        "test :)",
    ]
    no = ["[[WP:Vandalism|Vandalism]]: Test", "sock of User:testing", "tests the patience", ""]
    assert is_test(pd.Series(yes)).all()
    assert not is_test(pd.Series(no)).any()


# summaries and the line ------------------------------------------------------------------------


def test_blocks_by_class_are_those_watched_for_the_whole_time(small) -> None:
    found = by_class(small, within_hours=48).set_index("account_class")
    assert found["blocks"].to_dict() == {"administrator": 1, "registered": 2, "ip": 1}
    assert found.loc["administrator", "at_once"] == 1
    assert found.loc["registered", "lifted"] == 1  # Bob only after three days
    reasons = by_reason(small, classes=("administrator", "ip")).set_index("rule")
    assert reasons.loc["edit_war", "administrator"] == 1


def asked(**changes: Any) -> Design:
    given = {
        "focal": "registered",
        "reference": "ip",
        "frame": "enforced_only",
        "outcome": {"reversed": True, "reversed_within_hours": 48},
        "margin": 0.05,
        "primary": "raw",
    }
    return Design.of({**given, **changes})


def many(tmp_path) -> Any:
    """Return blocks of eight accounts and nine addresses, every other one lifted in a day."""
    log, number = [], 0
    for k in range(17):
        target = f"Name {k}" if k < 8 else f"10.0.0.{k}"
        log.append(event(number := number + 1, f"{k % 9 + 1:02d} 10:00", "block", target))
        if k % 2:
            log.append(event(number := number + 1, f"{k % 9 + 1:02d} 20:00", "unblock", target))
    log.append(event(number + 1, "11 10:00", "block", "Last"))
    log.sort(key=lambda e: e["timestamp"])
    return WikipediaBlocks(str(write(tmp_path, as_csv(log)))).load()


def test_the_line_answers_what_the_source_says_it_can(tmp_path) -> None:
    timing = {"within_hours": [24], "restricted_mean_hours": 40}
    comparison = compare(enroll(many(tmp_path), asked(severity=True, timing=timing)), using=["raw"])
    assert comparison.primary().observed == 0.5
    assert comparison.answer("severity").barred == ""
    assert comparison.answer("timing").barred == ""
    assert comparison.study.unknown_outcomes == {"focal": 1}


def test_the_line_refuses_a_rate_of_being_blocked(tmp_path) -> None:
    design = asked(outcome={"at_least": "indefinite"})
    study = enroll(many(tmp_path), design)
    assert not study.admissible
    assert "not a rate of enforcement" in " ".join(g.says for g in study.gates)


@pytest.mark.parametrize("frame", ["all_posts", "reported", "reviewed"])
def test_the_line_refuses_another_frame(tmp_path, frame) -> None:
    with pytest.raises(DesignError, match="can only be 'enforced_only'"):
        enroll(many(tmp_path), asked(frame=frame))


def test_the_ladder_runs_from_a_day_to_no_end() -> None:
    assert LADDER.rungs[0] == "none"
    assert LADDER.rungs[-1] == "indefinite"
    assert WEEK["duration"] == "1 week"


def test_an_end_that_is_no_time_is_a_fault_and_no_other_end_is_taken(tmp_path) -> None:
    wrong = finite("1 week", "2012-01-32T12:00:00Z")
    said = faults(as_csv([event(1, "01 12:00", "block", "A", params=wrong)]), folder=tmp_path)
    assert "column 'expiry': is no time" in said
    assert "'2012-01-32T12:00:00Z' in a.csv.gz, line 2" in said


def test_an_end_that_never_comes_is_none(tmp_path) -> None:
    endless = {"expiry": "infinity", "flags": []}
    path = write(tmp_path, as_csv([event(1, "01 12:00", "block", "A", params=endless)]))
    cases = WikipediaBlocks(str(path)).load()
    assert cases.frame["action"].tolist() == ["indefinite"]
    assert cases.frame["expires_at"].isna().all()
