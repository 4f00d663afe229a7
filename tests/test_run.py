"""From a design file to its report, and what stays when a write fails."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import MISSING, fields
from pathlib import Path

import pytest
from builders import platform, question

import audit
from audit.cli import main
from audit.design import Design
from audit.errors import DesignError, UnknownName
from audit.run import evidence, load, source
from audit.sources import SOURCES

ORIGIN = """name = "made"
title = "Made for a test"
producer = "tests"
url = ""
accessed = 2026-01-01
licence = "MIT"
simulated = true
"""


def made(folder: Path, **changes) -> Path:
    """Write a table, its origin and a design that asks it; return the design's path."""
    platform(posts=4).to_frame().to_csv(folder / "cases.csv", index=False)
    (folder / "origin.toml").write_text(ORIGIN, encoding="utf-8")
    asked = {"source": {"name": "table", "path": str(folder / "cases.csv")}, **changes}
    return question(**asked).write(folder / "asked.toml")


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    """Return a folder with one design and the report that the command line wrote of it."""
    folder = tmp_path_factory.mktemp("run")
    path = made(folder)
    code = main(["report", str(path), "--out", str(folder / "reports")])
    return folder, code


def whole(folder: Path) -> dict[str, bytes]:
    return {
        str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()
    }


# --- sources -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SOURCES)
def test_every_source_can_be_named(name: str) -> None:
    given = {"name": name}
    if any(f.name == "path" and f.default is MISSING for f in fields(SOURCES[name])):
        given["path"] = "cases.csv"
    assert isinstance(source(question(source=given)), SOURCES[name])


def test_parameters_reach_the_source() -> None:
    asked = question(source={"name": "simulated", "leaders": 5, "seed": 3})
    found = source(asked)
    assert (found.leaders, found.seed, found.ordinary) == (5, 3, SOURCES["simulated"]().ordinary)


@pytest.mark.parametrize(
    ("given", "error", "says"),
    [
        (None, DesignError, "names no source; write source = .* Sources: table, registry"),
        ({}, DesignError, "names no source"),
        ("table", DesignError, "source is 'table'; it must be a table; write source = "),
        ({"name": 3}, DesignError, "source is .'name': 3.; write"),
        ({"name": "tabel"}, UnknownName, "No source is called 'tabel'. Did you mean 'table'"),
        ({"name": "table"}, DesignError, "needs the parameter 'path'; its parameters: path, ro"),
        (
            {"name": "table", "page": 1, "file": "x"},
            DesignError,
            "has no parameter 'page' and has no parameter 'file' and needs the parameter 'path'",
        ),
        (
            {"name": "table", "path": "x.csv", "columns": ["a"]},
            DesignError,
            "takes columns = . yours = 'ours' ., not .'a'.",
        ),
        ({"name": "simulated", "icc": "high"}, DesignError, "cannot take .'icc': 'high'."),
    ],
    ids=str,
)
def test_a_source_at_fault_is_said(given, error, says: str) -> None:
    with pytest.raises(error, match=says):
        source(question(source=given))


def test_a_design_gives_its_cases_and_its_evidence(tmp_path) -> None:
    path = made(tmp_path)
    design = Design.read(path)
    assert len(load(design)) == 72 * 4
    by_path, by_value = evidence(path), evidence(design)
    assert by_path.sentence == by_value.sentence
    assert by_path.verdict == audit.Verdict.LENIENT


# --- reports -----------------------------------------------------------------------------------


def test_report_writes_a_folder_of_the_design_s_name(written, capsys) -> None:
    folder, code = written
    assert code == 0
    names = set(whole(folder / "reports" / "asked"))
    assert {"report.pdf", "report.html", "claims.json", "tables/tbl-effects.csv"} <= names
    assert "report.ipynb" not in names
    charts = {n for n in names if n.startswith("charts/")}
    stems = {n.split(".")[0] for n in charts} - {"charts/index"}
    kinds = ("png", "svg", "phone.svg", "csv", "txt")
    assert charts == {"charts/index.json", *(f"{s}.{e}" for s in stems for e in kinds)}
    ids = [c["id"] for c in json.loads((folder / "reports/asked/claims.json").read_bytes())]
    assert "gap" in ids


def test_a_table_that_does_not_say_its_date_gets_a_report(tmp_path) -> None:
    """No origin.toml beside it, no times in it: the most common table of a first-time user."""
    made(tmp_path)
    (tmp_path / "origin.toml").unlink()
    report = audit.compose(evidence(tmp_path / "asked.toml"), tmp_path / "report")
    assert report.written.pages > 3


