"""All rows in memory, remembered so that no report leaves without being held against them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.cases import LOADED, Cases
from audit.disclosure.traces import refuse_traces, tells, words_of

AROUND = ".,;:!?()[]{}<>\"'“”‘’…/|=`*_"
"""What may stand around an id in a sentence."""
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


def refuse(value: Any, *, cases: Iterable[Cases] | None = None, least: int = 10) -> None:
    """Raise where plain data hold a trace of an ordinary account.

    Parameters
    ----------
    value : mappings, sequences and strings
    cases : iterable of Cases, optional
        The rows it was made from; every table in memory when not given.
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
    given = list(LOADED) if cases is None else list(cases)
    refuse_traces([_named_in(c, strings) for c in given], strings, least=least)


@dataclass(frozen=True, slots=True)
class _Named:
    """The rows of a scan that a report names, with the face of cases."""

    frame: Any
    origins: tuple[Any, ...]


def _named_in(cases: Any, strings: Mapping[str, str]) -> Any:
    """Return cases as they are, and of a scan the rows whose ids stand in the strings."""
    from audit.scanned import Scan
    from audit.scanned.facts import mentioned

    if not isinstance(cases, Scan):
        return cases
    parts = {part for text in strings.values() for part in text.split()}
    words = {part.strip(AROUND) for part in parts} | parts
    words |= {word for part in parts for word in words_of(part)}
    return _Named(mentioned(cases, (w for w in words if tells(w))), cases.origins)


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
