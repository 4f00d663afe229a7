"""Proportional hazards, by row and by account."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import stdtrit
from statsmodels.duration.hazard_regression import PHReg

from audit.errors import EstimationError, SeparationError, TooFewAccounts, UnknownName
from audit.estimators.duration import cox, log_rank


@pytest.fixture(scope="module")
def cases():
    """Return columns, rounded times (many ties), events and accounts of 240 rows."""
    rng = np.random.default_rng(11)
    account = np.repeat(np.arange(60), 4)
    X = pd.DataFrame({"focal": (account < 20) * 1.0, "reach": rng.normal(5e3, 1e3, 240)})
    rate = np.exp(0.5 * X["focal"] - 3e-4 * (X["reach"] - 5e3) + 0.5 * rng.normal(size=60)[account])
    time, end = rng.exponential(1 / rate), rng.uniform(0.5, 3, 240)
    event = (time <= end) * 1
    return X, np.ceil(8 * np.minimum(time, end)), event, account


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_against_statsmodels(cases, ties):
    X, time, event, _ = cases
    theirs = PHReg(time, X / [1, 1e3], status=event, ties=ties).fit()
    fit = cox(X, time, event, ties=ties)
    assert fit.params.to_numpy() * [1, 1e3] == pytest.approx(theirs.params, abs=1e-9)
    assert fit.std_error.to_numpy() * [1, 1e3] == pytest.approx(theirs.bse, abs=1e-9)
    assert fit.p_value.to_numpy() == pytest.approx(theirs.pvalues, abs=1e-9)
    assert fit.loglik == pytest.approx(theirs.llf, abs=1e-8)
    assert list(fit.params.index) == ["focal", "reach"]
    assert "independent" in fit.note


def test_the_sandwich_is_the_published_one_and_the_limits_are_wider(cases):
    X, time, event, account = cases
    theirs = PHReg(time, X / [1, 1e3], status=event, ties="breslow").fit(groups=account)
    fit = cox(X, time, event, ties="breslow", cluster=account)
    assert fit.std_error.to_numpy() * [1, 1e3] == pytest.approx(theirs.bse, abs=1e-9)
    assert np.sqrt(np.diag(fit.vcov)) == pytest.approx(fit.std_error.to_numpy(), rel=1e-12)
    reach = stdtrit(fit.df, 0.975) * np.sqrt((fit.df + 1) / fit.df) * fit.std_error
    assert (fit.conf_high - fit.params).to_numpy() == pytest.approx(reach.to_numpy(), rel=1e-9)


def test_the_sandwich_is_what_leaving_an_account_out_does(cases):
    X, time, event, account = cases
    entry = np.floor(time * 0.4) - 1
    fit = cox(X, time, event, cluster=account, entry=entry)
    left_out = np.array(
        [
            cox(X[keep], time[keep], event[keep], entry=entry[keep]).params
            for keep in (account != a for a in range(60))
        ]
    )
    jackknife = np.sqrt(59 / 60 * ((left_out - left_out.mean(axis=0)) ** 2).sum(axis=0))
    assert fit.std_error.to_numpy() == pytest.approx(jackknife, rel=0.1)


def test_the_score_test_is_the_log_rank():
    rng = np.random.default_rng(1)
    time, group = rng.permutation(40) + 1.0, np.arange(40) % 2  # without ties they are equal
    event = (rng.random(40) < 0.7) * 1
    from audit.estimators.times.followup import follow_up
    from audit.estimators.times.risk_sets import risk_sets

    sets = risk_sets(group[:, None] * 1.0, follow_up("test", time, event), efron=True)
    _, gradient, information = sets.at(np.zeros(1))
    statistic = gradient[0] ** 2 / information[0, 0]
    assert statistic == pytest.approx(log_rank(time, event, group).statistic, rel=1e-9)


def test_late_entry_by_hand():
    # one covariate, two events: risk sets {0, 1} at 2 and {1, 2} at 4; row 3 falls between events
    x = np.array([[1.0], [0], [1], [1]])
    fit = cox(x, [2, 4, 5, 3.5], [1, 1, 0, 0], entry=[0, 0, 3, 2.5])
    # likelihood e^b/(1 + e^b) * 1/(1 + e^b): highest at b = 0, information 1/2
    assert fit.params[0] == pytest.approx(0, abs=1e-9)
    assert fit.std_error[0] == pytest.approx(np.sqrt(2))
    assert fit.loglik == pytest.approx(2 * np.log(0.5))


@settings(max_examples=15)
@given(st.integers(0, 1000), st.floats(0.01, 100), st.floats(-100, 100))
def test_order_labels_units_and_origin_are_nothing(cases, seed, unit, shift):
    X, time, event, account = cases
    there = cox(X, time, event, cluster=account)
    order = np.random.default_rng(seed).permutation(len(time))
    here = cox(
        (X.to_numpy() * [1, unit] + [0, shift])[order],
        time[order] * unit,
        event[order],
        cluster=[f"account {59 - a}" for a in account[order]],
    )
    assert here.params * [1, unit] == pytest.approx(there.params.to_numpy(), rel=1e-6)
    assert here.std_error * [1, unit] == pytest.approx(there.std_error.to_numpy(), rel=1e-6)
    assert here.df == pytest.approx(there.df.to_numpy(), rel=1e-6)


def test_swapping_the_classes_flips_the_sign(cases):
    X, time, event, account = cases
    a = cox(X[["focal"]], time, event, cluster=account)
    b = cox(1 - X[["focal"]], time, event, cluster=account)
    assert b.params["focal"] == pytest.approx(-a.params["focal"])
    assert b.std_error["focal"] == pytest.approx(a.std_error["focal"])
    assert b.conf_low["focal"] == pytest.approx(-a.conf_high["focal"])


def test_simulated_coverage_by_account():
    rng = np.random.default_rng(2)
    account = np.concatenate([np.repeat(np.arange(10), 20), 10 + np.repeat(np.arange(30), 10)])
    x = (account < 10) * 1.0
    repetitions, inside, naive = 100, 0, 0
    for _ in range(repetitions):
        rate = np.exp(0.7 * rng.normal(size=40))[account]
        time, end = rng.exponential(1 / rate), rng.uniform(0.5, 3, len(rate))
        rows = (x[:, None], np.minimum(time, end), (time <= end) * 1)
        by_account, by_row = cox(*rows, cluster=account), cox(*rows)
        inside += by_account.conf_low[0] <= 0 <= by_account.conf_high[0]
        naive += by_row.conf_low[0] <= 0 <= by_row.conf_high[0]
    assert inside / repetitions >= 0.95 - 0.065  # three Monte Carlo errors
    assert naive / repetitions < 0.85  # rows taken as independent are the trap


def test_few_leaders_leave_few_degrees_of_freedom():
    rng = np.random.default_rng(3)
    account = np.concatenate([np.repeat(np.arange(5), 40), 5 + np.arange(600)])
    time = rng.exponential(size=len(account))
    fit = cox((account < 5)[:, None] * 1.0, time, np.ones(len(time)), cluster=account)
    assert 1 <= fit.df[0] < 10


def test_what_has_no_finite_estimate(cases):
    _, time, event, _ = cases
    with pytest.raises(SeparationError, match="'never'"):
        # the flagged rows never have the event
        cox(pd.DataFrame({"never": (event == 0) * 1.0}), time, event)
    with pytest.raises(SeparationError, match="column"):
        cox(np.arange(8.0)[:, None], 8 - np.arange(8.0), np.ones(8))


def test_faults_in_words(cases):
    X, time, event, account = cases
    with pytest.raises(EstimationError, match=r"'one' never vary.*baseline hazard"):
        cox(X.assign(one=1.0), time, event)
    with pytest.raises(EstimationError, match="'other' is a sum of multiples of 'focal'"):
        cox(X.assign(other=3 - X["focal"]), time, event)
    with pytest.raises(EstimationError, match="no row has the event"):
        cox(X, time, np.zeros(240))
    with pytest.raises(EstimationError, match="all rows at risk are alike"):
        cox([[1.0], [2.0]], [1, 5], [1, 0], entry=[0, 4])
    with pytest.raises(EstimationError, match=r"entry is not before time in 240"):
        cox(X, time, event, entry=time)
    with pytest.raises(EstimationError, match="event is 2"):
        cox(X, time, event * 2)
    with pytest.raises(EstimationError, match="missing or infinite"):
        cox(X.assign(reach=np.nan), time, event)
    with pytest.raises(EstimationError, match=r"allowed: \(240,\)"):
        cox(X, time[:3], event[:3])
    with pytest.raises(EstimationError, match="cluster has shape"):
        cox(X, time, event, cluster=account[:3])
    with pytest.raises(TooFewAccounts, match="1 cluster"):
        cox(X, time, event, cluster=np.zeros(240))
    with pytest.raises(UnknownName, match=r"is called 'exact'.*Known:"):
        cox(X, time, event, ties="exact")
