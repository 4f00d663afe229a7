"""The file of the Trump Twitter Archive: its layouts, its ids, and the clock its times are held to.

Two layouts are read. `archive` is the download of the archive's second version, as CSV (t and f for
yes and no) or as a JSON list with the same keys. `originals` is a copy made for teaching (dsEssex),
which keeps the ids once as rounded numbers (`id`) and once as text (`id_exact`), and the times once
as they are (`utc`) and once five hours late (`created_at`), as though they had been Eastern.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path

import pandas as pd

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.columns import read_columns
from audit.reading.files import read_json_list, read_table
from audit.reading.folders import Files, table_files
from audit.reading.lines import TextTable
from audit.reading.snowflake import WITHIN, all_rounded, off_clock
from audit.reading.typed import FLOAT_ID, LOST_DIGITS, Reading
from audit.schema import Column
from audit.text import visible

_MARKS = {"isRetweet": "is_retweet", "isDeleted": "is_deleted", "isFlagged": "is_flagged"}
_COUNTS = {"favorites": "raw_favorites", "retweets": "raw_retweets"}
LAYOUTS: Mapping[str, Mapping[str, str]] = {
    "archive": {"id": "case_id", "text": "text", "device": "device", "date": "posted_at"}
    | _MARKS
    | _COUNTS,
    "originals": {"id": "raw_id", "id_exact": "case_id", "text": "text", "device": "device"}
    | {"utc": "posted_at", "created_at": "raw_created_at"}
    | _MARKS
    | _COUNTS,
}
"""Every column of each layout, and what it is called here."""

FIRST_VERSION = frozenset({"source", "created_at", "retweet_count", "favorite_count", "id_str"})
"""Columns of the archive's first version, which holds neither flags nor deletions."""

POST_COLUMNS = (
    Column("case_id", "id", "no", "the post's id; empty where only a rounded one is left"),
    Column("posted_at", "time", "yes", "when it was posted, as recorded", unit="UTC"),
    Column("is_retweet", "flag", "yes", "someone else's post, passed on"),
    Column("is_deleted", "flag", "yes", "deleted by its author"),
    Column("is_flagged", "flag", "yes", "seen with a label or behind a notice by the archive"),
    Column("raw_favorites", "whole", "no", "favorites when the archive last looked"),
    Column("raw_retweets", "whole", "no", "retweets when the archive last looked"),
)


def archive_file(path: str | Path) -> Files:
    """Return the one file that a path or a folder means.

    Raises
    ------
    SourceError
        None is there, or several.
    """
    files = table_files(path)
    if len(files.paths) > 1:
        names = ", ".join(visible(name) for name in files.names[:5])
        raise SourceError(f"{files.label!r} holds several files: {names}. Try: the path of one.")
    return files


def read_archive(path: str | Path) -> tuple[pd.DataFrame, str]:
    """Return the posts of a file of either layout, and the layout's name.

    Parameters
    ----------
    path : str or Path
        CSV, JSON list or JSON lines; or the folder of that one file.

    Returns
    -------
    DataFrame
        `POST_COLUMNS`, `off_clock` (recorded time less the time in the id, missing where there is
        none), then what the layout holds besides: text, device, raw_*. The index is that of the
        file's rows, the first = 1.
    str

    Raises
    ------
    SchemaError
        Before anything is computed, with every column that is missing or new; then with every
        fault of a cell, with ids that are floats or repeat, and with times that are not UTC.
    SourceError
        The file is not there or is of another kind.
    """
    found = archive_file(path).paths[0]
    table = read_json_list(found) if found.suffix.lower() == ".json" else read_table(found)
    layout = _layout(table, found.name)
    frame = table.frame.rename(columns=dict(LAYOUTS[layout]))
    for name in _MARKS.values():
        frame[name] = frame[name].replace({"t": "true", "f": "false"})
    posts, faults = read_columns(frame, POST_COLUMNS, Reading(zone=datetime.UTC))
    posts = posts.drop(columns="raw_posted_at", errors="ignore")
    faults = [*table.faults, *faults, *_id_faults(posts)]
    if not faults:
        posts.insert(2, "off_clock", off_clock(_any_id(posts), posts["posted_at"]))
        faults = _zone_faults(posts["off_clock"])
    if faults:
        raise SchemaError(repr(found.name), faults)
    return posts, layout


