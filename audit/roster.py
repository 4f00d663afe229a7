"""Who was what, and when: dated membership of account classes, joined as of the post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.cases import locate
from audit.deferred import late
from audit.errors import Fault, RosterError, SchemaError
from audit.ledger import counted
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form
from audit.reading.columns import read_columns
from audit.reading.files import read_table
from audit.reading.times import UTC
from audit.reading.typed import Reading
from audit.schema import UNKNOWN, Column
from audit.text import visible

if TYPE_CHECKING:
    import pandas as pd
else:
    pd = late("pandas")

ROSTER_COLUMNS = (
    Column("account_id", "id", "yes", "the account, spelled as in the cases"),
    Column("account_class", "category", "yes", "what it was between start and end"),
    Column("start", "time", "yes", "first moment of the spell, inclusive", unit="UTC"),
    Column("end", "time", "no", "first moment after it, exclusive; empty = still so", unit="UTC"),
    Column("source", "text", "no", "where this is recorded"),
)
"""A row is one spell; a bare date is its midnight in UTC. Other columns pass through."""
EMPTY_CLASS = (
    "a class for at least some accounts, or a roster; an empty column cannot tell anyone apart"
)
A_TIME = "a time for every case of an account on the roster, which says what it was when"


SPELLS: Mapping[str, tuple[str, Form]] = {
    "account_id": ("Account", "text"),
    "account_class": ("Class", "text"),
    "start": ("From", "time"),
    "end": ("Until before", "time"),
}
FIRST = 20  # spells shown in a notebook


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Roster(Shown):
    """Dated spells of class membership, one row per account and spell.

    Parameters
    ----------
    frame : DataFrame
        The columns of `ROSTER_COLUMNS`. Start is inclusive and end exclusive, so that one office
        may end on the day the next begins; an empty end is open. A bare date is midnight UTC.

    Raises
    ------
    SchemaError
        A column is missing or cannot be read; an empty start is refused, since a membership
        without a beginning would reach back before anyone held the office.
    RosterError
        A spell ends before it starts, or spells of one account overlap and disagree.
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        """Read the columns and hold the spells against each other."""
        found = self.frame.set_axis(pd.RangeIndex(1, len(self.frame) + 1))
        read, faults = read_columns(found, ROSTER_COLUMNS, Reading(zone=_utc()))
        if faults:
            raise SchemaError("the roster", faults)
        if "end" not in read:
            read.insert(3, "end", pd.Series(pd.NaT, index=read.index, dtype=UTC))
        wrong = [*_backward(read), *_disagreements(read)]
        if wrong:
            listed = "\n".join(f"  {i}. {what}" for i, what in enumerate(wrong, 1))
            raise RosterError(
                f"The roster contradicts itself in {counted(len(wrong), 'place')}. An account is "
                f"one thing at a time; start is inclusive, end exclusive.\n{listed}"
            )
        object.__setattr__(self, "frame", read.reset_index(drop=True))

    @classmethod
    def read(cls, path: str | Path) -> Roster:
        """Read a roster from a CSV, TSV, JSON-lines or Parquet file.

        Raises
        ------
        SourceError
            There is no such file, or it cannot be read as what its ending says.
        SchemaError, RosterError
            As of a frame, with every fault of the table.
        """
        table = read_table(locate(path))
        if table.faults:
            raise SchemaError(f"the roster {Path(path).name!r}", table.faults)
        return cls(table.frame)

    def __len__(self) -> int:
        """Return the number of accounts."""
        return int(self.frame["account_id"].nunique())

    def covers(self, account_id: pd.Series) -> pd.Series:
        """Return whether each account has any spell at all."""
        return account_id.isin(self.frame["account_id"])

    def classify(self, account_id: pd.Series, when: pd.Series) -> pd.Series:
        """Return what each account was at each moment.

        Parameters
        ----------
        account_id : Series of str, shape (n,)
        when : Series of datetime64 with zone, shape (n,)
            On the same index.

        Returns
        -------
        Series of str, shape (n,)
            "unknown" outside every spell, for accounts not listed, and where `when` is missing.
        """
        asked = pd.DataFrame({"account_id": account_id.astype("str"), "when": when.astype(UTC)})
        asked["place"] = range(len(asked))
        asked = asked.dropna().sort_values("when", kind="stable")
        spells = merged_spells(self).sort_values("start", kind="stable")
        met = pd.merge_asof(asked, spells, left_on="when", right_on="start", by="account_id")
        inside = met["end"].isna() | (met["when"] < met["end"])
        known = met["account_class"].where(inside, UNKNOWN).fillna(UNKNOWN)
        out = pd.Series(UNKNOWN, index=range(len(account_id)), dtype="str", name="account_class")
        out.iloc[met["place"]] = known.to_numpy()
        return out.set_axis(account_id.index)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the spells."""
        return self.frame.copy()

    def face(self) -> Face:
        """Return how many accounts and spells there are, by class, and the first spells."""
        classes = self.frame.groupby("account_class")["account_id"].agg(["nunique", "size"])
        size = f"roster of {counted(len(self), 'account')}, {counted(len(self.frame), 'spell')}"
        by_class = grid(
            classes.reset_index(),
            {
                "account_class": ("Class", "text"),
                "nunique": ("Accounts", "whole"),
                "size": ("Spells", "whole"),
            },
            title="By class",
        )
        return Face(size, (), (by_class, grid(self.frame, SPELLS, title="Spells", limit=FIRST)))


def undated_fault(rows: tuple[int, ...]) -> Fault:
    """Return the fault of cases that a roster covers and that do not say when they were posted."""
    return Fault("is empty for accounts on the roster", "posted_at", rows, allowed=A_TIME)


def empty_class_fault() -> Fault:
    """Return the fault of a class column that has no class in any row."""
    return Fault("exists and is empty", "account_class", allowed=EMPTY_CLASS)


def _utc() -> Any:
    import datetime

    return datetime.UTC


def _backward(frame: pd.DataFrame) -> list[str]:
    bad = frame[frame["end"] <= frame["start"]]
    return [f"{_spell(row)} does not end after it starts" for row in bad.itertuples()]


def _disagreements(frame: pd.DataFrame) -> list[str]:
    several = frame[frame["account_id"].duplicated(keep=False)].sort_values(["start", "end"])
    found = []
    for _, spells in several.groupby("account_id", sort=True):
        rows = list(spells.itertuples())
        for place, later in enumerate(rows):
            for earlier in rows[:place]:
                meets = pd.isna(earlier.end) or later.start < earlier.end
                if meets and earlier.account_class != later.account_class:
                    found.append(f"{_spell(earlier)} overlaps {_spell(later)}")
    return found


def _spell(row: Any) -> str:
    end = "open" if pd.isna(row.end) else f"{row.end:%Y-%m-%d}"
    name, kind = visible(row.account_id, 60), visible(row.account_class, 60)
    return f"row {row.Index}, {name!r} as {kind!r} from {row.start:%Y-%m-%d} to {end}"


def merged_spells(roster: Roster) -> pd.DataFrame:
    """Return spells none of which overlap: those that agree and touch are made one."""
    spells = roster.frame[["account_id", "account_class", "start", "end"]]
    spells = spells.sort_values(["account_id", "start"], kind="stable")
    forever = pd.Timestamp.max.tz_localize("UTC").as_unit("us")
    end = spells["end"].fillna(forever)
    reach = end.groupby(spells["account_id"]).cummax()
    keys = spells["account_id"]
    before = reach.groupby(keys).shift()
    same = spells["account_class"].eq(spells["account_class"].groupby(keys).shift())
    run = (~(same & (spells["start"] <= before))).cumsum()
    merged = (
        spells.assign(end=end)
        .groupby(run)
        .agg(
            account_id=("account_id", "first"),
            account_class=("account_class", "first"),
            start=("start", "first"),
            end=("end", "max"),
        )
    )
    merged["end"] = merged["end"].mask(merged["end"] == forever)
    return merged
