"""The hours that the clocks of a zone skip or repeat, which no local time can tell apart."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from functools import cache
from typing import TYPE_CHECKING

from audit.engine import Sql, Value, joined, sql
from audit.reading.times import zone_of

if TYPE_CHECKING:
    from audit.scanned.columns import Spelled

FIRST, LAST = datetime(1990, 1, 1), datetime(2050, 1, 1)
"""Clock changes are listed between these; a time outside is looked at one by one."""


@cache
def changes(zone: str) -> tuple[tuple[datetime, datetime], ...]:
    """Return spans of local time that are skipped or repeated, with an hour around them."""
    found = zone_of(zone)[0]
    assert found is not None
    spans, day = [], FIRST
    while day < LAST:
        after = day + timedelta(days=1)
        if _offset(found, day) != _offset(found, after):
            spans.append((day - timedelta(hours=1), after + timedelta(hours=1)))
        day = after
    return tuple(_narrowed(found, *span) for span in spans)


def _narrowed(zone: tzinfo, low: datetime, high: datetime) -> tuple[datetime, datetime]:
    """Return the change within a span of local time, to the minute, with two hours around it."""
    before = _offset(zone, low)
    while high - low > timedelta(minutes=1):
        middle = low + (high - low) / 2
        low, high = (middle, high) if _offset(zone, middle) == before else (low, middle)
    wide = max(timedelta(hours=2), 2 * abs(_offset(zone, high) - before))
    return low - wide, high + wide


def _offset(zone: tzinfo, local: datetime) -> timedelta:
    return local.replace(tzinfo=zone).utcoffset() or timedelta()


def strange_hours(x: Spelled, local: Sql) -> list[Sql]:
    """Return whether a local time (in microseconds) is near a change of its zone's clocks."""
    if x.zone in (None, "UTC"):
        return []
    tests = [
        sql("{t} between {a} and {b}", t=local, a=_micros(low), b=_micros(high))
        for low, high in changes(str(x.zone))
    ]
    outside = sql("{t} < {a} or {t} > {b}", t=local, a=_micros(FIRST), b=_micros(LAST))
    return [joined([outside, *tests], " or ")]


def _micros(local: datetime) -> Value:
    return Value((local - datetime(1970, 1, 1)) // timedelta(microseconds=1))
