"""Two versions of a report: what the later one prints otherwise, and why."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from audit.cli import main
from audit.corrections import Corrections, Edition, corrected, read_reasons
from audit.errors import ClaimError

HASHES = {"cases": "a", "cells": "b", "design": "c", "code": "d", "notebook": ""}


def claim(name: str, text: str, value: float, kind: str = "estimate") -> dict[str, object]:
    return {"id": name, "text": text, "value": value, "kind": kind}


BEFORE = [
    claim("gap", "−18.2 percentage points", -18.17),
    claim("n", "718", 718),
    claim("p", "p = 0.004", 0.0041),
    claim("gone", "3", 3),
    claim("tbl-corrections/r0/is", "9", 9),
    claim("corrections/prose/1", "9", 9),
]
AFTER = [
    claim("n", "719", 719),
    claim("gap", "−17.9 percentage points", -17.94),
    claim("p", "p = 0.004", 0.0042),
    claim("new", "5", 5),
]


def written(folder: Path, claims: list, *, version: str = "", **hashes: str) -> Path:
    """Write the two files of a report that a diff reads."""
    folder.mkdir()
    content = json.dumps(claims).encode()
    (folder / "claims.json").write_bytes(content)
    record = {
        "report": {"title": "T", "version": version, "date": f"2026-0{version or 1}-01"},
        "hashes": {**HASHES, **hashes, "claims": hashlib.sha256(content).hexdigest()},
        "fingerprint": "0123456789ab",
    }
    (folder / "record.json").write_text(json.dumps(record))
    return folder


@pytest.fixture
def two(tmp_path) -> tuple[Path, Path]:
    """Return the folders of two versions, the later on other data."""
    return (
        written(tmp_path / "v1", BEFORE),
        written(tmp_path / "v2", AFTER, version="2", cases="x"),
    )


def diff(one: Path, other: Path, **more) -> Corrections:
    return corrected(Edition.read(one, **more), Edition.read(other))


def test_every_number_printed_otherwise_has_a_row(two) -> None:
    found = diff(*two)
    assert [(r.claim, r.was, r.now) for r in found.rows] == [
        ("n", "718", "719"),
        ("gap", "−18.2 percentage points", "−17.9 percentage points"),
        ("new", "–", "5"),
        ("gone", "3", "–"),
    ]
    assert {(r.why, r.date) for r in found.rows} == {("The data changed.", "2026-02-01")}
    assert found.finer == 1


def test_a_report_against_itself_has_no_corrections(two) -> None:
    found = diff(two[0], two[0])
    assert (found.rows, found.finer) == ((), 0)
    assert "0 numbers changed" in str(found)


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"cases": "x"}, "The data changed."),
        ({"design": "x"}, "The design changed."),
        ({"code": "x"}, "The code of audit changed."),
        ({"notebook": "x"}, "The report's text changed."),
        ({"cases": "x", "code": "x"}, "The data changed, and the code of audit changed."),
        ({}, "Nothing that is recorded changed."),
    ],
)
def test_the_reason_is_read_from_the_hashes(tmp_path, changed, why) -> None:
    one, other = written(tmp_path / "1", BEFORE), written(tmp_path / "2", AFTER, **changed)
    assert {r.why for r in diff(one, other).rows} == {why}


def test_without_a_record_the_reason_is_not_known(two) -> None:
    (two[0] / "record.json").unlink()
    found = diff(two[0] / "claims.json", two[1])
    assert {r.why for r in found.rows} == {"Not known: one of the versions has no record."}


def test_the_authors_sentences_stand_beside_the_computed_reason(two, tmp_path) -> None:
    reasons = tmp_path / "why.toml"
    reasons.write_text(
        '[[correction]]\nclaim = "gap*"\nwhy = "One post was counted twice."\ndate = 2026-03-01\n'
        '[[correction]]\nwhy = "See the note"\n'
    )
    rows = {r.claim: r for r in diff(*two, reasons=reasons).rows}
    assert rows["gap"].why == "The data changed. One post was counted twice."
    assert rows["gap"].date == "2026-03-01"
    assert rows["n"].why == "The data changed. See the note."


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[[correction]]\nbecause = 1\n", "table 1 has 'because'; table 1 says no why"),
        ("why = 1\n", "unknown key 'why'"),
        ("correction = 3\n", r"write \[\[correction\]\] before"),
        ("[[correction]]\nwhy = 'x'\ndate = 3\n", "table 1: date is no text"),
        ("[[[", "cannot be read"),
    ],
)
def test_reasons_of_another_form_are_refused_in_words(tmp_path, text, words) -> None:
    path = tmp_path / "why.toml"
    path.write_text(text)
    with pytest.raises(ClaimError, match=words):
        read_reasons(path)


@pytest.mark.parametrize(
    ("content", "words"),
    [("{}", "is no list"), ("[1]", "1 things that are no claims"), ("[", "cannot be read")],
)
def test_claims_of_another_form_are_refused_in_words(tmp_path, content, words) -> None:
    path = tmp_path / "claims.json"
    path.write_text(content)
    with pytest.raises(ClaimError, match=words):
        Edition.read(path)
    with pytest.raises(ClaimError, match="cannot be read: No such file"):
        Edition.read(tmp_path / "nothing")


def test_edited_claims_are_said(two) -> None:
    path = two[0] / "claims.json"
    path.write_text(path.read_text() + " ")
    assert Edition.read(two[0]).edited
    assert "claims.json was edited" in str(diff(*two))


def test_the_command_line_prints_text_and_csv(two, capsys) -> None:
    assert main(["diff", *map(str, two)]) == 0
    said = capsys.readouterr().out
    assert "2026-01-01 → version 2, 2026-02-01: 4 numbers changed" in said
    assert "gap: −18.2 percentage points → −17.9 percentage points" in said
    assert "why: The data changed." in said
    assert "1 more differ in digits that are not printed" in said
    assert main(["diff", *map(str, two), "--csv"]) == 0
    assert capsys.readouterr().out.splitlines()[:3] == [
        "claim,was,is,why,date",
        "n,718,719,The data changed.,2026-02-01",
        "gap,−18.2 percentage points,−17.9 percentage points,The data changed.,2026-02-01",
    ]


def test_page_one_comes_first_in_words_and_ticks_are_left_out(tmp_path) -> None:
    ids = ("tbl-a/r0/n", "tbl-a/r1/n", "fig-forest/chart/1", "events_focal", "gap")
    one = written(tmp_path / "1", [claim(n, "1", 1) for n in ids])
    other = written(tmp_path / "2", [claim(n, "2", 2) for n in ids])
    found = diff(one, other)
    assert [r.claim for r in found.rows] == ["events_focal", "gap", "tbl-a/r0/n", "tbl-a/r1/n"]
    lines = str(found).splitlines()[1:4]
    assert lines == [
        "  posts of the focal class acted on: 1 → 2",
        "  gap: 1 → 2",
        "  tbl-a: 2 numbers changed",
    ]


def test_the_classes_are_called_by_their_names(tmp_path) -> None:
    ids = ("events_focal", "rate_reference", "n_unknown", "observed", "expected", "gap")
    one = written(tmp_path / "1", [claim(n, "1", 1) for n in ids])
    other = written(tmp_path / "2", [claim(n, "2", 2) for n in ids])
    for folder in (one, other):
        record = json.loads((folder / "record.json").read_text())
        record["verdict"] = {"classes": ["world leader", "other {focal} author"]}
        (folder / "record.json").write_text(json.dumps(record))
    assert str(diff(one, other)).splitlines()[1:7] == [
        "  posts of the world leader class acted on: 1 → 2",
        "  rate of the other {focal} author class: 1 → 2",
        "  posts of the unknown class: 1 → 2",
        "  compared posts of the world leader class acted on: 1 → 2",
        "  posts expected to be acted on at the other {focal} author rate: 1 → 2",
        "  gap: 1 → 2",
    ]


def test_other_classes_are_said(tmp_path) -> None:
    for name, classes in (("1", ["leader", "ordinary"]), ("2", ["official", "ordinary"])):
        folder = written(tmp_path / name, BEFORE)
        record = json.loads((folder / "record.json").read_text())
        record["verdict"] = {"classes": classes}
        (folder / "record.json").write_text(json.dumps(record))
    said = str(diff(tmp_path / "1", tmp_path / "2"))
    assert "the classes compared were leader and ordinary, and are official and ordinary" in said


@pytest.mark.parametrize("classes", [None, 7, ["a"], ["a", 3], ["", "b"], {"a": 1, "b": 2}])
def test_classes_of_another_form_are_not_taken(tmp_path, classes) -> None:
    folder = written(tmp_path / "1", BEFORE)
    record = json.loads((folder / "record.json").read_text())
    record["verdict"] = {"classes": classes}
    (folder / "record.json").write_text(json.dumps(record))
    assert Edition.read(folder).classes == ("focal", "reference")


@pytest.mark.parametrize("key", ["report", "hashes", "verdict"])
def test_a_record_of_another_form_is_refused_in_words(tmp_path, key) -> None:
    folder = written(tmp_path / "1", BEFORE)
    record = json.loads((folder / "record.json").read_text())
    (folder / "record.json").write_text(json.dumps({**record, key: [1]}))
    with pytest.raises(ClaimError, match=f"its '{key}' is no object"):
        Edition.read(folder)


def test_an_id_that_stands_twice_is_refused(tmp_path) -> None:
    with pytest.raises(ClaimError, match="holds 1 ids a second time"):
        Edition.read(written(tmp_path / "1", [*BEFORE, BEFORE[0]]))


def test_an_interval_that_changed_under_the_same_number_is_a_correction(tmp_path) -> None:
    gap = {**claim("gap", "−18.2 percentage points", -18.17), "unit": "percentage points"}
    ends = {"conf_low": -28.11, "conf_high": -7.37, "confidence": 0.95, "decimals": 1}
    one = written(tmp_path / "1", [{**gap, **ends}])
    other = written(tmp_path / "2", [{**gap, **ends, "conf_low": -25.0}])
    same = written(tmp_path / "3", [{**gap, **ends, "conf_low": -28.12}])
    assert [(r.was, r.now) for r in diff(one, other).rows] == [
        (
            "−18.2 percentage points (95 % interval −28.1 to −7.4)",
            "−18.2 percentage points (95 % interval −25.0 to −7.4)",
        )
    ]
    assert diff(one, same).rows == ()


def test_a_reason_of_a_claim_that_nobody_has_is_refused(two, tmp_path) -> None:
    """It would be printed nowhere: an option that is ignored in silence."""
    why = tmp_path / "why.toml"
    why.write_text('[[correction]]\nclaim = "gpa"\nwhy = "Twice"\n')
    with pytest.raises(ClaimError, match="the reasons name 'gpa', and neither version has"):
        diff(*two, reasons=why)
    why.write_text('[[correction]]\nclaim = "go*"\nwhy = "Twice"\n')
    assert len(diff(*two, reasons=why).rows) == 4


def test_a_reason_of_an_estimate_is_that_of_its_other_claims(tmp_path) -> None:
    same = {"unit": "points", "estimator": "audit.gap"}
    ids = ("gap", "tbl/r0/gap", "n")
    one = written(tmp_path / "1", [{**claim(n, "1", 1.5), **same} for n in ids])
    later = [{**claim(n, "2", 2.5), **same, **({"unit": "posts"} if n == "n" else {})} for n in ids]
    other = written(tmp_path / "2", later)
    why = tmp_path / "why.toml"
    why.write_text('[[correction]]\nclaim = "gap"\nwhy = "Twice"\n')
    rows = {r.claim: r.why for r in diff(one, other, reasons=why).rows}
    assert [rows[n].endswith("Twice.") for n in ids] == [True, True, False]


def test_a_cell_that_would_run_as_a_formula_is_quoted(tmp_path) -> None:
    one = written(tmp_path / "1", [claim("x", "1", 1)])
    other = written(tmp_path / "2", [claim("x", "=HYPERLINK(1)", 1)])
    assert "'=HYPERLINK(1)" in diff(one, other).to_csv()
