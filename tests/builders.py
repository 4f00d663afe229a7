"""Small case tables that tests build by hand."""

from __future__ import annotations

from pathlib import Path
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


HOSTILE = {
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "typst": '#read("/etc/passwd")',
    "tex": "\\input{/etc/passwd}",
    "maths": "$x^2$",
    "markdown": "[x](javascript:alert(1))",
    "formula": '=HYPERLINK("http://evil")',
    "override": "\u202egnp.exe",
    "nul": "nul\x00here",
    "terminal": "\x1b]0;owned\x07\x1b[31mred",
    "comment": "--><svg onload=alert(1)>",
    "long": "x" * 100_000,
    "chinese": "王小明",
    "arabic": "مرحبا بالعالم",
    "emoji": "🏳️‍🌈",
}
"""Strings that try to become code, markup, an address, a formula or another text."""


def hostile_table(path: Path, *, focal: str, reference: str) -> Path:
    """Write a case table whose ids, rules, languages and classes are hostile; return its path."""
    rng = np.random.default_rng(3)
    names = list(HOSTILE.values())
    rows = []
    for name, accounts, rate in ((focal, 12, 0.2), (reference, 40, 0.5)):
        for k in range(accounts):
            for _ in range(12):
                i = len(rows)
                rows.append(
                    {
                        "case_id": f"{names[i % len(names)][:50]} {i}",
                        "account_id": f"{names[k % len(names)]} {name[:3]}{k}",
                        "account_class": name,
                        "action": ("none", "remove")[int(rng.random() < rate)],
                        "rule": names[int(rng.integers(len(names)))],
                        "language": names[(7 * i) % len(names)],
                    }
                )
    pd.DataFrame(rows).to_csv(path, index=False)
    return path
