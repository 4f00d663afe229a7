"""A table that a design or the command line leaves in the engine says what the rows say."""

from __future__ import annotations

from pathlib import Path

import pytest

import audit
from audit import run
from audit.cli import main
from audit.errors import SchemaError, SourceError
from audit.scanned import Scan
from audit.sources.simulated import Simulated
from audit.sources.table import Table

TERMS = """\
focal = "world_leader"
reference = "ordinary"
frame = "reported"
outcome = { at_least = "remove" }
margin = 0.05
strata = ["rule", "severity"]

[source]
name = "table"
path = "cases.parquet"
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Simulated(scale=1).write_parquet(tmp_path / "cases.parquet")
    (tmp_path / "rows.toml").write_text(TERMS)
    (tmp_path / "scan.toml").write_text(TERMS + 'scan = true\nmemory = "1GB"\n')
    return tmp_path


def test_a_design_s_scan_gives_the_evidence_of_its_rows(folder: Path) -> None:
    rows, scan = (run.evidence(folder / f"{name}.toml") for name in ("rows", "scan"))
    assert isinstance(scan.comparison.study.loaded, Scan)
    assert scan.verdict == rows.verdict
    assert scan.sentence == rows.sentence
    assert scan.comparison.study.cases.simulated
    with pytest.raises(audit.AuditError, match="needs rows"):
        _ = scan.comparison.study.loaded.frame


def test_the_report_of_a_scan_is_stamped_simulated(folder: Path) -> None:
    made = run.report(folder / "scan.toml", out=folder / "reports")
    page = (Path(made.folder) / "report.html").read_text(encoding="utf-8")
    assert "SIMULATED" in page
    assert "No number here was observed" in page


def test_check_scans(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", str(folder / "cases.parquet"), "--scan"]) == 0
    says = capsys.readouterr().out
    assert says.startswith("cannot support: ")
    assert "SIMULATED" in says
    assert "stay in duckdb" in says
    assert main(["check", str(folder / "cases.parquet"), "--scan", "--draft"]) == 2


def test_check_with_a_scan_says_every_fault_that_reading_says(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bad = "case_id,account_id,account_class,action\n1,a,x,none\n1,b,x,gone\n3,,x,none\n"
    (tmp_path / "bad.csv").write_text(bad)
    said = []
    for more in ([], ["--scan"]):
        assert main(["check", str(tmp_path / "bad.csv"), *more]) == 2
        said.append(capsys.readouterr().err.split("\n", 1)[1])
    assert said[0] == said[1]
    assert "gone" in said[0]
    with pytest.raises(SchemaError):
        Table(str(tmp_path / "bad.csv"), scan=True).load()


def test_what_the_other_way_of_reading_has_not_is_refused(folder: Path) -> None:
    path = str(folder / "cases.parquet")
    with pytest.raises(SourceError, match="regimes and sheet: not with scan"):
        Table(path, scan=True, regimes="r.csv", sheet="a").load()
    with pytest.raises(SourceError, match="needs scan = true"):
        Table(path, memory="1GB").load()
    with pytest.raises(SourceError, match="cannot be set up so"):
        Table(path, scan=True, memory="plenty").load()
