"""A design met with a scan row by row: what a model with many factors sums, at three passes."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from audit.engine import Name, Sql, Value, joined, sql
from audit.scanned.enrolment import require_classes, require_columns
from audit.scanned.left import ledger_of, lost_outcomes
from audit.scanned.numbered import Numbered, numbered
from audit.scanned.steps import STAYS, Steps, level, steps_of
from audit.tallied import SIDES
from audit.tallied.by_row import RowTallies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.design import Design
    from audit.ledger import Removal
    from audit.scanned.noun import Scan


@dataclass(frozen=True, slots=True, eq=False)
class MetByRow:
    """The rows of a scan that a design compares.

    Attributes
    ----------
    tallies : RowTallies
    strata : tuple of str
    levels : ndarray of int, shape (strata, columns)
        The level of each stratum column, numbered in the order of the levels' names.
    ledger : tuple of Removal
        What left, as `audit.enroll` enters it.
    lost : dict
        Posts of unknown outcome by group.
    """

    tallies: RowTallies
    strata: tuple[str, ...]
    levels: NDArray[Any]
    ledger: tuple[Removal, ...]
    lost: dict[str, int]


def meet_by_row(scan: Scan, design: Design) -> MetByRow | None:
    """Sum a scan by class × stratum and by account, never by account × stratum.

    Returns
    -------
    MetByRow or None
        None where posts carry sampling weights, or where an account is focal in some rows and
        reference in others, so that rows leave which only counts by account tell: `meet` then.

    Raises
    ------
    SchemaError
        The table has faults and nobody says that it was checked.
    DesignError
        The design names a class, column or rung that the table does not have.
    """
    scan.require()
    require_columns(scan, design)
    if "sampling_weight" in scan.names:
        return None
    steps = steps_of(scan, design)
    layers = tuple(Name(f"s{i}") for i, _ in enumerate(design.strata))
    rows = _rows(scan, design, steps)
    accounts = _kept(scan, rows, (Name("account"), Name("class"), Name("leaves")))
    require_classes(scan, design, accounts)
    if _also_focal(scan, design, steps, accounts):
        scan.engine.drop(accounts)
        return None
    ledger = ledger_of(scan, accounts, steps)
    lost = lost_outcomes(scan, accounts, design, steps)
    scan.engine.drop(accounts)
    counted = _kept(scan, rows, (Name("class"), Name("leaves"), *layers))
    stay = sql("{c} where leaves = {stays}", c=counted, stays=Value(STAYS))
    strata = numbered(scan.engine, stay, layers)
    tallies = RowTallies(
        engine=scan.engine,
        source=_source(design, rows, strata),
        n_strata=len(strata.names),
        whole=True,
        cells=_cells(scan, design, counted, strata),
    )
    scan.engine.drop(counted)
    return MetByRow(tallies, strata.names, strata.levels, (*scan.ledger, *ledger), lost)


def _rows(scan: Scan, design: Design, steps: Steps) -> Sql:
    """Return account, class, leaves, events, n and the levels of every row."""
    levels = [
        sql("{x} as {n}", x=level(scan, c), n=Name(f"s{i}")) for i, c in enumerate(design.strata)
    ]
    columns = [
        sql("{x} as account", x=scan.account()),
        sql("{x} as class", x=scan.value("account_class")[0]),
        sql("{x} as leaves", x=steps.leaves),
        sql("case when {y} = 1 then {n} else 0 end as events", y=steps.acted, n=scan.size()),
        sql("{n} as n", n=scan.size()),
        *levels,
    ]
    return sql("(select {columns} from {s})", columns=joined(columns), s=scan.source())


def _kept(scan: Scan, rows: Sql, keys: tuple[Name, ...]) -> Name:
    """Pass over the rows once: sums, and the most of one row, by the keys."""
    by = joined([sql("{n}", n=n) for n in keys])
    return scan.engine.keep(
        sql(
            "select {by}, cast(sum(events) as bigint) as events, cast(sum(n) as bigint) as n, "
            "max(events) as {y}, max(n) as {m} from {rows} as r group by {by}",
            by=by,
            y=Name("most events"),
            m=Name("most n"),
            rows=rows,
        )
    )


def _also_focal(scan: Scan, design: Design, steps: Steps, accounts: Name) -> bool:
    what = sql(
        "select count(*) as n from (select account from {a} where account is not null "
        "and leaves >= {step} and class in ({focal}, {reference}) "
        "group by account having count(distinct class) > 1) as b",
        a=accounts,
        step=Value(steps.also_focal),
        focal=Value(design.focal),
        reference=Value(design.references[0]),
    )
    return bool(scan.engine.query(what)["n"][0])


def _compared(design: Design) -> Sql:
    return sql(
        "class in ({focal}, {reference}) and leaves = {stays}",
        focal=Value(design.focal),
        reference=Value(design.references[0]),
        stays=Value(STAYS),
    )


def _side(design: Design) -> Sql:
    return sql(
        "case class when {focal} then {one} else {zero} end as side",
        focal=Value(design.focal),
        one=Value(SIDES["focal"]),
        zero=Value(SIDES["reference"]),
    )


def _source(design: Design, rows: Sql, strata: Numbered) -> Sql:
    """Return the rows with side and stratum, in the columns of `TALLIED`."""
    return sql(
        "(select account, {side}, k.stratum, events, n, events as weighted_events, "
        "n as weighted_n, n as squared from {rows} as r join {k} as k on {on} where {compared})",
        side=_side(design),
        rows=rows,
        k=strata.table,
        on=strata.on("r", "k"),
        compared=_compared(design),
    )


def _cells(scan: Scan, design: Design, counted: Name, strata: Numbered) -> Name:
    return scan.engine.keep(
        sql(
            "select {side}, k.stratum, c.events, c.n, c.{y}, c.{m} "
            "from {c} as c join {k} as k on {on} where {compared}",
            side=_side(design),
            y=Name("most events"),
            m=Name("most n"),
            c=counted,
            k=strata.table,
            on=strata.on("c", "k"),
            compared=_compared(design),
        )
    )
