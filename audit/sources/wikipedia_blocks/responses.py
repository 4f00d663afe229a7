"""Responses of the MediaWiki API to `action=query&list=logevents&letype=block`, as JSON."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from audit.errors import Fault
from audit.reading.lines import Lines
from audit.sources.wikipedia_blocks.entries import (
    HIDDEN,
    NEEDED,
    OPTIONAL,
    Batch,
    Found,
    batch_of,
    entry,
)
from audit.text import visible

WITHOUT = {"title": "actionhidden", "params": "actionhidden"}
WITHOUT |= {"user": "userhidden", "comment": "commenthidden"}
"""What an entry lacks when it was hidden, and the word by which it says so."""


def read_response(path: Path) -> Batch:
    """Read a file that is one response, of format version 1 or 2."""
    found = Found()
    raw = path.read_bytes().removeprefix(b"\xef\xbb\xbf")
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        fault = Fault("bytes are not UTF-8", value=f"byte {error.start + 1:,}", allowed="UTF-8")
        return batch_of(found, [fault])
    return batch_of(found, (), continues=_take(text, 1, found))


def read_lines(path: Path) -> Batch:
    """Read a file with one response, or one entry of the log, on each line."""
    found, starts, continues = Found(), [], False
    with path.open("rb") as stream:
        lines = Lines(stream)
        for line in lines:
            if line.strip():
                starts.append(lines.number)
                continues = _take(line, lines.number, found)
    faults = [*lines.faults, *lines.encoding_faults(starts)]
    return batch_of(found, faults, continues=continues)


def _take(text: str, line: int, found: Found) -> bool:
    """Take the entries of a response, or one entry; return whether it says that the log goes on."""
    try:
        said = json.loads(text)
    except (ValueError, RecursionError) as error:
        found.wrong(f"is no JSON ({error})", line)
        return False
    if isinstance(said, dict) and "logid" in said:
        _entry(said, line, found)
        return False
    if isinstance(said, dict) and "error" in said:
        refused = said["error"] if isinstance(said["error"], dict) else {}
        shown = repr(visible(refused.get("info", said["error"]), 120))
        found.wrong("is a refusal of the API and no part of the log", line, shown)
        return False
    query = said.get("query") if isinstance(said, dict) else None
    events = query.get("logevents") if isinstance(query, dict) else None
    if not isinstance(events, list):
        found.wrong("is no response with query.logevents", line, repr(visible(text, 60)))
        return False
    for event in events:
        _entry(event, line, found)
    return "continue" in said or "query-continue" in said


def _entry(event: Any, line: int, found: Found) -> None:
    if not isinstance(event, dict):
        found.wrong("has an entry that is no object", line, repr(visible(event, 60)))
        return
    hidden = {name for name in HIDDEN if event.get(name) not in (None, False)}
    for name in NEEDED:
        if name not in event and WITHOUT.get(name) not in hidden:
            found.wrong(f"an entry has no {name!r}", line, "", ", ".join(NEEDED))
    for name in event:
        if name not in NEEDED and name not in OPTIONAL:
            what = f"an entry has {visible(name, 60)!r}, which this reader does not know"
            found.wrong(what, line, "", ", ".join((*NEEDED, *OPTIONAL)))
    cells = {name: _word(name, event.get(name), line, found) for name in NEEDED}
    found.entries.append(entry(_whole_site(cells), line))


def _word(name: str, value: Any, line: int, found: Found) -> Any:
    """Return a cell as text, `params` as they are; a whole number is an id."""
    if name == "params":
        # PHP writes an empty dictionary as an empty list
        if value in (None, []) or isinstance(value, dict):
            return value or {}
        found.wrong("params are no dictionary", line, repr(visible(value, 60)))
        return {}
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if value is None or isinstance(value, str):
        return value
    if name == "logid" and isinstance(value, float):
        return repr(value)  # said with all the ids that are none
    found.wrong(f"{name!r} is no text", line, repr(visible(value, 60)))
    return None


def _whole_site(cells: dict[str, Any]) -> dict[str, Any]:
    """Return the cells with `sitewide` as true or false: version 1 writes true as ""."""
    params = cells["params"]
    if params.get("sitewide") == "":
        return {**cells, "params": {**params, "sitewide": True}}
    return cells
