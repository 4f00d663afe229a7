"""The curves of both classes: drawn at three widths, in steps, said in words, inert."""

from __future__ import annotations

import io
import re
import warnings
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cases import Cases
from audit.charts import still_visible as module
from audit.charts.base import Chart
from audit.charts.still_visible import still_visible, still_visible_data, still_visible_words
from audit.claims import NEVER, licensed
from audit.comparison import Comparison
from audit.design import Design
from audit.errors import ClaimError, ReportError
from audit.questions.timing import Timing
from audit.study import enroll
from tests.charts.conftest import ORIGIN
from tests.charts.seen import clipped, collisions, texts
from tests.charts.test_charts import HOSTILE, words_in

WIDTHS = (3.2, 7.0, 14.0)
START = pd.Timestamp("2020-01-01", tz="UTC")
CHART = Chart(
    "still_visible",
    "the share of each class's posts not yet acted on, hour by hour",
    still_visible_data,
    still_visible,
    still_visible_words,
    "comparison",
    module.SIZE,
)


@cache
def made(
    *,
    names: tuple[str, str] = ("world_leader", "ordinary"),
    waits: tuple[float, float] = (90.0, 30.0),
    until: float = 400.0,
    posts: int = 20,
    timing: Any = (("within_hours", (24,)), ("restricted_mean_hours", 168)),
    deleted: float = 0.0,
    frame_kind: str = "reported",
) -> Comparison:
    """Return a comparison that asks for timing alone: waits are means in hours by class."""
    rng = np.random.default_rng(3)
    rows = []
    for name, accounts, mean in ((names[0], 8, waits[0]), (names[1], 30, waits[1])):
        for k in range(accounts):
            for _ in range(posts):
                wait = rng.exponential(mean) if mean else np.inf
                acted = wait < until
                posted = START + pd.Timedelta(hours=float(rng.integers(0, 2000)))
                gone = not acted and rng.random() < deleted
                rows.append(
                    {
                        "case_id": f"c{len(rows)}",
                        "account_id": f"{name[:9]}-{k}",
                        "account_class": name,
                        "action": "remove" if acted else "none",
                        "posted_at": posted,
                        "acted_at": posted + pd.Timedelta(hours=wait) if acted else pd.NaT,
                        "observed_until": posted + pd.Timedelta(hours=until),
                        "ended_by": "deleted_by_author" if gone else "still_up",
                    }
                )
    frame = pd.DataFrame(rows)
    frame["acted_at"] = pd.to_datetime(frame["acted_at"], utc=True)
    for c in ("case_id", "account_id", "account_class", "action", "ended_by"):
        frame[c] = frame[c].astype("str")
    design = Design(
        focal=names[0],
        reference=names[1],
        frame=frame_kind,  # type: ignore[arg-type]
        outcome={"at_least": "remove"},  # type: ignore[arg-type]
        margin=0.05,
        primary="raw",
        timing=dict(timing) if timing is not None else None,
    )
    study = enroll(Cases(frame, (ORIGIN,)), design)
    answers = (Timing()(study),) if study.admissible and timing is not None else ()
    return Comparison(study, pd.DataFrame(), answers)


STAGES: dict[str, Any] = {
    "long": {},
    "close": {"waits": (60.0, 60.0)},
    "short": {"until": 40.0, "timing": (("within_hours", (6, 24)),)},
    "very long": {"waits": (3000.0, 900.0), "until": 9000.0},
    "nothing": {"waits": (0.0, 0.0), "timing": ()},
    "all": {"waits": (2.0, 1.0)},
    "one class": {"waits": (0.0, 20.0)},
    "beyond": {"until": 100.0},
    "deleted": {"deleted": 0.3},
    "many": {"posts": 600},
}


@pytest.mark.parametrize("name", STAGES)
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_touches_another_or_leaves_the_figure(name: str, width: float) -> None:
    axes = CHART.render(made(**STAGES[name]), width=width)
    assert len(texts(axes)) > 6
    assert collisions(axes) == []
    assert clipped(axes) == []


@pytest.mark.parametrize("name", STAGES)
def test_what_is_drawn_is_what_the_data_hold(name: str) -> None:
    stage = made(**STAGES[name])
    frame, axes = CHART.data(stage), CHART.render(stage)
    lines = [line for line in axes.lines if line.get_drawstyle() == "steps-post"]
    assert len(lines) == 2
    for line, (_, part) in zip(lines, frame.groupby("account_class", sort=False), strict=True):
        assert np.asarray(line.get_xdata()).tolist() == part["hours"].tolist()
        assert np.asarray(line.get_ydata()).tolist() == part["still_visible"].tolist()
    assert lines[0].get_linestyle() != lines[1].get_linestyle()
    assert axes.get_legend() is None


