"""Before any data: what could be seen, in which direction, and what to ask for."""

from __future__ import annotations

import math
import re

import pytest
from builders import question

from audit.checks.power import detectable_gap_table
from audit.claims import Verdict
from audit.design import Design
from audit.errors import DesignError
from audit.further import FLAGS, TERMS
from audit.planning import MOST, draft, plan, request, write_draft

SIZE = {"focal_accounts": 20, "posts": 20, "reference_accounts": 60, "icc": 0.1}


FURTHER_TERMS = (*FLAGS, *TERMS, "families", "multiverse", "negative_controls")


def test_a_plan_has_the_numbers_of_the_simulation() -> None:
    design = question()
    found = plan(design, rate=0.3, **SIZE)
    table = detectable_gap_table(20, 60, 20, 20, rate=0.3, icc=0.1, seed=design.seed)
    gaps = table.set_index("direction")["gap"]
    assert found.detectable == gaps["lower"]
    assert f"below the ordinary rate seen four times in five: {100 * gaps['lower']:.1f}" in str(
        found
    )
    assert f"above the ordinary rate seen four times in five: {100 * gaps['higher']:.1f}" in str(
        found
    )
    assert found.reachable == (Verdict.LENIENT, Verdict.STRICT, Verdict.UNCLEAR)
    assert "margin of 5 percentage points would be missed" in str(found)


def test_a_stricter_confidence_sees_less() -> None:
    usual = plan(question(), rate=0.3, **SIZE).detectable
    assert plan(question(confidence=0.99), rate=0.3, **SIZE).detectable > usual


def test_lenience_out_of_reach_is_not_promised() -> None:
    """Five accounts at 2 % can be seen to be treated more strictly and never more leniently."""
    size = {"focal_accounts": 5, "posts": 60, "reference_accounts": 300, "reference_posts": 6}
    found = plan(question(margin=0.01), rate=0.02, icc=0.3, **size)
    assert math.isnan(found.detectable)
    assert found.reachable == (Verdict.STRICT, Verdict.UNCLEAR)
    assert "No gap below the ordinary rate, however large" in str(found)
    assert "with 60 posts each, 300 reference accounts with 6 each" in str(found)
    reverse = question(margin=0.01, outcome={"reversed": True})
    assert plan(reverse, rate=0.02, icc=0.3, **size).reachable[0] is Verdict.LENIENT


def test_labels_are_more_or_less_often() -> None:
    found = plan(question(outcome={"any_of": ["label"]}), rate=0.3, **SIZE)
    assert found.reachable[:2] == (Verdict.LESS, Verdict.MORE)
    assert "lenient" not in str(found)


def test_many_accounts_can_show_a_small_gap_and_likeness() -> None:
    size = {"focal_accounts": 200, "posts": 5, "reference_accounts": 200, "icc": 0.05}
    found = plan(question(margin=0.15), rate=0.3, **size)
    assert {Verdict.SMALL, Verdict.ALIKE} <= set(found.reachable)
    assert "would be missed" not in str(found)


def test_a_margin_as_large_as_the_rate_forbids_alike() -> None:
    found = plan(question(margin=0.3), rate=0.3, **SIZE)
    assert Verdict.ALIKE not in found.reachable
    assert "even total immunity would count as alike" in str(found)


@pytest.mark.parametrize("accounts", [1, 4])
def test_a_handful_of_accounts_reaches_nothing_but_unclear(accounts: int) -> None:
    found = plan(question(), rate=0.3, **{**SIZE, "focal_accounts": accounts})
    assert found.reachable == (Verdict.UNCLEAR,)
    assert math.isnan(found.detectable)
    assert "the rung is at most 2" in str(found)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"focal_accounts": 0}, "focal accounts is 0; a whole number from 1 to 10,000"),
        ({"reference_accounts": 1}, "reference accounts is 1; a whole number from 2"),
        ({"posts": 2.5}, r"posts per focal account is 2\.5; a whole number"),
        ({"posts": math.nan}, "posts per focal account is nan"),
        ({"posts": MOST + 1}, "posts per focal account is 10001"),
        ({"reference_posts": 0}, "posts per reference account is 0"),
        ({"rate": 1}, r"rate is 1; it must lie in \(0, 1\)"),
        ({"rate": math.nan}, "rate is nan"),
        ({"icc": 1}, "icc is 1; it must lie in"),
    ],
    ids=str,
)
def test_values_out_of_range_are_refused(changes, says) -> None:
    with pytest.raises(DesignError, match=says):
        plan(question(), **{"rate": 0.3, **SIZE, **changes})


def test_the_draft_reads_as_a_design_with_every_needed_key(tmp_path) -> None:
    path = tmp_path / "draft.toml"
    path.write_text(draft(), encoding="utf-8")
    found = Design.read(path)
    assert found.strata == ("rule", "severity", "language")
    assert found.population == {"violating": ("yes",)}
    assert Design.read(found.write(tmp_path / "again.toml")).hash == found.hash


def test_every_term_that_the_draft_offers_is_one(tmp_path) -> None:
    lines = [line.removeprefix("# ") for line in draft().splitlines()]
    offered = [line for line in lines if re.match(r"[\w.]+ += ", line)]
    path = tmp_path / "all.toml"
    path.write_text("\n".join(offered), encoding="utf-8")
    asked = Design.read(path)
    for term in FURTHER_TERMS:
        assert getattr(asked, term), term


def test_half_a_draft_is_not_left_behind(tmp_path, monkeypatch) -> None:
    def full() -> str:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("audit.planning.blank.draft", full)
    with pytest.raises(OSError, match="No space left"):
        write_draft(tmp_path / "deep" / "x.toml")
    assert list((tmp_path / "deep").iterdir()) == []


def test_a_draft_never_overwrites(tmp_path) -> None:
    path = write_draft(tmp_path / "x.toml")
    path.write_text("mine", encoding="utf-8")
    with pytest.raises(DesignError, match=r"x\.toml is there already"):
        write_draft(path)
    assert path.read_text(encoding="utf-8") == "mine"


def test_a_request_asks_for_what_the_design_uses() -> None:
    asked = request(question(strata=["rule"], population={"reach": {"min": 1}}))
    assert "  - reach: audience before any measure" in asked
    assert "  - appealed:" not in asked
    reverse = request(question(outcome={"reversed": True}))
    for column in ("appealed", "reversed", "reversed_at"):
        assert f"  - {column}: " in reverse
    assert question(strata=["rule"]).question in asked
