"""One odds ratio over strata, exactly."""

from __future__ import annotations

import time
from math import comb, inf, isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq
from scipy.stats import fisher_exact, nchypergeom_fisher
from statsmodels.discrete.conditional_models import ConditionalLogit

from audit.errors import EstimationError, SupportError
from audit.estimators.strata import exact_odds_ratio, mantel_haenszel

TEN_MILLION = 10**7
THREE = np.array([[12, 40, 9, 50], [3, 8, 1, 9], [0, 5, 2, 6]])


@st.composite
def counts(draw):
    rows = []
    for _ in range(draw(st.integers(0, 4))):
        n1, n2 = draw(st.integers(0, 12)), draw(st.integers(0, 12))
        rows.append([draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2])
    n1, n2 = draw(st.integers(1, 9)), draw(st.integers(1, 9))
    rows.append([1, n1, draw(st.integers(0, n2 - 1)), n2])  # both classes and both outcomes
    return np.array(rows)


def law(table):
    """Return the weight of every total in whole numbers, and the place of the observed one."""
    weights, place = np.array([1], dtype=object), 0
    for a, n1, c, n2 in np.asarray(table).tolist():
        low, high = max(0, a + c - n2), min(n1, a + c)
        one = [comb(n1, u) * comb(n2, a + c - u) for u in range(low, high + 1)]
        weights = np.convolve(weights, np.array(one, dtype=object))
        place += a - low
    return weights.astype(float), place


def tails(table, odds_ratio):
    weights, place = law(table)
    weights = weights * odds_ratio ** (np.arange(len(weights)) - place)
    return weights[place:].sum() / weights.sum(), weights[: place + 1].sum() / weights.sum()


# against other ways to the same number --------------------------------------------------------


def test_one_stratum_is_fisher():
    found = exact_odds_ratio([[12, 40, 9, 50]])
    assert found.p_value == pytest.approx(fisher_exact([[12, 28], [9, 41]]).pvalue, rel=1e-9)

    def beyond(log_odds, upper):
        here = nchypergeom_fisher(90, 21, 40, np.exp(log_odds))
        return (here.sf(11) if upper else -here.cdf(12)) + (-0.025 if upper else 0.025)

    low, high = (np.exp(brentq(beyond, -3, 3, args=(u,), xtol=1e-12)) for u in (True, False))
    # SciPy's distribution is good to about 1e-9
    assert (found.conf_low, found.conf_high) == pytest.approx((low, high), rel=1e-7)


def test_estimate_is_that_of_conditional_logit():
    rows = []
    for stratum, (a, n1, c, n2) in enumerate(THREE.tolist()):
        for focal, events, n in ((1, a, n1), (0, c, n2)):
            rows += [(stratum, focal, int(i < events)) for i in range(n)]
    frame = pd.DataFrame(rows, columns=["stratum", "focal", "y"])
    model = ConditionalLogit(frame["y"], frame[["focal"]], groups=frame["stratum"])
    found = exact_odds_ratio(THREE)
    at = np.log([found.estimate])
    # their likelihood is flat where ours says; their optimiser itself stops 4e-6 short of it
    assert model.score(at) == pytest.approx([0], abs=1e-9)
    step = 1e-5
    curve = (model.score(at - step) - model.score(at + step))[0] / (2 * step)
    # the difference quotient's own error
    assert found.std_error == pytest.approx(1 / sqrt(curve), rel=1e-7)


def test_matched_pairs_are_a_sign_test():
    # 30 pairs with an event of the focal member only, 12 of the reference member only
    pairs = [[1, 1, 0, 1]] * 30 + [[0, 1, 1, 1]] * 12 + [[1, 1, 1, 1]] * 7
    found = exact_odds_ratio(pairs)
    assert found.estimate == pytest.approx(30 / 12)
    assert found.std_error == pytest.approx(sqrt(1 / 30 + 1 / 12))
    p = 2 * sum(comb(42, k) for k in range(30, 43)) / 2**42
    assert found.p_value == pytest.approx(p)
    assert found.note == "7 of 49 strata hold one class or one outcome"


