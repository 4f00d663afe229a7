from __future__ import annotations

import datetime
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from audit.errors import SchemaError, SourceError
from audit.reading import workbook
from audit.reading.files import read_table
from audit.sources.table import read_cases

HEADER = ["case_id", "account_id", "account_class", "action", "posted_at"]


def book(folder: Path, *rows: list[Any], name: str = "t.xlsx", **sheets: list[list[Any]]) -> Path:
    made = openpyxl.Workbook()
    for row in rows:
        made.active.append(row)
    for title, lines in sheets.items():
        sheet = made.create_sheet(title)
        for row in lines:
            sheet.append(row)
    made.save(folder / name)
    return folder / name


def stored(path: Path, old: str, new: str) -> Path:
    """Change what is stored in the first sheet, as another program could have written it."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    sheet = "xl/worksheets/sheet1.xml"
    assert old.encode() in parts[sheet]
    parts[sheet] = parts[sheet].replace(old.encode(), new.encode())
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return path


def test_cells_are_the_text_of_what_is_stored(tmp_path: Path) -> None:
    moment, day = datetime.datetime(2020, 1, 1, 10, 30), datetime.date(2020, 1, 2)
    path = book(tmp_path, list("abcdef"), ["007", 12, 1.5, True, moment, day], ["x", 7.0])
    table = read_table(path)
    assert table.faults == ()
    assert table.unit == "sheet row"
    assert table.lines.tolist() == [2, 3]
    row = table.frame.loc[1].tolist()
    assert row == ["007", "12", "1.5", "true", "2020-01-01T10:30:00", "2020-01-02T00:00:00"]
    assert table.frame.loc[2].fillna("").tolist() == ["x", "7", "", "", "", ""]


@pytest.mark.parametrize("digits", ["1301234567890123456", "1234567890123456", "1.3012345678E+18"])
def test_ids_that_excel_made_floats_are_refused_with_the_reason(
    tmp_path: Path, digits: str
) -> None:
    path = book(tmp_path, HEADER, [111, "o1", "ordinary", "none", "2020-01-01T10:00:00Z"])
    stored(path, "<v>111</v>", f"<v>{digits}</v>")
    with pytest.raises(SchemaError, match="'case_id': ids are or were floats") as caught:
        read_cases(path)
    assert "(1 row: 1)" in str(caught.value)
    assert "(sheet row 2)" in str(caught.value)
    assert "a spreadsheet has rounded it" in str(caught.value)


def test_ids_short_enough_for_excel_and_ids_as_text_are_read(tmp_path: Path) -> None:
    late = "2020-01-01T10:00:00Z"
    path = book(
        tmp_path,
        HEADER,
        [123456789012345, "o1", "ordinary", "none", late],
        ["1301234567890123456", "o1", "ordinary", "none", late],
    )
    assert read_cases(path).frame["case_id"].tolist() == ["123456789012345", "1301234567890123456"]


def test_times_of_excel_need_a_zone(tmp_path: Path) -> None:
    path = book(tmp_path, HEADER, ["c", "o", "ordinary", "none", datetime.datetime(2020, 7, 1, 10)])
    with pytest.raises(SchemaError, match="times have no zone"):
        read_cases(path)
    cases = read_cases(path, time_zone="Europe/Paris")
    assert str(cases.frame["posted_at"][0]) == "2020-07-01 08:00:00+00:00"


def test_a_formula_is_its_stored_value_and_one_without_is_a_fault(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b"], [1, "=1+1"], [2, "x"])
    said = "\n".join(map(str, read_table(path).faults))
    assert "holds a formula without a stored value (1 row: 1); found '=1+1' on sheet row 2" in said
    assert "Try: open the file in Excel and save it" in said
    stored(path, "<f>1+1</f><v></v>", "<f>1+1</f><v>2</v>")
    table = read_table(path)
    assert table.faults == ()
    assert table.frame["b"].tolist() == ["2", "x"]


def test_errors_stray_cells_and_empty_rows_are_faults(tmp_path: Path) -> None:
    path = book(tmp_path, ["a", "b"], [1, "#N/A"], [], [2, 3, None, "stray"], [4, 5], [], [None])
    table = read_table(path)
    said = "\n".join(map(str, table.faults))
    assert "holds an error (1 row: 1); found '#N/A' on sheet row 2" in said
    assert "is an empty row (1 row: 2); found it on sheet row 3" in said
    assert "beyond the last column that has a name (1 row: 3); found 'stray' on sheet row 4" in said
    assert table.frame.index.tolist() == [1, 3, 4]


def test_merged_cells_are_a_fault_of_their_own_sheet(tmp_path: Path) -> None:
    made = openpyxl.Workbook()
    for row in (["a", "b"], ["x", 1], [None, 2]):
        made.active.append(row)
    made.create_sheet("Whole").append(["a"])
    made["Whole"].append(["1 < 2 <f>"])
    made["Sheet"].merge_cells("A2:A3")
    made.save(tmp_path / "t.xlsx")
    said = "\n".join(map(str, read_table(tmp_path / "t.xlsx", "Sheet").faults))
    assert "has merged cells, of which all but the first are empty; found A2:A3" in said
    assert read_table(tmp_path / "t.xlsx", "Whole").faults == ()


def test_one_of_several_sheets_must_be_named(tmp_path: Path) -> None:
    path = book(tmp_path, ["a"], ["1"], Notes=[["a"], ["2"]])
    with pytest.raises(SourceError, match=r"has 2 sheets: 'Sheet', 'Notes'\. Try: sheet = one"):
        read_table(path)
    assert read_table(path, "Notes").frame["a"].tolist() == ["2"]
    with pytest.raises(SourceError, match=r"has no sheet 'notes'; allowed: 'Sheet', 'Notes'"):
        read_table(path, "notes")
    (tmp_path / "t.csv").write_text("a\n1\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"'t\.csv' is no workbook and has no sheet 'x'"):
        read_table(tmp_path / "t.csv", "x")
    with pytest.raises(SourceError, match="a data frame has no sheets"):
        read_cases(read_table(path, "Notes").frame, sheet="x")


def test_a_sheet_without_a_table_says_why(tmp_path: Path) -> None:
    with pytest.raises(SchemaError, match=r"sheet Sheet: 1 fault found.*\n.*the header is empty"):
        read_table(book(tmp_path))
    with pytest.raises(SchemaError, match="has a header and no rows"):
        read_table(book(tmp_path, ["a", "b"]))
    said = "\n".join(map(str, read_table(book(tmp_path, ["a", None, "a"], [1, 2, 3])).faults))
    assert "column 2 has no name" in said
    assert "two columns have this name" in said


def test_what_is_no_workbook_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "t.xlsx").write_text("a,b\n", encoding="utf-8")
    with pytest.raises(SourceError, match=r"is no readable Excel workbook \(File is not a zip"):
        read_table(tmp_path / "t.xlsx")
    with zipfile.ZipFile(tmp_path / "z.xlsx", "w") as archive:
        archive.writestr("x", "y")
    with pytest.raises(SourceError, match="is no readable Excel workbook"):
        read_table(tmp_path / "z.xlsx")
    (tmp_path / "t.xls").write_text("x", encoding="utf-8")
    with pytest.raises(SourceError, match=r"older or other spreadsheet\. Try: save it as \.xlsx"):
        read_table(tmp_path / "t.xls")
    monkeypatch.setattr(workbook, "LARGEST", 1000)
    with pytest.raises(SourceError, match=r"unpacks to .* bytes; at most 1,000 are read"):
        read_table(book(tmp_path, ["a"], ["1"]))
