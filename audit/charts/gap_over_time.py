"""The gap among like posts period by period, over a strip of the rules then in force."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import (
    POINTS,
    caption,
    fold,
    is_narrow,
    round_steps,
    slot,
    text_width,
    ticks,
    write,
)
from audit.charts.phrases import (
    acted,
    apart,
    comparison_of,
    hiding,
    level,
    measured,
    named,
    number,
    pair,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.regime_strip import spans
from audit.charts.rows import gap_text, signed
from audit.charts.theme import DETAIL, GRID, INK, MUTED, PAPER, band, blank, dress, pale, theme
from audit.disclosure import HIDDEN, hidden_cells, shields
from audit.disclosure.masks import with_names_of
from audit.disclosure.precision import as_published
from audit.errors import ReportError
from audit.numerals import count
from audit.questions.few_accounts import shielded_periods
from audit.questions.periods import gap_by_period
from audit.scanned import Scan
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.comparison import Comparison
    from audit.study import Study

SIZE = (7.0, 3.9)
HIGH = 0.8
"""Share of the figure's height that the axes have, about."""
LEAST = 2
"""Periods with a gap that make a series."""
LANE = 2.0 * DETAIL
"""Height of a lane of the strip, points."""
FOOT = 1.2 * DETAIL
"""Points between the lowest number drawn and the strip."""


def has_periods(comparison: Comparison) -> bool:
    """Return whether the rows are at hand and give a gap in two calendar periods or more."""
    study = comparison.study
    if isinstance(study.cases, Scan) or "posted_at" not in study.cases.frame:
        return False
    return bool(_periods(study)["estimate"].notna().sum() >= LEAST)


def _periods(study: Study) -> pd.DataFrame:
    # every period is grouped anew, and drawing asks several times
    found: pd.DataFrame = study.once(
        "the gap in every period", lambda: shielded_periods(gap_by_period(study), study)
    )
    return found


def gap_over_time_data(stage: Any) -> pd.DataFrame:
    """Return the gap in every calendar period, then the spans of the strip below it.

    Columns: kind, "gap" or "rule"; label, the period or what was in force; begins and ends (times;
    a span is cut to the periods drawn); lane, from 0, of a span; observed, expected, estimate,
    conf_low, conf_high, n_focal, n_reference and n_focal_accounts of a period. A period in which
    no post has a like has no estimate; one with too few accounts no limits. Periods of few people
    who hold no office are hidden, and enough others that the class's total does not give them back
    (`audit.questions.few_accounts`).

    Raises
    ------
    ReportError
        The cases have no dates, or fewer than two periods have a gap.
    """
    comparison = comparison_of(stage, "gap_over_time")
    study = comparison.study
    found = _periods(study)
    if found["estimate"].notna().sum() < LEAST:
        raise ReportError(
            "the chart 'gap_over_time' has nothing to draw: the cases have no posted_at, or fewer "
            "than two calendar periods hold posts of both classes that are alike and may be shown. "
            "Try: a table over a longer time, of more accounts, or coarser strata."
        )
    gaps = found.assign(kind="gap", label=found["period"], lane=-1)
    found_rules, _ = spans(study, gaps["begins"].min(), gaps["ends"].max())
    rules = pd.DataFrame([{"kind": "rule", **asdict(span)} for span in found_rules])
    names = ["kind", "label", "begins", "ends", "lane", "observed", "expected", "estimate"]
    names += ["conf_low", "conf_high", "n_focal", "n_reference", "n_focal_accounts"]
    if shields(study, study.design.references[0]):  # cells of a period and a stratum are small
        gaps = as_published(gaps, shares=("expected", "estimate", "conf_low", "conf_high"))
    both = [gaps, rules] if len(rules) else [gaps]
    out = pd.concat(both, ignore_index=True)
    if HIDDEN not in out:
        return out[names]
    return with_names_of(out[[*names, HIDDEN]].assign(**{HIDDEN: out[HIDDEN].fillna("")}))


