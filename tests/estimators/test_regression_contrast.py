"""What a model says of the same rows in the other class."""

from __future__ import annotations

from math import sqrt

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit

from audit.errors import EstimationError, SupportError, UnknownName
from audit.estimators.regression import firth_logit, logit, ols, standardised_contrast

OVER = ("focal", "reference", "all")


def table(seed=0, n=300, groups=25):
    rng = np.random.default_rng(seed)
    cluster = rng.integers(0, groups, size=n)
    frame = pd.DataFrame({"one": 1.0, "focal": (cluster % 3 == 0) * 1.0, "age": rng.normal(size=n)})
    frame["age"] += 0.5 * frame["focal"]
    frame["focal:age"] = frame["focal"] * frame["age"]
    linear = frame @ np.array([-0.4, 0.6, 0.5, -0.3])
    return frame, (rng.random(n) < expit(linear)).astype(float), cluster


@pytest.mark.parametrize("over", OVER)
def test_the_contrast_is_the_mean_of_two_predictions(over):
    X, y, cluster = table()
    fit = logit(X, y, cluster=cluster)
    found = standardised_contrast(fit, X, "focal", over=over)
    rows = X[{"focal": X.focal == 1, "reference": X.focal == 0, "all": X.focal >= 0}[over]]

    def predicted(params, value):
        as_if = rows.assign(focal=value)
        as_if["focal:age"] = value * rows["age"]
        return expit(as_if @ params).mean()

    def contrast(params):
        return predicted(params, 1.0) - predicted(params, 0.0)

    params = fit.params.to_numpy()
    assert found.estimate == pytest.approx(contrast(params))
    gradient = [(contrast(params + h) - contrast(params - h)) / 2e-6 for h in 1e-6 * np.eye(4)]
    variance = gradient @ fit.vcov.to_numpy() @ gradient
    assert found.std_error == pytest.approx(sqrt(variance), rel=1e-6)
    assert found.conf_low < found.estimate < found.conf_high
    assert 2 < found.df < 25


def test_a_plain_linear_model_gives_its_coefficient():
    X, y, cluster = table()
    fit = ols(X[["one", "focal", "age"]], y, cluster=cluster)
    for over in OVER:
        found = standardised_contrast(fit, X[["one", "focal", "age"]], "focal", over=over)
        for ours, theirs in (
            (found.estimate, fit.params),
            (found.std_error, fit.std_error),
            (found.df, fit.df),
            (found.p_value, fit.p_value),
            (found.conf_low, fit.conf_low),
        ):
            assert ours == pytest.approx(theirs["focal"], rel=1e-9)


def test_a_saturated_model_gives_the_standardised_difference():
    cells = pd.DataFrame([(f, s, y) for f in (1, 0) for s in (0, 1) for y in (1, 0)])
    X = pd.DataFrame({"one": 1.0, "focal": cells[0], "s": cells[1], "s:focal": cells[0] * cells[1]})
    counts = np.array([3, 7, 12, 8, 10, 40, 15, 35])
    expected = 10 / 30 * (0.3 - 0.2) + 20 / 30 * (0.6 - 0.3)
    for fitter in (ols, logit):
        fit = fitter(X, cells[2], weights=counts)
        found = standardised_contrast(fit, X, "focal")
        assert found.estimate == pytest.approx(expected, abs=1e-9)


def test_ways_to_name_the_column():
    X, y, cluster = table()
    plain = X[["one", "focal", "age"]]
    fit = logit(plain, y, cluster=cluster)
    by_name = standardised_contrast(fit, plain, "focal")
    assert standardised_contrast(fit, plain, 1) == by_name
    assert standardised_contrast(fit, plain, plain["focal"]) == by_name
    assert standardised_contrast(fit, plain.to_numpy(), -2) == by_name
    nameless = logit(plain.to_numpy(), y, cluster=cluster)
    assert standardised_contrast(nameless, plain, 1).estimate == by_name.estimate


