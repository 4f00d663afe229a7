"""What is wrong with a file that the engine could not read: which file, which line, in words.

Files are read again only once something has failed, so that whole ones cost nothing; but for
Zstandard, of which the engine takes a file that breaks off for a shorter one.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from audit.errors import SchemaError, SourceError
from audit.reading.compressed import endings, open_bytes
from audit.reading.files import require_json_lines
from audit.reading.structure import Structure
from audit.text import visible

if TYPE_CHECKING:
    from audit.engine.files import Files

BLOCK = 1 << 20


def require_whole(path: Path) -> None:
    """Read a packed file to its end.

    Raises
    ------
    SourceError
        It breaks off or is damaged.
    """
    with open_bytes(path) as stream:
        while stream.read(BLOCK):
            pass


def raise_damage(files: Files, read: Callable[[Path], str]) -> None:
    """Raise what is wrong with the first file that is not whole; nothing where all are.

    Parameters
    ----------
    files : Files
    read : callable
        Reads all of one file with the engine, and returns what it says where it cannot.

    Raises
    ------
    SourceError, SchemaError
        With the file, and the lines where it has lines.
    """
    for path in files.paths:
        if files.ending == ".parquet":
            if said := read(path):
                raise SourceError(
                    f"{visible(path.name)!r} breaks off or is damaged, so that it is no whole "
                    f"Parquet file ({said}). Try: fetch or export it again, and compare its size "
                    "with the original's."
                )
            continue
        if endings(path)[1]:
            require_whole(path)
        if files.delimited:
            _require_structure(files, path)
        else:
            require_json_lines(path)


def _require_structure(files: Files, path: Path) -> None:
    with files.open(path) as stream:
        faults = Structure(files.delimiter).walk(stream).faults()
    if faults:
        raise SchemaError(path.name, faults)
