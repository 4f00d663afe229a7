"""Published numbers of times to an event."""

from __future__ import annotations

import json
from pathlib import Path

import pandas as pd
import pytest

from audit.estimators.duration import cox, restricted_mean, restricted_mean_contrast

COMMITTED = Path(__file__).resolve().parents[1] / "golden" / "duration.json"
GOLDEN = json.loads(COMMITTED.read_text(encoding="utf-8"))["goldens"]
TAU = 10  # years


def test_rearrest_of_released_prisoners(shared):
    published, close = GOLDEN["G21"]["expected"], GOLDEN["G21"]["tolerance"]
    frame = pd.read_csv(shared / "golden" / "rossi.csv")
    names = list(published["coef"])
    fit = cox(frame[names], frame["week"], frame["arrest"])
    for name in names:
        assert fit.params[name] == pytest.approx(published["coef"][name], abs=close)
        assert fit.std_error[name] == pytest.approx(published["se"][name], abs=close)
    assert fit.loglik == pytest.approx(published["loglik"], abs=close)
    gain = 2 * (fit.loglik - fit.loglik_null)
    assert gain == pytest.approx(published["lr"], abs=close)
    assert (fit.n, fit.n_events) == (len(frame), frame["arrest"].sum())


@pytest.fixture
def liver(shared):
    return pd.read_csv(shared / "golden" / "pbc_rmst.csv")


@pytest.mark.parametrize("arm", [0, 1])
def test_restricted_mean_of_each_arm(liver, arm):
    published, close = GOLDEN["G23"]["expected"], GOLDEN["G23"]["tolerance"]
    part = liver[liver["arm"] == arm]
    found = restricted_mean(part["time"], part["status"], tau=TAU)
    assert found.estimate == pytest.approx(published[f"rmst{arm}"], abs=close)
    assert found.std_error == pytest.approx(published[f"se{arm}"], abs=close)


def test_contrast_of_restricted_means(liver):
    published, close = GOLDEN["G23"]["expected"], GOLDEN["G23"]["tolerance"]
    columns = (liver["time"], liver["status"], liver["arm"])
    gap = restricted_mean_contrast(*columns, tau=TAU)
    assert gap.estimate == pytest.approx(published["diff"], abs=close)
    assert gap.conf_low == pytest.approx(published["diff_lo"], abs=close)
    assert gap.conf_high == pytest.approx(published["diff_hi"], abs=close)
    assert gap.p_value == pytest.approx(published["p"], abs=close)
    ratio = restricted_mean_contrast(*columns, tau=TAU, measure="ratio")
    assert ratio.estimate == pytest.approx(published["ratio"], abs=close)
    assert ratio.conf_low == pytest.approx(published["ratio_lo"], abs=close)
    assert ratio.conf_high == pytest.approx(published["ratio_hi"], abs=close)


@pytest.mark.parametrize("name", sorted(GOLDEN))
def test_committed_values_are_the_published_ones(name, shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == name)
    ours = GOLDEN[name]
    assert (source["expected"], source["tolerance"]) == (ours["expected"], ours["tolerance"])
