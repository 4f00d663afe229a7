"""The p-value beside an interval: it rejects exactly where the interval excludes zero."""

from __future__ import annotations

from dataclasses import replace
from math import isnan

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.estimators.accounts.standardised import standardised_effect
from audit.estimators.tables.inversion import interval_p

LEVELS = (0.8, 0.9, 0.95, 0.99, 0.999)


def studies(seed: int, *, leaders: int = 8, gap: float = 0.15):
    rng = np.random.default_rng(seed)
    n = rng.integers(1, 40, leaders + 60)
    focal = np.arange(len(n)) < leaders
    p = np.clip(rng.beta(2, 6, len(n)) + gap * focal, 0, 1)
    return rng.binomial(n, p), n, np.arange(len(n)), rng.integers(0, 2, len(n)), focal


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), gap=st.sampled_from([-0.2, 0.0, 0.1, 0.3]))
def test_it_is_at_most_alpha_exactly_where_the_interval_excludes_zero(seed: int, gap: float):
    table = studies(seed, gap=gap)
    p = interval_p(standardised_effect(*table))
    for level in LEVELS:
        e = standardised_effect(*table, confidence=level)
        assert (e.conf_low > 0 or e.conf_high < 0) == (p < 1 - level)


def test_no_gap_has_p_one_and_no_posts_have_none():
    even = standardised_effect([1, 1, 1], [4] * 3, [0, 1, 2], ["a"] * 3, [True, False, False])
    assert even.estimate == 0
    assert interval_p(even) == 1
    assert isnan(interval_p(replace(even, estimate=float("nan"))))


def test_the_confidence_of_the_limits_does_not_matter():
    table = studies(4)
    ps = [interval_p(standardised_effect(*table, confidence=c)) for c in (0.5, 0.95)]
    assert ps[0] == pytest.approx(ps[1], rel=1e-9)


def test_a_larger_gap_has_a_smaller_p():
    e, n, account, _, focal = studies(7, gap=0)
    ps = []
    for share in (0.3, 0.5, 0.7):
        moved = np.where(focal, np.round(n * share), e)
        ps.append(interval_p(standardised_effect(moved, n, account, [0] * len(n), focal)))
    assert ps == sorted(ps, reverse=True)