@settings(deadline=None, max_examples=60)
@given(counts(), st.sampled_from([0.5, 0.9, 0.95, 0.999]))
def test_limits_leave_the_tails_they_say(table, confidence):
    found = exact_odds_ratio(table, confidence=confidence)
    tail = (1 - confidence) / 2
    if found.conf_low > 0:
        assert tails(table, found.conf_low)[0] == pytest.approx(tail, rel=1e-9)
    if found.conf_high < inf:
        assert tails(table, found.conf_high)[1] == pytest.approx(tail, rel=1e-9)
    weights, place = law(table)
    extreme = weights[weights <= weights[place] * (1 + 1e-7)].sum() / weights.sum()
    assert found.p_value == pytest.approx(extreme, rel=1e-9)
    assert found.conf_low <= found.estimate <= found.conf_high
    if 0 < found.estimate < inf:
        weights = weights * found.estimate ** np.arange(len(weights))
        assert weights @ np.arange(len(weights)) / weights.sum() == pytest.approx(place, rel=1e-9)


def test_every_outcome_together_is_covered():
    # all outcomes with these margins, at odds ratios of the true law: coverage is a sum
    intervals = {}
    for u in range(5):
        for v in range(4):
            table = [[u, 5, 4 - u, 6], [v, 3, 5 - v, 9]]
            chance = [comb(5, u) * comb(6, 4 - u), comb(3, v) * comb(9, 5 - v)]
            found = exact_odds_ratio(table)
            intervals[u, v] = (found.conf_low, found.conf_high, chance[0] * chance[1])
    for odds_ratio in (0.05, 0.3, 1, 2.5, 20):
        weight = {k: c * odds_ratio ** sum(k) for k, (_, _, c) in intervals.items()}
        inside = sum(
            w for k, w in weight.items() if intervals[k][0] <= odds_ratio <= intervals[k][1]
        )
        assert inside / sum(weight.values()) >= 0.95


# properties ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=25)
@given(counts(), st.randoms(use_true_random=False))
def test_swaps_order_and_empty_strata(table, random):
    found = exact_odds_ratio(table)
    order = random.sample(range(len(table)), len(table))
    more = np.vstack([table[order], [0, 0, 0, 0], [0, 0, 3, 8], [4, 4, 3, 3]])
    same = exact_odds_ratio(more)
    back = exact_odds_ratio(table[:, [2, 3, 0, 1]])
    a, n1, c, n2 = table.T
    other = exact_odds_ratio(np.column_stack([n1 - a, n1, n2 - c, n2]))
    close = {"rel": 1e-9}
    for name in ("estimate", "conf_low", "conf_high", "p_value"):
        assert getattr(same, name) == pytest.approx(getattr(found, name), **close)
    for turned in (back, other):
        assert turned.p_value == pytest.approx(found.p_value, **close)
        for name, mirror in (
            ("estimate", "estimate"),
            ("conf_low", "conf_high"),
            ("conf_high", "conf_low"),
        ):
            value = getattr(found, mirror)
            expected = 1 / value if value > 0 else inf
            assert getattr(turned, name) == pytest.approx(expected, **close)


def test_many_cases_agree_with_mantel_haenszel():
    rng = np.random.default_rng(2)
    n = rng.integers(500, 3000, size=(20, 2))
    table = np.column_stack([rng.binomial(n[:, 0], 0.3), n[:, 0], rng.binomial(n[:, 1], 0.25)])
    table = np.column_stack([table, n[:, 1]])
    exact, pooled = exact_odds_ratio(table), mantel_haenszel(table)
    for name in ("estimate", "conf_low", "conf_high", "std_error"):
        assert getattr(exact, name) == pytest.approx(getattr(pooled, name), rel=0.005)


# edges --------------------------------------------------------------------------------------


def test_nothing_on_one_side():
    none = exact_odds_ratio([[0, 5, 2, 9], [0, 4, 3, 10]])
    assert (none.estimate, none.conf_low) == (0.0, 0.0)
    assert 0 < none.conf_high < inf
    assert isnan(none.std_error)
    for table in ([[5, 5, 2, 9]], [[2, 9, 0, 5]]):
        every = exact_odds_ratio(table)
        assert every.estimate == every.conf_high == inf
        assert 0 < every.conf_low < inf


