"""A document as the data that the PDF's template reads: texts that break, sheets, running heads."""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict
from typing import Any

from audit.report.address import is_linkable
from audit.report.document import Document
from audit.report.fonts import text_width
from audit.report.layout import sheets, tail
from audit.report.markdown import Node
from audit.report.maths import formulas
from audit.report.numbering import plain, walk
from audit.report.seal import seal
from audit.report.widths import LANDSCAPE, PORTRAIT, breakable, fit

TALLEST = 520.0  # points a chart may be high, so that its caption and notes share its page
OWN_PAGE = frozenset({"right-of-reply"})  # sections that are sent out by themselves
HEAD_SIZE, HEAD_GAP = 8.0, 16.0  # points of a running head's type, and between its two parts
HEAD_ROOM = (PORTRAIT - HEAD_GAP) / 2  # points that the heading of a section may take of it
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
            node["tail"] = tail(node)
            for column in node["columns"]:
                column["label"] = breakable(column["label"])
            node["spanners"] = [[breakable(text), span] for text, span in node["spanners"]]
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
    heads = {n["id"]: _head(n) for n in document.body if n["k"] == "h"}
    beside = max((text_width(h, HEAD_SIZE) for h in heads.values()), default=0.0)
    data = {
        "meta": _broken(document.meta),
        "short": shortened(document.meta["title"], PORTRAIT - HEAD_GAP - beside),
        "heads": heads,
        "sheets": sheets(body),
        "front": front,
        "body": body,
        "maths": maths,
        "seal": asdict(seal(document.fingerprint)) if document.fingerprint else None,
    }
    return data, pictures


def _head(heading: Node) -> str:
    return shortened(plain([n for n in heading["c"] if n["k"] != "note"]))


def shortened(title: str, room: float = HEAD_ROOM) -> str:
    """Return a title that fits into so many points of a running head, cut between words if at all.

    A first word that is too long by itself is cut between letters.
    """
    words = title.split()
    whole = " ".join(words)
    cuts = (" ".join(words[:n]) + " …" for n in range(len(words) - 1, 0, -1))
    letters = (whole[:n] + "…" for n in range(len(words[0]) - 1 if words else 0, 0, -1))
    fits = (t for t in (whole, *cuts, *letters) if text_width(t, HEAD_SIZE) <= room)
    return _isolated(next(fits, "…"))


def _cell(text: str, column: Node) -> dict[str, Any]:
    number = column["align"] == "right"
    shown = _isolated(text.replace(" ", NO_BREAK) if number else breakable(text))
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
