"""A design met with a scan row by row: what a model with many factors sums, at three passes."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine import Name, Sql, Value, joined, sql
from audit.scanned.enrolment import require_classes, require_columns
from audit.scanned.left import ledger_of, lost_outcomes
from audit.scanned.steps import STAYS, Steps, level, steps_of
from audit.tallied import SIDES
from audit.tallied.by_row import RowTallies

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.design import Design
    from audit.ledger import Removal
    from audit.scanned.noun import Scan

MOST_COMBINATIONS = 2**62  # what a whole number of 64 bits can tell apart


@dataclass(frozen=True, slots=True, eq=False)
class MetByRow:
    """The rows of a scan that a design compares.

    Attributes
    ----------
    tallies : RowTallies
    names : tuple of tuple of str
        The names of each stratum column's levels, sorted.
    levels : ndarray of int, shape (strata, columns)
        The level of each stratum column, by its place in `names`.
    ledger : tuple of Removal
        What left, as `audit.enroll` enters it.
    lost : dict
        Posts of unknown outcome by group.
    """

    tallies: RowTallies
    names: tuple[tuple[str, ...], ...]
    levels: NDArray[Any]
    ledger: tuple[Removal, ...]
    lost: dict[str, int]


def meet_by_row(scan: Scan, design: Design) -> MetByRow | None:
    """Sum a scan by class × stratum and by account, never by account × stratum.

    Returns
    -------
    MetByRow or None
        None where posts carry sampling weights, or where an account is focal in some rows and
        reference in others, so that rows leave which only counts by account tell, or where levels
        could be combined in more than 2⁶² ways: `audit.scanned.enrolment.meet` then.

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
    accounts = _accounts(scan, steps)
    require_classes(scan, design, accounts)
    torn = _also_focal(scan, design, steps, accounts)
    ledger = ledger_of(scan, accounts, steps)
    lost = lost_outcomes(scan, accounts, design, steps)
    scan.engine.drop(accounts)
    names = tuple(_level_names(scan, c) for c in design.strata)
    if torn or prod(map(len, names)) > MOST_COMBINATIONS:
        return None
    rows = _coded(scan, design, steps, names)
    cells, levels = _cells(scan, rows, tuple(map(len, names)))
    tallies = RowTallies(
        engine=scan.engine,
        source=_source(scan, rows, cells),
        n_strata=len(levels),
        whole=True,
        cells=cells,
    )
    return MetByRow(tallies, names, levels, (*scan.ledger, *ledger), lost)


def _columns(scan: Scan, steps: Steps) -> Sql:
    """Return account, class, leaves, events and n of a row."""
    return sql(
        "{account} as account, {class_} as class, {leaves} as leaves, "
        "case when {acted} = 1 then {n} else 0 end as events, {n} as n",
        account=scan.account(),
        class_=scan.value("account_class")[0],
        leaves=steps.leaves,
        acted=steps.acted,
        n=scan.size(),
    )


def _accounts(scan: Scan, steps: Steps) -> Name:
    """Return posts by account, class and step: the first pass."""
    return scan.engine.keep(
        sql(
            "select account, class, leaves, cast(sum(n) as bigint) as n "
            "from (select {columns} from {s}) as r group by account, class, leaves",
            columns=_columns(scan, steps),
            s=scan.source(),
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


def _level_names(scan: Scan, column: str) -> tuple[str, ...]:
    """Return the levels of a column, those of rows that leave among them."""
    what = sql("select distinct {x} as level from {s}", x=level(scan, column), s=scan.source())
    return tuple(sorted(map(str, scan.engine.query(what)["level"])))


def _coded(scan: Scan, design: Design, steps: Steps, names: tuple[tuple[str, ...], ...]) -> Sql:
    """Return account, side, events and n of the rows compared, and `lattice`.

    Levels are numbered by small tables, so that no text is grouped or joined row by row; `lattice`
    is the place of their combination among all that could be.
    """
    columns, joins, terms = [_columns(scan, steps)], [], []
    for i, (column, levels) in enumerate(zip(design.strata, names, strict=True)):
        layer, known = Name(f"s{i}"), Name(f"k{i}")
        columns.append(sql("{x} as {layer}", x=level(scan, column), layer=layer))
        numbers = np.arange(len(levels), dtype=np.int64) * prod(map(len, names[i + 1 :]))
        table = scan.engine.upload({"level": np.array(levels, dtype=object), "place": numbers})
        on = "join {t} as {k} on r.{layer} = {k}.level"
        joins.append(sql(on, t=table, k=known, layer=layer))
        terms.append(sql("{k}.place", k=known))
    return sql(
        "(select r.account, case r.class when {focal} then {one} else {zero} end as side, "
        "r.events, r.n, {lattice} as lattice from (select {columns} from {s}) as r {joins} "
        "where r.leaves = {stays} and r.class in ({focal}, {reference}))",
        focal=Value(design.focal),
        reference=Value(design.references[0]),
        one=Value(SIDES["focal"]),
        zero=Value(SIDES["reference"]),
        lattice=joined(terms, " + ") if terms else sql("0"),
        columns=joined(columns),
        s=scan.source(),
        joins=joined(joins, " "),
        stays=Value(STAYS),
    )


def _cells(
    scan: Scan, rows: Sql, sizes: tuple[int, ...]
) -> tuple[dict[str, NDArray[Any]], NDArray[Any]]:
    """Return sums by side and stratum, the second pass, and the strata's levels."""
    what = sql(
        "select side, lattice, cast(sum(events) as bigint) as events, "
        "cast(sum(n) as bigint) as n, max(events) as {y}, max(n) as {m} "
        "from {rows} as r group by side, lattice order by side, lattice",
        y=Name("most events"),
        m=Name("most n"),
        rows=rows,
    )
    cells = scan.engine.query(what)
    places, cells["stratum"] = np.unique(cells["lattice"].astype(np.int64), return_inverse=True)
    levels = np.empty((len(places), len(sizes)), dtype=np.int64)
    left = places
    for i in reversed(range(len(sizes))):
        left, levels[:, i] = np.divmod(left, sizes[i])
    return cells, levels


def _source(scan: Scan, rows: Sql, cells: dict[str, NDArray[Any]]) -> Sql:
    """Return the rows with the numbers of their strata, in the columns of `TALLIED`."""
    places, first = np.unique(cells["lattice"], return_index=True)
    numbers = scan.engine.upload(
        {"lattice": places.astype(np.int64), "stratum": cells["stratum"][first]}
    )
    return sql(
        "(select r.account, r.side, k.stratum, r.events, r.n, r.events as weighted_events, "
        "r.n as weighted_n, r.n as squared from {rows} as r "
        "join {k} as k on r.lattice = k.lattice)",
        rows=rows,
        k=numbers,
    )
