"""Weights that balance means exactly."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog, minimize

from audit.errors import EstimationError, SupportError
from audit.estimators.weighting import balance, coarsened_exact, entropy_balance

BALANCED = 1e-8  # the largest difference the method promises


@st.composite
def tables(draw):
    rng = np.random.default_rng(draw(st.integers(0, 10**6)))
    n, p = draw(st.integers(6, 60)), draw(st.integers(1, 3))
    X = rng.normal(size=(n, p)) * rng.choice([0.01, 1, 1000], size=p)
    if draw(st.booleans()):
        X[:, 0] = rng.integers(0, 2, n)
    focal = rng.random(n) < 0.4
    assume(2 <= focal.sum() <= n - 2 and (np.ptp(X, axis=0) > 0).all())
    return X, focal


def reachable(X, focal):
    """Return by how much mixtures of reference rows, weighing at least that, reach the means."""
    R = (X[~focal] - X[focal].mean(axis=0)) / np.ptp(X, axis=0)
    n = len(R)
    # the largest smallest weight: 0 at the edge of the hull, infeasible outside it
    found = linprog(
        np.r_[np.zeros(n), -1],
        A_eq=np.r_[np.c_[R.T, R.sum(axis=0)], [np.r_[np.ones(n), n]]],
        b_eq=np.r_[np.zeros(R.shape[1]), 1],
        bounds=(0, None),
    )
    return -found.fun if found.success else None


# against other ways to the same number --------------------------------------------------------


def test_lalonde_against_a_general_optimiser(shared):
    frame = pd.read_csv(shared / "golden" / "lalonde.csv")
    X = frame[["age", "educ", "married", "nodegree", "re74", "re75"]].astype(float)
    X = X.join(pd.get_dummies(frame["race"], dtype=float))
    focal = (frame["treat"] == 1).to_numpy()
    w = entropy_balance(X, focal)
    assert balance(X, focal, w)["smd"].abs().max() < BALANCED
    assert w[~focal].sum() == pytest.approx(185)
    values = X.drop(columns="white").to_numpy()
    gap = (values[~focal] - values[focal].mean(axis=0)) / values.std(axis=0)

    def dual(at):
        power = np.exp(gap @ at)
        return np.log(power.sum()), power @ gap / power.sum()

    power = np.exp(gap @ minimize(dual, np.zeros(8), jac=True, method="BFGS", tol=1e-10).x)
    # the optimiser's own stopping rule
    assert w[~focal] == pytest.approx(185 * power / power.sum(), abs=1e-6)


def test_one_flag_by_hand():
    # focal share 2/3: the two references with the flag share it, the three without share the rest
    flag, focal = [1, 1, 0, 1, 1, 0, 0, 0], np.array([1, 1, 1, 0, 0, 0, 0, 0], bool)
    w = entropy_balance(flag, focal)
    assert w.tolist() == pytest.approx([1, 1, 1, 1, 1, 1 / 3, 1 / 3, 1 / 3], rel=1e-12)


def test_saturated_columns_are_exact_matching():
    rng = np.random.default_rng(3)
    cell, focal = rng.integers(0, 5, 200), rng.random(200) < 0.3
    w = entropy_balance(pd.get_dummies(cell), focal)
    matched = coarsened_exact(cell[:, None], focal)
    scale = focal.sum() / (~focal).sum()
    assert w[~focal] == pytest.approx(matched[~focal] * scale, rel=1e-9)


# properties ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(tables())
def test_balances_or_says_that_nothing_can(drawn):
    X, focal = drawn
    slack = reachable(X, focal)
    # at the edge of the hull rounding decides
    assume(slack is None or slack > 1e-7)
    if slack is None:
        with pytest.raises(SupportError, match=r"no weights of the reference rows reach"):
            entropy_balance(X, focal)
        return
    w = entropy_balance(X, focal)
    assert (w[focal] == 1).all()
    assert (w > 0).all()
    assert w[~focal].sum() == pytest.approx(focal.sum())
    assert balance(X, focal, w, sd="pooled")["smd"].abs().max() < BALANCED


@settings(deadline=None, max_examples=60)
@given(tables(), st.randoms(use_true_random=False))
def test_order_units_and_collinear_columns_are_nothing(drawn, random):
    X, focal = drawn
    slack = reachable(X, focal)
    assume(slack is not None and slack > 1e-4)
    w = entropy_balance(X, focal)
    order = random.sample(range(len(X)), len(X))
    assert entropy_balance(X[order], focal[order]) == pytest.approx(w[order], rel=1e-6, abs=1e-9)
    assert entropy_balance(X * 7 - 3, focal) == pytest.approx(w, rel=1e-6, abs=1e-9)
    more = np.column_stack([X, X.sum(axis=1), np.full(len(X), 4.2)])
    assert entropy_balance(more, focal) == pytest.approx(w, rel=1e-6, abs=1e-9)
    # a repeated table is the same problem twice over
    twice = entropy_balance(np.vstack([X, X]), np.r_[focal, focal])
    assert twice[: len(X)] == pytest.approx(w, rel=1e-6, abs=1e-9)


# edges --------------------------------------------------------------------------------------


def test_a_level_that_no_focal_row_has():
    X = pd.DataFrame({"farsi": [0, 0, 0, 0, 1], "x": [1.0, 2, 0, 3, 9]})
    w = entropy_balance(X, [1, 1, 0, 0, 0])
    assert w[4] == 0
    assert w[2:4].tolist() == pytest.approx([1, 1])


def test_an_edge_across_columns():
    # the focal mean lies on the slanted side of a triangle
    X = [[0, 0], [1, 0], [0, 1], [0.2, 0.2], [0.5, 0.5], [0.25, 0.75]]
    w = entropy_balance(X, [0, 0, 0, 0, 1, 1])
    assert w == pytest.approx([0, 0.75, 1.25, 0, 1, 1], abs=1e-7)


@pytest.mark.parametrize(
    ("X", "focal", "name"),
    [
        ({"x": [1, 2, 3, 9.0]}, [0, 0, 0, 1], "x"),
        ({"x": [1, 1, 1, 2.0]}, [0, 0, 0, 1], "x"),
        # inside every column's range, outside the triangle
        ({"x": [0, 1, 0, 0.6], "y": [0, 0, 1, 0.6]}, [0, 0, 0, 1], "[xy], [xy]"),
        # the reference lies on a line that the focal row is off
        ({"x": [0, 1, 2, 1], "y": [0, 1, 2, 1.2]}, [0, 0, 0, 1], "x, y"),
        # each column's end asks for rows that the other's end leaves out
        ({"x": [0, 1, 0.0], "y": [1, 0, 0.0]}, [0, 0, 1], "x, y"),
    ],
)
def test_what_cannot_be_reached(X, focal, name):
    with pytest.raises(SupportError, match=rf"no weights .* in the way: {name}\. Try"):
        entropy_balance(pd.DataFrame(X), focal)


def test_one_row_of_each_class():
    assert entropy_balance([[1.0], [2], [1]], [1, 0, 0]).tolist() == [1, 0, 1]
    with pytest.raises(SupportError, match="no weights"):
        entropy_balance([[1.0], [2]], [1, 0])


def test_units_at_the_ends_of_floats():
    x = np.array([1, 3, 1, 2, 5.0])
    w = entropy_balance(x, [1, 1, 0, 0, 0])
    for unit in (1e-300, 1e300):
        assert entropy_balance(x * unit, [1, 1, 0, 0, 0]) == pytest.approx(w)


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"focal has 3.*missing or infinite in 2.*columns b"):
        entropy_balance(pd.DataFrame({"a": [1, 2], "b": [np.inf, np.nan]}), [1, 0, 1])
    with pytest.raises(EstimationError, match="no column of X varies"):
        entropy_balance(np.ones((4, 2)), [1, 0, 1, 0])
    with pytest.raises(EstimationError, match="X has no column"):
        entropy_balance(np.ones((2, 0)), [1, 0])
    with pytest.raises(EstimationError, match=r"X must be numbers.*0/1 column"):
        entropy_balance([["a"], ["b"]], [1, 0])
    with pytest.raises(SupportError, match="the focal class has no row"):
        entropy_balance([], [])
