"""The charts of the exemption ledger and of the docket, at three widths and for hostile names."""

from __future__ import annotations

import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cases import Cases
from audit.charts import docket, exemption_split
from audit.charts.base import Chart
from audit.claims import NEVER, licensed
from audit.comparison import Comparison
from audit.design import Design
from audit.errors import ClaimError, ReportError
from audit.exempted import split
from audit.regimes import Exemptions
from audit.study import enroll
from tests.charts.conftest import ORIGIN, table
from tests.charts.seen import clipped, collisions, texts
from tests.charts.test_charts import HOSTILE, MOST_WORDS, png, words_in

WIDTHS = (3.2, 7.0, 14.0)
SPLIT = Chart(
    "exemption_split",
    "the gap in steps, under published exemptions and not",
    exemption_split.exemption_split_data,
    exemption_split.exemption_split,
    exemption_split.exemption_split_words,
    "comparison",
    exemption_split.SIZE,
    exemption_split.PER_ROW,
)
DOCKET = Chart(
    "docket",
    "observed against expected for each of the largest focal accounts",
    docket.docket_data,
    docket.docket,
    docket.docket_words,
    "comparison",
    docket.SIZE,
    docket.PER_ROW,
)
BOTH = pytest.mark.parametrize("chart", [SPLIT, DOCKET], ids=["exemption_split", "docket"])


@cache
def stage(
    *,
    focal: str = "world_leader",
    reference: str = "ordinary",
    rules: tuple[str, ...] = ("hate speech", "harassment", "civic integrity"),
    leaders: int = 8,
    ceiling: str = "label",
    frame: str = "reported",
    stricter: bool = False,
) -> Comparison:
    """Return a comparison with posts in every bin of the split."""
    rows = table(focal=focal, references=(reference,), leaders=leaders, rules=rules)
    mine = rows["account_class"] == focal
    if stricter:
        rows.loc[mine, "action"] = "remove"
    rows.loc[rows.index[mine][:9], "posted_at"] = pd.NaT
    found = Exemptions(
        pd.DataFrame(
            [
                ("example", rules[0], focal, ceiling, "2020-03-01", "2020-10-01"),
                ("example", rules[1], focal, "ban", "2019-01-01", None),
            ],
            columns=["platform", "rule", "account_class", "ceiling", "start", "end"],
        )
    )
    design = Design(
        focal=focal,
        reference=reference,
        frame=frame,  # type: ignore[arg-type]
        outcome={"at_least": "remove"},  # type: ignore[arg-type]
        margin=0.05,
        strata=("rule",),
    )
    return Comparison(enroll(Cases(rows, (ORIGIN,)), design, exemptions=found), pd.DataFrame())


STAGES: dict[str, dict[str, Any]] = {
    "plain": {},
    "few": {"leaders": 2},
    "upward": {"stricter": True},
    "many": {"leaders": 40},
}


@BOTH
@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_touches_another_or_leaves_the_figure(chart: Any, name: str, width: float) -> None:
    axes = chart.render(stage(**STAGES[name]), width=width)
    assert len(texts(axes)) > 3
    assert collisions(axes) == []
    assert clipped(axes) == []


@BOTH
@pytest.mark.parametrize("first", [0, 3, 6, 9])
def test_hostile_names_are_inert_and_stay_in_their_place(chart: Any, first: int) -> None:
    names = [n.strip() for n in HOSTILE.values()]  # a table of exemptions refuses spaces
    t = [names[(first + i) % len(names)] for i in range(5)]
    found = stage(focal=t[0], reference=t[1], rules=(t[2], t[3], t[4]))
    for width in (3.2, 7.0):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            axes = chart.render(found, width=width)
            shown = [s.get_text() for s in texts(axes)]
        assert not any(c in s for s in shown for c in "\u202e\u0000\u200b")
        assert collisions(axes) == []
        assert clipped(axes) == []
    said = chart.words(found)
    assert not any(c in said.title + said.note + said.alt for c in "\u202e\u0000\u200b")
    assert len(said.title) < 200


