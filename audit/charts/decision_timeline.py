"""Rules and documented decisions on one line of time, platform by platform."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import POINTS, fold, is_narrow, slot, spread, text_width, write
from audit.charts.phrases import named, number
from audit.charts.theme import (
    DETAIL,
    FOCAL,
    GRID,
    INK,
    MUTED,
    PAPER,
    REFERENCE,
    blank,
    dress,
    theme,
)
from audit.charts.views import limits_of, rows_of
from audit.errors import ReportError
from audit.numerals import count
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE = (7.0, 8.4)
LANES = ("Twitter, X", "Meta", "YouTube", "other")
KINDS: dict[str, tuple[str, bool]] = {
    "left up": ("o", True),
    "label or notice": ("o", False),
    "removed": ("s", False),
    "account locked or banned": ("v", False),
    "restored": ("P", True),
}
"""Shape of a decision by what was done, and whether it is hollow; the shapes stay apart in grey."""
DONE = {
    "none": "left up",
    "label": "label or notice",
    "interstitial": "label or notice",
    "deamplify": "label or notice",
    "restrict": "label or notice",
    "remove": "removed",
    "lock": "account locked or banned",
    "suspend": "account locked or banned",
    "ban": "account locked or banned",
    "reinstated": "restored",
}
SPLIT, SPLIT_NARROW = 0.36, 0.36
"""Share of the width that the lanes take; the names of the rules have the rest."""
DOT = 4.2
MOST_LINES = 4
"""Lines in which the name of a rule is set at most."""


def decision_timeline_data(stage: Any) -> pd.DataFrame:
    """Return one row per mark in order of time: kind, id, lane, platform, days, done, title."""
    columns = ("id", "kind", "platform", "earliest", "latest", "title", "what")
    rows = rows_of(stage, "decision_timeline", *columns)
    out = rows[list(columns)].copy()
    out["ordinary"] = [str(g).startswith("ordinary") for g in rows.get("group", [""] * len(rows))]
    out["lane"] = out["platform"].map(_lane)
    decided = out["kind"] != "rule"
    strange = sorted(set(out.loc[decided, "what"].astype(str)) - set(DONE))
    if strange:
        raise ReportError(
            f"the chart 'decision_timeline' has no shape for the action {visible(strange[0])!r}; "
            f"allowed: {', '.join(DONE)}."
        )
    out["done"] = out["what"].astype(str).map(DONE).where(decided, "rule")
    return out.sort_values(["earliest", "kind", "id"], kind="stable").reset_index(drop=True)


def _lane(platform: object) -> str:
    name = str(platform).lower()
    if name in ("twitter", "x"):
        return LANES[0]
    if name.startswith(("facebook", "instagram", "meta")):
        return LANES[1]
    return LANES[2] if name == "youtube" else LANES[3]


def decision_timeline(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw time downwards: decisions as shapes in lanes by platform, every rule by name beside."""
    frame = decision_timeline_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="none")
        split = SPLIT_NARROW if is_narrow(ax) else SPLIT
        first, last = frame["earliest"].min(), frame["latest"].max()
        top = pd.Timestamp(first.year, 1, 1)
        bottom = pd.Timestamp(last.year + 1, 1, 1)
        ax.set_xlim(0, 1)
        ax.set_ylim(_day(bottom), _day(top))
        lanes = [lane for lane in LANES if lane in set(frame["lane"])]
        room = [3 + np.sqrt((frame["lane"] == lane).sum()) for lane in lanes]
        edges = 0.005 + (split - 0.005) * np.append(0, np.cumsum(room) / np.sum(room))
        _years(ax, top.year, bottom.year, split)
        _heads(ax, lanes, edges)
        _decisions(ax, frame[frame["kind"] != "rule"], lanes, edges)
        _rules(ax, frame[frame["kind"] == "rule"], lanes, edges, split)
        _key(ax)
    return ax


def _day(when: pd.Timestamp) -> float:
    return (when - pd.Timestamp(1970, 1, 1)).total_seconds() / 86400


def _years(ax: Axes, first: int, last: int, split: float) -> None:
    years = range(first, last + 1)
    places = [_day(pd.Timestamp(y, 1, 1)) for y in years]
    ax.hlines(places, 0, split, color=GRID, linewidth=0.8, zorder=1)
    middles = [_day(pd.Timestamp(y, 7, 2)) for y in years[:-1]]
    ax.set_yticks(middles, [str(y) for y in years[:-1]], parse_math=False)
    ax.set_xticks([])


