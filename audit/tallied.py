"""Counts by account, group and stratum that stay in the engine: only sums come to Python."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import dataclass, field
from math import log2
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.engine import Engine, Name, Sql, Value, joined, sql
from audit.errors import SourceError
from audit.influence import TALLIED, Influence, StratumSums
from audit.schema import NO_ACCOUNT

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDES = {"reference": 0, "focal": 1, "unknown": 2}
"""The number by which the engine knows each group; the first two as in `audit.influence`."""
ONE_VOICE = 2.0**20
"""What an account-weighted account weighs in all: a scale at which no digit is lost below."""

# Sums of fractions are made in whole numbers of 1e-18, so that neither threads nor the order of
# rows can change a digit.
_EXACT = "cast(sum(cast({term} as decimal(38, 18))) as double)"


@dataclass(frozen=True, slots=True, eq=False)
class Tallied:
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
    """

    engine: Engine
    table: Name
    strata: tuple[str, ...]
    weighted: bool = False
    kept: tuple[int, ...] | None = None
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, computed when first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    @property
    def frame(self) -> pd.DataFrame:
        """Refuse: the rows of the cells are in the engine, and too many to bring here."""
        raise SourceError(
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
            kept = tuple(i for i, name in enumerate(self.strata) if name in wanted)
            return Tallied(self.engine, self.table, self.strata, self.weighted, kept)

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
            return cells._tallies(self._totals() if by == "account" else None, stratified)

        kept: EngineTallies = self.once(("tallies", by, stratified, strata), made)
        return kept

    def _tallies(self, totals: Sql | None, stratified: bool) -> EngineTallies:
        weight = sql("(weight * {scale})", scale=Value(self._scale()))
        source = sql("{rows}", rows=self._rows())
        if totals is not None:
            source = sql(
                "(select r.*, t.total from {rows} as r join {totals} as t "
                "on r.account is not distinct from t.account) as w",
                rows=self._rows(),
                totals=totals,
            )
            weight = sql("(weight * {voice} / total)", voice=Value(ONE_VOICE))
        plain = not self.weighted and totals is None
        what = sql(
            "select account, side, {layer} as stratum, "
            "cast(sum(events) as bigint) as events, cast(sum(n) as bigint) as n, "
            "{sums} from {source} where side < 2 group by 1, 2, 3",
            layer=Sql(("stratum" if stratified else "0",)),
            sums=_plain_sums() if plain else _weighted_sums(weight),
            source=source,
        )
        # One row of the table is one account × stratum already, unless weights tell rows apart.
        if plain and stratified:
            columns = "account, side, stratum, events, n, events as weighted_events, "
            columns += "n as weighted_n, n as squared"
            what = sql("select " + columns + " from {rows} where side < 2", rows=self._rows())
            return EngineTallies(self.engine, sql("({what}) as c", what=what), len(self.strata))
        table = self.engine.keep(what)
        size = len(self.strata) if stratified else 1
        return EngineTallies(self.engine, sql("{t} as c", t=table), size)

    def _totals(self) -> Sql:
        return sql(
            "(select account, " + _EXACT + " as total from {rows} where side < 2 group by account)",
            term=Sql(("n * weight",)),
            rows=self._rows(),
        )

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


@dataclass(frozen=True, slots=True, eq=False)
class EngineTallies:
    """Counts by account × stratum in the engine, as estimators ask for them.

    `source` stands after FROM: account, side, stratum and the columns of `TALLIED`.
    """

    engine: Engine
    source: Sql
    n_strata: int
    _known: dict[Hashable, Any] = field(default_factory=dict, init=False, repr=False)

    def sums(self) -> StratumSums:
        """Return the sums by class and stratum; see `audit.influence`."""
        if "sums" not in self._known:
            self._known["sums"] = self._sums()
        return self._known["sums"]

    def _sums(self) -> StratumSums:
        names = ("events", "n", "weighted_events", "weighted_n")
        exact = joined(
            sql(_EXACT + " as {name}", term=Sql((name,)), name=Name(name)) for name in names
        )
        what = sql(
            "select side, stratum, count(*) as accounts, {sums} from {source} "
            "group by side, stratum order by side, stratum",
            sums=exact,
            source=self.source,
        )
        rows = self.engine.query(what)

        def placed(values: NDArray[Any]) -> NDArray[Any]:
            out = np.zeros((2, self.n_strata))
            out[rows["side"].astype(int), rows["stratum"].astype(int)] = values
            return out

        return StratumSums(**{name: placed(rows[name]) for name in (*names, "accounts")})

    def push(self, influences: Mapping[str, Influence]) -> dict[str, NDArray[Any]]:
        """Return each influence by account, computed where the counts are.

        The coefficients go up, one row per class × stratum; one number per account comes down.
        """
        uploaded, terms, scales = _coefficients(influences, self.n_strata)
        table = self.engine.upload(uploaded)
        what = sql(
            "select {terms} from {source} join {k} as k "
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
        return self._known["side"] == SIDES["focal"]


def _coefficients(
    influences: Mapping[str, Influence], strata: int
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
            if column not in TALLIED:
                raise KeyError(column)
            table[f"k{i} {column}"] = np.ravel(coefficients / scale)
            parts.append(sql("c.{c} * k.{k}", c=Name(column), k=Name(f"k{i} {column}")))
        term = joined(parts, " + ")
        if influence.whole is not None:
            table[f"k{i} whole"] = np.ravel(influence.whole)
            term = _left_out(term, Name(f"k{i} whole"))
        terms.append(sql(_EXACT + " as {name}", term=term, name=Name(f"i{i}")))
        scales.append(float(scale))
    return table, terms, scales


def _left_out(term: Sql, whole: Name) -> Sql:
    what = "(case when c.weighted_n < k.{whole} then ({term}) / (1 - c.weighted_n / k.{whole}) "
    return sql(what + "when k.{whole} = 0 then ({term}) else 0 end)", whole=whole, term=term)


def _plain_sums() -> Sql:
    names = {"weighted_events": "events", "weighted_n": "n", "squared": "n"}
    return Sql((", ".join(f"cast(sum({c}) as bigint) as {n}" for n, c in names.items()),))


def _weighted_sums(weight: Sql) -> Sql:
    terms = (
        ("weighted_events", "events * {w}"),
        ("weighted_n", "n * {w}"),
        ("squared", "n * {w} * {w}"),
    )
    return joined(
        sql(_EXACT + " as {name}", term=sql(term, w=weight), name=Name(name))
        for name, term in terms
    )
