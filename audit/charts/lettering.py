"""Text in charts: measured before it is set, so that none overlaps, is clipped or is parsed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.charts.glyphs import drawable
from audit.charts.theme import DETAIL, INK, LABEL, MUTED, PAPER, families
from audit.text import visible

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.text import Text

POINTS = 72.0
LEADING = 1.08
"""Line height over type size."""


def slot(ax: Axes) -> float:
    """Return the width in inches of the place that the axes have in their figure."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    spec = ax.get_subplotspec()
    share = spec.get_position(figure).width / 0.775 if spec else ax.get_position().width
    return float(figure.get_size_inches()[0] * min(share, 1.0))


def is_narrow(ax: Axes) -> bool:
    """Return whether labels must stand above the marks."""
    from audit.charts.base import NARROW

    return slot(ax) < NARROW


def text_width(ax: Axes, text: str, *, size: float = LABEL, bold: bool = False) -> float:
    """Return the width of the longest line of a text, in points."""
    from matplotlib.font_manager import FontProperties

    figure: Any = ax.get_figure(root=True)
    face = FontProperties(family=families(), size=size, weight="bold" if bold else "normal")
    renderer = figure._get_renderer()
    lines = text.split("\n")
    widest = max(renderer.get_text_width_height_descent(s or " ", face, False)[0] for s in lines)
    return float(widest * POINTS / figure.dpi)


def fold(
    ax: Axes,
    text: object,
    points: float,
    *,
    lines: int = 2,
    size: float = LABEL,
    bold: bool = False,
) -> str:
    """Return a text made visible and broken into at most `lines` lines of `points` width.

    What does not fit is cut, and ends in "…".
    """
    words = drawable(visible(text, 200)).split(" ")
    out: list[str] = []
    while words and len(out) < lines:
        last = len(out) == lines - 1
        take = _fitting(ax, words, points, size, bold)
        if take == 0 or (last and take < len(words)):
            line = _cut(ax, " ".join(words), points, size, bold)
            out.append(line)
            rest = "" if last else " ".join(words)[len(line.removesuffix("…")) :].strip()
            if rest:
                out[-1] = line.removesuffix("…")
            words = rest.split(" ") if rest else []
        else:
            out.append(" ".join(words[:take]))
            words = words[take:]
    return "\n".join(out)


def _fitting(ax: Axes, words: Sequence[str], points: float, size: float, bold: bool) -> int:
    take = 0
    while take < len(words):
        if text_width(ax, " ".join(words[: take + 1]), size=size, bold=bold) > points:
            break
        take += 1
    return take


def _cut(ax: Axes, text: str, points: float, size: float, bold: bool) -> str:
    if text_width(ax, text, size=size, bold=bold) <= points:
        return text
    low, high = 1, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        fits = text_width(ax, text[:middle].rstrip() + "…", size=size, bold=bold) <= points
        low, high = (middle, high) if fits else (low, middle - 1)
    return text[:low].rstrip() + "…"


def write(ax: Axes, x: float, y: float, text: str, **options: Any) -> Text:
    """Set a text at a place of the axes as it stands: no mathematics, no clipping.

    `dx` and `dy` shift it in points; `size`, `color`, `bold`, `ha`, `va`, `xycoords` as in
    Matplotlib's `annotate`. `halo` clears the grid behind it.
    """
    shift = (options.pop("dx", 0.0), options.pop("dy", 0.0))
    bold, halo = options.pop("bold", False), options.pop("halo", False)
    given: dict[str, Any] = {
        "size": LABEL,
        "color": INK,
        "va": "center",
        "linespacing": LEADING,
    } | options
    if halo:
        given["bbox"] = {"facecolor": PAPER, "edgecolor": "none", "pad": 0.8}
    return ax.annotate(
        text,
        (x, y),
        xytext=shift,
        textcoords="offset points",
        annotation_clip=False,
        parse_math=False,
        fontfamily=families(),
        weight="bold" if bold else "normal",
        **given,
    )


