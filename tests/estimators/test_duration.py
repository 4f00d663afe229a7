"""Times to an event: survival, its mean and quantiles, its tests, and several causes."""

from __future__ import annotations

from math import exp, inf, isnan, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.duration.survfunc import CumIncidenceRight, SurvfuncRight, survdiff

from audit.errors import EstimationError, SupportError, TooFewAccounts, UnknownName
from audit.estimators.duration import (
    cumulative_incidence,
    kaplan_meier,
    log_rank,
    median_time,
    restricted_mean,
    restricted_mean_contrast,
)

TEN_MILLION = 10**7


@st.composite
def follow_ups(draw, causes=1, least=2):
    n = draw(st.integers(least, 30))
    time = draw(st.lists(st.integers(1, 12), min_size=n, max_size=n))
    cause = draw(st.lists(st.integers(0, causes), min_size=n, max_size=n))
    return np.array(time, dtype=float), np.array(cause, dtype=float)


def exponential(rng, rate):
    """Return censored times and events for rows of a given rate."""
    time, end = rng.exponential(1 / rate), rng.uniform(0.6, 3, len(rate))
    return np.minimum(time, end), (time <= end) * 1


# survival -----------------------------------------------------------------------------------


@given(follow_ups())
def test_survival_is_that_of_statsmodels(rows):
    time, event = rows
    found = kaplan_meier(time, event)
    if not event.any():
        assert len(found) == 0
        return
    theirs = SurvfuncRight(time, event)
    assert found["time"].tolist() == theirs.surv_times.tolist()
    assert found["n_at_risk"].tolist() == theirs.n_risk.tolist()
    assert found["n_event"].tolist() == theirs.n_events.tolist()
    assert found["survival"].to_numpy() == pytest.approx(theirs.surv_prob, abs=1e-12)
    left = found["survival"] > 0
    errors = found["std_error"].to_numpy()
    assert errors[left] == pytest.approx(theirs.surv_prob_se[left], abs=1e-12)
    assert (errors[~left] == 0).all()


@given(follow_ups())
def test_without_censoring_it_is_the_share_still_there(rows):
    time, _ = rows
    found = kaplan_meier(time, np.ones(len(time)))
    for row in found.itertuples():
        share = (time > row.time).mean()
        assert row.survival == pytest.approx(share, abs=1e-12)
        assert row.std_error == pytest.approx(sqrt(share * (1 - share) / len(time)), abs=1e-9)


@given(follow_ups(), st.randoms(use_true_random=False))
def test_weights_are_repeated_rows_and_order_is_nothing(rows, random):
    time, event = rows
    times = np.array([random.randint(0, 3) for _ in time])
    if not times.any():
        return
    repeated = np.random.default_rng(0).permutation(np.repeat(np.arange(len(time)), times))
    counted = kaplan_meier(time, event, weights=times)
    pd.testing.assert_frame_equal(counted, kaplan_meier(time[repeated], event[repeated]))
    counted = cumulative_incidence(time, event, weights=times)
    pd.testing.assert_frame_equal(counted, cumulative_incidence(time[repeated], event[repeated]))


@given(follow_ups())
def test_fractional_weights_leave_no_trace_of_empty_risk_sets(rows):
    time, event = rows
    plain, scaled = (
        kaplan_meier(time, event),
        kaplan_meier(time, event, weights=np.full(len(time), 0.1)),
    )
    assert scaled["survival"].to_numpy() == pytest.approx(plain["survival"].to_numpy(), abs=1e-12)
    assert scaled["std_error"].to_numpy() == pytest.approx(
        plain["std_error"].to_numpy() * sqrt(10), abs=1e-9
    )


def test_late_entry_by_hand():
    # at 2: rows 0 and 1 (row 2 starts at 2 and is not yet at risk); at 4: rows 1 and 2
    found = kaplan_meier([2, 5, 4], [1, 0, 1], entry=[0, 1, 2])
    assert found["n_at_risk"].tolist() == [2, 2]
    assert found["survival"].tolist() == pytest.approx([0.5, 0.25])
    theirs = SurvfuncRight([2, 5, 4], [1, 0, 1], entry=np.array([0, 1, 2]))
    assert found["survival"].to_numpy() == pytest.approx(theirs.surv_prob)
    since_zero = kaplan_meier([2, 5, 4], [1, 0, 1], entry=[0, 0, 0])
    pd.testing.assert_frame_equal(since_zero, kaplan_meier([2, 5, 4], [1, 0, 1]))


