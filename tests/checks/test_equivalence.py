"""Equivalence tests against statsmodels, a hand calculation, and their own interval."""

from __future__ import annotations

import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.checks.equivalence import tost, tost_interval
from audit.errors import EstimationError
from audit.estimators.base import Estimate

ROUNDING = 1e-9


@st.composite
def tables(draw):
    n, m = draw(st.integers(2, 400)), draw(st.integers(2, 400))
    x, y = draw(st.integers(0, n)), draw(st.integers(0, m))
    assume(not (x in (0, n) and y in (0, m)))
    return x, n, y, m


margins = st.floats(0.01, 0.5)


def test_by_hand():
    """80 of 100 against 82 of 100: se = √(.16/100 + .1476/100); z = (.1 − .02)/se = 1.442."""
    error = math.sqrt(0.0016 + 0.001476)
    found = tost(80, 100, 82, 100, margin=0.1)
    assert found.statistic == pytest.approx((-0.02 + 0.1) / error)
    assert found.p_value == pytest.approx(0.0746, abs=5e-5)  # normal table at 1.442
    assert (found.conf_low, found.conf_high) == pytest.approx(
        (-0.02 - 1.6449 * error, -0.02 + 1.6449 * error), abs=1e-5
    )


@pytest.mark.filterwarnings("ignore:divide by zero")  # of theirs, for ratios not used here
@given(tables(), margins)
def test_agrees_with_statsmodels(table, margin):
    from statsmodels.stats.proportion import tost_proportions_2indep

    theirs = tost_proportions_2indep(*table, low=-margin, upp=margin, method="wald")
    assert tost(*table, margin=margin).p_value == pytest.approx(float(theirs.pvalue), abs=ROUNDING)


@given(tables(), margins, st.floats(0.8, 0.99))
def test_p_below_alpha_is_the_interval_inside_the_margin(table, margin, confidence):
    found = tost(*table, margin=margin, confidence=confidence)
    assume(abs(found.p_value - (1 - confidence)) > ROUNDING)
    inside = -margin < found.conf_low and found.conf_high < margin
    assert inside == (found.p_value < 1 - confidence)
    assert found.p_value == max(found.p_low, found.p_high)


@given(tables(), margins)
def test_exchanging_the_classes_exchanges_the_sides(table, margin):
    one, other = tost(*table, margin=margin), tost(*table[2:], *table[:2], margin=margin)
    assert (one.p_low, one.p_high) == pytest.approx((other.p_high, other.p_low), abs=ROUNDING)
    assert (one.conf_low, one.conf_high) == pytest.approx((-other.conf_high, -other.conf_low))


@given(tables(), margins)
def test_a_wald_interval_read_back_gives_the_same_test(table, margin):
    whole = tost(*table, margin=margin)
    gap = table[0] / table[1] - table[2] / table[3]
    read = tost_interval(Estimate(gap, whole.conf_low, whole.conf_high), margin)
    assert (read.p_low, read.p_high) == pytest.approx((whole.p_low, whole.p_high), abs=ROUNDING)
    assert read.statistic == pytest.approx(whole.statistic, rel=1e-6, abs=1e-6)


@given(
    st.floats(-0.5, 0.5),
    st.floats(0.001, 0.4),
    st.floats(0.001, 0.4),
    margins,
    st.sampled_from([1.0, 4.0, math.inf]),
)
def test_the_interval_decides_whatever_its_shape(middle, down, up, margin, df):
    low, high = middle - down, middle + up
    found = tost_interval(Estimate(middle, low, high, df=df), margin)
    assume(min(abs(low + margin), abs(high - margin)) > 1e-6)
    assert (found.p_value < 0.05) == (-margin < low and high < margin)
    assert (found.conf_low, found.conf_high) == (low, high)


def test_conventions_of_the_interval():
    touching = tost_interval(Estimate(0.0, -0.05, 0.02), 0.05)
    assert touching.p_value == pytest.approx(0.05), "touching the margin is not inside it"
    no_room_below = tost_interval(Estimate(-1.0, -1.0, -0.6), 0.1)
    assert no_room_below.p_low == 1.0
    assert no_room_below.p_value == 1.0
    assert "90%" in touching.method


def test_a_clustered_gap_is_judged_by_its_accounts():
    """Real MOVER interval at 90 %: two classes alike, but five accounts cannot show it."""
    from audit.estimators.accounts.standardised import clustered_difference

    events = [3, 20, 5, 18, 14] + [2, 1, 3, 2] * 20
    n = [60] * 5 + [10] * 80
    focal = [True] * 5 + [False] * 80
    gap = clustered_difference(events, n, range(85), focal, confidence=0.90)
    found = tost_interval(gap, 0.05)
    assert found.p_value > 0.05
    posts = tost(sum(events[:5]), 300, sum(events[5:]), 800, margin=0.05)
    assert posts.p_value < found.p_value


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"5 focal events in 3 posts.*margin is 0.*'score'"):
        tost(5, 3, 1, 3, margin=0, method="score")
    with pytest.raises(EstimationError, match="margin is 1; allowed: above 0 and below 1"):
        tost(1, 3, 1, 3, margin=1)
    with pytest.raises(EstimationError, match=r"Wald variance of zero.*tost_interval"):
        tost(0, 300, 0, 3000, margin=0.05)
    with pytest.raises(EstimationError, match=r"no finite interval .*point only; one account"):
        tost_interval(Estimate(0.1, method="point only; one account"), 0.05)
    with pytest.raises(EstimationError, match="does not hold its estimate"):
        tost_interval(Estimate(0.5, -0.1, 0.1), 0.05)
    with pytest.raises(EstimationError, match="has no width"):
        tost_interval(Estimate(0.0, 0.0, 0.0), 0.05)
    with pytest.raises(EstimationError, match=r"margin is nan.*confidence is 0\.5"):
        tost_interval(Estimate(0.0, -0.1, 0.1), math.nan, confidence=0.5)
    with pytest.raises(EstimationError, match="df is 0"):
        tost_interval(Estimate(0.0, -0.1, 0.1, df=0), 0.1)
