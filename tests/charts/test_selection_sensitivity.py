"""How unequal reporting must be to take the gap away: drawn, and said without overstating."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest

from audit.charts import CHARTS
from audit.charts.selection_sensitivity import MOST_UNEQUAL, erased_at
from audit.errors import ClaimError, ReportError
from tests.charts.conftest import NAN, made

CHART = CHARTS["selection_sensitivity"]


def test_the_bounds_are_those_worked_by_hand() -> None:
    # expected 0.31, observed 0.19: at 2 : 1 for the focal class all 0.38 of what anyone would
    # report may have been acted on, and 0.38 − 0.31 = 0.07; none of it need be: 0 − 0.31 = −0.31
    frame = CHART.data(
        made(
            -0.12,
            0.05,
            selective_reporting={
                "share_reported_focal": [0.8, 0.8],
                "share_reported_reference": [0.4, 0.4],
            },
        )
    )
    row = frame[frame["declared"]].iloc[0]
    assert row["ratio"] == pytest.approx(2.0)
    assert (row["low"], row["high"]) == pytest.approx((-0.31, 0.07))
    # the acted-on share can only rise where the extra posts are the milder ones
    assert row["low_milder"] == pytest.approx(-0.12)
    equal = frame[frame["ratio"] == 1.0].iloc[0]
    assert equal[["low", "high", "low_milder", "high_milder"]].tolist() == pytest.approx(
        [-0.12] * 4
    )
    assert equal[["conf_low", "conf_high"]].tolist() == pytest.approx([-0.17, -0.07])
    assert frame["ratio"].min() == pytest.approx(1 / MOST_UNEQUAL)
    assert (np.diff(frame["ratio"]) > 0).all()


def test_the_ratio_said_is_the_one_worked_by_hand_and_rounded_down() -> None:
    stage = made(-0.12, 0.05)
    assert erased_at(stage) == pytest.approx((0.81 / 0.69, 0.31 / 0.19), rel=1e-6)
    said = CHART.words(stage)
    assert pytest.approx(1.1739, abs=1e-4) == 0.81 / 0.69
    assert said.title == "Gap keeps its sign until one class is reported 1.17 times as readily"
    assert "world leader posts were reported 1.63 times as readily" in said.alt
    assert "ordinary posts 1.17 times as readily" in said.alt
    assert "at the end of the interval nearest to zero, 1.36 times and 1.09 times" in said.alt


def test_the_title_is_true_whichever_way_the_gap_lies() -> None:
    more = CHART.words(made(0.12, 0.05))
    assert more.title == "Gap keeps its sign until one class is reported 1.21 times as readily"
    assert pytest.approx(1.2105, abs=1e-4) == 0.69 / 0.57
    unsure = CHART.words(made(-0.02, 0.2))
    assert unsure.title == "Gap is not told apart from zero, even if reporting was equal"
    assert erased_at(made(-0.02, 0.2), limit=True) == (1.0, 1.0)
    none = CHART.words(made(0.0, 0.05))
    assert none.title == "There is no gap that unequal reporting could take away"


def test_a_gap_that_no_ratio_drawn_takes_away_says_so() -> None:
    stage = made(-0.85, 0.02)
    stage.comparison.expected = 0.9
    assert math.isinf(min(erased_at(stage)))
    assert CHART.words(stage).title == (
        "Gap keeps its sign even if one class is reported 5 times as readily"
    )


def test_without_an_interval_none_is_drawn_or_said() -> None:
    stage = made(-0.12, NAN)
    assert CHART.data(stage)["conf_low"].isna().all()
    said = CHART.words(stage)
    assert "Dashed" not in said.note
    assert "(no interval)" in said.alt
    assert "nearest to zero" not in said.alt


def test_it_is_refused_where_nobody_picked_the_posts() -> None:
    with pytest.raises(ReportError, match="frame = 'all_posts' no post had to be picked"):
        CHART.data(made(frame="all_posts"))
    with pytest.raises(ClaimError, match="inadmissible"):
        CHART.words(made(frame="enforced_only"))


@pytest.mark.parametrize(("frame", "word"), [("reviewed", "reviewed"), ("reported", "reported")])
def test_the_word_is_that_of_the_frame(frame: str, word: str) -> None:
    stage: Any = made(frame=frame)
    assert f"one class is {word} 1.17 times" in CHART.words(stage).title
