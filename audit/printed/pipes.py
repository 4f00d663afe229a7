"""A face as Markdown with pipe tables, in which no cell is read as Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from audit.printed.grid import Grid
from audit.printed.room import LETTERS, longest, shares
from audit.text import visible

if TYPE_CHECKING:
    from audit.printed.face import Face

LONGEST = 4000
ENDS = {"left": (":", ""), "right": ("", ":"), "center": (":", ":")}
SHORTEST = 3  # hyphens of a rule
ENTITY = frozenset("$<>&|`[]\\@^~")
"""Written as entities: a converter that knows formulas, links or HTML meets none of them."""
ESCAPED = frozenset("*_#{}")
STARTS = re.compile(r"^(?:[-+=](?=[-+=\s]|$)|\(?(?:\d+|[A-Za-z]|[ivxlcdmIVXLCDM]+)[.)](?=\s|$)|:)")
"""What would start a list or underline a heading at the beginning of a line."""
ADDRESS = re.compile(r"(?i)(?<=[a-z]):(?=\S)|(?<=www)\.")
"""The sign in an address, or an emoji's name, by which text becomes a link or a picture."""


def set_markdown(face: Face) -> str:
    """Return a face as Markdown: the question in bold, sentences, and pipe tables."""
    parts = [f"**{literal(face.heading)}**"] if face.heading else []
    parts += [literal(sentence.strip()) for sentence in face.says]
    return "\n\n".join([*parts, *map(grid_markdown, face.grids)]) + "\n"


def grid_markdown(one: Grid) -> str:
    """Return a grid as a pipe table under its title, with notes and source below it."""
    parts = [f"**{literal(one.caption)}**"] if one.title else []
    if one.cells:
        rows = [_row([h.label for h in one.heads]), _rules(one)]
        for row in one.rows():
            filled = (row, *[""] * (len(one.heads) - 1)) if isinstance(row, str) else row
            rows.append(_row(filled))
        parts.append("\n".join(rows))
    return "\n\n".join([*parts, *map(literal, one.below)])


def literal(text: str) -> str:
    """Return one line of Markdown that reads as `text` and is nothing else.

    What Markdown, its extensions or HTML could act on is escaped or written as an entity, which is
    never the start of anything; a line break becomes visible, and letters of every script stay.
    """
    shown = visible(text, LONGEST)
    active = {m.start() for m in ADDRESS.finditer(shown)}
    if start := STARTS.match(shown):
        active.add(start.end() - 1)
    return "".join(_character(c, active=i in active) for i, c in enumerate(shown))


def _character(character: str, *, active: bool) -> str:
    if active or character in ENTITY:
        return f"&#{ord(character)};"
    return f"\\{character}" if character in ESCAPED else character


def _rules(one: Grid) -> str:
    """Return the line below the headings; on paper, columns are as wide as their hyphens say.

    So does pandoc where a line is longer than 72 letters; every other reader counts none of them.
    """
    rules = []
    for head, letters, share in zip(one.heads, longest(one), shares(one), strict=True):
        before, after = ENDS[head.align]
        wide = max(SHORTEST, round(share * LETTERS) if share else letters + 2)
        rules.append(f"{before}{'-' * wide}{after}")
    return "| " + " | ".join(rules) + " |"


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(map(literal, cells)) + " |"