def test_survival_at_the_edges():
    assert kaplan_meier([3], [1]).to_numpy().tolist() == [[3, 1, 0, 0, 1]]
    assert len(kaplan_meier([3, 4], [0, 0])) == 0
    at_once = kaplan_meier([0, 0, 5], [1, 0, 1])
    assert at_once["survival"].tolist() == pytest.approx([2 / 3, 0])
    many = kaplan_meier([1, 2, 3], [1, 1, 0], weights=[TEN_MILLION] * 3)
    assert many["survival"].tolist() == pytest.approx([2 / 3, 1 / 3])
    assert many["std_error"].iloc[0] == pytest.approx(sqrt(2 / 9 / (3 * TEN_MILLION)))


def test_faults_in_words():
    with pytest.raises(
        EstimationError,
        match=r"time is missing or infinite in 1.*event has 2 entries; allowed: 3.*weights is neg",
    ):
        kaplan_meier([1, 2, np.nan], [1, 0], weights=[1, -1, 1])
    with pytest.raises(
        EstimationError,
        match=r"event is 2 at 1.*allowed: 0 \(censored\) and 1.*entry is not before",
    ):
        kaplan_meier([1, 2], [0, 2], entry=[1, 0])
    with pytest.raises(EstimationError, match="time is negative in 1 place"):
        log_rank([-1, 2], [0, 1], [0, 1])
    for call in (
        lambda: kaplan_meier([], []),
        lambda: kaplan_meier([1], [1], weights=[0]),
        lambda: cumulative_incidence([], []),
        lambda: restricted_mean([], [], tau=1),
        lambda: median_time([], []),
        lambda: log_rank([], [], []),
    ):
        with pytest.raises(EstimationError, match="nobody is ever at risk"):
            call()
    with pytest.raises(EstimationError, match="event must be numbers"):
        kaplan_meier([1], ["acted"])


# the median ---------------------------------------------------------------------------------


@given(follow_ups(least=8), st.sampled_from([0.25, 0.5, 0.75]))
def test_quantiles_are_those_of_the_curve(rows, q):
    time, event = rows
    found = median_time(time, event, q=q)
    curve = kaplan_meier(time, event)
    reached = curve.loc[curve["survival"] <= 1 - q + 1e-12, "time"]
    assert found.estimate == (reached.iloc[0] if len(reached) else inf)
    assert found.conf_low <= found.estimate <= found.conf_high
    assert ("not reached" in found.note) == (found.estimate == inf)


def test_limits_of_the_median_are_those_of_statsmodels():
    rng = np.random.default_rng(0)
    time, event = exponential(rng, np.ones(80))
    found, theirs = median_time(time, event), SurvfuncRight(time, event)
    assert found.estimate == theirs.quantile(0.5)
    assert (found.conf_low, found.conf_high) == theirs.quantile_ci(0.5)


def test_the_median_at_the_edges():
    one = median_time([5], [1])
    assert (one.estimate, one.conf_low, one.conf_high) == (5, 0, inf)
    never = median_time([5, 6], [0, 0])
    assert (never.estimate, never.conf_low, never.conf_high) == (inf, 0, inf)
    assert "not reached" in never.note
    with pytest.raises(EstimationError, match="q is 1; allowed"):
        median_time([1], [1], q=1)


def test_simulated_coverage_of_the_median():
    rng = np.random.default_rng(3)
    repetitions, inside = 400, 0
    for _ in range(repetitions):
        found = median_time(*exponential(rng, np.ones(60)))
        inside += found.conf_low <= np.log(2) <= found.conf_high
    assert inside / repetitions >= 0.95 - 0.033  # three Monte Carlo errors


# the log-rank test --------------------------------------------------------------------------


