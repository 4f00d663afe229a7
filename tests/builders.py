"""Small case tables that tests build by hand."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.design import Design
from audit.origin import Origin

ORIGIN = Origin(
    name="made",
    title="Made for a test",
    producer="tests",
    url="",
    accessed="2026-01-01",
    licence="MIT",
    simulated=True,
)


def cases_of(frame: pd.DataFrame, **changes: Any) -> Cases:
    """Return a frame as cases, filling in ids where there are none."""
    filled = frame.reset_index(drop=True).copy()
    if "case_id" not in filled:
        filled.insert(0, "case_id", [f"c{i}" for i in range(len(filled))])
    for column in ("case_id", "account_id", "account_class", "action"):
        filled[column] = filled[column].astype("str")
    return Cases(filled, (ORIGIN,), **changes)


def platform(
    seed: int = 1,
    *,
    leaders: int = 12,
    ordinary: int = 60,
    posts: int = 20,
    rates: tuple[float, float] = (0.2, 0.5),
    unknown: int = 0,
) -> Cases:
    """Return a small platform: rates are those of leaders and of ordinary accounts."""
    rng = np.random.default_rng(seed)
    groups = [("leader", leaders, rates[0]), ("ordinary", ordinary, rates[1])]
    groups += [("unknown", unknown, rates[1])] if unknown else []
    rows = []
    for name, accounts, rate in groups:
        for k in range(accounts):
            p = rng.beta(rate * 9, (1 - rate) * 9)
            for _ in range(posts):
                rows.append(
                    {
                        "account_id": f"{name}-{k:03d}",
                        "account_class": name,
                        "rule": ("abuse", "spam")[int(rng.random() < 0.4)],
                        "action": ("none", "remove")[int(rng.random() < p)],
                    }
                )
    return cases_of(pd.DataFrame(rows))


def question(**changes: Any) -> Design:
    """Return a design that fits `platform`, with changes."""
    given: dict[str, Any] = {
        "focal": "leader",
        "reference": "ordinary",
        "frame": "reported",
        "outcome": {"at_least": "remove"},
        "margin": 0.05,
        "strata": ["rule"],
    }
    return Design.of({**given, **changes})