def _heads(ax: Axes, lanes: list[str], edges: np.ndarray) -> None:
    """Name the lanes above them, every other one higher where they would touch."""
    room = slot(ax) * POINTS * 0.9
    widths = [text_width(ax, lane, size=DETAIL, bold=True) for lane in lanes]
    middles = room * (edges[1:] + edges[:-1]) / 2
    steps = np.diff(middles)
    touching = any((a + b) / 2 + 4 > s for a, b, s in zip(widths, widths[1:], steps, strict=False))
    for i, lane in enumerate(lanes):
        up = 7.0 + (12.5 if touching and i % 2 else 0.0)
        middle = float(edges[i] + edges[i + 1]) / 2
        place = {"xycoords": "axes fraction", "dy": up, "ha": "center", "size": DETAIL}
        write(ax, middle, 1, lane, bold=True, color=INK, **place)
    for edge in edges[1:-1]:
        ax.plot([edge, edge], ax.get_ylim(), color=GRID, linewidth=0.6, zorder=1)
    rules_at = {"xycoords": "axes fraction", "dy": 7.0, "ha": "left", "size": DETAIL}
    write(
        ax, float(edges[-1]) + 0.05, 1, "Rules and announcements", bold=True, color=INK, **rules_at
    )


def _decisions(ax: Axes, frame: pd.DataFrame, lanes: list[str], edges: np.ndarray) -> None:
    """Set the shapes side by side where they fall on about the same day."""
    figure: Any = ax.get_figure(root=True)
    points_high = 0.85 * figure.get_size_inches()[1] * POINTS
    days_high = abs(ax.get_ylim()[0] - ax.get_ylim()[1])
    apart = (DOT + 0.8) * days_high / points_high
    aside = (DOT + 0.8) / (slot(ax) * POINTS * 0.9)
    for i, lane in enumerate(lanes):
        rows = frame[frame["lane"] == lane]
        y = np.array([(_day(r.earliest) + _day(r.latest)) / 2 for r in rows.itertuples()])
        columns = _columns(y, apart)
        width = float(edges[i + 1] - edges[i])
        step = min(aside, (width - 1.4 * aside) / max(1, columns.max(initial=0)))
        x = edges[i] + width / 2 + step * _centred(y, columns, apart)
        for r, at, day in zip(rows.itertuples(), x, y, strict=True):
            _shape(ax, r, float(at), float(day))


def _columns(y: np.ndarray, apart: float) -> np.ndarray:
    """Return for each mark the first column in which nothing stands within `apart` of it."""
    ends: list[float] = []
    out = np.zeros(len(y), dtype=int)
    for i in np.argsort(y, kind="stable"):
        place = next((c for c, end in enumerate(ends) if y[i] - end >= apart), len(ends))
        if place == len(ends):
            ends.append(y[i])
        ends[place] = y[i]
        out[i] = place
    return out


def _centred(y: np.ndarray, columns: np.ndarray, apart: float) -> np.ndarray:
    """Return columns turned into places left and right of the middle: 0, −1, 1, −2, 2 …"""
    half = (columns + 1) // 2
    return np.where(columns % 2 == 1, -half, half).astype(float)


def _shape(ax: Axes, r: Any, x: float, y: float) -> None:
    marker, hollow = KINDS[r.done]
    colour = REFERENCE if r.ordinary else FOCAL
    if r.latest > r.earliest:
        ax.plot([x, x], [_day(r.earliest), _day(r.latest)], color=colour, linewidth=0.7, zorder=3)
    ax.plot(
        [x],
        [y],
        marker,
        markersize=DOT,
        markerfacecolor=PAPER if hollow else colour,
        markeredgecolor=colour,
        markeredgewidth=0.8,
        zorder=4,
        linestyle="none",
    )


def _rules(
    ax: Axes, frame: pd.DataFrame, lanes: list[str], edges: np.ndarray, split: float
) -> None:
    """Mark each rule in its lane and name it beside, names spread so that none touch."""
    if frame.empty:
        return
    bottom, top = ax.get_ylim()
    for r in frame.itertuples():
        i = lanes.index(r.lane)
        day = _day(r.earliest)
        ax.plot([edges[i], edges[i + 1]], [day, day], color=INK, linewidth=0.9, zorder=2)
    figure: Any = ax.get_figure(root=True)
    line = 1.24 * DETAIL * (bottom - top) / (0.82 * figure.get_size_inches()[1] * POINTS)
    fit = (bottom - top) / line
    named_rules = _named(frame, int(fit), narrow=is_narrow(ax))
    wanted = [_day(r.earliest) for r in named_rules.itertuples()]
    room = slot(ax) * POINTS * 0.9 * (1 - split - 0.05) - 4
    texts = _folded(ax, named_rules, room, fit)
    tall = [line * _tall(t) for t in texts]
    edge_of = line if len(tall) < 2 else max(tall[0], tall[-1])
    placed = spread(wanted, tall, top + edge_of / 2, bottom - edge_of / 2)
    for r, text, day, at in zip(named_rules.itertuples(), texts, wanted, placed, strict=True):
        edge = edges[lanes.index(r.lane) + 1]
        ax.plot([edge, split, split + 0.04], [day, day, at], color=MUTED, linewidth=0.5, zorder=1)
        strong = _exempts(r.what)
        colour = INK if strong else MUTED
        style: dict[str, Any] = {"size": DETAIL, "bold": strong, "color": colour}
        write(ax, split + 0.05, float(at), text, ha="left", **style)


