"""One entry of the block log in one shape, whichever file it came from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit.errors import Fault

NEEDED = ("logid", "title", "params", "type", "action", "user", "timestamp", "comment")
"""What an entry must say. A response leaves out what is hidden, and then says that it is."""

HIDDEN = ("actionhidden", "userhidden", "commenthidden", "suppressed")
OPTIONAL = (
    "ns",
    "pageid",
    "logpage",
    "revid",
    "userid",
    "anon",
    "temp",
    "parsedcomment",
    "tags",
    *HIDDEN,
)
"""What an entry may say besides (MediaWiki, `ApiQueryLogEvents`); only `HIDDEN` is used."""

COLUMNS = (
    "logid",
    "title",
    "type",
    "action",
    "user",
    "timestamp",
    "comment",
    "duration",
    "expiry",
    "partial",
    "line",
)


@dataclass(slots=True)
class Found:
    """What was read of a file so far: entries, and faults by what they are, with their lines."""

    entries: list[tuple[Any, ...]] = field(default_factory=list)
    faults: dict[str, tuple[list[int], str, str]] = field(default_factory=dict)

    def wrong(self, what: str, line: int, value: str = "", allowed: str = "") -> None:
        """Note a fault on a line; the value shown is that of the first."""
        self.faults.setdefault(what, ([], value, allowed))[0].append(line)


@dataclass(frozen=True, slots=True, eq=False)
class Batch:
    """The entries of one file, its faults, and whether it says that the log goes on."""

    frame: pd.DataFrame
    faults: tuple[Fault, ...]
    continues: bool = False


def entry(cells: Mapping[str, Any], line: int) -> tuple[Any, ...]:
    """Return an entry as a row of `COLUMNS`.

    A block is partial where it says so (`sitewide` false, or restrictions and no `sitewide`); log
    entries from before partial blocks (2019) say nothing, and were of the whole site.
    """
    params = cells.get("params") or {}
    text = tuple(cells.get(name) for name in COLUMNS[:7])
    sitewide = params.get("sitewide", "restrictions" not in params)
    return (*text, params.get("duration"), params.get("expiry"), sitewide is False, line)


def batch_of(found: Found, faults: Sequence[Fault], *, continues: bool = False) -> Batch:
    """Return what was found of a file as a batch, its texts as text and "" as missing."""
    frame = pd.DataFrame(found.entries, columns=list(COLUMNS))
    for name in COLUMNS[:9]:
        frame[name] = frame[name].astype("str").replace("", None)
    told = [
        Fault(what, "", tuple(lines), f"{value} on line {lines[0]:,}".strip(), allowed)
        for what, (lines, value, allowed) in found.faults.items()
    ]
    return Batch(frame, (*faults, *told), continues)
