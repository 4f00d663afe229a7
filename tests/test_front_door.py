"""The front door works as written: its table, its Python and its commands."""

from __future__ import annotations

import re
import shlex
import shutil
from pathlib import Path

import duckdb
import pandas as pd
import pytest
from needs import missing

import audit
from audit.arguments import parser
from audit.claims import Verdict
from audit.cli import main
from audit.run import report_name
from benchmarks.goldens import ABSENT

BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def text(root) -> str:
    return (root / "README.md").read_text(encoding="utf-8")


def blocks(text: str, language: str) -> list[str]:
    return [body for kind, body in BLOCK.findall(text) if kind == language]


@pytest.fixture
def here(text, tmp_path, monkeypatch) -> Path:
    """Return a working folder with the README's own table in it."""
    (table,) = blocks(text, "csv")
    (tmp_path / "my_table.csv").write_text(table, encoding="utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_ten_lines_run_and_write_a_report(text, root, here) -> None:
    code = blocks(text, "python")[0]
    assert len([line for line in code.splitlines() if line]) <= 10
    shutil.copytree(root / "designs", here / "designs")
    names: dict[str, object] = {}
    exec(code, names)
    assert (here / "reports" / "mine" / "report.pdf").read_bytes().startswith(b"%PDF")
    evidence = names["evidence"]
    assert evidence.verdict is Verdict.LENIENT
    for noun in ("study", "comparison", "evidence"):
        assert str(names[noun]).startswith(names["design"].question)
        assert not names[noun].to_frame().empty


def test_the_worked_table_is_read_and_answered(text, here, capsys) -> None:
    names: dict[str, object] = {}
    exec(blocks(text, "python")[1], names)
    cases, evidence = names["cases"], names["evidence"]
    assert len(cases) == 20
    (table,) = blocks(text, "csv")
    written = {"remove": table.count("taken down"), "none": table.count("left up")}
    assert cases.to_frame()["action"].value_counts().to_dict() == written
    assert evidence.verdict in Verdict
    assert evidence.rung >= 1
    assert evidence.sentence in capsys.readouterr().out


def test_a_report_of_the_worked_table_is_verified(text, here) -> None:
    """At rung 2, where fewer words are licensed than in any report that is committed."""
    names: dict[str, object] = {}
    exec(blocks(text, "python")[1], names)
    evidence = names["evidence"]
    assert evidence.rung == 2
    report = audit.compose(evidence, here / "reports" / "mine")
    found = audit.verify(report.folder, evidence=evidence)
    assert (found.exit_code, found.defects) == (0, ())


def test_a_draft_filled_in_as_it_says_is_a_report_that_is_verified(here, capsys) -> None:
    """From the shell: check --draft, five lines, report, verify."""
    given = {"frame": '"reported"', "focal": '"world_leader"', "reference": '"ordinary"'}
    assert main(["check", "my_table.csv", "--draft", "mine.toml"]) == 0
    draft = (here / "mine.toml").read_text(encoding="utf-8")
    for term, value in given.items():
        draft, filled = re.subn(rf'^# {term}( +)= ""', rf"{term}\1= {value}", draft, flags=re.M)
        assert filled == 1
    draft, signs = re.subn(r"^# (outcome|margin) ", r"\1 ", draft, flags=re.MULTILINE)
    assert signs == 2
    (here / "mine.toml").write_text(draft, encoding="utf-8")
    assert main(["report", "mine.toml"]) == 0
    assert main(["verify", "reports/mine"]) == 0
    assert "verified" in capsys.readouterr().out


def test_a_scan_answers_as_the_table_read_into_memory_does(text, here) -> None:
    names: dict[str, object] = {}
    exec(blocks(text, "python")[1], names)
    read = names["evidence"]
    (here / "posts").mkdir()
    duckdb.from_df(names["cases"].to_frame()).write_parquet("posts/part.parquet")
    exec(blocks(text, "python")[2], names)
    scanned = names["evidence"]
    assert scanned is not read
    assert scanned.comparison.frame.equals(read.comparison.frame)
    assert scanned.verdict == read.verdict


def commands(text: str) -> list[list[str]]:
    lines = [line for body in blocks(text, "sh") for line in body.splitlines()]
    split = [shlex.split(line, comments=True) for line in lines]
    return [words for words in split if words and words[0] == "audit"]


def test_every_command_parses(text) -> None:
    asked = commands(text)
    assert {w[1] for w in asked} == {"check", "new", "plan", "report", "verify", "charts"}
    for words in asked:
        assert parser().parse_args(words[1:]).command == words[1]


def test_the_shell_reads_the_table_as_python_does(text, here, capsys) -> None:
    check = next(words for words in commands(text) if words[1] == "check")
    assert main(check[1:]) == 0
    assert "20 cases by 20 accounts" in capsys.readouterr().out


def test_make_targets_exist(text, root) -> None:
    targets = set(re.findall(r"^(\w+):", (root / "Makefile").read_text("utf-8"), re.MULTILINE))
    named = set(re.findall(r"`make (\w+)`", text))
    named |= {
        line.split()[1] for b in blocks(text, "sh") for line in b.splitlines() if "make " in line
    }
    assert {"report", "test", "help", "lab", "check"} == named
    assert named <= targets


def test_every_verdict_is_explained_in_its_own_words(text) -> None:
    table = text.split("| verdict | when |")[1].split("\n\n")[0]
    for verdict in Verdict:
        if verdict in (Verdict.LENIENT, Verdict.STRICT):
            assert "*treated more leniently / more strictly*" in table
        elif verdict in (Verdict.MORE, Verdict.LESS):
            assert "*acted on more often / less often*" in table
        else:
            assert f"*{verdict}*" in table


def test_every_link_in_the_checkout_leads_somewhere(text, root) -> None:
    links = re.findall(r"\]\(([^)]+)\)", text)
    assert len(links) > 5
    gone = [
        link for link in links if not link.startswith("reports/") and not (root / link).exists()
    ]
    assert gone == []


def test_links_to_reports_lead_to_the_report_of_a_design_or_a_notebook(text, root) -> None:
    """Reports are refreshed on their own; what they are named after can be checked."""
    designs = {p.stem for p in (root / "designs").glob("*.toml")}
    designs |= {report_name(p) for p in (root / "notebooks").glob("*.py")}
    named = re.findall(r"\]\(reports/([^/)]+)/", text)
    assert named
    assert set(named) <= designs


def test_names_of_the_python_api_are_public(text) -> None:
    used = set(re.findall(r"\baudit\.([A-Za-z_]+)\(", text)) | {"SOURCES"}
    assert used <= set(audit.__all__)


def test_the_error_rates_are_those_of_the_benchmark(text, root) -> None:
    said = " ".join(text.split())
    table = pd.read_csv(root / "benchmarks" / "calibration.csv")
    rule = table[(table["method"] == "verdict") & table["shown"]]
    worst = rule.loc[rule["scenario"] == "alike", "rejection"].max()
    least = rule["coverage"].min()
    assert f"at most {100 * worst:.1f} % false alarms" in said
    assert f"in at least {100 * least:.1f} %" in said
    assert table["repetitions"].min() >= 2500
    posts = table[(table["method"] == "chi_square") & (table["scenario"] == "alike")]
    assert f"on posts raised up to {100 * posts['rejection'].max():.0f} %" in said
    halved = table[(table["method"] == "verdict") & (table["scenario"] == "halved")]
    found = halved[halved["rate"] == 0.2].groupby("focal_accounts")["rejection"].median()
    five, ten, thirty = (f"{100 * found[n]:.0f} %" for n in (5, 10, 30))
    assert f"{five} of platforms with five leaders, {ten} with ten and {thirty} with thirty" in said


def test_the_replications_are_those_of_the_report(text, root) -> None:
    """Of the report as committed: `.ci/reproduce.py` holds it to a fresh one."""
    table = pd.read_csv(root / "reports" / "replications" / "tables" / "tbl-every.csv")
    if ABSENT in set(table["within"]):  # `make report` was run where the outside data are not
        missing("shared", "needs the report of a checkout with ../shared (outside data) beside it")
    met, tried = (table["within"] == "yes").sum(), table["within"].isin(["yes", "no"]).sum()
    studies = table.loc[table["within"] == "yes", "about"].nunique()
    said = f"{met} of {tried} published numbers of {studies} studies"
    assert said in " ".join(text.split())
