"""CONTRIBUTING names files, tables and targets that are there."""

from __future__ import annotations

import re
from collections.abc import Mapping
from importlib import import_module

import pytest

from audit.charts import CHARTS


@pytest.fixture(scope="module")
def text(root) -> str:
    return (root / "CONTRIBUTING.md").read_text(encoding="utf-8")


def test_every_table_of_one_file_and_one_entry_is_where_it_says(text) -> None:
    rows = re.findall(r"^\| [a-z ]+ \| .+ \| `([A-Z]+)` in `([\w/]+)\.py` \|$", text, re.MULTILINE)
    assert len(rows) == text.split("## Data")[0].count("\n| ") - 1
    for name, path in rows:
        module = import_module(path.removesuffix("/__init__").replace("/", "."))
        assert isinstance(getattr(module, name), Mapping)


def test_every_path_leads_somewhere(text, root) -> None:
    named = re.findall(r"`((?:audit|tests|benchmarks|reports|notebooks|\.ci)/[\w./]*)`", text)
    assert len(named) > 8
    assert [p for p in named if not (root / p).exists()] == []


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("NEEDS", "tests/sources/test_sources.py"),
        ("FRAMES", "tests/charts/conftest.py"),
        ("ASKED", "tests/charts/changed.py"),
        ("VERBS", "audit/claims/lexicon.py"),
        ("WORDS", "audit/claims/words.py"),
    ],
)
def test_what_a_new_one_needs_besides_is_where_it_says(text, root, name: str, path: str) -> None:
    assert f"`{name}`" in text
    assert f"`{path}`" in text
    assert re.search(rf"^{name}\b.*=", (root / path).read_text(encoding="utf-8"), re.MULTILINE)


def test_a_chart_is_seen_where_a_notebook_an_answer_or_the_standard_report_names_it(root) -> None:
    """No chart is in the table that nobody would see."""
    folders = ("notebooks", "audit/questions", "audit/report")
    said = " ".join(p.read_text("utf-8") for f in folders for p in (root / f).glob("*.py"))
    assert [name for name in CHARTS if f'"{name}"' not in said] == []


def test_make_targets_exist(text, root) -> None:
    targets = set(re.findall(r"^(\w+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"make (\w+)", text))
    assert {"test", "check", "report"} <= named <= targets
