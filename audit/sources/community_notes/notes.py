"""Notes with their status, held to what ids, times and statuses can be."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

import pandas as pd

from audit.errors import Fault
from audit.reading.exact import exact_frame
from audit.reading.snowflake import EPOCH, FIRST
from audit.reading.typed import LOST_DIGITS
from audit.schema import Ladder
from audit.sources.community_notes.files import Download
from audit.text import visible

if TYPE_CHECKING:
    import duckdb

Shown = Literal["current", "ever"]
LADDER = Ladder(("none", "label"))
"""A shown note is a label: words beside a post that stays where it is. Nothing else can happen."""

SHOWN = "CURRENTLY_RATED_HELPFUL"
STATUSES = (SHOWN, "CURRENTLY_RATED_NOT_HELPFUL", "NEEDS_MORE_RATINGS")
MISLEADING, NOT_MISLEADING = "MISINFORMED_OR_POTENTIALLY_MISLEADING", "NOT_MISLEADING"
CLASSIFICATIONS = (MISLEADING, NOT_MISLEADING)
NEVER = "('', '-1')"  # how a status or time that never came has been written
FIRST_NOTE, LAST_NOTE = 1_609_459_200_000, 4_102_444_800_000  # 2021 and 2100, in milliseconds

_JOINED = f"""
select n."noteId" as case_id, n."tweetId" as post_id, n.classification,
       case when h.current not in {NEVER} then h.current end as status,
       case when h.first not in {NEVER} then h.first end as first,
       case when h.latest not in {NEVER} then h.latest end as latest,
       h."noteId" is not null as scored,
       case when try_cast(n."tweetId" as bigint) >= {FIRST} then
           epoch_ms((try_cast(n."tweetId" as bigint) >> 22) + {EPOCH}) end as posted_at,
       epoch_ms(try_cast(n."createdAtMillis" as bigint)) as reported_at,
       case when h."firstAt" not in {NEVER} then epoch_ms(try_cast(h."firstAt" as bigint)) end
           as first_at,
       case when h."latestAt" not in {NEVER} then epoch_ms(try_cast(h."latestAt" as bigint)) end
           as latest_at,
       case when h."currentAt" not in {NEVER} then epoch_ms(try_cast(h."currentAt" as bigint)) end
           as observed_until
