"""Logistic models for sparse data, and the wild bootstrap for few clusters."""

from __future__ import annotations

from itertools import product
from math import inf, log, sqrt
from warnings import catch_warnings, simplefilter

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit
from statsmodels.discrete.conditional_models import ConditionalLogit

from audit.errors import (
    EstimationError,
    SeparationError,
    SupportError,
    TooFewAccounts,
    UnknownName,
)
from audit.estimators.accounts.wild import wild_cluster_test
from audit.estimators.regression import conditional_logit, firth_logit, logit

FIELDS = ("params", "std_error", "p_value", "conf_low", "conf_high")


def table(seed, n=60):
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), np.arange(n) % 2, rng.normal(size=n)])
    y = (rng.random(n) < expit(X @ [-0.5, 0.8, 0.6])).astype(float)
    return X, y, rng.integers(0, 8, size=n)


def same(one, other, rel=1e-6):
    for name in FIELDS:
        assert getattr(one, name) == pytest.approx(getattr(other, name), rel=rel, abs=1e-8), name


# Firth --------------------------------------------------------------------------------------


@given(st.integers(0, 9), st.integers(0, 9))
@settings(max_examples=8, deadline=None)
def test_firth_of_two_cells_adds_half_an_event(a, c):
    X = [[1, 0], [1, 0], [1, 1], [1, 1]]
    fit = firth_logit(X, [0, 1, 0, 1], weights=[10 - c, c, 10 - a, a])
    low, high = log((c + 0.5) / (10.5 - c)), log((a + 0.5) / (10.5 - a))
    assert fit.params == pytest.approx([low, high - low], abs=1e-7)
    assert (fit.conf_low <= fit.params).all()
    assert (fit.params <= fit.conf_high).all()
    assert np.isfinite(fit.conf_low).all()
    assert np.isfinite(fit.conf_high).all()
    assert ((fit.p_value < 0.05) == ((fit.conf_low > 0) | (fit.conf_high < 0))).all()


def test_firth_with_one_outcome_only():
    for outcome, sign in ((0.0, -1), (1.0, 1)):
        fit = firth_logit(np.ones((20, 1)), np.full(20, outcome))
        assert fit.params[0] == pytest.approx(sign * log(20.5 / 0.5))
        assert fit.p_value[0] < 0.05
    one = firth_logit([[1.0]], [1])
    assert one.params[0] == pytest.approx(log(3))


def test_firth_weights_order_and_outcome():
    X, y, _ = table(1)
    weights = np.random.default_rng(2).integers(0, 3, size=len(y))
    again = np.repeat(np.arange(len(y)), weights)
    fit = firth_logit(X, y, weights=weights)
    same(fit, firth_logit(X[again], y[again]))
    order = np.random.default_rng(3).permutation(len(y))
    same(fit, firth_logit(X[order], y[order], weights=weights[order]))
    back = firth_logit(X, 1 - y, weights=weights)
    assert back.params == pytest.approx(-fit.params, abs=1e-7)
    assert back.conf_low == pytest.approx(-fit.conf_high, abs=1e-6)
    units = np.array([1, 1e5, 1e-5])
    assert firth_logit(X * units, y, weights=weights).params * units == pytest.approx(fit.params)


@pytest.mark.parametrize("away", [2020.0, 1e5, -1e7])
def test_firth_columns_far_from_zero(away):
    # years, or seconds since some day: nothing but the constant may change
    X, y, _ = table(1)
    near, far = firth_logit(X, y), firth_logit(X + [0, 0, away], y)
    for name in FIELDS:
        close = {"rel": 1e-6, "abs": 1e-6}
        assert getattr(far, name)[1:] == pytest.approx(getattr(near, name)[1:], **close), name
    assert far.params[0] == pytest.approx(near.params[0] - away * near.params[2], rel=1e-6)
    assert far.loglik == pytest.approx(near.loglik, abs=1e-6)
    assert far.conf_low[0] < far.params[0] < far.conf_high[0]


def test_firth_log_likelihood_is_that_of_the_columns_as_given():
    X, y, _ = table(6)
    X = X * [1, 3, 250]
    fit = firth_logit(X, y)
    mean = expit(X @ fit.params)
    plain = np.log(np.where(y == 1, mean, 1 - mean)).sum()
    information = (X * (mean * (1 - mean))[:, None]).T @ X
    assert fit.loglik == pytest.approx(plain + np.linalg.slogdet(information)[1] / 2, abs=1e-8)


