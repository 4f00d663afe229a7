from __future__ import annotations

from pathlib import Path

import pytest

from audit.errors import SchemaError, SourceError
from audit.reading.files import read_table
from audit.reading.lines import TextTable

SPARSE_BYTES = 2 * 1024**3


def csv(folder: Path, text: str | bytes, name: str = "t.csv") -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def said(table: TextTable) -> str:
    return "\n".join(map(str, table.faults))


def test_a_csv_is_read_as_text_with_rows_and_lines(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, '\ufeffa,b\r\n01,"x\ny"\r\n2,\r\n"3",NA\r\n\r\n'))
    assert table.faults == ()
    assert table.frame.index.tolist() == [1, 2, 3]
    assert table.frame["a"].tolist() == ["01", "2", "3"]
    assert table.frame["b"].fillna("missing").tolist() == ["x\ny", "missing", "NA"]
    assert table.lines.tolist() == [2, 4, 5]


def test_every_malformed_row_is_numbered_and_left_out(tmp_path: Path) -> None:
    text = 'a,b\n1,2\n1\n1,2,3\na,b\n\n1,"x"y\n"p\nq",5\n7,"8\n9",10\n'
    table = read_table(csv(tmp_path, text))
    assert table.frame.index.tolist() == [1, 7]
    lines = said(table)
    assert "has too few fields, not 2 (1 row: 2); found 1 field on file line 3" in lines
    assert "has too many fields, not 2 (2 rows: 3, 8); found 3 fields on file line 4" in lines
    assert "repeats the header (1 row: 4); found it on file line 5" in lines
    assert "is an empty line (1 row: 5); found it on file line 6" in lines
    assert "cannot be read as CSV: ',' expected after '\"' (1 row: 6)" in lines


def test_latin_1_bytes_name_the_byte_the_line_and_the_cure(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, "a,b\n1,2\n3,Jos\xe9\n4,\xfcber\n".encode("latin-1")))
    assert said(table) == (
        "bytes are not UTF-8 (2 rows: 2, 3); found byte 0xE9 (byte 6 of the line) on file line 3; "
        "allowed: UTF-8. Try: read as Latin-1 that line says '3,José'; if that is right, save the "
        "file as UTF-8, e.g. iconv -f LATIN1 -t UTF-8."
    )


@pytest.mark.parametrize(
    ("bytes_", "says"),
    [
        (b"\x93so\x94", "read as Windows-1252 that line says '“so”'"),
        (b"\x81\xe9", "read as Latin-1 that line says '⟨U+0081⟩é'"),
    ],
)
def test_the_likely_encoding_is_named(tmp_path: Path, bytes_: bytes, says: str) -> None:
    assert says in said(read_table(csv(tmp_path, b"a\n" + bytes_ + b"\n")))


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("t.csv", "a;b\n1;2\n", "separated by a semicolon, not a comma; found 'a;b'"),
        ("t.csv", "a\tb\n1\t2\n", "separated by a tab, not a comma"),
        ("t.csv", "a|b\n1|2\n", "separated by a vertical bar, not a comma"),
        ("t.tsv", "a,b\n1,2\n", "separated by a comma, not a tab"),
        ("t.csv", b"", r"the file is empty \(0 bytes\)"),
        ("t.csv", "\n\n", "the header is empty"),
        ("t.csv", "a,b\n", "has a header and no rows"),
        ("t.csv", "a,b\n\n\n", "has a header and no rows"),
        ("t.csv", "a,b\n1,2\n".encode("utf-16"), "looks like UTF-16"),
        ("t.csv", "a,b\n1,2\n".encode("utf-16-be"), "looks like UTF-16"),
        ("t.csv", '"a,b\n1,2\n', "the header cannot be read"),
        ("t.jsonl", "\n \n", "has no rows"),
    ],
)
def test_a_file_without_a_table_says_why(
    tmp_path: Path, name: str, text: str | bytes, says: str
) -> None:
    with pytest.raises(SchemaError, match=says):
        read_table(csv(tmp_path, text, name))


def test_names_must_be_there_and_differ(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, "a,,a\n1,2,3\n"))
    assert "column 2 has no name" in said(table)
    assert "column 'a': two columns have this name; found it in places 1, 3" in said(table)


def test_a_two_gigabyte_line_is_refused_without_reading_it(tmp_path: Path) -> None:
    path = csv(tmp_path, "a,b\n1,2\n")
    with path.open("r+b") as stream:
        stream.truncate(SPARSE_BYTES)  # sparse: takes no room on the disk
    assert "file line 3 is over 16 MB long; nothing after it was read" in said(read_table(path))
    header = tmp_path / "header.csv"
    with header.open("wb") as stream:
        stream.truncate(SPARSE_BYTES)
    with pytest.raises(SchemaError, match="file line 1 is over 16 MB long"):
        read_table(header)
    lines = csv(tmp_path, '{"a": 1}\n', "t.jsonl")
    with lines.open("r+b") as stream:
        stream.truncate(SPARSE_BYTES)
    assert "file line 2 is over 16 MB long" in said(read_table(lines))


