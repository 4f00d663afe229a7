"""Everything that is wrong with a scanned table, in the words of `read_cases`."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import numpy as np

from audit.deferred import late
from audit.engine import ROW, Name, Relation, Sql, Value, joined, sql
from audit.errors import Fault, SourceError
from audit.progress import steps
from audit.reading.lines import TextTable
from audit.reading.mapped import once, read_mapped
from audit.reading.structure import Structure
from audit.roster import empty_class_fault, undated_fault
from audit.scanned.columns import one_of
from audit.scanned.sieve import ANSWERS, PLAIN_NUMBER, repeated, suspicions
from audit.schema import CASE_COLUMNS, UNKNOWN
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd

    from audit.engine.files import Files
    from audit.scanned.noun import Scan
else:
    pd = late("pandas")

COPIED = 1 << 20
MOST_SUSPECTS = 200_000
"""Rows that are looked at one by one; where more may be at fault, it is said."""


def faults_of(scan: Scan) -> tuple[Fault, ...]:
    """Return every fault: of the files' structure, of cells, of rows against one another."""
    files = scan.relation.files
    if files is None or not files.delimited:
        return tuple(once(_cells(scan, Rows(()))))
    walked = tuple(_walked(files, path) for path in steps(files.paths, "scan", unit="file"))
    rows = Rows(tuple(zip(files.paths, walked, strict=True)))
    said = [_in_file(f, rows, i) for i, w in enumerate(walked) for f in w.faults()]
    if any(w.rows == 0 for w in walked):
        return (*said, Fault("has a header and no rows", hint="check that the export finished"))
    if not all(w.is_text for w in walked):
        hint = "mend the file as said above, then check again"
        return (*said, Fault("the cells were not checked, as the file is not all text", hint=hint))
    if not any(len(w.left_out()) for w in walked):
        return tuple(once([*said, *_cells(scan, rows)]))
    with tempfile.TemporaryDirectory(prefix="audit-rows-") as folder:
        copied = replace(scan, relation=_sound(scan, rows, Path(folder)), _known=dict(scan._known))
        return tuple(once([*said, *_cells(copied, rows)]))


class Rows:
    """Row numbers of the table over its files, with the rows that hold no record left out."""

    def __init__(self, files: tuple[tuple[Path, Structure], ...]) -> None:
        self.files = files
        sizes = [w.rows for _, w in files]
        self.offsets = np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64)
        out = [w.left_out() + self.offsets[i] for i, (_, w) in enumerate(files)]
        left_out = np.concatenate(out) if out else np.array([], dtype=np.int64)
        self._before = left_out - np.arange(len(left_out))

    def name(self, path: Path) -> str:
        """Return what a file is called below the folder that holds all of them."""
        folder = os.path.commonpath([other.parent for other, _ in self.files])
        return visible(path.relative_to(folder).as_posix())

    @property
    def sound(self) -> int:
        """The number of rows that hold a record."""
        return int(self.offsets[-1]) - len(self._before)

    def number(self, record: np.ndarray) -> np.ndarray:
        """Return the row numbers of the records that the engine numbers from 1."""
        return record + np.searchsorted(self._before, record, side="right")

    def place(self, row: int) -> str:
        """Return the file line on which a row starts, "" where there are no lines."""
        if not self.files:
            return ""
        i = int(np.searchsorted(self.offsets, row) - 1)
        path, structure = self.files[i]
        of = f" of {self.name(path)!r}" if len(self.files) > 1 else ""
        return f"file line {structure.line(row - int(self.offsets[i])):,}{of}"


def _walked(files: Files, path: Path) -> Structure:
    with files.open(path) as stream:
        return Structure(files.delimiter).walk(stream)


def _in_file(fault: Fault, rows: Rows, i: int) -> Fault:
    if len(rows.files) == 1:
        return fault
    of = f"{fault.value} of {rows.name(rows.files[i][0])!r}"
    return replace(fault, rows=tuple(r + int(rows.offsets[i]) for r in fault.rows), value=of)


