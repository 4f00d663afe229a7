"""Contrasts among like cases from counts."""

from __future__ import annotations

from math import inf, isnan

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.contingency_tables import StratifiedTable

from audit.errors import EstimationError, SupportError, UnknownName
from audit.estimators.proportions import odds_ratio, risk_difference, risk_ratio
from audit.estimators.strata import (
    cochran_mantel_haenszel,
    decompose,
    directly_standardised_rate,
    homogeneity,
    mantel_haenszel,
    standardise,
)

MEASURES = ("odds_ratio", "risk_ratio", "risk_difference")
SIMPSON = np.array([[81, 87, 234, 270], [192, 263, 55, 80]])
TEN_MILLION = 10**7


@st.composite
def counts(draw):
    rows = []
    for _ in range(draw(st.integers(1, 5))):
        n1, n2 = draw(st.integers(0, 30)), draw(st.integers(0, 30))
        rows.append([draw(st.integers(0, n1)), n1, draw(st.integers(0, n2)), n2])
    rows.append([2, 5, 1, 4])  # one stratum that holds both classes
    return np.array(rows, dtype=float)


# published values ---------------------------------------------------------------------------


def test_berkeley(golden, admissions):
    g = golden("G01")
    close = {"abs": g.tolerance}
    crude = admissions.sum(axis=0)
    assert odds_ratio(*crude).estimate == pytest.approx(g.expected["crude_or"], **close)
    pooled = mantel_haenszel(admissions)
    assert pooled.estimate == pytest.approx(g.expected["mh_or"], **close)
    assert pooled.conf_low == pytest.approx(g.expected["mh_or_lo"], **close)
    assert pooled.conf_high == pytest.approx(g.expected["mh_or_hi"], **close)
    plain = cochran_mantel_haenszel(admissions)
    corrected = cochran_mantel_haenszel(admissions, continuity=True)
    assert plain.statistic == pytest.approx(g.expected["cmh"], **close)
    assert corrected.statistic == pytest.approx(g.expected["cmh_cc"], **close)
    assert corrected.p_value == pytest.approx(g.expected["cmh_cc_p"], **close)
    for method in ("breslow_day", "tarone", "woolf"):
        test = homogeneity(admissions, method=method)
        # woolf is printed to four decimals
        digits = 5e-5 if method == "woolf" else g.tolerance
        assert test.statistic == pytest.approx(g.expected[method], abs=digits)
        assert test.df == 5
    assert homogeneity(admissions).p_value == pytest.approx(g.expected["breslow_day_p"], **close)
    assert homogeneity(admissions, method="woolf").p_value == pytest.approx(
        g.expected["woolf_p"], **close
    )


def test_berkeley_risk_ratio_has_its_rows_turned(golden, admissions):
    # the published one compares the share of men among admitted and among rejected
    g = golden("G01")
    men_in, men, women_in, women = admissions.T
    men_out, women_out = men - men_in, women - women_in
    turned = np.column_stack([men_in, men_in + women_in, men_out, men_out + women_out])
    found = mantel_haenszel(turned, measure="risk_ratio").estimate
    assert found == pytest.approx(g.expected["mh_rr"], abs=g.tolerance)


def test_kidney_stones(golden):
    g = golden("G40")
    wide = g.data.pivot_table(index="stratum", columns="treatment", values=["success", "n"])
    table = np.column_stack([wide[v, t] for t in ("A", "B") for v in ("success", "n")]).astype(
        float
    )
    assert sorted(table.tolist()) == sorted(SIMPSON.tolist())
    for (a, n1, c, n2), stratum in zip(table, wide.index, strict=True):
        assert a / n1 == pytest.approx(g.expected[f"{stratum}_A"], abs=g.tolerance)
        assert c / n2 == pytest.approx(g.expected[f"{stratum}_B"], abs=g.tolerance)
    a, n1, c, n2 = table.sum(axis=0)
    assert (a / n1, c / n2) == pytest.approx((g.expected["crude_A"], g.expected["crude_B"]))
    found = mantel_haenszel(table).estimate
    assert found == pytest.approx(g.expected["mh_or_A_vs_B"], abs=g.tolerance)
    # crude and standardised gap have opposite signs
    assert a / n1 < c / n2
    assert standardise(table).difference > 0


