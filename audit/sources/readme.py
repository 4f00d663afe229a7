"""The README of a data folder, generated from its origin and its codebook."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pandas as pd

from audit.errors import Fault, SchemaError, SourceError

CODEBOOK_COLUMNS = ("file", "column", "value", "kind", "unit", "meaning")
ORIGIN_LINES = ("producer", "url", "accessed", "licence", "sha256", "disclosure")
REREAD = "This page is generated from `origin.toml` and `codebook.csv`; change those."


def codebook_of(folder: str | Path) -> pd.DataFrame:
    """Return the codebook of a data folder: one row per file, column, category value or remark.

    Parameters
    ----------
    folder : str or Path
        A folder that holds codebook.csv with the columns file, column, value, kind, unit, meaning.
        `file` alone describes the file; with `column`, the column; with `value`, one value of it.
        Rows without a `file` are remarks, and `column` is then the heading they stand under.

    Raises
    ------
    SourceError
        The codebook is not there.
    SchemaError
        It lacks a column, says something twice, or leaves a meaning empty.
    """
    path = Path(folder) / "codebook.csv"
    if not path.exists():
        raise SourceError(f"There is no codebook.csv in {str(folder)!r}. Try: write one.")
    frame = pd.read_csv(path, dtype="str", keep_default_na=False)
    lacking = [c for c in CODEBOOK_COLUMNS if c not in frame]
    if lacking:
        allowed = ", ".join(CODEBOOK_COLUMNS)
        raise SchemaError(str(path), [Fault("is missing", c, allowed=allowed) for c in lacking])
    entries = frame["file"] != ""
    twice = entries & frame.duplicated(["file", "column", "value"], keep=False)
    empty = frame["meaning"].str.strip() == ""
    checks = (("says the same thing twice", twice), ("has no meaning", empty))
    faults = [
        Fault(what, "meaning", tuple(int(i) + 1 for i in frame.index[bad]))
        for what, bad in checks
        if bad.any()
    ]
    if faults:
        raise SchemaError(str(path), faults)
    return frame


def undefined(folder: str | Path) -> pd.DataFrame:
    """Return every file, column and category value of a data folder that its codebook leaves out.

    A column of kind `category` has all its values defined; an empty cell needs no definition.

    Returns
    -------
    DataFrame
        Columns file, column, value, problem; no row where the codebook is complete. Definitions of
        what is not there are rows too.
    """
    folder, book = Path(folder), codebook_of(folder)
    entries = book[book["file"] != ""]
    said = set(entries[["file", "column", "value"]].itertuples(index=False, name=None))
    category = entries[(entries["kind"] == "category") & (entries["value"] == "")]
    closed = set(category[["file", "column"]].itertuples(index=False, name=None))
    there: set[tuple[str, str, str]] = set()
    for path in _tables(folder):
        frame = _read(path)
        there.add((path.name, "", ""))
        for column in frame:
            there.add((path.name, str(column), ""))
            if (path.name, column) in closed:
                values = frame[column].dropna().astype(str).unique()
                there |= {(path.name, str(column), v) for v in values if v != ""}
    rows = [(*key, "is not defined") for key in there - said]
    rows += [(*key, "is defined but not there") for key in said - there if key[0] != "codebook.csv"]
    return pd.DataFrame(sorted(rows), columns=["file", "column", "value", "problem"])


def readme(folder: str | Path) -> str:
    """Return the README of a data folder as Markdown.

    Parameters
    ----------
    folder : str or Path
        Holds origin.toml, codebook.csv and the tables (CSV or Parquet) they describe.

    Raises
    ------
    SourceError
        origin.toml or codebook.csv is not there, or a table the codebook names is missing.
    SchemaError
        The codebook is not one.
    """
    folder, book = Path(folder), codebook_of(folder)
    if not (folder / "origin.toml").exists():
        raise SourceError(f"There is no origin.toml in {str(folder)!r}. Try: write one.")
    origin = tomllib.loads((folder / "origin.toml").read_text(encoding="utf-8"))
    parts = [f"# {_cell(origin['title'])}", REREAD]
    if origin.get("simulated"):
        parts.append("**SIMULATED: no number here was observed.**")
    parts.append(_cell(origin.get("notes", "")))
    facts = [f"- {key}: {_cell(origin[key])}" for key in ORIGIN_LINES if origin.get(key)]
    parts.append("\n".join(facts))
    for heading, rows in book[book["file"] == ""].groupby("column", sort=False):
        parts.append(f"## {_cell(str(heading))}")
        parts.append("\n".join(f"- {_cell(meaning)}" for meaning in rows["meaning"]))
    for name, rows in book[book["file"] != ""].groupby("file", sort=False):
        parts += _file_part(folder / str(name), rows)
    return "\n\n".join(part for part in parts if part) + "\n"


def _file_part(path: Path, rows: pd.DataFrame) -> list[str]:
    if not path.exists():
        raise SourceError(f"The codebook describes {path.name!r}, which is not in its folder.")
    about = rows.loc[(rows["column"] == "") & (rows["value"] == ""), "meaning"]
    size = f"{len(_read(path)):,} rows. " if path.suffix in (".csv", ".parquet") else ""
    parts = [f"## `{path.name}`", size + " ".join(_cell(a) for a in about)]
    columns = rows[(rows["column"] != "") & (rows["value"] == "")]
    lines = [
        f"| `{_cell(r.column)}` | {_cell(_measured(r.kind, r.unit))} | {_cell(r.meaning)} |"
        for r in columns.itertuples()
    ]
    if lines:
        parts.append("\n".join(["| column | kind | definition |", "|---|---|---|", *lines]))
    for column, values in rows[rows["value"] != ""].groupby("column", sort=False):
        lines = [f"| `{_cell(r.value)}` | {_cell(r.meaning)} |" for r in values.itertuples()]
        head = [f"| value of `{_cell(str(column))}` | definition |", "|---|---|"]
        parts.append("\n".join([*head, *lines]))
    return parts


def _measured(kind: object, unit: object) -> str:
    return f"{kind}, {unit}" if unit else str(kind)


def _cell(text: str) -> str:
    """Return one line that a Markdown table shows as written: no markup, no bar, no break."""
    plain = " ".join(str(text).split())
    return plain.replace("\\", "\\\\").replace("|", "\\|").replace("<", "&lt;")


def _tables(folder: Path) -> list[Path]:
    found = [*folder.glob("*.csv"), *folder.glob("*.parquet")]
    return sorted(p for p in found if p.name != "codebook.csv")


def _read(path: Path) -> pd.DataFrame:
    if path.suffix == ".parquet":
        import duckdb

        return duckdb.read_parquet(str(path)).df()
    return pd.read_csv(path, dtype="str", keep_default_na=False)
