"""Pairs of the same words posted by two accounts."""

from __future__ import annotations

from math import inf, isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest, multinomial
from statsmodels.stats.contingency_tables import mcnemar

from audit.errors import EstimationError
from audit.estimators.paired import mcnemar_p, paired_difference, tango_score

TEN_MILLION = 10**7
Z = 1.959963984540054

cells = st.tuples(*[st.integers(0, 60)] * 4).filter(any)


@given(cells)
def test_swapping_the_copies_turns_everything_over(table):
    a, b, c, d = table
    there, back = paired_difference(*table), paired_difference(a, c, b, d)
    assert back.estimate == -there.estimate
    assert (back.conf_low, back.conf_high) == pytest.approx((-there.conf_high, -there.conf_low))
    assert (back.p_value, back.p_mid) == pytest.approx((there.p_value, there.p_mid))
    if b and c:
        assert back.odds_ratio.estimate == pytest.approx(1 / there.odds_ratio.estimate)
        assert back.odds_ratio.conf_low == pytest.approx(1 / there.odds_ratio.conf_high)


@given(cells)
def test_pairs_alike_count_only_in_their_sum(table):
    a, b, c, d = table
    there, moved = paired_difference(*table), paired_difference(0, b, c, a + d)
    for name in ("estimate", "conf_low", "conf_high", "std_error", "p_value"):
        assert getattr(moved, name) == getattr(there, name)


@given(cells)
def test_limits_solve_the_score_equation(table):
    _, b, c, _ = table
    n = sum(table)
    found = paired_difference(*table)
    assert -1 <= found.conf_low <= found.estimate <= found.conf_high <= 1
    if found.estimate > -1:
        assert tango_score(found.conf_low, b, c, n) == pytest.approx(Z, abs=1e-6)
    if found.estimate < 1:
        assert tango_score(found.conf_high, b, c, n) == pytest.approx(-Z, abs=1e-6)


@given(cells)
def test_the_score_at_no_difference_is_mcnemars(table):
    _, b, c, _ = table
    if b + c:
        assert tango_score(0.0, b, c, sum(table)) == pytest.approx((b - c) / np.sqrt(b + c))


@given(st.integers(0, 80), st.integers(0, 80))
def test_exact_p_is_that_of_statsmodels(b, c):
    found = mcnemar_p(b, c)
    if b + c:
        assert found == pytest.approx(mcnemar([[0, b], [c, 0]], exact=True).pvalue, rel=1e-9)
        assert found == pytest.approx(binomtest(b, b + c).pvalue, rel=1e-9)
    assert 0 < mcnemar_p(b, c, mid=True) <= found <= 1


def test_exact_coverage_and_false_alarms():
    # all 231 tables of 20 pairs, weighed by their probability
    n = 20
    tables = [(b, c) for b in range(n + 1) for c in range(n + 1 - b)]
    found = [paired_difference(0, b, c, n - b - c) for b, c in tables]
    for p10, p01 in ((0.1, 0.1), (0.3, 0.3), (0.05, 0.2), (0.4, 0.1), (0.02, 0.02)):
        weight = multinomial.pmf(
            [(b, c, n - b - c) for b, c in tables], n, (p10, p01, 1 - p10 - p01)
        )
        inside = np.array([e.conf_low <= p10 - p01 <= e.conf_high for e in found])
        # the score interval is approximate, and exact coverage moves in steps around 0.95
        assert weight @ inside >= 0.94
        if p10 == p01:
            assert weight @ np.array([e.p_value <= 0.05 for e in found]) <= 0.05
            assert weight @ np.array([e.p_mid <= 0.05 for e in found]) <= 0.055


# edges --------------------------------------------------------------------------------------


def test_no_discordant_pairs():
    found = paired_difference(3, 0, 0, 7)
    assert (found.estimate, found.std_error, found.p_value, found.p_mid) == (0, 0, 1, 1)
    bound = Z**2 / (10 + Z**2)
    assert (found.conf_low, found.conf_high) == pytest.approx((-bound, bound))
    ratio = found.odds_ratio
    assert isnan(ratio.estimate)
    assert (ratio.conf_low, ratio.conf_high) == (0, inf)
    assert "unknown" in ratio.note


def test_all_discordant_one_way():
    found = paired_difference(0, 5, 0, 0)
    assert (found.estimate, found.conf_high, found.std_error) == (1, 1, 0)
    assert 0 < found.conf_low < 1
    assert found.p_value == pytest.approx(2 / 32)
    assert found.p_mid == pytest.approx(1 / 32)
    assert (found.odds_ratio.estimate, found.odds_ratio.conf_high) == (inf, inf)
    assert isnan(found.odds_ratio.std_error)


def test_one_pair_says_little():
    found = paired_difference(0, 1, 0, 0)
    assert found.p_value == 1
    assert found.conf_low < 0


def test_no_pairs():
    found = paired_difference(0, 0, 0, 0)
    assert isnan(found.estimate)
    assert (found.conf_low, found.conf_high, found.p_value) == (-1, 1, 1)
    assert "nothing is known" in found.note


def test_ten_million_pairs():
    found = paired_difference(TEN_MILLION, 100, 140, TEN_MILLION)
    n = 2 * TEN_MILLION + 240
    wald = Z * np.sqrt(240) / n
    assert found.estimate == -40 / n
    assert found.conf_high - found.conf_low == pytest.approx(2 * wald, rel=0.01)
    assert found.p_value == pytest.approx(binomtest(100, 240).pvalue)
    many = paired_difference(TEN_MILLION, TEN_MILLION, TEN_MILLION + 9000, TEN_MILLION)
    assert many.p_value == pytest.approx(0.0442, abs=2e-4)  # 9000/√(2e7 + 9000) = 2.012


def test_confidence_widens():
    narrow, wide = (paired_difference(4, 9, 3, 16, confidence=c) for c in (0.9, 0.99))
    assert wide.conf_low < narrow.conf_low < narrow.conf_high < wide.conf_high
    assert wide.odds_ratio.conf_low < narrow.odds_ratio.conf_low


def test_all_faults_at_once():
    with pytest.raises(
        EstimationError,
        match=r"both is negative.*focal_only is 1.5; allowed: whole.*neither is missing.*confiden",
    ):
        paired_difference(-1, 1.5, 2, np.nan, confidence=2)
    with pytest.raises(EstimationError, match="reference_only has 2 entries; allowed: one"):
        paired_difference(1, 1, [2, 3], 4)
    with pytest.raises(EstimationError, match="infinite"):
        paired_difference(1, 1, inf, 4)
    with pytest.raises(EstimationError, match="must be numbers"):
        paired_difference("many", 1, 2, 3)
