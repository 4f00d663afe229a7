"""How a document is laid out on pages: turned sheets, tables with their notes, running heads."""

from __future__ import annotations

import io

import pandas as pd
import pytest
from pypdf import PdfReader

from audit.report.blocks import Cover, Heading, Note, prose
from audit.report.document import document
from audit.report.figure import figure
from audit.report.fonts import text_width
from audit.report.layout import moved_figure, parted_tables, sheets
from audit.report.printed import printed, shortened
from audit.report.table import table
from audit.report.typst import build_pdf
from audit.report.widths import INSET, PORTRAIT

COVER = Cover("A title", date="2026-01-01")


def rows(n: int, **extra) -> pd.DataFrame:
    return pd.DataFrame({"name": [f"Row{i}x" for i in range(n)], "n": range(n), **extra})


def heading(level=1):
    return {"k": "h", "level": level, "starts_appendix": False}


def wide():
    return {"k": "block", "kind": "table", "fit": {"landscape": True}}


def test_a_turned_table_takes_the_words_that_lead_up_to_it_onto_its_page():
    para = {"k": "p"}
    chart = {"k": "block", "kind": "figure"}
    upright = {"k": "block", "kind": "table", "fit": {"landscape": False}}
    assert sheets([para, heading(), para, wide(), heading(), para]) == [
        {"turned": False, "span": [0, 1]},
        {"turned": True, "span": [1, 4]},
        {"turned": False, "span": [4, 6]},
    ]
    for stays in (chart, upright):
        found = sheets([heading(), stays, heading(2), para, wide()])
        assert found[-1] == {"turned": True, "span": [4, 5]}
    assert sheets([heading(), para]) == [{"turned": False, "span": [0, 2]}]
    assert sheets([]) == []


def test_an_appendix_that_opens_on_a_turned_page_leaves_no_empty_page_before_it():
    words = {f"c{i}": ["some plain words"] * 3 for i in range(15)}
    blocks = [
        COVER,
        prose("# One\n\nText."),
        Heading("Wide", appendix=True),
        prose("What stands below."),
        table(rows(3, **words), id="tbl-wide", title="Wide", source="S"),
        Heading("After", appendix=True),
        prose("Upright again."),
    ]
    pages = PdfReader(io.BytesIO(build_pdf(document(blocks)).content)).pages
    turned = [p.mediabox.width > p.mediabox.height for p in pages]
    assert turned == [False, False, True, False]
    assert all(len(p.extract_text()) > 40 for p in pages)
    assert "What stands below" in pages[2].extract_text()


@pytest.mark.parametrize("n", range(36, 48))
def test_the_notes_of_a_long_table_stand_under_rows(n):
    notes = ["A note of some length. " * 12] * 2
    blocks = [
        COVER,
        prose("# One\n\nText."),
        table(rows(n), id="tbl-t", title="T", notes=notes, source="S"),
    ]
    report = document(blocks)
    pdf = build_pdf(report)
    at = next(f"body/{i}" for i, node in enumerate(report.body) if node.get("id") == "tbl-t")
    last = pdf.places[f"{at}/r{n - 1}"]
    assert pdf.places[f"{at}/notes"] == last == pdf.places[f"{at}/r{n - 3}"]
    assert pdf.ends[at] == last


@pytest.mark.parametrize("n", [20, 44])
def test_notes_stand_as_clear_of_the_last_rule_where_they_hang_on_the_last_rows(n):
    notes = ["Nxy " * 60]
    blocks = [COVER, prose("# One\n\nText."), table(rows(n), id="tbl-t", title="T", notes=notes)]
    pages = PdfReader(io.BytesIO(build_pdf(document(blocks)).content)).pages
    heights: dict[str, float] = {}

    def see(text: str, placed, _matrix, _font, _size) -> None:
        for word in (f"Row{n - 1}x", "Nxy"):
            if word in text:
                heights.setdefault(word, placed[5])

    pages[-1].extract_text(visitor_text=see)
    assert heights[f"Row{n - 1}x"] - heights["Nxy"] == pytest.approx(17, abs=0.5)  # points


