"""A small simulated check that nothing cries wolf; benchmarks/calibration.py is the long one."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from audit.estimators.resampling import permutation_test
from audit.estimators.strata import standardised_effect
from benchmarks.comparisons import Sums, clustered_z
from benchmarks.platforms import Cell, Source

REPETITIONS = 200
# with 200 repetitions a rate of 7.5 % shows more than 12.5 % once in 200, coverage of 92 % less
# than 86 % as seldom
MOST_FALSE_ALARMS, LEAST_COVERAGE = 0.125, 0.86
CELLS = {
    "few leaders less alike, rare actions": Cell(5, 0.3, 0.6, 0.02, 10, "lognormal", 12),
    "many leaders, small accounts": Cell(30, 0.3, 0.3, 0.02, 10, "equal", 1),
    "ten leaders, common actions": Cell(10, 0.1, 0.1, 0.2, 1, "equal", 12),
}


def verdicts(drawn):
    """Return by platform: interval excludes 0 and p <= 0.05; interval holds the truth."""
    truth = drawn.gap_at_focal_mix()
    for i in range(len(drawn.n)):
        long = drawn.long(i)
        e = standardised_effect(**long)
        p = permutation_test(**long, draws=199, seed=i).p_value
        excludes = not e.conf_low <= 0 <= e.conf_high
        yield excludes and p <= 0.05, e.conf_low <= truth[i] <= e.conf_high


@pytest.mark.parametrize("cell", CELLS.values(), ids=CELLS)
def test_platforms_without_a_difference(cell):
    drawn = Source.of(cell, "alike").draw(REPETITIONS, np.random.default_rng(20180105))
    alarms, holds = np.mean(list(verdicts(drawn)), axis=0)
    assert alarms <= MOST_FALSE_ALARMS
    assert holds >= LEAST_COVERAGE


@pytest.mark.parametrize("cell", list(CELLS.values())[:2], ids=list(CELLS)[:2])
def test_the_bounds_would_catch_the_usual_default(cell):
    drawn = Source.of(cell, "alike").draw(REPETITIONS, np.random.default_rng(20180105))
    z = clustered_z(Sums.of(drawn))
    assert np.mean(z.p_value <= 0.05) > MOST_FALSE_ALARMS
    assert np.mean((z.low <= drawn.raw_gap()) & (drawn.raw_gap() <= z.high)) < LEAST_COVERAGE


def test_a_true_gap_is_found():
    # 20 % halved for 30 leaders whose posts are little alike
    cell = Cell(30, 0.1, 0.1, 0.2, 1, "equal", 12)
    drawn = Source.of(cell, "halved").draw(50, np.random.default_rng(7))
    found, _ = np.sum(list(verdicts(drawn)), axis=0)
    assert found >= 45
