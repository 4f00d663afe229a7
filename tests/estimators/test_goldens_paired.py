"""Published numbers of matched pairs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from audit.estimators.paired import paired_difference

COMMITTED = Path(__file__).resolve().parents[1] / "golden" / "paired.json"
G42 = json.loads(COMMITTED.read_text(encoding="utf-8"))["goldens"]["G42"]
TABLES = [row[1:] for row in G42["data"]["rows"]]
CLOSE = G42["tolerance"]


@pytest.mark.parametrize(
    ("table", "limits"), list(zip(TABLES, G42["expected"]["tango_rd"], strict=True)), ids=str
)
def test_score_limits_of_the_difference(table, limits):
    found = paired_difference(*table)
    assert (found.conf_low, found.conf_high) == pytest.approx(limits, abs=CLOSE)


def test_mid_p_limits_of_the_odds_ratio():
    ratio = paired_difference(*TABLES[2]).odds_ratio
    limits = G42["expected"]["midp_or_row3"]
    assert (ratio.conf_low, ratio.conf_high) == pytest.approx(limits, abs=CLOSE)


def test_committed_values_are_the_published_ones(shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == "G42")
    assert (source["expected"], source["tolerance"]) == (G42["expected"], CLOSE)
