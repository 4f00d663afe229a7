"""Public sources fetched from where they are published."""

from __future__ import annotations

from audit.sources.fetch.fetches import FETCHES, Fetch, Fetched, fetch

__all__ = ["FETCHES", "Fetch", "Fetched", "fetch"]
