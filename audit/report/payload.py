"""A block as plain data, with what the numbers in its texts were said of."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from audit.text import visible
from audit.tokens import tokens
from audit.utterances import recalled

LONGEST = 4000  # characters of one text; more is cut with a visible "…"
LIMITS = {
    "title": 240,
    "kicker": 80,
    "label": 120,
    "value": 120,
    "subtitle": 400,
    "headline": 600,
    "values": 1000,
}
UNTOUCHED = frozenset({"id", "files", "text", "records", "cells"})  # checked or cleaned elsewhere
SVG_TEXT = re.compile(r"<text\b[^>]*>(.*?)</text>", re.DOTALL)
TICK = re.compile(r'<g id="[xy]tick_\d+">.*?<text\b[^>]*>.*?</text>', re.DOTALL)
MARK = re.compile(r"[+−-]?\d[\d.,]*(?: ?(?:%|h|d|hours?|days?)| : \d+)?")
TAG = re.compile(r"<[^>]*>")
UNSAID = frozenset({"record", "records"})
"""Parts of a block that no page prints."""


def plain_data(value: Any, name: str = "") -> Any:
    """Return a block, or a part of one, as JSON data with every text made visible."""
    if is_dataclass(value):
        return {f.name: plain_data(getattr(value, f.name), f.name) for f in fields(value)}
    if isinstance(value, Mapping):
        return {str(k): plain_data(v, name) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [plain_data(v, name) for v in value]
    if isinstance(value, str) and name not in UNTOUCHED:
        return visible(value, LIMITS.get(name, LONGEST))
    return value


def numbers_of(data: Mapping[str, Any]) -> dict[str, dict[str, tuple[float, str, int]]]:
    """Return what the numbers in the texts of a block were said of, where that is known."""
    out: dict[str, dict[str, tuple[float, str, int]]] = {}
    torn: set[tuple[str, str]] = set()  # the same words in two rows, said of two values
    for texts in _breaths(data):
        slices = {text: [text[t.start : t.end] for t in tokens(text)] for text in texts}
        found = recalled(s for said in slices.values() for s in said)
        for text, said in slices.items():
            for s in sorted(set(said) & set(found)):
                meant = (found[s].value, found[s].unit, found[s].decimals)
                if out.setdefault(text, {}).setdefault(s, meant) != meant:
                    torn.add((text, s))
    for text, s in torn:
        del out[text][s]
    return {text: known for text, known in out.items() if known}


def _breaths(data: Mapping[str, Any]) -> list[list[str]]:
    """Return the texts of a block, those together that are said in one breath.

    A fact is, with its gloss; so is the row of a table whose cells are words with numbers in them.
    """
    facts = [list(f.values()) for f in data.get("facts", ())]
    rows = [list(row) for row in data.get("cells", ())]
    return facts or [*([text] for text in dict.fromkeys(_texts(data))), *rows]


def _texts(value: Any, name: str = "") -> Iterator[str]:
    """Yield every text of a block that is printed; of a chart's files, the labels drawn."""
    if isinstance(value, str) and name not in ("id", "kind", "key"):
        yield value
    elif isinstance(value, Mapping):
        for key, part in value.items():
            if key == "files":
                yield from labels(part)
            elif key not in UNSAID:
                yield from _texts(part, str(key))
    elif isinstance(value, list | tuple):
        for part in value:
            yield from _texts(part, name)


def scale(files: Mapping[str, str]) -> frozenset[str]:
    """Return the numbers along the axes of a chart: marks of its scale, which say nothing."""
    found = (labels({"print": tick}) for tick in TICK.findall(files.get("print", "")))
    return frozenset(t for texts in found for t in texts if MARK.fullmatch(t))


def labels(files: Mapping[str, str]) -> list[str]:
    """Return the texts that a chart draws in the page, in the order of its SVG."""
    return [
        " ".join(html.unescape(TAG.sub("", t)).split())
        for t in SVG_TEXT.findall(files.get("print", ""))
    ]