def test_a_parted_table_is_one_whose_notes_or_last_rows_stand_alone():
    node = {
        "k": "block",
        "kind": "table",
        "at": "body/1",
        "cells": [["a"]] * 9,
        "tail": 3,
        "fit": {"whole": True},
    }
    here = {f"body/1/r{i}": 2 for i in range(9)}
    assert parted_tables([node], {**here, "body/1/notes": 2}) == []
    assert parted_tables([node], here) == []  # it has no notes
    assert parted_tables([node], {**here, "body/1/notes": 3}) == ["body/1"]
    assert parted_tables([node], {**here, "body/1/r8": 3, "body/1/notes": 3}) == ["body/1"]
    early = {k: 2 if int(k.rpartition("r")[2]) < 5 else 3 for k in here}
    assert parted_tables([node], {**early, "body/1/notes": 3}) == []


def test_rows_held_together_never_cross_the_label_of_a_group():
    frame = rows(20)
    frame["half"] = ["a"] * 18 + ["b"] * 2
    both = {"name": "Name", "n": "N"}
    blocks = [
        COVER,
        Heading("One"),
        table(frame, id="tbl-a", title="T", columns=both, group="half", source="S"),
        table(rows(20), id="tbl-b", title="T", source="S"),
        table(rows(1), id="tbl-c", title="T", source="S"),
    ]
    data, _ = printed(document(blocks))
    assert [n["tail"] for n in data["body"] if n.get("kind") == "table"] == [2, 3, 1]


def test_words_after_a_chart_fill_the_page_that_has_no_room_for_it(draw_chart, rates):
    fig = draw_chart()
    fig.set_size_inches(6.3, 6.0)
    chart = figure(
        fig,
        id="fig-tall",
        title="Tall chart",
        alt="Bars of two removal rates, leaders and ordinary accounts.",
        source="S",
        data=rates,
    )
    before, after = "Before it. " * 120, "After it. " * 150
    blocks = [COVER, prose(f"# One\n\n{before}"), Note("Boxed. " * 60), chart, prose(after)]
    report = document(blocks)
    pdf = build_pdf(report)
    places = {n.get("id") or n["k"]: pdf.places[f"body/{i}"] for i, n in enumerate(report.body)}
    assert places["fig-tall"] == 3
    assert "After it." in PdfReader(io.BytesIO(pdf.content)).pages[1].extract_text()


def test_a_running_head_is_cut_between_words():
    assert shortened("Short title") == "Short title"
    long = shortened("Before and after the exemption for leaders under the rule on abuse, again")
    assert long.endswith(" …")
    assert text_width(long, 8) <= 220
    assert "Before and after the exemption for leaders" in long
    assert shortened("x" * 300).strip("x") == "…"
    for title in ("王" * 200, "m" * 300, "مرحبا " * 60, "  ", ""):
        assert text_width(shortened(title, 200), 8) <= 200


def test_a_title_runs_as_long_as_the_heads_beside_it_leave_room_for():
    title = "Leaders and the rules: what the documented decisions show, and what they do not"
    for heading, whole in (("One", True), ("A heading " * 12, False)):
        data, _ = printed(document([Cover(title, date="2026-01-01"), Heading(heading)]))
        assert (data["short"] == title) is whole
        beside = max(text_width(h, 8) for h in data["heads"].values())
        assert text_width(data["short"], 8) + beside <= PORTRAIT - 16


def filled(lines: int):
    return prose("# One\n\n" + "\n\n".join(["A line."] * lines))


def heights(content: bytes, words: tuple[str, ...]) -> dict[str, tuple[int, float]]:
    """Return page and height above the page's foot of the first text that holds each word."""
    found: dict[str, tuple[int, float]] = {}
    for page, sheet in enumerate(PdfReader(io.BytesIO(content)).pages, 1):

        def see(text: str, placed, _matrix, _font, _size, page: int = page) -> None:
            for word in words:
                if word in text:
                    found.setdefault(word, (page, placed[5]))

        sheet.extract_text(visitor_text=see)
    return found