def off_by_more_than_a_minute(posts: pd.DataFrame) -> pd.Series:
    """Return whether each post's recorded time is over a minute from the clock in its id."""
    return (posts["off_clock"].abs() > WITHIN).fillna(False).astype(bool)


def _layout(table: TextTable, name: str) -> str:
    """Return the layout whose columns these are, or raise naming every column that differs."""
    here = set(table.frame.columns)
    layout = min(LAYOUTS, key=lambda key: len(here ^ set(LAYOUTS[key])))
    lacking = [c for c in LAYOUTS[layout] if c not in here]
    new = [c for c in table.frame.columns if c not in LAYOUTS[layout]]
    allowed = f"the columns of the layout {layout!r}: {', '.join(LAYOUTS[layout])}"
    faults = [Fault("is missing", c, allowed=allowed) for c in lacking]
    hint = "leave it out, or say which version of the archive this is"
    faults += [Fault("is no column of this version", c, hint=hint) for c in new]
    if lacking and here >= FIRST_VERSION:
        what = "this is the archive's first version, which holds neither flags nor deletions"
        faults = [Fault(what, allowed=allowed, hint="download the second version")]
    if faults:
        raise SchemaError(repr(name), [*table.faults, *faults])
    return layout


def _id_faults(posts: pd.DataFrame) -> list[Fault]:
    ids = posts["case_id"]
    rows = tuple(int(r) for r in posts.index[ids.notna() & ids.duplicated(keep=False)])
    faults = [Fault("repeats", "id", rows, repr(ids[rows[0]]))] if rows else []
    if all_rounded(ids):
        hint = "read the archive’s own file: a program that holds numbers as floats, such as jq, "
        hint += "JavaScript or a spreadsheet, has written this one anew"
        what = "ids have been floats: not one has a digit that a float would have lost"
        faults.append(Fault(what, "id", (), repr(ids.dropna().iloc[-1]), LOST_DIGITS, hint))
    if "raw_id" not in posts:
        gaps = tuple(int(r) for r in posts.index[ids.isna()])
        return [*faults, *([Fault("is empty", "id", gaps)] if gaps else [])]
    rounded = posts.loc[ids.isna(), "raw_id"]
    bad = rounded.index[~rounded.str.fullmatch(FLOAT_ID).fillna(False).astype(bool)]
    if len(bad):
        allowed = "an id in id_exact, or its rounded form in id"
        faults.append(Fault("is empty", "id_exact", tuple(map(int, bad)), allowed=allowed))
    return faults


def _any_id(posts: pd.DataFrame) -> pd.Series:
    """Return the exact id, or where there is none the rounded one, which still tells the time."""
    if "raw_id" not in posts:
        return posts["case_id"]
    rounded = posts["raw_id"].where(posts["case_id"].isna())
    spelled = rounded.map(lambda word: f"{Decimal(word):.0f}", na_action="ignore").astype("str")
    return posts["case_id"].fillna(spelled)


def _zone_faults(off: pd.Series) -> list[Fault]:
    """Refuse a file most of whose times are no UTC by the clocks inside its own ids."""
    known = off.dropna()
    late = known[known.abs() > WITHIN]
    if 2 * len(late) <= len(known):
        return []
    hours = late.dt.total_seconds().div(3600).median()
    value = f"{len(late):,} of {len(known):,} over a minute off, in the median by {hours:+.1f} h"
    rows = tuple(int(r) for r in late.index)
    what = "times are not UTC by the clocks inside the posts’ own ids"
    hint = "take the column that is UTC; nothing is shifted here"
    return [Fault(what, "posted_at", rows, value, "UTC", hint)]
