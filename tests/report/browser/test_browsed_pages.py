"""Real reports in a browser: nothing is fetched, nothing is cut, all of it can be reached."""

from __future__ import annotations

import io
import re
from itertools import combinations, pairwise

import numpy as np
import pandas as pd
import pytest
from browsing import DESK, NARROWEST, PHONE
from matplotlib.colors import to_rgb
from matplotlib.figure import Figure
from pypdf import PdfReader

from audit.charts.theme import FOCAL, INK, MUTED, NOBODY, OTHERS, PAPER, REFERENCE, contrast
from audit.report.blocks import Heading
from audit.report.document import document
from audit.report.figure import figure
from audit.report.html import build_html
from audit.report.table import table

PRINTED = 643  # CSS pixels between the margins of an upright A4 page, 170 mm
TURNED = 971  # of a turned one, 257 mm


@pytest.fixture(params=["rich", "refused"])
def report(request):
    return request.getfixturevalue(request.param)


@pytest.mark.parametrize("script", [True, False], ids=["script", "no script"])
def test_nothing_loads_from_anywhere(browser, report, script):
    browser.open(report, script=script)
    assert browser.requests() == []
    assert browser.log("browser") == []  # no policy was broken, no error was thrown


def test_what_would_load_is_seen_and_stopped(browser, refused, tmp_path):
    page = refused.read_text("utf-8").replace("<h1>", '<img src="http://127.0.0.1:9/x.png"><h1>')
    bare = tmp_path / "bare.html"
    bare.write_text(re.sub(r"<meta http-equiv[^>]*>", "", page), "utf-8")
    kept = tmp_path / "kept.html"
    kept.write_text(page, "utf-8")
    browser.open(bare)
    assert browser.requests() == ["http://127.0.0.1:9/x.png"]
    browser.open(kept)
    said = [entry["message"] for entry in browser.log("browser")]
    assert any("Content Security Policy" in line and "img-src" in line for line in said)


@pytest.mark.parametrize("width", [NARROWEST, PHONE, DESK])
def test_the_page_never_scrolls_sideways(browser, report, width):
    browser.open(report, width=width)
    assert browser.ask("return document.scrollingElement.scrollWidth") == width
    loose = """
      const wide = innerWidth + 1;
      return [...document.querySelectorAll("main *")].filter((e) => !e.closest(".scroll, .hidden")
        && e.getBoundingClientRect().right > wide).map((e) => e.outerHTML.slice(0, 120));"""
    assert browser.ask(loose) == []


def test_what_scrolls_is_named_and_a_stop_for_the_keyboard_only_while_it_scrolls(browser, rich):
    boxes = """return [...document.querySelectorAll(".scroll")].map((e) => [
      e.scrollWidth > e.clientWidth + 1, e.tabIndex, e.getAttribute("role"),
      e.getAttribute("aria-label")
        || document.getElementById(e.getAttribute("aria-labelledby"))?.textContent || ""])"""
    for width, script in ((PHONE, True), (DESK, True), (DESK, False)):
        browser.open(rich, width=width, script=script)
        found = browser.ask(boxes)
        assert len(found) > 30
        assert any(wide for wide, *_ in found) or width == DESK
        for wide, tab, role, name in found:
            if wide or not script:
                assert (tab, role) == (0, "region"), name
                assert name
            else:
                assert (tab, role, name) == (-1, None, "")


def test_a_caption_stays_in_view_while_its_columns_scroll(browser, rich):
    browser.open(rich, width=PHONE)
    places = """return [...document.querySelectorAll(".scroll:has(caption)")].map((box) => {
      box.scrollLeft = 10000;
      const [a, b] = [box, box.querySelector(".words")].map((e) => e.getBoundingClientRect());
      return [box.scrollLeft, a.left, b.left, b.right - a.right]; })"""
    found = browser.ask(places)
    assert sum(scrolled > 0 for scrolled, *_ in found) > 10
    for _, box, words, over in found:
        assert abs(words - box) <= 1
        assert over <= 1