@given(follow_ups(least=6), st.integers(2, 3))
def test_log_rank_is_that_of_statsmodels(rows, groups):
    time, event = rows
    group = np.arange(len(time)) % groups
    try:
        found = log_rank(time, event, group)
    except SupportError:
        return
    if found.df < groups - 1:
        return  # statsmodels inverts a matrix that has no inverse here
    statistic, p_value = survdiff(time, event, group)
    assert found.statistic == pytest.approx(statistic, rel=1e-7, abs=1e-9)
    assert found.p_value == pytest.approx(p_value, rel=1e-7, abs=1e-9)
    names = np.array(["x", "a", "m"])[group]
    assert log_rank(time, event, names).statistic == pytest.approx(found.statistic, abs=1e-9)


def test_log_rank_with_late_entry():
    time, event, group = [3, 5, 4, 6, 7], [1, 1, 1, 0, 1], ["a", "b", "a", "b", "a"]
    entry = [0, 1, 3, 0, 2]
    found = log_rank(time, event, group, entry=entry)
    # n, of a: (4, 2) at 3; (4, 2) at 4; (3, 1) at 5; one left at 7
    expected = 2 / 4 + 2 / 4 + 1 / 3
    variance = 1 / 4 + 1 / 4 + 2 / 9
    assert found.statistic == pytest.approx((2 - expected) ** 2 / variance)


def test_log_rank_at_the_edges():
    with pytest.raises(SupportError, match="no event takes place while two groups are at risk"):
        log_rank([1, 2, 3], [0, 0, 0], [0, 1, 1])
    with pytest.raises(SupportError, match="two groups"):
        log_rank([1, 9], [1, 1], [0, 1], entry=[0, 5])
    with pytest.raises(EstimationError, match=r"group holds 1 label\(s\); allowed: at least 2"):
        log_rank([1, 2], [1, 1], [0, 0])
    with pytest.raises(EstimationError, match="group is missing in 1"):
        log_rank([1, 2, 3], [1, 1, 1], [0, None, 1])
    with pytest.raises(EstimationError, match=r"group has shape \(1,\)"):
        log_rank([1, 2], [1, 1], [0])
    # a third group that left before any event has no say
    third = log_rank([2, 3, 4, 5, 1], [1, 0, 1, 1, 0], [0, 0, 1, 1, 2])
    two = log_rank([2, 3, 4, 5], [1, 0, 1, 1], [0, 0, 1, 1])
    assert (third.statistic, third.df) == pytest.approx((two.statistic, two.df))


# restricted means ---------------------------------------------------------------------------


@given(follow_ups(), st.floats(0.5, 12))
def test_restricted_mean_without_censoring_is_the_mean(rows, tau):
    time, _ = rows
    tau = min(tau, time.max())
    found = restricted_mean(time, np.ones(len(time)), tau=tau)
    capped = np.minimum(time, tau)
    assert found.estimate == pytest.approx(capped.mean())
    assert found.std_error == pytest.approx(capped.std() / sqrt(len(time)), abs=1e-7)
    assert isnan(found.conf_low) or 0 <= found.conf_low <= found.estimate <= found.conf_high <= tau


@given(follow_ups(least=4))
def test_rows_as_clusters_are_greenwood(rows):
    time, event = rows
    tau, n = time.max(), len(time)
    plain = restricted_mean(time, event, tau=tau)
    by_row = restricted_mean(time, event, tau=tau, cluster=np.arange(n))
    assert by_row.estimate == plain.estimate
    assert by_row.std_error == pytest.approx(plain.std_error * sqrt(n / (n - 1)), abs=1e-9)
    assert by_row.df == pytest.approx(n - 1)
    late = restricted_mean(time, event, tau=tau, cluster=np.arange(n), entry=np.zeros(n))
    assert late.std_error == pytest.approx(by_row.std_error, abs=1e-12)


def test_influence_is_what_leaving_an_account_out_does():
    rng = np.random.default_rng(9)
    account = np.repeat(np.arange(40), 5)
    time, event = exponential(rng, np.exp(0.5 * rng.normal(size=40))[account])
    entry = np.where(rng.random(200) < 0.3, time * 0.3, 0.0)
    found = restricted_mean(time, event, tau=0.6, cluster=account, entry=entry)
    left_out = [
        restricted_mean(
            *(c[account != a] for c in (time, event)), tau=0.6, entry=entry[account != a]
        )
        for a in range(40)
    ]
    values = np.array([e.estimate for e in left_out])
    jackknife = sqrt(39 / 40 * ((values - values.mean()) ** 2).sum())
    assert found.std_error == pytest.approx(jackknife, rel=0.05)


