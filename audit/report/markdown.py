"""Author's Markdown as plain data: no raw markup, no pictures, no value ever parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from audit.errors import ReportError
from audit.report.address import is_linkable
from audit.report.blocks import Bibliography
from audit.report.citations import cite, marked, with_references
from audit.report.claimed import Claimed
from audit.report.pandoc import READER, convert
from audit.text import visible

# Private-use characters never survive `visible`, so no text can pass for one of these.
BLOCK, SLOT, END = "\ue000", "\ue001", "\ue002"
MARK = re.compile(f"([{BLOCK}{SLOT}])(\\d+){END}")
PRIVATE = re.compile("[\ue000-\uf8ff]")
SIMPLE = {
    "Emph": "emph",
    "Strong": "strong",
    "Strikeout": "strikeout",
    "Superscript": "super",
    "Subscript": "sub",
}
ALIGN = {"AlignRight": "right", "AlignCenter": "center"}
EQUATION = re.compile(r"\{#([A-Za-z][A-Za-z0-9_-]{0,60})\}")

# What pandoc reads as a formula: no space just inside the signs, no digit just after.
FORMULA = re.compile(r"(\$\$.+?\$\$|(?<!\\)\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d))", re.DOTALL)
LONGEST = 1_000_000

Node = dict[str, Any]


class Source:
    """Markdown pieces and blocks, gathered in order and read by pandoc in one go."""

    def __init__(self, claims: Claimed | None = None) -> None:
        self.pieces: list[str] = []
        self.blocks: list[Node] = []
        self.values: list[list[Node]] = []
        self.bibliographies: list[Bibliography] = []
        self.has_text = False
        self.claims = claims or Claimed()

    def add(self, payload: Mapping[str, Any]) -> None:
        """Add one block in its plain form: prose as text to be read, all else as it is."""
        if payload["kind"] == "prose":
            self.add_text(payload["text"], payload["values"], payload.get("numbers"))
        elif payload["kind"] == Bibliography.kind:
            self.bibliographies.append(Bibliography(payload["name"], payload["text"]))
        else:
            self.add_block({"k": "block", **payload})

    def add_block(self, node: Node) -> None:
        """Add a block that stands between paragraphs."""
        self.pieces.append(f"{BLOCK}{len(self.blocks)}{END}")
        self.blocks.append(node)

    def add_text(
        self,
        text: str,
        values: Mapping[str, str] | None = None,
        numbers: Mapping[str, Any] | None = None,
    ) -> None:
        """Add Markdown; each `{name}` in `values` becomes a slot that pandoc carries along.

        So does each `{claim:id}`, with what the claim says; `numbers` tells what the numbers in
        the values were said of.
        """
        text = PRIVATE.sub(lambda m: f"⟨U+{ord(m[0]):04X}⟩", text)
        slots = {}
        for name, value in (values or {}).items():
            shown = visible(value, 1000)
            node = {"k": "t", "v": shown, "data": True}
            said = (numbers or {}).get(shown)
            slots[f"{{{name}}}"] = f"{SLOT}{len(self.values)}{END}"
            self.values.append([{**node, "numbers": {shown: said}} if said else node])
        for slot in self.claims.slots(text):
            slots[slot] = f"{SLOT}{len(self.values)}{END}"
            self.values.append(self.claims.nodes(slot))
        filled = _fill(text, slots)
        unset = [slot for slot, mark in slots.items() if mark not in filled]
        if unset:
            raise ReportError(f"{', '.join(unset)} stands only inside a formula; set it in text.")
        self.pieces.append(filled)
        self.has_text = self.has_text or bool(text.strip())

    def nodes(self) -> list[Node]:
        """Return everything as nodes, in order.

        Raises
        ------
        ReportError
            For Markdown that a report cannot hold: pictures, values inside formulas, links or
            code fences left open over the next block.
        """
        if not self.has_text:
            return list(self.blocks)
        tree = json.loads(convert("\n\n".join(self.pieces), ["-f", READER, "-t", "json"]))
        works = cite(tree, self.bibliographies)
        reader = Reader(self.blocks, self.values)
        nodes = reader.block_nodes(tree["blocks"])
        placed = [n["place"] for n in nodes if n["k"] == "block"]
        if placed != list(range(len(self.blocks))):
            lost = sorted(set(range(len(self.blocks))) - set(placed))
            kind = self.blocks[lost[0]].get("kind", "block") if lost else "block"
            raise ReportError(
                f"The Markdown before {kind} {self.blocks[lost[0]].get('id', '')!r} swallows it: "
                "a code fence, quotation or list is left open. Close it."
            )
        return with_references(nodes, reader.entries(works))


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


def _fill(text: str, slots: Mapping[str, str]) -> str:
    """Put marks into slots outside formulas; braces inside formulas are TeX's own."""
    parts = FORMULA.split(text)
    for place in range(0, len(parts), 2):
        for slot, mark in slots.items():
            parts[place] = parts[place].replace(slot, mark)
    return "".join(parts)


def _clean(text: str) -> str:
    return visible(text, LONGEST)
