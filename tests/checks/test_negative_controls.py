"""Negative controls: null only where they come out as treated alike."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from ladder import appraised, compared, counted

from audit.checks.negative_controls import (
    CONTROL_COLUMNS,
    NegativeControls,
    control_design,
    control_words,
    judged,
)
from audit.claims import Verdict
from audit.errors import DesignError
from audit.evidence import appraise

SPAM = {"population": {"rule": ["spam"]}}
CLEAR = counted([(6, 20)] * 20, [(10, 20)] * 60)
NULL = counted([(10, 20)] * 60, [(10, 20)] * 200, rule="spam")
THIN = counted([(10, 20)] * 5, [(10, 20)] * 6, rule="spam")
GAP = counted([(6, 20)] * 20, [(10, 20)] * 60, rule="spam")


def found_with(spam: pd.DataFrame, *, control=SPAM, **changes):
    frame = pd.concat([CLEAR, spam], ignore_index=True)
    terms = {"population": {"rule": ["abuse"]}, "negative_controls": [control], **changes}
    return NegativeControls()(compared(frame, **terms))


def test_none_declared_passes_nothing() -> None:
    found = NegativeControls()(compared(CLEAR))
    assert (found.passed, found.table) == (None, None)
    assert math.isnan(found.value)


@pytest.mark.parametrize(
    ("spam", "verdict"),
    [(NULL, "treated alike"), (THIN, "unclear"), (GAP, "different")],
    ids=["alike", "unclear", "different"],
)
def test_only_alike_is_null(spam: pd.DataFrame, verdict: str) -> None:
    found = found_with(spam)
    assert tuple(found.table) == CONTROL_COLUMNS
    assert found.table["verdict"].tolist() == [verdict]
    assert found.passed is (verdict == "treated alike")
    assert found.value == (verdict != "treated alike")
    assert ("does not show that nothing is there" in found.says) is (verdict == "unclear")
    assert f"rule ‘spam’: {verdict} (" in found.says
    assert found.table["n_focal"].iloc[0] == spam.query("account_class == 'leader'")["count"].sum()


def test_the_numbers_are_those_of_the_control_on_its_own() -> None:
    row = found_with(GAP).table.iloc[0]
    alone = compared(GAP).primary()
    for column in ("estimate", "conf_low", "conf_high", "p_value"):
        assert row[column] == pytest.approx(getattr(alone, column))


def test_every_control_must_be_null() -> None:
    two = [SPAM, {"population": {"rule": ["abuse"]}, "title": "The rule itself"}]
    found = found_with(NULL, negative_controls=two)
    assert found.passed is False
    assert found.table["control"].tolist() == ["rule ‘spam’", "The rule itself"]
    assert found.says.startswith("1 of 2 negative controls came out as treated alike: ")


def test_an_inadmissible_control_is_not_null_and_says_why() -> None:
    lone = NULL[
        ~NULL["account_id"].str.startswith("ordinary-") | (NULL["account_id"] == "ordinary-0000")
    ]
    found = found_with(lone)
    assert found.passed is False
    assert found.table["verdict"].tolist() == ["inadmissible"]
    assert "no like to compare with" in found.table["why"].iloc[0]
    assert found.table["estimate"].isna().all()


def test_a_control_that_no_case_fits_is_an_error_that_names_it() -> None:
    with pytest.raises(DesignError, match=r"negative control 1: .*which no case has"):
        found_with(NULL, control={"population": {"rule": ["luck"]}})


def test_a_population_replaces_its_columns_and_keeps_the_others() -> None:
    frame = pd.concat([CLEAR, NULL]).assign(violating="yes")
    population = {"rule": ["abuse"], "violating": ["yes"]}
    main = compared(frame, population=population, negative_controls=[SPAM]).study.design
    held = control_design(main, main.negative_controls[0])
    assert {k: [*v] for k, v in held.population.items()} == {"rule": ["spam"], "violating": ["yes"]}
    assert held.negative_controls == ()


def test_a_control_asks_nothing_further() -> None:
    """Nothing that the main design asks is asked of a control, so none can ask for controls."""
    terms = {"families": [["rule"]], "severity": True, "multiverse": {"strata": [[], ["rule"]]}}
    frame = pd.concat([CLEAR, NULL])
    main = compared(frame, negative_controls=[SPAM], **terms).study.design
    held = control_design(main, main.negative_controls[0]).to_dict()
    assert not {"negative_controls", "families", "severity", "multiverse"} & set(held)


def test_other_terms_are_said_in_words() -> None:
    assert control_words({"strata": ["rule"], "outcome": {"at_least": "lock"}}) == (
        "strata rule; outcome at least lock"
    )
    assert control_words({"population": {"reach": {"min": 5, "max": 9}}}) == "reach min 5, max 9"
    assert control_words({"focal": "a\u202eb", "reference": ["c_d", "e"]}) == (
        "focal a⟨U+202E⟩b; reference c d × e"
    )


def test_ids_are_counted_and_not_shown() -> None:
    said = control_words({"population": {"account_id": ["someone", "another"]}})
    assert said == "account id among 2 listed values"


@pytest.mark.parametrize(
    "frame", [CLEAR, NULL, THIN, GAP], ids=["clear", "alike", "unclear", "different"]
)
def test_the_verdict_of_a_control_is_that_of_an_appraisal(frame: pd.DataFrame) -> None:
    """The rule of METHODS §4 is written twice, since a check cannot see the verdict above it."""
    comparison = compared(frame)
    said = {Verdict.ALIKE: "treated alike", Verdict.UNCLEAR: "unclear"}
    assert judged(comparison, ())[0] == said.get(appraise(comparison).verdict, "different")


def test_the_step_of_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    for spam, step in ((NULL, True), (THIN, False)):
        frame = pd.concat([CLEAR, spam], ignore_index=True)
        terms = {"population": {"rule": ["abuse"]}, "negative_controls": [SPAM]}
        assert appraised(compared(frame, **terms), monkeypatch).steps[5] is step


@pytest.mark.parametrize(
    "control",
    [{"outcome": {"at_least": "remove"}}, {"focal": "ordinary", "reference": "leader"}],
    ids=["the same outcome", "the classes swapped"],
)
def test_the_main_question_is_no_control_of_itself(control: dict) -> None:
    found = NegativeControls()(compared(NULL, negative_controls=[control]))
    assert found.passed is False
    assert found.table["verdict"].tolist() == ["inadmissible"]
    assert "compares the posts of the main question" in found.says


def test_a_control_that_replaces_nothing_is_refused() -> None:
    with pytest.raises(DesignError, match="replaces no term of the design"):
        compared(NULL, negative_controls=[{"title": "spam"}])
