"""Documents read back: what they say, and what is answered to those that are no reports."""

from __future__ import annotations

import zlib

import pikepdf
import pytest

from audit.errors import VerifyError
from audit.tokens import flattened
from audit.verification import pdf as pdf_reader
from audit.verification.html import read_html
from audit.verification.passages import read_document
from audit.verification.pdf import read_pdf
from verification import tampering

PAGE = '<!doctype html>\n<html lang="en"><head><title>T 7</title></head><body>{}</body></html>\n'


def said(body: str) -> list[tuple[str, str, str]]:
    return [
        (p.where, p.part, flattened(p.text).strip())
        for p in read_html(PAGE.format(body).encode()).passages
    ]


# --- PDF ------------------------------------------------------------------------------------------


def test_a_pdf_says_all_that_the_page_says(original) -> None:
    """The PDF and the HTML are two readings of one report: the record's texts stand in both."""
    import json

    record = json.loads((original.folder / "record.json").read_text())
    _, pdf = read_document(original.folder / "report.pdf")
    _, page = read_document(original.folder / "report.html")
    for reading, unseen in ((pdf, ()), (page, ("chart",))):
        line = flattened(reading.text).replace(" ", "").replace("-", "")
        for entry in record["tokens"]:
            text = flattened(entry["text"]).replace(" ", "").replace("-", "")
            plain = entry["part"] not in ("formula", "provenance", *unseen) and "\\" not in text
            assert not plain or text in line, entry


def test_minus_signs_ligatures_and_alternative_texts_are_read(original) -> None:
    _, pdf = read_document(original.folder / "report.pdf")
    assert "gap −30.6 percentage points" in flattened(pdf.passages[0].text)
    assert "ﬁ" not in pdf.text
    alts = [p for p in pdf.passages if p.part == "alt"]
    assert alts
    assert all(p.where.startswith("page ") for p in alts)
    assert [p.where for p in alts if p.text.startswith("QR code")] == [
        "page 1 or 2, alternative text"
    ]
    assert any("−30.6" in p.text for p in alts)
    titles = {p.where for p in pdf.passages if p.part == "title"}
    assert {"document title", "document subject", "bookmark"} <= titles
    assert pdf.headings[0] == "1 Who is in, and who is out"


def test_the_same_pdf_reads_the_same_however_it_is_packed(original) -> None:
    content = (original.folder / "report.pdf").read_bytes()
    one, other = read_pdf(content), read_pdf(tampering.resaved(content))
    assert one == other