def test_firth_limits_are_where_the_profile_falls():
    # by a general optimiser, over the columns as given
    from scipy.optimize import minimize

    X, y, _ = table(8)
    X = X + [0, 0, 40.0]
    fit = firth_logit(X, y)

    def fallen(rest, j, fixed):
        params = np.insert(rest, j, fixed)
        mean = expit(X @ params)
        information = (X * (mean * (1 - mean))[:, None]).T @ X
        plain = np.logaddexp(0, np.where(y == 1, -1, 1) * (X @ params)).sum()
        return plain - np.linalg.slogdet(information)[1] / 2 + fit.loglik

    for j in (1, 2):
        slope = fit.vcov[:, j] / fit.vcov[j, j]
        for limit in (fit.conf_low[j], fit.conf_high[j]):
            start = np.delete(fit.params + slope * (limit - fit.params[j]), j)
            found = minimize(
                fallen, start, args=(j, limit), method="Nelder-Mead", options={"xatol": 1e-8}
            )
            assert found.fun == pytest.approx(3.841458821 / 2, abs=1e-3)


@pytest.mark.parametrize("seed", range(8))
def test_firth_under_separation(seed):
    # few rows, many columns: the likelihood has no maximum, and Firth's can have several
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(16), rng.normal(size=(16, 4))])
    y = (X @ [0.0, 2.0, -1.0, 1.0, 0.5] + 0.3 * rng.normal(size=16) > 0).astype(float)
    with pytest.raises(SeparationError):
        logit(X, y)
    fit = firth_logit(X, y)
    assert np.isfinite(np.r_[fit.params, fit.std_error, fit.conf_low, fit.conf_high]).all()
    assert (fit.conf_low < fit.params).all()
    assert (fit.params < fit.conf_high).all()
    assert ((fit.p_value < 0.05) == ((fit.conf_low > 0) | (fit.conf_high < 0))).all()
    order = rng.permutation(16)
    same(fit, firth_logit(X[order], y[order]), rel=1e-5)


def test_firth_nears_the_plain_model_as_counts_grow():
    X, y, _ = table(4)
    counts = np.full(len(y), 10**6)
    plain, firth = logit(X, y, weights=counts), firth_logit(X, y, weights=counts)
    assert firth.params == pytest.approx(plain.params, abs=1e-6)
    theirs = sm.GLM(y, X, family=sm.families.Binomial(), freq_weights=counts).fit(tol=1e-14)
    assert firth.std_error == pytest.approx(theirs.bse, rel=1e-5)
    frame = pd.DataFrame(X, columns=["one", "focal", "a"])
    assert list(firth_logit(frame, y).params.index) == ["one", "focal", "a"]


def test_firth_simulated_coverage():
    rng = np.random.default_rng(5)
    X = np.array([[1, 0], [1, 0], [1, 1], [1, 1]])
    truth = log(0.3 / 0.7) - log(0.1 / 0.9)
    hits = []
    for _ in range(40):
        c, a = rng.binomial(30, 0.1), rng.binomial(30, 0.3)
        fit = firth_logit(X, [0, 1, 0, 1], weights=[30 - c, c, 30 - a, a])
        hits.append(fit.conf_low[1] <= truth <= fit.conf_high[1])
    # 40 draws at 95 % leave at least 85 % in all but 1 of 200 runs
    assert np.mean(hits) >= 0.85


def test_firth_faults():
    X, y, _ = table(1)
    with pytest.raises(EstimationError, match="is a sum of multiples of"):
        firth_logit(np.column_stack([X, X[:, 1] + X[:, 0]]), y)
    with pytest.raises(EstimationError, match="y holds 2; allowed: 0 and 1"):
        firth_logit(X, y * 2)
    with pytest.raises(EstimationError, match=r"weights hold 0.5"):
        firth_logit(X, y, weights=np.full(len(y), 0.5))
    with pytest.raises(EstimationError, match=r"X has shape \(0,\)"):
        firth_logit([], [])
    with pytest.raises(EstimationError, match="confidence is 1;"):
        firth_logit(X, y, confidence=1)


# within strata ------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_conditional_logit_of_statsmodels(seed):
    X, y, stratum = table(seed)
    with catch_warnings():
        simplefilter("ignore")  # it tells of the strata it drops
        model = ConditionalLogit(y, X[:, 1:], groups=stratum)
        theirs = model.fit(disp=0, method="newton", start_params=np.zeros(2))
    ours = conditional_logit(X[:, 1:], y, stratum)
    assert ours.params == pytest.approx(theirs.params, abs=1e-6)
    assert ours.std_error == pytest.approx(theirs.bse, abs=1e-5)
    assert ours.loglik == pytest.approx(theirs.llf, abs=1e-9)


