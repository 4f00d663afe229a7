"""The codebook's pages of the sources."""

from __future__ import annotations

import pytest

from audit.cli import main
from audit.schema import CASE_COLUMNS
from audit.sources import SOURCES
from audit.sources.pages import page, pages


@pytest.mark.parametrize("name", SOURCES)
def test_a_source_says_what_it_answers_and_what_it_cannot(name: str) -> None:
    kind = SOURCES[name]
    says = page(kind)
    assert kind.question.endswith(".")
    assert kind.limits
    assert all(limit.endswith(".") and len(limit) <= 400 for limit in kind.limits)
    assert all(limit in says for limit in (kind.question, *kind.limits))
    assert says.index("Cannot support") < (
        says.index("| column |") if kind.extra_columns else len(says)
    )
    assert not {c.name for c in kind.extra_columns} & {c.name for c in CASE_COLUMNS}


def test_the_committed_pages_are_current(root) -> None:
    found = (root / "data" / "SOURCES.md").read_text(encoding="utf-8")
    assert found == pages(), "write it anew: audit codebook all > data/SOURCES.md"


def test_the_command_prints_a_page(capsys) -> None:
    assert main(["codebook", "registry"]) == 0
    assert capsys.readouterr().out.startswith("## `registry`")
    assert main(["codebook", "regstry"]) == 2
    assert "Did you mean 'registry'" in capsys.readouterr().err
