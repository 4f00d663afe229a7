"""Community Notes: whether a note was shown beside a post, and never more than that."""

from __future__ import annotations

from audit.sources.community_notes.source import CommunityNotes

__all__ = ["CommunityNotes"]
