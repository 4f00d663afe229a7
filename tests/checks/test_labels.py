"""Label-error corrections against published tables and against simulated mislabelling; alpha."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.checks.labels import (
    agreement,
    misclassified_class,
    misclassified_outcome,
    tipping_point,
)
from audit.errors import EstimationError, UnknownName

PRINTED = 1e-4  # G31 is printed to four decimals
ALPHA_PRINTED = 0.0006  # G30 is printed to three
ROUNDING = 1e-9

# G31: Fink & Lash 2003, by class label: 215 + 1449 cases, 668 + 4296 others; Se .78, Sp .99
FINK = (215, 215 + 668, 1449, 1449 + 4296)

# G30: Krippendorff 2011, "Computing Krippendorff's alpha-reliability", four observers, twelve units
X = math.nan
KRIPPENDORFF = [
    [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
    [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
]


def test_g31_misclassified_class():
    found = misclassified_class(*FINK, sensitivity=0.78, specificity=0.99)
    assert found.risk_ratio == pytest.approx(0.9614, abs=PRINTED)
    assert found.odds_ratio == pytest.approx(0.9491, abs=PRINTED)
    as_found = misclassified_class(*FINK, sensitivity=1, specificity=1)
    assert as_found.risk_ratio == pytest.approx(0.9654, abs=PRINTED)
    assert as_found.odds_ratio == pytest.approx(0.9542, abs=PRINTED)


@pytest.mark.parametrize(
    ("level", "alpha"),
    [("nominal", 0.743), ("ordinal", 0.815), ("interval", 0.849), ("ratio", 0.797)],
)
def test_g30_krippendorff(level, alpha):
    assert agreement(KRIPPENDORFF, level=level) == pytest.approx(alpha, abs=ALPHA_PRINTED)


def test_golden_tables_are_the_shared_ones(shared):
    import pandas as pd

    table = pd.read_csv(shared / "golden" / "krippendorff.csv", index_col=0)
    assert np.array_equal(table.to_numpy(), np.array(KRIPPENDORFF), equal_nan=True)
    row = pd.read_csv(shared / "golden" / "qba.csv").iloc[0]
    case, other, control, rest = row[["exp_case", "unexp_case", "exp_noncase", "unexp_noncase"]]
    assert (case, case + control, other, other + rest) == FINK


good = st.floats(0.6, 1)
shares = st.floats(0.02, 0.98)


@given(shares, shares, good, good, good, good)
def test_outcome_correction_undoes_expected_mislabelling(p, q, se_f, se_r, sp_f, sp_r):
    n, m = 1000.0, 3000.0
    labelled = n * (p * se_f + (1 - p) * (1 - sp_f)), m * (q * se_r + (1 - q) * (1 - sp_r))
    found = misclassified_outcome(
        labelled[0], n, labelled[1], m, sensitivity=(se_f, se_r), specificity=(sp_f, sp_r)
    )
    assert (found.risk_focal, found.risk_reference) == pytest.approx((p, q), abs=ROUNDING)
    assert found.risk_difference == pytest.approx(p - q, abs=ROUNDING)
    assert found.risk_ratio == pytest.approx(p / q, rel=1e-6)
    assert found.odds_ratio == pytest.approx(p / (1 - p) / (q / (1 - q)), rel=1e-6)


@given(shares, shares, good, good, good, good)
def test_class_correction_undoes_expected_mislabelling(p, q, se_e, se_o, sp_e, sp_o):
    """True classes of 1000 and 3000 posts, class labels that err by outcome."""
    events, others = (1000 * p, 3000 * q), (1000 * (1 - p), 3000 * (1 - q))
    e_f = events[0] * se_e + events[1] * (1 - sp_e)
    o_f = others[0] * se_o + others[1] * (1 - sp_o)
    e_r, o_r = sum(events) - e_f, sum(others) - o_f
    found = misclassified_class(
        e_f, e_f + o_f, e_r, e_r + o_r, sensitivity=(se_e, se_o), specificity=(sp_e, sp_o)
    )
    assert (found.risk_focal, found.risk_reference) == pytest.approx((p, q), abs=1e-7)


@given(shares, shares, st.floats(0.7, 1))
def test_at_the_tipping_point_the_corrected_gap_is_zero(p, q, specificity):
    n = 1000.0
    assume(min(p, q) > 1 - specificity + 0.01)
    assume(max(p, q) < specificity)
    se = tipping_point(p * n, n, q * n, n, specificity=specificity)
    if p > q:
        assert math.isnan(se)
        return
    assert 1 - specificity < se <= 1
    found = misclassified_outcome(
        p * n, n, q * n, n, sensitivity=(se, 1.0), specificity=specificity
    )
    assert found.risk_difference == pytest.approx(0, abs=1e-6)


def test_tipping_point_conventions():
    assert tipping_point(10, 100, 40, 100) == pytest.approx(0.25)
    assert tipping_point(40, 100, 40, 100) == 1.0
    assert math.isnan(tipping_point(50, 100, 40, 100)), "missed focal events only widen this gap"
    assert math.isnan(tipping_point(0, 100, 40, 100)), "no positive sensitivity turns 0 into 0.4"
    assert tipping_point(0, 100, 0, 100) == 1.0
    with pytest.raises(EstimationError, match=r"reference rate 0\.05 is below 0\.1"):
        tipping_point(40, 100, 5, 100, specificity=0.9)
    with pytest.raises(EstimationError, match="specificity is 0"):
        tipping_point(40, 100, 5, 100, specificity=0)


def test_ratios_over_zero_are_said_as_they_are():
    found = misclassified_outcome(10, 100, 0, 100, sensitivity=1, specificity=1)
    assert (found.risk_ratio, found.odds_ratio) == (math.inf, math.inf)
    found = misclassified_outcome(0, 100, 0, 100, sensitivity=1, specificity=1)
    assert math.isnan(found.risk_ratio)
    assert found.risk_difference == 0


def test_impossible_error_rates_are_refused_not_clipped():
    with pytest.raises(EstimationError, match=r"observed focal rate of 0\.01 .*observed reference"):
        misclassified_outcome(1, 100, 99, 100, sensitivity=0.9, specificity=0.9)
    with pytest.raises(EstimationError, match="no better than chance"):
        misclassified_outcome(1, 100, 9, 100, sensitivity=0.5, specificity=0.5)
    with pytest.raises(EstimationError, match=r"5 of 500 events labelled focal cannot come from"):
        misclassified_class(5, 500, 495, 1000, sensitivity=0.9, specificity=0.9)
    with pytest.raises(EstimationError, match=r"-1 focal events in 0 posts.*sensitivity is 1\.2"):
        misclassified_class(-1, 0, 5, 10, sensitivity=1.2, specificity=1)
    with pytest.raises(EstimationError, match="a class has no post left"):
        misclassified_class(20, 100, 180, 900, sensitivity=0.9, specificity=0.9)


def test_rates_on_the_edge_of_the_possible_are_not_refused_for_rounding():
    found = misclassified_outcome(30, 100, 70, 100, sensitivity=0.7, specificity=0.7)
    assert (found.risk_focal, found.risk_reference) == (0.0, 1.0)
    assert math.isnan(tipping_point(30, 100, 40, 100, specificity=0.7))


def alpha_by_pairs(table, distance):
    """Alpha from its definition: mean distance in pairs within units, over that in all pairs."""
    units = [[v for v in column if not np.isnan(v)] for column in np.asarray(table, float).T]
    units = [u for u in units if len(u) > 1]
    n = sum(map(len, units))
    within = sum(distance(a, b) / (len(u) - 1) for u in units for a in u for b in u) / n
    pool = [v for u in units for v in u]
    return 1 - within / (sum(distance(a, b) for a in pool for b in pool) / (n * (n - 1)))


tables = st.lists(
    st.lists(st.sampled_from([1.0, 2.0, 3.0, 5.0, X]), min_size=6, max_size=6),
    min_size=2,
    max_size=4,
)


@given(tables)
def test_alpha_is_its_definition_pair_by_pair(table):
    distances = {
        "nominal": lambda a, b: a != b,
        "interval": lambda a, b: (a - b) ** 2,
        "ratio": lambda a, b: ((a - b) / (a + b)) ** 2,
    }
    try:
        agreement(table)
    except EstimationError:
        return
    for level, distance in distances.items():
        assert agreement(table, level=level) == pytest.approx(alpha_by_pairs(table, distance))
    ranks = [[v if np.isnan(v) else v**3 + 7 for v in row] for row in table]
    assert agreement(ranks, level="ordinal") == pytest.approx(agreement(table, level="ordinal"))
    assert agreement(table[::-1]) == pytest.approx(agreement(table))


def test_agreement_conventions():
    assert agreement([["yes", "no", "no"], ["yes", "no", None]]) == 1.0
    assert agreement([[0, 1, 0, 1], [1, 0, 1, 0]]) < 0
    assert agreement([[0, 0, 5], [0, 0, 5]], level="ratio") == 1.0
    with pytest.raises(EstimationError, match="no unit was rated by two raters"):
        agreement([[1, X], [X, 2]])
    with pytest.raises(EstimationError, match="every pairable rating is 1"):
        agreement([[1, 1, 2], [1, 1, X]])
    with pytest.raises(EstimationError, match="shape \\(3,\\)"):
        agreement([1, 2, 3])
    with pytest.raises(UnknownName, match="No level is called 'rank'"):
        agreement([[1, 2], [1, 2]], level="rank")
    with pytest.raises(EstimationError, match="level 'interval' needs numbers, found 'yes'"):
        agreement([["yes", "no"], ["yes", "no"]], level="interval")
    with pytest.raises(EstimationError, match="values from 0; found -1"):
        agreement([[-1, 2], [-1, 2]], level="ratio")


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval"])
def test_thousands_of_distinct_values_need_no_table_of_all_pairs(level):
    # a table of values by values would hold 9e8 numbers
    rng = np.random.default_rng(0)
    ratings = rng.normal(size=(3, 10_000))
    assert abs(agreement(ratings, level=level)) < 0.02


def test_ten_units_by_two_coders_as_printed():
    # Krippendorff 2011, sections A and C: binary data, and nominal data with a pair unlike
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    assert agreement([one, other]) == pytest.approx(0.095, abs=5e-4)
    assert agreement([list("aabbdcccedda"), list("babbbccceddd")]) == pytest.approx(0.692, abs=5e-4)


def test_infinite_ratings_have_ranks_and_no_distance():
    ratings = [[1, 2, np.inf, 3], [1, 2, np.inf, 2]]
    assert agreement(ratings, level="ordinal") > 0.5
    with pytest.raises(EstimationError, match="needs finite values; found infinity"):
        agreement(ratings, level="interval")
