"""Rows of points with intervals: the layout that most charts share, at any width."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.charts.lettering import (
    LEADING,
    POINTS,
    fold,
    is_narrow,
    round_steps,
    slot,
    text_width,
    ticks,
    write,
)
from audit.charts.phrases import share
from audit.charts.theme import DETAIL, GRID, INK, LABEL, MUTED, PAPER, Look, band, pale
from audit.numerals import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Mark = Callable[["Axes", "Row", float], None]
UP, DOWN = 5.6, 6.6
"""Points by which the two lines of a label stand above and below their row."""
FOOT, FREE = 47.0, 0.86
"""Points below the rows of a narrow figure, about, and the share of a row above its mark."""
MARK = 7.5
"""Diameter of a mark, points."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a chart: what it is on the left, its mark, its number on the right.

    A row whose limits are missing is drawn hollow; `under` should then say "no interval". A
    quiet row has its label in plain ink, not in the bold colour of its look.
    """

    label: str
    detail: str
    value: float
    low: float
    high: float
    look: Look
    text: str
    under: str = ""
    under_colour: str = MUTED
    quiet: bool = False

    @property
    def bounded(self) -> bool:
        """Return whether the row has an interval."""
        return math.isfinite(self.low) and math.isfinite(self.high)

    @property
    def lettering(self) -> dict[str, Any]:
        """Return weight and colour of the label."""
        return {"bold": not self.quiet, "color": INK if self.quiet else self.look.colour}


def points_of(row: Row) -> list[float]:
    """Return the finite numbers that a row needs room for."""
    return [v for v in (row.value, row.low, row.high) if math.isfinite(v)]


def mark(ax: Axes, row: Row, y: float) -> None:
    """Draw a row's point with its interval."""
    draw_mark(ax, row.value, row.low, row.high, y, row.look)


def draw_rows(ax: Axes, rows: Sequence[Row], *, draw: Mark = mark) -> np.ndarray:
    """Draw rows from the top down with `draw` and return the height of each row's mark.

    On a wide figure the label stands left of the axes and the number right of them; on a narrow
    one both stand above the mark. The caller sets the limits and ticks of the horizontal axis.
    """
    n = len(rows)
    narrow = is_narrow(ax)
    ax.set_ylim(-0.5, n - 0.5)
    ax.set_yticks([])
    places = np.arange(n)[::-1] - (0.3 if narrow else 0.0)
    for row, y in zip(rows, places, strict=True):
        draw(ax, row, float(y))
    letter = _above if narrow else _beside
    letter(ax, rows, places)
    return places


def draw_mark(ax: Axes, value: float, low: float, high: float, y: float, look: Look) -> None:
    """Draw a point with its interval, hollow where there is none."""
    bounded = math.isfinite(low) and math.isfinite(high)
    if bounded:
        ax.plot([low, high], [y, y], color=look.colour, linewidth=2.4, zorder=3)
    ax.plot(
        [value],
        [y],
        marker=look.marker,
        markersize=MARK,
        markerfacecolor=look.colour if bounded else PAPER,
        markeredgecolor=look.colour,
        markeredgewidth=1.6,
        linestyle="none",
        zorder=4,
        clip_on=False,
    )


def _beside(ax: Axes, rows: Sequence[Row], places: np.ndarray) -> None:
    room = slot(ax) * POINTS
    figure: Any = ax.get_figure(root=True)
    # before the figure is laid out, so a little less than it will be
    pitch = ax.get_window_extent().height * POINTS / figure.dpi / len(rows)
    detailed = any(r.detail for r in rows)
    most = 2 if pitch > 2.4 * LABEL + (DETAIL + 2 if detailed else 0) else 1
    for row, y in zip(rows, places, strict=True):
        label = fold(ax, row.label, 0.27 * room, lines=most, bold=not row.quiet)
        detail = fold(ax, row.detail, 0.27 * room, lines=1, size=DETAIL)
        lines = label.count("\n") + 1
        up = UP if detail else 0.0
        left = {"xycoords": ax.get_yaxis_transform(), "ha": "right", "dx": -9.0}
        write(ax, 0, y, label, dy=up, **row.lettering, **left)
        if detail:
            below = -DOWN * lines
            write(ax, 0, y, detail, size=DETAIL, color=MUTED, dy=below, **left)
        right = {"xycoords": ax.get_yaxis_transform(), "ha": "left", "dx": 9.0}
        up = UP if row.under else 0.0
        write(ax, 1, y, row.text, bold=True, color=row.look.colour, dy=up, **right)
        if row.under:
            under = fold(ax, row.under, 0.22 * room, lines=1, size=DETAIL)
            write(ax, 1, y, under, size=DETAIL, color=row.under_colour, dy=-DOWN, **right)


