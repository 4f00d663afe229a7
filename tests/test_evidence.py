"""The rung and the verdict of whole studies: exactly sufficient, and just not."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, platform, question

from audit.checks import CHECKS
from audit.claims import Verdict
from audit.comparison import compare
from audit.errors import UnknownName
from audit.evidence import CHECK_COLUMNS, appraise
from audit.study import enroll


def evidence_of(cases, **changes):
    return appraise(compare(enroll(cases, question(**changes))))


def counted(leaders: list[tuple[int, int]], ordinary: list[tuple[int, int]]) -> pd.DataFrame:
    """Return rows from (acted on, posts) per account."""
    rows = []
    for name, accounts in (("leader", leaders), ("ordinary", ordinary)):
        for k, (events, n) in enumerate(accounts):
            for action, many in (("remove", events), ("none", n - events)):
                if many:
                    rows.append((f"{name}{k:03d}", name, "x", action, many))
    names = ["account_id", "account_class", "rule", "action", "count"]
    return pd.DataFrame(rows, columns=names)


@pytest.fixture(scope="module")
def clear():
    return evidence_of(platform())


@pytest.mark.parametrize("name", CHECKS)
def test_every_check_says_something(name: str, clear) -> None:
    found = CHECKS[name](clear.comparison)
    assert found.check == name == CHECKS[name].name
    assert found.says.endswith((".", "…"))
    assert found.threshold
    assert found.step == CHECKS[name].step
    assert found.passed in (True, False, None)


def test_a_clear_gap_stands_on_rung_three(clear) -> None:
    assert (clear.verdict, clear.rung) == (Verdict.LENIENT, 3)
    assert "treated more leniently than comparable posts" in clear.sentence
    assert list(clear.to_frame()) == list(CHECK_COLUMNS)


def test_rung_four_is_not_claimed_by_this_version(clear) -> None:
    assert clear.steps[3]
    assert not clear.steps[4]


def test_without_strata_it_is_a_raw_gap() -> None:
    found = evidence_of(platform(), strata=[])
    assert (found.verdict, found.rung) == (Verdict.LENIENT, 1)
    assert "leniently" not in found.sentence
    assert "less often" in found.sentence


def test_leaving_out_a_check_never_raises_the_rung() -> None:
    comparison = compare(enroll(platform(), question()))
    for name in CHECKS:
        rest = [c for c in CHECKS if c != name]
        assert appraise(comparison, checks=rest).rung <= 3
    fewer = [c for c in CHECKS if c != "enough_accounts"]
    assert appraise(comparison, checks=fewer).rung == 2


def test_the_checks_that_turn_a_verdict_cannot_be_left_out() -> None:
    leaders = [(270, 600)] * 20 + [(11, 20)] * 40
    comparison = compare(enroll(cases_of(counted(leaders, [(10, 20)] * 300)), question()))
    fewer = [c for c in CHECKS if c not in ("account_weighting", "leave_one_out")]
    assert appraise(comparison).verdict is Verdict.UNCLEAR
    assert appraise(comparison, checks=fewer).verdict is Verdict.UNCLEAR


def test_one_leader_who_carries_the_gap_lowers_the_rung() -> None:
    ordinary = [(10, 20)] * 40
    rest = [(9, 20)] * 9
    spared = counted([*rest, (0, 20)], ordinary)
    table = evidence_of(cases_of(spared)).table("leave_one_out")
    assert list(table["estimate"]) == sorted(table["estimate"])
    assert table["estimate"].iloc[-1] == pytest.approx(9 / 20 - 0.5)  # without the spared one
    assert "account_id" not in table


def test_a_sign_that_turns_under_account_weighting_is_unclear() -> None:
    leaders = [(0, 400)] * 2 + [(14, 20)] * 8
    found = evidence_of(cases_of(counted(leaders, [(10, 20)] * 60)))
    assert found.verdict is Verdict.UNCLEAR
    assert found.rung <= 2
    assert "changes its sign" in found.note


def test_alike_needs_the_interval_inside_the_margin() -> None:
    frame = cases_of(counted([(10, 20)] * 60, [(10, 20)] * 200))
    assert evidence_of(frame, margin=0.05).verdict is Verdict.ALIKE
    assert evidence_of(frame, margin=0.01).verdict is Verdict.UNCLEAR
    assert evidence_of(frame, margin=0.05).rung == 3


def test_zero_of_thirty_five_is_not_immunity() -> None:
    leaders = [(0, 5)] * 7
    ordinary = [(1, 25)] * 120
    found = evidence_of(cases_of(counted(leaders, ordinary)))
    assert found.verdict is Verdict.UNCLEAR
    ratio = found.comparison.frame.query(
        "estimator == 'raw' and scale == 'ratio' and weighting == 'post'"
    ).iloc[0]
    assert ratio["conf_high"] > 1


def test_one_leader_is_described_and_not_judged() -> None:
    leader = [(30, 100)]
    found = evidence_of(cases_of(counted(leader, [(1, 10)] * 40)), outcome={"at_least": "remove"})
    assert (found.verdict, found.rung) == (Verdict.UNCLEAR, 2)
    assert "30 of 100 (30.0 %) against 40 of 400 (10.0 %)" in found.sentence
    assert "more often than" in found.sentence
    assert "says nothing about the class" in found.sentence
    assert found.comparison.frame["p_value"].isna().all()


def test_inadmissible_says_why_and_nothing_else() -> None:
    found = evidence_of(platform(), frame="enforced_only")
    assert (found.verdict, found.rung) == (Verdict.INADMISSIBLE, 0)
    assert "is not a rate of enforcement" in found.sentence
    assert found.to_frame().empty
    assert {c.unit for c in found.claims} <= {"posts", "accounts", "rung"}


def test_unknown_check_is_named(clear) -> None:
    with pytest.raises(UnknownName, match="No check is called 'luck'"):
        appraise(clear.comparison, checks=["luck"])
    with pytest.raises(UnknownName, match="check of this evidence"):
        clear.finding("luck")


def test_sentences_agree_with_numbers_whichever_way(clear) -> None:
    harsh = evidence_of(platform(rates=(0.5, 0.2)))
    assert harsh.verdict is Verdict.STRICT
    assert "more strictly" in harsh.sentence
    for found in (clear, harsh):
        gap = next(c for c in found.claims if c.id == "gap")
        assert gap.text in found.sentence
        assert np.sign(gap.value) == gap.sign


def test_labels_are_never_lenient_or_strict() -> None:
    frame = platform().to_frame()
    frame["action"] = frame["action"].replace("remove", "label")
    found = evidence_of(cases_of(frame), outcome={"any_of": ["label"]})
    assert found.verdict is Verdict.LESS
    assert "labelled less often" in found.sentence
    assert "lenient" not in found.sentence