def ticks(ax: Axes, axis: str, places: Sequence[float], labels: Sequence[str]) -> None:
    """Fix the ticks of an axis at places with labels, thinning those that would touch.

    Every second tick (then third, and so on) is kept until the labels stand apart, so the
    first tick always stays.
    """
    keep = 1
    if axis == "x":
        low, high = ax.get_xlim()
        room = slot(ax) * POINTS * (0.85 if is_narrow(ax) else 0.5)
        where = _scaled(ax, places, low, high) * room
        widths = np.array([text_width(ax, s, size=DETAIL) for s in labels])
        while keep < len(places) and _touch(where[::keep], widths[::keep]):
            keep += 1
    set_ticks = ax.set_xticks if axis == "x" else ax.set_yticks
    set_ticks(list(places[::keep]), [drawable(s) for s in labels[::keep]], parse_math=False)
    (ax.xaxis if axis == "x" else ax.yaxis).set_minor_locator(_none())


def _scaled(ax: Axes, places: Sequence[float], low: float, high: float) -> np.ndarray:
    if ax.get_xscale() == "log":
        return (np.log(np.asarray(places)) - np.log(low)) / (np.log(high) - np.log(low))
    return (np.asarray(places, dtype=float) - low) / (high - low)


def _touch(where: np.ndarray, widths: np.ndarray, gap: float = 6.0) -> bool:
    return bool((np.diff(where) < (widths[1:] + widths[:-1]) / 2 + gap).any())


def _none() -> Any:
    from matplotlib.ticker import NullLocator

    return NullLocator()


def round_steps(low: float, high: float, most: int = 6) -> list[float]:
    """Return round numbers from within [low, high], at most about `most` of them."""
    from matplotlib.ticker import MaxNLocator

    found = MaxNLocator(most, steps=[1, 2, 2.5, 5, 10]).tick_values(low, high)
    slack = 1e-9 * (high - low)
    return [float(round(v, 12)) for v in found if low - slack <= v <= high + slack]


def caption(ax: Axes, text: str, *, below: float = 20.0) -> Text:
    """Say under the horizontal axis what it measures, folded to its width."""
    room = slot(ax) * POINTS * (0.88 if is_narrow(ax) else 0.55)
    return write(
        ax,
        0.0,
        0.0,
        fold(ax, text, room, lines=3, size=DETAIL),
        xycoords="axes fraction",
        dy=-below,
        va="top",
        ha="left",
        size=DETAIL,
        color=MUTED,
    )


def spread(
    places: Sequence[float], gap: float | Sequence[float], low: float, high: float
) -> np.ndarray:
    """Return places moved as little as needed to lie apart within [low, high].

    `gap` is the distance between two neighbours, or the height of each place: neighbours then
    stand half the sum of their heights apart. Where they cannot, they share the range in
    proportion.
    """
    order = np.argsort(np.asarray(places, dtype=float), kind="stable")
    wanted = np.asarray(places, dtype=float)[order]
    n = len(wanted)
    if n == 0:
        return wanted
    tall = np.broadcast_to(np.asarray(gap, dtype=float), (n,))[order]
    before = np.concatenate([[0.0], np.cumsum((tall[1:] + tall[:-1]) / 2)])
    if before[-1] >= high - low:
        whole = before[-1] or 1.0
        moved = low + before * (high - low) / whole if n > 1 else np.clip(wanted, low, high)
    else:
        moved = _pooled(wanted - before, low, high - before[-1]) + before
    out = np.empty(n)
    out[order] = moved
    return out


def _pooled(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Return the nearest non-decreasing values (pool adjacent violators), then clipped."""
    blocks: list[tuple[float, int]] = []
    for v in values:
        mean, size = float(v), 1
        while blocks and blocks[-1][0] > mean:
            before, n = blocks.pop()
            mean, size = (before * n + mean * size) / (n + size), n + size
        blocks.append((mean, size))
    return np.clip(np.concatenate([np.full(n, m) for m, n in blocks]), low, high)
