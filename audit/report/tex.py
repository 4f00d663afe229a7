"""A report's table as TeX."""

from __future__ import annotations

from collections.abc import Sequence

from audit.printed import tex
from audit.printed.grid import Grid, Head
from audit.report.blocks import Column


def booktabs(
    title: str,
    columns: Sequence[Column],
    cells: Sequence[Sequence[str]],
    notes: Sequence[str],
    source: str,
    simulated: bool,
) -> str:
    """Return a table environment: caption, right-aligned numbers, notes and source below."""
    heads = tuple(Head(c.label, c.align or "left") for c in columns)
    rows = tuple(map(tuple, cells))
    return tex.booktabs(Grid(title, heads, rows, (), tuple(notes), source, simulated))
