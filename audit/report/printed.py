"""A document as the data that the PDF's template reads: texts that break, sheets, running heads."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from textwrap import shorten
from typing import Any

from audit.report.address import is_linkable
from audit.report.document import Document
from audit.report.markdown import Node
from audit.report.maths import formulas
from audit.report.numbering import plain, walk
from audit.report.seal import seal
from audit.report.widths import LANDSCAPE, PORTRAIT, breakable, fit

TALLEST = 520.0  # points a chart may be high, so that its caption and notes share its page
OWN_PAGE = frozenset({"right-of-reply"})  # sections that are sent out by themselves
TAIL = 3  # last rows of a long table that stay with its notes
HEAD = 52  # letters of a title in a running head
UNBROKEN = 30  # letters of a run in prose after which a line may end
HELD = re.compile(r"\d %|\bp [=<>≤≥] (?=\d)")
NO_BREAK = "\u00a0"
ISOLATE, POP = "\u2068", "\u2069"


def printed(document: Document) -> tuple[dict[str, Any], dict[str, str]]:
    """Return what the template reads, and the pictures by file name.

    Every text is plain data; long runs of letters may end a line, and text with right-to-left
    letters is kept to itself.
    """
    pictures: dict[str, str] = {}
    parts = json.loads(json.dumps([document.front, document.body]))
    for part, nodes in zip(("front", "body"), parts, strict=True):
        for place, node in enumerate(nodes):
            node["at"] = f"{part}/{place}"
    for node in walk(parts):
        if node.get("kind") == "figure":
            name = f"figure-{node['number']}.svg"
            pictures[name] = node["files"]["print"]
            node["file"] = name
            node["share"] = min(1.0, TALLEST * node["width"] / node["height"] / PORTRAIT)
        elif node.get("kind") == "table":
            node["fit"] = asdict(fit(node))
            node["room"] = LANDSCAPE if node["fit"]["landscape"] else PORTRAIT
            node["tail"] = _tail(node)
            node["cells"] = [
                [_cell(t, c) for t, c in zip(r, node["columns"], strict=True)]
                for r in node["cells"]
            ]
        elif node.get("kind") == "provenance":
            node["digests"] = [
                {"value": f"{name} ({size:,} bytes)", "halves": [sha[:32], sha[32:]]}
                for name, size, sha in node["digests"]
            ]
        node.pop("files", None)
    front, body = _broken(parts)
    for node in body:
        if node["k"] == "h":
            node["opens_page"] = node["starts_appendix"] or node["id"] in OWN_PAGE
    maths = formulas(document.formulas(), "typst")
    data = {
        "meta": _broken(document.meta),
        "short": shortened(document.meta["title"]),
        "heads": {n["id"]: _head(n) for n in document.body if n["k"] == "h"},
        "sheets": sheets(body),
        "front": front,
        "body": body,
        "maths": maths,
        "seal": asdict(seal(document.fingerprint)) if document.fingerprint else None,
    }
    return data, pictures


def _head(heading: Node) -> str:
    return shortened(plain([n for n in heading["c"] if n["k"] != "note"]))


def shortened(title: str) -> str:
    """Return a title that a running head has room for, cut between words where it is longer."""
    cut = shorten(title, HEAD, placeholder=" …")
    return _isolated(cut if cut != "…" else f"{title[: HEAD - 1]}…")


def sheets(body: Sequence[Node]) -> list[dict[str, Any]]:
    """Return which runs of `body` stand on turned pages, for tables too wide for an upright one.

    A turned page begins a sheet of its own. The words that lead up to its table, back to the
    heading of the section, come onto it too, else they would stand alone on the page before.
    """
    turned = [False] * len(body)
    for place, node in enumerate(body):
        if node.get("kind") == "table" and node["fit"]["landscape"]:
            start = next((p for p in range(place, -1, -1) if not _leads(body[p], p < place)), -1)
            opens = [p for p in range(start + 1, place) if _opens(body[p])]
            for p in range(opens[-1] if opens else place, place + 1):
                turned[p] = True
    runs = groupby(range(len(body)), key=turned.__getitem__)
    spans = [(is_turned, list(places)) for is_turned, places in runs]
    for is_turned, places in spans:
        if is_turned:
            body[places[0]]["opens_page"] = False  # the sheet is a new page as it is
    return [{"turned": t, "span": [p[0], p[-1] + 1]} for t, p in spans]


def _leads(node: Node, before: bool) -> bool:
    """Return whether a node can move onto a turned page with the table that follows it."""
    return not before or node.get("kind", "") in ("", "note", "finding", "verbatim")


def _opens(node: Node) -> bool:
    return bool(node["k"] == "h" and node["level"] == 1)


def parted_tables(body: Sequence[Node], places: Mapping[str, int]) -> list[str]:
    """Return the tables whose notes, or whose last row, stand on a page without other rows.

    Parameters
    ----------
    body : sequence of nodes, as `printed` returns them
    places : mapping of str to int
        Pages, as `build_pdf` finds them.
    """
    found = []
    for node in body:
        if node.get("kind") != "table" or not node["fit"]["whole"] or node["tail"] < 1:
            continue
        key, rows = node["at"], len(node["cells"])
        first = places[f"{key}/r{rows - node['tail']}"]
        last = places[f"{key}/r{rows - 1}"]
        if not first == last == places.get(f"{key}/notes", last):
            found.append(key)
    return found


def _tail(table: Node) -> int:
    """Return how many last rows are held together; none are when a label stands among them."""
    rows = len(table["cells"])
    starts = [start for start, _ in table["groups"] if start > rows - TAIL]
    return min([TAIL, rows, *(rows - start for start in starts)])


def _cell(text: str, column: Node) -> dict[str, Any]:
    shown = _isolated(text if column["align"] == "right" else breakable(text))
    linked = column["link"] and text.lower().startswith("http") and is_linkable(text)
    return {"shown": shown, "url": text if linked else ""}


def _isolated(text: str) -> str:
    """Wrap text with right-to-left letters, so that it cannot turn its neighbours around."""

    turns = any(unicodedata.bidirectional(c) in ("R", "AL") for c in text)
    return f"{ISOLATE}{text}{POP}" if turns else text


def _broken(value: Any, key: str = "") -> Any:
    """Let long runs of letters end a line, and keep right-to-left text to itself."""
    if isinstance(value, dict):
        if value.get("k") == "link" and plain(value["c"]) == value["url"]:
            return value  # an address ends its lines after its own slashes
        return {k: _broken(v, k) for k, v in value.items()}
    if isinstance(value, list | tuple):
        return [_broken(v, key) for v in value]
    if isinstance(value, str) and key in PRINTED:
        return _isolated(breakable(_held(value), UNBROKEN))
    return value


def _held(text: str) -> str:
    """Keep a number on one line with its percent sign, and "p = 0.004" whole."""
    return HELD.sub(lambda m: m[0].replace(" ", NO_BREAK), text)


PRINTED = frozenset(
    ("v", "title", "subtitle", "kicker", "headline", "points", "label", "value", "gloss", "body")
    + ("note", "notes", "source", "rows", "spanners", "groups")
)
