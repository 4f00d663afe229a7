"""A scan must find what reading the table finds: the same faults, rows, lines and words."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import audit
from audit.errors import SchemaError
from audit.scanned import faults as module
from audit.scanned.sieve import SPACE

SPACES = "\t \x85\xa0\u2003\u2028\u3000\x1f"
TIMES = [
    "2018-01-05T13:00:00Z",
    "2018-01-05 13:00:00+01:00",
    "2018-01-06T00:00:00.123456Z",
    "2018-01-05 13:00:00 Z",
    "2018-01-05T13:00+0100",
    "2018-01-05T13:00:00.123456789Z",
    "2018-01-05 13:00:00",
    "2018-01-05",
    "2018-02-30T00:00:00Z",
    "2018-01-05T24:00:00Z",
    "2018-01-05T13:00:60Z",
    "2018-03-25 01:30:00",
    "2018-10-28 01:30:00",
    "1515157200",
    "yesterday",
    "0000-01-01T00:00:00Z",
    "",
]
NUMBERS = [
    "1",
    "2",
    "0",
    "-1",
    "1.5",
    "2.0",
    "1e3",
    "inf",
    "nan",
    "1,5",
    " 1",
    "0x1F",
    "1_0",
    "",
    "9007199254740993",
    "1e400",
    ".5",
    "٣",
]
WORDS = ["", "yes", "no", "Yes", "true", "1", "0", "maybe", "NaN", "unknown", "0.5", "1.0", "2"]
TEXTS = ["abuse", "spam ", " spam", "", "ünd", "中", "x\u2003", "a,b", 'q"q', "line\nbreak"]
IDS = [
    "1",
    "2",
    "c1",
    "1.0",
    "1e+18",
    "1.5e10",
    "NaN",
    "None",
    " a",
    "b\u3000",
    "٣.0",
    "a.b",
    "",
    "e.e",
    "12345678901234567890",
]
CELLS: dict[str, list[str]] = {
    "case_id": [*IDS, *(f"k{i}" for i in range(40))],
    "account_id": IDS,
    "account_class": [
        "leader",
        "ordinary",
        "Ordinary",
        "leader ",
        "",
        "null",
        "ünknown",
        "Unknown",
    ],
    "action": ["none", "remove", "gone", "", "None", "removed", " ban"],
    "posted_at": TIMES,
    "acted_at": TIMES,
    "reversed_at": TIMES,
    "observed_until": TIMES,
    "rule": TEXTS,
    "reach": NUMBERS,
    "reports": NUMBERS,
    "violating": WORDS,
    "ended_by": ["", "enforcement", "still_up", "Still up"],
    "appealed": WORDS,
    "reversed": WORDS,
    "count": NUMBERS,
    "sampling_weight": NUMBERS,
}
CLEAN = {
    "account_id": "a",
    "account_class": "leader",
    "action": "remove",
    "posted_at": TIMES[0],
    "acted_at": TIMES[2],
    "reversed_at": TIMES[2],
    "observed_until": TIMES[2],
    "rule": "abuse",
    "reach": "1",
    "reports": "1",
    "violating": "yes",
    "ended_by": "enforcement",
    "appealed": "yes",
    "reversed": "yes",
    "count": "1",
    "sampling_weight": "1.5",
}


def said(data: Any, reader: Any, **given: Any) -> set[str]:
    try:
        found = reader(data, actions={"gone": "ban"}, **given)
        faults = found.faults() if isinstance(found, audit.Scan) else ()
    except SchemaError as error:
        faults = error.faults
    return {str(fault) for fault in faults}


def agree(data: Any, **given: Any) -> set[str]:
    found, expected = said(data, audit.scan, **given), said(data, audit.read_cases, **given)
    assert found == expected
    return found


@st.composite
def tables(draw: st.DrawFn) -> pd.DataFrame:
    """Return a table most of whose cells are clean and some of which are anything at all."""
    rows = draw(st.integers(1, 12))
    others = [c for c in CELLS if c not in ("case_id", "account_id", "account_class", "action")]
    extra = draw(st.lists(st.sampled_from(others), unique=True, max_size=6))
    columns = ["case_id", "account_id", "account_class", "action", *extra]
    table = {"case_id": [f"k{i}" for i in range(rows)]}
    table |= {c: [CLEAN[c]] * rows for c in columns if c != "case_id"}
    for _ in range(draw(st.integers(0, 8))):
        column = draw(st.sampled_from(columns))
        table[column][draw(st.integers(0, rows - 1))] = draw(st.sampled_from(CELLS[column]))
    return pd.DataFrame(table, dtype="str")


SLOW = settings(max_examples=150, suppress_health_check=[HealthCheck.too_slow])


@SLOW
@given(table=tables(), zone=st.sampled_from([None, "UTC", "Europe/London"]))
def test_any_file_has_the_faults_that_reading_finds(
    tmp_path_factory: pytest.TempPathFactory, table: pd.DataFrame, zone: str | None
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.csv"
    table.to_csv(path, index=False)
    agree(path, time_zone=zone)


@SLOW
@given(table=tables())
def test_any_frame_has_the_faults_that_reading_finds(table: pd.DataFrame) -> None:
    agree(table.replace("", np.nan))


def test_typed_columns_have_the_faults_that_reading_finds(tmp_path: Path) -> None:
    posted = pd.to_datetime(["2018-01-05T13:00:00Z", "2018-01-07T13:00:00Z", None], utc=True)
    frame = pd.DataFrame(
        {
            "case_id": [1, 2, 2],
            "account_id": [1.0, 2.0, np.nan],
            "account_class": ["leader", "ordinary", None],
            "action": ["none", "remove", "ban"],
            "posted_at": posted,
            "acted_at": posted.tz_localize(None) - pd.Timedelta(days=1),
            "reach": [1.0, -2.0, np.inf],
            "count": [0, 2, 2**60],
            "reversed": pd.array([True, False, None], dtype="boolean"),
        }
    )
    assert len(agree(frame)) >= 8
    agree(frame, time_zone="Europe/London")
    import duckdb

    path = tmp_path / "typed.parquet"
    with duckdb.connect() as engine:
        engine.register("frame", frame)
        engine.execute(f"copy (select * from frame) to '{path}' (format parquet)")
    assert len(agree(path)) >= 8


def test_structure_and_cells_are_found_together(tmp_path: Path) -> None:
    rows = ["case_id,account_id,account_class,action,rule"]
    rows += [f'c{i},a{i % 7},leader,none,"a\nb ""q"""' for i in range(50)]
    rows[10] = "c9,a2,leader,none"
    rows[20] = ""
    rows[30] = rows[0]
    rows[35] = 'c34,a1,leader,none,"x'
    rows[36] = 'y",a2,leader,banish,z'
    rows[41] = "c40,a2,leader,banish,z"
    rows[45] = "c40,a2,leader,none,z "
    path = tmp_path / "broken.csv"
    path.write_text("\n".join(rows) + "\n")
    found = agree(path)
    line = path.read_text().split("\n").index("c40,a2,leader,banish,z") + 1
    assert any("banish" in f and f"(file line {line})" in f for f in found)
    packed = tmp_path / "broken.csv.gz"
    packed.write_bytes(gzip.compress(path.read_bytes()))
    assert said(packed, audit.scan) == found


