"""Coarsening, and weights by exact cells."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import EstimationError, SupportError
from audit.estimators.weighting import balance, coarsen, coarsened_exact


@st.composite
def cells(draw):
    rows = draw(st.lists(st.tuples(st.integers(0, 3), st.integers(0, 2)), min_size=1, max_size=40))
    focal = draw(st.lists(st.booleans(), min_size=len(rows), max_size=len(rows)))
    # one cell that holds both classes
    return pd.DataFrame([*rows, (9, 9), (9, 9)], columns=["a", "b"]), [*focal, True, False]


# by hand ------------------------------------------------------------------------------------


def test_weights_by_hand():
    # cell x: 2 focal, 1 reference; y: 1 focal, 2 reference; z and w: one class only
    frame = pd.DataFrame({"cell": list("xxxyyyzw")}, index=range(7, -1, -1))
    focal = [1, 1, 0, 1, 0, 0, 1, 0]
    found = coarsened_exact(frame, pd.Series(focal))
    assert found.tolist() == [1, 1, 2, 1, 0.5, 0.5, 0, 0]


def test_values_on_an_edge_go_up():
    assert coarsen([0, 1, 1.5, 2, 9], [1, 2]).tolist() == [0, 1, 1, 2, 2]
    assert coarsen([3, 4], []).tolist() == [0, 0]
    assert coarsen([], [1]).tolist() == []


# properties ---------------------------------------------------------------------------------


@settings(deadline=None, max_examples=60)
@given(cells())
def test_both_classes_get_one_mix_of_cells(drawn):
    frame, focal = drawn
    w, is_focal = coarsened_exact(frame, focal), np.array(focal)
    key = frame["a"] * 10 + frame["b"]
    shares = [
        (w * side)[:, None].T @ pd.get_dummies(key, dtype=float) / (w * side).sum()
        for side in (is_focal, ~is_focal)
    ]
    assert shares[0].to_numpy() == pytest.approx(shares[1].to_numpy(), abs=1e-12)
    dummies = pd.get_dummies(key[w > 0], dtype=float)
    assert balance(dummies, is_focal[w > 0], w[w > 0])["smd"].abs().max() < 1e-9
    for side in (is_focal, ~is_focal):
        assert w[side].sum() == pytest.approx((w[side] > 0).sum())


@settings(deadline=None, max_examples=60)
@given(cells(), st.randoms(use_true_random=False))
def test_order_and_names_of_levels_are_nothing(drawn, random):
    frame, focal = drawn
    w = coarsened_exact(frame, focal)
    order = random.sample(range(len(frame)), len(frame))
    moved = coarsened_exact(frame.iloc[order], np.array(focal)[order])
    assert moved.tolist() == w[order].tolist()
    renamed = frame.assign(a=frame["a"].map(lambda level: f"level {9 - level}"))
    assert coarsened_exact(renamed[["b", "a"]], focal).tolist() == w.tolist()
    categorical = frame.astype("category")
    assert coarsened_exact(categorical, focal).tolist() == w.tolist()


# edges --------------------------------------------------------------------------------------


def test_one_cell_is_all_alike():
    found = coarsened_exact(np.ones((5, 1)), [1, 1, 0, 0, 0])
    assert found.tolist() == [1] * 5


def test_what_cannot_be_matched():
    with pytest.raises(SupportError, match=r"none of 2 cells holds both.*Try"):
        coarsened_exact([["x"], ["y"]], [1, 0])
    for focal, name in (([1, 1], "reference"), ([0, 0], "focal")):
        with pytest.raises(SupportError, match=f"the {name} class has no row"):
            coarsened_exact([["x"], ["y"]], focal)


def test_faults_in_words():
    frame = pd.DataFrame({"a": ["x", None, "y"], "b": [1.0, np.inf, 2.0]})
    with pytest.raises(EstimationError, match=r"focal has 2.*'a' is missing.*'b' is .*infinite"):
        coarsened_exact(frame, [1, 0])
    with pytest.raises(EstimationError, match=r"'a' cannot be compared"):
        coarsened_exact(pd.DataFrame({"a": [[1], [1]]}), [1, 0])
    with pytest.raises(EstimationError, match=r"frame has no column"):
        coarsened_exact([], [])
    with pytest.raises(EstimationError, match=r"focal is not a flag in 1 place.*first at 1: nan"):
        coarsened_exact([[1], [1]], [1, np.nan])
    with pytest.raises(EstimationError, match=r"focal is not a flag: .*yes"):
        coarsened_exact([[1], [1]], ["yes", "no"])
    with pytest.raises(EstimationError, match=r"values is missing.*edges do not increase"):
        coarsen([np.nan], [2, 1])
    with pytest.raises(EstimationError, match=r"edges is missing or infinite in 1"):
        coarsen([1], [np.inf])
    with pytest.raises(EstimationError, match="not a table"):
        coarsened_exact(3, [1])
