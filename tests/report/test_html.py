from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import replace
from html.parser import HTMLParser

import pandas as pd
import pytest

from audit.charts.theme import contrast
from audit.report.blocks import Note, prose
from audit.report.captioned import figure_html, table_html, text
from audit.report.document import document
from audit.report.figure import figure
from audit.report.frame import STYLE, contents
from audit.report.html import build_html
from audit.report.interactive import SCRIPT, policy
from audit.report.table import table

META = {"title": "T", "date": "2026-01-01"}
ALT = "Dot plot of two removal rates: 14 % for leaders and 39 % for ordinary accounts."


class Reading(HTMLParser):
    """Tags, attributes and words of a page."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.ids, self.links, self.images, self.attributes = [], [], [], [], set()
        self.words = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.tags.append(tag)
        self.attributes |= set(given)
        self.ids += [given["id"]] if "id" in given else []
        self.links += [given["href"]] if "href" in given else []
        self.images += [given] if tag == "img" else []

    def handle_data(self, data):
        self.words += data


@pytest.fixture
def page(sample):
    return build_html(document(sample()))


def test_the_page_runs_nothing_and_fetches_nothing(page):
    read = Reading(page)
    assert not {"iframe", "object", "embed", "form", "link", "base", "svg"} & set(read.tags)
    assert not [a for a in read.attributes if a.startswith("on") or a == "style"]
    assert read.tags.count("script") == 1
    assert page.count(f'<script type="module">{SCRIPT}</script>') == 1
    assert f'content="{policy()}"' in page
    assert all(i["src"].startswith("data:image/svg+xml;base64,") for i in read.images)
    outside = [a for a in read.links if "://" in a]
    assert outside == ["https://www.example.org/"]


def test_the_page_is_whole_for_those_who_listen(page):
    read = Reading(page)
    assert page.startswith('<!doctype html>\n<html lang="en">')
    assert read.tags.count("h1") == 1
    assert read.links[0] == "#main"
    assert all(len(i["alt"]) >= 30 for i in read.images)
    assert {"main", "header", "nav", "figure", "figcaption", "caption", "math"} <= set(read.tags)
    assert len(read.ids) == len(set(read.ids))


def test_every_inner_link_has_its_target_and_every_file_its_link(page):
    read = Reading(page)
    inner = [a[1:] for a in read.links if a.startswith("#")]
    assert set(inner) <= set(read.ids)
    files = {a for a in read.links if a.startswith(("charts/", "tables/"))}
    assert files == {f"charts/fig-rates.{k}" for k in ("png", "svg", "csv")} | {
        f"tables/tbl-rates.{k}" for k in ("csv", "tex")
    }


def test_numbers_and_marks_are_those_of_the_pdf(page):
    words = Reading(page).words
    assert "Figure 1" in words
    assert "the rates (Table 1)" in words
    assert "Equation 1" in words
    assert words.count("[SIMULATED]") == 2
    assert "SIMULATED DATA" in words


def test_a_real_report_carries_no_mark(sample):
    words = Reading(build_html(document(sample(simulated=False)))).words
    assert "SIMULATED" not in words


def test_the_policy_lets_nothing_load_and_one_script_run():
    told = dict(part.split(" ", 1) for part in policy().split("; "))
    assert told.pop("default-src") == "'none'"
    assert told.pop("img-src") == "data:"  # the charts, which are inside
    digest = base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()
    assert told.pop("script-src") == f"'sha256-{digest}'"
    assert told == {
        "style-src": "'unsafe-inline'",
        "base-uri": "'none'",
        "form-action": "'none'",
    }


def test_the_script_is_one_piece_of_plain_text():
    assert "</" not in SCRIPT
    assert "\r" not in SCRIPT  # a browser would turn it into another text, with another hash
    for way in ("innerHTML", "insertAdjacentHTML", "document.write", "eval", "fetch", "http"):
        assert way not in SCRIPT


def test_the_style_fetches_nothing():
    style = STYLE.read_text("utf-8")
    assert not re.search(r"url\(|@import|</", style)


def colours(block):
    return dict(re.findall(r"--(\w+):(#\w+)", block))


def test_every_text_is_read_on_every_ground_in_the_light_and_in_the_dark():
    style = STYLE.read_text("utf-8")
    light = colours(style[: style.index("}")])
    dark = colours(style.split("prefers-color-scheme:dark", 1)[1].split("}", 1)[0])
    assert set(dark) == set(light)
    for theme in (light, dark):
        for ground in ("paper", "wash", "rose", "cream"):
            for ink in ("ink", "muted", "accent", "amber", "link"):
                assert contrast(theme[ink], theme[ground]) >= 4.5, (ink, ground, theme)
        assert contrast(theme["amber"], theme["band"]) >= 4.5
        assert contrast(theme["focus"], theme["paper"]) >= 3


def test_contents_are_nested_by_level_and_survive_a_level_that_is_skipped():
    entries = [(1, "a", "1", "A"), (2, "b", "1.1", "B"), (1, "c", "", "C"), (3, "d", "", "D")]
    page = contents([*entries, (1, "e", "2", "E")])
    shape = re.sub(r"<a [^>]*>.*?</a>|<(?!/?(ol|li))[^>]*>", "", page.split("</summary>")[1])
    assert shape == "<ol><li><ol><li></li></ol></li><li><ol><li></li></ol></li><li></li></ol>"
    assert contents([]) == ""


def test_headings_go_down_one_level_at_a_time(sample):
    page = build_html(document(sample(prose("# A\n\n#### B\n\n## C\n\n### D"))))
    levels = [int(tag[1]) for tag in Reading(page).tags if re.fullmatch("h[1-6]", tag)]
    assert levels[-7:] == [2, 3, 3, 4, 2, 3, 2]  # A, B, C, D, Methods, Provenance, Footnotes


def test_the_first_column_heads_its_row_and_a_group_its_rows():
    frame = pd.DataFrame({"g": ["x", "x", "y"], "k": ["a", "", "c"], "v": [1, 2, 3]})
    made = table(frame, id="tbl-x", title="T", columns={"k": "K", "v": "V"}, group="g").payload()
    page = table_html(made)
    assert page.count("<tbody>") == 2
    assert page.count('scope="rowgroup"') == 2
    assert page.count('<th scope="row">') == 2  # an empty cell heads nothing
    assert page.count('scope="col"') == 2
    assert 'aria-labelledby="tbl-x.title"' in page
    assert '<span id="tbl-x.title"><strong>' in page
    spanned = table(frame, id="tbl-x", title="T", spanners=[("", 1), ("Over", 2)]).payload()
    assert '<colgroup span="1"></colgroup><colgroup span="2"></colgroup>' in table_html(spanned)
    numbers = table(frame, id="tbl-x", title="T", columns={"v": "V", "k": "K"}).payload()
    assert 'scope="row"' not in table_html(numbers)


def test_no_number_is_cut_by_a_tag(sample):
    """Whoever reads the text of the page back finds each number in one piece."""
    page = build_html(document(sample()))
    body = re.sub(r"<annotation.*?</annotation>|<math.*?</math>", "", page.split("<main")[1])
    assert re.findall(r"\d(?:<[^>]*>)+\d", body) == []
    assert "−22.0 points" in body
    assert "2,038" in body


def test_a_chart_can_be_read_as_text_where_it_can_be_taken_away(sample):
    page = build_html(document(sample()))
    spoken = f"<summary>Alternative text</summary><p><bdi>{text(ALT)}</bdi></p>"
    assert spoken in page
    bare = next(b for b in sample() if b.kind == "figure").payload()
    assert "<details" not in figure_html(bare)


def test_a_chart_drawn_for_a_phone_is_inside_beside_the_one_for_a_desk(draw_chart, rates):
    words = {"id": "fig-x", "title": "T", "alt": ALT, "source": "S", "data": rates}
    both = figure(draw_chart(), phone=draw_chart(), **words).payload()
    page = figure_html(both)
    assert page.count("<img ") == page.count("<source ") == page.count("<picture>") == 1
    assert page.count("data:image/svg+xml;base64,") == 2
    one = figure_html(figure(draw_chart(), **words).payload())
    assert "<picture>" not in one


def test_a_page_says_how_it_is_checked_before_its_first_section(sample):
    made = document(sample())
    assert "audit verify" not in build_html(made)
    page = build_html(replace(made, fingerprint="0123456789ab"))
    said = re.sub("<[^>]*>", "", page)
    assert "audit verify report.html. Fingerprint 0123456789ab." in said
    assert page.index("0123456789ab") < page.index("<h2")


def test_dates_in_cells_stand_on_one_line():
    cells = ["2021-09-01", "2021-09", "2021", "about 2021-09-01", "2021-09-01/2022-01-31"]
    page = table_html(table(pd.DataFrame({"d": cells}), id="tbl-d", title="D").payload())
    assert re.findall(r'class="date"><bdi>([^<]*)', page) == ["2021-09-01", "2021-09"]


def test_lines_to_write_an_answer_on_have_room_in_print():
    page = build_html(document([Note("", title="Answer", ruled=9)], meta=META))
    assert 'class="box note caution ruled"' in page
    assert "ruled" not in build_html(document([Note("x")], meta=META)).split("</style>")[1]
