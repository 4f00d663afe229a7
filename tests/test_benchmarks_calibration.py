"""The calibration runs the package's own formulas, many platforms at a time."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from audit.estimators.accounts.account_strata import tabulate
from audit.estimators.accounts.randomisation import share_as_extreme
from audit.estimators.accounts.scores import account_scores
from audit.estimators.accounts.standardised import standardised_effect
from audit.estimators.resampling import _account_gap, permutation_test
from benchmarks import calibration, comparisons, platforms, primary, summary

ROUNDING = {"rel": 1e-12, "abs": 1e-12}  # the same sums in another order
CELLS = st.builds(
    platforms.Cell,
    focal_accounts=st.sampled_from([1, 2, 3, 5, 10]),
    icc=st.sampled_from([0.0, 0.1, 0.3]),
    icc_leaders=st.sampled_from([0.0, 0.3, 0.6]),
    rate=st.sampled_from([0.002, 0.02, 0.2, 0.5]),
    volume_ratio=st.sampled_from([1, 10, 60]),
    volumes=st.sampled_from(["equal", "lognormal"]),
    strata=st.sampled_from([1, 3, 12]),
)


def drawn_from(cell, seed, scenario="alike", count=3):
    return platforms.Source.of(cell, scenario).draw(count, np.random.default_rng(seed))


def few_ordinary(drawn, ordinary):
    """Leave out most ordinary accounts, so that strata lack support."""
    kept = drawn.leaders + ordinary
    return replace(drawn, events=drawn.events[:, :kept], n=drawn.n[:, :kept])


@settings(max_examples=60, deadline=None)
@given(cell=CELLS, seed=st.integers(0, 2**32), ordinary=st.sampled_from([4, 20, 300]))
def test_effect_is_the_packages(cell, seed, ordinary):
    drawn = few_ordinary(drawn_from(cell, seed), ordinary)
    kept = (drawn.n[:, drawn.leaders :] > 0).sum(1) >= 2
    if not (drawn.n[:, : drawn.leaders] * kept[:, None]).any((1, 2)).all():
        return
    ours = primary.effect(drawn)
    for i in range(len(drawn.n)):
        theirs = standardised_effect(**drawn.long(i))
        assert ours.estimate[i] == pytest.approx(theirs.estimate, **ROUNDING)
        assert ours.low[i] == pytest.approx(theirs.conf_low, **ROUNDING)
        assert ours.high[i] == pytest.approx(theirs.conf_high, **ROUNDING)
        assert ours.k_eff[i] == pytest.approx(theirs.k_eff, **ROUNDING)
        expected = theirs.expected * theirs.n_supported
        assert ours.expected_events[i] == pytest.approx(expected, **ROUNDING)


@settings(max_examples=40, deadline=None)
@given(cell=CELLS, seed=st.integers(0, 2**32), ordinary=st.sampled_from([6, 300]))
def test_permutation_p_is_the_packages(cell, seed, ordinary):
    drawn = few_ordinary(drawn_from(cell, seed), ordinary)
    chosen = primary.assignments(
        drawn.n.shape[1], drawn.leaders, 199, np.random.default_rng(seed + 1)
    )
    ours = primary.permutation_p(drawn, chosen)
    for i in range(len(drawn.n)):
        long = drawn.long(i)
        names = ("events", "n", "account", "stratum", "focal")
        scores = account_scores(tabulate("test", *(long[k] for k in names)), "test")
        columns = scores.columns()
        for scale, p in ours.items():
            gap = _account_gap(columns.sum(0), len(columns), scores.is_focal, scale)
            at = float(gap(columns[scores.is_focal].sum(0)[None])[0])
            theirs = share_as_extreme(gap(chosen @ columns), at, drawn.leaders == 1, "two-sided")
            assert p[i] == pytest.approx(theirs, **ROUNDING)


def test_one_leader_is_enumerated_as_in_the_package():
    cell = platforms.Cell(1, 0.1, 0.1, 0.2, 10, "lognormal", 12)
    drawn = drawn_from(cell, 1, count=10)
    ours = primary.permutation_p(drawn, primary.assignments(301, 1, 499, np.random.default_rng(0)))
    for i in range(10):
        test = permutation_test(**drawn.long(i))
        assert test.enumerated
        assert ours["null_model"][i] == pytest.approx(test.p_value, **ROUNDING)


def test_drawn_p_agrees_with_the_packages_own_draws():
    drawn = drawn_from(platforms.Cell(5, 0.3, 0.6, 0.2, 10, "lognormal", 12), 5, count=4)
    chosen = primary.assignments(305, 5, 20_000, np.random.default_rng(1))
    ours = primary.permutation_p(drawn, chosen)["null_model"]
    theirs = [permutation_test(**drawn.long(i), draws=20_000).p_value for i in range(4)]
    # two independent shares of 20,000 differ by 0.02 less often than once in 50,000
    assert ours == pytest.approx(theirs, abs=0.02)


def test_assignments_choose_every_account_alike():
    chosen = primary.assignments(30, 5, 20_000, np.random.default_rng(3))
    assert set(chosen.sum(1)) == {5.0}
    # five standard errors of a share of 1/6 in 20,000
    assert chosen.mean(0) == pytest.approx(np.full(30, 1 / 6), abs=5 * np.sqrt(5 / 36 / 20_000))


@pytest.mark.parametrize(("icc", "rate"), [(0.1, 0.2), (0.3, 0.02), (0.6, 0.02), (0.6, 0.2)])
def test_lucks_have_the_stated_rate_and_likeness(icc, rate):
    table = platforms.lucks((rate,), icc)
    assert table.mean() == pytest.approx(rate, rel=1e-3)
    assert table.var() / (rate * (1 - rate)) == pytest.approx(icc, rel=5e-3)


def test_volumes_have_the_stated_means():
    cell = platforms.Cell(30, 0.1, 0.1, 0.2, 10, "lognormal", 12)
    drawn = drawn_from(cell, 4, count=400)
    posts = drawn.n.sum(2)
    assert posts[:, :30].mean() == pytest.approx(60, rel=0.05)
    # whole posts and at least one: a little more than 6
    assert posts[:, 30:].mean() == pytest.approx(6, rel=0.05)
    assert posts.min() == 1
    assert (drawn.n.sum((0, 1)) / posts.sum()) == pytest.approx(np.full(12, 1 / 12), rel=0.05)


def test_truth_is_what_many_platforms_average_to():
    cell = platforms.Cell(30, 0.1, 0.1, 0.2, 10, "equal", 12)
    drawn = drawn_from(cell, 6, "plus10", count=500)
    found = primary.effect(drawn).estimate
    apart = found - drawn.gap_at_focal_mix()
    assert abs(apart.mean()) < 4 * apart.std() / np.sqrt(500)
    assert drawn.raw_gap() == pytest.approx(0.1, rel=1e-3)


def row_level(sums):
    """Return outcomes, class and account, one row per post, of the first platform."""
    y, n = (np.concatenate([s[0] for s in side]).astype(int) for side in (sums.y, sums.n))
    account = np.repeat(np.arange(len(n)), n)
    outcome = np.concatenate(
        [np.r_[np.ones(a), np.zeros(b - a)] for a, b in zip(y, n, strict=True)]
    )
    return outcome, (account < sums.n[0].shape[1]) * 1.0, account


def small_sums(leaders=4, ordinary=7):
    rng = np.random.default_rng(11)
    n = rng.integers(2, 9, (2, leaders + ordinary)).astype(float)
    y = rng.binomial(n.astype(int), 0.4).astype(float)
    return comparisons.Sums((y[:, :leaders], y[:, leaders:]), (n[:, :leaders], n[:, leaders:]))


def test_clustered_z_is_statsmodels():
    import statsmodels.api as sm

    sums = small_sums()
    y, focal, account = row_level(sums)
    fit = sm.OLS(y, sm.add_constant(focal)).fit(cov_type="cluster", cov_kwds={"groups": account})
    ours = comparisons.clustered_z(sums)
    assert ours.p_value[0] == pytest.approx(fit.pvalues[1], rel=1e-9)
    assert [ours.low[0], ours.high[0]] == pytest.approx(list(fit.conf_int()[1]), rel=1e-9)


def test_chi_square_is_scipys():
    from scipy.stats import chi2_contingency

    sums = small_sums()
    table = [[y[0].sum(), (n - y)[0].sum()] for y, n in zip(sums.y, sums.n, strict=True)]
    p = chi2_contingency(table, correction=False).pvalue
    assert comparisons.chi_square(sums).p_value[0] == pytest.approx(p, rel=1e-9)


def test_cr2_is_the_matrix_formula():
    from scipy.linalg import sqrtm
    from scipy.stats import t

    sums = small_sums()
    y, focal, account = row_level(sums)
    x = np.column_stack([np.ones_like(focal), focal])
    bread = np.linalg.inv(x.T @ x)
    e = y - x @ bread @ x.T @ y
    residual_maker = np.eye(len(y)) - x @ bread @ x.T
    variance, pulls = 0.0, []
    for g in np.unique(account):
        rows = account == g
        adjust = np.linalg.inv(np.real(sqrtm(residual_maker[np.ix_(rows, rows)])))
        lever = adjust @ x[rows] @ bread[:, 1]
        variance += (lever @ e[rows]) ** 2
        pulls.append(residual_maker[rows].T @ lever)
    gram = np.array(pulls) @ np.array(pulls).T
    df = np.trace(gram) ** 2 / (gram**2).sum()
    gap = (bread @ x.T @ y)[1]
    ours = comparisons.cr2_satterthwaite(sums)
    assert ours.p_value[0] == pytest.approx(2 * t.sf(abs(gap) / variance**0.5, df), rel=1e-9)
    half = t.ppf(0.975, df) * variance**0.5
    assert ours.high[0] - ours.low[0] == pytest.approx(2 * half, rel=1e-9)


def test_wild_bootstrap_is_the_row_level_one():
    sums = small_sums()
    y, focal, account = row_level(sums)
    draws = 39
    rng = np.random.default_rng(2)
    signs = np.column_stack([rng.integers(0, 2, (draws, k)) * 2.0 - 1 for k in (4, 7)])
    restricted = y - y.mean()

    def t(outcome):
        gap = outcome[focal == 1].mean() - outcome[focal == 0].mean()
        e = outcome - np.where(focal == 1, outcome[focal == 1].mean(), outcome[focal == 0].mean())
        size = np.where(focal == 1, (focal == 1).sum(), (focal == 0).sum())
        return abs(gap) / np.sqrt((np.bincount(account, e / size) ** 2).sum())

    again = [t(y.mean() + restricted * s[account]) for s in signs]
    p = (1 + sum(a >= t(y) * (1 - 1e-9) for a in again)) / (1 + draws)
    ours = comparisons.wild_bootstrap(sums, draws, np.random.default_rng(2))
    assert ours.p_value[0] == pytest.approx(p, rel=1e-12)


def test_the_grid_is_that_of_the_methods():
    cells = platforms.grid()
    assert len(cells) == len(set(cells)) == 400
    assert len(platforms.jobs()) == 1000
    assert {c.icc_leaders / c.icc for c in cells if c.icc} == {1.0, 2.0}


def test_a_killed_run_goes_on(tmp_path, monkeypatch, capsys):
    out = tmp_path / "calibration.csv"
    few = [j for j in platforms.jobs() if j[0].strata == 1 and j[0].volumes == "equal"][:3]
    argv = ["calibration", "--repetitions", "20", "--draws", "19", "--out", str(out)]
    monkeypatch.setattr("sys.argv", argv)
    monkeypatch.setattr(calibration, "tables", lambda todo, _: map(calibration.run, todo))
    monkeypatch.setattr(calibration, "jobs", lambda: few[:2])
    calibration.main()
    first = pd.read_csv(out)
    monkeypatch.setattr(calibration, "jobs", lambda: few)
    calibration.main()
    both = pd.read_csv(out)
    pd.testing.assert_frame_equal(both.iloc[: len(first)], first)
    assert len(both.drop_duplicates([*calibration.KEYS, "method"])) == len(both)
    assert "1/1" in capsys.readouterr().out
    with pytest.raises(SystemExit, match="other settings"):
        calibration.finished(out, 21, 19)


def test_the_summary_takes_the_worst_cell_shown():
    names = ("method", "focal_accounts", "scenario", "rate", "shown", "refusal_rate")
    numbers = ("rejection", "rejection_high", "coverage", "coverage_low")
    rows = [
        ("verdict", 5, "alike", 0.2, True, 0.1, 0.02, 0.03, 0.97, 0.96),
        ("verdict", 5, "alike", 0.02, True, 0.2, 0.07, 0.08, 0.99, 0.98),
        ("verdict", 5, "alike", 0.02, False, 0.9, 0.50, 0.60, 0.40, 0.30),
        ("verdict", 5, "halved", 0.2, True, 0.1, 0.44, 0.50, 0.93, 0.91),
    ]
    frame = pd.DataFrame(rows, columns=[*names, *numbers])
    row = summary.worst(frame).loc[("verdict", 5)]
    assert row["cells"] == 2
    assert row["most false alarms"] == 0.07
    assert row["its upper limit"] == 0.08
    assert row["least coverage"] == 0.93
    assert row["median power"] == 0.44
    assert row["most refused"] == 0.2
    # one misses by false alarms, one by coverage; the cell refused is not asked
    assert list(calibration.missed(frame).index) == [1, 3]


def test_shares_are_of_platforms_not_refused():
    seen = pd.DataFrame(
        {
            "method": "verdict",
            "rejected": [True, False, True, False],
            "refused": [True, False, False, False],
            "low": [0.1, -1, 0.1, -1],
            "high": 1.0,
            "truth": 0.0,
        }
    )
    row = calibration.tallied(seen).iloc[0]
    assert row["rejection"] == pytest.approx(1 / 3)
    assert row["coverage"] == pytest.approx(2 / 3)
    assert row["rejection_ungated"] == row["coverage_ungated"] == 0.5
    assert row["refusal_rate"] == 0.25
    assert row["shown"]
