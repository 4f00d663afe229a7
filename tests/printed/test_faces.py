"""Every noun has a face: readable over ssh, at home in a notebook, inert whatever its names are."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from audit.checks import CHECKS
from audit.pandoc import converted
from audit.printed import Shown
from audit.printed.plain import columns_of
from audit.printed.tex import escape as escape_tex
from audit.report.blocks import Block
from printed.nouns import nouns

NAMES = [
    *("cases", "design", "roster", "regimes", "exemptions", "study", "comparison", "evidence"),
    *("docket", "split", "scan", "fit", "view", "plan", "draft", "report"),
    *("table block", "verdict block", "facts block", "chart block", "cover block"),
    *("provenance block", "checks block"),
    *("answer on timing", "answer on severity"),
    *(f"check of {name}" for name in CHECKS),
]
WIDEST = 80
HIDDEN = re.compile("[\u202a-\u202e\u2066-\u2069\x00-\x08\x0b-\x1f\ud800-\udfff]")
DEBRIS = re.compile(r"np\.\w+\(|\b(nan|NaN|NaT|inf|None|<NA>)\b|Timestamp\(|dtype:|object at 0x")
NUMBER = re.compile(r"[−+-]?\d[\d,]*(?:\.\d+)?")
TAGS = {
    *("div", "p", "table", "caption", "thead", "tbody", "tr", "th", "td", "style", "span", "bdi"),
    *("aside", "ul", "li", "dl", "dt", "dd", "figure", "figcaption", "img", "h1", "em", "strong"),
    *("code", "b", "picture", "source"),
}
ATTRIBUTES = {
    *("class", "id", "scope", "colspan", "alt", "src", "width", "height", "role", "tabindex"),
    *("aria-label", "aria-labelledby", "media", "srcset"),
}


@pytest.fixture(scope="module")
def both(tmp_path_factory) -> Callable[[bool], dict[str, Any]]:
    """Return what gives every noun, of plain cases or of hostile ones, made when first wanted."""
    return cache(lambda bad: nouns(bad, tmp_path_factory.mktemp("nouns")))


@pytest.fixture(scope="module", params=[False, True], ids=["plain", "hostile"])
def every(request, both) -> dict[str, Any]:
    return both(request.param)


@pytest.fixture(scope="module")
def plain(both) -> dict[str, Any]:
    return both(False)


class Reader(HTMLParser):
    """Collects the tags, attributes and words of a face."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.words: list[str] = []
        self.skipped = False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.skipped = tag == "style"
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_endtag(self, tag: str) -> None:
        self.skipped = False

    def handle_data(self, data: str) -> None:
        self.words += [] if self.skipped else [data]


def bundle(noun: Any) -> dict[str, str]:
    found = noun._repr_mimebundle_()
    return {kind: text for kind, text in found.items() if isinstance(text, str)}


def test_the_list_is_whole(every) -> None:
    assert sorted(every) == sorted(NAMES)


def test_every_noun_with_a_frame_has_a_face_of_this_kind() -> None:
    """Whoever adds `to_frame` to a class is told to say its face as well.

    What a report is verified or corrected by is a list of its own, held to account in
    tests/verification and tests/test_corrections.py: it has no number that a noun could print.
    """
    import audit

    folder = Path(audit.__file__).parent
    owners = {
        found.group(1): path
        for path in folder.rglob("*.py")
        for found in re.finditer(
            r"^class (\w+)(?:\([^)]*\))?:(?:(?!^class )[\s\S])*?^    def to_frame",
            path.read_text(),
            re.M,
        )
    }
    known = {kind.__name__ for kind in Shown.__subclasses__()} | {"Verification", "Corrections"}
    assert len(owners) > 9
    assert {name for name in owners if name not in known} == set()


@pytest.mark.parametrize("name", NAMES)
def test_text_is_readable_over_ssh(every, name: str) -> None:
    said = bundle(every[name])["text/plain"]
    assert said.strip()
    for line in said.splitlines():
        assert columns_of(line) <= WIDEST, line
        assert not HIDDEN.search(line), line
    assert repr(every[name]) == said
    if isinstance(every[name], Shown):
        assert said.split() == str(every[name]).split() or "\n\n" in said


@pytest.mark.parametrize("name", NAMES)
def test_no_debris(plain, name: str) -> None:
    for kind, text in bundle(plain[name]).items():
        words = " ".join(Reader(text).words) if kind == "text/html" else text
        assert not DEBRIS.search(words), (kind, DEBRIS.search(words))


