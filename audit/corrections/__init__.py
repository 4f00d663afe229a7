"""What a report says otherwise than its earlier version: claim, was, is, why, date."""

from __future__ import annotations

from audit.corrections.changed import ABSENT, COLUMNS, OWN, Correction, Corrections, corrected
from audit.corrections.edition import Edition
from audit.corrections.named import named
from audit.corrections.reasons import REASONS, UNEXPLAINED, read_reasons

__all__ = [
    "ABSENT",
    "COLUMNS",
    "OWN",
    "REASONS",
    "UNEXPLAINED",
    "Correction",
    "Corrections",
    "Edition",
    "corrected",
    "named",
    "read_reasons",
]
