"""Balance and effective sample size."""

from __future__ import annotations

from math import inf

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.errors import EstimationError, SupportError, UnknownName
from audit.estimators.weighting import balance, effective_sample_size


def test_lalonde_before_weighting(golden, shared):
    g = golden("G14")
    frame = pd.read_csv(shared / "golden" / "lalonde.csv")
    X = frame[["age", "educ", "married", "nodegree", "re74", "re75"]].astype(float)
    for race in ("black", "hispan", "white"):
        X[f"race{race}"] = (frame["race"] == race).astype(float)
    X["distance"] = _propensity(X, frame["treat"])
    found = balance(X, frame["treat"] == 1)
    for column, smd in g.expected["smd"].items():
        assert found.loc[column, "smd"] == pytest.approx(smd, abs=g.tolerance)
    for column, ratio in g.expected["var_ratio"].items():
        assert found.loc[column, "variance_ratio"] == pytest.approx(ratio, abs=g.tolerance)
    assert found["ess_reference"].eq(429).all()
    assert np.isnan(found.loc["married", "variance_ratio"])


def _propensity(X, treated):
    import statsmodels.api as sm

    design = sm.add_constant(X.drop(columns="racewhite"))
    return sm.Logit(treated, design).fit(disp=0).predict(design)


def test_weights_that_balance_do():
    X = pd.DataFrame({"x": [1.0, 2, 3, 1, 2, 3]})
    focal = np.array([1, 1, 1, 0, 0, 0], bool)
    skewed = balance(X, focal, weights=[1, 1, 2, 1, 1, 2])
    assert skewed.loc["x", "smd"] == 0
    assert skewed.loc["x", "ess_focal"] == pytest.approx(16 / 6)
    one_sided = balance(X, focal, weights=[1, 1, 2, 1, 1, 1])
    # the unit stays the one before weighting
    assert one_sided.loc["x", "smd"] == pytest.approx(0.25)


def test_units_and_edges():
    X = np.array([[1.0, 5], [3, 5], [0, 5], [8, 6]])
    focal = [1, 1, 0, 0]
    by = {sd: balance(X, focal, sd=sd)["smd"] for sd in ("focal", "reference", "pooled")}
    assert by["focal"][0] == pytest.approx(-2 / np.sqrt(2))
    assert by["reference"][0] == pytest.approx(-2 / np.sqrt(32))
    assert by["pooled"][0] == pytest.approx(-2 / np.sqrt(17))
    assert by["focal"][1] == -inf
    same = balance(np.ones((4, 1)), focal)
    assert same.loc[0, "smd"] == 0


def test_one_row_has_no_deviation():
    one = balance([[1.0], [2], [5]], [1, 0, 0])
    assert np.isnan(one.loc[0, "smd"])
    assert balance([[1.0], [2], [5]], [1, 0, 0], sd="reference").loc[0, "smd"] < 0
    assert np.isnan(one.loc[0, "variance_ratio"])


def test_focal_is_a_flag():
    with pytest.raises(EstimationError, match=r"focal is not a flag in 2 place.*first at 1: nan"):
        balance([[1.0], [2], [3]], [1, np.nan, 2])
    with pytest.raises(EstimationError, match=r"X must be numbers: .*0/1 column"):
        balance([["a"], ["b"]], [1, 0])
    with pytest.raises(EstimationError, match=r"weights has 1 entries; allowed: 2, as many as X"):
        balance([[1.0], [2]], [1, 0], weights=[1])


def test_refusals():
    with pytest.raises(SupportError, match="reference class has no row"):
        balance([[1.0], [2.0]], [1, 1])
    with pytest.raises(SupportError, match="focal class has no row"):
        balance([[1.0], [2.0]], [1, 0], weights=[0, 1])
    with pytest.raises(EstimationError, match=r"weights has 1.*focal has 3.*X is missing"):
        balance([[1.0], [np.nan]], [1, 0, 1], weights=[1])
    with pytest.raises(UnknownName, match="sd is called 'both'"):
        balance([[1.0], [2.0]], [1, 0], sd="both")


@given(st.lists(st.floats(0.01, 100), min_size=1, max_size=30), st.floats(0.1, 10))
def test_effective_sample_size(weights, scale):
    found = effective_sample_size(weights)
    assert 1 - 1e-9 <= found <= len(weights) + 1e-9
    assert effective_sample_size(np.array(weights) * scale) == pytest.approx(found)
    assert effective_sample_size([scale] * 7) == pytest.approx(7)


def test_weights_at_the_ends_of_floats():
    for unit in (1e-300, 1e300):
        assert effective_sample_size([unit, unit, 2 * unit]) == pytest.approx(16 / 6)


def test_no_weight_is_worth_no_unit():
    assert effective_sample_size([0, 0]) == 0.0
    assert effective_sample_size([]) == 0.0
    with pytest.raises(EstimationError, match="negative"):
        effective_sample_size([-1])
