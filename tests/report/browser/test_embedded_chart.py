"""The snippet of a chart pack works in a page of somebody else's: offline, with its words."""

from __future__ import annotations

import zipfile
from pathlib import Path
from typing import Any

import pytest
from browsing import DESK, NARROWEST

from audit.report.packing import chart_pack

REPORT = Path(__file__).parents[3] / "reports" / "simulated-platform"
PAGE = """<!DOCTYPE html><html lang=en><meta charset=utf-8>
<meta name=viewport content="width=device-width"><title>An article</title><body>{snippet}</body>"""
MARGIN = 8
"""Pixels that a browser leaves beside a page that says nothing of it."""
SHOWN = """const i = document.querySelector('img');
return {from: i.currentSrc.split('/').pop(), pixels: i.naturalWidth, wide: i.clientWidth,
        alt: i.alt, said: document.querySelector('figcaption').textContent,
        over: document.documentElement.scrollWidth > window.innerWidth}"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """Return a page beside the files of each of two charts, which holds nothing but the snippet."""
    folder = tmp_path_factory.mktemp("embedded")
    with zipfile.ZipFile(chart_pack(REPORT, folder / "pack.zip").path) as archive:
        archive.extractall(folder)
    out = {}
    for name in ("fig-rates", "fig-still-visible"):
        snippet = (folder / name / f"{name}-embed.html").read_text(encoding="utf-8")
        page = folder / name / "article.html"
        page.write_text(PAGE.format(snippet=snippet), encoding="utf-8")
        out[name] = page
    return out


@pytest.mark.parametrize(("width", "size"), [(DESK, "web"), (NARROWEST, "phone")])
@pytest.mark.parametrize("name", ["fig-rates", "fig-still-visible"])
def test_an_embedded_chart_is_seen_and_read_without_a_network(
    browser: Any, pages: dict[str, Path], name: str, width: int, size: str
) -> None:
    browser.open(pages[name], width=width, script=False)
    asked = browser.requests()
    beside = {(pages[name].parent / f"{name}-{s}.png").as_uri() for s in ("web", "phone")}
    assert asked
    assert set(asked) <= beside
    browser.send("Emulation.setScriptExecutionDisabled", value=False)
    shown = browser.ask(SHOWN)
    assert shown["from"] == f"{name}-{size}.png"
    assert shown["pixels"] > 0
    assert min(700, width - 2 * MARGIN) - 1 <= shown["wide"] <= width
    assert not shown["over"]
    assert "%" in shown["alt"]
    assert "SIMULATED DATA" in shown["said"]
