"""The focal class against each of several reference classes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption
from audit.charts.phrases import (
    acted,
    apart,
    comparison_of,
    level,
    measured,
    named,
    number,
    pair,
    sentence,
    subtitle,
    told,
    within_shares,
)
from audit.charts.rows import MARK, Row, draw_rows, gap_text, share_axis
from audit.charts.theme import FOCAL, MUTED, PAPER, blank, dress, looks, theme
from audit.numerals import count, percent

if TYPE_CHECKING:
    from matplotlib.axes import Axes

SIZE, PER_ROW = (7.0, 0.75), 0.6


def label_rates_data(stage: Any) -> pd.DataFrame:
    """Return one row per reference class: observed and expected rate, gap, limits, n, p_holm.

    `expected_low` and `expected_high` are the interval of the gap laid off from the observed rate,
    cut to between 0 and 1.
    """
    frame = _family(stage)
    frame = frame.assign(
        expected_low=(frame["observed"] - frame["conf_high"]).map(within_shares),
        expected_high=(frame["observed"] - frame["conf_low"]).map(within_shares),
    )
    names = ["reference", "observed", "expected", "expected_low", "expected_high", "estimate"]
    names += ["conf_low", "conf_high", "p_holm", "n_reference", "n_reference_accounts"]
    names += ["n_supported", "n_unsupported"]
    return frame[names].reset_index(drop=True)


def _family(stage: Any) -> pd.DataFrame:
    """Return the corrected family, from the evidence where it has one: its p-values take draws."""
    from audit.checks.family import corrected

    comparison = comparison_of(stage, "label_rates")
    found = stage.table("family") if hasattr(stage, "table") else pd.DataFrame()
    return found if len(found) else corrected(comparison)


def label_rates(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the focal rate beside what each reference class's rates would have made it."""
    study, frame = comparison_of(stage, "label_rates").study, label_rates_data(stage)
    style = looks(study.design)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [
            Row(
                label=sentence(named(r.reference, 60)),
                detail=number(r.n_reference, "post"),
                value=r.expected,
                low=r.expected_low,
                high=r.expected_high,
                look=style[r.reference],
                text=f"{percent(r.observed)} against {percent(r.expected)}",
                under=f"gap {gap_text(r.estimate)} ({pair(r.conf_low, r.conf_high)})",
            )
            for r in frame.itertuples()
        ]
        seen = dict(zip(map(id, rows), frame["observed"], strict=True))
        draw_rows(ax, rows, draw=lambda a, row, y: _mark(a, row, y, seen[id(row)]))
        most = Row("", "", float(frame["observed"].max()), 0.0, 0.0, rows[0].look, "")
        share_axis(ax, [*rows, most])
        caption(
            ax, f"Share of posts {acted(study.design)}. ● {named(study.design.focal)}, as observed"
        )
    return ax


def _mark(ax: Axes, row: Row, y: float, observed: float) -> None:
    from audit.charts.rows import mark

    ax.plot([observed, row.value], [y, y], color=MUTED, linewidth=1.0, linestyle=":", zorder=2)
    mark(ax, row, y)
    ax.plot([observed], [y], "o", markersize=MARK + 1, color=FOCAL, markeredgecolor=PAPER, zorder=5)


def label_rates_words(stage: Any) -> Words:
    """Say below or above how many classes the focal rate lies, and how many are told apart."""
    study, frame = comparison_of(stage, "label_rates").study, label_rates_data(stage)
    design, k = study.design, len(frame)
    f = named(design.focal)
    below, above = int((frame["estimate"] < 0).sum()), int((frame["estimate"] > 0).sum())
    limits = [apart(*row) for row in frame[["conf_low", "conf_high"]].itertuples(index=False)]
    title = _title(f, frame, below, above, limits)
    note = (
        f"Each pair is at the mix of those {f} posts that have a like in the other class, so the "
        f"{f} rate can differ between rows."
    )
    parts = [f"{named(r.reference)}{_part(r)}" for r in frame.itertuples() if _part(r)]
    if parts:
        note += f" Not every {f} post has one: {'; '.join(parts)}."
    if frame["conf_low"].notna().any():
        note += (
            f" Coloured lines: {level(design)} intervals of the gap by account, laid off from the "
            f"observed rate, not widened for the {number(k, 'comparison')}."
        )
    else:
        note += " No interval is drawn: the focal accounts are too few to stand for others."
    spoken = "; ".join(
        f"{percent(r.observed)} against {percent(r.expected)} at {named(r.reference)} "
        f"rates{_part(r)}, gap "
        f"{gap_text(r.estimate)} ({pair(r.conf_low, r.conf_high)})"
        for r in frame.itertuples()
    )
    verb = acted(design)
    alt = (
        f"{told(study)}Dot chart of the share of {f} posts {verb} against reference "
        f"classes: {spoken}."
    )
    return Words(title, subtitle(study, measured(f"Share of posts {verb}", design)), note, alt)


def _part(row: Any) -> str:
    """Say how many focal posts a row compares where it leaves some out; "" where it leaves none."""
    if not row.n_unsupported > 0:
        return ""
    return f" ({count(row.n_supported)} of {count(row.n_supported + row.n_unsupported)} compared)"


def _title(
    focal: str, frame: pd.DataFrame, below: int, above: int, limits: list[bool | None]
) -> str:
    k, sure = len(frame), sum(bool(s) for s in limits)
    word, most = ("below", below) if below >= above else ("above", above)
    if k == 1:
        word = "as high as at" if below == above else word
        hedge = ": not told apart" if limits[0] is False else ""
        return f"{sentence(focal)} rate is {word} {named(frame['reference'][0])} rates{hedge}"
    if most == 0:
        return f"{sentence(focal)} rate is that of all {count(k)} other classes"
    classes = f"all {count(k)}" if most == k else f"{count(most)} of {count(k)}"
    tail = f", told apart from {count(sure)}" if any(s is not None for s in limits) else ""
    others = "others" if tail else "other classes"
    return f"{sentence(focal)} rate is {word} that of {classes} {others}{tail}"
