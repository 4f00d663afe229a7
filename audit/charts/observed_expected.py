"""Observed actions against those expected under the reference class's treatment, in posts."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow, round_steps, ticks
from audit.charts.phrases import (
    NO_INTERVAL,
    acted,
    apart,
    comparison_of,
    level,
    measured,
    named,
    number,
    sentence,
    sizes,
    subtitle,
    told,
    within_shares,
)
from audit.charts.rows import Row, draw_rows, points_of
from audit.charts.theme import (
    FOCAL_LOOK,
    INK,
    MUTED,
    PAPER,
    REFERENCE_LOOK,
    Look,
    blank,
    dress,
    theme,
)
from audit.disclosure.precision import published
from audit.estimators.accounts.contrasts import no_inference
from audit.numerals import MINUS, count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.55
BAR, THIN_BAR = 0.34, 0.18
"""Thickness of a bar in rows; thin where the label stands above it."""


def observed_expected_data(stage: Any) -> pd.DataFrame:
    """Return three rows, `quantity` observed, expected and difference, in `posts` with limits.

    The expected count is the rate of the reference class at the focal posts' own mix, times the
    focal posts in supported strata. Its limits are the interval of the difference laid off from
    the observed count, which is taken as it is, and lie between no post and all of them.
    """
    comparison = comparison_of(stage, "observed_expected")
    found = comparison.primary()
    n = int(found.n_supported)
    nan = float("nan")
    rows = [
        ("observed", found.observed, nan, nan),
        (
            "expected",
            found.expected,
            within_shares(found.observed - found.conf_high),
            within_shares(found.observed - found.conf_low),
        ),
        ("difference", found.estimate, found.conf_low, found.conf_high),
    ]
    frame = pd.DataFrame(rows, columns=["quantity", "posts", "conf_low", "conf_high"])
    frame[["posts", "conf_low", "conf_high"]] *= n
    frame["n_supported"] = n
    return published(frame, comparison.study, posts=("posts", "conf_low", "conf_high"))


def observed_expected(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw what happened, what would have at the reference class's rates, and the gap."""
    comparison = comparison_of(stage, "observed_expected")
    design, frame = comparison.study.design, observed_expected_data(stage)
    seen, expected, _ = frame["posts"]
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * 3)))
        rows = _rows(frame, named(design.focal), named(design.references[0]), acted(design))
        places = draw_rows(ax, rows, draw=_mark)
        for x, start in ((seen, places[0]), (expected, places[1])):
            ax.plot([x, x], [start, places[2]], color=MUTED, linewidth=0.8, zorder=2)
        ax.annotate(
            "",
            (seen, places[2]),
            (expected, places[2]),
            arrowprops={"arrowstyle": "-|>", "color": INK, "shrinkA": 0, "shrinkB": 0},
        )
        top = max([1.0, seen, expected, *points_of(rows[1])])
        ax.set_xlim(min(0.0, *points_of(rows[1])) - 0.012 * top, 1.04 * top)
        steps = [v for v in round_steps(*ax.get_xlim()) if v == round(v)]
        ticks(ax, "x", steps, [count(v) for v in steps])
        caption(
            ax, f"Posts of {named(design.focal)} accounts, out of {count(frame['n_supported'][0])}"
        )
    return ax


def observed_expected_words(stage: Any) -> Words:
    """Say how many were acted on and how many would have been."""
    comparison = comparison_of(stage, "observed_expected")
    study, frame = comparison.study, observed_expected_data(stage)
    design, verb = study.design, acted(study.design)
    seen, expected, gap = frame["posts"]
    low, high = frame.loc[2, ["conf_low", "conf_high"]].astype(float)
    sure, f, r = apart(low, high), named(design.focal), named(design.references[0])
    title = f"{count(seen)} {f} posts {verb}, {count(expected)} expected at {r} accounts’ rate"
    if sure is False:
        title += ": not told apart"
    limits = NO_INTERVAL if sure is None else f"{level(design)} interval {_ends(low, high)}"
    strata = design.strata if design.primary == "standardised" else ()
    *first, last = [named(s) for s in strata] or [""]
    alike = f" among posts alike in {' and '.join(filter(None, (', '.join(first), last)))}"
    alike = alike if strata else ""
    note = (
        f"Expected: {r} accounts’ rate{alike}, at the mix of the {f} posts. "
        f"Difference: {_signed(gap)} posts ({limits}{'' if sure is None else ', by account'}). "
        f"{sizes(study)}."
    )
    if sure is None and (why := no_inference(study)):
        note += f" {sentence(why)}."
    note += _cut(seen - high, seen - low, frame.loc[1])
    out = int(comparison.primary().n_unsupported)
    if out:
        note += f" {number(out, f'{f} post')} without a comparable {r} post left out."
    alt = (
        f"{told(study)}Bar chart. {number(seen, 'post')} of {f} accounts {verb}; "
        f"{count(expected)} would have been at the rates of {r} accounts for comparable posts. "
        f"Difference {_signed(gap)} posts, {limits}"
        + (": not told apart from zero." if sure is False else ".")
    )
    return Words(title, subtitle(study, measured(f"Posts {verb}", design)), note, alt)


def _cut(low: float, high: float, drawn: Any) -> str:
    """Say where limits laid off from the observed posts were cut to what can be."""
    ends = [
        end
        for end, is_cut in (
            ("none", drawn["conf_low"] > low + 1e-9),
            ("all of them", drawn["conf_high"] < high - 1e-9),
        )
        if is_cut
    ]
    return f" The interval of the posts expected is cut at {' and '.join(ends)}." * bool(ends)


def _rows(frame: pd.DataFrame, focal: str, reference: str, verb: str) -> list[Row]:
    seen, expected, gap = frame["posts"]
    nan = float("nan")
    low, high = frame.loc[1, ["conf_low", "conf_high"]].astype(float)
    ends = _ends(*frame.loc[2, ["conf_low", "conf_high"]].astype(float))
    return [
        Row(
            sentence(f"{verb}, observed"), f"{focal} posts", seen, nan, nan, FOCAL_LOOK, count(seen)
        ),
        Row(
            "Expected",
            f"at {reference} accounts’ rate",
            expected,
            low,
            high,
            REFERENCE_LOOK,
            count(expected),
            _ends(low, high),
        ),
        Row("Difference", "in posts", nan, nan, nan, Look(INK, "o"), _signed(gap), ends),
    ]


def _mark(ax: Axes, row: Row, y: float) -> None:
    """Draw a bar from zero: full for what was seen, outlined for what is expected."""
    height = THIN_BAR if is_narrow(ax) else BAR
    if row.look == FOCAL_LOOK:
        ax.barh([y], [row.value], height=height, color=row.look.colour, zorder=3)
    elif row.look == REFERENCE_LOOK:
        ax.barh(
            [y],
            [row.value],
            height=height,
            facecolor=PAPER,
            edgecolor=row.look.colour,
            linewidth=1.6,
            linestyle="-" if row.bounded else ":",
            zorder=3,
        )
        if row.bounded:
            ax.plot([row.low, row.high], [y, y], color=row.look.colour, linewidth=2.4, zorder=4)


def _signed(posts: float) -> str:
    text = count(posts)
    return f"+{text}" if round(posts) > 0 else text if text.startswith(MINUS) else "0"


def _ends(low: float, high: float) -> str:
    return (
        f"{count(low)} to {count(high)}"
        if math.isfinite(low) and math.isfinite(high)
        else NO_INTERVAL
    )
