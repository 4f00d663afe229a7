"""Influences by account, summed by the engine that holds the counts."""

from __future__ import annotations

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field, fields
from math import ceil, log2
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine import Engine, Name, Sql, Value, joined, sql
from audit.influence import IS_FOCAL, TALLIED, Influence, StratumSums
from audit.tallied.views import EXACT

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class EngineTallies:
    """Counts by account × stratum in the engine, as estimators ask for them.

    Attributes
    ----------
    source : Sql
        account, side, stratum and the columns of `TALLIED`.
    n_strata : int
    whole : bool
        Whether every column holds whole numbers.
    """

    engine: Engine
    source: Sql
    n_strata: int
    whole: bool
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def sums(self) -> StratumSums:
        """Return the sums by class and stratum; see `audit.influence`."""
        rows = self._summed()

        def placed(values: NDArray[Any]) -> NDArray[Any]:
            out = np.zeros((2, self.n_strata))
            out[rows["side"].astype(int), rows["stratum"].astype(int)] = values
            return out

        return StratumSums(**{f.name: placed(rows[f.name]) for f in fields(StratumSums)})

    def _summed(self) -> dict[str, NDArray[Any]]:
        if "sums" not in self._known:
            exact = "cast(sum({term}) as bigint)" if self.whole else EXACT
            sums = [
                sql(exact + " as {name}", term=Sql((f.name,)), name=Name(f.name))
                for f in fields(StratumSums)
                if f.name != "accounts"
            ]
            most = [sql("max({c}) as {n}", c=Name(c), n=Name(f"most {c}")) for c in TALLIED]
            what = sql(
                "select side, stratum, count(*) as accounts, {sums} from {source} as c "
                "group by side, stratum order by side, stratum",
                sums=joined([*sums, *most]),
                source=self.source,
            )
            self._known["sums"] = self.engine.query(what)
        return self._known["sums"]

    def push(self, influences: Mapping[str, Influence]) -> dict[str, NDArray[Any]]:
        """Return each influence by account, computed where the counts are.

        The coefficients go up, one row per class × stratum; one number per account comes down.
        """
        summed = self._summed()
        most = {c: float(np.max(summed[f"most {c}"], initial=1.0)) for c in TALLIED}
        uploaded, terms, scales = _coefficients(self.engine, influences, self.n_strata, most)
        table = self.engine.upload(uploaded)
        what = sql(
            "select {terms} from {source} as c join {k} as k "
            "on c.side = k.side and c.stratum = k.stratum group by c.account order by c.account",
            terms=joined([sql("max(c.side) as side"), *terms]),
            source=self.source,
            k=table,
        )
        rows = self.engine.query(what)
        self.engine.drop(table)
        self._known["side"] = rows["side"]
        return {name: rows[f"i{i}"] * scales[i] for i, name in enumerate(influences)}

    def focal_accounts(self) -> NDArray[Any]:
        """Return the focal flag by account, in the order of `push`."""
        if "side" not in self._known:
            self.push({})
        return self._known["side"] == IS_FOCAL


def _coefficients(
    engine: Engine, influences: Mapping[str, Influence], strata: int, most: Mapping[str, float]
) -> tuple[dict[str, NDArray[Any]], list[Sql], list[float]]:
    """Return the table of coefficients, the terms that use it, and what to multiply them by."""
    side, stratum = np.divmod(np.arange(2 * strata), max(strata, 1))
    table: dict[str, NDArray[Any]] = {"side": side, "stratum": stratum}
    terms, scales = [], []
    for i, influence in enumerate(influences.values()):
        largest = max((float(np.abs(c).max(initial=0.0)) for c in influence.of.values()), default=0)
        scale = 2.0 ** np.ceil(np.log2(largest)) if largest > 0 else 1.0
        parts = []
        for column, coefficients in influence.of.items():
            table[f"k{i} {column}"] = np.ravel(coefficients / scale)
            parts.append(sql("c.{c} * k.{k}", c=Name(column), k=Name(f"k{i} {column}")))
        term = joined(parts, " + ")
        if influence.whole is None:
            # In whole numbers of a step so fine that the largest term still fits 63 bits.
            step = 2.0 ** -(61 - ceil(log2(sum(most[column] for column in influence.of))))
            fine = sql("({term}) * {fine}", term=term, fine=Value(1 / step))
            total = engine.says("total", x=fine)
            terms.append(sql("{total} as {name}", total=total, name=Name(f"i{i}")))
            scale *= step
        else:
            table[f"k{i} whole"] = np.ravel(influence.whole)
            term = _left_out(term, Name(f"k{i} whole"))
            terms.append(sql(EXACT + " as {name}", term=term, name=Name(f"i{i}")))
        scales.append(float(scale))
    return table, terms, scales


def _left_out(term: Sql, whole: Name) -> Sql:
    what = "(case when c.weighted_n < k.{whole} then ({term}) / (1 - c.weighted_n / k.{whole}) "
    return sql(what + "when k.{whole} = 0 then ({term}) else 0 end)", whole=whole, term=term)
