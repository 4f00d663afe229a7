"""Every fault that a report can have, made on a real report, is found and said."""

from __future__ import annotations

import hashlib
import json

import pytest

from audit.report.record import fingerprint
from audit.verification import verify
from verification import tampering

EDITS = {
    "an edited digit": ("posts: 10", "posts: 17", "number", "prints 17; the report computes 10"),
    "a sign left out": ("gap −30.6", "gap  30.6", "sign", "prints 30.6; the report computes −30.6"),
    "a flipped word": ("more leniently", "less leniently", "direction", "says 'less'"),
    "a number without a claim": ("or met with", "or 737 with", "unrecorded", "prints 737"),
    "a number word without one": ("or met with", "or two with", "unrecorded", "prints two"),
    "a number left out": ("points, 95", "points, at", "missing", "95 is left out"),
    "a cause": ("were removed", "were because", "licence", "'because' goes too far at rung 3"),
    "a count times higher": ("24.7 would", "24.7 times", "words", "says 'times'"),
    "a motive": ("a stronger", "a biased  ", "licence", "'biased' goes too far"),
    "words of treatment": ("have been at", "was spared  ", "words", "was spared"),
}
"""Name to (what stands there, what is put in its place, kind, words of the defect)."""


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_html_is_found_with_its_sentence(made, verified, name) -> None:
    old, new, kind, says = EDITS[name]
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), old, new))
    found = verified(page, design=made.design)
    assert found.exit_code == 1
    right = [d for d in found.defects if d.kind == kind and says in d.says]
    assert right, str(found)
    assert all(d.where == "section ‘Enforcement by account class’" for d in right)
    assert all(new.split()[-1] in d.sentence for d in right)


@pytest.mark.parametrize("name", EDITS)
def test_an_edit_of_the_pdfs_glyphs_is_found_with_page_and_sentence(made, verified, name) -> None:
    old, new, kind, says = EDITS[name]
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.edit_pdf(pdf.read_bytes(), old, new))
    found = verified(pdf, design=made.design)
    assert found.exit_code == 1
    right = [d for d in found.defects if d.kind == kind and says in d.says]
    assert right, str(found)
    assert all(d.where == "page 1" for d in right)
    assert "posts" in right[0].sentence


def test_a_flipped_sign_in_the_page_is_found(made, verified) -> None:
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "gap −30.6", "gap +30.6"))
    found = verified(page, design=made.design)
    assert [d.kind for d in found.defects] == ["sign"]
    assert "prints +30.6; the report computes −30.6" in found.defects[0].says


def test_an_edit_in_a_table_of_the_pdf_is_found_on_its_page(made, verified) -> None:
    from audit.verification.passages import read_document

    pdf = made.folder / "report.pdf"
    content, reading = read_document(pdf)
    pages = reading.passages[: reading.pages]
    page = next(i for i, p in enumerate(pages, 1) if "All estimates, side by side" in p.text)
    pdf.write_bytes(tampering.edit_pdf(content, "−30.83", "−36.83", page=page))
    found = verified(pdf, design=made.design)
    assert [(d.kind, d.where) for d in found.defects] == [("number", f"page {page}")]
    assert "prints −36.83; the report computes −30.83" in found.defects[0].says


def test_times_of_an_odds_ratio_is_found(made, verified) -> None:
    """A sentence on odds, put into the page whole: the words of chance are one too many."""
    page = made.folder / "report.html"
    put = "The odds were 2.03 times higher. Leader posts"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "Leader posts", put))
    found = verified(page, design=made.design)
    assert [d for d in found.defects if d.kind == "unrecorded" and "prints 2.03" in d.says]
    assert [d for d in found.defects if d.kind == "licence" and "times higher" in d.says]


def test_a_verb_above_the_rung_is_found(made, verified) -> None:
    """The same words stand at rung 3; on a record of rung 2 they are too many."""
    for path in (made.folder / "record.json",):
        record = json.loads(path.read_text())
        record["verdict"]["rung"] = 2
        path.write_text(json.dumps(record))
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "10 of 48", "favoured"))
    found = verified(page, design=made.design)
    assert [d for d in found.defects if d.kind == "licence" and "goes too far at rung 2" in d.says]


def test_an_alternative_text_is_held_to_its_numbers(made, verified) -> None:
    pdf, page = made.folder / "report.pdf", made.folder / "report.html"
    pdf.write_bytes(tampering.edit_alt(pdf.read_bytes(), "10 posts", "19 posts"))
    content = page.read_bytes()
    page.write_bytes(
        tampering.edit_html(
            content, 'alt="Simulated data. Bar chart. 10', 'alt="Simulated data. Bar chart. 19'
        )
    )
    found = verified(made.folder, design=made.design)
    wheres = [d.where for d in found.defects if "prints 19; the report computes 10" in d.says]
    assert any("alternative text" in w and w.startswith("page") for w in wheres)
    assert any("alternative text" in w and w.startswith("section") for w in wheres)


