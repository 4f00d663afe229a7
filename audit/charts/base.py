"""What a chart is: the data drawn, a drawing of exactly those data, and the words that say them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Literal

from audit.errors import ReportError

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Stage = Literal["comparison", "evidence", "frame"]
SHORTEST_ALT = 30
"""Characters below which an alternative text cannot hold type, numbers and finding."""
NARROW = 4.6
"""Figures narrower than this many inches put each row's label above its mark."""
NARROW_STRETCH = 1.25
"""How much higher a row is when its label stands above its mark and not beside it."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands around a chart, built from its data.

    Attributes
    ----------
    title : str
        The finding, about 12 words, sentence case.
    subtitle : str
        Measure, place, period, classes.
    note : str
        How the intervals were made, and n.
    alt : str
        Kind of chart, the numbers, and what they show; at least 30 characters.

    Raises
    ------
    ReportError
        When one of them is empty or the alternative text says too little: a chart that cannot
        be read aloud is not made.
    """

    title: str
    subtitle: str
    note: str
    alt: str

    def __post_init__(self) -> None:
        """Refuse a chart without words, with every fault."""
        faults = [f"{f.name} is empty" for f in fields(self) if not getattr(self, f.name).strip()]
        alt = self.alt.strip()
        if 0 < len(alt) < SHORTEST_ALT:
            faults.append(
                f"alt is {alt!r}, {len(alt)} characters; it needs {SHORTEST_ALT} or more: the kind "
                "of chart, its numbers and what they show"
            )
        if faults:
            raise ReportError("a chart without its words is refused: " + "; ".join(faults) + ".")


@dataclass(frozen=True, slots=True)
class Chart:
    """A kind of chart; `CHARTS` holds one of each.

    Attributes
    ----------
    name : str
        Its key in `CHARTS`, and the stem of its files.
    about : str
        What it shows, as a clause.
    data : callable, stage → DataFrame
        Exactly what is drawn, one row per mark.
    draw : callable, (stage, ax=None) → Axes
        Fills the axes given, or those of a new figure; never shows, saves or sets a global style.
    words : callable, stage → Words
    stage : {"comparison", "evidence", "frame"}
        What it is drawn of. A chart of a comparison takes an evidence too.
    size : (float, float)
        Width and height in inches, before rows.
    per_row : float
        Inches added to the height for every row of `data`; 0 for a chart of fixed height.
    """

    name: str
    about: str
    data: Callable[[Any], pd.DataFrame]
    draw: Callable[..., Axes]
    words: Callable[[Any], Words]
    stage: Stage
    size: tuple[float, float] = (7.0, 3.2)
    per_row: float = 0.0

    def inches(self, stage: Any, *, width: float | None = None) -> tuple[float, float]:
        """Return the size of the whole figure for these data at a width in inches."""
        wide = width or self.size[0]
        stretch = NARROW_STRETCH if wide < NARROW else 1.0
        return wide, self.size[1] + self.per_row * stretch * len(self.data(stage))

    def render(self, stage: Any, *, width: float | None = None) -> Axes:
        """Draw on a new figure of the right size and return its axes (`.figure` is the figure).

        Parameters
        ----------
        width : float, optional
            Inches; at 100 dots per inch a telephone has 3.2, a page 7, a screen 14.
        """
        from audit.charts.theme import blank

        return self.draw(stage, ax=blank(self.inches(stage, width=width)))
