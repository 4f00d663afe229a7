"""Both classes' rates per period around a dated change, with the lines fitted to them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import (
    POINTS,
    fold,
    is_narrow,
    round_steps,
    slot,
    spread,
    ticks,
    write,
)
from audit.charts.phrases import (
    acted,
    comparison_of,
    hiding,
    measured,
    named,
    number,
    sentence,
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import gap_text, per_cent
from audit.charts.theme import (
    DETAIL,
    FOCAL_LOOK,
    INK,
    MUTED,
    PAPER,
    REFERENCE_LOOK,
    Look,
    blank,
    dress,
    pale,
    theme,
)
from audit.disclosure import HIDDEN, class_of, protect_parts
from audit.errors import ReportError
from audit.further import moment
from audit.numerals import percent
from audit.questions.change_series import AFTER, BEFORE, change_series
from audit.questions.policy_change import PolicyChange
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.study import Study

SIZE = (7.0, 3.6)
LOOKS = (("focal", FOCAL_LOOK), ("reference", REFERENCE_LOOK))
HEADROOM = 1.22
"""Height of the axes over the largest rate: the label of the change stands above the marks."""

COUNTED = ("events", "n", "weight", "accounts", "rate")
"""Columns that count posts of one period."""


def policy_change_data(stage: Any) -> pd.DataFrame:
    """Return `change_series` of the study: one row per class and period, rates and fitted lines.

    Periods with few accounts of people who hold no office are hidden, and enough others that the
    rates before and after the change do not give them back (`audit.disclosure`).

    Raises
    ------
    ClaimError
        A hard gate fails, other than the change of rules that the question is about.
    ReportError
        The design names no change, or the cases have no dates or not both classes.
    """
    study, frame = _study_of(stage), _series(stage)
    parts = []
    for (group, _), rows in frame.groupby(["group", "phase"], sort=False):
        counts = {"events": "events", "accounts": "accounts" if study.has_accounts else ""}
        name = class_of(study, str(group))
        parts.append(protect_parts(rows, study, account_class=name, columns=COUNTED, **counts))
    out = pd.concat(parts).sort_index()
    return out.assign(**{HIDDEN: out[HIDDEN].fillna("")}) if HIDDEN in out else out


def _series(stage: Any) -> pd.DataFrame:
    """Return the whole series, from which the rates before and after are taken."""
    study = _study_of(stage)
    for answer in getattr(getattr(stage, "comparison", stage), "answers", ()):
        if answer.question == PolicyChange.name and "series" in answer.figures:
            return answer.figures["series"].copy()
    if study.design.policy_change is None or "posted_at" not in study.cases.frame:
        raise ReportError(
            "the chart 'policy_change' has nothing to draw: the design names no policy_change, or "
            "the cases have no posted_at. Try: policy_change = { at = 2019-06-27 } in the design."
        )
    out = change_series(study)
    if out[out["compared"]]["phase"].nunique() < 2:
        raise ReportError(
            "the chart 'policy_change' has nothing to draw: no period before, or none after the "
            "change has posts of both classes. Try: a change inside the dates of the cases."
        )
    return out


def _study_of(stage: Any) -> Study:
    found = getattr(stage, "comparison", stage)
    study: Study = found.study
    hard = [g for g in study.gates if g.kind == "hard"]
    if any(g.name not in PolicyChange.despite_gates for g in hard):
        study = comparison_of(stage, "policy_change").study  # which raises
    return study


def policy_change(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the rates of both classes, the date of the change, and each fitted line."""
    study, frame = _study_of(stage), policy_change_data(stage)
    with theme():
        ax = dress(ax if ax is not None else blank(SIZE), grid="y")
        last = int(frame["place"].max())
        ax.set_xlim(-0.7, last + 0.7)
        tallest = np.nanmax(frame[["rate", "fitted", "counterfactual"]].to_numpy(float))
        top = HEADROOM * max(float(tallest), 0.01)
        ax.set_ylim(0, top)
        for group, look in LOOKS:
            _class(ax, frame[frame["group"] == group], look)
        _change(ax, study, frame)
        steps = [s for s in round_steps(0.0, top, 5) if s <= min(1.0, top / HEADROOM)]
        ax.tick_params(axis="x", pad=8)  # below the label of zero
        ax.set_yticks(steps, [per_cent(steps)(s) for s in steps], parse_math=False)
        shown = frame.drop_duplicates("place").sort_values("place")
        labels = [str(p).removeprefix("week of ") for p in shown["period"]]
        ticks(ax, "x", shown["place"].tolist(), labels)
        names = [named(n) for n in (study.design.focal, study.design.references[0])]
        _names(ax, frame, names)
        about = f"Share of posts {acted(study.design)}, per {_per(study)}"
        marks = f". ●\u00a0{names[0]}  ◆\u00a0{names[1]}" if is_narrow(ax) else ""
        _caption(ax, about + marks)
    return ax