def test_the_title_that_a_viewer_shows_is_held_too(made, verified) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.edit_title(pdf.read_bytes(), "Two standards, proved"))
    found = verified(pdf, design=made.design)
    assert found.exit_code == 1
    assert "document title" in {d.where for d in found.defects}


def test_a_named_account_is_found(made, verified) -> None:
    page = made.folder / "report.html"
    name = "ordinary-007"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "Leader posts were", f"{name} was"))
    found = verified(page, design=made.design)
    named = [d for d in found.defects if d.kind == "named"]
    assert named
    assert "'ordinary-007' is an ordinary account" in named[0].says


def test_what_is_drawn_over_the_words_is_found(made, verified) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.draw_over(pdf.read_bytes(), page=3))
    found = verified(pdf, design=made.design)
    assert [(d.kind, d.where) for d in found.defects] == [("drawing", "page 3")]


def test_an_attachment_is_found(made, verified) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.attach(pdf.read_bytes()))
    found = verified(pdf, design=made.design)
    assert [(d.kind, d.where) for d in found.defects] == [("drawing", "the PDF")]


def test_a_pdf_saved_again_is_altered_though_its_words_are_the_same(made, verified) -> None:
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.resaved(pdf.read_bytes()))
    found = verified(pdf, design=made.design)
    assert found.exit_code == 1
    assert [(d.kind, d.where) for d in found.defects] == [("drawing", "the PDF")]
    assert "altered: the same words, other bytes" in found.defects[0].says


@pytest.mark.parametrize("appended", [True, False])
def test_contents_that_stand_twice_are_found(made, verified, appended) -> None:
    """Programs draw one or the other: the words that are read need not be those that are shown."""
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.contents_twice(pdf.read_bytes(), appended=appended))
    found = verified(pdf, design=made.design)
    assert found.exit_code == 1
    says = " ".join(d.says for d in found.defects)
    assert "a key stands twice in one of its objects" in says
    assert ("altered: the same words, other bytes" in says) is appended
    assert ("2 marks %%EOF" in says) is appended
    assert ("/Prev" in says) is appended


def test_contents_that_stand_twice_are_found_without_the_data(made) -> None:
    (made.root / "cases.csv").unlink()
    pdf = made.folder / "report.pdf"
    assert verify(pdf).exit_code == 2
    pdf.write_bytes(tampering.contents_twice(pdf.read_bytes()))
    found = verify(pdf)
    assert found.exit_code == 1
    assert any("2 marks startxref" in d.says for d in found.defects)


def test_a_picture_or_a_script_of_the_page_is_held_too(made, verified) -> None:
    page = made.folder / "report.html"
    content = page.read_bytes()
    for old, new in ((b"base64,", b"base64,AAAA"), (b"</main>", b"<script>x()</script></main>")):
        page.write_bytes(content.replace(old, new, 1))
        found = verified(page, design=made.design)
        assert [d.kind for d in found.defects] == ["drawing"]
    page.write_bytes(content.replace(b"\n", b"\r\n"))
    assert verified(page, design=made.design).exit_code == 0


def test_a_printed_fingerprint_that_is_not_the_records_is_found(made, verified) -> None:
    page = made.folder / "report.html"
    content = page.read_bytes()
    right = json.loads((made.folder / "record.json").read_text())["fingerprint"]
    for printed, wrong in ((right, False), ("0123456789ab", True)):
        put = f"</h2><p>Fingerprint {printed}</p>"
        page.write_bytes(tampering.edit_html(content, "</h2>", put))
        found = verified(page, design=made.design)
        assert any(d.kind == "fingerprint" for d in found.defects) is wrong


# --- the record ---------------------------------------------------------------------------------


def test_an_edited_claim_is_found(made, verified) -> None:
    path = made.folder / "claims.json"
    path.write_text(path.read_text().replace("-30.5817610063", "-20.5817610063", 1))
    found = verified(made.folder, design=made.design)
    says = [str(d) for d in found.defects]
    assert any("claims.json: it is not the claims.json that record.json" in s for s in says)
    assert any("claim 'gap': value -20.5817610063, computed -30.5817610063" in s for s in says)
    assert "fingerprint" in {d.kind for d in found.defects}


