"""What was computed once, and is asked for again and again."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, eq=False)
class Remembering:
    """A value that computes once what is asked of it again and again."""

    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, computed when first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]
