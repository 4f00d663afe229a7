"""Ids of ordinary accounts and posts whose rows stay in an engine, looked for in a report there.

Rows of a `Scan` never come to Python. Ids can still be found: every word of the report is sent to
the engine, which gives back those that are an account or a post of its table. Not looked for are
words of posts, addresses and hashes: a report made from a scan is not held against those.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np

from audit.disclosure.public import OFFICIALS
from audit.disclosure.shown import EMBEDDED
from audit.disclosure.traces import Trace, named, tells
from audit.engine import sql
from audit.scanned import Scan

IDS = ("account_id", "case_id")
EDGES = "\"'“”‘’‹›«»()[]{}<>.,;:!?…@#*_`|/\\"


def words_said(strings: Iterable[str]) -> set[str]:
    """Return what may be an id in texts: each run without blanks, its edges, and its parts."""
    out: set[str] = set()
    for text in strings:
        for run in EMBEDDED.sub(" ", text).casefold().split():
            parts = {run, *run.replace("=", "/").replace("?", "/").replace("&", "/").split("/")}
            out |= parts | {part.strip(EDGES) for part in parts}
    return {word for word in out if word and tells(word)}


def traces_in_engine(scan: Scan, strings: Mapping[str, str]) -> list[Trace]:
    """Return every id of an ordinary account or post of a scan in the strings of a report.

    Ids are compared as one run without blanks, case aside. An account that stands in a class of
    officials in any row leads to a record, and so do its posts.

    Raises
    ------
    SourceError
        The engine cannot read the table any more.
    """
    said = words_said(strings.values())
    if not said:
        return []
    listed = scan.engine.upload({"audit_said": np.array(sorted(said), dtype=object)})
    found: set[str] = set()
    for column in (c for c in IDS if c in scan.names):
        word = scan.column(column).word()
        given = scan.engine.query(
            sql(
                "select distinct {word} as id, {class_} as class from {rows} "
                "where lower({word}) in (select audit_said from {listed})",
                word=word,
                class_=scan.value("account_class")[0],
                rows=scan.source(),
                listed=listed,
            )
        )
        pairs = list(zip(map(str, given["id"]), map(str, given["class"]), strict=True))
        officials = {name for name, held in pairs if held in OFFICIALS}
        found |= {name for name, _ in pairs if name not in officials}
    scan.engine.drop(listed)
    return list(named(strings, sorted(found)))
