"""Hostile values in a browser that runs scripts: none of them runs, loads or leads anywhere."""

from __future__ import annotations

import pandas as pd
import pytest
from browsing import NARROWEST
from matplotlib.figure import Figure

from audit.report.blocks import (
    Column,
    Cover,
    Fact,
    Facts,
    Finding,
    Heading,
    Note,
    Provenance,
    Verbatim,
    prose,
)
from audit.report.document import document
from audit.report.figure import figure
from audit.report.html import build_html
from audit.report.table import table

MORE = (
    "</script><script>document.title='owned'</script>",
    "</style><script>document.title='owned'</script>",
    "</bdi></td></table><img src=x onerror=document.title='owned'>",
    "<svg/onload=document.title='owned'>",
    "<math><mtext></table><style><img src=x onerror=document.title='owned'>",
    "<a href=javascript:document.title='owned'>x</a>",
    "javascript:document.title='owned'",
    "http://evil.example/\" onmouseover=\"document.title='owned'",
    "<iframe src=http://evil.example/></iframe>",
    "<meta http-equiv=refresh content='0;url=http://evil.example/'>",
    "<base href=http://evil.example/>",
    "<form action=http://evil.example/><button>Go</button>",
    "<!--",
    "-->",
    "\u2066\u202e1,234\u2069",
    "W" * 240,
)
TAGS = {
    *("A", "BDI", "BR", "BUTTON", "CAPTION", "CODE", "DD", "DETAILS", "DIV", "DL", "DT", "EM"),
    *("FIGCAPTION", "FIGURE", "H1", "H2", "HEADER", "IMG", "LI", "MAIN", "NAV", "OL", "P", "PRE"),
    *("SPAN", "STRONG", "SUMMARY", "TABLE", "TBODY", "TD", "TH", "THEAD", "TR", "UL"),
}


@pytest.fixture(scope="module")
def page(hostile, tmp_path_factory):
    values = [v for v in (*hostile, *MORE) if len(v) < 1000]
    frame = pd.DataFrame({"h": values, "l": values, "n": range(len(values))})
    columns = {v: Column(f"H {v}") for v in ("h",)} | {
        "l": Column(MORE[0], link=True),
        "n": MORE[2],
    }
    words = {"title": MORE[0], "subtitle": MORE[1], "note": MORE[2], "source": MORE[3]}
    blocks = [
        Cover(MORE[0], MORE[1], MORE[2], (MORE[3],), "2026-01-01", MORE[4], description=MORE[7]),
        *(Finding(v, (v,), v) for v in values),
        Facts(tuple(Fact(v, v, v) for v in values[:6])),
        *(Heading(v) for v in MORE),
        table(frame, id="tbl-h", title=MORE[0], columns=columns, notes=values, source=MORE[1]),
        table(frame, id="tbl-g", title=MORE[5], columns={"n": "N"}, group="h"),
        figure(Figure(figsize=(3, 1)), id="fig-h", alt=MORE[2], data=frame, **words),
        *(Note(v, (v,), v) for v in values),
        *(prose("Value {v}, *{v}*, `{v}`.", v=v) for v in values),
        Verbatim(tuple(values)),
        Provenance(tuple((v, v) for v in values), ((MORE[0], 1, "9f"),)),
    ]
    path = tmp_path_factory.mktemp("hostile") / "report.html"
    path.write_text(build_html(document(blocks)), "utf-8")
    return path


def assert_inert(browser):
    assert browser.ask("return document.title").startswith("</script><script>")
    assert browser.requests() == []
    assert (
        set(browser.ask("return [...document.body.querySelectorAll('*')].map((e) => e.tagName)"))
        <= TAGS
    )
    assert browser.ask("return document.querySelectorAll('script').length") == 1
    odd = """return [...document.querySelectorAll("*")].flatMap((e) => e.getAttributeNames()
      .filter((name) => name.startsWith("on") || name === "style" || name === "srcdoc"))"""
    assert browser.ask(odd) == []
    links = browser.ask("return [...document.links].map((e) => e.getAttribute('href'))")
    assert [a for a in links if not a.startswith(("#", "charts/", "tables/", "mailto:"))] == []


def test_nothing_hostile_runs_when_the_page_is_read_sorted_opened_or_touched(browser, page):
    browser.open(page)
    assert browser.log("browser") == []
    assert_inert(browser)
    browser.ask(
        "document.querySelectorAll('button, summary').forEach((e) => e.click());"
        "document.querySelectorAll('main *').forEach((e) => {"
        "for (const type of ['mouseover', 'focus', 'error', 'load'])"
        "e.dispatchEvent(new Event(type)); })"
    )
    assert_inert(browser)
    assert browser.driver.current_url == page.as_uri()


def test_values_are_read_as_they_are_written(browser, page):
    browser.open(page)
    words = browser.ask("return document.body.textContent")
    for value in MORE:
        if value.isprintable() and value.isascii():
            assert words.count(value) > 5, value
    assert "⟨U+202E⟩" in words
    assert "\u202e" not in words


def test_the_longest_words_do_not_widen_a_phone(browser, page):
    browser.open(page, width=NARROWEST)
    assert browser.ask("return document.scrollingElement.scrollWidth") == NARROWEST


def test_a_script_that_came_into_the_file_later_does_not_run(browser, page, tmp_path):
    """The policy names one script by its hash: even markup set by another hand stays inert."""
    added = (
        "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">"
        '<a id="go" href="javascript:document.title=\'owned\'">x</a>'
    )
    tampered = tmp_path / "report.html"
    tampered.write_text(page.read_text("utf-8").replace("</main>", f"{added}</main>"), "utf-8")
    browser.open(tampered)
    browser.ask("document.querySelector('#go').click()")
    assert browser.ask("return document.title") != "owned"
    assert "Content Security Policy" in str(browser.log("browser"))
    freed = tmp_path / "free.html"
    no_policy = tampered.read_text("utf-8").replace("script-src", "x-src", 1)
    freed.write_text(no_policy.replace("default-src 'none'", "x-src x", 1), "utf-8")
    browser.open(freed)
    assert browser.ask("return document.title") == "owned"  # what the policy stops
