"""Small published tables through the public functions, each at its own tolerance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audit.checks.labels import misclassified_class, misclassified_outcome
from audit.checks.power import sample_size, two_proportions
from audit.checks.sensitivity import e_value
from audit.estimators.duration import cox, kaplan_meier, log_rank
from audit.estimators.paired import paired_difference
from audit.estimators.proportions import (
    exact_test,
    odds_ratio,
    proportion,
    risk_difference,
    risk_ratio,
)
from audit.estimators.severity import proportional_odds
from audit.estimators.strata import (
    cochran_mantel_haenszel,
    directly_standardised_rate,
    homogeneity,
    mantel_haenszel,
)

HELD = Path(__file__).parent / "golden" / "further" / "tables.json"
GOLDENS: dict[str, Any] = json.loads(HELD.read_text(encoding="utf-8"))["goldens"]


def rows(name: str) -> list[list[Any]]:
    return list(GOLDENS[name]["data"]["rows"])


def near(name: str, key: str) -> Any:
    return pytest.approx(GOLDENS[name]["expected"][key], abs=GOLDENS[name]["tolerance"])


def whole(e: Any) -> list[float]:
    return [e.estimate, e.conf_low, e.conf_high]


@pytest.mark.parametrize("method", ["wilson", "clopper_pearson", "midp", "jeffreys"])
def test_one_rate(method: str) -> None:
    e = proportion(*rows("ligarden")[0], method=method)
    assert [e.conf_low, e.conf_high] == near("ligarden", method)


def test_two_rates() -> None:
    (dose,), (genotype,), (exposure,) = rows("perondi"), rows("ritland"), rows("lampasona")
    for method in ("newcombe", "mee"):
        assert whole(risk_difference(*dose, method=method)) == near("perondi", method)
    for method in ("miettinen_nurminen", "mover"):
        assert whole(risk_ratio(*dose, method=method)) == near("perondi", f"ratio_{method}")
    score = risk_difference(*genotype, method="miettinen_nurminen")
    assert whole(score) == near("ritland", "miettinen_nurminen")
    assert exact_test(*genotype, method="fisher").p_value == near("ritland", "fisher_p")
    assert whole(odds_ratio(*exposure)) == near("lampasona", "odds_miettinen_nurminen")


def test_smoking_by_sex() -> None:
    table = rows("doll_hill")
    assert whole(mantel_haenszel(table)) == near("doll_hill", "odds_ratio")
    assert whole(mantel_haenszel(table, measure="risk_ratio")) == near("doll_hill", "risk_ratio")
    gap = mantel_haenszel(table, measure="risk_difference").estimate
    assert gap == near("doll_hill", "risk_difference")
    assert cochran_mantel_haenszel(table).statistic == near("doll_hill", "cmh")
    for method in ("tarone", "breslow_day"):
        test = homogeneity(table, method=method)
        assert test.statistic == near("doll_hill", method)
        assert test.p_value == near("doll_hill", f"{method}_p")


def test_alcohol_by_age() -> None:
    table = rows("esophagus")
    for measure in ("odds_ratio", "risk_ratio", "risk_difference"):
        assert whole(mantel_haenszel(table, measure=measure)) == near("esophagus", measure)
    test = homogeneity(table)
    assert (test.statistic, test.df) == (near("esophagus", "breslow_day"), 5)
    assert test.p_value == near("esophagus", "breslow_day_p")
    assert cochran_mantel_haenszel(table).statistic == near("esophagus", "cmh")
    corrected = cochran_mantel_haenszel(table, continuity=True)
    assert corrected.statistic == near("esophagus", "cmh_cc")


def test_standardised_rate_of_down_syndrome() -> None:
    e = directly_standardised_rate(*zip(*rows("down"), strict=True))
    assert e.estimate == near("down", "rate")
    assert (e.conf_low, e.conf_high) == (near("down", "low"), near("down", "high"))


def test_pairs() -> None:
    e = paired_difference(*rows("cavo")[0])
    assert whole(e) == near("cavo", "tango")
    assert e.p_value == near("cavo", "mcnemar_exact")
    assert e.p_mid == near("cavo", "mcnemar_midp")
    discordant = rows("ezra")[0]
    assert whole(paired_difference(0, *discordant, 0).odds_ratio) == near("ezra", "midp_odds")


def test_taste_of_cheese() -> None:
    table = rows("cheese")
    X = np.array([[row[0] == a for a in "ABC"] for row in table for _ in range(9)], dtype=float)
    y, often = np.tile(np.arange(1, 10), 4), np.concatenate([row[1:] for row in table])
    fit = proportional_odds(X, y, weights=often)
    assert fit.params.tolist() == near("cheese", "params")
    assert fit.thresholds.tolist() == near("cheese", "thresholds")


def test_remission_of_leukaemia() -> None:
    time, event, placebo = np.array(rows("remission"), dtype=float).T
    assert log_rank(time, event, placebo).statistic == near("remission", "log_rank")
    for ties in ("efron", "breslow"):
        fit = cox(placebo[:, None], time, event, ties=ties)
        assert [fit.params[0], fit.std_error[0]] == near("remission", ties)
    fit = cox(placebo[:, None], time, event)
    assert [fit.loglik_null, fit.loglik] == near("remission", "loglik_efron")
    curve = kaplan_meier(time[placebo == 0], event[placebo == 0])
    found = {f"{t:g}": s for t, s in zip(curve["time"], curve["survival"], strict=True)}
    assert found == near("remission", "survival_6mp")


def test_misclassified_deaths() -> None:
    row = rows("ami")[0]
    table, (se, sp), (se_f, se_r, sp_f, sp_r) = row[:4], row[4:6], row[6:]
    assert risk_ratio(*table).estimate == near("ami", "observed_rr")
    assert odds_ratio(*table).estimate == near("ami", "observed_or")
    alike = misclassified_outcome(*table, sensitivity=se, specificity=sp)
    assert (alike.risk_ratio, alike.odds_ratio) == (near("ami", "rr"), near("ami", "or"))
    unlike = misclassified_outcome(*table, sensitivity=(se_f, se_r), specificity=(sp_f, sp_r))
    assert unlike.risk_ratio == near("ami", "rr_by_class")
    assert unlike.odds_ratio == near("ami", "or_by_class")


def test_class_misclassified_by_outcome() -> None:
    row = rows("fink_by_outcome")[0]
    found = misclassified_class(*row[:4], sensitivity=tuple(row[4:6]), specificity=tuple(row[6:]))
    assert found.risk_ratio == near("fink_by_outcome", "rr")
    assert found.odds_ratio == near("fink_by_outcome", "or")


def test_e_value_of_smoking() -> None:
    point, limit = e_value(*rows("hammond_horn")[0])
    assert (point, limit) == (near("hammond_horn", "point"), near("hammond_horn", "limit"))


def test_power_of_two_proportions() -> None:
    n, p1, p2, power = rows("power_prop")[0]
    assert two_proportions(n, p1, p2) == near("power_prop", "power")
    size = GOLDENS["power_prop"]["expected"]["sample_size"]
    assert sample_size(p1, p2, power=power) == pytest.approx(size, abs=0.05)
