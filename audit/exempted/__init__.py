"""The exemption ledger: how much of a gap lies in posts that the platform said it would spare."""

from __future__ import annotations

from audit.exempted.bins import BINS
from audit.exempted.partition import ExemptionSplit, split

__all__ = ["BINS", "ExemptionSplit", "split"]
