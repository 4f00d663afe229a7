from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import SchemaError, SourceError
from audit.reading.folders import table_files
from audit.reading.opening import open_table
from audit.sources.table import Table, read_cases

HEADER = "case_id,account_id,account_class,action,reports\n"


def rows(*ids: str, reports: str = "1") -> str:
    return "".join(f"{i},a{i},ordinary,none,{reports}\n" for i in ids)


def put(folder: Path, **files: str) -> Path:
    """Write files into a folder; two underscores in a name stand for a dot."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text, encoding="utf-8")
    return folder


def parquet(path: Path, select: str) -> Path:
    import duckdb

    name = str(path).replace("'", "''")
    duckdb.sql(f"copy ({select}) to '{name}' (format parquet)")
    return path


def faults(data: object, **options: object) -> str:
    with pytest.raises(SchemaError, match="fault") as caught:
        read_cases(data, **options)  # type: ignore[arg-type]
    return str(caught.value)


# Which files


def test_a_folder_a_pattern_and_a_list_give_the_same_cases(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1", "2"), b__csv=HEADER + rows("3"))
    whole = put(tmp_path, one__csv=HEADER + rows("1", "2", "3")) / "one.csv"
    expected = read_cases(whole).frame
    listed = [str(folder / "a.csv"), folder / "b.csv"]
    for data in (folder, str(folder / "*.csv"), str(folder / "[ab].csv"), listed, tuple(listed)):
        pd.testing.assert_frame_equal(read_cases(data).frame, expected)
    source = Table(path=[str(folder / "a.csv"), str(folder / "b.csv")])
    pd.testing.assert_frame_equal(source.load().frame, expected)


def test_a_relative_pattern_is_looked_for_upwards(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(tmp_path / "d", a__csv=HEADER + rows("1"))
    (tmp_path / "deep" / "er").mkdir(parents=True)
    monkeypatch.chdir(tmp_path / "deep" / "er")
    assert len(read_cases("d/*.csv")) == 1
    assert len(read_cases("../../d/*.csv")) == 1
    assert len(read_cases("d")) == 1


def test_kinds_and_compressions_may_be_mixed_where_all_are_text(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1"))
    (folder / "b.csv.gz").write_bytes(gzip.compress((HEADER + rows("2")).encode()))
    line = '{"case_id": "3", "account_id": "a3", "account_class": "ordinary", "action": "none", '
    put(folder, c__jsonl=line + '"reports": 1}\n')
    put(folder, d__tsv=(HEADER + rows("4")).replace(",", "\t"))
    assert read_cases(folder).frame["case_id"].tolist() == ["1", "2", "3", "4"]


def test_a_folder_is_read_with_those_in_it_and_without_what_stands_beside(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", README__md="x", LICENSE="x", _SUCCESS="", __hidden="x")
    put(folder / "day=1", p__csv=HEADER + rows("1"))
    put(folder / "day=2", p__csv=HEADER + rows("2"))
    put(folder / "_temporary", p__csv=HEADER + rows("3"))
    put(folder, SHA256SUMS="x")
    assert table_files(folder).names == ("day=1/p.csv", "day=2/p.csv")
    put(folder, notes__txt="x")
    put(folder, half__csv__part="x")
    with pytest.raises(SourceError, match=r"holds what is no table: 'half\.csv\.part', 'notes\.t"):
        read_cases(folder)
    assert len(read_cases(folder / "day=*" / "*.csv")) == 2


def test_nothing_to_read_is_said(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(SourceError, match="The folder 'empty' holds no table"):
        read_cases(tmp_path / "empty")
    with pytest.raises(SourceError, match=r"The pattern '.*\*\.csv' matches no file"):
        read_cases(tmp_path / "*.csv")
    with pytest.raises(SourceError, match=r"The pattern '.*\*\*x' cannot be followed: Invalid"):
        read_cases(tmp_path / "**x")
    with pytest.raises(SourceError, match="The list of files is empty"):
        read_cases([])


def test_links_that_lead_back_and_files_meant_twice_are_refused(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1"))
    with pytest.raises(SourceError, match="are the same file, whose rows would count twice"):
        read_cases([folder / "a.csv", folder / "." / "a.csv"])
    (folder / "b.csv").symlink_to(folder / "a.csv")
    with pytest.raises(SourceError, match=r"b\.csv' and '.*a\.csv' are the same file"):
        read_cases(folder)
    (folder / "b.csv").unlink()
    (folder / "self.csv").symlink_to(folder / "self.csv")
    with pytest.raises(SourceError, match=r"'self\.csv' cannot be read: .*symbolic links"):
        read_cases(folder)
    (folder / "self.csv").unlink()
    (folder / "loop").symlink_to(folder)
    with pytest.raises(SourceError, match=r"The link '.*loop' leads back to a folder"):
        read_cases(folder)
    assert len(read_cases(folder / "**" / "*.csv")) == 1


def test_a_name_with_the_marks_of_a_pattern_is_first_a_name(tmp_path: Path) -> None:
    path = put(tmp_path, **{"odd[1]*__csv": HEADER + rows("1")}) / "odd[1]*.csv"
    assert len(read_cases(path)) == 1


# Faults name the file and the row


def test_rows_at_fault_are_named_with_their_file(tmp_path: Path) -> None:
    folder = put(
        tmp_path / "d",
        a__csv=HEADER + "1,a\n" + rows("2"),
        b__csv=HEADER + rows("3", "4") + "\n" + rows("2", reports="many"),
        c__csv=HEADER + rows("5") + rows("6", "7", reports="many"),
    )
    said = faults(folder)
    assert "'d' (3 files): 4 faults found" in said
    assert "has too few fields, not 5 (1 row: 'a.csv' 1); found 2 fields on file line 2" in said
    assert "is an empty line (1 row: 'b.csv' 3); found it on file line 4" in said
    where = "(3 rows: 'b.csv' 4, 'c.csv' 2, 3); found 'many' (file line 5)"
    assert f"column 'reports': is no finite number {where}" in said
    assert "column 'case_id'" in said
    assert "(2 rows: 'a.csv' 2, 'b.csv' 4)" in said


def test_ids_are_unique_over_all_files(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1"), b__csv=HEADER + rows("2", "1"))
    assert "'case_id': " in faults(folder)
    assert "'a.csv' 1, 'b.csv' 2" in faults(folder)


def test_a_column_that_turns_to_text_in_part_7_is_named_there(tmp_path: Path) -> None:
    files = {f"part-{i}__csv": HEADER + rows(str(i)) for i in range(10)}
    files["part-7__csv"] = HEADER + rows("7", "77", reports="seven")
    said = faults(put(tmp_path / "d", **files))
    assert "1 fault found" in said
    assert "'reports': is no finite number (2 rows: 'part-7.csv' 1, 2); found 'seven'" in said


def test_a_part_with_other_columns_is_named_with_them(tmp_path: Path) -> None:
    folder = put(
        tmp_path / "d",
        a__csv=HEADER + rows("1"),
        b__csv=HEADER.replace("reports", "Reports") + rows("2"),
        c__csv="case_id,account_id\n3,a\n",
    )
    said = faults(folder)
    assert "2 faults found" in said
    beyond = "it lacks 'reports' and has 'Reports' beyond"
    assert f"in 'b.csv': its columns are not those of 'a.csv': {beyond}" in said
    assert "in 'c.csv': its columns are not those of 'a.csv': it lacks 'account_class', 'ac" in said


def test_what_is_wrong_with_many_files_alike_is_said_once(tmp_path: Path) -> None:
    files = {f"part-{i}__csv": "case_id,other\n1,2\n" for i in range(1, 9)}
    said = faults(put(tmp_path / "d", **{**files, "part-0__csv": HEADER + rows("0")}))
    assert "1 fault found" in said
    assert (
        "in 'part-1.csv', 'part-2.csv', 'part-3.csv', 'part-4.csv', 'part-5.csv' and 3 more" in said
    )


def test_the_order_of_columns_may_differ(tmp_path: Path) -> None:
    turned = "reports,action,account_class,account_id,case_id\n2,none,ordinary,b,2\n"
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1"), b__csv=turned)
    assert read_cases(folder).frame["account_id"].tolist() == ["a1", "b"]


def test_every_part_that_cannot_be_read_is_named_at_once(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1"), b__csv="", c__csv="x;y\n1;2\n")
    said = faults(folder)
    assert "in 'b.csv': the file is empty (0 bytes)" in said
    assert "in 'c.csv': the wrong delimiter" in said
    packed = gzip.compress((HEADER + rows("2")).encode())
    (folder / "d.csv.gz").write_bytes(packed[:-9])
    (folder / "e.csv.gz").write_bytes(b"none")
    with pytest.raises(SourceError, match=r"'d\.csv\.gz' breaks off.*'e\.csv\.gz' is damaged"):
        read_cases(folder)


BASE = "select '1' as case_id, 'a' as account_id, 'ordinary' as account_class, 'none' as action"


def test_a_parquet_whose_schema_changes_between_parts_is_named(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", f"{BASE}, 1::bigint as reports, 1::bigint as extra")
    parquet(tmp_path / "b.parquet", f"{BASE}, 1::integer as reports, 'x' as extra")
    said = faults(tmp_path)
    assert "1 fault found" in said
    assert "in 'b.parquet': column 'extra': holds text here and whole numbers in 'a.par" in said


def test_a_column_without_values_in_a_part_has_no_kind_to_differ_in(tmp_path: Path) -> None:
    parquet(tmp_path / "a.parquet", f"{BASE}, null::varchar as extra")
    parquet(tmp_path / "b.parquet", f"{BASE.replace('1', '2')}, 1301234567890123456 as extra")
    cases = read_cases(tmp_path)
    assert cases.frame["extra"].isna().tolist() == [True, False]
    assert cases.frame["extra"][1] == 1301234567890123456


def test_a_hundred_thousand_columns_are_refused_in_words(tmp_path: Path) -> None:
    n = 100_000
    names = [f"c{i}" for i in range(n)]
    wide = ",".join(names) + "\n" + ",".join("1" * n) + "\n"
    line = json.dumps(dict.fromkeys(names, 1)) + "\n"
    put(tmp_path, wide__csv=wide, wide__jsonl=line)
    for name in ("wide.csv", "wide.jsonl"):
        said = faults(tmp_path / name)
        assert "there are 100,000 columns; allowed: at most 16,384" in said
        assert len(said) < 500


def test_a_thousand_columns_are_read_and_a_message_lists_fifty(tmp_path: Path) -> None:
    n = 1000
    wide = ",".join(f"c{i}" for i in range(n)) + "\n" + ",".join("1" * n) + "\n"
    path = put(tmp_path, wide__csv=wide) / "wide.csv"
    assert open_table(path)[0].frame.shape == (1, n)
    said = faults(path, columns={"nothing": "case_id"})
    assert "'nothing': is mapped and not in the table" in said
    assert "c49, …" in said
    assert "c50" not in said


# The origin


def test_the_hash_of_several_files_is_that_of_their_checksums(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", b__csv=HEADER + rows("2"), a__csv=HEADER + rows("1"))
    one = hashlib.sha256((folder / "a.csv").read_bytes()).hexdigest()
    assert read_cases([folder / "a.csv"]).origins[0].sha256 == one
    whole = read_cases(folder).origins[0]
    asked = {"shell": True, "cwd": folder, "env": {**os.environ, "LC_ALL": "C"}}
    sums = subprocess.run("sha256sum *", capture_output=True, check=True, **asked).stdout
    assert whole.sha256 == hashlib.sha256(sums).hexdigest()
    assert read_cases([folder / "b.csv", folder / "a.csv"]).origins[0].sha256 == whole.sha256
    assert whole.title == "d (2 files)"
    assert str(tmp_path) not in str(whole)


def test_the_origin_in_the_folder_is_read(tmp_path: Path) -> None:
    folder = put(tmp_path / "d", a__csv=HEADER + rows("1"), b__csv=HEADER + rows("2"))
    text = 'name="n"\ntitle="t"\nproducer="p"\nurl=""\naccessed=""\nlicence="CC0"\n'
    put(folder, origin__toml=text)
    assert read_cases(folder).origins[0].producer == "p"
    assert read_cases(folder / "*.csv").origins[0].producer == "p"


# Properties


@settings(max_examples=25)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=12), st.integers(0, 10**6))
def test_cutting_a_table_into_files_changes_nothing(cut: list[int], seed: int) -> None:
    import tempfile

    lines = [f"{i},a{(i * seed) % 7},ordinary,none,{i}\n" for i in range(len(cut))]
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place) / "d"
        folder.mkdir()
        whole = Path(place) / "whole.csv"
        parts: dict[int, str] = {}
        for line, part in zip(lines, sorted(cut), strict=True):
            parts[part] = parts.get(part, HEADER) + line
        for part, text in parts.items():
            (folder / f"{part}.csv").write_text(text, encoding="utf-8")
        whole.write_text(HEADER + "".join(lines), encoding="utf-8")
        pd.testing.assert_frame_equal(read_cases(folder).frame, read_cases(whole).frame)
