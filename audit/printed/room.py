"""How much of a line each column of a table takes where the page is as wide as paper."""

from __future__ import annotations

from audit.printed.grid import Grid

LETTERS = 90  # on a line of the page
WRAPS = 30  # letters of a cell from which its column wraps
HEAVIEST = 120  # letters beyond which a longer cell asks for no wider column
LEAST_ROOM = 0.3  # share of the line that wrapping columns keep


def longest(one: Grid) -> list[int]:
    """Return the letters of the longest cell, or of the heading, of each column."""
    return [max(map(len, c)) for c in zip([h.label for h in one.heads], *one.cells, strict=True)]


def shares(one: Grid) -> list[float]:
    """Return the share of the line that each column wraps in; 0 for one that does not wrap.

    Long text wraps, in shares of what short text and numbers leave, by its length.
    """
    letters = longest(one)
    soft = [n > WRAPS and h.align == "left" for n, h in zip(letters, one.heads, strict=True)]
    weights = [min(n, HEAVIEST) if s else 0 for n, s in zip(letters, soft, strict=True)]
    hard = sum(n for n, s in zip(letters, soft, strict=True) if not s)
    room = max(LEAST_ROOM, 1 - (hard + 2 * len(letters)) / LETTERS)
    return [room * weight / max(sum(weights), 1) for weight in weights]
