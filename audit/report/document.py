"""A list of blocks, or an executed notebook, as one plain-data document."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from audit.errors import ReportError
from audit.report import fonts
from audit.report.blocks import Block, Cover, check_id, payloads
from audit.report.claimed import Claimed
from audit.report.kinds import traced
from audit.report.markdown import Node, Source
from audit.report.numbering import number, plain, walk
from audit.report.outputs import add_cells, claimed
from audit.report.places import of_cover, parts, strip
from audit.report.worded import refuse_unlicensed
from audit.text import visible


@dataclass(frozen=True, slots=True, eq=False)
class Document:
    """Everything a report says, as plain data; PDF, HTML and files are made from it alone.

    Attributes
    ----------
    meta : dict
        The fields of `Cover`.
    front : tuple of nodes
        Page one: all that stands before the first heading.
    body : tuple of nodes
        The rest, numbered, references resolved.
    claims : tuple of dict
        The numbers printed, in order: those recorded, then those found in its texts.
    warnings : tuple of str
        What was noticed: warnings of the notebook's cells, characters missing in a chart.
    tokens : tuple of dict
        Every text with a number in it and the kind of each number; see `audit.report.record`.
    record : mapping
        Hashes, verdict and names, as the provenance of the evidence gives them.
    fingerprint : str
        Of its claims and hashes, 12 hexadecimal digits; "" until `write_report` knows them all.
    """

    meta: dict[str, Any]
    front: tuple[Node, ...]
    body: tuple[Node, ...]
    claims: tuple[dict[str, Any], ...] = ()
    warnings: tuple[str, ...] = ()
    tokens: tuple[dict[str, Any], ...] = ()
    record: Mapping[str, Any] = field(default_factory=dict)
    fingerprint: str = ""

    @property
    def simulated(self) -> bool:
        """Whether the report says SIMULATED on every page."""
        return bool(self.meta["simulated"])

    def blocks(self, kind: str) -> list[Node]:
        """Return the blocks of one kind, in order."""
        return [n for n in (*self.front, *self.body) if n.get("kind") == kind]

    def formulas(self) -> list[str]:
        """Return every TeX formula once, in order."""
        found = (n["tex"] for n in walk([self.front, self.body]) if n["k"] in ("math", "eq"))
        return list(dict.fromkeys(found))

    def uncovered(self) -> tuple[str, ...]:
        """Return the characters that no typeface of the report has; they print as boxes."""
        return fonts.uncovered(_texts([self.meta, self.front, self.body]))


def document(
    source: Any, *, meta: Mapping[str, Any] | None = None, more: Iterable[Block] = ()
) -> Document:
    """Put blocks, or the outputs of an executed notebook, together as a document.

    Parameters
    ----------
    source : iterable of Block, or an executed notebook (nbformat)
        In reading order. What stands before the first heading is page one.
    meta : mapping, optional
        Fields of `Cover` that complete or override those of the `Cover` block: "title", "date"
        (ISO; required here or there), "simulated", …
    more : iterable of Block
        Put after all of the source: corrections of an earlier version.

    Raises
    ------
    ClaimError
        For numbers typed into a notebook's text, and for words its evidence does not license.
    ReportError
        For unknown fields, a missing title or date, ids used twice, references to nothing, a chart
        drawn without the mark of simulated data in a simulated report.
    """
    warnings: list[str] = []
    if hasattr(source, "cells"):
        gathered = Source(claimed(source))
        add_cells(gathered, source, warnings)
    else:
        blocks = list(payloads(source))
        gathered = Source(Claimed.of(blocks))
        refuse_unlicensed(blocks, gathered.claims)
        for payload in blocks:
            gathered.add(payload)
    for payload in payloads(more):
        gathered.add(payload)
    nodes = [_as_heading(n) for n in gathered.nodes()]
    covers = [n for n in nodes if n.get("kind") == "cover"]
    chosen = _meta(covers, nodes, meta or {})
    nodes = _placed(_without_title(nodes, chosen["title"]))
    claims = gathered.claims.records
    record: Mapping[str, Any] = next((n["record"] for n in nodes if n.get("record")), {})
    said: Mapping[str, Any] = next((n.get("numbers", {}) for n in covers), {})
    nodes = [n for n in nodes if n.get("kind") not in ("cover", "claims")]
    first = next((i for i, n in enumerate(nodes) if n["k"] == "h"), len(nodes))
    front, body = nodes[:first], nodes[first:]
    chosen["simulated"] = _simulated(nodes, bool(chosen["simulated"]))
    _name_headings(body)
    number(front, body)
    found = traced([*of_cover({**chosen, "numbers": said}), *parts(front, body)], claims)
    strip(nodes)
    for n in nodes:
        if n.get("kind") == "figure" and n["files"].get("warnings"):
            warnings.append(f"chart {n['id']}: {n['files']['warnings']}")
    return Document(
        chosen,
        tuple(front),
        tuple(body),
        tuple(found.claims),
        tuple(warnings),
        tuple(found.entries),
        record,
    )


CORRECTS = "A corrected version"
"""Title of the note that says so on page 1."""
CORRECTIONS = "corrections"
"""Id of the section that lists what changed."""


def _placed(nodes: list[Node]) -> list[Node]:
    """Put what a later version says of its corrections where it is read.

    The note goes to the end of page 1, the section before the references.
    """
    notes = [n for n in nodes if n.get("kind") == "note" and n.get("title") == CORRECTS]
    rest = [n for n in nodes if not any(n is m for m in notes)]
    at = next((i for i, n in enumerate(rest) if n.get("id") == CORRECTIONS), len(rest))
    rest, section = rest[:at], rest[at:]
    ends = (n.get("id") in LAST for n in rest)
    place = next((i for i, end in enumerate(ends) if end), len(rest))
    rest = [*rest[:place], *section, *rest[place:]]
    first = next((i for i, n in enumerate(rest) if n["k"] == "h"), len(rest))
    return [*rest[:first], *notes, *rest[first:]]


LAST = ("references", "provenance")
"""Ids of the sections that stay behind the corrections."""

UNDATED = "undated"
"""For data that state no date anywhere: no clock is ever read in their place."""


def _meta(covers: list[Node], nodes: list[Node], given: Mapping[str, Any]) -> dict[str, Any]:
    known = [f.name for f in fields(Cover)]
    faults = [f"unknown field {visible(k)!r}" for k in given if k not in known]
    if len(covers) > 1:
        faults.append(f"{len(covers)} covers; one is allowed")
    base = {f.name: f.default for f in fields(Cover) if f.name != "title"}
    base["title"] = _first_title(nodes)
    merged = {**base, **(covers[0] if covers else {}), **given}
    chosen = {k: _shown(merged[k]) for k in known}
    if not chosen["title"]:
        faults.append("no title: give a Cover, a first heading or meta title=…")
    if chosen["date"] == UNDATED:
        chosen["date"] = ""  # nothing is printed, and the PDF is stamped with a fixed day
    else:
        try:
            date.fromisoformat(str(chosen["date"]))
        except ValueError:
            allowed = f"a day such as 2026-01-15, or {UNDATED!r}"
            faults.append(f"the date is {chosen['date']!r}; allowed: {allowed}")
    if faults:
        raise ReportError(f"the report's cover: {'; '.join(faults)}. Fields: {', '.join(known)}.")
    return chosen


def _shown(value: Any) -> Any:
    if isinstance(value, list | tuple):
        return [visible(v, 200) for v in value]
    return visible(value, 600) if isinstance(value, str) else value


def _first_title(nodes: list[Node]) -> str:
    head = next((n for n in nodes if n.get("kind") not in ("claims",)), None)
    return plain(head["c"]) if head and head["k"] == "h" and head["level"] == 1 else ""


def _without_title(nodes: list[Node], title: str) -> list[Node]:
    """Drop a notebook's first heading where it repeats the title of the report."""
    for place, node in enumerate(nodes):
        if node["k"] == "h":
            same = node["level"] == 1 and plain(node["c"]).strip() == title.strip()
            return nodes[:place] + nodes[place + 1 :] if same else nodes
    return nodes


