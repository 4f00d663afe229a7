"""How unequal reporting of the two classes would have to be to take away the gap."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import POINTS, fold, is_narrow, round_steps, slot, ticks, write
from audit.charts.phrases import (
    NO_INTERVAL,
    acted,
    apart,
    comparison_of,
    level,
    measured,
    named,
    pair,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import gap_text, signed
from audit.charts.theme import DETAIL, FOCAL, INK, MUTED, band, blank, dress, pale, theme
from audit.checks.selective_reporting import SELECTED
from audit.checks.unequal_reporting import bounds_by_ratio, erasing_ratio
from audit.disclosure.precision import share
from audit.errors import ReportError
from audit.numerals import count, points
from audit.numerals import ratio as plain_ratio

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.design import Design

SIZE = (7.0, 3.9)
MOST_UNEQUAL = 5.0
"""Ratio of the shares reported up to which the bounds are drawn, either way."""
STEPS = 30
"""Ratios drawn on each side of equal reporting."""
TICKS = (5, 3, 2)


def selection_sensitivity_data(stage: Any) -> pd.DataFrame:
    """Return the bounds on the gap for every ratio of the shares of posts reported.

    Columns: ratio (share of focal posts reported over that of reference posts; 1 is equal), low
    and high (no assumption on the posts that only one class has reported), low_milder and
    high_milder (these are acted on no more readily than the others), conf_low and conf_high (low
    and high where the gap lies at the ends of its interval), declared (whether the ratio is an
    end of what the design declares). The bounds are those of `checks.sensitivity`, the wider of
    both populations.

    Raises
    ------
    ReportError
        Every post had its chance to be in the table, so that no reporting chose.
    """
    comparison = comparison_of(stage, "selection_sensitivity")
    design, found = comparison.study.design, comparison.primary()
    if design.frame not in SELECTED:
        raise ReportError(
            "the chart 'selection_sensitivity' has nothing to draw: with frame = "
            f"{design.frame!r} no post had to be picked by anyone to be in the table. It is "
            f"drawn for: {', '.join(map(repr, SELECTED))}."
        )
    numbers = (found.observed, found.expected, found.conf_low, found.conf_high)
    given = (share(number, comparison.study) for number in numbers)
    return _bounds(*given, declared=_declared(design)).copy()


@lru_cache(maxsize=8)
def _bounds(
    observed: float, expected: float, low: float, high: float, *, declared: tuple[float, ...]
) -> pd.DataFrame:
    """Return the frame of `selection_sensitivity_data`; drawing asks for it several times."""
    even = np.geomspace(1.0, MOST_UNEQUAL, STEPS + 1)
    ratios = np.unique(np.concatenate([1 / even, even, declared]))
    out = pd.DataFrame({"ratio": ratios})
    for milder, name in ((False, ""), (True, "_milder")):
        found = bounds_by_ratio(observed, expected, ratios, milder=milder)
        out[f"low{name}"], out[f"high{name}"] = found
    for place, (name, end) in enumerate((("low", low), ("high", high))):
        there = math.isfinite(end)
        at = bounds_by_ratio(observed, _share(observed - end), ratios) if there else None
        out[f"conf_{name}"] = at[place] if at else math.nan
    out["declared"] = np.isin(ratios, declared)
    return out


def _declared(design: Design) -> tuple[float, ...]:
    """Return the least and the greatest ratio that the design declares, in range."""
    limits = design.selective_reporting
    if not limits:
        return ()
    focal, reference = limits["share_reported_focal"], limits["share_reported_reference"]
    ends = (min(focal) / max(reference), max(focal) / min(reference))
    return tuple(float(np.clip(e, 1 / MOST_UNEQUAL, MOST_UNEQUAL)) for e in ends)


def erased_at(stage: Any, *, limit: bool = False) -> tuple[float, float]:
    """Return `erasing_ratio` of the gap as found: reference reported more, then focal.

    Parameters
    ----------
    limit : bool
        For the end of the interval nearest to zero instead; 1 where the interval holds zero.
    """
    comparison = comparison_of(stage, "selection_sensitivity")
    found = comparison.primary()
    gap, focal = float(found.estimate), float(found.observed)
    if limit:
        ends = float(found.conf_low), float(found.conf_high)
        if apart(*ends) is not True:
            return 1.0, 1.0
        gap = min(ends, key=abs)
    return erasing_ratio(focal, _share(focal - gap), most=MOST_UNEQUAL)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))


def selection_sensitivity(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the bounds on the gap from one class reported far more to the other far more."""
    comparison = comparison_of(stage, "selection_sensitivity")
    design, frame = comparison.study.design, selection_sensitivity_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="y")
        ax.set_xscale("log")
        ax.set_xlim(1 / MOST_UNEQUAL, MOST_UNEQUAL)
        _scale(ax, frame)
        x = frame["ratio"].to_numpy()
        ax.fill_between(x, frame["low"], frame["high"], **band(), zorder=1)
        ax.fill_between(
            x,
            frame["low_milder"],
            frame["high_milder"],
            color=pale(INK, 0.5),
            linewidth=0,
            zorder=2,
        )
        for name in ("low", "high"):
            ax.plot(x, frame[name], color=INK, linewidth=1.4, zorder=4)
            if frame[f"conf_{name}"].notna().any():
                style: dict[str, Any] = {"color": MUTED, "linewidth": 1.1, "linestyle": (0, (3, 2))}
                ax.plot(x, frame[f"conf_{name}"], zorder=3, **style)
        ax.axhline(0, color=INK, linewidth=1.0, zorder=3)
        found = comparison.primary()
        limits = [v for v in (found.conf_low, found.conf_high) if math.isfinite(v)]
        if len(limits) == 2:
            ax.plot([1, 1], limits, color=FOCAL, linewidth=2.4, zorder=5)
        ax.plot([1], [found.estimate], "D", color=FOCAL, markersize=7, zorder=6)
        _declare(ax, frame)
        _label(ax, design, float(found.estimate))
    return ax