def _sound(scan: Scan, rows: Rows, folder: Path) -> Relation:
    """Return the table without the rows that hold no record, copied to a folder."""
    files = scan.relation.files
    assert files is not None
    copies = []
    for i, (path, structure) in enumerate(rows.files):
        copies.append(folder / f"{i:06d}{files.ending}")
        with files.open(path) as stream, copies[-1].open("wb") as copy:
            at = 0
            for _, first, after in sorted(structure.ranges, key=lambda r: r[1]):
                _copy(stream, copy, first - at)
                stream.seek(after - first, 1)
                at = after
            _copy(stream, copy, -1)
    return scan.engine.scan(copies)


def _copy(source: BinaryIO, target: BinaryIO, size: int) -> None:
    while size and (block := source.read(min(size, COPIED) if size > 0 else COPIED)):
        target.write(block)
        size -= len(block) if size > 0 else 0


def _cells(scan: Scan, rows: Rows) -> list[Fault]:
    """Return the faults of cells and rows that the engine can read."""
    engine = scan.engine
    classes, faults, found = _classes(scan)
    tests = suspicions(scan, probabilities=_probabilities(scan), twins=_twins(classes))
    ids = _repeated_ids(scan)
    tests["repeated"] = repeated(scan, ids)
    if "account_id" in scan.names:
        tests["no account"] = sql("{a} is null", a=scan.stored("account_id").word())
    _refuse_miscounted(found, rows)
    # Text files are dear to read: where no test hangs on the outcome of another, the rows at
    # fault are fetched at once. Elsewhere a table without any is told without numbering its rows.
    at_once = bool(rows.files) and "count" not in scan.names
    wanted = [*tests] if at_once else _failed(scan, tests)
    faults += _undated(scan, rows)
    table = _suspects(scan, rows, [tests[name] for name in wanted]) if wanted else pd.DataFrame()
    engine.drop(ids)
    if table.empty:
        return faults
    more, table = len(table) > MOST_SUSPECTS, table.head(MOST_SUSPECTS)
    _, said = read_mapped(
        TextTable(table, pd.Series(dtype="int64")), {}, scan.actions, scan.ladder, scan.time_zone
    )
    faults += [_placed(fault, scan, rows, table) for fault in said]
    if more:
        says = f"only the first {len(table):,} rows that may be at fault were looked at"
        faults.append(Fault(says, hint="mend these, then check again"))
    return faults


def _failed(scan: Scan, tests: dict[str, Sql]) -> list[str]:
    """Return the tests that some row fails."""
    counts = [
        sql("count(*) filter (where {t}) as {n}", t=test, n=Name(name))
        for name, test in tests.items()
    ]
    what = sql("select {c} from {s}", c=joined(counts), s=scan.plain())
    found = {name: int(n[0]) for name, n in scan.engine.query(what).items()}
    if "count" in scan.names and not found["count"] and not found["range of count"]:
        found.pop("no account", 0)  # every row has a count, so that none needs an account
    return [name for name, n in found.items() if n]


def _refuse_miscounted(found: int, rows: Rows) -> None:
    if rows.files and found != rows.sound:
        raise SourceError(
            f"the engine reads {found:,} records where the file has {rows.sound:,}; the "
            "cells cannot be checked. Try: write the file anew with one kind of line ending."
        )


def _placed(fault: Fault, scan: Scan, rows: Rows, table: pd.DataFrame) -> Fault:
    """Return a fault with the place of its first row: its line, or its case where none is known."""
    if not fault.rows or "file line" in fault.value:
        return fault
    place = rows.place(fault.rows[0])
    if not scan.relation.numbered:
        n = len(fault.rows)
        case = visible(table.loc[fault.rows[0], "case_id"], 60)
        place = f"in {n:,} row{'s' if n > 1 else ''}, first in case {case!r}"
        fault = replace(fault, rows=())
    if not place:
        return fault
    return replace(fault, value=f"{fault.value} ({place})" if fault.value else f"it on {place}")


def _classes(scan: Scan) -> tuple[list[str], list[Fault], int]:
    """Return the classes, what is wrong with them as a whole, and how many rows there are."""
    given = "account_class" in scan.given
    word = scan.stored("account_class").word() if given else sql("cast(null as string)")
    what = "select w, count(*) as n from (select {w} as w from {s}) as c group by w"
    counts = scan.engine.query(sql(what, w=word, s=scan.plain()))
    found = [str(w) for w in counts["w"] if w is not None]
    empty = [] if found or not given or scan.roster is not None else [empty_class_fault()]
    return found, empty, int(counts["n"].sum())


