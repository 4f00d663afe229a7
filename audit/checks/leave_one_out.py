"""Leave one account out: whether a single focal account carries the gap."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from audit.cells import FOCAL
from audit.checks.base import Finding, reads_alike
from audit.estimators.contrasts import effect
from audit.numerals import points

if TYPE_CHECKING:
    from audit.comparison import Comparison

KEPT = 0.5
"""A reduced gap must be at least this share of the full one (METHODS §1)."""


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """The primary gap with each focal account left out in turn.

    Passes when every reduced gap keeps its sign and at least half of the full one; support is
    found anew after leaving out, so unlike rows are never compared.
    """

    name: ClassVar[str] = "leave_one_out"
    about: ClassVar[str] = "the gap with each focal account left out in turn"
    step: ClassVar[int] = 3

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the reduced gap nearest to (or furthest past) zero, and all of them as a table."""
        study = comparison.study
        threshold = "every reduced gap keeps its sign and half of the full one"
        if not study.has_accounts or study.cells.accounts(FOCAL) < 2:
            says = "With one focal account there is no other to leave in."
            return Finding(self.name, float("nan"), threshold, None, says, step=self.step)
        table = reduced(comparison)
        full = comparison.primary().estimate
        values = table["estimate"]
        if reads_alike(comparison):
            margin = study.design.margin
            threshold = f"every reduced gap inside ±{points(margin, signed=False)}"
            passed = bool((values.abs() < margin).all())
            weakest = values.loc[values.abs().idxmax()]
            reverses = False
        else:
            kept = values / full if full else values * float("nan")
            passed = bool((kept >= KEPT).all())
            weakest = values.loc[kept.idxmin()] if full else values.iloc[0]
            reverses = bool((values * full < 0).any())
        says = (
            f"Leaving out one focal account at a time, the gap stays between "
            f"{points(values.min())} and {points(values.max())} (all accounts: {points(full)})."
        )
        return Finding(
            self.name,
            float(weakest),
            threshold,
            passed,
            says,
            step=self.step,
            reverses=reverses,
            table=table,
        )


def reduced(comparison: Comparison) -> pd.DataFrame:
    """Return the primary gap with each focal account left out: account_id, n, estimate."""
    study = comparison.study
    rows = []
    for account, n in study.cells.by_account(FOCAL)[["account_id", "n"]].itertuples(index=False):
        rest = replace(study, cells=study.cells.without(account))
        found = effect(rest, by="post", stratified=study.design.primary == "standardised")
        rows.append({"account_id": account, "n": int(n), "estimate": found.estimate})
    return pd.DataFrame(rows)
