"""Forgeries of a finished report, by somebody who knows the formats: none of them passes."""

from __future__ import annotations

import io
import json

import pikepdf
import pytest

from audit.errors import VerifyError
from audit.verification.record import read_record
from verification import tampering


def changed(content: bytes, change) -> bytes:
    """Open a PDF, change it in place and save it."""
    with pikepdf.open(io.BytesIO(content)) as pdf:
        change(pdf)
        return tampering._saved(pdf)


def other_letters(pdf: pikepdf.Pdf) -> None:
    """Edit the text layer alone: the first font's map says 7 where 0 is drawn."""
    for font in pdf.pages[0].Resources.Font.values():
        text = font.ToUnicode.read_bytes()
        if b"<0030>" in text:
            font.ToUnicode = pdf.make_stream(text.replace(b"<0030>", b"<0037>"))


def other_glyphs(pdf: pikepdf.Pdf) -> None:
    """Edit the picture alone: every font of page 1 draws with the program of another."""
    fonts = [f.DescendantFonts[0].FontDescriptor for f in pdf.pages[0].Resources.Font.values()]
    key = next(k for k in ("/FontFile3", "/FontFile2") if k in fonts[0])
    one, other = fonts[0][key].read_bytes(), fonts[-1][key].read_bytes()
    assert one != other
    fonts[0][key].write(other)


def other_picture(pdf: pikepdf.Pdf) -> None:
    """Draw the lines of a chart elsewhere: no word is touched."""
    for page in pdf.pages:
        for thing in (page.Resources.get("/XObject") or {}).values():
            if thing.get("/Subtype") == "/Form":
                thing.write(b"q 1 0 0 1 9 9 cm " + thing.read_bytes() + b" Q")
                return
    page = pdf.pages[2]
    page.Contents = pdf.make_stream(b"q 1 0 0 1 2 2 cm " + page.Contents.read_bytes() + b" Q")


def unseen_words(pdf: pikepdf.Pdf) -> None:
    """Write words that are drawn without ink: programs read them, people do not."""
    name = next(iter(pdf.pages[0].Resources.Font))
    put = f"BT 3 Tr {name} 9 Tf 60 60 Td <00110012> Tj ET".encode()
    pdf.pages[0].contents_add(pdf.make_stream(b"q " + put + b" Q"))


def note_over_it(pdf: pikepdf.Pdf) -> None:
    """Lay a note over the number on page 1: a program that reads the page does not see it."""
    note = pikepdf.Dictionary(
        Type=pikepdf.Name.Annot,
        Subtype=pikepdf.Name.FreeText,
        Rect=[60, 400, 300, 480],
        Contents="17 of 48",
        DA="/Helv 12 Tf 0 g",
    )
    page = pdf.pages[0]
    have = list(page.get("/Annots") or [])
    page.Annots = pdf.make_indirect(pikepdf.Array([*have, pdf.make_indirect(note)]))


def a_script(pdf: pikepdf.Pdf) -> None:
    pdf.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(17)")


def other_language(pdf: pikepdf.Pdf) -> None:
    pdf.Root.Lang = "de"


def pages_turned(pdf: pikepdf.Pdf) -> None:
    pdf.pages.append(pdf.pages[0])
    del pdf.pages[0]


def a_page_less(pdf: pikepdf.Pdf) -> None:
    del pdf.pages[2]


def a_page_more(pdf: pikepdf.Pdf) -> None:
    pdf.add_blank_page()


def upside_down(pdf: pikepdf.Pdf) -> None:
    pdf.pages[0].Rotate = 180


def cut_off(pdf: pikepdf.Pdf) -> None:
    """Show a part of page 1 only: the words are still in the file."""
    pdf.pages[0].CropBox = [0, 600, 300, 800]


FORGED = {
    other_letters: ("number|words|missing|unrecorded", "page 1"),
    other_glyphs: ("drawing", "page 1"),
    other_picture: ("drawing", "page"),
    unseen_words: ("drawing|words|unrecorded|number|missing", "page 1"),
    note_over_it: ("drawing", "page 1"),
    a_script: ("drawing", "the PDF"),
    other_language: ("drawing", "the PDF"),
    pages_turned: ("words|missing|number", "page"),
    a_page_less: ("words|missing|number", "page"),
    a_page_more: ("drawing", "the PDF"),
    upside_down: ("drawing", "page 1"),
    cut_off: ("drawing", "page 1"),
}


@pytest.mark.parametrize("change", FORGED, ids=lambda f: f.__name__)
def test_a_forged_pdf_is_found_with_its_page(made, verified, change) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(changed(pdf.read_bytes(), change))
    kinds, where = FORGED[change]
    found = verified(pdf, design=made.design)
    assert found.exit_code == 1
    right = [d for d in found.defects if d.kind in kinds.split("|") and d.where.startswith(where)]
    assert right, str(found)


def answer(verified, path, design) -> int | str:
    """Return the code of a verification, or "broken off" where it is refused for that."""
    try:
        return verified(path, design=design).exit_code
    except VerifyError as error:
        return "broken off" if "broken off" in str(error) else str(error)


@pytest.mark.parametrize("keep", [-1, -2000, 1000])
def test_a_pdf_cut_anywhere_is_no_pass(made, verified, keep) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(pdf.read_bytes()[:keep])
    assert answer(verified, pdf, made.design) in (1, "broken off")


def test_a_pdf_that_opens_without_its_password_is_encrypted_all_the_same(made, verified) -> None:
    pdf = made.folder / "report.pdf"
    with pikepdf.open(pdf) as whole:
        out = io.BytesIO()
        whole.save(out, encryption=pikepdf.Encryption(owner="o", user=""))
    pdf.write_bytes(out.getvalue())
    with pytest.raises(VerifyError, match="is encrypted"):
        verified(pdf, design=made.design)