@pytest.mark.parametrize("lines", [3, 12, 20, 30])
def test_a_chart_never_stands_above_the_heading_of_its_section(lines, draw_chart, rates):
    alt = "Bars of two removal rates, leaders and ordinary accounts."
    charts = [
        figure(draw_chart(), id=f"fig-{i}", title=f"{name} chart", alt=alt, source="S", data=rates)
        for i, name in enumerate(("Tallest", "Widest"))
    ]
    blocks = [COVER, filled(lines), prose("# Zwei\n\nSecondly."), charts[0], prose("More. " * 90)]
    blocks += [prose("# Drei\n\nThirdly."), charts[1], prose("More. " * 300)]
    report = document(blocks)
    pdf = build_pdf(report)
    at = {n.get("id"): f"body/{i}" for i, n in enumerate(report.body)}
    pages = [pdf.places[at[i]] for i in ("zwei", "fig-0", "drei", "fig-1")]
    assert pages[0] <= pages[1] <= pages[3]
    assert pages[2] <= pages[3]
    found = heights(pdf.content, ("Secondly", "Tallest", "Thirdly", "Widest"))
    for first, chart in (("Secondly", "Tallest"), ("Thirdly", "Widest")):
        (page, height), (its_page, its_height) = found[first], found[chart]
        assert page < its_page or height > its_height, chart


def test_a_chart_before_its_heading_is_tried_here_and_then_at_the_foot():
    body = [
        {"k": "h", "at": "0"},
        {"k": "p", "at": "1"},
        {"k": "block", "kind": "figure", "at": "2"},
        {"k": "block", "kind": "figure", "at": "3"},
    ]
    spots = {"0": (2, 300.0), "1": (2, 340.0), "2": (2, 80.0), "3": (3, 80.0)}
    assert moved_figure(body, spots, {}, {}) == {"2": "here"}
    here = {**spots, "2": (2, 400.0)}
    assert moved_figure(body, here, {}, {"2": "here"}) == {}
    over = {**spots, "2": (3, 80.0), "3": (3, 300.0)}  # the rest of page 2 is left empty
    assert moved_figure(body, over, {}, {"2": "here"}) == {"2": "foot"}
    low = {**spots, "2": (3, 500.0), "3": (3, 80.0)}  # the second before the first
    assert moved_figure(body, low, {}, {"2": "foot"}) == {"3": "here"}


@pytest.mark.parametrize("lines", range(22, 34))
def test_no_table_begins_with_fewer_than_three_rows_on_a_page(lines):
    report = document([COVER, filled(lines), table(rows(40), id="tbl-t", title="T", source="S")])
    pdf = build_pdf(report)
    at = next(f"body/{i}" for i, node in enumerate(report.body) if node.get("id") == "tbl-t")
    assert pdf.places[f"{at}/r0"] == pdf.places[f"{at}/r2"] == pdf.places[at]


def test_no_word_of_a_head_is_wider_than_its_columns():
    name = "Officials_" + "x" * 60
    frame = pd.DataFrame({"a": ["word"], "b": [1], "c": [2], "d": ["tail"]})
    made = table(
        frame,
        id="tbl-h",
        title="T",
        columns={"a": "Field", "b": name, "c": "n", "d": name},
        spanners=[("", 1), (name, 2), ("", 1)],
    )
    data, _ = printed(document([COVER, Heading("One"), made]))
    node = next(n for n in data["body"] if n.get("kind") == "table")
    size, widths = node["fit"]["size"], node["fit"]["widths"]
    spans = [(0, 1), (1, 3), (3, 4)]
    heads = [(c["label"], widths[i]) for i, c in enumerate(node["columns"])]
    heads += [(t, sum(widths[a:b])) for (t, _), (a, b) in zip(node["spanners"], spans, strict=True)]
    for label, width in heads:
        for piece in label.replace("\u200b", " ").split():
            assert text_width(piece, size, bold=True) <= width - 2 * INSET + 0.1, label
