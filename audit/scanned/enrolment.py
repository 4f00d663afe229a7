"""A design met with a scan: one pass over the rows, everything after on counts by account."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from audit import population
from audit.deferred import late
from audit.engine import Name, Sql, Value, joined, sql
from audit.errors import DesignError, SourceError
from audit.fitting import absent_columns
from audit.scanned.coded import Coded, coded
from audit.scanned.left import ledger_of, lost_outcomes
from audit.scanned.populations import unlike
from audit.scanned.steps import STAYS, Steps, known_acted_on, steps_of
from audit.schema import NOT_RECORDED
from audit.tallied import Tallied

if TYPE_CHECKING:
    import pandas as pd

    from audit.design import Design
    from audit.scanned.noun import Scan
else:
    pd = late("pandas")

WATCHED = ("acted_at", "observed_until")
REGIME_COLUMNS = ("platform", "rule", "regime")


MOST_STEPS = 128
"""More than any step at which a row leaves, `STAYS` among them."""


@dataclass(frozen=True, slots=True, eq=False)
class Counted:
    """Counts by account, class, step, stratum and weight: what stands after FROM, and its tables.

    The tables hold whole numbers; their texts are joined when they are asked for.
    """

    rows: Sql
    tables: tuple[Name, ...]


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
    counted = _counted(scan, design, steps)
    require_classes(scan, design, counted.rows)
    counted = _one_class_per_account(scan, counted, design, steps)
    base = counted.rows
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
    scan.engine.drop(*counted.tables)
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
            faults += absent_values(scan, column, allowed)
    try:
        design.outcome.rungs(scan.ladder)
    except DesignError as error:
        faults.append(str(error))
    if faults:
        raise DesignError("the design does not fit the cases: " + " ".join(faults))


def absent_values(scan: Scan, column: str, allowed: Any) -> list[str]:
    """Return a sentence naming what a population allows and no row has; most likely a slip."""
    value, kind = scan.value(column)
    if faults := unlike(kind, column, allowed):
        return faults
    if not isinstance(allowed, (list, tuple)) or kind == "time":
        return []
    what = "select distinct {x} as level from {s} where {x} is not null"
    found = scan.engine.query(sql(what, x=value, s=scan.source()))["level"]
    levels = pd.Series(found.astype(bool) if kind == "flag" else found)
    return population.absent(levels, column, allowed)


def require_classes(scan: Scan, design: Design, base: Name | Sql) -> None:
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


def _counted(scan: Scan, design: Design, steps: Steps) -> Counted:
    """Pass over the rows once: counts by account, class, step, stratum and weight."""
    classes = coded(scan, ["account_class"])
    layers = coded(scan, (*design.strata, *_regime_columns(scan)), prefix="l")
    packed = _packed(scan, design, steps, (classes, layers))
    keys = ["head", *(f"k{i}" for i in range(len(layers.keys)))]
    what = sql("select distinct {k} from {t}", k=joined(map(Name, keys)), t=packed)
    found = scan.engine.query(what)
    if any(values.dtype.kind == "f" for values in found.values()):
        raise SourceError("the table changed while it was read. Try: once nothing writes to it.")
    head = found["head"].astype(np.int64)
    stays = head % MOST_STEPS == STAYS
    place = classes.codes([head // MOST_STEPS])[:, 0]
    known: dict[str, Any] = {**found, "leaves": head % MOST_STEPS}
    known["class"] = np.array(classes.names[0], dtype=object)[place]
    levels = layers.codes([np.where(stays, found[k], 0) for k in keys[1:]])
    named = [f"s{i}" for i, _ in enumerate(design.strata)]
    named += [f"r{i}" for i, _ in enumerate(_regime_columns(scan))]
    for name, names, codes in zip(named, layers.names, levels.T, strict=True):
        known[name] = np.where(stays, np.array(names, dtype=object)[codes], None)
    table = scan.engine.upload(known)
    listed = ["d.class", "d.leaves", *(f"d.{name}" for name in named)]
    rest = "p.weight, " if "sampling_weight" in scan.names else ""
    rest += "p.least, p.most, " if _watch(scan, design) else ""
    rows = sql(
        f"(select p.account, {', '.join(listed)}, {rest}p.events, p.n "
        "from {p} as p join {d} as d on {on})",
        p=packed,
        d=table,
        on=joined([sql("p.{k} = d.{k}", k=Name(k)) for k in keys], " and "),
    )
    return Counted(rows, (packed, table))


def _packed(scan: Scan, design: Design, steps: Steps, levels: tuple[Coded, Coded]) -> Name:
    """Return counts by account and by class, step and levels as whole numbers."""
    classes, layers = levels
    single = "count" not in scan.names
    inner = [
        sql("{x} as account", x=scan.account()),
        sql("{x} as leaves", x=steps.leaves),
        sql("{x} as acted", x=known_acted_on(scan, design.outcome)),
        sql("{x} as size", x=scan.size()),
        *classes.columns,
        *layers.columns,
        *_watch(scan, design),
    ]
    stays = Sql((str(STAYS),))
    keys = [
        sql("account"),
        sql("({c}) * {m} + leaves as head", c=classes.keys[0], m=Sql((str(MOST_STEPS),))),
        *(
            sql("case when leaves = {s} then {k} else -1 end as {n}", s=stays, k=k, n=Name(f"k{i}"))
            for i, k in enumerate(layers.keys)
        ),
    ]
    if "sampling_weight" in scan.names:
        weight = scan.value("sampling_weight")[0]
        inner.append(sql("cast({x} as double) as weight", x=weight))
        keys.append(sql("weight"))
    counts = "count(*) filter (where acted = 1) as events, count(*) as n"
    if not single:
        counts = "cast(sum(case when acted = 1 then size else 0 end) as bigint) as events, "
        counts += "cast(sum(size) as bigint) as n"
    counts += ", min(watched) as least, max(watched) as most" if _watch(scan, design) else ""
    return scan.engine.keep(
        sql(
            "select {keys}, {counts} from (select {inner} from {s}) as r {joins} group by {group}",
            keys=joined(keys),
            counts=Sql((counts,)),
            inner=joined(inner),
            s=scan.source(),
            joins=joined([classes.joins, layers.joins], " "),
            group=Sql((", ".join(str(i) for i in range(1, len(keys) + 1)),)),
        )
    )


def _watch(scan: Scan, design: Design) -> list[Sql]:
    """Return the time from action to last look as a column, where reversals are asked for."""
    if not design.outcome.reversed or set(WATCHED) - set(scan.names):
        return []
    acted, seen = (scan.value(c)[0] for c in WATCHED)
    return [sql("({seen} - {acted}) as watched", seen=seen, acted=acted)]


def _watched(scan: Scan, base: Sql, design: Design) -> tuple[float, float] | None:
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


def _one_class_per_account(scan: Scan, counted: Counted, design: Design, steps: Steps) -> Counted:
    base = counted.rows
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
        return counted
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
    scan.engine.drop(*counted.tables, marked)
    return Counted(sql("{t}", t=found), (found,))


def _tally(scan: Scan, base: Sql, design: Design) -> tuple[tuple[str, ...], Any, Name]:
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


def _regimes(scan: Scan, base: Sql) -> tuple[tuple[str, str], ...]:
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