def _folded(ax: Axes, rules: pd.DataFrame, room: float, fit: float) -> list[str]:
    """Return date and name of each rule, in as many lines as it needs while all have room.

    Where they have not, exemptions keep their words first; a name that is cut is whole in the data.
    """

    def set_in(r: Any, lines: int) -> str:
        text = f"{r.earliest:%Y-%m} {r.title}"
        return fold(ax, text, room, lines=lines, size=DETAIL, bold=_exempts(r.what))

    rows = list(rules.itertuples())
    out = [set_in(r, 1) for r in rows]
    left = fit - sum(map(_tall, out))
    for i in sorted(range(len(rows)), key=lambda i: not _exempts(rows[i].what)):
        whole = set_in(rows[i], MOST_LINES)
        more = _tall(whole) - _tall(out[i])
        if more <= left:
            out[i], left = whole, left - more
    return out


def _tall(text: str) -> float:
    """Return the height of a name in lines; one of several needs a gap to be told from the next."""
    more = text.count("\n")
    return 1 + 1.15 * more


def _exempts(what: object) -> bool:
    return str(what).startswith("exemption")


def _named(frame: pd.DataFrame, fit: int, *, narrow: bool) -> pd.DataFrame:
    """Return the rules that have room for a name, exemptions first.

    A narrow figure names exemptions alone, if there are any; the others keep their marks.
    """
    exempt = frame["what"].map(_exempts)
    chosen = frame[exempt] if narrow and exempt.any() else frame
    if len(chosen) > fit:
        order = (~exempt[chosen.index]).sort_values(kind="stable").index[:fit]
        chosen = chosen.loc[chosen.index.isin(order)]
    return chosen


def _key(ax: Axes) -> None:
    """Say under the chart what the shapes mean, in as many lines as the width needs."""
    parts = ["○ left up", "● label or notice", "■ removed", "▼ account locked or banned"]
    parts += ["✚ restored", "— rule (bold: about an exemption)"]
    room = slot(ax) * POINTS * 0.9
    lines = [""]
    for part in parts:
        longer = f"{lines[-1]}    {part}" if lines[-1] else part
        if text_width(ax, longer, size=DETAIL) <= room:
            lines[-1] = longer
        else:
            lines.append(part)
    write(
        ax,
        0,
        0,
        "\n".join(lines),
        xycoords="axes fraction",
        dy=-8,
        va="top",
        ha="left",
        size=DETAIL,
        color=MUTED,
    )


def decision_timeline_words(stage: Any) -> Words:
    """Say in which two years running most of the documented decisions fall."""
    frame = decision_timeline_data(stage)
    decided = frame[frame["kind"] == "decision"]
    rules, restored = int((frame["kind"] == "rule").sum()), int((frame["kind"] == "reversal").sum())
    n = len(decided)
    years = decided["earliest"].dt.year.value_counts().sort_index()
    span = range(int(frame["earliest"].dt.year.min()), int(frame["latest"].dt.year.max()) + 1)
    pairs = {y: int(years.get(y, 0) + years.get(y + 1, 0)) for y in span}
    year = max(pairs, key=lambda y: (pairs[y], -y))
    title = f"{count(pairs[year])} of {count(n)} documented decisions fall in {year} and {year + 1}"
    by_lane = decided["lane"].value_counts()
    done = decided["done"].value_counts()
    spoken = ", ".join(f"{named(k)} {count(int(v))}" for k, v in done.items())
    lanes = ", ".join(f"{k} {count(int(v))}" for k, v in by_lane.items())
    note = (
        f"{number(n, 'decision')}, {number(restored, 'reversal')} and "
        f"{number(rules, 'rule')}. A thin "
        f"line through a shape: the days the date may mean. Blue: an ordinary account. A rule "
        f"without room for its name keeps its mark. {limits_of(stage, 2)}"
    )
    alt = (
        f"Timeline of {number(n, 'documented decision')} and {number(rules, 'rule')} from "
        f"{span[0]} to "
        f"{span[-1]}. Decisions by platform: {lanes}; by what was done: {spoken}. "
        f"{pairs[year]} fall in "
        f"{year} and {year + 1}."
    )
    subtitle = f"Decisions about leaders and officials by platform, {span[0]} to {span[-1]}."
    return Words(title, subtitle, note, alt)
