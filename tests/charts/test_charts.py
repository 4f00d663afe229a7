"""Every chart of the table: drawn at three widths, said in words, and without side effects."""

from __future__ import annotations

import inspect
import io
import re
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from audit.charts import CHARTS
from audit.claims import NEVER, licensed
from audit.errors import ClaimError, ReportError
from tests.charts.changed import ASKED
from tests.charts.conftest import FRAMES, made
from tests.charts.seen import clipped, collisions, cut, texts

WIDTHS = (3.2, 7.0, 14.0)  # 320, 700 and 1,400 pixels at 100 dots per inch
MOST_WORDS = 14  # "about 12": a number and its sign count as one
EVERY = pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
CONTRASTS = [c for c in CHARTS.values() if c.stage != "frame" and c.name not in ("flow", *ASKED)]


def png(axes: Any) -> bytes:
    out = io.BytesIO()
    axes.get_figure().savefig(out, format="png", dpi=100, metadata={"Software": None})
    return out.getvalue()


def words_in(title: str) -> int:
    return len(re.findall(r"[\w’‘−+][\w’‘.,−]*", title))


@EVERY
def test_the_table_names_a_file_and_its_three_functions(chart: Any) -> None:
    module = inspect.getmodule(chart.draw)
    assert module is not None
    assert module.__name__ == f"audit.charts.{chart.name}"
    assert chart.draw is getattr(module, chart.name)
    assert chart.data is getattr(module, f"{chart.name}_data")
    assert chart.words is getattr(module, f"{chart.name}_words")
    assert CHARTS[chart.name] is chart
    assert list(inspect.signature(chart.draw).parameters) == ["stage", "ax"]


def test_every_file_with_words_is_in_the_table() -> None:
    import audit.charts

    folder = Path(audit.charts.__file__).parent
    named = {p.stem for p in folder.glob("*.py") if f"def {p.stem}_words(" in p.read_text("utf-8")}
    assert named == set(CHARTS)


@EVERY
@pytest.mark.parametrize("width", WIDTHS)
def test_no_text_touches_another_or_leaves_the_figure(
    chart: Any, width: float, stage_of: Any
) -> None:
    axes = chart.render(stage_of(chart), width=width)
    assert len(texts(axes)) > 3
    assert collisions(axes) == []
    assert clipped(axes) == []
    assert cut(axes) == []


def test_the_overlap_test_can_fail() -> None:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.text(0.5, 0.5, "one text here")
    axes.text(0.52, 0.5, "another text here")
    axes.text(0.95, 0.2, "a text that runs far out of the figure on the right")
    assert ("one text here", "another text here") in collisions(axes)
    assert "a text that runs far out of the figure on the right" in clipped(axes)


@EVERY
def test_draws_on_the_axes_given_and_changes_no_global_style(chart: Any, stage_of: Any) -> None:
    import matplotlib.pyplot as plt

    before, open_before = dict(mpl.rcParams), plt.get_fignums()
    axes = Figure(figsize=(7, 5)).subplots()
    assert chart.draw(stage_of(chart), ax=axes) is axes
    alone = chart.draw(stage_of(chart))
    assert alone.figure is not axes.figure
    assert dict(mpl.rcParams) == before
    assert plt.get_fignums() == open_before


@EVERY
def test_the_same_stage_gives_the_same_bytes(chart: Any, stage_of: Any) -> None:
    assert png(chart.render(stage_of(chart))) == png(chart.render(stage_of(chart)))


@EVERY
def test_style_stays_with_the_axes_when_saved_outside_the_theme(chart: Any, stage_of: Any) -> None:
    axes = chart.render(stage_of(chart))
    found = {name for t in texts(axes) for name in t.get_fontfamily()}
    assert found == {"Fira Sans", "Noto Sans Devanagari", "DejaVu Sans"}
    assert not any(t.get_parse_math() for t in texts(axes))
    assert axes.get_legend() is None


