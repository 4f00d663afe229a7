"""Two readings of one report, and every place where they say different things."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from audit.claims import faults_of
from audit.text import visible
from audit.tokens import Token, flattened, tokens
from audit.verification.defects import Defect
from audit.verification.passages import PARTS, Passage, Reading
from audit.verification.record import Record

MOST_WORDS = 6_000  # of a run that differs; more is another document and not an edit
AROUND = 24  # words of a sentence quoted on either side of a change

OPPOSITES = (
    ("less", "more"),
    ("fewer", "more"),
    ("less", "as"),
    ("more", "as"),
    ("leniently", "strictly"),
    ("lenient", "strict"),
    ("lower", "higher"),
    ("below", "above"),
    ("under", "over"),
    ("smaller", "larger"),
    ("alike", "differently"),
    ("decreased", "increased"),
    ("fell", "rose"),
    ("down", "up"),
    ("minus", "plus"),
    ("before", "after"),
    ("inside", "outside"),
    ("yes", "no"),
    ("passed", "failed"),
    ("pass", "FAIL"),
    ("excludes", "includes"),
    ("leader", "ordinary"),
)
"""Words of which one says the opposite of the other."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of a document and the place where it stands."""

    text: str
    where: str


def compared(found: Reading, made: Reading, *, record: Record) -> tuple[Defect, ...]:
    """Return every difference between a document and the same document made anew.

    Texts are compared in the one spelling of `audit.tokens.flattened`, page by page (HTML: passage
    by passage), alternative texts and titles apart; then, of a PDF, what each page draws.

    Parameters
    ----------
    found : Reading
        Of the document in question.
    made : Reading
        Of the one made anew from its data.
    record : Record
        Names the claim of a number, and the rung that licenses words.
    """
    out = []
    for part in PARTS:
        here = [p for p in found.passages if p.part == part]
        there = [p for p in made.passages if p.part == part]
        out += list(_passages(here, there, record))
    return (*out, *_drawn(found, made, {d.where for d in out}))


