"""What an unmeasured cause must explain."""

from __future__ import annotations

from math import inf, isnan, nan, sqrt

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy.stats import t as student

from audit.checks.robustness import benchmark_bounds, robustness_value
from audit.errors import EstimationError

T = st.floats(0.01, 30)
DF = st.floats(3, 1e6)
SHARE = st.floats(0, 0.9)


@given(T, DF, st.floats(0.1, 1))
def test_a_cause_as_strong_as_the_value_takes_the_estimate_away(t, df, q):
    value = robustness_value(t, df, q=q)
    assume(value < 1 - 1e-9)
    left = benchmark_bounds(t, 1.0, df, r2_dz=value, r2_yz=value)
    assert left.estimate == pytest.approx((1 - q) * t, abs=1e-9 * t * sqrt(df))


@given(T, st.floats(5, 1e6), st.floats(0.001, 0.5))
def test_at_a_level_the_worst_cause_of_that_strength_makes_it_insignificant(t, df, alpha):
    value = robustness_value(t, df, alpha=alpha)
    assume(0.001 < value < 0.99)

    # the worst cause explains at most that share of the outcome, and no more than k²/f²
    inside = value / (1 - value) * df / t**2
    found = benchmark_bounds(t, 1.0, df, r2_dz=value, r2_yz=min(value, inside))
    needed = student.ppf(1 - alpha / 2, df - 1)
    assert found.estimate / found.std_error == pytest.approx(needed, rel=1e-6)


@given(T, DF)
def test_order_of_the_values(t, df):
    value = robustness_value(t, df)
    assert 0 <= robustness_value(t, df, alpha=0.05) <= value <= 1
    assert robustness_value(-t, df) == value
    assert robustness_value(1.1 * t, df) >= value
    assert robustness_value(t, df, alpha=1) == pytest.approx(value)


@given(st.floats(-5, 5), st.floats(0.01, 3), DF, SHARE, SHARE)
def test_sign_and_no_cause(estimate, std_error, df, r2_dz, r2_yz):
    found = benchmark_bounds(estimate, std_error, df, r2_dz=r2_dz, r2_yz=r2_yz)
    if estimate:
        back = benchmark_bounds(-estimate, std_error, df, r2_dz=r2_dz, r2_yz=r2_yz)
        assert back.estimate == -found.estimate
        assert back.conf_low == pytest.approx(-found.conf_high)
    none = benchmark_bounds(estimate, std_error, df, r2_dz=0, r2_yz=0)
    assert none.estimate == estimate
    assert none.std_error == pytest.approx(std_error * sqrt(df / (df - 1)))


def test_bounds_are_the_fit_with_the_cause():
    # with the cause measured, the formula gives the longer regression exactly
    rng = np.random.default_rng(5)
    n = 60
    x, z = rng.normal(size=(2, n))
    d = 0.5 * x + 0.8 * z + rng.normal(size=n)
    y = d + 2 * z + x + rng.normal(size=n)

    def fit(columns, outcome):
        X = np.column_stack(columns)
        params = np.linalg.lstsq(X, outcome, rcond=None)[0]
        squares = float(((outcome - X @ params) ** 2).sum())
        errors = np.sqrt(np.diag(np.linalg.inv(X.T @ X)) * squares / (n - X.shape[1]))
        return params, errors, squares

    one = np.ones(n)
    short, long = fit([one, x, d], y), fit([one, x, d, z], y)
    r2_yz = 1 - long[2] / short[2]
    r2_dz = 1 - fit([one, x, z], d)[2] / fit([one, x], d)[2]
    found = benchmark_bounds(short[0][2], short[1][2], n - 3, r2_dz=r2_dz, r2_yz=r2_yz)
    assert found.estimate == pytest.approx(long[0][2])
    assert found.std_error == pytest.approx(long[1][2])
    assert found.df == n - 4
    assert found.p_value == pytest.approx(2 * student.sf(long[0][2] / long[1][2], n - 4))


def test_edges():
    assert robustness_value(0, 10) == 0
    assert robustness_value(3, 10, q=0) == 0
    assert robustness_value(1.9, 10**7, alpha=0.05) == 0
    assert robustness_value(1e9, 2) == pytest.approx(1)
    assert 0 < robustness_value(1e-8, 10**7) < 1e-10
    none = benchmark_bounds(1, 0, 10, r2_dz=0.5, r2_yz=0.5)
    assert (none.estimate, none.conf_low, none.conf_high) == (1, 1, 1)
    assert isnan(none.p_value)
    assert benchmark_bounds(0, 1, 10, r2_dz=0.5, r2_yz=0.5).estimate < 0


def test_faults_all_at_once():
    with pytest.raises(EstimationError, match=r"t is nan.*df is 1; allowed: finite and above 1.*q"):
        robustness_value(nan, 1, q=-1, alpha=0.05)
    with pytest.raises(EstimationError, match=r"alpha is 0; allowed: above 0"):
        robustness_value(1, 5, alpha=0)
    with pytest.raises(
        EstimationError, match=r"estimate is inf.*std_error is -1.*r2_dz is 1.*r2_y"
    ):
        benchmark_bounds(inf, -1, 5, r2_dz=1, r2_yz=2)
    with pytest.raises(EstimationError, match="confidence is 95"):
        benchmark_bounds(1, 1, 5, r2_dz=0, r2_yz=0, confidence=95)


@pytest.mark.parametrize("odd", ["2", None, [2.0, 3.0], np.array([2.0, 3.0]), True])
def test_one_number_each(odd):
    for name in ("estimate", "std_error", "df", "r2_dz", "r2_yz"):
        given = {"estimate": 1.0, "std_error": 0.5, "df": 9, "r2_dz": 0.1, "r2_yz": 0.1, name: odd}
        with pytest.raises(EstimationError, match=f"{name} is .*allowed"):
            benchmark_bounds(
                given.pop("estimate"), given.pop("std_error"), given.pop("df"), **given
            )
    with pytest.raises(EstimationError, match=r"t is .*df is .*q is "):
        robustness_value(odd, odd, q=odd)
    if odd is not None:
        with pytest.raises(EstimationError, match=r"alpha is .*or None"):
            robustness_value(2.0, 9, alpha=odd)
