"""The standardised effect by account."""

from __future__ import annotations

from math import hypot, sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import t as student

from audit.errors import EstimationError, SupportError, UnknownName
from audit.estimators.proportions import clustered_difference
from audit.estimators.strata import standardise, standardised_effect

NUMBERS = ("estimate", "conf_low", "conf_high", "std_error", "observed", "expected", "deff")
CLOSE = {"rel": 1e-7, "abs": 1e-7}  # sums in another order


@st.composite
def studies(draw):
    """A long table in which at least one stratum is supported for either target."""
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    leaders, ordinary, strata = (draw(st.integers(2, 5)), draw(st.integers(2, 9)), 3)
    size = leaders + ordinary
    n = rng.integers(0, 7, (size, strata))
    n[:, 0] += 1
    return {
        "events": rng.binomial(n, rng.random((size, strata))).ravel(),
        "n": n.ravel(),
        "account": np.repeat([f"a{i}" for i in range(size)], strata),
        "stratum": np.tile(["x", "y", "z"], size),
        "focal": np.repeat(np.arange(size) < leaders, strata),
    }


def numbers(e):
    return [getattr(e, name) for name in NUMBERS] + [e.ratio.conf_low, e.ratio.conf_high]


@settings(deadline=None)
@given(studies())
def test_order_labels_and_splitting_are_nothing(study):
    frame = pd.DataFrame(study)
    plain = numbers(standardised_effect(**study))
    shuffled = frame.sample(frac=1, random_state=1)
    shuffled["account"] = shuffled["account"].map(lambda a: f"other {a[::-1]}")
    shuffled["stratum"] = shuffled["stratum"].map({"x": 9, "y": 2, "z": 5})
    assert numbers(standardised_effect(**shuffled)) == pytest.approx(plain, **CLOSE)
    # one row per post
    posts = frame.loc[frame.index.repeat(frame["n"])].copy()
    posts["events"] = (posts.groupby(level=0).cumcount() < posts["events"]).astype(int)
    posts["n"] = 1
    assert numbers(standardised_effect(**posts)) == pytest.approx(plain, **CLOSE)


def likeness(posts):
    """Return the ANOVA intraclass correlation of residuals from stratum rates, post by post."""
    away = posts["y"] - posts.groupby("stratum")["y"].transform("mean")
    n = away.groupby(posts["account"]).transform("size")
    groups = [g.to_numpy() for _, g in away[n > 1].groupby(posts.loc[n > 1, "account"])]
    if len(groups) < 2:
        return 0.0
    size = np.array([len(g) for g in groups])
    middle = np.concatenate(groups).mean()
    between = sum(len(g) * (g.mean() - middle) ** 2 for g in groups) / (len(groups) - 1)
    within = sum(((g - g.mean()) ** 2).sum() for g in groups) / (size.sum() - len(groups))
    typical = (size.sum() - (size**2).sum() / size.sum()) / (len(groups) - 1)
    whole = between + (typical - 1) * within
    return max(0.0, (between - within) / whole) if whole > 1e-12 else 0.0


def arm_limits(p, influence, share, apart, n, rho):
    """Return Wilson limits as METHODS 1 has them, from what leaving out each account changes."""
    k = len(share)
    deff = max(1.0, n * (apart + rho * ((share**2).sum() - apart)))
    if 0 < p < 1 and k > 1:
        deff = max(deff, (k - 1) / k * (influence**2).sum() / (p * (1 - p) / n))
    z = student.ppf(0.975, max(1.0, 1 / (share**2).sum() - 1))
    a = z * z * deff / n
    half = z / (1 + a) * sqrt(p * (1 - p) * deff / n + a * deff / (4 * n))
    return (p + a / 2) / (1 + a) - half, (p + a / 2) / (1 + a) + half


