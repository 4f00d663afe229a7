"""Counts by account, group and stratum, and the sums that everything after takes of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.memory import Remembering

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
else:
    pd = late("pandas")

FOCAL, REFERENCE, UNKNOWN_GROUP = "focal", "reference", "unknown"
CLASS_UNKNOWN = " (class unknown)"
"""What is added to the account of rows of unknown class: they are bounded as one of their own."""


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
        return _by_stratum(self.of(FOCAL, REFERENCE)).astype(np.int64)

    def weighted_counts(self) -> NDArray[Any]:
        """Return `counts` with sampling weights applied, shape (strata, 4)."""
        rows = self.of(FOCAL, REFERENCE)
        for column in ("events", "n"):
            rows[column] = rows[column] * rows["weight"]
        return np.ascontiguousarray(_by_stratum(rows).to_numpy(float))

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


def _by_stratum(rows: pd.DataFrame) -> pd.DataFrame:
    """Return Σevents and Σn of both classes by stratum, 0 where a class has no rows."""
    table = rows.pivot_table(
        index="stratum", columns="group", values=["events", "n"], aggfunc="sum", fill_value=0
    )
    names = [(v, g) for g in (FOCAL, REFERENCE) for v in ("events", "n")]
    return pd.DataFrame({f"{v}_{g}": table.get((v, g), 0) for v, g in names}, index=table.index)


def _distinct(codes: NDArray[Any]) -> int:
    return int(np.count_nonzero(np.bincount(codes))) if len(codes) else 0


def _sorted_distinct(values: NDArray[Any]) -> NDArray[Any]:
    """Return the distinct values, sorted (sorting beats NumPy's hashing of many)."""
    ordered = np.sort(values)
    return ordered[np.flatnonzero(np.diff(ordered, prepend=-1))]
