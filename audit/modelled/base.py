"""The rows of a scan as a model sees them: account, cell, size and outcome."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass, replace
from math import ceil, fsum, inf, isfinite, log2
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine import Engine, Name, Sql, Value, joined, sql
from audit.errors import EstimationError
from audit.memory import Remembering
from audit.modelled.lattice import Lattice
from audit.outcome import Outcome
from audit.scanned.coded import Coded, coded
from audit.scanned.steps import acted_on, known_acted_on

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.scanned.noun import Scan

MOST_CELLS = 5_000_000
"""Combinations of levels that are brought to Python; a model of more is one of its rows."""
ASKED = tuple[str | Outcome, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Base(Remembering):
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
    single : bool
        Whether every row is one case of weight 1.
    weighted : bool
        Whether sizes are fractions, as sampling weights are.
    mean : float
        What sampling weights are multiplied by, so that they add up to the cases.
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
    n_rows: int = 0
    single: bool = True
    weighted: bool = False
    mean: float = 1.0
    accounts: int | None = None
    packed: bool = False

    def place(self, outcome: str | Outcome) -> int:
        """Return the number of an outcome."""
        return self.outcomes.index(outcome)


def scanned_base(scan: Scan, terms: Sequence[str], outcomes: ASKED, cluster: str) -> Base:
    """Return the rows of a scan as they are; one pass counts the cells.

    Raises
    ------
    EstimationError
        Outcomes, weights or accounts that are missing, or too many cells.
    """
    known = _profile(scan, outcomes, cluster)
    levels = coded(scan, terms)
    rows = _rows(scan, levels, outcomes, cluster)
    names = [f"k{i}" for i in range(len(levels.keys))]
    steps = [
        None if whole(outcome) and not weighted(scan) else scale_of(known.weight * most)
        for outcome, most in zip(outcomes, known.largest, strict=True)
    ]
    found = _cells(scan, rows, tuple(names), steps, known.weight)
    keys = {name: found[name] for name in names}
    sums: dict[Hashable, NDArray[Any]] = {
        outcome: found[f"y{i}"] for i, outcome in enumerate(outcomes)
    }
    n = found["n"].astype(float) * (scale_of(known.weight) if weighted(scan) else 1.0)
    if int(found["rows"].sum()) != known.rows or any(k.dtype.kind == "f" for k in keys.values()):
        raise EstimationError(
            f"fit: {known.rows:,} row(s) were there and {int(found['rows'].sum()):,} were counted: "
            "the table changed while it was read. Try: again, once nothing writes to it."
        )
    # weights that add up to the cases, so that only their ratios count
    mean = known.cases / fsum(n) if weighted(scan) else 1.0
    sums = {y: values * mean for y, values in sums.items()}
    lattice = Lattice(tuple(terms), levels.names, levels.codes([*keys.values()]), n * mean, sums)
    base = Base(scan.engine, rows, keys, lattice, outcomes, known.largest, known.odd, known.weight)
    return replace(base, n_rows=known.rows, single=known.single, weighted=weighted(scan), mean=mean)


@dataclass(frozen=True, slots=True)
class _Profile:
    """Rows and cases, the largest size of a row, and of each outcome as in `Base`."""

    rows: int
    cases: int
    weight: float
    single: bool
    largest: tuple[float, ...]
    odd: tuple[int, ...]


def weighted(scan: Scan) -> bool:
    """Return whether posts carry sampling weights."""
    return "sampling_weight" in scan.names


def _size(scan: Scan) -> Sql:
    """Return what a row counts for: its cases, times their sampling weight where there is one."""
    if not weighted(scan):
        return scan.size()
    weight = scan.value("sampling_weight")[0]
    return sql("(cast({n} as double) * {w})", n=scan.size(), w=weight)


def _rows(scan: Scan, levels: Coded, outcomes: ASKED, cluster: str) -> Sql:
    """Return what stands after FROM: account, size, keys and outcomes of every row."""
    account = scan.account() if cluster == "account_id" else scan.column(cluster).key()
    named = [Name(f"y{i}") for i in range(len(outcomes))]
    inner = [sql("{x} as account", x=account), sql("{x} as size", x=_size(scan)), *levels.columns]
    inner += [
        sql("{x} as {y}", x=outcome_of(scan, outcome, known=True), y=y)
        for outcome, y in zip(outcomes, named, strict=True)
    ]
    outer = [sql("r.account, r.size"), *(sql("r.{y}", y=y) for y in named)]
    outer += [sql("{x} as {k}", x=key, k=Name(f"k{i}")) for i, key in enumerate(levels.keys)]
    return sql(
        "(select {outer} from (select {inner} from {s}) as r {joins})",
        outer=joined(outer),
        inner=joined(inner),
        s=scan.source(),
        joins=levels.joins,
    )


def whole(outcome: str | Outcome) -> bool:
    """Return whether an outcome is 0 or 1 by what it is, so that its sums are whole numbers."""
    return isinstance(outcome, Outcome)


def outcome_of(scan: Scan, outcome: str | Outcome, *, known: bool = False) -> Sql:
    """Return an outcome as a number; NULL where it is missing, unless all are `known`."""
    if isinstance(outcome, Outcome):
        return known_acted_on(scan, outcome) if known else acted_on(scan, outcome)
    value, kind = scan.value(outcome)
    if kind == "flag":
        return sql("case when {x} then 1 when not {x} then 0 end", x=value)
    if kind == "number":
        return sql("cast({x} as double)", x=value)
    return sql("cast({x} as double)", x=scan.column(outcome).number())


def scale_of(largest: float) -> float:
    """Return the step in which numbers up to `largest` are summed as whole numbers."""
    return 2.0 ** -(61 - ceil(log2(largest))) if largest > 0 else 1.0


def _profile(scan: Scan, outcomes: ASKED, cluster: str) -> _Profile:
    """Look at every row once for what must be known before anything is summed."""
    account = scan.account() if cluster == "account_id" else scan.column(cluster).key()
    columns = [sql("{x} as account", x=account), sql("{x} as size", x=_size(scan))]
    columns.append(sql("{x} as cases", x=scan.size()))
    tests = [sql("count(*) as n, count(account) as account")]
    alike = "count" not in scan.names and not weighted(scan)
    if not alike:
        tests.append(sql("max(size) as size, min(size) as smallest, count(size) as sized"))
        tests.append(sql("cast(sum(cases) as bigint) as cases"))
    for i, outcome in enumerate(outcomes):
        y, most, least = Name(f"y{i}"), Name(f"most {i}"), Name(f"least {i}")
        columns.append(sql("{x} as {y}", x=outcome_of(scan, outcome), y=y))
        tests.append(sql("count({y}) as {y}", y=y))
        if whole(outcome):
            continue
        tests.append(sql("max({y}) as {most}, min({y}) as {least}", y=y, most=most, least=least))
        odd = "count(*) filter (where {y} not in (0, 1)) as {odd}"
        tests.append(sql(odd, y=y, odd=Name(f"odd {i}")))
    inner = sql("select {c} from {s}", c=joined(columns), s=scan.source())
    what = sql("select {t} from ({inner}) as r", t=joined(tests), inner=inner)
    found = {name: values[0] for name, values in scan.engine.query(what).items()}
    _refuse_gaps(found, outcomes, cluster)
    largest = [
        1.0 if whole(o) else max(abs(float(found[f"{end} {i}"])) for end in ("most", "least"))
        for i, o in enumerate(outcomes)
    ]
    strange = tuple(int(found.get(f"odd {i}", 0)) for i in range(len(outcomes)))
    many, size = int(found["n"]), float(found.get("size", 1))
    single = alike or (size == 1 and float(found["smallest"]) == 1)
    return _Profile(many, int(found.get("cases", many)), size, single, tuple(largest), strange)


def _refuse_gaps(found: Mapping[str, Any], outcomes: ASKED, cluster: str) -> None:
    many, faults = int(found["n"]), []
    if gap := many - int(found["account"]):
        faults.append(f"{cluster} is missing in {gap:,} row(s); a cluster must be known")
    if gap := many - int(found.get("sized", many)):
        faults.append(f"a count or sampling weight is missing in {gap:,} row(s)")
    elif not 0 < float(found.get("smallest", 1)) <= float(found.get("size", 1)) < inf:
        faults.append("a count or sampling weight is not above 0, or not finite")
    for i, outcome in enumerate(outcomes):
        if gap := many - int(found[f"y{i}"]):
            shown = outcome if isinstance(outcome, str) else "the outcome"
            faults.append(f"{shown} is unknown in {gap:,} row(s)")
        elif not all(isfinite(float(found.get(f"{end} {i}", 0))) for end in ("most", "least")):
            faults.append(f"{outcome} is not finite in some row")
    if faults:
        raise EstimationError(
            f"fit: {'; '.join(faults)}. Nothing is left out in silence. Try: population=… for the "
            "cases that it is of, or unknown='leave', which counts what it leaves out."
        )


def _cells(
    scan: Scan, rows: Sql, keys: tuple[str, ...], steps: Sequence[float | None], weight: float
) -> dict[str, NDArray[Any]]:
    """Return cases and sums of outcomes by combination of levels, in the order of the keys."""
    engine, listed = scan.engine, joined([Name(k) for k in keys])
    alike = "count" not in scan.names and not weighted(scan)
    sums = [
        sql("count(*) as rows"),
        sql("count(*) as n" if alike else "cast(sum(size) as bigint) as n"),
    ]
    if weighted(scan):
        fine = sql("(r.size * {f})", f=Value(1 / scale_of(weight)))
        sums[1] = sql("{total} as n", total=engine.says("total", x=fine))
    for i, step in enumerate(steps):
        y = sql("r.{y}" if alike else "r.size * r.{y}", y=Name(f"y{i}"))
        total = sql("cast(sum({y}) as bigint)", y=y)
        if step is not None:
            total = engine.says("total", x=sql("({y} * {f})", y=y, f=Value(1 / step)))
        sums.append(sql("{total} as {n}", total=total, n=Name(f"y{i}")))
    what = sql(
        "select {keys}, {sums} from {rows} as r group by {keys} limit {most}",
        keys=listed,
        sums=joined(sums),
        rows=rows,
        most=Sql((str(MOST_CELLS + 1),)),
    )
    found = engine.query(what)
    if len(found["n"]) > MOST_CELLS:
        raise EstimationError(
            f"fit: the terms have more than {MOST_CELLS:,} combinations of levels. Try: fewer "
            "terms, or wider levels."
        )
    order = np.lexsort([found[k] for k in keys])
    found = {name: values[order] for name, values in found.items()}
    for i, step in enumerate(steps):
        found[f"y{i}"] = found[f"y{i}"].astype(float) * (1 if step is None else step)
    return found
