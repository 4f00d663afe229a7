"""Every text of a document with its place: what the record of a report is made from."""

from __future__ import annotations

import csv
import io
import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from audit.report.payload import labels, scale

Node = dict[str, Any]
Said = tuple[float, str, int]
NUMBERED = re.compile(r"\b(?:[Aa]ccount|case) (\d+)\b")
"""A case or an account that stands under a number instead of its name."""
CARRIED = ("numbers", "keys", "values", "record")
"""Keys of a node that no page prints: `strip` takes them out once the parts are read."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of a part whose kind is known from what it is: a slot, a reference, code.

    Attributes
    ----------
    start, end : int
    kind : str
        "claim", "document", "quotation", "wording" or "constant".
    claim : str
        Id of the claim that fills a slot, "" elsewhere.
    """

    start: int
    end: int
    kind: str
    claim: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    """One printed text.

    Attributes
    ----------
    at : str
        Where it stands: "front/3", "body/17", "body/17/r4" for row 4 of a table, "meta".
    part : str
        What it is there: "title", "subtitle", "note", "notes", "source", "alt", "chart",
        "heading", "prose", "headline", "point", "label", "value", "gloss", "cell", "head",
        "provenance", "verbatim", "formula".
    text : str
    anchor : str
        What new claims in it are named after: the id of the block, or of its section.
    spans : tuple of Span
    numbers : mapping
        Number as printed to (value, unit, decimals), as `numerals` said it.
    value : float or None
        What a table's cell was printed from.
    unit : str
        Of that value: "share", "count", or the heading of its column.
    own : bool
        Whether these are fixed words of the package or the author: an untraced number in them is
        a constant; elsewhere it is what was printed.
    drawn : frozenset of float
        The numbers that a chart draws, from its CSV, for a text that is the chart's.
    """

    at: str
    part: str
    text: str
    anchor: str
    spans: tuple[Span, ...] = ()
    numbers: Mapping[str, Said] = field(default_factory=dict)
    value: float | None = None
    unit: str = ""
    own: bool = False
    drawn: frozenset[float] = frozenset()


def parts(front: Sequence[Node], body: Sequence[Node]) -> tuple[Part, ...]:
    """Return every printed text of a document, in reading order."""
    out: list[Part] = []
    section = "page-one"
    for side, nodes in (("front", front), ("body", body)):
        for place, node in enumerate(nodes):
            if node["k"] == "h":
                section = node["id"] or section
            anchor = str(node.get("id") or section)
            if "kind" in node and anchor == section:
                anchor = f"{section}/{node['kind']}"
            reader = _Reader(f"{side}/{place}", anchor, node.get("numbers", {}))
            out += reader.read(node)
    return tuple(out)


def of_cover(meta: Mapping[str, Any]) -> tuple[Part, ...]:
    """Return the texts of a cover: title, subtitle, date, version, description, authors."""
    shown = [(k, v) for k, v in meta.items() if k not in ("simulated", "lang") and v]
    numbers = meta.get("numbers", {})
    return tuple(
        Part("meta", key, str(text), "cover", numbers=numbers.get(str(text), {}))
        for key, value in shown
        if key != "numbers"
        for text in (value if isinstance(value, list | tuple) else [value])
    )


def strip(nodes: Sequence[Node]) -> None:
    """Take out of the nodes what is for the record alone."""
    for node in nodes:
        for key in CARRIED:
            node.pop(key, None)


