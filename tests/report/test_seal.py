"""The fingerprint and its command, in words and as a QR code."""

from __future__ import annotations

import io
from dataclasses import replace

import pikepdf
import pytest
from pypdf import PdfReader

from audit.errors import ReportError
from audit.report.document import document
from audit.report.seal import seal
from audit.report.typst import build_pdf

MARK = "1234abcd5678"


def stamped(sample, mark):
    return replace(document(sample()), fingerprint=mark)


def test_a_seal_says_the_command_and_the_fingerprint_and_no_address():
    made = seal(MARK)
    assert made.says == f"audit verify report.pdf # fingerprint {MARK}"
    assert made.says in made.alt
    assert "://" not in made.says


def test_the_code_is_a_qr_code_of_these_words():
    rows = seal(MARK).modules
    size = len(rows)
    assert all(len(row) == size for row in rows)
    assert (size - 17) % 4 == 0  # the sizes that ISO/IEC 18004 allows
    finder = [
        [r in (0, 6) or c in (0, 6) or (1 < r < 5 and 1 < c < 5) for c in range(7)]
        for r in range(7)
    ]
    for top, left in ((0, 0), (0, size - 7), (size - 7, 0)):
        assert [list(rows[top + r][left : left + 7]) for r in range(7)] == finder
    assert rows != seal("0234abcd5678").modules
    assert rows == seal(MARK).modules


@pytest.mark.parametrize("wrong", ["", "1234ABCD5678", "1234abcd567", "x" * 12, "#panic()"])
def test_anything_but_a_fingerprint_is_refused(wrong):
    with pytest.raises(ReportError, match="12 digits"):
        seal(wrong)


def test_page_one_and_the_provenance_print_fingerprint_and_command(sample):
    pdf = build_pdf(stamped(sample, MARK))
    pages = [p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages]
    for page in (pages[0], pages[-1]):
        assert MARK in page
        assert "audit verify report.pdf" in page
    bare = build_pdf(document(sample()))
    assert not any(MARK in p.extract_text() for p in PdfReader(io.BytesIO(bare.content)).pages)
    assert "audit verify" not in PdfReader(io.BytesIO(bare.content)).pages[0].extract_text()


def test_the_code_is_a_figure_with_its_words_and_takes_no_number(sample):
    pdf = build_pdf(stamped(sample, MARK))
    with pikepdf.open(io.BytesIO(pdf.content)) as opened:
        tags = [o for o in opened.objects if isinstance(o, pikepdf.Dictionary) and "/S" in o]
        said = [str(o.get("/Alt", "")) for o in tags if str(o.S) == "/Figure"]
    assert seal(MARK).alt in said
    assert "Figure 1" in "".join(p.extract_text() for p in PdfReader(io.BytesIO(pdf.content)).pages)


def test_the_bytes_depend_on_the_fingerprint_alone(sample):
    made = [build_pdf(stamped(sample, m)).content for m in (MARK, MARK, "0" * 12)]
    assert made[0] == made[1] != made[2]
