"""The clock inside ids: a published example, what holds none, and what rounding leaves of it."""

from __future__ import annotations

import pandas as pd
from hypothesis import given
from hypothesis import strategies as st

from audit.reading.snowflake import EPOCH, FIRST, all_rounded, clock, off_clock


def test_a_published_example() -> None:
    # The example post of Twitter's own documentation of the post object: id 1050118621198921728,
    # created_at "Wed Oct 10 20:19:24 +0000 2018".
    found = clock(pd.Series(["1050118621198921728"], dtype="str"))
    assert found.dt.floor("s").tolist() == [pd.Timestamp("2018-10-10 20:19:24Z")]


def test_what_has_no_clock_is_missing() -> None:
    ids = pd.Series([str(FIRST - 1), "", None, "1e18", "x", "9" * 19, "9" * 40, "-5"], dtype="str")
    assert clock(ids).isna().all()
    assert off_clock(ids, clock(ids)).isna().all()


@given(st.integers(1_000_000, 2**41 - 1), st.integers(0, 2**22 - 1))
def test_the_clock_is_what_was_written_and_survives_a_float(milliseconds: int, rest: int) -> None:
    whole = (milliseconds << 22) + rest
    exact, rounded = clock(pd.Series([str(whole), str(int(float(whole)))], dtype="str"))
    assert exact == pd.Timestamp(milliseconds + EPOCH, unit="ms", tz="UTC")
    assert abs(rounded - exact) <= pd.Timedelta(milliseconds=1)


WHOLE = [
    str((milliseconds << 22) + milliseconds % 4093) for milliseconds in range(10**11, 10**11 + 60)
]


def test_ids_that_were_floats_are_told_as_a_file_and_not_one_by_one() -> None:
    as_r = [str(int(float(word))) for word in WHOLE]
    as_javascript = [str(round(int(word), -2)) for word in WHOLE]
    assert not all_rounded(pd.Series(WHOLE, dtype="str"))
    assert all_rounded(pd.Series(as_r, dtype="str"))
    assert all_rounded(pd.Series(as_javascript, dtype="str"))
    assert not all_rounded(pd.Series([*as_javascript, WHOLE[1]], dtype="str"))
    assert not all_rounded(pd.Series(as_javascript[:4], dtype="str"))
    assert not all_rounded(pd.Series([], dtype="str"))