def test_a_deviation_below_a_half_is_not_corrected():
    # R 4.2.2: mantelhaen.test(correct = TRUE) says "without continuity correction" here
    table = [(5, 12, 6, 14), (3, 12, 4, 15)]
    found = cochran_mantel_haenszel(table, continuity=True)
    assert found.statistic == pytest.approx(0.01190558, abs=1e-8)
    assert found.p_value == pytest.approx(0.91311310, abs=1e-8)
    assert found == cochran_mantel_haenszel(table)


def test_standard_error_of_the_odds_ratio_against_statsmodels(admissions):
    table = np.array([admissions[:, 0], admissions[:, 1] - admissions[:, 0]])
    other = np.array([admissions[:, 2], admissions[:, 3] - admissions[:, 2]])
    theirs = StratifiedTable(np.stack([table, other]))
    assert mantel_haenszel(admissions).std_error == pytest.approx(theirs.logodds_pooled_se)


def test_standard_errors_of_one_stratum_are_the_plain_ones():
    # Greenland and Robins reduce to the delta method, exactly
    one = np.array([[12.0, 40, 9, 50]])
    expected = np.sqrt(1 / 12 - 1 / 40 + 1 / 9 - 1 / 50)
    assert mantel_haenszel(one, measure="risk_ratio").std_error == pytest.approx(expected)
    # and Sato to the binomial variances
    expected = np.sqrt(0.3 * 0.7 / 40 + 0.18 * 0.82 / 50)
    assert mantel_haenszel(one, measure="risk_difference").std_error == pytest.approx(expected)


def test_simulated_errors_of_the_pooled_difference():
    rng = np.random.default_rng(4)
    n1, n2, p1 = np.array([40, 15, 60]), np.array([50, 80, 20]), np.array([0.2, 0.5, 0.7])
    found = []
    for _ in range(2000):
        table = np.column_stack([rng.binomial(n1, p1), n1, rng.binomial(n2, p1 - 0.1), n2])
        e = mantel_haenszel(table, measure="risk_difference")
        found.append((e.estimate, e.std_error))
    estimates, errors = np.array(found).T
    # 2,000 draws know a standard deviation to 1.6 %
    assert errors.mean() == pytest.approx(estimates.std(), rel=0.05)
    assert estimates.mean() == pytest.approx(0.1, abs=0.005)


# edges --------------------------------------------------------------------------------------


def test_ratios_without_events_on_one_side():
    none = mantel_haenszel([[0, 5, 2, 9]], measure="risk_ratio")
    assert (none.estimate, isnan(none.conf_low)) == (0.0, True)
    assert "no limits" in none.note
    assert mantel_haenszel([[3, 5, 0, 9]]).estimate == inf
    assert isnan(mantel_haenszel([[0, 5, 0, 9]]).estimate)
    flat = mantel_haenszel([[0, 5, 0, 9]], measure="risk_difference")
    assert flat.estimate == 0
    assert isnan(flat.std_error)
    assert isnan(flat.conf_low)
    assert isnan(flat.p_value)
    assert "no stratum holds both outcomes" in flat.note
    full = mantel_haenszel([[5, 5, 9, 9]], measure="risk_ratio")
    assert full.estimate == 1
    assert isnan(full.conf_high)


def test_ten_million_cases():
    table = [[100, TEN_MILLION, 150, TEN_MILLION], [3, TEN_MILLION, 4, TEN_MILLION]]
    for measure in MEASURES:
        found = mantel_haenszel(table, measure=measure)
        assert found.conf_low < found.estimate < found.conf_high


