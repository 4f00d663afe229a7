"""Rows packed to whole numbers once, for studies that ask many models of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from audit.engine import Name, Sql, joined, sql
from audit.errors import SourceError
from audit.modelled.base import Base, scanned_base
from audit.outcome import Outcome

if TYPE_CHECKING:
    from audit.scanned.noun import Scan


@dataclass(frozen=True, slots=True, eq=False)
class Store:
    """Columns of a scan packed to whole numbers.

    Attributes
    ----------
    base : Base
        Account and cell as numbers, size, and the outcomes.
    cluster : str
        The column that `account` numbers.
    """

    base: Base
    cluster: str

    def holds(self, terms: Sequence[str], outcomes: Sequence[str | Outcome], cluster: str) -> bool:
        """Return whether a model of these columns can be fitted from the store alone."""
        here = self.base
        return (
            cluster == self.cluster
            and set(terms) <= set(here.lattice.terms)
            and set(outcomes) <= set(here.outcomes)
        )


def pack(
    scan: Scan,
    columns: Sequence[str],
    *,
    outcomes: Sequence[str | Outcome] = (),
    cluster: str = "account_id",
    path: str | Path | None = None,
) -> Scan:
    """Return the scan with columns packed to whole numbers, from which models are fitted sooner.

    Worth its one pass from the second or third model on. Models of fewer of the columns need no
    pass to be fitted, and one to sum accounts.

    Parameters
    ----------
    scan : Scan
    columns : sequence of str
        Columns whose levels any model may use as terms, the class among them; for `ordinal`
        models also the column of rungs.
    outcomes : sequence of Outcome or str
        What any model may be asked about: outcomes by rung, or columns of numbers or flags.
    cluster : str
        The column of accounts.
    path : folder, optional
        Where the packed rows are written, as one Parquet file that is gone when the engine is
        closed or collected; without it they are a table of the engine's own, which it spills to
        its own folder. It holds numbers only: no name, text or id.

    Raises
    ------
    SchemaError
        The table has faults, and nobody says that it was checked.
    EstimationError
        As for `audit.fit`.
    SourceError
        There is no such folder, or the engine cannot write there.
    """
    scan.require()
    base = scanned_base(scan, tuple(columns), tuple(outcomes), cluster)
    return replace(scan, store=Store(_packed(base, path), cluster))


def _packed(base: Base, path: str | Path | None) -> Base:
    engine = base.engine
    numbers = np.arange(len(base.lattice.n), dtype=np.int64)
    cells = engine.upload({**base.keys, "cell": numbers})
    accounts = engine.keep(
        sql(
            "select account, cast(row_number() over (order by account) - 1 as int) as number "
            "from (select distinct account from {rows} as r) as a",
            rows=base.rows,
        )
    )
    on = joined([sql("r.{k} = k.{k}", k=Name(k)) for k in base.keys], " and ")
    outcomes = [sql("r.{y}", y=Name(f"y{i}")) for i in range(len(base.outcomes))]
    what = sql(
        "select {columns} from {rows} as r "
        "join {accounts} as a on r.account = a.account join {cells} as k on {on}",
        columns=joined([*_numbers(base), *outcomes]),
        rows=base.rows,
        accounts=accounts,
        cells=cells,
        on=on,
    )
    table = engine.keep(what) if path is None else _written(base, what, Path(path))
    many = int(engine.query(sql("select count(*) as n from {a}", a=accounts))["n"][0])
    engine.drop(cells, accounts)
    rows = sql("{t}", t=table)
    if base.single:  # every row is one case, which need not be kept row by row
        rows = sql("(select *, 1 as size from {t})", t=table)
    return replace(base, rows=rows, keys={"cell": numbers}, accounts=many, packed=True)


def _numbers(base: Base) -> list[Sql]:
    numbers = [sql("a.number as account"), sql("cast(k.cell as int) as cell")]
    return numbers if base.single else [*numbers, sql("r.size")]


def _written(base: Base, what: Sql, folder: Path) -> Name:
    write = getattr(base.engine, "write", None)
    if write is None:
        raise SourceError(
            f"{base.engine.name} keeps what it packs in its own cache; allowed: no path."
        )
    return write(what, folder)