def test_several_files_are_one_table(tmp_path: Path) -> None:
    head = "case_id,account_id,account_class,action\n"
    (tmp_path / "a.csv").write_text(head + "1,a,leader,none\n2,a,leader,none,\n")
    (tmp_path / "b.csv").write_text(head + "3,a,leader,none\n4,a,leader,hanged\n1,b,ordinary,ban\n")
    found = audit.scan(str(tmp_path / "*.csv")).faults()
    assert {(f.what[:21], f.rows) for f in found} == {
        ("has too many fields, ", (2,)),
        ("has actions that are ", (4,)),
        ("is not unique", (1, 5)),
    }
    assert any("file line 3 of 'b.csv'" in str(f) for f in found if f.rows == (4,))
    (tmp_path / "c.csv").write_text("case_id,user\n1,2\n")
    with pytest.raises(audit.AuditError, match="names other columns"):
        audit.scan(str(tmp_path / "*.csv"))


def test_enrolment_needs_a_clean_table_or_a_reason() -> None:
    from scanned.platforms import design, table

    frame = table(1)
    frame.loc[3, "action"] = "hanged"
    question = audit.Design.of(design())
    with pytest.raises(SchemaError, match="hanged"):
        audit.enroll(audit.scan(frame), question)
    audit.enroll(audit.scan(table(1)), question)


def test_more_suspects_than_are_looked_at_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_SUSPECTS", 5)
    frame = pd.DataFrame(
        {
            "case_id": [str(i) for i in range(20)],
            "account_id": "a",
            "account_class": "leader",
            "action": "hanged",
        }
    )
    found = audit.scan(frame).faults()
    assert [f.rows for f in found if "ladder" in f.what] == [(1, 2, 3, 4, 5)]
    assert any("only the first 5 rows" in f.what for f in found)


def test_the_spaces_that_are_looked_for_are_those_that_python_strips() -> None:
    import re

    pattern = re.compile(re.sub(r"\\x\{([0-9a-f]+)\}", lambda m: f"\\u{int(m[1], 16):04x}", SPACE))
    strips = {c for c in map(chr, range(0x3100)) if c.strip() == ""}
    assert strips == {c for c in map(chr, range(0x3100)) if pattern.fullmatch(c)}


def test_an_undated_case_of_an_account_on_the_roster_is_a_fault() -> None:
    frame = pd.DataFrame(
        {
            "case_id": ["1", "2"],
            "account_id": ["a", "b"],
            "action": "none",
            "posted_at": ["", "2018-01-05T00:00:00Z"],
        }
    )
    spells = pd.DataFrame(
        {"account_id": ["a"], "account_class": ["leader"], "start": ["2017-01-01"]}
    )
    assert agree(frame, roster=audit.Roster(spells), unlisted="ordinary")
