"""Every estimate of the gap with its interval, weighted by post and by account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.phrases import (
    NO_INTERVAL,
    acted,
    apart,
    comparison_of,
    hollow,
    level,
    measured,
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
from audit.numerals import points

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.7), 0.42
COLUMNS = ("estimator", "weighting", "estimate", "conf_low", "conf_high", "primary")


def forest_data(stage: Any) -> pd.DataFrame:
    """Return every difference: estimator, weighting, estimate, limits, primary.

    Estimators that only test the same gap again (permutation) add no row.
    """
    comparison = comparison_of(stage, "forest")
    frame = comparison.frame
    rows = frame[(frame["scale"] == "difference") & (frame["estimator"] != "permutation")]
    rows = rows.assign(
        primary=(rows["estimator"] == comparison.study.design.primary)
        & (rows["weighting"] == "post")
    )
    out = rows[list(COLUMNS)].reset_index(drop=True)
    return published(out, comparison.study, shares=("estimate", "conf_low", "conf_high"))


def forest(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw every estimate of the gap; the primary one dark, those without interval hollow."""
    design, frame = comparison_of(stage, "forest").study.design, forest_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=_method(r.estimator) + (" (primary)" if r.primary else ""),
                detail=f"each {r.weighting} counts the same",
                value=r.estimate,
                low=r.conf_low,
                high=r.conf_high,
                look=Look(INK if r.primary else MUTED, "o" if r.weighting == "post" else "s"),
                text=gap_text(r.estimate),
                under=pair(r.conf_low, r.conf_high),
            )
            for r in frame.itertuples()
        ]
        draw_rows(ax, rows)
        less, more = f"{named(design.focal)} less often", "more often"
        difference_axis(ax, rows, less=less, more=more, margin=design.margin)
    return ax


def forest_words(stage: Any) -> Words:
    """Say whether the estimates agree on the sign, and whether the primary excludes zero."""
    study, frame = comparison_of(stage, "forest").study, forest_data(stage)
    design = study.design
    f, r = named(design.focal), named(design.references[0])
    values = frame["estimate"].dropna()
    below, above, k = int((values < 0).sum()), int((values > 0).sum()), len(values)
    if below == k or above == k:
        title = f"All {k} estimates put {f} posts {'below' if below else 'above'} {r} posts"
    else:
        title = f"{below} of {k} estimates put {f} below {r}, {above} above"
    primary = frame[frame["primary"]].iloc[0]
    sure = apart(primary["conf_low"], primary["conf_high"])
    if sure is False:
        title += "; primary not told apart"
    note = (
        f"Lines: {level(design)} intervals by account. Grey band: within "
        f"{points(design.margin, signed=False)} of no gap, the design’s margin. {sizes(study)}."
    )
    if missing_intervals(frame):
        note += f" {hollow(study)}{_points_only(frame)}"
    spoken = "; ".join(
        f"{_method(e.estimator)} by {e.weighting} {gap_text(e.estimate)} "
        f"({pair(e.conf_low, e.conf_high)})"
        for e in frame.itertuples()
    )
    end = {
        True: "excludes zero",
        False: "includes zero: not told apart",
        None: f"has {NO_INTERVAL}",
    }
    alt = (
        f"{told(study)}Forest plot of the difference, {f} less {r}, in percentage points: "
        f"{spoken}. "
        f"The primary estimate {end[sure]}."
    )
    measure = measured(
        f"Difference in the share of posts {acted(design)}, percentage points", design
    )
    return Words(title, subtitle(study, measure), note, alt)


def _points_only(frame: pd.DataFrame) -> str:
    """Say which estimators are without an interval where others have one."""
    bare = frame["conf_low"].isna()
    names = list(dict.fromkeys(_method(e) for e in frame.loc[bare, "estimator"]))
    if bare.all() or not names:
        return ""
    return f" {' and '.join(names)}: none by account is computed."


def _method(name: str) -> str:
    return {"mantel_haenszel": "Mantel–Haenszel"}.get(name, sentence(named(name)))