@given(follow_ups(least=6), follow_ups(least=6))
def test_swapping_the_classes(focal, reference):
    time = np.concatenate([focal[0], reference[0]])
    event = np.concatenate([focal[1], reference[1]])
    flags = np.arange(len(time)) < len(focal[0])
    tau = min(focal[0].max(), reference[0].max())
    for measure in ("difference", "ratio"):
        a = restricted_mean_contrast(time, event, flags, tau=tau, measure=measure)
        b = restricted_mean_contrast(time, event, ~flags, tau=tau, measure=measure)
        turned = -a.estimate if measure == "difference" else 1 / a.estimate
        assert b.estimate == pytest.approx(turned)
        assert b.std_error == pytest.approx(a.std_error, nan_ok=True)
        assert b.p_value == pytest.approx(a.p_value, nan_ok=True)


def test_the_contrast_is_that_of_the_two_means():
    rng = np.random.default_rng(4)
    time, event = exponential(rng, np.repeat([1.0, 2.0], 60))
    flags, account = np.arange(120) < 60, np.arange(120) // 4
    parts = [
        restricted_mean(time[use], event[use], tau=0.5, cluster=account[use])
        for use in (flags, ~flags)
    ]
    found = restricted_mean_contrast(time, event, list(flags), tau=0.5, cluster=account)
    assert found.estimate == pytest.approx(parts[0].estimate - parts[1].estimate)
    assert found.std_error == pytest.approx(np.hypot(*(p.std_error for p in parts)))
    ratio = restricted_mean_contrast(
        pd.Series(time, index=range(9, 129)),
        event,
        flags,
        tau=0.5,
        measure="ratio",
        cluster=account,
    )
    assert ratio.estimate == pytest.approx(parts[0].estimate / parts[1].estimate)
    relative = np.hypot(*(p.std_error / p.estimate for p in parts))
    assert ratio.std_error == pytest.approx(relative)


def test_simulated_coverage_by_account():
    rng = np.random.default_rng(2)
    account = np.concatenate([np.repeat(np.arange(10), 20), 10 + np.repeat(np.arange(60), 20)])
    repetitions, inside, naive = 300, 0, 0
    for _ in range(repetitions):
        rate = np.exp(0.7 * rng.normal(size=70))[account]
        time, event = exponential(rng, rate)
        found = restricted_mean_contrast(time, event, account < 10, tau=0.6, cluster=account)
        inside += found.conf_low <= 0 <= found.conf_high
        rows = restricted_mean_contrast(time, event, account < 10, tau=0.6)
        naive += rows.conf_low <= 0 <= rows.conf_high
    assert inside / repetitions >= 0.95 - 0.038  # three Monte Carlo errors
    assert naive / repetitions < 0.85  # rows taken as independent are the trap


def test_restricted_means_at_the_edges():
    none = restricted_mean([5, 6, 7], [0, 0, 0], tau=5)
    assert (none.estimate, none.std_error) == (5, 0)
    assert isnan(none.conf_low)
    assert "no limits" in none.note
    assert restricted_mean([2], [1], tau=2).estimate == 2
    weighted = restricted_mean([1, 2, 9], [1, 1, 1], tau=2, weights=[1, 1, 0])
    assert weighted.estimate == pytest.approx(1.5)
    with pytest.raises(
        EstimationError, match="tau is 9, beyond the last follow-up; allowed: at most 2"
    ):
        restricted_mean([1, 2, 9], [1, 1, 1], tau=9, weights=[1, 1, 0])
    for tau in (0, -1, np.nan, inf):
        with pytest.raises(EstimationError, match="allowed: a time above 0"):
            restricted_mean([1, 2], [1, 1], tau=tau)
    with pytest.raises(TooFewAccounts, match="1 cluster"):
        restricted_mean([1, 2], [1, 1], tau=2, cluster=["a", "a"])
    with pytest.raises(EstimationError, match=r"cluster has shape \(1,\)"):
        restricted_mean([1, 2], [1, 1], tau=2, cluster=["a"])
    with pytest.raises(EstimationError, match="cluster is missing in 1"):
        restricted_mean([1, 2], [1, 1], tau=2, cluster=["a", None])


