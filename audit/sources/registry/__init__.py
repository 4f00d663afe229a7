"""The registry of documented decisions about leaders, and what is read off it."""

from __future__ import annotations

from audit.sources.registry.source import Registry

__all__ = ["Registry"]
