"""A design beside its table works from any folder, and never with another table of that name."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import pytest

from audit import run
from audit.cli import main
from audit.design import Design
from audit.errors import DesignError, SourceError
from audit.sources import SOURCES

HEADER = "post,user,class,action,topic\n"
DESIGN = """\
focal = "leader"
reference = "ordinary"
frame = "reported"
outcome = { at_least = "remove" }
margin = 0.1
strata = ["rule"]

[source]
name = "table"
path = PATH

[source.columns]
post = "case_id"
user = "account_id"
class = "account_class"
topic = "rule"
"""
NO_FILE = {"case", "shown", "unjoined", "not_misleading", "memory", "retweets", "times", "coder"}
NO_FILE |= {"flags_until", "flags_because", "platform", "table", "time_zone", "unlisted", "sheet"}


def table(action: str, size: int = 80) -> str:
    of = [("leader" if i % 8 < 2 else "ordinary", i % 8, i) for i in range(size)]
    return HEADER + "".join(f"p{i:03},u{u},{c},{action},abuse\n" for c, u, i in of)


@pytest.fixture
def study(tmp_path: Path) -> Path:
    folder = tmp_path / "mine" / "study"
    folder.mkdir(parents=True)
    (folder / "cases.csv").write_text(table("remove"))
    (folder / "design.toml").write_text(DESIGN.replace("PATH", '"cases.csv"'))
    return folder


@pytest.mark.parametrize("path", ['"cases.csv"', '"*.csv"', '["cases.csv"]', '"./cases.csv"'])
def test_a_table_beside_its_design_is_found_from_anywhere(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (study / "design.toml").write_text(DESIGN.replace("PATH", path))
    design = Design.read("mine/study/design.toml")
    assert (run.load(design).frame["action"] == "remove").all()
    assert main(["compare", str(study / "design.toml")]) == 0


def test_the_folder_is_no_term_of_the_question(study: Path, tmp_path: Path) -> None:
    read = Design.read(study / "design.toml")
    of = Design.of(read.to_dict())
    assert read == of
    assert read.hash == of.hash
    assert "folder" not in read.to_dict()
    with pytest.raises(DesignError, match="unknown key"):
        Design.of({**read.to_dict(), "folder": "/"})
    (variant,) = read.vary(margin=[0.2])
    assert (run.load(variant).frame["action"] == "remove").all()


def test_two_tables_of_one_name_are_refused(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cases.csv").write_text(table("none"))
    with pytest.raises(SourceError, match=r"beside the file that names it.*full path"):
        run.load(Design.read("mine/study/design.toml"))
    whole = f'"{study / "cases.csv"}"'
    (study / "design.toml").write_text(DESIGN.replace("PATH", whole))
    assert (run.load(Design.read("mine/study/design.toml")).frame["action"] == "remove").all()


def test_what_is_not_beside_is_looked_for_as_before(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (study / "cases.csv").rename(tmp_path / "cases.csv")
    monkeypatch.chdir(study)
    assert (run.load(Design.read("design.toml")).frame["action"] == "remove").all()
    monkeypatch.chdir(tmp_path / "mine")
    (tmp_path / "cases.csv").unlink()
    with pytest.raises(SourceError, match=r"There is no 'cases\.csv'"):
        run.load(Design.read("study/design.toml"))


def test_a_roster_lies_beside_too(
    study: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "account_id,account_class,start,end\nu1,leader,2020-01-01,\n"
    (study / "roster.csv").write_text(rows)
    dated = DESIGN.replace("PATH", '"cases.csv"\nroster = "roster.csv"')
    (study / "design.toml").write_text(dated)
    monkeypatch.chdir(tmp_path)
    assert Path(run.source(Design.read("mine/study/design.toml")).roster).is_file()


def test_every_parameter_that_names_a_file_is_known() -> None:
    texts = {f.name for s in SOURCES.values() for f in fields(s) if "str" in str(f.type)}
    texts -= {"columns", "actions", "ladder", "unzip"}
    assert texts - NO_FILE | {"authors"} == set(run.FILES)