def _caption(ax: Axes, text: str) -> None:
    """Say under the axis what is drawn, within the width that the labels of shares leave."""
    room = slot(ax) * POINTS * (0.72 if is_narrow(ax) else 0.55)
    folded = fold(ax, text, room, lines=3, size=DETAIL)
    place: dict[str, Any] = {"xycoords": "axes fraction", "ha": "left", "va": "top"}
    write(ax, 0.0, 0.0, folded, dy=-25.0, size=DETAIL, color=MUTED, **place)


def _class(ax: Axes, mine: pd.DataFrame, look: Look) -> None:
    """Draw one class: its rates as marks, its fitted line before and after the change."""
    size = float(np.clip(150 / max(len(mine), 1), 2.6, 5.5))
    for compared, face in ((True, look.colour), (False, PAPER)):
        part = mine[mine["compared"] == compared]
        if part.empty:  # an unclipped line of nothing would lie at the corner of the figure
            continue
        ax.plot(
            part["place"],
            part["rate"],
            marker=look.marker,
            linestyle="none",
            markersize=size,
            markerfacecolor=pale(face, 0.55) if compared else face,
            markeredgecolor=look.colour,
            markeredgewidth=0.8,
            zorder=3,
            clip_on=False,
        )
    for phase in (BEFORE, AFTER):
        part = mine[(mine["phase"] == phase) & mine["fitted"].notna()]
        style = {"color": look.colour, "linewidth": 2.2, "linestyle": look.line, "zorder": 4}
        ax.plot(part["place"], part["fitted"], **style)
        ax.plot(
            part["place"],
            part["counterfactual"],
            color=look.colour,
            linewidth=0.9,
            linestyle=(0, (2, 2)),
            zorder=4,
        )


def _change(ax: Axes, study: Study, frame: pd.DataFrame) -> None:
    """Mark the moment of the change, and say what was announced."""
    terms = study.design.policy_change or {}
    at = pd.Timestamp(moment(terms["at"]))
    dates = frame.drop_duplicates("place").set_index("place")["begins"].sort_index()
    before = dates[dates <= at]
    place = int(before.index[-1]) if len(before) else int(dates.index[0])
    length = _days(_per(study))
    share = (at - dates[place]) / pd.Timedelta(days=length)
    x = min(place - 0.5 + float(np.clip(share, 0, 1)), float(dates.index[-1]) + 0.5)
    ax.axvline(x, color=INK, linewidth=1.1, linestyle=(0, (5, 2)), zorder=2)
    low, high = ax.get_xlim()
    left = (x - low) / (high - low)
    room = slot(ax) * POINTS * (0.8 if is_narrow(ax) else 0.66)
    side = "left" if left < 0.5 else "right"
    wide = (1 - left if side == "left" else left) * room - 8
    given = visible(terms.get("title", ""), 120)
    text = f"{at:%Y-%m-%d}" + (f": {given}" if given else "")
    write(
        ax,
        x,
        1.0,
        fold(ax, text, wide, lines=3, size=DETAIL, bold=True),
        xycoords=("data", "axes fraction"),
        dx=5.0 if side == "left" else -5.0,
        dy=-2.0,
        va="top",
        ha=side,
        size=DETAIL,
        color=INK,
        bold=True,
        halo=True,
    )


