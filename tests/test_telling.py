"""What a design says about its report: keys, faults, and where its paths lead."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from audit.design import Design
from audit.errors import DesignError
from audit.planning import draft
from audit.telling import Telling, telling_faults

REPLY = {"path": "answer.md", "who": "An Officer", "on": date(2026, 2, 1)}
GIVEN: dict[str, Any] = {
    "focal": "world_leader",
    "reference": "ordinary",
    "frame": "reported",
    "outcome": {"at_least": "remove"},
    "margin": 0.05,
}
TOML = """focal = "world_leader"
reference = "ordinary"
frame = "reported"
outcome = { at_least = "remove" }
margin = 0.05

[report]
reply = { path = "answer.md", who = "An Officer", on = 2026-02-01 }
bibliography = "works.bib"
previous = "reports/x-v1"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    root = tmp_path / "project"
    (root / "designs").mkdir(parents=True)
    (root / "reports" / "x-v1").mkdir(parents=True)
    (root / "designs" / "x.toml").write_text(TOML, encoding="utf-8")
    (root / "designs" / "answer.md").write_text("No.", encoding="utf-8")
    (root / "works.bib").write_text("@book{a, title={T}, year={2020}}", encoding="utf-8")
    monkeypatch.chdir(root)
    return root


def telling(**given: Any) -> Telling:
    found = Design.of({**GIVEN, "report": given}).report
    assert found is not None
    return found


def test_a_design_reads_writes_and_shows_what_it_says_of_its_report(project: Path) -> None:
    design = Design.read("designs/x.toml")
    said = design.to_dict()["report"]
    assert said["reply"] == {**REPLY, "on": "2026-02-01"}
    assert (said["bibliography"], said["previous"]) == ("works.bib", "reports/x-v1")
    design.write(project / "again.toml")
    assert Design.read("again.toml") == design


def test_it_is_no_part_of_the_question() -> None:
    plain = Design.of(GIVEN)
    assert Design.of({**GIVEN, "report": {"reply": REPLY}}).hash == plain.hash


def test_all_faults_are_said_at_once_with_those_of_the_question() -> None:
    given = {
        "replies": {},
        "reply": {"path": "/etc/passwd", "who": " ", "on": "yesterday", "by": "x"},
        "bibliography": 3,
        "previous": "C:\\reports",
    }
    with pytest.raises(DesignError) as stopped:
        Design.of({**GIVEN, "title": 3, "report": given})
    for said in (
        "title is 3",
        "unknown key 'replies'; allowed: reply, bibliography, previous",
        "reply has the unknown key 'by'",
        "the path of reply is '/etc/passwd'; it must be relative",
        "who of reply is ' '",
        "on of reply is 'yesterday'; a day such as 2026-01-31",
        "bibliography is '3'",
        r"previous is 'C:\\reports'; it must be relative",
    ):
        assert said in str(stopped.value), said


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"reply": "answer.md"}, "reply is 'answer.md'; it must be a table"),
        ({"reply": {}}, "does not say path, who, on"),
        ({"previous": "~/reports"}, "relative to the design"),
        ({"previous": ""}, "a path relative to the design"),
        ({"previous": "a\0b"}, "a path relative to the design"),
        ({"previous": "\\\\host\\share"}, "relative to the design"),
    ],
)
def test_each_fault_is_said(given: dict[str, Any], said: str) -> None:
    assert any(said in fault for fault in telling_faults(given))
    with pytest.raises(DesignError):
        Telling.of(given)


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(DesignError, match="report is 'x'; it must be a table"):
        Design.of({**GIVEN, "report": "x"})


def test_files_are_found_beside_the_design_and_above_it_in_the_project(project: Path) -> None:
    found = Design.read("designs/x.toml").report
    assert found is not None
    assert found.find("reply") == project / "designs" / "answer.md"
    assert found.find("bibliography") == project / "works.bib"
    assert found.named(found.find("previous")) == "reports/x-v1"
    found.check()


def test_a_design_named_from_a_folder_below_has_the_same_project(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (project / "notebooks").mkdir()
    monkeypatch.chdir(project / "notebooks")
    found = Design.read("designs/x.toml").report
    assert found is not None
    assert found.named(found.find("previous")) == "reports/x-v1"


def test_no_path_leads_out_of_the_project(project: Path, tmp_path: Path) -> None:
    (tmp_path / "secret.md").write_text("x", encoding="utf-8")
    (project / "linked.md").symlink_to(tmp_path / "secret.md")
    design = project / "designs" / "x.toml"
    for path in ("../../secret.md", "linked.md"):
        text = TOML.replace("answer.md", path).replace("works.bib", "none.bib")
        design.write_text(text, encoding="utf-8")
        found = Design.read("designs/x.toml").report
        assert found is not None
        with pytest.raises(DesignError) as stopped:
            found.check()
        assert f"reply is '{path}', which leads out of the project" in str(stopped.value)
        assert "bibliography is 'none.bib', and nothing of that name" in str(stopped.value)


def test_a_design_elsewhere_is_a_project_of_its_own(project: Path, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "x.toml").write_text(TOML, encoding="utf-8")
    found = Design.read(away / "x.toml").report
    assert found is not None
    assert found.folders == (away.resolve(),)
    with pytest.raises(DesignError, match=r"bibliography is 'works\.bib', and nothing"):
        found.find("bibliography")


def test_a_design_in_no_file_looks_in_the_working_folder(project: Path) -> None:
    assert telling(bibliography="works.bib").find("bibliography") == project / "works.bib"


def test_the_draft_lists_the_keys_as_they_can_be_written(tmp_path: Path) -> None:
    lines = draft().splitlines()
    asked = [line.removeprefix("# ") if "# report." in line else line for line in lines]
    written = tmp_path / "new.toml"
    written.write_text("\n".join(asked), encoding="utf-8")
    found = Design.read(written).report
    assert found is not None
    assert set(found.to_dict()) == {"reply", "bibliography", "previous"}
