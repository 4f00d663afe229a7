"""Files as bytes, compressed or not, and what their endings say."""

from __future__ import annotations

import gzip
import sys
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, cast

from audit.errors import SourceError


def zstandard() -> Any:
    """Return the module that reads Zstandard: of Python from 3.14 on, before it the backport.

    Raises
    ------
    SourceError
        It is not installed.

    References
    ----------
    PEP 784, "Adding Zstandard to the standard library", https://peps.python.org/pep-0784/
    """
    try:
        if sys.version_info >= (3, 14):
            from compression import zstd
        else:
            from backports import zstd
    except ImportError as error:
        raise SourceError(
            "Zstandard files (.zst) need a package that is not installed. Try: "
            "pip install 'audit[zstd]', or unpack the file."
        ) from error
    return zstd


COMPRESSIONS: Mapping[str, Callable[[Path], Any]] = {
    ".gz": gzip.GzipFile,
    ".zst": lambda path: zstandard().ZstdFile(path),
}
"""Endings that say how a file is compressed, and how it is opened."""

MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "Zstandard", b"PK\x03\x04": "a zip archive"}
"""First bytes that no text file has."""


def endings(path: Path) -> tuple[str, str]:
    """Return the ending that says the kind, and that of the compression ("" for none)."""
    last = path.suffix.lower()
    if last in COMPRESSIONS:
        return path.with_suffix("").suffix.lower(), last
    return last, ""


@contextmanager
def open_bytes(path: Path) -> Iterator[BinaryIO]:
    """Open a text file for reading, unpacked as its ending says.

    Raises
    ------
    SourceError
        It breaks off, is damaged, or is compressed otherwise than its ending says.
    """
    compression = endings(path)[1]
    if not compression:
        _refuse_compressed(path)
        with path.open("rb") as plain:
            yield plain
        return
    damaged: tuple[type[Exception], ...] = (zlib.error, gzip.BadGzipFile)
    if compression == ".zst":
        damaged += (zstandard().ZstdError,)
    try:
        with COMPRESSIONS[compression](path) as stream:
            yield cast(BinaryIO, stream)
    except EOFError as error:
        raise SourceError(
            f"{path.name!r} breaks off: its compressed data have no end, so what follows the break "
            "is lost. Try: fetch or export it again, and compare its size with the original's."
        ) from error
    except damaged as error:
        raise SourceError(
            f"{path.name!r} is damaged or is not what {compression} says ({error}). Try: fetch or "
            "export it again."
        ) from error


def _refuse_compressed(path: Path) -> None:
    with path.open("rb") as stream:
        first = stream.read(4)
    found = next((name for magic, name in MAGIC.items() if first.startswith(magic)), "")
    if found:
        ending = {"gzip": ".gz", "Zstandard": ".zst"}.get(found)
        cure = f"call it {path.name + ending!r}" if ending else "unpack it"
        raise SourceError(f"{path.name!r} is {found}, not text. Try: {cure}.")
