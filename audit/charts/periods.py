"""The rates of both classes in each stratum: period, rule, or whatever is held alike."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow
from audit.charts.phrases import (
    acted,
    comparison_of,
    hiding,
    level,
    measured,
    named,
    pair,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import Row, draw_mark, draw_rows, share_axis
from audit.charts.theme import FOCAL_LOOK, MUTED, REFERENCE_LOOK, blank, dress, theme
from audit.design import words
from audit.disclosure import HIDDEN, STRATA, SYMBOL, protect, protection
from audit.gates import FEW_FOCAL_ACCOUNTS
from audit.numerals import count, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.6
BARE = frozenset({"yes", "no", "unknown", "true", "false", "0", "1"})
"""Values that say nothing without the name of their column, on a chart that is lifted."""
MOST = 12
"""Strata drawn; those with the most focal posts are chosen, in the order of their names."""


def periods_data(stage: Any) -> pd.DataFrame:
    """Return one row per stratum that holds both classes: counts, rates and limits of each.

    Limits are by account, and missing where a class has too few accounts in the stratum. Small
    cells of people who hold no office are hidden (`audit.disclosure`).
    """
    study = comparison_of(stage, "periods").study
    counts = _both(study)
    chosen = counts.sort_values("n_focal", ascending=False, kind="stable").index[:MOST]
    out = counts.loc[[s for s in counts.index if s in set(chosen)]].reset_index()
    for name, group in (("focal", FOCAL), ("reference", REFERENCE)):
        out[f"rate_{name}"] = out[f"events_{name}"] / out[f"n_{name}"]
        limits = [_limits(study, s, group) for s in out["stratum"]]
        out[f"low_{name}"] = [a for a, _ in limits]
        out[f"high_{name}"] = [b for _, b in limits]
    sides = ("events_{0}", "n_{0}", "rate_{0}", "low_{0}", "high_{0}")
    columns = {g: tuple(s.format(g) for s in sides) for g in (FOCAL, REFERENCE)}
    return protect(out, study, of=STRATA, labels="stratum", columns=columns)


def _both(study: Any) -> pd.DataFrame:
    counts = study.cells.counts()
    return counts[(counts["n_focal"] > 0) & (counts["n_reference"] > 0)]


def _limits(study: Any, stratum: str, group: str) -> tuple[float, float]:
    from audit.estimators.proportions import borrowed_icc, clustered_proportion

    rows = study.cells.of(group)
    rows = rows[rows["stratum"] == stratum].groupby("account_id")[["events", "n"]].sum()
    if not study.has_accounts or len(rows) <= FEW_FOCAL_ACCOUNTS:
        return float("nan"), float("nan")
    icc = borrowed_icc(*study.cells.per_account())
    found = clustered_proportion(
        rows["events"].to_numpy(), rows["n"].to_numpy(), icc=icc, confidence=study.design.confidence
    )
    return found.conf_low, found.conf_high


def periods(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw both classes' rates in each stratum, one above the other."""
    study, frame = comparison_of(stage, "periods").study, periods_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=sentence(_group(r.stratum, study.design.strata)),
                detail=f"{_count(r.n_focal)} and {_count(r.n_reference)} posts",
                value=r.rate_focal,
                low=r.low_focal,
                high=r.high_focal,
                look=FOCAL_LOOK,
                text=_rate(r.rate_focal),
                under=_rate(r.rate_reference),
                under_colour=REFERENCE_LOOK.colour,
                quiet=True,
            )
            for r in frame.itertuples()
        ]
        pairs = dict(zip(map(id, rows), frame.itertuples(), strict=True))
        draw_rows(ax, rows, draw=lambda a, row, y: _mark(a, row, y, pairs[id(row)]))
        others = [
            Row("", "", r.rate_reference, r.low_reference, r.high_reference, REFERENCE_LOOK, "")
            for r in frame.itertuples()
        ]
        share_axis(ax, [*rows, *others])
        f, r = named(study.design.focal), named(study.design.references[0])
        caption(ax, f"Share of posts {acted(study.design)}. ● {f}  ◆ {r}")
    return ax


