"""The block log of a MediaWiki: who was blocked, for how long, and who was let back early."""

from __future__ import annotations

from audit.sources.wikipedia_blocks.source import WikipediaBlocks

__all__ = ["WikipediaBlocks"]
