"""Published numbers, and the account tables hypothesis draws."""

from __future__ import annotations

import json
from pathlib import Path
from types import SimpleNamespace

import pandas as pd
import pytest

GOLDEN = Path(__file__).resolve().parents[1] / "golden" / "expected.json"
FURTHER = GOLDEN.parent / "further" / "estimators.json"


@pytest.fixture(scope="session")
def golden():
    """Return a function from an id to its published values, tolerance and small table."""
    entries = json.loads(GOLDEN.read_text(encoding="utf-8"))["goldens"]
    entries |= json.loads(FURTHER.read_text(encoding="utf-8"))["goldens"]

    def read(name: str) -> SimpleNamespace:
        entry = entries[name]
        data = entry.get("data")
        frame = pd.DataFrame(data["rows"], columns=data["columns"]) if data else None
        return SimpleNamespace(expected=entry["expected"], tolerance=entry["tolerance"], data=frame)

    return read


@pytest.fixture
def admissions(shared):
    """Return Berkeley's six departments: admitted men and women, as (6, 4) counts."""
    frame = pd.read_csv(shared / "golden" / "ucb.csv")
    wide = frame.pivot_table(index="Dept", columns=["Gender", "Admit"], values="Freq")
    columns = {
        "events_focal": wide["Male", "Admitted"],
        "n_focal": wide["Male"].sum(axis=1),
        "events_reference": wide["Female", "Admitted"],
        "n_reference": wide["Female"].sum(axis=1),
    }
    return pd.DataFrame(columns).to_numpy(dtype=float)
