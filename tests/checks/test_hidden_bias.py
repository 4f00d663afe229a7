"""Sensitivity of the sign test to hidden bias, against exact binomial tails."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from audit.checks.hidden_bias import rosenbaum_bound, rosenbaum_gamma
from audit.errors import EstimationError

EXACT = 1e-11
TEN_MILLION = 10**7


@st.composite
def sign_tests(draw):
    pairs = draw(st.integers(1, 60))
    return draw(st.integers(0, pairs)), pairs


def tail(successes, pairs, gamma):
    """P(X >= successes) in fractions, with no rounding."""
    p = Fraction(gamma) / (1 + Fraction(gamma))
    terms = (
        math.comb(pairs, k) * p**k * (1 - p) ** (pairs - k) for k in range(successes, pairs + 1)
    )
    return float(sum(terms))


# Hammond's pairs of smokers and non-smokers, in Rosenbaum 2002, section 4.3.2: of 122 pairs in
# which one died of lung cancer, it was the smoker in 110
@pytest.mark.parametrize("gamma", [1, 2, 3, 4, 5, 6])
def test_smoking_and_lung_cancer(gamma):
    assert rosenbaum_bound(110, 122, gamma) == pytest.approx(tail(110, 122, gamma), rel=EXACT)


def test_smoking_and_lung_cancer_withstands_five_but_not_six():
    assert rosenbaum_bound(110, 122, 5) < 0.05 < rosenbaum_bound(110, 122, 6)
    assert 5 < rosenbaum_gamma(110, 122) < 6


@given(sign_tests(), st.sampled_from((1, 1.5, 2, 7)))
def test_exact_binomial_tail_with_the_count_itself(test, gamma):
    assert rosenbaum_bound(*test, gamma) == pytest.approx(tail(*test, gamma), rel=EXACT)


@given(sign_tests())
def test_no_bias_is_the_sign_test_and_bias_only_weakens(test):
    p = binomtest(*test, alternative="greater").pvalue
    assert rosenbaum_bound(*test, 1) == pytest.approx(p, rel=1e-9)
    found = [rosenbaum_bound(*test, g) for g in (1, 1.2, 2, 5, 100)]
    assert found == sorted(found)


@given(sign_tests(), st.sampled_from((0.01, 0.05, 0.2)))
def test_gamma_is_where_the_bound_meets_alpha(test, alpha):
    gamma = rosenbaum_gamma(*test, alpha=alpha)
    if math.isnan(gamma):
        assert rosenbaum_bound(*test, 1) > alpha
    else:
        assert rosenbaum_bound(*test, gamma) == pytest.approx(alpha, rel=1e-9)
        assert rosenbaum_bound(*test, gamma * 1.001) > alpha


def test_the_bound_holds_under_the_worst_bias_it_allows():
    # 40 pairs, each decided against the focal post with odds of 2: the level is kept
    wins = np.random.default_rng(7).binomial(40, 2 / 3, 20_000)
    values = {w: rosenbaum_bound(w, 40, 2) for w in set(wins.tolist())}
    rejected = np.mean([values[w] <= 0.05 for w in wins.tolist()])
    assert rejected <= 0.05 + 3 * math.sqrt(0.05 * 0.95 / 20_000)


def test_edges():
    assert rosenbaum_bound(0, 0, 3) == 1.0
    assert rosenbaum_bound(0, 9, 3) == 1.0
    assert rosenbaum_bound(5, 5, 1) == pytest.approx(1 / 32)
    assert math.isnan(rosenbaum_gamma(0, 0))
    assert rosenbaum_gamma(5, 5, alpha=1 / 32) == pytest.approx(1)
    assert rosenbaum_bound(np.int64(5), np.float64(5), 1) == pytest.approx(1 / 32)
    # one pair: p is gamma / (1 + gamma), never as low as 0.05
    assert rosenbaum_bound(1, 1, 4) == pytest.approx(0.8)
    assert math.isnan(rosenbaum_gamma(1, 1))


def test_ten_million_pairs():
    assert rosenbaum_bound(TEN_MILLION // 2, TEN_MILLION, 1) == pytest.approx(0.5, abs=2e-4)
    gamma = rosenbaum_gamma(6 * TEN_MILLION // 10, TEN_MILLION)
    # the 5 % point is 1.645 standard deviations from the share itself
    share = 0.6 - 1.6449 * math.sqrt(0.24 / TEN_MILLION)
    assert gamma == pytest.approx(share / (1 - share), rel=1e-6)
    assert rosenbaum_gamma(TEN_MILLION, TEN_MILLION) == pytest.approx(
        -TEN_MILLION / math.log(0.05), rel=1e-6
    )


def test_faults_all_at_once():
    with pytest.raises(EstimationError, match=r"successes is 2\.5.*pairs is -1.*gamma is 0\.5"):
        rosenbaum_bound(2.5, -1, 0.5)
    with pytest.raises(EstimationError, match="successes are 6 of 5 pairs"):
        rosenbaum_bound(6, 5, 2)
    for bad in (math.nan, math.inf, "many", None):
        with pytest.raises(EstimationError, match="pairs is"):
            rosenbaum_bound(1, bad, 2)
        with pytest.raises(EstimationError, match="gamma is"):
            rosenbaum_bound(1, 2, bad)
    with pytest.raises(EstimationError, match=r"alpha is 0; allowed: between 0 and 1"):
        rosenbaum_gamma(3, 5, alpha=0)
