"""What a gate is, and the limits that gates and estimators share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

FEW_FOCAL_ACCOUNTS = 4
"""Up to this many focal accounts, no interval or p claims a sampling of accounts (METHODS §1)."""
LEAST_K_EFF = 2.0
"""Below so many equal accounts' worth of focal posts an interval has no degrees of freedom."""
REFERENCE_ACCOUNTS_FOR_SUPPORT = 2
"""A stratum supports a comparison when it has this many reference accounts (METHODS §1)."""


@dataclass(frozen=True, slots=True)
class Gate:
    """A condition found before any number is computed.

    `kind` is hard (no contrast may be printed), cap (the rung is at most `rung`) or note.
    """

    name: str
    kind: Literal["hard", "cap", "note"]
    says: str
    rung: int = 5
