"""Which addresses a report may link to."""

from __future__ import annotations

import re

SAFE = re.compile(r"(?:https?://[^\s<>\"'`\\]+|mailto:[^\s<>\"'`\\]+)", re.IGNORECASE)


def is_linkable(address: str) -> bool:
    """Return whether `address` is http, https or mailto, with no space, quote or hidden sign."""
    return address.isascii() and address.isprintable() and SAFE.fullmatch(address) is not None
