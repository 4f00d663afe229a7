"""The chart of the calibration: every kind of platform, at three widths, in words that hedge."""

from __future__ import annotations

import io
import re
import sys
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audit.charts import calibration
from audit.charts.base import Chart
from audit.claims import NEVER, licensed
from audit.errors import ReportError
from tests.charts.platforms import platforms
from tests.charts.seen import clipped, collisions, texts
from tests.charts.test_charts import HOSTILE, MOST_WORDS, words_in

WIDTHS = (3.2, 7.0, 14.0)
CHART = Chart(
    "calibration",
    "how often each method raises a false alarm, a dot for each kind of platform",
    calibration.calibration_data,
    calibration.calibration,
    calibration.calibration_words,
    "frame",
    calibration.SIZE,
)


def drawn(axes: Any) -> np.ndarray:
    return np.concatenate([np.asarray(c.get_offsets())[:, 0] for c in axes.collections])


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("worst", [0.05, 0.9])
def test_no_text_touches_another_or_leaves_the_figure(width: float, worst: float) -> None:
    axes = CHART.render(platforms(worst=worst), width=width)
    assert len(texts(axes)) > 20
    assert collisions(axes) == []
    assert clipped(axes) == []
    assert axes.get_legend() is None


def test_every_dot_is_a_row_and_every_row_a_dot() -> None:
    stage = platforms()
    frame = CHART.data(stage)
    assert list(frame.columns) == ["method", "cell", "rejection", "rejection_high", "place"]
    assert len(frame) == len(calibration.METHODS) * 48  # a fifth of 60 cells is refused
    assert np.allclose(np.sort(drawn(CHART.render(stage))), np.sort(frame["rejection"]))
    assert frame["place"].between(-0.5, 0.5).all()
    assert (frame.groupby("method")["place"].std() > 0.25).all()


def test_all_methods_are_seen_on_the_same_platforms() -> None:
    frame = CHART.data(platforms())
    kept = {tuple(sorted(part["cell"])) for _, part in frame.groupby("method")}
    assert len(kept) == 1
    assert not any(cell % 5 == 0 for cell in kept.pop())
    assert "12 kinds in which a method gives no answer, left out" in CHART.words(platforms()).note


def test_the_title_says_the_worst_or_the_miss() -> None:
    said = CHART.words(platforms())
    assert said.title.startswith("Verdict rule: at most 5.0 % false alarms; ")
    assert said.title.endswith(": up to 90.0 %")
    # a rate under the goal whose Monte Carlo limit is over it misses it
    near = CHART.words(platforms(worst=0.07))
    assert re.match(r"Verdict rule misses the goal in \d+ of 48 kinds of platform", near.title)
    for words in (said, near):
        assert 4 <= words_in(words.title) <= MOST_WORDS
        assert words.alt.startswith("Simulated data. Dot chart")
        assert not [w for w in NEVER if w in (words.title + words.note + words.alt).lower()]
        assert "nan" not in words.alt
        licensed(words.title, rung=1)


def test_the_goal_is_that_of_the_benchmark() -> None:
    from benchmarks.calibration import MOST_FALSE_ALARMS

    assert calibration.MOST_FALSE_ALARMS == MOST_FALSE_ALARMS
    axes = CHART.render(platforms())
    lines = [line for line in axes.lines if line.get_linestyle() != "None"]
    assert any(np.allclose(line.get_xdata(), MOST_FALSE_ALARMS) for line in lines)
    assert axes.get_xlim()[0] <= 0


def test_methods_can_be_told_apart_in_grey() -> None:
    collections = CHART.render(platforms()).collections
    paths = {tuple(map(tuple, c.get_paths()[0].vertices.round(3))) for c in collections}
    assert len(paths) == 2


def test_the_committed_table_can_be_drawn(root: Path) -> None:
    from benchmarks.calibration import CELL

    table = pd.read_csv(root / "benchmarks" / "calibration.csv")
    table = table.assign(cell=table.groupby(CELL).ngroup())
    for width in (3.2, 6.3):
        axes = CHART.render(table, width=width)
        assert collisions(axes) == []
        assert clipped(axes) == []
    frame = CHART.data(table)
    assert set(frame["method"]) == set(calibration.METHODS)
    refused = table[~table["shown"]]["cell"].unique()
    assert not frame["cell"].isin(refused).any()


@pytest.mark.parametrize("text", HOSTILE.values(), ids=list(HOSTILE))
def test_hostile_names_are_inert_and_stay_in_their_place(text: str) -> None:
    stage = platforms(name=text)
    for width in (3.2, 7.0):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            axes = CHART.render(stage, width=width)
            shown = [t.get_text() for t in texts(axes)]
        assert not any(c in s for s in shown for c in "\u202e\u0000\u200b")
        assert collisions(axes) == []
        assert clipped(axes) == []
    said = CHART.words(stage)
    assert not any(c in said.title + said.note + said.alt for c in "\u202e\u0000\u200b")
    assert len(said.title) < 200


def test_the_same_frame_gives_the_same_bytes() -> None:
    def png() -> bytes:
        out = io.BytesIO()
        CHART.render(platforms()).figure.savefig(out, format="png", metadata={"Software": None})
        return out.getvalue()

    assert png() == png()


def test_a_frame_that_cannot_be_drawn_is_refused_in_words() -> None:
    frame = platforms()
    for function in (CHART.data, CHART.draw, CHART.words):
        with pytest.raises(ReportError, match="'calibration' cannot be drawn: its frame has no r"):
            function(frame.iloc[:0])
        with pytest.raises(ReportError, match="lacks 'rejection_high'"):
            function(frame.drop(columns="rejection_high"))
        with pytest.raises(ReportError, match="in no cell of the scenario 'alike'"):
            function(frame[frame["scenario"] == "halved"])
        with pytest.raises(ReportError, match="in no cell of the scenario 'alike'"):
            function(frame.assign(shown=False))


def test_limits_of_a_view_are_brought_into_the_note() -> None:
    class View:
        frame = platforms()
        limits = ("What this cannot show is said here.",)

    assert CHART.words(View()).note.endswith("What this cannot show is said here.")
    assert CHART.words(View().frame).note.endswith("others.")
