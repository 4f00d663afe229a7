"""Hostile values through every door of a report: inert, and still legible."""

from __future__ import annotations

import io
import re

import pandas as pd
import pikepdf
import pytest

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
from audit.report.typst import build_pdf
from audit.text import visible

RIGHT_TO_LEFT = re.compile("[\u0590-\u08ff]")


def squeezed(text):
    """Return text without the spaces, line ends and break signs that setting it may add."""
    return re.sub(r"[\s\u200b\u200d\ufe0f\u2068\u2069]", "", text)


def replacements(pdf):
    """Yield the replacement texts in the pages of a PDF."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            for operands, operator in pikepdf.parse_content_stream(page):
                if str(operator) == "BDC" and isinstance(operands[1], pikepdf.Dictionary):
                    yield str(operands[1].get("/ActualText", ""))


@pytest.fixture(scope="module")
def made(hostile):
    from matplotlib.figure import Figure

    frame = pd.DataFrame({"h": list(hostile), "n": range(len(hostile))})
    charts = []
    for i, value in enumerate(hostile):
        fig = Figure(figsize=(3, 0.6))
        if i % 4 == 0:
            words = {"title": f"T {value}", "alt": value + " " * 3 + "alternative text of a chart"}
            words |= {"subtitle": value, "note": value, "source": f"S {value}"}
            charts.append(figure(fig, id=f"fig-{i}", data=frame.head(2), **words))
    blocks = [
        Cover("T " + hostile[0], hostile[4], hostile[5], (hostile[6],), "2026-01-01", hostile[12]),
        Heading("One"),
        table(
            frame,
            id="tbl-h",
            title="T " + hostile[3],
            columns={"h": Column("H " + hostile[5], link=True), "n": "N"},
            notes=hostile[:3],
            source=hostile[4],
            group="h",
        ),
        *(Finding(f"F {h}", (h,), h) for h in hostile),
        *(Note(f"N {h}", (h,), h) for h in hostile[:6]),
        Facts(tuple(Fact(h, h, h) for h in hostile[:12])),
        Provenance(tuple((h, h) for h in hostile), ((hostile[0], 1, hostile[5]),)),
        Verbatim(hostile),
        *(prose("Value {v}, *{v}*, `{v}`.", v=h) for h in hostile),
        *(Heading(f"H {h}") for h in hostile[:8]),
        *charts,
    ]
    return document(blocks)


@pytest.fixture(scope="module")
def pdf(made):
    return build_pdf(made).content


def test_nothing_of_the_machine_is_in_the_pdf(pdf, pdf_text):
    text = pdf_text(pdf)
    assert "root:" not in text
    assert '"maths"' not in text
    for sign in (b"/URI", b"/JavaScript", b"/Launch", b"/EmbeddedFile", b"/AA"):
        assert sign not in pdf
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        for page in opened.pages:
            for note in page.get("/Annots", []):
                assert "/A" not in note or str(note.A.S) == "/GoTo"


def test_every_value_can_be_read_in_the_pdf(made, pdf, pdf_text, hostile):
    text = squeezed(pdf_text(pdf))
    for value in hostile:
        shown = squeezed(visible(value, 60).rstrip("…"))
        if set(shown) & set(made.uncovered()):
            # One box glyph stands for many characters; the others are in its replacement text.
            assert set(shown) <= set(text) | set("".join(replacements(pdf))), value
            continue
        if RIGHT_TO_LEFT.search(shown):  # readers differ in the order they give such letters back
            assert RIGHT_TO_LEFT.search(text)
        else:
            assert shown in text, value[:40]


def test_every_value_is_inert_and_legible_in_the_html(made, hostile):
    page = build_html(made)
    body = page.split("<main")[1]
    assert not re.search(r"<(script|iframe|object|embed|form|base|style|svg)\b", body)
    assert not re.search(r"<[^>]*\son\w+\s*=", re.sub(r'"[^"]*"', '""', body))
    assert not re.findall(r'href="(?!#|charts/|tables/)', page)
    assert all(s.startswith("data:image/svg+xml") for s in re.findall(r'src="([^"]*)"', body))
    import html as entities

    words = squeezed(entities.unescape(re.sub(r"<[^>]*>", "", body)))
    for value in hostile:
        assert squeezed(visible(value, 60).rstrip("…")) in words, value[:40]
    assert "\u202e" not in page
    assert "\x00" not in page


def test_alternative_texts_reach_the_tags(pdf):
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        figures = [
            o
            for o in opened.objects
            if isinstance(o, pikepdf.Dictionary) and o.get("/S") == "/Figure"
        ]
        alts = {str(o.get("/Alt", "")) for o in figures}
    assert any('#read("/etc/passwd")' in alt for alt in alts)
    assert not any("\u202e" in alt or "\x00" in alt for alt in alts)
