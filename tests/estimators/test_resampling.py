"""Tests by relabelling."""

from __future__ import annotations

from itertools import combinations
from math import comb

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import EstimationError, SupportError, TooFewAccounts, UnknownName
from audit.estimators.accounts.assignments import assignment_sums
from audit.estimators.proportions import intraclass_correlation
from audit.estimators.resampling import (
    permutation_interval,
    permutation_test,
    placebo_rank,
    randomisation_test,
)

SCALES = ("null_model", "studentised", "none")


@st.composite
def platforms(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    size = draw(st.integers(5, 9))
    n = rng.integers(1, 12, size)
    return {
        "events": rng.binomial(n, rng.random(size)),
        "n": n,
        "account": np.arange(size),
        "focal": np.arange(size) < draw(st.integers(2, size - 2)),
    }


def big_platform(seed=1, accounts=60, leaders=5):
    rng = np.random.default_rng(seed)
    n = np.r_[np.full(leaders, 40), rng.integers(1, 12, accounts - leaders)]
    return {
        "events": rng.binomial(n, rng.beta(1, 4, accounts)),
        "n": n,
        "account": np.arange(accounts),
        "focal": np.arange(accounts) < leaders,
    }


# published values ---------------------------------------------------------------------------


def test_village_councils(golden):
    g = golden("G12")
    values, focal = g.data["y"], g.data["z"] == 1
    both = randomisation_test(values, focal)
    upper = randomisation_test(values, focal, alternative="greater")
    assert both.statistic == pytest.approx(g.expected["estimate"], abs=g.tolerance)
    assert (both.n_assignments, both.enumerated) == (g.expected["n_assignments"], True)
    assert both.p_value == pytest.approx(g.expected["p_two_sided"], abs=g.tolerance)
    assert both.p_value * 21 == pytest.approx(g.expected["n_abs_ge"])
    assert upper.p_value == pytest.approx(g.expected["p_one_sided"], abs=g.tolerance)
    assert upper.p_value * 21 == pytest.approx(g.expected["n_ge"])


def test_darwins_maize(golden):
    g = golden("maize")
    pairs = np.arange(len(g.data))
    values = np.r_[g.data["crossed_less_selfed"], np.zeros(len(pairs))]
    test = randomisation_test(
        values, np.repeat([True, False], len(pairs)), blocks=np.tile(pairs, 2)
    )
    assert (test.n_assignments, test.enumerated) == (g.expected["n_assignments"], True)
    assert test.p_value * test.n_assignments == pytest.approx(g.expected["n_abs_ge"])
    assert test.p_value == pytest.approx(g.expected["p_two_sided"], abs=g.tolerance)


def test_lady_tasting_tea(golden):
    g = golden("tea")
    test = randomisation_test(
        g.data["said_milk_first"], g.data["milk_first"], alternative="greater"
    )
    assert (test.n_assignments, test.enumerated) == (g.expected["n_assignments"], True)
    assert test.p_value == pytest.approx(g.expected["p_one_sided"], abs=g.tolerance)


# the statistic of METHODS 1, once more --------------------------------------------------------


@settings(max_examples=30)
@given(platforms())
def test_null_model_by_hand(platform):
    y, n, f = (platform[k] for k in ("events", "n", "focal"))
    p0 = y.sum() / n.sum()
    icc = intraclass_correlation(y, n) if (n > 1).sum() > 1 else 0.0

    def statistic(focal):
        parts = []
        for side in (focal, ~focal):
            size = n[side].sum()
            parts.append(1 / size + icc * ((n[side] ** 2).sum() - size) / size**2)
        d = y[focal].sum() / n[focal].sum() - y[~focal].sum() / n[~focal].sum()
        return d / np.sqrt(p0 * (1 - p0) * sum(parts)) if abs(d) > 1e-13 else 0.0

    everyone = np.arange(len(n))
    drawn = [statistic(np.isin(everyone, c)) for c in combinations(everyone, int(f.sum()))]
    test = permutation_test(**platform)
    assert test.statistic == pytest.approx(statistic(f), abs=1e-9)
    as_extreme = np.abs(drawn) >= abs(statistic(f)) - 1e-9
    assert test.p_value == pytest.approx(as_extreme.mean())
    assert test.enumerated
    assert test.n_assignments == comb(len(n), int(f.sum()))


@pytest.mark.parametrize("scale", SCALES)
def test_order_labels_splitting_and_sides_are_nothing(scale):
    platform = big_platform()
    frame = pd.DataFrame(platform)
    plain = permutation_test(**frame, scale=scale, draws=999)
    assert not plain.enumerated
    assert plain.n_assignments == 999
    assert 0 < plain.p_value <= 1
    other = frame.sample(frac=1, random_state=2)
    other["account"] = other["account"].map(lambda a: f"x{a % 7}-{a}")
    posts = frame.loc[frame.index.repeat(frame["n"])].copy()
    posts["events"] = (posts.groupby(level=0).cumcount() < posts["events"]).astype(int)
    posts["n"] = 1
    swapped = frame.assign(focal=~frame["focal"])
    for again in (other, posts, swapped):
        assert permutation_test(**again, scale=scale, draws=999).p_value == plain.p_value
    one = permutation_test(**frame, stratum=["s"] * len(frame), scale=scale, draws=999)
    assert one.p_value == plain.p_value


@pytest.mark.parametrize("statistic", ["difference_in_means", "studentised"])
@pytest.mark.parametrize("unit", [1e-200, 1e-12, 1e9, 1e200])
def test_the_unit_of_values_is_nothing(statistic, unit):
    values, focal = np.random.default_rng(4).normal(size=11), np.arange(11) < 4
    plain = randomisation_test(values, focal, statistic=statistic)
    scaled = randomisation_test(values * unit, focal, statistic=statistic)
    assert plain.p_value < 1
    assert scaled.p_value == plain.p_value
    grown = unit if statistic == "difference_in_means" else 1.0
    assert scaled.statistic == pytest.approx(plain.statistic * grown, rel=1e-9, abs=0)


def test_all_but_one_focal_is_one_focal():
    # the other class is listed, not subsets of 19,998
    values, alone = np.random.default_rng(5).normal(size=19_999), np.arange(19_999) == 7
    one, rest = (randomisation_test(values, f) for f in (alone, ~alone))
    assert rest.enumerated
    assert (one.p_value, one.n_assignments) == (rest.p_value, 19_999)
    assert rest.statistic == pytest.approx(-one.statistic)


def test_listed_up_to_the_limit_and_drawn_beyond():
    columns, blocks = np.random.default_rng(6).normal(size=(200, 2)), np.zeros(200, int)
    for most, listed in ((19_900, True), (19_899, False)):
        sums = assignment_sums(columns, np.arange(200) < 2, blocks, 10, 0, most=most)
        assert sums.enumerated is listed
        assert len(sums.drawn) == (19_900 if listed else 10)


def test_random_draws_approach_the_complete_list():
    platform = big_platform(seed=3, accounts=24, leaders=4)
    full = permutation_test(**platform)
    assert full.enumerated
    columns = np.column_stack([np.ones(24), np.arange(24.0)])
    # C(24, 4) = 10,626; one more leader makes 42,504, which is drawn
    assert full.n_assignments == comb(24, 4)
    drawn = assignment_sums(columns, np.arange(24) < 5, np.zeros(24, int), 20_000, 0)
    assert not drawn.enumerated
    assert drawn.drawn[:, 1].mean() == pytest.approx(5 * 11.5, abs=0.3)
    assert drawn.drawn[:, 1].var() == pytest.approx(5 * (24**2 - 1) / 12 * 19 / 23, rel=0.05)
    assert (drawn.drawn[:, 0] == 5).all()


def test_a_drawn_p_is_never_zero():
    values = np.r_[np.full(10, 100.0), np.zeros(200)]
    test = randomisation_test(values, values > 0, draws=99)
    assert (test.enumerated, test.p_value) == (False, 1 / 100)


def test_many_focal_accounts_are_drawn_without_repetition():
    size = 900
    columns = np.column_stack([np.ones(size), 2.0 ** (np.arange(size) % 40)])
    for k in (150, 400, 850):
        sums = assignment_sums(columns, np.arange(size) < k, np.zeros(size, int), 50, 0)
        assert (sums.drawn[:, 0] == k).all()
        assert (sums.drawn[:, 1] <= columns[:, 1].sum()).all()


def test_stratum_removes_what_the_mix_explains():
    # leaders post where removal is common; within strata nobody is treated differently
    rng = np.random.default_rng(6)
    size, leaders = 80, 12
    in_hard = np.where(np.arange(size) < leaders, 18, 2)
    n = np.column_stack([20 - in_hard, in_hard]).ravel()
    y = rng.binomial(n, np.tile([0.1, 0.6], size))
    long = {
        "events": y,
        "n": n,
        "account": np.repeat(np.arange(size), 2),
        "focal": np.repeat(np.arange(size) < leaders, 2),
    }
    stratum = np.tile(["soft", "hard"], size)
    assert permutation_test(**long, draws=999).p_value < 0.01
    assert permutation_test(**long, stratum=stratum, draws=999).p_value > 0.05


def test_blocks_keep_volume():
    platform = big_platform(seed=4)
    platform["n"] = np.r_[np.full(5, 12), np.arange(55) % 14 + 2]
    platform["events"] = platform["n"] // 3
    by_name = permutation_test(**platform, blocks="volume", draws=499)
    labels = np.floor(np.log2(platform["n"])).astype(int)
    assert permutation_test(**platform, blocks=labels, draws=499).p_value == by_name.p_value
    # leaders alone in their block: nothing to exchange
    with pytest.raises(SupportError, match=r"no block holds accounts of both classes.*wider"):
        permutation_test(**big_platform(), blocks="volume")
    torn = {k: np.repeat(v, 2) for k, v in platform.items()}
    with pytest.raises(EstimationError, match="more than one block"):
        permutation_test(**torn, blocks=np.arange(120) % 2)
    with pytest.raises(UnknownName, match="blocks is called 'size'"):
        permutation_test(**platform, blocks="size")


def test_blocks_of_two():
    # each block has one focal unit of two: 2^3 assignments, one as extreme on each side
    values, focal = [5, 1, 7, 2, 9, 3], [1, 0, 1, 0, 1, 0]
    test = randomisation_test(values, focal, blocks=[1, 1, 2, 2, 3, 3])
    assert (test.n_assignments, test.p_value) == (8, 2 / 8)


def test_account_weights_are_the_means_of_rates():
    platform = big_platform(seed=5, accounts=12, leaders=3)
    weighted = permutation_test(**platform, weights=1 / platform["n"], scale="none")
    rates = platform["events"] / platform["n"]
    plain = randomisation_test(rates, platform["focal"])
    assert weighted.statistic == pytest.approx(plain.statistic)
    assert weighted.p_value == plain.p_value


# edges --------------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", SCALES)
@pytest.mark.parametrize("share", [0, 1])
def test_all_outcomes_the_same_reject_nothing(scale, share):
    n = np.array([4, 9, 2, 7, 3])
    test = permutation_test(n * share, n, np.arange(5), np.arange(5) < 2, scale=scale)
    assert (test.statistic, test.p_value) == (0.0, 1.0)


def test_one_focal_account():
    y, n, account = [9, 1, 2, 1], [10, 10, 10, 10], list("abcd")
    test = permutation_test(y, n, account, [1, 0, 0, 0])
    assert (test.n_assignments, test.p_value) == (4, 0.25)
    with pytest.raises(TooFewAccounts, match=r"one account.*null_model"):
        permutation_test(y, n, account, [1, 0, 0, 0], scale="studentised")
    with pytest.raises(TooFewAccounts, match=r"one unit.*difference_in_means"):
        randomisation_test(y, [1, 0, 0, 0], statistic="studentised")


def test_ten_million_posts():
    y, n = [5, 9, 1, 2, 0, 3], [10**7] * 6
    test = permutation_test(y, n, np.arange(6), np.arange(6) < 2)
    assert test.p_value == pytest.approx(1 / 15)


def test_a_platform_without_leaders_has_no_test():
    with pytest.raises(SupportError, match="focal class has no posts"):
        permutation_test([1, 2], [3, 4], [0, 1], [0, 0])
    with pytest.raises(SupportError, match="reference class is empty"):
        randomisation_test([1, 2], [1, 1])
    for call in (permutation_test, permutation_interval):
        with pytest.raises(SupportError, match="no stratum holds both classes"):
            call([1, 2, 1], [3, 4, 2], [0, 1, 2], [1, 0, 0], stratum=["a", "b", "b"])
    # weights of 0 take accounts away
    with pytest.raises(SupportError, match="reference class has no posts"):
        permutation_test([1, 2], [3, 4], [0, 1], [1, 0], weights=[1, 0])


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"focal has 1.*draws is 0.*missing or infinite"):
        randomisation_test([1, np.nan], [1], draws=0)
    with pytest.raises(EstimationError, match="focal holds nan; allowed: True or False"):
        randomisation_test([1, 2], [1, np.nan])
    with pytest.raises(EstimationError, match=r"draws is 1\.5"):
        permutation_test([1, 2], [3, 4], [0, 1], [1, 0], draws=1.5)
    with pytest.raises(EstimationError, match="blocks has 1 entries"):
        randomisation_test([1, 2, 3], [1, 0, 0], blocks=["a"])
    for call in (
        lambda: randomisation_test([1, 2], [1, 0], statistic="medians"),
        lambda: randomisation_test([1, 2], [1, 0], alternative="medians"),
        lambda: permutation_test([1, 2], [3, 4], [0, 1], [1, 0], scale="medians"),
    ):
        with pytest.raises(UnknownName, match=r"is called 'medians'.*Known:"):
            call()


