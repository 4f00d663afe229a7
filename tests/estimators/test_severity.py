"""The ladder of sanctions: rung by rung, as a relative effect, and by regression."""

from __future__ import annotations

from math import isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import brunnermunzel, norm, t
from statsmodels.discrete.discrete_model import Logit
from statsmodels.miscmodels.ordinal_model import OrderedModel

from audit.errors import EstimationError, SeparationError, SupportError, UnknownName
from audit.estimators.accounts import relative_effect
from audit.estimators.severity import nominal_test, proportional_odds, rungs, softer_rung

levels = st.lists(st.integers(0, 4), min_size=1, max_size=25)


def drawn(rng, accounts, posts, icc, shares):
    """Return levels of posts that are alike within accounts, and the accounts."""
    account = np.repeat(np.arange(accounts), posts)
    latent = np.sqrt(icc) * rng.normal(size=accounts)[account]
    latent = latent + np.sqrt(1 - icc) * rng.normal(size=len(account))
    return np.searchsorted(norm.ppf(shares), latent), account


# rungs --------------------------------------------------------------------------------------


def test_rungs_in_a_small_table():
    found = rungs([0, 0, 1, 3], pd.Series([0, 1, 1, 2, 3], index=list("abcde")))
    assert found["rung"].tolist() == [1, 2, 3]
    assert found["events_focal"].tolist() == [2, 1, 1]  # nobody stopped at 2, and it has its row
    assert found["events_reference"].tolist() == [4, 2, 1]
    assert found["difference"].tolist() == pytest.approx([0.5 - 0.8, 0.25 - 0.4, 0.25 - 0.2])
    assert (found["n_focal"] == 4).all()
    assert (found["n_reference"] == 5).all()


@given(levels, levels)
def test_rungs_count_what_is_at_least_as_hard(focal, reference):
    found = rungs(focal, reference)
    assert len(found) == max(*focal, *reference)
    for row in found.itertuples():
        assert row.events_focal == sum(x >= row.rung for x in focal)
        assert row.rate_reference == sum(x >= row.rung for x in reference) / len(reference)
    back = rungs(reference, focal)
    assert back["difference"].tolist() == (-found["difference"]).tolist()
    # the gaps of all rungs sum to the gap of the means
    gap = np.mean(focal) - np.mean(reference)
    assert found["difference"].sum() == pytest.approx(gap, abs=1e-12)


def test_rungs_at_the_edges():
    nothing = rungs([0, 0], [0])
    assert len(nothing) == 0
    assert "difference" in nothing
    all_acted = rungs([2, 2], [2])
    assert all_acted["rate_focal"].tolist() == [1, 1]
    with pytest.raises(SupportError, match="reference class has no cases"):
        rungs([1], [])
    with pytest.raises(
        EstimationError, match=r"levels_focal is missing.*levels_reference holds 1.5.*reaches 2000"
    ):
        rungs([np.nan], [1.5, 2000])
    with pytest.raises(EstimationError, match="levels_focal is negative"):
        rungs([-1], [1])


# the relative effect ------------------------------------------------------------------------


@given(st.lists(st.integers(0, 4), min_size=2, max_size=25), levels.filter(lambda x: len(x) > 1))
def test_rows_on_their_own_are_brunner_and_munzels(focal, reference):
    found = softer_rung(focal, reference)
    pairs = [(f < r) + (f == r) / 2 for f in focal for r in reference]
    assert found.estimate == pytest.approx(np.mean(pairs), abs=1e-12)
    if found.std_error > 0:
        theirs = brunnermunzel(focal, reference)
        assert found.p_value == pytest.approx(theirs.pvalue, rel=1e-9)
        reach = t.ppf(0.975, found.df) * found.std_error
        limits = max(0, found.estimate - reach), min(1, found.estimate + reach)
        assert (found.conf_low, found.conf_high) == pytest.approx(limits)
    assert "independent" in found.note