def test_matched_pairs_are_the_discordant_ones():
    # McNemar: the odds ratio is 12 to 5, its log has variance 1/12 + 1/5
    pairs = [(1, 0)] * 12 + [(0, 1)] * 5 + [(1, 1)] * 7 + [(0, 0)] * 9
    X = np.tile([[1.0], [0.0]], (len(pairs), 1))
    fit = conditional_logit(X, np.ravel(pairs), np.repeat(np.arange(len(pairs)), 2))
    assert fit.params[0] == pytest.approx(log(12 / 5))
    assert fit.std_error[0] == pytest.approx(sqrt(1 / 12 + 1 / 5))
    assert fit.note == "16 of 33 strata have one outcome only and say nothing"
    assert fit.n == 34


@settings(max_examples=5, deadline=None)
@given(st.integers(1, 40), st.randoms(use_true_random=False))
def test_conditional_logit_properties(seed, random):
    X, y, stratum = table(seed)
    frame = pd.DataFrame(X[:, 1:], columns=["focal", "a"])
    fit = conditional_logit(frame, y, stratum)
    order = random.sample(range(len(y)), len(y))
    names = np.array([f"rule {s}" for s in stratum])
    moved = conditional_logit(frame.iloc[order], y[order], names[order])
    assert moved.params.to_numpy() == pytest.approx(fit.params.to_numpy(), abs=1e-8)
    back = conditional_logit(frame, 1 - y, stratum)
    assert back.params.to_numpy() == pytest.approx(-fit.params.to_numpy(), abs=1e-8)
    assert back.std_error.to_numpy() == pytest.approx(fit.std_error.to_numpy())
    # what is constant within strata, and strata with one outcome, are nothing
    shifted = conditional_logit(frame.add(stratum * 10.0, axis=0), y, stratum)
    assert shifted.params.to_numpy() == pytest.approx(fit.params.to_numpy(), abs=1e-7)
    more = pd.concat([frame, frame.iloc[:5]])
    extra = conditional_logit(more, np.r_[y, np.ones(5)], np.r_[stratum, np.full(5, 99)])
    assert extra.params.to_numpy() == pytest.approx(fit.params.to_numpy(), abs=1e-8)


def test_conditional_logit_simulated_coverage():
    rng = np.random.default_rng(6)
    stratum, focal = np.repeat(np.arange(25), 8), np.tile([1.0, 0.0], 100)
    hits = []
    for _ in range(60):
        linear = rng.normal(size=25)[stratum] * 2 + 0.7 * focal
        y = (rng.random(200) < expit(linear)).astype(float)
        fit = conditional_logit(focal[:, None], y, stratum)
        hits.append(fit.conf_low[0] <= 0.7 <= fit.conf_high[0])
    # 60 draws at 95 % leave at least 86 % in all but 1 of 200 runs
    assert np.mean(hits) >= 0.86


def test_conditional_logit_refuses_what_it_cannot_answer():
    X, y, stratum = table(1)
    with pytest.raises(SupportError, match="none of 60 strata holds both outcomes"):
        conditional_logit(X, y, np.arange(60))
    with pytest.raises(SupportError, match="none of 8 strata"):
        conditional_logit(X, np.ones(60), stratum)
    with pytest.raises(EstimationError, match=r"column\(s\) 0 do not vary within any"):
        conditional_logit(X, y, stratum)
    with pytest.raises(EstimationError, match="is a sum of multiples of"):
        conditional_logit(np.column_stack([X[:, 1], 2 * X[:, 1] + stratum]), y, stratum)
    with pytest.raises(SeparationError, match=r"conditional_logit: .*'a' have no.*fewer columns"):
        conditional_logit(pd.DataFrame({"a": y * 2.0 + stratum}), y, stratum)
    with pytest.raises(SeparationError, match="quasi-complete"):
        conditional_logit([[1], [0], [0], [1], [0], [0]], [1, 0, 1, 1, 1, 0], [1, 1, 2, 2, 2, 2])
    with pytest.raises(EstimationError, match=r"stratum has shape \(2,\)"):
        conditional_logit(X, y, [1, 2])
    with pytest.raises(EstimationError, match="stratum is missing in 1 place"):
        conditional_logit(X[:, 1:], y, [None, *stratum[1:]])


# wild cluster bootstrap ---------------------------------------------------------------------


def few(seed, groups=8, size=6):
    rng = np.random.default_rng(seed)
    cluster = np.repeat(np.arange(groups), size)
    x = (cluster % 2) * 1.0 + 0.3 * rng.normal(size=len(cluster))
    X = np.column_stack([np.ones(len(cluster)), x, rng.normal(size=len(cluster))])
    y = 0.8 * x + rng.normal(size=groups)[cluster] + rng.normal(size=len(cluster))
    return X, y, cluster


