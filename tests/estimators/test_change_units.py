"""Treated units against others, before and after one date."""

from __future__ import annotations

from itertools import combinations
from math import isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from audit.errors import EstimationError, SupportError
from audit.estimators.change import difference_in_differences
from audit.estimators.series.panel import Panel, fit_panel

NAMES = {"outcome": "rate", "unit": "account", "time": "month", "treated": "leader"}
START = 5


def drawn(seed, treated=4, others=9, months=8, effect=0.0, rows=1):
    rng = np.random.default_rng(seed)
    units = treated + others
    frame = pd.DataFrame(
        [(f"u{u}", m, u < treated) for u in range(units) for m in range(months)] * rows,
        columns=["account", "month", "leader"],
    )
    level = np.repeat(rng.normal(0, 2, units), months)
    shock = np.tile(rng.normal(0, 1, months), units)
    error = rng.normal(0, 1, units * months)
    y = np.tile(level + shock + error, rows) + rng.normal(0, 0.5, len(frame)) * (rows > 1)
    frame["rate"] = y + effect * (frame["leader"] & (frame["month"] >= START))
    return frame


def holed(seed, **how):
    frame = drawn(seed, **how)
    rng = np.random.default_rng(seed + 1)
    return frame[rng.random(len(frame)) > 0.2].reset_index(drop=True)


def did(frame, **how):
    return difference_in_differences(frame, **(NAMES | {"start": START} | how))


def dense_cr2(frame):
    """CR2 and Satterthwaite from the full dummy matrix and the full hat matrix, row by row."""
    account = frame["account"].to_numpy(dtype=object)
    units, times = np.unique(account), np.unique(frame["month"])
    step = frame["leader"].to_numpy() & (frame["month"].to_numpy() >= START)
    x = np.column_stack(
        [account[:, None] == units]
        + [frame["month"].to_numpy()[:, None] == times[1:]]
        + [step[:, None]]
    ).astype(float)
    y = frame["rate"].to_numpy()
    inverse = np.linalg.inv(x.T @ x)
    beta = inverse @ x.T @ y
    hat = x @ inverse @ x.T
    keep = np.eye(len(y)) - hat
    residual = y - x @ beta
    variance, columns = 0.0, []
    for u in units:
        at = np.flatnonzero(account == u)
        values, vectors = np.linalg.eigh(keep[np.ix_(at, at)])
        good = values > 1e-9
        root = (vectors[:, good] / np.sqrt(values[good])) @ vectors[:, good].T
        a = root @ (x[at] @ inverse[:, -1])
        variance += (residual[at] @ a) ** 2
        columns.append(keep[:, at] @ a)
    p = np.array(columns) @ np.array(columns).T
    return beta[-1], np.sqrt(variance), np.trace(p) ** 2 / (p**2).sum()


@pytest.mark.parametrize("make", [drawn, holed])
@pytest.mark.parametrize("rows", [1, 3])
def test_full_dummies_give_the_same(make, rows):
    frame = make(3, effect=1.0, rows=rows)
    found = did(frame)
    beta, error, df = dense_cr2(frame)
    assert found.estimate == pytest.approx(beta, abs=1e-9)
    assert found.std_error == pytest.approx(error, rel=1e-8)
    assert found.df == pytest.approx(df, rel=1e-7)
    arm = student.ppf(0.975, df) * error
    assert (found.conf_low, found.conf_high) == pytest.approx((beta - arm, beta + arm))
    assert found.p_value == pytest.approx(2 * student.sf(abs(beta) / error, df))


