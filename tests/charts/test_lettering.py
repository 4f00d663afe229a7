"""Text is measured before it is set: folded, cut, thinned and spread, never lost in silence."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.charts.lettering import fold, round_steps, spread, text_width, ticks
from audit.charts.rows import gap_text, per_cent, signed
from audit.charts.theme import blank, dress
from tests.charts.seen import texts

PLACES = st.lists(st.floats(0, 100), min_size=1, max_size=20)


@given(PLACES, st.floats(0.1, 4))
def test_spread_keeps_order_gap_and_range(places: list[float], gap: float) -> None:
    moved = spread(places, gap, 0, 100)
    order = np.argsort(places, kind="stable")
    assert (np.diff(moved[order]) >= gap - 1e-9).all()
    assert moved.min() >= -1e-9
    assert moved.max() <= 100 + 1e-9


def test_spread_leaves_alone_what_is_apart() -> None:
    assert spread([5, 1, 9], 2, 0, 10) == pytest.approx([5, 1, 9])
    assert len(spread([], 1, 0, 1)) == 0


def test_spread_moves_as_little_as_it_can() -> None:
    assert spread([5, 5, 5], 1, 0, 10) == pytest.approx([4, 5, 6])
    assert spread([0, 0], 1, 0, 10) == pytest.approx([0, 1])


def test_too_many_are_spaced_evenly() -> None:
    assert spread([5] * 11, 5, 0, 10) == pytest.approx(range(11))


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=200), st.floats(30, 300), st.integers(1, 3))
def test_folded_text_keeps_to_its_width(text: str, points: float, lines: int) -> None:
    axes = blank((5, 2))
    out = fold(axes, text, points, lines=lines)
    assert out.count("\n") < lines
    assert text_width(axes, out) <= points + 1e-6


def test_what_fits_is_not_cut_and_what_is_cut_says_so() -> None:
    axes = blank((5, 2))
    assert fold(axes, "two words", 300) == "two words"
    assert fold(axes, "two words", 40) == "two\nwords"
    assert fold(axes, "one two three four five six", 40, lines=2).endswith("…")
    assert fold(axes, "W" * 500, 100, lines=2).endswith("…")


@pytest.mark.parametrize("width", [3.2, 7.0])
def test_ticks_are_thinned_until_they_stand_apart(width: float) -> None:
    axes = dress(blank((width, 2)))
    axes.set_xlim(0, 30)
    places = list(range(31))
    ticks(axes, "x", places, [f"{p},000 posts" for p in places])
    shown = [t.get_text() for t in texts(axes) if "posts" in t.get_text()]
    assert shown[0] == "0,000 posts"
    assert 2 <= len(shown) < 16


def test_steps_are_round_and_inside() -> None:
    assert round_steps(0, 0.43) == [0.0, 0.1, 0.2, 0.3, 0.4]
    assert all(-0.2 <= v <= 0.05 for v in round_steps(-0.2, 0.05))


def test_numbers_on_axes() -> None:
    form = per_cent([0, 0.025, 0.05])
    assert [form(v) for v in (0, 0.025, 0.05)] == ["0.0 %", "2.5 %", "5.0 %"]
    assert [signed(v, [-0.1, 0, 0.1]) for v in (-0.1, 0.0, 0.1)] == ["−10", "0", "+10"]
    assert gap_text(-0.126) == "−12.6"
    assert gap_text(0.03) == "+3.0"
    assert gap_text(float("nan")) == "not known"


def test_places_of_unequal_heights_stand_apart_by_half_the_sum() -> None:
    found = spread([1.0, 1.0, 1.1], [1.0, 3.0, 1.0], 0.0, 20.0)
    assert np.diff(found) == pytest.approx([2.0, 2.0])
    # moved as little as needed: the wanted places and those found have the same middle
    assert found.mean() == pytest.approx(np.mean([1.0, 1.0, 1.1]), abs=1.0)
    crowded = spread([5.0, 5.0, 5.0], [1.0, 3.0, 1.0], 4.0, 6.0)
    assert crowded == pytest.approx([4.0, 5.0, 6.0])
    assert spread([2.0, 1.0], 4.0, 0.0, 10.0) == pytest.approx([4.0, 0.0], abs=0.51)


def test_an_axis_has_no_positive_zero() -> None:
    assert signed(1e-18, [-0.1, 0, 0.1]) == "0"
    assert signed(-1e-18, [-0.1, 0, 0.1]) == "0"