def test_contrasts_at_the_edges():
    time, event, focal = [5, 6, 2, 7, 3, 8], [0, 0, 1, 1, 1, 0], [1, 1, 0, 0, 0, 0]
    silent = restricted_mean_contrast(time, event, focal, tau=5)
    assert silent.estimate > 0
    assert isnan(silent.std_error)
    assert isnan(silent.p_value)
    assert "no spread" in silent.note
    with pytest.raises(EstimationError, match=r"focal class: tau is 7, beyond.*at most 6"):
        restricted_mean_contrast(time, event, focal, tau=7)
    with pytest.raises(SupportError, match="the focal class has no rows"):
        restricted_mean_contrast(time, event, [0] * 6, tau=5)
    with pytest.raises(SupportError, match="the reference class has no rows"):
        restricted_mean_contrast(time, event, focal, tau=5, weights=[1, 1, 0, 0, 0, 0])
    with pytest.raises(
        EstimationError, match=r"1 account\(s\) have rows in both classes, first 'b'"
    ):
        restricted_mean_contrast(time, event, focal, tau=5, cluster=list("abbcde"))
    with pytest.raises(TooFewAccounts, match="focal class: all rows belong to 1 cluster"):
        restricted_mean_contrast(time, event, focal, tau=5, cluster=list("aabcde"))
    with pytest.raises(EstimationError, match="focal is 2"):
        restricted_mean_contrast(time, event, [2, 1, 0, 0, 0, 0], tau=5)
    with pytest.raises(EstimationError, match=r"focal has shape \(1,\)"):
        restricted_mean_contrast(time, event, [1], tau=5)
    with pytest.raises(UnknownName, match=r"is called 'odds'.*Known:"):
        restricted_mean_contrast(time, event, focal, tau=5, measure="odds")
    with pytest.raises(EstimationError, match="no ratio exists"):
        # late entry: the only focal row at risk at 0 ends there, and survival stays at 0
        restricted_mean_contrast(
            [0, 2, 1, 2],
            [1, 0, 1, 0],
            [1, 1, 0, 0],
            tau=2,
            entry=[-1, 0.5, -1, -1],
            measure="ratio",
        )


# several causes -----------------------------------------------------------------------------


@given(follow_ups(causes=3))
def test_causes_and_survival_sum_to_one(rows):
    time, cause = rows
    found = cumulative_incidence(time, cause)
    overall = kaplan_meier(time, cause > 0)
    sums = found.groupby("time")["incidence"].sum()
    assert sums.to_numpy() == pytest.approx(1 - overall["survival"].to_numpy(), abs=1e-12)
    assert (found["std_error"] >= 0).all()
    assert set(found["cause"]) == {int(c) for c in cause if c > 0}


@given(follow_ups())
def test_one_cause_is_kaplan_meier(rows):
    found, curve = cumulative_incidence(*rows), kaplan_meier(*rows)
    assert found["incidence"].to_numpy() == pytest.approx(
        1 - curve["survival"].to_numpy(), abs=1e-12
    )
    # variances, for the root of rounding noise around 0 is not small
    theirs = curve["std_error"].to_numpy() ** 2
    assert found["std_error"].to_numpy() ** 2 == pytest.approx(theirs, abs=1e-15)


@given(follow_ups(causes=2, least=5))
def test_incidence_is_that_of_statsmodels(rows):
    time, cause = np.append(rows[0], 13.0), np.append(rows[1], 0.0)  # never an empty risk set
    found = cumulative_incidence(time, cause)
    theirs = CumIncidenceRight(time, cause)
    for c, part in found.groupby("cause"):
        at = np.isin(theirs.times, part["time"])
        assert part["incidence"].to_numpy() == pytest.approx(theirs.cinc[c - 1][at], abs=1e-12)
        assert part["std_error"].to_numpy() == pytest.approx(theirs.cinc_se[c - 1][at], abs=1e-7)


@given(follow_ups(causes=2))
def test_causes_are_only_names(rows):
    time, cause = rows
    there = cumulative_incidence(time, cause)
    here = cumulative_incidence(time, np.where(cause > 0, 3 - cause, 0))
    here = here.assign(cause=3 - here["cause"]).sort_values(["time", "cause"], ignore_index=True)
    pd.testing.assert_frame_equal(there, here)


