"""Unmeasured causes: E-value, robustness value and gamma, against their own definitions."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, platform, question
from ladder import compared, counted

from audit.checks.hidden_bias import rosenbaum_gamma
from audit.checks.robustness import robustness_value
from audit.checks.sensitivity import e_value
from audit.checks.unmeasured import UNMEASURED_COLUMNS, Unmeasured
from audit.comparison import compare
from audit.study import enroll

VARIED = counted([(4, 20), (8, 20)] * 5, [(8, 20), (12, 20)] * 20)


def measures(comparison) -> pd.DataFrame:
    return Unmeasured()(comparison).table.set_index("measure")


def test_the_e_value_is_that_of_the_primary_ratio() -> None:
    comparison = compared(VARIED)
    found, ratio = Unmeasured()(comparison), comparison.primary().ratio
    assert tuple(found.table) == UNMEASURED_COLUMNS
    expected = e_value(ratio.estimate, ratio.conf_high)
    assert found.table.loc[0, ["estimate", "limit"]].tolist() == pytest.approx(expected)
    assert found.value == pytest.approx(expected[0])
    assert (found.step, found.passed) == (0, None)


def test_a_larger_focal_rate_reads_the_lower_limit() -> None:
    comparison = compared(counted([(8, 20), (12, 20)] * 5, [(4, 20), (8, 20)] * 20))
    ratio = comparison.primary().ratio
    row = measures(comparison).loc["e_value"]
    assert row["limit"] == pytest.approx(e_value(ratio.estimate, ratio.conf_low)[1])


@pytest.mark.parametrize("strata", [["rule"], []])
def test_the_robustness_value_is_that_of_row_level_least_squares(strata) -> None:
    """The classical t and residual df of statsmodels, on the rows and not on cells."""
    import statsmodels.api as sm

    comparison = compare(enroll(platform(), question(strata=strata)))
    study = comparison.study
    rows = study.rows()
    X = pd.get_dummies(rows["stratum"], dtype=float).assign(
        focal=(rows["group"] == "focal").astype(float)
    )
    fit = sm.OLS(rows["acted"].astype(float).to_numpy(), X).fit()
    row = measures(comparison).loc["robustness_value"]
    t = float(fit.tvalues["focal"])
    assert row["estimate"] == pytest.approx(robustness_value(t, float(fit.df_resid)), abs=1e-9)
    assert row["why"] == ""
    assert 0 < row["limit"] < row["estimate"]


def test_an_insignificant_gap_needs_no_cause_for_its_interval() -> None:
    comparison = compared(counted([(9, 20), (10, 20)] * 5, [(8, 20), (12, 20)] * 20))
    rows = measures(comparison)
    assert rows.loc["robustness_value", "limit"] == 0
    assert rows.loc["e_value", "limit"] == 1


def test_few_focal_accounts_have_points_only() -> None:
    rows = measures(compared(counted([(4, 20)] * 3, [(8, 20), (12, 20)] * 20)))
    assert rows.loc["e_value", "estimate"] > 1
    assert math.isnan(rows.loc["e_value", "limit"])
    assert "3 focal accounts" in rows.loc["robustness_value", "why"]
    assert math.isnan(rows.loc["robustness_value", "estimate"])


def test_weighted_posts_are_not_asked() -> None:
    frame = VARIED.assign(sampling_weight=np.where(VARIED["action"] == "none", 2.0, 1.0))
    assert measures(compared(frame)).loc["robustness_value", "why"] == "not asked of weighted posts"


@pytest.mark.parametrize(
    ("leaders", "ordinary", "said"),
    [
        ((0, 20), (0, 20), "has no E-value"),
        ((0, 20), (10, 20), "a risk ratio without limit"),
        ((10, 20), (0, 20), "to explain an infinite ratio away"),
        ((20, 20), (20, 20), "a risk ratio of 1.00"),
        ((10, 20), (10, 20), "a ratio of 1.00 away, and one of 1.00"),
    ],
)
def test_the_edges_are_said(leaders, ordinary, said: str) -> None:
    found = Unmeasured()(compared(counted([leaders] * 10, [ordinary] * 40)))
    assert said in found.says
    assert "nan" not in found.says


def paired(focal: list[int], reference: list[int]) -> pd.DataFrame:
    """Return pairs of the same words: acted on or not, by class, five accounts and more each."""
    rows = []
    for k, (f, r) in enumerate(zip(focal, reference, strict=True)):
        for name, acted in (("leader", f), ("ordinary", r)):
            action = "remove" if acted else "none"
            rows.append((f"{name}-{k % 8}", name, action, f"pair {k}", "abuse"))
    names = ["account_id", "account_class", "action", "pair_id", "rule"]
    return pd.DataFrame(rows, columns=names).astype({"pair_id": "str"})


def test_gamma_counts_the_discordant_pairs() -> None:
    frame = paired([0] * 20 + [1] * 3 + [1] * 5 + [0] * 12, [1] * 20 + [0] * 3 + [1] * 5 + [0] * 12)
    found = Unmeasured()(compared(frame))
    row = found.table.set_index("measure").loc["gamma"]
    assert row["estimate"] == pytest.approx(rosenbaum_gamma(20, 23, alpha=0.025))
    assert "Among 23 pairs whose two posts fared differently" in found.says


def test_pairs_of_another_shape_are_left_out() -> None:
    frame = paired([0] * 20 + [1] * 3, [1] * 20 + [0] * 3)
    more = frame.iloc[:1].assign(account_id="leader-7", action="remove")
    lone = frame.iloc[:1].assign(pair_id="alone")
    row = measures(compared(pd.concat([frame, more, lone]))).loc["gamma"]
    assert row["estimate"] == pytest.approx(rosenbaum_gamma(19, 22, alpha=0.025))


@pytest.mark.parametrize(
    ("focal", "reference", "why"),
    [([1] * 10, [1] * 10, "treated the same in all 10 pairs"), ([0, 1] * 8, [1, 0] * 8, "")],
)
def test_pairs_that_show_nothing(focal, reference, why: str) -> None:
    found = Unmeasured()(compared(paired(focal, reference)))
    row = found.table.set_index("measure").loc["gamma"]
    assert math.isnan(row["estimate"])
    assert why in row["why"]
    assert why or "finds no difference even without hidden bias" in found.says


def test_counts_are_repeated_rows() -> None:
    repeated = VARIED.loc[VARIED.index.repeat(VARIED["count"])].drop(columns="count")
    one, other = (measures(compared(f))["estimate"] for f in (VARIED, repeated))
    pd.testing.assert_series_equal(one, other)


def test_rows_without_accounts_have_an_e_value() -> None:
    frame = VARIED.assign(account_id=None).astype({"account_id": "str"})
    rows = measures(compare(enroll(cases_of(frame), question())))
    assert rows.loc["e_value", "estimate"] > 1
    assert "carry no account" in rows.loc["robustness_value", "why"]
