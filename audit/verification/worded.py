"""Every sentence of a document, changed or not, held to what its evidence licenses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.claims.spoken import Licence, judged, overstated
from audit.text import visible
from audit.tokens import flattened
from audit.verification.defects import Defect
from audit.verification.passages import Reading
from audit.verification.record import Record

POINTS = re.compile(r"(?<![\w.–-])([−+])\d[\d.]*(?: percentage points| pp\b)")
LONGEST = 80  # words of a run that is read as a sentence; a longer one is a table or a chart


def unlicensed(reading: Reading, record: Record) -> Iterator[Defect]:
    """Yield each word of a document that goes further than its evidence.

    The rule is that of composing, in `audit.claims.spoken`. The sign of a sentence is that of the
    percentage points printed in it, where there is one sign.
    """
    about = record.part("report")
    licence = Licence(record.rung, simulated=about.get("simulated") is True)
    for passage in reading.passages:
        if passage.part == "formula":
            continue
        for sentence, speaks in judged(flattened(passage.text)):
            signs = {1 if m[1] == "+" else -1 for m in POINTS.finditer(sentence)}
            if len(sentence.split()) > LONGEST or not (speaks or signs):
                continue
            sign = signs.pop() if len(signs) == 1 else None
            for fault in overstated(sentence, licence, sign=sign, odds=record.odds(sentence)):
                kind = "direction" if fault.why.startswith("the number's sign") else "licence"
                says = f"{visible(fault.word, 60)!r} at rung {record.rung}: {fault.why}"
                yield Defect(kind, passage.where, says, sentence, fault.instead)
