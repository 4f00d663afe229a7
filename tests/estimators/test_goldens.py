"""The committed published values are those of the shared collection."""

from __future__ import annotations

import json

import pytest

MINE = ("G01", "G03", "G04", "G06", "G12", "G14", "G27", "G40")


@pytest.mark.parametrize("name", MINE)
def test_committed_values_are_the_published_ones(name, golden, shared):
    entries = json.loads((shared / "golden" / "golden.json").read_text(encoding="utf-8"))
    (source,) = (g for g in entries["goldens"] if g["id"] == name)
    ours = golden(name)
    assert ours.tolerance == source["tolerance"]
    for key, value in ours.expected.items():
        assert value == source["expected"][key]
