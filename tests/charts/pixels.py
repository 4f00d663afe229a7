"""What a reader's screen shows of a chart: its pixels, and what each artist puts on them."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.colors import to_hex, to_rgb
from matplotlib.lines import Line2D
from matplotlib.spines import Spine
from matplotlib.text import Text

from audit.charts.theme import GRID, PAPER
from tests.charts.seen import texts

INKED = 0.4
"""Opacity from which a pixel belongs to a letter; less is the smoothed rim of one."""
FINE = 200
"""Dots per inch at which a thin line has a pixel of its full colour."""
NOTHING = (0.0, 0.0, 0.0, 0.0)


def shown(axes: Any) -> np.ndarray:
    """Return the figure as it is shown, (height, width, 3) in 0 to 1."""
    figure = axes.get_figure()
    wide, high = (math.ceil(v - 1e-6) for v in figure.bbox.size)
    renderer = RendererAgg(wide, high, figure.dpi)
    figure.draw(renderer)
    return np.asarray(renderer.buffer_rgba())[..., :3] / 255.0


def without_letters(axes: Any) -> np.ndarray:
    """Return the figure as it is shown with every letter clear, halos behind letters kept."""
    found = texts(axes)
    before = [t.get_color() for t in found]
    for text in found:
        text.set_color(NOTHING)
    out = shown(axes)
    for text, colour in zip(found, before, strict=True):
        text.set_color(colour)
    return out


def letters(axes: Any, text: Text) -> np.ndarray:
    """Return where a text puts ink, (height, width) of flags."""
    patch = text.get_bbox_patch()
    if patch is not None:
        patch.set_visible(False)
    out = alone(axes, text)[..., 3] >= INKED
    if patch is not None:
        patch.set_visible(True)
    return out


def alone(axes: Any, artist: Any) -> np.ndarray:
    """Return one artist on nothing, (height, width, 4) in 0 to 1."""
    figure = axes.get_figure()
    wide, high = (math.ceil(v - 1e-6) for v in figure.bbox.size)
    renderer = RendererAgg(wide, high, figure.dpi)
    artist.draw(renderer)
    return np.asarray(renderer.buffer_rgba()) / 255.0


def luminance(colours: np.ndarray) -> np.ndarray:
    """Return the relative luminance of colours in 0 to 1 (WCAG 2.2)."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def contrasts(colour: Any, against: np.ndarray) -> np.ndarray:
    """Return the contrast ratio of one colour to each of many, (n, 3) in 0 to 1 (WCAG 2.2)."""
    one, many = luminance(np.array(to_rgb(colour))), luminance(against)
    light, dark = np.maximum(one, many), np.minimum(one, many)
    return (light + 0.05) / (dark + 0.05)


def unreadable(axes: Any, least: float) -> list[tuple[str, float]]:
    """Return the texts with ink on a ground of too little contrast, and that contrast."""
    bare = without_letters(axes)
    out = []
    for text in texts(axes):
        ink = letters(axes, text)
        if not ink.any():
            continue
        worst = float(contrasts(text.get_color(), bare[ink]).min())
        if worst < least:
            out.append((text.get_text(), round(worst, 2)))
    return out


def marks(axes: Any) -> list[Any]:
    """Return the artists that stand for data or bound them: not text, frame, grid or rules."""
    return [
        a
        for a in axes.get_children()
        if not isinstance(a, Text | Spine)
        and a not in (axes.patch, axes.xaxis, axes.yaxis)
        and a.get_visible()
        and not _is_rule(a)
    ]


def _is_rule(artist: Any) -> bool:
    """Return whether an artist is a line of the grid: it has no more to say than paper has."""
    if isinstance(artist, Line2D):
        return to_hex(artist.get_color()) == GRID
    faces = getattr(artist, "get_facecolor", lambda: [])()
    edges = getattr(artist, "get_edgecolor", lambda: [])()
    lines = not hasattr(faces, "__len__") or len(faces) == 0
    return lines and len(edges) > 0 and all(to_hex(e) == GRID for e in edges)


def faint(axes: Any, least: float) -> list[tuple[str, float]]:
    """Return the marks whose strongest pixel has too little contrast to paper."""
    figure = axes.get_figure()
    before = figure.dpi
    figure.set_dpi(FINE)
    out = []
    for artist in marks(axes):
        image = alone(axes, artist)
        inked = image[..., 3] > 0
        if not inked.any():
            continue  # nothing of it lies inside the axes
        cover = image[inked][:, 3:]
        seen = image[inked][:, :3] * cover + (1 - cover) * np.array(to_rgb(PAPER))
        best = float(contrasts(PAPER, seen).max())
        if best < least:
            out.append((repr(artist)[:90], round(best, 2)))
    figure.set_dpi(before)
    return out


def has_colour(image: np.ndarray, colour: str) -> np.ndarray | None:
    """Return the mean of the pixels that show a colour undiluted; None where none does."""
    near = np.abs(image - np.array(to_rgb(colour))).max(axis=-1) <= 2.5 / 255
    return image[near].mean(axis=0) if near.sum() >= 4 else None