@pytest.mark.parametrize("name", ["report.pdf", "report.html"])
def test_a_file_of_next_to_nothing_is_answered_in_words(made, verified, name) -> None:
    for content in (b"", b"\0", b" \n\t", b"%PDF-", b"<html", b"%PDF-1.7\n%%EOF"):
        (made.folder / name).write_bytes(content)
        with pytest.raises(VerifyError, match=r"empty|neither|broken off|damaged"):
            verified(made.folder / name, design=made.design)


def test_a_strange_pdf_of_as_many_pages_as_are_read_is_no_pass(made, verified) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.blank(400))
    found = verified(pdf, design=made.design)
    assert found.exit_code == 1
    assert any("it has 400 pages, and the report has" in d.says for d in found.defects)


# --- the page -------------------------------------------------------------------------------------

PAGES = {
    "other digits": ("10 of 48", "١٧ of 48", "number", "prints 17; the report computes 10"),
    "full-width": ("10 of 48", "１７ of 48", "number", "prints 17; the report computes 10"),
    "an entity": ("10 of 48", "1&#55; of 48", "number", "prints 17; the report computes 10"),
    "tags between": ("10 of 48", "1<b>7</b> of 48", "number", "prints 17; the report computes 10"),
    "a German decimal": ("24.7 would", "24,7 would", "words|number|unrecorded|missing", "24"),
    "a hyphen for a minus": ("gap −30.6", "gap -30.6", "words", "says '-30.6'"),
    "a dash for a minus": ("gap −30.6", "gap –30.6", "words|sign", "30.6"),
    "a soft hyphen": ("10 of 48", "1&shy;0 of 48", "drawing", "its markup"),
    "nothing between": ("10 of 48", "1&#8203;0 of 48", "drawing", "its markup"),
    "letters turned": ("10 of 48", "&#8238;01&#8236; of 48", "number", "prints 01"),
    "other letters": ("more leniently", "mоre leniently", "words", "mоre"),
    "a ligature": ("were removed", "ﬁne removed", "words", "fine"),
    "a comment that hides": ("10 of 48", "<!--10 of 48-->", "missing", "left out"),
    "a style that hides": ("10 of 48", '<i style="display:none">10 of 48</i>', "drawing", "style"),
    "a style that writes": (
        "10 of 48",
        "<style>h1::after{content:'17'}</style>10 of 48",
        "drawing",
        "style",
    ),
    "a picture of a number": ("10 of 48", '10 of 48<img src="data:,17">', "drawing", "pictures"),
    "a title": ("10 of 48", '<a title="17 of 48">10 of 48</a>', "unrecorded|words", "17"),
    "a label": ("10 of 48", '<a aria-label="17">10 of 48</a>', "unrecorded|words", "17"),
    "a cause in the passive": (
        "were removed or",
        "were spared because of office or",
        "licence",
        "because of",
    ),
    "a cause as a noun": (
        "were removed or",
        "were a consequence of office or",
        "licence",
        "consequence of",
    ),
    "a denial": ("were treated", "were not treated", "words", "'not' was put in"),
    "a number in words": ("10 of 48", "ten of 48", "number", "prints ten; the report computes 10"),
    "two hundred": ("10 of 48", "two hundred of 48", "number", "two"),
    "a range": ("10 of 48", "10 to 17 of 48", "unrecorded", "prints 17"),
    "points to percent": ("−30.6 percentage points,", "−30.6 percent,", "words", "percent"),
}


@pytest.mark.parametrize("name", PAGES)
def test_a_forged_page_is_found_with_its_section(made, verified, name) -> None:
    old, new, kinds, says = PAGES[name]
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), old, new))
    found = verified(page, design=made.design)
    assert found.exit_code == 1
    right = [d for d in found.defects if d.kind in kinds.split("|") and says in d.says]
    assert right, str(found)
    assert all(d.where.startswith(("section ‘", "the page")) for d in right)


def test_the_description_that_a_search_shows_is_held_too(made, verified) -> None:
    page = made.folder / "report.html"
    content = page.read_bytes()
    assert b'name="description"' in content
    put = b'name="description" content="17 were removed. '
    page.write_bytes(content.replace(b'name="description" content="', put, 1))
    found = verified(page, design=made.design)
    assert {d.where for d in found.defects} == {"document description"}


# --- the record -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["claims.json", "record.json"])
def test_a_record_that_is_missing_or_huge_is_answered_in_words(made, name) -> None:
    path = made.folder / name
    with path.open("ab") as file:
        file.truncate(101 * 2**20)
    with pytest.raises(VerifyError, match=rf"{name} has .* bytes; reports of audit stay under"):
        read_record(made.folder)
    path.unlink()
    with pytest.raises(VerifyError, match=rf"there is no {name}"):
        read_record(made.folder)


@pytest.mark.parametrize("name", ["claims.json", "record.json"])
def test_a_record_that_is_no_record_is_answered_in_words(made, name) -> None:
    for content in (b"\xff\xfe{}", b"{}{}", b"null", b"1e999", b'"x"', b"\x00" * 99):
        (made.folder / name).write_bytes(content)
        with pytest.raises(VerifyError, match=r"is damaged|is no list|is no record"):
            read_record(made.folder)


def test_other_classes_in_the_record_are_found(made, verified) -> None:
    path = made.folder / "record.json"
    record = json.loads(path.read_text())
    assert record["verdict"]["classes"] == ["leader", "ordinary"]
    record["verdict"]["classes"] = ["ordinary", "leader"]
    path.write_text(json.dumps(record))
    found = verified(made.folder / "report.html", design=made.design)
    assert any(d.kind == "verdict" and "classes" in d.says for d in found.defects), str(found)