def _scale(ax: Axes, frame: pd.DataFrame) -> None:
    values = frame.drop(columns=["ratio", "declared"]).to_numpy(float)
    low, top = min(0.0, float(np.nanmin(values))), max(0.0, float(np.nanmax(values)))
    span = (top - low) or 0.01
    ax.set_ylim(low - 0.04 * span, top + 0.04 * span)
    steps = round_steps(low, top, 5)
    ax.set_yticks(steps, [signed(v, steps) for v in steps], parse_math=False)
    ax.tick_params(axis="x", pad=6)
    ratios = [*(1 / t for t in TICKS), 1.0, *TICKS[::-1]]
    ticks(
        ax, "x", ratios, [*(f"{t} : 1" for t in TICKS), "equal", *(f"{t} : 1" for t in TICKS[::-1])]
    )


def _declare(ax: Axes, frame: pd.DataFrame) -> None:
    """Rule off what the design declares that reporting may have been."""
    declared = frame.loc[frame["declared"], "ratio"].tolist()
    for ratio in declared:
        ax.axvline(ratio, color=MUTED, linewidth=1.0, linestyle=(0, (1, 2)), zorder=4)
    if declared:
        side = "right" if declared[0] * declared[-1] > 1 else "left"
        at = declared[-1] if side == "right" else declared[0]
        style: dict[str, Any] = {"size": DETAIL, "color": MUTED, "va": "bottom", "dy": 4.0}
        write(ax, at, 1.0, "as declared", xycoords=("data", "axes fraction"), ha=side, **style)


def _label(ax: Axes, design: Design, gap: float) -> None:
    """Say under the axis whose posts are reported more, which way, and what the shades are."""
    narrow = is_narrow(ax)
    room = slot(ax) * POINTS * (0.42 if narrow else 0.4)
    f, r = named(design.focal), named(design.references[0])
    common: dict[str, Any] = {
        "xycoords": "axes fraction",
        "dy": -21.0,
        "va": "top",
        "size": DETAIL,
        "color": MUTED,
    }
    word = SELECTED[design.frame].split(" ")[0]
    lines = 3 if narrow else 2
    for x, side, text in (
        (0, "left", f"← {r} posts {word} more readily"),
        (1, "right", f"{f} posts {word} more readily →"),
    ):
        write(ax, x, 0, fold(ax, text, room, lines=lines, size=DETAIL), ha=side, **common)
    key = f"◆ gap as found: {gap_text(gap)}"
    write(
        ax,
        0,
        1,
        key,
        xycoords="axes fraction",
        ha="left",
        va="bottom",
        dy=17,
        color=FOCAL,
        bold=True,
    )


def selection_sensitivity_words(stage: Any) -> Words:
    """Say from which inequality on the gap could be reporting alone."""
    comparison = comparison_of(stage, "selection_sensitivity")
    study, frame = comparison.study, selection_sensitivity_data(stage)
    design, found = study.design, comparison.primary()
    f, r, word = named(design.focal), named(design.references[0]), SELECTED[design.frame]
    reference, focal = erased_at(stage)
    title = _title(
        float(found.estimate), apart(found.conf_low, found.conf_high), (reference, focal), word
    )
    at_limit = erased_at(stage, limit=True)
    limits = pair(found.conf_low, found.conf_high)
    bounded = limits != NO_INTERVAL
    note = (
        f"Shaded: between which gaps the truth can lie where posts of one class were {word} more "
        f"readily (Knox, Lowe & Mummolo 2020), {f} less {r}; dark: if the posts that only one "
        "class has in the table are acted on no more readily than the others. "
        + (f"Dashed: the same at the ends of the {level(design)} interval. " if bounded else "")
        + ("Dotted: the ratios that the design declares. " if frame["declared"].any() else "")
        + f"{sizes(study)}."
    )
    alt = (
        f"{told(study)}Area chart of bounds on the gap between {f} and {r} posts, by how unequally "
        f"posts were {word}. With equal shares {points(found.estimate)} ({limits}). The bounds "
        f"reach zero where {f} posts were {word} {_times(focal)} as readily, or {r} posts "
        f"{_times(reference)} as readily"
        + (
            f"; at the end of the interval nearest to zero, {_times(at_limit[1])} and "
            f"{_times(at_limit[0])}."
            if bounded
            else "."
        )
    )
    measure = measured(f"Gap in the share of posts {acted(design)}, percentage points", design)
    return Words(sentence(title), subtitle(study, measure), note, alt)


def _title(gap: float, sure: bool | None, ratios: tuple[float, float], word: str) -> str:
    if gap == 0:
        return "There is no gap that unequal reporting could take away"
    if sure is False:
        return "Gap is not told apart from zero, even if reporting was equal"
    least = min(ratios)
    short = word.split(" ")[0]
    if math.isinf(least):
        most = f"{count(MOST_UNEQUAL)} times"
        return f"Gap keeps its sign even if one class is {short} {most} as readily"
    return f"Gap keeps its sign until one class is {short} {_times(least)} as readily"


def _times(ratio: float) -> str:
    """Return a ratio in words, rounded down: up to there it holds."""
    if math.isinf(ratio):
        return f"more than {count(MOST_UNEQUAL)} times"
    return f"{plain_ratio(math.floor(100 * ratio + 1e-9) / 100)} times"