@EVERY
def test_words_hold_the_finding_and_its_numbers(chart: Any, stage_of: Any) -> None:
    said = chart.words(stage_of(chart))
    assert 4 <= words_in(said.title) <= MOST_WORDS
    assert said.title.lstrip("−+")[0].isupper() or said.title.lstrip("−+")[0].isdigit()
    assert not said.title.endswith(".")
    assert said.subtitle.endswith(".")
    assert len(said.alt) >= 60
    assert re.search(r"\d", said.alt)
    assert re.search("chart|plot|diagram|Strip|Timeline", said.alt)
    assert "nan" not in " ".join([said.title, said.note, said.alt]).split()
    for text in (said.title, said.subtitle, said.note, said.alt):
        assert not [w for w in NEVER if w in text.lower()]
    licensed(said.title, rung=1)


@EVERY
def test_data_is_a_fresh_frame_each_time(chart: Any, stage_of: Any) -> None:
    stage = stage_of(chart)
    first, second = chart.data(stage), chart.data(stage)
    assert len(first) > 1
    pd.testing.assert_frame_equal(first, second)
    first.iloc[:, 0] = first.iloc[::-1, 0].to_numpy()
    pd.testing.assert_frame_equal(chart.data(stage), second)


DRAWN = {
    "rates": ["rate", "conf_low", "conf_high"],
    "forest": ["estimate", "conf_low", "conf_high"],
    "rungs": ["estimate", "conf_low", "conf_high"],
    "love": ["before", "after"],
    "leave_one_out": ["estimate"],
    "label_rates": ["observed", "expected", "expected_low", "expected_high"],
    "periods": ["rate_focal", "rate_reference", "low_focal", "high_reference"],
    "notices": ["share", "conf_low", "conf_high"],
    "matched_copies": ["original_rank", "copy_rank"],
    "allowance_curve": ["share_eligible"],
    "time_to_action": ["days"],
    "exemption_split": ["end"],
    "docket": ["rate", "chance"],
    "multiverse": ["place"],
    "calibration": ["rejection"],
    "still_visible": ["hours"],
    "policy_change": ["place"],
    "flags_over_time": ["place"],
    "within_account": ["difference"],
    "selection_sensitivity": ["ratio"],
    "gap_over_time": [],
    "observed_expected": [],
    "flow": [],
    "decision_timeline": [],
}


@EVERY
def test_what_is_drawn_is_what_the_data_hold(chart: Any, stage_of: Any) -> None:
    stage = stage_of(chart)
    frame, axes = chart.data(stage), chart.render(stage_of(chart))
    marks = [line.get_xdata() for line in axes.lines]
    marks += [spots.get_offsets()[:, 0] for spots in axes.collections]
    drawn = np.concatenate([np.atleast_1d(x) for x in marks]).astype(float)
    for column in DRAWN[chart.name]:
        for value in frame[column].dropna():
            assert np.isclose(drawn, float(value), atol=1e-12).any(), (column, value)
    widths = [p.get_width() for p in axes.patches if hasattr(p, "get_width")]
    if chart.name == "observed_expected":
        for value in frame["posts"][:2]:
            assert np.isclose(widths, value).any()
    if chart.name == "flow":
        assert np.allclose(widths, frame["share_end"] - frame["share_start"])
    if chart.name == "decision_timeline":
        shapes = [line for line in axes.lines if line.get_marker() not in ("None", None, "")]
        assert len(shapes) == (frame["kind"] != "rule").sum()


@pytest.mark.parametrize("chart", CONTRASTS, ids=[c.name for c in CONTRASTS])
def test_an_inadmissible_audit_draws_no_contrast(chart: Any) -> None:
    barred = made(frame="enforced_only")
    for function in (chart.data, chart.draw, chart.words):
        with pytest.raises(ClaimError, match=f"{chart.name!r} is a contrast.*inadmissible.*‘?flow"):
            function(barred)