def test_incidence_without_censoring_is_a_share():
    time, cause = np.array([1, 1, 2, 2, 2, 3, 4, 4.0]), np.array([1, 2, 1, 1, 2, 2, 1, 2.0])
    for row in cumulative_incidence(time, cause).itertuples():
        share = ((time <= row.time) & (cause == row.cause)).mean()
        assert row.incidence == pytest.approx(share)
        assert row.std_error == pytest.approx(sqrt(share * (1 - share) / 8))


def test_simulated_errors_of_the_incidence():
    rng = np.random.default_rng(5)
    found = []
    for _ in range(400):
        time, event = exponential(rng, np.full(80, 1.5))
        cause = event * np.where(rng.random(80) < 1 / 3, 1, 2)
        frame = cumulative_incidence(time, cause)
        last = frame[(frame["cause"] == 1) & (frame["time"] <= 0.8)].iloc[-1]
        found.append((last["incidence"], last["std_error"]))
    estimates, errors = np.array(found).T
    truth = (1 - exp(-1.5 * 0.8)) / 3
    assert estimates.mean() == pytest.approx(truth, abs=3 * estimates.std() / 20)
    # 400 draws know a standard deviation to 3.5 %
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.1)


def test_incidence_at_the_edges():
    none = cumulative_incidence([1, 2], [0, 0])
    assert list(none.columns) == ["time", "cause", "incidence", "std_error"]
    assert len(none) == 0
    skipped = cumulative_incidence([1, 2, 3], [0, 3, 0])
    assert skipped["cause"].tolist() == [3]
    with pytest.raises(EstimationError, match=r"cause is 1.5 at 0.*allowed: 0 \(censored\), 1, 2"):
        cumulative_incidence([1, 2], [1.5, 0])
    with pytest.raises(EstimationError, match="cause is negative"):
        cumulative_incidence([1, 2], [-1, 0])
    late = cumulative_incidence([2, 5, 4], [1, 0, 2], entry=[0, 1, 2])
    assert late["incidence"].tolist() == pytest.approx([0.5, 0, 0.5, 0.25])


@settings(max_examples=20)
@given(follow_ups(least=3), st.floats(0.1, 50))
def test_the_unit_of_time_is_nothing(rows, unit):
    time, event = rows
    there, here = kaplan_meier(time, event), kaplan_meier(time * unit, event)
    assert here["survival"].tolist() == there["survival"].tolist()
    a = restricted_mean(time, event, tau=time.max())
    b = restricted_mean(time * unit, event, tau=(time * unit).max())
    assert b.estimate == pytest.approx(a.estimate * unit)
    assert b.std_error == pytest.approx(a.std_error * unit, abs=1e-9)


@pytest.mark.parametrize(("size", "seed"), [(100, 116), (100, 123), (200, 5), (400, 10)])
def test_the_degrees_of_freedom_are_counted_whatever_rounding_makes_of_the_rank(size, seed):
    # data in which the covariance of two groups, singular by construction, has numerical rank 2
    rng = np.random.default_rng(seed)
    time, event = rng.exponential(size=size), rng.random(size) < 0.5
    group = rng.integers(0, 2, size)
    statistic, p_value = survdiff(time, event, group)
    found = log_rank(time, event, group)
    assert found.df == 1
    assert (found.statistic, found.p_value) == pytest.approx((statistic, p_value), rel=1e-9)


def test_groups_never_at_risk_together_count_apart():
    # 0 and 1 meet early, 2 and 3 late: two free comparisons
    time = np.array([1.0, 2, 3, 4, 11, 12, 13, 14])
    group, entry = np.repeat([0, 1, 2, 3], 2)[[0, 2, 1, 3, 4, 6, 5, 7]], np.repeat([0.0, 10], 4)
    whole = log_rank(time, np.ones(8), group, entry=entry)
    parts = [log_rank(time[p], np.ones(4), group[p]) for p in (slice(0, 4), slice(4, 8))]
    assert whole.df == 2
    assert whole.statistic == pytest.approx(sum(p.statistic for p in parts))
