"""The family: whether the contrast holds once all reference classes are taken together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

import pandas as pd

from audit.checks.base import Finding, alpha, reads_alike
from audit.design import words
from audit.estimators.accounts.contrasts import no_inference
from audit.numerals import count, margin_points, p_value, points, setting

if TYPE_CHECKING:
    from audit.comparison import Comparison


@dataclass(frozen=True, slots=True)
class Family:
    """Whether the primary contrast holds once all reference classes are taken together (Holm)."""

    name: ClassVar[str] = "family"
    about: ClassVar[str] = "the primary contrast after Holm's correction over the reference classes"
    step: ClassVar[int] = 3

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the corrected p-value of the primary contrast; guards step 3."""
        design = comparison.study.design
        level = alpha(design.confidence)
        threshold = f"p {setting(level, sign='≤ ')} after correction"
        if len(design.references) == 1:
            says = "One reference class was declared, so there is no family to correct for."
            return Finding(self.name, float("nan"), threshold, True, says, self.step, idle=True)
        table = corrected(comparison)
        if reads_alike(comparison):
            return self._alike(comparison, table)
        p = float(table["p_holm"].iloc[0])
        if p != p:
            says = f"Not tested: {no_inference(comparison.study)}."
            return Finding(self.name, p, threshold, None, says, step=self.step, table=table)
        tested = int(table["p_holm"].notna().sum())
        of = f"{count(tested)} of " if tested < len(table) else ""
        says = (
            f"Against {words(design.references[0])} accounts, {p_value(p)} after correction for "
            f"{of}{len(table)} reference classes{'; no other can be tested' if of else ''}."
        )
        return Finding(self.name, p, threshold, p <= level, says, step=self.step, table=table)

    def _alike(self, comparison: Comparison, table: pd.DataFrame) -> Finding:
        """Judge a verdict of alike on the gaps: every reference's must lie inside the margin."""
        design = comparison.study.design
        threshold = f"every gap inside ±{margin_points(design.margin)}"
        gaps = table["estimate"].abs()
        says = (
            f"Against {len(table)} reference classes the gaps lie between "
            f"{points(table['estimate'].min())} and {points(table['estimate'].max())}."
        )
        passed = bool((gaps < design.margin).all())  # a missing gap is not inside
        return Finding(
            self.name, float(gaps.max()), threshold, passed, says, step=self.step, table=table
        )


def corrected(comparison: Comparison) -> pd.DataFrame:
    """Return the family with `p_holm`, corrected over the reference classes (Holm 1979)."""
    from audit.checks.multiplicity import adjust

    out = comparison.family()
    known = out["p_value"].notna()
    out["p_holm"] = float("nan")
    if known.any():
        out.loc[known, "p_holm"] = adjust(out.loc[known, "p_value"].to_numpy(), method="holm")
    return out
