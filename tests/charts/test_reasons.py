"""A chart says why something is missing, bounds nothing past what can be, makes zero no gap."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cases import Cases
from audit.charts import CHARTS
from audit.charts.phrases import spell, within_shares
from audit.comparison import compare
from audit.design import Design
from audit.evidence import appraise
from audit.study import enroll
from tests.charts.changed import asking
from tests.charts.conftest import NAN, ORIGIN, made, table
from tests.charts.seen import collisions, cut, texts


@cache
def evidence(*, leaders: int = 8, none_acted: bool = False, period: str = "") -> Any:
    """Return the evidence of a small real study."""
    frame = table(leaders=leaders)
    if none_acted:
        frame["action"] = pd.Series("none", frame.index, dtype="str")
    if period:
        frame["period"] = pd.Series(np.where(frame["severity"] == "low", period, "before"))
        frame["severity"] = frame["period"].astype("str")
        frame = frame.drop(columns="period")
    design = Design(
        focal="world_leader",
        reference="ordinary",
        frame="reported",
        outcome={"at_least": "remove"},
        margin=0.05,
        strata=("severity",) if period else ("rule",),
    )
    return appraise(compare(enroll(Cases(frame, (ORIGIN,)), design)))


def test_the_posts_expected_lie_between_none_and_all() -> None:
    stage = made(gap=0.25, half=0.45)
    frame = CHARTS["observed_expected"].data(stage).set_index("quantity")
    assert frame.loc["expected", "conf_low"] == 0
    assert frame.loc["expected", "conf_high"] > 0
    assert "The interval of the posts expected is cut at none." in (
        CHARTS["observed_expected"].words(stage).note
    )
    low = CHARTS["observed_expected"].render(stage).get_xlim()[0]
    assert low > -0.05 * frame["n_supported"].iloc[0]
    assert "is cut" not in CHARTS["observed_expected"].words(made()).note
    # the family's intervals end where shares do, and those inside stay as they are
    held = CHARTS["label_rates"].data(stage)[["expected_low", "expected_high"]]
    assert (held.min().min(), held.max().max()) == (0.0, pytest.approx(0.76))


def test_a_limit_that_is_not_known_is_not_made_one() -> None:
    assert np.isnan(within_shares(NAN))
    assert [within_shares(v) for v in (-0.1, 0.4, 1.2)] == [0.0, 0.4, 1.0]


@pytest.mark.parametrize("name", ["observed_expected", "forest", "rungs"])
def test_the_note_says_why_there_is_no_interval(name: str) -> None:
    said = CHARTS[name].words(evidence(leaders=1)).note
    assert "With 1 focal account no interval can claim a sampling of accounts." in said
    assert "no interval, by account" not in said
    assert "can claim" not in CHARTS[name].words(evidence()).note


def test_the_forest_names_the_estimator_without_an_interval() -> None:
    assert (
        "Mantel–Haenszel: none by account is computed." in CHARTS["forest"].words(evidence()).note
    )


def test_a_rung_that_no_post_met_is_named_and_not_dropped_in_silence() -> None:
    note = CHARTS["rungs"].words(evidence()).note
    drawn = set(CHARTS["rungs"].data(evidence())["rung"])
    left = [r for r in evidence().comparison.study.cases.ladder.rungs[1:] if r not in drawn]
    assert left
    assert f"No post of either class met {', '.join(left)}: not drawn." in note


def test_curves_without_a_band_say_why() -> None:
    note = CHARTS["still_visible"].words(asking("still_visible")).note
    assert "No band: the usual one (Greenwood) takes posts of one account as independent" in note


@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("gap_over_time", "No gap in any of 12 months"),
        ("periods", "World leader rate is that of ordinary posts in all 3 groups"),
    ],
)
def test_no_gap_at_all_is_not_said_as_one_of_some(name: str, title: str) -> None:
    assert CHARTS[name].words(evidence(none_acted=True)).title.startswith(title)


def test_specifications_without_a_gap_point_no_way() -> None:
    from tests.charts.test_multiverse import stage

    found = stage("four")

    class Flat:
        comparison = found.comparison

        def table(self, check: str) -> pd.DataFrame:
            return found.table(check).assign(estimate=0.0)

    assert CHARTS["multiverse"].words(Flat()).title == "None of 4 specifications finds a gap"


def test_months_in_a_stratum_have_their_capital() -> None:
    stage = evidence(period="from_3_november")
    axes = CHARTS["periods"].render(stage)
    assert "From 3 November" in [t.get_text() for t in texts(axes)]
    assert "from 3 November" in CHARTS["periods"].words(stage).alt


def test_periods_are_said_in_words() -> None:
    days = [pd.Timestamp(d) for d in ("2020-05-01", "2020-06-03", "2021-01-02")]
    assert spell(days[0], days[1]) == "1 May to 3 June 2020"
    assert spell(days[0], days[2]) == "1 May 2020 to 2 January 2021"
    assert spell(days[0], days[0]) == "1 May 2020"


def test_the_flow_is_read_aloud_step_by_step() -> None:
    stage = made()
    frame, alt = CHARTS["flow"].data(stage), CHARTS["flow"].words(stage).alt
    taken = frame[frame["kind"] == "removed"]
    assert len(taken) > 2
    for row in taken.itertuples():
        assert f"{row.posts} left out (" in alt
    assert "left out (severity: other than low)" in alt


@pytest.mark.parametrize("width", [3.2, 6.3])
def test_long_steps_are_folded_and_not_cut(width: float) -> None:
    rules = ("abuse of persons", "threats", "elections")
    frame = table(rules=(*rules, "spam"))
    design = Design(
        focal="world_leader",
        reference="ordinary",
        frame="reported",
        outcome={"at_least": "remove"},
        margin=0.05,
        population={"rule": list(rules)},
    )
    axes = CHARTS["flow"].render(enroll(Cases(frame, (ORIGIN,)), design), width=width)
    shown = [t.get_text().replace("\n", " ") for t in texts(axes)]
    assert "− rule: other than abuse of persons, threats, elections" in shown
    assert cut(axes) == collisions(axes) == []


def test_accounts_are_told_from_their_counts_when_read_aloud() -> None:
    alt = CHARTS["docket"].words(evidence()).alt
    assert "account 1: " in alt