def test_a_balanced_panel_is_welch_on_changes_in_mean():
    frame = drawn(4)
    found = did(frame)
    after = frame["month"] >= START
    change = (
        frame[after].groupby("account")["rate"].mean()
        - frame[~after].groupby("account")["rate"].mean()
    )
    leader = frame.groupby("account")["leader"].first()
    one, other = change[leader], change[~leader]
    assert found.estimate == pytest.approx(one.mean() - other.mean())
    v1, v2 = one.var() / len(one), other.var() / len(other)
    assert found.std_error == pytest.approx(np.sqrt(v1 + v2))
    # Bell and McCaffrey's df takes equal variances
    a, b = 1 / len(one), 1 / len(other)
    df = (a + b) ** 2 / (a**2 / (len(one) - 1) + b**2 / (len(other) - 1))
    assert found.df == pytest.approx(df)


def test_published_two_by_two():
    # Card & Krueger 1994, AER 84:772, Table 3: mean employment in New Jersey and Pennsylvania,
    # before and after; the difference in differences is printed as 2.76. The four means are
    # rounded to 0.005 each, which is what the tolerance is for
    cells = [("NJ", 0, 20.44), ("NJ", 1, 21.03), ("PA", 0, 23.33), ("PA", 1, 21.17)]
    frame = pd.DataFrame(cells, columns=["account", "month", "rate"])
    frame["leader"] = frame["account"] == "NJ"
    found = did(frame, start=1)
    assert found.estimate == pytest.approx(2.76, abs=0.02)
    assert isnan(found.conf_low)
    assert found.placebo_p == 1.0
    assert "one treated unit" in found.note
    assert "one other unit" in found.note


@pytest.mark.parametrize("make", [drawn, holed])
def test_placebo_lists_every_assignment(make):
    frame = make(5, treated=3, others=6, effect=1.5)
    found = did(frame)
    units = sorted(frame["account"].unique())
    steps = []
    for chosen in combinations(units, 3):
        relabelled = frame.assign(leader=frame["account"].isin(chosen))
        steps.append(abs(dense_cr2(relabelled)[0]))
    share = np.mean(np.array(steps) >= abs(found.estimate) - 1e-9)
    assert (found.n_assignments, found.enumerated) == (84, True)
    assert found.placebo_p == pytest.approx(share)


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_what_changes_nothing(seed, random):
    frame = holed(seed)
    found = did(frame)
    order = random.sample(range(len(frame)), len(frame))
    names = {u: f"name {i}" for i, u in enumerate(sorted(frame["account"].unique())[::-1])}
    moved = frame.iloc[order].set_index(pd.Index(order))
    moved["account"] = moved["account"].map(names)
    moved["month"] = pd.Timestamp("2024-01-01") + pd.to_timedelta(31 * moved["month"], "D")
    again = did(moved, start=pd.Timestamp("2024-01-01") + pd.Timedelta(31 * START, "D"))
    doubled = did(pd.concat([frame, frame]))
    shifted = did(frame.assign(rate=1000 + 3 * frame["rate"]))
    flipped = did(frame.assign(leader=~frame["leader"]))
    for other, factor in ((again, 1), (doubled, 1), (shifted, 3), (flipped, -1)):
        assert other.estimate == pytest.approx(factor * found.estimate, abs=1e-8)
        assert other.std_error == pytest.approx(abs(factor) * found.std_error, rel=1e-7)
        assert other.df == pytest.approx(found.df, rel=1e-6)
        assert other.placebo_p == found.placebo_p
        estimates = other.event_study["estimate"].to_numpy()
        assert estimates == pytest.approx(
            factor * found.event_study["estimate"].to_numpy(), abs=1e-7, nan_ok=True
        )


@pytest.mark.parametrize("make", [drawn, holed])
def test_event_study_is_the_regression_with_treated_by_time(make):
    import statsmodels.api as sm

    frame = make(6, effect=1.0)
    found = did(frame).event_study
    base, times = START - 1, range(8)
    units = frame["account"].unique()
    month, leader = frame["month"].to_numpy(), frame["leader"].to_numpy()
    x = [frame["account"].to_numpy() == u for u in units]
    x += [month == m for m in times if m != base]
    x += [leader & (month == m) for m in times if m != base]
    fit = sm.OLS(frame["rate"].to_numpy(), np.column_stack(x).astype(float)).fit()
    kept = found[found["phase"] != "base"]
    assert kept["estimate"].to_numpy() == pytest.approx(fit.params[-7:], abs=1e-9)
    assert (kept["conf_low"] < kept["estimate"]).all()
    assert found["phase"].tolist() == ["before"] * 4 + ["base"] + ["after"] * 3
    zero = found[found["phase"] == "base"].iloc[0]
    assert zero["estimate"] == 0
    assert isnan(zero["conf_low"])