@given(levels, levels)
def test_swapping_the_classes_mirrors_the_effect(focal, reference):
    a, b = softer_rung(focal, reference), softer_rung(reference, focal)
    assert b.estimate == pytest.approx(1 - a.estimate)
    assert b.std_error == pytest.approx(a.std_error, nan_ok=True)
    assert b.p_value == pytest.approx(a.p_value, nan_ok=True)
    assert b.conf_low == pytest.approx(1 - a.conf_high, nan_ok=True)


@settings(max_examples=40)
@given(levels, levels)
def test_swapping_the_classes_of_accounts(focal, reference):
    # at most 18 accounts
    accounts = np.arange(len(focal)) // 4, 100 + np.arange(len(reference)) // 4
    a = softer_rung(focal, reference, cluster=accounts)
    b = softer_rung(reference, focal, cluster=accounts[::-1])
    assert b.estimate == pytest.approx(1 - a.estimate)
    f, r = relative_effect._place(
        np.asarray(focal, float),
        np.asarray(reference, float),
        accounts[0],
        accounts[1] - 100,
    )
    if min(len(f.volume()), len(r.volume())) > 1:
        there, back = (relative_effect._permuted(*arms, 99, 0) for arms in ((f, r), (r, f)))
        assert back == pytest.approx(there)
    # The reference class lends its likeness: where the two lend differently, so do the limits
    # and the p that never contradicts them. Where they lend the same, nothing else may differ.
    if relative_effect._icc(f) == relative_effect._icc(r) or np.isnan(a.std_error):
        for name in ("std_error", "df", "p_value"):
            assert getattr(b, name) == pytest.approx(getattr(a, name), nan_ok=True)


def test_order_labels_and_steps_are_nothing():
    rng = np.random.default_rng(3)
    f, cf = drawn(rng, 8, 6, 0.3, (0.5, 0.8))
    r, cr = drawn(rng, 20, 5, 0.3, (0.4, 0.7))
    base = softer_rung(f, r, cluster=(cf, cr + 50))
    mixed = rng.permutation(len(f))
    names = np.array([f"n{7 * i % 8}" for i in range(8)])
    again = softer_rung(
        f[mixed] * 10 + 1, r * 10 + 1, cluster=(names[cf[mixed]], [f"r{c}" for c in cr])
    )
    joined = softer_rung(
        pd.Series(f, index=range(5, 5 + len(f))), list(r), cluster=np.concatenate([cf, cr + 50])
    )
    for other in (again, joined):
        for name in ("estimate", "conf_low", "conf_high", "std_error", "df", "p_value"):
            assert getattr(other, name) == pytest.approx(getattr(base, name), rel=1e-12)


def test_accounts_of_one_post_are_rows():
    rng = np.random.default_rng(5)
    f, r = rng.integers(0, 4, 30), rng.integers(0, 5, 40)
    rows = softer_rung(f, r)
    accounts = softer_rung(f, r, cluster=(np.arange(30), np.arange(30, 70)), draws=999)
    assert accounts.std_error == pytest.approx(rows.std_error, rel=1e-12)
    assert accounts.df == pytest.approx(rows.df)
    # the permutation knows nothing of the t, and both are right here
    assert accounts.p_value == pytest.approx(rows.p_value, abs=0.06)


def test_simulated_coverage_and_false_alarms_by_account():
    rng = np.random.default_rng(1)
    inside = alarms = naive = 0
    repetitions = 200
    for _ in range(repetitions):
        f, cf = drawn(rng, 10, 20, 0.2, (0.5, 0.8, 0.95))
        r, cr = drawn(rng, 100, 20, 0.2, (0.5, 0.8, 0.95))
        found = softer_rung(f, r, cluster=(cf, cr + 1000), draws=99)
        inside += found.conf_low <= 0.5 <= found.conf_high
        alarms += found.p_value <= 0.05
        naive += softer_rung(f, r).p_value <= 0.05
    # three Monte Carlo errors of a rate of 0.05 in 200 are 0.046
    assert inside / repetitions >= 0.95 - 0.046
    assert alarms / repetitions <= 0.05 + 0.046
    assert naive / repetitions > 0.2  # rows taken as independent are the trap


