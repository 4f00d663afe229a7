"""Values as TOML and JSON hold them, and as a frozen record does."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any


def is_number(value: object) -> bool:
    """Return whether a value is a number; a flag is none."""
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def frozen(value: Any) -> Any:
    """Return lists, however deep, as tuples, and tables as read-only copies."""
    if isinstance(value, (list, tuple)):
        return tuple(frozen(v) for v in value)
    if isinstance(value, Mapping):
        return MappingProxyType({k: frozen(v) for k, v in value.items()})
    return value


def plain(value: Any) -> Any:
    """Return mappings and sequences, however deep, as dictionaries and lists."""
    if isinstance(value, Mapping):
        return {k: plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value
