"""A table as a block: its columns, its cells as printed, and the numbers behind them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from audit.printed import Face, Grid, Head
from audit.printed.pipes import grid_markdown
from audit.printed.tex import booktabs
from audit.report.block import Block

Align = Literal["left", "right", "center"]


@dataclass(frozen=True, slots=True)
class Column:
    """How one column of a table is shown.

    Attributes
    ----------
    label : str
        The heading, with the unit.
    format : str
        A format specification (",d", ".1%", ".2f"); "" chooses by type.
    align : {"left", "right", "center"} or None
        None: right for numbers, left for text.
    code : bool
        Typewriter face, for ids and hashes.
    link : bool
        Cells that are http(s) addresses become links. Only for columns whose addresses ship with
        the package: never for addresses that came with the data.
    limit : int
        Longest cell, in characters; a longer one ends in "…" (the CSV keeps the whole).
    """

    label: str
    format: str = ""
    align: Align | None = None
    code: bool = False
    link: bool = False
    limit: int = 240


@dataclass(frozen=True, slots=True, repr=False)
class Table(Block):
    """A table as printed, with its CSV and TeX; made by `audit.report.table.table`.

    `keys` are the frame's own names of the columns; `values` the numbers that the cells were
    printed from, in the frame's unit, None where a cell is no number. `rounded` says why the CSV is
    no finer than the print, "" where it is at full precision.
    """

    kind: ClassVar[str] = "table"
    id: str
    title: str
    columns: tuple[Column, ...]
    cells: tuple[tuple[str, ...], ...]
    subtitle: str = ""
    spanners: tuple[tuple[str, int], ...] = ()
    groups: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    simulated: bool = False
    files: Mapping[str, str] = field(default_factory=dict)
    keys: tuple[str, ...] = ()
    values: tuple[tuple[float | None, ...], ...] = ()
    rounded: str = ""

    def printed(self) -> Grid:
        """Return the table as the faces of all nouns print theirs."""
        heads = tuple(Head(c.label, c.align or "left") for c in self.columns)
        notes = (self.subtitle, *self.notes) if self.subtitle else self.notes
        return Grid(self.title, heads, self.cells, self.groups, notes, self.source, self.simulated)

    def to_latex(self) -> str:
        """Return the table as TeX: needs booktabs and nothing else."""
        return booktabs(self.printed())

    def to_markdown(self) -> str:
        """Return the table as a Markdown pipe table with its notes and source."""
        return grid_markdown(self.printed()) + "\n"

    def to_docx(self, path: str | Path) -> Path:
        """Write the table as a Word document and return its path; see `Shown.to_docx`."""
        from audit.printed.word import set_word

        target = Path(path)
        target.write_bytes(set_word(Face("", (), (self.printed(),))))
        return target
