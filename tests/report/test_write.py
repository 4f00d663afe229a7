from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass

import pytest

from audit.claims.records import ORDER
from audit.errors import ReportError
from audit.report.blocks import Claims, Heading, prose
from audit.report.document import document
from audit.report.write import write_report

FILES = (
    *(f"charts/fig-rates.{k}" for k in ("csv", "png", "svg", "txt")),
    "charts/index.json",
    "claims.json",
    "record.json",
    "report.html",
    "report.pdf",
    *(f"tables/tbl-rates.{k}" for k in ("csv", "tex")),
)
BUILD = """
import sys
sys.path.insert(0, sys.argv[2])
from conftest import draw, ALT, SOURCE
import pandas as pd
from audit.report.blocks import Cover, prose
from audit.report.document import document
from audit.report.figure import figure
from audit.report.table import table
from audit.report.write import write_report
frame = pd.DataFrame({"a": ["x", "y"], "rate": [1 / 7, 0.39]})
write_report(document([
    Cover("T", date="2026-01-15"),
    prose("# One\\n\\nSee [](#fig-a), $x^2$."),
    figure(draw(), id="fig-a", title="t", alt=ALT, source=SOURCE, data=frame),
    table(frame, id="tbl-a", title="t"),
]), sys.argv[1])
"""


@dataclass(frozen=True)
class Claim:
    value: float

    def to_dict(self):
        return {"id": "late", "value": self.value}


def content(folder):
    files = (p for p in folder.rglob("*") if p.is_file())
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in files}


def test_a_report_is_all_its_files(sample, tmp_path):
    written = write_report(document(sample()), tmp_path / "r")
    assert tuple(p.relative_to(tmp_path / "r").as_posix() for p in written.paths) == FILES
    assert all(p.is_file() for p in written.paths)
    assert set(content(tmp_path / "r")) == set(FILES)
    assert written.pages == 3
    assert written.uncovered == ()
    assert "3 pages" in written.summary()


def test_the_second_run_writes_the_same_bytes(sample, tmp_path):
    write_report(document(sample()), tmp_path / "a")
    write_report(document(sample()), tmp_path / "b")
    assert content(tmp_path / "a") == content(tmp_path / "b")


def test_folder_time_zone_home_and_language_leave_no_trace(tmp_path):
    import matplotlib

    found = []
    here = os.path.dirname(__file__)
    cache = {"MPLCONFIGDIR": matplotlib.get_cachedir(), "PYTHONPATH": f"{here}/../.."}
    for seed, zone, language in (("1", "UTC", "C.UTF-8"), ("2", "Asia/Tokyo", "C")):
        home = tmp_path / seed
        home.mkdir()
        given = {"TZ": zone, "HOME": str(home), "LC_ALL": language, "PYTHONHASHSEED": seed}
        command = [sys.executable, "-c", BUILD, "out", here]
        subprocess.run(command, cwd=home, env={**os.environ, **given, **cache}, check=True)
        found.append(content(home / "out"))
    assert found[0].keys() == found[1].keys()
    assert [k for k in found[0] if found[0][k] != found[1][k]] == []


def test_claims_of_the_document_and_of_the_caller_are_kept_in_order(tmp_path):
    blocks = [Claims(({"id": "early", "value": 1 / 3},)), Heading("A")]
    made = document(blocks, meta={"title": "T", "date": "2026-01-01"})
    write_report(made, tmp_path / "r", claims=[Claim(0.1 + 0.2)])
    claims = json.loads((tmp_path / "r" / "claims.json").read_text())
    assert [(c["id"], c["value"]) for c in claims] == [("early", 0.333333333333), ("late", 0.3)]
    assert list(claims[0]) == ORDER


def test_a_report_that_cannot_be_set_leaves_the_old_one(sample, tmp_path):
    write_report(document(sample()), tmp_path / "r")
    before = content(tmp_path / "r")
    meta = {"title": "T", "date": "2026-01-01"}
    with pytest.raises(ReportError, match="Page one does not fit"):
        write_report(document([prose("Word " * 3000)], meta=meta), tmp_path / "r")
    assert content(tmp_path / "r") == before


def test_uncovered_characters_are_said_and_fail_nothing(tmp_path):
    meta = {"title": "王 🏳", "date": "2026-01-01"}
    written = write_report(document([Heading("A")], meta=meta), tmp_path / "r")
    assert written.uncovered == ("王", "🏳")
    assert "no glyph for 2 characters, set as boxes: 王 U+738B" in written.summary()
