"""Small block logs written by hand, in the formats that a MediaWiki gives them in."""

from __future__ import annotations

import csv
import gzip
import io
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

HEAD = (
    "logid",
    "ns",
    "title",
    "pageid",
    "logpage",
    "params",
    "type",
    "action",
    "user",
    "timestamp",
    "comment",
)
HIDDEN = ("actionhidden", "suppressed")


def event(number: int, at: str, action: str, target: str, **changes: Any) -> dict[str, Any]:
    """Return an entry as the API gives it in format version 2; `at` is "01 12:00" of January."""
    day, clock = at.split()
    given = {
        "logid": number,
        "ns": 2,
        "title": f"User:{target}",
        "pageid": 0,
        "logpage": 0,
        "params": {},
        "type": "block",
        "action": action,
        "user": "Boss",
        "timestamp": f"2012-01-{day}T{clock}:00Z",
        "comment": "[[WP:Vandalism|Vandalism]]",
    }
    if action != "unblock":
        given["params"] = {"duration": "infinity", "flags": ["nocreate"]}
    return {**given, **changes}


def finite(duration: str, expiry: str) -> dict[str, Any]:
    return {"duration": duration, "flags": [], "expiry": expiry}


def as_csv(events: Iterable[Mapping[str, Any]], head: tuple[str, ...] = HEAD) -> str:
    """Return entries as one batch of a dump, its header first."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(head)
    for e in events:
        writer.writerow([repr(e[c]) if c == "params" and e.get(c) else e.get(c, "") for c in head])
    return out.getvalue()


def hidden(number: int, at: str) -> dict[str, Any]:
    """Return an entry whose target was hidden, which then has neither title nor parameters."""
    made = event(number, at, "block", "x", actionhidden=True)
    return {k: v for k, v in made.items() if k not in ("title", "params", "ns", "pageid")}


def write(folder: Path, *batches: str, name: str = "2012-01.csv.gz") -> Path:
    """Write batches one after the other into a file, gzipped where its name says so."""
    path = folder / name
    raw = "".join(batches).encode()
    path.write_bytes(gzip.compress(raw) if name.endswith(".gz") else raw)
    return path


def response(events: Iterable[Mapping[str, Any]], **more: Any) -> str:
    """Return entries as one response of the API."""
    return json.dumps({"batchcomplete": True, "query": {"logevents": list(events)}, **more})


def version_1(made: Mapping[str, Any]) -> dict[str, Any]:
    """Return an entry as format version 1 has it: true is "", and an empty dictionary a list."""
    out = {k: "" if v is True else v for k, v in made.items() if v is not False}
    params = out.get("params")
    if isinstance(params, dict):
        kept = {k: "" if v is True else v for k, v in params.items() if v is not False}
        out["params"] = kept or []
    return out


WEEK = finite("1 week", "2012-01-09T12:00:00Z")
SMALL = (
    event(1, "01 12:00", "block", "Alice"),
    event(2, "02 12:00", "block", "10.0.0.1", params=WEEK),
    event(3, "02 13:00", "unblock", "Alice"),
    event(4, "02 14:00", "block", "Bob", params=finite("31 hours", "2012-01-03T21:00:00Z")),
    event(5, "03 10:00", "reblock", "Bob", params=finite("1 week", "2012-01-10T10:00:00Z")),
    event(6, "05 10:00", "unblock", "Bob", user="Deputy"),
    event(7, "06 10:00", "block", "Deputy", comment="[[WP:Edit warring|edit warring]]"),
    event(8, "06 10:05", "unblock", "Deputy"),
    hidden(9, "07 00:00"),
    event(10, "07 01:00", "unblock", "#4711"),
    event(11, "07 02:00", "unblock", "Old block"),
    event(12, "07 03:00", "reblock", "Older block"),
    event(13, "08 03:00", "block", "Boss", user="Boss"),
    event(14, "08 04:00", "block", "Tester", comment="testing autoblock"),
    event(15, "08 05:00", "block", "Probe"),
    event(16, "08 06:00", "unblock", "Probe", comment="test is over"),
    event(17, "09 00:00", "block", "Cryptic", params={"duration": "until he is sorry"}),
    event(18, "09 01:00", "block", "2001:db8::/32", params=finite("1 day", "2012-01-10T01:00:00Z")),
    event(19, "09 12:30", "unblock", "10.0.0.1"),
    event(20, "11 00:00", "block", "~2025-12345-67"),
)
"""Nineteen entries and one hidden: every kind that the source tells apart."""
