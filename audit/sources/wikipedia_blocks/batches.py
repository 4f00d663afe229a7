"""A dump of the block log as CSV: batches of rows, each under a header of its own."""

from __future__ import annotations

import ast
import csv
import gzip
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from audit.errors import Fault
from audit.reading.lines import LONGEST_LINE, Lines
from audit.sources.wikipedia_blocks.entries import NEEDED, OPTIONAL, Batch, Found, batch_of, entry
from audit.text import visible

LONGEST_PARAMS = 100_000
"""Characters; `params` are read as a literal, and a longer one is no dictionary of a block."""


def read_batches(path: Path) -> Batch:
    """Read one file, gzipped or not; a line that names the columns begins a batch.

    Faults name the file's lines. Columns not named in a batch are missing in its rows.
    """
    with path.open("rb") as raw:
        opened = gzip.GzipFile(fileobj=raw) if path.name.lower().endswith(".gz") else raw
        lines = Lines(cast(BinaryIO, opened))
        found = Found()
        limit = csv.field_size_limit(LONGEST_LINE)
        try:
            starts = list(_rows(lines, found))
        finally:
            csv.field_size_limit(limit)
    faults = [*lines.faults, *_by_line(lines, starts)]
    return batch_of(found, faults)


def _rows(lines: Lines, found: Found) -> Iterator[int]:
    """Yield the line on which each record starts, taking its entry into `found`."""
    reader = csv.reader(lines, strict=True)
    header: list[str] | None = None
    params: dict[str, Any] = {}
    while True:
        start = reader.line_num + 1
        try:
            record = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            found.wrong(f"cannot be read as CSV: {error}", start)
            continue
        yield start
        if not record:
            continue
        if _names_columns(record):
            header = record
            _header_faults(record, start, found)
        elif header is None:
            found.wrong("does not begin with a header", start, _shown(record), ", ".join(NEEDED))
            header = []
        elif header and len(record) != len(header):
            found.wrong(
                f"has {'too many' if len(record) > len(header) else 'too few'} fields for the "
                "header above it, so its columns are shifted",
                start,
                f"{len(record)} fields for {len(header)} columns",
            )
        elif header:
            cells = dict(zip(header, record, strict=True))
            cells["params"] = _params(cells.get("params", ""), params, start, found)
            found.entries.append(entry(cells, start))


def _names_columns(record: list[str]) -> bool:
    """Return whether a record is a header: it names columns, and most of those needed."""
    return len(set(record) & set(NEEDED)) > len(NEEDED) // 2


def _header_faults(record: list[str], line: int, found: Found) -> None:
    for name in NEEDED:
        if name not in record:
            allowed = ", ".join(NEEDED)
            found.wrong(f"column {name!r} is missing from the header", line, "", allowed)
    for name in dict.fromkeys(record):
        if name not in NEEDED and name not in OPTIONAL:
            what = f"column {visible(name, 60)!r} is not one this reader knows"
            found.wrong(what, line, "", ", ".join((*NEEDED, *OPTIONAL)))
        if record.count(name) > 1:
            found.wrong(f"column {visible(name, 60)!r} is there twice", line)


def _params(text: str, known: dict[str, Any], line: int, found: Found) -> Any:
    """Return the parameters of a block, which a dump writes as a Python or a JSON dictionary."""
    if not text:
        return {}
    if text not in known:
        known[text] = _literal(text)
    if not isinstance(known[text], dict):
        found.wrong("params are no dictionary", line, repr(visible(text, 60)), "{'duration': …}")
        return {}
    return known[text]


def _literal(text: str) -> Any:
    if len(text) > LONGEST_PARAMS:
        return None
    for read in (ast.literal_eval, json.loads):
        try:
            return read(text)
        except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
            continue
    return None


def _shown(record: list[str]) -> str:
    return repr(visible(",".join(record), 60))


def _by_line(lines: Lines, starts: list[int]) -> list[Fault]:
    return [
        Fault(f.what, f.column, tuple(starts[r - 1] for r in f.rows), f.value, f.allowed, f.hint)
        for f in lines.encoding_faults(starts)
    ]