def test_strong_effects_keep_their_small_p():
    strong = exact_odds_ratio([[60, 100, 10, 100]])
    plain = fisher_exact([[60, 40], [10, 90]]).pvalue
    assert strong.p_value == pytest.approx(plain, rel=1e-7)
    assert plain < 1e-12
    tiny = exact_odds_ratio([[700, 1000, 250, 1000]])
    assert 0 < tiny.p_value < 1e-80
    whole = [comb(1000, u) * comb(1000, 950 - u) for u in range(951)]
    extreme = sum(w for w in whole if w <= whole[700])
    assert tiny.p_value == pytest.approx(extreme / sum(whole), rel=1e-9)
    assert exact_odds_ratio([[3000, 3000, 0, 3000]]).p_value == 0.0


def test_ten_million_cases_and_a_hundred_thousand_strata():
    start = time.perf_counter()
    rare = exact_odds_ratio(
        [[100, TEN_MILLION, 150, TEN_MILLION], [3, TEN_MILLION, 4, TEN_MILLION]]
    )
    half = exact_odds_ratio([[5_000_000, TEN_MILLION, 5_002_000, TEN_MILLION]])
    rng = np.random.default_rng(0)
    n = rng.integers(1, 4, size=(100_000, 2))
    small = np.column_stack([rng.binomial(n[:, 0], 0.3), n[:, 0], rng.binomial(n[:, 1], 0.3)])
    many = exact_odds_ratio(np.column_stack([small, n[:, 1]]))
    for found, close in ((rare, 0.05), (half, 0.01), (many, 0.01)):
        assert found.conf_low < found.estimate < found.conf_high
        # where events are many the exact interval is nearly the normal one
        wide = (np.log(found.conf_high) - np.log(found.conf_low)) / (2 * 1.959964)
        assert wide == pytest.approx(found.std_error, rel=close)
    assert time.perf_counter() - start < 20


def test_what_cannot_be_answered():
    with pytest.raises(SupportError, match=r"none of 2 strata holds both classes.*Try"):
        exact_odds_ratio([[1, 4, 0, 0], [0, 0, 2, 9]])
    with pytest.raises(EstimationError, match=r"no stratum holds both classes and both outcomes"):
        exact_odds_ratio([[0, 4, 0, 9], [3, 3, 2, 2], [1, 4, 0, 0]])
    with pytest.raises(SupportError, match=r"none of 0 strata"):
        exact_odds_ratio(np.empty((0, 4)))


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"whole cases.*found.*1\.5.*mantel_haenszel"):
        exact_odds_ratio([[1.5, 4, 1, 9]])
    with pytest.raises(EstimationError, match=r"whole cases, up to 2\*\*53"):
        exact_odds_ratio([[1, 1e20, 1, 9]])
    with pytest.raises(EstimationError, match=r"focal events exceed n.*reference events is negat"):
        exact_odds_ratio([[5, 4, -1, 9]])
    with pytest.raises(EstimationError, match="missing or infinite"):
        exact_odds_ratio([[1, np.nan, 1, inf]])
    with pytest.raises(EstimationError, match=r"confidence is 1\.5"):
        exact_odds_ratio(THREE, confidence=1.5)
    with pytest.raises(EstimationError, match=r"shape \(4,\)"):
        exact_odds_ratio([1, 2, 3, 4])


def test_both_ways_to_convolve_agree(monkeypatch):
    table = [[300, 900, 350, 1000], [200, 700, 280, 900], [20, 60, 30, 80]]
    direct = exact_odds_ratio(table)
    monkeypatch.setattr("audit.estimators.tables.conditional_law.FFT_LENGTH", 1)
    fast = exact_odds_ratio(table)
    for name in ("estimate", "conf_low", "conf_high", "p_value"):
        # the FFT's noise is 1e-14 of the peak
        assert getattr(fast, name) == pytest.approx(getattr(direct, name), rel=1e-9)
