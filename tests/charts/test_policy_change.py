"""The charts of the further questions on change: what is drawn, said, and legible at any width."""

from __future__ import annotations

import io
import re
import warnings
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.charts import policy_change as module
from audit.charts import within_account as within
from audit.charts.base import Chart
from audit.claims import NEVER, licensed
from audit.errors import ClaimError, ReportError
from audit.questions.policy_change import PolicyChange
from tests.charts.changed import around_change, switching
from tests.charts.conftest import made
from tests.charts.seen import clipped, collisions, texts
from tests.charts.test_charts import HOSTILE, words_in

WIDTHS = (3.2, 7.0, 14.0)
CHANGE = Chart(
    "policy_change",
    "both classes' rates per period around a dated change",
    module.policy_change_data,
    module.policy_change,
    module.policy_change_words,
    "comparison",
    module.SIZE,
)
WITHIN = Chart(
    "within_account",
    "the same accounts inside and outside the focal class",
    within.within_account_data,
    within.within_account,
    within.within_account_words,
    "comparison",
    within.SIZE,
)
STAGES = {
    "12 months": (CHANGE, lambda: around_change(12)),
    "24 months": (CHANGE, around_change),
    "60 months": (CHANGE, lambda: around_change(60, title="")),
    "52 weeks, early": (CHANGE, lambda: around_change(52, per="week", at=0.2)),
    "16 quarters, no line": (
        CHANGE,
        lambda: around_change(16, per="quarter", at=0.85, title="A" * 300),
    ),
    "nothing acted on": (CHANGE, lambda: around_change(12, rates=(0.0, 0.0, 0.0))),
    "9 accounts": (WITHIN, switching),
    "3 accounts": (WITHIN, lambda: switching(3, gap=0.3)),
    "60 accounts": (WITHIN, lambda: switching(60)),
    "1 account": (WITHIN, lambda: switching(1)),
}
EVERY = pytest.mark.parametrize("name", STAGES)


@pytest.fixture(scope="module")
def drawn() -> Any:
    """Return a function from a name to its chart and stage, each made once."""
    known: dict[str, Any] = {}

    def of(name: str) -> Any:
        if name not in known:
            chart, build = STAGES[name]
            known[name] = (chart, build())
        return known[name]

    return of


@EVERY
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_touches_another_or_leaves_the_figure(name: str, width: float, drawn: Any) -> None:
    chart, stage = drawn(name)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        axes = chart.render(stage, width=width)
    assert len(texts(axes)) > 3
    assert collisions(axes) == []
    assert clipped(axes) == []


@EVERY
def test_words_hold_the_finding_and_its_numbers(name: str, drawn: Any) -> None:
    chart, stage = drawn(name)
    said = chart.words(stage)
    assert 4 <= words_in(said.title) <= 14
    assert said.subtitle.endswith(".")
    assert re.search(r"\d", said.alt)
    assert "chart" in said.alt
    whole = " ".join([said.title, said.subtitle, said.note, said.alt])
    assert "nan" not in whole.split()
    assert not [w for w in NEVER if w in whole.lower()]
    licensed(said.title, rung=1)


@EVERY
def test_the_same_stage_gives_the_same_bytes_and_data(name: str, drawn: Any) -> None:
    chart, stage = drawn(name)
    pictures = []
    for _ in range(2):
        out = io.BytesIO()
        chart.render(stage).get_figure().savefig(out, format="png", metadata={"Software": None})
        pictures.append(out.getvalue())
    assert pictures[0] == pictures[1]
    first = chart.data(stage)
    pd.testing.assert_frame_equal(first, chart.data(stage))
    assert chart.words(stage) == chart.words(stage)


def test_every_rate_and_line_is_drawn(drawn: Any) -> None:
    chart, stage = drawn("24 months")
    frame, axes = chart.data(stage), chart.render(stage)
    points = {
        (round(float(x), 9), round(float(y), 9))
        for line in axes.lines
        for x, y in zip(*line.get_data(), strict=True)
        if np.isfinite(y)
    }
    for column in ("rate", "fitted", "counterfactual"):
        for row in frame[frame[column].notna()].itertuples():
            assert (round(row.place, 9), round(getattr(row, column), 9)) in points, column
    hollow = [line for line in axes.lines if line.get_markerfacecolor() == "#ffffff"]
    assert sum(len(line.get_xdata()) for line in hollow) == (~frame["compared"]).sum() == 2


