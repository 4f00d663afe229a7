"""What can be asked of a table that holds only what was acted on: what came of it, and no rate."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, question

from audit.comparison import compare
from audit.design import Design
from audit.errors import DesignError
from audit.evidence import appraise
from audit.outcome import Outcome
from audit.questions.hours import hours
from audit.schema import Ladder
from audit.study import enroll

LADDER = Ladder(("none", "short", "long", "ban"))
START = pd.Timestamp("2020-01-01", tz="UTC").as_unit("us")
HOUR = pd.Timedelta(hours=1)


def sanctions(seed: int = 4, *, back: tuple[float, float] = (0.5, 0.2), n: int = 400) -> Any:
    """Return sanctions of 10 leaders and 40 others, watched for a week, some taken back in it."""
    rng = np.random.default_rng(seed)
    leader = rng.random(n) < 0.3
    account = np.where(leader, rng.integers(0, 10, n), rng.integers(0, 40, n))
    acted = START + pd.to_timedelta(rng.integers(0, 500, n), unit="h")
    hours = rng.exponential(20.0, n)
    lifted = (rng.random(n) < np.where(leader, *back)) & (hours < 168)
    frame = pd.DataFrame(
        {
            "account_id": [f"{'l' if x else 'o'}{k}" for x, k in zip(leader, account, strict=True)],
            "account_class": np.where(leader, "leader", "ordinary"),
            "rule": rng.choice(["abuse", "spam"], n),
            "action": rng.choice(LADDER.rungs[1:], n),
            "acted_at": pd.Series(acted).astype("datetime64[us, UTC]"),
            "reversed": lifted,
        }
    )
    frame["reversed"] = frame["reversed"].astype("boolean")
    at = frame["acted_at"] + pd.to_timedelta(np.round(hours * 3600), unit="s")
    frame["reversed_at"] = at.where(frame["reversed"]).astype("datetime64[us, UTC]")
    frame["observed_until"] = (frame["acted_at"] + 168 * HOUR).astype("datetime64[us, UTC]")
    return cases_of(frame, ladder=LADDER)


def asked(**changes: Any) -> Design:
    given = {"frame": "enforced_only", "outcome": {"reversed": True}, "strata": []}
    return question(**{**given, "primary": "raw", **changes})


# the gate --------------------------------------------------------------------------------------


def test_what_was_taken_back_has_the_enforced_as_its_denominator() -> None:
    cases = sanctions()
    study = enroll(cases, asked())
    assert study.admissible
    leaders = cases.frame[cases.frame["account_class"] == "leader"]
    effect = compare(study, using=["raw"]).primary()
    assert effect.observed == pytest.approx(leaders["reversed"].mean())


@pytest.mark.parametrize("outcome", [{"at_least": "ban"}, {"any_of": ["short"]}])
def test_a_rate_of_enforcement_is_refused_still(outcome: dict[str, Any]) -> None:
    study = enroll(sanctions(), asked(outcome=outcome))
    (gate,) = [g for g in study.gates if g.kind == "hard"]
    assert gate.name == "denominator"
    assert "not a rate of enforcement" in gate.says
    assert compare(study).frame.empty


def test_the_evidence_stops_at_rung_two_and_says_why() -> None:
    evidence = appraise(compare(enroll(sanctions(back=(0.9, 0.1)), asked(strata=["rule"]))))
    assert evidence.rung <= 2
    assert any("infra-marginality" in g.says for g in evidence.comparison.study.gates)
    (found,) = [f for f in evidence.findings if f.check == "selective_reporting"]
    assert found.passed is None
    assert "Only what was acted on is in the table" in found.says


# the window ------------------------------------------------------------------------------------


def test_only_reversals_within_the_window_count() -> None:
    cases = sanctions()
    frame = cases.frame
    study = enroll(cases, asked(outcome={"reversed": True, "reversed_within_hours": 12}))
    quick = frame["reversed"] & (frame["reversed_at"] <= frame["acted_at"] + 12 * HOUR)
    mine = frame["account_class"] == "leader"
    assert compare(study, using=["raw"]).primary().observed == pytest.approx(
        quick[mine].fillna(False).mean()
    )
    assert study.unknown_outcomes == {}


def test_an_action_not_watched_so_long_is_unknown_whatever_came_of_it() -> None:
    """Were those already taken back kept, half of the watched and all of the others were."""
    frame = sanctions().frame
    short = frame.index % 2 == 0
    until = frame["observed_until"].mask(short, frame["acted_at"] + 6 * HOUR)
    cases = cases_of(frame.assign(observed_until=until), ladder=LADDER)
    outcome = {"reversed": True, "reversed_within_hours": 24}
    study = enroll(cases, asked(outcome=outcome))
    assert sum(study.unknown_outcomes.values()) == short.sum()
    kept = frame[~short & (frame["account_class"] == "leader")]
    quick = kept["reversed"] & (kept["reversed_at"] <= kept["acted_at"] + 24 * HOUR)
    effect = compare(study, using=["raw"]).primary()
    assert effect.observed == pytest.approx(quick.fillna(False).mean())


def test_a_reversal_at_an_hour_not_recorded_is_unknown_in_a_window() -> None:
    frame = sanctions().frame
    frame.loc[frame["reversed"].astype(bool), "reversed_at"] = pd.NaT
    outcome = {"reversed": True, "reversed_within_hours": 24}
    study = enroll(cases_of(frame, ladder=LADDER), asked(outcome=outcome))
    assert sum(study.unknown_outcomes.values()) == int(frame["reversed"].sum())
    assert study.cells.frame["events"].sum() == 0


def test_unequal_watches_without_a_window_are_said() -> None:
    frame = sanctions().frame
    frame["observed_until"] = START + 1000 * HOUR
    study = enroll(cases_of(frame, ladder=LADDER), asked())
    (note,) = [g for g in study.gates if g.name == "unequal watch"]
    assert "reversed_within_hours" in note.says
    outcome = {"reversed": True, "reversed_within_hours": 24}
    again = enroll(cases_of(frame, ladder=LADDER), asked(outcome=outcome))
    assert "unequal watch" not in {g.name for g in again.gates}


@pytest.mark.parametrize(
    ("outcome", "says"),
    [
        ({"at_least": "ban", "reversed_within_hours": 3}, "without reversed = true"),
        ({"reversed": True, "reversed_within_hours": 0}, "is 0; a number above 0"),
        ({"reversed": True, "reversed_within_hours": "week"}, "is 'week'; a number above 0"),
    ],
)
def test_a_window_that_means_nothing_is_refused(outcome: dict[str, Any], says: str) -> None:
    with pytest.raises(DesignError, match=says):
        Outcome.of(outcome)


def test_a_window_needs_its_columns() -> None:
    frame = sanctions().frame.drop(columns="observed_until")
    outcome = {"reversed": True, "reversed_within_hours": 24}
    with pytest.raises(DesignError, match="reversed_within_hours 'observed_until' is not in"):
        enroll(cases_of(frame, ladder=LADDER), asked(outcome=outcome))


def test_a_window_is_said_in_the_question() -> None:
    outcome = Outcome(reversed=True, reversed_within_hours=168)
    assert outcome.verb == "let back after a sanction within 168 hours"
    assert Outcome.of(outcome.to_dict()) == outcome


# severity and timing ---------------------------------------------------------------------------


def test_severity_is_among_the_acted_on() -> None:
    cases = sanctions()
    answer = compare(enroll(cases, asked(severity=True)), using=["raw"]).answer("severity")
    assert not answer.barred
    rows = answer.frame.set_index("measure")
    assert "short or stricter" not in rows.index
    for side, name in (("focal", "leader"), ("reference", "ordinary")):
        mine = cases.frame[cases.frame["account_class"] == name]
        assert rows.loc["ban", side] == pytest.approx((mine["action"] == "ban").mean())
        above = mine["action"].isin(["long", "ban"]).mean()
        assert rows.loc["long or stricter", side] == pytest.approx(above)
    assert answer.says.startswith("Of posts acted on, share")
    assert any("none is a rate of enforcement" in note for note in answer.notes)


def test_a_row_not_acted_on_is_in_no_share_of_severity() -> None:
    frame = sanctions().frame
    idle = frame.index % 5 == 0
    blank = frame.assign(action=frame["action"].mask(idle, "none"))
    blank.loc[idle, ["reversed", "acted_at", "reversed_at"]] = [pd.NA, pd.NaT, pd.NaT]
    found, expected = (
        compare(enroll(cases_of(f, ladder=LADDER), asked(severity=True)), using=["raw"])
        .answer("severity")
        .frame.loc[:1]
        for f in (blank, frame[~idle])
    )
    pd.testing.assert_frame_equal(found, expected)


def test_timing_counts_from_the_action_to_its_reversal() -> None:
    cases = sanctions()
    frame = cases.frame
    timing = {"within_hours": [12], "restricted_mean_hours": 100}
    answer = compare(enroll(cases, asked(timing=timing)), using=["raw"]).answer("timing")
    assert answer.title == "How soon it was taken back"
    rows = answer.frame.set_index("measure")
    waited = ((frame["reversed_at"] - frame["acted_at"]) / HOUR).astype(float)
    for side, name in (("focal", "leader"), ("reference", "ordinary")):
        mine = waited[frame["account_class"] == name]
        row = rows.loc["taken back within 12 hours"]
        assert row[side] == pytest.approx((mine <= 12).mean())
        # all are watched beyond 100 hours, so the mean is one of hours capped there
        row = rows.loc["mean hours not taken back in the first 100 hours"]
        assert row[side] == pytest.approx(mine.fillna(np.inf).clip(upper=100).mean())
        row = rows.loc["median hours to reversal, of the actions taken back"]
        assert row[side] == pytest.approx(
            mine.dropna().sort_values().iloc[mine.count() // 2], rel=0.2
        )
    assert any("ran out of itself" in note for note in answer.notes)
    assert "had the action taken back within 12 hours" in answer.says


def test_the_curve_of_reversals_can_be_drawn() -> None:
    from audit.charts.still_visible import still_visible_data, still_visible_words

    comparison = compare(enroll(sanctions(), asked(timing={"within_hours": [12]})), using=["raw"])
    data = still_visible_data(comparison)
    assert data["still_visible"].between(0, 1).all()
    assert "Not let back after" in still_visible_words(comparison).title


def test_a_wait_of_minutes_is_not_said_to_be_none() -> None:
    assert hours(2 / 60) == "less than 0.1 hours"
    assert hours(0.0) == "0 hours"
    assert hours(-2 / 60, signed=True) == "0 hours"