# the interval -------------------------------------------------------------------------------


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 1000))
def test_interval_and_test_agree(seed):
    platform = big_platform(seed)
    interval = permutation_interval(**platform, draws=499)
    test = permutation_test(**platform, draws=499)
    y, n, f = (platform[k] for k in ("events", "n", "focal"))
    assert interval.p_value == test.p_value
    raw = y[f].sum() / n[f].sum() - y[~f].sum() / n[~f].sum()
    assert interval.estimate == pytest.approx(raw)
    assert interval.conf_low <= raw <= interval.conf_high
    if not interval.conf_low <= 0 <= interval.conf_high:
        assert test.p_value <= 0.05
    wider = permutation_interval(**platform, draws=499, confidence=0.99)
    assert wider.conf_low <= interval.conf_low
    assert wider.conf_high >= interval.conf_high


def test_too_few_assignments_leave_everything_possible():
    # of 6 assignments none is rarer than 1 in 6
    interval = permutation_interval([3, 1, 2, 0], [5] * 4, list("abcd"), [1, 1, 0, 0])
    assert (interval.conf_low, interval.conf_high) == (-1.0, 1.0)


@pytest.mark.parametrize("events", [[2] * 12, [4] * 5 + [2] * 7])
def test_accounts_that_do_not_differ_have_no_limits(events):
    interval = permutation_interval(events, [10] * 12, range(12), [1] * 5 + [0] * 7, draws=99)
    assert np.isnan([interval.conf_low, interval.conf_high]).all()
    assert "spread is unknown" in interval.note


