"""The ledger of frozen designs: what each question was on the day it was fixed."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

FROZEN = "frozen.toml"
"""Its name, beside the designs that it holds."""
SILENT = ("title", "notebook", "smallest_cell", "officials")
"""Terms that change no answer."""


def entries(ledger: Path) -> dict[str, Any]:
    """Return the frozen designs by name, each with hash, date and design; none without a ledger."""
    return tomllib.loads(ledger.read_text(encoding="utf-8")) if ledger.exists() else {}


def enter(ledger: Path, name: str, entry: Mapping[str, Any]) -> None:
    """Write the ledger with one more frozen design, whole or not at all."""
    import tomli_w

    found = {**entries(ledger), name: dict(entry)}
    new = ledger.with_name(f".{ledger.name}.new")  # a full disk must not cost the ledger
    new.write_text(tomli_w.dumps(dict(sorted(found.items()))), encoding="utf-8")
    new.replace(ledger)


def changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> Iterator[str]:
    """Yield every term that differs between two designs, as "margin 0.05 → 0.1"."""
    for key in sorted({*before, *now} - set(SILENT)):
        if before.get(key) != now.get(key):
            yield f"{key} {before.get(key, 'not set')} → {now.get(key, 'not set')}"
