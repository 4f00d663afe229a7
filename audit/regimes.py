"""Which rules were in force when, and whom the platform said it would spare."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from audit.cases import locate
from audit.errors import Fault, RegimeError, SchemaError
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form
from audit.reading.columns import read_columns
from audit.reading.files import read_table
from audit.reading.times import UTC
from audit.reading.typed import Reading
from audit.schema import STANDARD_LADDER, UNKNOWN, Column, Ladder

EFFECTS = ("rule", "exemption", "statement")

REGIME_COLUMNS = (
    Column("platform", "category", "yes", "the platform, spelled as in the cases"),
    Column("rule", "category", "no", "the rule, spelled as in the cases; empty = all its rules"),
    Column("start", "time", "yes", "when this version came into force, inclusive", unit="UTC"),
    Column("title", "text", "yes", "what was announced"),
    Column("source", "text", "no", "where it can be read"),
    Column(
        "effect",
        "category",
        "no",
        "rule: the rule or its enforcement changed; exemption: only who is spared; statement: "
        "words only; empty = rule",
        levels=EFFECTS,
    ),
)
"""One row per dated change. Only those of effect "rule" begin a regime; the others are notes."""

EXEMPTION_COLUMNS = (
    Column("platform", "category", "yes", "the platform, spelled as in the cases"),
    Column("rule", "category", "no", "the rule; empty = all rules of the platform"),
    Column("account_class", "category", "yes", "whom it spares"),
    Column("ceiling", "category", "yes", "the strictest rung a spared post may still meet"),
    Column("start", "time", "yes", "from when, inclusive", unit="UTC"),
    Column("end", "time", "no", "until when, exclusive; empty = still so", unit="UTC"),
    Column("quote", "text", "no", "the words of the platform"),
    Column("source", "text", "no", "where they can be read"),
)


CHANGES: Mapping[str, tuple[str, Form]] = {
    "start": ("From", "time"),
    "platform": ("Platform", "text"),
    "rule": ("Rule", "text"),
    "effect": ("Effect", "text"),
    "title": ("What was announced", "text"),
}
EXEMPTED: Mapping[str, tuple[str, Form]] = {
    "platform": ("Platform", "text"),
    "rule": ("Rule", "text"),
    "account_class": ("Class", "text"),
    "ceiling": ("At most", "text"),
    "start": ("From", "time"),
    "end": ("Until before", "time"),
    "quote": ("In its words", "text"),
}


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Regimes(Shown):
    """The dated versions of platforms' rules.

    Parameters
    ----------
    frame : DataFrame
        The columns of `REGIME_COLUMNS`; others pass through. A bare date is midnight UTC.

    Raises
    ------
    SchemaError
        A column is missing or holds something that cannot be read.
    """

    frame: pd.DataFrame

    def __post_init__(self) -> None:
        """Read the columns."""
        read = _read(self.frame, REGIME_COLUMNS, "the regimes")
        read["effect"] = read["effect"].fillna("rule")
        object.__setattr__(self, "frame", read.sort_values("start").reset_index(drop=True))

    @classmethod
    def read(cls, path: str | Path) -> Regimes:
        """Read regimes from a CSV, TSV, JSON-lines or Parquet file.

        Raises
        ------
        SourceError
            There is no such file, or it cannot be read as what its ending says.
        SchemaError
            With every fault of the table.
        """
        return cls(_file(path, "regimes"))

    def label(self, platform: pd.Series, rule: pd.Series, when: pd.Series) -> pd.Series:
        """Return which version of its rule each post met.

        Parameters
        ----------
        platform, rule : Series of str, shape (n,)
        when : Series of datetime64 with zone, shape (n,)
            All three on one index.

        Returns
        -------
        Series of str, shape (n,)
            The date the version began, "2019-06-27", or "before 2019-06-27" ahead of the first.
            Changes of the rule itself and of all rules of the platform both count. "unknown" where
            no version is listed, or where `platform` or `when` is missing.
        """
        asked = pd.DataFrame({"platform": platform, "rule": rule.fillna(""), "when": when})
        out = pd.Series(UNKNOWN, index=range(len(asked)), dtype="str", name="regime")
        asked = asked.set_axis(out.index).dropna(subset=["platform", "when"])
        for (name, one), group in asked.groupby(["platform", "rule"], sort=False):
            starts = _versions(self.frame, name, one)
            if len(starts):
                dates = [_date(start) for start in starts]
                place = np.searchsorted(starts, group["when"].astype(UTC), side="right")
                out[group.index] = np.array([f"before {dates[0]}", *dates], dtype=object)[place]
        return out.set_axis(platform.index)

    def boundaries(
        self, platform: str, rule: str, first: pd.Timestamp, last: pd.Timestamp
    ) -> pd.DataFrame:
        """Return the changes that fall inside a window, oldest first.

        Parameters
        ----------
        platform, rule : str
            `rule` "" asks for changes that concern all rules of the platform and no others.
        first, last : Timestamp with zone
            A change at `first` itself is no boundary: the whole window is after it.

        Returns
        -------
        DataFrame
            Rows of `frame` with first < start ≤ last, of every effect.
        """
        start = self.frame["start"]
        inside = _concerns(self.frame, platform, rule) & (start > first) & (start <= last)
        return self.frame[inside].reset_index(drop=True)

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the changes."""
        return self.frame.copy()

    def face(self) -> Face:
        """Return the changes, in the order of their table."""
        return Face(
            f"{len(self.frame):,} dated changes of rules",
            (),
            (grid(self.frame, CHANGES, title="Changes"),),
        )


