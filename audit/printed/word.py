"""A face as a Word document, through pandoc's own tree: no text is ever read as markup."""

from __future__ import annotations

import json
from functools import cache
from typing import TYPE_CHECKING, Any

from audit.pandoc import converted
from audit.printed.grid import Grid
from audit.text import visible

if TYPE_CHECKING:
    from audit.printed.face import Face

LONGEST = 4000
NO_ATTRIBUTES: list[Any] = ["", [], []]
SIDES = {"left": "AlignLeft", "right": "AlignRight", "center": "AlignCenter"}


def set_word(face: Face) -> bytes:
    """Return a face as .docx bytes: question, sentences, then each grid as a Word table.

    The same face gives the same bytes.

    Raises
    ------
    ReportError
        If pandoc is missing or fails.
    """
    blocks = [_paragraph(face.heading, bold=True)] if face.heading else []
    blocks += [_paragraph(sentence.strip()) for sentence in face.says]
    for one in face.grids:
        blocks += _table(one)
    tree = {"pandoc-api-version": _version(), "meta": {}, "blocks": blocks}
    given = json.dumps(tree, ensure_ascii=False).encode()
    return converted(given, ["--from=json", "--to=docx", "--output=-"])


@cache
def _version() -> list[int]:
    """Return the version of the tree that this pandoc reads."""
    empty = json.loads(converted(b"", ["--from=markdown", "--to=json"]))
    return list(empty["pandoc-api-version"])


def _inlines(text: str) -> list[Any]:
    return [{"t": "Str", "c": visible(text, LONGEST)}] if text else []


def _paragraph(text: str, *, bold: bool = False) -> Any:
    inside = _inlines(text)
    return {"t": "Para", "c": [{"t": "Strong", "c": inside}] if bold else inside}


def _table(one: Grid) -> list[Any]:
    title = [_paragraph(one.caption, bold=True)] if one.title else []
    below = [_paragraph(line) for line in one.below]
    if not one.cells:
        return [*title, *below]
    width = len(one.heads)
    columns = [[{"t": SIDES[h.align]}, {"t": "ColWidthDefault"}] for h in one.heads]
    head = [NO_ATTRIBUTES, [_row([_cell(h.label) for h in one.heads])]]
    rows = [
        _row([_cell(row, span=width)] if isinstance(row, str) else list(map(_cell, row)))
        for row in one.rows()
    ]
    body = [NO_ATTRIBUTES, 0, [], rows]
    caption: list[Any] = [None, []]
    table = [NO_ATTRIBUTES, caption, columns, head, [body], [NO_ATTRIBUTES, []]]
    return [*title, {"t": "Table", "c": table}, *below]


def _row(cells: list[Any]) -> Any:
    return [NO_ATTRIBUTES, cells]


def _cell(text: str, *, span: int = 1) -> Any:
    return [NO_ATTRIBUTES, {"t": "AlignDefault"}, 1, span, [{"t": "Plain", "c": _inlines(text)}]]
