"""A zip whose bytes depend on its files alone, put in place whole or not at all."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Mapping
from pathlib import Path

from audit.errors import ReportError

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The first moment a zip can name: no clock is read."""
STORED = frozenset({".png"})
"""Kinds that are packed already."""
UNIX, PLAIN_FILE = 3, 0o100644 << 16


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Return files as a zip: sorted by name, all of one time, readable by everyone."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in sorted(files.items()):
            entry = zipfile.ZipInfo(name, EARLIEST)
            entry.create_system, entry.external_attr = UNIX, PLAIN_FILE
            packed = Path(name).suffix in STORED
            entry.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
            archive.writestr(entry, content, compresslevel=9)
    return out.getvalue()


def put(target: Path, content: bytes) -> None:
    """Write a file whole or not at all; one of the same name is replaced.

    Raises
    ------
    ReportError
        When the disk refuses; an earlier file is then as it was.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        partial = Path(name)
        try:
            with os.fdopen(handle, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            partial.chmod(0o644)
            os.replace(partial, target)
        finally:
            partial.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or str(error)
        raise ReportError(
            f"The pack cannot be written to {target}: {reason}. Try another place, or make room."
        ) from error
