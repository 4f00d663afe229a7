"""The EU DSA Transparency Database: what it can say of platforms, and what it refuses to say."""

from __future__ import annotations

from audit.reading.zips import Limits
from audit.sources.dsa.ladder import DSA_LADDER
from audit.sources.dsa.platforms import by_platform
from audit.sources.dsa.source import Dsa

__all__ = ["DSA_LADDER", "Dsa", "Limits", "by_platform"]
