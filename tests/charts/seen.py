"""What a reader sees of a drawn chart: its texts, and where they touch or leave the figure."""

from __future__ import annotations

from typing import Any

from matplotlib.text import Text


def texts(axes: Any) -> list[Text]:
    """Return every visible, non-empty text of the figure, tick labels included."""
    figure = axes.get_figure()
    figure.draw_without_rendering()
    low, high = sorted(axes.get_xlim())
    bottom, top = sorted(axes.get_ylim())
    out = []
    for text in figure.findobj(Text):
        if not text.get_visible() or not text.get_text().strip():
            continue
        out.append(text)
    ticks = [
        (t, (low, high) if which == "x" else (bottom, top), which)
        for which, axis in (("x", axes.xaxis), ("y", axes.yaxis))
        for t in [*axis.get_major_ticks(), *axis.get_minor_ticks()]
    ]
    hidden = {
        id(label)
        for tick, (a, b), _ in ticks
        for label in (tick.label1, tick.label2)
        if not tick.get_visible() or not label.get_visible() or not a <= tick.get_loc() <= b
    }
    return [t for t in out if id(t) not in hidden]


def boxes(axes: Any) -> list[tuple[str, Any]]:
    """Return each visible text with its box in pixels, its halo left out."""
    renderer = axes.get_figure()._get_renderer()
    out = []
    for text in texts(axes):
        patch = text.get_bbox_patch()
        text.set_bbox(None)
        out.append((text.get_text(), Text.get_window_extent(text, renderer)))
        if patch is not None:
            text.set_bbox({"facecolor": "white", "edgecolor": "none", "pad": 0.8})
    return out


def collisions(axes: Any, slack: float = 1.0) -> list[tuple[str, str]]:
    """Return the pairs of texts whose boxes share more than `slack` pixels both ways."""
    found = boxes(axes)
    out = []
    for i, (a, p) in enumerate(found):
        for b, q in found[i + 1 :]:
            wide = min(p.x1, q.x1) - max(p.x0, q.x0)
            high = min(p.y1, q.y1) - max(p.y0, q.y0)
            if wide > slack and high > slack:
                out.append((a, b))
    return out


def cut(axes: Any) -> list[str]:
    """Return the texts that were cut for want of room; no name of the data holds the mark."""
    return [t.get_text() for t in texts(axes) if "…" in t.get_text()]


def clipped(axes: Any, slack: float = 1.0) -> list[str]:
    """Return the texts that reach past the figure."""
    figure = axes.get_figure()
    right, top = figure.bbox.x1, figure.bbox.y1
    return [
        text
        for text, box in boxes(axes)
        if box.x0 < -slack or box.y0 < -slack or box.x1 > right + slack or box.y1 > top + slack
    ]
