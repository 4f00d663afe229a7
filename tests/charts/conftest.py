"""Stages for the charts: a real study of a small random table, with chosen estimates upon it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cases import Cases
from audit.design import Design
from audit.origin import Origin
from audit.regimes import Exemptions
from audit.study import Study, enroll
from tests.charts.platforms import platforms

ORIGIN = Origin(
    "made", "Made up for a test", "the tests", "https://example.org", "2026-01-01", "CC0"
)
NAN = float("nan")


def table(
    *,
    focal: str = "world_leader",
    references: tuple[str, ...] = ("ordinary", "candidate", "public_figure"),
    leaders: int = 8,
    seed: int = 7,
    rules: tuple[str, ...] = ("hate speech", "harassment", "civic integrity"),
) -> pd.DataFrame:
    """Return a small random case table."""
    rng = np.random.default_rng(seed)
    actions = ["none", "label", "restrict", "remove", "lock"]
    rows = []
    for name, accounts, posts in [
        (focal, leaders, 30),
        *((r, 25, 9) for r in references),
        ("unknown", 6, 5),
    ]:
        for a in range(accounts):
            rate = rng.beta(2, 8)
            for p in range(rng.integers(posts // 2, posts * 2)):
                rows.append(
                    {
                        "case_id": f"{name}-{a}-{p}",
                        "account_id": f"{name}-{a}",
                        "account_class": name,
                        "action": rng.choice(actions[1:]) if rng.random() < rate else "none",
                        "rule": rng.choice(rules),
                        "severity": rng.choice(["low", "high"]),
                        "platform": "example",
                        "posted_at": pd.Timestamp("2020-01-01", tz="UTC")
                        + pd.Timedelta(days=int(rng.integers(0, 360))),
                    }
                )
    frame = pd.DataFrame(rows)
    frame["reversed"] = rng.random(len(frame)) < 0.3
    for c in frame.columns.drop(["posted_at", "reversed"]):
        frame[c] = frame[c].astype("str")
    return frame


@dataclass
class Found:
    """What `Comparison.primary` returns, as far as charts look at it."""

    observed: float
    expected: float
    estimate: float
    conf_low: float
    conf_high: float
    n_supported: int
    n_unsupported: int = 0
    p_value: float = NAN


@dataclass
class MadeComparison:
    """A comparison with chosen numbers over a real study."""

    study: Study
    gap: float
    half: float
    expected: float = 0.31
    rates_given: pd.DataFrame | None = None
    frame: pd.DataFrame = field(init=False)

    def __post_init__(self) -> None:
        rows = []
        for name, shift in (("raw", 0.02), ("standardised", 0.0), ("mantel_haenszel", 0.01)):
            for by, more in (("post", 0.0), ("account", 0.015)):
                half = NAN if name == "mantel_haenszel" else self.half
                gap = self.gap + np.sign(self.gap) * (shift + more)
                rows.append(
                    {
                        "estimator": name,
                        "scale": "difference",
                        "weighting": by,
                        "estimate": gap,
                        "conf_low": gap - half,
                        "conf_high": gap + half,
                        "method": "chosen",
                    }
                )
        self.frame = pd.DataFrame(rows)

    def primary(self, **_: Any) -> Found:
        n = self.study.cells.total("focal")
        return Found(
            self.expected + self.gap,
            self.expected,
            self.gap,
            self.gap - self.half,
            self.gap + self.half,
            n,
        )

    def rates(self) -> pd.DataFrame:
        design, rows = self.study.design, []
        for name, group, rate in (
            (design.focal, "focal", self.expected + self.gap),
            (design.references[0], "reference", self.expected),
        ):
            n = self.study.cells.total(group)
            wide = NAN if np.isnan(self.half) and group == "focal" else 0.03
            rows.append(
                {
                    "account_class": name,
                    "group": group,
                    "events": round(rate * n),
                    "n": n,
                    "accounts": self.study.cells.accounts(group),
                    "rate": rate,
                    "conf_low": rate - wide,
                    "conf_high": rate + wide,
                    "deff": 2.0,
                    "k_eff": 6.0,
                }
            )
        return pd.DataFrame(rows)

    def rungs(self) -> pd.DataFrame:
        rows = []
        for place, rung in enumerate(self.study.cases.ladder.rungs[1:]):
            gap = self.gap / (1 + place)
            rows.append(
                {
                    "rung": rung,
                    "events_focal": 90 - 10 * place,
                    "events_reference": 80 - 9 * place,
                    "observed": 0.3 + gap,
                    "expected": 0.3,
                    "estimate": gap,
                    "conf_low": gap - self.half,
                    "conf_high": gap + self.half,
                }
            )
        return pd.DataFrame(rows)

    def family(self) -> pd.DataFrame:
        rows = []
        for place, name in enumerate(self.study.design.references):
            gap = self.gap * (1 - 0.2 * place)
            rows.append(
                {
                    "reference": name,
                    "observed": self.expected + gap,
                    "expected": self.expected,
                    "estimate": gap,
                    "conf_low": gap - self.half,
                    "conf_high": gap + self.half,
                    "p_value": 0.01,
                    "p_holm": 0.03,
                    "n_reference": 300,
                    "n_reference_accounts": 25,
                    "n_supported": 700.0,
                    "n_unsupported": 43.0 * (place == 1),
                }
            )
        return pd.DataFrame(rows)


@dataclass
class MadeEvidence:
    """An evidence with chosen tables."""

    comparison: MadeComparison
    tables: dict[str, pd.DataFrame]
    rung: int = 3

    def table(self, check: str) -> pd.DataFrame:
        return self.tables.get(check, pd.DataFrame()).copy()


def made(
    gap: float = -0.12,
    half: float = 0.05,
    *,
    focal: str = "world_leader",
    references: tuple[str, ...] = ("ordinary", "candidate", "public_figure"),
    simulated: bool = False,
    leaders: int = 8,
    rules: tuple[str, ...] = ("hate speech", "harassment", "civic integrity"),
    **design: Any,
) -> MadeEvidence:
    """Return an evidence with a chosen gap and half-width of its interval (NaN: none)."""
    from dataclasses import replace

    # Few accounts draw every mark; what is hidden of few is tested in tests/disclosure.
    origin = replace(ORIGIN, simulated=simulated, disclosure="public aggregate: made for a test")
    frame = table(focal=focal, references=references, leaders=leaders, rules=rules)
    given = {
        "focal": focal,
        "reference": references,
        "frame": "reported",
        "outcome": {"at_least": "remove"},
        "margin": 0.05,
        "strata": ("rule",),
        "population": {"severity": ["low"], "posted_at": {"min": "2020-02-01"}},
    } | design
    spared = ("example", rules[0].strip(), focal.strip(), "label", "2020-03-01")
    columns = ["platform", "rule", "account_class", "ceiling", "start"]
    exemptions = Exemptions(pd.DataFrame([spared], columns=columns))
    study = enroll(Cases(frame, (origin,)), Design(**given), exemptions=exemptions)
    comparison = MadeComparison(study, gap, half)
    rng = np.random.default_rng(1)
    accounts = [f"{focal}-{i}" for i in range(leaders)]
    moved = gap + 0.015 * rng.standard_normal(len(accounts))
    out = pd.DataFrame({"account_id": accounts, "n": 30, "estimate": moved})
    out["label"] = [f"account {i + 1}" for i in range(len(accounts))]
    out["conf_low"], out["conf_high"] = moved - half, moved + half
    levels = [("rule", r) for r in rules] + [("severity", "low"), ("severity", "high")]
    balance = pd.DataFrame(levels, columns=["column", "level"])
    balance["share_focal"], balance["share_reference"] = 0.4, 0.3
    balance["smd"] = np.linspace(-0.4, 0.3, len(balance))
    balance["smd_weighted"] = balance["smd"] * 0.1
    return MadeEvidence(comparison, {"leave_one_out": out, "balance": balance})


@pytest.fixture(scope="session")
def evidence() -> MadeEvidence:
    return made()


def timeline(titles: tuple[str, ...] = ("A rule", "An exemption"), n: int = 30) -> pd.DataFrame:
    """Return a frame as `rule_timeline` gives it."""
    rng = np.random.default_rng(3)
    start = pd.Timestamp("2018-01-05")
    rows = []
    for i in range(n):
        day = start + pd.Timedelta(days=int(rng.integers(0, 1500)))
        what = rng.choice(["none", "label", "remove", "ban", "reinstated", "interstitial"])
        kind = "reversal" if what == "reinstated" else "decision"
        platform = rng.choice(["twitter", "facebook/instagram", "youtube", "tiktok"])
        rows.append((f"C{i:03d}", day, day, f"topic {i}", platform, kind, what))
    for i in range(n // 2):
        day = start + pd.Timedelta(days=int(rng.integers(0, 1500)))
        effect = "exemption_stated" if i % 3 else "clarified"
        rows.append((f"P{i:03d}", day, day, titles[i % len(titles)], "twitter", "rule", effect))
    rows.append(
        ("C999", start, start + pd.Timedelta(days=30), "a month", "x", "decision", "remove")
    )
    names = ["id", "earliest", "latest", "title", "platform", "kind", "what"]
    return pd.DataFrame(rows, columns=names)


def groups(
    first: tuple[int, int] = (5, 7), second: tuple[int, int] = (1, 6), name: str = "president"
) -> pd.DataFrame:
    """Return a frame as `ladder_among_leaders` gives it."""
    rows = [(name, *first, 1), ("other heads", *second, 4), ("legislators", 3, 8, 5)]
    return pd.DataFrame(rows, columns=["group", "kept_behind_notice", "decisions", "persons"])


def copies(
    original: tuple[str, ...] = ("interstitial", "none"), name: str = "text"
) -> pd.DataFrame:
    """Return a frame as `matched_copies` gives it."""
    rows = [(f"PAIR_{i}_{name}", o, "lock", o == "lock", True) for i, o in enumerate(original)]
    names = ["pair_id", "original_action", "copy_action", "original_locked", "copy_locked"]
    return pd.DataFrame(rows, columns=names)


def shares(p: float = 0.19, low: float = 0.12, high: float = 0.30) -> pd.DataFrame:
    """Return a frame as `allowance_shares` gives it."""
    q = np.geomspace(0.001, 0.6, 60)
    return pd.DataFrame(
        {
            "share_eligible": q,
            "over_representation": p / q,
            "over_representation_conf_low": low / q,
            "over_representation_conf_high": high / q,
        }
    )


def times(n: int = 30, case: str = "C") -> pd.DataFrame:
    """Return a frame as `time_to_action` gives it."""
    days = np.array([0.0, 0.0, 0.1, 0.3, 1.0, 1.0, 2.0, 3.0, 9.0, 55.0] * (n // 10))
    whole = days % 1 == 0
    return pd.DataFrame(
        {
            "case_id": [f"{case}{i}" for i in range(len(days))],
            "days": days,
            "days_low": np.where(whole, np.clip(days - 1, 0, None), days),
            "days_high": np.where(whole, days + 1, days),
            "legal_ground": np.arange(len(days)) % 10 == 9,
        }
    )


def flags(months: int = 12, stale: int = 2) -> pd.DataFrame:
    """Return a frame as `flags_by_month` gives it."""
    dates = pd.date_range("2020-02-01", periods=months, freq="MS")
    posts = np.arange(300, 300 + 17 * months, 17)
    return pd.DataFrame(
        {
            "month": dates.strftime("%Y-%m"),
            "posts": posts,
            "flagged": posts * np.arange(months) // 40,
            "complete": ["yes"] * (months - stale) + ["no"] * stale,
        }
    )


FRAMES: dict[str, Any] = {
    "decision_timeline": timeline,
    "notices": groups,
    "matched_copies": copies,
    "allowance_curve": shares,
    "time_to_action": times,
    "calibration": platforms,
    "flags_over_time": flags,
}


@pytest.fixture
def stage_of(evidence: MadeEvidence) -> Any:
    """Return a function from a chart to a stage that it can be drawn of."""
    from tests.charts.changed import ASKED, asking

    def stage(chart: Any) -> Any:
        if chart.stage == "frame":
            return FRAMES[chart.name]()
        return asking(chart.name) if chart.name in ASKED else evidence

    return stage
