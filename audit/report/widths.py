"""How wide the columns of a printed table are, so that none runs off the page."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import ReportError
from audit.report.fonts import text_width

PORTRAIT, LANDSCAPE = 453.5, 700.0  # points between the margins of an A4 page
SIZES = (8.6, 8.2, 7.8, 7.4, 7.0, 6.6)  # points; below the last, a table is no longer readable
INSET = 4.5  # points on each side of a cell
INSET_ABOVE = 3.3  # above and below a cell
LEADING = 1.2  # of a line, in sizes of its type
SAFETY = 1.02  # kerning only narrows, but shaping of joined scripts may widen a little
TALLEST_ROW = 15.0  # lines a row may have and still be kept on one page
TALLEST_CELL = 8.0  # lines; a table with taller cells is set smaller or on a turned page
BREAK_AFTER = 18  # letters of an unbroken run after which a text cell may break
OPENING = 3  # first rows of a table that stand on one page
LONGEST_OPENING = 200.0  # points; taller first rows may part
STEP = 4.0  # points given at a time when columns compete for room
# Lines end at spaces and after hyphens, dashes and slashes, but never before a digit: dates stay
# whole (Unicode Standard Annex 14, rule LB25).
PLACE = re.compile(r"\s+|(?<=\w[-–/])(?=[^\W\d])")


@dataclass(frozen=True, slots=True)
class Fit:
    """The chosen size and column widths of one table, in points."""

    size: float
    widths: tuple[float, ...]
    landscape: bool
    whole: bool  # whether no row is so tall that it must be free to break over two pages
    height: float = 0.0  # of the rows, about
    opening: float = 0.0  # of the head and the first rows, which a page shows or none of them


@dataclass(frozen=True, slots=True)
class Measured:
    """Widths of a table's texts at one size: cells (rows by columns), least and natural."""

    cells: np.ndarray
    least: np.ndarray
    natural: np.ndarray


def breakable(text: str, every: int = BREAK_AFTER) -> str:
    """Return `text` with a zero-width space inside every run of `every` unbroken letters.

    It stands after the last sign within them that parts an address or a name ("/", "_", "."), so
    that lines end between its words; after a letter only where there is no such sign.
    """
    # Of the first half of a run no sign counts: lines would be short and many.
    parted = rf"\S{{{every // 2},{every - 1}}}[/_.?&=:;,#]|\S{{{every}}}"
    return re.sub(rf"({parted})(?=\S{{4}})", "\\1\u200b", text)


def fit(table: dict[str, Any]) -> Fit:
    """Choose size, direction of the page and column widths for a table block.

    The first of these wins, larger type before smaller, an upright page before a turned one, whose
    tallest cell has at most eight lines; where there is none, the one with the least tall cells.
    Numbers never break; text breaks between words, and inside words of more than 18 letters.

    Raises
    ------
    ReportError
        Naming the table, when even the smallest size on a turned page is too wide.
    """
    insets = 2 * INSET * len(table["columns"])
    found: list[tuple[float, Fit]] = []
    for landscape, size in _choices():
        measured = _measure(table, size)
        room = (LANDSCAPE if landscape else PORTRAIT) - insets
        widths = _share(measured, room)
        if widths is None:
            continue
        lines = _tallest(measured, widths)
        given = tuple(round(float(w) + 2 * INSET, 2) for w in widths)
        heights = _row_heights(measured, widths, size)
        whole, height = lines <= TALLEST_ROW, round(float(heights.sum()), 1)
        opening = _opening(table, size, heights)
        found.append((lines, Fit(size, given, landscape, whole, height, opening)))
        if lines <= TALLEST_CELL:
            return found[-1][1]
    if found:
        return min(found, key=lambda choice: choice[0])[1]
    least = _measure(table, SIZES[-1]).least.sum() + insets
    raise ReportError(
        f"table {table['id']!r} has {len(table['columns'])} columns and needs {least:.0f} points "
        f"at {SIZES[-1]} points type; a turned page has {LANDSCAPE:.0f}. Print fewer columns, or "
        "split it in two (its CSV keeps all)."
    )


