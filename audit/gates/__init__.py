"""What must hold before any number is believed: the gates of an audit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.gates import caps, hard, notes
from audit.gates.base import (
    FEW_FOCAL_ACCOUNTS,
    LEAST_K_EFF,
    REFERENCE_ACCOUNTS_FOR_SUPPORT,
    Gate,
)
from audit.gates.caps import k_eff, refused
from audit.gates.hard import MIXED_REGIMES, NO_DENOMINATOR

if TYPE_CHECKING:
    from audit.study import Study

__all__ = [
    "FEW_FOCAL_ACCOUNTS",
    "GATES",
    "LEAST_K_EFF",
    "MIXED_REGIMES",
    "NO_DENOMINATOR",
    "REFERENCE_ACCOUNTS_FOR_SUPPORT",
    "Gate",
    "gates_of",
    "k_eff",
    "refused",
]

GATES = (
    hard.no_denominator,
    hard.no_class,
    hard.no_support,
    hard.mixed_regimes,
    caps.few_accounts,
    caps.one_account_writes,
    caps.reversal,
    notes.unequal_watch,
    caps.no_accounts,
    notes.amplified,
    notes.weighted,
    notes.lost_outcomes,
    notes.exemptions_not_given,
)


def gates_of(study: Study) -> tuple[Gate, ...]:
    """Return every gate that the study does not pass freely, in the order of `GATES`."""
    return tuple(g for g in (rule(study) for rule in GATES) if g is not None)
