"""Whole verifications, made anew for real: what passes, what is stale, what nobody can know."""

from __future__ import annotations

import contextlib
import json
import shutil
from pathlib import Path

import pytest

from audit.cli import main
from audit.errors import VerifyError
from audit.run import evidence, report
from audit.verification import verify
from audit.verification.record import read_record
from audit.verification.remade import source_of
from verification import tampering


def test_an_untouched_report_verifies_from_another_folder(
    made, monkeypatch, tmp_path, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    code = main(["verify", str(made.folder)])
    said = capsys.readouterr().out
    assert code == 0, said
    assert "verified" in said.splitlines()[0]
    for line in ("claims computed again from data and design", "report.pdf", "report.html"):
        assert line in said
    assert "not checked" not in said


def test_changed_data_make_a_report_stale(made) -> None:
    table = made.root / "cases.csv"
    table.write_text(table.read_text().replace(",none", ",remove", 1))
    found = verify(made.folder)
    assert found.exit_code == 1
    assert "stale: the data changed since the report was made" in found.defects[0].says
    assert any("claim 'observed': text 10, computed 11" in d.says for d in found.defects)
    assert not [d for d in found.defects if d.kind in ("number", "unrecorded", "missing")]


def test_a_changed_design_and_a_changed_program_make_it_stale(made) -> None:
    """What the record says of the code is another version's; the design has another margin."""
    path = made.folder / "record.json"
    record = json.loads(path.read_text())
    record["hashes"]["code"] = "0" * 64
    path.write_text(json.dumps(record))
    made.design.write_text(made.design.read_text().replace("margin = 0.05", "margin = 0.06"))
    found = verify(made.folder)
    stale = [d.says for d in found.defects if d.kind == "stale"]
    assert len(stale) == 2
    assert "the design changed" in stale[0]
    assert "the code of audit changed" in stale[1]


def test_a_report_put_together_in_python_is_verified_with_its_evidence(made, tmp_path) -> None:
    from audit import compose

    with contextlib.chdir(made.root):
        asked = evidence("asked.toml")
        compose(asked, tmp_path / "own", limits=["Nothing of the sort."])
        found = verify(tmp_path / "own", evidence=asked, limits=["Nothing of the sort."])
        assert found.exit_code == 0, str(found)
    bare = verify(tmp_path / "own" / "report.pdf")
    assert bare.exit_code == 2
    assert "audit.verify(path, evidence=evidence)" in bare.unchecked[0]


# --- what cannot be verified: never a pass ------------------------------------------------------


def test_without_its_data_a_report_is_only_held_to_its_record(made) -> None:
    (made.root / "cases.csv").unlink()
    found = verify(made.folder)
    assert (found.exit_code, found.defects) == (2, ())
    assert "the report cannot be made again: There is no 'cases.csv'" in found.unchecked[0]
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "10 of 48", "17 of 48"))
    found = verify(page)
    assert found.exit_code == 1
    assert [d.says for d in found.defects] == ["prints 17; the report computes 10"], found
    pdf = made.folder / "report.pdf"
    pdf.write_bytes(tampering.edit_pdf(pdf.read_bytes(), "gap −30.6", "gap −36.6"))
    (wrong,) = verify(pdf).defects
    assert (wrong.kind, wrong.where) == ("number", "page 1")
    assert wrong.says.startswith("prints −36.6; the report computes −30.6")


def test_an_untraced_number_is_found_without_data(made) -> None:
    (made.root / "cases.csv").unlink()
    page = made.folder / "report.html"
    page.write_bytes(tampering.edit_html(page.read_bytes(), "</h2>", "</h2><p>And 737 more.</p>"))
    found = verify(page)
    says = [d.says for d in found.defects]
    assert says == [
        "prints 737, which is no recorded claim, date, citation, quotation or document number"
    ]


def test_a_report_of_an_older_audit_is_never_a_pass(made, capsys) -> None:
    path = made.folder / "record.json"
    record = json.loads(path.read_text())
    record["audit"] = "0.0.9"
    path.write_text(json.dumps(record))
    assert main(["verify", str(made.folder)]) == 2
    said = capsys.readouterr().out
    assert "cannot be verified" in said
    assert "made by audit 0.0.9; this is" in said
    assert "Make the report again (audit report)" in said


def test_a_report_before_records_is_never_a_pass(made) -> None:
    (made.folder / "record.json").unlink()
    with pytest.raises(VerifyError, match="made by an audit before reports had records"):
        verify(made.folder)


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("record.json", "[]", "is no record of a report"),
        ("record.json", "{", "is damaged"),
        ("record.json", "[" * 100_000, "is damaged"),
        ("record.json", '{"format": 2, "audit": "9.0"}', "format '2'.*made by audit 9.0"),
        ("record.json", '{"format": 1, "format": 1}', "a key stands twice"),
        ("claims.json", "{}", "is no list of claims"),
        ("claims.json", "[1]", "is no list of claims"),
        ("claims.json", '[{"value": NaN}]', "NaN is no JSON number"),
    ],
)
def test_a_damaged_record_is_answered_in_words(made, name, content, words) -> None:
    (made.folder / name).write_text(content)
    with pytest.raises(VerifyError, match=words):
        verify(made.folder / "report.pdf")


