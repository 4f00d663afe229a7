"""A scan is of the files that were meant, of no others, and of what stands beside them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

import audit
from audit.engine import Name, sql
from audit.errors import SourceError
from audit.scanned import facts
from audit.sources.community_notes import CommunityNotes
from audit.sources.simulated import Simulated
from scanned.platforms import design, table

KINDS = ("csv", "tsv", "jsonl", "parquet")


def write(frame: pd.DataFrame, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.suffix == ".parquet":
        duckdb.from_df(frame).write_parquet(str(path))
    elif path.suffix == ".jsonl":
        frame.to_json(path, orient="records", lines=True)
    else:
        frame.to_csv(path, index=False, sep="\t" if path.suffix == ".tsv" else ",")


def rows(count: int, action: str = "remove", first: int = 0) -> pd.DataFrame:
    ids = range(first, first + count)
    return pd.DataFrame(
        {
            "case_id": [f"c{i}" for i in ids],
            "account_id": [f"u{i % 5}" for i in ids],
            "account_class": ["world_leader" if i % 5 < 2 else "ordinary" for i in ids],
            "action": action,
        }
    )


def actions(scan: Any) -> dict[str, int]:
    what = sql(
        "select {a} as a, cast(count(*) as bigint) as n from {t} group by 1",
        a=Name("action"),
        t=Name(scan.relation.name),
    )
    found = scan.engine.query(what)
    return dict(zip(found["a"], map(int, found["n"]), strict=True))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["posts[1]", "posts*", "pos?s"])
def test_a_name_with_marks_of_a_pattern_is_that_file_alone(
    tmp_path: Path, kind: str, name: str
) -> None:
    folder = tmp_path / "of [us]"
    write(rows(40), folder / f"{name}.{kind}")
    write(rows(30, "label"), folder / f"posts1.{kind}")
    write(rows(20, "label"), folder / f"posts.{kind}")
    scan = audit.scan(folder / f"{name}.{kind}")
    assert actions(scan) == {"remove": 40}
    assert not scan.faults()
    assert len(audit.read_cases(folder / f"{name}.{kind}").frame) == 40


@pytest.mark.parametrize("kind", KINDS)
def test_names_of_folders_take_the_place_of_no_column(tmp_path: Path, kind: str) -> None:
    path = tmp_path / "action=none" / "year=2020" / f"posts.{kind}"
    write(rows(30), path)
    scan = audit.scan(path)
    assert actions(scan) == {"remove": 30}
    assert "year" not in scan.relation.kinds


@pytest.mark.parametrize("kind", KINDS)
def test_a_folder_is_the_table_of_its_files(tmp_path: Path, kind: str) -> None:
    write(rows(30), tmp_path / "all" / "a" / f"part.{kind}")
    write(rows(20, "none", first=30), tmp_path / "all" / "b" / f"part.{kind}")
    (tmp_path / "all" / "README.md").write_text("no table")
    scan = audit.scan(tmp_path / "all")
    assert actions(scan) == {"remove": 30, "none": 20}
    assert len(audit.read_cases(tmp_path / "all").frame) == 50
    assert [f.name for f in facts.files_read(scan)] == [f"a/part.{kind}", f"b/part.{kind}"]
    hashed = facts.digest(scan)
    assert hashed == audit.read_cases(tmp_path / "all").origins[0].sha256
    write(rows(30, "label"), tmp_path / "all" / "a" / f"part.{kind}")
    assert facts.digest(audit.scan(tmp_path / "all")) != hashed, "either file is in the hash"


def test_a_fault_names_the_file_in_its_folder(tmp_path: Path) -> None:
    write(rows(3), tmp_path / "all" / "a" / "part.csv")
    write(rows(3, "gone", first=3), tmp_path / "all" / "b" / "part.csv")
    (fault,) = audit.scan(tmp_path / "all").faults()
    assert "'b/part.csv'" in fault.value


def test_a_file_that_is_meant_twice_is_refused(tmp_path: Path) -> None:
    write(rows(3), tmp_path / "a.csv")
    with pytest.raises(SourceError, match="would count twice"):
        audit.scan([tmp_path / "a.csv", tmp_path / "." / "a.csv"])


def test_simulated_files_stay_simulated(tmp_path: Path) -> None:
    world = Simulated(scale=1)
    world.write_parquet(tmp_path / "cases.parquet")
    for asked in (tmp_path / "cases.parquet", tmp_path, tmp_path / "*.parquet"):
        scan = audit.scan(asked)
        assert scan.simulated
        assert scan.origins[0].limits == world.limits
    wanted = audit.Origin("mine", "Mine", "me", "", "", "none")
    assert audit.scan(tmp_path, origin=wanted).origins == (wanted,)


def test_a_scan_knows_what_its_frame_can_bear(tmp_path: Path) -> None:
    write(table(1, rows=200), tmp_path / "cases.parquet")
    said = 'name = "x"\ntitle = "X"\nproducer = "y"\nurl = ""\naccessed = ""\nlicence = "none"\n'
    (tmp_path / "origin.toml").write_text(said + 'frame = "enforced_only"\n')
    with pytest.raises(audit.AuditError, match="enforced_only"):
        audit.enroll(audit.scan(tmp_path), audit.Design.of(design(frame="reported")))


def test_notes_in_a_folder_named_like_a_pattern_are_read(tmp_path: Path) -> None:
    header = "noteId\tparticipantId\tcreatedAtMillis\ttweetId\tclassification"
    for name, post in (("of[1]", "11"), ("of1", "22")):
        (tmp_path / name).mkdir()
        line = f"1\tp\t1611360000000\t{post}\tMISINFORMED_OR_POTENTIALLY_MISLEADING"
        (tmp_path / name / "notes-00000.tsv").write_text(f"{header}\n{line}\n")
    cases = CommunityNotes(tmp_path / "of[1]").load()
    assert list(cases.frame["post_id"]) == ["11"]


def test_what_is_missing_is_said_as_read_cases_says_it(tmp_path: Path) -> None:
    frame = rows(3).rename(columns={"case_id": "case", "account_id": "user", "action": "acted"})
    write(frame, tmp_path / "a.csv")
    said = []
    for read in (audit.scan, audit.read_cases):
        with pytest.raises(audit.errors.SchemaError) as found:
            read(tmp_path / "a.csv")
        said.append(sorted(map(str, found.value.faults)))
    assert said[0] == said[1]
    assert "Try: columns={'case': 'case_id'}" in " ".join(said[0])