def test_the_change_is_marked_where_it_fell(drawn: Any) -> None:
    chart, stage = drawn("12 months")
    axes = chart.render(stage)
    marks = [line for line in axes.lines if line.get_ydata()[0] == 0 and len(line.get_xdata()) == 2]
    at = [float(line.get_xdata()[0]) for line in marks if len(set(line.get_xdata())) == 1]
    # 7 August 2016 is 6 days into the eighth month, whose place is 7
    assert at == [pytest.approx(7 - 0.5 + 6 / 30.44, abs=0.02)]
    assert any("2016-08-07" in t.get_text() for t in texts(axes))


def test_the_title_is_the_answer(drawn: Any) -> None:
    chart, stage = drawn("24 months")
    answer = PolicyChange()(stage.study)
    gaps = [f"{100 * v:.1f}".replace("-", "−") for v in answer.frame["estimate"][:2]]
    assert chart.words(stage).title == (
        f"Gap was {gaps[0]} percentage points before the change, {gaps[1]} after it"
    )


def test_both_lines_are_told_apart_without_colour(drawn: Any) -> None:
    chart, stage = drawn("24 months")
    lines = [line for line in chart.render(stage).lines if line.get_linewidth() > 2]
    styles = {line.get_color(): line.get_linestyle() for line in lines}
    assert len(set(styles.values())) == len(styles) == 2


def test_accounts_are_marks_without_names(drawn: Any) -> None:
    chart, stage = drawn("9 accounts")
    axes, frame = chart.render(stage), chart.data(stage)
    spots = max((c.get_offsets()[:, 0] for c in axes.collections), key=len)
    assert np.asarray(spots, dtype=float) == pytest.approx(frame["difference"].to_numpy())
    assert not any("s-" in t.get_text() for t in texts(axes))


def test_without_a_change_or_dates_or_accounts_the_reason_is_said() -> None:
    with pytest.raises(ReportError, match="names no policy_change"):
        module.policy_change_data(made())
    never = made(policy_change={"at": "2031-01-01"})
    with pytest.raises(ReportError, match="no period before, or none after"):
        module.policy_change_data(never)
    with pytest.raises(ReportError, match="'within_account' has nothing to draw: No account"):
        within.within_account_data(made())


def test_an_inadmissible_audit_draws_neither_but_for_a_change_of_rules() -> None:
    barred = made(frame="enforced_only", policy_change={"at": "2020-07-01"})
    for chart in (CHANGE, WITHIN):
        for function in (chart.data, chart.draw, chart.words):
            with pytest.raises(ClaimError, match=f"{chart.name!r} is a contrast.*inadmissible"):
                function(barred)
    stage = made(policy_change={"at": "2020-07-01"})
    study = stage.comparison.study
    from dataclasses import replace

    regime = np.where(study.loaded.frame["posted_at"].dt.month < 7, "old", "new")
    cases = replace(study.loaded, frame=study.loaded.frame.assign(regime=regime))
    stage.comparison.study = study.again(study.design, cases=cases)
    assert not stage.comparison.study.admissible
    assert len(CHANGE.data(stage))
    assert collisions(CHANGE.render(stage)) == []


@pytest.mark.parametrize("first", range(0, 10, 2))
def test_hostile_names_are_inert_and_stay_in_their_place(first: int) -> None:
    names = [*HOSTILE.values()]
    title = names[(first + 2) % len(names)]
    change = {"at": "2020-07-01", "title": title}
    stage = made(focal=names[first], references=(names[first + 1],), policy_change=change)
    switched = switching(4, names=(names[first], names[first + 1]))
    for chart, held in ((CHANGE, stage), (WITHIN, switched)):
        for width in (3.2, 7.0):
            axes = chart.render(held, width=width)
            shown = [t.get_text() for t in texts(axes)]
            assert not any(c in s for s in shown for c in "\u202e\u0000\u200b")
            assert collisions(axes) == []
            assert clipped(axes) == []
        said = chart.words(held)
        whole = said.title + said.subtitle + said.note + said.alt
        assert not any(c in whole for c in "\u202e\u0000\u200b")
        assert len(said.title) < 200
        assert len(said.subtitle) < 900
