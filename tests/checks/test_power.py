"""Planning formulas against R's documented examples; the simulated rule against the real one."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from audit.checks import simulated_studies
from audit.checks.power import detectable_gap, detectable_gap_table, sample_size, two_proportions
from audit.errors import EstimationError

ROUNDING = 1e-9
rates = st.floats(0.01, 0.99)


# R stats::power.prop.test, examples: n = 50 gives 0.740; power = .90 gives n = 76.7
def test_r_power_prop_test():
    assert two_proportions(50, 0.50, 0.75) == pytest.approx(0.740, abs=5e-4)
    assert sample_size(0.50, 0.75, power=0.90) == pytest.approx(76.7, abs=0.05)


@given(rates, rates, st.floats(0.1, 0.99), st.floats(0.001, 0.15))
def test_sample_size_inverts_power(p, q, wanted, alpha):
    assume(abs(p - q) > 0.01)
    assume(wanted > alpha)
    n = sample_size(p, q, power=wanted, alpha=alpha)
    assert two_proportions(n, p, q, alpha=alpha) == pytest.approx(wanted, abs=1e-6)
    assert sample_size(q, p, power=wanted, alpha=alpha) == pytest.approx(n)
    assert sample_size(1 - p, 1 - q, power=wanted, alpha=alpha) == pytest.approx(n)


@given(st.floats(2, 5000), rates, rates)
def test_more_posts_never_cost_power(n, p, q):
    assert two_proportions(2 * n, p, q) >= two_proportions(n, p, q) - ROUNDING
    assert two_proportions(n, p, p) == pytest.approx(0.025)


def test_formula_conventions_and_faults():
    assert two_proportions(100, 0, 1) == 1.0
    with pytest.raises(EstimationError, match=r"p1 is 1\.2.*alpha is 0.*n is -3"):
        two_proportions(-3, 1.2, 0.5, alpha=0)
    with pytest.raises(EstimationError, match="both rates are 0, so nothing varies"):
        two_proportions(10, 0, 0)
    with pytest.raises(EstimationError, match=r"both rates are 0\.3; no number of posts"):
        sample_size(0.3, 0.3)
    with pytest.raises(EstimationError, match=r"power is 1\.0; allowed: above"):
        sample_size(0.3, 0.4, power=1.0)


@given(
    st.integers(1, 200), st.floats(0.01, 0.99), st.sampled_from([0.0, 0.05, 0.3, 0.9]), st.data()
)
def test_events_are_beta_binomial_quantiles(n, rate, icc, data):
    from scipy.stats import betabinom, binom

    u = np.array([data.draw(st.floats(0.001, 0.999)) for _ in range(5)])
    a, b = (rate * (1 / icc - 1), (1 - rate) * (1 / icc - 1)) if icc else (0, 0)
    law = betabinom(n, a, b) if icc else binom(n, rate)
    events = simulated_studies.beta_binomial(u[None, :], np.array([float(n)]), rate, icc)[0]
    assert (law.cdf(events) >= u - 1e-8).all()
    assert (law.cdf(events - 1) <= u + 1e-8).all()


def test_certain_rates_and_accounts_of_one_mind():
    u, n = np.array([[0.1, 0.9]]), np.array([7.0])
    assert simulated_studies.beta_binomial(u, n, 0.0, 0.3).tolist() == [[0, 0]]
    assert simulated_studies.beta_binomial(u, n, 1.0, 0.3).tolist() == [[7, 7]]
    assert simulated_studies.beta_binomial(u, n, 0.2, 1.0).tolist() == [[0, 7]]


def studies(focal, reference, *, rate=0.2, icc=0.2, seed=1):
    made = simulated_studies.Studies.drawn(
        np.asarray(focal, float), np.asarray(reference, float), rate, icc, seed, 0.95
    )
    rng = np.random.default_rng(seed)
    rng.random((len(focal), simulated_studies.REPETITIONS))
    simulated_studies.relabellings(len(focal), len(reference), rng)
    uniform = rng.random((len(reference), simulated_studies.REPETITIONS))
    return made, simulated_studies.beta_binomial(uniform, np.asarray(reference, float), rate, icc)


@pytest.mark.parametrize("rate", [0.0, 0.03, 0.45, 1.0])
@pytest.mark.parametrize(
    ("focal", "reference"),
    [([3, 8, 20, 1, 9], [1, 4, 4, 30, 2, 7]), ([60] * 5, [5] * 40), ([1] * 6, [1] * 5)],
)
def test_the_vectorised_rule_is_the_primary_rule(focal, reference, rate):
    """Limits equal `standardised_effect`; p equals `permutation_test` where all are listed."""
    from audit.estimators.accounts.standardised import standardised_effect
    from audit.estimators.resampling import permutation_test

    made, events_reference = studies(focal, reference)
    events_focal = simulated_studies.beta_binomial(made.uniform, made.focal, rate, made.icc)
    detected = made.detected(events_focal)
    n = np.r_[focal, reference]
    flag = np.arange(len(n)) < len(focal)
    for study in range(0, simulated_studies.REPETITIONS, 40):
        events = np.r_[events_focal[:, study], events_reference[:, study]]
        gap = standardised_effect(events, n, np.arange(len(n)), None, flag)
        excludes = gap.conf_low > 0 or gap.conf_high < 0
        if made.everything:
            p = permutation_test(events, n, np.arange(len(n)), flag).p_value
            assert detected[study] == (excludes and p <= 0.05)
        elif not excludes:
            assert not detected[study]


@pytest.mark.parametrize(
    ("focal", "reference"), [([3, 8, 20, 1, 9], [1, 4, 4, 30, 2, 7]), ([60] * 5, [5] * 40)]
)
def test_limits_are_those_of_the_primary(focal, reference):
    from audit.estimators.accounts.standardised import standardised_effect

    made, events_reference = studies(focal, reference)
    events_focal = simulated_studies.beta_binomial(made.uniform, made.focal, 0.4, made.icc)
    own = simulated_studies.Sums.of(events_focal, made.focal)
    many = tuple(own.many[i] + made.reference.many[i] for i in (0, 1))
    n = np.r_[focal, reference].astype(float)
    rho = np.maximum(
        simulated_studies.intraclass(made.reference.n, made.reference.many),
        simulated_studies.intraclass(n, many),
    )
    found = own.limits(rho, 0.95), made.reference.limits(rho, 0.95)
    flag = np.arange(len(n)) < len(focal)
    for study in range(0, simulated_studies.REPETITIONS, 50):
        events = np.r_[events_focal[:, study], events_reference[:, study]]
        gap = standardised_effect(events, n, np.arange(len(n)), None, flag)
        assert rho[study] == pytest.approx(gap.icc, abs=ROUNDING)
        for arm, (rate, low, high) in zip((gap.focal, gap.reference), found, strict=True):
            expected = (arm.estimate, arm.conf_low, arm.conf_high)
            assert (rate[study], low[study], high[study]) == pytest.approx(expected, abs=ROUNDING)


def test_p_values_are_those_of_the_permutation_test():
    from audit.estimators.resampling import permutation_test

    focal, reference = [3, 8, 20, 1, 9], [1, 4, 4, 30, 2, 7]
    made, events_reference = studies(focal, reference)
    assert made.everything
    events_focal = simulated_studies.beta_binomial(made.uniform, made.focal, 0.4, made.icc)
    n = np.r_[focal, reference].astype(float)
    many = simulated_studies.Sums.of(np.vstack([events_focal, events_reference]), n).many
    found = made.p_values(events_focal, simulated_studies.intraclass(n, many))
    flag = np.arange(len(n)) < len(focal)
    for study in range(0, simulated_studies.REPETITIONS, 40):
        events = np.r_[events_focal[:, study], events_reference[:, study]]
        expected = permutation_test(events, n, np.arange(len(n)), flag).p_value
        assert found[study] == pytest.approx(expected, abs=ROUNDING)


def test_the_real_rule_detects_the_gap_as_often_as_promised():
    """Fresh beta-binomial studies, judged by the estimators themselves, one at a time."""
    from audit.estimators.accounts.standardised import standardised_effect
    from audit.estimators.resampling import permutation_test

    k_focal, k_reference, rate, icc, tries = 12, 60, 0.2, 0.1, 150
    table = detectable_gap_table(k_focal, k_reference, 40, 10, rate=rate, icc=icc)
    at = float(table.set_index("direction").loc["higher", "rate_focal"])
    rng, seen = np.random.default_rng(99), 0
    n = np.r_[np.full(k_focal, 40), np.full(k_reference, 10)]
    flag = np.arange(len(n)) < k_focal
    for _ in range(tries):
        mean = np.where(flag, at, rate)
        events = rng.binomial(n, rng.beta(mean * (1 / icc - 1), (1 - mean) * (1 / icc - 1)))
        gap = standardised_effect(events, n, np.arange(len(n)), None, flag)
        if gap.conf_low > 0 or gap.conf_high < 0:
            seen += permutation_test(events, n, np.arange(len(n)), flag, draws=499).p_value <= 0.05
    # 4 standard errors of 150 tries and of 1000 simulated studies at power 0.8
    assert abs(seen / tries - 0.8) < 4 * math.sqrt(
        0.16 / tries + 0.16 / simulated_studies.REPETITIONS
    )


def test_one_post_per_account_is_near_the_textbook():
    """400 against 400 single posts: only the t quantile, Wilson's shrinkage and chance differ."""
    table = detectable_gap_table(400, 400, 1, 1, rate=0.3, icc=0.0).set_index("direction")
    assert two_proportions(400, 0.3, table.loc["higher", "rate_focal"]) == pytest.approx(
        0.8, abs=0.06
    )
    assert two_proportions(400, 0.3, table.loc["lower", "rate_focal"]) == pytest.approx(
        0.8, abs=0.06
    )


