"""The rate of a class by account."""

from __future__ import annotations

from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.proportions import (
    borrowed_icc,
    clustered_difference,
    clustered_proportion,
    intraclass_correlation,
    mover_difference,
    proportion,
)

LEADERS = np.full(5, 60)
ROUNDING = 1e-9


@st.composite
def classes(draw, smallest=2):
    n = np.array(draw(st.lists(st.integers(1, 30), min_size=smallest, max_size=12)))
    return np.array([draw(st.integers(0, int(m))) for m in n]), n


iccs = st.one_of(st.none(), st.sampled_from([0.0, 0.1, 0.3, 1.0]))


def by_hand(y, n, icc):
    """METHODS 1, written out once more."""
    size, k = n.sum(), len(n)
    p = y.sum() / size
    v = (k - 1) / k * (((y - n * p) / (1 - n / size)) ** 2).sum() / size**2
    deff = max(1, v / (p * (1 - p) / size), 1 + icc * ((n**2).sum() / size - 1))
    n_eff, k_eff = size / deff, size**2 / (n**2).sum()
    z = stats.t.ppf(0.975, max(1, k_eff - 1))
    centre = (p + z * z / 2 / n_eff) / (1 + z * z / n_eff)
    half = z / (1 + z * z / n_eff) * np.sqrt(p * (1 - p) / n_eff + z * z / 4 / n_eff**2)
    return p, centre - half, centre + half, deff, k_eff


@pytest.mark.parametrize("icc", [0.0, 0.2, 0.9])
def test_formula_of_methods(icc):
    y, n = np.array([3, 0, 12, 7, 1]), np.array([60, 10, 30, 44, 5])
    found = clustered_proportion(y, n, icc=icc)
    assert (
        found.estimate,
        found.conf_low,
        found.conf_high,
        found.deff,
        found.k_eff,
    ) == pytest.approx(by_hand(y, n, icc))
    assert found.n_eff == pytest.approx(n.sum() / found.deff)
    assert found.n_accounts == 5


def test_anova_intraclass_correlation_by_hand():
    # posts 1 1 1 0 | 0 0 0 1 | 1 1 0 0: between 1/4 · 2, within 2.5 / 9
    y, n = [3, 1, 2], [4, 4, 4]
    between, within = 0.5 / 2, (0.75 + 0.75 + 1.0) / 9
    expected = (between - within) / (between + 3 * within)
    assert expected < 0
    assert intraclass_correlation(y, n) == 0.0
    y = [4, 0, 2]
    between, within = 2.0 / 2, 1.0 / 9
    assert intraclass_correlation(y, n) == pytest.approx(
        (between - within) / (between + 3 * within)
    )


def test_intraclass_correlation_finds_the_one_simulated():
    rng = np.random.default_rng(1)
    n = rng.integers(2, 40, 5000)
    y = rng.binomial(n, rng.beta(0.2 * 4, 0.8 * 4, 5000))
    assert intraclass_correlation(y, n) == pytest.approx(0.2, abs=0.01)


def test_five_leaders_borrow_from_the_ordinary():
    rng = np.random.default_rng(2)
    n = np.r_[LEADERS, np.full(300, 6)]
    y = np.r_[np.zeros(5, int), rng.binomial(6, rng.beta(0.4, 1.6, 300))]
    focal = np.arange(305) < 5
    icc = borrowed_icc(y, n, focal)
    assert icc == max(intraclass_correlation(y[5:], n[5:]), intraclass_correlation(y, n))
    assert icc > 0.2
    alone = clustered_proportion(y[:5], n[:5])
    lent = clustered_proportion(y[:5], n[:5], icc=icc)
    assert (alone.deff, alone.icc) == (pytest.approx(1), 0)
    assert lent.deff == pytest.approx(1 + icc * 59)
    assert lent.conf_high > 3 * alone.conf_high


@given(classes(1), iccs)
def test_one_event_is_not_more_certain_than_none(counts, icc):
    # nor are all less certain than all but one: no jump at rate 0 or 1, whoever has the event
    _, n = counts
    for g in range(len(n)):
        one = np.zeros(len(n), int)
        one[g] = 1
        pairs = ((np.zeros(len(n), int), one), (n - one, n))
        for fewer, more in pairs:
            a, b = (clustered_proportion(y, n, icc=icc) for y in (fewer, more))
            assert b.conf_low >= a.conf_low - ROUNDING
            assert b.conf_high >= a.conf_high - ROUNDING


@pytest.mark.parametrize("icc", [None, 0.0, 0.3])
@pytest.mark.parametrize("spread", ["in turn", "one account"])
def test_limits_never_fall_as_events_grow(icc, spread):
    order = np.tile(np.arange(5), 60) if spread == "in turn" else np.zeros(60, int)
    rows = [np.bincount(order[:k], minlength=5) for k in range(len(order) + 1)]
    found = [clustered_proportion(y, LEADERS, icc=icc) for y in rows]
    limits = [(e.conf_low, e.conf_high) for e in found]
    assert (np.diff(limits, axis=0) >= -ROUNDING).all()


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.floats(0, 1))
def test_limits_never_fall_as_events_grow_in_proportion(n, icc):
    n = np.array(n)
    found = [clustered_proportion(n * p, n, icc=icc) for p in np.linspace(0, 1, 21)]
    limits = [(e.conf_low, e.conf_high) for e in found]
    assert (np.diff(limits, axis=0) >= -ROUNDING).all()