def test_one_informative_stratum_has_no_heterogeneity():
    for method in ("breslow_day", "tarone", "woolf"):
        test = homogeneity([[1, 5, 2, 9], [0, 4, 0, 7], [3, 3, 0, 0]], method=method)
        assert (test.statistic, test.df) == (0.0, 0.0)
        assert isnan(test.p_value)


def test_what_cannot_be_answered():
    with pytest.raises(SupportError, match=r"none of 2 strata holds both classes.*Try"):
        mantel_haenszel([[1, 4, 0, 0], [0, 0, 2, 9]])
    with pytest.raises(SupportError, match="holds both"):
        standardise([[0, 0, 2, 9]])
    with pytest.raises(SupportError, match="holds both"):
        decompose([[1, 4, 0, 0]])
    with pytest.raises(EstimationError, match="both outcomes"):
        cochran_mantel_haenszel([[0, 4, 0, 9]])
    with pytest.raises(EstimationError, match=r"1 strata have a zero cell.*tarone"):
        homogeneity([[0, 4, 2, 9], [1, 4, 2, 9]], method="woolf")
    with pytest.raises(EstimationError, match="0 or infinite"):
        homogeneity([[0, 4, 2, 9], [0, 4, 2, 9]])


def test_faults_in_words():
    with pytest.raises(EstimationError, match=r"shape \(4,\)"):
        mantel_haenszel([1, 2, 3, 4])
    with pytest.raises(EstimationError, match=r"focal events exceed n.*reference events is negat"):
        cochran_mantel_haenszel([[5, 4, -1, 9]])
    with pytest.raises(EstimationError, match="missing or infinite"):
        standardise([[1, np.nan, 1, 9]])
    for call in (
        lambda: mantel_haenszel(SIMPSON, measure="hazard"),
        lambda: homogeneity(SIMPSON, method="hazard"),
        lambda: standardise(SIMPSON, target="hazard"),
        lambda: directly_standardised_rate([1], [1], [1], method="hazard"),
    ):
        with pytest.raises(UnknownName, match=r"is called 'hazard'.*Known:"):
            call()


# properties ---------------------------------------------------------------------------------


@given(counts(), st.sampled_from(MEASURES))
def test_swapping_the_classes(table, measure):
    there = mantel_haenszel(table, measure=measure).estimate
    back = mantel_haenszel(table[:, [2, 3, 0, 1]], measure=measure).estimate
    if measure == "risk_difference":
        assert back == pytest.approx(-there, abs=1e-12)
    elif isnan(there):
        assert isnan(back)
    elif there == inf:
        assert back == 0
    else:
        assert back == pytest.approx(1 / there if there else inf)


@given(counts(), st.sampled_from(MEASURES), st.randoms(use_true_random=False))
def test_order_and_empty_strata_are_nothing(table, measure, random):
    order = random.sample(range(len(table)), len(table))
    more = np.vstack([table[order], [0, 0, 0, 0], [0, 0, 3, 8]])
    there, here = (mantel_haenszel(t, measure=measure) for t in (table, more))
    for name in ("estimate", "conf_low", "conf_high", "std_error"):
        assert getattr(here, name) == pytest.approx(getattr(there, name), nan_ok=True)
    assert standardise(more).difference == pytest.approx(standardise(table).difference)


def test_one_stratum_is_the_plain_contrast():
    one = (12, 40, 9, 50)
    assert mantel_haenszel([one]).estimate == pytest.approx(odds_ratio(*one).estimate)
    found = mantel_haenszel([one], measure="risk_ratio").estimate
    assert found == pytest.approx(risk_ratio(*one).estimate)
    plain = risk_difference(*one).estimate
    assert mantel_haenszel([one], measure="risk_difference").estimate == pytest.approx(plain)
    for target in ("focal", "reference"):
        s = standardise([one], target=target)
        assert (s.observed, s.expected) == pytest.approx((12 / 40, 9 / 50))
        assert s.ratio == pytest.approx(12 / 40 / (9 / 50))


