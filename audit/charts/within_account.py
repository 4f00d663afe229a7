"""The difference of each account between its posts in the focal class and its others."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import POINTS, fold, round_steps, slot, text_width, ticks, write
from audit.charts.phrases import comparison_of, level, named, number, pair, subtitle, told
from audit.charts.rows import directions, gap_text, signed
from audit.charts.theme import DETAIL, FOCAL, GRID, INK, MUTED, band, blank, dress, pale, theme
from audit.errors import ReportError
from audit.numerals import points
from audit.questions.within_account import WithinAccount

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.questions.base import Answer

SIZE = (7.0, 2.8)
MOST_STEMS = 20
NET = 1
"""Row of the answer that is drawn as the line: net of the calendar, each post alike."""


def within_account_data(stage: Any) -> pd.DataFrame:
    """Return one row per account, smallest difference first: account (a number), posts, rates.

    Raises
    ------
    ReportError
        No account can be compared with itself.
    """
    return _answer(stage).figures["accounts"].copy()


def _answer(stage: Any) -> Answer:
    found = comparison_of(stage, "within_account")
    known = [a for a in getattr(found, "answers", ()) if a.question == WithinAccount.name]
    answer: Answer = known[0] if known else WithinAccount()(found.study)
    if answer.barred:
        raise ReportError(
            f"the chart 'within_account' has nothing to draw: {answer.barred} Try: a roster that "
            "shows who held the class when, and cases from before or after."
        )
    return answer


def within_account(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw each account's net difference as a mark, their mean and its interval, and zero."""
    answer, study = _answer(stage), comparison_of(stage, "within_account").study
    frame, net = answer.figures["accounts"], answer.frame.iloc[NET]
    mean, low, high = (float(net[c]) for c in ("estimate", "conf_low", "conf_high"))
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE))
        values = np.array([0.0, mean, *frame["difference"], *(v for v in (low, high) if v == v)])
        span = float(np.ptp(values)) or 0.01
        ax.set_xlim(values.min() - 0.1 * span, values.max() + 0.1 * span)
        n = len(frame)
        places = np.arange(n)[::-1]
        ax.set_ylim(-0.8, max(1.5 * (n - 0.2), n + 1.2))
        ax.set_yticks([])
        if math.isfinite(low) and math.isfinite(high):
            ax.axvspan(low, high, **band(pale(FOCAL, 0.16)), zorder=0)
        if n <= MOST_STEMS:
            ax.hlines(places, 0, frame["difference"], color=GRID, linewidth=1.0, zorder=1)
        ax.axvline(0, color=INK, linewidth=1.0, zorder=2)
        ax.axvline(mean, color=FOCAL, linewidth=1.4, linestyle=(0, (5, 2)), zorder=2)
        most = np.sqrt(frame["n_inside"] / frame["n_inside"].max())
        sizes = np.clip(170 / n, 3, 9) * np.clip(most, 0.35, 1)
        ax.scatter(
            frame["difference"],
            places,
            s=sizes**2,
            color=FOCAL,
            zorder=4,
            linewidth=0,
            clip_on=False,
        )
        _label(ax, mean, f"{number(n, 'account')}: {gap_text(mean)}", FOCAL, down=2.0)
        _label(ax, 0.0, "no difference", INK, down=15.0, other=mean)
        if math.isfinite(low):
            text = f"band: {level(study.design)} interval"
            write(
                ax,
                1.0,
                1.0,
                fold(ax, text, slot(ax) * POINTS * 0.5, size=DETAIL),
                xycoords="axes fraction",
                dy=-30.0,
                va="top",
                ha="right",
                size=DETAIL,
                color=MUTED,
                halo=True,
            )
        steps = round_steps(*ax.get_xlim())
        ticks(ax, "x", steps, [signed(v, steps) for v in steps])
        directions(ax, f"as {named(study.design.focal)} less often", "more often")
    return ax


def _label(
    ax: Axes, x: float, text: str, colour: str, *, down: float, other: float | None = None
) -> None:
    """Set a label beside a line, on the side that has room for it."""
    low, high = ax.get_xlim()
    room = slot(ax) * POINTS * 0.93
    at, wide = (x - low) / (high - low) * room, text_width(ax, text, bold=True) + 8
    side = "left" if room - at >= wide else "right"
    if other is not None and other > x and at >= wide:
        side = "right"
    across = {"xycoords": ("data", "axes fraction"), "dx": -5.0 if side == "right" else 5.0}
    style = {"color": colour, "bold": True, "halo": True, "va": "top", "ha": side}
    write(ax, x, 1.0, text, dy=-down, **across, **style)


def within_account_words(stage: Any) -> Words:
    """Say the mean difference, and whether it is told apart from zero."""
    answer, study = _answer(stage), comparison_of(stage, "within_account").study
    frame, net = answer.figures["accounts"], answer.frame.iloc[NET]
    mean, low, high = (float(net[c]) for c in ("estimate", "conf_low", "conf_high"))
    k, focal = len(frame), named(study.design.focal)
    bounded = math.isfinite(low) and math.isfinite(high)
    title = f"Same accounts, in and out: {gap_text(mean)} percentage points"
    if bounded and low <= 0 <= high:
        title += ", not told apart from zero"
    if not bounded:
        title += ", no interval"
    reference = named(study.design.references[0])
    note = (
        f"Each mark: one account’s rate as {focal} less its other rate, both net of {reference} "
        "posts of the same dates; larger marks have more posts; accounts are not named. Line: "
        "their mean, by posts. "
    )
    note += "Band: its interval by account. " if bounded else "Too few accounts for an interval. "
    inside, outside = int(frame["n_inside"].sum()), int(frame["n_outside"].sum())
    note += f"{number(inside, 'post')} as {focal}, {number(outside, 'other post')}."
    ends = f"{gap_text(frame['difference'].min())} to {gap_text(frame['difference'].max())}"
    alt = (
        f"{told(study)}Strip chart of {number(k, 'account')}: the difference between each "
        f"account’s rate as {focal} and its other rate, net of {reference} posts, runs from {ends} "
        f"percentage points; the mean is {points(mean)} ({pair(low, high)})."
    )
    measure = (
        f"Difference in percentage points between an account’s posts as {focal} and its others"
    )
    return Words(title, subtitle(study, measure), note, alt)
