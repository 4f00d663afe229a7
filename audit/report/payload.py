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
    groups = [list(f.values()) for f in data.get("facts", ())]  # a fact is said in one breath
    for texts in groups or [[text] for text in dict.fromkeys(_texts(data))]:
        slices = {text: [text[t.start : t.end] for t in tokens(text)] for text in texts}
        found = recalled(s for said in slices.values() for s in said)
        for text, said in slices.items():
            if known := {s: found[s] for s in sorted(said) if s in found}:
                out[text] = {k: (u.value, u.unit, u.decimals) for k, u in known.items()}
    return out


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


def labels(files: Mapping[str, str]) -> list[str]:
    """Return the texts that a chart draws in the page, in the order of its SVG."""
    return [
        " ".join(html.unescape(TAG.sub("", t)).split())
        for t in SVG_TEXT.findall(files.get("print", ""))
    ]
