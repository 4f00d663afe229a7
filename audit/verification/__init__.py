"""A report read again and computed again: `audit verify` answers whether the two agree."""

from __future__ import annotations

from audit.verification.defects import Check, Defect, Verification
from audit.verification.draft import verify_draft
from audit.verification.read_draft import Traced
from audit.verification.verified import verify

__all__ = ["Check", "Defect", "Traced", "Verification", "verify", "verify_draft"]
