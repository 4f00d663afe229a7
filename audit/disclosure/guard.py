"""All rows in memory, remembered so that no report leaves without being held against them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.cases import LOADED, Cases
from audit.disclosure.engined import traces_in_engine
from audit.disclosure.traces import raise_traces, traces
from audit.scanned.noun import SCANNED, Scan

SKIPPED = frozenset({"png", "image/png", "screen"})
"""Keys whose strings are pictures; the words in them stand beside them, in "print"."""


def strings_of(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    """Yield every string in plain data, with its place; keys of mappings are strings too."""
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, Mapping):
        for key, item in value.items():
            if key not in SKIPPED:
                yield f"{where} (name of a field)", str(key)
                yield from strings_of(item, f"{where}/{key}" if where else str(key))
    elif isinstance(value, list | tuple):
        for place, item in enumerate(value, 1):
            yield from strings_of(item, f"{where}/{place}")


def refuse(value: Any, *, cases: Iterable[Cases | Scan] | None = None, least: int = 10) -> None:
    """Raise where plain data hold a trace of an ordinary account.

    Parameters
    ----------
    value : mappings, sequences and strings
    cases : iterable of Cases or Scan, optional
        The rows it was made from; every table in memory, and every scan, when not given. Of a scan
        ids alone are looked for (`engined`).
    least : int
        Words that so many accounts wrote lead to nobody.

    Raises
    ------
    DisclosureError
        See `audit.disclosure.traces`.
    """
    strings: dict[str, str] = {}
    for where, text in strings_of(value):
        strings[where] = f"{strings[where]}\n{text}" if where in strings else text
    held: list[Cases | Scan] = [*LOADED, *SCANNED] if cases is None else list(cases)
    scans = [one for one in held if isinstance(one, Scan)]
    rows = [one for one in held if not isinstance(one, Scan)]
    found = traces(rows, strings, least=least)
    for scan in scans:
        if not all(origin.disclosure for origin in scan.origins):
            found += traces_in_engine(scan, strings)
    raise_traces(found)


def refuse_notebook(path: str) -> None:
    """Raise where an executed notebook holds such a trace; run in the kernel that ran it.

    Parameters
    ----------
    path : str
        The notebook as JSON. Code, words, printed output, warnings and blocks are all read.
    """
    cells = json.loads(Path(path).read_text(encoding="utf-8"))["cells"]
    parts = {
        f"cell {number}": {k: cell[k] for k in ("source", "outputs") if k in cell}
        for number, cell in enumerate(cells, 1)
    }
    refuse(parts)
