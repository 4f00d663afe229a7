"""A face in the page that VS Code puts it into: its rules for tables, its light and dark theme."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import CONTRAST, Browser
from builders import platform, question
from needs import browser_or_skip

import audit
from audit import report

GROUND = (
    "body{padding:0;font-family:sans-serif;font-size:13px;color:var(--vscode-editor-foreground);"
    "background:var(--vscode-editor-background)}thead{font-weight:bold;"
    "background-color:rgba(130,130,130,.16)}th,td{padding:4px 8px}"
    "tr:nth-child(even){background-color:rgba(130,130,130,.08)}tbody th{font-weight:normal}"
)
RULES = {
    "now": "table,thead,tr,th,td,tbody{border:none;border-spacing:0;border-collapse:collapse}"
    "table,th,tr{vertical-align:middle;text-align:right}",
    "2021": "table,thead,tr,th,td,tbody{border:none!important;border-collapse:collapse}"
    "table{width:100%}table,th,tr{text-align:left!important}",
}
"""What its notebooks say of every table (`backLayerWebView.ts`), in other words."""
THEMES = {"light": ("#3b3b3b", "#ffffff"), "dark": ("#cccccc", "#1f1f1f")}
SIDES = """
return [...document.querySelectorAll('.audit-face table')].flatMap(t => {
  const heads = [...t.tHead.rows[0].cells];
  return [...t.tBodies[0].rows].filter(r => r.cells.length === heads.length).flatMap(r =>
    [...r.cells].map((c, i) => [getComputedStyle(c).textAlign, getComputedStyle(heads[i]).textAlign,
      c.innerText]));
});
"""


@pytest.fixture(scope="module")
def browser(tmp_path_factory) -> Iterator[Browser]:
    browser_or_skip()
    found = Browser(tmp_path_factory.mktemp("profile"))
    yield found
    found.driver.quit()


@pytest.fixture(scope="module")
def faces() -> str:
    evidence = audit.appraise(audit.compare(audit.enroll(platform(), question())))
    shown = [evidence.comparison, evidence, report.rates_table(evidence.comparison)]
    shown += [report.verdict_box(evidence), report.key_facts(evidence)]
    pages = [noun._repr_mimebundle_()["text/html"] for noun in shown]
    return "".join(f"<div class=output>{page}</div>" for page in pages)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("rules", RULES)
def test_a_face_keeps_its_columns_and_contrast(
    browser: Browser, faces: str, rules: str, theme: str, tmp_path: Path
) -> None:
    ink, ground = THEMES[theme]
    variables = f"--vscode-editor-foreground:{ink};--vscode-editor-background:{ground}"
    page = tmp_path / "page.html"
    page.write_text(
        f'<!DOCTYPE html><html lang="en" style="{variables}"><meta charset="utf-8">'
        f'<style>{GROUND}{RULES[rules]}</style><body class="vscode-{theme}"><div id="container">'
        f"{faces}</div></body></html>",
        encoding="utf-8",
    )
    browser.open(page, dark=theme == "dark")
    cells = browser.ask(SIDES)
    assert {side for side, _, _ in cells} == {"left", "right"}
    assert [cell for cell in cells if cell[0] != cell[1]] == []
    groups = "return [...document.querySelectorAll('tbody th[colspan]')].map(e => "
    assert set(browser.ask(f"{groups}getComputedStyle(e).fontWeight)")) == {"600"}
    assert browser.ask(CONTRAST) >= 4.5
    assert browser.ask("return document.documentElement.scrollWidth") <= 1280
    assert browser.requests() == []
