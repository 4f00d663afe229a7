"""The specification curve: what it draws, at every width and size, and what it says."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import platform, question
from matplotlib.collections import PolyCollection

from audit.charts.base import Chart
from audit.charts.multiverse import SIZE, multiverse, multiverse_data, multiverse_words
from audit.claims import NEVER, licensed
from audit.comparison import Comparison, compare
from audit.errors import ClaimError, ReportError
from audit.study import enroll
from tests.charts.seen import clipped, collisions, texts

CHART = Chart(
    "multiverse",
    "the gap under every specification that the design declares",
    multiverse_data,
    multiverse,
    multiverse_words,
    "evidence",
    SIZE,
)
NAN = float("nan")
NUMBERS = ["n_focal", "n_reference", "n_focal_accounts", "n_reference_accounts", "n_supported"]


def table(
    choices: dict[str, int], *, gap: float = -0.1, few: int = 0, barred: int = 0, name: str = ""
) -> pd.DataFrame:
    """Return a curve as the check gives it: all combinations of so many choices of each term."""
    rng = np.random.default_rng(3)
    grid = pd.MultiIndex.from_product(
        [[f"{name or term} {i + 1}" for i in range(k)] for term, k in choices.items()],
        names=list(choices),
    ).to_frame(index=False)
    n = len(grid)
    out = pd.DataFrame({"specification": np.arange(1, n + 1)}).join(grid)
    out[NUMBERS] = 100
    out["estimate"] = np.sort(gap + rng.normal(0, 0.03, n))
    half = 0.03 + 0.02 * rng.random(n)
    out["conf_low"], out["conf_high"] = out["estimate"] - half, out["estimate"] + half
    out["p_value"], out["barred"] = 0.01, ""
    out["primary"] = np.arange(n) == n // 2
    wave = np.linspace(-0.02, 0.02, n)
    out["null_low"], out["null_high"] = wave - 0.04, wave + 0.04
    out.loc[: few - 1, ["conf_low", "conf_high", "p_value", "null_low", "null_high"]] = NAN
    out.loc[n - barred :, ["estimate", "conf_low", "conf_high", "null_low", "null_high"]] = NAN
    out.loc[n - barred :, "barred"] = "no support"
    return out


@dataclass(frozen=True)
class Stage:
    """An evidence with a chosen table."""

    comparison: Comparison
    chosen: pd.DataFrame

    def table(self, check: str) -> pd.DataFrame:
        assert check == "multiverse"
        return self.chosen.copy()


@cache
def comparison(frame: str = "reported") -> Comparison:
    return compare(enroll(platform(), question(frame=frame)), using=("raw",))


@cache
def stage(kind: str) -> Any:
    tables = {
        "four": table({"strata": 2, "estimator": 2}),
        "two hundred": table({"strata": 5, "outcome": 5, "population": 4, "estimator": 2}),
        "few": table({"strata": 3, "outcome": 3}, few=3, barred=2, gap=0.02),
        "one term": table({"reference": 3}),
        "many choices": table({"strata": 30, "outcome": 4}),
        "untested": table({"strata": 3}, few=3),
        "hostile": table({"strata": 2, "population": 2}, name="$x^2$ W" + "W" * 200 + "世\u202e"),
    }
    return Stage(comparison(), tables[kind])


KINDS = ("four", "two hundred", "few", "one term", "many choices", "untested", "hostile")


@pytest.mark.parametrize("width", [3.2, 7.0, 14.0])
@pytest.mark.parametrize("kind", KINDS)
def test_no_text_touches_another_or_leaves_the_figure(kind, width):
    axes = CHART.render(stage(kind), width=width)
    assert len(texts(axes)) > 3
    assert collisions(axes) == []
    assert clipped(axes) == []
    assert not any("\u202e" in t.get_text() for t in texts(axes))


@pytest.mark.parametrize("kind", KINDS)
def test_draws_exactly_the_data(kind):
    frame, axes = multiverse_data(stage(kind)), CHART.render(stage(kind))
    marks = [line for line in axes.lines if line.get_marker() not in ("None", None, "")]
    drawn = np.concatenate([np.column_stack(line.get_data()) for line in marks])
    drawn = drawn[np.argsort(drawn[:, 0])]
    assert np.allclose(drawn, frame[["place", "estimate"]].to_numpy(float), atol=1e-12)
    segments = [s for c in axes.collections if hasattr(c, "get_segments") for s in c.get_segments()]
    ends = {tuple(np.round(s.ravel(), 9)) for s in segments}
    for row in frame.dropna(subset="conf_low").itertuples():
        assert tuple(np.round([row.place, row.conf_low, row.place, row.conf_high], 9)) in ends
    polygons = [c for c in axes.collections if isinstance(c, PolyCollection)]
    bands = [c.get_paths()[0].vertices[:, 1] for c in polygons]
    if kind != "untested":
        for value in frame[["null_low", "null_high"]].dropna().to_numpy().ravel():
            assert np.isclose(np.concatenate(bands), value).any()
    else:
        assert not bands


def test_the_dashboard_marks_every_choice_once_per_term():
    frame, axes = multiverse_data(stage("four")), CHART.render(stage("four"))
    low = axes.get_ylim()[0]
    lowest = frame[["conf_low", "null_low"]].min().min()
    below = [
        s[0, 0]
        for c in axes.collections
        if hasattr(c, "get_segments")
        for s in c.get_segments()
        if s[0, 0] == s[1, 0] and low < s[1, 1] < lowest
    ]
    assert sorted(below) == sorted([*frame["place"]] * 2)  # two terms, each spec chooses once


def test_words_hold_the_finding_and_its_numbers():
    for kind in KINDS:
        said = multiverse_words(stage(kind))
        assert 4 <= len(re.findall(r"[\w’‘−+][\w’‘.,−]*", said.title)) <= 14
        assert said.subtitle.endswith(".")
        assert re.search(r"\d", said.alt)
        assert "chart" in said.alt
        whole = " ".join([said.title, said.subtitle, said.note, said.alt])
        assert "nan" not in whole.split()
        assert "\u202e" not in whole
        assert not [w for w in NEVER if w in whole.lower()]
        licensed(said.title, rung=1)
    all_same = multiverse_words(stage("four"))
    assert all_same.title.startswith("All 4 specifications point the same way: −")
    assert "Median by strata: strata 1" in all_same.alt
    mixed = multiverse_words(stage("few"))
    frame = multiverse_data(stage("few"))
    own = frame.loc[frame["primary"], "estimate"].iloc[0]
    same = int((np.sign(frame["estimate"]) == np.sign(own)).sum())
    assert mixed.title == f"{same} of 7 specifications point the way of the one designed"
    assert "2 specifications without an estimate, not drawn" in mixed.note


def test_data_is_a_fresh_frame_each_time():
    first = multiverse_data(stage("four"))
    first.iloc[:, 0] = -1
    assert (multiverse_data(stage("four"))["place"] == [1, 2, 3, 4]).all()


def test_nothing_to_draw_is_said_in_words():
    with pytest.raises(ReportError, match="declares no multiverse"):
        multiverse_data(Stage(comparison(), pd.DataFrame()))
    every = Stage(comparison(), table({"strata": 2}, barred=2))
    with pytest.raises(ReportError, match="no specification has an estimate"):
        multiverse_data(every)
    with pytest.raises(ClaimError, match=r"'multiverse' is a contrast.*inadmissible"):
        multiverse_data(Stage(comparison("enforced_only"), pd.DataFrame()))
