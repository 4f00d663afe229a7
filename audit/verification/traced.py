"""A document held against its own record, where it cannot be made anew."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import accumulate

from audit.text import visible
from audit.tokens import Token, flattened, tokens
from audit.verification.compared import Word, changes
from audit.verification.defects import Defect
from audit.verification.passages import Reading
from audit.verification.record import Entry, Record
from audit.verification.texts import GRAM, NEARBY, Texts

AROUND = 90  # characters of a sentence quoted on either side of a number
NUMBERED = re.compile(
    r"(?:Figure|Table|Section|Appendix|Equation|Note|page|pages|version|[A-Z]\.) ?\(?$"
)
FOOT = re.compile(r"\d+ / \d+$")
LEADERS = re.compile(r"(?:\. ?){4,}\d+")
TEX = re.compile(r"[\\_^{}]")
PROSE = re.compile(r"[(“‘]*[^\W\d_]{2,}(?:[-’'][^\W\d_]+)*[.,;:)”’]*")
NEAR = 300  # characters that a formula between two stretches of a sentence may take
SHORT = 40  # characters of a text that may stand elsewhere by chance, so that none is counted
HEAD = 12  # letters of a title from which a cut one is known


def untraced(reading: Reading, record: Record) -> Iterator[Defect]:
    """Yield every number of a document that its record does not have, and the other way round.

    Every text that the record holds must stand in the document; every number token of the document
    must stand in such a text, or be the number of a page, section, figure or table. This says less
    than making the report anew, and never that it is verified.
    """
    page = _Text(reading)
    page.cover_cut(flattened(str(record.part("report").get("title", ""))))
    if re.fullmatch(r"[0-9a-f]{12}", record.fingerprint):
        page.cover(record.fingerprint)
    unread = ("formula", "chart") if reading.kind == "html" else ("formula",)
    wanted = Counter(
        flattened(text).strip()
        for entry in record.entries()
        if entry.part not in unread
        for text in _pieces(entry)
    )
    for text in sorted(filter(None, wanted), key=len, reverse=True):
        met = page.cover(text) or int(page.cover_all(_around_formulas(text)))
        for _ in range(wanted[text] - met if met == 0 or len(text) > SHORT else 0):
            yield from page.nearest(text, record)
    yield from page.uncovered(Texts(wanted), record)


def _pieces(entry: Entry) -> tuple[str, ...]:
    """Return what a recorded text is printed as: a row of the provenance has two cells."""
    if entry.part == "provenance":
        return tuple(p for p in entry.text.split(": ", 1) if tokens(p))
    return (entry.text,)


def _around_formulas(text: str) -> list[str]:
    """Return a text whole, or what stands between its formulas: no two readers agree on those."""
    if not TEX.search(text):
        return [text]
    runs: list[list[str]] = [[]]
    for word in text.split(" "):
        if PROSE.fullmatch(word):
            runs[-1].append(word)
        elif runs[-1]:
            runs.append([])
    return [" ".join(run) for run in runs if len(run) >= GRAM]


class _Text:
    """A document as one line, with the place of each of its characters."""

    def __init__(self, reading: Reading) -> None:
        self.starts: list[tuple[int, str, bool]] = []
        pieces, feet, at = [], [], 0
        for passage in reading.passages:
            if passage.part == "formula":
                continue
            said = flattened(passage.text).strip()
            self.starts.append((at, passage.where, True))
            pieces.append(said)
            at += len(said) + 1
            feet += [at - 1 - len(m[0]) for m in [FOOT.search(said)] if m]
        self.line = " ".join(pieces)
        self.squeezed, self.places = _squeezed(self.line)
        self.covered = bytearray(len(self.line) + 1)
        self._cover_furniture(reading.headings, feet)
        self.words = [Word(w, "") for w in self.line.split(" ")]
        self.offsets = [0, *accumulate(len(w.text) + 1 for w in self.words)]
        self.grams: dict[tuple[str, ...], list[int]] = defaultdict(list)
        for i in range(len(self.words) - GRAM + 1):
            self.grams[tuple(w.text for w in self.words[i : i + GRAM])].append(i)

    def _cover_furniture(self, headings: Sequence[str], feet: Sequence[int]) -> None:
        """Mark the numbers of pages, of sections, and of the table of contents."""
        for place in feet:
            end = self.line.find(" / ", place) + 3
            while end < len(self.line) and self.line[end].isdigit():
                end += 1
            self.covered[place:end] = b"\1" * (end - place)
        for match in LEADERS.finditer(self.line):
            self.covered[match.start() : match.end()] = b"\1" * len(match[0])
        for heading in map(flattened, headings):
            number, _, title = heading.partition(" ")
            if title and re.fullmatch(r"(?:[A-Z]|\d+)(?:\.\d+)*", number):
                for match in re.finditer(re.escape(heading), self.line):
                    at = match.start()
                    self.covered[at : at + len(number)] = b"\1" * len(number)

    def cover_cut(self, title: str) -> None:
        """Mark a title that the head of a page cuts short with "…"."""
        start = title[:HEAD]
        for match in re.finditer(re.escape(start), self.line) if len(start) == HEAD else ():
            at = end = match.start()
            while end - at < len(title) and self.line[end : end + 1] == title[end - at]:
                end += 1
            if self.line[end : end + 2].strip().startswith("…"):
                self.covered[at:end] = b"\1" * (end - at)

    def cover_all(self, pieces: Sequence[str]) -> bool:
        """Mark a text cut at its formulas, with what stands between and around the pieces."""
        if len(pieces) == 1:
            return self.cover(pieces[0]) > 0
        if not pieces:
            return True  # nothing but a formula
        first = at = -1
        for piece in filter(None, map(_bare, pieces)):
            stop = len(self.squeezed) if at < 0 else at + len(piece) + NEAR
            at = self.squeezed.find(piece, max(at, 0), stop)
            if at < 0:
                return False
            first = at if first < 0 else first
            at += len(piece)
        start = self.places[max(0, first - NEAR // 3)]
        last = self.places[min(at + NEAR // 3, len(self.places) - 1)]
        self.covered[start:last] = b"\1" * (last - start)
        return True

    def where(self, place: int) -> str:
        """Return where a character stands."""
        from bisect import bisect_right

        found = bisect_right([s for s, _, _ in self.starts], place) - 1
        return self.starts[max(found, 0)][1]

    def cover(self, text: str) -> int:
        """Mark every place of a recorded text; return how many there are.

        Spaces and hyphens are no part of the search: a line may end at either.
        """
        wanted = _bare(text)
        at = self.squeezed.find(wanted) if wanted else -1
        met = 0
        while at >= 0:
            first, last = self.places[at], self.places[at + len(wanted) - 1] + 1
            whole = not _cuts(self.line, first, last)
            if whole:
                self.covered[first:last] = b"\1" * (last - first)
                met += 1
            at = self.squeezed.find(wanted, at + (len(wanted) if whole else 1))
        return met

    def nearest(self, text: str, record: Record) -> Iterator[Defect]:
        """Yield how the place most like a recorded text differs from it."""
        wanted = text.split(" ")
        votes: Counter[int] = Counter()
        for i in range(len(wanted) - GRAM + 1):
            for place in self.grams.get(tuple(wanted[i : i + GRAM]), [])[:50]:
                if not self.covered[self.offsets[place]]:
                    votes[place - i] += 1
        if not votes:
            says = f"{visible(text, 200)!r} is recorded and not in the document"
            yield Defect("missing", "the document", says)
            return
        start = max(0, votes.most_common(1)[0][0])
        at = self.offsets[start]
        where = self.where(at)
        there = [Word(w.text, where) for w in self.words[start : start + len(wanted)]]
        said = " ".join(w.text for w in there)
        self.covered[at : at + len(said)] = b"\1" * len(said)
        yield from changes([Word(w, where) for w in wanted], there, record)

    def uncovered(self, texts: Texts, record: Record) -> Iterator[Defect]:
        """Yield the number tokens that stand in no recorded text.

        Where the words around one are those of a recorded text, it is said how it differs.
        """
        for token in tokens(self.line):
            if not all(self.covered[token.start : token.end]) and not self._furniture(token):
                altered = self._altered(token, texts, record)
                if altered:
                    yield from altered
                    continue
                sentence = self.line[max(0, token.start - AROUND) : token.end + AROUND]
                says = (
                    f"prints {token.text}, which is no recorded claim, date, citation, quotation "
                    "or document number"
                )
                yield Defect("unrecorded", self.where(token.start), says, sentence)

    def _altered(self, token: Token, texts: Texts, record: Record) -> list[Defect]:
        """Return how a number differs from the recorded text of which it is an edit."""
        from bisect import bisect_right

        word = bisect_right(self.offsets, token.start) - 1
        said = [w.text for w in self.words[max(0, word - NEARBY) : word + NEARBY + 1]]
        found = texts.like(said)
        if found is None:
            return []
        wanted, place = found
        start = max(0, max(0, word - NEARBY) - place)
        at, where = self.offsets[start], self.where(token.start)
        there = [Word(w.text, where) for w in self.words[start : start + len(wanted)]]
        made = [Word(w, where) for w in wanted]
        defects = [d for d in changes(made, there, record) if d.kind in ("number", "sign")]
        if not any(token.text in d.says for d in defects):
            return []
        length = len(" ".join(w.text for w in there))
        self.covered[at : at + length] = b"\1" * length
        return defects

    def _furniture(self, token: Token) -> bool:
        """Return whether a token is the number of a page, section, figure, table or footnote."""
        before = self.line[max(0, token.start - 24) : token.start]
        return bool(NUMBERED.search(before))


def _cuts(line: str, first: int, last: int) -> bool:
    """Return whether a stretch begins or ends inside a number or word: "18" is not in "218"."""
    left = first > 0 and line[first - 1].isalnum() and line[first].isalnum()
    right = last < len(line) and line[last - 1].isalnum() and line[last].isalnum()
    return left or right


def _bare(text: str) -> str:
    return text.replace(" ", "").replace("-", "")


def _squeezed(line: str) -> tuple[str, Sequence[int]]:
    places = [i for i, c in enumerate(line) if c not in " -"]
    return "".join(line[i] for i in places), places