@pytest.mark.parametrize("name", STAGES)
def test_words_hold_the_finding_and_its_numbers(name: str) -> None:
    said = CHART.words(made(**STAGES[name]))
    assert 4 <= words_in(said.title) <= 14
    assert not said.title.endswith(".")
    assert said.subtitle.endswith(".")
    assert re.search(r"\d", said.alt)
    assert "Step chart" in said.alt
    for text in (said.title, said.subtitle, said.note, said.alt):
        assert not [w for w in NEVER if w in text.lower()]
        assert "nan" not in text.split()
    licensed(said.title, rung=1)


def test_the_title_reads_the_horizon_and_the_note_the_interval() -> None:
    stage = made()
    said = CHART.words(stage)
    found = stage.answer("timing")
    curve = found.figures["curve"]
    at = curve[curve["hours"] == 168].set_index("group")["still_visible"]
    assert f"after 168 hours: world leader {100 * at['focal']:.1f} %" in said.title
    assert f"ordinary {100 * at['reference']:.1f} %" in said.title
    assert "interval by account +" in said.note
    assert "160 posts by 8 accounts" in said.note


def test_deletions_are_said() -> None:
    assert (
        "deleted by their authors at an hour not recorded"
        in CHART.words(made(**STAGES["deleted"])).note
    )
    assert "deleted" not in CHART.words(made()).note


def test_a_class_not_watched_to_the_horizon_is_read_before_it() -> None:
    said = CHART.words(made(**STAGES["beyond"]))
    assert "after 24 hours" in said.title
    assert CHART.data(made(**STAGES["beyond"]))["hours"].max() <= 100


def test_counts_below_the_axis_are_those_watched() -> None:
    axes = CHART.render(made(), width=7)
    shown = [t.get_text() for t in texts(axes)]
    assert shown.count("160") >= 1
    assert shown.count("600") >= 1
    assert "posts still watched" in " ".join(shown)


def test_a_long_axis_is_marked_in_days_and_a_short_one_in_hours() -> None:
    long = CHART.render(made())
    assert long.get_xscale() == "symlog"
    assert "7 d" in [t.get_text() for t in texts(long)]
    short = CHART.render(made(**STAGES["short"]))
    assert short.get_xscale() == "linear"
    assert "24 h" in [t.get_text() for t in texts(short)]


@pytest.mark.parametrize("first", range(0, 10, 2))
def test_hostile_names_are_inert_and_stay_in_their_place(first: int) -> None:
    names = [*HOSTILE.values()]
    stage = made(names=(names[first], names[first + 1]))
    for width in (3.2, 7.0):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            axes = CHART.render(stage, width=width)
            shown = [t.get_text() for t in texts(axes)]
        assert not any(c in s for s in shown for c in "\u202e\u0000\u200b")
        assert collisions(axes) == []
        assert clipped(axes) == []
    said = CHART.words(stage)
    whole = said.title + said.subtitle + said.note + said.alt
    assert not any(c in whole for c in "\u202e\u0000\u200b")
    assert len(said.title) < 200


def test_what_has_nothing_to_draw_says_why() -> None:
    for function in (CHART.data, CHART.draw, CHART.words):
        with pytest.raises(ReportError, match="the design asks no timing"):
            function(made(timing=None))
        with pytest.raises(ClaimError, match=r"'still_visible' is a contrast.*inadmissible"):
            function(made(frame_kind="enforced_only"))


def test_a_barred_answer_says_why() -> None:
    stage = made()
    study = stage.study
    frame = study.cases.frame.drop(columns="acted_at")
    again = enroll(Cases(frame, (ORIGIN,)), study.design)
    barred = Comparison(again, pd.DataFrame(), (Timing()(again),))
    with pytest.raises(ReportError, match="nothing to draw: The cases have no column ‘acted_at’"):
        CHART.data(barred)


def test_the_same_stage_gives_the_same_bytes_and_a_fresh_frame() -> None:
    def png() -> bytes:
        out = io.BytesIO()
        CHART.render(made()).get_figure().savefig(  # type: ignore[union-attr]
            out, format="png", dpi=100, metadata={"Software": None}
        )
        return out.getvalue()

    assert png() == png()
    first, second = CHART.data(made()), CHART.data(made())
    first.iloc[:, 0] = "changed"
    pd.testing.assert_frame_equal(CHART.data(made()), second)


def test_ends_past_the_hour_of_the_title_are_told() -> None:
    late = made(timing=(("within_hours", (24,)), ("restricted_mean_hours", 48)))
    end = still_visible_data(late)["hours"].max()
    said = still_visible_words(late)
    assert "after 48 hours" in said.title
    assert f"The lines end after {end:.0f} hours." in said.note
    assert "The lines end" not in still_visible_words(made(until=100.0, timing=(), posts=60)).note
