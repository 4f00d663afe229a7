"""The numbers that page 1 prints, as claims that can be checked."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from audit.cells import FOCAL, REFERENCE
from audit.claims import Claim
from audit.errors import RowsNeeded
from audit.numerals import count, margin_points, p_value, percent, points, posts
from audit.sentences import side, who

if TYPE_CHECKING:
    from audit.checks.base import Finding
    from audit.comparison import Comparison

EFFECT = "audit.estimators.accounts.standardised.standardised_effect"
CELLS = "audit.cells.group"
COUNTED: dict[str, Any] = {"estimator": CELLS, "kind": "count"}


def claims_of(comparison: Comparison, findings: Sequence[Finding], rung: int) -> tuple[Claim, ...]:
    """Return every number of page 1, at full precision, with what it is against.

    An inadmissible study has counts only: no contrast is recorded that may not be printed.
    """
    made = [*_counts(comparison)]
    if comparison.study.admissible:
        made += [*_rates(comparison), *_effect(comparison), *_visible_gap(comparison, findings)]
    study = comparison.study
    made += [_claim("rung", str(rung), rung, "rung", estimator="audit.evidence.appraise")]
    made_of: dict[str, Any] = {
        "cells": cells_hash(study.cells),
        "design": study.design.hash,
        "rung": rung,
    }
    return tuple(Claim(**claim, **made_of) for claim in made)


def cells_hash(cells: Any) -> str:
    """Return the SHA-256 of grouped counts: one line for each group, sorted, whatever their order.

    Parameters
    ----------
    cells : Cells, or counts that stay in an engine
        Of the latter the sums by stratum are hashed: they are all that ever comes here.
    """
    try:
        frame = cells.frame
    except RowsNeeded:
        frame = cells.counts().reset_index(names="stratum")
    columns = [frame[c].map(_shown) for c in sorted(frame.columns)]
    lines = sorted("\0".join(row) for row in zip(*columns, strict=True))
    text = "\n".join([*sorted(frame.columns), *lines])
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _shown(value: Any) -> str:
    return f"{value:.12g}" if isinstance(value, int | float) else str(value)


def _counts(comparison: Comparison) -> Iterator[dict[str, Any]]:
    study = comparison.study
    cells = study.cells
    for g in (FOCAL, REFERENCE, "unknown"):
        n = cells.total(g)
        yield _claim(f"n_{g}", count(n), n, "posts", **COUNTED)
        if study.has_accounts:
            k = cells.accounts(g)
            yield _claim(f"accounts_{g}", count(k), k, "accounts", **COUNTED)


def _rates(comparison: Comparison) -> Iterator[dict[str, Any]]:
    """Yield the classes' own counts and rates: the numbers of a description."""
    totals = comparison.study.cells.counts().sum()
    for g in (FOCAL, REFERENCE):
        events, n = int(totals[f"events_{g}"]), int(totals[f"n_{g}"])
        yield _claim(f"events_{g}", count(events), events, "posts", **COUNTED)
        if n:
            yield _claim(
                f"rate_{g}", percent(events / n), events / n, "share", decimals=1, estimator=CELLS
            )


def _effect(comparison: Comparison) -> Iterator[dict[str, Any]]:
    e = comparison.primary()
    against: dict[str, Any] = {"baseline": f"expected at the {who(comparison)[1]} rate"}
    yield from _observed(comparison, e, against)
    yield from _gaps(comparison, e, against)
    if math.isfinite(e.p_value):
        test = "audit.estimators.resampling.permutation_test"
        yield _claim("p", p_value(e.p_value), e.p_value, "p", decimals=3, estimator=test)
    margin = comparison.study.design.margin
    yield _claim(
        "margin",
        margin_points(margin),
        100 * margin,
        "percentage points",
        decimals=len(f"{float(f'{100 * margin:.12g}'):g}".partition(".")[2]),
        kind="stated",
        estimator="audit.design.Design.margin",
    )


def _observed(comparison: Comparison, e: Any, against: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield what was observed and what was expected, as posts where each weighs the same."""
    by: dict[str, Any] = {"estimator": EFFECT}
    n = e.n_supported
    if not comparison.study.weighted:
        yield _claim("observed", count(e.observed * n), e.observed * n, "posts", **by)
        yield _claim("expected", posts(e.expected * n), e.expected * n, "posts", **by, **against)
        yield _claim("n_compared", count(n), n, "posts", **by)
    by["decimals"] = 1
    yield _claim("observed_rate", percent(e.observed), e.observed, "share", **by)
    yield _claim("expected_rate", percent(e.expected), e.expected, "share", **by, **against)


def _gaps(comparison: Comparison, e: Any, against: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the gap with its interval, and with the one that equivalence is judged by."""
    design = comparison.study.design
    tight = comparison.primary(confidence=design.equivalence_confidence)
    levels = (design.confidence, design.equivalence_confidence)
    for name, found, confidence in zip(("gap", "gap_tight"), (e, tight), levels, strict=True):
        yield _claim(
            name,
            points(found.estimate),
            100 * found.estimate,
            "percentage points",
            sign=int(math.copysign(1, found.estimate)) if found.estimate else 0,
            decimals=1,
            conf_low=100 * found.conf_low,
            conf_high=100 * found.conf_high,
            confidence=confidence,
            estimator=EFFECT,
            **against,
        )


def _visible_gap(comparison: Comparison, findings: Sequence[Finding]) -> Iterator[dict[str, Any]]:
    for f in findings:
        if f.check == "detectable_gap" and math.isfinite(f.value):
            yield _claim(
                "detectable_gap",
                points(f.value, signed=False),
                100 * f.value,
                "percentage points",
                baseline=side(comparison).strip(),
                decimals=1,
                estimator="audit.checks.power.detectable_gap_table",
            )


def _claim(id: str, text: str, value: float, unit: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "text": text, "value": float(value), "unit": unit, **more}
