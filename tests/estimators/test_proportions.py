"""Rates and contrasts of two rates of independent cases."""

from __future__ import annotations

from math import inf, isinf, isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.errors import EstimationError, UnknownName
from audit.estimators.base import Estimate
from audit.estimators.proportions import (
    exact_test,
    mover_difference,
    mover_ratio,
    odds_ratio,
    proportion,
    risk_difference,
    risk_ratio,
)

SINGLE = ("wilson", "clopper_pearson", "midp", "jeffreys")
DIFFERENCES = ("newcombe", "miettinen_nurminen", "mee")
RATIOS = ("miettinen_nurminen", "mover")
ROUNDING = 1e-9  # of a bisection to the last float, through a square root
TEN_MILLION = 10**7


def limits(estimate):
    return estimate.conf_low, estimate.conf_high


tables = st.tuples(st.integers(1, 40), st.integers(1, 40), st.floats(0, 1), st.floats(0, 1)).map(
    lambda t: (round(t[0] * t[2]), t[0], round(t[1] * t[3]), t[1])
)


# published values ---------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson"])
def test_single_proportions_of_newcombe(golden, method):
    g = golden("G03")
    found = [limits(proportion(x, n, method=method)) for x, n in g.data.to_numpy()]
    np.testing.assert_allclose(found, g.expected[method], atol=g.tolerance, rtol=0)


def test_midp_of_newcombe(golden):
    g = golden("G03")
    found = [limits(proportion(x, n, method="midp")) for x, n in g.data.to_numpy()[1:]]
    np.testing.assert_allclose(found, g.expected["midp_rows_2_to_4"], atol=g.tolerance, rtol=0)


@pytest.mark.parametrize(
    ("method", "key"), [("miettinen_nurminen", "mn"), ("mee", "mee"), ("newcombe", "newcombe")]
)
def test_eight_differences_of_newcombe(golden, method, key):
    g = golden("G04")
    rows = g.data[["x1", "n1", "x2", "n2"]].to_numpy()
    found = [limits(risk_difference(*row, method=method)) for row in rows]
    np.testing.assert_allclose(found, g.expected[key], atol=g.tolerance, rtol=0)


def test_exact_tests_of_the_vaccine(golden):
    g = golden("G06")
    counts = g.data.set_index(["group", "status"])["count"]
    focal, reference = ((counts[c, "infected"], counts[c].sum()) for c in ("vaccine", "placebo"))
    found = {
        m: exact_test(*focal, *reference, method=m, alternative="less")
        for m in ("fisher", "barnard", "boschloo")
    }
    for method, test in found.items():
        assert test.p_value == pytest.approx(g.expected[f"{method}_less"], abs=g.tolerance)
    assert found["barnard"].statistic == pytest.approx(g.expected["barnard_stat"], abs=g.tolerance)


def test_resume_audit(golden, shared):
    g = golden("G27")
    frame = pd.read_csv(shared / "golden" / "resume.csv")
    frame["called"] = frame["call"] == "yes"
    by = frame.groupby("ethnicity")["called"].agg(["sum", "count"])
    white, black = by.loc["cauc"], by.loc["afam"]
    close = {"abs": g.tolerance}
    assert len(frame) == g.expected["n"]
    assert proportion(*white).estimate == pytest.approx(g.expected["white"], **close)
    assert proportion(*black).estimate == pytest.approx(g.expected["black"], **close)
    gap = risk_difference(*white, *black, method="mee")
    assert gap.estimate == pytest.approx(g.expected["diff"], **close)
    # far below the tolerance of the rates: five digits of the p itself
    assert gap.p_value == pytest.approx(g.expected["p_pooled_z"], rel=1e-5)
    assert risk_ratio(*white, *black).estimate == pytest.approx(g.expected["ratio"], **close)
    for column in ("city", "gender"):
        for level, part in frame.groupby(column):
            rates = part.groupby("ethnicity")["called"].mean()
            np.testing.assert_allclose(
                [rates["cauc"], rates["afam"]], g.expected[level], atol=g.tolerance
            )


def test_none_of_35_leaders_is_not_immunity():
    # METHODS 4: 0 of 35 against 120 of 3,000
    assert exact_test(0, 35, 120, 3000, method="fisher").p_value == pytest.approx(0.40, abs=0.005)
    ratio = risk_ratio(0, 35, 120, 3000)
    assert limits(ratio) == (0.0, pytest.approx(2.48, abs=0.005))


# edges: (table, difference, ratio, odds ratio); conventions stated in the docstrings ---------

EDGES = [
    ((0, 10, 0, 10), 0.0, None, None),
    ((10, 10, 10, 10), 0.0, 1.0, None),
    ((11, 11, 11, 11), 0.0, 1.0, None),
    ((0, 10, 3, 10), -0.3, 0.0, 0.0),
    ((3, 10, 0, 10), 0.3, inf, inf),
    ((10, 10, 0, 10), 1.0, inf, inf),
    ((0, 10, 10, 10), -1.0, 0.0, 0.0),
    ((1, 1, 0, 1), 1.0, inf, inf),
    ((1, TEN_MILLION, 3, TEN_MILLION), -2e-7, 1 / 3, None),
    ((TEN_MILLION, TEN_MILLION, TEN_MILLION - 1, TEN_MILLION), 1e-7, None, inf),
    ((5_000_000, TEN_MILLION, 5_001_000, TEN_MILLION), -1e-4, None, None),
]


