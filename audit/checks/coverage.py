"""Coverage: whether a field is recorded as often for one class as for the other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from audit.checks.base import Finding
from audit.design import words
from audit.numerals import percent

if TYPE_CHECKING:
    from audit.comparison import Comparison

ALWAYS_THERE = ("case_id", "account_id", "account_class", "action", "count")
ACTION_ONLY = ("acted_at", "reversed", "appealed")
"""Fields that exist only where an action was taken: their coverage is counted there."""
REVERSAL_ONLY = ("reversed_at",)
"""Fields that exist only where an action was reversed."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """Share of cases with each field recorded, by class, counted only where the field can exist."""

    name: ClassVar[str] = "coverage"
    about: ClassVar[str] = "share of cases with each field recorded, by class"
    step: ClassVar[int] = 2
    apart: float = 0.10

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the widest difference in coverage; guards step 2 for the strata columns."""
        design = comparison.study.design
        threshold = f"classes within {percent(self.apart, decimals=0)} of each other"
        table = coverage(comparison)
        if table.empty:
            says = "Every field used is recorded for every case."
            return Finding(self.name, 0.0, threshold, True, says, step=self.step, table=table)
        used = table[table["column"].isin(design.strata)]
        worst = table.loc[table["difference"].abs().idxmax()]
        passed = bool((used["difference"].abs() <= self.apart).all())
        if table["difference"].abs().max() == 0:
            says = "Every field is recorded as often for one class as for the other."
            return Finding(self.name, 0.0, threshold, True, says, step=self.step, table=table)
        says = (
            f"The widest difference is in ‘{words(worst['column'])}’: recorded for "
            f"{percent(worst['focal'])} of {words(design.focal)} and "
            f"{percent(worst['reference'])} of {words(design.references[0])} posts."
        )
        value = float(table["difference"].abs().max())
        return Finding(self.name, value, threshold, passed, says, step=self.step, table=table)


def coverage(comparison: Comparison) -> pd.DataFrame:
    """Return coverage by class of every optional column: column, focal, reference, difference."""
    from audit.schema import CASE_COLUMNS

    study = comparison.study
    frame, design = study.cases.frame, study.design
    weight = frame["count"] if "count" in frame else pd.Series(1, index=frame.index)
    known = {c.name for c in CASE_COLUMNS} | set(design.strata)
    rows = []
    for column in [c for c in frame.columns if c in known and c not in ALWAYS_THERE]:
        where = pd.Series(True, index=frame.index)
        if column in ACTION_ONLY:
            where = frame["action"].notna() & (frame["action"] != study.cases.ladder.rungs[0])
        if column in REVERSAL_ONLY:
            where = frame["reversed"].fillna(False) if "reversed" in frame else ~where
        shares = {}
        for name, group in ((design.focal, "focal"), (design.references[0], "reference")):
            mine = where & (frame["account_class"] == name)
            total = weight[mine].sum()
            present = weight[mine & frame[column].notna()].sum()
            shares[group] = float(present / total) if total else float("nan")
        rows.append(
            {"column": column, **shares, "difference": shares["focal"] - shares["reference"]}
        )
    out = pd.DataFrame(rows, columns=["column", "focal", "reference", "difference"])
    return out[out["difference"].notna()].reset_index(drop=True)