def test_a_class_all_at_one_rung_has_no_jump_in_certainty():
    reference = np.repeat([0, 0, 0, 0, 1], 60)
    accounts = np.arange(300) // 10 + 100
    cf = np.repeat(np.arange(5), 60)
    none, one = np.zeros(300), np.zeros(300)
    one[7] = 1
    flat, nearly = (
        softer_rung(f, reference, cluster=(cf, accounts), draws=99) for f in (none, one)
    )
    width = flat.conf_high - flat.conf_low
    assert width >= 0.8 * (nearly.conf_high - nearly.conf_low)


def test_what_sets_no_limits():
    flat = softer_rung([1, 1, 1], [1, 1])
    assert (flat.estimate, flat.p_value, flat.std_error) == (0.5, 1, 0)
    assert isnan(flat.conf_low)
    assert "one rung" in flat.note
    by_account = softer_rung([1, 1, 1], [1, 1], cluster=([1, 1, 2], [3, 4]))
    assert (by_account.estimate, by_account.p_value) == (0.5, 1)
    assert isnan(by_account.conf_low)
    apart = softer_rung([0, 0, 1], [2, 3])
    assert (apart.estimate, apart.std_error, isnan(apart.p_value)) == (1, 0, True)
    assert "do not overlap" in apart.note
    accounts = softer_rung([0, 0, 1], [2, 3], cluster=([1, 1, 2], [3, 4]))
    assert accounts.estimate == 1
    assert isnan(accounts.conf_high)
    assert accounts.p_value == pytest.approx(2 / 6)  # of six ways to choose 2 of 4
    alone = softer_rung([0, 1], [0, 2, 2], cluster=([9, 9], [1, 2, 2]))
    assert alone.estimate == pytest.approx(0.75)
    assert isnan(alone.p_value)
    assert isnan(alone.conf_low)
    assert "one account" in alone.note


def test_faults_of_the_relative_effect():
    with pytest.raises(SupportError, match="focal class has no cases"):
        softer_rung([], [1])
    with pytest.raises(
        EstimationError, match=r"levels_focal is missing.*confidence is 3.*draws is 0"
    ):
        softer_rung([np.inf], [1], confidence=3, draws=0)
    with pytest.raises(
        EstimationError, match=r"1 account\(s\) have rows in both classes, first 'b'"
    ):
        softer_rung([1, 2], [1, 2], cluster=(["a", "b"], ["b", "c"]))
    with pytest.raises(EstimationError, match="cluster does not fit 2 focal and 3 reference"):
        softer_rung([1, 2], [1, 2, 3], cluster=[1, 2, 3])
    with pytest.raises(EstimationError, match="cluster is missing in 1"):
        softer_rung([1, 2], [1, 2], cluster=(["a", None], ["b", "c"]))


# proportional odds --------------------------------------------------------------------------


@pytest.fixture(scope="module")
def cases():
    rng = np.random.default_rng(8)
    frame = pd.DataFrame(
        {"focal": rng.integers(0, 2, 200) * 1.0, "reach": 1e3 * rng.normal(5, 2, 200)}
    )
    latent = 0.8 * frame["focal"] - 3e-4 * frame["reach"] + rng.logistic(size=200)
    return frame, np.searchsorted([-2.0, -0.5, 1.0], latent)


def test_against_statsmodels(cases):
    X, y = cases
    scaled = X / [1, 1e3]  # statsmodels' optimiser does not converge on the raw scale
    theirs = OrderedModel(y, scaled, distr="logit").fit(method="bfgs", disp=0, gtol=1e-6)
    fit = proportional_odds(X, y)
    assert fit.params.to_numpy() * [1, 1e3] == pytest.approx(theirs.params[:2].to_numpy(), abs=1e-5)
    assert fit.loglik == pytest.approx(theirs.llf, abs=1e-9)
    assert fit.std_error.to_numpy() * [1, 1e3] == pytest.approx(theirs.bse[:2].to_numpy(), rel=1e-4)
    cuts = theirs.model.transform_threshold_params(theirs.params.to_numpy())[1:-1]
    assert fit.thresholds.to_numpy() == pytest.approx(cuts, abs=1e-5)


