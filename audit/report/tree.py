"""The few nodes a report knows, from pandoc's syntax tree: no raw markup, no pictures."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import Any

from audit.errors import ReportError
from audit.report.address import is_linkable
from audit.report.citations import marked
from audit.text import visible

# Private-use characters never survive `visible`, so no text can pass for one of these.
BLOCK, SLOT, END = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"([{BLOCK}{SLOT}])(\\d+){END}")
SIMPLE = {
    "Emph": "emph",
    "Strong": "strong",
    "Strikeout": "strikeout",
    "Superscript": "super",
    "Subscript": "sub",
}
ALIGN = {"AlignRight": "right", "AlignCenter": "center"}
EQUATION = re.compile(r"\{#([A-Za-z][A-Za-z0-9_-]{0,60})\}")
LONGEST = 1_000_000

Node = dict[str, Any]


class Reader:
    """Turns pandoc's syntax tree into the few nodes a report knows."""

    def __init__(self, blocks: Sequence[Node], values: Sequence[list[Node]]) -> None:
        self.blocks, self.values = blocks, values

    def text_nodes(self, text: str) -> list[Node]:
        """Return text with its slots filled; values are marked as data."""
        nodes: list[Node] = []
        end = 0
        for match in MARK.finditer(text):
            if match.start() > end:
                nodes.append({"k": "t", "v": _clean(text[end : match.start()])})
            nodes += self.values[int(match[2])]
            end = match.end()
        if end < len(text):
            nodes.append({"k": "t", "v": _clean(text[end:])})
        return nodes

    def inline_nodes(self, items: Sequence[Node]) -> list[Node]:
        """Return the nodes of a line of text, neighbours of plain text joined."""
        nodes: list[Node] = []
        for item in items:
            for node in self._inline(item["t"], item.get("c")):
                plain = node["k"] == "t" and "data" not in node
                if plain and nodes and nodes[-1]["k"] == "t" and "data" not in nodes[-1]:
                    nodes[-1]["v"] += node["v"]
                else:
                    nodes.append(node)
        return nodes

    def _inline(self, kind: str, c: Any) -> list[Node]:
        if kind == "Str":
            return self.text_nodes(c)
        if kind in ("Space", "SoftBreak"):
            return [{"k": "t", "v": " "}]
        if kind == "LineBreak":
            return [{"k": "br"}]
        if kind in SIMPLE:
            return [{"k": SIMPLE[kind], "c": self.inline_nodes(c)}]
        if kind == "Quoted":
            left, right = "‘’" if c[0]["t"] == "SingleQuote" else "“”"
            return [{"k": "t", "v": left}, *self.inline_nodes(c[1]), {"k": "t", "v": right}]
        if kind == "Code":
            return [{"k": "code", "v": "".join(n["v"] for n in self.text_nodes(c[1]))}]
        if kind == "Math":
            self._no_value(c[1], "a formula")
            return [
                {
                    "k": "math",
                    "tex": _clean(" ".join(c[1].split())),
                    "block": c[0]["t"] == "DisplayMath",
                }
            ]
        if kind == "Link":
            return self._link(c[2][0], self.inline_nodes(c[1]))
        if kind == "Cite":
            self._no_value(json.dumps(c[0], ensure_ascii=False), "a citation")
            return marked(self.inline_nodes(c[1]))
        if kind in ("Span", "SmallCaps"):  # of a citation alone: an author's are read as text
            return self.inline_nodes(c[1] if kind == "Span" else c)
        if kind == "Note":
            return [{"k": "note", "c": self._footnote(c)}]
        if kind == "Image":
            raise ReportError(f"Markdown names a picture ({visible(c[2][0])!r}); use figure(…).")
        raise ReportError(f"Markdown holds {kind}, which a report does not set. Use plain text.")

    def entries(self, works: Sequence[Node]) -> list[Node]:
        """Return the works cited, as pandoc's divisions, as a paragraph each."""
        paragraphs = [(work["c"][0][0], work["c"][1][0]["c"]) for work in works]
        return [{"k": "p", "entry": i, "c": marked(self.inline_nodes(c))} for i, c in paragraphs]

    def _link(self, address: str, inside: list[Node]) -> list[Node]:
        self._no_value(address, "the address of a link")
        if address.startswith("#"):
            return [{"k": "ref", "id": address[1:], "c": inside}]
        if not is_linkable(address):
            raise ReportError(
                f"A link goes to {visible(address)!r}; allowed: http://, https://, mailto: and #id."
            )
        return [{"k": "link", "url": address, "c": inside}]

    def _footnote(self, blocks: Sequence[Node]) -> list[Node]:
        nodes: list[Node] = []
        for block in blocks:
            if block["t"] not in ("Para", "Plain"):
                raise ReportError("A footnote holds more than paragraphs; move it to the text.")
            nodes += [{"k": "t", "v": " "}] * bool(nodes) + self.inline_nodes(block["c"])
        return nodes

    def _no_value(self, text: str, where: str) -> None:
        if MARK.search(text):
            raise ReportError(f"A value stands in {where}; values go into plain text only.")

    def block_nodes(self, blocks: Sequence[Node]) -> list[Node]:
        """Return the nodes of a run of paragraphs, lists, tables and spliced blocks."""
        return [node for b in blocks for node in self._block(b["t"], b.get("c"))]

    def _block(self, kind: str, c: Any) -> list[Node]:
        if kind in ("Para", "Plain"):
            return self._paragraph(c)
        if kind == "Header":
            level, (id, classes, _), inside = c
            marks = {"appendix": "appendix" in classes, "numbered": "unnumbered" not in classes}
            return [{"k": "h", "level": level, "id": id, **marks, "c": self.inline_nodes(inside)}]
        if kind == "BulletList":
            return [{"k": "ul", "items": [self.block_nodes(i) for i in c]}]
        if kind == "OrderedList":
            return [{"k": "ol", "start": c[0][0], "items": [self.block_nodes(i) for i in c[1]]}]
        if kind == "BlockQuote":
            return [{"k": "quote", "c": self.block_nodes(c)}]
        if kind == "CodeBlock":
            return [{"k": "pre", "lines": [_clean(line) for line in c[1].split("\n")]}]
        if kind == "HorizontalRule":
            return [{"k": "hr"}]
        if kind == "Table":
            return [self._grid(c)]
        raise ReportError(f"Markdown holds {kind}, which a report does not set. Use plain text.")

    def _paragraph(self, c: Sequence[Node]) -> list[Node]:
        only = c[0]["c"] if len(c) == 1 and c[0]["t"] == "Str" else ""
        mark = MARK.fullmatch(only)
        if mark and mark[1] == BLOCK:
            place = int(mark[2])
            return [{"k": "block", "place": place, **self.blocks[place]}]
        nodes = self.inline_nodes(c)
        if nodes and nodes[0]["k"] == "math" and nodes[0]["block"]:
            rest = "".join(n.get("v", "?") for n in nodes[1:]).strip()
            if not rest or EQUATION.fullmatch(rest):
                return [{"k": "eq", "tex": nodes[0]["tex"], "id": rest[2:-1]}]
        return [{"k": "p", "c": nodes}]

    def _grid(self, c: Any) -> Node:
        def row(item: Any) -> list[list[Node]]:
            return [self.block_nodes(cell[4]) for cell in item[1]]

        return {
            "k": "grid",
            "align": [ALIGN.get(spec[0]["t"], "left") for spec in c[2]],
            "head": [row(r) for r in c[3][1]],
            "body": [row(r) for part in c[4] for r in part[3]],
        }


def _clean(text: str) -> str:
    return visible(text, LONGEST)
