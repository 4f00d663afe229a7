"""A chart without its words is refused, and its size follows its rows."""

from __future__ import annotations

from dataclasses import FrozenInstanceError

import pytest

from audit.charts import CHARTS
from audit.charts.base import Words
from audit.errors import ReportError
from tests.charts.conftest import made

ALT = "Bar chart: 3 of 10 against 5 of 10."


def test_words_say_every_fault_at_once() -> None:
    with pytest.raises(ReportError, match=r"title is empty; note is empty; alt is .* 8 char"):
        Words(" ", "sub", "", "A chart.")


def test_words_without_alt_are_refused() -> None:
    with pytest.raises(ReportError, match="alt is empty"):
        Words("title", "sub", "note", "")


def test_words_are_frozen() -> None:
    words = Words("title", "sub", "note", ALT)
    with pytest.raises((FrozenInstanceError, TypeError), match=r"title|frozen|assign"):
        words.title = "other"  # type: ignore[misc]


def test_height_follows_rows_and_width() -> None:
    stage, chart = made(), CHARTS["forest"]
    wide, high = chart.inches(stage)
    assert (wide, high) == (7.0, pytest.approx(chart.size[1] + 6 * chart.per_row))
    assert chart.inches(stage, width=3.2)[1] > high
    axes = chart.render(stage, width=5.0)
    assert tuple(axes.get_figure().get_size_inches()) == pytest.approx(
        chart.inches(stage, width=5.0)
    )
