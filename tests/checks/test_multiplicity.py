"""Corrections against the worked example of 1995 and against their definitions."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.checks.multiplicity import adjust
from audit.errors import EstimationError, UnknownName

# Benjamini & Hochberg 1995, JRSSB 57:289, section 4: fifteen p-values, rejections at 0.05
BH1995 = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344]
BH1995 += [0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0]
ROUNDING = 1e-12

families = st.lists(st.floats(0, 1), min_size=1, max_size=12)
methods = st.sampled_from(["holm", "bh", "bonferroni"])


@pytest.mark.parametrize(("method", "rejected"), [("bonferroni", 3), ("holm", 3), ("bh", 4)])
def test_g34_benjamini_hochberg_1995(method, rejected):
    assert (adjust(BH1995, method=method) <= 0.05).sum() == rejected


def by_definition(p, method):
    m, order = len(p), np.argsort(p, kind="stable")
    ranked = np.asarray(p)[order]
    if method == "bonferroni":
        out = m * ranked
    elif method == "holm":
        out = [max((m - j) * ranked[j] for j in range(i + 1)) for i in range(m)]
    else:
        out = [min(m / (j + 1) * ranked[j] for j in range(i, m)) for i in range(m)]
    back = np.empty(m)
    back[order] = np.minimum(1, out)
    return back


@given(families, methods)
def test_definitions(p, method):
    assert adjust(p, method=method) == pytest.approx(by_definition(p, method), abs=ROUNDING)


@pytest.mark.parametrize(("method", "theirs"), [("holm", "holm"), ("bh", "fdr_bh")])
def test_agrees_with_statsmodels(method, theirs):
    from statsmodels.stats.multitest import multipletests

    expected = multipletests(BH1995, method=theirs)[1]
    assert adjust(BH1995, method=method) == pytest.approx(expected, abs=ROUNDING)


@given(families, methods, st.randoms(use_true_random=False))
def test_order_is_nothing_and_a_test_not_made_does_not_count(p, method, random):
    place = list(range(len(p)))
    random.shuffle(place)
    shuffled = adjust([p[i] for i in place], method=method)
    assert shuffled == pytest.approx(adjust(p, method=method)[place], abs=ROUNDING)
    padded = adjust([*p, np.nan], method=method)
    assert np.isnan(padded[-1])
    assert padded[:-1] == pytest.approx(adjust(p, method=method), abs=ROUNDING)


@given(families)
def test_bonferroni_is_never_below_holm_never_below_bh_never_below_p(p):
    bonferroni, holm, bh = (adjust(p, method=m) for m in ("bonferroni", "holm", "bh"))
    assert (bonferroni >= holm - ROUNDING).all()
    assert (holm >= bh - ROUNDING).all()
    assert (bh >= np.asarray(p) - ROUNDING).all()


def test_a_family_of_one_is_left_alone_and_an_empty_one_stays_empty():
    assert adjust([0.03]).tolist() == [0.03]
    assert adjust([]).shape == (0,)
    assert np.isnan(adjust([np.nan, np.nan])).all()


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"p_values hold 1\.2; .*p_values hold -0\.1"):
        adjust([0.5, 1.2, -0.1])
    with pytest.raises(EstimationError, match=r"shape \(1, 2\)"):
        adjust([[0.1, 0.2]])
    with pytest.raises(UnknownName, match=r"No correction is called 'sidak'.*bonferroni"):
        adjust([0.1], method="sidak")
