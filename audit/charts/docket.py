"""Observed against expected for each focal account: the accounts with the most posts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption
from audit.charts.phrases import (
    acted,
    comparison_of,
    measured,
    named,
    number,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import MARK, Row, draw_mark, draw_rows, share_axis
from audit.charts.theme import FOCAL, FOCAL_LOOK, MUTED, PAPER, REFERENCE_LOOK, blank, dress, theme
from audit.design import words
from audit.disclosure import resting
from audit.errors import ReportError
from audit.numerals import count, percent, posts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.42
MOST = 15
"""Accounts drawn: those with the most compared posts, whatever their difference."""


ROUNDING = 1e-9
"""Posts; differences smaller than this are sums of rounding errors."""


def docket_data(stage: Any) -> pd.DataFrame:
    """Return one row per account drawn, most posts first: n, observed and expected, and rates.

    `account` is a number, never a name or an id: a chart singles nobody out by an estimate. Posts
    of strata whose ordinary side is hidden are counted in `n_hidden` alone (`audit.disclosure`).

    Raises
    ------
    ReportError
        Some rows carry no account, or every compared post is of a stratum that is hidden.
    """
    frame = _accounts(stage).head(MOST)
    if frame.empty:
        raise ReportError(
            "the chart 'docket' has nothing to draw: no compared post is of a stratum whose "
            "ordinary side may be shown. Try: coarser strata, or the chart 'observed_expected'."
        )
    return frame


def docket(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw each account's observed share as a dot and its expected share as a hollow diamond."""
    design, frame = comparison_of(stage, "docket").study.design, docket_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=sentence(r.account),
                detail="",
                value=r.rate,
                low=r.chance,
                high=r.chance,
                look=FOCAL_LOOK,
                text=f"{_posts(r.observed)} of {count(r.n)}",
                under=f"expected {_posts(r.expected)}",
                quiet=True,
            )
            for r in frame.itertuples()
        ]
        draw_rows(ax, rows, draw=_mark)
        share_axis(ax, rows)
        caption(
            ax,
            f"Share of an account’s posts {acted(design)}. ● observed, ◇ expected at "
            f"{named(design.references[0])} accounts’ rates",
        )
    return ax


def docket_words(stage: Any) -> Words:
    """Say on which side of the expected number the accounts lie."""
    study, frame = comparison_of(stage, "docket").study, docket_data(stage)
    whole, design = _accounts(stage), study.design
    left = len(whole) - len(frame)
    f, r, verb = named(design.focal), named(design.references[0]), acted(design)
    below = int((whole["difference"].head(MOST) < -ROUNDING).sum())
    among = f"the {count(len(frame))} largest" if left else count(len(frame))
    accounts = f"{f} account{'' if len(frame) == 1 else 's'}"
    title = f"{count(below)} of {among} {accounts}: fewer posts {verb} than expected"
    note = (
        f"Expected: {r} accounts’ rates for like posts. Accounts stand by number of compared "
        "posts, under numbers. No interval: this describes their posts, "
        f"and samples nothing. {sizes(study)}."
    )
    if "n_hidden" in frame:
        note += " Left out: posts of strata whose ordinary side is hidden."
    if left:
        note += f" Not drawn: {number(left, 'account')} with fewer posts."
    spoken = "; ".join(
        f"{a.account}: {_posts(a.observed)} of {count(a.n)} ({percent(a.rate)}), expected "
        f"{_posts(a.expected)}"
        for a in frame.itertuples()
    )
    alt = (
        f"{told(study)}Dot chart of the posts of {f} accounts {verb}, against those expected at "
        f"{r} accounts’ rates: {spoken}."
    )
    about = measured(f"Share of posts {verb}, by account", design)
    return Words(sentence(title), subtitle(study, about), note, alt)


def _accounts(stage: Any) -> pd.DataFrame:
    from audit.docket.leaders import leaders
    from audit.docket.names import called, focal_names
    from audit.exempted.ordinary import focal_posts

    study = comparison_of(stage, "docket").study
    if not study.has_accounts:
        raise ReportError(
            "the chart 'docket' draws accounts, and some rows carry none. Try: the chart "
            "'observed_expected'."
        )
    found = focal_posts(study)
    found["account"] = called(found["account_id"], focal_names(study, named=False))
    found = resting.over_shown_strata(study, found)
    apart = found[found["hidden"]].groupby("account")["n"].sum()
    frame = leaders(found)
    frame["n_hidden"] = frame["account"].map(apart).fillna(0).astype("int64")
    frame = frame[frame["n"] > 0].reset_index(drop=True)
    frame["rate"], frame["chance"] = frame["observed"] / frame["n"], frame["expected"] / frame["n"]
    frame["account"] = frame["account"].str.removeprefix(f"{words(study.design.focal)} ")
    names = ["account", "n", "observed", "expected", "difference", "rate", "chance"]
    return frame[[*names, "n_hidden"] if found["hidden"].any() else names]


def _mark(ax: Axes, row: Row, y: float) -> None:
    nan = float("nan")
    ax.plot([row.value, row.low], [y, y], color=MUTED, linewidth=1.2, zorder=2)
    draw_mark(ax, row.low, nan, nan, y, REFERENCE_LOOK)
    style = {"markersize": MARK, "markerfacecolor": FOCAL, "markeredgecolor": PAPER}
    ax.plot([row.value], [y], "o", zorder=5, clip_on=False, **style)  # type: ignore[arg-type]


def _posts(value: float) -> str:
    return posts(round(value, 9))
