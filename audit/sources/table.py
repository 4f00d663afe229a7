"""Anyone's own table of decisions: a frame, CSV, TSV, Parquet or JSON lines, read strictly."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, ClassVar, TypeVar

import pandas as pd

from audit.cases import Cases, Origin, locate
from audit.errors import Fault, SchemaError, SourceError
from audit.reading.exact import from_arrow
from audit.reading.files import read_table
from audit.reading.lines import TextTable
from audit.reading.mapped import once, read_mapped
from audit.regimes import Regimes
from audit.roster import Roster
from audit.schema import CASE_COLUMNS, STANDARD_LADDER, Column, Ladder
from audit.sources.classes import classify, mark_regimes

NOT_STATED = "not stated"
Dated = TypeVar("Dated", Roster, Regimes)


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """A user's own table; the fields are the parameters of `read_cases`."""

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "a table of enforcement decisions"
    question: ClassVar[str] = "Whatever the table's sampling frame allows; the design names it."
    limits: ClassVar[tuple[str, ...]] = (
        "How the rows came to be in the table is not in the table: the design's `frame` must say.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = ()

    path: str
    roster: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    ladder: Sequence[str] = STANDARD_LADDER.rungs
    time_zone: str | None = None
    unlisted: str | None = None
    regimes: str | None = None

    def load(self) -> Cases:
        """Return the checked cases; see `read_cases`."""
        return read_cases(
            self.path,
            roster=self.roster,
            columns=self.columns,
            actions=self.actions,
            ladder=self.ladder,
            time_zone=self.time_zone,
            unlisted=self.unlisted,
            regimes=self.regimes,
        )


def read_cases(
    data: Any,
    *,
    roster: Roster | pd.DataFrame | str | Path | None = None,
    unlisted: str | None = None,
    columns: Mapping[str, str] | None = None,
    actions: Mapping[str, str] | None = None,
    ladder: Ladder | Sequence[str] = STANDARD_LADDER,
    time_zone: str | None = None,
    regimes: Regimes | pd.DataFrame | str | Path | None = None,
    origin: Origin | str | Path | None = None,
) -> Cases:
    """Read a table of cases, or say everything that is wrong with it.

    Parameters
    ----------
    data : data frame or path
        pandas, or anything that offers an Arrow stream (polars, pyarrow, …); or the path of a
        .csv, .tsv, .jsonl or .parquet file. Every cell is read as text first: integer ids in a
        frame or Parquet file become text exactly, float ids are refused. An empty cell is missing.
        Extra columns pass through as they are, text from text files.
    roster : Roster, frame or path
        Dated class membership, as of `posted_at`. It goes before the column `account_class`,
        which counts only for accounts the roster never mentions.
    unlisted : str
        The class of accounts that neither the roster nor the column knows, e.g. "ordinary";
        without it they are "unknown". Needs a roster.
    columns : mapping
        The table's own names to those of `CASE_COLUMNS`: {"user": "account_id"}.
    actions : mapping
        The table's own words to rungs of the ladder: {"deleted": "remove"}.
    ladder : Ladder or sequence of str
        Measures, mildest first; the first means that nothing was done.
    time_zone : str
        The zone of times that carry none, by its IANA name; without it they are refused. A bare
        date is its midnight.
    regimes : Regimes, frame or path
        Dated rules; adds the column `regime`, the version in force when the case was posted.
    origin : Origin or path
        Where the table comes from; without it, the origin.toml beside the file, if there is one.

    Returns
    -------
    Cases
        Columns of `CASE_COLUMNS` first, then `raw_*` (the words, where reading changed more than
        their type), then the rest. An empty account_class is "unknown".

    Raises
    ------
    SchemaError
        With every fault found in `faults`, each with its row numbers (first row of data = 1).
    SourceError
        The file is not there or cannot be read as what its ending says.
    RosterError
        Spells of the roster overlap and disagree.
    """
    table, where = _open(data)
    ladder = ladder if isinstance(ladder, Ladder) else Ladder(tuple(ladder))
    frame, faults = read_mapped(table, columns or {}, actions or {}, ladder, time_zone)
    frame, unclassed, met = classify(frame, _dated(roster, Roster), unlisted)
    frame, unmarked = mark_regimes(frame, _dated(regimes, Regimes))
    faults = once([*faults, *unclassed, *unmarked])
    if faults:
        raise SchemaError(where, [_with_line(fault, table.lines) for fault in faults])
    return Cases(_arranged(frame), (_origin(data, origin), *met), ladder)


def _open(data: Any) -> tuple[TextTable, str]:
    if isinstance(data, str | Path):
        path = locate(data)
        return read_table(path), repr(path.name)
    return _numbered(_as_pandas(data)), "the data frame"


def _as_pandas(data: Any) -> pd.DataFrame:
    if isinstance(data, pd.DataFrame):
        return data
    if hasattr(data, "__arrow_c_stream__"):
        return from_arrow(data)
    if hasattr(data, "to_pandas"):
        return data.to_pandas()
    raise SourceError(
        f"A table cannot be read from {type(data).__name__!r}; allowed: a path, a pandas frame, or "
        "a table that offers an Arrow stream or to_pandas()."
    )


def _numbered(frame: pd.DataFrame) -> TextTable:
    strange = [name for name in frame.columns if not isinstance(name, str)]
    faults = [Fault("column names must be text", value=repr(name)) for name in strange[:5]]
    twice = frame.columns[frame.columns.duplicated()].unique()
    faults += [Fault("two columns have this name", str(name)) for name in twice]
    if faults or frame.empty:
        raise SchemaError("the data frame", faults or [Fault("has no rows")])
    frame = frame.set_axis(pd.RangeIndex(1, len(frame) + 1, name="row"))
    return TextTable(frame, pd.Series(dtype="int64"))


def _origin(data: Any, given: Origin | str | Path | None) -> Origin:
    path = locate(data) if isinstance(data, str | Path) else None
    beside = path.parent / "origin.toml" if path else None
    if isinstance(given, Origin):
        found = given
    elif given is not None:
        found = Origin.read(given)
    elif beside is not None and beside.exists():
        found = Origin.read(beside.absolute())
    else:
        name, title = (path.stem, path.name) if path else ("frame", "a data frame in memory")
        found = Origin(name, title, NOT_STATED, "", "", NOT_STATED)
    return replace(found, sha256=_sha256(path)) if path and not found.sha256 else found


def _sha256(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _dated(given: Any, kind: type[Dated]) -> Dated | None:
    if given is None or isinstance(given, kind):
        return given
    if isinstance(given, str | Path):
        return kind.read(given)
    return kind(_as_pandas(given))


def _with_line(fault: Fault, lines: pd.Series) -> Fault:
    if not fault.rows or "file line" in fault.value or fault.rows[0] not in lines.index:
        return fault
    line = f"file line {lines[fault.rows[0]]:,}"
    return replace(fault, value=f"{fault.value} ({line})" if fault.value else f"it on {line}")


def _arranged(frame: pd.DataFrame) -> pd.DataFrame:
    if "account_id" not in frame:
        frame = frame.assign(account_id=pd.Series(None, index=frame.index, dtype="str"))
    first = [column.name for column in CASE_COLUMNS if column.name in frame]
    raw = [name for name in frame if name.startswith("raw_")]
    rest = [name for name in frame if name not in first and name not in raw]
    return frame[[*first, *raw, *rest]].reset_index(drop=True)