@BOTH
@pytest.mark.parametrize("name", STAGES)
def test_words_hold_the_finding_and_its_numbers(chart: Any, name: str) -> None:
    said = chart.words(stage(**STAGES[name]))
    assert 4 <= words_in(said.title) <= MOST_WORDS
    assert said.title[0].isupper() or said.title[0].isdigit() or said.title[0] in "−+"
    assert not said.title.endswith(".")
    assert said.subtitle.endswith(".")
    assert "nan" not in " ".join([said.title, said.note, said.alt]).split()
    for text in (said.title, said.subtitle, said.note, said.alt):
        assert not [w for w in NEVER if w in text.lower()]
    licensed(said.title, rung=1)
    assert "chart" in said.alt


@BOTH
def test_the_same_stage_gives_the_same_bytes(chart: Any) -> None:
    assert png(chart.render(stage())) == png(chart.render(stage()))


@BOTH
def test_an_inadmissible_audit_draws_no_contrast(chart: Any) -> None:
    for function in (chart.data, chart.draw, chart.words):
        with pytest.raises(ClaimError, match=f"{chart.name!r} is a contrast.*inadmissible"):
            function(stage(frame="enforced_only"))


@pytest.mark.parametrize("name", STAGES)
def test_the_steps_lead_from_expected_to_observed(name: str) -> None:
    found = stage(**STAGES[name])
    frame, parts = SPLIT.data(found), split(found)
    assert frame["quantity"].tolist() == [
        *("expected", "inside", "not_spared", "outside_dates", "none", "not_recorded", "observed")
    ]
    steps = frame.iloc[1:-1]
    assert np.allclose(steps["start"], frame["end"].shift().iloc[1:-1], atol=1e-9)
    assert steps["end"].iloc[-1] == pytest.approx(frame["end"].iloc[-1])
    assert steps["contribution"].sum() == pytest.approx(parts.total.estimate)
    bars = [p for p in SPLIT.render(found).patches if hasattr(p, "get_width")]
    drawn = [(p.get_x(), p.get_x() + p.get_width()) for p in bars]
    for row in frame.itertuples():
        ends = sorted((row.start, row.end))
        assert any(np.allclose(sorted(d), ends) for d in drawn)


def test_a_part_without_interval_says_so() -> None:
    shown = [t.get_text() for t in texts(SPLIT.render(stage(leaders=2)))]
    assert any("no interval" in s for s in shown)
    assert "No interval stands for a step." in SPLIT.words(stage(leaders=2)).note
    assert "95 % intervals by account" in SPLIT.words(stage()).note


def test_the_title_hedges_where_the_stated_part_is_not_told_apart() -> None:
    low, high = split(stage()).stated.conf_low, split(stage()).stated.conf_high
    assert low < 0 < high
    assert SPLIT.words(stage()).title.endswith(", not told apart from zero")
    assert "told apart" not in SPLIT.words(stage(stricter=True)).title
    assert "told apart" not in SPLIT.words(stage(leaders=2)).title


def test_the_stated_part_is_told_apart_in_grey() -> None:
    hatches = [p.get_hatch() for p in SPLIT.render(stage()).patches if hasattr(p, "get_hatch")]
    assert sum(bool(h) for h in hatches) == 2


def test_accounts_are_numbered_and_stand_by_volume() -> None:
    found = stage(leaders=40)
    frame = DOCKET.data(found)
    assert len(frame) == docket.MOST
    assert frame["n"].is_monotonic_decreasing
    assert frame["account"].str.fullmatch(r"account \d+").all()
    said = DOCKET.words(found)
    assert "the 15 largest" in said.title
    assert "Not drawn: 25 accounts" in said.note
    assert "world_leader-" not in said.alt + said.note
    drawn = np.concatenate([line.get_xdata() for line in DOCKET.render(found).lines])
    for value in [*frame["rate"], *frame["chance"]]:
        assert np.isclose(drawn.astype(float), value).any()


def test_rows_without_accounts_are_not_drawn_by_account() -> None:
    rows = table(references=("ordinary",)).assign(count=1)
    rows["account_id"] = pd.Series(dtype="str")
    design = stage().study.design
    bare = Comparison(enroll(Cases(rows, (ORIGIN,)), design), pd.DataFrame())
    with pytest.raises(ReportError, match="some rows carry none"):
        DOCKET.data(bare)
