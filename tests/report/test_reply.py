"""The right of reply: what is put to the platform, room for an answer, and the answer in full."""

from __future__ import annotations

import io
import re

import pytest
from builders import platform, question
from pypdf import PdfReader

import audit
from audit.errors import ReportError
from audit.report.blocks import Heading, Note, Prose, Table
from audit.report.document import document
from audit.report.front import key_facts
from audit.report.numbering import plain, walk
from audit.report.reply import Reply, findings_table, right_of_reply
from audit.report.standard import standard_blocks
from audit.report.typst import build_pdf

ANSWER = Reply(
    "We *checked*.\n\n- Three were wrong.\n\n`#read()` <b>x</b>", "An Officer", "2026-02-01"
)


@pytest.fixture(scope="module")
def evidence():
    return audit.appraise(audit.compare(audit.enroll(platform(), question())))


def test_the_numbers_put_are_those_of_page_one(evidence):
    put = findings_table(evidence)
    facts = key_facts(evidence).facts
    assert put.cells == tuple((f.label, f.value, f.gloss or "") for f in facts)


def test_without_an_answer_there_are_lines_to_write_on(evidence):
    blocks = right_of_reply(evidence)
    assert isinstance(blocks[0], Heading)
    assert blocks[0].id == "right-of-reply"
    assert any(isinstance(b, Table) for b in blocks)
    assert isinstance(blocks[-1], Note)
    assert blocks[-1].ruled > 0


def test_an_answer_is_printed_in_full_as_a_quotation_with_who_and_when(evidence):
    blocks = right_of_reply(evidence, reply=ANSWER)
    assert not any(isinstance(b, Note) for b in blocks)
    said = blocks[-2]
    assert isinstance(said, Prose)
    assert dict(said.values) == {"who": "An Officer", "on": "2026-02-01"}
    doc = document(standard_blocks(evidence, reply=ANSWER))
    quotes = [n for n in doc.body if n["k"] == "quote"]
    assert len(quotes) == 1
    words = "".join(plain([n]) for n in walk(quotes[0]["c"]) if n["k"] in ("t", "code"))
    assert "Three were wrong." in words
    assert "<b>x</b>" in words
    kinds = {k for e in doc.tokens if "Three were" in e["text"] for _, k, _ in e["tokens"]}
    assert kinds == {"quotation"}


def test_an_answer_needs_words_a_name_and_a_day():
    with pytest.raises(ReportError) as stopped:
        Reply(" ", "", "yesterday")
    for said in ("no text", "who gave it", "'yesterday'", "2026-01-15"):
        assert said in str(stopped.value)


def test_an_answer_is_read_from_a_file(tmp_path):
    path = tmp_path / "answer.md"
    path.write_text("We *checked*.", encoding="utf-8")
    assert Reply.read(path, who="A", on="2026-02-01").text == "We *checked*."
    with pytest.raises(ReportError, match="cannot be read"):
        Reply.read(tmp_path / "none.md", who="A", on="2026-02-01")
    path.write_bytes(b"x" * 200_001)
    with pytest.raises(ReportError, match="200,001 bytes"):
        Reply.read(path, who="A", on="2026-02-01")


def test_the_page_begins_and_ends_by_itself(evidence):
    doc = document(standard_blocks(evidence))
    pdf = build_pdf(doc)
    at = {n.get("id"): f"body/{i}" for i, n in enumerate(doc.body)}
    page = pdf.places[at["right-of-reply"]]
    rows = [k for k in pdf.places if k.startswith(f"{at['tbl-reply']}/")]
    assert {pdf.places[k] for k in rows} == {page}
    texts = [p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages]
    here = texts[page - 1]
    assert "Right of reply" in here
    assert re.search("answer: by whom, on which day", here, re.IGNORECASE)
    assert "Methods" in texts[page]
    assert not any("Are these counts right" in t for i, t in enumerate(texts) if i != page - 1)


def test_the_standard_report_lists_the_works_its_methods_cite(evidence):
    doc = document(standard_blocks(evidence))
    places = [n.get("entry") or n.get("id") for n in doc.body]
    start = places.index("references")
    assert places[start + 1] == "ref-berger1982"
    assert "provenance" in places[start:]
