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
