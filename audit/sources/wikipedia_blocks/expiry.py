"""When a block ends, read from the words it was set in or from the end that the log gives."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import pandas as pd

INDEFINITE = frozenset({"indefinite", "infinite", "infinity", "never"})
"""Words for a block without an end (MediaWiki, `wfIsInfinity`)."""

SECONDS = {
    "second": 1,
    "sec": 1,
    "minute": 60,
    "min": 60,
    "hour": 3600,
    "day": 86400,
    "week": 7 * 86400,
    "fortnight": 14 * 86400,
}
MONTHS = {"month": 1, "year": 12}
STEP = re.compile(rf"\+?(\d{{1,7}})\s*({'|'.join([*SECONDS, *MONTHS])})s?\b[\s,]*")
STAMPS = ("%Y-%m-%dT%H:%M:%SZ", "%Y%m%d%H%M%S", "%Y-%m-%d %H:%M:%S")
RFC_2822 = "%a, %d %b %Y %H:%M:%S GMT"
FARTHEST = datetime(9999, 12, 31, tzinfo=UTC)


def block_end(duration: str, at: datetime) -> datetime | None:
    """Return when a block set at `at` for `duration` ends; None where the words cannot be read.

    Parameters
    ----------
    duration : str
        Numbers and units ("31 hours", "1 year 6 months", "2 weeks"), or a moment in UTC: ISO 8601,
        a MediaWiki time stamp or RFC 2822 whose weekday fits its date. Not one of `INDEFINITE`.
    at : datetime
        With its zone.

    Notes
    -----
    Months and years are those of the calendar, and a day that the month does not have runs over
    into the next ("31 January + 1 month" is 3 March, 2 March in a leap year), as in PHP's
    `strtotime`, with which MediaWiki reads these words. Other words that PHP understands ("next
    Saturday", "June 2012") are not read: their meaning hangs on the version that read them.

    References
    ----------
    https://www.mediawiki.org/wiki/API:Block, parameter `expiry`;
    https://www.php.net/manual/en/datetime.formats.php
    """
    words = " ".join(duration.split())
    return _moment(words) or _after(words.lower(), at)


def _moment(words: str) -> datetime | None:
    for form in STAMPS:
        try:
            return datetime.strptime(words, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    try:
        found = datetime.strptime(words, RFC_2822).replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if f"{found:%a}" == words[:3] else None


def _after(words: str, at: datetime) -> datetime | None:
    place, seconds, months = 0, 0, 0
    while place < len(words):
        step = STEP.match(words, place)
        if step is None:
            return None
        number, unit = int(step[1]), step[2]
        seconds += number * SECONDS.get(unit, 0)
        months += number * MONTHS.get(unit, 0)
        place = step.end()
    if not words:
        return None
    try:
        return _plus_months(at, months) + timedelta(seconds=seconds)
    except (OverflowError, ValueError):
        return FARTHEST


def _plus_months(at: datetime, months: int) -> datetime:
    years, month = divmod(at.month - 1 + months, 12)
    first = at.replace(year=at.year + years, month=month + 1, day=1)
    return first + timedelta(days=at.day - 1)


def ends(log: pd.DataFrame) -> pd.DataFrame:
    """Return when the block that each row sets ends, as far as the row says.

    Parameters
    ----------
    log : DataFrame
        `duration` and `expiry` (text or missing) and `at` (UTC).

    Returns
    -------
    DataFrame, on the index of `log`
        `indefinite` (flag); `expires_at` (UTC), the row's own `expiry`, or what `duration` comes
        to where there is none; `worded` (UTC), what `duration` comes to, so that the two can be
        held against each other.
    """
    words = log["duration"].fillna("").str.strip()
    endless = log["expiry"].fillna("").str.strip().str.lower().isin(INDEFINITE)
    indefinite = words.str.lower().isin(INDEFINITE) | (endless & (words == ""))
    stated = pd.to_datetime(log["expiry"], format="ISO8601", utc=True, errors="coerce")
    asked = (words != "") & ~indefinite
    worded = _each(zip(words[asked], log.loc[asked, "at"], strict=True))
    worded = pd.Series(worded, index=log.index[asked], dtype=UTC_TIME).reindex(log.index)
    expires = stated.astype(UTC_TIME).fillna(worded).mask(indefinite)
    return pd.DataFrame({"indefinite": indefinite, "expires_at": expires, "worded": worded})


UTC_TIME = "datetime64[us, UTC]"


def _each(rows: Iterable[tuple[str, pd.Timestamp]]) -> list[datetime | None]:
    return [block_end(words, at.to_pydatetime()) for words, at in rows]
