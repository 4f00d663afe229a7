"""The codebook of a report: every column that a table, a stratum or a chart can name."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sources import archive_rows

import audit
from audit.cases import Cases
from audit.report.appendix import codebook_table, design_table
from audit.report.blocks import Cover, Table
from audit.report.document import document
from audit.report.html import build_html
from audit.schema import CASE_COLUMNS, Column
from audit.sources.simulated import Simulated
from audit.sources.trump_archive import TrumpArchive

COVER = Cover("T", "", "", (), "2026-01-01", "")
HOSTILE = "<script>alert(1)</script>\u202e=1+1"


def meanings(table: Table) -> dict[str, str]:
    return {row[0]: row[3] for row in table.cells}


def design(**changes: object) -> audit.Design:
    given = {"focal": "world_leader", "reference": "ordinary", "frame": "reported", "margin": 0.05}
    given |= {"outcome": {"at_least": "remove"}}
    return audit.Design(**{**given, **changes})  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def cases() -> Cases:
    return Simulated(scale=1).load()


def test_a_source_s_own_columns_are_explained_in_its_own_words(tmp_path: Path) -> None:
    path = archive_rows.write_csv(tmp_path / "a.csv", archive_rows.posts())
    loaded = TrumpArchive(str(path), times="id").load()
    said = meanings(codebook_table(loaded))
    assert set(said) == set(loaded.frame)
    for column in TrumpArchive.extra_columns:
        assert said[column.name] == column.about
    assert said["raw_posted_at"] == "what posted_at was read from, as the table has it"
    assert str(loaded.ladder) in said["action"]


def test_what_the_cases_do_not_hold_is_not_listed(cases: Cases) -> None:
    absent = Column("absent", "text", "no", "is not there")
    said = meanings(codebook_table(replace(cases, extra_columns=(absent,))))
    known = {column.name for column in CASE_COLUMNS}
    assert set(said) == set(cases.frame) <= known


def test_the_levels_of_a_column_are_said(cases: Cases) -> None:
    here = Column("tier", "category", "no", "how near", ("near", "far"))
    frame = cases.frame.assign(tier="near")
    said = meanings(codebook_table(replace(cases, frame=frame, extra_columns=(here,))))
    assert said["tier"] == "how near (near, far)"


def test_a_column_that_nobody_explains_says_so_where_the_design_names_it(cases: Cases) -> None:
    own = replace(cases, frame=cases.frame.assign(mine="a", other="b"))
    asked = design(strata=["rule", "mine"])
    found = codebook_table(own, asked)
    assert meanings(found)["mine"] == "the table’s own; nobody has said what it means"
    assert "other" not in meanings(found)
    (note,) = found.notes
    assert note.endswith("no codebook describes: other.")
    assert set(meanings(codebook_table(own))) == set(own.frame)
    assert codebook_table(own).notes == ()


def test_many_unexplained_columns_are_counted(cases: Cases) -> None:
    more = {f"c{i:02d}": i for i in range(25)}
    (note,) = codebook_table(replace(cases, frame=cases.frame.assign(**more)), design()).notes
    assert note.endswith("c18, c19 and 5 more.")


@pytest.mark.parametrize("asked", [None, design()])
def test_a_hostile_name_is_inert(cases: Cases, asked: audit.Design | None) -> None:
    own = replace(cases, frame=cases.frame.assign(**{HOSTILE: "a"}))
    page = build_html(document([COVER, codebook_table(own, asked)]))
    assert "<script>alert" not in page
    assert "\u202e" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_a_design_is_printed_so_that_what_belongs_together_can_be_told() -> None:
    given = {
        "strata": ("rule", "severity"),
        "label_error": {"sensitivity": [0.95, 1.0], "specificity": [0.98, 1.0]},
        "multiverse": {"strata": [["rule"], ["rule", "severity"]], "primary": ["raw"]},
        "negative_controls": ({"population": {"rule": ["spam"]}},),
        "severity": True,
    }
    cases = Simulated(scale=1).load()
    comparison = audit.compare(audit.enroll(cases, design(**given)))
    said = {row[0]: row[1] for row in design_table(comparison).cells}
    assert said["strata"] == "rule, severity"
    assert said["label_error"] == "sensitivity = [0.95, 1.0]; specificity = [0.98, 1.0]"
    assert said["multiverse"] == "strata = [[rule], [rule, severity]]; primary = [raw]"
    assert said["negative_controls"] == "{population = {rule = [spam]}}"
    assert said["severity"] == "true"
