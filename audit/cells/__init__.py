"""Sufficient statistics: the engine groups rows once, and everything after works on cells."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from audit.cells.noun import CLASS_UNKNOWN, FOCAL, REFERENCE, UNKNOWN_GROUP, Cells
from audit.deferred import late

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike

    from audit.tallied import Tallied
else:
    pd = late("pandas")

__all__ = [
    "CLASS_UNKNOWN",
    "FOCAL",
    "REFERENCE",
    "UNKNOWN_GROUP",
    "Cells",
    "equal_accounts",
    "fetched",
    "group",
    "plan",
]

MOST_FETCHED = 1_000_000
"""Accounts × strata of a scan up to which their counts come here, and every check can be made."""

_DTYPES = {
    "account_id": "str",
    "group": "str",
    "stratum": "str",
    "events": "int64",
    "n": "int64",
    "weight": "float64",
}
"""The columns of cells, in order."""

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
_LABELS = ("account_id", "group", "stratum")


def group(enrolled: pd.DataFrame) -> Cells:
    """Group enrolled rows to cells in the engine.

    Parameters
    ----------
    enrolled : DataFrame, shape (n, 6)
        `account_id`, `group`, `stratum` (text), `acted` (flag), `count` (whole), `weight`.
    """
    import duckdb

    if enrolled.empty:
        return Cells(pd.DataFrame({c: pd.Series(dtype=t) for c, t in _DTYPES.items()}))
    # labels go in as numbers in the order of the labels: those the engine groups far sooner
    coded = {c: pd.factorize(enrolled[c], sort=True) for c in _LABELS}
    numbers = enrolled.assign(**{c: codes for c, (codes, _) in coded.items()})
    with duckdb.connect(":memory:") as engine:
        engine.register("enrolled", numbers)
        found = engine.execute(_GROUP).df()
    return Cells(found.assign(**{c: names.take(found[c]) for c, (_, names) in coded.items()}))


def equal_accounts(posts: ArrayLike) -> float:
    """Return K_eff: how many accounts of equal volume these posts are worth (METHODS §1).

    Parameters
    ----------
    posts : array_like, shape (K,), each 0 or more
        Posts of each account, Σcount; weights where rows have them.

    Returns
    -------
    float
        N²/Σn², from 1 to K; 0 where there is no post.

    References
    ----------
    Kish 1965, Survey Sampling, 11.7, for weighted units.
    """
    n = np.asarray(posts, dtype=float)
    return float(n.sum() ** 2 / (n**2).sum()) if n.any() else 0.0


@dataclass(frozen=True, slots=True)
class Plan:
    """Whether the counts of a scan come here, and why."""

    fetch: bool
    why: str


def plan(tallied: Tallied) -> Plan:
    """Return where the counts of a scan are best kept.

    Here every check of counts can be made and a million take about 0.6 GB; in the engine
    each estimator costs two passes over the counts, whatever their number.
    """
    n = tallied.rows()
    size = f"{n:,} accounts × strata are {{}} {MOST_FETCHED:,}"
    if n <= MOST_FETCHED:
        return Plan(True, size.format("at most") + ": their counts were brought here")
    stay = ": their counts stay in the engine, and only sums by stratum and by account come here"
    return Plan(False, size.format("over") + stay)


def fetched(tallied: Tallied) -> Cells:
    """Return the counts that an engine holds as cells, the same as of the rows themselves."""
    found = tallied.fetch()
    unknown = found["group"] == UNKNOWN_GROUP
    account = found["account_id"].mask(unknown, found["account_id"] + CLASS_UNKNOWN)
    frame = found.assign(account_id=account)[list(_DTYPES)].astype(_DTYPES)
    order = ["account_id", "group", "stratum", "weight"]
    return Cells(frame.sort_values(order, kind="stable").reset_index(drop=True))