@given(counts())
def test_standardised_counts_every_target_post(table):
    for target, column in (("focal", 1), ("reference", 3)):
        s = standardise(table, target=target)
        assert s.n_supported + s.n_unsupported == table[:, column].sum()
        assert s.difference == pytest.approx(s.observed - s.expected)


@given(counts())
def test_decomposition_adds_up_to_the_raw_gap(table):
    a, n1, c, n2 = table.sum(axis=0)
    frame = decompose(table)
    assert len(frame) == len(table)
    parts = frame[["mix", "treatment", "unsupported"]]
    assert parts.sum().sum() == pytest.approx(a / n1 - c / n2, abs=1e-12)
    assert frame["total"].to_numpy() == pytest.approx(parts.sum(axis=1).to_numpy(), abs=1e-12)
    one_class = (table[:, 1] == 0) | (table[:, 3] == 0)
    assert (frame.loc[one_class, ["mix", "treatment"]] == 0).all().all()


def test_decomposition_of_simpson():
    frame = decompose(SIMPSON)
    # A is better in both strata, and got the larger stones
    assert frame["treatment"].sum() > 0 > frame["mix"].sum()


def test_directly_standardised_rate():
    from scipy.stats import chi2

    one = directly_standardised_rate([7], [1000], [3])
    garwood = (chi2.ppf(0.025, 14) / 2000, chi2.ppf(0.975, 16) / 2000)
    assert (one.conf_low, one.conf_high) == pytest.approx(garwood)
    none = directly_standardised_rate([0, 0], [1000, 500], [1, 1])
    assert (none.estimate, none.conf_low) == (0, 0)
    assert none.conf_high == pytest.approx(chi2.ppf(0.975, 2) / 2 / 1000)
    two = directly_standardised_rate([3, 8], [100, 400], [1, 3])
    assert two.estimate == pytest.approx(0.25 * 0.03 + 0.75 * 0.02)
    assert two.conf_low < two.estimate < two.conf_high
    # a stratum that the standard leaves out may have no exposure
    assert directly_standardised_rate([3, 0], [100, 0], [1, 0]).estimate == pytest.approx(0.03)
    with pytest.raises(SupportError, match="weight, no exposure"):
        directly_standardised_rate([3, 1], [100, 0], [1, 1])
    with pytest.raises(EstimationError, match="weights are all 0"):
        directly_standardised_rate([3], [100], [0])


def test_counts_may_be_a_frame():
    frame = pd.DataFrame(SIMPSON, columns=["a", "b", "c", "d"])
    assert standardise(frame) == standardise(SIMPSON)


@pytest.mark.parametrize("method", ["breslow_day", "tarone"])
def test_homogeneity_where_the_pooled_odds_ratio_is_one(method):
    # by hand: 4.5 of 10 expected in every cell, twice 0.5² · 2 (1/4.5 + 1/5.5)
    opposed = homogeneity([(5, 10, 4, 10), (4, 10, 5, 10)], method=method)
    assert opposed.statistic == pytest.approx(0.5**2 * 4 * (1 / 4.5 + 1 / 5.5))
    alike = homogeneity([(5, 10, 5, 10), (3, 9, 3, 9)], method=method)
    assert (alike.statistic, alike.p_value) == pytest.approx((0, 1))


@pytest.mark.parametrize("method", ["breslow_day", "tarone"])
def test_homogeneity_near_an_odds_ratio_of_one_keeps_its_digits(method):
    # of a million cases each, all tests of equal odds ratios are one
    table = [(500_000, 10**6, 500_001, 10**6), (200_001, 10**6, 200_000, 10**6)]
    expected = homogeneity(table, method="woolf").statistic
    assert homogeneity(table, method=method).statistic == pytest.approx(expected, rel=1e-6)
