"""The sentences of a draft, each with its line; what no reader sees is left out."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.verification.unseen import code, seen, shown

PARAGRAPH = re.compile(
    r"\n[ \t]*(?:\n|(?=[-*+•] |\d{1,3}[.)] |#{1,6} |>|\|))|\||\n(?=[ \t]*[=-]{3,}\n)"
)
MARKER = re.compile(r"\s*(?:[-*+•>]+ |#{1,6} )*(?:(?P<n>\d{1,3})[.)] )?(?:[-*+•>]+ |#{1,6} )*")
END = re.compile(
    r"(?<!\bp)(?<!\bpp)(?<!\bno)(?<!\bca)(?<!e\.g)(?<!i\.e)(?<!\bvs)(?<!\bMr)(?<!\bMs)(?<!\bDr)"
    r"[.!?][”’\"')\]*_]*\s+(?=[^a-z\s])"
)
EMPHASIS = re.compile(r"(?<!\\)(?:\*\*|__|~~|(?<!\w)[*_](?=\w)|(?<=\w)[*_](?!\w))")
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
RULE = re.compile(
    r"^[ \t]*(?:\|[ \t]*)?:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*(?:\|[ \t]*)?$", re.MULTILINE
)
BAR = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence of a draft.

    Attributes
    ----------
    text : str
        Without Markdown's marks of emphasis.
    line : int
        On which it begins, from 1.
    about : str
        Of a cell of a table: the heading of its column and the first cell of its row.
    """

    text: str
    line: int
    about: str = ""


def sentences(text: str) -> Iterator[Sentence]:
    """Yield the sentences of Markdown or plain text that a reader sees, in order.

    Comments, tags, blocks of code and the addresses of links are left out; headings, list items,
    cells of tables, alternative texts, and the titles of the front matter count as sentences.
    """
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    lines = _Lines(text)
    for place, said in shown(text):
        yield Sentence(_plain(said), lines.at(place))
    left = seen(text)
    found = []
    for start, end in _tables(left):
        found += list(_cells(left, start, end))
        left = left[:start] + re.sub(r"[^\n]", " ", left[start:end]) + left[end:]
    found += [(at, said, "") for at, said in _paragraphs(left)]
    for at, said, about in sorted(found):
        yield Sentence(_plain(said), lines.at(at), _plain(about))


def code_lines(text: str) -> list[int]:
    """Return the lines on which blocks of code begin that say anything."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return [_Lines(text).at(place) for place in code(text)]


class _Lines:
    """Counts lines forward."""

    def __init__(self, text: str) -> None:
        from itertools import accumulate

        self.starts = [0, *accumulate(len(line) + 1 for line in text.split("\n"))]

    def at(self, place: int) -> int:
        from bisect import bisect_right

        return bisect_right(self.starts, place)


def _plain(said: str) -> str:
    return html.unescape(ESCAPED.sub(r"\1", EMPHASIS.sub("", said))).strip()


def _tables(text: str) -> list[tuple[int, int]]:
    """Return the places of tables: a heading, a line of dashes, and rows, all with bars."""
    out: list[tuple[int, int]] = []
    for rule in RULE.finditer(text):
        start = text.rfind("\n", 0, max(0, rule.start() - 1)) + 1
        if "|" not in text[start : rule.start()] or (out and start < out[-1][1]):
            continue
        end = rule.end()
        while end < len(text):
            stop = text.find("\n", end + 1)
            stop = len(text) if stop < 0 else stop
            if "|" not in text[end + 1 : stop]:
                break
            end = stop
        out.append((start, end))
    return out


def _cells(text: str, start: int, end: int) -> Iterator[tuple[int, str, str]]:
    """Yield (place, text, heading and label) of each cell of a table."""
    head: list[str] = []
    at = start
    for number, line in enumerate(text[start:end].split("\n")):
        cells = [(at + place, said.strip()) for place, said in _split(line)]
        at += len(line) + 1
        if number == 1:
            continue
        for column, (place, said) in enumerate(cells):
            if not said:
                continue
            over = head[column] if column < len(head) else ""
            label = cells[0][1] if column else ""
            yield place, said, f"{over} {label}".strip() if head else ""
        head = head or [said for _, said in cells]


def _split(line: str) -> list[tuple[int, str]]:
    """Return (place, text) of each cell of a row, empty ones too."""
    first = len(line) - len(line.lstrip())
    start = first + line.startswith("|", first)
    bars = [m.start() for m in BAR.finditer(line, start)]
    stops = bars if bars and not line[bars[-1] + 1 :].strip() else [*bars, len(line)]
    out = []
    for stop in stops:
        out.append((start, line[start:stop]))
        start = stop + 1
    return out


def _paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield each sentence of the paragraphs with the place where it begins."""
    start = number = 0
    for stop in [*PARAGRAPH.finditer(text), None]:
        end = stop.start() if stop else len(text)
        marker = MARKER.match(text, start, end)
        at = marker.end() if marker else start
        if marker and marker["n"]:
            said = int(marker["n"])
            at = at if said in (0, 1, number, number + 1) else marker.start("n")
            number = said
        yield from _in_paragraph(text, at, end)
        start = stop.end() if stop else end


def _in_paragraph(text: str, at: int, end: int) -> Iterator[tuple[int, str]]:
    for stop in [*END.finditer(text, at, end), None]:
        last = stop.end() if stop else end
        said = text[at:last]
        lead = len(said) - len(said.lstrip())
        if said.strip():
            yield at + lead, said
        at = last
