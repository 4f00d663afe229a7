"""Anyone's own table of decisions: a frame, or files of any common kind, read strictly."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import pandas as pd

from audit.cases import Cases, Origin
from audit.errors import SchemaError, SourceError
from audit.reading.digests import digest
from audit.reading.folders import Files, table_files
from audit.reading.mapped import once, read_mapped
from audit.reading.opening import as_pandas, open_table
from audit.reading.parts import placed
from audit.regimes import Regimes
from audit.roster import Roster
from audit.schema import CASE_COLUMNS, STANDARD_LADDER, Column, Ladder
from audit.sources.classes import classify, mark_regimes

if TYPE_CHECKING:
    from audit.scanned import Scan

NOT_STATED = "not stated"
Dated = TypeVar("Dated", Roster, Regimes)


@dataclass(frozen=True, eq=False, slots=True)
class Table:
    """A user's own table, read by `read_cases`, which says more of each parameter.

    Parameters
    ----------
    path : path or list of paths
        A .csv, .tsv, .jsonl (all three also .gz or .zst), .parquet or .xlsx file, a folder of such
        files, a pattern (`cases/*.csv`), or a list of these, read as one table.
    roster : path, optional
        Dated class membership of accounts, as of `posted_at`; it goes before the column
        `account_class`.
    columns : mapping
        The table's own names to those of the case table: {"user": "account_id"}.
    actions : mapping
        The table's own words to rungs of the ladder: {"deleted": "remove"}.
    ladder : sequence of str
        Measures, mildest first; the first means that nothing was done.
    time_zone : str, optional
        The zone of times that carry none, by its IANA name; without it they are refused.
    unlisted : str, optional
        The class of accounts that neither the roster nor the column knows, such as ordinary;
        without it they are unknown. Needs a roster.
    regimes : path, optional
        Dated rules; adds the column `regime`, the version in force when the case was posted.
    sheet : str, optional
        Of an Excel workbook, the sheet to read; needed where it has several.
    scan : bool
        Whether the rows stay in an engine instead of being read: for tables larger than memory, of
        files of one kind (no Excel). Questions that need single rows are refused in words.
    memory : str, optional
        With `scan`, the most that the engine may hold, "4GB"; the rest is on disk. 80 % of the
        machine without.
    """

    name: ClassVar[str] = "table"
    title: ClassVar[str] = "a table of enforcement decisions"
    question: ClassVar[str] = "Whatever the table's sampling frame allows; the design names it."
    limits: ClassVar[tuple[str, ...]] = (
        "How the rows came to be in the table is not in the table: the design's `frame` must say.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = ()

    path: str | Sequence[str]
    roster: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    actions: Mapping[str, str] = field(default_factory=dict)
    ladder: Sequence[str] = STANDARD_LADDER.rungs
    time_zone: str | None = None
    unlisted: str | None = None
    regimes: str | None = None
    sheet: str | None = None
    scan: bool = False
    memory: str | None = None

    def load(self) -> Cases:
        """Return the checked cases; see `read_cases`, and `audit.scan` for those that stay.

        Raises
        ------
        SourceError, SchemaError
            As `read_cases`; or a parameter is given that the other way of reading has not.
        """
        if self.scan:
            return self._scanned()  # type: ignore[return-value]  # a scan is asked as cases are
        if self.memory is not None:
            raise SourceError("memory is of the engine: it needs scan = true.")
        return read_cases(
            self.path,
            roster=self.roster,
            columns=self.columns,
            actions=self.actions,
            ladder=self.ladder,
            time_zone=self.time_zone,
            unlisted=self.unlisted,
            regimes=self.regimes,
            sheet=self.sheet,
        )

    def _scanned(self) -> Scan:
        """Return the table as it stays in the embedded engine, whole and without a fault."""
        from audit.engine import Duck
        from audit.scanned import scan

        if lost := [name for name in ("regimes", "sheet") if getattr(self, name) is not None]:
            raise SourceError(
                f"{' and '.join(lost)}: not with scan = true. Try: without it, or have the column "
                "`regime` in the table."
            )
        found = scan(
            self.path,
            roster=self.roster,
            columns=self.columns,
            actions=self.actions,
            ladder=self.ladder,
            time_zone=self.time_zone,
            unlisted=self.unlisted,
            engine=Duck(memory=self.memory),
        )
        found.require()
        return found


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
    sheet: str | None = None,
) -> Cases:
    """Read a table of cases, or say everything that is wrong with it.

    Parameters
    ----------
    data : data frame, path or list of paths
        pandas, or anything that offers an Arrow stream (polars, pyarrow, …); or the path of a
        .csv, .tsv, .jsonl (all three also .gz or .zst), .parquet or .xlsx file; or of a folder of
        such files, or a pattern (`cases/*.csv`), or a list of these, read as one table: the files
        must have the same columns, and faults name the file and the row in it. Every cell is read
        as text first: integer ids in a frame or Parquet file become text exactly, float ids are
        refused. An empty cell is missing. Extra columns pass through as they are, text from text
        files.
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
        Where the table comes from; without it, the origin.toml beside the file, or in the folder
        that holds all the files, if there is one. Its sha256, unless it states one, is the file's;
        of several, that of the lines `<sha256>  <name>`, sorted by name, as `sha256sum` prints
        them in that folder.
    sheet : str
        Of an Excel workbook, the sheet to read; needed where it has several.

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
    files = table_files(data) if isinstance(data, str | Path | list | tuple) else None
    table, where = open_table(files if files else data, sheet=sheet)
    ladder = ladder if isinstance(ladder, Ladder) else Ladder(tuple(ladder))
    frame, faults = read_mapped(table, columns or {}, actions or {}, ladder, time_zone)
    frame, unclassed, met = classify(frame, _dated(roster, Roster), unlisted)
    frame, unmarked = mark_regimes(frame, _dated(regimes, Regimes))
    faults = once([*faults, *unclassed, *unmarked])
    if faults:
        raise SchemaError(where, [placed(fault, table) for fault in faults])
    return Cases(_arranged(frame), (_origin(files, origin), *met), ladder)


def _origin(files: Files | None, given: Origin | str | Path | None) -> Origin:
    beside = files.folder / "origin.toml" if files else None
    if isinstance(given, Origin):
        found = given
    elif given is not None:
        found = Origin.read(given)
    elif beside is not None and beside.exists():
        found = Origin.read(beside)
    else:
        found = _unstated(files)
    return replace(found, sha256=digest(files)) if files and not found.sha256 else found


def _unstated(files: Files | None) -> Origin:
    name, title = ("frame", "a data frame in memory")
    if files and len(files.paths) == 1:
        name, title = files.paths[0].stem, files.paths[0].name
    elif files:
        name, title = files.folder.name, f"{files.label} ({len(files.paths)} files)"
    return Origin(name, title, NOT_STATED, "", "", NOT_STATED)


def _dated(given: Any, kind: type[Dated]) -> Dated | None:
    if given is None or isinstance(given, kind):
        return given
    if isinstance(given, str | Path):
        return kind.read(given)
    return kind(as_pandas(given))


def _arranged(frame: pd.DataFrame) -> pd.DataFrame:
    if "account_id" not in frame:
        frame = frame.assign(account_id=pd.Series(None, index=frame.index, dtype="str"))
    first = [column.name for column in CASE_COLUMNS if column.name in frame]
    raw = [name for name in frame if name.startswith("raw_")]
    rest = [name for name in frame if name not in first and name not in raw]
    return frame[[*first, *raw, *rest]].reset_index(drop=True)
