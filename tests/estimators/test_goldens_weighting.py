"""Published numbers of matching, weighting and the conditional odds ratio."""

from __future__ import annotations

import json
from decimal import Decimal, localcontext
from math import ceil, comb, log2
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from audit.estimators.strata import exact_odds_ratio
from audit.estimators.weighting import (
    balance,
    coarsen,
    coarsened_exact,
    effective_sample_size,
    entropy_balance,
    propensity_att,
    propensity_weights,
)

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "weighting.json"
FURTHER = GOLDEN.parent / "further" / "estimators.json"
ENTRIES = json.loads(GOLDEN.read_text(encoding="utf-8"))["goldens"]
ENTRIES |= json.loads(FURTHER.read_text(encoding="utf-8"))["goldens"]
UNIROOT = np.finfo(float).eps ** 0.25  # where R's uniroot, hence its mantelhaen.test, stops
COVARIATES = ["age", "educ", "race", "married", "nodegree", "re74", "re75"]


def golden(name):
    entry = ENTRIES[name]
    return SimpleNamespace(expected=entry["expected"], tolerance=entry["tolerance"])


@pytest.mark.parametrize("name", ["G01", "G14", "G17"])
def test_committed_values_are_the_published_ones(name, shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == name)
    ours = golden(name)
    assert ours.tolerance == source["tolerance"]
    assert ENTRIES[name]["citation"] == source["citation"]
    for key, value in ours.expected.items():
        assert value == source["expected"][key]


# matching -----------------------------------------------------------------------------------


def sturges(x):
    bins = ceil(log2(len(x)) + 1)
    return coarsen(x, np.linspace(x.min(), x.max(), bins + 1)[1:-1])


@pytest.mark.parametrize("name", ["exact_matched", "cem_matched"])
def test_lalonde_matched(name, shared):
    frame = pd.read_csv(shared / "golden" / "lalonde.csv")
    focal = frame["treat"] == 1
    columns = frame[COVARIATES].copy()
    if name == "cem_matched":
        for column in columns.columns.drop("race"):
            columns[column] = sturges(columns[column])
    weights = coarsened_exact(columns, focal)
    g = golden("G14")
    expected = g.expected[name]
    assert (weights[focal] > 0).sum() == expected["treated"]
    assert (weights[~focal] > 0).sum() == expected["control"]
    found = effective_sample_size(weights[~focal])
    assert found == pytest.approx(expected["ess_control"], abs=g.tolerance)


# propensity ---------------------------------------------------------------------------------


def smokers(shared):
    frame = pd.read_csv(shared / "golden" / "nhefs.csv")
    X = frame[["sex", "race"]].astype(float)
    for column in ("age", "smokeintensity", "smokeyrs", "wt71"):
        X[column], X[f"{column}²"] = frame[column], frame[column] ** 2
    for column in ("education", "exercise", "active"):
        X = X.join(pd.get_dummies(frame[column], prefix=column, dtype=float))
    return X, frame["qsmk"] == 1, frame["wt82_71"]


@pytest.fixture
def lalonde(shared):
    """Return covariates with a column per race, and who was treated."""
    frame = pd.read_csv(shared / "golden" / "lalonde.csv")
    race = pd.get_dummies(frame["race"]).astype(float)
    plain = frame[["age", "educ", "married", "nodegree", "re74", "re75"]].astype(float)
    return plain.join(race), frame["treat"] == 1


def test_lalonde_before_and_by_the_propensity(lalonde):
    X, focal = lalonde
    g = golden("weightit")
    close, e = {"abs": g.tolerance}, g.expected["propensity"]
    before, weights = balance(X, focal), propensity_weights(X, focal, target="focal")
    after = balance(X, focal, weights)
    assert before["smd"][list(g.expected["before"])].to_dict() == pytest.approx(
        g.expected["before"], **close
    )
    gaps = {"before_binary": before, "gap": after}
    for name, table in gaps.items():
        wanted = g.expected.get(name) or e[name]
        gap = table["mean_focal"] - table["mean_reference"]
        assert gap[list(wanted)].to_dict() == pytest.approx(wanted, **close)
    for name in ("smd", "variance_ratio"):
        assert after[name][list(e[name])].to_dict() == pytest.approx(e[name], **close)
    described(weights[~focal], e, close)


@pytest.mark.parametrize("name", ["entropy", "entropy_five"])
def test_lalonde_balanced(name, lalonde):
    X, focal = lalonde
    g = golden("weightit")
    close, e = {"abs": g.tolerance}, g.expected[name]
    five = ["age", "educ", "married", "nodegree", "re74"]
    weights = entropy_balance(X[five] if name == "entropy_five" else X, focal)
    described(weights[~focal], e, close)
    if name == "entropy":
        ratio = balance(X, focal, weights)["variance_ratio"]
        wanted = e["variance_ratio"]
        assert ratio[list(wanted)].to_dict() == pytest.approx(wanted, **close)


def described(weights, expected, close):
    assert weights.min() == pytest.approx(expected["least"], **close)
    assert np.sort(weights)[-5:] == pytest.approx(expected["largest"], **close)
    assert effective_sample_size(weights) == pytest.approx(expected["ess"], abs=0.005)
    assert weights.std(ddof=1) / weights.mean() == pytest.approx(expected["variation"], **close)


