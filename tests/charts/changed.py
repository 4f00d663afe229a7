"""Stages for the charts of further questions: posts around a change, and accounts that switch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.comparison import Comparison, compare
from audit.design import Design
from audit.study import enroll
from tests.charts.conftest import ORIGIN

STARTS = {"week": "2018-01-01", "month": "2016-01-01", "quarter": "2010-01-01"}
LENGTH = {"week": 7.0, "month": 30.4375, "quarter": 91.3125}
TITLE = "Public-interest notice for posts of world leaders announced"


def around_change(
    periods: int = 24,
    *,
    per: str = "month",
    title: str = TITLE,
    names: Sequence[str] = ("world_leader", "ordinary"),
    at: float = 0.6,
    rates: tuple[float, float, float] = (0.35, 0.12, 0.4),
    **design: Any,
) -> Comparison:
    """Return a comparison whose focal rate falls at a share `at` of its periods."""
    rng = np.random.default_rng(5)
    days = periods * LENGTH[per]
    start = pd.Timestamp(STARTS[per], tz="UTC")
    rows = []
    for name, accounts, posts, first, then in (
        (names[0], 8, 10 * periods // 2, rates[0], rates[1]),
        (names[1], 25, 4 * periods // 2, rates[2], rates[2]),
    ):
        for k in range(accounts):
            for day in np.sort(rng.random(posts)) * days:
                rate = first if day < at * days else then
                acted = ("none", "remove")[int(rng.random() < rate)]
                rows.append((f"{name[:40]}-{k}", name, acted, day))
    frame = pd.DataFrame(rows, columns=["account_id", "account_class", "action", "day"])
    frame["posted_at"] = (start + pd.to_timedelta(frame.pop("day"), unit="D")).dt.as_unit("us")
    frame.insert(0, "case_id", [f"c{i}" for i in range(len(frame))])
    frame["rule"] = frame["platform"] = "example"
    for column in ("case_id", "account_id", "account_class", "action", "rule", "platform"):
        frame[column] = frame[column].astype("str")
    when = (start + pd.Timedelta(days=at * days)).date().isoformat()
    given = {
        "focal": names[0],
        "reference": names[1],
        "frame": "reported",
        "outcome": {"at_least": "remove"},
        "margin": 0.05,
        "policy_change": {"at": when, "per": per, "title": title},
    }
    return compare(enroll(Cases(frame, (ORIGIN,)), Design.of({**given, **design})), using=["raw"])


def switching(
    accounts: int = 9, *, names: Sequence[str] = ("world_leader", "ordinary"), gap: float = -0.2
) -> Comparison:
    """Return a comparison of accounts that enter the focal class at different dates."""
    rng = np.random.default_rng(8)
    start = pd.Timestamp("2020-01-01", tz="UTC")
    rows = []
    for k in range(accounts):
        switch = rng.integers(90, 270)
        for day in rng.integers(0, 360, 40):
            inside = day >= switch
            acted = rng.random() < 0.4 + gap * inside
            rows.append((f"s-{k}", names[0] if inside else "candidate", int(acted), day))
    for k in range(30):
        for day in rng.integers(0, 360, 20):
            rows.append((f"o-{k}", names[1], int(rng.random() < 0.4), day))
    frame = pd.DataFrame(rows, columns=["account_id", "account_class", "acted", "day"])
    frame["action"] = np.array(["none", "remove"])[frame.pop("acted")]
    frame["posted_at"] = (start + pd.to_timedelta(frame.pop("day"), unit="D")).dt.as_unit("us")
    frame.insert(0, "case_id", [f"c{i}" for i in range(len(frame))])
    for column in ("case_id", "account_id", "account_class", "action"):
        frame[column] = frame[column].astype("str")
    given = {
        "focal": names[0],
        "reference": names[1],
        "frame": "reported",
        "outcome": {"at_least": "remove"},
        "margin": 0.05,
        "within_account": {"per": "quarter"},
    }
    return compare(enroll(Cases(frame, (ORIGIN,)), Design.of(given)), using=["raw"])


@dataclass(frozen=True)
class Seen:
    """A comparison seen as an evidence is, by way of its `comparison`."""

    comparison: Comparison

    def __getattr__(self, name: str) -> Any:
        return getattr(self.comparison, name)


@cache
def asking(name: str) -> Any:
    """Return a stage whose design asks the question that the chart `name` draws."""
    from tests.charts import test_multiverse, test_still_visible

    if name == "multiverse":
        return test_multiverse.stage("four")
    stages: dict[str, Callable[[], Comparison]] = {
        "still_visible": test_still_visible.made,
        "policy_change": around_change,
        "within_account": switching,
    }
    return Seen(stages[name]())


ASKED = ("still_visible", "policy_change", "within_account", "multiverse")
"""Charts of further questions: they draw nothing of a design that does not ask, and their own
tests hold them to hostile names and to inadmissible studies."""
