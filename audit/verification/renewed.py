"""The record of a report held against the record of the same report made anew."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from audit.text import visible
from audit.verification.defects import Defect
from audit.verification.record import CLAIMS, RECORD, RENEW, Record

STALE = {
    "cases": "the data",
    "cells": "the counts",
    "design": "the design",
    "notebook": "the notebook",
    "code": "the code of audit",
    "lock": "the locked versions of what audit stands on",
}
"""What a hash of the record is of, in the order in which it is said."""


def stale_parts(record: Record, fresh: Record) -> Iterator[Defect]:
    """Yield which of data, design, notebook and code are not those the report was made from."""
    changed = [k for k in STALE if record.hashes.get(k, "") != fresh.hashes.get(k, "")]
    if "cases" in changed and "cells" in changed:
        changed.remove("cells")  # other data give other counts: that is one thing to say
    for key in changed:
        was, now = visible(record.hashes.get(key, ""), 12), visible(fresh.hashes.get(key, ""), 12)
        says = f"stale: {STALE[key]} changed since the report was made ({was} → {now})"
        yield Defect("stale", RECORD, says, instead=RENEW)


def renewed(record: Record, fresh: Record, *, stale: bool) -> Iterator[Defect]:
    """Yield each claim, and each key of the record, that is not what the data give.

    Of a stale report the fingerprint and the printed hashes differ in any case: that is said once.
    """
    said = {"hashes", "verdict"} | ({"fingerprint", "tokens"} if stale else set())
    was = {str(c.get("id")): c for c in record.claims}
    now = {str(c.get("id")): c for c in fresh.claims}
    names = dict.fromkeys([*was, *now])
    found = {name: list(_claim(name, was.get(name), now.get(name))) for name in names}
    wrong = [name for name, defects in found.items() if defects]
    summed = {name for name in wrong if stale and "/" in name}
    for name in wrong:
        yield from [] if name in summed else found[name]
    if summed:
        says = f"{len(summed):,} numbers of tables, figures and text are computed otherwise"
        yield Defect("claims", CLAIMS, says, instead="audit diff lists them, once it is made again")
    for key in fresh.data:
        if key not in said and record.data.get(key) != fresh.data[key]:
            says = f"its {key!r} is not what the data and the design give"
            yield Defect("record", RECORD, says)
    for key in (k for k in record.data if k not in fresh.data):
        says = f"it has the key {visible(key, 60)!r}, which no record of audit has"
        yield Defect("record", RECORD, says)
    if not stale:
        yield from _hashes(record.hashes, fresh.hashes)
    old, new = record.part("verdict"), fresh.part("verdict")
    if old != new:
        yield _verdict(old, new)


def _hashes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[Defect]:
    """Yield the hashes that are in no list of what can be stale, and are other than made anew."""
    for key in dict.fromkeys([*new, *old]):
        if key not in STALE and old.get(key) != new.get(key):
            says = f"its hash of {visible(key, 60)!r} is not that of the report made anew"
            yield Defect("record", RECORD, says)


def other_bytes(found: Mapping[str, bytes], made: Mapping[str, bytes]) -> Iterator[Defect]:
    """Yield the files of the record whose bytes are not those of the report made anew."""
    for name, kind in ((CLAIMS, "claims"), (RECORD, "record")):
        if name in found and found[name] != made[name]:
            says = "it holds the same, in other bytes: it was written again by another program"
            yield Defect(kind, name, says, instead=RENEW)


def _verdict(old: Mapping[str, Any], new: Mapping[str, Any]) -> Defect:
    changed = [k for k in new if old.get(k) != new[k]] or [k for k in old if k not in new]
    shown = "; ".join(
        f"{k}: {visible(old.get(k), 80)} → {visible(new.get(k), 80)}" for k in changed[:4]
    )
    return Defect("verdict", RECORD, f"the rule gives another verdict for these data: {shown}")


def _claim(
    name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None
) -> Iterator[Defect]:
    shown = visible(name, 80)
    if old is None:
        yield Defect("claims", CLAIMS, f"the claim {shown!r}, which the data give, is not there")
    elif new is None:
        yield Defect("claims", CLAIMS, f"the claim {shown!r} is none that the data give")
    else:
        strange = [k for k in old if k not in new]
        if strange:
            keys = ", ".join(repr(visible(k, 60)) for k in strange)
            says = f"claim {shown!r} has {keys}, which no claim of audit has"
            yield Defect("claims", CLAIMS, says)
        changed = [k for k in new if k not in STALE and old.get(k) != new[k]]
        if changed:
            says = "; ".join(
                f"{k} {visible(old.get(k), 80)}, computed {visible(new[k], 80)}" for k in changed
            )
            yield Defect("claims", CLAIMS, f"claim {shown!r}: {says}")
