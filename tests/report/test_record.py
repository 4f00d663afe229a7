"""claims.json and record.json: what a report says of itself."""

from __future__ import annotations

import hashlib
import json

import pandas as pd
import pytest
from builders import platform, question

from audit import __version__
from audit.cells import Cells
from audit.claims.records import ORDER
from audit.comparison import compare
from audit.evidence import appraise
from audit.page_claims import cells_hash
from audit.report.appendix import provenance
from audit.report.document import document
from audit.report.front import cover, page_one
from audit.report.origin import origin_of
from audit.report.record import HASHES, Origin, claims_of, fingerprint, fingerprint_of, hashes_of
from audit.report.write import write_report
from audit.study import enroll
from audit.utterances import back_at


@pytest.fixture(scope="module")
def evidence():
    made = compare(enroll(platform(), question()), using=("raw", "standardised"))
    return appraise(made, checks=())


def blocks(evidence):
    return [cover(evidence), *page_one(evidence), provenance(evidence)]


META = {"title": "T", "date": "2026-01-01"}


@pytest.fixture(scope="module")
def written(evidence, tmp_path_factory):
    folder = tmp_path_factory.mktemp("record") / "r"
    origin = Origin("designs/x.toml", "notebooks/x.py", "ab" * 32)
    with back_at(evidence.moment):
        write_report(document(blocks(evidence), meta=META), folder, origin=origin)
    return folder


def read(folder, name):
    return json.loads((folder / name).read_text(encoding="utf-8"))


def test_a_record_holds_what_the_report_was_made_of(written, evidence) -> None:
    record = read(written, "record.json")
    study = evidence.comparison.study
    assert record["format"] == 1
    assert record["audit"] == __version__
    assert record["report"] == {
        "title": "T",
        "date": "2026-01-01",
        "version": "",
        "simulated": True,
    }
    assert list(record["hashes"]) == list(HASHES)
    assert record["hashes"]["design"] == study.design.hash
    assert record["hashes"]["cells"] == cells_hash(study.cells)
    assert record["hashes"]["notebook"] == "ab" * 32
    claims = (written / "claims.json").read_bytes()
    assert record["hashes"]["claims"] == hashlib.sha256(claims).hexdigest()
    assert record["made_from"] == {"design": "designs/x.toml", "notebook": "notebooks/x.py"}
    assert record["predecessor"] is None
    assert record["corrections"] == []


def test_a_record_holds_the_verdict_and_the_numbers_it_was_read_from(written, evidence) -> None:
    verdict = read(written, "record.json")["verdict"]
    assert verdict["verdict"] == str(evidence.verdict)
    assert verdict["rung"] == evidence.rung
    assert verdict["sentence"] == evidence.sentence
    assert verdict["low"] == pytest.approx(evidence.reading.low, rel=1e-11)
    assert verdict["margin"] == evidence.comparison.study.design.margin


def test_claims_are_a_list_with_every_key(written) -> None:
    claims = read(written, "claims.json")
    assert isinstance(claims, list)
    assert all(list(c) == ORDER for c in claims)
    gap = next(c for c in claims if c["id"] == "gap")
    assert gap["conf_low"] < gap["value"] < gap["conf_high"]
    assert gap["pages"] == [1]
    assert len(gap["cells"]) == len(gap["design"]) == len(gap["code"]) == 64
    assert gap["estimator"].startswith("audit.")


def test_every_claim_of_a_token_is_in_the_list(written) -> None:
    ids = {c["id"] for c in read(written, "claims.json")}
    entries = read(written, "record.json")["tokens"]
    assert entries
    assert {t[2] for e in entries for t in e["tokens"] if t[1] == "claim"} <= ids


def test_the_fingerprint_is_of_claims_and_hashes_and_of_no_page(written) -> None:
    claims, record = read(written, "claims.json"), read(written, "record.json")
    mark = record["fingerprint"]
    assert len(mark) == 12
    assert fingerprint(claims, record["hashes"]) == mark
    moved = [{**c, "pages": [99]} for c in claims]
    assert fingerprint(moved, record["hashes"]) == mark
    edited = [{**claims[0], "value": claims[0]["value"] + 1}, *claims[1:]]
    assert fingerprint(edited, record["hashes"]) != mark
    for name in set(HASHES) - {"claims"}:
        assert fingerprint(claims, {**record["hashes"], name: "0"}) != mark


def test_a_document_knows_its_fingerprint_before_it_is_set(evidence, written) -> None:
    origin = Origin("", "", "ab" * 32)
    with back_at(evidence.moment):
        made = document(blocks(evidence), meta=META)
    assert fingerprint_of(made, origin) == read(written, "record.json")["fingerprint"]
    assert set(hashes_of(made, origin)) == set(HASHES) - {"claims"}


def test_pages_are_those_of_the_place_or_of_what_holds_it() -> None:
    frame = pd.DataFrame({"n": [111, 222]})
    from audit.report.blocks import Heading
    from audit.report.table import table

    made = document([Heading("A"), table(frame, id="tbl-a", title="t")], meta=META)
    places = {"body/1": 2, "body/1/r1": 3}
    pages = {c["text"]: c["pages"] for c in claims_of(made, places=places)}
    assert (pages["111"], pages["222"]) == ([2], [3])


def test_the_hash_of_cells_is_of_their_counts_in_any_order(evidence) -> None:
    frame = evidence.comparison.study.cells.frame
    assert cells_hash(Cells(frame.sample(frac=1, random_state=1))) == cells_hash(Cells(frame))
    changed = frame.assign(events=frame["events"] + (frame.index == 0))
    assert cells_hash(Cells(changed)) != cells_hash(Cells(frame))


def test_no_official_is_named_below_rung_three(evidence) -> None:
    assert evidence.rung < 3
    assert provenance(evidence).record["names"] == []


def test_paths_name_no_folder_of_a_machine(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    book = tmp_path / "notebooks" / "a.py"
    book.parent.mkdir()
    book.write_text("# %%\n")
    made = origin_of("designs/a.toml", book)
    assert (made.design, made.notebook) == ("designs/a.toml", "notebooks/a.py")
    assert made.notebook_hash == hashlib.sha256(b"# %%\n").hexdigest()
    assert origin_of("/elsewhere/a.toml").design == ""
    assert origin_of("../a.toml").design == ""
    assert origin_of() == Origin()