def _twins(classes: list[str]) -> tuple[str, ...]:
    levels = pd.Series([*{*classes, UNKNOWN}], dtype="str")
    return tuple(levels[levels.str.casefold().duplicated(keep=False)])


def _probabilities(scan: Scan) -> bool:
    """Return whether every answer that is not empty is a number."""
    if "violating" not in scan.names:
        return False
    x = scan.stored("violating")
    if x.kind in ("whole", "number"):
        return True
    number = scan.engine.says("matches", x=x.word(), pattern=Value(PLAIN_NUMBER))
    what = "select count({w}) as n, count(*) filter (where not {number}) as words from {s}"
    found = scan.engine.query(sql(what, w=x.word(), number=number, s=scan.plain()))
    return bool(found["n"][0]) and not found["words"][0]


def _repeated_ids(scan: Scan) -> Name:
    key = scan.stored("case_id").key()
    what = "select {k} as id from {s} where {k} is not null group by 1 having count(*) > 1"
    return scan.engine.keep(sql(what, k=key, s=scan.plain()))


def _suspects(scan: Scan, rows: Rows, tests: list[Sql]) -> pd.DataFrame:
    """Return the rows that may be at fault as `read_cases` would have them, one more than asked."""
    which = joined([sql("({t})", t=test) for test in tests], " or ")
    found = _fetched(scan, which, MOST_SUSPECTS + 1)
    if found.empty:
        return found
    # One answer in words tells that the answers are no probabilities; where no suspect has one,
    # none of the rows that do is a suspect, so that none comes twice.
    if "violating" in scan.given and not found["violating"].isin(ANSWERS).any():
        answer = one_of(scan.stored("violating").word(), ANSWERS)
        found = pd.concat([found, _fetched(scan, answer, 1)])
    if scan.relation.numbered:
        found.index = pd.Index(rows.number(found.index.to_numpy()), name="row")
        return found[~found.index.duplicated()].sort_index()
    found = found.reset_index(drop=True)
    return found.set_axis(pd.RangeIndex(1, len(found) + 1, name="row"))


def _fetched(scan: Scan, which: Sql, most: int) -> pd.DataFrame:
    stored = {c.name: scan.stored(c.name) for c in CASE_COLUMNS if c.name in scan.given}
    columns = [sql("{x} as {n}", x=x.fetched(), n=Name(name)) for name, x in stored.items()]
    numbered = bool(scan.relation.numbered)
    row = sql("{row}", row=Name(ROW)) if numbered else sql("cast(0 as bigint)")
    what = sql(
        "select {row} as row_number, {c} from {s} where {w} {order} limit {most}",
        row=row,
        c=joined(columns),
        s=scan.plain(numbered=numbered),
        w=which,
        order=sql("order by {row}", row=row) if numbered else Sql(),
        most=Value(most),
    )
    found = scan.engine.query(what)
    index = pd.Index(found.pop("row_number").astype(np.int64), name="row")
    frame = pd.DataFrame({name: x.as_read(found[name]) for name, x in stored.items()})
    return frame.set_axis(index)


def _undated(scan: Scan, rows: Rows) -> list[Fault]:
    """Return the rows of accounts on the roster that do not say when they were posted."""
    if scan.roster is None:
        return []
    which = sql(
        "{posted} is null and {account} in (select account from {listed})",
        posted=scan.stored("posted_at").word(),
        account=scan.stored("account_id").word(),
        listed=scan.listed(),
    )
    found = _fetched(scan, which, MOST_SUSPECTS)
    if found.empty:
        return []
    if scan.relation.numbered:
        found.index = pd.Index(rows.number(found.index.to_numpy()), name="row")
    else:
        found.index = pd.RangeIndex(1, len(found) + 1, name="row")
    fault = undated_fault(tuple(map(int, found.index)))
    return [_placed(fault, scan, rows, found)]
