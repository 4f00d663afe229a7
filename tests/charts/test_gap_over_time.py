"""The gap period by period over a strip of rules: drawn as counted, said as clear as it is."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cases import Cases
from audit.charts import CHARTS
from audit.charts.gap_over_time import has_periods
from audit.charts.regime_strip import MOST_LANES, spans
from audit.comparison import compare
from audit.design import Design
from audit.disclosure import TOKEN
from audit.errors import ClaimError, ReportError
from audit.questions.periods import gap_by_period
from audit.regimes import Exemptions
from audit.report.table import to_csv
from audit.study import enroll
from tests.charts.changed import Seen, around_change
from tests.charts.conftest import ORIGIN, made
from tests.charts.seen import clipped, collisions, texts
from tests.questions.test_periods import COUNTS, study

CHART = CHARTS["gap_over_time"]
JANUARY = COUNTS[:4]
"""4 of 10 leaders' posts acted on, and 35 % expected: see the test of the periods."""
FIELDS = ("account_id", "account_class", "action", "rule", "posted_at")
HOSTILE = ("<script>x</script> $a_b$", "قادة العالم " * 9)


def public(stage: Any) -> Any:
    """Return a stage of few accounts whose rows are public already, so that all of it is shown."""
    comparison = getattr(stage, "comparison", stage)
    found = comparison.study
    origin = replace(found.loaded.origins[0], disclosure="public aggregate: made for a test")
    shown = {k: replace(getattr(found, k), origins=(origin,)) for k in ("cases", "loaded")}
    whole = replace(comparison, study=replace(found, **shown))
    return whole if comparison is stage else replace(stage, comparison=whole)


def told(rates: tuple[float, float, float], **given: Any) -> Any:
    """Return words on twelve months with known rates: focal before and after, reference."""
    return CHART.words(around_change(12, rates=rates, **given))


def test_the_data_are_the_months_worked_by_hand() -> None:
    asked = study(
        tuple((c, a, f"{y}-01", *rest) for y in (2020, 2022) for c, a, _, *rest in JANUARY)
    )
    frame = CHART.data(public(replace(around_change(12), study=asked)))
    assert frame["kind"].tolist() == ["gap", "gap"]
    assert frame["label"].tolist() == ["2020 Q1", "2022 Q1"]
    assert frame["estimate"].tolist() == pytest.approx([0.05, 0.05])
    assert frame["expected"].tolist() == pytest.approx([0.35, 0.35])


def test_titles_follow_the_sign_and_say_how_many_are_clear() -> None:
    less, more = told((0.05, 0.05, 0.6)), told((0.6, 0.6, 0.05))
    assert less.title == "World leader posts acted on less often in 12 of 12 months, 12 clearly"
    assert more.title == "World leader posts acted on more often in 12 of 12 months, 12 clearly"
    assert "12 of 12 exclude zero" in less.note
    null = told((0.3, 0.3, 0.3))
    assert null.title.endswith(" of 12 months, none clearly") or "1 clearly" in null.title


def test_months_clear_the_other_way_are_not_counted_for_the_title() -> None:
    said = told((0.02, 0.95, 0.4), at=0.7)
    assert "less often in 8 of 12 months, 8 clearly" in said.title
    assert "11 of 12 exclude zero" in said.note  # the month of the change is clear of nothing


def test_each_gap_and_its_interval_are_drawn() -> None:
    stage = public(made())
    gaps = CHART.data(stage).query("kind == 'gap'").dropna(subset=["estimate"])
    axes = CHART.render(stage)
    drawn = np.concatenate([np.atleast_1d(line.get_ydata()) for line in axes.lines]).astype(float)
    for column in ("estimate", "conf_low", "conf_high"):
        for value in gaps[column].dropna():
            assert np.isclose(drawn, value, atol=1e-12).any()


def regimes(names: dict[str, tuple[str, ...]]) -> Any:
    """Return a study whose cases met these versions of their rules."""
    found = made().comparison.study
    frame = found.cases.frame.copy()
    turn = np.arange(len(frame))
    frame["regime"] = [
        names[rule][i % len(names[rule])] if rule in names else "unknown"
        for i, rule in zip(turn, frame["rule"], strict=True)
    ]
    return replace(found, cases=replace(found.cases, frame=frame))


START, END = pd.Timestamp("2020-01-01", tz="UTC"), pd.Timestamp("2021-01-01", tz="UTC")


def test_the_strip_joins_rules_of_the_same_versions_and_cuts_to_the_time_drawn() -> None:
    asked = regimes(
        {
            "hate speech": ("before 2020-06-01", "2020-06-01"),
            "harassment": ("before 2020-06-01", "2020-06-01"),
            "civic integrity": ("2019-01-01",),
        }
    )
    drawn, left = spans(asked, START, END)
    assert left == ()
    found = {s.label: (s.begins, s.ends, s.lane) for s in drawn}
    change = pd.Timestamp("2020-06-01", tz="UTC")
    assert found["harassment and hate speech rules before 2020-06-01"][:2] == (START, change)
    assert found["harassment and hate speech rules of 2020-06-01"][:2] == (change, END)
    assert found["civic integrity rule of 2019-01-01"][:2] == (START, END)
    first, second = (
        found[f"harassment and hate speech rules {w} 2020-06-01"][2] for w in ("before", "of")
    )
    assert first == second
    assert found["exempt, hate speech: at most label"][0] == pd.Timestamp("2020-03-01", tz="UTC")


