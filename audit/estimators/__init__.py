"""The estimators: one family per file, and the table of those that a comparison runs.

A new one is a frozen callable in its family's file (fields are parameters, `__call__` takes a
study and returns rows of the comparison) and one line here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from audit.estimators.accounts.contrasts import MantelHaenszel, Permutation, Raw, StandardisedGap

ESTIMATORS: Mapping[str, Any] = {
    "raw": Raw(),
    "standardised": StandardisedGap(),
    "mantel_haenszel": MantelHaenszel(),
    "permutation": Permutation(),
}