@pytest.mark.parametrize("name", NAMES)
def test_html_is_inert_and_follows_the_theme(every, name: str) -> None:
    page = bundle(every[name])["text/html"]
    read = Reader(page)
    assert read.tags <= TAGS, read.tags - TAGS
    assert {n for n, _ in read.attributes} <= ATTRIBUTES
    for key, value in read.attributes:
        assert key not in ("src", "srcset") or value.startswith("data:image/svg+xml;base64,")
    assert "tex2jax_ignore mathjax_ignore" in page
    assert "$" not in page
    assert not HIDDEN.search(page)
    style = re.search(r"<style>(.*?)</style>", page)
    assert style
    colours = set(re.findall(r"(?<![\w-])(?:color|background):([^;}]+)", style.group(1)))
    # A chart is drawn for paper, so it keeps its own ground; nothing else has a colour.
    assert colours <= {"inherit", "none", "#fff"}
    assert style.group(1).count("#fff") <= style.group(1).count("img{background:#fff")


@pytest.mark.parametrize("name", NAMES)
def test_text_and_html_print_the_same_numbers(plain, name: str) -> None:
    kinds = bundle(plain[name])
    page = " ".join(Reader(kinds["text/html"]).words)
    if name == "chart block":  # its words are those of its alternative text in a terminal
        page = html.unescape(kinds["text/html"])
    said = set(NUMBER.findall(kinds["text/plain"]))
    if name in ("provenance block", "cover block"):  # digests and dates that a line cannot hold
        return
    assert said <= set(NUMBER.findall(page))
    if isinstance(plain[name], Shown):
        assert said == set(NUMBER.findall(page))


def kinds_in(tree: Any) -> set[str]:
    """Return every kind of node in a pandoc tree."""
    if isinstance(tree, list):
        return set().union(*map(kinds_in, tree)) if tree else set()
    if isinstance(tree, dict):
        own = {tree["t"]} if "t" in tree else set()
        return own.union(*map(kinds_in, tree.values())) if tree else own
    return set()


TEXT = {
    "Para",
    "Plain",
    "Str",
    "Space",
    "SoftBreak",
    "Strong",
    "Quoted",
    "DoubleQuote",
    "SingleQuote",
}
TABLE = {"Table", "AlignLeft", "AlignRight", "AlignCenter", "AlignDefault", "ColWidth"}
SET = TEXT | TABLE | {"ColWidthDefault"}


def read_back(reader: str, texts: Iterable[str]) -> set[str]:
    """Return the kinds of nodes that a reader of Markdown finds that are no text and no table."""
    given = "\n\n".join(texts).encode()
    tree = json.loads(converted(given, [f"--from={reader}", "--to=json"]))
    return kinds_in(tree["blocks"]) - SET


@pytest.mark.parametrize("reader", ["markdown", "gfm", "commonmark_x"])
def test_markdown_is_text_and_tables(every, reader: str) -> None:
    said = {name: bundle(noun).get("text/markdown") for name, noun in every.items()}
    without = {name for name, text in said.items() if text is None}
    assert all(isinstance(every[name], Block) and every[name].kind != "table" for name in without)
    texts = {name: text for name, text in said.items() if text}
    assert len(texts) > len(NAMES) / 2
    if read_back(reader, texts.values()):
        live = {name: read_back(reader, [text]) for name, text in texts.items()}
        assert {name: kinds for name, kinds in live.items() if kinds} == {}


@pytest.mark.parametrize("name", NAMES)
def test_no_face_is_tex(every, name: str) -> None:
    """VS Code prefers it to HTML for a screen reader and in a folder it does not trust.

    It then prints its source: see ACCESSIBLE_NOTEBOOK_DISPLAY_ORDER in its notebookCommon.ts.
    """
    assert "text/latex" not in every[name]._repr_mimebundle_()


PLAIN_TEX = set(" \n–—‘’“”…×±·°§²³½") | {chr(n) for n in range(0xC0, 0x100)}
"""What pdfLaTeX sets without a package, beside ASCII."""
RUNS = {"input", "include", "write", "immediate", "href", "url", "def", "catcode"}


@pytest.mark.parametrize("name", NAMES)
def test_tex_is_text_and_tables(every, name: str) -> None:
    if not hasattr(every[name], "to_latex"):
        assert isinstance(every[name], Block), name
        return
    said = every[name].to_latex()
    assert not set(re.findall(r"\\([a-zA-Z]+)", said)) & RUNS
    assert not re.search(r"(?<!\\)\$", said)
    assert not HIDDEN.search(said)
    assert said.count(r"\toprule") == said.count(r"\bottomrule") == said.count(r"\begin{table}")


@pytest.mark.parametrize("name", NAMES)
def test_tex_of_ours_needs_no_package_but_booktabs(plain, name: str) -> None:
    if hasattr(plain[name], "to_latex"):
        said = plain[name].to_latex()
        assert {c for c in said if not c.isascii()} <= PLAIN_TEX
        assert "textquotedbl" not in said, "has no letter in the default encoding"


def test_a_hidden_count_is_drawn_in_tex() -> None:
    """A font without the sign would leave the cell empty."""
    assert "▒" not in escape_tex("▒")
    assert escape_tex("▒").startswith(r"\rule{")
