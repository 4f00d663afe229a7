"""Tables of cases that stay in an engine: scanned, checked there, and counted there."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.deferred import late
from audit.engine import Engine, Relation
from audit.errors import Fault, SchemaError
from audit.origin import Origin
from audit.reading.mapped import action_faults, column_faults
from audit.reading.times import zone_of
from audit.roster import Roster
from audit.scanned.facts import STAMPS, stamps
from audit.scanned.noun import Scan, known_names
from audit.schema import CASE_COLUMNS, STANDARD_LADDER, Ladder, rename

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

__all__ = ["Scan", "scan"]

NOT_STATED = "not stated"


def scan(
    data: Any,
    *,
    columns: Mapping[str, str] | None = None,
    actions: Mapping[str, str] | None = None,
    roster: Roster | pd.DataFrame | str | Path | None = None,
    unlisted: str | None = None,
    ladder: Ladder | Sequence[str] = STANDARD_LADDER,
    time_zone: str | None = None,
    origin: Origin | str | Path | None = None,
    engine: Engine | None = None,
    checked: str = "",
) -> Scan:
    """Return a table of cases that stays in an engine, of any size; nothing is read yet.

    `scan.faults()` says everything that is wrong with it, and `audit.enroll(scan, design)` counts
    it by account and stratum, which is all that comparisons need.

    Parameters
    ----------
    data : path, folder, glob, list of these, data frame, or what the engine knows
        .parquet, .csv, .tsv and .jsonl files, text files also packed as .gz or .zst, all of one
        kind; several files are one table, in the order of their names. Names of folders make no
        columns (`year=2024`). With Spark: a DataFrame, or a table's name.
    columns, actions, roster, unlisted, ladder, time_zone, origin :
        As in `read_cases`.
    engine : Engine, optional
        `audit.engine.Duck(memory="4GB", spill="/big/disk")` or `audit.engine.Spark(session)`;
        DuckDB with its own defaults without.
    checked : str
        Why the rows need no checking here, in words ("checked on 2026-01-05, nothing changed
        since"); printed with the scan. Without it `enroll` checks them first.

    Raises
    ------
    SourceError
        There is no such table.
    SchemaError
        Columns are mapped that are not there, actions to what is no rung, or a needed column is
        missing.
    """
    from audit.engine.duck import Duck

    engine = engine or Duck()
    relation = engine.scan(data)
    rungs = ladder if isinstance(ladder, Ladder) else Ladder(tuple(ladder))
    _, faults = zone_of(time_zone)
    faults += tuple(column_faults(list(relation.kinds), columns or {}))
    faults += tuple(action_faults(actions or {}, rungs))
    names = known_names(relation.kinds, columns or {}) if not faults else {}
    dated = _roster(roster)
    faults += tuple(_needed(names, dated, unlisted, relation.kinds) if not faults else ())
    if faults:
        raise SchemaError("the scan", faults)
    found = Scan(
        engine,
        relation,
        names,
        dict(actions or {}),
        rungs,
        time_zone,
        dated,
        unlisted,
        (_origin(data, relation, origin),),
        checked,
    )
    found.once(STAMPS, lambda: stamps(relation))
    return found


def _needed(
    names: Mapping[str, str], roster: Roster | None, unlisted: str | None, there: Iterable[str]
) -> list[Fault]:
    there = list(there)
    faults = [
        Fault("is missing", c.name, allowed=c.about, hint=rename(c.name, there))
        for c in CASE_COLUMNS
        if c.name in ("case_id", "action") and c.name not in names
    ]
    if roster is None and "account_class" not in names:
        hint = f"{rename('account_class', there)}, or roster=…"
        faults.append(Fault("is missing", "account_class", allowed="a class column", hint=hint))
    if roster is None and unlisted is not None:
        what = "unlisted says what accounts off the roster are, and there is no roster"
        faults.append(Fault(what, value=repr(unlisted), hint="roster=…"))
    if roster is not None:
        what = "is missing, and a roster is dated and names accounts"
        faults += [Fault(what, c) for c in ("account_id", "posted_at") if c not in names]
    if "account_id" not in names and "count" not in names:
        allowed = "an id for every row, or a count in every row"
        hint = rename("account_id", there)
        faults.append(Fault("is missing", "account_id", allowed=allowed, hint=hint))
    return faults


def _roster(given: Any) -> Roster | None:
    if given is None or isinstance(given, Roster):
        return given
    return Roster.read(given) if isinstance(given, str | Path) else Roster(given)


def _origin(data: Any, relation: Relation, given: Origin | str | Path | None) -> Origin:
    if isinstance(given, Origin):
        return given
    if given is not None:
        return Origin.read(given)
    beside = relation.files.folder / "origin.toml" if relation.files else None
    if beside is not None and beside.exists():  # it may say that all of it is simulated
        return Origin.read(beside)
    title = Path(data).name if isinstance(data, str | Path) else "a table in the engine"
    return Origin(Path(title).stem or "scan", title, NOT_STATED, "", "", NOT_STATED)
