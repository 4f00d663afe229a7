"""A table of cases that stays in its engine."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from typing import TYPE_CHECKING, Any
from weakref import WeakSet

from audit.deferred import late
from audit.engine import Engine, Name, Relation, Sql, Value, sql
from audit.errors import Fault, RowsNeeded, SchemaError, SourceError
from audit.ledger import Removal, counted, ledger_lines
from audit.origin import SIMULATED, Origin
from audit.printed import Face, Grid, Head, Shown
from audit.roster import Roster, merged_spells
from audit.scanned.columns import Spelled
from audit.schema import CASE_COLUMNS, STANDARD_LADDER, UNKNOWN, Ladder
from audit.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    import pandas as pd

    from audit.modelled.store import Store
else:
    pd = late("pandas")

CLASS = Name("class (audit)")
FOREVER = 2**62
SCANNED: WeakSet[Scan] = WeakSet()
"""Every scan in memory, against whose ids `audit.disclosure.guard` holds a report."""


@dataclass(frozen=True, slots=True, eq=False, repr=False, weakref_slot=True)
class Scan(Shown):
    """A table of cases that stays in its engine; rows never come to Python.

    Attributes
    ----------
    engine : Engine
    relation : Relation
        The table as the engine has it.
    names : mapping
        Column of the case table, or another name, to what the table calls it.
    actions : mapping
        The table's own words to rungs of the ladder.
    ladder : Ladder
    time_zone : str, optional
        The zone of times that carry none.
    roster : Roster, optional
    unlisted : str, optional
        The class of accounts that neither the roster nor the column knows.
    origins : tuple of Origin
    checked : str
        Why the rows need no checking here, in the user's words; "" where they do.
    ledger : tuple of Removal
        What left the table on its way into a study.
    regimes : tuple of (str, str), optional
        Rule and regime of the rows enrolled, where the table has regimes.
    watched : (float, float), optional
        Least and most seconds from an action to the last look, of the rows enrolled, where the
        outcome is a reversal.
    plan : str
        Where the counts of the rows enrolled are kept, and why.
    store : Store, optional
        Columns packed to whole numbers, from which models are fitted; see `audit.pack`.
    only : Sql, optional
        What holds for the rows that a model is of, where it is not of all; see `audit.fit`.
    """

    engine: Engine
    relation: Relation
    names: Mapping[str, str]
    actions: Mapping[str, str] = field(default_factory=dict)
    ladder: Ladder = STANDARD_LADDER
    time_zone: str | None = None
    roster: Roster | None = None
    unlisted: str | None = None
    origins: tuple[Origin, ...] = ()
    checked: str = ""
    ledger: tuple[Removal, ...] = ()
    regimes: tuple[tuple[str, str], ...] = ()
    watched: tuple[float, float] | None = None
    plan: str = ""
    store: Store | None = None
    only: Sql | None = None
    _known: dict[Hashable, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        """Remember it, so that no report leaves without being held against its ids."""
        SCANNED.add(self)

    def once(self, key: Hashable, make: Callable[[], Any]) -> Any:
        """Return what `make` gives, computed when first asked for."""
        if key not in self._known:
            self._known[key] = make()
        return self._known[key]

    @property
    def frame(self) -> pd.DataFrame:
        """Refuse: the rows stay in the engine."""
        raise RowsNeeded(
            "this question needs rows, and the rows of a scan stay in the engine. Try: filter or "
            "sample whole accounts with the tool that holds the table, and read the result with "
            "audit.read_cases."
        )

    @property
    def counts(self) -> pd.Series:
        """Refuse; see `frame`."""
        return self.frame["count"]

    def keep(self, rows: object, *, because: str) -> Scan:
        """Refuse; see `frame`."""
        return replace(self, ledger=tuple(self.frame))

    def to_frame(self) -> pd.DataFrame:
        """Refuse; see `frame`."""
        return self.frame

    @property
    def simulated(self) -> bool:
        """Whether any origin is made up."""
        return any(origin.simulated for origin in self.origins)

    def __len__(self) -> int:
        """Return the number of cases: the sum of `count`, or the rows where there is none."""
        what = sql("select cast(sum({n}) as bigint) as n from {s}", n=self.size(), s=self.source())
        return int(self.once("cases", lambda: self.engine.query(what)["n"][0]))

    def column(self, name: str) -> Spelled:
        """Return how the table spells a column.

        Raises
        ------
        SourceError
            The table has no such column.
        """
        if name not in self.names and not (name == "account_class" and self.roster):
            raise SourceError(f"the table has no column {name!r}; it has {', '.join(self.names)}.")
        if name == "account_class" and self.roster is not None:
            return Spelled(self.engine, CLASS, "text")
        return self.stored(name)

    @property
    def given(self) -> tuple[str, ...]:
        """Return the columns that the table itself has."""
        return tuple(self.names)

    def stored(self, name: str) -> Spelled:
        """Return how the table itself spells a column, whatever a roster says."""
        stored = self.names[name]
        return Spelled(self.engine, Name(stored), self.relation.kinds[stored], self.time_zone)

    def plain(self, *, numbered: bool = False) -> Sql:
        """Return what stands after FROM: the rows as the table has them."""
        return sql("{t}", t=Name(self.relation.numbered if numbered else self.relation.name))

    def listed(self) -> Name:
        """Return the table of the accounts on the roster."""
        return self.once("roster", self._upload_roster)[1]

    def value(self, name: str) -> tuple[Sql, str]:
        """Return a column as a case table keeps it, and its kind: text, number, flag or time."""
        if name == "account_class":
            word = self.column(name).word()
            return sql("coalesce({x}, {unknown})", x=word, unknown=Value(UNKNOWN)), "text"
        if name == "action":
            return self._action(), "text"
        return self.column(name).value(name)

    def size(self) -> Sql:
        """Return how many cases a row stands for."""
        return self.column("count").whole() if "count" in self.names else sql("1")

    def account(self) -> Sql:
        """Return a row's account as the engine groups it soonest; NULL where it has none."""
        if "account_id" not in self.names:
            return sql("cast(null as string)")
        spelled = self.column("account_id")
        return sql("{x}", x=spelled.stored) if spelled.kind == "whole" else spelled.word()

    def _action(self) -> Sql:
        word = self.column("action").word()
        if not self.actions:
            return word
        cases = Sql()
        for theirs, rung in self.actions.items():
            cases = sql("{so_far} when {a} then {b}", so_far=cases, a=Value(theirs), b=Value(rung))
        return sql("case {x}{cases} else {x} end", x=word, cases=cases)

    def source(self, *, numbered: bool = False) -> Sql:
        """Return what stands after FROM: the rows, with their class where a roster gives it."""
        if self.only is None:
            return self._classed(numbered)
        kept = "(select * from {rows} where {only}) as t"
        return sql(kept, rows=self._classed(numbered), only=self.only)

    def _classed(self, numbered: bool) -> Sql:
        table = Name(self.relation.numbered if numbered else self.relation.name)
        if self.roster is None:
            return sql("{t} as t", t=table)
        spells, listed = self.once("roster", self._upload_roster)
        said = Sql(("cast(null as string)",))
        if "account_class" in self.names:
            stored = self.names["account_class"]
            said = Spelled(self.engine, Name(stored), self.relation.kinds[stored]).word()
        account, posted = self.column("account_id").word(), self.column("posted_at").micros()
        return sql(
            "(select r.*, case when l.account is not null then coalesce(s.class, {unknown}) "
            "else coalesce({said}, {unlisted}) end as {class_} from {t} as r "
            "left join {listed} as l on {account} = l.account "
            "left join {spells} as s on {account} = s.account "
            "and {posted} >= s.first and {posted} < s.after) as t",
            unknown=Value(UNKNOWN),
            said=said,
            unlisted=Value(self.unlisted or UNKNOWN),
            class_=CLASS,
            t=table,
            listed=listed,
            spells=spells,
            account=account,
            posted=posted,
        )

    def _upload_roster(self) -> tuple[Name, Name]:
        assert self.roster is not None
        spells = merged_spells(self.roster)
        accounts = spells["account_id"].drop_duplicates().to_numpy(object)
        end = spells["end"].astype("int64").where(spells["end"].notna(), FOREVER)
        columns = {
            "account": spells["account_id"].to_numpy(object),
            "class": spells["account_class"].to_numpy(object),
            "first": spells["start"].astype("int64").to_numpy(),
            "after": end.to_numpy("int64"),
        }
        return self.engine.upload(columns), self.engine.upload({"account": accounts})

    def faults(self) -> tuple[Fault, ...]:
        """Return everything wrong with the table, in the words of `read_cases`."""
        from audit.scanned.faults import faults_of

        found: tuple[Fault, ...] = self.once("faults", lambda: faults_of(self))
        return found

    def require(self) -> None:
        """Raise where the table has a fault, unless the user says that it was checked before.

        Raises
        ------
        SchemaError
            With every fault found.
        """
        if not self.checked and (faults := self.faults()):
            raise SchemaError(self._where(), faults)

    def _where(self) -> str:
        return ", ".join(visible(o.name) for o in self.origins) or "the scan"

    def ledger_frame(self) -> pd.DataFrame:
        """Return the ledger, one row per step and class, in the fields of `Removal`."""
        names = [f.name for f in fields(Removal)]
        return pd.DataFrame([asdict(entry) for entry in self.ledger], columns=names)

    def face(self) -> Face:
        """Return what the table is, where it is, and what left it."""
        limits = dict.fromkeys(says for origin in self.origins for says in origin.limits)
        lines = [f"cannot support: {visible(says, 400)}" for says in limits]
        lines += [SIMULATED] if self.simulated else []
        lines.append(f"{counted(len(self), 'case')} that stay in {self.engine.name}")
        lines += [self.plan] if self.plan else []
        if self.checked:
            lines.append(f"not checked here: {visible(self.checked, 200)}")
        lines.append(f"actions, mildest first: {visible(self.ladder, 300)}")
        lines += [f"origin: {visible(o.title, 200)}; {visible(o.producer)}" for o in self.origins]
        lines += ledger_lines(self.ledger)
        given = tuple((visible(n), visible(self.names[n])) for n in self.names)
        columns = Grid("Columns", (Head("Here"), Head("In the table")), given)
        return Face(lines[0], tuple(lines[1:]), (columns,))


def known_names(kinds: Mapping[str, Any], columns: Mapping[str, str]) -> dict[str, str]:
    """Return every column by its name here: those mapped, then the table's own."""
    ours = {stored: columns.get(stored, stored) for stored in kinds}
    order: Sequence[str] = [column.name for column in CASE_COLUMNS]
    found = {ours[stored]: stored for stored in kinds}
    return {
        n: found[n]
        for n in [*(c for c in order if c in found), *(n for n in found if n not in order)]
    }