def _group(stratum: str, columns: tuple[str, ...]) -> str:
    """Return a stratum in words; a bare yes or no says of what: "before · spam words = no"."""
    parts = str(stratum).split(" · ")
    if len(parts) != len(columns):  # a value holds the mark itself: which part is which is unknown
        return named(stratum, 80)
    told_apart = (
        f"{words(column)} = {part}" if part.strip().lower() in BARE else part
        for column, part in zip(columns, parts, strict=True)
    )
    return named(" · ".join(told_apart), 80)


def _count(n: Any) -> str:
    return SYMBOL if pd.isna(n) else count(n)


def _rate(rate: float) -> str:
    return SYMBOL if pd.isna(rate) else percent(rate)


def _spoken(rate: float, low: float, high: float) -> str:
    return "hidden" if pd.isna(rate) else f"{percent(rate)} ({pair(low, high)})"


def _mark(ax: Axes, row: Row, y: float, r: Any) -> None:
    up, down = (y + 0.02, y - 0.13) if is_narrow(ax) else (y + 0.16, y - 0.16)
    ax.plot([r.rate_focal, r.rate_reference], [up, down], color=MUTED, linewidth=0.9, zorder=2)
    draw_mark(ax, r.rate_focal, r.low_focal, r.high_focal, up, FOCAL_LOOK)
    draw_mark(ax, r.rate_reference, r.low_reference, r.high_reference, down, REFERENCE_LOOK)


def periods_words(stage: Any) -> Words:
    """Say in how many strata the focal rate is lower, or higher."""
    study, frame = (
        comparison_of(stage, "periods").study,
        _both(comparison_of(stage, "periods").study),
    )
    drawn, design, strata_held = periods_data(stage), study.design, len(frame)
    # On which side a hidden rate lies is a number about it too.
    found = protection(study)
    gone = [found.rows(STRATA, g, frame.index).to_numpy() for g in (FOCAL, REFERENCE)]
    frame = frame[~(gone[0] | gone[1])]
    shown = " shown" if len(frame) < strata_held else ""
    f, r = named(design.focal), named(design.references[0])
    gap = (
        frame["events_focal"] / frame["n_focal"] - frame["events_reference"] / frame["n_reference"]
    )
    below, above, k = int((gap < 0).sum()), int((gap > 0).sum()), len(frame)
    word, most = ("lower", below) if below >= above else ("higher", above)
    groups = f"group{'' if k == 1 else 's'} of like posts{shown}"
    title = f"{sentence(f)} rate is {word} in {count(most)} of {count(k)} {groups}"
    if k == 0:
        title = f"No group of like posts has enough {r} accounts to be shown"
    elif most == 0:
        title = f"{sentence(f)} rate is that of {r} posts in all {count(k)} groups{shown}"
    note = (
        f"Lines: {level(design)} intervals by account; hollow: no interval, too few "
        "accounts. Counts: "
        f"{f}, then {r} posts. No single stratum is tested. {sizes(study)}."
    )
    if strata_held > len(drawn):
        note += f" Drawn: the {len(drawn)} strata of {strata_held} with the most {f} posts."
    if HIDDEN in drawn:
        note += f" {hiding(study.design.smallest_cell)}"
    spoken = "; ".join(
        f"{_group(s.stratum, design.strata)}: "
        f"{_spoken(s.rate_focal, s.low_focal, s.high_focal)} against "
        f"{_spoken(s.rate_reference, s.low_reference, s.high_reference)}"
        for s in drawn.itertuples()
    )
    alt = (
        f"{told(study)}Dot chart of the share of posts {acted(design)} by stratum, {f} "
        f"against {r}: "
        f"{spoken}. The {f} rate is {word} in {most} of {k}{shown}."
    )
    strata = " × ".join(named(s) for s in design.strata) or "all posts"
    measure = measured(f"Share of posts {acted(design)} by {strata}", design)
    return Words(title, subtitle(study, measure), note, alt)
