"""The outcome test: the score interval, and a warning that never goes missing."""

from __future__ import annotations

from math import isnan

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import EstimationError
from audit.estimators.outcome import outcome_test
from audit.estimators.proportions import risk_difference

COUNTS = st.tuples(st.integers(1, 40), st.integers(1, 40)).flatmap(
    lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
)


def test_counts_are_numbers():
    with pytest.raises(EstimationError, match="counts must be numbers, one each: found '3'"):
        outcome_test("3", 10, 4, 10)


def test_published_limits(golden):
    # the score limits are those of Newcombe's table; only the words are new
    g = golden("G04")
    for row, limits in zip(g.data.itertuples(), g.expected["mn"], strict=True):
        found = outcome_test(row.x1, row.n1, row.x2, row.n2)
        assert (found.conf_low, found.conf_high) == pytest.approx(limits, abs=g.tolerance)


@settings(max_examples=25, deadline=None)
@given(COUNTS)
def test_swapping_the_classes_flips_the_sign(table):
    there, back = outcome_test(*table), outcome_test(*table[2:], *table[:2])
    assert back.estimate == pytest.approx(-there.estimate)
    assert (back.conf_low, back.conf_high) == pytest.approx(
        (-there.conf_high, -there.conf_low), abs=1e-7
    )
    plain = risk_difference(*table, method="miettinen_nurminen")
    assert (there.estimate, there.p_value) == (plain.estimate, plain.p_value)


@pytest.mark.parametrize("table", [(12, 40, 9, 50), (0, 0, 3, 9), (0, 5, 0, 5), (5, 5, 5, 5)])
def test_the_warning_is_always_there(table):
    found = outcome_test(*table)
    assert "infra-marginality; Simoiu" in found.note
    assert "outcome test" in found.method


def test_edges():
    empty = outcome_test(0, 0, 3, 9)
    assert isnan(empty.estimate)
    assert (empty.conf_low, empty.conf_high) == (-1, 1)
    assert empty.note.startswith("A class has no cases")
    for same in ((0, 5, 0, 5), (5, 5, 5, 5)):
        found = outcome_test(*same)
        assert found.estimate == 0
        assert found.p_value == 1
        assert found.conf_low < 0 < found.conf_high
    big = outcome_test(10**6, 10**7, 10**6 + 5000, 10**7)
    assert big.conf_low < big.estimate < big.conf_high < 0
    assert big.conf_low == pytest.approx(-5e-4 - 1.96 * (2 * 0.09 / 10**7) ** 0.5, abs=1e-6)
    wide = outcome_test(12, 40, 9, 50, confidence=0.99)
    assert wide.conf_low < outcome_test(12, 40, 9, 50).conf_low


def test_faults():
    with pytest.raises(EstimationError, match="events exceed n"):
        outcome_test(6, 5, 1, 2)
    with pytest.raises(EstimationError, match=r"missing or infinite.*confidence is 2"):
        outcome_test(float("nan"), 5, 1, 2, confidence=2)