def _choices() -> Iterator[tuple[bool, float]]:
    for landscape in (False, True):
        for size in SIZES:
            yield landscape, size


def _measure(table: dict[str, Any], size: float) -> Measured:
    cells, least, natural = [], [], []
    for place, column in enumerate(table["columns"]):
        texts = [row[place] for row in table["cells"]]
        code, rigid = column["code"], column["align"] == "right"
        full = [SAFETY * text_width(t, size, code=code) for t in texts]
        longest = full if rigid else [SAFETY * _longest(t, size, code=code) for t in texts]
        head = SAFETY * _longest(column["label"], size, bold=True)
        label = SAFETY * text_width(column["label"], size, bold=True)
        widest = max([head, *full])
        cells.append(full)
        least.append(max([head, *longest]))
        natural.append(max(widest, min(label, 1.6 * widest)))
    bounds = [np.array(least, dtype=float), np.array(natural, dtype=float)]
    for widths in bounds:
        _widen_under_spanners(table, size, widths)
    rows = np.array(cells, dtype=float).T.reshape(-1, len(least))
    return Measured(rows, bounds[0], np.maximum(*bounds))


def _widen_under_spanners(table: dict[str, Any], size: float, widths: np.ndarray) -> None:
    start = 0
    for text, span in table["spanners"]:
        short = SAFETY * _longest(text, size, bold=True) - widths[start : start + span].sum()
        widths[start : start + span] += max(0.0, short) / span
        start += span


def _longest(text: str, size: float, *, bold: bool = False, code: bool = False) -> float:
    pieces = (p for word in PLACE.split(text) for p in breakable(word).split("\u200b"))
    return max((text_width(p, size, bold=bold, code=code) for p in pieces), default=0.0)


def _share(measured: Measured, room: float) -> np.ndarray | None:
    """Give every column its least width and the rest where it saves most lines; None: no room."""
    if measured.natural.sum() <= room:
        return measured.natural
    if measured.least.sum() > room:
        return None
    widths = measured.least.copy()
    while (spare := room - widths.sum()) > 0.01:
        step = min(STEP, spare)
        open_ = np.flatnonzero(widths < measured.natural)
        if not open_.size:
            break
        trials = [widths + step * (np.arange(widths.size) == place) for place in open_]
        costs = [_height(measured, trial) for trial in trials]
        widths = trials[int(np.argmin(costs))]
    return np.minimum(widths, measured.natural)


def _height(measured: Measured, widths: np.ndarray) -> float:
    """Return a smooth stand-in for the height of a table: its rows' tallest cells, summed."""
    lines = measured.cells / np.maximum(widths, 1e-9)
    smooth: np.ndarray = (lines**4).sum(axis=1) ** 0.25
    return float(smooth.sum())


def _tallest(measured: Measured, widths: Sequence[float] | np.ndarray) -> float:
    if not measured.cells.size:
        return 0.0
    # Lines end ragged: about a tenth of each stays empty.
    return float((1.1 * measured.cells / np.maximum(widths, 1e-9)).max())


def _row_heights(measured: Measured, widths: np.ndarray, size: float) -> np.ndarray:
    """Return about how high each row is, in points."""
    if not measured.cells.size:
        return np.zeros(0)
    lines = np.ceil(1.05 * measured.cells / np.maximum(widths, 1e-9)).clip(min=1).max(axis=1)
    heights: np.ndarray = lines * LEADING * size + 2 * INSET_ABOVE
    return heights


def _opening(table: dict[str, Any], size: float, heights: np.ndarray) -> float:
    """Return about how high a table's head is with its first rows and their label."""
    line = LEADING * size
    lines = max((len(c["label"].split()) for c in table["columns"]), default=1)
    heads = (
        min(lines, 3) * line + bool(table["spanners"]) * 2 * line + bool(table["groups"]) * 2 * line
    )
    return round(min(LONGEST_OPENING, float(heads + heights[:OPENING].sum())), 1)
