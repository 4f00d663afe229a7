"""Numbers of sections, figures, tables and equations, given once for PDF and HTML alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from audit.errors import ReportError

Node = dict[str, Any]
# "[Figure](#id)" is printed as "Figure 3"; any other words keep theirs and gain "(Figure 3)".
GENERIC = frozenset({"", "figure", "table", "section", "appendix", "equation", "here", "below"})


def walk(node: Any) -> Iterator[Node]:
    """Yield every node at or under `node`, outermost first."""
    if isinstance(node, dict):
        if "k" in node:
            yield node
        for value in node.values():
            if isinstance(value, dict | list):
                yield from walk(value)
    elif isinstance(node, list | tuple):
        for item in node:
            yield from walk(item)


def plain(nodes: Sequence[Node]) -> str:
    """Return the words of inline nodes."""
    return "".join(n.get("v") or n.get("tex") or plain(n.get("c", [])) for n in nodes)


def number(front: Sequence[Node], body: Sequence[Node]) -> None:
    """Give every heading, figure, table and equation its number, and every reference its words.

    Raises
    ------
    ReportError
        For ids used twice and references to nothing; all at once.
    """
    names: dict[str, str] = {}
    twice: list[str] = []
    counter = Counter()
    for node in [*front, *body]:
        name = counter.name(node)
        if node.get("id"):
            if node["id"] in names:
                twice.append(node["id"])
            names[node["id"]] = name
    faults = [f"the id {i!r} is used twice" for i in dict.fromkeys(twice)]
    references = [n for n in walk([*front, *body]) if n["k"] == "ref"]
    lost = dict.fromkeys(n["id"] for n in references if n["id"] not in names)
    faults += [f"a link goes to #{i}, which does not exist" for i in lost]
    if faults:
        raise ReportError(f"{'; '.join(faults)}. Known ids: {', '.join(sorted(names))}.")
    for node in references:
        _word(node, names[node["id"]])


def _word(node: Node, name: str) -> None:
    said = plain(node["c"]).strip()
    if said.casefold() in GENERIC:
        node["c"] = [{"k": "t", "v": name or said}]
    elif name:
        node["c"] = [*node["c"], {"k": "t", "v": f" ({name})"}]


class Counter:
    """Counts what is numbered, in reading order."""

    def __init__(self) -> None:
        self.levels = [0, 0, 0, 0, 0, 0]
        self.counts = {"figure": 0, "table": 0, "equation": 0}
        self.appendix = False

    def name(self, node: Node) -> str:
        """Number one top-level node in place and return how it is referred to."""
        if node["k"] == "h":
            return self._section(node)
        kind = "equation" if node["k"] == "eq" else node.get("kind", "")
        if kind not in self.counts:
            return ""
        self.counts[kind] += 1
        node["number"] = str(self.counts[kind])
        return f"{kind.capitalize()} {node['number']}"

    def _section(self, node: Node) -> str:
        node["starts_appendix"] = node["appendix"] and not self.appendix
        if node["starts_appendix"]:
            self.appendix, self.levels = True, [0] * 6
        node["appendix"] = self.appendix
        node["number"] = ""
        if not node["numbered"]:
            return ""
        level = node["level"]
        self.levels[level - 1] += 1
        self.levels[level:] = [0] * (6 - level)
        first = chr(64 + self.levels[0]) if self.appendix else str(self.levels[0])
        node["number"] = ".".join([first, *(str(n) for n in self.levels[1:level])])
        return f"{'Appendix' if self.appendix else 'Section'} {node['number']}"
