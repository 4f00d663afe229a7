"""Every chart as it is rendered: readable letters, visible marks, classes that stay apart."""

from __future__ import annotations

from itertools import combinations
from typing import Any

import numpy as np
import pytest
from matplotlib.colors import to_hex
from matplotlib.figure import Figure

from audit.charts import CHARTS
from audit.charts.theme import FOCAL, FOCAL_LOOK, OTHER_LOOKS, REFERENCE, REFERENCE_LOOK
from tests.charts.pixels import faint, has_colour, luminance, shown, unreadable
from tests.charts.test_theme import DEFICIENCIES, oklab

WIDTHS = (3.2, 7.0, 14.0)  # 320, 700 and 1,400 pixels at 100 dots per inch
TEXT = 4.5
"""WCAG 2.2, 1.4.3: contrast of letters smaller than 18 points."""
MARK = 3.0
"""WCAG 2.2, 1.4.11: contrast of the parts of a picture that are needed to understand it."""
APART = 0.06
"""Distance in OKLab: three times the 0.02 that is just noticeable side by side (CSS Color 4,
"Gamut mapping"), since marks of two classes are small and stand apart."""
EVERY = pytest.mark.parametrize("chart", CHARTS.values(), ids=list(CHARTS))
GREY = np.tile([0.2126, 0.7152, 0.0722], (3, 1))
"""What a printer without colours makes of light."""
EYES = {**DEFICIENCIES, "grey": GREY}


@EVERY
@pytest.mark.parametrize("width", WIDTHS)
def test_letters_can_be_read_where_they_stand(chart: Any, width: float, stage_of: Any) -> None:
    assert unreadable(chart.render(stage_of(chart), width=width), TEXT) == []


@EVERY
def test_marks_stand_out_from_paper(chart: Any, stage_of: Any) -> None:
    assert faint(chart.render(stage_of(chart)), MARK) == []


@EVERY
@pytest.mark.parametrize("eye", EYES)
def test_classes_that_are_drawn_stay_apart_for_every_eye(
    chart: Any, eye: str, stage_of: Any
) -> None:
    image = shown(chart.render(stage_of(chart)))
    looks = (FOCAL_LOOK, REFERENCE_LOOK, *OTHER_LOOKS)
    drawn = [(look, has_colour(image, look.colour)) for look in looks]
    for (one, a), (other, b) in combinations(drawn, 2):
        if a is None or b is None:
            continue
        distance = np.linalg.norm(oklab(to_hex(a), EYES[eye]) - oklab(to_hex(b), EYES[eye]))
        alone = {one.colour, other.colour} == {FOCAL, REFERENCE}
        shapes = one.marker != other.marker and one.line != other.line
        assert distance >= APART or (shapes and not alone), (one, other, distance)


CLASSLESS = {
    "forest", "rungs", "love", "multiverse", "gap_over_time", "time_to_action", "calibration",
    "leave_one_out", "allowance_curve", "flags_over_time", "selection_sensitivity",
    "within_account", "notices", "decision_timeline",
}  # fmt: skip
"""Charts of one class, or of gaps, in which no two classes are told apart by a mark."""


@EVERY
def test_both_classes_are_there_to_be_told_apart(chart: Any, stage_of: Any) -> None:
    """The test above would pass a chart that draws no class at all."""
    image = shown(chart.render(stage_of(chart)))
    both = all(has_colour(image, colour) is not None for colour in (FOCAL, REFERENCE))
    assert both == (chart.name not in CLASSLESS)


def test_the_tests_above_can_fail() -> None:
    figure = Figure(figsize=(3, 2))
    axes = figure.subplots()
    axes.plot([0, 1], [0.5, 0.5], color="#1f2328", linewidth=9)
    axes.set_ylim(0, 1)
    axes.text(0.1, 0.5, "crossed out", color="#1f2328", va="center")
    axes.text(0.1, 0.8, "pale", color="#bbbbbb")
    axes.plot([0, 1], [0.2, 0.2], color="#dddddd")
    assert [text for text, _ in unreadable(axes, TEXT)] == ["crossed out", "pale"]
    assert len(faint(axes, MARK)) == 1
    same = [oklab(c, GREY) for c in ("#0072B2", "#807a00")]
    assert np.linalg.norm(same[0] - same[1]) < APART


def test_luminance_is_that_of_wcag() -> None:
    assert luminance(np.array([[1.0, 1, 1], [0, 0, 0]])) == pytest.approx([1, 0])