@settings(deadline=None, max_examples=40)
@given(studies())
def test_formula_of_methods(study):
    frame = pd.DataFrame(study)
    posts = frame.loc[frame.index.repeat(frame["n"])].copy()
    posts["y"] = (posts.groupby(level=0).cumcount() < posts["events"]).astype(float)
    accounts = posts[~posts["focal"]].groupby("stratum")["account"].nunique()
    posts = posts[posts["stratum"].isin(accounts.index[accounts >= 2])]
    if not posts["focal"].any():
        return
    found = standardised_effect(**study)
    rho = max(likeness(posts[~posts["focal"]]), likeness(posts))
    focal, reference = posts[posts["focal"]], posts[~posts["focal"]]
    reference = reference[reference["stratum"].isin(focal["stratum"])]
    mix, there = focal.groupby("stratum").size(), reference.groupby("stratum").size()
    rates, n = reference.groupby("stratum")["y"].mean(), len(focal)
    residual = focal["y"] - focal["stratum"].map(rates)
    gap, observed = residual.mean(), focal["y"].mean()
    assert found.estimate == pytest.approx(gap)
    volume = focal.groupby("account").size().to_numpy()
    pull = residual.groupby(focal["account"]).sum().to_numpy() - volume * gap
    with np.errstate(divide="ignore", invalid="ignore"):
        influence = np.where(volume < n, pull / n / (1 - volume / n), 0.0)
    low, high = arm_limits(observed, influence, volume / n, 1 / n, n, rho)
    cells = reference.groupby(["account", "stratum"])["y"].agg(["sum", "size"]).reset_index()
    of_all = cells["stratum"].map(there)
    each = cells["stratum"].map(mix) / n / of_all
    out = each * (cells["sum"] - cells["size"] * cells["stratum"].map(rates))
    by = cells.assign(
        influence=out / (1 - cells["size"] / of_all),
        share=each * cells["size"],
        apart=each**2 * cells["size"],
    ).groupby("account")[["influence", "share", "apart"]]
    by = by.sum()
    expected = observed - gap
    size = len(reference)
    lower, upper = arm_limits(
        expected, by["influence"].to_numpy(), by["share"].to_numpy(), by["apart"].sum(), size, rho
    )
    assert found.conf_low == pytest.approx(
        gap - hypot(observed - max(0, low), min(1, upper) - expected), abs=1e-9
    )
    assert found.conf_high == pytest.approx(
        gap + hypot(min(1, high) - observed, expected - max(0, lower)), abs=1e-9
    )


@given(studies())
def test_an_empty_stratum_and_a_constant_weight_are_nothing(study):
    plain = numbers(standardised_effect(**study))
    frame = pd.DataFrame(study)
    empty = frame.assign(stratum="empty", events=0, n=0)
    more = pd.concat([frame, empty])
    assert numbers(standardised_effect(**more)) == pytest.approx(plain, **CLOSE)
    weights = np.full(len(frame), 3.0)
    assert numbers(standardised_effect(**study, weights=weights)) == pytest.approx(plain, **CLOSE)


@given(studies())
def test_swapping_classes_and_target_flips_the_sign(study):
    there = standardised_effect(**study)
    back = standardised_effect(**study | {"focal": ~study["focal"]}, target="reference")
    assert back.estimate == pytest.approx(-there.estimate, **CLOSE)
    # the borrowed icc is the reference class's own, so limits flip when icc agrees
    if back.icc == pytest.approx(there.icc):
        flipped = (-there.conf_high, -there.conf_low)
        assert (back.conf_low, back.conf_high) == pytest.approx(flipped, **CLOSE)


@given(studies())
def test_one_stratum_is_the_raw_gap(study):
    one = study | {"stratum": np.zeros(len(study["n"]))}
    raw = {k: v for k, v in study.items() if k != "stratum"}
    assert numbers(standardised_effect(**one)) == pytest.approx(
        numbers(clustered_difference(**raw))
    )
    f = study["focal"]
    y, n = study["events"], study["n"]
    gap = y[f].sum() / n[f].sum() - y[~f].sum() / n[~f].sum()
    assert clustered_difference(**raw).estimate == pytest.approx(gap)