@given(classes(), iccs)
def test_outcomes_turned_round_turn_the_limits_round(counts, icc):
    y, n = counts
    acted, left = clustered_proportion(y, n, icc=icc), clustered_proportion(n - y, n, icc=icc)
    assert (1 - left.conf_high, 1 - left.conf_low) == pytest.approx(
        (acted.conf_low, acted.conf_high), abs=1e-7
    )


@given(classes(), iccs, st.randoms(use_true_random=False))
def test_order_scale_of_weights_and_empty_accounts_are_nothing(counts, icc, random):
    y, n = counts
    order = random.sample(range(len(n)), len(n))
    plain = clustered_proportion(y, n, icc=icc)
    others = (
        clustered_proportion(y[order], n[order], icc=icc),
        clustered_proportion(y, n, icc=icc, weights=np.full(len(n), 7.0)),
        clustered_proportion(np.r_[y, 0], np.r_[n, 0], icc=icc),
        clustered_proportion(np.r_[y, 3], np.r_[n, 3], weights=np.r_[np.ones(len(n)), 0], icc=icc),
    )
    for other in others:
        assert (other.estimate, other.conf_low, other.conf_high) == pytest.approx(
            (plain.estimate, plain.conf_low, plain.conf_high), abs=1e-7
        )
        assert other.n_accounts == plain.n_accounts


def test_one_post_each_is_wilson_with_t():
    y = np.r_[np.ones(300), np.zeros(700)]
    found, plain = clustered_proportion(y, np.ones(1000)), proportion(300, 1000)
    # v_jack divides by K - 1 what independence divides by K
    assert found.deff == pytest.approx(1000 / 999)
    assert (found.conf_low, found.conf_high) == pytest.approx(
        (plain.conf_low, plain.conf_high), abs=1e-4
    )


def test_account_weighted_rate_is_the_mean_of_the_rates():
    y, n = np.array([30, 0, 1]), np.array([60, 2, 4])
    found = clustered_proportion(y, n, weights=1 / n, icc=0.1)
    assert found.estimate == pytest.approx((0.5 + 0 + 0.25) / 3)
    assert found.k_eff == pytest.approx(3)
    # between-account variance of a mean of K
    se = np.std([0.5, 0, 0.25], ddof=1) / np.sqrt(3)
    assert found.std_error == pytest.approx(se)


def test_edges_of_one_class():
    nothing = clustered_proportion([], [])
    assert isnan(nothing.estimate)
    assert (nothing.conf_low, nothing.conf_high) == (0.0, 1.0)
    assert clustered_proportion([0, 0], [0, 0]).note == nothing.note
    assert clustered_proportion([1], [2], weights=[0]).n_accounts == 0
    one = clustered_proportion([3], [10], icc=0.2)
    assert (one.deff, one.df) == (pytest.approx(1 + 0.2 * 9), 1)
    assert "one account" in one.note
    every = clustered_proportion(LEADERS, LEADERS, icc=0.2)
    assert (every.estimate, every.conf_high) == (1.0, 1.0)
    many = clustered_proportion([5, 10**7 - 3], [10**7, 10**7])
    assert 0 < many.conf_low < many.conf_high < 1
    assert borrowed_icc([1, 0], [1, 1], [True, False]) == 0.0
    assert intraclass_correlation([2, 3], [2, 3]) == 0.0


def test_raw_gap_is_mover_of_the_two_classes():
    rng = np.random.default_rng(3)
    n = np.r_[LEADERS, rng.integers(1, 20, 40)]
    y = rng.binomial(n, 0.3)
    focal = np.arange(45) < 5
    icc = borrowed_icc(y, n, focal)
    parts = [clustered_proportion(y[s], n[s], icc=icc) for s in (focal, ~focal)]
    expected, found = mover_difference(*parts), clustered_difference(y, n, np.arange(45), focal)
    for name in ("estimate", "conf_low", "conf_high", "std_error", "df"):
        assert getattr(found, name) == pytest.approx(getattr(expected, name))


def test_raw_gap_borrows_the_larger_correlation():
    # ordinary accounts are all or nothing, leaders exactly alike: all accounts together seem less
    n, focal = np.full(12, 10), np.arange(12) < 6
    y = np.r_[np.full(6, 5), [0, 10, 0, 10, 0, 10]]
    found = clustered_difference(y, n, np.arange(12), focal)
    assert intraclass_correlation(y, n) < 0.9
    assert found.icc == intraclass_correlation(y[6:], n[6:]) == 1.0


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"n has 1 entries.*icc is 2"):
        clustered_proportion([1, 2], [3], icc=2)
    with pytest.raises(EstimationError, match=r"icc is '0\.1'; allowed: 0 to 1"):
        clustered_proportion([1], [3], icc="0.1")
    with pytest.raises(EstimationError, match="weights is negative"):
        clustered_proportion([1], [3], weights=[-1])
    with pytest.raises(EstimationError, match="events exceed n"):
        intraclass_correlation([4], [3])
    with pytest.raises(EstimationError, match="focal has 1 entries"):
        borrowed_icc([1, 1], [3, 3], [True])
    with pytest.raises(TooFewAccounts, match="has 1"):
        intraclass_correlation([1, 1], [3, 1])
