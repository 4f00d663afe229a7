"""The lexicon: how a number is said, and which words each rung of evidence licenses."""

from __future__ import annotations

from audit.claims.lexicon import (
    NEVER,
    RUNGS,
    VERBS,
    Fault,
    Verdict,
    direction_of,
    faults_of,
    licensed,
    said,
    verb,
)
from audit.claims.records import KINDS, Claim
from audit.numerals import count, interval, p_value, percent, points, ratio

__all__ = [
    "KINDS",
    "NEVER",
    "RUNGS",
    "VERBS",
    "Claim",
    "Fault",
    "Verdict",
    "count",
    "direction_of",
    "faults_of",
    "interval",
    "licensed",
    "p_value",
    "percent",
    "points",
    "ratio",
    "said",
    "verb",
]
