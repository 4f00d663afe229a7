"""The Trump Twitter Archive: one account, before and in office."""

from __future__ import annotations

from audit.sources.trump_archive.source import STALE, TrumpArchive

__all__ = ["STALE", "TrumpArchive"]
