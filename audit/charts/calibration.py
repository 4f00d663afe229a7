"""How often each method raises a false alarm, one dot for every kind of simulated platform."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow, round_steps, ticks
from audit.charts.phrases import named, sentence
from audit.charts.rows import Row, draw_rows, per_cent
from audit.charts.theme import INK, NOBODY, PAPER, Look, blank, dress, theme
from audit.charts.views import rows_of
from audit.errors import ReportError
from audit.numerals import count, many, percent
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 5.9), 0.0
MOST_FALSE_ALARMS = 0.075
"""The goal of the calibration, fixed before its run; `rejection_high` is held to it."""
COLUMNS = ("method", "cell", "scenario", "shown", "rejection", "rejection_high")
METHODS: Mapping[str, tuple[str, str]] = {
    "verdict": ("Verdict rule", "interval and permutation"),
    "interval": ("Interval alone", "by account"),
    "permutation": ("Permutation alone", "by account"),
    "permutation_studentised": ("Permutation, studentised", "by account"),
    "permutation_none": ("Permutation, unscaled", "by account"),
    "chi_square": ("Chi-square test", "on posts"),
    "clustered_z": ("Clustered error, z", "by account"),
    "cr2_satterthwaite": ("CR2, Satterthwaite", "by account"),
    "wild_bootstrap": ("Wild bootstrap", "by account"),
}
OURS = ("verdict", "interval", "permutation")
OURS_LOOK, OTHERS_LOOK = Look(INK, "o"), Look(NOBODY, "D")
GOLDEN = 0.5 * (5**0.5 - 1)
"""Multiples of it, less their whole part, fill a row evenly however many dots there are."""


def calibration_data(stage: Any) -> pd.DataFrame:
    """Return one row per method and cell: method, cell, rejection, its upper limit, and place.

    Kept are platforms without a difference (`scenario` "alike"), and of these the cells in which
    no method is refused, so that all methods are seen on the same platforms.

    Raises
    ------
    ReportError
        The frame lacks a column, or leaves no cell to draw.
    """
    rows = rows_of(stage, "calibration", *COLUMNS)
    rows = rows[rows["scenario"] == "alike"]
    refused = set(rows.loc[~rows["shown"].astype(bool) | rows["rejection"].isna(), "cell"])
    out = rows[~rows["cell"].isin(refused)][["method", "cell", "rejection", "rejection_high"]]
    if out.empty:
        raise ReportError(
            "the chart 'calibration' cannot be drawn: in no cell of the scenario 'alike' has every "
            "method an answer. Try: more of the calibration's grid."
        )
    found = list(dict.fromkeys(rows["method"]))
    order = [m for m in METHODS if m in found] + [m for m in found if m not in METHODS]
    out = out.sort_values("method", key=lambda s: s.map(order.index), kind="stable")
    place = out.groupby("method", sort=False).cumcount().to_numpy()
    return out.assign(place=(GOLDEN * (place + 1)) % 1 - 0.5).reset_index(drop=True)


def calibration(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw a strip of dots for each method, and the goal as a line."""
    frame = calibration_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE))
        rows = [_row(name, part) for name, part in frame.groupby("method", sort=False)]
        top = 1.06 * max(float(frame["rejection"].max()), 2 * MOST_FALSE_ALARMS)
        ax.set_xlim(-0.02 * top, top)
        parts = (part for _, part in frame.groupby("method", sort=False))
        draw_rows(ax, rows, draw=lambda ax, row, y: _strip(ax, next(parts), row, y))
        ax.axvline(MOST_FALSE_ALARMS, color=INK, linewidth=1.1, linestyle=(0, (4, 2)), zorder=2.6)
        steps = round_steps(0.0, top)
        ticks(ax, "x", steps, [per_cent(steps)(v) for v in steps])
        below = "Share of platforms without any difference on which the method finds one"
        caption(ax, f"{below}. Dashed line: the goal, {_goal()}")
    return ax


def _strip(ax: Axes, part: pd.DataFrame, row: Row, y: float) -> None:
    """Draw the dots of a method; where its label stands above, they need the lower part alone."""
    high = 0.28 if is_narrow(ax) else 0.66
    ax.scatter(
        part["rejection"],
        y + high * part["place"],
        s=9,
        marker=row.look.marker,
        color=row.look.colour,
        edgecolor=PAPER,
        linewidth=0.3,
        zorder=2.2,
    )


def _row(name: Any, part: pd.DataFrame) -> Row:
    label, detail = METHODS.get(str(name), (sentence(named(name)), ""))
    worst, missed = float(part["rejection"].max()), _missed(part)
    return Row(
        label=label,
        detail=detail,
        value=worst,
        low=worst,
        high=worst,
        look=OURS_LOOK if name in OURS else OTHERS_LOOK,
        text=f"up to {percent(worst)}",
        under=f"goal missed: {missed} of {len(part)}",
    )


def _missed(part: pd.DataFrame) -> int:
    return int((part["rejection_high"] > MOST_FALSE_ALARMS).sum())


def _goal() -> str:
    return percent(MOST_FALSE_ALARMS)


def calibration_words(stage: Any) -> Words:
    """Say the worst cell of the first method and of the worst one."""
    frame = calibration_data(stage)
    parts = dict(list(frame.groupby("method", sort=False)))
    worst = {name: float(part["rejection"].max()) for name, part in parts.items()}
    first, last = next(iter(parts)), max(worst, key=lambda name: worst[name])
    cells, missed = len(parts[first]), _missed(parts[first])
    title = f"{_name(first)}: at most {percent(worst[first])} false alarms"
    if missed:
        title = f"{_name(first)} misses the goal in {missed} of {count(cells)} kinds of platform"
    elif last != first:
        title += f"; {_within(last)}: up to {percent(worst[last])}"
    kinds = rows_of(stage, "calibration", *COLUMNS)
    out = kinds.loc[kinds["scenario"] == "alike", "cell"].nunique() - cells
    left = (
        f"{many(out, 'kind')} in which a method gives no answer, left out for all. " if out else ""
    )
    limits = " ".join(visible(text, 300) for text in getattr(stage, "limits", ())[:2])
    note = (
        f"Each dot: one of {many(cells, 'kind')} of platform, the same for every method. {left}"
        f"Goal: at most {_goal()}, the dot’s 99 % Monte Carlo limit included. Circles: the "
        f"package’s methods; diamonds: others. {limits}"
    ).strip()
    alt = (
        "Simulated data. Dot chart of false alarms by method, a dot for each kind of platform "
        "without a difference: "
        + "; ".join(
            f"{_within(name)} up to {percent(worst[name])}, goal of {_goal()} missed in "
            f"{_missed(part)} of {len(part)}"
            for name, part in parts.items()
        )
        + "."
    )
    return Words(title, "Simulated data. False alarms at the nominal level, by method.", note, alt)


def _name(method: Any) -> str:
    return METHODS.get(str(method), (sentence(named(method)), ""))[0]


def _within(method: Any) -> str:
    name = _name(method)
    return name[:1].lower() + name[1:] if name[1:2].islower() else name
