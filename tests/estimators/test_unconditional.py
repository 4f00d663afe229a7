"""The unconditional tests against whole-number enumeration, whatever rate the classes share."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest

from audit.errors import EstimationError
from audit.estimators.proportions import exact_test

RATES = np.concatenate([np.linspace(0, 1, 2001)[1:-1], [0.98301, 0.9931, 0.0131, 0.663455]])


def most_probable(region, n1, n2):
    """Return the largest probability of a set of tables over many shared rates."""
    ways = np.zeros(n1 + n2 + 1)
    for a, c in region:
        ways[a + c] += comb(n1, a) * comb(n2, c) / comb(n1 + n2, a + c)
    total = np.arange(n1 + n2 + 1)
    from scipy.stats import binom

    return max(float(binom.pmf(total, n1 + n2, rate) @ ways) for rate in RATES)


def fisher_less(a, n1, c, n2):
    """Return Fisher's one-sided p from whole numbers."""
    total, whole = a + c, comb(n1 + n2, a + c)
    below = sum(comb(n1, i) * comb(n2, total - i) for i in range(max(0, total - n2), a + 1))
    return below / whole


@pytest.mark.parametrize("table", [(2, 7, 6, 8), (1, 5, 9, 12), (0, 16, 15, 72), (9, 13, 4, 14)])
def test_boschloo_against_enumeration(table):
    a, n1, c, n2 = table
    both = [(i, j) for i in range(n1 + 1) for j in range(n2 + 1)]
    less = {(i, j): fisher_less(i, n1, j, n2) for i, j in both}
    more = {(i, j): fisher_less(n1 - i, n1, n2 - j, n2) for i, j in both}
    found = {}
    for side, p in (("less", less), ("greater", more)):
        region = [t for t in both if p[t] <= p[a, c] * (1 + 1e-12)]
        test = exact_test(*table, alternative=side)
        assert test.statistic == pytest.approx(p[a, c], rel=1e-9)
        assert test.p_value == pytest.approx(most_probable(region, n1, n2), rel=1e-4)
        assert test.p_value <= p[a, c] * (1 + 1e-9), "never above Fisher's"
        found[side] = test.p_value
    assert exact_test(*table).p_value == pytest.approx(min(1, 2 * min(found.values())))


@pytest.mark.parametrize("table", [(1, 8, 8, 11), (3, 13, 9, 17), (2, 10, 12, 20), (7, 15, 12, 15)])
@pytest.mark.parametrize("side", ["less", "two-sided"])
def test_barnard_against_enumeration(table, side):
    a, n1, c, n2 = table

    def signed_square(i, j):
        gap, total = i * n2 - j * n1, i + j
        return gap * abs(gap) / (total * (n1 + n2 - total)) if gap else 0.0

    both = {(i, j): signed_square(i, j) for i in range(n1 + 1) for j in range(n2 + 1)}
    at = both.pop((a, c))

    def chance(least):
        """Return the p if other tables count from so large a share of the observed z squared."""
        reached = {t for t, v in both.items() if (-v if side == "less" else abs(v)) >= least * -at}
        return most_probable(reached | {(a, c)}, n1, n2)

    found = exact_test(*table, method="barnard", alternative=side)
    # rounding decides on tables whose z equals the observed one
    low, high = chance(1 + 1e-9), chance(1 - 1e-9)
    assert low * (1 - 1e-4) <= found.p_value <= high * (1 + 1e-4)
    said = "count" in found.method
    assert said == (high > found.p_value * (1 + 5e-4)), "the larger p is said where there is one"
    if said:
        assert float(found.method.split("; ")[1].split()[0]) == pytest.approx(high, rel=1e-4)


@pytest.mark.parametrize("method", ["barnard", "boschloo"])
def test_no_shared_rate_makes_the_tables_more_probable(method):
    # SciPy 1.17 stops at another peak: 0.1406 and 0.1965 here
    found = exact_test(0, 35, 120, 3000, method=method, alternative="less")
    reached = {"barnard": 0.1954626, "boschloo": 0.1974499}[method]  # at 0.993 and 0.53675
    assert found.p_value >= reached
    assert found.p_value == pytest.approx(reached, rel=1e-4)


@pytest.mark.parametrize("method", ["barnard", "boschloo"])
def test_swapping_the_classes_swaps_the_sides(method):
    one = exact_test(4, 11, 12, 17, method=method, alternative="less").p_value
    other = exact_test(12, 17, 4, 11, method=method, alternative="greater").p_value
    assert one == pytest.approx(other, rel=1e-8)


def test_thousands_are_answered_and_more_refused():
    assert exact_test(300, 3000, 350, 3000).p_value == pytest.approx(0.0401, abs=1e-4)
    with pytest.raises(EstimationError, match=r"would list .* tables of 60,000 cases"):
        exact_test(1, 100, 2, 59_900)