class _Reader:
    """Reads the texts of one top-level node."""

    def __init__(self, at: str, anchor: str, numbers: Mapping[str, Mapping[str, Said]]) -> None:
        self.at, self.anchor, self.numbers = at, anchor, numbers

    def read(self, node: Node) -> Iterator[Part]:
        kind = node.get("kind", node["k"])
        found = getattr(self, f"_{kind}", None)
        yield from found(node) if found else self._flow(node)

    def _said(self, part: str, text: str, *, at: str = "", own: bool = False) -> Iterator[Part]:
        if text:
            known = self.numbers.get(text, {})
            yield Part(at or self.at, part, text, self.anchor, numbers=known, own=own)

    def _flow(self, node: Node) -> Iterator[Part]:
        """Yield the lines of text under a node of the author's Markdown."""
        if "c" in node and node["k"] in ("p", "h", "note"):
            yield from self._line("heading" if node["k"] == "h" else "prose", node["c"])
        elif node["k"] == "eq":
            yield Part(self.at, "formula", node["tex"], self.anchor, own=True)
        elif node["k"] == "pre":
            for line in node["lines"]:
                yield from self._said("verbatim", line)
        elif node["k"] == "quote":  # others' words, such as an answer: none of its numbers is ours
            for part in (p for inner in node["c"] for p in self._flow(inner)):
                yield replace(part, spans=(Span(0, len(part.text), "quotation"),))
        else:
            for inner in _inner(node):
                yield from self._flow(inner)

    def _line(self, part: str, inline: Sequence[Node]) -> Iterator[Part]:
        text = ""
        spans: list[Span] = []
        notes: list[Node] = []
        numbers: dict[str, Said] = {}
        for said, kind, node in _pieces(inline):
            if kind == "note":
                notes.append(node)
                continue
            numbers |= node.get("numbers", {}).get(said, {})
            claim = node.get("claim", "")
            if kind:
                spans.append(Span(len(text), len(text) + len(said), kind, claim))
            text += said
        if text:
            yield Part(
                self.at, part, text, self.anchor, spans=tuple(spans), numbers=numbers, own=True
            )
        for node in notes:
            yield from self._line("footnote", node["c"])

    def _finding(self, node: Node) -> Iterator[Part]:
        yield from self._said("headline", node["headline"])
        yield from self._said("label", node["label"])
        for text in node["points"]:
            yield from self._said("point", text)

    def _note(self, node: Node) -> Iterator[Part]:
        if "kind" not in node:
            yield from self._flow(node)
            return
        yield from self._said("title", node["title"])
        yield from self._said("body", node["body"])
        for text in node["points"]:
            yield from self._said("point", text)

    def _facts(self, node: Node) -> Iterator[Part]:
        for fact in node["facts"]:
            for key in ("label", "value", "gloss"):
                yield from self._said(key, fact[key])

    def _verbatim(self, node: Node) -> Iterator[Part]:
        for line in node["lines"]:
            yield from self._said("verbatim", line)

    def _provenance(self, node: Node) -> Iterator[Part]:
        for label, value in node["rows"]:
            yield from self._said("provenance", f"{label}: {value}")
        for name, size, sha in node["digests"]:
            yield from self._said("provenance", f"{name} ({size:,} bytes) {sha}")

    def _figure(self, node: Node) -> Iterator[Part]:
        drawn = _numbers(node["files"].get("csv", ""))
        for key in ("title", "subtitle", "alt", "note"):
            for part in self._said(key, node[key]):
                yield replace(part, drawn=drawn, spans=_named(part.text) if key == "alt" else ())
        yield from self._said("source", node["source"])
        marks = scale(node["files"])
        for text in labels(node["files"]):
            for part in self._said("chart", text, own=text in marks):
                yield replace(part, drawn=drawn, spans=_named(text))

    def _table(self, node: Node) -> Iterator[Part]:
        for key in ("title", "subtitle"):
            yield from self._said(key, node[key])
        for text in node["notes"]:
            yield from self._said("notes", text, at=f"{self.at}/notes")
        yield from self._said("source", node["source"], at=f"{self.at}/notes")
        for text, _ in node["spanners"]:
            yield from self._said("head", text)
        for column in node["columns"]:
            yield from self._said("head", column["label"])
        for n, (_, text) in enumerate(node["groups"]):
            for part in self._said("group", text, at=f"{self.at}/g{n}"):
                yield replace(part, spans=_named(text))
        for row, cells in enumerate(node["cells"]):
            for place, text in enumerate(cells):
                yield from self._cell(node, (row, place), text)

    def _cell(self, node: Node, where: tuple[int, int], text: str) -> Iterator[Part]:
        row, place = where
        column = node["columns"][place]
        keys, values = node.get("keys") or [], node.get("values") or []
        key = keys[place] if place < len(keys) else str(place)
        value = values[row][place] if row < len(values) else None
        spans = (Span(0, len(text), "document"),) if column["code"] else _named(text)
        yield Part(
            f"{self.at}/r{row}",
            "cell",
            text,
            f"{self.anchor}/r{row}/{key}",
            spans=spans,
            numbers=self.numbers.get(text, {}),
            value=value,
            unit="share" if "%" in text else column["label"],
        )


def _named(text: str) -> tuple[Span, ...]:
    """Return the spans of the numbers that stand for cases and accounts."""
    return tuple(Span(*found.span(1), "document") for found in NUMBERED.finditer(text))


def _numbers(csv_text: str) -> frozenset[float]:
    """Return every number of a CSV."""
    found = set()
    for row in csv.reader(io.StringIO(csv_text)):
        for cell in row:
            try:
                found.add(float(cell))
            except ValueError:
                continue
    return frozenset(v for v in found if math.isfinite(v))


def _inner(node: Node) -> Iterator[Node]:
    """Yield the nodes right under a node: items of lists, cells of grids, words of quotations."""
    for value in node.values():
        stack = [value]
        while stack:
            item = stack.pop(0)
            if isinstance(item, dict) and "k" in item:
                yield item
            elif isinstance(item, list | tuple):
                stack = [*item, *stack]


def _pieces(inline: Sequence[Node]) -> Iterator[tuple[str, str, Node]]:
    """Yield the words of a line, what each stretch is, and its node."""
    for node in inline:
        kind = node["k"]
        if node.get("cite"):
            yield "".join(p[0] for p in _pieces([{**node, "cite": False}])), "citation", {}
        elif kind == "t":
            slot = "claim" if node.get("claim") else "data" if node.get("data") else ""
            yield node["v"], slot, node
        elif kind == "br":
            yield " ", "", {}
        elif kind == "code":
            yield node["v"], "quotation", node
        elif kind == "math":
            yield node["tex"], "wording", {}
        elif kind == "note":
            yield "", "note", node
        elif kind == "ref":
            own = len(node["c"]) == 1 and node["c"][0].get("k") == "t"
            said = "".join(p[0] for p in _pieces(node["c"]))
            tail = node["c"][-1].get("v", "")
            if own or not tail.startswith(" ("):
                yield said, "document", {}
            else:
                yield from _pieces(node["c"][:-1])
                yield tail, "document", {}
        else:
            yield from _pieces(node.get("c", []))
