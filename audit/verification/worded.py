"""Every sentence of a document, changed or not, held to what its evidence licenses."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator

from audit.claims import Fault
from audit.claims.spoken import Licence, judged, overstated
from audit.text import visible
from audit.tokens import flattened
from audit.verification.defects import Defect
from audit.verification.passages import Passage, Reading
from audit.verification.record import Record

POINTS = re.compile(r"(?<![\w.–-])([−+])\d[\d.]*(?: percentage points| pp\b)")
LONGEST = 80  # words of a run that is read as one sentence
AROUND = 12  # words of a longer run that are quoted on either side of one that goes too far
LARGEST = 20 * 2**20  # bytes of a table that is read


def unlicensed(reading: Reading, record: Record) -> Iterator[Defect]:
    """Yield each word of a document that goes further than its evidence.

    The rule is that of composing, in `audit.claims.spoken`. The sign of a sentence is that of the
    percentage points printed in it, where there is one sign. A run of more than `LONGEST` words is
    a table or a chart, with whatever was put between: there a word is let through where it stands
    in a recorded text, or in a cell of a table beside the report, as it is printed.
    """
    about = record.part("report")
    licence = Licence(record.rung, simulated=about.get("simulated") is True)
    known: list[str] = []
    for passage in reading.passages:
        if passage.part == "formula":
            continue
        for sentence, speaks in judged(flattened(passage.text)):
            if len(sentence.split()) > LONGEST:
                known = known or _known(record)
                yield from _in_a_run(sentence, passage, licence, known)
                continue
            signs = {1 if m[1] == "+" else -1 for m in POINTS.finditer(sentence)}
            if not (speaks or signs):
                continue
            sign = signs.pop() if len(signs) == 1 else None
            for fault in overstated(sentence, licence, sign=sign, odds=record.odds(sentence)):
                kind = "direction" if fault.why.startswith("the number's sign") else "licence"
                yield _defect(fault, passage, licence, sentence, kind=kind)


def _in_a_run(run: str, passage: Passage, licence: Licence, known: list[str]) -> Iterator[Defect]:
    """Yield the words of a long run that go too far and stand in no text of the report."""
    faults = overstated(run, licence)
    if not faults:
        return
    places = [i for i, c in enumerate(run) if c not in " -"]
    squeezed = "".join(run[i] for i in places).casefold()
    covered = bytearray(len(run))
    words = {_bare(f.word) for f in faults}
    for text in (t for t in known if any(w in t for w in words)):
        at = squeezed.find(text)
        while at >= 0:
            first, last = places[at], places[min(at + len(text), len(places)) - 1] + 1
            covered[first:last] = b"\1" * (last - first)
            at = squeezed.find(text, at + len(text))
    for fault in faults:
        if not all(covered[i] for i in range(fault.start, fault.end) if run[i] not in " -"):
            before, after = run[: fault.start].split(" "), run[fault.end :].split(" ")
            quoted = f"{' '.join(before[-AROUND:])}{fault.word}{' '.join(after[:AROUND])}"
            yield _defect(fault, passage, licence, quoted)


def _defect(
    fault: Fault, passage: Passage, licence: Licence, sentence: str, *, kind: str = "licence"
) -> Defect:
    says = f"{visible(fault.word, 60)!r} at rung {licence.rung}: {fault.why}"
    return Defect(kind, passage.where, says, sentence, fault.instead)


def _known(record: Record) -> list[str]:
    """Return the texts that a report prints by its record and its tables, without spaces."""
    said = [entry.text for entry in record.entries()]
    for path in sorted((record.folder / "tables").glob("*.csv")):
        if not path.is_symlink() and path.stat().st_size <= LARGEST:
            with path.open(encoding="utf-8-sig", errors="replace", newline="") as file:
                said += [cell for row in csv.reader(file) for cell in row]
    return sorted({_bare(text) for text in said if len(text) > 1})


def _bare(text: str) -> str:
    return flattened(text).replace(" ", "").replace("-", "").casefold()