@pytest.mark.parametrize("method", DIFFERENCES)
@pytest.mark.parametrize("edge", EDGES)
def test_difference_at_the_edges(edge, method):
    table, difference, *_ = edge
    found = risk_difference(*table, method=method)
    assert found.estimate == pytest.approx(difference, abs=1e-15)
    assert -1 <= found.conf_low <= found.estimate <= found.conf_high <= 1
    assert found.conf_low < found.conf_high


@pytest.mark.parametrize("method", RATIOS)
@pytest.mark.parametrize("edge", EDGES)
def test_ratio_at_the_edges(edge, method):
    table, _, ratio, _ = edge
    found = risk_ratio(*table, method=method)
    if table[0] == table[2] == 0:
        assert isnan(found.estimate)
        assert limits(found) == (0.0, inf)
        assert "no events" in found.note
        return
    if ratio is not None:
        assert found.estimate == pytest.approx(ratio)
    assert 0 <= found.conf_low <= found.estimate <= found.conf_high
    assert isinf(found.conf_high) or table[2] > 0
    assert (found.conf_low == 0) == (table[0] == 0)


@pytest.mark.parametrize("edge", EDGES)
def test_odds_ratio_at_the_edges(edge):
    table, _, _, odds = edge
    found = odds_ratio(*table)
    if table[0] + table[2] in (0, table[1] + table[3]):
        assert isnan(found.estimate)
        assert limits(found) == (0.0, inf)
        return
    if odds is not None:
        assert found.estimate == odds
    assert 0 <= found.conf_low <= found.estimate <= found.conf_high


@pytest.mark.parametrize("method", SINGLE)
def test_single_rate_at_the_edges(method):
    nothing = proportion(0, 0, method=method)
    assert isnan(nothing.estimate)
    assert limits(nothing) == (0.0, 1.0)
    assert "nothing is known" in nothing.note
    assert proportion(0, 9, method=method).conf_low == 0.0
    assert proportion(9, 9, method=method).conf_high == 1.0
    rare = proportion(1, TEN_MILLION, method=method)
    assert 0 < rare.conf_low < 1e-7 < rare.conf_high < 1e-6


def test_an_empty_class_leaves_everything_possible():
    assert limits(risk_difference(0, 0, 3, 10)) == (-1.0, 1.0)
    assert limits(risk_ratio(0, 0, 3, 10)) == (0.0, inf)
    assert limits(odds_ratio(3, 10, 0, 0)) == (0.0, inf)
    assert exact_test(0, 0, 3, 10).p_value == 1.0
    unknown = mover_difference(proportion(0, 0), proportion(3, 10))
    assert isnan(unknown.estimate)
    assert unknown.conf_low < 0 < unknown.conf_high


@pytest.mark.parametrize("method", ["fisher", "barnard", "boschloo"])
def test_exact_tests_without_any_event_reject_nothing(method):
    assert exact_test(0, 5, 0, 9, method=method).p_value == 1.0
    assert exact_test(5, 5, 9, 9, method=method).p_value == 1.0


def test_score_limits_invert_the_score_test():
    # the p at a limit taken as the null is 1 - confidence: here the null is no difference
    gap = risk_difference(20, 50, 10, 50, method="miettinen_nurminen")
    touching = risk_difference(
        20, 50, 10, 50, method="miettinen_nurminen", confidence=1 - gap.p_value
    )
    assert touching.conf_low == pytest.approx(0, abs=ROUNDING)
    ratio = risk_ratio(20, 50, 10, 50)
    assert risk_ratio(20, 50, 10, 50, confidence=1 - ratio.p_value).conf_low == pytest.approx(1)
    odds = odds_ratio(20, 50, 10, 50)
    assert odds_ratio(20, 50, 10, 50, confidence=1 - odds.p_value).conf_low == pytest.approx(1)
    assert gap.p_value == pytest.approx(ratio.p_value) == pytest.approx(odds.p_value)


def test_ratio_limits_agree_with_statsmodels_where_it_works():
    from statsmodels.stats.proportion import confint_proportions_2indep as limits_2indep

    for compare, ours in (("ratio", risk_ratio), ("odds-ratio", odds_ratio)):
        theirs = limits_2indep(20, 50, 10, 60, method="score", compare=compare)
        assert limits(ours(20, 50, 10, 60)) == pytest.approx(theirs, rel=1e-6)


# properties ---------------------------------------------------------------------------------


@given(tables, st.sampled_from(DIFFERENCES))
def test_swapping_the_classes_flips_the_difference(table, method):
    there = risk_difference(*table, method=method)
    back = risk_difference(*table[2:], *table[:2], method=method)
    assert back.estimate == pytest.approx(-there.estimate, abs=ROUNDING)
    assert limits(back) == pytest.approx((-there.conf_high, -there.conf_low), abs=ROUNDING)