def test_a_screen_reader_is_led_through_the_page(browser, report):
    browser.open(report, width=PHONE)
    told = browser.tree()
    roles = [node["role"] for node in told]
    marks = [n for n in told if n["role"] in ("banner", "navigation", "main", "contentinfo")]
    assert [(n["role"], n["name"]) for n in marks] == [
        ("banner", ""),
        ("navigation", "Contents"),
        ("main", ""),
    ]
    assert told[roles.index("link")]["name"] == "Skip to the report"
    levels = [n["level"] for n in told if n["role"] == "heading"]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b <= a + 1 for a, b in pairwise(levels))
    assert all(n["name"] for n in told if n["role"] in ("image", "region", "table", "button"))
    assert "complementary" not in roles
    heads = [n for n in told if n["role"] in ("columnheader", "rowheader")]
    assert len(heads) > 10


def test_keys_lead_from_the_skip_link_to_the_text_and_focus_is_seen(browser, rich):
    from selenium.webdriver.common.keys import Keys

    where = """const e = document.activeElement; const box = e.getBoundingClientRect();
      return [e.tagName, e.textContent.slice(0, 30), getComputedStyle(e).outlineStyle,
        parseFloat(getComputedStyle(e).outlineWidth), box.left >= 0 && box.width > 0]"""
    browser.open(rich)
    browser.press(Keys.TAB)
    assert browser.ask(where) == ["A", "Skip to the report", "solid", 3, True]
    browser.press(Keys.ENTER)
    assert browser.ask("return location.hash") == "#main"
    seen = set()
    for _ in range(30):
        browser.press(Keys.TAB)
        tag, text, style, size, shown = browser.ask(where)
        assert (style, size >= 2, shown) == ("solid", True, True), (tag, text)
        assert browser.ask("return !!document.activeElement.closest('main')"), text
        seen.add(tag)
    assert {"A", "BUTTON"} <= seen


def test_the_focus_is_never_under_the_band(browser, rich):
    from selenium.webdriver.common.keys import Keys

    browser.open(rich, width=PHONE)
    browser.ask("scrollTo({ top: 4000, behavior: 'instant' })")
    browser.ask("document.querySelectorAll('main .take a')[20].focus()")
    for _ in range(25):
        browser.press(Keys.SHIFT + Keys.TAB + Keys.SHIFT)
        band, top = browser.ask(
            "return [document.querySelector('.band').getBoundingClientRect().bottom,"
            "document.activeElement.getBoundingClientRect().bottom]"
        )
        assert top > band


def test_fingers_find_what_can_be_pressed(browser, rich):
    browser.open(rich, width=PHONE)
    browser.ask("document.querySelectorAll('details').forEach((e) => { e.open = true; })")
    small = browser.ask(
        "return [...document.querySelectorAll('button, summary, nav a, .take a')].map((e) =>"
        "[e.textContent.trim(), e.getBoundingClientRect().height]).filter(([, h]) => h < 24)"
    )
    assert small == []


def test_contents_stand_beside_the_text_on_a_desk_and_fold_before_it_on_a_phone(browser, rich):
    shown = """const link = document.querySelector("nav a"), main = document.querySelector("main");
      const [a, b] = [link, main].map((e) => e.getBoundingClientRect());
      const under = document.elementFromPoint(a.left + 4, a.top + 4);
      return [link.contains(under), a.right <= b.left, b.top]"""
    for script in (True, False):
        browser.open(rich, width=DESK, script=script)
        assert browser.ask(shown)[:2] == [True, True]
        browser.ask("scrollTo({ top: 9000, behavior: 'instant' })")
        assert browser.ask(shown)[:2] == [True, True]  # it stays in view
        browser.open(rich, width=PHONE, script=script)
        assert browser.ask(shown)[0] is False
        assert browser.ask(shown)[2] < 150  # one line, and the title is in view
        browser.ask("document.querySelector('nav summary').click()")
        assert browser.ask(shown)[0] is True