def test_two_levels_are_a_logit(cases):
    X, y = cases
    theirs = Logit((y > 1) * 1, np.column_stack([np.ones(200), X / [1, 1e3]])).fit(
        disp=0, tol=1e-12
    )
    fit = proportional_odds(X, y > 1)
    assert fit.params.to_numpy() * [1, 1e3] == pytest.approx(theirs.params[1:], abs=1e-9)
    assert fit.std_error.to_numpy() * [1, 1e3] == pytest.approx(theirs.bse[1:], abs=1e-9)
    assert fit.thresholds.iloc[0] == pytest.approx(-theirs.params[0], abs=1e-9)
    assert fit.thresholds_std_error.iloc[0] == pytest.approx(theirs.bse[0], abs=1e-9)
    assert fit.loglik == pytest.approx(theirs.llf, abs=1e-9)


def test_weights_are_repeated_rows(cases):
    X, y = cases
    times = np.random.default_rng(2).integers(0, 4, len(y))
    counted = proportional_odds(X, y, weights=times)
    repeated = proportional_odds(X.loc[np.repeat(X.index, times)], np.repeat(y, times))
    assert counted.n == repeated.n == times.sum()
    for name in ("params", "std_error", "thresholds", "thresholds_std_error", "conf_low"):
        ours, theirs = getattr(counted, name), getattr(repeated, name)
        assert ours.to_numpy() == pytest.approx(theirs.to_numpy(), rel=1e-9)


def test_turning_the_ladder_flips_the_signs(cases):
    X, y = cases
    up, down = proportional_odds(X, y), proportional_odds(X, 3 - y)
    assert down.params.to_numpy() == pytest.approx(-up.params.to_numpy(), rel=1e-8)
    assert down.thresholds.to_numpy() == pytest.approx(-up.thresholds.to_numpy()[::-1], rel=1e-8)
    assert down.loglik == pytest.approx(up.loglik)


def test_only_the_order_of_levels_counts(cases):
    X, y = cases
    there = proportional_odds(X, y)
    spread = proportional_odds(X, 2 * y)
    assert spread.params.to_numpy() == pytest.approx(there.params.to_numpy())
    assert spread.levels == (0, 2, 4, 6)
    assert "no case at level(s) 1, 3, 5" in spread.note
    names = pd.Categorical.from_codes(y, ["none", "label", "removal", "ban"], ordered=True)
    named = proportional_odds(X, names)
    assert named.params.to_numpy() == pytest.approx(there.params.to_numpy())
    assert list(named.thresholds.index) == ["none|label", "label|removal", "removal|ban"]
    mixed = np.random.default_rng(0).permutation(len(y))
    array = proportional_odds(X.to_numpy()[mixed], y[mixed])
    assert isinstance(array.params, np.ndarray)
    assert array.params == pytest.approx(there.params.to_numpy(), rel=1e-8)


@settings(max_examples=25)
@given(st.floats(-50, 50), st.floats(0.01, 100))
def test_moving_and_scaling_a_column(shift, scale):
    rng = np.random.default_rng(4)
    x, y = rng.normal(size=60), rng.integers(0, 3, 60)
    there, here = proportional_odds(x[:, None], y), proportional_odds(shift + scale * x[:, None], y)
    assert here.params[0] * scale == pytest.approx(there.params[0], rel=1e-7, abs=1e-9)
    assert here.loglik == pytest.approx(there.loglik, abs=1e-9)
    moved = there.thresholds + shift / scale * there.params[0]
    assert here.thresholds == pytest.approx(moved, rel=1e-6, abs=1e-6)