"""
TIMES = ("posted_at", "reported_at", "first_at", "latest_at", "observed_until")


def faults_of(download: Download) -> list[Fault]:
    """Return everything wrong with the ids, times and statuses of a download."""
    engine, faults = download.engine, list(download.faults)
    ids = [("notes", "noteId"), ("notes", "tweetId"), ("history", "noteId")]
    for table, name in [*ids, *([("ratings", "noteId")] if download.rated else [])]:
        faults += _ids(engine, table, name)
    for table in ("notes", "history"):
        faults += _repeated(engine, table) + _millis(engine, table, "createdAtMillis", "")
    for name in ("firstAt", "latestAt", "currentAt"):
        faults += _millis(engine, "history", name, f' and "{name}" not in {NEVER}')
    faults += _levels(engine, "notes", "classification", CLASSIFICATIONS)
    for name in ("current", "first", "latest"):
        faults += _levels(engine, "history", name, STATUSES)
    return faults


def joined(download: Download, *, also: tuple[str, ...] = (), ratings: bool) -> pd.DataFrame:
    """Return one row per note, in the order of their ids, with what the history says of it."""
    more = "".join(f', n."{name}"' for name in also)
    counted = ", coalesce(r.n, 0) as ratings" if ratings else ""
    rated = (
        'left join (select "noteId", cast(sum(n) as bigint) as n from ratings group by 1) r '
        'on r."noteId" = n."noteId"'
    )
    download.engine.execute(
        f"create temp table joined as {_JOINED}{more}{counted} from notes n "
        f'left join history h on h."noteId" = n."noteId" {rated * ratings} '
        'order by try_cast(n."noteId" as bigint)'
    )
    frame = exact_frame(download.engine, "joined")
    for name in TIMES:
        frame[name] = frame[name].dt.tz_localize("UTC")
    return frame


def shown(frame: pd.DataFrame, which: Shown) -> pd.DataFrame:
    """Return `action`, `acted_at` and `eligible` of each note; no action where nobody knows it.

    Only a note that calls the post misleading is eligible to be shown, whatever its rating: "only
    notes that indicate a post is “potentially misleading” and earn the status of Helpful are
    eligible to be displayed on posts" (Note ranking algorithm, Note Status,
    https://communitynotes.x.com/guide/en/under-the-hood/ranking-notes).

    current: whether the note was shown at the last look. ever: whether the first, the latest or the
    current status that the history keeps was the one that shows it; a status in between is lost.
    The time is when the note first got that status, by the first or else the latest change that
    was to it. The time of the current status is when the note was last scored, and no time of
    showing it: it is the last look.
    """
    helpful = frame[["first", "latest", "status"]].eq(SHOWN)
    eligible = frame["classification"] != NOT_MISLEADING
    rated = helpful["status"] if which == "current" else helpful.any(axis=1)
    is_shown = rated & (frame["classification"] == MISLEADING)
    action = pd.Series("none", index=frame.index, dtype="str").mask(is_shown, "label")
    action = action.mask(eligible & ~is_shown & (frame["status"].isna() | rated))
    when = frame["first_at"].where(helpful["first"])
    when = when.fillna(frame["latest_at"].where(helpful["latest"]))
    when = when.where(is_shown)
    return pd.DataFrame({"action": action, "acted_at": when, "eligible": eligible.astype(bool)})


def _count(
    engine: duckdb.DuckDBPyConnection, table: str, name: str, bad: str
) -> tuple[int, str | None]:
    rows = engine.execute(f'select count(*), min("{name}") from {table} where {bad}').fetchall()
    return int(rows[0][0]), rows[0][1]


def _ids(engine: duckdb.DuckDBPyConnection, table: str, name: str) -> list[Fault]:
    bad = f'"{name}" is null or not regexp_full_match("{name}", \'[0-9]{{1,19}}\')'
    rows, first = _count(engine, table, name, bad)
    if not rows:
        return []
    what = f"is no id in {rows:,} rows of {table}"
    return [Fault(what, name, (), repr(visible(first)), f"up to 19 digits, {LOST_DIGITS}")]


def _repeated(engine: duckdb.DuckDBPyConnection, table: str) -> list[Fault]:
    twice = f'(select "noteId" from {table} group by 1 having count(*) > 1)'
    rows, first = _count(engine, twice, "noteId", "true")
    if not rows:
        return []
    what = f"{rows:,} notes occur twice in {table}"
    hint = "leave out parts that were downloaded twice"
    return [Fault(what, "noteId", (), repr(visible(first)), "each note once", hint)]


def _millis(engine: duckdb.DuckDBPyConnection, table: str, name: str, and_: str) -> list[Fault]:
    number = f'try_cast("{name}" as bigint)'
    outside = f"({number} is null or {number} not between {FIRST_NOTE} and {LAST_NOTE})"
    rows, first = _count(engine, table, name, outside + and_)
    if not rows:
        return []
    what = f"is no time since 2021 in {rows:,} rows of {table}"
    hint = "seconds have 10 digits, microseconds 16; the published files have 13"
    return [Fault(what, name, (), repr(visible(first)), "milliseconds since 1970", hint)]


def _levels(
    engine: duckdb.DuckDBPyConnection, table: str, name: str, levels: tuple[str, ...]
) -> list[Fault]:
    listed = ", ".join(f"'{level}'" for level in levels)
    rows, first = _count(engine, table, name, f"{name} not in ({listed}) and {name} not in {NEVER}")
    if not rows:
        return []
    what = f"is not a level in {rows:,} rows of {table}"
    hint = "read what the download guide has changed"
    return [Fault(what, name, (), repr(visible(first)), ", ".join(levels), hint)]