@settings(max_examples=50)
@given(studies(), st.sampled_from(["focal", "reference"]))
def test_point_is_that_of_the_counts(study, target):
    frame = pd.DataFrame(study)
    frame = frame[frame["n"] > 0]
    other = ~frame["focal"] if target == "focal" else frame["focal"]
    two = frame[other].groupby("stratum")["account"].nunique() >= 2
    kept = frame[frame["stratum"].isin(two.index[two])]
    wide = kept.pivot_table(
        index="stratum", columns="focal", values=["events", "n"], aggfunc="sum", fill_value=0
    )
    counts = np.column_stack([wide[v, f] for f in (True, False) for v in ("events", "n")])
    plain, found = standardise(counts, target=target), standardised_effect(**study, target=target)
    assert (found.observed, found.expected) == pytest.approx((plain.observed, plain.expected))
    total = frame.loc[frame["focal"] == (target == "focal"), "n"].sum()
    assert found.n_supported == plain.n_supported
    assert found.n_supported + found.n_unsupported == total


def test_unsupported_posts_are_counted_and_said():
    found = standardised_effect(
        [1, 2, 3, 0, 1, 1],
        [4, 9, 5, 6, 7, 3],
        ["l", "l", "m", "r", "s", "r"],
        ["x", "y", "x", "x", "x", "y"],
        [1, 1, 1, 0, 0, 0],
    )
    # stratum y has one reference account: not a class
    assert (found.n_supported, found.n_unsupported) == (9, 9)
    assert "9 of 18 focal posts have no comparison" in found.note
    assert found.observed == pytest.approx(4 / 9)
    assert found.expected == pytest.approx(1 / 13)


def test_residual_variance_is_that_of_leaving_one_account_out():
    rng = np.random.default_rng(5)
    size, strata = 30, 3
    n = rng.integers(1, 12, (size, strata))
    # leaders alike except for the strata they post in: large spread, small residuals
    y = rng.binomial(n, [0.1, 0.4, 0.8])
    data = pd.DataFrame(
        {
            "events": y.ravel(),
            "n": n.ravel(),
            "account": np.repeat(np.arange(size), strata),
            "stratum": np.tile(np.arange(strata), size),
            "focal": np.repeat(np.arange(size) < 10, strata),
        }
    )
    full = standardised_effect(**data)
    for is_focal, arm in ((True, full.focal), (False, full.reference)):
        accounts = data.loc[data["focal"] == is_focal, "account"].unique()
        name = "estimate" if is_focal else "expected"
        left = [
            getattr(standardised_effect(**data[data["account"] != a]), name) - getattr(full, name)
            for a in accounts
        ]
        k, side = len(accounts), n[accounts]
        jackknife = (k - 1) / k * np.sum(np.square(left))
        # each post's part of the rate: the focal mix, spread over the side's posts
        part = n[:10].sum(0) / n[:10].sum() / side.sum(0)
        apart, share = (part**2 * side).sum(), (part * side).sum(1)
        model = apart + arm.icc * ((share**2).sum() - apart)
        binomial = arm.estimate * (1 - arm.estimate)
        expected = max(jackknife, binomial / side.sum(), binomial * model)
        assert arm.std_error**2 == pytest.approx(expected)
        assert arm.k_eff == pytest.approx(1 / (share**2).sum())


def test_leaders_who_specialise_are_not_punished_for_their_mix():
    # alike given stratum, far apart in raw rates: raw spread would triple the variance
    n = np.array([[40, 0], [0, 40], [40, 0], [0, 40], [40, 0], [0, 40]] + [[10, 10]] * 40)
    rng = np.random.default_rng(8)
    y = rng.binomial(n, [0.1, 0.7])
    size = len(n)
    long = (y.ravel(), n.ravel(), np.repeat(np.arange(size), 2))
    focal = np.repeat(np.arange(size) < 6, 2)
    within = standardised_effect(*long, np.tile([0, 1], size), focal)
    raw = clustered_difference(*long, focal)
    assert within.std_error < 0.6 * raw.std_error
    assert within.icc < 0.1


