"""The gap of each period is the primary contrast of its posts alone."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from audit.cases import Cases
from audit.comparison import compare
from audit.design import Design
from audit.questions.periods import MOST_PERIODS, PERIOD_COLUMNS, gap_by_period
from audit.study import Study, enroll
from tests.charts.conftest import ORIGIN

# class, account, month, rule, acted on, posts
COUNTS = (
    ("leader", "l", "2020-01", "x", 1, 4),
    ("leader", "l", "2020-01", "y", 3, 6),
    ("other", "o", "2020-01", "x", 2, 4),
    ("other", "o", "2020-01", "y", 1, 4),
    ("leader", "l", "2020-03", "x", 3, 4),
    ("other", "o", "2020-03", "x", 1, 8),
)


def study(counts: Any = COUNTS, *, dated: bool = True, **design: Any) -> Study:
    rows = []
    for name, account, month, rule, acted, n in counts:
        for i in range(n):
            who = f"{account}{i % 2}"
            rows.append((who, name, ("none", "remove")[i < acted], rule, f"{month}-1{i % 9}"))
    names = ["account_id", "account_class", "action", "rule", "posted_at"]
    frame = pd.DataFrame(rows, columns=names)
    frame.insert(0, "case_id", [f"c{i}" for i in range(len(frame))])
    frame["posted_at"] = pd.to_datetime(frame["posted_at"], utc=True).dt.as_unit("us")
    frame = frame if dated else frame.drop(columns="posted_at")
    for column in frame.columns.drop("posted_at", errors="ignore"):
        frame[column] = frame[column].astype("str")
    given = {
        "focal": "leader",
        "reference": "other",
        "frame": "reported",
        "outcome": {"at_least": "remove"},
        "margin": 0.05,
        "strata": ("rule",),
    }
    return enroll(Cases(frame, (ORIGIN,)), Design(**{**given, **design}))


def test_the_gap_of_each_month_is_the_one_worked_by_hand() -> None:
    frame = gap_by_period(study(), per="month")
    assert list(frame.columns) == list(PERIOD_COLUMNS)
    assert frame["period"].tolist() == ["2020-01", "2020-03"]
    # January: 4 of 10 leaders' posts; others' rates 2/4 and 1/4 at the leaders' mix 4 : 6
    assert frame["observed"].tolist() == pytest.approx([0.4, 0.75])
    assert frame["expected"].tolist() == pytest.approx([0.4 * 0.5 + 0.6 * 0.25, 1 / 8])
    assert frame["estimate"].tolist() == pytest.approx([0.05, 0.625])
    assert frame["n_focal"].tolist() == [10, 4]
    assert frame["n_reference_accounts"].tolist() == [2, 2]
    assert frame["conf_low"].isna().all()  # two leaders sample nothing
    assert str(frame["begins"][1]) == "2020-03-01 00:00:00+00:00"
    assert str(frame["ends"][0]) == "2020-02-01 00:00:00+00:00"


def test_one_period_is_the_whole() -> None:
    asked = study()
    frame = gap_by_period(asked, per="year")
    found = compare(asked, using=["standardised"]).primary()
    assert len(frame) == 1
    assert frame["estimate"][0] == pytest.approx(found.estimate)


def test_a_period_without_like_posts_has_no_number() -> None:
    frame = gap_by_period(study((*COUNTS, ("leader", "l", "2020-04", "x", 1, 4))), per="month")
    assert frame["period"].tolist() == ["2020-01", "2020-03", "2020-04"]
    assert np.isnan(frame["estimate"][2])
    assert frame["n_focal"][2] == 4


def test_cases_without_dates_have_no_period() -> None:
    assert gap_by_period(study(dated=False)).empty


@pytest.mark.parametrize(
    ("months", "named"), [(2, "week of"), (18, "2020-01"), (19, "2020 Q1"), (60, "2020")]
)
def test_the_shortest_length_with_few_periods_is_taken(months: int, named: str) -> None:
    dates = pd.date_range("2020-01-01", periods=months, freq="MS").strftime("%Y-%m")
    counts = [(c, c[0], d, "x", 1, 4) for d in dates for c in ("leader", "other")]
    frame = gap_by_period(study(counts))
    assert frame["period"][0].startswith(named)
    assert len(frame) <= MOST_PERIODS