def _as_heading(node: Node) -> Node:
    if node.get("kind") != "heading":
        return node
    return {
        "k": "h",
        "level": node["level"],
        "id": node["id"] and check_id(node["id"], "a heading"),
        "appendix": node["appendix"],
        "numbered": node["numbered"],
        "c": [{"k": "t", "v": node["title"]}],
    }


def _name_headings(nodes: list[Node]) -> None:
    taken = {n["id"] for n in nodes if n.get("id")}
    for node in nodes:
        if node["k"] == "h" and not node["id"]:
            stem = re.sub(r"[^a-z0-9]+", "-", plain(node["c"]).casefold()).strip("-") or "section"
            name, again = stem, 1
            while name in taken:
                again += 1
                name = f"{stem}-{again}"
            node["id"] = name
            taken.add(name)


def _simulated(nodes: list[Node], declared: bool) -> bool:
    marked = declared or any(n.get("simulated") for n in nodes)
    bare = [n["id"] for n in nodes if n.get("kind") == "figure" and not n["simulated"]]
    if marked and bare:
        raise ReportError(
            f"The report is about simulated data, but these charts were drawn without "
            f"simulated=True: {', '.join(bare)}. Their images would not say so."
        )
    for node in nodes:
        if node.get("kind") == "table":
            node["simulated"] = marked
    return marked


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, item in value.items():
            if key != "files":
                yield from _texts(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _texts(item)
