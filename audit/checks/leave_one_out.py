"""Leave one account out: whether a single focal account carries the gap."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import numpy as np
import pandas as pd

from audit.cells import FOCAL
from audit.checks.base import Finding, opposite, reads_alike
from audit.estimators.accounts.account_strata import divide
from audit.estimators.accounts.contrasts import tallies
from audit.influence import IS_FOCAL, IS_REFERENCE, Influence, of_class
from audit.numerals import margin_points, points

if TYPE_CHECKING:
    from audit.comparison import Comparison

KEPT = 0.5
"""A reduced gap must be at least this share of the full one (METHODS §1)."""


@dataclass(frozen=True, slots=True)
class LeaveOneOut:
    """The primary gap with each focal account left out in turn.

    Passes when every reduced gap keeps its sign and at least half of the full one. Support rests
    on reference accounts, so leaving out a focal one never brings unlike rows together; where
    nothing comparable is left, the check fails.
    """

    name: ClassVar[str] = "leave_one_out"
    about: ClassVar[str] = "the gap with each focal account left out in turn"
    step: ClassVar[int] = 3

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the reduced gap nearest to (or furthest past) zero, and all of them as a table."""
        study = comparison.study
        threshold = "every reduced gap keeps its sign and half of the full one"
        if not study.has_accounts or study.compared().accounts(FOCAL) < 2:
            says = "With one focal account there is no other to leave in."
            return Finding(self.name, float("nan"), threshold, None, says, step=self.step)
        table = reduced(comparison)
        full = comparison.primary().estimate
        values = table["estimate"]
        if reads_alike(comparison):
            margin = study.design.margin
            threshold = f"every reduced gap inside ±{margin_points(margin)}"
            passed = bool((values.abs() < margin).all())
            weakest, reverses = values.loc[values.abs().idxmax()], False
        else:
            kept = values / full if full else pd.Series(0.0, index=values.index)
            passed = bool((kept >= KEPT).all())
            weakest = values.loc[kept.idxmin()]
            reverses = any(opposite(v, full) for v in values)
        says = (
            f"Leaving out one focal account at a time, the gap stays between "
            f"{points(values.min())} and {points(values.max())} (all accounts: {points(full)})."
        )
        found = {"step": self.step, "reverses": reverses, "table": table}
        return Finding(self.name, float(weakest), threshold, passed, says, **found)


def reduced(comparison: Comparison) -> pd.DataFrame:
    """Return the primary gap with each focal account left out, smallest gap first.

    Columns: account (a number, never a name: singling out an official by an estimate is not this
    table's to do), n (its posts compared), estimate. The reference rates of the strata do not
    depend on who is left out, so one pass over the cells gives all of them.
    """
    study = comparison.study
    stratified = study.design.primary == "standardised"
    strata = study.supported_strata() if stratified else None
    cells = tallies(study.cells, "reduced", by="post", stratified=stratified, strata=strata)
    sums = cells.sums()
    rates = divide(sums.weighted_events[IS_REFERENCE], sums.weighted_n[IS_REFERENCE])
    one = of_class(IS_FOCAL, 1.0, len(rates))
    by = cells.push(
        {
            "n": Influence({"n": one}),
            "excess": Influence({"weighted_events": one, "weighted_n": -one * rates}),
            "weight": Influence({"weighted_n": one}),
        }
    )
    by = {name: values[cells.focal_accounts()] for name, values in by.items()}
    gap = (by["excess"].sum() - by["excess"]) / (by["weight"].sum() - by["weight"])
    out = pd.DataFrame({"n": by["n"].astype(np.int64), "estimate": gap})
    out = out.sort_values(["estimate", "n"], kind="stable").reset_index(drop=True)
    out.insert(0, "account", np.arange(1, len(out) + 1))
    return out
