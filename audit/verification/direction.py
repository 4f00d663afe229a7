"""Which way a report points, as far as the words of a sentence can be held to it."""

from __future__ import annotations

import math
from collections.abc import Sequence

from audit.verification.candidates import sign_of
from audit.verification.classes import class_first, class_said
from audit.verification.conclusions import ALPHA, Finding
from audit.verification.matched import Book, Match
from audit.verification.rows import Row


def expected_sign(
    book: Book, sentence: str, matches: Sequence[Match], rows: Sequence[Row]
) -> int | None:
    """Return the sign of focal − reference that the words of a sentence must say; None if none.

    It is that of the traced gap; of a sentence that names a subgroup of the report, that of the
    subgroup; of one with the counts or rates of the main comparison, or with a class, that of the
    main gap. Where the reference class is the subject, it is turned round.
    """
    signs = {m.sign for m in matches if m.claim and m.sign}
    main = any(m.main for m in matches)
    if not signs and rows and not main:
        signs = book.rows.signs(rows)
    elif not signs and (main or class_said(sentence, book.classes)):
        signs = {sign_of(c) for c in book.claims if c.get("id") == "gap"} - {0}
    if len(signs) != 1:
        return None
    sign = signs.pop()
    return -sign if class_first(sentence, book.classes) == "reference" else sign


def finding_of(book: Book) -> Finding:
    """Return what a report found, as far as words can contradict it."""
    stated = book.record.part("verdict")
    verdict = str(stated.get("verdict", ""))
    low, high, p = (_number(stated.get(k)) for k in ("low", "high", "p"))
    alpha = _number(stated.get("alpha"))
    level = ALPHA if alpha is None else alpha
    values = {c["id"]: float(c["value"]) for c in book.claims if c.get("id") in ("gap", "margin")}
    return Finding(
        verdict,
        _lenient(book, verdict),
        low,
        high,
        p,
        level,
        gap=values.get("gap"),
        margin=values.get("margin"),
        rung=book.record.rung,
    )


def _lenient(book: Book, verdict: str) -> int:
    """Return 1 where the verdict is lenience to the focal class, −1 strictness, 0 neither."""
    more_is = book.record.part("verdict").get("more_is")
    if verdict.startswith("treated more"):
        return 1 if verdict.endswith("leniently") else -1
    gap = next((sign_of(c) for c in book.claims if c.get("id") == "gap"), 0)
    plain = verdict.startswith("acted on") and more_is in ("stricter", "lenient")
    return (gap if more_is == "lenient" else -gap) if plain else 0


def _number(value: object) -> float | None:
    found = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if found else None  # type: ignore[arg-type]