@dataclass(frozen=True, eq=False, slots=True, repr=False)
class Exemptions(Shown):
    """What platforms published about whom they spare, from when to when.

    Parameters
    ----------
    frame : DataFrame
        The columns of `EXEMPTION_COLUMNS`. Start is inclusive, end exclusive, an empty end open.
    ladder : Ladder
        On which every ceiling must be a rung.

    Raises
    ------
    SchemaError
        A column is missing, cannot be read, or a ceiling is no rung.
    RegimeError
        Two exemptions for the same platform, rule and class overlap and differ in their ceiling.
    """

    frame: pd.DataFrame
    ladder: Ladder = STANDARD_LADDER

    def __post_init__(self) -> None:
        """Read the columns and hold the exemptions against each other."""
        columns = [
            Column(c.name, c.kind, c.need, c.about, self.ladder.rungs) if c.name == "ceiling" else c
            for c in EXEMPTION_COLUMNS
        ]
        read = _read(self.frame, columns, "the exemptions")
        wrong = _conflicts(read)
        if wrong:
            listed = "\n".join(f"  {i}. {what}" for i, what in enumerate(wrong, 1))
            raise RegimeError(f"Exemptions contradict themselves or each other.\n{listed}")
        object.__setattr__(self, "frame", read.reset_index(drop=True))

    @classmethod
    def read(cls, path: str | Path, *, ladder: Ladder = STANDARD_LADDER) -> Exemptions:
        """Read exemptions from a CSV, TSV, JSON-lines or Parquet file.

        Raises
        ------
        SourceError
            There is no such file, or it cannot be read as what its ending says.
        SchemaError, RegimeError
            As of a frame, with every fault of the table.
        """
        return cls(_file(path, "exemptions"), ladder)

    def covering(
        self,
        platform: pd.Series,
        rule: pd.Series,
        account_class: pd.Series,
        when: pd.Series,
    ) -> pd.Series:
        """Return the ceiling that a published exemption put on each post's measure.

        Parameters
        ----------
        platform, rule, account_class : Series of str, shape (n,)
        when : Series of datetime64 with zone, shape (n,)
            All on one index.

        Returns
        -------
        Series of str, shape (n,)
            A rung; missing where no exemption covers the post. One for the rule goes before one
            for all rules of the platform.
        """
        out = pd.Series(np.nan, index=platform.index, dtype="str", name="ceiling")
        when = when.astype(UTC)
        # Platform-wide rows first, so that a row for the rule itself has the last word.
        ordered = self.frame.sort_values("rule", na_position="first", kind="stable")
        for row in ordered.itertuples():
            covered = platform.eq(row.platform) & account_class.eq(row.account_class)
            covered &= (when >= row.start) & (pd.isna(row.end) | (when < row.end))
            if not pd.isna(row.rule):
                covered &= rule.eq(row.rule)
            out[covered.fillna(False).astype(bool)] = row.ceiling
        return out

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the exemptions."""
        return self.frame.copy()

    def face(self) -> Face:
        """Return the exemptions, in the order of their table."""
        return Face(
            f"{len(self.frame):,} published exemptions",
            (),
            (grid(self.frame, EXEMPTED, title="Exemptions"),),
        )


def _file(path: str | Path, what: str) -> pd.DataFrame:
    table = read_table(locate(path))
    if table.faults:
        raise SchemaError(f"the {what} {Path(path).name!r}", table.faults)
    return table.frame


def _read(frame: pd.DataFrame, columns: Sequence[Column], where: str) -> pd.DataFrame:
    numbered = frame.set_axis(pd.RangeIndex(1, len(frame) + 1))
    faults: list[Fault]
    read, faults = read_columns(numbered, columns, Reading(zone=datetime.UTC))
    if faults:
        raise SchemaError(where, faults)
    for column in columns:
        if column.name not in read:
            dtype = UTC if column.kind == "time" else "str"
            read[column.name] = pd.Series(None, index=read.index, dtype=dtype)
    return read


def _concerns(frame: pd.DataFrame, platform: str, rule: str) -> pd.Series:
    return frame["platform"].eq(platform) & (frame["rule"].isna() | frame["rule"].eq(rule))


def _versions(frame: pd.DataFrame, platform: str, rule: str) -> pd.Series:
    mine = _concerns(frame, platform, rule) & frame["effect"].eq("rule")
    return frame.loc[mine, "start"].drop_duplicates()


def _date(start: pd.Timestamp) -> str:
    # Two versions on one day are told apart by the hour; otherwise the day says it.
    return f"{start:%Y-%m-%d}" if start == start.normalize() else f"{start:%Y-%m-%dT%H:%M:%SZ}"


def _conflicts(frame: pd.DataFrame) -> list[str]:
    backward = frame[frame["end"] <= frame["start"]]
    found = [f"row {row.Index} does not end after it starts" for row in backward.itertuples()]
    for _, rows in frame.groupby(["platform", "rule", "account_class"], dropna=False):
        several = list(rows.sort_values("start").itertuples())
        for place, later in enumerate(several):
            for earlier in several[:place]:
                meets = pd.isna(earlier.end) or later.start < earlier.end
                if meets and earlier.ceiling != later.ceiling:
                    found.append(
                        f"rows {earlier.Index} and {later.Index} overlap: {earlier.ceiling} and "
                        f"{later.ceiling}"
                    )
    return found
