"""The lines of a file as text, and the table they hold before anyone decides what it means."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from audit.deferred import late
from audit.errors import Fault, SchemaError
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

LONGEST_LINE = 16 * 1024 * 1024
"""Bytes; a longer line is a broken file, and is not read into memory to find out."""
MOST_COLUMNS = 2**14
"""Columns, as many as a spreadsheet has; a table of cases with more lies on its side."""


def refuse_wide(columns: int, where: str) -> None:
    """Raise the fault of a table with more than `MOST_COLUMNS` columns.

    Raises
    ------
    SchemaError
    """
    if columns > MOST_COLUMNS:
        hint = "look for rows and columns that changed places, or leave out what no case needs"
        allowed = f"at most {MOST_COLUMNS:,}"
        fault = Fault(f"there are {columns:,} columns", allowed=allowed, hint=hint)
        raise SchemaError(where, [fault])


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a table in several.

    Attributes
    ----------
    name : str
        Its path below the folder that all of them share.
    before : int
        Rows of the files before it, those at fault included.
    unit : str
        What a line of it is called.
    """

    name: str
    before: int
    unit: str = "file line"


@dataclass(frozen=True, eq=False, slots=True)
class TextTable:
    """What a file holds, before anyone decides what it means.

    Attributes
    ----------
    frame : DataFrame
        CSV, TSV and JSON lines: every cell text, missing where empty. The index holds the row
        numbers a person counts, the first row of data = 1; rows at fault are left out.
    lines : Series of int
        The file line on which each row starts, by row number; empty for Parquet.
    faults : tuple of Fault
        Everything wrong with the file that did not keep the rest from being read.
    unit : str
        What a line of it is called: "file line", "sheet row".
    parts : tuple of Part
        The files, in order, where there are several; rows are then counted over all of them.
    """

    frame: pd.DataFrame
    lines: pd.Series
    faults: tuple[Fault, ...] = ()
    unit: str = "file line"
    parts: tuple[Part, ...] = ()


@dataclass(slots=True)
class Lines:
    """The lines of a file as text; what cannot be text is noted and read as Latin-1."""

    stream: BinaryIO
    faults: list[Fault] = field(default_factory=list)
    number: int = 0
    broken: list[int] = field(default_factory=list)  # lines with bytes that are not UTF-8
    said: str = ""
    hint: str = ""

    def __iter__(self) -> Iterator[str]:
        """Yield each line with its ending."""
        while raw := self.stream.readline(LONGEST_LINE + 1):
            self.number += 1
            if len(raw) > LONGEST_LINE:
                self.faults.append(too_long(self.number))
                return
            raw = raw.removeprefix(b"\xef\xbb\xbf") if self.number == 1 else raw
            try:
                yield raw.decode("utf-8")
            except UnicodeDecodeError as error:
                yield self._latin(raw, error)

    def _latin(self, raw: bytes, error: UnicodeDecodeError) -> str:
        name, text = _guessed(raw)
        if not self.broken:
            near = text[max(0, error.start - 20) : error.start + 20].strip()
            self.said = f"byte 0x{raw[error.start]:02X} (byte {error.start + 1} of the line)"
            self.hint = (
                f"read as {name} that line says {visible(near)!r}; if that is right, save the "
                f"file as UTF-8, e.g. iconv -f {name.upper().replace('LATIN-', 'LATIN')} -t UTF-8"
            )
        self.broken.append(self.number)
        return text

    def check(self, raw: bytes, number: int) -> None:
        """Note a line that is read elsewhere, where it holds bytes that are not UTF-8."""
        self.number = number
        try:
            raw.decode("utf-8")
        except UnicodeDecodeError as error:
            self._latin(raw, error)

    def encoding_faults(self, starts: Sequence[int]) -> list[Fault]:
        """Return the one fault that says which rows hold bytes that are not UTF-8."""
        if not self.broken:
            return []
        rows = np.searchsorted(np.asarray(starts, dtype=np.int64), self.broken, side="right")
        kept = tuple(sorted({int(r) for r in rows if r > 0}))
        return [self.fault_of(kept)]

    def fault_of(self, rows: tuple[int, ...]) -> Fault:
        """Return the fault of the rows that hold bytes that are not UTF-8."""
        value = f"{self.said} on file line {self.broken[0]:,}"
        return Fault("bytes are not UTF-8", "", rows, value, "UTF-8", self.hint)


def _guessed(raw: bytes) -> tuple[str, str]:
    latin = raw.decode("latin-1")
    try:
        windows = raw.decode("cp1252")
    except UnicodeDecodeError:
        return "Latin-1", latin
    return ("Latin-1", latin) if windows == latin else ("Windows-1252", windows)


def too_long(line: int) -> Fault:
    """Return the fault of a line too long to be read."""
    return Fault(
        f"file line {line:,} is over {LONGEST_LINE // 1024**2} MB long; nothing after it was read",
        hint="look for a missing line break, or an export written as one line",
    )