@given(tables, st.sampled_from(RATIOS), st.sampled_from([risk_ratio, odds_ratio]))
def test_swapping_the_classes_inverts_the_ratio(table, method, measure):
    all_or_none = {(table[1], 0), (0, table[3])}
    assume(measure is risk_ratio or method != "mover" or (table[0], table[2]) not in all_or_none)
    there, back = (measure(*t, method=method) for t in (table, table[2:] + table[:2]))
    if there.conf_low > 0:
        assert back.conf_high == pytest.approx(1 / there.conf_low, rel=1e-6)
    else:
        assert isinf(back.conf_high)


@pytest.mark.parametrize("n", [10**3, 10**6, 10**9])
@pytest.mark.parametrize("left_alone", [(1, 0), (3, 1), (2, 0), (1, 1)])
def test_odds_of_what_is_left_alone_are_the_inverse_at_any_size(n, left_alone):
    # rates near 1 and rates near 0 must keep as many digits
    near_one = odds_ratio(3 - left_alone[0], 3, n - left_alone[1], n)
    near_zero = odds_ratio(left_alone[0], 3, left_alone[1], n)
    assert near_one.conf_high == pytest.approx(1 / near_zero.conf_low, rel=1e-6)
    if near_one.conf_low > 0:
        assert near_one.conf_low == pytest.approx(1 / near_zero.conf_high, rel=1e-6)
    assert near_one.p_value == pytest.approx(near_zero.p_value, rel=1e-6)


@pytest.mark.parametrize("n", [10**4, 10**8, 10**9])
def test_a_ratio_of_many_certain_cases_keeps_its_width(n):
    # Wilson leaves z²/n below a rate of 1; the ratio of two such rates lies as far on either side
    found = risk_ratio(n, n, n, n, method="mover")
    arm = 1.959964**2 / n
    assert 1 - found.conf_low == pytest.approx(arm, rel=1e-3)
    assert found.conf_high - 1 == pytest.approx(arm, rel=1e-3)


@given(tables, st.sampled_from(DIFFERENCES))
def test_difference_lies_within_its_limits(table, method):
    found = risk_difference(*table, method=method)
    assert found.conf_low - ROUNDING <= found.estimate <= found.conf_high + ROUNDING


@given(tables, st.sampled_from(DIFFERENCES))
def test_limits_of_a_difference_grow_with_focal_events(table, method):
    if table[0] == table[1]:
        return
    fewer = risk_difference(*table, method=method)
    more = risk_difference(table[0] + 1, *table[1:], method=method)
    assert more.conf_low >= fewer.conf_low - ROUNDING
    assert more.conf_high >= fewer.conf_high - ROUNDING


@given(st.integers(1, 60), st.sampled_from(SINGLE))
def test_limits_of_a_rate_grow_with_events(n, method):
    found = [limits(proportion(x, n, method=method)) for x in range(n + 1)]
    assert (np.diff(found, axis=0) >= -ROUNDING).all()


intervals = st.lists(st.floats(0.001, 0.999), min_size=3, max_size=3).map(sorted)


@given(intervals, intervals)
def test_mover_contains_the_estimate(focal, reference):
    a, b = (Estimate(part[1], part[0], part[2], 0.1) for part in (focal, reference))
    gap, ratio = mover_difference(a, b), mover_ratio(a, b)
    assert gap.conf_low <= gap.estimate <= gap.conf_high
    slack = 1 + 1e-9
    assert ratio.conf_low / slack <= ratio.estimate <= ratio.conf_high * slack


# what is refused ----------------------------------------------------------------------------


def test_all_faults_are_told_at_once():
    with pytest.raises(EstimationError, match=r"negative.*events exceed n.*confidence is 95"):
        risk_difference(-1, 5, 9, 8, confidence=95)
    with pytest.raises(EstimationError, match="missing or infinite"):
        proportion(float("nan"), 3)
    with pytest.raises(EstimationError, match="must be numbers"):
        proportion("three", 4)
    with pytest.raises(EstimationError, match="whole cases"):
        exact_test(1.5, 3, 1, 3)
    with pytest.raises(EstimationError, match=r"would list .* tables.*Try"):
        exact_test(1, 5000, 2, 5000)
    with pytest.raises(EstimationError, match="miettinen_nurminen"):
        odds_ratio(5, 5, 0, 5, method="mover")


@pytest.mark.parametrize(
    "call",
    [
        lambda: proportion(1, 2, method="wald"),
        lambda: risk_difference(1, 2, 1, 2, method="wald"),
        lambda: risk_ratio(1, 2, 1, 2, method="wald"),
        lambda: odds_ratio(1, 2, 1, 2, method="wald"),
        lambda: exact_test(1, 2, 1, 2, method="wald"),
        lambda: exact_test(1, 2, 1, 2, alternative="both"),
    ],
)
def test_unknown_names_are_named(call):
    with pytest.raises(UnknownName, match=r"is called '(wald|both)'.*Known:"):
        call()