def _above(ax: Axes, rows: Sequence[Row], places: np.ndarray) -> None:
    room = slot(ax) * POINTS - 28
    across = ax.get_yaxis_transform()
    figure: Any = ax.get_figure(root=True)
    pitch = (figure.get_size_inches()[1] * POINTS - FOOT) / len(rows)
    for place, (row, y) in enumerate(zip(rows, places, strict=True)):
        if place:
            ax.axhline(y + 0.8, color=GRID, linewidth=0.7, zorder=1)
        taken = text_width(ax, row.text, bold=True) + 8
        up = 24.5 if row.detail or row.under else 12.0
        # a second line grows upwards, into what the row has left above its mark
        most = 2 if FREE * pitch > up + 1.7 * LABEL else 1
        label = fold(ax, row.label, room - taken, lines=most, bold=not row.quiet)
        first = {"xycoords": across, "halo": True}
        more = LABEL * LEADING / 2 * label.count("\n") * 1.2
        write(ax, 0, y, label, ha="left", dy=up + more, **row.lettering, **first)
        write(ax, 1, y, row.text, color=row.look.colour, bold=True, ha="right", dy=up, **first)
        second = {"xycoords": across, "dy": 12.0, "halo": True, "size": DETAIL}
        taken = text_width(ax, row.under, size=DETAIL) + 8
        if row.detail:
            detail = fold(ax, row.detail, room - taken, lines=1, size=DETAIL)
            write(ax, 0, y, detail, ha="left", color=MUTED, **second)
        if row.under:
            write(ax, 1, y, row.under, ha="right", color=row.under_colour, **second)


def share_axis(
    ax: Axes, rows: Sequence[Row], *, form: Callable[[float], str] | None = None
) -> None:
    """Set a horizontal axis of shares from zero to just past the largest number."""
    top = max([v for r in rows for v in points_of(r)], default=0.0)
    top = min(1.0, 1.06 * top) if top > 0 else 0.01
    ax.set_xlim(-0.012 * top, top)
    steps = round_steps(0.0, top)
    ticks(ax, "x", steps, [(form or per_cent(steps))(v) for v in steps])


def difference_axis(
    ax: Axes, rows: Sequence[Row], *, less: str, more: str, margin: float = 0.0
) -> None:
    """Set a horizontal axis of differences with zero inside, its two directions in words."""
    values = [v for r in rows for v in points_of(r)] + [0.0, margin, -margin]
    low, high = min(values), max(values)
    span = (high - low) or 0.01
    low, high = low - 0.10 * span, high + 0.10 * span
    ax.set_xlim(low, high)
    ax.axvline(0, color=INK, linewidth=1.0, zorder=2)
    steps = round_steps(low, high)
    ticks(ax, "x", steps, [signed(v, steps) for v in steps])
    directions(ax, less, more)
    if margin:
        ax.axvspan(-margin, margin, **band(pale(GRID, 0.55)), zorder=0)


def directions(ax: Axes, less: str, more: str) -> None:
    """Say at both ends under the axis what lies that way."""
    narrow = is_narrow(ax)
    room = slot(ax) * POINTS * (0.44 if narrow else 0.26)
    common = {"xycoords": "axes fraction", "dy": -19.0, "va": "top", "size": DETAIL, "color": MUTED}
    write(ax, 0, 0, fold(ax, f"← {less}", room, size=DETAIL), ha="left", **common)
    write(ax, 1, 0, fold(ax, f"{more} →", room, size=DETAIL), ha="right", **common)


def gap_text(difference: float) -> str:
    """Return a difference in percentage points as a label: "−12.6", "+3.0"."""
    return points(difference).removesuffix(" percentage points")


def per_cent(steps: Sequence[float]) -> Callable[[float], str]:
    """Return a formatter with as many decimals as the steps need."""
    decimals = next(
        (d for d in range(4) if all(abs(round(100 * s, d) - 100 * s) < 1e-9 for s in steps)), 4
    )
    return lambda v: share(v, decimals=decimals)


def signed(value: float, steps: Sequence[float]) -> str:
    """Return a difference in percentage points for an axis: "−10", "0", "+10"."""
    text = per_cent(steps)(value).removesuffix(" %")
    return f"+{text}" if value > 0 and text.strip("0.") else text