def gap_over_time(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the gap of each period with its interval, and the strip of rules under it."""
    study, frame = comparison_of(stage, "gap_over_time").study, gap_over_time_data(stage)
    gaps, rules = frame[frame["kind"] == "gap"], frame[frame["kind"] == "rule"]
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="none")
        start, end = gaps["begins"].min(), gaps["ends"].max()
        ax.set_xlim(0.0, _day(end, start))
        low, top = _span(gaps)
        figure: Any = ax.get_figure(root=True)
        told_spans = [_labelled(ax, rule, rules, start) for rule in rules.itertuples()]
        tall = _lanes(rules, told_spans)
        foot = FOOT + sum(tall)
        room = HIGH * figure.get_size_inches()[1] * POINTS - foot
        per_point = (top - low) / max(room, 40.0)
        ax.set_ylim(low - per_point * foot, top)
        steps = round_steps(low, top, most=5)
        ticks(ax, "y", steps, [signed(v, steps) for v in steps])
        ax.hlines(steps, *ax.get_xlim(), color=GRID, linewidth=0.7, zorder=0)
        ax.axhline(0, color=INK, linewidth=1.0, zorder=2)
        margin = study.design.margin
        ax.axhspan(-margin, margin, **band(pale(GRID, 0.55)), zorder=0)
        _marks(ax, gaps, start)
        for rule, told_span in zip(rules.itertuples(), told_spans, strict=True):
            high = tall[rule.lane] - 0.24 * LANE
            bottom = low - per_point * (FOOT + sum(tall[: rule.lane + 1]) - 0.12 * LANE)
            _rule(ax, rule, start, (bottom, per_point * high), told_span)
        _axis(ax, gaps, start, named(study.design.focal))
    return ax


def _day(when: pd.Timestamp, start: pd.Timestamp) -> float:
    return float((when - start) / pd.Timedelta(days=1))


def _span(gaps: pd.DataFrame) -> tuple[float, float]:
    values = np.append(gaps[["estimate", "conf_low", "conf_high"]].to_numpy(float), 0.0)
    values = values[np.isfinite(values)]
    room = 0.08 * (float(np.ptp(values)) or 0.01)
    return float(values.min()) - room, float(values.max()) + room


def _marks(ax: Axes, gaps: pd.DataFrame, start: pd.Timestamp) -> None:
    """Draw each period's gap in its middle, hollow where it has no interval."""
    pitch = slot(ax) * POINTS * 0.7 / len(gaps)
    size = float(np.clip(0.5 * pitch, 2.0, 6.5))
    for row in gaps[gaps["estimate"].notna()].itertuples():
        x = (_day(row.begins, start) + _day(row.ends, start)) / 2
        bounded = apart(row.conf_low, row.conf_high) is not None
        if bounded:
            ax.plot([x, x], [row.conf_low, row.conf_high], color=INK, linewidth=1.6, zorder=3)
        ax.plot(
            [x],
            [row.estimate],
            "o",
            markersize=size,
            markerfacecolor=INK if bounded else PAPER,
            markeredgecolor=INK,
            zorder=4,
            clip_on=False,
        )


def _labelled(ax: Axes, rule: Any, rules: pd.DataFrame, start: pd.Timestamp) -> tuple[str, bool]:
    """Return the words of a span as they are set, and whether they stand before it.

    They stand inside, or before it where nothing else is on its lane and there is more room; in
    up to three lines where one is too short.
    """
    x, wide = _day(rule.begins, start), _day(rule.ends, start) - _day(rule.begins, start)
    low, top = ax.get_xlim()
    room = slot(ax) * POINTS * (0.8 if is_narrow(ax) else 0.74) / (top - low)
    inside, before = room * wide - 8, room * (x - low) - 8
    alone = int((rules["lane"] == rule.lane).sum()) == 1
    outside = alone and before > inside and text_width(ax, rule.label, size=DETAIL) > inside
    points = before if outside else inside
    text = fold(ax, rule.label, points, lines=3, size=DETAIL) if points > 2 * DETAIL else ""
    return text if text.removesuffix("…") else "", outside


def _lanes(rules: pd.DataFrame, told_spans: list[tuple[str, bool]]) -> list[float]:
    """Return the height of each lane in points: that of the words of most lines on it."""
    out: list[float] = []
    for lane, (text, _) in sorted(zip(rules["lane"], told_spans, strict=True)):
        out += [LANE] * (int(lane) + 1 - len(out))
        out[int(lane)] = max(out[int(lane)], LANE + 1.2 * DETAIL * text.count("\n"))
    return out


def _rule(
    ax: Axes,
    rule: Any,
    start: pd.Timestamp,
    place: tuple[float, float],
    told_span: tuple[str, bool],
) -> None:
    """Draw a span of the strip with its words."""
    x, wide = _day(rule.begins, start), _day(rule.ends, start) - _day(rule.begins, start)
    bottom, high = place
    style: dict[str, Any] = {"facecolor": pale(MUTED, 0.16), "edgecolor": MUTED, "linewidth": 0.8}
    ax.barh([bottom + high / 2], [wide], left=[x], height=high, zorder=3, **style)
    text, outside = told_span
    if text:
        side: dict[str, Any] = {"dx": -4.0, "ha": "right"} if outside else {"dx": 4.0, "ha": "left"}
        write(ax, x, bottom + high / 2, text, size=DETAIL, zorder=5, **side)


def _axis(ax: Axes, gaps: pd.DataFrame, start: pd.Timestamp, focal: str) -> None:
    middles = [
        (_day(b, start) + _day(e, start)) / 2
        for b, e in zip(gaps["begins"], gaps["ends"], strict=True)
    ]
    ticks(ax, "x", middles, [str(p).removeprefix("week of ") for p in gaps["label"]])
    caption(ax, f"Below zero: {focal} posts less often. Grey: the margin")


def gap_over_time_words(stage: Any) -> Words:
    """Say in how many periods the gap has which sign, and in how many it is told apart."""
    comparison = comparison_of(stage, "gap_over_time")
    study, frame = comparison.study, gap_over_time_data(stage)
    design, gaps = study.design, frame[(frame["kind"] == "gap") & frame["estimate"].notna()]
    rules = frame[frame["kind"] == "rule"]
    f, r, verb = named(design.focal), named(design.references[0]), acted(design)
    per, n = _noun(frame), len(gaps)
    below, above = int((gaps["estimate"] < 0).sum()), int((gaps["estimate"] > 0).sum())
    sure = [apart(*row) for row in gaps[["conf_low", "conf_high"]].itertuples(index=False)]
    told_apart = sum(s is True for s in sure)
    word, most, sign = ("less", below, -1) if below >= above else ("more", above, 1)
    title = f"{sentence(f)} posts {verb} {word} often in {count(most)} of {number(n, per)}"
    if most == 0:
        title = f"No gap in any of {number(n, per)}"
    elif any(s is not None for s in sure):
        signs = np.sign(gaps["estimate"])
        clear = sum(s is True and at == sign for s, at in zip(sure, signs, strict=True))
        title += f", {count(clear) if clear else 'none'} clearly"
    _, undrawn = spans(study, frame["begins"].min(), frame["ends"].max())
    gone = hidden_cells(frame).get("estimate", pd.Series(False, index=frame.index))
    empty = int(frame.loc[(frame["kind"] == "gap") & ~gone, "estimate"].isna().sum())
    note = (
        f"Each mark: the gap among like posts of a {per}; lines: {level(design)} intervals by "
        f"account, one {per} at a time; {count(told_apart)} of {count(n)} "
        f"{'excludes' if told_apart == 1 else 'exclude'} zero (“clearly”). "
        + ("Hollow: no interval, too few accounts. " if any(s is None for s in sure) else "")
        + (f"{number(empty, per)} without like posts. " if empty else "")
        + (f"{hiding(design.smallest_cell)} " if HIDDEN in frame else "")
        + ("Strip: what was in force. " if len(rules) else "")
        + (f"Without a place in it: {'; '.join(undrawn[:3])}. " if undrawn else "")
        + f"Nothing here says why a gap moved. {sizes(study)}."
    )
    spoken = "; ".join(
        f"{g.label} {gap_text(g.estimate)} ({pair(g.conf_low, g.conf_high)})"
        for g in gaps.itertuples()
    )
    strip = "; ".join(
        f"{visible(s.label, 80)} from {s.begins:%Y-%m-%d} to {s.ends:%Y-%m-%d}"
        for s in rules.itertuples()
    )
    alt = (
        f"{told(study)}Dot chart of the gap between {f} and {r} posts in percentage points by "
        f"{per}: {spoken}. In {count(below)} of {count(n)} it is below zero, in "
        f"{count(above)} above; {count(told_apart)} {'is' if told_apart == 1 else 'are'} "
        "told apart from zero." + (f" In force: {strip}." if strip else "")
    )
    measure = measured(
        f"Gap among like posts in the share {verb}, percentage points by {per}", design
    )
    return Words(title, subtitle(study, measure), note, alt)


def _noun(frame: pd.DataFrame) -> str:
    """Return what a period is called, by the form of its name."""
    name = str(frame["label"].iloc[0])
    if name.startswith("week of "):
        return "week"
    return "quarter" if " Q" in name else "month" if "-" in name else "year"
