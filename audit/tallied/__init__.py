"""Counts by account, group and stratum that stay in the engine: only sums come to Python."""

from __future__ import annotations

from dataclasses import dataclass
from math import log2
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.deferred import late
from audit.engine import Engine, Name, Sql, Value, sql
from audit.errors import RowsNeeded
from audit.memory import Remembering
from audit.schema import NO_ACCOUNT
from audit.tallied.pushed import EngineTallies
from audit.tallied.views import one_voice_each, plain_sums, weighted_sums

if TYPE_CHECKING:
    import pandas as pd
    from numpy.typing import NDArray
else:
    pd = late("pandas")

SIDES = {"reference": 0, "focal": 1, "unknown": 2}
"""The number by which the engine knows each group; the first two as in `audit.influence`."""


@dataclass(frozen=True, slots=True, eq=False)
class Tallied(Remembering):
    """What `Cells` tells, for tables whose accounts × strata are too many to bring to Python.

    Attributes
    ----------
    engine : Engine
    table : Name
        account (as the table has it, NULL where it has none), side (see `SIDES`), stratum (a
        number), weight, events and n (whole numbers); one row per combination.
    strata : tuple of str
        The names of the strata, by number.
    weighted : bool
        Whether any weight differs from 1.
    kept : tuple of int, optional
        The strata that count; all by default.
    levels : ndarray of int, shape (strata, columns), optional
        The level of each stratum column, numbered in the order of the levels' names.
    """

    engine: Engine
    table: Name
    strata: tuple[str, ...]
    weighted: bool = False
    kept: tuple[int, ...] | None = None
    levels: NDArray[Any] | None = None

    @property
    def frame(self) -> pd.DataFrame:
        """Refuse: the rows of the cells are in the engine, and too many to bring here."""
        raise RowsNeeded(
            "this needs the counts of every account in every stratum, which stay in the engine. "
            "Try: fewer or wider strata, a narrower population, or read_cases on a sample of "
            "whole accounts."
        )

    def of(self, *groups: str) -> pd.DataFrame:
        """Refuse; see `frame`."""
        return self.frame

    def arrays(self, *, by: str = "post") -> dict[str, NDArray[Any]]:
        """Refuse; see `frame`."""
        return dict(self.frame)

    def rows(self) -> int:
        """Return the number of accounts × groups × strata × weights."""
        return int(self.engine.query(sql("select count(*) as n from {t}", t=self.table))["n"][0])

    def fetch(self) -> pd.DataFrame:
        """Return every count: account_id, group, stratum, weight, events, n, in no order."""
        what = sql(
            "select coalesce(cast(account as string), {nobody}) as account_id, side, stratum, "
            "weight, events, n from {t}",
            nobody=Value(NO_ACCOUNT),
            t=self._rows(),
        )
        rows = self.engine.query(what)
        names = np.array(self.strata, dtype=object)[rows["stratum"].astype(int)]
        group = np.array([*SIDES], dtype=object)[rows["side"].astype(int)]
        return pd.DataFrame({**rows, "stratum": names, "group": group}).drop(columns="side")

    def total(self, group: str) -> int:
        """Return the number of posts of a group (Σcount)."""
        return self._sizes(group)[0]

    def accounts(self, group: str) -> int:
        """Return the number of accounts of a group; rows without an account are one."""
        return self._sizes(group)[1]

    def posts(self) -> int:
        """Return the number of posts of all groups."""
        return sum(self.total(group) for group in SIDES)

    def posts_of(self, account: str) -> int:
        """Return the number of posts of known class under an account's name."""
        is_it = "account is null" if account == NO_ACCOUNT else "cast(account as string) = {name}"
        what = "select coalesce(cast(sum(n) as bigint), 0) as n from {t} where side < 2 and "
        found = self.engine.query(sql(what + is_it, t=self._rows(), name=Value(account)))
        return int(found["n"][0])

    def by_account(self, group: str) -> pd.DataFrame:
        """Return events and posts per account of a group, sorted by account."""

        def found() -> pd.DataFrame:
            what = sql(
                "select coalesce(cast(account as string), {nobody}) as account_id, "
                "cast(sum(events) as bigint) as events, cast(sum(n) as bigint) as n "
                "from {t} where side = {side} group by 1 order by 1",
                nobody=Value(NO_ACCOUNT),
                t=self._rows(),
                side=Value(SIDES[group]),
            )
            return pd.DataFrame(self.engine.query(what))

        table: pd.DataFrame = self.once(("by account", group), found)
        return table.copy()

    def per_account(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """Return events, n and the focal flag of every account of known class, each (accounts,)."""
        what = sql(
            "select side, cast(sum(events) as bigint) as events, cast(sum(n) as bigint) as n "
            "from {t} where side < 2 group by account, side order by account, side",
            t=self._rows(),
        )
        found = self.engine.query(what)
        return found["events"], found["n"], found["side"] == SIDES["focal"]

    def counts(self) -> pd.DataFrame:
        """Return events and posts by stratum, shape (strata, 4): the `counts` of METHODS §3."""
        sums = self.tallies(by="post", stratified=True).sums()
        here = sums.n.sum(0) > 0
        table = {
            f"{name}_{group}": getattr(sums, name)[SIDES[group]][here].astype(np.int64)
            for group in ("focal", "reference")
            for name in ("events", "n")
        }
        names = pd.Index(np.array(self.strata, dtype=object)[here], name="stratum", dtype="str")
        return pd.DataFrame(table, index=names).sort_index()

    def accounts_by_stratum(self, group: str) -> pd.Series:
        """Return the number of accounts of a group in each stratum where it has any."""
        what = sql(
            "select stratum, count(*) as n from (select distinct account, stratum from {t} "
            "where side = {side}) as a group by stratum",
            t=self._rows(),
            side=Value(SIDES[group]),
        )
        rows = self.engine.query(what)
        names = np.array(self.strata, dtype=object)[rows["stratum"].astype(int)]
        return pd.Series(rows["n"], index=pd.Index(names, name="stratum", dtype="str")).sort_index()

    def weighted_counts(self) -> NDArray[Any]:
        """Return `counts` with sampling weights applied, shape (strata, 4)."""
        sums = self.tallies(by="post", stratified=True).sums()
        columns = [
            getattr(sums, f"weighted_{name}")[SIDES[group]] / self._scale()
            for group in ("focal", "reference")
            for name in ("events", "n")
        ]
        return np.column_stack(columns)[sums.n.sum(0) > 0]

    def shared_strata(self, accounts: int) -> tuple[str, ...]:
        """Return the strata with focal posts and at least so many reference accounts, sorted."""
        found = self.tallies(by="post", stratified=True).sums().accounts
        enough = (found[SIDES["focal"]] > 0) & (found[SIDES["reference"]] >= accounts)
        return tuple(sorted(self.strata[i] for i in np.flatnonzero(enough)))

    def within(self, strata: tuple[str, ...]) -> Tallied:
        """Return the counts of some strata: these very counts where they have no others."""
        if set(strata) >= set(self.strata):
            return self

        def found() -> Tallied:
            wanted = set(strata)
            here = range(len(self.strata)) if self.kept is None else self.kept
            kept = tuple(i for i in here if self.strata[i] in wanted)
            return Tallied(self.engine, self.table, self.strata, self.weighted, kept, self.levels)

        narrowed: Tallied = self.once(("within", strata), found)
        return narrowed

    def tallies(
        self, *, by: str, stratified: bool, strata: tuple[str, ...] | None = None
    ) -> EngineTallies:
        """Return the counts that estimators sum; see `audit.influence`.

        Parameters
        ----------
        by : {"post", "account"}
            "account" weighs every account alike, over all its posts of known class.
        stratified : bool
            Whether strata are kept apart.
        strata : tuple of str, optional
            Those to keep; all by default.
        """

        def made() -> EngineTallies:
            cells = self if strata is None else self.within(strata)
            counted = cells._by_stratum() if stratified else cells._by_class()
            voices = self._totals() if by == "account" else None
            size = len(self.strata) if stratified else 1
            if voices is not None:
                counted = one_voice_each(counted, voices)
            return EngineTallies(self.engine, counted, size, not self.weighted and voices is None)

        kept: EngineTallies = self.once(("tallies", by, stratified, strata), made)
        return kept

    def _by_stratum(self) -> Sql:
        """Return account, side, stratum and the columns of `TALLIED`, one row per account × both.

        One row of the table is that already, unless weights tell rows apart.
        """
        if self.weighted:
            return sql("{t}", t=self.once("by stratum", lambda: self._summed("stratum")))
        what = "(select account, side, stratum, events, n, events as weighted_events, "
        what += "n as weighted_n, n as squared from {rows} where side < 2)"
        return sql(what, rows=self._rows())

    def _by_class(self) -> Sql:
        """Return what `_by_stratum` does, all strata as one."""
        return sql("{t}", t=self.once("by class", lambda: self._summed("0")))

    def _summed(self, layer: str) -> Name:
        sums = weighted_sums(self._scale()) if self.weighted else plain_sums()
        what = sql(
            "select account, side, {layer} as stratum, "
            "cast(sum(events) as bigint) as events, cast(sum(n) as bigint) as n, "
            "{sums} from {rows} where side < 2 group by 1, 2, 3",
            layer=Sql((layer,)),
            sums=sums,
            rows=self._rows(),
        )
        return self.engine.keep(what)

    def _totals(self) -> Name:
        """Return the weighted posts of every account, over all strata."""
        what = sql("select account, weighted_n as total from {t} as t", t=self._by_class())
        table: Name = self.once("totals", lambda: self.engine.keep(what))
        return table

    def _scale(self) -> float:
        """Return the power of two nearest to one over the mean weight."""

        def found() -> float:
            what = sql("select avg(weight) as mean from {t}", t=self.table)
            return 2.0 ** -round(log2(float(self.engine.query(what)["mean"][0])))

        return float(self.once("scale", found)) if self.weighted else 1.0

    def _rows(self) -> Sql:
        """Return the table of the strata that count."""
        if self.kept is None:
            return sql("{t}", t=self.table)
        numbers = self.once(
            "kept", lambda: self.engine.upload({"kept": np.array(self.kept, dtype=np.int64)})
        )
        what = "(select t.* from {t} as t join {numbers} as k on t.stratum = k.kept)"
        return sql(what, t=self.table, numbers=numbers)

    def _sizes(self, group: str) -> tuple[int, int]:
        def found() -> dict[int, tuple[int, int]]:
            what = sql(
                "select side, cast(sum(n) as bigint) as n, count(*) as accounts from "
                "(select side, account, sum(n) as n from {t} group by side, account) as a "
                "group by side",
                t=self._rows(),
            )
            rows = self.engine.query(what)
            return {
                int(side): (int(n), int(accounts))
                for side, n, accounts in zip(rows["side"], rows["n"], rows["accounts"], strict=True)
            }

        return self.once("sizes", found).get(SIDES[group], (0, 0))