def test_account_weights_give_every_account_one_voice():
    y, n = np.array([30, 0, 1, 2, 5, 0]), np.array([60, 2, 4, 10, 10, 1])
    account, focal = np.arange(6), np.arange(6) < 3
    found = standardised_effect(y, n, account, np.zeros(6), focal, weights=1 / n)
    rates = y / n
    assert found.estimate == pytest.approx(rates[:3].mean() - rates[3:].mean())
    assert found.k_eff == pytest.approx(3)
    assert found.n_supported == n[:3].sum()


def test_account_weighted_mix_is_the_target():
    # leader a: 90 posts in x; leader b: 10 in y; account-weighted mix is half and half
    events = [9, 5, 2, 2, 4, 4]
    n = [90, 10, 10, 10, 10, 10]
    account, stratum = list("abcdcd"), list("xyxxyy")
    focal = [1, 1, 0, 0, 0, 0]
    weights = [1 / 90, 1 / 10] + [1 / 20] * 4
    found = standardised_effect(events, n, account, stratum, focal, weights=weights)
    assert found.observed == pytest.approx((0.1 + 0.5) / 2)
    assert found.expected == pytest.approx((0.2 + 0.4) / 2)


def test_edges():
    base = {"account": list("abcd"), "stratum": [0] * 4, "focal": [1, 1, 0, 0]}
    none = standardised_effect([0] * 4, [9, 8, 7, 6], **base)
    assert none.estimate == 0
    assert none.conf_low < 0 < none.conf_high
    assert np.isnan(none.ratio.estimate)
    every = standardised_effect([9, 8, 7, 6], [9, 8, 7, 6], **base)
    assert (every.observed, every.expected, every.ratio.estimate) == (1, 1, 1)
    one = standardised_effect([3, 1, 2], [9, 8, 7], list("abc"), [0, 0, 0], [1, 0, 0])
    assert one.focal.n_accounts == 1
    assert "focal: one account" in one.note
    huge = standardised_effect([5, 9, 5, 3], [10**7] * 4, **base)
    assert huge.conf_low < huge.estimate < huge.conf_high
    zero = standardised_effect(
        [1, 2, 3, 4, 5], [9] * 5, list("abcde"), [0] * 5, [1, 1, 0, 0, 0], weights=[1, 1, 1, 1, 0]
    )
    plain = standardised_effect([1, 2, 3, 4], [9] * 4, **base)
    assert numbers(zero) == pytest.approx(numbers(plain))


def test_refusals_in_words():
    base = {"account": list("abcd"), "stratum": list("xxyy"), "focal": [1, 1, 0, 0]}
    with pytest.raises(SupportError, match=r"no stratum with focal posts.*17 posts without"):
        standardised_effect([1] * 4, [9, 8, 7, 6], **base)
    with pytest.raises(SupportError, match="focal class has no posts"):
        standardised_effect([0, 0, 1, 1], [0, 0, 7, 6], **base)
    with pytest.raises(EstimationError, match=r"1 account\(s\) are focal in some rows"):
        standardised_effect([1] * 4, [9] * 4, list("abca"), [0] * 4, [1, 1, 0, 0])
    with pytest.raises(
        EstimationError, match=r"events exceed n.*account has 3.*stratum is missing.*focal holds 2"
    ):
        standardised_effect([1, 9], [2, 3], list("abc"), ["x", None], [1, 2])
    with pytest.raises(EstimationError, match="focal holds <NA>"):
        standardised_effect([1, 1], [2, 3], list("ab"), [0, 0], pd.array([True, None]))
    with pytest.raises(UnknownName, match="target is called 'both'"):
        standardised_effect([1] * 4, [9] * 4, **base, target="both")
    with pytest.raises(EstimationError, match="confidence is 95"):
        standardised_effect([1] * 4, [9] * 4, **base, confidence=95)