def refitted(X, y, cluster, null):
    """Return the p-value by refitting the model to every bootstrap sample."""
    kept = [0, 2]
    target = y - null * X[:, 1]
    restricted = X[:, kept] @ np.linalg.lstsq(X[:, kept], target, rcond=None)[0]
    residual, groups = target - restricted, len(np.unique(cluster))
    bread = np.linalg.inv(X.T @ X)

    def statistic(outcome):
        params = bread @ X.T @ outcome
        left = outcome - X @ params
        lever = X @ bread[:, 1]
        sums = [float(lever[cluster == g] @ left[cluster == g]) for g in range(groups)]
        return params[1] / sqrt(sum(s**2 for s in sums))

    seen = abs(statistic(target))
    signs = (np.array(s) for s in product((1, -1), repeat=groups))
    found = [abs(statistic(restricted + residual * s[cluster])) for s in signs]
    return float(np.mean(np.array(found) >= seen * (1 - 1e-9)))


def test_wild_p_is_that_of_refitting_every_sample():
    for seed in (1, 2):
        X, y, cluster = few(seed)
        found = wild_cluster_test(X, y, cluster, 1)
        assert found.p_value == pytest.approx(refitted(X, y, cluster, 0.0), abs=1e-12)
        # the limits are where refitting stops rejecting
        for limit, out in ((found.conf_low, -1e-6), (found.conf_high, 1e-6)):
            assert refitted(X, y, cluster, limit + out) < 0.05
            assert refitted(X, y, cluster, limit - out) >= 0.05


def test_wild_drawn_nears_enumerated_and_is_never_0():
    X, y, cluster = few(3, groups=16)
    drawn = wild_cluster_test(X, y, cluster, 1)
    assert "9,999 draws" in drawn.method
    whole = refitted(X[cluster < 10], y[cluster < 10], cluster[cluster < 10], 0.0)
    ten = wild_cluster_test(X[cluster < 10], y[cluster < 10], cluster[cluster < 10], 1)
    assert ten.p_value == pytest.approx(whole, abs=1e-12)
    strong = wild_cluster_test(X, 50 * X[:, 1] + y, cluster, 1, draws=99)
    assert strong.p_value == pytest.approx(1 / 100)
    assert wild_cluster_test(X, y, cluster, 1) == drawn
    assert wild_cluster_test(X, y, cluster, 1, seed=1).p_value == pytest.approx(
        drawn.p_value, abs=0.03
    )


def test_wild_names_units_and_signs():
    X, y, cluster = few(4)
    one = wild_cluster_test(pd.DataFrame(X, columns=["one", "x", "z"]), y, cluster, "x")
    order = np.random.default_rng(1).permutation(len(y))
    names = np.array([f"account {9 - g}" for g in cluster])
    two = wild_cluster_test(X[order] * [1, 10, 1], -y[order], names[order], -2)
    assert two.estimate * 10 == pytest.approx(-one.estimate)
    assert two.p_value == pytest.approx(one.p_value)
    assert two.conf_low * 10 == pytest.approx(-one.conf_high, rel=1e-6)


def test_wild_simulated_size_with_eight_clusters():
    rng = np.random.default_rng(7)
    cluster = np.repeat(np.arange(8), 5)
    X = np.column_stack([np.ones(40), cluster < 4])
    hits = []
    for _ in range(200):
        y = rng.normal(size=8)[cluster] + rng.normal(size=40)
        hits.append(wild_cluster_test(X, y, cluster, 1).p_value <= 0.05)
    # 200 tests at 5 % reject at most 9.5 % in all but 1 of 200 runs
    assert np.mean(hits) <= 0.095


def test_wild_edges():
    X, y, cluster = few(5, groups=4)
    short = wild_cluster_test(X, y, cluster, 1)
    assert (short.conf_low, short.conf_high) == (-inf, inf)
    assert "4 clusters cannot reject" in short.note
    assert short.p_value >= 2 / 2**4
    with pytest.raises(TooFewAccounts, match="one cluster"):
        wild_cluster_test(X, y, np.zeros(len(y)), 1)
    X[:, 1] = cluster == 2
    with pytest.raises(EstimationError, match="cluster 2 alone determines a part of column 1"):
        wild_cluster_test(X, y, cluster, 1)
    X, _, cluster = few(6)
    with pytest.raises(EstimationError, match="no spread"):
        wild_cluster_test(X, np.ones(len(X)), cluster, 1)
    y = np.arange(len(X)) % 5
    with pytest.raises(UnknownName, match="column of X is called 'x'"):
        wild_cluster_test(X, y, cluster, "x")
    with pytest.raises(EstimationError, match="draws is 0; allowed: 1 or more"):
        wild_cluster_test(X, y, cluster, 1, draws=0)
