"""The embedded engine: DuckDB over files of any size, with a memory limit and a spill folder."""

from __future__ import annotations

import shutil
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine.damage import raise_damage, require_whole
from audit.engine.files import FOLDERS, literal, locate_files
from audit.engine.frames import is_frame, streamed
from audit.engine.protocol import ROW, Kind, Relation
from audit.engine.spill import remove, spill_folder
from audit.engine.text import Name, Sql, Value, joined, sql
from audit.errors import SourceError
from audit.reading.engine import pattern_of
from audit.reading.lines import refuse_wide
from audit.text import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.engine.files import Files

KINDS: Mapping[str, Kind] = {
    "VARCHAR": "text",
    "BOOLEAN": "flag",
    "FLOAT": "number",
    "DOUBLE": "number",
    "TIMESTAMP WITH TIME ZONE": "time",
    "TIMESTAMP": "local time",
    "TIMESTAMP_S": "local time",
    "TIMESTAMP_MS": "local time",
    "TIMESTAMP_NS": "local time",
    **dict.fromkeys(("TINYINT", "SMALLINT", "INTEGER", "BIGINT"), "whole"),
    **dict.fromkeys(("UTINYINT", "USMALLINT", "UINTEGER"), "whole"),
}

SPELLED = {
    "matches": "regexp_full_match({x}, {pattern})",
    "micros": "epoch_us({x})",
    "local_micros": "epoch_us({x})",
    "bare": "try_cast({x} as timestamp)",
    "zoned": "try_cast({x} as timestamptz)",
    "local": "timezone({zone}, try_cast({x} as timestamp))",
    "total": "cast(sum(cast(round({x}) as bigint)) as double)",  # in 128 bits
    "try_double": "try_cast({x} as double)",
    "place": "list_position(list_value({listed}), {x})",
    "among": "list_contains(list_value({listed}), {x})",
}


