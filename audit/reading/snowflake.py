"""The clock inside a post's own id: Twitter wrote the moment of posting into every id."""

from __future__ import annotations

import pandas as pd

from audit.reading.times import UTC

EPOCH = 1_288_834_974_657
"""Milliseconds since 1970 at which the ids' own clock stands at 0: 2010-11-04 01:42:54.657 UTC."""
FIRST = 30_000_000_000
"""Ids below it were handed out one by one until November 2010, and hold no clock."""
DIGITS = 19  # more do not fit into the 63 bits of an id
LONG, SIGNIFICANT = 18, 17
"""Ids of this many digits or more do not fit a float, which keeps at most so many that count."""
FEWEST_SHORT, FEWEST_EXACT = 5, 25
"""Long ids from which on a file can be said to be rounded: one whole id in fifty ends in two
zeros, and about six in ten are a float's own values, as their sequence is 0; so the chance that all
are so by accident is below 1 in 100,000 either way."""
WITHIN = pd.Timedelta(minutes=1)
"""How far a recorded time may lie from the clock and still be called the same."""


def clock(ids: pd.Series) -> pd.Series:
    """Return the moment at which each post got its id, to the millisecond.

    Parameters
    ----------
    ids : Series of str, shape (n,)
        Decimal digits. An id rounded to the 53 bits of a float still tells the time, as the lowest
        22 bits hold none.

    Returns
    -------
    Series of datetime64[us, UTC], shape (n,)
        Missing where the id is missing, is no number, or is older than the clock.

    References
    ----------
    Twitter, Snowflake, https://github.com/twitter-archive/snowflake/tree/snowflake-2010: 41 bits of
    milliseconds, 10 of machine, 12 of sequence.
    """
    legal = ids.str.fullmatch(rf"\d{{1,{DIGITS}}}").fillna(False).astype(bool)
    numbers = ids.where(legal, "0").map(int)
    timed = legal & (numbers >= FIRST) & (numbers < 2**63)
    milliseconds = numbers.where(timed, 0).astype("int64").to_numpy() // 2**22 + EPOCH
    times = pd.Series(pd.to_datetime(milliseconds, unit="ms", utc=True), index=ids.index)
    return times.astype(UTC).where(timed)


def off_clock(ids: pd.Series, recorded: pd.Series) -> pd.Series:
    """Return how far each recorded time is from its id's clock; missing where there is none."""
    return recorded - clock(ids)


def all_rounded(ids: pd.Series) -> bool:
    """Return whether these ids, whole digits as they look, are what floats left of others.

    JavaScript and jq print a float with at most 17 digits that count and fill up with zeros; R and
    spreadsheets print its exact value. A single id cannot tell; a file can, where every long id of
    it is of one of the two kinds. Too few long ids are not judged.

    Parameters
    ----------
    ids : Series of str
    """
    legal = ids.str.fullmatch(rf"\d{{{LONG},{DIGITS}}}").fillna(False).astype(bool)
    long = ids[legal]
    short = long.str.rstrip("0").str.len() <= SIGNIFICANT
    exact = long.map(lambda word: int(float(word)) == int(word)).astype(bool)
    return bool(
        (len(long) >= FEWEST_SHORT and short.all()) or (len(long) >= FEWEST_EXACT and exact.all())
    )
