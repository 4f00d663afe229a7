"""The rows of a scan as a model sees them: account, cell, size and outcome."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil, isfinite, log2
from typing import TYPE_CHECKING, Any

from audit.engine import Engine, Name, Sql, Value, joined, sql
from audit.errors import EstimationError
from audit.modelled.lattice import Lattice, lattice_of
from audit.outcome import Outcome
from audit.scanned.steps import acted_on, level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.scanned.noun import Scan

MOST_CELLS = 5_000_000
"""Combinations of levels that are brought to Python; a model of more is one of its rows."""
ASKED = tuple[str | Outcome, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Base:
    """Rows inside an engine, and the cells they fall in.

    Attributes
    ----------
    engine : Engine
    rows : Sql
        What stands after FROM: `account`, `size`, the keys and `y0`, `y1`, … of the outcomes.
    keys : mapping
        Column of `rows` to its value in each cell: together they tell a row's cell.
    lattice : Lattice
        The cells, in the order of `keys`.
    outcomes : tuple
        What `y0`, `y1`, … are.
    largest : tuple of float
        The largest size of each outcome.
    odd : tuple of int
        Rows in which each outcome is neither 0 nor 1.
    weight : float
        The most cases that a row stands for.
    n_rows : int
    accounts : int, optional
        Distinct clusters, where they have been counted.
    packed : bool
        Whether the rows hold whole numbers alone.
    """

    engine: Engine
    rows: Sql
    keys: Mapping[str, NDArray[Any]]
    lattice: Lattice
    outcomes: tuple[str | Outcome, ...]
    largest: tuple[float, ...]
    odd: tuple[int, ...]
    weight: float
    n_rows: int
    accounts: int | None = None
    packed: bool = False
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Hashable, make: Any) -> Any:
        """Return what `make` gives, computed when first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    def place(self, outcome: str | Outcome) -> int:
        """Return the number of an outcome."""
        return self.outcomes.index(outcome)


def scanned_base(scan: Scan, terms: Sequence[str], outcomes: ASKED, cluster: str) -> Base:
    """Return the rows of a scan as they are; one pass counts the cells.

    Raises
    ------
    EstimationError
        Outcomes or accounts that are missing, sampling weights, or too many cells.
    """
    if "sampling_weight" in scan.names:
        raise EstimationError(
            "fit: the table has sampling weights, which models of counts do not take. Try: "
            "audit.compare, which does, or leave the column out of the scan."
        )
    names = {f"s{i}": term for i, term in enumerate(terms)}
    account = scan.account() if cluster == "account_id" else scan.column(cluster).key()
    columns = [sql("{x} as account", x=account), sql("{x} as size", x=scan.size())]
    columns += [sql("{x} as {n}", x=level(scan, t), n=Name(n)) for n, t in names.items()]
    columns += [
        sql("{x} as {n}", x=outcome_of(scan, outcome), n=Name(f"y{i}"))
        for i, outcome in enumerate(outcomes)
    ]
    rows = sql("(select {c} from {s})", c=joined(columns), s=scan.source())
    many, weight, largest, odd = _profile(scan.engine, rows, outcomes, cluster)
    found = _cells(scan.engine, rows, tuple(names), tuple(weight * most for most in largest))
    keys = {name: found[name] for name in names}
    sums = {outcome: found[f"y{i}"] for i, outcome in enumerate(outcomes)}
    lattice = lattice_of(terms, list(keys.values()), found["n"], sums)
    return Base(scan.engine, rows, keys, lattice, outcomes, largest, odd, weight, many)


def outcome_of(scan: Scan, outcome: str | Outcome) -> Sql:
    """Return an outcome as a number; NULL where it is missing."""
    if isinstance(outcome, Outcome):
        return acted_on(scan, outcome)
    value, kind = scan.value(outcome)
    if kind == "flag":
        return sql("case when {x} then 1 when not {x} then 0 end", x=value)
    if kind == "number":
        return sql("cast({x} as double)", x=value)
    return sql("cast({x} as double)", x=scan.column(outcome).number())


def scale_of(largest: float) -> float:
    """Return the step in which numbers up to `largest` are summed as whole numbers."""
    return 2.0 ** -(61 - ceil(log2(largest))) if largest > 0 else 1.0


def _profile(
    engine: Engine, rows: Sql, outcomes: ASKED, cluster: str
) -> tuple[int, float, tuple[float, ...], tuple[int, ...]]:
    tests = [sql("count(account) as account, max(size) as size")]
    for i in range(len(outcomes)):
        y, most, least = Name(f"y{i}"), Name(f"most {i}"), Name(f"least {i}")
        tests.append(sql("count({y}) as {y}", y=y))
        tests.append(sql("max({y}) as {most}, min({y}) as {least}", y=y, most=most, least=least))
        odd = "count(*) filter (where {y} not in (0, 1)) as {odd}"
        tests.append(sql(odd, y=y, odd=Name(f"odd {i}")))
    what = sql("select count(*) as n, {t} from {rows} as r", t=joined(tests), rows=rows)
    found = {name: values[0] for name, values in engine.query(what).items()}
    many, faults = int(found["n"]), []
    if gap := many - int(found["account"]):
        faults.append(f"{cluster} is missing in {gap:,} row(s); a cluster must be known")
    for i, outcome in enumerate(outcomes):
        if gap := many - int(found[f"y{i}"]):
            shown = outcome if isinstance(outcome, str) else "the outcome"
            faults.append(f"{shown} is unknown in {gap:,} row(s)")
        elif not all(isfinite(float(found[f"{end} {i}"])) for end in ("most", "least")):
            faults.append(f"{outcome} is not finite in some row")
    if faults:
        raise EstimationError(
            f"fit: {'; '.join(faults)}. Nothing is left out in silence. Try: filter the table "
            "with the tool that holds it, and say so with the result."
        )
    largest = [
        max(abs(float(found[f"most {i}"])), abs(float(found[f"least {i}"])))
        for i in range(len(outcomes))
    ]
    strange = tuple(int(found[f"odd {i}"]) for i in range(len(outcomes)))
    return many, float(found["size"]), tuple(largest), strange


def _cells(
    engine: Engine, rows: Sql, keys: tuple[str, ...], largest: tuple[float, ...]
) -> dict[str, NDArray[Any]]:
    listed = joined([Name(k) for k in keys])
    steps = [scale_of(most) for most in largest]
    sums = [sql("cast(sum(size) as bigint) as n")]
    for i, step in enumerate(steps):
        fine = sql("(r.size * r.{y} * {f})", y=Name(f"y{i}"), f=Value(1 / step))
        total = engine.says("total", x=fine)
        sums.append(sql("{total} as {n}", total=total, n=Name(f"y{i}")))
    what = sql(
        "select {keys}, {sums} from {rows} as r group by {keys}",
        keys=listed,
        sums=joined(sums),
        rows=rows,
    )
    table = engine.keep(what)
    count = int(engine.query(sql("select count(*) as n from {t}", t=table))["n"][0])
    if count > MOST_CELLS:
        engine.drop(table)
        raise EstimationError(
            f"fit: the terms have {count:,} combinations of levels; allowed: {MOST_CELLS:,}. "
            "Try: fewer terms, or wider levels."
        )
    found = engine.query(sql("select * from {t} order by {keys}", t=table, keys=listed))
    engine.drop(table)
    for i, step in enumerate(steps):
        found[f"y{i}"] = found[f"y{i}"].astype(float) * step
    return found
