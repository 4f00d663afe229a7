"""How long documented decisions took, each as a mark, with the median."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, write
from audit.charts.phrases import number, sentence
from audit.charts.theme import FOCAL, INK, PAPER, blank, dress, pale, theme
from audit.charts.views import limits_of, rows_of, selection_of
from audit.numerals import count
from audit.utterances import uttered

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (7.0, 3.8)
TICKS = (
    (0, "same day"),
    (1, "1 day"),
    (3, "3 days"),
    (10, "10 days"),
    (30, "30 days"),
    (100, "100 days"),
    (365, "1 year"),
)
COLUMNS = ("days", "days_low", "days_high", "legal_ground")


def time_to_action_data(stage: Any) -> pd.DataFrame:
    """Return one row per decision, soonest first: days, its limits of reporting, legal_ground."""
    rows = rows_of(stage, "time_to_action", *COLUMNS)
    kept = [c for c in ("case_id", "platform", "rung") if c in rows] + list(COLUMNS)
    return rows[kept].sort_values(["days", "days_high"], kind="stable").reset_index(drop=True)


def time_to_action(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the decisions in order of time, hollow those that the median leaves out."""
    frame = time_to_action_data(stage)
    middle = _median(frame)
    n = len(frame)
    y = np.arange(n)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE))
        ax.set_xscale("symlog", linthresh=1.0, linscale=0.8)
        ax.set_xlim(-0.06, 1.25 * max(1.5, float(frame["days_high"].max())))
        ax.set_ylim(-1.2, n + max(2.0, 0.16 * n))
        ax.set_yticks([])
        ax.hlines(
            y,
            frame["days_low"],
            frame["days_high"],
            color=pale(FOCAL, 0.6),
            linewidth=1.6,
            zorder=2,
        )
        legal = frame["legal_ground"].to_numpy(bool)
        for mask, face in ((~legal, FOCAL), (legal, PAPER)):
            ax.plot(
                frame["days"].to_numpy()[mask],
                y[mask],
                "o",
                markersize=float(np.clip(170 / n, 2.5, 6.5)),
                markerfacecolor=face,
                markeredgecolor=FOCAL,
                linestyle="none",
                zorder=4,
                clip_on=False,
            )
        ax.axvline(middle, color=INK, linewidth=1.1, linestyle=(0, (5, 2)), zorder=3)
        write(
            ax,
            middle,
            1.0,
            f"median: {days(middle)}",
            xycoords=("data", "axes fraction"),
            dx=5,
            dy=-2,
            va="top",
            ha="left",
            bold=True,
            color=INK,
            halo=True,
        )
        top = ax.get_xlim()[1]
        shown = [(v, s) for v, s in TICKS if v <= top]
        _day_ticks(ax, shown)
        caption(ax, "Days from post to decision; logarithmic above one day")
    return ax


def _day_ticks(ax: Axes, shown: list[tuple[int, str]]) -> None:
    """Fix the ticks by where they lie on the screen: the scale is part linear, part log."""
    forward = ax.transData.transform
    places = [float(forward((v, 0))[0]) for v, _ in shown]
    low, high = (float(forward((v, 0))[0]) for v in ax.get_xlim())
    kept = ticks_apart(ax, [(p - low) / (high - low) for p in places], [s for _, s in shown])
    ax.set_xticks([shown[i][0] for i in kept], [shown[i][1] for i in kept], parse_math=False)
    ax.minorticks_off()


def ticks_apart(ax: Axes, shares: list[float], labels: list[str]) -> list[int]:
    """Return which labels can be set side by side, from the left, given where they lie (0 to 1)."""
    from audit.charts.lettering import POINTS, is_narrow, slot, text_width
    from audit.charts.theme import DETAIL

    room = slot(ax) * POINTS * (0.88 if is_narrow(ax) else 0.95)
    kept: list[int] = []
    end = -1e9
    for i, (share, label) in enumerate(zip(shares, labels, strict=True)):
        half = text_width(ax, label, size=DETAIL) / 2
        if share * room - half > end + 6:
            kept.append(i)
            end = share * room + half
    return kept


def time_to_action_words(stage: Any) -> Words:
    """Say within what time half of the timed decisions came."""
    frame = time_to_action_data(stage)
    speech = frame[~frame["legal_ground"].astype(bool)]
    low, high = (days(float(speech[c].median())) for c in ("days_low", "days_high"))
    n, middle = len(speech), days(_median(frame))
    title = f"Half of {count(n)} timed decisions came within {high}"
    longest = days(float(speech["days"].max()))
    note = (
        "Bars: what the reported dates allow (a difference of whole days is a day either "
        "way). Median "
        f"between {low} and {high} by that. Hollow: {number(len(frame) - n, 'decision')} on legal "
        f"grounds, not in the median. {limits_of(stage, 2)}"
    )
    alt = (
        f"Ordered dot chart of the time from post to decision, {number(len(frame), 'decision')}: "
        f"median {middle} over {count(n)}, longest {longest}. Posts never acted on have no time "
        "and are not "
        "in it."
    )
    chosen = selection_of(stage) or "Documented decisions with a known time"
    return Words(title, sentence(chosen) + ".", note, alt)


def days(value: float) -> str:
    """Return a number of days: "0.5 days", "1 day"."""
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    said = uttered(text, value, "days", len(text.partition(".")[2]))
    return f"{said} {'day' if text == '1' else 'days'}"


def _median(frame: pd.DataFrame) -> float:
    speech = frame[~frame["legal_ground"].astype(bool)]
    return float((speech if len(speech) else frame)["days"].median())
