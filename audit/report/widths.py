"""How wide the columns of a printed table are, so that none runs off the page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.errors import ReportError
from audit.report.fonts import text_width

PORTRAIT, LANDSCAPE = 453.5, 700.0  # points between the margins of an A4 page
SIZES = (8.6, 8.2, 7.8, 7.4, 7.0, 6.6)  # points; below the last, a table is no longer readable
INSET = 4.5  # points on each side of a cell
SAFETY = 1.02  # kerning only narrows, but shaping of joined scripts may widen a little
BREAK_AFTER = 18  # letters of an unbroken run after which a text cell may break
WORD = re.compile(r"[^\s\-–/]+[\-–/]?")


@dataclass(frozen=True, slots=True)
class Fit:
    """The chosen size and column widths of one table, in points."""

    size: float
    widths: tuple[float, ...]
    landscape: bool


def breakable(text: str, every: int = BREAK_AFTER) -> str:
    """Return `text` with a zero-width space inside every run of `every` unbroken letters."""
    return re.sub(rf"(\S{{{every}}})(?=\S{{4}})", "\\1\u200b", text)


def fit(table: dict[str, Any]) -> Fit:
    """Choose size, direction of the page and column widths for a table block.

    The largest size that fits an upright page wins, then the largest that fits a turned one.
    Numbers never break; text breaks between words, and inside words of more than 18 letters.

    Raises
    ------
    ReportError
        Naming the table, when even the smallest size on a turned page is too wide.
    """
    for landscape, room in ((False, PORTRAIT), (True, LANDSCAPE)):
        for size in SIZES:
            widths = _share(*_bounds(table, size), room - 2 * INSET * len(table["columns"]))
            if widths is not None:
                return Fit(size, tuple(round(w + 2 * INSET, 2) for w in widths), landscape)
    least = sum(_bounds(table, SIZES[-1])[0]) + 2 * INSET * len(table["columns"])
    raise ReportError(
        f"table {table['id']!r} has {len(table['columns'])} columns and needs {least:.0f} points "
        f"at {SIZES[-1]} points type; a turned page has {LANDSCAPE:.0f}. Print fewer columns, or "
        "split it in two (its CSV keeps all)."
    )


def _bounds(table: dict[str, Any], size: float) -> tuple[list[float], list[float]]:
    """Return the least and the natural width of each column."""
    least, natural = [], []
    for place, column in enumerate(table["columns"]):
        texts = [row[place] for row in table["cells"]]
        code = column["code"]
        full = max((text_width(t, size, code=code) for t in texts), default=0.0)
        rigid = column["align"] == "right"
        tight = full if rigid else max((_longest(t, size, code) for t in texts), default=0.0)
        head = max((text_width(w, size, bold=True) for w in _words(column["label"])), default=0.0)
        least.append(SAFETY * max(tight, head))
        label = text_width(column["label"], size, bold=True)
        natural.append(SAFETY * max(full, head, min(label, 1.6 * max(full, head))))
    _widen_under_spanners(table, size, least, natural)
    return least, natural


def _widen_under_spanners(
    table: dict[str, Any], size: float, least: list[float], natural: list[float]
) -> None:
    start = 0
    for text, span in table["spanners"]:
        words = max((text_width(w, size, bold=True) for w in _words(text)), default=0.0)
        columns = range(start, start + span)
        for widths in (least, natural):
            short = words - sum(widths[i] for i in columns)
            for i in columns:
                widths[i] += max(0.0, short) / span
        start += span


def _words(text: str) -> list[str]:
    return [part for word in WORD.findall(text) for part in breakable(word).split("\u200b")]


def _longest(text: str, size: float, code: bool) -> float:
    return max((text_width(w, size, code=code) for w in _words(text)), default=0.0)


def _share(least: Sequence[float], natural: Sequence[float], room: float) -> list[float] | None:
    """Give every column its least width and the rest by need; None when there is no room."""
    if sum(natural) <= room:
        return list(natural)
    if sum(least) > room:
        return None
    # A long text column must not starve: needs count by their square root.
    widths, spare = list(least), room - sum(least)
    need = [max(0.0, n - m) for m, n in zip(least, natural, strict=True)]
    while spare > 0.01 and any(n > 0.01 for n in need):
        total = sum(n**0.5 for n in need)
        gains = [min(n, spare * n**0.5 / total) for n in need]
        widths = [w + g for w, g in zip(widths, gains, strict=True)]
        need = [n - g for n, g in zip(need, gains, strict=True)]
        spare -= sum(gains)
    return widths
