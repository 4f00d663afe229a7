from __future__ import annotations

import io
import re
import time

import pandas as pd
import pikepdf
import pytest

from audit.errors import ReportError
from audit.report.blocks import Facts, Finding, Heading, Note, prose
from audit.report.document import document
from audit.report.table import table
from audit.report.typst import build_pdf, count_pages

SECONDS = 6.0  # three on an idle machine; this one may be shared
META = {"title": "T", "date": "2026-01-01"}


@pytest.fixture
def pdf(sample):
    return build_pdf(document(sample()))


def test_the_pdf_says_what_it_is(pdf):
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        root = opened.Root
        assert str(root.Lang) == "en"
        assert bool(root.MarkInfo.Marked)
        assert "/StructTreeRoot" in root
        assert bool(root.ViewerPreferences.DisplayDocTitle)
        with opened.open_metadata() as about:
            assert about["pdfuaid:part"] == "1"
            assert about["pdfaid:part"] == "2"
            assert about["pdfaid:conformance"] == "A"
            assert about["dc:title"] == "Are leaders’ posts removed less often?"
        assert "/OpenAction" not in root
        assert "/JavaScript" not in root.get("/Names", {})


def test_every_font_is_embedded_and_maps_to_text(pdf):
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        fonts = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary)]
        faces = [f for f in fonts if f.get("/Type") == "/FontDescriptor"]
        assert faces
        assert all({"/FontFile", "/FontFile2", "/FontFile3"} & set(f.keys()) for f in faces)
        wholes = [f for f in fonts if f.get("/Subtype") == "/Type0"]
        assert all("/ToUnicode" in f for f in wholes)


def test_figures_formulas_and_headers_are_tagged(pdf):
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        tags = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o]
        kinds = [str(o.S) for o in tags]
        for kind in ("/Figure", "/Formula", "/Table", "/TH", "/TD", "/H1", "/Note", "/Link", "/L"):
            assert kind in kinds, kind
        described = [o for o in tags if str(o.S) in ("/Figure", "/Formula")]
        assert all(str(o.get("/Alt", "")) for o in described)


def test_time_stamp_is_the_reports_day(pdf):
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        assert str(opened.docinfo.CreationDate).startswith("D:20260115")


def test_simulated_is_on_every_page_and_in_every_caption(sample, pdf_text):
    from pypdf import PdfReader

    pdf = build_pdf(document(sample(Heading("More"), *(Note("x" * 900) for _ in range(9)))))
    pages = [p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages]
    assert len(pages) == count_pages(pdf.content) > 3
    assert all("SIMULATED DATA" in page for page in pages)
    assert "".join(pages).count("[SIMULATED]") == 2
    real = build_pdf(document(sample(simulated=False)))
    assert "SIMULATED" not in pdf_text(real.content)


def test_page_one_shrinks_and_then_is_refused():
    def front(points):
        box = Finding(
            "A long headline. " * 4, tuple("A point of some length. " * 4 for _ in range(points))
        )
        return [box, Facts(()), Heading("Results"), prose("x")]

    assert count_pages(build_pdf(document(front(3), meta=META)).content) == 2
    assert count_pages(build_pdf(document(front(18), meta=META)).content) == 2
    with pytest.raises(ReportError, match="Page one does not fit on one page"):
        build_pdf(document(front(60), meta=META))


def test_a_wide_table_is_turned_and_stays_inside(pdf_text):
    frame = pd.DataFrame({f"measure_{i}": [i * 1.2345, 100.5] for i in range(13)})
    blocks = [Heading("R"), table(frame, id="tbl-w", title="Wide"), prose("After.")]
    pdf = build_pdf(document(blocks, meta=META))
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        shapes = [(float(p.mediabox[2]), float(p.mediabox[3])) for p in opened.pages]
    assert [w > h for w, h in shapes] == [False, False, True, False]
    assert "measure_12" in pdf_text(pdf.content).replace("\n", "")


def test_a_long_table_repeats_its_head(pdf_text):
    frame = pd.DataFrame({"Ordinal": range(150), "b": ["row"] * 150})
    pdf = build_pdf(document([Heading("R"), table(frame, id="tbl-l", title="Long")], meta=META))
    assert pdf_text(pdf.content).count("Ordinal") >= 3


def test_page_count_is_right(pdf):
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        assert count_pages(pdf.content) == len(opened.pages)


def test_a_formula_pandoc_cannot_read_is_shown_as_typed(pdf_text):
    pdf = build_pdf(document([prose("# A\n\nThen $\\nonsense{$ ends.")], meta=META))
    assert "nonsense" in pdf_text(pdf.content)


def test_typesetting_is_quick(sample):
    made = document(sample(*(prose("Word " * 400) for _ in range(8))))
    build_pdf(made)
    start = time.process_time()
    build_pdf(made)
    assert time.process_time() - start < SECONDS


def test_a_long_contents_list_adds_no_page():
    blocks = [Finding("x"), *(Heading(f"Section {i}") for i in range(1, 31))]
    content = build_pdf(document(blocks, meta=META)).content
    with pikepdf.open(io.BytesIO(content)) as opened:
        assert len(opened.pages) == count_pages(content) < 30


def test_headings_nest_and_every_table_head_has_a_scope(sample):
    blocks = sample(Heading("Part"), Heading("Detail", level=2))
    with pikepdf.open(io.BytesIO(build_pdf(document(blocks)).content)) as opened:
        tags = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o]
        heads = [o for o in tags if str(o.S) == "/TH"]
        levels = {str(o.S) for o in tags if re.fullmatch(r"/H\d", str(o.S))}
        scopes = {str(a.get("/Scope")) for o in heads for a in _attributes(o)}
    assert heads
    assert "/Column" in scopes
    assert levels == {f"/H{n}" for n in range(1, len(levels) + 1)}


def _attributes(tag):
    found = tag.get("/A", [])
    return list(found) if isinstance(found, pikepdf.Array) else [found]