def test_a_cell_may_be_long_and_hold_anything(tmp_path: Path) -> None:
    long = "x" * 1_000_000
    table = read_table(csv(tmp_path, f'a,b\n"nul\0",{long}\n"=HYPERLINK(""x"")",\u202e\n'))
    assert table.faults == ()
    assert table.frame["a"].tolist() == ["nul\0", '=HYPERLINK("x")']
    assert table.frame["b"].tolist() == [long, "\u202e"]


def test_reading_leaves_the_field_limit_of_the_csv_module_alone(tmp_path: Path) -> None:
    import csv as module

    before = module.field_size_limit(1000)
    try:
        read_table(csv(tmp_path, "a,b\n1,2\n"))
        assert module.field_size_limit() == 1000
    finally:
        module.field_size_limit(before)


def test_json_lines_keep_every_digit(tmp_path: Path) -> None:
    text = '{"id": 1301234567890123456, "f": 1.50, "t": true, "n": null, "s": "", "l": [1, 2.5]}\n'
    table = read_table(csv(tmp_path, text + '{"id": "x"}\n\n', "t.jsonl"))
    assert table.faults == ()
    row = table.frame.loc[1].fillna("missing").to_dict()
    assert row == {
        "id": "1301234567890123456",
        "f": "1.50",
        "t": "true",
        "n": "missing",
        "s": "missing",
        "l": "[1, 2.5]",
    }


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("{", "Expecting property name"),
        ("[1]", "is a list, not one object per line"),
        ("7", "is not an object"),
        ('{"a": 1, "a": 2}', "names 'a' twice"),
        ('{"a": "\\ud800"}', "half a character"),
    ],
)
def test_a_json_line_at_fault_is_named(tmp_path: Path, line: str, says: str) -> None:
    table = read_table(csv(tmp_path, f'{{"a": 1}}\n\n{line}\n{{"a": 2}}\n', "t.ndjson"))
    assert "(1 row: 2)" in said(table)
    assert "on file line 3" in said(table)
    assert says in said(table)
    assert table.frame.index.tolist() == [1, 3]


def test_a_pair_of_surrogates_is_one_character(tmp_path: Path) -> None:
    table = read_table(csv(tmp_path, '{"a": "\\ud83d\\ude80"}\n', "t.jsonl"))
    assert table.frame["a"].tolist() == ["🚀"]


def test_parquet_keeps_whole_numbers_whole(tmp_path: Path) -> None:
    import duckdb

    path = tmp_path / "it's.parquet"
    name = str(path).replace("'", "''")
    duckdb.sql(
        "copy (select * from (values (1301234567890123456::bigint, true, 1.5::double, "
        "timestamp '2020-01-01 10:00:00', timestamptz '2020-01-01 10:00:00+00', date '2020-01-01', "
        "2.50::decimal(5,2), 'x'), (null, null, null, null, null, null, null, '')) "
        f"as t(id, flag, f, local, zoned, day, money, word)) to '{name}' (format parquet)"
    )
    frame = read_table(path).frame
    assert frame.index.tolist() == [1, 2]
    assert str(frame["id"].dtype) == "Int64"
    assert frame["id"][1] == 1301234567890123456
    kinds = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert kinds["local"] == "datetime64[us]"
    assert kinds["zoned"] == "datetime64[us, UTC]"
    assert frame.loc[1, ["day", "money", "word"]].tolist() == ["2020-01-01", "2.50", "x"]
    assert frame.loc[2].isna().all()


@pytest.mark.parametrize("name", ["odd[1]", "a*b", "q?x", "[", "**"])
def test_parquet_is_the_file_of_that_name_and_no_other(tmp_path: Path, name: str) -> None:
    import duckdb

    folder = tmp_path / "day=1"
    folder.mkdir()
    for other in (name, "odd1", "aXb", "qyx"):
        relation = duckdb.sql(f"select '{other}' as a")
        relation.write_parquet(str(folder / f"{other}.parquet"))
    frame = read_table(folder / f"{name}.parquet").frame
    assert frame.to_dict("list") == {"a": [name]}  # and no column made of the folder's name


def test_what_is_no_table_is_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"'t\.docx' ends in '\.docx'; allowed: \.csv, \.tsv"):
        read_table(csv(tmp_path, "x", "t.docx"))
    words = r"'t\.parquet' is not readable as Parquet: [^\n^]+\. Try: fetch or export it again"
    with pytest.raises(SourceError, match=words):
        read_table(csv(tmp_path, "no parquet at all", "t.parquet"))
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(SourceError, match=r"'folder\.csv' cannot be read: Is a directory"):
        read_table(tmp_path / "folder.csv")
