"""The corrections that a later version of a report prints, made by holding it to the earlier."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit.corrections import ABSENT, OWN, Correction, Corrections, Edition, corrected, named
from audit.corrections.edition import classes_in
from audit.disclosure import HIDDEN, SYMBOL
from audit.disclosure.earlier import Earlier
from audit.errors import DisclosureError, ReportError
from audit.report.blocks import Block, Heading, Note, prose
from audit.report.document import CORRECTIONS, CORRECTS, Document, document
from audit.report.record import Origin, claims_of, hashes_of
from audit.report.table import table
from audit.text import visible

LABELS = {"claim": "Claim", "was": "Was", "is": "Is", "why": "Why", "date": "Date"}
MOST = 5
"""Rows that a refusal names."""
FIRST = "1"
"""The version of a report that states none, once there is another."""


def corrected_document(
    source: Any,
    origin: Origin,
    *,
    previous: str | Path | Edition = "",
    more: Iterable[Block] = (),
) -> tuple[Document, Origin]:
    """Return a document with its corrections, and its origin with its predecessor.

    Parameters
    ----------
    source : iterable of Block, or an executed notebook
        As for `audit.report.document.document`.
    origin : Origin
        What the report was made from.
    previous : path or Edition
        The earlier version; "" where there is none, and then nothing is added. It is never taken
        from what happens to lie in the folder written to, so that the same input gives the same
        bytes the second time.
    more : iterable of Block
        Put after the source, before the corrections.

    Raises
    ------
    ReportError
        When the earlier version is of another report, or its claims were edited.
    """
    added = list(more)
    if not str(previous):
        return document(source, more=added), origin
    before = previous if isinstance(previous, Edition) else Edition.read(previous)
    blocks = source if hasattr(source, "cells") else list(source)
    plain = document(copy.deepcopy(blocks), more=added)
    _check(before, plain)
    refuse_subtraction(before, plain)
    version = str(plain.meta["version"]) or following(before.version)
    found = unrepeated(corrected(before, _edition(plain, origin, version)), plain)
    whole = document(blocks, meta={"version": version}, more=[*added, *correction_blocks(found)])
    rows = [r.to_dict() for r in found.rows]
    return whole, replace(origin, predecessor=before.to_dict(), corrections=rows)


def unrepeated(found: Corrections, plain: Document) -> Corrections:
    """Return corrections that do not repeat what the newer version hides of few accounts.

    An earlier version may have shown what is hidden now (before cells were hidden, or with a lower
    threshold), and rows of a table move: so of a table or figure with hidden cells, and of those
    that the newer version no longer has, it is said that a number changed and not what it was.
    """
    blocks = {str(n["id"]): n for n in (*plain.front, *plain.body) if n.get("id")}
    said = {name: json.dumps(node, ensure_ascii=False) for name, node in blocks.items()}
    hiding = {name for name, text in said.items() if HIDDEN in text or SYMBOL in text}
    if not hiding:
        return found

    def silent(row: Correction) -> bool:
        block, _, cell = row.claim.partition("/")
        return bool(cell) and row.was != ABSENT and (block in hiding or block not in blocks)

    rows = (replace(row, was=SYMBOL) if silent(row) else row for row in found.rows)
    return replace(found, rows=tuple(rows))


def refuse_subtraction(before: Edition, plain: Document) -> None:
    """Refuse a version whose cells, taken from those of the earlier one, tell of few accounts.

    `audit.compose` hides them; a notebook does where its design names the earlier version.

    Raises
    ------
    DisclosureError
        With the rows, and what to do.
    """
    least = int(plain.record.get("smallest_cell") or 0)
    texts = {str(t["id"]): str(t["files"]["csv"]) for t in plain.blocks("table")}
    found = before.shown.telling(Earlier.of(texts), least=least) if least else []
    if found:
        more = f" and {len(found) - MOST:,} more" if len(found) > MOST else ""
        raise DisclosureError(
            f"Beside the earlier version {visible(before.path)!r}, {len(found):,} row(s) would "
            f"tell of fewer than {least} accounts of people who hold no office: "
            f"{'; '.join(found[:MOST])}{more}. Nothing was written. Name the earlier version in "
            "the design, report.previous, so that such cells are hidden."
        )


def _check(before: Edition, plain: Document) -> None:
    title = str(plain.meta["title"])
    faults = []
    if before.title and before.title != title:
        faults.append(
            f"it is of {visible(before.title)!r}, and this report is {visible(title)!r}: a "
            "predecessor has the same title"
        )
    if before.edited:
        faults.append("its claims.json is not the one it was written with")
    if faults:
        raise ReportError(f"The earlier version {visible(before.path)!r}: {'; '.join(faults)}.")


def _edition(plain: Document, origin: Origin, version: str) -> Edition:
    return Edition(
        claims={str(c["id"]): c for c in claims_of(plain)},
        title=str(plain.meta["title"]),
        version=version,
        date=str(plain.meta["date"]),
        hashes=hashes_of(plain, origin),
        classes=classes_in(plain.record.get("verdict", {})),
    )


def following(version: str) -> str:
    """Return the version after one that is a whole number, or that states none."""
    stated = version or FIRST
    return str(int(stated) + 1) if stated.isdecimal() and len(stated) < 9 else ""


def correction_blocks(found: Corrections) -> list[Block]:
    """Return the section on corrections: a table of what changed, or the sentence that nothing did.

    Claims with a name of their own have a row each; the numbers of a table, a figure or a section
    are summed up in one. `audit diff` and record.json have every one.
    """
    before = found.before
    earlier = f"version {before.version or FIRST}{f' of {before.date}' if before.date else ''}"
    head = Heading("Corrections", id=CORRECTIONS, appendix=True)
    if not found.rows:
        text = "Every number is printed as in {earlier}."
        return [head, prose(text, earlier=earlier)]
    text = (
        "This report follows {earlier}. The numbers below are printed otherwise than there; what "
        "only the newer or only the older one prints has a dash in the other column."
    )
    return [_note(found, earlier), head, prose(text, earlier=earlier), _table(found)]


def _note(found: Corrections, earlier: str) -> Note:
    """Return what page 1 says of the earlier version."""
    n = len(found.rows)
    text = f"This version corrects {earlier}: {n:,} number{'s'[: n > 1]}, see Corrections."
    return Note(text, title=CORRECTS, tone="plain")


def _table(found: Corrections) -> Block:
    import pandas as pd

    whole = [
        replace(r, claim=named(r.claim, found.classes)) for r in found.rows if "/" not in r.claim
    ]
    rest = _summed([r for r in found.rows if "/" in r.claim])
    return table(
        pd.DataFrame([r.to_dict() for r in (*whole, *rest)], columns=list(LABELS)),
        id=OWN,
        title="What changed since the earlier version",
        columns=LABELS,
    )


def _summed(rows: Sequence[Correction]) -> list[Correction]:
    """Return one row for each table, figure or section whose numbers changed."""
    groups: dict[str, list[Correction]] = {}
    for row in rows:
        groups.setdefault(row.claim.partition("/")[0], []).append(row)
    return [_sum(name, group) for name, group in groups.items()]


def _sum(name: str, group: Sequence[Correction]) -> Correction:
    n = len(group)
    now = f"{n:,} number{'s' if n > 1 else ''} changed"
    return Correction(name, "see there", now, group[0].why, group[0].date)
