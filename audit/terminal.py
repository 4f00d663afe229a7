"""What a command prints: nothing hidden in it, and no word cut where a person reads it."""

from __future__ import annotations

import shutil
import sys
from typing import Any, TextIO

from audit.printed.plain import WIDTH, wrapped
from audit.text import visible

OK = 0
"""The exit code of a command that did what was asked."""
LONGEST_LINE = 4000  # characters of one printed line, in which data may be quoted


def say(what: object, *, to: TextIO | None = None, whole: bool = False, indent: int = 0) -> None:
    """Print `what` line by line with nothing hidden in it.

    Parameters
    ----------
    to : stream, default: stdout
        On a terminal, a line that is longer than it wraps between words; what is piped keeps its
        lines, so that programs can read them.
    whole : bool
        Never wrap: the text is a file's.
    indent : int
        Columns by which the rest of a wrapped line stands in; at least two more than its start.
    """
    stream = to or sys.stdout
    if stream is None:  # closed by the shell
        return
    width = 0 if whole or not stream.isatty() else max(WIDTH, shutil.get_terminal_size().columns)
    for line in str(what).split("\n"):
        shown = visible(line, LONGEST_LINE)
        start = len(shown) - len(shown.lstrip(" "))
        print("\n".join(wrapped(shown, width, indent=max(indent, start + 2))), file=stream)


def write_anything(*streams: Any) -> None:
    """Let a terminal that lacks a letter show its number, instead of stopping."""
    for stream in streams:
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
