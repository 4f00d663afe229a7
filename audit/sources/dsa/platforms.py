"""Platforms side by side: what they filed, by category and decision, counted part by part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Literal, get_args

import pandas as pd

from audit.errors import SourceError
from audit.reading.engine import engine_in
from audit.reading.zips import Limits
from audit.sources.dsa.dumps import dumps, named, read_dumps
from audit.sources.dsa.ladder import DECISIONS, DSA_LADDER, NOT_STATED, strictest
from audit.sources.dsa.schema import LISTS
from audit.sources.dsa.statements import Statements, array, refuse

By = Literal[
    "action", "decision_visibility", "decision_monetary", "decision_provision", "decision_account"
]
KEYS = ("schema", "platform", "category", "decision")
_COUNT = f"""
select platform_name, category, {", ".join(DECISIONS)}, count(*), count(account_type)
from part group by all
"""


def by_platform(
    path: str | Path | Sequence[str | Path],
    *,
    decision: By = "action",
    either_schema: bool = False,
    unzip: Limits | None = None,
    memory: str = "1GB",
) -> pd.DataFrame:
    """Return how many statements each platform filed, by category and decision, with shares.

    The rows stay in the engine, one part of about 100,000 statements at a time, so memory and disk
    do not grow with the dump.

    Parameters
    ----------
    path : path or sequence of paths
        Dumps as published, full or light, or CSV parts of them; a folder of these, or a pattern.
    decision : {"action", "decision_visibility", "decision_monetary", "decision_provision", \
"decision_account"}
        action: the strictest decision of a statement on `DSA_LADDER`. A decision column: its own
        values, several in one statement joined by " + ".
    either_schema : bool
        Whether values of either schema are taken in a file of either layout.
    unzip : Limits, optional
        What a zip may unpack to.
    memory : str
        Of the engine, "1GB".

    Returns
    -------
    DataFrame
        schema, platform, category, decision; statements; with_account_type (of them, those that
        say business or private); in_category and in_platform (all statements of that platform, in
        that category and altogether, under that schema); share_of_category and share_of_platform
        (statements over those, 0 to 1). One row per combination that occurs; within a platform and
        category the statements add up to in_category.

    Raises
    ------
    SourceError
        A dump is not there, or its zip cannot be trusted.
    SchemaError
        A column is missing or new, or a value is not among the published ones: nothing is counted.

    Notes
    -----
    These are shares of the statements that a platform filed and not of the posts on it: nothing
    says how much was reported, reviewed or left up. A platform with more of a measure may have
    more of what calls for it, or file statements that another does not. Categories of the two
    schemas are not the same ones and are kept apart.
    """
    if decision not in get_args(By):
        raise SourceError(f"decision is {decision!r}; allowed: {', '.join(get_args(By))}.")
    paths = dumps(path).paths
    counts: Counter[tuple[str, ...]] = Counter()
    typed: Counter[tuple[str, ...]] = Counter()
    with engine_in(memory) as (engine, folder):
        statements = Statements(engine, either_schema)
        for part in read_dumps(paths, statements, folder, limits=unzip or Limits()):
            layout = statements.read(part, DECISIONS)
            if layout is None or statements.faults:
                continue  # the rest is still checked, so that every fault is named at once
            for platform, category, *found in engine.execute(_COUNT).fetchall():
                *decided, n, with_type = found
                key = (layout.version, platform, category, _decision(decided, decision))
                counts[key] += n
                typed[key] += with_type
    refuse(statements, named(paths))
    return _with_shares(counts, typed)


def _decision(decided: Sequence[str | None], by: By) -> str:
    values = {name: _values(name, cell) for name, cell in zip(DECISIONS, decided, strict=True)}
    if by == "action":
        return strictest(value for of in values.values() for value in of)
    return " + ".join(sorted(values[by])) or NOT_STATED


def _values(name: str, cell: str | None) -> tuple[str, ...]:
    if name in LISTS:
        return array(cell) or ()
    return (cell,) if cell else ()


def _with_shares(counts: Counter[tuple[str, ...]], typed: Counter[tuple[str, ...]]) -> pd.DataFrame:
    frame = pd.DataFrame(list(counts), columns=list(KEYS), dtype="str")
    frame["statements"] = pd.Series([counts[key] for key in counts], dtype="int64")
    frame["with_account_type"] = pd.Series([typed[key] for key in counts], dtype="int64")
    for name, keys in (("category", KEYS[:3]), ("platform", KEYS[:2])):
        frame[f"in_{name}"] = frame.groupby(list(keys))["statements"].transform("sum")
    for name in ("category", "platform"):
        frame[f"share_of_{name}"] = frame["statements"] / frame[f"in_{name}"]
    place = {rung: f"{i:02d}" for i, rung in enumerate(DSA_LADDER.rungs)}
    order = [*KEYS[:3], "place"]
    frame["place"] = [place.get(value, value) for value in frame["decision"]]
    return frame.sort_values(order, ignore_index=True).drop(columns="place")
