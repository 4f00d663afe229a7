"""Where parts of a document stand on its pages: turned sheets, tables with their notes, figures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Any

from audit.report.markdown import Node

TAIL = 3  # last rows of a long table that stay with its notes


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


def moved_figure(
    body: Sequence[Node],
    spots: Mapping[str, tuple[int, float]],
    ends: Mapping[str, int],
    placing: Mapping[str, str],
) -> dict[str, str]:
    """Return the first figure that a page shows in the wrong place, and where to try it next.

    One at a time: what moves, moves all that follows. Empty where every figure is well placed.

    A figure goes to the "head" of a page. Where a heading, or another figure, that comes before it
    stands lower on that page, it would be read as part of the section above: it is tried "here",
    between the words around it. Where that leaves the rest of a page empty, it goes to the "foot"
    of one.

    Parameters
    ----------
    body : sequence of nodes, as `printed` returns them
    spots : mapping of str to (page, points from its upper edge)
        Where the nodes begin.
    ends : mapping of str to int
        Pages, as `build_pdf` finds them.
    placing : mapping of str to str
        What was tried.
    """
    last, filled = (0, 0.0), 0
    for node in body:
        key, figure = node["at"], node.get("kind") == "figure"
        tried = placing.get(key, "head")
        if figure and tried == "head" and spots[key] < last:
            return {key: "here"}
        if figure and tried == "here" and spots[key][0] > filled:
            return {key: "foot"}
        if figure or node["k"] == "h":
            last = max(last, spots[key])
        if not figure or tried == "here":
            filled = ends.get(key, spots[key][0])
    return {}


def tail(table: Node) -> int:
    """Return how many last rows are held together; none are when a label stands among them."""
    rows = len(table["cells"])
    starts = [start for start, _ in table["groups"] if start > rows - TAIL]
    return min([TAIL, rows, *(rows - start for start in starts)])
