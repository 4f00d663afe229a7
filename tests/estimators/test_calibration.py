"""A small simulated check that nothing cries wolf; benchmarks/ has the long one."""

from __future__ import annotations

import numpy as np
import pytest

from audit.estimators.resampling import permutation_test
from audit.estimators.strata import standardised_effect

REPETITIONS = 200
# with 200 repetitions a rate of 7.5 % shows more than 12.5 % once in 200, coverage of 92 % less
# than 86 % as seldom; a clustered z interval covers 80 % in these cells (METHODS 1)
MOST_FALSE_ALARMS, LEAST_COVERAGE = 0.125, 0.86


@pytest.mark.parametrize(
    ("leaders", "rate", "posts", "icc"),
    [(5, 0.2, 60, 0.3), (5, 0.02, 6, 0.3), (10, 0.2, 6, 0.1)],
)
def test_null_platforms(leaders, rate, posts, icc):
    rng = np.random.default_rng(20180105)
    size, precision = leaders + 300, 1 / icc - 1
    n = np.r_[np.full(leaders, 60), np.full(300, posts)]
    account, focal, stratum = np.arange(size), np.arange(size) < leaders, np.zeros(size)
    by_interval = by_p = 0
    for i in range(REPETITIONS):
        y = rng.binomial(n, rng.beta(rate * precision, (1 - rate) * precision, size))
        e = standardised_effect(y, n, account, stratum, focal)
        by_interval += not e.conf_low <= 0 <= e.conf_high
        by_p += permutation_test(y, n, account, focal, draws=199, seed=i).p_value <= 0.05
    assert 1 - by_interval / REPETITIONS >= LEAST_COVERAGE
    assert by_p / REPETITIONS <= MOST_FALSE_ALARMS


def test_a_true_gap_is_found():
    # 10 leaders at 5 %, ordinary accounts at 30 %
    rng = np.random.default_rng(7)
    size = 310
    n = np.r_[np.full(10, 60), np.full(300, 6)]
    mean = np.where(np.arange(size) < 10, 0.05, 0.3)
    found = 0
    for i in range(50):
        y = rng.binomial(n, rng.beta(mean * 9, (1 - mean) * 9))
        focal = np.arange(size) < 10
        e = standardised_effect(y, n, np.arange(size), np.zeros(size), focal)
        p = permutation_test(y, n, np.arange(size), focal, draws=199, seed=i).p_value
        found += e.conf_high < 0 and p <= 0.05
    assert found >= 45
