"""Sufficient statistics: the engine groups rows once, and everything after works on cells."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import ArrayLike, NDArray

    from audit.tallied import Tallied
else:
    pd = late("pandas")

CELL_COLUMNS = ("account_id", "group", "stratum", "events", "n", "weight")
FOCAL, REFERENCE, UNKNOWN_GROUP = "focal", "reference", "unknown"
CLASS_UNKNOWN = " (class unknown)"
"""What is added to the account of rows of unknown class: they are bounded as one of their own."""
MOST_FETCHED = 1_000_000
"""Accounts × strata of a scan up to which their counts come here, and every check can be made."""

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


@dataclass(frozen=True, slots=True, eq=False)
class Remembering:
    """A value that computes once what is asked of it again and again."""

    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, computed when first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]


@dataclass(frozen=True, slots=True, eq=False)
class Cells(Remembering):
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
        labels = {"account": "account_id", "stratum": "stratum"}
        return self.numbered(by=by) | {k: rows[c].to_numpy(object) for k, c in labels.items()}

    def numbered(self, *, by: str = "post") -> dict[str, NDArray[Any]]:
        """Return `arrays` with accounts and strata numbered, as quicker to group.

        Numbers follow the order of first appearance; the arrays are shared, so not writeable.
        """
        return dict(self.once(("numbered", by), lambda: self._numbered(by)))

    def numbers_of(self, strata: tuple[str, ...]) -> NDArray[Any]:
        """Return the numbers that strata have in `numbered`."""
        return np.flatnonzero(self._codes("stratum")[1].isin(strata))

    def _numbered(self, by: str) -> dict[str, NDArray[Any]]:
        rows = self._rows(FOCAL, REFERENCE)
        account, stratum = (self._codes(c)[0][rows] for c in ("account_id", "stratum"))
        n, weight = (self.frame[c].to_numpy()[rows] for c in ("n", "weight"))
        weight = weight.astype(float)
        if by == "account":
            total = pd.Series(n.astype(float) * weight).groupby(account).transform("sum")
            weight = weight / total.to_numpy()
        out = {
            "events": self.frame["events"].to_numpy()[rows],
            "n": n,
            "account": account,
            "stratum": stratum,
            "focal": self._rows(FOCAL)[rows],
            "weights": weight,
        }
        for values in out.values():
            values.flags.writeable = False
        return out

    def counts(self) -> pd.DataFrame:
        """Return events and posts by stratum, shape (strata, 4): the `counts` of METHODS §3."""
        rows = self.of(FOCAL, REFERENCE)
        table = rows.pivot_table(
            index="stratum", columns="group", values=["events", "n"], aggfunc="sum", fill_value=0
        )
        names = [(v, g) for g in (FOCAL, REFERENCE) for v in ("events", "n")]
        out = pd.DataFrame({f"{v}_{g}": table.get((v, g), 0) for v, g in names}, index=table.index)
        return out.astype(np.int64)

    def weighted_counts(self) -> NDArray[Any]:
        """Return `counts` with sampling weights applied, shape (strata, 4)."""
        rows = self.of(FOCAL, REFERENCE)
        for column in ("events", "n"):
            rows[column] = rows[column] * rows["weight"]
        table = rows.pivot_table(
            index="stratum", columns="group", values=["events", "n"], aggfunc="sum", fill_value=0.0
        )
        names = [(v, g) for g in (FOCAL, REFERENCE) for v in ("events", "n")]
        return np.column_stack([table[c] if c in table else np.zeros(len(table)) for c in names])

    def per_account(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return events, n and the focal flag of every account of known class, each (accounts,)."""
        rows = self.of(FOCAL, REFERENCE)
        by = rows.groupby(["account_id", "group"], as_index=False)[["events", "n"]].sum()
        focal = (by["group"] == FOCAL).to_numpy()
        return by["events"].to_numpy(), by["n"].to_numpy(), focal

    def by_account(self, group: str) -> pd.DataFrame:
        """Return events and posts per account of a group, sorted by account."""

        def found() -> pd.DataFrame:
            return self.of(group).groupby("account_id", as_index=False)[["events", "n"]].sum()

        table: pd.DataFrame = self.once(("by account", group), found)
        return table.copy()

    def total(self, group: str) -> int:
        """Return the number of posts of a group (Σcount)."""
        n = self.frame["n"].to_numpy()
        return int(self.once(("total", group), lambda: n[self._rows(group)].sum()))

    def posts(self) -> int:
        """Return the number of posts of all groups."""
        return int(self.frame["n"].sum())

    @property
    def weighted(self) -> bool:
        """Return whether any sampling weight differs from 1."""
        return bool((self.frame["weight"] != 1).any())

    def accounts(self, group: str) -> int:
        """Return the number of accounts of a group."""
        codes = self._codes("account_id")[0]
        return int(self.once(("accounts", group), lambda: _distinct(codes[self._rows(group)])))

    def accounts_by_stratum(self, group: str) -> pd.Series:
        """Return the number of accounts of a group in each stratum where it has any."""
        return self.of(group).groupby("stratum")["account_id"].nunique()

    def posts_of(self, account: str) -> int:
        """Return the number of posts under an account's name, whatever their group."""

        def found() -> int:
            return int(self.frame.loc[self.frame["account_id"] == account, "n"].sum())

        return int(self.once(("posts of", account), found))

    def shared_strata(self, accounts: int) -> tuple[str, ...]:
        """Return the strata with focal posts and at least so many reference accounts, sorted."""
        found: tuple[str, ...] = self.once(("shared", accounts), lambda: self._shared(accounts))
        return found

    def _shared(self, need: int) -> tuple[str, ...]:
        (account, _), (stratum, names) = self._codes("account_id"), self._codes("stratum")
        reference = self._rows(REFERENCE)
        size = int(account.max(initial=-1)) + 1
        pairs = _sorted_distinct(stratum[reference] * size + account[reference])
        enough = np.bincount(pairs // max(size, 1), minlength=len(names)) >= need
        focal = np.bincount(stratum[self._rows(FOCAL)], minlength=len(names)) > 0
        return tuple(sorted(names[focal & enough]))

    def within(self, strata: tuple[str, ...]) -> Cells:
        """Return the cells of some strata: these very cells where they have no others."""

        def found() -> Cells | None:
            codes, names = self._codes("stratum")
            kept = names.isin(strata)[codes]
            return None if kept.all() else Cells(self.frame[kept].reset_index(drop=True))

        return self.once(("within", strata), found) or self

    def _codes(self, column: str) -> tuple[NDArray[Any], pd.Index]:
        """Return numbers for a column's labels, in order of first appearance, and the labels."""
        codes: tuple[NDArray[Any], pd.Index] = self.once(
            ("codes", column), lambda: pd.factorize(self.frame[column])
        )
        return codes

    def _rows(self, *groups: str) -> NDArray[Any]:
        """Return flags of the rows of the groups named."""

        def found() -> NDArray[Any]:
            codes, names = self._codes("group")
            return names.isin(groups)[codes]

        flags: NDArray[Any] = self.once(("rows", groups), found)
        return flags

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
    frame = found.assign(account_id=account)[list(CELL_COLUMNS)].astype(_DTYPES)
    order = ["account_id", "group", "stratum", "weight"]
    return Cells(frame.sort_values(order, kind="stable").reset_index(drop=True))


def _distinct(codes: NDArray[Any]) -> int:
    return int(np.count_nonzero(np.bincount(codes))) if len(codes) else 0


def _sorted_distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the distinct values, sorted (sorting beats NumPy's hashing of many)."""
    ordered = np.sort(values)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]


_DTYPES = {
    "account_id": "str",
    "group": "str",
    "stratum": "str",
    "events": "int64",
    "n": "int64",
    "weight": "float64",
}