def _days(per: str) -> float:
    return {"week": 7.0, "month": 30.44, "quarter": 91.31, "year": 365.25}[per]


def _names(ax: Axes, frame: pd.DataFrame, names: list[str]) -> None:
    """Name each class beside the end of its line; a narrow chart does so under the axis."""
    if is_narrow(ax):
        return
    ends = []
    for group, _ in LOOKS:
        mine = frame[frame["group"] == group].sort_values("place")
        line = mine["fitted"].dropna()
        ends.append(float(line.iloc[-1] if len(line) else mine["rate"].iloc[-1]))
    figure: Any = ax.get_figure(root=True)
    bottom, top = ax.get_ylim()
    height = ax.get_window_extent().height * POINTS / figure.dpi
    places = spread(ends, (top - bottom) * 26.0 / height, bottom, top)
    room = slot(ax) * POINTS * 0.2
    for (_, look), name, y in zip(LOOKS, names, places, strict=True):
        text = fold(ax, sentence(name), room, lines=2, bold=True)
        style = {"color": look.colour, "bold": True, "ha": "left", "dx": 8.0}
        write(ax, 1.0, float(y), text, xycoords=ax.get_yaxis_transform(), **style)


def _per(study: Study) -> str:
    return str((study.design.policy_change or {}).get("per", "month"))


def _gap(frame: pd.DataFrame, phase: str) -> tuple[float, float]:
    """Return both rates of a phase, from the rates of its periods weighted by their posts."""
    mine = frame[frame["phase"] == phase]
    focal, reference = (
        float(np.average(part["rate"], weights=part["weight"]))
        for part in (mine[mine["group"] == group] for group, _ in LOOKS)
    )
    return focal, reference


def policy_change_words(stage: Any) -> Words:
    """Say the gap before and after the change, as found."""
    study, frame = _study_of(stage), _series(stage)
    design, per = study.design, _per(study)
    f, r = named(design.focal), named(design.references[0])
    before, after = _gap(frame, BEFORE), _gap(frame, AFTER)
    gaps = [gap_text(a - b) for a, b in (before, after)]
    title = f"Gap was {gaps[0]} percentage points before the change, {gaps[1]} after it"
    fitted = bool(frame["fitted"].notna().any())
    lines = (
        "Thick lines: level and trend fitted to each class; thin: the same line without its step "
        "at the change. "
        if fitted
        else "No line could be fitted. "
    )
    hollow = int((~frame["compared"]).sum())
    note = f"Marks: rates as found. {lines}"
    note += f"Hollow: {number(hollow, 'rate')} in no fit. " if hollow else ""
    if HIDDEN in policy_change_data(stage):
        note += f"{hiding(design.smallest_cell)} "
    note += f"Nothing here tells the change from what else happened then. {sizes(study)}."
    rates = "; ".join(
        f"{name} {percent(before[i])} before and {percent(after[i])} after"
        for i, name in enumerate((f, r))
    )
    k, day = frame["place"].nunique(), moment((design.policy_change or {})["at"])
    alt = (
        f"{told(study)}Line chart of the share of {f} and {r} posts {acted(design)} in "
        f"{number(k, per)}, with the change of {day:%Y-%m-%d} "
        f"marked: {rates}. The gap is {gaps[0]} percentage points before and {gaps[1]} after, as "
        "found."
    )
    measure = measured(f"Share of posts {acted(design)} per {per}", design)
    return Words(title, subtitle(study, measure), note, alt)