def test_without_script_the_page_is_whole_and_offers_nothing_that_needs_it(browser, rich):
    words = "return document.querySelector('main').innerText.replace(/\\s+/g, ' ')"
    browser.open(rich, script=True)
    assert browser.ask("return document.querySelectorAll('button').length") > 50
    with_script = browser.ask(words)
    browser.open(rich, script=False)
    assert browser.ask("return document.querySelectorAll('button, [role=status]').length") == 0
    assert browser.ask(words).strip() == with_script.strip()


def test_the_alternative_text_can_be_read_by_those_who_see(browser, rich):
    browser.open(rich)
    for alt, words in browser.ask(
        "return [...document.querySelectorAll('figure')].map((f) => {"
        "f.querySelector('summary').click();"
        "return [f.querySelector('img').alt, f.querySelector('.alt p').innerText]; })"
    ):
        assert words == alt


META = {"title": "Colours", "date": "2026-01-15"}
PLACE = """const r = document.querySelector("figure img").getBoundingClientRect();
  return { x: r.x, y: r.y + scrollY, width: r.width, height: r.height };"""


def as_hex(colour):
    return "#{:02x}{:02x}{:02x}".format(*colour)


def swatches(inks):
    """Return a figure that is one stripe of each colour, and nothing else."""
    fig = Figure(figsize=(6, 1), facecolor=PAPER)
    axes = fig.add_axes((0, 0, 1, 1))
    axes.set_axis_off()
    axes.set_xlim(0, len(inks))
    axes.bar(range(len(inks)), 1, width=1, align="edge", color=inks)
    axes.set_ylim(0, 1)
    data = pd.DataFrame({"ink": inks})
    alt = "Stripes of the colours that charts use, one beside the other."
    return figure(fig, id="fig-inks", title="Colours", alt=alt, source="theme", data=data)


def distance(one, other):
    """Return how far two colours are apart in OKLab (Ottosson 2020), black from white being 1."""
    first, second = (oklab(colour) for colour in (one, other))
    return float(np.linalg.norm(first - second))


def oklab(colour):
    rgb = np.array(to_rgb(colour))
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return TO_LAB @ np.cbrt(TO_LMS @ linear)


TO_LMS = np.array(
    [
        [0.4122214708, 0.5363325363, 0.0514459929],
        [0.2119034982, 0.6806995451, 0.1073969566],
        [0.0883024619, 0.2817188376, 0.6299787005],
    ]
)
TO_LAB = np.array(
    [
        [0.2104542553, 0.7936177850, -0.0040720468],
        [1.9779984951, -2.4285922050, 0.4505937099],
        [0.0259040371, 0.7827717662, -0.8086757660],
    ]
)