def test_event_study_of_a_balanced_panel_is_welch_in_each_period():
    frame = drawn(7)
    wide = frame.pivot_table(index="account", columns="month", values="rate")
    leader = frame.groupby("account")["leader"].first()
    for row in did(frame).event_study.itertuples():
        if row.phase == "base":
            continue
        gap = wide[row.period] - wide[START - 1]
        one, other = gap[leader], gap[~leader]
        assert row.estimate == pytest.approx(one.mean() - other.mean())
        error = np.sqrt(one.var() / len(one) + other.var() / len(other))
        assert row.std_error == pytest.approx(error)


# 400 studies know a coverage of 95 % to within 3.3 points (three standard errors)
@pytest.mark.parametrize("treated", [3, 5, 10])
def test_simulated_coverage_with_few_treated_and_runs_in_the_errors(treated):
    rng, hits = np.random.default_rng(treated), 0
    units, months = treated + 20, 8
    flags = (np.arange(units) < treated).astype(float)
    after = (np.arange(months) >= START).astype(float)
    for _ in range(400):
        walk = rng.normal(size=(units, months)).cumsum(axis=1)
        fit = fit_panel(Panel(walk, np.ones((units, months))), [(flags, after)])
        step = fit.contrast(np.eye(months + 1)[-1])
        hits += abs(step.estimate) <= student.ppf(0.975, step.df) * step.std_error
    assert hits / 400 >= 0.917


def test_placebo_keeps_its_level():
    # every unit is as likely as any other to be the treated one: p is uniform on its steps
    p = [did(drawn(seed, treated=1, others=9)).placebo_p for seed in range(150)]
    assert np.mean(np.array(p) <= 0.1) <= 0.1 + 3 * np.sqrt(0.09 / 150)


# edges --------------------------------------------------------------------------------------


def test_one_treated_unit_has_a_rank_and_no_interval():
    found = did(drawn(8, treated=1, others=9, effect=20))
    assert (found.n_treated, found.n_reference, found.n_assignments) == (1, 9, 10)
    assert found.placebo_p == pytest.approx(0.1)
    for value in (found.conf_low, found.conf_high, found.std_error, found.p_value, found.df):
        assert isnan(value)
    assert "only the placebo p" in found.note
    study = found.event_study
    assert study["conf_low"].isna().all()
    assert study["estimate"].notna().all()


def test_many_units_are_drawn_and_seeded():
    frame = drawn(9, treated=10, others=20)
    found, again = did(frame, draws=199), did(frame, draws=199)
    assert (found.n_assignments, found.enumerated) == (199, False)
    assert found.placebo_p == again.placebo_p
    assert found.placebo_p >= 1 / 200
    most = did(drawn(9, treated=28, others=2))
    assert (most.n_assignments, most.enumerated) == (435, True)


@pytest.mark.parametrize("value", [0.0, 0.1, 1.0, 1e9])
def test_all_outcomes_the_same(value):
    found = did(drawn(1).assign(rate=value))
    assert (found.estimate, found.placebo_p) == (0.0, 1.0)
    assert isnan(found.conf_low)
    assert isnan(found.p_value)
    assert "spread is unknown" in found.note


def test_an_exact_step_has_no_spread():
    frame = drawn(1)
    exact = frame.assign(rate=3.0 * (frame["leader"] & (frame["month"] >= START)))
    found = did(exact)
    assert found.estimate == pytest.approx(3)
    assert isnan(found.conf_low)
    assert found.placebo_p == pytest.approx(1 / 715)


