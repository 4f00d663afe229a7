"""The one door to pandoc: sandboxed, with bytes in and bytes out."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from functools import cache

from audit.errors import ReportError

SECONDS = 60
EPOCH = "315532800"  # 1980-01-01, the first moment that a zip can hold


@cache
def _program() -> str:
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError) as error:
        raise ReportError(
            f"pandoc is missing ({error}). Try: pip install pypandoc_binary."
        ) from error


def converted(given: bytes, arguments: Sequence[str]) -> bytes:
    """Return what pandoc makes of `given`; it may read no file and no address, nor the clock.

    Raises
    ------
    ReportError
        If pandoc is missing, fails, or takes longer than a minute.
    """
    command = [_program(), "--sandbox", *arguments]
    environment = {**os.environ, "SOURCE_DATE_EPOCH": EPOCH}
    try:
        done = subprocess.run(
            command,
            input=given,
            capture_output=True,
            timeout=SECONDS,
            check=False,
            env=environment,
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(
            f"pandoc took longer than {SECONDS} seconds; shorten the text."
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise ReportError(f"pandoc could not read the text: {said}.")
    return done.stdout
