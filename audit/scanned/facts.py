"""What a report says of a table that stays in an engine: its files, its last day, its ids."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from audit.deferred import late
from audit.engine import joined, sql
from audit.errors import SourceError
from audit.reading.digests import sha256, together
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from audit.engine import Relation
    from audit.scanned.noun import Scan
else:
    pd = late("pandas")

STAMPS = "stamps of files"


@dataclass(frozen=True, slots=True)
class FileRead:
    """One file of a scan: its name below the folder of all, its size in bytes, its SHA-256."""

    name: str
    size: int
    sha256: str


def stamps(relation: Relation) -> dict[Path, tuple[int, int]]:
    """Return size and time of change of every file of a table; empty where it has none."""
    paths = relation.files.paths if relation.files is not None else ()
    found = {path: path.stat() for path in paths}
    return {path: (said.st_size, said.st_mtime_ns) for path, said in found.items()}


def files_read(scan: Scan) -> tuple[FileRead, ...]:
    """Return the files of a scan with their hashes, each read once more for it, and only once.

    Counting does not wait for this: it is done when a report asks, at the speed of the disk or of
    SHA-256, whichever is less (about 0.5 s a gigabyte). Empty where the table is in no file.

    Raises
    ------
    SourceError
        A file has changed since it was scanned, so that its hash would be of other rows.
    """
    before, now = scan.once(STAMPS, lambda: stamps(scan.relation)), stamps(scan.relation)
    if changed := [visible(p.name) for p in now if now[p] != before.get(p)]:
        raise SourceError(
            f"{', '.join(changed[:5])} changed since the scan began, so that no hash says what was "
            "counted. Try: scan again, once nothing writes there."
        )

    def hashed() -> tuple[FileRead, ...]:
        files = scan.relation.files
        if files is None:
            return ()
        return tuple(FileRead(files.name(p), size, sha256(p)) for p, (size, _) in now.items())

    found: tuple[FileRead, ...] = scan.once(("files", *now.values()), hashed)
    return found


def digest(scan: Scan) -> str:
    """Return one SHA-256 of all files, as `audit.reading.digests.digest`; "" of no file."""
    found = files_read(scan)
    return together({f.name: f.sha256 for f in found}) if found else ""


def last_day(scan: Scan) -> str:
    """Return the last day in the times of the table, ISO 8601; "" where it has none."""
    here = [c for c in ("observed_until", "acted_at", "posted_at") if c in scan.names]
    if not here:
        return ""

    def latest() -> float:
        micros = joined([sql("max({x})", x=scan.column(c).micros()) for c in here])
        what = sql("select greatest({m}, {m}) as last from {s}", m=micros, s=scan.source())
        return float(scan.engine.query(what)["last"][0])

    last = scan.once("last day", latest)
    return "" if np.isnan(last) else pd.Timestamp(int(last), unit="us").date().isoformat()


def by_class(scan: Scan) -> dict[str, int]:
    """Return the cases of every class of the table, before any left it."""

    def counted() -> dict[str, int]:
        what = sql(
            "select {name} as name, cast(sum({size}) as bigint) as n from {s} group by 1",
            name=scan.value("account_class")[0],
            size=scan.size(),
            s=scan.source(),
        )
        found = scan.engine.query(what)
        return {str(k): int(n) for k, n in zip(found["name"], found["n"], strict=True)}

    found: dict[str, int] = scan.once("by class", counted)
    return found
