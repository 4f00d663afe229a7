"""The checks against values published elsewhere, each at its own tolerance."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from audit.checks.labels import agreement, misclassified_class
from audit.checks.multiplicity import adjust
from audit.checks.sensitivity import e_value
from audit.estimators.proportions import odds_ratio, risk_ratio

HELD = Path(__file__).parents[1] / "golden" / "checks.json"
GOLDENS: dict[str, Any] = json.loads(HELD.read_text(encoding="utf-8"))["goldens"]


def rows(name: str) -> list[list[Any]]:
    return list(GOLDENS[name]["data"]["rows"])


def near(name: str, key: str) -> Any:
    return pytest.approx(GOLDENS[name]["expected"][key], abs=GOLDENS[name]["tolerance"])


def test_g19_e_values() -> None:
    (rr_a, low, _), (rr_b, _, high) = rows("G19")
    assert e_value(rr_a, low) == (near("G19", "rr3_9"), near("G19", "lo1_8"))
    assert e_value(rr_b, high) == (near("G19", "rr0_80"), near("G19", "hi0_91"))


@pytest.mark.parametrize("level", ["nominal", "ordinal", "interval", "ratio"])
def test_g30_agreement_of_four_coders(level: Any) -> None:
    ratings = np.array([[np.nan if v is None else v for v in row[1:]] for row in rows("G30")])
    assert agreement(ratings.astype(float), level=level) == near("G30", level)


def test_g31_misclassified_exposure() -> None:
    _, exp_case, unexp_case, exp_non, unexp_non, sens, spec = rows("G31")[0]
    table = (exp_case, exp_case + exp_non, unexp_case, unexp_case + unexp_non)
    assert risk_ratio(*table).estimate == near("G31", "obs_rr")
    assert odds_ratio(*table).estimate == near("G31", "obs_or")
    found = misclassified_class(*table, sensitivity=sens, specificity=spec)
    assert found.risk_ratio == near("G31", "adj_rr")
    assert found.odds_ratio == near("G31", "adj_or")


@pytest.mark.parametrize("method", ["bonferroni", "holm", "bh"])
def test_g34_rejections_at_five_percent(method: Any) -> None:
    p = [float(row[0]) for row in rows("G34")]
    assert (adjust(p, method=method) <= 0.05).sum() == GOLDENS["G34"]["expected"][method]
