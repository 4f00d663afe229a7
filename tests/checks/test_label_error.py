"""Label error: worst cases over the declared box, and limits that could not have been."""

from __future__ import annotations

import math

import numpy as np
import pytest
from builders import cases_of, platform, question
from hypothesis import given
from hypothesis import strategies as st
from ladder import appraised, compared, counted

from audit.checks.label_error import CORNER_COLUMNS, LabelError, corners, possible
from audit.checks.labels import misclassified_outcome
from audit.comparison import compare
from audit.study import enroll

LEADERS, ORDINARY = [(6, 20)] * 10, [(10, 20)] * 40  # rates 0.3 and 0.5


def found_with(sensitivity, specificity, *, leaders=LEADERS, ordinary=ORDINARY, **changes):
    limits = {"sensitivity": sensitivity, "specificity": specificity}
    return LabelError()(compared(counted(leaders, ordinary), label_error=limits, **changes))


def test_the_worst_corners_by_hand() -> None:
    found = found_with([0.8, 1.0], [1.0, 1.0])
    assert tuple(found.table) == CORNER_COLUMNS
    assert len(found.table) == 4
    assert found.table["estimate"].iloc[0] == pytest.approx(0.3 - 0.5 / 0.8)
    assert found.table["estimate"].iloc[-1] == pytest.approx(0.3 / 0.8 - 0.5)
    assert found.value == pytest.approx(-0.125)
    assert found.passed is True
    assert "between −32.5 percentage points and −12.5 percentage points" in found.says
    assert "if 60.0 % of the actions on leader posts were on record" in found.says


@pytest.mark.parametrize(("lowest", "passed"), [(0.61, True), (0.6, False), (0.59, False)])
def test_the_sign_is_lost_at_the_tipping_point(lowest: float, passed: bool) -> None:
    found = found_with([lowest, 1.0], [1.0, 1.0])
    assert found.passed is passed
    assert "keeps its sign" in found.threshold


def test_a_larger_focal_rate_tips_on_the_other_class() -> None:
    found = found_with([0.8, 1.0], [1.0, 1.0], leaders=[(10, 20)] * 10, ordinary=[(6, 20)] * 40)
    assert found.value == pytest.approx(0.5 - 0.3 / 0.8)
    assert "if 60.0 % of the actions on ordinary posts were on record" in found.says


def test_no_error_leaves_the_gap_as_it_is() -> None:
    found = found_with([1.0, 1.0], [1.0, 1.0])
    assert found.table["estimate"].tolist() == pytest.approx([-0.2])
    assert "left out" not in found.says


def test_undeclared_limits_pass_nothing() -> None:
    found = LabelError()(compared(counted(LEADERS, ORDINARY)))
    assert found.passed is None
    assert math.isnan(found.value)
    assert "No limits were declared" in found.says


def test_impossible_values_are_cut_off_and_said() -> None:
    found = found_with([0.9, 1.0], [0.8, 1.0], leaders=[(2, 20)] * 10)
    assert found.table["risk_focal"].min() == 0
    assert found.table["specificity_focal"].min() == pytest.approx(0.9)
    assert found.table["specificity_reference"].min() == pytest.approx(0.8)
    assert "could not have given the rates seen are left out" in found.says


def test_limits_that_no_truth_fits_do_not_pass() -> None:
    found = found_with([0.9, 0.95], [0.5, 0.6])
    assert (found.passed, found.table) == (False, None)
    assert "could have given the leader rate" in found.says


@pytest.mark.parametrize(("events", "lone"), [(0, 0.0), (20, 1.0)])
def test_rates_of_none_and_all_are_finite(events: int, lone: float) -> None:
    found = found_with([0.9, 1.0], [0.9, 1.0], leaders=[(events, 20)] * 10)
    assert np.isfinite(found.table.to_numpy(float)).all()
    assert set(found.table["risk_focal"]) == {lone}


def test_alike_is_judged_on_the_margin() -> None:
    both = {"leaders": [(10, 20)] * 60, "ordinary": [(10, 20)] * 200}
    inside = found_with([0.95, 1.0], [1.0, 1.0], **both)
    outside = found_with([0.9, 1.0], [1.0, 1.0], **both)
    assert (inside.passed, outside.passed) == (True, False)
    assert "inside ±5 percentage points" in inside.threshold
    assert outside.value == pytest.approx(0.5 / 0.9 - 0.5, abs=1e-9) or outside.value < -0.05


def test_rows_without_accounts_are_bounded_as_points() -> None:
    frame = counted([(3000, 10_000)], [(5000, 10_000)])
    frame["account_id"] = None
    cases = cases_of(frame.astype({"account_id": "str"}))
    limits = {"sensitivity": [0.8, 1.0], "specificity": [1.0, 1.0]}
    found = LabelError()(compare(enroll(cases, question(label_error=limits))))
    assert found.value == pytest.approx(-0.125)


def test_coders_are_not_bounded_and_it_says_so() -> None:
    frame = counted(LEADERS, ORDINARY, violating="yes")
    limits = {"sensitivity": [0.9, 1.0], "specificity": [1.0, 1.0]}
    population = {"violating": ["yes"]}
    found = LabelError()(compared(frame, label_error=limits, population=population))
    assert found.says.endswith("by which the posts were chosen, are not bounded here.")


def test_the_step_of_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    for lowest, step in ((0.95, True), (0.2, False)):
        limits = {"sensitivity": [lowest, 1.0], "specificity": [1.0, 1.0]}
        design = question(label_error=limits, frame="random_sample")
        made = appraised(compare(enroll(platform(), design)), monkeypatch)
        assert made.steps[4] is step


shares = st.floats(0.0, 1.0)
ranges = st.tuples(st.floats(0.55, 1.0), st.floats(0.55, 1.0)).map(lambda p: tuple(sorted(p)))


@given(shares, shares, ranges, ranges, st.tuples(shares, shares, shares, shares))
def test_no_value_inside_the_box_is_worse_than_its_corners(f, r, se, sp, inside) -> None:
    boxes = [possible(rate, (se, sp)) for rate in (f, r)]
    if None in boxes:
        return
    table = corners(f, r, *boxes)
    (a, b), (c, d) = (
        [low + at * (high - low) for (low, high), at in zip(box, part, strict=True)]
        for box, part in zip(boxes, (inside[:2], inside[2:]), strict=True)
    )
    true = misclassified_outcome(f, 1.0, r, 1.0, sensitivity=(a, c), specificity=(b, d))
    low, high = table["estimate"].min(), table["estimate"].max()
    assert low - 1e-9 <= true.risk_difference <= high + 1e-9


@given(shares, shares, ranges, ranges)
def test_swapping_the_classes_flips_the_sign(f, r, se, sp) -> None:
    boxes = [possible(rate, (se, sp)) for rate in (f, r)]
    if None in boxes:
        return
    one, other = corners(f, r, *boxes), corners(r, f, *boxes[::-1])
    assert one["estimate"].to_numpy() == pytest.approx(-other["estimate"].to_numpy()[::-1])