def test_units_on_one_side_only_inform_the_times():
    frame = drawn(2)
    late = frame[(frame["account"] != "u0") | (frame["month"] >= START)]
    found = did(late)
    assert found.n_treated == 3
    assert found.estimate == pytest.approx(dense_cr2(late)[0], abs=1e-9)
    with pytest.raises(SupportError, match="no treated unit is observed both before 5"):
        did(frame[~frame["leader"] | (frame["month"] >= START)])
    with pytest.raises(SupportError, match="no other unit"):
        did(frame[frame["leader"] | (frame["month"] < START)])


def test_periods_without_a_class():
    frame = drawn(2)
    found = did(frame[~frame["leader"] | (frame["month"] != 1)]).event_study
    row = found[found["period"] == 1].iloc[0]
    assert (row["n_treated"], row["n_reference"]) == (0, 9)
    assert isnan(row["estimate"])
    lone = did(frame[~frame["leader"] | (frame["month"] != 1) | (frame["account"] == "u0")])
    row = lone.event_study.loc[1]
    assert not isnan(row["estimate"])
    assert isnan(row["conf_low"])


def test_large_numbers_of_rows_count_like_repeats():
    found = fit_panel(Panel(np.array([[1.0, 2], [3, 9], [4, 4]]), np.full((3, 2), 1e7)))
    assert np.isfinite(found.params).all()


def test_staggered_starts_are_refused():
    frame = drawn(1)
    frame["leader"] &= frame["month"] >= np.where(frame["account"] == "u0", 3, 5)
    with pytest.raises(EstimationError, match=r"changes within 4 unit.*Staggered.*Goodman-Bacon"):
        did(frame)
    with pytest.raises(EstimationError, match=r"cannot be compared.*Staggered"):
        did(drawn(1), start={"u0": 3})


def test_faults_in_words():
    frame = drawn(1)
    with pytest.raises(EstimationError, match=r"outcome is 'y', which is no column.*unit is 'u'"):
        did(frame, outcome="y", unit="u")
    with pytest.raises(EstimationError, match=r"missing or infinite in 2 row\(s\), first in row 3"):
        did(frame.assign(rate=frame["rate"].where(~frame.index.isin([2, 8]), np.nan)))
    with pytest.raises(EstimationError, match=r"missing or infinite in 1 row.*month.* 1 row"):
        did(
            frame.assign(
                rate=frame["rate"].where(frame.index != 2, np.inf),
                month=frame["month"].where(frame.index != 3),
            )
        )
    with pytest.raises(EstimationError, match="must be numbers"):
        did(frame.assign(rate="many"))
    with pytest.raises(EstimationError, match=r"holds 'yes'; allowed: true or false"):
        did(frame.assign(leader="yes"))
    with pytest.raises(EstimationError, match="is True throughout; needed: both"):
        did(frame.assign(leader=True))
    with pytest.raises(EstimationError, match="every time is before it"):
        did(frame, start=99)
    with pytest.raises(EstimationError, match="every time is after it"):
        did(frame, start=0)
    with pytest.raises(EstimationError, match=r"start is 'May', which cannot be compared"):
        did(frame, start="May")
    with pytest.raises(EstimationError, match="has no order"):
        did(frame.assign(month=[{1}, {2}] * (len(frame) // 2)))
    with pytest.raises(EstimationError, match="has no order"):
        did(frame.assign(month=["x", 1] * (len(frame) // 2)))
    with pytest.raises(EstimationError, match="frame has no rows"):
        did(frame.iloc[:0])
    with pytest.raises(EstimationError, match="frame is a dict"):
        did({})
    with pytest.raises(EstimationError, match=r"confidence is 95.*draws is 0"):
        did(frame, confidence=95, draws=0)
