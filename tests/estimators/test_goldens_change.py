"""The smoking ban in Sicily: the published interrupted time series."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from audit.estimators.change import segmented_rate

OURS = Path(__file__).resolve().parents[1] / "golden" / "change.json"
BAN = 37  # January 2005, months counted from January 2002
G26 = json.loads(OURS.read_text(encoding="utf-8"))["goldens"]["G26"]
EXPECTED, CLOSE = G26["expected"], {"abs": G26["tolerance"]}


@pytest.fixture
def sicily(shared):
    frame = pd.read_csv(shared / "golden" / "sicily.csv")
    return frame["aces"], frame["stdpop"], frame["time"]


def test_committed_values_are_the_published_ones(shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == "G26")
    assert source["expected"] == EXPECTED
    assert source["tolerance"] == G26["tolerance"]


def limits(fit):
    return np.exp([fit.conf_low["level"], fit.conf_high["level"]])


def test_step_with_and_without_dispersion(sicily):
    plain = segmented_rate(*sicily, start=BAN, dispersion="none")
    assert np.exp(plain.params["level"]) == pytest.approx(EXPECTED["m1_rr"], **CLOSE)
    assert limits(plain) == pytest.approx(EXPECTED["m1_ci"], **CLOSE)
    quasi = segmented_rate(*sicily, start=BAN)
    assert quasi.params["level"] == pytest.approx(plain.params["level"])
    assert limits(quasi) == pytest.approx(EXPECTED["m2_ci"], **CLOSE)
    assert quasi.dispersion == pytest.approx(EXPECTED["m2_dispersion"], **CLOSE)


def test_seasonal_waves(sicily):
    fit = segmented_rate(*sicily, start=BAN, harmonics=2)
    assert np.exp(fit.params["level"]) == pytest.approx(EXPECTED["m3_rr"], **CLOSE)
    assert limits(fit) == pytest.approx(EXPECTED["m3_ci"], **CLOSE)
    assert np.exp(12 * fit.params["trend"]) == pytest.approx(EXPECTED["m3_trend12"], **CLOSE)
    assert fit.dispersion == pytest.approx(EXPECTED["m3_dispersion"], **CLOSE)


def test_change_of_slope(sicily):
    fit = segmented_rate(*sicily, start=BAN, harmonics=2, slope_change=True)
    assert np.exp(fit.params["level"]) == pytest.approx(EXPECTED["m4_rr"], **CLOSE)
    assert np.exp(fit.params["slope_change"]) == pytest.approx(EXPECTED["m4_slope"], **CLOSE)
    assert fit.p_value["slope_change"] == pytest.approx(EXPECTED["m4_slope_p"], **CLOSE)
