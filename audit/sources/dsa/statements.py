"""The statements of one part in the engine, after everything wrong with them has been named."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NoReturn

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.engine import line_said, pattern_of
from audit.reading.lines import LONGEST_LINE
from audit.reading.zips import Part
from audit.schema import near
from audit.sources.dsa.schema import LISTS, REQUIRED, Layout, layout_of
from audit.sources.dsa.tally import Tally
from audit.sources.dsa.values import VALUES

if TYPE_CHECKING:
    import duckdb

DATES = ("content_date", "application_date", "created_at")
DATE = r"\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}:\d{2}(\.\d{1,6})?)?"
"""A date as published. The engine alone would take "infinity", and pass over an offset."""
# A quote after a backslash was not doubled:
# https://github.com/digital-services-act/transparency-database/issues/454
BROKEN = (
    "a row that is no CSV: too many or too few fields, or a quote that is not doubled, as after a "
    "backslash in some dumps of 2024"
)


@dataclass(slots=True)
class Statements:
    """An engine into which the parts of dumps are read, one after the other.

    Attributes
    ----------
    engine : DuckDBPyConnection
        The rows of the part in hand are its table `part`, every column text.
    either : bool
        Whether values of either schema are taken in a file of either layout.
    faults : Tally
        Of all parts so far.
    layouts : dict
        How many parts were of each layout.
    rows : int
        Statements read so far.
    """

    engine: duckdb.DuckDBPyConnection
    either: bool = False
    faults: Tally = field(default_factory=Tally)
    layouts: dict[str, int] = field(default_factory=dict)
    rows: int = 0

    def read(self, part: Part, columns: Iterable[str]) -> Layout | None:
        """Put `columns` and all that is checked into the table `part`; None where nothing fits."""
        header = _header(part)
        layout, faults = layout_of(header)
        for fault in faults:
            self.faults.note(fault, part.name)
        if layout is None:
            return None
        checked = {*columns, *REQUIRED, *VALUES, *DATES}
        self._load(part, layout, [name for name in layout.columns if name in checked])
        self.layouts[str(layout)] = self.layouts.get(str(layout), 0) + 1
        self._check(part, layout)
        return layout

    def _load(self, part: Part, layout: Layout, wanted: list[str]) -> None:
        import duckdb

        names = ", ".join(f"'{name}': 'VARCHAR'" for name in layout.columns)  # of our own table
        self.engine.execute("drop table if exists part")
        try:
            self.engine.execute(
                f"create temp table part as select {', '.join(wanted)} from read_csv(?, "
                f"columns = {{{names}}}, header = true, auto_detect = false, delim = ',', "
                "quote = '\"', escape = '\"', strict_mode = true, null_padding = false, "
                f"parallel = false, hive_partitioning = false, max_line_size = {LONGEST_LINE})",
                [pattern_of(part.path)],
            )
        except duckdb.InvalidInputException as error:
            _unreadable(part, str(error))

    def _check(self, part: Part, layout: Layout) -> None:
        counted = ", ".join(f"count({name})" for name in REQUIRED)
        rows, *filled = self.engine.execute(f"select count(*), {counted} from part").fetchall()[0]
        self.rows += rows
        for name, found in zip(REQUIRED, filled, strict=True):
            if found < rows:
                fault = Fault("is empty", name, allowed="a value in every statement")
                self.faults.note(fault, part.name, {"": rows - found})
        for name in VALUES:
            self._strange(part, name, layout)
        for name in DATES:
            self._undated(part, name)

    def _strange(self, part: Part, name: str, layout: Layout) -> None:
        allowed = layout.values(name, either=self.either)
        found = self.engine.execute(
            f"select {name}, count(*) from part where {name} is not null group by 1 order by 1"
        ).fetchall()
        strange: dict[str, int] = {}
        for cell, rows in found:
            for value in unknown_in(cell, allowed, as_list=name in LISTS):
                strange[value] = strange.get(value, 0) + rows
        if strange:
            what = f"has values that schema {layout.version} does not know"
            listed = f"the {len(allowed)} published values of {name}"
            hint = _hint(next(iter(strange)), name, layout, allowed)
            self.faults.note(Fault(what, name, allowed=listed, hint=hint), part.name, strange)

    def _undated(self, part: Part, name: str) -> None:
        rows, first = self.engine.execute(
            f"select count(*), min({name}) from part where {name} is not null and "
            f"(try_cast({name} as timestamp) is null or not regexp_full_match({name}, ?))",
            [DATE],
        ).fetchall()[0]
        if rows:
            fault = Fault("is no date", name, allowed="2025-07-01 00:00:00")
            self.faults.note(fault, part.name, {first: rows})


def unknown_in(cell: str, allowed: frozenset[str], *, as_list: bool) -> list[str]:
    """Return the values of one cell that are not allowed; a broken array is one of them."""
    values = array(cell) if as_list else (cell,)
    if values is None:
        return [cell]
    return [value for value in values if value not in allowed]


def array(cell: str | None) -> tuple[str, ...] | None:
    """Return the values of a JSON array of texts; None where the cell is none, () where empty."""
    if not cell:
        return ()
    try:
        values = json.loads(cell)
    except (ValueError, RecursionError):
        return None
    if not isinstance(values, list) or not all(isinstance(value, str) for value in values):
        return None
    return tuple(values)


def refuse(statements: Statements, where: str) -> None:
    """Raise everything that was wrong with the parts, before anything is computed from them."""
    if statements.faults:
        raise SchemaError(where, statements.faults.faults())


def _header(part: Part) -> list[str]:
    with part.path.open("rb") as stream:
        line = stream.readline(LONGEST_LINE)
    try:
        text = line.decode("utf-8-sig")
        header = next(csv.reader([text], strict=True), [])
    except (UnicodeDecodeError, csv.Error):
        header = []
    if not header:
        raise SourceError(f"{part.name}: its first line names no columns. Try: download it again.")
    return header


def _unreadable(part: Part, says: str) -> NoReturn:
    # The engine's message quotes the row, and with it what somebody wrote: only its line is kept.
    line = line_said(says)
    where = f"file line {line:,} holds " if line else "it holds "
    what = "bytes that are not UTF-8" if "unicode" in says.lower() else BROKEN
    raise SchemaError(part.name, [Fault(where + what, hint="download it again, or mend that row")])


def _hint(value: str, name: str, layout: Layout, allowed: frozenset[str]) -> str:
    if value in layout.values(name, either=True):
        return (
            "either_schema=True, if statements under both schemas are meant to stand in one file; "
            "their categories are not the same ones"
        )
    close = near(value, allowed)
    return f"{close!r}" if close else "read what the Commission has changed"


def joined(cells: Iterable[str | None]) -> Mapping[str | None, str | None]:
    """Return each distinct array cell as its values in one text, "A + B"; None where empty."""
    out: dict[str | None, str | None] = {}
    for cell in cells:
        values = array(cell)
        out[cell] = " + ".join(sorted(values)) if values else None
    return out