def _passages(
    found: Sequence[Passage], made: Sequence[Passage], record: Record
) -> Iterator[Defect]:
    ours, theirs = [flattened(p.text) for p in made], [flattened(p.text) for p in found]
    matcher = SequenceMatcher(None, ours, theirs, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            here, there = _split(made[i:j], ours[i:j]), _split(found[k:m], theirs[k:m])
            yield from changes(here, there, record)


def _split(passages: Sequence[Passage], texts: Sequence[str]) -> list[Word]:
    pairs = zip(passages, texts, strict=True)
    return [Word(w, p.where) for p, text in pairs for w in text.split(" ") if w]


def changes(made: list[Word], found: list[Word], record: Record) -> Iterator[Defect]:
    """Yield what stands in `found` where `made` has other words, change by change."""
    was, now = [w.text for w in made], [w.text for w in found]
    if max(len(was), len(now)) > MOST_WORDS and _likeness(was, now) < 0.5:
        place = found[0].where if found else made[0].where
        says = (
            f"from here on {len(now):,} words stand where the report has {len(was):,} others: "
            "this is another document"
        )
        yield Defect("words", place, says)
        return
    start = 0
    while start < min(len(was), len(now)) and was[start] == now[start]:
        start += 1
    matcher = SequenceMatcher(None, was[start:], now[start:], autojunk=len(was) > MOST_WORDS)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag != "equal":
            span, other = (start + k, start + m), (start + i, start + j)
            yield from _change(made, found, other, span, record)


def _likeness(one: Sequence[str], other: Sequence[str]) -> float:
    """Return the share of words that two texts have in common, in any order."""
    from collections import Counter

    shared = sum((Counter(one) & Counter(other)).values())
    return shared / max(len(one), len(other), 1)


def _change(
    made: list[Word],
    found: list[Word],
    was: tuple[int, int],
    now: tuple[int, int],
    record: Record,
) -> Iterator[Defect]:
    said, meant = _said(found, *now), _said(made, *was)
    where = _where(found, now) if found else _where(made, was)
    before = _sentence(made, *was) if made else ""
    sentence = _sentence(found, *now) if said else before
    out = [
        Defect(kind, where, says, sentence)
        for kind, says in _numbers(tokens(meant), tokens(said), record)
    ]
    out += [
        Defect("direction", where, f"says {b!r} where the report says {a!r}", sentence)
        for a, b in _turns(meant, said)
    ]
    out += _unlicensed(said, (sentence, before), where, record)
    yield from out or [_plain_change(said, meant, where, sentence)]


def _unlicensed(
    said: str, sentences: tuple[str, str], where: str, record: Record
) -> Iterator[Defect]:
    """Yield the words that were put in and that the evidence does not license."""
    sentence, before = sentences
    new = _bare(said.lower())
    for fault in faults_of(sentence, rung=record.rung, odds=record.odds(sentence)):
        if new & _bare(fault.word.lower()):
            says = f"{visible(fault.word, 60)!r} goes too far at rung {record.rung}: {fault.why}"
            instead = f"the report says: {before}" if before else fault.instead
            yield Defect("licence", where, says, sentence, instead)


def _plain_change(said: str, meant: str, where: str, sentence: str) -> Defect:
    if not said:
        return Defect("missing", where, f"{meant!r} is left out", sentence)
    if not meant:
        return Defect("words", where, f"{said!r} was put in", sentence)
    return Defect("words", where, f"says {said!r} where the report says {meant!r}", sentence)


def _numbers(
    was: Sequence[Token], now: Sequence[Token], record: Record
) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the numbers of a changed run, one by one."""
    old, new = [t.text for t in was], [t.text for t in now]
    matcher = SequenceMatcher(None, old, new, autojunk=False)
    for tag, i, j, k, m in matcher.get_opcodes():
        if tag == "equal":
            continue
        pairs = min(j - i, m - k)
        for a, b in zip(old[i : i + pairs], new[k : k + pairs], strict=True):
            bare = a.lstrip("−+±<>≤≥") == b.lstrip("−+±<>≤≥")
            yield (
                "sign" if bare else "number",
                f"prints {b}; the report computes {a}{record.explain(a)}",
            )
        for a in old[i + pairs : j]:
            yield "missing", f"{a}{record.explain(a)} is left out"
        for b in new[k + pairs : m]:
            says = "is no recorded claim, date, citation, quotation or document number"
            yield "unrecorded", f"prints {b}, which {says}"


def _turns(meant: str, said: str) -> Iterator[tuple[str, str]]:
    """Yield (computed, printed) pairs of opposite words."""
    was, now = _bare(meant), _bare(said)
    for one, other in OPPOSITES:
        for a, b in ((one, other), (other, one)):
            if a in was and b in now and b not in was and a not in now:
                yield a, b


def _bare(text: str) -> set[str]:
    return {w.strip(".,;:()’‘“”'\"") for w in text.replace("-", " ").split()}


def _said(words: list[Word], start: int, end: int) -> str:
    return " ".join(w.text for w in words[start:end])


def _where(words: list[Word], span: tuple[int, int]) -> str:
    return words[min(span[0], len(words) - 1)].where


def _sentence(words: list[Word], start: int, end: int) -> str:
    """Return the sentence in which a change stands, no longer than can be read at a glance."""
    first = start
    while first > max(0, start - AROUND) and not _ends(words[first - 1].text):
        first -= 1
    last = max(end, start + 1)
    while last < min(len(words), end + AROUND) and not _ends(words[last - 1].text):
        last += 1
    return _said(words, first, last)


def _ends(word: str) -> bool:
    return word.rstrip("”’)\"'").endswith((".", "!", "?")) or word in ("•", "·")


def _drawn(found: Reading, made: Reading, already: set[str]) -> Iterator[Defect]:
    """Yield pages whose words are right and whose drawing is not; then the rest of the file."""
    if found.whole == made.whole:
        return
    if found.kind == "html":
        if not already:
            says = "its words are right, and its markup, pictures or style are not"
            yield Defect("drawing", "the page", says, instead=AS_WRITTEN)
        return
    if len(found.drawings) != len(made.drawings):
        says = f"it has {found.pages:,} pages, and the report has {made.pages:,}"
        yield Defect("drawing", "the PDF", says)
    altered = []
    for number, (a, b) in enumerate(zip(found.drawings, made.drawings, strict=False), 1):
        if a != b:
            altered.append(number)
            if not any(w.split(",")[0] == f"page {number}" for w in already):
                says = "its words are right, and what is drawn is not (a chart, a line, a letter)"
                yield Defect("drawing", f"page {number}", says, instead=AS_WRITTEN)
    if not altered and not already:
        says = "all pages are right, and something else in the file is not (links, attachments)"
        yield Defect("drawing", "the PDF", says, instead=AS_WRITTEN)


AS_WRITTEN = "take the file as audit wrote it; another program may have saved it again."
