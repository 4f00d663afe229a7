"""The words of a report's own sentences, held to what its evidence licenses."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from audit.claims.spoken import Licence, judged, overstated
from audit.errors import ClaimError
from audit.report.claimed import SLOT, Claimed
from audit.report.excused import WORK
from audit.report.typed import paragraphs
from audit.text import visible

SAID: Mapping[str, tuple[str, ...]] = {
    "cover": ("title", "subtitle", "kicker", "description"),
    "finding": ("headline", "points", "label"),
    "note": ("title", "body", "points"),
    "heading": ("title",),
    "table": ("title", "subtitle", "notes"),
    "figure": ("title", "subtitle", "note", "alt"),
}
"""Kind of a block to its texts that are sentences; the cells of a table are data."""


def licence_of(claims: Claimed, payloads: Iterable[Mapping[str, Any]]) -> Licence:
    """Return what the evidence among a report's blocks licenses: rung 0, no sign without one."""
    blocks = list(payloads)
    record: Mapping[str, Any] = next((b["record"] for b in blocks if b.get("record")), {})
    simulated = any(b.get("simulated") for b in blocks)
    rung = record.get("verdict", {}).get("rung", 0)
    gap = next((c for c in claims.records if c.get("id") == "gap"), {})
    sign = int(gap.get("sign") or 0) or None
    return Licence(int(rung or 0), sign, simulated=simulated)


def unlicensed(markdown: str, claims: Claimed, licence: Licence) -> Iterator[str]:
    """Yield each word of an author's Markdown that goes further than the evidence.

    Judged is every sentence that speaks of the comparison or holds a claim; see
    `audit.claims.spoken` for the rule. What a claim fills in is the package's own, and licensed.

    Yields
    ------
    str
        The word, its sentence, why it may not stand there, and what may.
    """
    signs = {c["id"]: (c.get("sign") or 0, c.get("unit", "")) for c in claims.records}
    for line in paragraphs(markdown):
        if WORK.match(line):
            continue
        for sentence, speaks in judged(line):
            held = [m[1].strip().partition(".")[0] for m in SLOT.finditer(sentence)]
            if speaks or held:
                told = {signs[i][0] for i in held if i in signs} - {0}
                sign = told.pop() if len(told) == 1 else None
                odds = any(signs.get(i, (0, ""))[1] == "odds ratio" for i in held)
                bare = SLOT.sub("…", sentence)
                for fault in overstated(bare, licence, sign=sign, odds=odds):
                    yield _said(bare, fault.word, fault.why, fault.instead)


def unlicensed_in(payload: Mapping[str, Any], claims: Claimed, licence: Licence) -> Iterator[str]:
    """Yield the faults of the sentences of a block; the package's own prose has none.

    A title, note or headline speaks of a part of the data, whose sign can be another than the
    report's: there no direction is judged.
    """
    kind = str(payload.get("kind", ""))
    if kind == "prose" and not payload.get("own"):
        text = str(payload["text"])
        for name in payload["values"]:
            text = text.replace(f"{{{name}}}", "…")
        yield from unlicensed(text, claims, licence)
    for key in SAID.get(kind, ()):
        texts = payload.get(key) or ()
        for text in [texts] if isinstance(texts, str) else texts:
            yield from unlicensed(str(text), claims, replace(licence, sign=None))


def refuse_unlicensed(payloads: Iterable[Mapping[str, Any]], claims: Claimed) -> None:
    """Refuse blocks put together in code whose sentences go further than their evidence.

    Raises
    ------
    ClaimError
        With the place of every block and each word, why it is refused, and what may be said.
    """
    blocks = list(payloads)
    licence = licence_of(claims, blocks)
    faults = [
        f"block {n} ({b['kind']}): {fault}"
        for n, b in enumerate(blocks, 1)
        for fault in unlicensed_in(b, claims, licence)
    ]
    if faults:
        lines = "\n".join(f"  {i}. {fault}" for i, fault in enumerate(faults, 1))
        raise ClaimError(f"The report's words go too far in {len(faults)} places.\n{lines}")


def _said(sentence: str, word: str, why: str, instead: str) -> str:
    return f"{word!r} in “{visible(sentence, 200)}” is not licensed: {why}. Say: {instead}"
