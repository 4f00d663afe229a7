"""The gap under every specification, with what chance alone would draw and what was chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import (
    POINTS,
    fold,
    is_narrow,
    round_steps,
    slot,
    text_width,
    ticks,
    write,
)
from audit.charts.phrases import comparison_of, level, named, number, sizes, subtitle, told
from audit.charts.rows import gap_text, signed
from audit.charts.theme import DETAIL, FOCAL, GRID, INK, MUTED, PAPER, band, blank, dress, theme
from audit.disclosure.precision import published
from audit.errors import ReportError
from audit.numerals import count, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (7.0, 6.4)
DRAWN = (
    "place",
    "specification",
    "estimate",
    "conf_low",
    "conf_high",
    "null_low",
    "null_high",
    "primary",
)
HIGH = 0.86
"""Share of the figure's height that the axes have, about."""
LINE = 1.45 * DETAIL
"""Height of a line of the dashboard, points."""
MOST = 0.62
"""Share of the height that the dashboard may take."""
SAID = 4
"""Choices of a term whose median the alternative text says."""
NOT_TERMS = frozenset(
    {
        *("n_focal", "n_reference", "n_focal_accounts", "n_reference_accounts", "n_supported"),
        *("p_value", "barred", *DRAWN),
    }
)


@dataclass(frozen=True, slots=True, eq=False)
class Line:
    """A line of the dashboard: a term's name, or a choice and where it was made."""

    text: str
    places: Any = None


def multiverse_data(stage: Any) -> pd.DataFrame:
    """Return one row per specification with an estimate, lowest first.

    Columns: place (from 1), specification (its number), one per term that varies, estimate,
    conf_low, conf_high, null_low, null_high (the middle 95 % of sorted curves with shuffled
    labels), primary.

    Raises
    ------
    ReportError
        The evidence has no specification curve, or none of it has an estimate.
    """
    comparison_of(stage, "multiverse")
    table = stage.table("multiverse")
    if table.empty or table["estimate"].isna().all():
        raise ReportError(
            "the chart 'multiverse' has nothing to draw: the design declares no multiverse, no "
            "specification has an estimate, or the check was not run. Try: appraise with all "
            "checks."
        )
    out = table[table["estimate"].notna()].sort_values("estimate", kind="stable")
    out = out.reset_index(drop=True)
    out.insert(0, "place", np.arange(1, len(out) + 1))
    out = out[["place", "specification", *_terms(table), *DRAWN[2:]]]
    shares = ("estimate", "conf_low", "conf_high", "null_low", "null_high")
    return published(out, stage.comparison.study, shares=shares)


def _terms(table: pd.DataFrame) -> list[str]:
    return [c for c in table.columns if c not in NOT_TERMS]


