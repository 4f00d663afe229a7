"""Small files in the two layouts of the Trump Twitter Archive, made for the tests."""

from __future__ import annotations

import csv
import json
from pathlib import Path
from typing import Any

import pandas as pd

from audit.reading.snowflake import EPOCH

_MARKS = ["isRetweet", "isDeleted"]
_COUNTS = ["device", "favorites", "retweets"]
ARCHIVE = ["id", "text", *_MARKS, *_COUNTS, "date", "isFlagged"]
ORIGINALS = ["id", "text", *_MARKS, *_COUNTS, "isFlagged", "created_at", "utc", "id_exact"]


def id_at(when: str, sequence: int = 1) -> str:
    """Return an id whose clock shows `when` (UTC)."""
    milliseconds = pd.Timestamp(when, tz="UTC").value // 10**6
    return str(((milliseconds - EPOCH) << 22) + sequence)


def post(when: str, **changes: Any) -> dict[str, Any]:
    """Return one made-up post as the archive writes it."""
    made = {
        "id": id_at(when),
        "text": f"made up, {when}",
        "isRetweet": "f",
        "isDeleted": "f",
        "device": "Twitter for iPhone",
        "favorites": "10",
        "retweets": "2",
        "date": when,
        "isFlagged": "f",
    }
    return made | changes


def posts() -> list[dict[str, Any]]:
    """Return eight posts, one of each kind that the loader tells apart."""
    return [
        post("2010-01-05 10:00:00", id="7400000000"),  # older than the clock
        post("2016-05-01 12:00:00"),
        post("2017-01-20 16:59:59"),
        post("2017-01-20 17:00:01", isDeleted="t"),
        post("2020-05-26 12:00:00", isFlagged="t"),
        post("2020-11-05 01:00:00", isFlagged="t", favorites="0", retweets="0"),
        post("2020-11-06 01:00:00", isRetweet="t", text="RT @someone_else: made up"),
        post("2020-12-01 00:00:00", isFlagged="t"),
    ]


def as_originals(one: dict[str, Any]) -> dict[str, Any]:
    """Return a post of `posts` in the layout of the copy for teaching."""
    spelled = {"t": "True", "f": "False"}
    late = pd.Timestamp(one["date"]) + pd.Timedelta(hours=5)
    return {
        **one,
        **{name: spelled[one[name]] for name in ("isRetweet", "isDeleted", "isFlagged")},
        "id": repr(float(one["id"])),
        "created_at": f"{late:%Y-%m-%d %H:%M:%S}",
        "utc": one["date"],
        "id_exact": one["id"],
    }


def write_csv(path: Path, rows: list[dict[str, Any]], columns: list[str] = ARCHIVE) -> Path:
    """Write the columns of `rows` as CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        out = csv.DictWriter(stream, columns, extrasaction="ignore")
        out.writeheader()
        out.writerows(rows)
    return path


def write_json(path: Path, rows: list[dict[str, Any]]) -> Path:
    """Write `rows` as the archive does: one list, ids as text, counts as numbers."""
    whole = [{**r, "favorites": int(r["favorites"]), "retweets": int(r["retweets"])} for r in rows]
    path.write_text(json.dumps(whole), encoding="utf-8")
    return path