def bomb(size: int) -> bytes:
    """Return a PDF whose page unpacks to `size` bytes from a thousandth of it."""
    with pikepdf.new() as made:
        made.add_blank_page()
        packed = zlib.compress(b"q Q " * (size // 4), 9)
        stream = pikepdf.Stream(made, packed)
        stream.Filter = pikepdf.Name.FlateDecode
        made.pages[0].Contents = made.make_indirect(stream)
        return tampering._saved(made)


def looped() -> bytes:
    """Return a PDF whose structure is its own child."""
    with pikepdf.new() as made:
        made.add_blank_page()
        node = made.make_indirect(pikepdf.Dictionary(S=pikepdf.Name.Figure, Alt="12 of 30"))
        node.K = pikepdf.Array([node, node])
        made.Root.StructTreeRoot = made.make_indirect(pikepdf.Dictionary(K=node))
        return tampering._saved(made)


HOSTILE = {
    "encrypted": (lambda c: tampering.encrypted(c), "is encrypted"),
    "cut in half": (lambda c: c[: len(c) // 2], "is broken off"),
    "cut in half, with an end": (lambda c: c[: len(c) // 2] + b"\n%%EOF\n", "damaged|pages"),
    "no PDF inside": (lambda c: b"%PDF-1.7\nnothing\n%%EOF\n", "damaged"),
    "noise": (lambda c: b"%PDF-1.7\n" + bytes(range(256)) * 40 + b"%%EOF", "damaged"),
    "500 pages": (lambda c: tampering.blank(500), "has 500 pages; reports of audit have at most"),
    "a bomb on a page": (lambda c: bomb(40 * 2**20), "unpacks to 41,943,040 bytes"),
    "a larger bomb": (lambda c: bomb(160 * 2**20), "damaged .*[Ll]imit"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_pdf_that_is_no_report_is_answered_in_words(original, tmp_path, name) -> None:
    make, words = HOSTILE[name]
    path = tmp_path / "x.pdf"
    path.write_bytes(make((original.folder / "report.pdf").read_bytes()))
    with pytest.raises(VerifyError, match=words) as caught:
        read_document(path)
    assert "Traceback" not in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_structure_without_end_is_read_once() -> None:
    alts = [p.text for p in read_pdf(looped()).passages if p.part == "alt"]
    assert alts == ["12 of 30"]


def test_objects_without_end_are_not_followed(monkeypatch, original) -> None:
    monkeypatch.setattr(pdf_reader, "MOST_NODES", 50)
    with pytest.raises(VerifyError, match="not read"):
        read_pdf((original.folder / "report.pdf").read_bytes())


def test_any_byte_at_fault_is_a_refusal_or_another_reading(original) -> None:
    """Flipped bytes may be noticed by the reader or not; nothing but words comes of it."""
    content = (original.folder / "report.pdf").read_bytes()
    before = read_pdf(content)
    for place in range(1000, len(content), len(content) // 6):
        broken = bytearray(content)
        broken[place : place + 8] = b"\xff\x00>>endob"[:8]
        assert outcome(bytes(broken)) != before


def outcome(content: bytes) -> object:
    """Return what reading gives: a reading, or the words of a refusal."""
    try:
        return read_pdf(content)
    except VerifyError as error:
        return str(error)


# --- HTML -----------------------------------------------------------------------------------------


def test_a_page_is_read_by_section() -> None:
    assert said(
        "<h1>All <bdi>of it</bdi></h1><p>One <strong>251</strong> of <em>718</em>.</p>"
        '<figure><figcaption>Figure 2</figcaption><img alt="3 bars" src="data:,"></figure>'
        "<h2><span>4</span> Why</h2><ul><li>a<li>b</ul>"
        "<svg><title>5</title><desc>6 dots</desc></svg>"
        "<table><tr><td>12</td><td>13</td></tr></table>"
    ) == [
        ("document title", "title", "T 7"),
        ("section ‘All of it’", "text", "All of it"),
        ("section ‘All of it’", "text", "One 251 of 718."),
        ("section ‘All of it’", "text", "Figure 2"),
        ("section ‘All of it’, alternative text", "alt", "3 bars"),
        ("section ‘4 Why’", "text", "4 Why"),
        ("section ‘4 Why’", "text", "a"),
        ("section ‘4 Why’", "text", "b"),
        ("section ‘4 Why’", "text", "5"),
        ("section ‘4 Why’", "text", "6 dots"),
        ("section ‘4 Why’", "text", "12"),
        ("section ‘4 Why’", "text", "13"),
    ]


def test_what_no_reader_sees_is_not_read_as_text() -> None:
    body = "<script>var n = 9;</script><style>p{margin:8px}</style><!-- 7 --><p>1</p>"
    assert [text for _, _, text in said(body)] == ["T 7", "1"]


def test_powers_and_footnotes_are_no_part_of_the_number_before() -> None:
    body = '<p>10<sup>8</sup> rows</p><p>718<sup><a role="doc-noteref" href="#n">1</a></sup></p>'
    assert [text for _, _, text in said(body)][1:] == ["10^8 rows", "718 ^1"]


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 99, "neither a PDF nor an HTML page"),
        (b"# An article\n", "--draft for an article"),
        (b"PK\x03\x04" + b"\0" * 99, "neither a PDF nor an HTML page"),
        (PAGE.format("<p>1</p>").encode()[:-20], "is broken off"),
        (PAGE.format("é").encode("latin-1"), "is not UTF-8 at byte"),
    ],
)  # fmt: skip
def test_what_is_no_report_is_answered_in_words(tmp_path, content, words) -> None:
    path = tmp_path / "report.html"
    path.write_bytes(content)
    with pytest.raises(VerifyError, match=words):
        read_document(path)


def test_a_folder_and_nothing_are_answered_in_words(tmp_path) -> None:
    with pytest.raises(VerifyError, match="is a folder, and no report stands in it"):
        read_document(tmp_path)
    with pytest.raises(VerifyError, match="cannot be read: No such file"):
        read_document(tmp_path / "none.pdf")


def test_unclosed_and_nested_markup_is_read(tmp_path) -> None:
    deep = "<div>" * 20_000 + "<p>1"
    assert [text for _, _, text in said(deep)] == ["T 7", "1"]