@settings(max_examples=15, deadline=None)
@given(st.integers(1, 60), st.sampled_from([ols, logit]))
def test_swapping_the_classes_flips_the_sign(seed, fitter):
    X, y, cluster = table(seed)
    other = X.assign(focal=1 - X["focal"])
    other["focal:age"] = other["focal"] * other["age"]
    fit, back = (fitter(x, y, cluster=cluster) for x in (X, other))
    for over, turned in (("focal", "reference"), ("all", "all")):
        here = standardised_contrast(fit, X, "focal", over=over)
        there = standardised_contrast(back, other, "focal", over=turned)
        assert there.estimate == pytest.approx(-here.estimate, abs=1e-9)
        assert there.std_error == pytest.approx(here.std_error, rel=1e-6)
        assert there.df == pytest.approx(here.df, rel=1e-6)


def test_weights_are_repeated_rows():
    X, y, cluster = table()
    weights = np.random.default_rng(1).integers(0, 4, size=len(y))
    again = np.repeat(np.arange(len(y)), weights)
    long = X.iloc[again].reset_index(drop=True)
    for by in (True, False):
        short_fit = logit(X, y, weights=weights, cluster=cluster if by else None)
        long_fit = logit(long, y[again], cluster=cluster[again] if by else None)
        short = standardised_contrast(short_fit, X, "focal")
        whole = standardised_contrast(long_fit, long, "focal")
        for name in ("estimate", "std_error", "df", "p_value", "conf_low"):
            assert getattr(short, name) == pytest.approx(getattr(whole, name), rel=1e-7)
    with pytest.raises(EstimationError, match="not the 300 of a weighted fit; allowed: the same"):
        standardised_contrast(short_fit, X.iloc[::-1], "focal")
    fresh = standardised_contrast(long_fit, X.iloc[:40], "focal", over="all")
    assert np.isfinite(fresh.std_error)


def test_simulated_coverage():
    rng = np.random.default_rng(3)
    cluster = np.repeat(np.arange(30), 10)
    hits = []
    for _ in range(150):
        age = rng.normal(size=30)[cluster]
        X = np.column_stack([np.ones(300), cluster < 10, age])
        chance = expit(-0.5 + 0.8 * X[:, 1] + 0.5 * age)
        y = (rng.random(300) < chance).astype(float)
        focal = age[:100]
        truth = (expit(0.3 + 0.5 * focal) - expit(-0.5 + 0.5 * focal)).mean()
        found = standardised_contrast(logit(X, y, cluster=cluster), X, 1)
        hits.append(found.conf_low <= truth <= found.conf_high)
    # 150 draws at 95 % leave 90 to 99.4 % in all but 1 of 100 runs
    assert 0.9 <= np.mean(hits) <= 0.994


def test_columns_built_from_focal_in_secret():
    X, y, _ = table()
    plain = X[["one", "focal", "age"]]
    secrets = {
        "of the other class": (1 - X["focal"]) * X["age"],
        "centred": (X["focal"] - X["focal"].mean()) * (X["age"] - 2),
        "of what is not there": X["focal"] * np.arange(len(X)),
    }
    for name, column in secrets.items():
        frame = plain.assign(**{name: column})
        with pytest.raises(EstimationError, match=rf"(column '{name}'.*built from 'focal')"):
            standardised_contrast(ols(frame, y), frame, "focal")
    means = pd.DataFrame({"reference": 1 - X["focal"], "focal": X["focal"]})
    with pytest.raises(EstimationError, match=r"'reference' .* built from 'focal'"):
        standardised_contrast(ols(means, y), means, "focal")
    wrong = plain.assign(**{"focal:age": X["focal"] * X["age"] * 2 + X["age"] ** 2})
    with pytest.raises(EstimationError, match="'focal:age' is not the product"):
        standardised_contrast(ols(wrong, y), wrong, "focal")
    alone = X[["one", "focal", "focal:age"]]
    with pytest.raises(EstimationError, match="no column 'age' to rebuild it from"):
        standardised_contrast(ols(alone, y), alone, "focal")