def test_an_inadmissible_question_gets_a_report_without_a_contrast(tmp_path) -> None:
    path = made(tmp_path, frame="enforced_only")
    assert main(["report", str(path), "--out", str(tmp_path / "reports")]) == 0
    files = whole(tmp_path / "reports" / "asked")
    assert "tables/tbl-effects.csv" not in files
    assert not any(n.startswith("charts/") for n in files)
    claims = json.loads(files["claims.json"])
    assert {c["unit"] for c in claims if "/" not in c["id"]} == {"posts", "accounts", "rung"}
    assert not any(c["conf_low"] is not None for c in claims)


# --- writes that fail ----------------------------------------------------------------------------


@pytest.fixture
def one_page(monkeypatch) -> None:
    """Make what is written short: these tests are of the writing."""
    from audit.report import Cover, Finding

    page = [Cover("A title", date="2026-01-01"), Finding("A sentence.")]
    monkeypatch.setattr("audit.report.standard.standard_blocks", lambda *_, **__: page)


def refused(capsys, *argv: str) -> str:
    assert main(argv) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert "Traceback" not in said.err
    return said.err


def test_a_file_in_the_place_of_the_folder(written, one_page, tmp_path, capsys) -> None:
    folder, _ = written
    (tmp_path / "taken").write_text("mine", encoding="utf-8")
    said = refused(capsys, "report", str(folder / "asked.toml"), "--out", str(tmp_path / "taken"))
    assert "The report cannot be written to" in said
    assert "Try another folder" in said
    (tmp_path / "asked").write_text("mine", encoding="utf-8")
    said = refused(capsys, "report", str(folder / "asked.toml"), "--out", str(tmp_path))
    assert "is a file; a report needs a folder" in said
    assert (tmp_path / "asked").read_text(encoding="utf-8") == "mine"


def test_a_folder_of_someone_else_is_left_alone(written, one_page, tmp_path, capsys) -> None:
    folder, _ = written
    (tmp_path / "asked").mkdir()
    (tmp_path / "asked" / "thesis.doc").write_text("mine", encoding="utf-8")
    said = refused(capsys, "report", str(folder / "asked.toml"), "--out", str(tmp_path))
    assert "thesis.doc" in said
    assert whole(tmp_path / "asked") == {"thesis.doc": b"mine"}


@pytest.mark.parametrize("step", ["write", "open", "replace"])
def test_a_system_that_refuses_leaves_the_old_report_whole(
    written, one_page, capsys, monkeypatch, step: str
) -> None:
    import errno

    folder, _ = written
    before = whole(folder / "reports")

    def refuse(*_, **__):
        raise OSError(errno.ENOSPC if step == "write" else errno.EROFS, f"no {step}")

    if step == "write":
        monkeypatch.setattr("audit.report.folder.os.fsync", refuse)
    elif step == "open":
        monkeypatch.setattr("audit.report.folder.open", refuse, raising=False)
    else:
        monkeypatch.setattr("audit.report.folder.os.replace", refuse)
    said = refused(capsys, "report", str(folder / "asked.toml"), "--out", str(folder / "reports"))
    monkeypatch.undo()
    assert f"cannot be written to {folder / 'reports' / 'asked'}: no {step}" in said
    assert "as it was" in said
    assert whole(folder / "reports") == before


REFUSED_BY_THE_SYSTEM = """
import resource, signal, sys
import audit.report.standard, audit.report.write as write
from audit.cli import main
from audit.report import Cover, Finding

page = [Cover("A title", date="2026-01-01"), Finding("A sentence.")]
audit.report.standard.standard_blocks = lambda *_, **__: page
real = write.replace_folder

def limited(*given, **named):
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
    return real(*given, **named)

write.replace_folder = limited
sys.exit(main(sys.argv[1:]))
"""


def test_a_system_that_is_really_full_leaves_the_old_report_whole(written) -> None:
    """No file may pass 4 KiB, by the system's own limit, from the first byte written on."""
    folder, _ = written
    before = whole(folder / "reports")
    argv = ["report", "asked.toml", "--out", "reports"]
    done = subprocess.run(
        [sys.executable, "-c", REFUSED_BY_THE_SYSTEM, *argv],
        capture_output=True,
        text=True,
        timeout=120,
        cwd=folder,
    )
    assert done.returncode == 2, done.stderr
    assert "The report cannot be written to" in done.stderr
    assert "File too large" in done.stderr
    assert "Traceback" not in done.stderr
    assert whole(folder / "reports") == before


def test_new_and_freeze_say_what_could_not_be_written(written, tmp_path, capsys) -> None:
    folder, _ = written
    (tmp_path / "file").write_text("x", encoding="utf-8")
    assert "file" in refused(capsys, "new", str(tmp_path / "file" / "x.toml"))
    ledger = tmp_path / "frozen.toml"
    ledger.mkdir()
    (tmp_path / "asked.toml").write_bytes((folder / "asked.toml").read_bytes())
    assert "frozen.toml" in refused(capsys, "freeze", str(tmp_path / "asked.toml"))
