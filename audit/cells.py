"""Sufficient statistics: the engine groups rows once, and everything after works on cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

if TYPE_CHECKING:
    from numpy.typing import NDArray

CELL_COLUMNS = ("account_id", "group", "stratum", "events", "n", "weight")
FOCAL, REFERENCE, UNKNOWN_GROUP = "focal", "reference", "unknown"

# Explicit bigint casts: a sum of integers is HUGEINT in DuckDB and comes back as a float.
_GROUP = """
select account_id, "group", stratum,
       cast(sum(case when acted then "count" else 0 end) as bigint) as events,
       cast(sum("count") as bigint) as n,
       weight
from enrolled
group by account_id, "group", stratum, weight
order by account_id, "group", stratum, weight
"""


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """Counts by account, group and stratum.

    Attributes
    ----------
    frame : DataFrame, one row per account × group × stratum × sampling weight
        `account_id` (text), `group` (focal, reference or unknown), `stratum` (text),
        `events` and `n` (whole numbers, Σcount), `weight` (sampling weight, 1 where none).
    """

    frame: pd.DataFrame

    def of(self, *groups: str) -> pd.DataFrame:
        """Return a copy of the rows of the groups named."""
        return self.frame[self.frame["group"].isin(groups)].reset_index(drop=True)

    def arrays(self, *, by: str = "post") -> dict[str, NDArray[Any]]:
        """Return the known-class rows as the long arrays that estimators take.

        Parameters
        ----------
        by : {"post", "account"}
            "account" gives every account the same weight: its rows carry the sampling weight
            over the account's weighted number of posts.

        Returns
        -------
        dict
            events, n, account, stratum, focal (flags) and weights, each of shape (rows,).
        """
        rows = self.of(FOCAL, REFERENCE)
        weight = rows["weight"].to_numpy(float)
        if by == "account":
            weighted = rows["n"].to_numpy(float) * weight
            total = pd.Series(weighted).groupby(rows["account_id"].to_numpy()).transform("sum")
            weight = weight / total.to_numpy()
        return {
            "events": rows["events"].to_numpy(),
            "n": rows["n"].to_numpy(),
            "account": rows["account_id"].to_numpy(object),
            "stratum": rows["stratum"].to_numpy(object),
            "focal": (rows["group"] == FOCAL).to_numpy(),
            "weights": weight,
        }

    def counts(self) -> pd.DataFrame:
        """Return events and posts by stratum, shape (strata, 4): the `counts` of METHODS §3."""
        rows = self.of(FOCAL, REFERENCE)
        table = rows.pivot_table(
            index="stratum", columns="group", values=["events", "n"], aggfunc="sum", fill_value=0
        )
        names = [(v, g) for g in (FOCAL, REFERENCE) for v in ("events", "n")]
        out = pd.DataFrame({f"{v}_{g}": table.get((v, g), 0) for v, g in names}, index=table.index)
        return out.astype(np.int64)

    def per_account(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return events, n and the focal flag of every account of known class, each (accounts,)."""
        rows = self.of(FOCAL, REFERENCE)
        by = rows.groupby(["account_id", "group"], as_index=False)[["events", "n"]].sum()
        focal = (by["group"] == FOCAL).to_numpy()
        return by["events"].to_numpy(), by["n"].to_numpy(), focal

    def by_account(self, group: str) -> pd.DataFrame:
        """Return events and posts per account of a group, sorted by account."""
        rows = self.of(group)
        return rows.groupby("account_id", as_index=False)[["events", "n"]].sum()

    def total(self, group: str) -> int:
        """Return the number of posts of a group (Σcount)."""
        return int(self.frame.loc[self.frame["group"] == group, "n"].sum())

    def accounts(self, group: str) -> int:
        """Return the number of accounts of a group."""
        return int(self.frame.loc[self.frame["group"] == group, "account_id"].nunique())

    def without(self, account: str) -> Cells:
        """Return the cells less one account."""
        return Cells(self.frame[self.frame["account_id"] != account].reset_index(drop=True))


def group(enrolled: pd.DataFrame) -> Cells:
    """Group enrolled rows to cells in the engine.

    Parameters
    ----------
    enrolled : DataFrame, shape (n, 6)
        `account_id`, `group`, `stratum` (text), `acted` (flag), `count` (whole), `weight`.
    """
    import duckdb

    if enrolled.empty:
        return Cells(pd.DataFrame({c: pd.Series(dtype=_DTYPES[c]) for c in CELL_COLUMNS}))
    with duckdb.connect(":memory:") as engine:
        engine.register("enrolled", enrolled)
        return Cells(engine.execute(_GROUP).df())


_DTYPES = {
    "account_id": "str",
    "group": "str",
    "stratum": "str",
    "events": "int64",
    "n": "int64",
    "weight": "float64",
}