# the placebo rank ---------------------------------------------------------------------------


def test_placebo_rank_by_hand():
    y, n = np.array([8, 1, 2, 9, 5]), np.array([10, 10, 8, 12, 40])
    found = placebo_rank(y, n, list("labcd"), [1, 0, 0, 0, 0])
    total_y, total_n = y[1:].sum(), n[1:].sum()
    own = 0.8 - total_y / total_n
    gaps = [y[i] / n[i] - (total_y - y[i]) / (total_n - n[i]) for i in (1, 2, 3)]
    as_extreme = sum(abs(g) >= abs(own) for g in gaps)
    assert found.gap == pytest.approx(own)
    assert (found.rank, found.n_comparable) == (1 + as_extreme, 3)
    assert found.share_as_extreme == pytest.approx(as_extreme / 3)
    assert "not a p-value" in found.note


def test_no_account_of_like_volume_is_said():
    found = placebo_rank([50, 1, 1, 2], [500, 3, 4, 5], list("labc"), [1, 0, 0, 0])
    assert (found.rank, found.n_comparable) == (0, 0)
    assert np.isnan(found.share_as_extreme)
    assert "within a factor 2 of 500 posts" in found.note
    assert (
        placebo_rank(
            [50, 1, 1, 2], [500, 3, 4, 5], list("labc"), [1, 0, 0, 0], within=200
        ).n_comparable
        == 3
    )


def test_placebo_refusals():
    with pytest.raises(EstimationError, match="2 accounts are focal"):
        placebo_rank([1, 1, 1], [3, 3, 3], list("abc"), [1, 1, 0])
    with pytest.raises(EstimationError, match=r"within is 0\.5"):
        placebo_rank([1, 1], [3, 3], list("ab"), [1, 0], within=0.5)
    with pytest.raises(SupportError, match="3 reference accounts"):
        placebo_rank([1, 1, 1], [3, 3, 3], list("abc"), [1, 0, 0])