def test_same_seed_same_gap_and_the_number_is_the_smaller_of_the_table():
    one = detectable_gap(20, 300, 60, 5, rate=0.2, icc=0.1, seed=4)
    assert one == detectable_gap(20, 300, np.full(20, 60), [5] * 300, rate=0.2, icc=0.1, seed=4)
    table = detectable_gap_table(20, 300, 60, 5, rate=0.2, icc=0.1, seed=4)
    assert one == table["gap"].min()
    assert (table["power"] >= 0.8).all()
    other = detectable_gap(20, 300, 60, 5, rate=0.2, icc=0.1, seed=5)
    assert other == pytest.approx(one, abs=0.02)


def test_more_accounts_see_more_and_likeness_sees_less():
    few, many = (detectable_gap(k, 300, 60, 5, rate=0.2, icc=0.1) for k in (6, 40))
    alike = detectable_gap(6, 300, 60, 5, rate=0.2, icc=0.4)
    weaker = detectable_gap(6, 300, 60, 5, rate=0.2, icc=0.1, power=0.5)
    assert many < few < alike
    assert weaker < few


def test_what_no_gap_can_show_is_infinite():
    assert detectable_gap(4, 300, 60, 5, rate=0.2, icc=0.1) == math.inf
    assert detectable_gap(20, 1, 60, 50, rate=0.2, icc=0.1) == math.inf
    table = detectable_gap_table(5, 300, 60, 6, rate=0.02, icc=0.3).set_index("direction")
    assert table.loc["lower", "gap"] == math.inf, "at 2 % five accounts cannot show leniency"
    assert math.isnan(table.loc["lower", "rate_focal"])
    assert table.loc["lower", "power"] < 0.8
    nothing_below = detectable_gap_table(20, 300, 60, 6, rate=0.0, icc=0.1)
    assert nothing_below["gap"].tolist()[0] == math.inf
    assert nothing_below["gap"].tolist()[1] < 1


def test_faults_are_all_said():
    with pytest.raises(
        EstimationError,
        match=r"posts_focal has shape \(2,\).*posts_reference holds 4\.5.*rate is 1\.5.*icc is -1",
    ):
        detectable_gap(5, 9, [3, 4], 4.5, rate=1.5, icc=-1)
    with pytest.raises(EstimationError, match=r"rate is None.*icc is '1'.*n_focal_accounts is inf"):
        detectable_gap(math.inf, 9, 3, 4, rate=None, icc="1")
    with pytest.raises(EstimationError, match=r"n_focal_accounts is 0.*power is 1\b.*confidence"):
        detectable_gap(0, 9, 3, 4, rate=0.5, icc=0, power=1, confidence=2)
