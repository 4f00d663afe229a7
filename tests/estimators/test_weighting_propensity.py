"""Weights from a logit of class on covariates, and the contrast under odds weights."""

from __future__ import annotations

from math import inf, isnan, sqrt

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import approx_fprime, linprog
from scipy.special import expit

from audit.errors import EstimationError, SeparationError, SupportError, TooFewAccounts, UnknownName
from audit.estimators.weighting import (
    balance,
    overlap_weights,
    propensity_att,
    propensity_weights,
)

TARGETS = ("all", "focal", "overlap")


def sample(rng, n=300, effect=0.5):
    x = rng.normal(size=(n, 2))
    focal = rng.random(n) < expit(0.8 * x[:, 0] - 0.5)
    y = x[:, 0] + 0.5 * x[:, 1] + effect * focal + rng.normal(size=n)
    return x, focal, y


@pytest.fixture
def drawn():
    return sample(np.random.default_rng(11))


@st.composite
def tables(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, p = draw(st.integers(8, 80)), draw(st.integers(1, 3))
    X = rng.normal(size=(n, p)) * rng.choice([0.01, 1, 1000], size=p)
    if draw(st.booleans()):
        X[:, 0] = rng.integers(0, 3, n)
    focal = rng.random(n) < expit(X[:, -1] / X[:, -1].std())
    assume(2 <= focal.sum() <= n - 2 and (np.ptp(X, axis=0) > 0).all())
    return X, focal


def separable(X, focal):
    """Return how far a direction can part the classes (0: they overlap)."""
    signed = np.c_[np.ones(len(X)), X / np.ptp(X, axis=0)] * np.where(focal, 1, -1)[:, None]
    return -linprog(-signed.sum(axis=0), A_ub=-signed, b_ub=np.zeros(len(X)), bounds=(-1, 1)).fun


# weights ------------------------------------------------------------------------------------


def test_weights_are_those_of_a_logit(drawn):
    X, focal, _ = drawn
    e = sm.Logit(focal, sm.add_constant(X)).fit(disp=0, tol=1e-12).predict()
    p = focal.mean()
    expected = {
        ("all", False): np.where(focal, 1 / e, 1 / (1 - e)),
        ("all", True): np.where(focal, p / e, (1 - p) / (1 - e)),
        ("focal", False): np.where(focal, 1, e / (1 - e)),
        ("focal", True): np.where(focal, 1, e / (1 - e) * (1 - p) / p),
        ("overlap", False): np.where(focal, 1 - e, e),
    }
    for (target, stabilised), theirs in expected.items():
        ours = propensity_weights(X, focal, target=target, stabilised=stabilised)
        assert ours == pytest.approx(theirs, rel=1e-9)
    assert (
        overlap_weights(X, focal).tolist()
        == propensity_weights(X, focal, target="overlap").tolist()
    )


@settings(deadline=None, max_examples=40)
@given(tables())
def test_overlap_weights_balance_exactly_or_say_that_nothing_overlaps(table):
    X, focal = table
    parted = separable(X, focal)
    assume(parted < 1e-9 or parted > 1e-4)
    if parted > 1e-4:
        with pytest.raises(SeparationError, match=r"X separates the classes.*what separates: col"):
            overlap_weights(X, focal)
        return
    w = overlap_weights(X, focal)
    assert ((w > 0) & (w < 1)).all()
    assert balance(X, focal, w, sd="pooled")["smd"].abs().max() < 1e-8
    assert w[focal].sum() == pytest.approx(w[~focal].sum())
    # the score equations of the logit, in weights: odds weights repeat the number of focal rows
    swapped = overlap_weights(X, ~focal)
    assert swapped == pytest.approx(w, rel=1e-6, abs=1e-9)


@settings(deadline=None, max_examples=40)
@given(st.integers(0, 10**6), st.sampled_from(TARGETS), st.randoms(use_true_random=False))
def test_order_units_and_collinear_columns_are_nothing(seed, target, random):
    X, focal, _ = sample(np.random.default_rng(seed), 120)
    w = propensity_weights(X, focal, target=target)
    order = random.sample(range(len(X)), len(X))
    close = {"rel": 1e-7}
    assert propensity_weights(X[order], focal[order], target=target) == pytest.approx(
        w[order], **close
    )
    more = np.column_stack([1e6 * X - 3, X.sum(axis=1), np.full(len(X), 4.2)])
    assert propensity_weights(more, focal, target=target) == pytest.approx(w, **close)
    frame = pd.DataFrame(X, index=range(len(X), 0, -1))
    found = propensity_weights(frame, pd.Series(focal), target=target)
    assert found == pytest.approx(w, **close)


@pytest.mark.parametrize(
    ("X", "focal", "name"),
    [
        ([[1], [2], [3], [4]], [0, 0, 1, 1], "column 0"),
        # but for a tie
        ([[1], [2], [2], [3]], [0, 0, 1, 1], "column 0"),
        # a level that no reference row has
        ([[5, 0], [6, 0], [5, 0], [6, 1], [7, 0], [4, 0]], [0, 1, 1, 1, 0, 0], "column 1"),
        ([[1], [2]], [0, 1], "column 0"),
    ],
)
def test_separation_is_named(X, focal, name):
    for run in (propensity_weights, overlap_weights):
        with pytest.raises(SeparationError, match=rf"X separates.*what separates: {name}\. Try"):
            run(X, focal)


def test_separation_in_a_large_table_is_named():
    # the first steps overshoot here, and rounding looks like an answer
    rng = np.random.default_rng(0)
    X = rng.normal(size=(20_000, 8))
    focal = rng.random(len(X)) < expit(X[:, 0] - 3)
    X[:, 3] = focal & (rng.random(len(X)) < 0.3)
    with pytest.raises(SeparationError, match=r"what separates: column 3\."):
        overlap_weights(X, focal)


def test_faults_in_words():
    with pytest.raises(UnknownName, match=r"target of propensity_weights is called 'both'"):
        propensity_weights([[1]], [1], target="both")
    with pytest.raises(EstimationError, match=r"stabilised is True.*focal has 1.*X is missing"):
        propensity_weights([[1.0], [np.nan]], [1], target="overlap", stabilised=True)
    with pytest.raises(EstimationError, match="no column of X varies"):
        overlap_weights([[1.0], [1.0]], [1, 0])
    days = pd.DataFrame({"since": pd.date_range("2020-01-01", periods=2), "x": [1.0, 2.0]})
    with pytest.raises(EstimationError, match=r"X must be numbers: dates .* in since\. Try: days"):
        overlap_weights(days, [1, 0])
    with pytest.raises(SupportError, match="the reference class has no row"):
        overlap_weights([[1.0], [2.0]], [1, 1])
    with pytest.raises(SupportError, match="the focal class has no row"):
        propensity_weights([], [])


# the contrast -------------------------------------------------------------------------------


def by_hand(X, focal, y, cluster):
    """Return estimate and standard error from stacked equations and a numerical derivative."""
    D, z = np.column_stack([np.ones(len(X)), X]), focal.astype(float)
    k = D.shape[1]

    def equations(at):
        e = expit(D @ at[:k])
        odds = (1 - z) * e / (1 - e)
        score = D * (z - e)[:, None]
        return np.column_stack([score, z * (y - at[k]), odds * (y - at[k + 1])])

    coefficients = sm.Logit(z, D).fit(disp=0, tol=1e-12).params
    e = expit(D @ coefficients)
    odds = (1 - z) * e / (1 - e)
    at = np.r_[coefficients, y[focal].mean(), odds @ y / odds.sum()]
    bread = approx_fprime(at, lambda a: equations(a).sum(axis=0), 1e-6)
    summed = pd.DataFrame(equations(at)).groupby(cluster).sum().to_numpy()
    variance = np.linalg.solve(bread, np.linalg.solve(bread, summed.T @ summed).T)
    contrast = np.r_[np.zeros(k), 1, -1]
    return contrast @ at, sqrt(contrast @ variance @ contrast)


def test_error_is_that_of_the_stacked_equations(drawn):
    X, focal, y = drawn
    estimate, error = by_hand(X, focal, y, np.arange(len(y)))
    found = propensity_att(X, focal, y)
    assert found.estimate == pytest.approx(estimate, rel=1e-9)
    # the numerical derivative's own error
    assert found.std_error == pytest.approx(error, rel=1e-5)
    assert found.df == inf
    z = found.estimate / found.std_error
    assert found.p_value == pytest.approx(2 * (1 - 0.5 * (1 + _erf(abs(z) / sqrt(2)))), rel=1e-6)
    wide = propensity_att(X, focal, y, confidence=0.99)
    assert wide.conf_low < found.conf_low < found.conf_high < wide.conf_high


def _erf(x):
    from math import erf

    return erf(x)


def accounts(rng, k_focal=12, k_reference=60, posts=8, effect=0.5):
    is_focal = np.r_[np.ones(k_focal, bool), np.zeros(k_reference, bool)]
    own = rng.normal(size=len(is_focal)) * 0.6
    account = np.repeat(np.arange(len(is_focal)), posts)
    focal = is_focal[account]
    x = rng.normal(size=len(account)) + 0.5 * focal
    y = x + own[account] + effect * focal + rng.normal(size=len(account))
    return x[:, None], focal, y, account


def test_error_by_account():
    X, focal, y, account = accounts(np.random.default_rng(5), 40, 40)
    found = propensity_att(X, focal, y, cluster=[f"account {a}" for a in account])
    _, error = by_hand(X, focal, y, account)
    # both classes have 40 accounts, hence one factor
    assert found.std_error == pytest.approx(error * sqrt(40 / 39), rel=1e-5)
    assert 39 < found.df <= 78
    assert found.std_error > 1.2 * propensity_att(X, focal, y).std_error


def test_every_row_its_own_account_is_no_cluster(drawn):
    X, focal, y = drawn
    plain = propensity_att(X, focal, y)
    own = propensity_att(X, focal, y, cluster=np.arange(len(y))[::-1])
    assert own.estimate == plain.estimate
    assert plain.std_error < own.std_error < 1.01 * plain.std_error


def test_properties(drawn):
    X, focal, y = drawn
    found = propensity_att(X, focal, y)
    order = np.random.default_rng(0).permutation(len(y))
    moved = propensity_att(X[order], focal[order], y[order])
    scaled = propensity_att(X * 1e3 + 1, focal, 5 - 2 * y)
    more = propensity_att(np.column_stack([X, X[:, 0] - X[:, 1]]), focal, y)
    for name, factor in (("estimate", -2), ("std_error", 2)):
        ours = getattr(found, name)
        assert getattr(moved, name) == pytest.approx(ours, rel=1e-9)
        assert getattr(scaled, name) == pytest.approx(factor * ours, rel=1e-9)
        assert getattr(more, name) == pytest.approx(ours, rel=1e-9)
    # whole-number weights are repeated rows: the same estimate, and accounts keep the same error
    twice = [np.concatenate([v, v]) for v in (X, focal, y)]
    account = np.tile(np.arange(len(y)), 2)
    repeated = propensity_att(*twice, cluster=account)
    one = propensity_att(X, focal, y, cluster=np.arange(len(y)))
    assert repeated.estimate == pytest.approx(found.estimate)
    assert repeated.std_error == pytest.approx(one.std_error)
    # weights change nothing where the outcome depends on class alone
    exact = propensity_att(X, focal, np.where(focal, 3.0, 1.0))
    assert exact.estimate == pytest.approx(2.0)


def test_interval_covers():
    rng, runs = np.random.default_rng(21), 400
    hits, errors, estimates = 0, [], []
    for _ in range(runs):
        found = propensity_att(*sample(rng, 250))
        hits += found.conf_low <= 0.5 <= found.conf_high
        errors.append(found.std_error)
        estimates.append(found.estimate)
    # 95 % less 3.3 Monte Carlo errors
    assert hits / runs > 0.95 - 3.3 * sqrt(0.95 * 0.05 / runs)
    # 400 draws know a standard deviation to 3.5 %
    assert np.mean(errors) == pytest.approx(np.std(estimates), rel=0.12)
    assert np.mean(estimates) == pytest.approx(0.5, abs=3.3 * np.std(estimates) / sqrt(runs))


def test_interval_by_account_covers():
    rng, runs = np.random.default_rng(22), 300
    hits = plain = 0
    for _ in range(runs):
        X, focal, y, account = accounts(rng)
        found = propensity_att(X, focal, y, cluster=account)
        naive = propensity_att(X, focal, y)
        hits += found.conf_low <= 0.5 <= found.conf_high
        plain += naive.conf_low <= 0.5 <= naive.conf_high
    # 12 focal accounts: a nominal 95 % may fall to 92 %, less 3.3 Monte Carlo errors
    assert hits / runs > 0.92 - 3.3 * sqrt(0.92 * 0.08 / runs)
    # what taking posts as independent would do
    assert plain / runs < 0.85


def test_all_outcomes_the_same(drawn):
    X, focal, _ = drawn
    for value in (0, 1, 0.1):
        flat = propensity_att(X, focal, np.full(len(X), value))
        assert (flat.estimate, flat.std_error, flat.conf_low, flat.conf_high) == (0, 0, 0, 0)
        assert isnan(flat.p_value)


def test_a_class_that_never_varies_is_said():
    rng = np.random.default_rng(3)
    X, focal = rng.normal(size=(60, 2)), np.arange(60) < 12
    y = np.where(focal, 0.0, rng.random(60) < 0.4)
    found = propensity_att(X, focal, y)
    assert found.note.startswith("all 12 focal outcomes are 0, so that the error allows nothing")
    assert "reference outcomes" not in found.note
    both = propensity_att(X, focal, np.where(focal, 0.0, 1.0))
    assert "all 48 reference outcomes are 1" in both.note


def test_notes_tell_of_few_accounts_and_heavy_rows():
    X, focal, y, account = accounts(np.random.default_rng(1), 3, 40)
    few = propensity_att(X, focal, y, cluster=account)
    assert "3 focal accounts: no interval speaks for more accounts" in few.note
    X = np.r_[np.zeros(30), 6, np.zeros(4), np.full(4, 6.0)][:, None]
    heavy = propensity_att(X, np.arange(39) > 30, np.arange(39) % 3)
    assert "one reference row carries 50% of the reference's weight" in heavy.note


def test_what_cannot_be_answered(drawn):
    X, focal, y = drawn
    with pytest.raises(SeparationError, match="propensity_att: X separates"):
        propensity_att(focal[:, None], focal, y)
    with pytest.raises(TooFewAccounts, match=r"focal class has 1 account"):
        propensity_att(X, focal, y, cluster=np.where(focal, -1, np.arange(len(y))))
    with pytest.raises(TooFewAccounts, match=r"reference class has 1 row"):
        propensity_att([[1], [2], [1]], [1, 1, 0], [0, 1, 1])
    with pytest.raises(EstimationError, match=r"1 account\(s\) have rows of both classes"):
        propensity_att(X, focal, y, cluster=np.r_[0, 0, 0, 0, 0, 0, np.arange(6, len(y))])
    with pytest.raises(EstimationError, match=r"confidence is 2.*y is missing.*y has 2.*cluster"):
        propensity_att([[1.0], [2], [3]], [1, 0, 1], [1, inf], confidence=2, cluster=[1])
    with pytest.raises(EstimationError, match=r"cluster is missing in 1 place"):
        propensity_att([[1.0], [2], [3]], [1, 0, 1], [1, 2, 3], cluster=["a", None, "b"])
    with pytest.raises(SupportError, match="has no row"):
        propensity_att([], [], [])
