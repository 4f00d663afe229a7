"""The files of a block log read into one table of its entries, every fault on its own line."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pandas as pd

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.folders import Files, meant
from audit.reading.typed import FLOAT_ID
from audit.sources.wikipedia_blocks.batches import read_batches
from audit.sources.wikipedia_blocks.expiry import INDEFINITE, UTC_TIME
from audit.sources.wikipedia_blocks.responses import read_lines, read_response
from audit.text import visible

READERS = {
    ".csv.gz": read_batches,
    ".csv": read_batches,
    ".json": read_response,
    ".jsonl": read_lines,
    ".ndjson": read_lines,
}
"""The endings read, and how: dumps as batches of CSV, and responses of the MediaWiki API."""

ACTIONS = ("block", "reblock", "unblock")
STAMP = r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z"


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """The entries of a block log, as the files have them.

    Attributes
    ----------
    frame : DataFrame
        One row per entry, in the order of the files: logid, title, action, user, comment,
        duration and expiry as text; `at` (UTC); sitewide and partial as flags; file and line.
    files : tuple of Path
        In the order they were read.
    continues : bool
        Whether the last response read says that the log goes on.
    """

    frame: pd.DataFrame
    files: tuple[Path, ...]
    continues: bool = False


def find(path: str | Sequence[str]) -> Files:
    """Return the files that a folder, a pattern, a file or a list of these names, sorted by name.

    Raises
    ------
    SourceError
        Nothing is there, a file has an ending that is not read or is meant twice.
    """
    found = meant(path, read=_is_log, what="block log")
    strange = [one.name for one in found.paths if not _is_log(one)]
    if strange:
        what = f"cannot be read as a block log: {', '.join(map(repr, strange[:5]))}"
        raise SourceError(f"{path!r} {what}; allowed: {', '.join(READERS)}.")
    return found


def _is_log(path: Path) -> bool:
    return _ending(path) in READERS


def _ending(path: Path) -> str:
    return next((e for e in READERS if path.name.lower().endswith(e)), path.suffix)


def read_log(files: Sequence[Path]) -> Log:
    """Read files into one log.

    Raises
    ------
    SchemaError
        With every fault of every file: a missing or unknown column, shifted columns, bytes that
        are no UTF-8, an id or a time that is none, or two entries that share an id and differ.
    SourceError
        A file cannot be opened.
    """
    frames, faults, continues = [], [], False
    for path in files:
        try:
            batch = READERS[_ending(path)](path)
        except (OSError, EOFError) as error:
            raise SourceError(f"{path.name!r} cannot be read: {error}.") from error
        frames.append(batch.frame.assign(file=path.name))
        faults += [_in_file(path.name, fault) for fault in batch.faults]
        continues = batch.continues
    frame = pd.concat(frames, ignore_index=True)
    faults += _values(frame)
    if not faults:
        frame["at"] = pd.to_datetime(frame["timestamp"], utc=True).astype(UTC_TIME)
        faults += _contradicting(frame)
    if not faults and frame.empty:
        faults = [Fault("holds no entry of a block log", hint="check that the download finished")]
    if faults:
        raise SchemaError("the block log", faults)
    return Log(frame.drop(columns=["timestamp", "type"]), tuple(files), continues)


def _in_file(name: str, fault: Fault) -> Fault:
    return Fault(
        f"{name}: {fault.what}", fault.column, fault.rows, fault.value, fault.allowed, fault.hint
    )


def _values(frame: pd.DataFrame) -> list[Fault]:
    """Return what is wrong in cells whose columns were found: shifted columns end up here."""
    ids, moment = frame["logid"].fillna(""), frame["timestamp"].fillna("")
    title = frame["title"].fillna("")
    checks = (
        ("logid", ids.str.fullmatch(FLOAT_ID), "was a float, and floats lose digits", "digits"),
        (
            "logid",
            ~ids.str.fullmatch(r"[1-9]\d*") & ~ids.str.fullmatch(FLOAT_ID),
            "is no id",
            "digits",
        ),
        ("timestamp", ~_is_moment(moment), "is no time", "2012-01-01T00:01:56Z"),
        ("expiry", _is_no_end(frame["expiry"]), "is no time", "2012-01-09T12:00:00Z"),
        ("type", frame["type"] != "block", "is another log", "block"),
        ("action", ~frame["action"].isin(ACTIONS), "is no action", ", ".join(ACTIONS)),
        ("title", (title != "") & ~title.str.contains(":"), "has no namespace", "User:…"),
    )
    return [
        _fault(frame, bad, column, what, allowed)
        for column, bad, what, allowed in checks
        if any(bad)
    ]


def _is_no_end(expiry: pd.Series) -> pd.Series:
    said = expiry.fillna("").str.strip()
    read = pd.to_datetime(said.where(said != ""), format="ISO8601", utc=True, errors="coerce")
    return (said != "") & read.isna() & ~said.str.lower().isin(INDEFINITE)


def _is_moment(words: pd.Series) -> pd.Series:
    shaped = words.str.fullmatch(STAMP)
    real = pd.to_datetime(words.where(shaped), format="%Y-%m-%dT%H:%M:%SZ", errors="coerce")
    return shaped & real.notna()


def _fault(frame: pd.DataFrame, bad: pd.Series, column: str, what: str, allowed: str) -> Fault:
    """Return the fault of some rows, with the file and line of the first."""
    first = frame[bad].iloc[0]
    shown = repr(visible(first[column], 60)) if isinstance(first[column], str) else "nothing"
    value = f"{shown} in {first['file']}, line {first['line']:,}"
    lines = tuple(int(n) for n in frame.loc[bad & (frame["file"] == first["file"]), "line"])
    elsewhere = frame.loc[bad, "file"].nunique() - 1
    more = f" (and in {elsewhere} more files)" if elsewhere else ""
    return Fault(what + more, column, lines, value, allowed)


def _contradicting(frame: pd.DataFrame) -> list[Fault]:
    again = frame[frame["logid"].duplicated(keep=False)]
    said = again.drop(columns=["file", "line"]).drop_duplicates()
    twice = again["logid"].isin(said.loc[said["logid"].duplicated(), "logid"])
    if not twice.any():
        return []
    bad = twice.reindex(frame.index, fill_value=False)
    what = "is the id of two entries that differ"
    return [_fault(frame, bad, "logid", what, "each id once, or the same entry again")]
