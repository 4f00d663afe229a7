"""One sentence after another of a draft: its numbers traced, its words weighed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from audit.claims import Fault, faults_of
from audit.claims.spoken import DONE, disclaimed
from audit.text import visible
from audit.tokens import flattened
from audit.verification.candidates import sign_of
from audit.verification.conclusions import concluded
from audit.verification.defects import Defect
from audit.verification.direction import expected_sign, finding_of
from audit.verification.disguised import disguises
from audit.verification.foreign import is_foreign
from audit.verification.frequencies import frequencies, wrong_frequency
from audit.verification.matched import Book, Match
from audit.verification.pairs import wrong_pair
from audit.verification.phrases import Phrase, phrases
from audit.verification.rows import Row
from audit.verification.sentences import Sentence
from audit.verification.spoken import equalities, judged, treatments
from audit.verification.ways import ways

LONGEST = 5_000  # characters of a sentence; what has more is none
RUNGED = re.compile(r"\brungs? (?:\w+ of )?$", re.IGNORECASE)
WROTE = re.compile(
    r"\b(?:post|tweet|wr[io]te|sa(?:y|id)|speak|spoke|publish)(?:s|ed|es)?(?: \w+){0,2} $",
    re.IGNORECASE,
)
HANDLE = re.compile(r"(?<![\w@/.])@\w{2,40}")


@dataclass(frozen=True, slots=True)
class Traced:
    """A number of a draft and the claim it was traced to.

    Attributes
    ----------
    where : str
        "line 12".
    said : str
        As the draft has it: "nearly a third".
    claim : str
        Id of the claim.
    exact : str
        As the report prints it, with its value: "35.0 % (0.349582172702 share)".
    """

    where: str
    said: str
    claim: str
    exact: str

    def __str__(self) -> str:
        """Say where the number stands and which claim it is."""
        return f"{self.where}: “{visible(self.said, 80)}” is {self.claim}: {self.exact}"


class DraftReader:
    """Reads sentence after sentence of a draft."""

    def __init__(self, book: Book) -> None:
        self.book = book
        self.finding = finding_of(book)
        self.defects: list[Defect] = []
        self.traced: list[Traced] = []
        self.unchecked: list[str] = []
        self.notes: list[str] = []
        self.sentences = self.numbers = 0

    def read(self, sentence: Sentence) -> None:
        """Trace each number of a sentence, then weigh its words."""
        text, where = flattened(sentence.text), f"line {sentence.line}"
        if len(text) > LONGEST:
            says = f"a sentence of {len(text):,} characters is not read; at most {LONGEST:,} are"
            self.unchecked.append(f"{where}: {says}")
            return
        self.sentences += 1
        self.defects += [Defect("words", where, says, text) for says in disguises(sentence.text)]
        if is_foreign(text):
            self.unchecked.append(f"{where}: “{visible(text, 80)}” is not English: not weighed")
        matches: list[Match] = []
        said_before: Phrase | None = None
        for phrase in phrases(text):
            if RUNGED.search(text[: phrase.start]):
                continue  # held to the record's own rung: `concluded`
            if phrase.kind in ("date", "name"):
                self._unprinted(phrase, where, text)
                continue
            if said_before:
                wrong = wrong_pair(said_before, phrase, text, self.book.claims)
                pair = visible(text[said_before.start : phrase.end], 80)
                self.defects += [Defect("number", where, f"“{pair}”: {wrong}", text)] * bool(wrong)
            said_before = phrase
            self.numbers += 1
            match = self.book.match(phrase, text, sentence.about)
            matches.append(match)
            if match.claim:
                said = visible(phrase.text, 80)
                self.traced.append(Traced(where, said, match.claim, match.exact))
            self.defects += _number(match, phrase, where, text)
        self._weigh(sentence, text, matches)

    def _unprinted(self, phrase: Phrase, where: str, text: str) -> None:
        """Note a date outside the report's years, and leave a name that it lacks unchecked."""
        if self.book.prints(phrase.text) or _in_handle(text, phrase):
            return
        shown = visible(phrase.text, 40)
        if phrase.kind == "name":
            self.unchecked.append(f"{where}: {shown!r} is a name the report does not print")
        elif not self.book.in_period(phrase.text):
            says = f"{where}: {shown!r} is a date the report does not print; it is not checked"
            self.notes.append(says)

    def _weigh(self, sentence: Sentence, text: str, matches: Sequence[Match]) -> None:
        """Weigh the words of a sentence: rung, direction, frequency, equality, names."""
        book, where = self.book, f"line {sentence.line}"
        rows = book.rows.named(text)
        sign = expected_sign(book, text, matches, rows)
        self._spoken(where, text, rows, sign)
        odds = book.record.odds(text) or any(m.odds for m in matches)
        for fault in faults_of(text, rung=book.record.rung, odds=odds, sign=sign):
            if not disclaimed(text, fault) and not _of_writing(text, fault):
                self.defects.append(self._fault(fault, where, text, matches, odds=odds))
        for handle in HANDLE.findall(sentence.text):
            if handle[1:] not in book.names and handle not in book.names:
                says = f"{visible(handle, 42)} is no official whom this report may name"
                self.defects.append(Defect("named", where, says, text, "leave the name out."))

    def _fault(
        self, fault: Fault, where: str, text: str, matches: Sequence[Match], *, odds: bool
    ) -> Defect:
        turned = "sign is" in fault.why
        says = f"{visible(fault.word, 60)!r}: {fault.why}"
        if not turned:
            rung = self.book.record.rung
            says = f"{visible(fault.word, 60)!r} goes too far at rung {rung}: {fault.why}"
            says += "; and an odds ratio is no ratio of chances" * (
                odds and "times" in fault.word.lower()
            )
        main = any(m.main for m in matches) and self.book.sentence
        instead = self.book.sentence if main else fault.instead
        return Defect("direction" if turned else "licence", where, says, text, instead)

    def _spoken(self, where: str, text: str, rows: Sequence[Row], sign: int | None) -> None:
        """Weigh what drafts say beyond the words of `audit.claims`."""
        book, finding = self.book, self.finding
        p = book.rows.p_values(rows)
        gap = next((sign_of(c) for c in book.claims if c.get("id") == "gap"), 0)
        own = replace(finding, p=p[0], low=None, gap=None) if len(p) == 1 else finding
        said = [
            *(treatments(text, book.classes, finding.lenient) if not rows else ()),
            *equalities(text, finding, sign),
            *concluded(text, own),
            *ways(text, sign, 0 if rows else gap),
        ]
        self.defects += [
            Defect("direction", where, f"{visible(w, 60)!r}: {why}", text, book.sentence)
            for w, why in said
        ]
        self.defects += [
            Defect("licence", where, f"{visible(w, 60)!r} goes too far: {why}", text, book.sentence)
            for w, why in judged(text)
        ]
        for often in frequencies(text, book.classes):
            wrong = wrong_frequency(often, book.claims, subgroup=bool(rows))
            said_word = visible(often.text, 80)
            if wrong and rows:
                self.unchecked.append(f"{where}: “{said_word}”: {wrong}")
            elif wrong:
                says = f"“{said_word}”: {wrong}"
                self.defects.append(Defect("number", where, says, text, "give the rate."))


def _of_writing(text: str, fault: Fault) -> bool:
    """Return whether a word of direction is of how often somebody posts."""
    turned = "sign is" in fault.why
    return turned and not DONE.search(text) and bool(WROTE.search(text[: fault.start]))


def _in_handle(text: str, phrase: Phrase) -> bool:
    """Return whether digits belong to an @name, which is weighed as a name."""
    return any(m.start() <= phrase.start and phrase.end <= m.end() for m in HANDLE.finditer(text))


def _number(match: Match, phrase: Phrase, where: str, text: str) -> Iterator[Defect]:
    said = visible(phrase.text, 80)
    if match.wrong:
        yield Defect(match.kind, where, f"“{said}”: {match.wrong}", text, match.instead)
