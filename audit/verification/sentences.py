"""The sentences of a draft, each with its line; what no reader sees is left out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

UNSEEN = re.compile(
    r"\A---\n.*?\n---\n"  # front matter
    r"|^(?P<fence>```|~~~)[^\n]*\n.*?(?:^(?P=fence)[^\n]*$|\Z)"
    r"|<!--.*?(?:-->|\Z)"
    r"|(?<=\])\([^)\n]*\)"  # target of a link
    r"|<?https?://[^\s>)]+>?"
    r"|</?[A-Za-z][^>\n]*>"
    r"|`[^`\n]*`"
    r"|^\[[^\]\n]+\]:[^\n]*$",  # definition of a link
    re.DOTALL | re.MULTILINE,
)
PARAGRAPH = re.compile(r"\n[ \t]*(?:\n|(?=[-*+•] |\d{1,3}[.)] |#{1,6} |>|\|))|\|")
MARKER = re.compile(r"\s*(?:[-*+•>]+ |\d{1,3}[.)] |#{1,6} )+")
END = re.compile(
    r"(?<!\bp)(?<!\bpp)(?<!\bno)(?<!\bca)(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\bMr)(?<!\bMs)(?<!\bDr)"
    r"[.!?][”’\"')\]*_]*\s+(?=[^a-z\s])"
)

EMPHASIS = re.compile(r"\*\*|__|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w)")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft.

    Attributes
    ----------
    text : str
        Without Markdown's marks of emphasis.
    line : int
        On which it begins, from 1.
    """

    text: str
    line: int


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of Markdown or plain text that a reader sees, in order.

    Code, comments, front matter, tags, and the addresses of links are left out; headings, list
    items and table cells count as sentences.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    seen = UNSEEN.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    start, line, counted = 0, 1, 0
    for stop in [*PARAGRAPH.finditer(seen), None]:
        end = stop.start() if stop else len(seen)
        for at, said in _in_paragraph(seen, start, end):
            line += seen.count("\n", counted, at)
            counted = at
            yield Sentence(said, line)
        start = stop.end() if stop else end


def _in_paragraph(seen: str, start: int, end: int) -> Iterator[tuple[int, str]]:
    """Yield each sentence of a paragraph with the place where it begins."""
    marker = MARKER.match(seen, start, end)
    at = marker.end() if marker else start
    for stop in [*END.finditer(seen, at, end), None]:
        last = stop.end() if stop else end
        said = seen[at:last]
        lead = len(said) - len(said.lstrip())
        if said.strip():
            yield at + lead, EMPHASIS.sub("", said).strip()
        at = last
