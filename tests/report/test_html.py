from __future__ import annotations

from html.parser import HTMLParser

import pytest

from audit.report.document import document
from audit.report.html import build_html


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
    assert not {"iframe", "object", "embed", "form", "link", "base", "svg"} & set(
        read.tags
    )
    assert not [a for a in read.attributes if a.startswith("on") or a == "style"]
    assert "default-src 'none'" in page
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
