"""What an engine must be able to do: scan, keep, query, upload a small table, and let go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Protocol

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.engine.files import Files
    from audit.engine.text import Name, Sql, Value

Kind = Literal["text", "whole", "number", "flag", "time", "local time", "other"]
"""What a column is to an engine; "local time" has no zone, "other" is read as text."""

ROW = "row number (audit)"
"""The column of `Relation.numbered` that holds row numbers, first row of data = 1."""


@dataclass(frozen=True, slots=True)
class Relation:
    """A table that an engine can read.

    Attributes
    ----------
    name : str
        What it is called inside the engine.
    kinds : mapping
        Column to kind, in the order of the table.
    numbered : str
        The same table with the column `ROW`; "" where the engine knows no order of rows.
    files : Files, optional
        The files that it was read from, where it was.
    """

    name: str
    kinds: Mapping[str, Kind]
    numbered: str = ""
    files: Files | None = None


class Engine(Protocol):
    """Where tables are kept and grouped; rows do not leave it.

    Attributes
    ----------
    name : str
        "duckdb" or "spark".
    """

    name: str

    def scan(self, data: Any) -> Relation:
        """Return the user's table under a name of the engine's own.

        Raises
        ------
        SourceError
            It is not there, or not of a kind that this engine reads.
        """
        ...

    def query(self, what: Sql) -> dict[str, NDArray[Any]]:
        """Return the answer, one array per column; missing texts None, missing numbers NaN."""
        ...

    def keep(self, what: Sql) -> Name:
        """Compute a table, keep it inside the engine, and return its name."""
        ...

    def upload(self, columns: Mapping[str, NDArray[Any]]) -> Name:
        """Return the name of a small table made of arrays of one length."""
        ...

    def drop(self, *names: Name) -> None:
        """Let go of tables kept or uploaded."""
        ...

    def says(self, operation: str, **given: Sql | Name | Value) -> Sql:
        """Return an operation that engines spell differently; see `OPERATIONS`."""
        ...

    def close(self) -> None:
        """Let go of everything, temporary files first of all."""
        ...


OPERATIONS = {
    "matches": "{x} as a whole matches a pattern",
    "micros": "microseconds since 1970 of a time with a zone {x}",
    "local_micros": "microseconds since 1970 on its own clock of a local time {x}",
    "bare": "the local time that text {x} tells, NULL if none",
    "zoned": "the time that text {x} tells with its zone, UTC where it has none; NULL if none",
    "local": "the UTC time of text or local time {x} on a clock of a zone",
    "total": "the exact sum of {x}, each rounded to a whole number of up to 63 bits, as a float",
    "try_double": "{x} as a number, NULL where it is none",
    "place": "the place of {x} in a list, 1 for the first; NULL where {x} is NULL",
    "among": "whether {x} is in a list; NULL where {x} is NULL",
}
"""What engines spell differently; values go in bound, as `pattern` or `zone`."""
