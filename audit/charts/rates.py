"""The rate of each class, with its interval by account."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption
from audit.charts.phrases import (
    NO_INTERVAL,
    acted,
    apart,
    comparison_of,
    direction,
    level,
    measured,
    missing_intervals,
    named,
    number,
    pair,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import Row, draw_rows, share_axis
from audit.charts.theme import blank, dress, looks, theme
from audit.numerals import count, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.55
COLUMNS = ("account_class", "group", "events", "n", "accounts", "rate", "conf_low", "conf_high")


def rates_data(stage: Any) -> pd.DataFrame:
    """Return the rate of each class: account_class, group, events, n, accounts, rate, limits."""
    return comparison_of(stage, "rates").rates()[list(COLUMNS)].reset_index(drop=True)


def rates(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw each class's rate as a point with its interval and n."""
    study = comparison_of(stage, "rates").study
    frame, style = rates_data(stage), looks(study.design)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=sentence(named(r.account_class, 60)),
                detail=_detail(r, accounts=study.has_accounts),
                value=r.rate,
                low=r.conf_low,
                high=r.conf_high,
                look=style[r.account_class],
                text=percent(r.rate),
                under=pair(r.conf_low, r.conf_high),
            )
            for r in frame.itertuples()
        ]
        draw_rows(ax, rows)
        share_axis(ax, rows)
        caption(ax, f"Share of posts {acted(study.design)}")
    return ax


def rates_words(stage: Any) -> Words:
    """Say which class's posts were acted on more often, if the two can be told apart."""
    comparison = comparison_of(stage, "rates")
    study, frame = comparison.study, rates_data(stage)
    design = study.design
    focal, reference = frame.iloc[0], frame.iloc[1]
    raw = comparison.frame.query("estimator == 'raw' and scale == 'difference'")
    raw = raw[raw["weighting"] == "post"]
    sure = apart(*raw[["conf_low", "conf_high"]].iloc[0]) if len(raw) else None
    verb, gap = acted(design), focal["rate"] - reference["rate"]
    f, r = sentence(named(design.focal)), named(design.references[0])
    numbers = f"{percent(focal['rate'])} against {percent(reference['rate'])}"
    if sure is False:
        both = f"{percent(focal['rate'])} of {named(design.focal)}"
        both += f" and {percent(reference['rate'])} of {r} posts"
        title = f"{both} {verb}: not told apart"
    else:
        title = f"{f} posts were {verb} {direction(gap)}: {numbers}"
    how = "by account (Wilson with a design effect)"
    note = f"Lines: {level(design)} intervals {how}. {sizes(study)}."
    if missing_intervals(frame):
        note += " A hollow mark has no interval: its accounts are too few, or not recorded."
    alt = (
        f"{told(study)}Dot chart of the share of posts {verb}. "
        + ". ".join(_spoken(row, verb) for row in frame.itertuples())
        + f". {_verdict(gap, sure, named(design.focal), r)}"
    )
    return Words(
        title, subtitle(study, measured(f"Share of posts {verb}, as found", design)), note, alt
    )


def _detail(row: Any, *, accounts: bool) -> str:
    text = number(row.n, "post")
    return f"{text}, {number(row.accounts, 'account')}" if accounts else text


def _spoken(row: Any, verb: str) -> str:
    limits = pair(row.conf_low, row.conf_high)
    limits = limits if limits == NO_INTERVAL else f"interval {limits}"
    n = count(row.n)
    return f"{sentence(named(row.account_class))}: {percent(row.rate)} of {n} {verb} ({limits})"


def _verdict(gap: float, sure: bool | None, focal: str, reference: str) -> str:
    if sure is False:
        return f"The difference between {focal} and {reference} posts is not told apart from zero."
    tail = "" if sure else " in these data; no interval says how far that carries"
    return f"{sentence(focal)} posts meet it {direction(gap)} than {reference} posts{tail}."
