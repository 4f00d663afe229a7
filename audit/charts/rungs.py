"""The gap among like cases at every rung of the ladder of actions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.phrases import (
    apart,
    comparison_of,
    direction,
    hollow,
    level,
    missing_intervals,
    named,
    pair,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import Row, difference_axis, draw_rows, gap_text
from audit.charts.theme import INK, MUTED, Look, blank, dress, theme
from audit.disclosure.precision import published
from audit.errors import ReportError
from audit.numerals import count, points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.7), 0.46


def rungs_data(stage: Any) -> pd.DataFrame:
    """Return the gap at each rung that any post reached, with counts and limits."""
    comparison = comparison_of(stage, "rungs")
    # every rung is enrolled anew; drawing asks for them several times
    frame: pd.DataFrame = comparison.study.once("the gap at every rung", comparison.rungs)
    reached = frame["events_focal"] + frame["events_reference"] > 0
    if not reached.any():
        raise ReportError(
            "the chart 'rungs' has nothing to draw: no post of either class was acted on."
        )
    shares = ("expected", "estimate", "conf_low", "conf_high")
    return published(frame[reached].reset_index(drop=True), comparison.study, shares=shares)


def rungs(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the gap at each rung, mildest first; the rung the design asks about is dark."""
    design, frame = comparison_of(stage, "rungs").study.design, rungs_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=sentence(_rung(r.rung, last=place == len(frame) - 1)),
                detail=f"{count(r.events_focal)} and {count(r.events_reference)} posts",
                value=r.estimate,
                low=r.conf_low,
                high=r.conf_high,
                look=Look(INK if r.rung == design.outcome.at_least else MUTED, "o"),
                text=gap_text(r.estimate),
                under=pair(r.conf_low, r.conf_high),
            )
            for place, r in enumerate(frame.itertuples())
        ]
        draw_rows(ax, rows)
        difference_axis(ax, rows, less=f"{named(design.focal)} less often", more="more often")
    return ax


def rungs_words(stage: Any) -> Words:
    """Say at which rung the gap is widest, and whether it is told apart from zero there."""
    study, frame = comparison_of(stage, "rungs").study, rungs_data(stage)
    design = study.design
    f, r = named(design.focal), named(design.references[0])
    widest = frame.loc[frame["estimate"].abs().idxmax()]
    sure = apart(widest["conf_low"], widest["conf_high"])
    title = f"Gap is widest at ‘{named(widest['rung'])}’: {points(widest['estimate'])}"
    title += ", not told apart from zero" if sure is False else ""
    if widest["estimate"] == 0:
        title = f"There is no gap at any of {count(len(frame))} rungs"
    note = (
        f"Each rung counts itself and everything stricter; {level(design)} intervals by account, "
        f"each rung by itself. Counts: {f}, then {r} posts that met it. {sizes(study)}."
    )
    if missing_intervals(frame):
        note += f" {hollow(study)}"
    empty = [r for r in study.cases.ladder.rungs[1:] if r not in set(frame["rung"])]
    if empty:
        note += f" No post of either class met {', '.join(map(named, empty))}: not drawn."
    spoken = "; ".join(
        f"{named(e.rung)} {gap_text(e.estimate)} ({pair(e.conf_low, e.conf_high)})"
        for e in frame.itertuples()
    )
    alt = (
        f"{told(study)}Dot chart of the difference between {f} and {r} posts in percentage points, "
        f"at each rung or stricter: {spoken}. It is widest at {named(widest['rung'])}, where {f} "
        f"posts meet it {direction(widest['estimate'])}."
    )
    return Words(
        title, subtitle(study, "Difference in percentage points by severity of action"), note, alt
    )


def _rung(name: str, *, last: bool) -> str:
    return named(name) if last else f"{named(name)} or stricter"
