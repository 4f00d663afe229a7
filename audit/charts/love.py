"""Balance: how alike the two classes' posts are, as found and once like is compared with like."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, round_steps, ticks
from audit.charts.phrases import comparison_of, hiding, named, sentence, sizes, subtitle, told
from audit.charts.rows import MARK, Row, draw_rows
from audit.charts.theme import INK, MUTED, PAPER, Look, blank, dress, theme
from audit.disclosure import SYMBOL, hidden_cells, protect_traits
from audit.disclosure.precision import published
from audit.errors import ReportError
from audit.numerals import count, plain, setting

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.38
THRESHOLD = 0.1
"""A standardised difference up to this is usually held negligible (Austin 2009)."""
MOST = 16
"""Levels drawn; those with the largest differences come first."""


def love_data(stage: Any) -> pd.DataFrame:
    """Return the levels drawn: column, level, before, after (absolute differences), largest first.

    A difference tells the share of one class beside that of the other: where that would be of few
    people who hold no office, it is hidden (`audit.disclosure`), and the level comes last, in the
    order of the table, so that its place says nothing.

    Raises
    ------
    ReportError
        The evidence carries no balance table, or an empty one.
    """
    study, table = comparison_of(stage, "love").study, _balance(stage)
    out = table[["column", "level"]].assign(
        before=table["smd"].abs(), after=table["smd_weighted"].abs()
    )
    out = published(out, study, shares=("after",))  # weighted by the posts of hidden strata
    out = protect_traits(out, study, columns=("before", "after"))
    hidden = hidden_cells(out).get("before", pd.Series(False, index=out.index))
    largest = out[["before", "after"]].max(axis=1)
    order = largest[~hidden].sort_values(ascending=False, kind="stable").index
    order = order.append(out.index[hidden])[:MOST]
    return out.loc[order].reset_index(drop=True)


def _balance(stage: Any) -> pd.DataFrame:
    table = stage.table("balance")
    if table.empty:
        raise ReportError(
            "the chart 'love' has nothing to draw: this evidence has no balance table. Try: cases "
            "with at least one of rule, severity, language, country and platform."
        )
    return table


def love(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw each level's absolute standardised difference, hollow before and filled after."""
    frame = love_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=f"{sentence(named(r.column))}: {named(r.level, 60)}",
                detail="",
                value=r.before,
                low=r.after,
                high=r.after,
                look=Look(INK, "o"),
                text=_pair(r.before, r.after),
                quiet=True,
            )
            for r in frame.itertuples()
        ]
        draw_rows(ax, rows, draw=_mark)
        top = 1.08 * max(THRESHOLD, *frame["before"].fillna(0), *frame["after"].fillna(0))
        ax.set_xlim(-0.012 * top, top)
        ax.axvline(THRESHOLD, color=INK, linewidth=1.0, linestyle=(0, (4, 2)), zorder=2)
        steps = sorted({*round_steps(0, top, 5), THRESHOLD})
        ticks(ax, "x", steps, [f"{v:g}" for v in steps])
        caption(
            ax,
            f"Standardised difference. ○ as found  ● like with like  dashed: {setting(THRESHOLD)}",
        )
    return ax


def love_words(stage: Any) -> Words:
    """Say how many levels stay apart by more than the threshold."""
    comparison = comparison_of(stage, "love")
    table, frame = _balance(stage), love_data(stage)
    study, k = comparison.study, len(table)
    before = int((table["smd"].abs() > THRESHOLD).sum())
    after = int((table["smd_weighted"].abs() > THRESHOLD).sum())
    left = count(after) if after else "none"
    title = f"{count(before)} of {count(k)} traits differ as found, {left} among like cases"
    note = (
        "A trait is one value of a column; it differs when its standardised difference exceeds "
        f"{setting(THRESHOLD)}. "
        "Spread: the focal class’s own standard deviation. "
        f"{sizes(study)}."
    )
    if k > len(frame):
        note += f" Drawn: the {count(len(frame))} largest of {count(k)} traits."
    shown = frame[frame["before"].notna()]
    if len(shown) < len(frame):
        note += f" {hiding(study.design.smallest_cell)}"
    spoken = "; ".join(
        f"{named(r.column)} {named(r.level)}: {_two(r.before)} to {_two(r.after)}"
        for r in shown.itertuples()
    )
    alt = (
        f"{told(study)}Love plot of absolute standardised differences by level, as found and among "
        f"like cases: {spoken}. {count(before)} of {count(k)} exceed {setting(THRESHOLD)} as "
        f"found, {count(after)} among like cases."
    )
    return Words(title, subtitle(study, "Balance of what makes cases comparable"), note, alt)


def _mark(ax: Axes, row: Row, y: float) -> None:
    if row.value != row.value:
        return
    ax.plot([row.value, row.low], [y, y], color=MUTED, linewidth=1.2, zorder=3)
    for value, face in ((row.value, PAPER), (row.low, INK)):
        ax.plot(
            [value],
            [y],
            "o",
            markersize=MARK - 1,
            markerfacecolor=face,
            markeredgecolor=INK,
            zorder=4,
        )


def _pair(before: float, after: float) -> str:
    return SYMBOL if before != before else f"{_two(before)} → {_two(after)}"


def _two(value: float) -> str:
    return "–" if value != value else plain(value, decimals=2)
