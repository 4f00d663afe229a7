"""Files as tables: which of them, of what kind, and how the embedded engine reads them."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from audit.engine.text import Name, Sql, sql
from audit.errors import SchemaError, SourceError
from audit.reading.compressed import open_bytes
from audit.reading.delimited import name_faults, read_header
from audit.reading.engine import pattern_of
from audit.reading.folders import table_files
from audit.reading.lines import Lines, refuse_wide
from audit.text import visible

DELIMITERS = {".csv": ",", ".tsv": "\t", ".tab": "\t"}
LINES = (".jsonl", ".ndjson", ".json")
PACKED = (".gz", ".zst")
SAID = {
    "text": "text",
    "whole": "a whole number",
    "number": "a number",
    "flag": "true or false",
    "time": "a time with a zone",
    "local time": "a time without a zone",
    "other": "of a kind that is read as text",
}
"""How kinds of columns are called in sentences."""
ENDINGS = (*DELIMITERS, *LINES, ".parquet")
FOLDERS = "hive_partitioning = false"
"""No column is made of folders' names: `action=none` would take the place of a file's own."""


@dataclass(frozen=True, slots=True)
class Files:
    """One table in one file or several of one kind, sorted by name.

    `keys` are the names in the objects of JSON lines, once they are known.
    """

    paths: tuple[Path, ...]
    ending: str
    keys: tuple[str, ...] = ()

    @property
    def shown(self) -> str:
        """Return the first file's name, and how many more there are."""
        more = len(self.paths) - 1
        return repr(visible(self.paths[0].name)) + (f" and {more:,} more" if more else "")

    @property
    def folder(self) -> Path:
        """Return the deepest folder that holds them all."""
        return Path(os.path.commonpath([path.parent for path in self.paths]))

    def name(self, path: Path) -> str:
        """Return what one of them is called below `folder`, with forward slashes."""
        return path.relative_to(self.folder).as_posix()

    @property
    def delimited(self) -> bool:
        """Return whether the cells are text between delimiters."""
        return self.ending in DELIMITERS

    @property
    def delimiter(self) -> str:
        """Return what stands between cells."""
        return DELIMITERS[self.ending]

    def open(self, path: Path) -> AbstractContextManager[BinaryIO]:
        """Open a file for reading, unpacked; see `open_bytes` for what it refuses."""
        return open_bytes(path)

    def header(self, path: Path) -> list[str]:
        """Return the names in the first line of a delimited file.

        Raises
        ------
        SchemaError
            A name is missing or given twice, or the line cannot be read.
        """
        with self.open(path) as stream:
            lines = Lines(stream)
            reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
            found = read_header(reader, lines, path.name, self.delimiter)
        if faults := name_faults(found):
            raise SchemaError(path.name, faults)
        refuse_wide(len(found), path.name)
        return found

    def reads(self) -> Sql:
        """Return the query of the whole table, every cell of a text file as text."""
        return sql("select * from {source}", source=self._source(self.paths))

    def numbered(self, row: Name) -> Sql:
        """Return the query of the table with row numbers, files one after another."""
        if self.ending == ".parquet" and len(self.paths) == 1:
            numbers = "select * exclude (file_row_number), file_row_number + 1 as {row} from {f}"
            return sql(numbers, row=row, f=self._source(self.paths, ", file_row_number = true"))
        numbers = "select *, row_number() over () as {row} from {f}"
        return sql(numbers, row=row, f=self._source(self.paths))

    def _source(self, paths: Sequence[Path], options: str = "") -> Sql:
        listed = _listed(paths)
        if self.ending == ".parquet":
            return sql("read_parquet({files}, " + FOLDERS + options + ")", files=listed)
        if self.ending in LINES:
            how = f"read_json({{files}}, format = 'newline_delimited', {FOLDERS}, "
            return sql(
                how + "columns = {columns})", files=listed, columns=Sql((_texts(self.keys),))
            )
        how = f", delim = {literal(DELIMITERS[self.ending])}, all_varchar = true, header = true"
        how += f", quote = '\"', escape = '\"', nullstr = '', {FOLDERS}"
        how += ", auto_detect = false, columns = {columns})"
        return sql("read_csv({files}" + how, files=listed, columns=Sql((self._columns(),)))

    def _columns(self) -> str:
        first = self.header(self.paths[0])
        for path in self.paths[1:]:
            if self.header(path) != first:
                raise SourceError(
                    f"{visible(path.name)!r} names other columns than "
                    f"{visible(self.paths[0].name)!r}; the files of one table have one header."
                )
        return _texts(first)

    @property
    def names_keys(self) -> bool:
        """Return whether the columns are the keys of objects, which only reading all can tell."""
        return self.ending in LINES

    def named_columns(self) -> Sql:
        """Return the query of the columns of each Parquet file, as one text a file."""
        listed = _listed(self.paths)
        what = "select file_name as file, to_json(map(list(name), list(duckdb_type))) as names "
        what += "from parquet_schema({f}) where column_id > 0 group by file_name order by 1"
        return sql(what, f=listed)

    def counted_columns(self) -> Sql:
        """Return the query of the number of columns of the first Parquet file."""
        what = "select count(*) as n from parquet_schema({f}) where column_id > 0"
        return sql(what, f=_listed(self.paths[:1]))

    def refuse_odd(self, found: Mapping[str, Any], kinds: Mapping[str, str]) -> None:
        """Raise SourceError where a Parquet file has other columns, or kinds, than the first."""
        shown = [visible(Path(str(path)).name) for path in found["file"]]
        parts = [json.loads(str(names)) for names in found["names"]]
        for name, part in zip(shown, parts, strict=True):
            first, other = set(parts[0]), set(part)
            if first != other:
                raise SourceError(
                    f"{name!r} has other columns than {shown[0]!r}: it lacks "
                    f"{_shown(first - other)} and has {_shown(other - first)} beyond. Try: give "
                    "every file the same columns, or scan those apart that differ."
                )
            for column, kind in part.items():
                one, another = (kinds.get(str(k), "other") for k in (parts[0][column], kind))
                if one != another and {one, another} != {"whole", "number"}:
                    raise SourceError(
                        f"column {visible(column)!r} is {SAID[another]} in {name!r} and "
                        f"{SAID[one]} in {shown[0]!r}. Try: write it as the same kind in every "
                        "file."
                    )

    def all_keys(self) -> Sql:
        """Return the query of the keys of all objects."""
        what = "select distinct unnest(json_keys(json)) as key from read_ndjson_objects({f}, "
        return sql(what + FOLDERS + ") order by 1", f=_listed(self.paths))


