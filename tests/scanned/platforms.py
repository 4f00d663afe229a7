"""Random tables of cases with everything that enrolment has to tell apart."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

START = pd.Timestamp("2018-01-01", tz="UTC")
LEVELS = np.array(["abuse", "spam", "hate · speech", 'quo"ted', None], dtype=object)


def table(seed: int, *, rows: int = 1500, **columns: bool) -> pd.DataFrame:
    """Return a table with accounts in two classes, gaps, times, and the columns asked for."""
    rng = np.random.default_rng(seed)
    account = rng.integers(0, 60, rows)
    name = np.where(account < 8, "leader", np.where(account < 50, "ordinary", "official"))
    name = np.where(rng.random(rows) < 0.05, "unknown", name)
    name = np.where((account < 3) & (rng.random(rows) < 0.3), "ordinary", name)
    rate = 0.3 + 0.3 * (name == "ordinary") + 0.2 * rng.random(60)[account]
    acted = rng.random(rows) < rate
    hour = pd.to_timedelta(rng.integers(0, 2000, rows), unit="h")
    frame = pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in range(rows)],
            "account_id": [f"a{i}" for i in account],
            "account_class": name,
            "action": np.where(acted, np.where(rng.random(rows) < 0.5, "label", "ban"), "none"),
            "rule": LEVELS[rng.integers(0, len(LEVELS), rows)],
            "language": LEVELS[rng.integers(0, 2, rows)],
            "posted_at": START + hour,
            "reach": rng.integers(0, 4, rows) * 0.5,
        }
    )
    late = pd.to_timedelta(rng.integers(1, 100, rows), unit="h")
    frame["acted_at"] = (frame["posted_at"] + late).where(acted & (rng.random(rows) < 0.9))
    frame["observed_until"] = frame["posted_at"] + pd.Timedelta(hours=60)
    if columns.get("counted"):
        frame["count"] = rng.integers(1, 5, rows)
    if columns.get("weighted"):
        frame["sampling_weight"] = rng.choice([0.37, 1.0, 2.5, 11.0], rows)
    if columns.get("reversed"):
        flags = np.where(rng.random(rows) < 0.4, "yes", "no")
        frame["reversed"] = pd.Series(flags).where(acted)
        again = pd.to_timedelta(rng.integers(1, 400, rows), unit="h")
        timed = (frame["reversed"] == "yes") & (rng.random(rows) < 0.9)
        frame["reversed_at"] = (frame["acted_at"] + again).where(timed)
        watch = pd.to_timedelta(rng.integers(100, 500, rows), unit="h")
        frame["observed_until"] = (frame["posted_at"] + watch).where(rng.random(rows) < 0.95)
    if columns.get("regimes"):
        frame["regime"] = np.where(hour < pd.Timedelta(hours=900), "2017", "2018")
    if columns.get("nameless"):
        frame["count"] = 1
        frame.loc[rng.random(rows) < 0.1, "account_id"] = None
    texts = ("account_id", "account_class", "action", "rule", "language")
    return frame.astype(dict.fromkeys(texts, "str"))


def design(**changes: Any) -> dict[str, Any]:
    """Return the terms of a design that fits the tables."""
    return {
        "focal": "leader",
        "reference": ["ordinary", "official"],
        "frame": "reported",
        "outcome": {"at_least": "label"},
        "margin": 0.05,
        "strata": ["rule", "language"],
        **changes,
    }
