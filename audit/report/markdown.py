"""Author's Markdown as plain data: values and blocks are carried along and never parsed."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from audit.errors import ReportError
from audit.report.blocks import Bibliography
from audit.report.citations import cite, with_references
from audit.report.claimed import Claimed
from audit.report.pandoc import READER, convert
from audit.report.tree import BLOCK, END, SLOT, Reader
from audit.report.tree import Node as Node
from audit.text import visible

PRIVATE = re.compile("[\ue000-\uf8ff]")
# What pandoc reads as a formula: no space just inside the signs, no digit just after.
FORMULA = re.compile(r"(\$\$.+?\$\$|(?<!\\)\$(?=[^\s$])[^$]*?(?<=[^\s\\])\$(?!\d))", re.DOTALL)


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


def _fill(text: str, slots: Mapping[str, str]) -> str:
    """Put marks into slots outside formulas; braces inside formulas are TeX's own."""
    parts = FORMULA.split(text)
    for place in range(0, len(parts), 2):
        for slot, mark in slots.items():
            parts[place] = parts[place].replace(slot, mark)
    return "".join(parts)