def test_what_finds_no_lane_is_said() -> None:
    asked = made().comparison.study
    rows = [
        ("example", r, "world_leader", "label", f"2020-0{i}-01") for i, r in enumerate("abcdefg", 1)
    ]
    names = ["platform", "rule", "account_class", "ceiling", "start"]
    frame = asked.cases.frame.copy()
    frame["rule"] = ["abcdefg"[i % 7] for i in range(len(frame))]
    many = replace(
        asked,
        cases=replace(asked.cases, frame=frame),
        exemptions=Exemptions(pd.DataFrame(rows, columns=names)),
    )
    drawn, left = spans(many, START, END)
    assert len({s.lane for s in drawn}) == MOST_LANES
    assert left == ("exempt, f: at most label", "exempt, g: at most label")


def test_the_change_of_the_design_is_in_the_strip() -> None:
    frame = CHART.data(around_change(12))
    rules = frame[frame["kind"] == "rule"]
    assert rules["label"].str.contains("Public-interest notice").any()
    assert "In force: " in CHART.words(around_change(12)).alt


@pytest.mark.parametrize("width", [3.2, 7.0, 14.0])
def test_hostile_words_stay_in_their_place(width: float) -> None:
    stage = public(around_change(12, names=HOSTILE, title="W" * 400))
    axes = CHART.render(stage, width=width)
    assert collisions(axes) == []
    assert clipped(axes) == []
    assert not any("\u202e" in t.get_text() for t in texts(axes))


def test_cases_without_periods_are_refused_in_words() -> None:
    undated = Seen(around_change(12)).comparison
    bare = replace(undated, study=study(dated=False))
    assert not has_periods(bare)
    with pytest.raises(ReportError, match="have no posted_at, or fewer than two calendar periods"):
        CHART.data(bare)
    assert has_periods(undated)
    with pytest.raises(ClaimError, match="inadmissible"):
        CHART.data(made(frame="enforced_only"))


def few_in_march(*, ordinary: int = 24, march: int = 3, **design: Any) -> Any:
    """Return four months of a platform; in March few ordinary accounts posted."""
    rows = []
    for month in range(1, 5):
        many = march if month == 3 else ordinary
        for name, accounts in (("world_leader", 6), ("ordinary", many)):
            for k in range(accounts):
                for day in range(3 + k % 3):
                    acted = (7 * k + 3 * day + month) % 5 < (1 if name == "world_leader" else 2)
                    at = f"2020-{month:02d}-10T{day:02d}:00"
                    rows.append((f"{name}_{k}", name, ("none", "remove")[acted], "x", at))
    frame = pd.DataFrame(rows, columns=list(FIELDS))
    frame["posted_at"] = pd.to_datetime(frame["posted_at"], utc=True)
    frame["month"] = frame["posted_at"].dt.strftime("%B")
    frame.insert(0, "case_id", [f"c{i}" for i in range(len(frame))])
    text = {c: "str" for c in frame if c != "posted_at"}
    terms = {"focal": "world_leader", "reference": "ordinary", "frame": "reported"}
    terms |= {"outcome": {"at_least": "remove"}, "margin": 0.05, "strata": ("rule",)} | design
    with_reason = Design(**terms, pre_treatment=("month",)) if design else None
    return compare(enroll(Cases(frame.astype(text), (ORIGIN,)), with_reason or Design(**terms)))


def test_a_period_of_few_ordinary_accounts_is_hidden_and_does_not_come_back() -> None:
    stage = few_in_march()
    frame = CHART.data(stage)
    per = CHART.words(stage)
    found = gap_by_period(stage.study)
    hidden = frame["n_reference"].isna()
    assert (
        frame.loc[(found["n_reference_accounts"] < 10).to_numpy()]
        .index.isin(frame.index[hidden])
        .all()
    )
    assert hidden.sum() > (found["n_reference_accounts"] < 10).sum() > 0
    assert frame.loc[hidden, ["expected", "estimate", "conf_low", "conf_high"]].isna().all(None)
    assert frame.loc[~hidden, "estimate"].notna().all()
    csv = pd.read_csv(io.StringIO(to_csv(frame)), dtype="str", keep_default_na=False)
    assert (csv.loc[hidden, ["n_reference", "expected", "estimate"]] == TOKEN).all(None)
    # The total, less what is shown, is many posts more than those of the few.
    rest = stage.study.cells.total("reference") - frame["n_reference"].sum()
    few = found.loc[found["n_reference_accounts"] < 10, "n_reference"].sum()
    assert rest - few >= 10
    assert frame["n_focal"].tolist() == found["n_focal"].tolist()  # officials are shown
    assert "Not drawn: cells behind which stand fewer than 10 accounts" in per.note
    assert "without like posts" not in per.note
    assert f"{found.loc[hidden.to_numpy(), 'estimate'].iloc[0]:.3f}" not in per.alt


def test_nothing_is_hidden_where_enough_accounts_posted_in_every_period() -> None:
    frame = CHART.data(few_in_march(march=24))
    assert "cells_hidden" not in frame
    assert frame["n_reference"].notna().all()


def test_sizes_are_left_out_where_strata_follow_the_calendar_too() -> None:
    frame = CHART.data(few_in_march(strata=("month",)))
    assert frame["n_reference"].isna().all()
    assert frame["estimate"].notna().any()