def test_a_claim_edited_with_its_hash_and_fingerprint_is_found_by_computing(made, verified) -> None:
    """A forger who knows the format renews both; only the data contradict them."""
    path, beside = made.folder / "claims.json", made.folder / "record.json"
    written = path.read_text().replace("-30.5817610063", "-20.5817610063").encode()
    path.write_bytes(written)
    record = json.loads(beside.read_text())
    record["hashes"]["claims"] = hashlib.sha256(written).hexdigest()
    record["fingerprint"] = fingerprint(json.loads(written), record["hashes"])
    beside.write_text(json.dumps(record))
    found = verified(made.folder, design=made.design)
    says = [str(d) for d in found.defects]
    assert not any("it was edited" in s for s in says)
    assert any("claim 'gap': value -20.5817610063, computed -30.5817610063" in s for s in says)
    assert any(d.kind == "record" and "'fingerprint'" in d.says for d in found.defects)


def in_token(place: int, value: str):
    """Return a change of the first token of the third text: 0 token, 1 kind, 2 claim."""
    return lambda r: r["tokens"][2]["tokens"][0].__setitem__(place, value)


@pytest.mark.parametrize(
    ("change", "kind", "says"),
    [
        (
            lambda r: r["verdict"].update(verdict="treated alike"),
            "verdict",
            "the rule gives 'treated more leniently'",
        ),
        (lambda r: r["verdict"].update(p=0.4), "verdict", "the rule gives 'unclear'"),
        (lambda r: r["verdict"].update(rung=5), "verdict", "rung: 5 → 3"),
        (lambda r: r.update(fingerprint="0" * 12), "fingerprint", "states '000000000000'"),
        (lambda r: r["names"].append("someone"), "record", "its 'names'"),
        (lambda r: r["report"].update(simulated=False), "record", "its 'report'"),
        (lambda r: r.update(approved="yes"), "record", "'approved', which no record of audit has"),
        (lambda r: None, "record", "it holds the same, in other bytes"),
        (in_token(1, "date"), "record", "its 'tokens'"),
        (in_token(1, "guess"), "unrecorded", "has the kind 'guess'"),
        (in_token(2, "no-such"), "unrecorded", "names the claim 'no-such'"),
        (lambda r: r["tokens"][2]["tokens"].pop(), "record", "tokens are not those of its text"),
    ],
)
def test_an_edited_record_is_found(made, verified, change, kind, says) -> None:
    path = made.folder / "record.json"
    record = json.loads(path.read_text())
    change(record)
    path.write_text(json.dumps(record))
    found = verified(made.folder, design=made.design)
    assert found.exit_code == 1
    assert [d for d in found.defects if d.kind == kind and says in d.says], str(found)


def test_a_key_added_to_a_claim_is_found(made, verified) -> None:
    """With its hash renewed, as a forger would: only the report made anew contradicts it."""
    path, beside = made.folder / "claims.json", made.folder / "record.json"
    claims, record = json.loads(path.read_text()), json.loads(beside.read_text())
    claims[0]["reviewed"] = True
    path.write_text(json.dumps(claims))
    record["hashes"]["claims"] = hashlib.sha256(path.read_bytes()).hexdigest()
    record["fingerprint"] = fingerprint(claims, record["hashes"])
    beside.write_text(json.dumps(record))
    found = verified(made.folder, design=made.design)
    says = " ".join(d.says for d in found.defects)
    assert "'reviewed', which no claim of audit has" in says
    assert "its hash of 'claims' is not that of the report made anew" in says


# --- the files beside it ------------------------------------------------------------------------


def test_a_chart_or_table_beside_it_that_is_not_its_own_is_found(made, verified) -> None:
    chart = sorted((made.folder / "charts").glob("*.csv"))[0]
    chart.write_text(chart.read_text().replace("1", "2", 1))
    (made.folder / "tables" / "extra.csv").write_text("a\n1\n")
    found = verified(made.folder, design=made.design)
    assert {(d.kind, d.where) for d in found.defects} == {
        ("file", f"charts/{chart.name}"),
        ("file", "tables/extra.csv"),
    }


def test_the_other_face_of_a_report_is_held_too(made, verified) -> None:
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "10 of 48", "17 of 48"))
    found = verified(made.folder / "report.pdf", design=made.design)
    assert [(d.kind, d.where) for d in found.defects] == [("file", "report.html")]


def test_files_that_are_not_there_are_said_and_are_no_fault(made, verified) -> None:
    for path in (made.folder / "charts").iterdir():
        path.unlink()
    found = verified(made.folder, design=made.design)
    assert found.exit_code == 0
    assert any("charts and tables of the report do not lie beside it" in n for n in found.notes)