@pytest.mark.parametrize("fitter", [ols, logit])
@pytest.mark.parametrize("over", ["focal", "reference", "all"])
def test_a_product_without_its_name_is_seen_and_said(fitter, over):
    X, y, cluster = table()
    named = fitter(X, y, cluster=cluster)
    wanted = standardised_contrast(named, X, "focal", over=over)
    plain = X.rename(columns={"focal:age": "both"})
    found = standardised_contrast(fitter(plain, y, cluster=cluster), plain, "focal", over=over)
    array = X.to_numpy()
    bare = standardised_contrast(fitter(array, y, cluster=cluster), array, 1, over=over)
    for other in (found, bare):
        for name in ("estimate", "std_error", "df", "conf_low", "p_value"):
            assert getattr(other, name) == pytest.approx(getattr(wanted, name)), name
    assert wanted.note == ""
    assert found.note == "column 'both' taken as 'focal' times 'age'"
    assert bare.note == "column 3 taken as 1 times 2"


def test_a_product_of_either_of_two_columns_is_refused():
    # 'late' is 'age' among the focal rows, and something else among the others
    X, y, _ = table()
    late = np.where(X["focal"] == 1, X["age"], X["age"] ** 2)
    both = X[["one", "focal", "age"]].assign(late=late, both=X["focal"] * X["age"])
    with pytest.raises(EstimationError, match=r"column 'both' .*(built from|varies among) "):
        standardised_contrast(ols(both, y), both, "focal")


def test_strata_that_one_class_never_enters():
    X, y, _ = table()
    plain = X[["one", "focal", "age"]]
    only_reference = plain.assign(rule=(X["focal"] == 0) & (np.arange(len(X)) % 5 == 0))
    found = standardised_contrast(ols(only_reference, y), only_reference, "focal")
    assert np.isfinite(found.std_error)
    with pytest.raises(EstimationError, match="'rule' varies among reference rows only"):
        standardised_contrast(ols(only_reference, y), only_reference, "focal", over="reference")
    only_focal = plain.assign(rule=(X["focal"] == 1) & (np.arange(len(X)) % 5 == 0))
    with pytest.raises(EstimationError, match="no row of the other class can be compared"):
        standardised_contrast(ols(only_focal, y), only_focal, "focal")


def test_one_focal_account_gives_a_description():
    X, y, cluster = table()
    X = X[["one", "age"]].assign(focal=(cluster == 4) * 1.0)
    found = standardised_contrast(ols(X, y, cluster=cluster), X, "focal")
    assert np.isfinite(found.estimate)
    assert np.isnan([found.std_error, found.conf_low, found.conf_high, found.p_value]).all()
    assert found.note == "no standard error: cluster 4 alone determines a part of it"


def test_faults_in_words():
    X, y, _ = table()
    fit = logit(X, y)
    for focal, words in (
        ("one_", "is called 'one_'"),
        (np.zeros(len(X)), "focal equals no column"),
        ([1, 0], r"focal has shape \(2,\)"),
        ("age", "column 'age' holds"),
    ):
        with pytest.raises((EstimationError, UnknownName), match=words):
            standardised_contrast(fit, X, focal)
    with pytest.raises(UnknownName, match="is called 'both'"):
        standardised_contrast(fit, X, "focal", over="both")
    with pytest.raises(EstimationError, match="must come from ols or logit"):
        standardised_contrast(firth_logit(X, y), X, "focal")
    with pytest.raises(EstimationError, match="allowed: those of the fit"):
        standardised_contrast(fit, X[X.columns[::-1]], "focal")
    with pytest.raises(EstimationError, match=r"X has shape \(300, 2\)"):
        standardised_contrast(fit, X.to_numpy()[:, :2], 1)
    with pytest.raises(EstimationError, match="missing or infinite"):
        standardised_contrast(fit, X.assign(age=np.nan), "focal")
    with pytest.raises(SupportError, match=r"no row to average over \(focal\)"):
        standardised_contrast(fit, X[X.focal == 0], "focal")
    with pytest.raises(EstimationError, match="confidence is 2"):
        standardised_contrast(fit, X, "focal", confidence=2)
