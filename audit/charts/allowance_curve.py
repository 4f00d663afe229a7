"""How over-represented politicians are among allowances, as a function of what nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow, ticks, write
from audit.charts.theme import DETAIL, FOCAL, INK, MUTED, band, blank, dress, pale, theme
from audit.charts.views import limits_of, rows_of, selection_of
from audit.numerals import percent, ratio

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (7.0, 3.6)
COLUMNS = (
    "share_eligible",
    "over_representation",
    "over_representation_conf_low",
    "over_representation_conf_high",
)
SHARES = (0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 0.6)
RATIOS = (0.1, 0.3, 1, 3, 10, 30, 100, 300, 1000)


def allowance_curve_data(stage: Any) -> pd.DataFrame:
    """Return the curve and its band: share_eligible, over_representation and its limits."""
    rows = rows_of(stage, "allowance_curve", *COLUMNS)[list(COLUMNS)]
    return rows.sort_values("share_eligible").reset_index(drop=True)


def allowance_curve(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the ratio against the assumed share on two logarithmic axes; no point is singled out."""
    frame = allowance_curve_data(stage)
    x = frame["share_eligible"]
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="y")
        ax.set_xscale("log")
        ax.set_yscale("log")
        low, high = frame[COLUMNS[2]], frame[COLUMNS[3]]
        ax.fill_between(x, low, high, **band(pale(FOCAL, 0.18)), zorder=2)
        ax.plot(x, frame[COLUMNS[1]], color=FOCAL, linewidth=2.2, zorder=3)
        ax.set_xlim(x.min(), x.max())
        ax.set_ylim(min(0.8, low.min() / 1.2), max(1.25, high.max() * 1.2))
        ax.axhline(1, color=INK, linewidth=1.0, zorder=2)
        bottom, top = ax.get_ylim()
        ticks(
            ax,
            "y",
            [r for r in RATIOS if bottom <= r <= top],
            [f"{r:g}" for r in RATIOS if bottom <= r <= top],
        )
        shown = [s for s in SHARES if x.min() <= s <= x.max()]
        ticks(ax, "x", shown, [f"{100 * s:g} %" for s in shown])
        _label(ax, frame)
        caption(
            ax, "Assumed share of politicians in eligible content: unknown. Both scales logarithmic"
        )
    return ax


def _label(ax: Axes, frame: pd.DataFrame) -> None:
    place = {"xycoords": "axes fraction", "size": DETAIL}
    lines = "ratio of politicians’ share of\nallowances to the share assumed"
    write(ax, 0.98, 0.97, lines, ha="right", va="top", color=FOCAL, bold=True, halo=True, **place)
    if not is_narrow(ax):
        write(
            ax,
            0.98,
            0.80,
            "band: 95 % interval of their share\nof allowances",
            ha="right",
            va="top",
            color=MUTED,
            halo=True,
            **place,
        )
    write(
        ax,
        frame["share_eligible"].min(),
        1,
        "1: as their share",
        dx=4,
        dy=-7,
        size=DETAIL,
        color=INK,
        ha="left",
    )


def allowance_curve_words(stage: Any) -> Words:
    """Say between which ratios the curve runs, and at which share it would be one."""
    frame = allowance_curve_data(stage)
    first, last = frame.iloc[0], frame.iloc[-1]
    ends = [ratio(float(v["over_representation"]), decimals=1) for v in (first, last)]
    equal = float(first["over_representation"] * first["share_eligible"])
    low, high = (float(first[c] * first["share_eligible"]) for c in COLUMNS[2:])
    title = f"From {ends[0]} to {ends[1]}: over-representation depends on an unknown share"
    note = (
        f"Politicians had {percent(equal)} of the allowances (95 % Wilson interval "
        f"{percent(low)} to "
        f"{percent(high)}); at that share of eligible content the ratio would be 1. A sensitivity "
        f"to what is unknown, not an estimate. {limits_of(stage, 2)}"
    )
    alt = (
        "Line chart on logarithmic scales: politicians’ share of allowances over their "
        "assumed share "
        f"of eligible content falls from {ends[0]} at {percent(float(first['share_eligible']))} to "
        f"{ends[1]} at {percent(float(last['share_eligible']))}, and is 1 at {percent(equal)}. The "
        "true share is unknown, so no point of the curve is an estimate."
    )
    chosen = selection_of(stage) or "Newsworthiness allowances"
    return Words(title, f"{chosen[:1].upper()}{chosen[1:]}.", note, alt)
