"""A user's own table under the names of a case table, with everything wrong with its cells."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from audit.consistency import contradictions
from audit.deferred import late
from audit.errors import Fault
from audit.reading.columns import read_columns, renamed_columns, renaming_faults
from audit.reading.lines import TextTable
from audit.reading.times import zone_of
from audit.reading.typed import Reading
from audit.schema import CASE_COLUMNS, Ladder, near, rename

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

GAP = "is empty"  # how every fault about a missing value begins


def read_mapped(
    table: TextTable,
    columns: Mapping[str, str],
    actions: Mapping[str, str],
    ladder: Ladder,
    time_zone: str | None,
) -> tuple[pd.DataFrame, list[Fault]]:
    """Return a table in the columns of a case table, and every fault of its cells.

    Parameters
    ----------
    columns, actions, ladder, time_zone :
        As in `read_cases`.
    """
    zone, zoneless = zone_of(time_zone)
    named, unmapped = renamed_columns(table.frame, columns, CASE_COLUMNS, what="a case table")
    frame, unread = read_columns(named, CASE_COLUMNS, Reading(ladder, actions, zone))
    faults = [*table.faults, *zoneless, *action_faults(actions, ladder), *unmapped, *unread]
    return frame, [*faults, *account_faults(frame), *contradictions(frame, ladder)]


def column_faults(present: Sequence[str], columns: Mapping[str, str]) -> list[Fault]:
    """Return what is wrong with a mapping of a table's column names to those of a case table."""
    return renaming_faults(present, columns, CASE_COLUMNS, what="a case table")


def action_faults(actions: Mapping[str, str], ladder: Ladder) -> list[Fault]:
    """Return the rungs that actions are mapped to and the ladder does not have."""
    return [
        Fault(
            "actions maps to what is no rung",
            value=f"{theirs!r} to {rung!r}",
            allowed=str(ladder),
            hint=repr(near(rung, ladder.rungs) or ladder.rungs[-1]),
        )
        for theirs, rung in actions.items()
        if rung not in ladder.rungs
    ]


def account_faults(frame: pd.DataFrame) -> list[Fault]:
    """Return the rows without an account, unless every row has a count."""
    counted = "count" in frame and bool(frame["count"].notna().all())
    allowed = "an id for every row, or a count in every row"
    if "account_id" not in frame:
        hint = rename("account_id", frame.columns)
        return [] if counted else [Fault("is missing", "account_id", allowed=allowed, hint=hint)]
    gaps = frame["account_id"].isna()
    if counted or not gaps.any():
        return []
    rows = tuple(int(row) for row in frame.index[gaps])
    return [Fault("is empty", "account_id", rows, allowed=allowed)]


def once(faults: list[Fault]) -> list[Fault]:
    """Return the faults without gaps that are only there because a cell could not be read."""
    unread: dict[str, set[int]] = {}
    for fault in faults:
        if not fault.what.startswith(GAP):
            unread.setdefault(fault.column, set()).update(fault.rows)
    kept = []
    for fault in faults:
        rows = fault.rows
        if fault.what.startswith(GAP):
            rows = tuple(row for row in rows if row not in unread.get(fault.column, ()))
        if rows or not fault.rows:
            kept.append(replace(fault, rows=rows))
    return list(dict.fromkeys(kept))
