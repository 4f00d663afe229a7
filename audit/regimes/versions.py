"""Which rules were in force when."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

from audit.printed import Face, Shown, grid
from audit.printed.grid import Form
from audit.reading.times import UTC
from audit.regimes.dated_tables import dated, table_of
from audit.schema import UNKNOWN, Column

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

CHANGES: Mapping[str, tuple[str, Form]] = {
    "start": ("From", "time"),
    "platform": ("Platform", "text"),
    "rule": ("Rule", "text"),
    "effect": ("Effect", "text"),
    "title": ("What was announced", "text"),
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
        read = dated(self.frame, REGIME_COLUMNS, "the regimes")
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
        return cls(table_of(path, "regimes"))

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


def _concerns(frame: pd.DataFrame, platform: str, rule: str) -> pd.Series:
    return frame["platform"].eq(platform) & (frame["rule"].isna() | frame["rule"].eq(rule))


def _versions(frame: pd.DataFrame, platform: str, rule: str) -> pd.Series:
    mine = _concerns(frame, platform, rule) & frame["effect"].eq("rule")
    return frame.loc[mine, "start"].drop_duplicates()


def _date(start: pd.Timestamp) -> str:
    # Two versions on one day are told apart by the hour; otherwise the day says it.
    return f"{start:%Y-%m-%d}" if start == start.normalize() else f"{start:%Y-%m-%dT%H:%M:%SZ}"
