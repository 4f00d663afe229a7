"""A rate before and after a date, in one series and against another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import EstimationError, UnknownName
from audit.estimators.change import controlled_segmented_rate, segmented_rate

START = 20
NUMBERS = ("params", "std_error", "df", "p_value", "conf_low", "conf_high")


def drawn(seed, periods=40, step=0.3, base=30.0, spread=1.0):
    rng = np.random.default_rng(seed)
    time = np.arange(periods)
    exposure = rng.uniform(500, 1500, periods)
    mean = base / 1000 * exposure * np.exp(0.01 * time + step * (time >= periods // 2))
    if spread > 1:
        mean = rng.gamma(mean / (spread - 1), spread - 1)
    return rng.poisson(mean), exposure, time


def design(time, start, *, slope=False, last=None):
    columns = [np.ones(len(time)), time >= start, time - (start - 1 if last is None else last)]
    if slope:
        columns.append(np.where(time >= start, columns[2], 0))
    return np.column_stack(columns).astype(float)


def glm(count, exposure, x, **how):
    model = sm.GLM(count, x, family=sm.families.Poisson(), offset=np.log(exposure))
    return model.fit(tol=1e-13, **how)


def same(one, other, close=1e-9):
    for name in NUMBERS:
        assert getattr(one, name).to_numpy() == pytest.approx(
            getattr(other, name).to_numpy(), rel=close, abs=close
        )


@pytest.mark.parametrize("slope", [False, True])
@pytest.mark.parametrize(("dispersion", "scale"), [("none", 1.0), ("pearson", "X2")])
def test_statsmodels_gives_the_same(slope, dispersion, scale):
    data = drawn(1)
    ours = segmented_rate(*data, start=START, slope_change=slope, dispersion=dispersion)
    theirs = glm(*data[:2], design(data[2], START, slope=slope), scale=scale)
    assert ours.params.to_numpy() == pytest.approx(theirs.params, rel=1e-9, abs=1e-9)
    assert ours.std_error.to_numpy() == pytest.approx(theirs.bse, rel=1e-9)
    assert ours.conf_low.to_numpy() == pytest.approx(theirs.conf_int()[:, 0], rel=1e-8, abs=1e-9)
    assert ours.p_value.to_numpy() == pytest.approx(theirs.pvalues, rel=1e-7, abs=1e-12)
    assert ours.vcov.to_numpy() == pytest.approx(theirs.cov_params(), rel=1e-8, abs=1e-12)
    if dispersion == "none":
        assert ours.loglik == pytest.approx(theirs.llf)
    else:
        assert np.isnan(ours.loglik)


@pytest.mark.parametrize("lags", [0, 1, 4, None])
def test_newey_west_of_statsmodels(lags):
    data = drawn(2)
    ours = segmented_rate(*data, start=START, dispersion="hac", lags=lags)
    how = {"maxlags": 3 if lags is None else lags, "use_correction": True}
    theirs = glm(*data[:2], design(data[2], START), cov_type="HAC", cov_kwds=how)
    assert ours.std_error.to_numpy() == pytest.approx(theirs.bse, rel=1e-8)


def test_t_limits_are_wider_by_the_quantile():
    from scipy.stats import norm, t

    normal, wide = (segmented_rate(*drawn(3), start=START, distribution=d) for d in ("normal", "t"))
    factor = t.ppf(0.975, 37) / norm.ppf(0.975)
    arms = [(fit.conf_high - fit.conf_low).to_numpy() for fit in (normal, wide)]
    assert arms[1] == pytest.approx(arms[0] * factor)
    assert (set(wide.df), set(normal.df)) == ({37.0}, {np.inf})


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.randoms(use_true_random=False))
def test_order_origin_and_units_change_nothing(seed, random):
    count, exposure, time = drawn(seed)
    fit = segmented_rate(count, exposure, time, start=START, slope_change=True)
    order = random.sample(range(len(time)), len(time))
    index = [f"row {i}" for i in order]
    moved = [pd.Series(v[order], index=index) for v in (count, exposure, time)]
    same(segmented_rate(*moved, start=START, slope_change=True), fit)
    later = segmented_rate(count, exposure, time + 500, start=START + 500, slope_change=True)
    same(later, fit, 1e-7)
    halves = segmented_rate(count, exposure, time / 2, start=START / 2, slope_change=True)
    assert halves.params["trend"] == pytest.approx(2 * fit.params["trend"], rel=1e-7, abs=1e-9)
    assert halves.params["level"] == pytest.approx(fit.params["level"], rel=1e-7, abs=1e-9)
    thousands = segmented_rate(count, exposure / 1000, time, start=START, slope_change=True)
    assert thousands.params["intercept"] == pytest.approx(fit.params["intercept"] + np.log(1000))
    assert thousands.std_error.to_numpy() == pytest.approx(fit.std_error.to_numpy())


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 2), st.booleans())
def test_each_class_has_its_own_series(seed, harmonics, slope):
    focal, reference = drawn(seed), drawn(seed + 1)
    how = {"start": START, "harmonics": harmonics, "slope_change": slope, "dispersion": "none"}
    joined = [np.concatenate(pair) for pair in zip(focal, reference, strict=True)]
    flags = np.repeat([True, False], 40)
    both = controlled_segmented_rate(*joined, flags, **how)
    one, other = segmented_rate(*focal, **how), segmented_rate(*reference, **how)
    for name in other.columns:
        added = "focal" if name == "intercept" else f"focal_{name}"
        gap = one.params[name] - other.params[name]
        assert both.params[name] == pytest.approx(other.params[name], rel=1e-7, abs=1e-8)
        assert both.params[added] == pytest.approx(gap, rel=1e-7, abs=1e-8)
        error = np.hypot(one.std_error[name], other.std_error[name])
        assert both.std_error[added] == pytest.approx(error, rel=1e-7)
    assert both.loglik == pytest.approx(one.loglik + other.loglik)
    swapped = controlled_segmented_rate(*joined, ~flags, **how)
    assert swapped.params["focal_level"] == pytest.approx(-both.params["focal_level"], abs=1e-8)
    assert swapped.p_value["focal_level"] == pytest.approx(both.p_value["focal_level"], abs=1e-7)


def test_newey_west_lets_shared_shocks_cancel():
    # both classes move together week by week: little of it is left in the contrast
    count, exposure, time = drawn(5, base=3000, spread=300)
    own = np.random.default_rng(6).poisson(count)
    twice = np.r_[count, own], np.tile(exposure, 2), np.tile(time, 2)
    flags = np.repeat([1, 0], 40)
    fit = controlled_segmented_rate(*twice, flags, start=START, dispersion="hac")
    assert fit.std_error["focal_level"] < 0.2 * fit.std_error["level"]
    apart = controlled_segmented_rate(*twice, flags, start=START)
    assert apart.std_error["focal_level"] > apart.std_error["level"]


@pytest.mark.parametrize("further", [{}, {"harmonics": 2, "slope_change": True}])
def test_newey_west_where_all_cancels_knows_no_error(further):
    # equal counts in both classes: an error of 0 would claim certainty, and p would be 0 / 0
    count, exposure, time = drawn(5, base=3000, spread=300)
    twice = [np.tile(v, 2) for v in (count, exposure, time)]
    flags = np.repeat([1, 0], 40)
    fit = controlled_segmented_rate(*twice, flags, start=START, dispersion="hac", **further)
    assert fit.params["focal_level"] == pytest.approx(0, abs=1e-8)
    of_focal = [c for c in fit.columns if c.startswith("focal")]
    for name in ("std_error", "p_value", "conf_low", "conf_high"):
        assert getattr(fit, name)[of_focal].isna().all()
        assert getattr(fit, name).drop(of_focal).notna().all()
    assert "no standard error for 'focal', 'focal_level', 'focal_trend'" in fit.note.lower()
    assert fit.vcov.loc[of_focal].isna().all(axis=None)
    assert "autocorrelation" in fit.note


def coverage(studies, name, truth):
    return np.mean([fit.conf_low[name] <= truth <= fit.conf_high[name] for fit in studies])


# 200 studies know a coverage of 95 % to within 4.6 points (three standard errors)
@pytest.mark.parametrize(
    ("spread", "how"),
    [(1.0, {"dispersion": "none"}), (3.0, {}), (3.0, {"distribution": "t"})],
)
def test_simulated_coverage(spread, how):
    fits = [segmented_rate(*drawn(s, spread=spread), start=START, **how) for s in range(200)]
    assert coverage(fits, "level", 0.3) >= 0.904
    assert coverage(fits, "trend", 0.01) >= 0.904


def test_simulated_coverage_of_the_ratio_of_rate_ratios():
    fits = []
    for seed in range(150):
        pair = zip(drawn(seed), drawn(seed + 1000, step=0.1), strict=True)
        joined = [np.concatenate(both) for both in pair]
        fits.append(controlled_segmented_rate(*joined, np.repeat([1, 0], 40), start=START))
    assert coverage(fits, "focal_level", 0.2) >= 0.95 - 3 * np.sqrt(0.95 * 0.05 / 150)


def test_poisson_limits_do_not_cover_overdispersed_counts():
    fits = [segmented_rate(*drawn(s, spread=6), start=START, dispersion="none") for s in range(200)]
    assert coverage(fits, "level", 0.3) < 0.85


# edges --------------------------------------------------------------------------------------


def test_constant_counts():
    flat = [7] * 12, [100.0] * 12, range(12)
    with pytest.raises(EstimationError, match=r"exactly on the fitted line.*dispersion='none'"):
        segmented_rate(*flat, start=6)
    fit = segmented_rate(*flat, start=6, dispersion="none")
    assert fit.params.to_numpy() == pytest.approx([np.log(0.07), 0, 0], abs=1e-9)
    assert fit.p_value["level"] == pytest.approx(1)
    assert fit.autocorrelation == (0.0,)


def test_ten_million_events():
    fit = segmented_rate([10**7, 10**7 + 5000] * 6, [1e9] * 12, range(12), start=6)
    assert fit.conf_low["level"] < fit.params["level"] < fit.conf_high["level"]
    assert fit.std_error["level"] < 1e-3


def test_no_events_on_one_side():
    for count, side in (([0] * 6 + [3] * 6, "before"), ([3] * 6 + [0] * 6, "after")):
        with pytest.raises(EstimationError, match=f"no events {side} the start"):
            segmented_rate(count, [10] * 12, range(12), start=6)
    with pytest.raises(EstimationError, match=r"no events before.*no events after"):
        segmented_rate([0] * 12, [10] * 12, range(12), start=6)
    count = [0] * 6 + [3] * 6 + [2, 3] * 6
    with pytest.raises(EstimationError, match="the focal class has no events before"):
        controlled_segmented_rate(
            count, [10] * 24, [*range(12)] * 2, [True] * 12 + [False] * 12, start=6
        )


def test_zero_counts_that_let_a_slope_run_away():
    # the only events after the start are in its last period: the steeper, the likelier
    count = [3, 5, 4, 6, 4, 5, 0, 0, 0, 0, 0, 5]
    with pytest.raises(EstimationError, match=r"no finite estimate of level, slope_change"):
        segmented_rate(count, [10] * 12, range(12), start=6, slope_change=True)
    # one more event pins it down
    count[6] = 1
    fit = segmented_rate(count, [10] * 12, range(12), start=6, slope_change=True)
    assert np.isfinite(fit.params).all()
    # a few zeros are no trouble
    assert np.isfinite(segmented_rate([0, 2, 1] * 4, [10] * 12, range(12), start=6).params).all()


def test_terms_that_cannot_be_told_apart():
    data = drawn(1)
    with pytest.raises(EstimationError, match=r"sin_6 cannot be told.*fewer harmonics"):
        segmented_rate(*data, start=START, harmonics=6, period=12)
    with pytest.raises(EstimationError, match="sin_1, cos_1 cannot be told"):
        segmented_rate(*data, start=START, harmonics=1, period=1)
    with pytest.raises(EstimationError, match="6 counts for 6 terms"):
        segmented_rate(
            [3, 4, 6, 2, 9, 4],
            [9] * 6,
            range(6),
            start=3,
            harmonics=1,
            period=4.7,
            slope_change=True,
        )


def test_gaps_are_named():
    count, exposure, time = drawn(1)
    kept = time != 7
    fit = segmented_rate(count[kept], exposure[kept], time[kept], start=START)
    assert "1 gap(s) in time" in fit.note
    assert "Lag-1 autocorrelation" in fit.note
    with pytest.raises(EstimationError, match=r"1 gap\(s\), over which 'hac'"):
        segmented_rate(count[kept], exposure[kept], time[kept], start=START, dispersion="hac")


def test_autocorrelation_sees_waves_left_out():
    time = np.arange(60)
    count = np.round(2000 * np.exp(0.3 * np.sin(2 * np.pi * time / 12)))
    without = segmented_rate(count, np.ones(60), time, start=30)
    assert without.autocorrelation[0] > 0.7
    waves = segmented_rate(count, np.ones(60), time, start=30, harmonics=1)
    assert abs(waves.autocorrelation[0]) < 0.5
    assert waves.params["sin_1"] == pytest.approx(0.3, abs=0.01)


def test_counts_of_weights_may_be_fractions():
    count, exposure, time = drawn(1)
    fit = segmented_rate(count / 2, exposure / 2, time, start=START)
    assert fit.params["level"] == pytest.approx(
        segmented_rate(count, exposure, time, start=START).params["level"]
    )
    with pytest.raises(EstimationError, match="count is not whole"):
        segmented_rate(count / 2, exposure, time, start=START, dispersion="none")


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"count": [-1.0] + [3.0] * 11}, r"count is negative in 1 place\(s\), first at 0: -1"),
        ({"count": [np.nan] + [3.0] * 11}, "count is missing or infinite"),
        ({"count": []}, "count is empty"),
        ({"exposure": [0.0] + [9.0] * 11}, r"exposure is not above 0 .leave periods"),
        ({"exposure": [np.inf] + [9.0] * 11}, "exposure is missing or infinite"),
        ({"exposure": [9.0]}, "exposure has 1 entries; allowed: 12, as many as count"),
        ({"time": [0, *range(11)]}, r"1 period\(s\) more than once; add them up"),
        ({"time": ["a"] * 12}, "time must be numbers"),
        ({"start": 1}, r"start is 1, with 1 period\(s\) before and 11 .* at least 3"),
        ({"start": 80}, r"with 12 period\(s\) before and 0 from it on"),
        ({"start": "May"}, "start is 'May'; allowed: one finite number"),
        ({"start": np.nan}, "start is nan"),
        ({"period": 0}, "period is 0; allowed: above 0"),
        ({"harmonics": -1}, "harmonics is -1"),
        ({"harmonics": 1.5}, "harmonics is 1.5"),
        ({"lags": 2}, "only dispersion='hac' uses"),
        ({"lags": 40, "dispersion": "hac"}, "lags is 40; allowed: a whole number from 0 to 11"),
        ({"dispersion": "none", "distribution": "t"}, "estimates no spread"),
        ({"confidence": 95}, "confidence is 95"),
    ],
)
def test_faults_in_words(change, words):
    given_ = {"count": [3.0, 4, 5] * 4, "exposure": [9.0] * 12, "time": range(12), "start": 6}
    with pytest.raises(EstimationError, match=words):
        segmented_rate(**(given_ | change))


def test_faults_all_at_once():
    with pytest.raises(EstimationError, match=r"count is negative.*exposure is not.*harmonics is"):
        segmented_rate([-1] * 12, [0] * 12, range(12), start=6, harmonics=-1)
    with pytest.raises(UnknownName, match="'poisson'"):
        segmented_rate([1] * 12, [1] * 12, range(12), start=6, dispersion="poisson")
    with pytest.raises(UnknownName, match="'z'"):
        segmented_rate([1] * 12, [1] * 12, range(12), start=6, distribution="z")


def test_a_class_that_is_missing_is_named():
    count, exposure, time = (np.tile(v, 2) for v in drawn(5))
    focal = np.r_[np.nan, np.ones(39), np.zeros(40)]
    with pytest.raises(EstimationError, match=r"focal holds nan in 1 place"):
        controlled_segmented_rate(count, exposure, time, focal, start=START)


def test_classes_in_words():
    data = [np.tile(v, 2) for v in drawn(1)]
    flags = np.repeat([1, 0], 40)
    with pytest.raises(EstimationError, match=r"1 time\(s\) hold one class only, first 39"):
        controlled_segmented_rate(*[v[:-1] for v in data], flags[:-1], start=START)
    with pytest.raises(EstimationError, match="focal holds 2"):
        controlled_segmented_rate(*data, flags * 2, start=START)
    with pytest.raises(EstimationError, match="focal has 3 entries"):
        controlled_segmented_rate(*data, flags[:3], start=START)
    with pytest.raises(EstimationError, match=r"40 time\(s\) hold one class only"):
        controlled_segmented_rate(*data, np.ones(80), start=START)
