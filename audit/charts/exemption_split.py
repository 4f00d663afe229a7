"""The gap in posts, from expected to observed, in steps: under a published exemption, and not."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.charts.base import Words
from audit.charts.lettering import caption, is_narrow, round_steps, ticks
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
    sizes,
    subtitle,
    told,
)
from audit.charts.rows import Row, draw_rows, gap_text
from audit.charts.theme import (
    FOCAL_LOOK,
    INK,
    MUTED,
    NOBODY,
    PAPER,
    REFERENCE_LOOK,
    Look,
    blank,
    dress,
    theme,
)
from audit.disclosure.precision import published
from audit.numerals import MINUS, count, points
from audit.numerals import posts as in_posts

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from audit.exempted import ExemptionSplit

SIZE, PER_ROW = (7.0, 0.8), 0.5
BAR, THIN_BAR = 0.42, 0.18
"""Thickness of a bar in rows; thin where the label stands above it."""
STEPS = {
    "inside": "Under an exemption",
    "not_spared": "Exempt, not from this",
    "outside_dates": "Outside the dates",
    "none": "No exemption",
    "not_recorded": "Not recorded",
}
"""Short labels of the bins, in the order in which they are drawn."""
HATCH = {"inside": "////", "not_spared": "...."}
"""Patterns that tell a stated part from the others in grey."""


def exemption_split_data(stage: Any) -> pd.DataFrame:
    """Return one row per bar: expected, each bin that holds a post, observed.

    Columns: quantity, n (focal posts), start and end of the bar in posts, posts (end − start for a
    bin), and for a bin its contribution to the gap with limits (probabilities).
    """
    return _bars(_split(stage))


def exemption_split(stage: Any, ax: Axes | None = None) -> Axes:
    """Draw the steps that lead from the expected to the observed number of actions."""
    found = _split(stage)
    design, frame = found.comparison.study.design, _bars(found)
    with theme():
        ax = dress(ax if ax is not None else blank((SIZE[0], SIZE[1] + PER_ROW * len(frame))))
        rows = [_row(r, named(design.references[0]), acted(design)) for r in frame.itertuples()]
        spans = dict(zip(map(id, rows), frame.itertuples(), strict=True))
        places = draw_rows(ax, rows, draw=lambda a, row, y: _bar(a, row, y, spans[id(row)]))
        for x, upper, lower in zip(frame["end"], places[:-1], places[1:], strict=False):
            ax.plot([x, x], [upper, lower], color=MUTED, linewidth=0.8, zorder=2)
        top = max(1.0, float(frame[["start", "end"]].to_numpy().max()))
        low = min(0.0, float(frame[["start", "end"]].to_numpy().min()))
        ax.set_xlim(low - 0.012 * top, 1.04 * top)
        steps = [v for v in round_steps(*ax.get_xlim()) if v == round(v)]
        ticks(ax, "x", steps, [count(v) for v in steps])
        whole = count(found.frame["n"].sum())
        caption(ax, f"Posts of {named(design.focal)} accounts, out of {whole} compared")
    return ax


def exemption_split_words(stage: Any) -> Words:
    """Say how much of the gap lies in posts under a published exemption."""
    found = _split(stage)
    study, frame = found.comparison.study, _bars(found)
    design = study.design
    f, r, verb = named(design.focal), named(design.references[0]), acted(design)
    title = (
        f"{gap_text(found.stated.estimate)} of the gap’s {gap_text(found.total.estimate)} points "
        "lie under published exemptions"
    )
    if found.stated.estimate * found.total.estimate < 0:
        title = (
            f"Gap of {gap_text(found.total.estimate)} points: "
            f"{gap_text(found.stated.estimate)} under exemptions, "
            f"{gap_text(found.unstated.estimate)} elsewhere"
        )
    if apart(found.stated.conf_low, found.stated.conf_high) is False:
        title = title.replace(" published", "") + ", not told apart from zero"
    parts = frame[~frame["quantity"].isin(("expected", "observed"))]
    bounded = parts["conf_low"].notna()
    note = (
        f"Read down: from the actions expected at {r} accounts’ rates, step by step, to those "
        "observed. The steps add up to the gap; points are percentage points of all compared "
        f"{f} posts. {_intervals(bounded, level(design))} {sizes(study)}."
    )
    spoken = "; ".join(
        f"{STEPS[p.quantity].lower()}: {number(p.n, 'post')}, {_signed(p.posts)} actions, "
        f"{gap_text(p.contribution)} points ({pair(p.conf_low, p.conf_high)})"
        for p in parts.itertuples()
    )
    expected, seen = frame["posts"].iloc[0], frame["posts"].iloc[-1]
    alt = (
        f"{told(study)}Bar chart in steps. {in_posts(round(expected, 9))} of {f} posts would have "
        f"been {verb} at {r} accounts’ rates, {in_posts(round(seen, 9))} were. The difference, "
        f"{points(found.total.estimate)}, in parts: {spoken}."
    )
    about = measured(f"Posts {verb}", design)
    return Words(sentence(title), subtitle(study, about), note, alt)


def _intervals(bounded: pd.Series, confidence: str) -> str:
    if not bounded.any():
        return "No interval stands for a step."
    tail = "" if bounded.all() else ", where it has accounts enough"
    return f"{confidence} intervals by account, of each step by itself{tail}."


def _split(stage: Any) -> ExemptionSplit:
    from audit.exempted import split

    return split(comparison_of(stage, "exemption_split"))


def _bars(found: ExemptionSplit) -> pd.DataFrame:
    """Return the bars; a bin without posts has none."""
    nan = float("nan")
    bins = found.frame[found.frame["n"] > 0]
    n = int(bins["n"].sum())
    at = float(bins["expected"].sum())
    seen = float(bins["observed"].sum())
    rows = [("expected", n, 0.0, at, at, nan, nan, nan)]
    for b in bins.itertuples():
        limits = (b.contribution, b.conf_low, b.conf_high)
        rows.append((b.bin, b.n, at, at + b.difference, b.difference, *limits))
        at += b.difference
    rows.append(("observed", n, 0.0, seen, seen, nan, nan, nan))
    names = ["quantity", "n", "start", "end", "posts", "contribution", "conf_low", "conf_high"]
    frame = pd.DataFrame(rows, columns=names)
    shares = ("contribution", "conf_low", "conf_high")
    return published(frame, found.comparison.study, shares=shares, posts=("start", "end", "posts"))


def _row(bar: Any, reference: str, did: str) -> Row:
    nan = float("nan")
    if bar.quantity == "expected":
        label, under = f"at {reference} accounts’ rate", ""
        text = in_posts(round(bar.posts, 9))
        return Row("Expected", label, bar.posts, nan, nan, REFERENCE_LOOK, text, under)
    if bar.quantity == "observed":
        text = in_posts(round(bar.posts, 9))
        return Row("Observed", did, bar.posts, nan, nan, FOCAL_LOOK, text)
    look = Look(INK if bar.quantity in HATCH else NOBODY, "o")
    under = f"{gap_text(bar.contribution)} points"
    limits = pair(bar.conf_low, bar.conf_high)
    under = f"{under} ({limits})" if limits != "no interval" else f"{under}, {limits}"
    label, detail = STEPS[bar.quantity], number(bar.n, "post")
    return Row(label, detail, bar.posts, nan, nan, look, _signed(bar.posts), under)


def _bar(ax: Axes, row: Row, y: float, bar: Any) -> None:
    """Draw a bar between its ends; a stated part is hatched, what is expected is outlined."""
    height = THIN_BAR if is_narrow(ax) else BAR
    style: dict[str, Any] = {"height": height, "zorder": 3, "linewidth": 1.2}
    style |= {"facecolor": row.look.colour, "edgecolor": row.look.colour}
    if bar.quantity == "expected":
        style |= {"facecolor": PAPER, "linewidth": 1.6}
    elif bar.quantity in HATCH:
        style |= {"facecolor": PAPER, "hatch": HATCH[bar.quantity]}
    ax.barh([y], [bar.end - bar.start], left=bar.start, **style)


def _signed(posts: float) -> str:
    """Return a difference in posts with its sign and one decimal: "−42.0"."""
    text = f"{abs(posts):,.1f}"
    if text == "0.0":
        return text
    return (MINUS if posts < 0 else "+") + text