def test_lalonde_effect_with_the_error_of_its_weights(lalonde, shared):
    X, focal = lalonde
    g = golden("weightit_effect")
    earned = pd.read_csv(shared / "golden" / "lalonde.csv")["re78"]
    found = propensity_att(X[["age", "educ", "married", "re74"]], focal, earned)
    assert found.estimate == pytest.approx(g.expected["estimate"], abs=g.tolerance)
    assert found.std_error == pytest.approx(g.expected["std_error"], abs=g.tolerance)
    assert found.p_value == pytest.approx(g.expected["p_value"], abs=0.0005)
    five = X[["age", "educ", "married", "nodegree", "re74"]]
    weights = propensity_weights(five, focal, target="focal")
    e = g.expected["five"]
    assert effective_sample_size(weights[~focal]) == pytest.approx(e["ess"], abs=0.005)
    smd = balance(five, focal, weights)["smd"][list(e["smd"])].to_dict()
    assert smd == pytest.approx(e["smd"], abs=0.00005)


def test_lalonde_weighted_to_all_rows(lalonde):
    X, focal = lalonde
    g = golden("cobalt_pooled")
    weights = propensity_weights(X, focal)
    for name, w in (("before", None), ("after", weights)):
        wanted = g.expected[name]
        smd = balance(X, focal, w, sd="pooled")["smd"]
        assert smd[list(wanted)].to_dict() == pytest.approx(wanted, abs=g.tolerance)
    for name, side in (("range_focal", focal), ("range_reference", ~focal)):
        ends = [weights[side].min(), weights[side].max()]
        assert ends == pytest.approx(g.expected[name], abs=g.tolerance)
    worth = [effective_sample_size(weights[side]) for side in (~focal, focal)]
    assert worth == pytest.approx(g.expected["ess"], abs=0.0005)


def test_nhefs_weights_and_effect(shared):
    g = golden("G17")
    X, focal, y = smokers(shared)
    close = {"abs": g.tolerance}
    for prefix, stabilised in (("w", False), ("sw", True)):
        w = propensity_weights(X, focal, stabilised=stabilised)
        assert w.mean() == pytest.approx(g.expected[f"{prefix}_mean"], **close)
        assert w.min() == pytest.approx(g.expected[f"{prefix}_min"], **close)
        assert w.max() == pytest.approx(g.expected[f"{prefix}_max"], **close)
        gap = np.average(y[focal], weights=w[focal]) - np.average(y[~focal], weights=w[~focal])
        assert gap == pytest.approx(g.expected["ipw"], **close)
    w = propensity_weights(X, focal)
    fit = sm.WLS(y, sm.add_constant(focal.astype(float)), weights=w).fit(cov_type="HC0")
    assert fit.bse.iloc[1] == pytest.approx(g.expected["ipw_se_robust"], **close)
    # the interval is printed to one decimal
    assert fit.conf_int().iloc[1].tolist() == pytest.approx(g.expected["ipw_ci"], abs=0.05)


# conditional odds ratio -----------------------------------------------------------------------


def whole_number_law(table):
    """Return the weight of every total, in whole numbers, and the place of the observed one."""
    weights, observed, fewest = [1], 0, 0
    for a, n1, c, n2 in np.asarray(table).astype(int).tolist():
        low, high = max(0, a + c - n2), min(n1, a + c)
        one = [comb(n1, u) * comb(n2, a + c - u) for u in range(low, high + 1)]
        total = [0] * (len(weights) + len(one) - 1)
        for i, x in enumerate(weights):
            for j, y in enumerate(one):
                total[i + j] += x * y
        weights, observed, fewest = total, observed + a, fewest + low
    return weights, observed - fewest


def exact_tails(weights, place, odds_ratio):
    """Return P(as many or more) and P(as few or fewer), in 50 digits from whole numbers."""
    with localcontext() as context:
        context.prec = 50
        terms = [w * Decimal(odds_ratio) ** (i - place) for i, w in enumerate(weights)]
        total = sum(terms)
        return float(sum(terms[place:]) / total), float(sum(terms[: place + 1]) / total)


def test_berkeley_exact(admissions):
    g = golden("G01")
    found = exact_odds_ratio(admissions)
    assert found.estimate == pytest.approx(g.expected["exact_cond_or"], abs=g.tolerance)
    # R's limits are only as good as its root search, and 1.6 tolerances away from the exact ones
    assert found.conf_low == pytest.approx(g.expected["exact_lo"], abs=UNIROOT)
    assert found.conf_high == pytest.approx(g.expected["exact_hi"], abs=UNIROOT)


def test_berkeley_limits_are_nearer_than_the_published_ones(admissions):
    g = golden("G01")
    found = exact_odds_ratio(admissions)
    weights, place = whole_number_law(admissions)
    upper, lower = (
        exact_tails(weights, place, found.conf_low)[0],
        exact_tails(weights, place, found.conf_high)[1],
    )
    assert (upper, lower) == pytest.approx((0.025, 0.025), rel=1e-10)
    theirs = exact_tails(weights, place, g.expected["exact_lo"])[0]
    assert abs(theirs - 0.025) > 1e-5
    extreme = sum(w for w in weights if w <= weights[place])
    assert found.p_value == pytest.approx(extreme / sum(weights), rel=1e-10)


def test_rabbits():
    rows = ENTRIES["rabbits"]["data"]["rows"]
    g = golden("rabbits")
    found = exact_odds_ratio(rows)
    assert found.p_value == pytest.approx(g.expected["exact_p"], abs=g.tolerance)
    weights, place = whole_number_law(rows)
    assert exact_tails(weights, place, found.conf_low)[0] == pytest.approx(0.025, rel=1e-10)
    assert exact_tails(weights, place, found.conf_high)[1] == pytest.approx(0.025, rel=1e-10)
    assert found.note == "2 of 5 strata hold one class or one outcome"
