"""The one door to pandoc: sandboxed, with text in and text out."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache

from audit.errors import ReportError

SECONDS = 60


@cache
def _program() -> str:
    try:
        import pypandoc

        return str(pypandoc.get_pandoc_path())
    except (ImportError, OSError) as error:
        raise ReportError(
            f"pandoc is missing ({error}). Try: pip install pypandoc_binary."
        ) from error


def convert(text: str, arguments: Sequence[str]) -> str:
    """Return what pandoc makes of `text`; it may read no file and no address.

    Raises
    ------
    ReportError
        If pandoc is missing, fails, or takes longer than a minute.
    """
    command = [_program(), "--sandbox", *arguments]
    try:
        done = subprocess.run(
            command, input=text.encode(), capture_output=True, timeout=SECONDS, check=False
        )
    except subprocess.TimeoutExpired as error:
        raise ReportError(
            f"pandoc took longer than {SECONDS} seconds; shorten the text."
        ) from error
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip()
        raise ReportError(f"pandoc could not read the text: {said}.")
    return done.stdout.decode()
