"""Support: how much of the focal class has anything like it to be compared with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.checks.base import Finding
from audit.design import words
from audit.numerals import count, percent

if TYPE_CHECKING:
    from audit.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Support:
    """Share of focal posts in strata with at least two reference accounts.

    A gap "among like cases" that leaves out more than a fifth of the focal posts is about the
    others only, so `least` is 0.8 (a convention of this package, printed with the result).
    """

    name: ClassVar[str] = "support"
    about: ClassVar[str] = "share of focal posts with a comparable reference post"
    step: ClassVar[int] = 2
    least: float = 0.8

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the share supported, and the strata that are not."""
        study = comparison.study
        table = by_stratum(comparison)
        n = int(table["n_focal"].sum())
        lone = int(table.loc[~table["supported"], "n_focal"].sum())
        share = 1 - lone / n if n else float("nan")
        threshold = f"at least {percent(self.least, decimals=0)}, within declared strata"
        if study.design.primary == "raw":
            says = "The verdict is read from the raw gap: all posts are compared with all others."
            return Finding(self.name, share, threshold, False, says, step=self.step, table=table)
        if not study.design.strata:
            says = "The design declares no strata: all posts are compared with all others."
            return Finding(self.name, share, threshold, False, says, step=self.step, table=table)
        says = (
            f"{count(lone)} of {count(n)} {words(study.design.focal)} posts have no comparable "
            f"{words(study.design.references[0])} post and are outside the gap among like cases."
        )
        return Finding(
            self.name, share, threshold, share >= self.least, says, step=self.step, table=table
        )


def by_stratum(comparison: Comparison) -> pd.DataFrame:
    """Return both classes' posts, events and accounts by stratum, and whether it supports."""
    study = comparison.study
    counts = study.cells.counts().reset_index()
    accounts = {g: study.cells.accounts_by_stratum(g) for g in (FOCAL, REFERENCE)}
    for g, found in accounts.items():
        counts[f"accounts_{g}"] = counts["stratum"].map(found).fillna(0).astype(int)
    counts["supported"] = counts["stratum"].isin(study.supported_strata())
    return counts
