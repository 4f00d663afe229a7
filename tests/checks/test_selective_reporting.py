"""Selective reporting: where every post had its chance, and where the bounds decide."""

from __future__ import annotations

import math

import pytest
from builders import platform, question
from ladder import NO_ERROR, appraised, compared, counted

from audit.checks.selective_reporting import SelectiveReporting
from audit.checks.sensitivity import selective_reporting
from audit.comparison import compare
from audit.study import enroll

LEADERS, ORDINARY = [(6, 20)] * 10, [(10, 20)] * 40  # rates 0.3 and 0.5


def found_with(focal, reference, *, leaders=LEADERS, ordinary=ORDINARY, **changes):
    limits = {"share_reported_focal": focal, "share_reported_reference": reference}
    frame = counted(leaders, ordinary)
    return SelectiveReporting()(compared(frame, selective_reporting=limits, **changes))


@pytest.mark.parametrize("frame", ["random_sample", "all_posts"])
def test_every_post_had_its_chance(frame: str) -> None:
    found = SelectiveReporting()(compared(counted(LEADERS, ORDINARY), frame=frame))
    assert found.passed is True
    assert found.says.startswith("Every post had its chance")


@pytest.mark.parametrize(
    ("frame", "verb"),
    [
        ("reported", "reported"),
        ("reviewed", "reviewed"),
        ("amplified_by_focal", "chosen for the table"),
    ],
)
def test_undeclared_limits_pass_nothing(frame: str, verb: str) -> None:
    found = SelectiveReporting()(compared(counted(LEADERS, ORDINARY), frame=frame))
    assert found.passed is None
    assert math.isnan(found.value)
    assert (
        found.says == f"No limits were declared for the share of posts that were {verb}, by class."
    )


def test_equal_reporting_leaves_the_gap() -> None:
    found = found_with([1.0, 1.0], [1.0, 1.0])
    assert found.passed is True
    assert found.value == pytest.approx(-0.2)
    assert found.table[["low", "high"]].to_numpy() == pytest.approx(-0.2)


def test_focal_posts_reported_more_by_hand() -> None:
    """ρ = 1 − 0.8: at most 0.3 / 0.8 of the leaders' posts reported anyway were acted on."""
    found = found_with([1.0, 1.0], [0.8, 0.8])
    assert found.table["extra_share"].tolist() == pytest.approx([0.2] * 4)
    wide = found.table[~found.table["milder"].astype(bool)]
    direct = wide[wide["among"] == "reported from either class"].iloc[0]
    assert direct["low"] == pytest.approx((0.3 - 0.2) / 0.8 - 0.5)
    assert direct["high"] == pytest.approx(0.3 / 0.8 - 0.5)
    total = wide[wide["among"] == "reported"].iloc[0]
    assert total["high"] == pytest.approx(0.3 - 0.8 * 0.5)  # were all reported posts focal
    assert found.value == pytest.approx(0.3 - 0.8 * 0.5)
    assert found.passed is True


@pytest.mark.parametrize(("share", "passed"), [(0.61, True), (0.6, False), (0.5, False)])
def test_the_sign_is_lost_where_the_total_effect_is_nothing(share: float, passed: bool) -> None:
    """0.3 − share × 0.5 is the largest total effect; it is 0 at a share of 0.6."""
    assert found_with([1.0, 1.0], [share, 1.0]).passed is passed


def test_the_ends_of_the_ranges_are_the_worst() -> None:
    found = found_with([0.7, 1.0], [0.8, 0.9])
    low, high = found.table["low"].min(), found.table["high"].max()
    grid = selective_reporting(
        0.3,
        0.5,
        share_reported_focal=[0.7, 0.75, 0.8, 0.85, 0.9, 0.95, 1.0],
        share_reported_reference=[0.8, 0.83, 0.86, 0.9],
    )
    assert low <= grid["low"].min() + 1e-12
    assert high >= grid["high"].max() - 1e-12


def test_swapping_the_classes_flips_the_bounds() -> None:
    one = found_with([0.9, 1.0], [0.7, 0.8])
    other = found_with([0.7, 0.8], [0.9, 1.0], leaders=[(10, 20)] * 10, ordinary=[(6, 20)] * 40)
    assert other.value == pytest.approx(-one.value)
    assert other.table["low"].min() == pytest.approx(-one.table["high"].max())


def test_alike_is_judged_on_the_margin() -> None:
    both = {"leaders": [(10, 20)] * 60, "ordinary": [(10, 20)] * 200}
    inside = found_with([0.96, 1.0], [0.96, 1.0], **both)
    outside = found_with([0.9, 1.0], [0.9, 1.0], **both)
    assert (inside.passed, outside.passed) == (True, False)
    assert "inside ±5 percentage points" in inside.threshold


def test_the_step_of_the_ladder(monkeypatch: pytest.MonkeyPatch) -> None:
    for share, step in ((0.9, True), (0.3, False)):
        limits = {"share_reported_focal": [1.0, 1.0], "share_reported_reference": [share, 1.0]}
        design = question(label_error=NO_ERROR, selective_reporting=limits)
        made = appraised(compare(enroll(platform(), design)), monkeypatch)
        assert made.steps[4] is step
