"""A design met with a scan: one pass over the rows, everything after on counts by account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from audit import population
from audit.deferred import late
from audit.engine import Name, Sql, Value, joined, sql
from audit.errors import DesignError
from audit.fitting import absent_columns
from audit.scanned.left import ledger_of, lost_outcomes
from audit.scanned.populations import unlike
from audit.scanned.steps import STAYS, Steps, level, steps_of
from audit.schema import NOT_RECORDED
from audit.tallied import SIDES, Tallied

if TYPE_CHECKING:
    import pandas as pd

    from audit.design import Design
    from audit.scanned.noun import Scan
else:
    pd = late("pandas")

GROUPS = {number: name for name, number in SIDES.items()}
WATCHED = ("acted_at", "observed_until")
REGIME_COLUMNS = ("platform", "rule", "regime")


@dataclass(frozen=True, slots=True, eq=False)
class Enrolled:
    """What is left of a scan, its counts, and the posts by group of unknown outcome."""

    scan: Scan
    cells: Tallied
    lost: dict[str, int]


def meet(scan: Scan, design: Design) -> Enrolled:
    """Count a scan by account, class and stratum; the ledger says what left it.

    Raises
    ------
    SchemaError
        The table has faults and nobody says that it was checked.
    DesignError
        The design names a class, column or rung that the table does not have.
    """
    scan.require()
    require_columns(scan, design)
    steps = steps_of(scan, design)
    base = _counted(scan, design, steps)
    require_classes(scan, design, base)
    base = _one_class_per_account(scan, base, design, steps)
    ledger = ledger_of(scan, base, steps)
    lost = lost_outcomes(scan, base, design, steps)
    strata, levels, table = _tally(scan, base, design)
    weighted = "sampling_weight" in scan.names and _differ(scan, table)
    left = replace(
        scan,
        ledger=(*scan.ledger, *ledger),
        regimes=_regimes(scan, base),
        watched=_watched(scan, base, design),
        _known={},
    )
    scan.engine.drop(base)
    return Enrolled(left, Tallied(scan.engine, table, strata, weighted, None, levels), lost)


def require_columns(scan: Scan, design: Design) -> None:
    """Raise where the design names a column, level or rung that the table does not have."""
    faults = sorted({o.misframed(design.frame) for o in scan.origins} - {""})
    columns = [*scan.names]
    faults += absent_columns(design, columns)
    faults += [
        f"stratum column {c!r} holds times; allowed: a column of levels, such as the month."
        for c in design.strata
        if c in columns and scan.value(c)[1] == "time"
    ]
    for column, allowed in (design.population or {}).items():
        if column in columns:
            faults += _absent(scan, column, allowed)
    try:
        design.outcome.rungs(scan.ladder)
    except DesignError as error:
        faults.append(str(error))
    if faults:
        raise DesignError("the design does not fit the cases: " + " ".join(faults))


def _absent(scan: Scan, column: str, allowed: Any) -> list[str]:
    value, kind = scan.value(column)
    if faults := unlike(kind, column, allowed):
        return faults
    if not isinstance(allowed, (list, tuple)) or kind == "time":
        return []
    what = "select distinct {x} as level from {s} where {x} is not null"
    found = scan.engine.query(sql(what, x=value, s=scan.source()))["level"]
    levels = pd.Series(found.astype(bool) if kind == "flag" else found)
    return population.absent(levels, column, allowed)


def require_classes(scan: Scan, design: Design, base: Name) -> None:
    """Raise where the design names a class that no row of `base` has."""
    found = scan.engine.query(sql("select distinct class from {b} order by class", b=base))
    classes = [str(name) for name in found["class"]]
    faults = [
        f"no case has account_class {name!r}; the classes are {classes}."
        for name in (design.focal, *design.references)
        if name not in classes
    ]
    if faults:
        raise DesignError("the design does not fit the cases: " + " ".join(faults))


def _counted(scan: Scan, design: Design, steps: Steps) -> Name:
    """Pass over the rows once: counts by account, class, step, stratum and weight."""
    stays = sql("leaves = {n}", n=Sql((str(STAYS),)))
    layers = [Name(f"s{i}") for i, _ in enumerate(design.strata)]
    extra = [Name(f"r{i}") for i, _ in enumerate(_regime_columns(scan))]
    weight = scan.value("sampling_weight")[0] if "sampling_weight" in scan.names else sql("1.0")
    columns = [
        sql("{x} as account", x=scan.account()),
        sql("{x} as class", x=scan.value("account_class")[0]),
        sql("{x} as leaves", x=steps.leaves),
        sql("{x} as acted", x=steps.acted),
        sql("{x} as size", x=scan.size()),
        sql("cast({x} as double) as weight", x=weight),
        *(
            sql("{x} as {n}", x=level(scan, c), n=n)
            for c, n in zip(design.strata, layers, strict=True)
        ),
        *(
            sql("{x} as {n}", x=level(scan, c), n=n)
            for c, n in zip(_regime_columns(scan), extra, strict=True)
        ),
        *_watch(scan, design),
    ]
    inner = sql("select {columns} from {s}", columns=joined(columns), s=scan.source())
    keyed = [
        sql("case when {stays} then {n} end as {n}", stays=stays, n=n) for n in (*layers, *extra)
    ]
    weigh = [sql("weight")] if "sampling_weight" in scan.names else []
    keys = [sql("account"), sql("class"), sql("leaves"), *weigh, *keyed]
    group = Sql((", ".join(str(i) for i in range(1, len(keys) + 1)),))
    return scan.engine.keep(
        sql(
            "select {keys}, "
            "cast(sum(case when acted = 1 then size else 0 end) as bigint) as events, "
            "cast(sum(size) as bigint) as n{extremes} from ({inner}) as e group by {group}",
            keys=joined(keys),
            extremes=sql(", min(watched) as least, max(watched) as most")
            if _watch(scan, design)
            else sql(""),
            inner=inner,
            group=group,
        )
    )


def _watch(scan: Scan, design: Design) -> list[Sql]:
    """Return the time from action to last look as a column, where reversals are asked for."""
    if not design.outcome.reversed or set(WATCHED) - set(scan.names):
        return []
    acted, seen = (scan.value(c)[0] for c in WATCHED)
    return [sql("({seen} - {acted}) as watched", seen=seen, acted=acted)]


def _watched(scan: Scan, base: Name, design: Design) -> tuple[float, float] | None:
    """Return the least and most seconds from action to last look of the rows that stay."""
    if not _watch(scan, design):
        return None
    what = "select min(least) as least, max(most) as most from {b} where leaves = {stays}"
    found = scan.engine.query(sql(what + " and least is not null", b=base, stays=Value(STAYS)))
    least, most = (float(pd.Series(found[name]).astype("float64")[0]) for name in found)
    return None if np.isnan(least) else (least / 1e6, most / 1e6)


def _regime_columns(scan: Scan) -> tuple[str, ...]:
    """Return the columns that tell rules and their versions apart, where there are versions."""
    if "regime" not in scan.names:
        return ()
    return tuple(c for c in REGIME_COLUMNS if c in scan.names)


def _one_class_per_account(scan: Scan, base: Name, design: Design, steps: Steps) -> Name:
    focal = sql(
        "(select distinct account from {b} where class = {focal} and leaves >= {step} "
        "and account is not null) as f",
        b=base,
        focal=Value(design.focal),
        step=Value(steps.also_focal),
    )
    given: dict[str, Any] = {
        "b": base,
        "f": focal,
        "reference": Value(design.references[0]),
        "step": Value(steps.also_focal),
    }
    both = "b.class = {reference} and b.leaves >= {step}"
    how_many = "select count(*) as n from {b} as b join {f} on b.account = f.account where " + both
    if not scan.engine.query(sql(how_many, **given))["n"][0]:
        return base
    marked = scan.engine.keep(
        sql(
            "select b.*, case when f.account is not null and " + both + " then {step} "
            "else b.leaves end as left_at from {b} as b left join {f} on b.account = f.account",
            **given,
        )
    )
    layers = [sql("{n}", n=Name(f"s{i}")) for i, _ in enumerate(design.strata)]
    layers += [sql("{n}", n=Name(f"r{i}")) for i, _ in enumerate(_regime_columns(scan))]
    layers += [sql("weight")] if "sampling_weight" in scan.names else []
    layers += [sql("least"), sql("most")] if _watch(scan, design) else []
    kept = sql(
        "select {columns} from {m}",
        columns=joined([sql("account, class, left_at as leaves, events, n"), *layers]),
        m=marked,
    )
    found = scan.engine.keep(kept)
    scan.engine.drop(base, marked)
    return found


def _tally(scan: Scan, base: Name, design: Design) -> tuple[tuple[str, ...], Any, Name]:
    """Return the strata's names and levels, and the table of counts that knows them by number."""
    layers = [Name(f"s{i}") for i, _ in enumerate(design.strata)]
    names: tuple[str, ...] = ("all",)
    on, levels = sql("true"), np.zeros((1, 0), dtype=np.int64)
    numbers = scan.engine.upload({"stratum": np.zeros(1, dtype=np.int64)})
    if layers:
        listed = joined([sql("{n}", n=n) for n in layers])
        what = "select distinct {s} from {b} where leaves = {stays}"
        found = scan.engine.query(sql(what, s=listed, b=base, stays=Value(STAYS)))
        texts = pd.Series(
            [" · ".join(row) for row in zip(*found.values(), strict=True)], dtype="str"
        )
        codes, unique = pd.factorize(texts, sort=True)
        first = np.unique(codes, return_index=True)[1]
        each = [pd.factorize(values, sort=True)[0][first] for values in found.values()]
        levels = np.column_stack(each) if len(first) else levels
        names = tuple(map(str, unique))
        numbers = scan.engine.upload({**found, "stratum": codes.astype(np.int64)})
        on = joined([sql("b.{n} = k.{n}", n=n) for n in layers], " and ")
    weight = "b.weight" if "sampling_weight" in scan.names else "1.0"
    table = scan.engine.keep(
        sql(
            "select b.account, case b.class when {focal} then 1 when {reference} then 0 else 2 end "
            "as side, k.stratum, cast({w} as double) as weight, "
            "cast(sum(b.events) as bigint) as events, cast(sum(b.n) as bigint) as n "
            "from {b} as b join {k} as k on {on} where b.leaves = {stays} group by 1, 2, 3, 4",
            focal=Value(design.focal),
            reference=Value(design.references[0]),
            w=Sql((weight,)),
            b=base,
            k=numbers,
            on=on,
            stays=Value(STAYS),
        )
    )
    return names, levels, table


def _differ(scan: Scan, table: Name) -> bool:
    found = scan.engine.query(sql("select count(*) as n from {t} where weight <> 1", t=table))
    return bool(found["n"][0])


def _regimes(scan: Scan, base: Name) -> tuple[tuple[str, str], ...]:
    columns = _regime_columns(scan)
    if not columns:
        return ()
    listed = joined([sql("{n}", n=Name(f"r{i}")) for i, _ in enumerate(columns)])
    what = "select distinct {c} from {b} where leaves = {stays} order by {c}"
    found = scan.engine.query(sql(what, c=listed, b=base, stays=Value(STAYS)))
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*found.values(), strict=True)]
    return tuple(
        (" ".join(row[c] for c in columns if c != "regime"), row["regime"])
        for row in rows
        if row["regime"] != NOT_RECORDED
    )
