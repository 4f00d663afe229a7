"""A document held against its own record, where it cannot be made anew."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from audit.text import visible
from audit.tokens import Token, flattened, tokens
from audit.verification.compared import Word, changes
from audit.verification.defects import Defect
from audit.verification.passages import Reading
from audit.verification.record import Record

AROUND = 90  # characters of a sentence quoted on either side of a number
NUMBERED = re.compile(
    r"(?:Figure|Table|Section|Appendix|Equation|Note|page|pages|version|SHA-256|[A-Z]\.) ?\(?$"
)
FOOT = re.compile(r"\d+ / \d+$")
GRAM = 3  # words in a row that must agree for a place to be the one


def untraced(reading: Reading, record: Record) -> Iterator[Defect]:
    """Yield every number of a document that its record does not have, and the other way round.

    Every text that the record holds must stand in the document; every number token of the document
    must stand in such a text, or be the number of a page, section, figure or table. This says less
    than making the report anew, and never that it is verified.
    """
    page = _Text(reading)
    wanted = Counter(flattened(text).strip() for text, _ in record.entries())
    for text in sorted(filter(None, wanted), key=len, reverse=True):
        if not page.cover(text):
            yield from page.nearest(text, record)
    yield from page.uncovered()


class _Text:
    """A document as one line, with the place of each of its characters."""

    def __init__(self, reading: Reading) -> None:
        self.starts: list[tuple[int, str, bool]] = []
        pieces, at = [], 0
        for passage in reading.passages:
            said = flattened(passage.text).strip()
            self.starts.append((at, passage.where, True))
            pieces.append(said)
            at += len(said) + 1
        self.line = " ".join(pieces)
        self.squeezed, self.places = _squeezed(self.line)
        self.covered = bytearray(len(self.line) + 1)
        self.words = [Word(w, "") for w in self.line.split(" ")]
        self.grams: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in range(len(self.words) - GRAM + 1):
            self.grams[tuple(w.text for w in self.words[i : i + GRAM])].append(i)

    def where(self, place: int) -> str:
        """Return where a character stands."""
        from bisect import bisect_right

        found = bisect_right([s for s, _, _ in self.starts], place) - 1
        return self.starts[max(found, 0)][1]

    def cover(self, text: str) -> bool:
        """Mark every place of a recorded text; return whether there is one.

        Spaces are no part of the search: a reading may add or lose one at the end of a line.
        """
        wanted = text.replace(" ", "")
        at = self.squeezed.find(wanted)
        met = at >= 0
        while at >= 0:
            first, last = self.places[at], self.places[at + len(wanted) - 1] + 1
            if not _cuts(self.line, first, last):
                self.covered[first:last] = b"\1" * (last - first)
            at = self.squeezed.find(wanted, at + len(wanted))
        return met

    def nearest(self, text: str, record: Record) -> Iterator[Defect]:
        """Yield how the place most like a recorded text differs from it."""
        wanted = text.split(" ")
        votes: Counter[int] = Counter()
        for i in range(len(wanted) - GRAM + 1):
            for place in self.grams.get(tuple(wanted[i : i + GRAM]), [])[:50]:
                votes[place - i] += 1
        if not votes:
            says = f"{visible(text, 200)!r} is recorded and not in the document"
            yield Defect("missing", "the document", says)
            return
        start = max(0, votes.most_common(1)[0][0])
        at = len(" ".join(w.text for w in self.words[:start])) + (1 if start else 0)
        where = self.where(at)
        there = [Word(w.text, where) for w in self.words[start : start + len(wanted)]]
        said = " ".join(w.text for w in there)
        self.covered[at : at + len(said)] = b"\1" * len(said)
        yield from changes([Word(w, where) for w in wanted], there, record)

    def uncovered(self) -> Iterator[Defect]:
        """Yield the number tokens that stand in no recorded text."""
        for token in tokens(self.line):
            if not all(self.covered[token.start : token.end]) and not self._furniture(token):
                sentence = self.line[max(0, token.start - AROUND) : token.end + AROUND]
                says = (
                    f"prints {token.text}, which is no recorded claim, date, citation, quotation "
                    "or document number"
                )
                yield Defect("unrecorded", self.where(token.start), says, sentence)

    def _furniture(self, token: Token) -> bool:
        """Return whether a token is the number of a page, section, figure, table or footnote."""
        before = self.line[max(0, token.start - 24) : token.start]
        return bool(NUMBERED.search(before))


def _cuts(line: str, first: int, last: int) -> bool:
    """Return whether a stretch begins or ends inside a number or word: "18" is not in "218"."""
    left = first > 0 and line[first - 1].isalnum() and line[first].isalnum()
    right = last < len(line) and line[last - 1].isalnum() and line[last].isalnum()
    return left or right


def _squeezed(line: str) -> tuple[str, Sequence[int]]:
    places = [i for i, c in enumerate(line) if c != " "]
    return "".join(line[i] for i in places), places
