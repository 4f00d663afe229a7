"""Times made UTC, and every time whose zone nobody stated."""

from __future__ import annotations

import datetime
import re
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from audit.deferred import late
from audit.errors import Fault
from audit.reading.typed import Reading, Typed, as_words, problem
from audit.schema import Column

if TYPE_CHECKING:
    import pandas as pd
    from pandas.api import types
else:
    pd = late("pandas")
    types = late("pandas.api.types")

DATE = r"\d{4}-\d{2}-\d{2}"
CLOCK = r"[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?"
ZONED = re.compile(rf"{DATE}{CLOCK} ?(?:Z|[+-]\d{{2}}(?::?\d{{2}})?)")
ZONELESS = re.compile(rf"{DATE}(?:{CLOCK})?")
BEYOND_MICROSECONDS = re.compile(r"\.\d{7}")
EXAMPLE = "ISO 8601 with its zone, 2018-01-05T13:00:00Z or 2018-01-05T08:00:00-05:00"
UTC = "datetime64[us, UTC]"


def zone_of(name: str | None) -> tuple[datetime.tzinfo | None, tuple[Fault, ...]]:
    """Return the zone called `name` (IANA, or UTC), or the fault that there is none."""
    if name is None:
        return None, ()
    if name == "UTC":
        return datetime.UTC, ()
    try:
        return ZoneInfo(name), ()
    except (ZoneInfoNotFoundError, ValueError, OSError, TypeError):
        allowed = "a name of the IANA list: UTC, Europe/London, America/New_York, …"
        return None, (Fault("time_zone is no time zone", value=repr(name), allowed=allowed),)


def read_time(values: pd.Series, column: Column, how: Reading) -> Typed:
    """Read times as UTC to the microsecond.

    ISO 8601 with an offset or Z is taken as it is. A time or a bare date (its midnight) without a
    zone is refused, unless `how.zone` says what its clock showed; an hour that the clocks of that
    zone skip or repeat is refused too. The words are kept where more than the type changed.
    """
    if types.is_datetime64_any_dtype(values.dtype):
        return _datetimes(values, column, how)
    words = as_words(values)
    zoned = words.str.fullmatch(ZONED).fillna(False).astype(bool)
    local = words.str.fullmatch(ZONELESS).fillna(False).astype(bool)
    strange = words.notna() & ~zoned & ~local
    hint = "seconds since 1970 must be written as dates" if _epoch(words[strange]) else ""
    faults = problem(words, column, strange, "is not a time", allowed=EXAMPLE, hint=hint)
    times = pd.Series(pd.NaT, index=words.index, dtype=UTC)
    times[zoned] = pd.to_datetime(
        words[zoned], format="ISO8601", utc=True, errors="coerce"
    ).dt.as_unit("us")
    faults += problem(words, column, zoned & times.isna(), NEVER)
    if how.zone is None:
        faults += _zoneless(words, column, local)
    else:
        naive = pd.to_datetime(words[local], format="ISO8601", errors="coerce").dt.as_unit("us")
        faults += problem(words, column, naive.isna().reindex(words.index, fill_value=False), NEVER)
        times[local] = _localised(naive, how.zone)
        faults += _clock_changes(words, column, naive, times, how.zone)
    changed = local.any() or words.str.contains(BEYOND_MICROSECONDS).any()
    return Typed(times, faults, words if changed and not faults else None)


NEVER = "is a date that never was"


def _datetimes(values: pd.Series, column: Column, how: Reading) -> Typed:
    if isinstance(values.dtype, pd.DatetimeTZDtype):
        return Typed(values.dt.tz_convert("UTC").dt.as_unit("us"))
    words = as_words(values)
    if how.zone is None:
        none = pd.Series(pd.NaT, index=values.index, dtype=UTC)
        return Typed(none, _zoneless(words, column, values.notna()))
    naive = values.dt.as_unit("us")
    times = _localised(naive, how.zone)
    return Typed(times, _clock_changes(words, column, naive, times, how.zone), words)


def _zoneless(words: pd.Series, column: Column, local: pd.Series) -> tuple[Fault, ...]:
    what = "times have no zone, so nobody can say when they were"
    hint = "time_zone='UTC', or the zone of the clock that wrote them, if the producer states it"
    return problem(words, column, local, what, allowed=EXAMPLE, hint=hint)


def _localised(naive: pd.Series, zone: datetime.tzinfo) -> pd.Series:
    local = naive.dt.tz_localize(zone, ambiguous="NaT", nonexistent="NaT")
    return local.dt.tz_convert("UTC").astype(UTC)


def _clock_changes(
    words: pd.Series, column: Column, naive: pd.Series, times: pd.Series, zone: datetime.tzinfo
) -> tuple[Fault, ...]:
    asked = naive.notna().reindex(words.index, fill_value=False)
    what = f"falls in an hour that the clocks of {zone} skipped or repeated"
    hint = "give these times with their offset"
    return problem(words, column, asked & times.isna(), what, allowed=EXAMPLE, hint=hint)


def _epoch(words: pd.Series) -> bool:
    return bool(words.str.fullmatch(r"\d{9,19}(?:\.\d+)?").fillna(False).any())
