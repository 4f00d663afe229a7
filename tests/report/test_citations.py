"""Citations: keys of BibTeX files, set and listed; the file is hostile and its words inert."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfReader

from audit.errors import ReportError
from audit.report.blocks import Bibliography, Cover, Heading, prose
from audit.report.citations import METHODS, bibliography, references
from audit.report.document import document
from audit.report.html import build_html
from audit.report.numbering import plain, walk
from audit.report.typst import build_pdf

COVER = Cover("A title", date="2026-01-01")
OWN = """@book{own2020, author = {Doe, Jane}, title = {A book}, publisher = {Press}, year = {2020}}
@article{own2021, author = {Doe, Jane and Roe, Ann}, title = {A paper}, journal = {J},
  year = {2021}, volume = {3}, pages = {10--19}, doi = {10.1234/abc}}
"""
HOSTILE = r"""@article{evil, author = {\input{/etc/passwd} <script>alert(1)</script>},
  title = {{`#read("doc.json")`{=typst}} \href{javascript:alert(1)}{here} $\write18{id}$ #panic()
  <img src=x onerror=alert(1)> [x](javascript:alert(1)) \textbf{bold}}, year = {2020},
  journal = {] #panic() [}, note = {\immediate\write18{id}}}
"""


def cited(text: str, *files: Bibliography, after: tuple = ()):
    return document([COVER, *files, prose(f"# Text\n\n{text}"), *after])


def listed(doc) -> list[str]:
    return [plain(n["c"]) for n in doc.body if "entry" in n]


def test_a_citation_is_set_in_the_text_and_its_work_listed():
    doc = cited("See [@own2021, p. 12; @newcombe1998] and @own2020.", Bibliography("o.bib", OWN))
    said = plain(doc.body[1]["c"])
    assert said == "See (Doe and Roe 2021, 12; Newcombe 1998) and Doe (2020)."
    works = listed(doc)
    assert [w[:8] for w in works] == ["Doe, Jan", "Doe, Jan", "Newcombe"]
    assert "“A Paper.” J 3: 10–19. https://doi.org/10.1234/abc." in works[1]
    head = next(n for n in doc.body if n["k"] == "h" and n.get("id") == "references")
    assert head["number"] == ""


def test_works_stand_under_the_heading_that_the_report_has_for_them():
    blocks = (Heading("References", id="references", numbered=False), prose("# After\n\nx"))
    doc = cited("By @berger1982.", after=blocks)
    kinds = [n.get("entry") or n.get("id") or n["k"] for n in doc.body]
    assert kinds == ["text", "p", "references", "ref-berger1982", "after", "p"]


def test_without_a_citation_nothing_is_listed_and_an_at_sign_can_be_written():
    doc = cited(r"Write to \@someone or a@example.org; 5 @ 3.")
    assert listed(doc) == []
    assert plain(doc.body[1]["c"]) == "Write to @someone or a@example.org; 5 @ 3."


def test_unknown_keys_stop_the_build_together_with_near_names():
    with pytest.raises(ReportError) as stopped:
        cited("By @newcomb1998 and [@nobody; @own2020].")
    said = str(stopped.value)
    assert "@newcomb1998 (near: newcombe1998" in said
    assert "@nobody" in said
    assert "@own2020" in said
    assert r"\@" in said


def test_a_value_is_never_a_citation_and_never_inside_one():
    doc = document([COVER, prose("# One\n\nBy {x}.", x="@nobody [@berger1982]")])
    assert plain(doc.body[1]["c"]) == "By @nobody [@berger1982]."
    with pytest.raises(ReportError, match="citation"):
        document([COVER, prose("# One\n\nSee [@berger1982, p. {x}].", x="3")])


def test_a_hostile_file_yields_words_alone(pdf_text):
    doc = cited("By [@evil].", Bibliography("evil.bib", HOSTILE))
    kinds = {n["k"] for n in walk([n for n in doc.body if "entry" in n])}
    assert kinds <= {"p", "t", "emph", "strong"}
    assert {n["k"] for n in walk(doc.body[1])} <= {"p", "t", "ref", "strong", "emph"}
    assert doc.formulas() == []
    page = build_html(doc)
    assert "<script>alert" not in page
    assert "<img" not in page
    assert 'href="javascript' not in page
    pdf = build_pdf(doc)
    assert "#panic()" in pdf_text(pdf.content).casefold()
    links = [
        a.get_object()["/A"]["/URI"]
        for p in PdfReader(io.BytesIO(pdf.content)).pages
        for a in p.get("/Annots", [])
        if "/URI" in a.get_object().get("/A", {})
    ]
    assert links == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("@book{a, title={T}, year={2020}, url={javascript:alert(1)}}", "its url is 'javascript"),
        ("@book{a, title={T}, year={2020}, doi={javascript:alert(1)}}", "its doi is 'javascript"),
        ("@book{a, title={T}}\n@book{a, title={U}}", "the key 'a' stands 2 times"),
        ("just words", "no entry"),
    ],
)
def test_faults_of_a_file_are_named(tmp_path, text, said):
    path = tmp_path / "x.bib"
    path.write_text(text)
    with pytest.raises(ReportError, match=r"x\.bib") as stopped:
        bibliography(path)
    assert said in str(stopped.value)


def test_files_that_cannot_be_read_are_refused(tmp_path):
    with pytest.raises(ReportError, match="cannot be read"):
        bibliography(tmp_path / "none.bib")
    (tmp_path / "big.bib").write_bytes(b"@" * 1_000_001)
    with pytest.raises(ReportError, match="1,000,001 bytes"):
        bibliography(tmp_path / "big.bib")
    (tmp_path / "latin.bib").write_bytes(b"@book{a, title={\xe9}}")
    with pytest.raises(ReportError, match="UTF-8"):
        bibliography(tmp_path / "latin.bib")


def test_an_authors_entry_goes_before_one_of_the_package():
    own = "@book{berger1982, author = {Other, An}, title = {Else}, year = {1999}}"
    doc = cited("By @berger1982.", Bibliography("own.bib", own))
    assert listed(doc) == ["Other, An. 1999. Else."]


def test_the_numbers_of_a_citation_are_those_of_a_work_cited():
    doc = cited("By [@own2021, p. 12].", Bibliography("o.bib", OWN))
    kinds = {kind for entry in doc.tokens for _, kind, _ in entry["tokens"]}
    assert kinds == {"citation", "date"}  # the date is the report's


def test_every_work_of_the_package_can_be_listed():
    known = references(METHODS.read_text(encoding="utf-8"), METHODS.name)
    assert len(known) > 20
    doc = cited("; ".join(f"@{key}" for key in known))
    works = listed(doc)
    assert len(works) == len(known)
    assert all(re.search(r"\b(19|20)\d\d[ab]?\b", w) for w in works)


def test_a_citation_in_the_pdf_goes_to_the_page_of_its_work():
    doc = cited("By [@berger1982].\n\n" + "Filler. " * 1200)
    reader = PdfReader(io.BytesIO(build_pdf(doc).content))
    links = [a.get_object() for a in reader.pages[1]["/Annots"]]
    to = [a["/Dest"] if "/Dest" in a else a["/A"]["/D"] for a in links]
    last = reader.pages[-1].indirect_reference
    assert len(reader.pages) > 2
    assert "Berger, Roger" in reader.pages[-1].extract_text()
    assert [d for d in to if isinstance(d, list) and d[0] == last]
