"""Where each node of a document stands in its PDF, held against the words read back."""

from __future__ import annotations

import io
import re

import pandas as pd
import pytest
from pypdf import PdfReader

from audit.report.blocks import Note, prose
from audit.report.document import document
from audit.report.figure import figure
from audit.report.table import table
from audit.report.typst import build_pdf

FILLER = "Words that fill the page so that what follows is moved on to the next one. "


def squeezed(text: str) -> str:
    return re.sub(r"[\s\u200b\u2068\u2069\u00ad-]", "", text)


def long_blocks(draw_chart, rates):
    """Return a report whose parts fall on many pages: long paragraphs, charts, a long table."""
    out = []
    for i in range(12):
        out.append(prose(f"# Part {i}\n\nStart{i}x. {FILLER * (3 + 5 * (i % 3))} End{i}x."))
        out.append(prose("- {a}\n- {b}", a=f"First{i}x", b=f"{FILLER}Last{i}x"))
        if i % 3 == 0:
            out.append(
                figure(
                    draw_chart(),
                    id=f"fig-{i}",
                    title=f"Chart {i}x",
                    alt="Bars of two removal rates, leaders and ordinary accounts.",
                    source=f"Chart source {i}x",
                    data=rates,
                    simulated=True,
                )
            )
        out.append(Note(f"Boxed{i}x"))
    rows = pd.DataFrame({"name": [f"Row{i}x" for i in range(90)], "n": range(90)})
    rows["half"] = ["upper"] * 45 + ["lower"] * 45
    out.append(
        table(
            rows,
            id="tbl-long",
            title="Long",
            columns={"name": "Name", "n": "N"},
            group="half",
            notes=["Notes of it"],
            source="Long s",
        )
    )
    return out


@pytest.fixture
def long(sample, draw_chart, rates):
    return document(sample(*long_blocks(draw_chart, rates)))


def read(content: bytes) -> list[str]:
    return [squeezed(p.extract_text()) for p in PdfReader(io.BytesIO(content)).pages]


def expected(nodes, part):
    """Yield (place, words, whether its start) for all that can be read back without doubt."""
    for i, node in enumerate(nodes):
        key = f"{part}/{i}"
        if node.get("kind") == "note":
            yield key, node["body"], True
        elif node.get("kind") == "figure":
            yield key, node["title"], True
            yield key, node["source"], False
        elif node.get("kind") == "table":
            yield key, node["title"], True
            for j, row in enumerate(node["cells"]):
                yield f"{key}/r{j}", row[0], True
        elif node["k"] == "ul":
            yield key, node["items"][0][0]["c"][0]["v"], True
            yield key, node["items"][-1][0]["c"][0]["v"], False
        elif node["k"] == "p" and "Start" in node["c"][0]["v"]:
            words = node["c"][0]["v"].split()
            yield key, words[0], True
            yield key, words[-1], False


def test_every_place_is_the_page_its_words_stand_on(long):
    pdf = build_pdf(long)
    pages = read(pdf.content)
    seen = set()
    for part, nodes in (("front", long.front), ("body", long.body)):
        for key, words, start in expected(nodes, part):
            page = (pdf.places if start else pdf.ends)[key]
            assert squeezed(words) in pages[page - 1], (key, words, page)
            seen.add(page)
    assert len(seen) > 5


def test_every_node_has_a_place_and_page_one_is_page_one(long):
    pdf = build_pdf(long)
    for part, nodes in (("front", long.front), ("body", long.body)):
        assert {f"{part}/{i}" for i in range(len(nodes))} <= set(pdf.places)
    assert {v for k, v in pdf.places.items() if k.startswith("front/")} == {1}
    assert all(pdf.ends[k] >= page for k, page in pdf.places.items() if k in pdf.ends)


def test_a_long_table_says_where_its_rows_groups_and_notes_stand(long):
    pdf = build_pdf(long)
    at = next(i for i, n in enumerate(long.body) if n.get("id") == "tbl-long")
    rows = [pdf.places[f"body/{at}/r{i}"] for i in range(90)]
    assert rows == sorted(rows)
    assert rows[-1] > rows[0] == pdf.places[f"body/{at}"]
    assert pdf.places[f"body/{at}/g0"] == rows[0]
    assert pdf.places[f"body/{at}/g1"] == rows[45]
    assert pdf.places[f"body/{at}/notes"] == pdf.ends[f"body/{at}"] >= rows[-1]


def test_places_are_the_same_every_time(long):
    first, again = build_pdf(long), build_pdf(long)
    assert dict(first.places) == dict(again.places)
    assert first.content == again.content
