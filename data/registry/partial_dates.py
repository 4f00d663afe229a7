"""Dates known to the day, week, month or year: what lies inside them for certain."""

from __future__ import annotations

import re

import pandas as pd

from audit.errors import SourceError

FREQUENCY = {4: "Y", 7: "M", 10: "D"}
SHAPE = re.compile(r"\d{4}(-W\d\d|-\d\d(-\d\d)?)?")


def span(date: str) -> tuple[str, str]:
    """Return the first and last day that `2020`, `2020-03`, `2020-W12` or `2020-03-22` may mean."""
    if not SHAPE.fullmatch(date):
        raise SourceError(f"{date!r} is no date; allowed: YYYY, YYYY-MM, YYYY-Www, YYYY-MM-DD.")
    if "W" in date:
        first = pd.to_datetime(date + "-1", format="%G-W%V-%u")
        return str(first.date()), str((first + pd.Timedelta(days=6)).date())
    period = pd.Period(date, freq=FREQUENCY[len(date)])
    return str(period.start_time.date()), str(period.end_time.date())


def bounds(date: str, not_before: str = "") -> tuple[str, str]:
    """Return the first and last day of `date`, no earlier than the first day of `not_before`."""
    if date == "":
        return "", ""
    first, last = span(date)
    return (max(first, span(not_before)[0]) if not_before else first), last


def certainly_from(date: str) -> str:
    """Return the first day that comes after the start for certain: the day itself, or the next."""
    first, last = span(date)
    return first if first == last else day_after(last)


def certainly_until(date: str) -> str:
    """Return the first day on which the end may lie: an exclusive end that claims no more."""
    return span(date)[0]


def day_after(date: str) -> str:
    """Return the day after `date`, a whole day."""
    return str((pd.Timestamp(date) + pd.Timedelta(days=1)).date())