class Duck:
    """DuckDB inside this process.

    Parameters
    ----------
    memory : str, optional
        The most that the engine may hold, "2GB"; its own default (80 % of the machine) without.
    threads : int, optional
        Results do not depend on them.
    spill : path, optional
        Folder for what does not fit in memory; the machine's temporary folder by default. A
        folder of our own is made in it and is gone when the engine is closed or collected; what
        a killed program left there goes with the next engine.
    """

    name = "duckdb"

    def __init__(
        self,
        *,
        memory: str | None = None,
        threads: int | None = None,
        spill: str | Path | None = None,
    ) -> None:
        import duckdb

        self._folder, held = spill_folder(spill)
        limits = {"memory_limit": memory, "threads": threads}
        config = {k: v for k, v in limits.items() if v is not None}
        try:
            self._engine = duckdb.connect(
                ":memory:", config={"temp_directory": str(self._folder), **config}
            )
        except duckdb.Error as error:
            remove(self._folder, held)
            raise SourceError(f"the engine cannot be set up so: {error}") from error
        self._engine.execute("set TimeZone = 'UTC'")
        self._engine.execute("set enable_progress_bar = false")
        # gives memory back as it is let go of, which costs nothing that can be measured
        self._engine.execute("set allocator_bulk_deallocation_flush_threshold = '1MB'")
        self._folders: list[Path] = []  # beside the one for spilling
        self._files: list[Files] = []
        self._close = weakref.finalize(
            self, _let_go, self._engine, self._folder, held, self._folders
        )
        self._numbers = count(1)

    def scan(self, data: Any) -> Relation:
        """Return files (path, glob or list of paths) or a frame as a table; see `Engine.scan`."""
        name = self._new("source")
        if is_frame(data):
            return self._frame(data, name)
        files = locate_files(data)
        numbered = Name(name + " numbered")
        for path in files.paths:
            if path.suffix.lower() == ".zst":
                require_whole(path)
        self._files.append(files)
        with self._errors(f"{files.shown} cannot be read"):
            if files.ending == ".parquet":  # before a view of so many is made
                refuse_wide(int(self._answer(files.counted_columns())["n"][0]), files.shown)
            if files.ending == ".parquet" and len(files.paths) > 1:
                files.refuse_odd(self._answer(files.named_columns()), KINDS)
            if files.names_keys:
                keys = self._answer(files.all_keys())["key"]
                files = replace(files, keys=tuple(map(str, keys)))
            self._run(sql("create view {to} as {what}", to=Name(name), what=files.reads()))
            row = files.numbered(Name(ROW))
            self._run(sql("create view {to} as {what}", to=numbered, what=row))
            kinds = self._kinds(name)
        refuse_wide(len(kinds), files.shown)
        return Relation(name, kinds, numbered.text, files)

    def _frame(self, data: Any, name: str) -> Relation:
        with self._errors("the data frame cannot be read"):
            self._engine.register("given", streamed(data))
            # a copy: an Arrow stream is read once, and the caller may change a frame later
            self._run(sql("create temp table {to} as select * from given", to=Name(name)))
            self._engine.unregister("given")
            row = sql(
                "create temp view {to} as select *, rowid + 1 as {row} from {name}",
                to=Name(name + " numbered"),
                row=Name(ROW),
                name=Name(name),
            )
            self._run(row)
            kinds = self._kinds(name)
        if not self.query(sql("select count(*) as n from {t}", t=Name(name)))["n"][0]:
            raise SourceError("the data frame has no rows.")
        return Relation(name, kinds, name + " numbered")

    def _kinds(self, name: str) -> dict[str, Kind]:
        text, _ = sql("describe {name}", name=Name(name)).render(_quote)
        found = self._engine.execute(text).fetchall()
        return {str(column): KINDS.get(str(kind), "other") for column, kind, *_ in found}

    def query(self, what: Sql) -> dict[str, NDArray[Any]]:
        """Return the answer, one array per column; see `Engine.query`."""
        with self._errors("the engine stopped"):
            return self._answer(what)

    def keep(self, what: Sql) -> Name:
        """Compute a table and keep it; what does not fit in memory goes to the spill folder."""
        name = Name(self._new("kept"))
        with self._errors("the engine stopped"):
            self._run(sql("create temp table {name} as {what}", name=name, what=what))
        return name

    def write(self, what: Sql, folder: Path) -> Name:
        """Compute a table into one Parquet file of a folder; it is removed with the engine.

        Raises
        ------
        SourceError
            There is no such folder, or no room in it.
        """
        if not folder.is_dir():
            raise SourceError(
                f"there is no folder {visible(folder, 200)!r}, seen from {Path.cwd()}."
            )
        own = Path(tempfile.mkdtemp(prefix="audit-packed-", dir=folder))
        self._folders.append(own)
        name = Name(self._new("packed"))
        path = own / "rows.parquet"
        back = f"read_parquet({literal(pattern_of(path))}, {FOLDERS})"
        with self._errors(f"nothing can be written to {visible(folder, 200)!r}"):
            to = literal(str(path))
            self._run(sql("copy ({what}) to " + to + " (format parquet)", what=what))
            self._run(sql("create temp view {name} as select * from " + back, name=name))
        return name

    def upload(self, columns: Mapping[str, NDArray[Any]]) -> Name:
        """Return the name of a small table made of arrays."""
        arrays = {name: np.ascontiguousarray(values) for name, values in columns.items()}
        # what kind an array of no texts is, the engine cannot tell
        listed = joined(
            sql("cast({c} as varchar) as {c}" if a.dtype == object else "{c}", c=Name(name))
            for name, a in arrays.items()
        )
        self._engine.register("given", arrays)
        try:
            return self.keep(sql("select {columns} from given", columns=listed))
        finally:
            self._engine.unregister("given")

    def drop(self, *names: Name) -> None:
        """Let go of tables."""
        for name in names:
            self._run(sql("drop table if exists {name}", name=name))

    def says(self, operation: str, **given: Sql | Name | Value) -> Sql:
        """Return an operation as DuckDB spells it."""
        return sql(SPELLED[operation], **given)

    def close(self) -> None:
        """Close the engine and remove its spill folder."""
        self._close()

    def _new(self, what: str) -> str:
        return f"{what} {next(self._numbers)}"

    def _answer(self, what: Sql) -> dict[str, NDArray[Any]]:
        text, values = what.render(_quote)
        found = self._engine.execute(text, values or None).fetchnumpy()
        return {name: _plain(values) for name, values in found.items()}

    def _all_of(self, path: Path) -> str:
        """Return what the engine says where it cannot read every column of a Parquet file."""
        import duckdb

        source = f"read_parquet({literal(pattern_of(path))}, {FOLDERS})"
        what = f"select bit_xor(hash(t)) from {source} as t"
        try:
            self._engine.execute(what).fetchall()
        except duckdb.Error as error:
            return visible(str(error).strip().splitlines()[0], 200)
        return ""

    def _run(self, what: Sql) -> None:
        text, values = what.render(_quote)
        self._engine.execute(text, values or None)

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        import duckdb

        reading = (duckdb.InvalidInputException, duckdb.IOException, duckdb.SerializationException)
        try:
            yield
        except duckdb.Error as error:
            if isinstance(error, reading) and not _full(error):
                for files in self._files:
                    raise_damage(files, self._all_of)
            raise SourceError(f"{what}: {_said(error, self._folder)}") from error
        except RuntimeError as error:  # how the engine tells of Ctrl-C
            if "interrupted" in str(error).lower():
                raise KeyboardInterrupt from error
            raise


def _quote(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _let_go(engine: Any, spill: Path, held: int | None, folders: list[Path]) -> None:
    engine.close()
    remove(spill, held)
    for folder in folders:
        shutil.rmtree(folder, ignore_errors=True)


FULL = ("No space left", "max_temp_directory_size", "temp directory", "File too large")
"""How the engine says that the disk behind its spill folder is full."""


def _full(error: Exception) -> bool:
    return any(words in str(error) for words in FULL)


def _said(error: Exception, folder: Path) -> str:
    first = visible(str(error).strip().splitlines()[0], 400)
    if _full(error):
        return (
            f"there is no room left to spill in {str(folder.parent)!r} ({first}). Try: free "
            "space there, name another folder with spill=…, or allow more memory=…."
        )
    if type(error).__name__ == "OutOfMemoryException":
        return f"{first}. Try: memory= a higher limit, or fewer threads=…."
    return first


def _plain(values: Any) -> NDArray[Any]:
    """Return an array without a mask: missing texts None, missing numbers NaN."""
    if not np.ma.isMaskedArray(values):
        return np.asarray(values)
    data, gaps = np.ma.getdata(values), np.ma.getmaskarray(values)
    if not gaps.any():
        return data
    if data.dtype == object:
        return np.where(gaps, np.array(None, dtype=object), data)
    return np.where(gaps, np.nan, data.astype(float))
