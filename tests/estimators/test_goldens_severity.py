"""Published numbers of ordered outcomes."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from audit.estimators.severity import nominal_test, proportional_odds, softer_rung

COMMITTED = Path(__file__).resolve().parents[1] / "golden" / "severity.json"
GOLDEN = json.loads(COMMITTED.read_text(encoding="utf-8"))["goldens"]
FOUR_DIGITS = (5e-4, 5e-5)  # the tests are printed to four digits


@pytest.fixture
def wine(shared):
    frame = pd.read_csv(shared / "golden" / "wine.csv")
    columns = {"temp": frame["temp"] == "warm", "contact": frame["contact"] == "yes"}
    return pd.DataFrame(columns).astype(float), frame["rating"]


def test_bitter_wine(wine):
    published, close = GOLDEN["G37"]["expected"], GOLDEN["G37"]["tolerance"]
    fit = proportional_odds(*wine)
    for name in ("temp", "contact"):
        assert fit.params[name] == pytest.approx(published[name], abs=close)
        assert fit.std_error[name] == pytest.approx(published[f"{name}_se"], abs=close)
    assert list(fit.thresholds) == pytest.approx(published["thresholds"], abs=close)
    assert list(fit.thresholds.index) == ["1|2", "2|3", "3|4", "4|5"]
    assert fit.loglik == pytest.approx(published["loglik"], abs=close)


@pytest.mark.parametrize("column", ["temp", "contact"])
def test_bitter_wine_has_proportional_odds(wine, column):
    statistic, p_value = GOLDEN["G37"]["expected"][f"nominal_test_{column}"]
    found = nominal_test(*wine, column)
    assert found.df == 3
    assert found.statistic == pytest.approx(statistic, abs=FOUR_DIGITS[0])
    assert found.p_value == pytest.approx(p_value, abs=FOUR_DIGITS[1])


def test_pain_scores():
    published, close = GOLDEN["G43"]["expected"], GOLDEN["G43"]["tolerance"]
    rows = GOLDEN["G43"]["data"]["rows"]
    x, y = ([score for group, score in rows if group == name] for name in ("x", "y"))
    found = softer_rung(x, y)
    assert found.estimate == pytest.approx(published["p_hat"], abs=close)
    statistic = (found.estimate - 0.5) / found.std_error
    assert statistic == pytest.approx(published["statistic"], abs=close)
    assert found.p_value == pytest.approx(published["pvalue"], abs=close)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_committed_values_are_the_published_ones(name, shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == name)
    ours = GOLDEN[name]
    assert (source["expected"], source["tolerance"]) == (ours["expected"], ours["tolerance"])