def test_the_flow_is_drawn_of_an_inadmissible_audit_too() -> None:
    barred = made(frame="enforced_only")
    for stage in (barred, barred.comparison, barred.comparison.study):
        assert "Filters took" in CHARTS["flow"].words(stage).title
        assert CHARTS["flow"].render(stage).patches


@pytest.mark.parametrize("name", FRAMES)
def test_a_frame_without_rows_or_columns_is_refused_in_words(name: str) -> None:
    chart, frame = CHARTS[name], FRAMES[name]()
    for function in (chart.data, chart.draw, chart.words):
        with pytest.raises(ReportError, match=f"{name!r} cannot be drawn: its frame has no row"):
            function(frame.iloc[:0])
        with pytest.raises(ReportError, match=f"lacks {list(frame.columns)[-1]!r}"):
            function(frame.iloc[:, :-1])


@EVERY
def test_a_comparison_is_enough_unless_evidence_is_asked_for(chart: Any, stage_of: Any) -> None:
    if chart.stage != "comparison":
        return
    evidence = stage_of(chart)
    pd.testing.assert_frame_equal(chart.data(evidence), chart.data(evidence.comparison))
    assert chart.words(evidence) == chart.words(evidence.comparison)


HOSTILE = {
    "html": "<script>alert(1)</script><img src=x>",
    "maths": "$x^2$_$\\frac{1}{0}$ a$b",
    "turned": "leader\u202egnp.exe\u0000\u200b",
    "long": "very_long_class " * 700,
    "unbroken": "W" * 10_000,
    "formula": '=HYPERLINK("http://example.org","x")',
    "chinese": "世界领袖",
    "arabic": "قادة العالم",
    "hindi": "विश्व नेता",
    "emoji": "👩‍👩‍👧 leader",
}


@cache
def hostile_stage(first: int) -> Any:
    """Return a stage in which every name is hostile; four starts put each text to each use."""
    names = [*HOSTILE.values()]
    t = [names[(first + i) % len(names)] for i in range(6)]
    return made(focal=t[0], references=(t[1], t[2]), rules=(t[3], t[4], t[5]))


def hostile_frame(chart: Any, first: int) -> Any:
    names = [*HOSTILE.values()]
    if chart.name == "decision_timeline":
        return FRAMES[chart.name](titles=tuple(names[first:] + names[:first]))
    return FRAMES[chart.name](name=names[first])


NAMELESS = ("allowance_curve", "time_to_action", "flags_over_time")
"""No text of these comes from data."""
NAMED = [c for c in CHARTS.values() if c.name not in (*NAMELESS, *ASKED)]


@pytest.mark.parametrize("chart", NAMED, ids=[c.name for c in NAMED])
@pytest.mark.parametrize("first", [0, 3, 6, 9])
def test_hostile_names_are_inert_and_stay_in_their_place(chart: Any, first: int) -> None:
    stage = hostile_frame(chart, first) if chart.stage == "frame" else hostile_stage(first)
    for width in (3.2, 7.0):
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            axes = chart.render(stage, width=width)
            shown = [t.get_text() for t in texts(axes)]
        assert not any(c in s for s in shown for c in "\u202e\u0000\u200b")
        assert collisions(axes) == []
        assert clipped(axes) == []
    said = chart.words(stage)
    whole = said.title + said.subtitle + said.note + said.alt
    assert not any(c in whole for c in "\u202e\u0000\u200b")
    assert len(said.title) < 200
    assert len(said.subtitle) < 900


def test_a_dollar_is_drawn_as_a_dollar() -> None:
    axes = CHARTS["rates"].render(made(focal="$x^2$"))
    assert any(t.get_text() == "$x^2$" for t in texts(axes))


def test_an_unknown_glyph_is_spelled() -> None:
    axes = CHARTS["rates"].render(made(focal="世"))
    assert any("⟨U+4E16⟩" in t.get_text() for t in texts(axes))
