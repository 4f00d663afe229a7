"""A face as plain text that fits a terminal."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from typing import TYPE_CHECKING

from audit.printed.grid import Grid, Head
from audit.text import NO_BREAK, together

if TYPE_CHECKING:
    from audit.printed.face import Face

WIDTH = 80
GAP = "  "
NARROWEST = 12  # columns of text that a squeezed column keeps


def set_plain(face: Face, *, width: int = WIDTH) -> str:
    """Return a face as text: the question above sentences, and these above the numbers.

    Parameters
    ----------
    width : int
        Columns that a sentence may take; 0 leaves each on a line of its own. Grids keep to `WIDTH`.
    """
    lines = wrapped(face.heading, width)
    for sentence in face.says:
        indent = len(sentence) - len(sentence.lstrip(" "))
        lines += wrapped(sentence, width, indent=indent + 2)
    for one in face.grids:
        lines += ["", *set_grid(one)] if lines else set_grid(one)
    return "\n".join(lines)


def set_grid(one: Grid, width: int = WIDTH) -> list[str]:
    """Return a grid as lines; one whose numbers are too wide is set row under row."""
    lines = wrapped(one.caption, width) if one.title else []
    if one.cells:
        sizes = _sizes(one, width)
        lines += _rows(one, sizes) if sizes else _records(one, width)
    return lines + [line for note in one.below for line in wrapped(note, width, indent=2)]


def columns_of(text: str) -> int:
    """Return how many columns of a terminal a text takes; wide letters take two."""
    wide = sum(unicodedata.east_asian_width(c) in "WF" for c in text)
    return len(text) + wide - sum(unicodedata.combining(c) > 0 for c in text)


def wrapped(text: str, width: int, *, indent: int = 0) -> list[str]:
    """Return a text in lines of at most `width` columns, those after the first indented."""
    if not width or columns_of(text) <= width:
        return [text]
    start = text[: len(text) - len(text.lstrip(" "))]
    found = _broken(text.strip(" "), width - max(len(start), indent))
    return [start + found[0], *(" " * indent + line for line in found[1:])]


def _broken(text: str, width: int) -> list[str]:
    # Half the letters to a line where they are twice as wide.
    letters = width if columns_of(text) == len(text) else max(1, width // 2)
    lines = textwrap.wrap(together(text), letters, break_on_hyphens=False) or [""]
    return [line.replace(NO_BREAK, " ") for line in lines]


def _sizes(one: Grid, width: int) -> list[int]:
    """Return the width of each column, text squeezed until all fit; none where nothing does."""
    columns = list(zip(*one.cells, strict=True))
    cells = [max(map(columns_of, column)) for column in columns]
    labels = [columns_of(h.label) for h in one.heads]
    sizes = [max(pair) for pair in zip(cells, labels, strict=True)]
    least = [_least(h, n) for h, n in zip(one.heads, cells, strict=True)]
    over = sum(sizes) + len(GAP) * (len(sizes) - 1) - width
    while over > 0:
        slack = [size - low for size, low in zip(sizes, least, strict=True)]
        widest = slack.index(max(slack))
        if slack[widest] <= 0:
            return []
        cut = min(over, slack[widest])
        sizes[widest] -= cut
        over -= cut
    return sizes


def _least(head: Head, cells: int) -> int:
    """Return how far a column can be squeezed: numbers stay whole, their heading may wrap."""
    word = max(map(columns_of, head.label.split()), default=0)
    return max(word, min(cells, NARROWEST) if head.align == "left" else cells)


def _rows(one: Grid, sizes: Sequence[int]) -> list[str]:
    sides = [h.align for h in one.heads]
    lines = _row([h.label for h in one.heads], sizes, sides)
    lines.append("-" * (sum(sizes) + len(GAP) * (len(sizes) - 1)))
    for row in one.rows():
        lines += [row] if isinstance(row, str) else _row(row, sizes, sides)
    return lines


def _row(cells: Sequence[str], sizes: Sequence[int], sides: Sequence[str]) -> list[str]:
    parts = [
        [cell] if columns_of(cell) <= size else _broken(cell, size)
        for cell, size in zip(cells, sizes, strict=True)
    ]
    lines = []
    for place in range(max(map(len, parts))):
        line = [
            _padded(part[place] if place < len(part) else "", size, side)
            for part, size, side in zip(parts, sizes, sides, strict=True)
        ]
        lines.append(GAP.join(line).rstrip())
    return lines


def _padded(text: str, size: int, side: str) -> str:
    space = " " * (size - columns_of(text))
    return space + text if side == "right" else text + space


def _records(one: Grid, width: int) -> list[str]:
    lines: list[str] = []
    for row in one.rows():
        if isinstance(row, str):
            lines += wrapped(row, width)
            continue
        said = zip(one.heads, row, strict=True)
        for place, (head, cell) in enumerate(said):
            lines += wrapped(f"{'  ' if place else ''}{head.label}: {cell}", width, indent=4)
    return lines
