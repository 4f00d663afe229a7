"""How long posts stand, from counts by time and event that the engine makes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from audit.deferred import late
from audit.engine import Value, sql
from audit.errors import EstimationError, UnknownName
from audit.estimators.times.survival import kaplan_meier
from audit.scanned.steps import level

if TYPE_CHECKING:
    import pandas as pd

    from audit.scanned.noun import Scan
else:
    pd = late("pandas")

MICROS = {"minutes": 60_000_000, "hours": 3_600_000_000, "days": 86_400_000_000}
EVERYBODY = "all"


def survival(
    scan: Scan,
    *,
    start: str = "posted_at",
    event: str = "acted_at",
    until: str = "observed_until",
    by: str | None = "account_class",
    unit: Literal["minutes", "hours", "days"] = "hours",
) -> pd.DataFrame:
    """Return the share of cases still without event after each whole unit of time, by level.

    Parameters
    ----------
    scan : Scan
    start, event, until : str
        Columns of times: when watching began, when the event took place (missing where it had
        not), and the last look. An event after the last look is not seen.
    by : str, optional
        Column whose levels are kept apart; None for all cases together.
    unit : {"minutes", "hours", "days"}
        Times are counted in whole units completed: an event 90 minutes on is at 1 hour.

    Returns
    -------
    DataFrame
        `level` and the columns of `kaplan_meier`, one row per level × event time. Levels without
        an event have no row. Cases count as independent in `std_error` (Greenwood): with several
        posts an account it is too small.

    Raises
    ------
    SchemaError
        The table has faults, and nobody says that it was checked.
    UnknownName
        No such column or unit.
    EstimationError
        Rows whose start or last look is missing, or which end before they start.

    Notes
    -----
    Kaplan & Meier 1958, JASA 53:457. Counts by time and event are all that it needs.
    """
    if unit not in MICROS:
        raise UnknownName("unit", unit, list(MICROS))
    for column in (start, event, until, *([by] if by else [])):
        if column not in scan.names and not (column == "account_class" and scan.roster):
            raise UnknownName("column", column, list(scan.names))
    scan.require()
    begun, came, seen = (scan.value(column)[0] for column in (start, event, until))
    rows = sql(
        "(select {level} as level, case when {came} <= {seen} then 1 else 0 end as event, "
        "case when {came} <= {seen} then {came} else {seen} end - {begun} as micros, "
        "{size} as size from {s})",
        level=level(scan, by) if by else Value(EVERYBODY),
        came=came,
        seen=seen,
        begun=begun,
        size=scan.size(),
        s=scan.source(),
    )
    found = scan.engine.query(
        sql(
            "select level, event, cast(floor(micros / {unit}) as bigint) as time, "
            "cast(sum(size) as bigint) as n, "
            "cast(sum(case when micros < 0 then 1 else 0 end) as bigint) as early, "
            "count(*) - count(micros) as missing from {rows} as r "
            "group by 1, 2, 3 order by 1, 2, 3",
            unit=Value(float(MICROS[unit])),
            rows=rows,
        )
    )
    _refuse_untimed(int(found["missing"].sum()), int(found["early"].sum()), (start, until))
    counts = pd.DataFrame({name: found[name] for name in ("level", "event", "time", "n")})
    curves = []
    for name, part in counts.groupby("level", sort=True):
        curve = kaplan_meier(part["time"], part["event"], weights=part["n"])
        curve.insert(0, "level", name)
        curves.append(curve)
    return pd.concat(curves, ignore_index=True)


def _refuse_untimed(missing: int, early: int, columns: tuple[str, str]) -> None:
    faults = []
    if missing:
        faults.append(f"{' or '.join(columns)} is missing in {missing:,} row(s)")
    if early:
        faults.append(f"{early:,} row(s) end before they start")
    if faults:
        raise EstimationError(
            f"survival: {'; '.join(faults)}. Nothing is left out in silence. Try: filter the "
            "table with the tool that holds it, and say so with the result."
        )
