"""Closed forms of the ratios at which the worst-case bounds reach zero, worked by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.checks.sensitivity import selective_reporting
from audit.checks.unequal_reporting import bounds_by_ratio, erasing_ratio

NINE_DIGITS = 1e-8
"""Thirty halvings of at most log10(50) leave less."""


def test_the_ratios_are_those_worked_by_hand() -> None:
    # Focal reported more: all acted-on focal posts may be of the 1/k that anyone would report, so
    # 0.35 k reaches 0.53 at k = 0.53/0.35. Reference reported more: those not acted on may all be,
    # so (1 - 0.53) k reaches 1 - 0.35 at k = 0.65/0.47.
    assert erasing_ratio(0.35, 0.53) == pytest.approx((0.65 / 0.47, 0.53 / 0.35), rel=NINE_DIGITS)


def test_swapped_classes_swap_the_ratios() -> None:
    assert erasing_ratio(0.53, 0.35) == pytest.approx((0.53 / 0.35, 0.65 / 0.47), rel=NINE_DIGITS)


def test_no_gap_needs_no_inequality_and_a_sure_one_none_in_range() -> None:
    assert erasing_ratio(0.4, 0.4) == (1.0, 1.0)
    assert erasing_ratio(0.0, 1.0) == (math.inf, math.inf)
    assert erasing_ratio(0.05, 0.9, most=5.0) == (math.inf, math.inf)
    assert erasing_ratio(0.05, 0.9, most=20.0)[1] == pytest.approx(18.0, rel=NINE_DIGITS)


def test_equal_reporting_moves_nothing() -> None:
    for milder in (False, True):
        low, high = bounds_by_ratio(0.35, 0.53, np.array([1.0]), milder=milder)
        assert (low[0], high[0]) == pytest.approx((-0.18, -0.18))


def test_bounds_are_the_wider_of_both_populations() -> None:
    ratios = np.array([0.5, 2.0])
    low, high = bounds_by_ratio(0.35, 0.53, ratios)
    for place, shares in enumerate(((0.5, 1.0), (1.0, 0.5))):
        table = selective_reporting(
            0.35, 0.53, share_reported_focal=shares[0], share_reported_reference=shares[1]
        )
        table = table[~table["milder"].astype(bool)]
        assert low[place] == pytest.approx(table["low"].min())
        assert high[place] == pytest.approx(table["high"].max())
    assert high[1] == pytest.approx(0.35 * 2 - 0.53)


@settings(deadline=None, max_examples=25)
@given(st.floats(0.02, 0.98), st.floats(0.02, 0.98))
def test_the_sign_holds_below_the_ratio_and_not_above(focal: float, reference: float) -> None:
    found = erasing_ratio(focal, reference, most=50.0)
    gap = focal - reference
    for way, ratio in zip((-1, 1), found, strict=True):
        if gap == 0 or math.isinf(ratio):
            continue
        near = np.array([(ratio * (1 - 1e-6)) ** way, (ratio * (1 + 1e-6)) ** way])
        low, high = bounds_by_ratio(focal, reference, near)
        held = low > 0 if gap > 0 else high < 0
        assert held.tolist() == [True, False]
