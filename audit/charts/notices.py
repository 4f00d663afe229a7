"""How often enforcement among leaders stopped at a notice, group by group."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption
from audit.charts.phrases import named, number, pair, sentence
from audit.charts.rows import Row, draw_rows, share_axis
from audit.charts.theme import FOCAL_LOOK, blank, dress, theme
from audit.charts.views import limits_of, rows_of, selection_of
from audit.numerals import count, p_value, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.55
SIGNIFICANT = 0.05


def notices_data(stage: Any) -> pd.DataFrame:
    """Return one row per group: group, kept, decisions, persons, share and its Wilson limits."""
    from audit.estimators.proportions import proportion

    rows = rows_of(stage, "notices", "group", "kept_behind_notice", "decisions", "persons")
    out = rows[["group", "kept_behind_notice", "decisions", "persons"]].copy()
    found = [
        proportion(int(r.kept_behind_notice), int(r.decisions), method="wilson")
        for r in out.itertuples()
    ]
    out["share"] = [f.estimate for f in found]
    out["conf_low"] = [f.conf_low for f in found]
    out["conf_high"] = [f.conf_high for f in found]
    return out.rename(columns={"kept_behind_notice": "kept"})


def notices(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw each group's share of decisions that left the post up behind a notice."""
    frame = notices_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=sentence(named(r.group, 60)),
                detail=f"{number(r.decisions, 'decision')}, {_persons(r.persons)}",
                value=r.share,
                low=r.conf_low,
                high=r.conf_high,
                look=FOCAL_LOOK,
                text=f"{r.kept} of {r.decisions}",
                under=f"{pair(r.conf_low, r.conf_high, decimals=0)} %",
            )
            for r in frame.itertuples()
        ]
        draw_rows(ax, rows)
        share_axis(ax, rows)
        caption(ax, "Share of decisions that left the post up behind a notice")
    return ax


def notices_words(stage: Any) -> Words:
    """Say the counts, by group only where the groups are told apart."""
    frame = notices_data(stage)
    p = _fisher(frame.head(2))
    said = [f"{named(r.group, 22)} {r.kept} of {r.decisions}" for r in frame.itertuples()]
    if p < SIGNIFICANT:
        title = f"Kept behind a notice: {', '.join(said[:2])}"
    else:
        kept, total = int(frame["kept"].sum()), int(frame["decisions"].sum())
        title = f"Kept behind a notice in {kept} of {total} decisions; groups not told apart"
        first = frame.iloc[0]
        if first["persons"] == 1:
            title = f"{count(kept)} of {count(total)} posts kept behind a notice"
            title += f", {count(first['kept'])} of them one person’s"
    test = f" Fisher’s exact test of the first two groups: {p_value(p)}; an illustration only."
    note = (
        "Lines: 95 % Wilson intervals, which take decisions as independent though they are few "
        f"persons’.{test} {limits_of(stage, 1)}"
    )
    alt = (
        "Dot chart of how many documented decisions left a leader’s post up behind a notice: "
        + "; ".join(
            f"{named(r.group)} {r.kept} of {r.decisions}, {percent(r.share, decimals=0)}, interval "
            f"{pair(r.conf_low, r.conf_high, decimals=0)}"
            for r in frame.itertuples()
        )
        + "."
    )
    chosen = selection_of(stage) or "Documented decisions about leaders’ posts, by group"
    return Words(title, sentence(chosen) + ".", note, alt)


def _fisher(frame: pd.DataFrame) -> float:
    """Return the p-value of kept against not kept in two groups; 1 where there is one group.

    Two and no more: past a two-by-two table SciPy draws at random, and the number would move.
    """
    from scipy.stats import fisher_exact

    if len(frame) < 2:
        return 1.0
    table = [[int(r.kept), int(r.decisions - r.kept)] for r in frame.itertuples()]
    return float(fisher_exact(table).pvalue)


def _persons(n: int) -> str:
    return "1 person" if n == 1 else f"{n} persons"
