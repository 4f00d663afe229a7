"""The gallery of notebooks is what its generator makes of what is committed."""

from __future__ import annotations

import importlib.util
import re
from types import ModuleType

import pytest
from needs import ROOT

PAGE = ROOT / "notebooks" / "README.md"


@pytest.fixture(scope="module")
def gallery() -> ModuleType:
    spec = importlib.util.spec_from_file_location("gallery", ROOT / ".ci" / "gallery.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="module")
def text() -> str:
    return PAGE.read_text(encoding="utf-8")


def test_the_page_is_the_one_generated(gallery, text) -> None:
    assert gallery.page() == text, "run .ci/gallery.py and commit notebooks/README.md"


def test_every_notebook_has_its_part(text) -> None:
    notebooks = sorted(p.name for p in (ROOT / "notebooks").glob("*.py"))
    assert re.findall(r"^\[`(\w+\.py)`\]", text, re.MULTILINE) == notebooks
    assert text.count("\n## ") == len(notebooks)


def test_every_link_and_picture_is_in_the_checkout(text) -> None:
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 10
    assert [link for link in links if not (PAGE.parent / link).exists()] == []


def test_pictures_say_what_they_show(text) -> None:
    words = re.findall(r"!\[([^\]]*)\]", text)
    assert words
    assert min(map(len, words)) > 60


def test_what_does_not_ship_is_said_to_be_absent(gallery) -> None:
    """Else a newcomer opens a notebook that cannot run here."""
    absent = {
        p.name for p in (ROOT / "notebooks").glob("*.py") if gallery.ABSENT in gallery.entry(p)
    }
    asked = {
        p.name: re.findall(r'"(designs/[^"]+)"', p.read_text("utf-8"))
        for p in ROOT.glob("notebooks/*.py")
    }
    outside = {
        name
        for name, designs in asked.items()
        if any("../shared/" in (ROOT / design).read_text("utf-8") for design in designs)
    }
    assert absent == outside
    assert len(outside) == 3


def test_what_a_notebook_says_first_is_its_own_beginning(gallery) -> None:
    said = gallery.entry(ROOT / "notebooks" / "05_replications.py")
    assert "*Published studies computed again with this package, number by number.*" in said
    assert "**Admissions to Berkeley**" in said