def test_charts_keep_their_ink_in_the_dark(browser, rich):
    """Text and lines stand out from the page behind them: the chart has no white sheet."""
    browser.open(rich, dark=True)
    pixels = browser.picture(browser.ask(PLACE))
    colours = sorted(pixels.getcolors(1 << 20), reverse=True)
    by_area = [as_hex(colour) for _, colour in colours]
    assert contrast(by_area[0], "#15181c") < 1.1
    assert max(contrast(colour, by_area[0]) for colour in by_area[:400]) > 10


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_colour_of_a_chart_is_seen_on_the_page_and_told_from_the_others(
    browser, tmp_path, dark
):
    inks = (INK, MUTED, FOCAL, REFERENCE, *OTHERS, NOBODY)
    page = tmp_path / "colours.html"
    page.write_text(build_html(document([swatches(inks)], meta=META)), "utf-8")
    browser.open(page, dark=dark)
    box = browser.ask(PLACE)
    picture = browser.picture(box)
    step = picture.width / len(inks)
    shown = [
        as_hex(picture.getpixel((round((i + 0.5) * step), picture.height // 2)))
        for i in range(len(inks))
    ]
    paper = browser.ask("return getComputedStyle(document.body).backgroundColor")
    behind = as_hex(tuple(map(int, re.findall(r"\d+", paper)[:3])))
    ratios = {
        ink: round(contrast(colour, behind), 1) for ink, colour in zip(inks, shown, strict=True)
    }
    assert min(ratios.values()) >= 3, ratios
    assert min(ratios[INK], ratios[MUTED]) >= 4.5, ratios
    apart = {(a, b): distance(a, b) for a, b in combinations(shown[2:], 2)}
    assert min(apart.values()) > 0.05, apart


def test_a_phone_shows_the_chart_that_was_drawn_for_it_and_all_of_it(browser, rich):
    seen = """return [...document.querySelectorAll("figure")].map((f) => {
      const [image, box] = [f.querySelector("img"), f.querySelector(".scroll")];
      const drawn = f.querySelector("source")?.srcset;
      return [!!drawn && image.currentSrc === drawn, box.scrollWidth - box.clientWidth,
        image.complete && image.naturalWidth > 0]; })"""
    browser.open(rich, width=PHONE)
    assert browser.ask(seen) == [[True, 0, True]] * len(browser.ask(seen))
    browser.open(rich, width=DESK)
    assert browser.ask(seen) == [[False, 0, True]] * len(browser.ask(seen))
    assert len(browser.ask(seen)) > 8


def test_reduced_motion_is_kept(browser, refused):
    browser.open(refused)
    smooth = "return getComputedStyle(document.documentElement).scrollBehavior"
    assert browser.ask(smooth) == "smooth"
    wanted = [{"name": "prefers-reduced-motion", "value": "reduce"}]
    browser.send("Emulation.setEmulatedMedia", media="screen", features=wanted)
    assert browser.ask(smooth) == "auto"


def test_on_paper_no_table_is_cut_and_no_control_is_printed(browser, rich):
    browser.open(rich, width=PRINTED, medium="print")
    cut = """return [...document.querySelectorAll("main table")].filter((t) =>
      t.getBoundingClientRect().width > (t.closest(".wide") ? arguments[1] : arguments[0]) + 1)
      .map((t) => [t.textContent.slice(0, 60), t.getBoundingClientRect().width])"""
    assert browser.ask(cut, PRINTED, TURNED) == []
    hidden = "nav, .skip, .take, .alt, .back"
    shown = f"return [...document.querySelectorAll('{hidden}')].filter((e) => e.offsetHeight)"
    assert browser.ask(shown) == []
    pages = PdfReader(io.BytesIO(browser.pdf())).pages
    assert any(float(p.mediabox.width) > float(p.mediabox.height) for p in pages)
    words = " ".join(p.extract_text() for p in pages)
    assert "https://www.example.org/a?b=2018" in words
    assert "Skip to the report" not in words
    mark = "SIMULATED DATA: not about any real platform or person"
    assert all(mark in page.extract_text() for page in pages)


def test_every_page_of_a_long_table_has_its_head_in_print(browser, tmp_path):
    frame = pd.DataFrame({"Ordinal": range(120), "Spelled": ["row"] * 120})
    made = document([Heading("Right of reply", id="right-of-reply"), long_table(frame)], meta=META)
    page = tmp_path / "long.html"
    page.write_text(build_html(made), "utf-8")
    for script in (True, False):
        browser.open(page, script=script)
        pages = [p.extract_text() for p in PdfReader(io.BytesIO(browser.pdf())).pages]
        assert len(pages) > 3
        assert "Right of reply" not in pages[0]  # it begins a page of its own
        assert all("Ordinal" in text and "Spelled" in text for text in pages[1:]), script


def long_table(frame):
    return table(frame, id="tbl-long", title="Long", limit=200)
