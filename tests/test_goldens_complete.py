"""Every published number that is at hand is held by a test, exactly as it was published."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

GOLDEN = Path(__file__).parent / "golden"


def ours() -> dict[str, list[dict[str, Any]]]:
    """Return our entries by id; families of estimators may each hold a part of one golden."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(GOLDEN.rglob("*.json")):
        for name, entry in json.loads(path.read_text(encoding="utf-8"))["goldens"].items():
            found.setdefault(name, []).append(entry)
    return found


def test_every_entry_cites_its_source_and_has_a_tolerance() -> None:
    for name, entries in ours().items():
        for entry in entries:
            assert entry["citation"].strip(), name
            assert entry["tolerance"] >= 0, name
            assert entry["expected"], name


def test_every_shared_golden_is_here_with_the_values_as_published(shared: Path) -> None:
    published = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    held = ours()
    missing = sorted({g["id"] for g in published["goldens"]} - set(held))
    assert not missing
    for golden in published["goldens"]:
        merged: dict[str, Any] = {}
        for entry in held[golden["id"]]:
            assert entry["tolerance"] == pytest.approx(golden["tolerance"]), golden["id"]
            merged |= entry["expected"]
        for key, value in golden["expected"].items():
            assert key in merged, (golden["id"], key)
            assert merged[key] == value, (golden["id"], key)
