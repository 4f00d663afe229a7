"""Published regressions, on the data they were published for."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from audit.checks.robustness import benchmark_bounds, robustness_value
from audit.estimators.accounts.wild import wild_cluster_test
from audit.estimators.regression import conditional_logit, firth_logit, ols, standardised_contrast

GOLDEN = Path(__file__).resolve().parents[1] / "golden"
PUBLISHED = {
    name: entry
    for path in (GOLDEN / "regression.json", GOLDEN / "further" / "estimators.json")
    for name, entry in json.loads(path.read_text(encoding="utf-8"))["goldens"].items()
}


def published(name):
    entry = PUBLISHED[name]
    return SimpleNamespace(expected=entry["expected"], close={"abs": entry["tolerance"]})


def dummies(frame, columns):
    return pd.get_dummies(frame[columns].astype(str), drop_first=True).astype(float)


@pytest.mark.parametrize("name", [name for name in PUBLISHED if name.startswith("G")])
def test_committed_values_are_the_published_ones(name, shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == name)
    assert PUBLISHED[name]["tolerance"] == source["tolerance"]
    for key, value in PUBLISHED[name]["expected"].items():
        assert value == source["expected"][key]


def test_urinary_tract_infection_firth(shared):
    g = published("G07")
    frame = pd.read_csv(shared / "golden" / "sex2.csv")
    X = frame[["age", "oc", "vic", "vicl", "vis", "dia"]].assign(intercept=1)
    fit = firth_logit(X, frame["case"])
    for name, value in g.expected["coef"].items():
        assert fit.params[name] == pytest.approx(value, **g.close)
    for name, limits in g.expected["pl_ci"].items():
        assert (fit.conf_low[name], fit.conf_high[name]) == pytest.approx(limits, **g.close)
    for name, value in g.expected["lrt_p"].items():
        assert fit.p_value[name] == pytest.approx(value, **g.close)
    for name, value in g.expected["se_logistf_1_25"].items():
        assert fit.std_error[name] == pytest.approx(value, **g.close)
    assert fit.loglik == pytest.approx(g.expected["penalised_loglik"], abs=5e-5)  # four decimals


def test_chicks_by_cluster(shared):
    g = published("G09")
    frame = pd.read_csv(shared / "golden" / "chickweight.csv")
    X = dummies(frame, ["Diet"]).assign(one=1.0, Time=frame["Time"])
    for k in (2, 3, 4):
        X[f"Diet{k}_Time"] = X[f"Diet_{k}"] * X["Time"]
    by = {c: ols(X, frame["weight"], cluster=frame["Chick"], covariance=c) for c in ("cr1", "cr2")}
    by["cr3"] = ols(X, frame["weight"], cluster=frame["Chick"], covariance="cr3")
    where = {
        "b": ("cr2", "params"),
        "se_cr2": ("cr2", "std_error"),
        "df": ("cr2", "df"),
        "p": ("cr2", "p_value"),
        "se_cr3": ("cr3", "std_error"),
        "df_cr3": ("cr3", "df"),
        "se_cr1s": ("cr1", "std_error"),
    }
    for name, values in g.expected.items():
        for key, value in values.items():
            covariance, field = where[key]
            assert getattr(by[covariance], field)[name] == pytest.approx(value, **g.close)


def test_slopes_of_the_diets(shared):
    g = published("chick_slopes")
    frame = pd.read_csv(shared / "golden" / "chickweight.csv")
    diet, time = frame["Diet"].astype(int), frame["Time"].astype(float)
    for base in (2, 3):
        X = pd.DataFrame({"one": 1.0, "Time": time})
        for k in {1, 2, 3, 4} - {base}:
            X[f"Diet{k}"] = (diet == k) * 1.0
            X[f"Diet{k}_less_Diet{base}"] = X[f"Diet{k}"] * time
        fit = ols(X, frame["weight"], cluster=frame["Chick"])
        for name in X.columns.intersection(list(g.expected)):
            e = g.expected[name]
            assert fit.params[name] == pytest.approx(e["b"], **g.close)
            assert fit.std_error[name] == pytest.approx(e["se"], **g.close)
            assert fit.conf_high[name] == pytest.approx(e["high"], **g.close)
            assert fit.df[name] == pytest.approx(e["df"], abs=0.05)
            assert fit.conf_low[name] == pytest.approx(e["low"], abs=0.0005)


def test_sines_in_three_clusters():
    g = published("waves")
    data = PUBLISHED["waves"]["data"]
    frame = pd.DataFrame(data["rows"], columns=data["columns"])
    X, y = np.column_stack([np.ones(len(frame)), frame["x"]]), frame["y"]
    by = ols(X, y, cluster=frame["cluster"], covariance="cr1")
    assert by.params == pytest.approx(g.expected["coef"], **g.close)
    assert by.std_error == pytest.approx(g.expected["se_cr1"], **g.close)
    assert ols(X, y, covariance="cr1").std_error == pytest.approx(g.expected["se_hc1"], **g.close)
    assert ols(X, y).std_error == pytest.approx(g.expected["se_hc2"], **g.close)


def test_voters_wild_bootstrap(shared):
    g = published("G11")
    frame = pd.read_csv(shared / "golden" / "voters.csv")
    X = dummies(frame, ["Q1_immigration", "Q2_defense"]).assign(
        one=1.0, treatment=frame["treatment"], log_income=frame["log_income"]
    )
    y, groups = frame["proposition_vote"], frame["group_id1"]
    fit = ols(X, y, cluster=groups, covariance="cr1")
    assert fit.n == g.expected["n"]
    assert fit.params["treatment"] == pytest.approx(g.expected["b"], **g.close)
    t = fit.params["treatment"] / fit.std_error["treatment"]
    assert t == pytest.approx(g.expected["t"], **g.close)
    wild = wild_cluster_test(X, y, groups, "treatment")
    assert wild.estimate == pytest.approx(fit.params["treatment"])
    assert wild.std_error == pytest.approx(fit.std_error["treatment"])
    assert wild.p_value == pytest.approx(g.expected["boot_p"], abs=g.expected["boot_p_tol"])
    limits = (wild.conf_low, wild.conf_high)
    assert limits == pytest.approx(g.expected["boot_ci"], abs=g.expected["boot_ci_tol"])


def test_smoking_cessation_g_computation(shared):
    g = published("G17")
    frame = pd.read_csv(shared / "golden" / "nhefs.csv")
    X = dummies(frame, ["education", "exercise", "active"]).assign(one=1.0)
    for name in ("qsmk", "sex", "race"):
        X[name] = frame[name]
    for name in ("age", "smokeintensity", "smokeyrs", "wt71"):
        X[name], X[f"{name}_squared"] = frame[name], frame[name] ** 2
    X["qsmk:smokeintensity"] = frame["qsmk"] * frame["smokeintensity"]
    fit = ols(X, frame["wt82_71"])
    assert fit.params["qsmk"] == pytest.approx(g.expected["qsmk_coef"], **g.close)
    found = fit.params["qsmk:smokeintensity"]
    assert found == pytest.approx(g.expected["qsmk_smokeintensity"], **g.close)
    everyone = standardised_contrast(fit, X, "qsmk", over="all")
    assert everyone.estimate == pytest.approx(g.expected["gcomp"], **g.close)
    arms = g.expected["gcomp_y1"] - g.expected["gcomp_y0"]
    assert everyone.estimate == pytest.approx(arms, **g.close)
    # the book prints 2.6 to 4.5, from a bootstrap
    assert (everyone.conf_low, everyone.conf_high) == pytest.approx((2.6, 4.5), abs=0.1)


def test_darfur_robustness(shared):
    g = published("G18")
    frame = pd.read_csv(shared / "golden" / "darfur.csv")
    e = g.expected
    assert robustness_value(e["t"], e["dof"]) == pytest.approx(e["rv_q1"], **g.close)
    at_level = robustness_value(e["t"], e["dof"], alpha=0.05)
    assert at_level == pytest.approx(e["rv_q1_a05"], **g.close)
    for r2_dz, r2_yz, estimate, std_error in zip(
        e["bounds_r2dz_x"], e["bounds_r2yz_dx"], e["bounds_estimate"], e["bounds_se"], strict=True
    ):
        found = benchmark_bounds(e["b"], e["se"], e["dof"], r2_dz=r2_dz, r2_yz=r2_yz)
        assert (found.estimate, found.std_error) == pytest.approx((estimate, std_error), **g.close)
    names = ["directlyharmed", "age", "farmer_dar", "herder_dar", "pastvoted", "hhsize_darfur"]
    X = frame[[*names, "female"]].join(dummies(frame, ["village"])).assign(one=1.0)
    assert len(X) - X.shape[1] == e["dof"]
    fit = ols(X, frame["peacefactor"])
    assert fit.params["directlyharmed"] == pytest.approx(e["b"], **g.close)


def test_berkeley_conditional_likelihood(golden, shared):
    g = golden("G01")
    frame = pd.read_csv(shared / "golden" / "ucb.csv")
    rows = frame.loc[frame.index.repeat(frame["Freq"])]
    male = (rows["Gender"] == "Male").to_frame("male")
    fit = conditional_logit(male, rows["Admit"] == "Admitted", rows["Dept"])
    # R's root finder stops at 6e-6; solving the exact mean equation gives 0.9050699613
    found = float(np.exp(fit.params["male"]))
    assert found == pytest.approx(g.expected["exact_cond_or"], abs=g.tolerance)
    assert found == pytest.approx(0.9050699613, abs=1e-9)
