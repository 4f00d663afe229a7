"""A table as printed: headings, and cells that are text already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from audit.printed.forms import FORMS, form_of, shown

if TYPE_CHECKING:
    import pandas as pd

Form = Literal[
    "text", "said", "words", "whole", "number", "share", "points", "ratio", "p", "flag", "time"
]


@dataclass(frozen=True, slots=True)
class Head:
    """One column of a grid: its heading, with the unit, and on which side its cells stand."""

    label: str
    align: Literal["left", "right", "center"] = "left"


@dataclass(frozen=True, slots=True)
class Grid:
    """A table as printed.

    Attributes
    ----------
    title : str
    heads : tuple of Head
    cells : tuple of tuples of str
        One tuple a row, as long as `heads`; whatever came from data is visible text already.
    groups : tuple of (int, str)
        Place of a row, and the heading that stands above it.
    notes : tuple of str
        What a reader must be told with the cells, a line each.
    source : str
    simulated : bool
        Whether the cells come from made-up data.
    """

    title: str
    heads: tuple[Head, ...]
    cells: tuple[tuple[str, ...], ...]
    groups: tuple[tuple[int, str], ...] = ()
    notes: tuple[str, ...] = ()
    source: str = ""
    simulated: bool = False

    def __post_init__(self) -> None:
        """Make every text visible, so that no medium has to ask where it came from."""
        clear = {
            "title": shown(self.title),
            "heads": tuple(Head(shown(h.label), h.align) for h in self.heads),
            "cells": tuple(tuple(map(shown, row)) for row in self.cells),
            "groups": tuple((place, shown(label)) for place, label in self.groups),
            "notes": tuple(map(shown, self.notes)),
            "source": shown(self.source),
        }
        for name, value in clear.items():
            object.__setattr__(self, name, value)

    @property
    def below(self) -> tuple[str, ...]:
        """Return the lines under the table: notes, then the source."""
        return (*self.notes, *((f"Source: {self.source}",) if self.source else ()))

    @property
    def caption(self) -> str:
        """Return the title, marked where the data are simulated."""
        return f"SIMULATED: {self.title}" if self.simulated else self.title

    def rows(self) -> list[tuple[str, ...] | str]:
        """Return headings of groups (text) and rows (tuples) in their order."""
        above = dict(self.groups)
        out: list[tuple[str, ...] | str] = []
        for place, row in enumerate(self.cells):
            if place in above:
                out.append(above[place])
            out.append(row)
        return out


def grid(
    frame: pd.DataFrame,
    columns: Mapping[str, tuple[str, Form]],
    *,
    title: str,
    group: str = "",
    notes: Sequence[str] = (),
    source: str = "",
    simulated: bool = False,
    limit: int = 30,
) -> Grid:
    """Return the rows of a frame as printed.

    Parameters
    ----------
    frame : DataFrame
    columns : mapping of column to (heading, form)
        Columns that the frame does not have are left out. Forms: text as it is, numbers said
        already, words of a name, whole numbers, numbers to four digits, shares as percent,
        differences of shares as points, ratios, exact p-values, flags as yes and no, moments as
        dates. Missing is "–", endless "∞".
    group : str
        Column whose changes start rows under a heading of their own.
    limit : int
        Most rows printed; a note then says how many there are.
    """
    known = {name: said for name, said in columns.items() if name in frame}
    shown = frame.head(limit)
    texts = [_column(shown[name], form) for name, (_, form) in known.items()]
    cut = [f"The first {limit:,} of {len(frame):,} rows."] if len(frame) > limit else []
    sides: dict[bool, Literal["left", "right"]] = {True: "right", False: "left"}
    return Grid(
        title,
        tuple(Head(label, sides[form in FORMS.right]) for label, form in known.values()),
        tuple(zip(*texts, strict=True)),
        _groups(shown[group].map(form_of("text")).tolist() if group else []),
        (*notes, *cut),
        source,
        simulated,
    )


def _column(values: pd.Series, form: Form) -> list[str]:
    make: Callable[[Any], str] = form_of(form)
    return [make(value) for value in values]


def _groups(labels: Sequence[str]) -> tuple[tuple[int, str], ...]:
    starts = [i for i, label in enumerate(labels) if i == 0 or label != labels[i - 1]]
    return tuple((i, labels[i]) for i in starts)
