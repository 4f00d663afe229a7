"""Whom platforms said they would spare, from when to when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from audit.errors import RegimeError
from audit.printed import Face, Shown, grid
from audit.printed.grid import Form
from audit.reading.times import UTC
from audit.regimes.dated_tables import dated, table_of
from audit.schema import STANDARD_LADDER, Column, Ladder

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
            replace(c, levels=self.ladder.rungs) if c.name == "ceiling" else c
            for c in EXEMPTION_COLUMNS
        ]
        read = dated(self.frame, columns, "the exemptions")
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
        return cls(table_of(path, "exemptions"), ladder)

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
