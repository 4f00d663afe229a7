"""The strata of a scan by number: their names, their levels, and the table that knows them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.engine import Engine, Name, Sql, joined, sql

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Numbered:
    """The strata of a table.

    Attributes
    ----------
    names : tuple of str
        Levels joined, sorted; a stratum's place is its number.
    levels : ndarray of int, shape (strata, columns)
        The level of each stratum column, numbered in the order of the levels' names.
    table : Name
        The layers' levels and `stratum`, the number.
    layers : tuple of Name
        The columns of levels; none where there is one stratum.
    """

    names: tuple[str, ...]
    levels: NDArray[Any]
    table: Name
    layers: tuple[Name, ...]

    def on(self, rows: str, numbers: str) -> Sql:
        """Return how rows are joined to the table, both under their aliases."""
        if not self.layers:
            return sql("true")
        equal = [sql(f"{rows}.{{n}} = {numbers}.{{n}}", n=n) for n in self.layers]
        return joined(equal, " and ")


def numbered(engine: Engine, source: Sql, layers: tuple[Name, ...]) -> Numbered:
    """Number the strata that occur.

    Parameters
    ----------
    source : Sql
        What stands after FROM, with any condition.
    layers : tuple of Name
        Its columns of levels.
    """
    if not layers:
        one = engine.upload({"stratum": np.zeros(1, dtype=np.int64)})
        return Numbered(("all",), np.zeros((1, 0), dtype=np.int64), one, ())
    listed = joined([sql("{n}", n=n) for n in layers])
    found = engine.query(sql("select distinct {s} from {source}", s=listed, source=source))
    texts = pd.Series([" · ".join(row) for row in zip(*found.values(), strict=True)], dtype="str")
    codes, unique = pd.factorize(texts, sort=True)
    first = np.unique(codes, return_index=True)[1]
    each = [pd.factorize(values, sort=True)[0][first] for values in found.values()]
    levels = np.column_stack(each) if len(first) else np.zeros((1, 0), dtype=np.int64)
    table = engine.upload({**found, "stratum": codes.astype(np.int64)})
    return Numbered(tuple(map(str, unique)), levels, table, layers)
