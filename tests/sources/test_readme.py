"""The README of a data folder: complete, inert, and refused where it would be wrong."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from audit.errors import SchemaError, SourceError
from audit.sources.readme import CODEBOOK_COLUMNS, codebook_of, readme, undefined

ORIGIN = (
    'title = "Things"\nproducer = "us"\nurl = "u"\naccessed = "2020-01-01"\n'
    'licence = "CC0"\nsimulated = true\n'
)
ROWS = [
    ("", "Traps", "", "", "", "Mind the gap."),
    ("t.csv", "", "", "", "", "One row per thing."),
    ("t.csv", "kind", "", "category", "", "what it is"),
    ("t.csv", "kind", "a", "", "", "the first"),
    ("t.csv", "hours", "", "number", "hours", "how | long <b>"),
]


def write(folder: Path, rows: list[tuple[str, ...]], kinds: tuple[str, ...] = ("a",)) -> Path:
    (folder / "origin.toml").write_text(ORIGIN, encoding="utf-8")
    pd.DataFrame(rows, columns=list(CODEBOOK_COLUMNS)).to_csv(folder / "codebook.csv", index=False)
    pd.DataFrame({"kind": kinds, "hours": range(len(kinds))}).to_csv(folder / "t.csv", index=False)
    return folder


def test_readme_has_title_remarks_files_columns_and_values(tmp_path: Path) -> None:
    text = readme(write(tmp_path, ROWS, ("a", "a")))
    assert text.startswith("# Things\n")
    assert "**SIMULATED: no number here was observed.**" in text
    assert "## Traps\n\n- Mind the gap." in text
    assert "2 rows. One row per thing." in text
    assert "| `hours` | number, hours | how \\| long &lt;b> |" in text
    assert "| `a` | the first |" in text


def test_undefined_names_values_columns_and_ghosts(tmp_path: Path) -> None:
    assert undefined(write(tmp_path, ROWS)).empty
    found = undefined(write(tmp_path, [r for r in ROWS if r[1] != "hours"], ("a", "b")))
    assert found["value"].tolist() == ["", "b"]
    assert found["column"].tolist() == ["hours", "kind"]
    ghost = [*ROWS, ("t.csv", "kind", "z", "", "", "gone")]
    assert undefined(write(tmp_path, ghost))["problem"].tolist() == ["is defined but not there"]


def test_parquet_tables_are_counted(tmp_path: Path) -> None:
    import duckdb

    write(
        tmp_path,
        [*ROWS, ("p.parquet", "", "", "", "", "More."), ("p.parquet", "x", "", "id", "", "x")],
    )
    out = tmp_path / "p.parquet"
    duckdb.sql("select range as x from range(3)").write_parquet(str(out))
    assert "3 rows. More." in readme(tmp_path)
    assert undefined(tmp_path).empty


def test_a_codebook_that_is_none_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match=r"There is no codebook\.csv"):
        codebook_of(tmp_path)
    with pytest.raises(SchemaError, match=r"says the same thing twice \(2 rows: 2, 6\)"):
        codebook_of(write(tmp_path, [*ROWS, ROWS[1]]))
    with pytest.raises(SchemaError, match="has no meaning"):
        codebook_of(write(tmp_path, [*ROWS, ("t.csv", "x", "", "", "", " ")]))
    pd.DataFrame({"file": ["t.csv"]}).to_csv(tmp_path / "codebook.csv", index=False)
    with pytest.raises(SchemaError, match="column 'meaning': is missing"):
        codebook_of(tmp_path)


def test_a_readme_without_origin_or_table_is_refused(tmp_path: Path) -> None:
    write(tmp_path, ROWS)
    (tmp_path / "t.csv").unlink()
    with pytest.raises(SourceError, match=r"describes 't\.csv', which is not in its folder"):
        readme(tmp_path)
    (tmp_path / "origin.toml").unlink()
    with pytest.raises(SourceError, match=r"There is no origin\.toml"):
        readme(tmp_path)
