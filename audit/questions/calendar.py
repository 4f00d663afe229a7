"""Calendar periods: which week, month, quarter or year a moment falls in, numbered in order."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

FREQUENCIES: Mapping[str, str] = {
    "week": "W-SUN",
    "month": "M",
    "quarter": "Q-DEC",
    "year": "Y-DEC",
}
"""Weeks begin on Monday; every period begins at midnight UTC."""
SEASON: Mapping[str, float] = {"week": 365.25 / 7, "month": 12.0, "quarter": 4.0, "year": 1.0}
"""Periods in a year."""


def numbered(when: pd.Series, per: str) -> pd.Series:
    """Return the number of the period of each moment; neighbours are 1 apart.

    Parameters
    ----------
    when : Series of datetime64 with zone, shape (n,)
        Without gaps.
    per : {"week", "month", "quarter", "year"}
    """
    moments = pd.DatetimeIndex(when).tz_convert("UTC").tz_localize(None)
    return pd.Series(moments.to_period(FREQUENCIES[per]).asi8, index=when.index, dtype=np.int64)


def begins(number: int, per: str) -> pd.Timestamp:
    """Return the first moment of a period."""
    return _period(number, per).start_time.tz_localize("UTC")


def period_name(number: int, per: str) -> str:
    """Return what a period is called: "2019-06", "2019 Q2", "2019", "week of 2019-06-24"."""
    period = _period(number, per)
    if per == "week":
        return f"week of {period.start_time:%Y-%m-%d}"
    if per == "quarter":
        return f"{period.year} Q{period.quarter}"
    return f"{period.start_time:%Y-%m}" if per == "month" else str(period.year)


def _period(number: int, per: str) -> Any:
    return pd.Period(ordinal=int(number), freq=FREQUENCIES[per])