def test_a_record_of_any_form_is_weighed_and_not_trusted(made, verified) -> None:
    """Every key of another type than it should be: defects in words, and no crash."""
    path = made.folder / "record.json"
    whole = json.loads(path.read_text())
    for key in whole:
        if key in ("format", "audit"):
            continue
        for wrong in (None, 7, "x", [1], {"a": 1}, [{"text": 3, "tokens": [[1], 2]}]):
            path.write_text(json.dumps({**whole, key: wrong}))
            if wrong != whole[key]:
                assert verified(made.folder / "report.html", design=made.design).exit_code == 1, key


def test_a_pdf_of_somebody_else_is_never_a_pass(made, verified) -> None:
    other = made.folder / "report.pdf"
    other.write_bytes(tampering.blank(3))
    found = verified(other, design=made.design)
    assert found.exit_code == 1
    assert any("it has 3 pages, and the report has" in d.says for d in found.defects)


def test_the_record_of_another_folder_can_be_named(made, tmp_path, verified) -> None:
    shutil.copy(made.folder / "report.pdf", tmp_path / "downloaded.pdf")
    with pytest.raises(VerifyError, match="Give its folder with --record"):
        verified(tmp_path / "downloaded.pdf")
    found = verified(tmp_path / "downloaded.pdf", record=made.folder, design=made.design)
    assert found.exit_code == 0


# --- whose programs are run -----------------------------------------------------------------------


def noted(made, **keys: str):
    path = made.folder / "record.json"
    record = json.loads(path.read_text())
    record["made_from"] = {"design": "", "notebook": "", **keys}
    path.write_text(json.dumps(record))
    return read_record(made.folder)


def test_a_notebook_beside_a_strange_report_is_not_run(made, monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    (made.root / "evil.py").write_text("raise SystemExit")
    with pytest.raises(VerifyError, match="a notebook beside it would be run"):
        source_of(noted(made, notebook="evil.py"))
    made.design.write_text(f'notebook = "evil.py"\n{made.design.read_text()}')
    with pytest.raises(VerifyError, match="If you trust it, name it: --design"):
        source_of(noted(made, design="asked.toml"))
    assert source_of(noted(made, design="asked.toml"), made.design)[0] == made.design
    monkeypatch.chdir(made.root)
    assert source_of(noted(made, design="asked.toml")) == (made.root / "asked.toml", made.root)


@pytest.mark.parametrize("path", ["../../etc/passwd", "/etc/passwd", "no-such.toml"])
def test_a_path_that_leads_elsewhere_is_not_followed(made, path) -> None:
    with pytest.raises(VerifyError, match=r"[Tt]here is no"):
        source_of(noted(made, design=path))


def test_a_design_by_name_must_be_one(made) -> None:
    with pytest.raises(VerifyError, match=r"a design ends in \.toml"):
        source_of(read_record(made.folder), made.root / "cases.csv")


# --- versions -----------------------------------------------------------------------------------


def test_a_second_version_prints_its_corrections_and_verifies(made, monkeypatch, capsys) -> None:
    monkeypatch.chdir(made.root)
    Path("reports/asked").rename("v1")
    table = Path("cases.csv")
    table.write_text(table.read_text().replace(",none", ",remove", 1))
    Path("why.toml").write_text(
        '[[correction]]\nclaim = "gap*"\nwhy = "One post was “read” \\"twice\\""\n'
    )
    asked = ["report", "asked.toml", "--previous", "v1", "--reasons", "why.toml"]
    assert main(asked) == 0
    first = {p.name: p.read_bytes() for p in Path("reports/asked").iterdir() if p.is_file()}
    assert main(["verify", "reports/asked"]) == 0, capsys.readouterr().out
    record = json.loads(first["record.json"])
    gap = next(c for c in record["corrections"] if c["claim"] == "gap")
    assert gap["was"].startswith("−30.6")
    assert gap["is"].startswith("−28.5")
    assert gap["why"] == 'The data changed. One post was “read” "twice".'
    assert (record["predecessor"]["path"], record["report"]["version"]) == ("v1", "2")
    page = first["report.html"].decode()
    assert "What changed since the earlier version" in page
    assert "This version corrects version 1 of" in page
    assert page.index("What changed since the earlier version") < page.rindex("Provenance")
    assert "−28.5 percentage points" in page
    again = Path("reports/asked")
    assert main(asked) == 0
    assert {p.name: p.read_bytes() for p in again.iterdir() if p.is_file()} == first


def test_a_report_without_a_predecessor_prints_no_corrections(original) -> None:
    assert b"Corrections" not in (original.folder / "report.html").read_bytes()
    assert json.loads((original.folder / "record.json").read_text())["predecessor"] is None


def test_a_predecessor_of_another_title_or_edited_is_refused(made, monkeypatch) -> None:
    from audit.errors import ReportError

    monkeypatch.chdir(made.root)
    old = Path("reports/asked").rename("v1")
    record = json.loads((old / "record.json").read_text())
    record["report"]["title"] = "Something else"
    (old / "record.json").write_text(json.dumps(record))
    claims = old / "claims.json"
    claims.write_text(claims.read_text() + " ")
    with pytest.raises(ReportError, match=r"same title; its claims\.json is not the one"):
        report("asked.toml", out="reports", previous="v1", progress=False)