def locate_files(data: Any) -> Files:
    """Return the files that a path, a folder, a pattern or a list of these means.

    They are found as `audit.read_cases` finds them (`audit.reading.folders.table_files`), so that
    a table is the same files, whichever of the two is asked for it.

    Raises
    ------
    SourceError
        No such file, one that is meant twice, files of several kinds, or of none that is read.
    """
    given = list(data) if isinstance(data, list | tuple) else [data]
    if not given or not all(isinstance(item, str | Path) for item in given):
        raise SourceError(
            f"{type(data).__name__} is no table; allowed: a path, a folder, a pattern, a list of "
            "these, or a data frame."
        )
    paths = table_files(given).paths
    endings = sorted({_ending(path) for path in paths})
    if len(endings) > 1 or endings[0] not in ENDINGS:
        raise SourceError(
            f"the files end in {', '.join(map(repr, endings))}; allowed: one of "
            f"{', '.join(ENDINGS)}, text files also packed as .gz or .zst."
        )
    empty = [path.name for path in paths if path.stat().st_size == 0]
    if empty:
        raise SourceError(f"{visible(empty[0])!r} is empty (0 bytes): check the export finished.")
    return Files(tuple(sorted(paths)), endings[0])


def _ending(path: Path) -> str:
    suffix = path.suffix.lower()
    return Path(path.stem).suffix.lower() if suffix in PACKED else suffix


def _shown(names: set[str]) -> str:
    return ", ".join(repr(visible(name)) for name in sorted(names)[:5]) or "none"


def _texts(names: Iterable[str]) -> str:
    return "{" + ", ".join(f"{literal(name)}: 'VARCHAR'" for name in names) + "}"


def _listed(paths: Iterable[Path]) -> Sql:
    return Sql(("[" + ", ".join(literal(pattern_of(path)) for path in paths) + "]",))


def literal(text: str) -> str:
    """Return a text literal: for the user's own paths and header, which nothing can bind."""
    return "'" + text.replace("'", "''") + "'"
