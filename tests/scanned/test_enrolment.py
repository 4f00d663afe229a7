"""A scan and the table read into memory must give the same study, whatever the design asks."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

import audit
from audit import cells
from audit.checks.leave_one_out import reduced
from audit.checks.support import by_stratum
from audit.engine.duck import Duck
from audit.errors import AuditError, DesignError, SourceError
from audit.study import Study
from scanned.platforms import design, table

EQUAL = 1e-12  # sums in another order differ in the last digits only

DESIGNS: dict[str, tuple[dict[str, Any], dict[str, bool]]] = {
    "plain": ({}, {}),
    "no strata": ({"strata": []}, {}),
    "raw": ({"primary": "raw"}, {}),
    "population": (
        {"population": {"rule": ["spam", "hate · speech"], "reach": {"min": 0.5, "max": 1}}},
        {},
    ),
    "numbers listed": ({"population": {"reach": ["0", "1.5"]}}, {}),
    "dates": ({"population": {"posted_at": {"min": "2018-01-10", "max": "2018-02-20"}}}, {}),
    "in time": ({"outcome": {"at_least": "ban", "acted_within_hours": 47.5}}, {}),
    "any of": ({"outcome": {"any_of": ["label"]}}, {}),
    "reversed": ({"outcome": {"reversed": True}}, {"reversed": True}),
    "reversed in time": (
        {"outcome": {"reversed": True, "reversed_within_hours": 150}},
        {"reversed": True},
    ),
    "reversed, only enforced": (
        {"frame": "enforced_only", "outcome": {"reversed": True}},
        {"reversed": True},
    ),
    "counted": ({}, {"counted": True}),
    "weighted": ({"strata": ["rule"]}, {"weighted": True, "counted": True}),
    "weighted, no strata": ({"primary": "raw", "strata": []}, {"weighted": True}),
    "no accounts": ({}, {"nameless": True}),
    "no accounts, weighted": ({}, {"nameless": True, "weighted": True}),
    "regime in the strata": ({"strata": ["rule", "regime"]}, {"regimes": True}),
    "mixed regimes": ({}, {"regimes": True}),
    "only enforced": ({"frame": "enforced_only"}, {}),
    "numbers as strata": (
        {"strata": ["reach", "rule"], "pre_treatment": ["reach"]},
        {"reversed": True},
    ),
}


@pytest.fixture(params=["fetched", "pushed"])
def path(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """Run with counts that are brought here, and with counts that stay in the engine."""
    if request.param == "pushed":
        monkeypatch.setattr(cells, "MOST_FETCHED", -1)
    return request.param


def both(name: str, seed: int) -> tuple[Study, Study]:
    terms, columns = DESIGNS[name]
    frame = table(seed, **columns)
    question = audit.Design.of(design(**terms))
    return (
        audit.enroll(audit.read_cases(frame), question),
        audit.enroll(audit.scan(frame, checked="made for a test"), question),
    )


def same(found: pd.DataFrame, expected: pd.DataFrame) -> None:
    pd.testing.assert_frame_equal(found, expected, rtol=EQUAL, atol=EQUAL, check_dtype=False)


@pytest.mark.parametrize("seed", [1, 2])
@pytest.mark.parametrize("name", DESIGNS)
def test_a_scan_gives_the_study_of_the_rows(name: str, seed: int, path: str) -> None:
    expected, found = both(name, seed)
    same(found.cases.ledger_frame(), expected.cases.ledger_frame())
    assert found.gates == expected.gates
    assert found.unknown_outcomes == expected.unknown_outcomes
    assert found.supported_strata() == expected.supported_strata()
    assert found.weighted == expected.weighted
    assert found.posts_without_account == expected.posts_without_account
    same(found.cells.counts(), expected.cells.counts())
    one, other = audit.compare(found), audit.compare(expected)
    same(one.frame, other.frame)
    if not expected.admissible:
        return
    same(one.rates(), other.rates())
    same(one.family(), other.family())
    same(by_stratum(one), by_stratum(other))
    if expected.has_accounts:
        same(reduced(one), reduced(other))


def test_the_two_paths_are_two(path: str) -> None:
    _, found = both("plain", 1)
    assert isinstance(found.cells, cells.Cells) == (path == "fetched")
    said = "at most 1,000,000: their counts were brought here"
    assert (said in str(found.cases)) == (path == "fetched")
    assert ("stay in the engine, and only sums" in str(found.cases)) == (path == "pushed")


def test_a_changed_row_changes_the_answer(path: str) -> None:
    frame = table(1)
    question = audit.Design.of(design())
    before = audit.compare(audit.enroll(audit.scan(frame, checked="test"), question)).frame
    at = frame.index[(frame["account_class"] == "leader") & (frame["action"] == "none")][0]
    frame.loc[at, "action"] = "ban"
    after = audit.compare(audit.enroll(audit.scan(frame, checked="test"), question)).frame
    assert (before["estimate"] != after["estimate"]).all()


def test_threads_and_order_change_no_digit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cells, "MOST_FETCHED", -1)
    frame = table(4, rows=4000, weighted=True)
    question = audit.Design.of(design(strata=["rule"]))
    found = []
    for threads, rows in ((1, frame), (3, frame.sample(frac=1, random_state=5))):
        scan = audit.scan(rows, engine=Duck(threads=threads), checked="made for a test")
        found.append(audit.compare(audit.enroll(scan, question)).frame)
    pd.testing.assert_frame_equal(found[0], found[1], check_exact=True)


def test_a_question_that_needs_rows_is_refused_in_words(path: str) -> None:
    _, found = both("plain", 1)
    with pytest.raises(SourceError, match=r"needs rows, and the rows of a scan stay .*read_cases"):
        found.rows()
    with pytest.raises(SourceError, match="does not keep the rows enrolled apart"):
        audit.compare(found).rungs()


def test_an_answer_that_needs_the_cells_is_refused_in_words(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(cells, "MOST_FETCHED", -1)
    _, found = both("plain", 1)
    with pytest.raises(SourceError, match=r"stay in the engine\. Try: fewer or wider strata"):
        found.to_frame()


@pytest.mark.parametrize(
    "terms",
    [
        {"focal": "king"},
        {"strata": ["ruel"]},
        {"population": {"rule": ["spma"]}},
        {"population": {"reach": {"min": "many"}}},
        {"population": {"posted_at": {"min": 3}}},
        {"outcome": {"at_least": "hang"}},
        {"outcome": {"reversed": True}},
    ],
)
def test_a_design_that_does_not_fit_is_refused_in_the_same_words(terms: dict[str, Any]) -> None:
    frame = table(1)
    question = audit.Design.of(design(**terms))
    said = []
    for rows in (audit.read_cases(frame), audit.scan(frame, checked="made for a test")):
        with pytest.raises(DesignError, match="does not fit the cases") as error:
            audit.enroll(rows, question)
        said.append(str(error.value))
    assert said[0] == said[1]


def test_a_roster_gives_classes_as_of_the_post(path: str) -> None:
    frame = table(3)
    spells = pd.DataFrame(
        {
            "account_id": ["a1", "a1", "a2", "a9", "a20", "a3"],
            "account_class": ["leader", "official", "leader", "leader", "leader", "leader"],
            "start": ["2018-01-01", "2018-02-01", "2018-01-20", "2017-01-01", "2018-03-01", "2017"],
            "end": ["2018-02-01", None, None, "2017-06-01", None, "2019-01-01"],
        }
    )
    spells["start"] = spells["start"].replace("2017", "2017-01-01")
    question = audit.Design.of(design(strata=["rule"]))
    given = {"roster": audit.Roster(spells), "unlisted": "ordinary"}
    expected = audit.enroll(audit.read_cases(frame, **given), question)
    found = audit.enroll(audit.scan(frame, checked="made for a test", **given), question)
    same(found.cases.ledger_frame(), expected.cases.ledger_frame())
    same(found.cells.counts(), expected.cells.counts())
    same(audit.compare(found).frame, audit.compare(expected).frame)


def test_whole_number_accounts_and_own_words_are_read_alike(path: str) -> None:
    frame = table(6)
    frame["account_id"] = frame["account_id"].str[1:].astype("int64") + 9_007_199_254_740_993
    frame = frame.rename(columns={"account_id": "user", "action": "done"})
    frame["done"] = frame["done"].replace({"ban": "gone", "none": "nothing"})
    given: dict[str, Any] = {
        "columns": {"user": "account_id", "done": "action"},
        "actions": {"gone": "ban", "nothing": "none"},
    }
    question = audit.Design.of(design(outcome={"at_least": "ban"}))
    expected = audit.compare(audit.enroll(audit.read_cases(frame, **given), question))
    found = audit.compare(
        audit.enroll(audit.scan(frame, checked="made for a test", **given), question)
    )
    same(found.frame, expected.frame)


def test_hostile_values_are_values(path: str) -> None:
    frame = table(7)
    evil = "'; drop table x; --"
    frame["rule"] = frame["rule"].fillna("x").replace({"spam": evil, "abuse": "{nothing}"})
    frame = frame.rename(columns={"language": 'la"ng; --'})
    question = audit.Design.of(
        design(strata=["rule", 'la"ng; --'], population={"rule": [evil, "{nothing}"]})
    )
    expected = audit.compare(audit.enroll(audit.read_cases(frame), question))
    found = audit.compare(audit.enroll(audit.scan(frame, checked="test"), question))
    same(found.frame, expected.frame)


def test_scan_says_what_it_lacks() -> None:
    with pytest.raises(AuditError, match=r"'action': is missing"):
        audit.scan(pd.DataFrame({"case_id": ["a"], "account_id": ["b"], "account_class": ["c"]}))
    with pytest.raises(AuditError, match="is mapped and not in the table"):
        audit.scan(table(1), columns={"usr": "account_id"})
    with pytest.raises(SourceError, match=r"There is no 'nowhere\.parquet'"):
        audit.scan("nowhere.parquet")


def test_the_sums_are_not_only_of_round_numbers() -> None:
    _, found = both("weighted", 1)
    assert not np.allclose(found.cells.frame["weight"] % 1, 0)


def test_the_evidence_of_a_scan_says_which_checks_need_rows(path: str) -> None:
    expected, found = (audit.appraise(audit.compare(study)) for study in both("plain", 1))
    counts = {f.check: f for f in expected.findings}
    needed = [f for f in found.findings if f.threshold == "needs rows"]
    assert {"coverage", "balance", "bans"} <= {f.check for f in needed}
    assert all(f.passed is None and "Not checked: this" in f.says for f in needed)
    for finding in found.findings:
        if finding.threshold != "needs rows":
            assert finding.passed == counts[finding.check].passed
            assert finding.value == pytest.approx(counts[finding.check].value, nan_ok=True)
    assert found.verdict == expected.verdict
    assert found.rung <= expected.rung
