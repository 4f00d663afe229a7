"""The terms of further questions: what is allowed is kept, what is not is named."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from builders import platform, question

from audit.design import Design
from audit.errors import DesignError, EstimationError, RegimeError, SourceError, UnknownName
from audit.further import moment
from audit.run import exemptions
from audit.study import enroll

ALL: dict[str, Any] = {
    "families": [["rule"], ["rule", "language"]],
    "multiverse": {"strata": [["rule"], []], "outcome": [{"at_least": "label"}]},
    "negative_controls": [{"population": {"rule": ["spam"]}}],
    "pairs": True,
    "timing": {"within_hours": [1, 24], "restricted_mean_hours": 168},
    "severity": True,
    "reversal": True,
    "policy_change": {"at": date(2019, 6, 27), "per": "week", "harmonics": 2, "title": "words"},
    "within_account": {"per": "quarter"},
    "label_error": {"sensitivity": [0.8, 1.0], "specificity": [0.95, 1.0]},
    "selective_reporting": {
        "share_reported_focal": [0.5, 1],
        "share_reported_reference": [0.1, 0.4],
    },
    "exemptions": {"name": "simulated"},
}


def test_every_further_term_is_written_and_read_back(tmp_path: Any) -> None:
    asked = question(**ALL)
    assert Design.read(asked.write(tmp_path / "all.toml")).hash == asked.hash
    assert asked.hash != question().hash


def test_a_term_left_out_changes_no_hash() -> None:
    assert question(pairs=False, timing=None).hash == question().hash


@pytest.mark.parametrize(
    ("terms", "says"),
    [
        ({"pairs": "yes"}, "pairs is 'yes'; it must be true or false"),
        ({"timing": [24]}, "it must be a table of within_hours"),
        ({"timing": {"hours": 1}}, "timing has unknown key"),
        ({"timing": {"within_hours": [0]}}, "a list of hours above 0"),
        ({"timing": {"within_hours": [1, 1]}}, "each number of hours once"),
        ({"timing": {"restricted_mean_hours": float("inf")}}, "a number of hours above 0"),
        ({"policy_change": {}}, "policy_change: at is None; a date"),
        ({"policy_change": {"at": "soon"}}, "at is 'soon'; a date such as 2019-06-27"),
        ({"policy_change": {"at": "2019-06-27", "per": "day"}}, "per is 'day'; allowed: week"),
        ({"policy_change": {"at": "2019-06-27", "harmonics": 7}}, "harmonics is 7"),
        ({"policy_change": {"at": "2019-06-27", "title": 3}}, "title is 3"),
        ({"within_account": {"per": "decade"}}, "within_account: per is 'decade'"),
        ({"label_error": {"sensitivity": [0.8, 1]}}, "specificity is None"),
        ({"label_error": {"sensitivity": [1, 0.8], "specificity": [1, 1]}}, "sensitivity is"),
        ({"label_error": {"sensitivity": [0.4, 1], "specificity": [0.6, 1]}}, "may know nothing"),
        (
            {
                "selective_reporting": {
                    "share_reported_focal": [0, 1],
                    "share_reported_reference": [0.1, 1],
                }
            },
            "share_reported_focal starts at 0",
        ),
        ({"exemptions": {"path": "a.csv", "name": "b"}}, "exemptions is"),
        ({"families": [["rule", "rule"]]}, "families is"),
        ({"families": [["rule"], ["rule"]]}, "each once"),
        ({"multiverse": {"seed": [1]}}, "multiverse varies 'seed'; allowed: strata"),
        ({"multiverse": {"strata": "rule"}}, "multiverse of 'strata'"),
        ({"multiverse": {"strata": [["rule"], ["rule"]]}}, "names a choice twice"),
        ({"negative_controls": [{"title": "spam"}]}, "replaces no term"),
        ({"multiverse": {"outcome": [{"at_least": ""}]}}, "multiverse of 'outcome', choice 1"),
        ({"multiverse": {"strata": [["action"]]}}, "the outcome itself"),
        ({"negative_controls": [{}]}, "negative control 1 is"),
        ({"negative_controls": [{"margin": 0.5}]}, "unknown key"),
        ({"negative_controls": [{"outcome": {"at_least": ""}}]}, "negative control 1: "),
        ({"negative_controls": [{"reference": "leader"}]}, "they must differ"),
    ],
)
def test_a_term_that_is_not_allowed_is_named(terms: dict[str, Any], says: str) -> None:
    with pytest.raises(DesignError) as refused:
        question(**terms)
    assert says in str(refused.value)


def test_faults_of_several_terms_are_said_at_once() -> None:
    with pytest.raises(DesignError, match=r"2 fault\(s\).*pairs is 1.*per is 'day'"):
        question(pairs=1, within_account={"per": "day"})


def test_a_date_is_midnight_utc_in_every_way_of_writing_it() -> None:
    day = datetime(2019, 6, 27, tzinfo=UTC)
    assert [moment(v) for v in ("2019-06-27", date(2019, 6, 27), day, datetime(2019, 6, 27))] == [
        day
    ] * 4
    assert moment("27 June") is None


def test_exemptions_come_from_a_table_or_from_a_source_that_publishes_them(tmp_path: Any) -> None:
    path = tmp_path / "exemptions.csv"
    path.write_text("platform,account_class,ceiling,start\nP,leader,label,2020-01-01\n")
    read = exemptions(question(exemptions={"path": str(path)}))
    assert read is not None
    assert list(read.frame["ceiling"]) == ["label"]
    own = exemptions(question(exemptions={"name": "simulated"}))
    assert own is not None
    assert list(own.frame["rule"]) == ["abuse"]
    assert exemptions(question()) is None
    with pytest.raises(UnknownName, match="simulatd"):
        exemptions(question(exemptions={"name": "simulatd"}))
    with pytest.raises(SourceError, match=r"publishes no exemptions; those that do: .*simulated"):
        exemptions(question(exemptions={"name": "table"}))


def test_rows_say_how_each_case_counts() -> None:
    study = enroll(platform(seed=2, unknown=3), question())
    rows = study.rows()
    assert len(rows) == len(study.cases.frame)
    by = rows.groupby("group")["n"].sum()
    assert {g: int(by[g]) for g in by.index} == {
        g: study.cells.total(g) for g in ("focal", "reference", "unknown")
    }
    assert set(rows["stratum"]) == set(study.cells.frame["stratum"])


def test_an_inadmissible_study_gives_no_contrast_and_says_which_gate() -> None:
    with pytest.raises(EstimationError, match="is not a rate of enforcement"):
        enroll(platform(), question(frame="enforced_only")).require()
    cases = platform()
    mixed = cases.frame.assign(
        regime=["2019-06-27" if i % 2 else "before 2019-06-27" for i in cases.frame.index]
    )
    from dataclasses import replace

    cases = replace(cases, frame=mixed)
    with pytest.raises(RegimeError, match="2019-06-27"):
        enroll(cases, question()).require()
    enroll(cases, question(strata=["rule", "regime"])).require()


def test_exemptions_that_are_named_and_not_given_are_said() -> None:
    study = enroll(platform(), question(exemptions={"path": "exemptions.csv"}))
    assert "exemptions not given" in {g.name for g in study.gates}


def test_an_infinite_weight_is_named_by_its_row() -> None:
    from dataclasses import replace

    cases = platform()
    weights = [1.0, 1.0, float("inf")] + [1.0] * (len(cases) - 3)
    cases = replace(cases, frame=cases.frame.assign(sampling_weight=weights))
    with pytest.raises(DesignError, match="infinite in 1 rows, first in row 3"):
        enroll(cases, question())