def test_ten_million_by_count():
    x = np.array([[0.0], [0], [0], [1], [1], [1]])
    counts = np.array([5, 3, 2, 4, 4, 2]) * 10**6
    fit = proportional_odds(x, [0, 1, 2, 0, 1, 2], weights=counts)
    small = proportional_odds(x, [0, 1, 2, 0, 1, 2], weights=counts // 10**6)
    assert fit.params == pytest.approx(small.params, rel=1e-6)
    assert fit.std_error == pytest.approx(small.std_error / 1e3, rel=1e-6)


def test_simulated_coverage_of_the_coefficient():
    rng = np.random.default_rng(6)
    inside, repetitions = 0, 300
    for _ in range(repetitions):
        x = rng.integers(0, 2, 150)
        y = np.searchsorted([-0.5, 1.0], 0.7 * x + rng.logistic(size=150))
        fit = proportional_odds(x[:, None], y)
        inside += fit.conf_low[0] <= 0.7 <= fit.conf_high[0]
    assert abs(inside / repetitions - 0.95) <= 0.038  # three Monte Carlo errors


def test_nominal_test_sees_what_is_not_proportional():
    rng = np.random.default_rng(7)
    x = np.repeat([0, 1], 500)
    alike = np.searchsorted([-1, 1], rng.logistic(size=1000) + x)
    spread = np.searchsorted([-1, 1], rng.logistic(size=1000) * (1 + 2 * x))
    assert nominal_test(x[:, None], alike, 0).p_value > 0.05
    assert nominal_test(x[:, None], spread, 0).p_value < 1e-6
    with pytest.raises(UnknownName, match="No column is called 'b'"):
        nominal_test(pd.DataFrame({"a": x}), alike, "b")
    with pytest.raises(EstimationError, match="at least 3"):
        nominal_test(x[:, None], x, 0)


def test_what_has_no_finite_estimate():
    x = pd.DataFrame({"sorted": [0.0, 0, 1, 1, 2, 2, 3, 3], "noise": [1.0, 4, 2, 3, 1, 5, 2, 0]})
    with pytest.raises(SeparationError, match="'sorted'"):
        proportional_odds(x, [0, 0, 1, 1, 1, 1, 2, 2])
    # quasi-complete: a value of the column at which only the lowest level is met
    with pytest.raises(SeparationError, match="column"):
        proportional_odds([[1.0], [1], [0], [0], [0], [0]], [0, 0, 0, 1, 2, 1])


def test_a_steep_column_is_not_separation():
    x = np.array([0.0] * 40 + [1e4])[:, None]  # one case far out, on both sides of the odds
    y = np.array([0, 1, 2, 1] * 10 + [1])
    assert np.isfinite(proportional_odds(x, y).std_error).all()


def test_faults_of_the_regression(cases):
    X, y = cases
    with pytest.raises(EstimationError, match=r"'one' never vary.*thresholds"):
        proportional_odds(X.assign(one=1.0), y)
    with pytest.raises(
        EstimationError, match=r"'other' is a sum of multiples of 'focal'.*constant"
    ):
        proportional_odds(X.assign(other=1 - X["focal"]), y)
    with pytest.raises(EstimationError, match=r"all cases have level 2; allowed: at least 2"):
        proportional_odds(X, np.full(200, 2))
    ladder = ["none", "label", "removal", "suspension", "ban"]
    names = pd.Categorical.from_codes(y, ladder, ordered=True)
    with pytest.raises(EstimationError, match=r"level\(s\) ban have no case"):
        proportional_odds(X, names)
    with pytest.raises(EstimationError, match="without an order"):
        proportional_odds(X, pd.Categorical(y))
    with pytest.raises(EstimationError, match="y is missing"):
        proportional_odds(X, np.where(y == 1, np.nan, y))
    with pytest.raises(EstimationError, match="missing or infinite"):
        proportional_odds(X.replace(X.iloc[0, 1], np.inf), y)
    with pytest.raises(EstimationError, match=r"0\.5; allowed: whole numbers"):
        proportional_odds(X, y, weights=np.full(200, 0.5))
    with pytest.raises(EstimationError, match=r"y has shape \(3,\)"):
        proportional_odds(X, [1, 2, 3])
    with pytest.raises(EstimationError, match="weights are all 0"):
        proportional_odds(X, y, weights=np.zeros(200))
    with pytest.raises(EstimationError, match="shape"):
        proportional_odds(np.empty((0, 2)), [])
