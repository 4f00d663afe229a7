"""A table in which every column carries something that leads to an ordinary account."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.comparison import compare
from audit.design import Design
from audit.evidence import Evidence, appraise
from audit.origin import Origin
from audit.study import enroll

ORIGIN = Origin("planted", "Planted for a test", "tests", "", "2026-01-01", "MIT", simulated=True)
WORDS = ("river", "candle", "violet", "harbour", "thistle", "lantern", "meadow", "copper")


def secret(k: int) -> dict[str, str]:
    """Return what leads to ordinary account number k."""
    turn = [WORDS[(k * 7 + i * (k % 5 + 1)) % len(WORDS)] for i in range(6)]
    return {
        "account_id": f"zq_handle_{k:03d}",
        "raw_screen_name": f"@Zq_Handle_{k:03d}",
        "mail": f"zq.person{k:03d}@mailbox.test",
        "url": f"https://social.test/zq_handle_{k:03d}/status/{88001000 + k}",
        "text": f"{' '.join(turn)} zzq{k:03d} {' '.join(reversed(turn))}",
    }


def planted(seed: int = 4, *, ordinary: int = 48, leaders: int = 14) -> pd.DataFrame:
    """Return rows of a platform with small ordinary cells and secrets in every column."""
    rng = np.random.default_rng(seed)
    rows: list[dict[str, Any]] = []
    for name, accounts, rate in (("world_leader", leaders, 0.2), ("ordinary", ordinary, 0.55)):
        for k in range(accounts):
            own = secret(k) if name == "ordinary" else {"account_id": f"office_{k:02d}"}
            for _ in range(int(rng.integers(2, 12 if name == "ordinary" else 30))):
                number = len(rows)
                rows.append(
                    {
                        **own,
                        "case_id": f"9{number:09d}",
                        "account_class": name,
                        "rule": rng.choice(["abuse", "threats", "spam"], p=[0.7, 0.2, 0.1]),
                        "severity": rng.choice(["low", "high"], p=[0.75, 0.25]),
                        "action": "remove" if rng.random() < rate else "none",
                        "posted_at": pd.Timestamp("2024-02-01", tz="UTC")
                        + pd.Timedelta(minutes=int(rng.integers(0, 90_000))),
                    }
                )
    frame = pd.DataFrame(rows)
    kinds = {c: "str" for c in frame if c != "posted_at"}
    return frame.astype(kinds)


def cases() -> Cases:
    """Return the planted rows as cases."""
    return Cases(planted(), (ORIGIN,))


def design(**terms: Any) -> Design:
    """Return a question asked of them, with subgroups that share margins with the strata."""
    given: dict[str, Any] = {
        "focal": "world_leader",
        "reference": "ordinary",
        "frame": "reported",
        "outcome": {"at_least": "remove"},
        "margin": 0.05,
        "strata": ["rule", "severity"],
        "families": [["rule"], ["severity"]],
        "title": "A planted platform",
    }
    return Design.of({**given, **terms})


@cache
def evidence() -> Evidence:
    """Return what is found of them, once for all tests."""
    return appraise(compare(enroll(cases(), design())))
