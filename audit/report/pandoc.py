"""Pandoc with text in and text out."""

from __future__ import annotations

from collections.abc import Sequence

from audit.pandoc import converted


def convert(text: str, arguments: Sequence[str]) -> str:
    """Return what pandoc makes of `text`; it may read no file and no address.

    Raises
    ------
    ReportError
        If pandoc is missing, fails, or takes longer than a minute.
    """
    return converted(text.encode(), arguments).decode()
