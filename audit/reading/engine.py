"""An engine that keeps to the memory it is given, and leaves nothing behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from audit.errors import SourceError

if TYPE_CHECKING:
    import duckdb

LINE = re.compile(r"CSV Error on Line: (\d+)")


@contextmanager
def engine_in(memory: str) -> Iterator[tuple[duckdb.DuckDBPyConnection, Path]]:
    """Yield an engine and a folder for what does not fit; both are gone afterwards.

    Parameters
    ----------
    memory : str
        What the engine holds before it writes to the folder, "1GB"; Python's own comes on top.

    Raises
    ------
    SourceError
        `memory` is no amount of it, or is too little; or the disk is full.
    """
    import duckdb

    with TemporaryDirectory(prefix="audit-") as name:
        config: dict[str, str | bool | int | float | list[str]] = {
            "memory_limit": memory,
            "temp_directory": str(Path(name) / "spill"),
        }
        try:
            engine = duckdb.connect(config=config)
        except duckdb.Error as error:
            raise SourceError(f"memory is {memory!r}; allowed: '2GB', '512MB', …") from error
        try:
            with engine:
                yield engine, Path(name)
        except duckdb.OutOfMemoryException as error:
            raise SourceError(f"memory is {memory!r}, which is too little. Try: more.") from error
        except duckdb.IOException as error:
            raise SourceError(
                "The engine could not read or write a file: is the disk full? Try: TMPDIR on a "
                "larger one."
            ) from error


def pattern_of(path: Path) -> str:
    """Return the pattern that matches this file alone, for an engine that takes paths as patterns.

    Given as it is, `posts[1].csv` is read as `posts1.csv`, where there is one.
    """
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in str(path))


def line_said(says: str) -> int | None:
    """Return the line that the engine's message names; the message itself quotes what is in it."""
    found = LINE.search(says)
    return int(found.group(1)) if found else None
