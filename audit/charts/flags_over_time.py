"""The share of one account's posts seen flagged, month by month, and where the flags go stale."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import (
    POINTS,
    caption,
    fold,
    is_narrow,
    round_steps,
    slot,
    ticks,
    write,
)
from audit.charts.phrases import number, sentence
from audit.charts.rows import per_cent
from audit.charts.theme import DETAIL, FOCAL, INK, MUTED, PAPER, band, blank, dress, pale, theme
from audit.charts.views import limits_of, rows_of, selection_of
from audit.numerals import percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (7.0, 3.4)
COLUMNS = ("month", "posts", "flagged", "complete")
HEADROOM = 1.4
"""Height of the axes over the largest share: the words for the shaded months stand above it."""
STALE = "flags not complete"


def flags_over_time_data(stage: Any) -> pd.DataFrame:
    """Return one row per month: place, month, posts, flagged, share, complete (yes or no)."""
    rows = rows_of(stage, "flags_over_time", *COLUMNS)
    out = rows[list(COLUMNS)].sort_values("month", kind="stable").reset_index(drop=True)
    out.insert(0, "place", range(len(out)))
    out.insert(4, "share", out["flagged"] / out["posts"])
    return out


def flags_over_time(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the share flagged of each month, hollow and shaded where flags are not complete."""
    frame = flags_over_time_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="y")
        ax.set_xlim(-0.6, len(frame) - 0.4)
        top = HEADROOM * max(float(frame["share"].max()), 0.01)
        ax.set_ylim(0, top)
        _shade(ax, frame)
        known = frame["complete"] == "yes"
        ax.plot(frame["place"][known], frame["share"][known], color=FOCAL, linewidth=1.6, zorder=3)
        for part, face in ((frame[known], FOCAL), (frame[~known], PAPER)):
            if not part.empty:  # a line of nothing would lie at the corner of the figure
                marks: dict[str, Any] = {
                    "markerfacecolor": face,
                    "markeredgecolor": FOCAL,
                    "markersize": 5.5,
                }
                spots = (part["place"], part["share"])
                ax.plot(*spots, "o", linestyle="none", zorder=4, clip_on=False, **marks)
        _most(ax, frame[known])
        steps = [s for s in round_steps(0.0, top, 5) if s <= min(1.0, top / HEADROOM * 1.05)]
        ax.tick_params(axis="x", pad=8)  # below the label of zero
        ax.set_yticks(steps, [per_cent(steps)(s) for s in steps], parse_math=False)
        ticks(ax, "x", frame["place"].tolist(), frame["month"].tolist())
        caption(ax, "Share of the account’s posts of the month seen flagged", below=28.0)
    return ax


def _shade(ax: Axes, frame: pd.DataFrame) -> None:
    stale = frame.loc[frame["complete"] != "yes", "place"]
    if stale.empty:
        return
    start = float(stale.min()) - 0.5
    ax.axvspan(start, len(frame) - 0.4, **band(pale(MUTED, 0.18)), zorder=0)
    ax.axvline(start, color=INK, linewidth=1.1, linestyle=(0, (5, 2)), zorder=2)
    low, high = ax.get_xlim()
    left = (start - low) / (high - low)
    side = "right" if left > 0.5 else "left"
    room = slot(ax) * POINTS * (0.8 if is_narrow(ax) else 0.7) * max(left, 1 - left) - 8
    text = fold(ax, f"from {frame['month'][stale.index[0]]}: {STALE}", room, lines=2, bold=True)
    style: dict[str, Any] = {"xycoords": ("data", "axes fraction"), "bold": True, "size": DETAIL}
    dx = -5.0 if side == "right" else 5.0
    write(ax, start, 1.0, text, dx=dx, dy=-2.0, va="top", ha=side, halo=True, **style)


def _most(ax: Axes, known: pd.DataFrame) -> None:
    """Give the numbers of the month with the largest share."""
    if known.empty:
        return
    row = known.loc[known["share"].idxmax()]
    low, high = ax.get_xlim()
    side = "right" if (row["place"] - low) / (high - low) > 0.5 else "left"
    text = f"{row['flagged']:,} of {row['posts']:,}"
    dx = -8.0 if side == "right" else 8.0
    style: dict[str, Any] = {"size": DETAIL, "color": FOCAL, "bold": True}
    write(ax, float(row["place"]), float(row["share"]), text, ha=side, dx=dx, halo=True, **style)


def flags_over_time_words(stage: Any) -> Words:
    """Say the month with the largest share, and from when nothing can be said."""
    frame = flags_over_time_data(stage)
    known, stale = frame[frame["complete"] == "yes"], frame[frame["complete"] != "yes"]
    if known.empty:
        title = "In no month are the flags known to be complete"
    else:
        most = known.loc[known["share"].idxmax()]
        title = f"{most['flagged']:,} of {number(most['posts'], 'post')} flagged in {most['month']}"
        title += f", {percent(most['share'])} of that month"
    note = ""
    if len(stale):
        note = (
            f"Hollow, shaded: {number(len(stale), 'month')} whose flags are not complete; there a "
            "low share says nothing. "
        )
    note += limits_of(stage, 2)
    alt = (
        f"Line chart of the share of one account’s posts seen flagged in "
        f"{number(len(frame), 'month')}: "
        + "; ".join(
            f"{r.month} {r.flagged:,} of {r.posts:,}"
            + ("" if r.complete == "yes" else f" ({STALE})")
            for r in frame.itertuples()
        )
        + "."
    )
    chosen = selection_of(stage) or "Posts of one account and those of them seen flagged, by month"
    return Words(title, sentence(chosen) + ".", note, alt)
