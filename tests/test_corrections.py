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