def multiverse(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the curve over its band, and below it which choices each specification makes."""
    frame = multiverse_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="none")
        figure: Any = ax.get_figure(root=True)
        high = HIGH * figure.get_size_inches()[1] * POINTS
        lines = _lines(frame, int(MOST * high / LINE))
        ax.set_xlim(0.2, len(frame) + 0.8)
        ax.set_xticks([])
        ax.spines["bottom"].set_visible(False)
        low, top = _span(frame)
        per_point = (top - low) / (high - LINE * (len(lines) + 1))
        ax.set_ylim(low - per_point * LINE * (len(lines) + 0.5), top)
        steps = round_steps(low, top, most=5)
        ticks(ax, "y", steps, [signed(v, steps) for v in steps])
        ax.hlines(steps, *ax.get_xlim(), color=GRID, linewidth=0.7, zorder=0)
        _curve(ax, frame)
        _dashboard(ax, lines, low - per_point * LINE, per_point * LINE, len(frame))
        _key(ax, frame)
    return ax


def _span(frame: pd.DataFrame) -> tuple[float, float]:
    columns = ["estimate", "conf_low", "conf_high", "null_low", "null_high"]
    values = np.append(frame[columns].to_numpy(float), 0.0)
    values = values[np.isfinite(values)]
    room = 0.06 * (float(np.ptp(values)) or 0.01)
    return float(values.min()) - room, float(values.max()) + room


def _pitch(ax: Axes, n: int) -> float:
    """Return the points from one specification to the next."""
    return slot(ax) * POINTS * (0.5 if is_narrow(ax) else 0.6) / n


def _curve(ax: Axes, frame: pd.DataFrame) -> None:
    banded = frame[frame["null_low"].notna()]
    if len(banded):
        x = np.repeat(banded["place"].to_numpy(float), 2)
        x[::2], x[1::2] = x[::2] - 0.5, x[1::2] + 0.5
        low, high = (np.repeat(banded[c].to_numpy(), 2) for c in ("null_low", "null_high"))
        ax.fill_between(x, low, high, **band(), zorder=1)
    ax.axhline(0, color=INK, linewidth=1.0, zorder=2)
    pitch = _pitch(ax, len(frame))
    own = frame["primary"].to_numpy(bool)
    for mask, colour, order in ((~own, MUTED, 3), (own, FOCAL, 5)):
        part = frame[mask]
        wide = float(np.clip(0.45 * pitch, 0.5, 2.0))
        ax.vlines(
            part["place"],
            part["conf_low"],
            part["conf_high"],
            color=colour,
            linewidth=max(wide, 1.6) if colour == FOCAL else wide,
            zorder=order,
        )
        size = 7.5 if colour == FOCAL else float(np.clip(0.75 * pitch, 1.4, 6.0))
        for bounded in (True, False):
            rows = part[part["conf_low"].notna() == bounded]
            if rows.empty:  # an unclipped line without points would still claim the corner
                continue
            ax.plot(
                rows["place"],
                rows["estimate"],
                "D" if colour == FOCAL else "o",
                markersize=size,
                markerfacecolor=(INK if colour == MUTED else colour) if bounded else PAPER,
                markeredgecolor=INK if colour == MUTED else colour,
                markeredgewidth=0.6 if colour == MUTED else 1.2,
                linestyle="none",
                zorder=order + 1,
                clip_on=False,
            )


def _lines(frame: pd.DataFrame, fit: int) -> list[Line]:
    """Return the lines of the dashboard, the last choices of a term counted where none fits."""
    terms = [c for c in frame.columns if c not in DRAWN and len(frame[c].unique()) > 1]
    most = max((frame[t].nunique() for t in terms), default=0)
    while most > 2 and sum(min(frame[t].nunique(), most) + 1 for t in terms) > fit:
        most -= 1
    out = []
    for term in terms:
        choices = list(frame.sort_values("specification")[term].unique())
        shown = choices if len(choices) <= most else choices[: most - 1]
        out.append(Line(named(term)))
        out += [Line(c, frame.loc[frame[term] == c, "place"]) for c in shown]
        if len(shown) < len(choices):
            rest = frame.loc[~frame[term].isin(shown), "place"]
            out.append(Line(f"{count(len(choices) - len(shown))} other choices", rest))
    return out


def _dashboard(ax: Axes, lines: list[Line], top: float, step: float, n: int) -> None:
    room = slot(ax) * POINTS * (0.46 if is_narrow(ax) else 0.27)
    wide = float(np.clip(0.6 * _pitch(ax, n), 0.4, 5.0))
    for i, line in enumerate(lines):
        y = top - step * i
        bold = line.places is None
        text = fold(ax, line.text, room, lines=1, size=DETAIL, bold=bold)
        style = {"size": DETAIL, "color": INK if bold else MUTED, "bold": bold}
        across = {"xycoords": ax.get_yaxis_transform(), "ha": "right", "dx": -5.0}
        write(ax, 0, y, text, **style, **across)
        if not bold:
            ax.axhline(y, color=GRID, linewidth=0.5, zorder=0)
            ends = (y - 0.34 * step, y + 0.34 * step)
            ax.vlines(line.places, *ends, color=INK, linewidth=wide, zorder=3).set_capstyle("butt")


def _key(ax: Axes, frame: pd.DataFrame) -> None:
    """Say above the curve what its marks are, in as many lines as the width needs."""
    parts = []
    if frame["primary"].any():
        own = float(frame.loc[frame["primary"], "estimate"].iloc[0])
        parts.append(f"◆ as designed: {gap_text(own)}")
    if frame["conf_low"].isna().any():
        parts.append("○ no interval")
    if frame["null_low"].notna().any():
        parts.append("grey: class labels shuffled")
    room = slot(ax) * POINTS * (0.52 if is_narrow(ax) else 0.6)
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}    {part}" if lines[-1] else part
        fits = text_width(ax, longer, size=DETAIL) <= room
        lines = [*lines[:-1], longer] if fits or not lines[-1] else [*lines, part]
    place = {"xycoords": "axes fraction", "dy": 6.0, "va": "bottom", "ha": "left", "size": DETAIL}
    write(ax, 0, 1, "\n".join(lines), color=INK, **place)


def multiverse_words(stage: Any) -> Words:
    """Say how many specifications point the way of the primary one, and between which gaps."""
    comparison = comparison_of(stage, "multiverse")
    study, frame = comparison.study, multiverse_data(stage)
    design = study.design
    f, r = named(design.focal), named(design.references[0])
    n, low, high = len(frame), frame["estimate"].min(), frame["estimate"].max()
    own = float(frame.loc[frame["primary"], "estimate"].sum())
    same = int((np.sign(frame["estimate"]) == np.sign(own)).sum())
    span = f"{gap_text(low)} to {gap_text(high)} points"
    title = (
        f"All {count(n)} specifications point the same way: {span}"
        if same == n and n > 1
        else f"{count(same)} of {number(n, 'specification')} point the way of the one designed"
    )
    if not frame["estimate"].any():
        title = f"None of {number(n, 'specification')} finds a gap"
    banded = frame[frame["null_low"].notna()]
    beyond = int(
        (
            (banded["estimate"] < banded["null_low"]) | (banded["estimate"] > banded["null_high"])
        ).sum()
    )
    barred = len(stage.table("multiverse")) - n
    note = (
        f"Each mark: one specification, lowest gap first; {level(design)} intervals by account. "
        "Below: the choices it makes; terms that do not vary are left out. Diamond: the design as "
        f"written. {_band_note(banded)}"
        + (f"{number(barred, 'specification')} without an estimate, not drawn. " if barred else "")
        + f"As designed: {sizes(study)}."
    )
    alt = (
        f"{told(study)}Specification curve, a dot chart of {number(n, 'estimate')} of the gap "
        f"between {f} and {r} posts: from {span}, median {points(frame['estimate'].median())}; as "
        f"designed {points(own)}. {count(same)} of {count(n)} have that sign."
        + (
            f" {count(beyond)} of {count(len(banded))} lie outside the band of shuffled labels."
            if len(banded)
            else ""
        )
        + _medians(frame)
    )
    measure = "Gap in percentage points under every specification"
    return Words(title, subtitle(study, measure), note, alt)


def _band_note(banded: pd.DataFrame) -> str:
    if banded.empty:
        return "No specification allows shuffling of labels. "
    return (
        "Grey: where the middle 95 % of curves lie, place by place, when class labels are shuffled "
        "among accounts. "
    )


def _medians(frame: pd.DataFrame) -> str:
    """Return the median gap by choice, for the terms with few."""
    out = []
    for term in [c for c in frame.columns if c not in DRAWN]:
        by = frame.groupby(term)["estimate"].median()
        if 1 < len(by) <= SAID:
            said = ", ".join(f"{named(k, 80)} {gap_text(v)}" for k, v in by.items())
            out.append(f" Median by {named(term)}: {said}.")
    return "".join(out)
