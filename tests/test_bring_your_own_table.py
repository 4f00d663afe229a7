"""The notebook that starts from somebody's own CSV runs, and keeps what it promises."""

from __future__ import annotations

import json
from typing import Any

import pytest
from needs import ROOT

from audit import run
from audit.claims import Verdict

NOTEBOOK = ROOT / "notebooks" / "09_bring_your_own_table.py"


@pytest.fixture(scope="module")
def ran() -> dict[str, Any]:
    """Run every code cell, and return what the names of the notebook then mean."""
    import jupytext

    names: dict[str, Any] = {"display": lambda shown: None}
    for cell in jupytext.read(NOTEBOOK).cells:
        if cell.cell_type == "code":
            exec(cell.source, names)
    return names


def test_its_table_leads_to_a_verdict(ran) -> None:
    assert ran["evidence"].verdict is Verdict.LENIENT
    assert ran["cases"].simulated
    assert ran["cases"].origins[0].title == "A table made up in this notebook"


def test_the_design_it_keeps_says_the_same_numbers_again(ran, tmp_path) -> None:
    """As the page says of `audit report mine.toml`."""
    again = run.report(ran["folder"] / "mine.toml", out=tmp_path)

    def numbers(folder: Any) -> dict[str, Any]:
        claims = json.loads((folder / "claims.json").read_text("utf-8"))
        return {claim["id"]: claim["value"] for claim in claims}

    assert numbers(again.folder) == numbers(ran["folder"] / "report")
