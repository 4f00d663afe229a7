"""The Oversight Board: which way its decisions on posts went."""

from __future__ import annotations

from audit.sources.oversight_board.source import OversightBoard

__all__ = ["OversightBoard"]
