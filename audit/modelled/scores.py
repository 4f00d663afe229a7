"""What each account adds to each estimand, summed where its rows are or from a sparse matrix."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, log2
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine import Name, Sql, Value, joined, sql
from audit.errors import EstimationError
from audit.modelled.base import Base, scale_of
from audit.outcome import Outcome

if TYPE_CHECKING:
    from numpy.typing import NDArray

BITS = 60
"""Flags that one whole number holds."""


@dataclass(frozen=True, slots=True, eq=False)
class Directions:
    """Coefficients by cell: a case of outcome y adds `slope` × y + `level` to its account.

    Attributes
    ----------
    slope, level : ndarray, shape (cells, estimands)
    flags : ndarray of bool, shape (cells, f)
        Cells whose accounts are counted.
    """

    slope: NDArray[Any]
    level: NDArray[Any]
    flags: NDArray[Any]

    def spread(self, cells: NDArray[Any]) -> Directions:
        """Return the coefficients of finer cells, each of which lies in one of these."""
        return Directions(self.slope[cells], self.level[cells], self.flags[cells])


@dataclass(frozen=True, slots=True, eq=False)
class Scores:
    """What accounts add up to.

    Attributes
    ----------
    by_account : ndarray, shape (accounts, estimands)
        In the order of accounts, without their names.
    reached : ndarray of int, shape (f,)
        Accounts with a case in a cell of each flag.
    """

    by_account: NDArray[Any]
    reached: NDArray[Any]


def pushed(base: Base, outcome: str | Outcome | None, directions: Directions) -> Scores:
    """Return the scores, summed by the engine in whole numbers of a step fixed before the sum."""
    largest = 0.0 if outcome is None else base.largest[base.place(outcome)]
    uploaded: dict[str, NDArray[Any]] = dict(base.keys)
    terms: list[Sql] = []
    steps = []
    for j in range(directions.slope.shape[1]):
        slope, level = directions.slope[:, j], directions.level[:, j]
        most = np.abs(level).max(initial=0.0) + largest * np.abs(slope).max(initial=0.0)
        scale = 2.0 ** ceil(log2(most)) if most > 0 else 1.0
        uploaded[f"l{j}"] = level / scale
        term = sql("k.{l}", l=Name(f"l{j}"))
        if outcome is not None:
            uploaded[f"h{j}"] = slope / scale
            y = Name(f"y{base.place(outcome)}")
            term = sql("(r.{y} * k.{h} + {term})", y=y, h=Name(f"h{j}"), term=term)
        step = scale_of(base.weight)
        size = "({term} * {f})" if base.single else "(r.size * {term} * {f})"
        fine = sql(size, term=term, f=Value(1 / step))
        total = base.engine.says("total", x=fine)
        terms.append(sql("{t} as {n}", t=total, n=Name(f"i{j}")))
        steps.append(scale * step * base.mean)
    # contrasts share levels, so that each is counted once
    same = {flag.tobytes(): flag for flag in directions.flags.T}
    place = [list(same).index(flag.tobytes()) for flag in directions.flags.T]
    flags = np.column_stack([*same.values()])
    for first in range(0, flags.shape[1], BITS):
        bits = flags[:, first : first + BITS]
        uploaded[f"f{first}"] = bits @ (1 << np.arange(bits.shape[1], dtype=np.int64))
        terms.append(sql("bit_or(k.{f}) as {f}", f=Name(f"f{first}")))
    table = base.engine.upload(uploaded)
    what = sql(
        "select {terms} from {rows} as r join {k} as k on {on} "
        "group by r.account order by r.account",
        terms=joined(terms),
        rows=base.rows,
        k=table,
        on=joined([sql("r.{k} = k.{k}", k=Name(k)) for k in base.keys], " and "),
    )
    found = base.engine.query(what)
    base.engine.drop(table)
    sums = [found[f"i{j}"] * step for j, step in enumerate(steps)]
    has = [(found[f"f{i // BITS * BITS}"] >> (i % BITS)) & 1 for i in range(flags.shape[1])]
    return Scores(np.column_stack(sums), np.array([int(has[i].sum()) for i in place]))


def multiplied(base: Base, outcome: str | Outcome | None, directions: Directions) -> Scores:
    """Return the scores as a product of counts by account × cell, fetched once, and the slopes."""
    n, y = base.once(("matrices", outcome), lambda: _matrices(base, outcome))
    scores = n @ directions.level
    if outcome is not None:
        scores = scores + y @ directions.slope
    reached = ((n @ directions.flags.astype(float)) > 0).sum(axis=0)
    return Scores(np.asarray(scores) * base.mean, np.asarray(reached))


def by_cell(base: Base, outcome: str | Outcome, cell: NDArray[Any], most: int) -> tuple[Any, Any]:
    """Return cases and outcome by account × cell of a model, in the same places of both.

    Raises
    ------
    EstimationError
        More than `most` combinations of account and cell of the base.
    """
    from scipy.sparse import coo_matrix

    n, y = base.once(("matrices", outcome), lambda: _matrices(base, outcome, most))
    account = np.repeat(np.arange(n.shape[0]), np.diff(n.indptr))
    shape = (n.shape[0], int(cell.max()) + 1)
    out = []
    for values in (n.data, y.data):  # sums of the cells that lie in one
        wide = coo_matrix((values, (account, cell[n.indices])), shape=shape).tocsr()
        wide.sort_indices()
        out.append(wide)
    return out[0], out[1]


def _matrices(
    base: Base, outcome: str | Outcome | None, most: int | None = None
) -> tuple[Any, Any]:
    """Return cases and outcome by account × cell, shape (accounts, cells), in the same places."""
    from scipy.sparse import csr_matrix

    cells = len(base.lattice.n)
    numbers = base.engine.upload({**base.keys, "number of cell": np.arange(cells, dtype=np.int64)})
    sums = [sql("cast(sum(r.size) as bigint) as n")]
    step, fine_n = 1.0, 1.0
    if base.weighted:
        fine_n = scale_of(base.weight)
        fine = sql("(r.size * {f})", f=Value(1 / fine_n))
        sums = [sql("{t} as n", t=base.engine.says("total", x=fine))]
    if outcome is not None:
        place = base.place(outcome)
        step = scale_of(base.weight * base.largest[place])
        fine = sql("(r.size * r.{y} * {f})", y=Name(f"y{place}"), f=Value(1 / step))
        sums.append(sql("{t} as y", t=base.engine.says("total", x=fine)))
    what = sql(
        "select {account} as account, g.cell, {columns} from "
        "(select r.account, k.{cell} as cell, {sums} from {rows} as r join {k} as k on {on} "
        "group by r.account, k.{cell}{limit}) as g",
        limit=Sql(() if most is None else (f" limit {most + 1}",)),
        account=sql("g.account" if base.packed else "dense_rank() over (order by g.account) - 1"),
        columns=sql("g.n, g.y" if outcome is not None else "g.n"),
        cell=Name("number of cell"),
        sums=joined(sums),
        rows=base.rows,
        k=numbers,
        on=joined([sql("r.{k} = k.{k}", k=Name(k)) for k in base.keys], " and "),
    )
    found = base.engine.query(what)
    base.engine.drop(numbers)
    if most is not None and len(found["n"]) > most:
        raise EstimationError(
            f"fit: accounts have cases in more than {most:,} combinations with cells, too many to "
            'correct one by one. Try: covariance="cr1" (with so many accounts the two hardly '
            "differ), or wider levels."
        )
    account, cell = found["account"].astype(np.int64), found["cell"].astype(np.int64)
    shape = (int(account.max()) + 1, cells)
    n = csr_matrix((found["n"].astype(float) * fine_n, (account, cell)), shape=shape)
    n.sort_indices()
    if outcome is None:
        return n, None
    y = csr_matrix((found["y"] * step, (account, cell)), shape=shape)
    y.sort_indices()
    return n, y
