"""The margin: whether a gap that matters is ruled out, and which gaps the study could see."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from audit.cells import FOCAL, REFERENCE
from audit.checks.base import Finding
from audit.design import words
from audit.errors import SupportError
from audit.estimators.accounts.contrasts import no_inference
from audit.numerals import interval, margin_points, p_value, percent, points, setting

if TYPE_CHECKING:
    import pandas as pd

    from audit.comparison import Comparison

POWER = 0.8


@dataclass(frozen=True, slots=True)
class Equivalence:
    """Two one-sided tests of the primary gap against the margin (Schuirmann 1987), by account."""

    name: ClassVar[str] = "equivalence"
    about: ClassVar[str] = "whether the gap is inside the margin that matters"
    step: ClassVar[int] = 0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the end of the 1 − 2α interval furthest from zero; a note, guards no step."""
        from audit.checks.equivalence import tost_interval

        design = comparison.study.design
        threshold = f"inside ±{margin_points(design.margin)}"
        level = design.equivalence_confidence
        if no_inference(comparison.study):
            says = f"Not tested: {no_inference(comparison.study)}."
            return Finding(self.name, float("nan"), threshold, None, says)
        tight = comparison.primary(confidence=level)
        test = tost_interval(tight, design.margin, confidence=design.confidence)
        furthest = max(tight.conf_low, tight.conf_high, key=abs)
        inside = -design.margin < tight.conf_low and tight.conf_high < design.margin
        ends = interval(tight.conf_low, tight.conf_high, confidence=level)
        shown = f", {p_value(test.p_value)}" if p_value(test.p_value) else ""
        says = (
            f"A gap of {margin_points(design.margin)} or more is "
            f"{'ruled out' if inside else 'not ruled out'} ({ends}{shown})."
        )
        return Finding(self.name, float(furthest), threshold, bool(inside), says)


@dataclass(frozen=True, slots=True)
class DetectableGap:
    """The smallest gap that the primary rule would have seen four times in five, by simulation.

    Where the outcome has a lenient direction, that is the one asked about: at low rates a study
    can see only harsher treatment, and its smaller gap would promise what it cannot keep.
    """

    name: ClassVar[str] = "detectable_gap"
    about: ClassVar[str] = "the smallest gap this study could have seen, towards lenience"
    step: ClassVar[int] = 0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the gap, NaN where none, however large, would be seen. A note, guards no step.

        Passes when the gap is no larger than the margin. Its table has both directions.
        """
        from audit.checks.power import gap_in_direction, towards

        study = comparison.study
        design = study.design
        threshold = f"at most the margin of {margin_points(design.margin)}"
        if no_inference(study):
            says = f"Not computed: {no_inference(study)}."
            return Finding(self.name, float("nan"), threshold, None, says)
        table = _visible_gaps(comparison)
        gap = gap_in_direction(table, towards(design.outcome.lenient_sign))
        rate = f"{words(design.references[0])} rate"
        says = _visible(table, towards(design.outcome.lenient_sign), rate) + (
            f" This is with these accounts, {'an' if rate[0] in 'aeiou' else 'a'} {rate} of "
            f"{percent(comparison.primary().expected)} and power {setting(POWER)}."
        )
        value = gap if math.isfinite(gap) else math.nan
        return Finding(self.name, value, threshold, gap <= design.margin, says, table=table)


def _visible_gaps(comparison: Comparison) -> pd.DataFrame:
    from audit.checks.power import detectable_gap_table
    from audit.estimators.proportions import borrowed_icc

    study = comparison.study
    cells = study.compared()
    focal, reference = (cells.by_account(g)["n"].to_numpy() for g in (FOCAL, REFERENCE))
    return detectable_gap_table(
        len(focal),
        len(reference),
        focal,
        reference,
        rate=comparison.primary().expected,
        icc=borrowed_icc(*cells.per_account()),
        power=POWER,
        seed=study.design.seed,
        confidence=study.design.confidence,
    )


def _visible(table: pd.DataFrame, lenient: str, rate: str) -> str:
    """Say the smallest gap in the lenient direction or, where none can be seen, in the other."""
    from audit.checks.power import gap_in_direction

    sides = {"lower": f"below the {rate}", "higher": f"above the {rate}"}
    gap = gap_in_direction(table, lenient)
    side = f" {sides[lenient]} (towards lenience)" if lenient else ""
    if math.isfinite(gap):
        return f"The smallest gap{side} this study could have seen is {points(gap, signed=False)}."
    none = f"No gap{side}, however large, could have been seen"
    other = next((d for d in sides if lenient and d != lenient), "")
    gap = gap_in_direction(table, other) if other else math.inf
    if not math.isfinite(gap):
        return f"{none}{', and none ' + sides[other] if other else ''}."
    return f"{none}; the smallest {sides[other]} is {points(gap, signed=False)}."


@dataclass(frozen=True, slots=True)
class Placebo:
    """Where a lone focal account would rank among reference accounts of like volume."""

    name: ClassVar[str] = "placebo_rank"
    about: ClassVar[str] = "rank of a lone focal account among reference accounts of like volume"
    step: ClassVar[int] = 0
    within: float = 2.0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the share of comparable reference accounts at least as extreme; a note."""
        from audit.estimators.resampling import placebo_rank

        study = comparison.study
        threshold = f"accounts within a factor {setting(self.within)} of the focal volume"
        if not study.has_accounts or study.cells.accounts(FOCAL) != 1:
            says = "Asked only where the focal class is a single account."
            return Finding(self.name, float("nan"), threshold, None, says)
        a = study.compared().arrays()
        try:
            found = placebo_rank(
                a["events"],
                a["n"],
                a["account"],
                a["focal"],
                stratum=a["stratum"],
                within=self.within,
            )
        except SupportError as error:
            says = f"No rank can be given: {error}"
            return Finding(self.name, float("nan"), threshold, None, says)
        if not found.n_comparable:
            says = (
                f"No {words(study.design.references[0])} account has a volume within a factor "
                f"{setting(self.within)} of the focal account's, so no p-value or rank is shown."
            )
            return Finding(self.name, float("nan"), threshold, None, says)
        says = (
            f"The focal account ranks {found.rank} among {found.n_comparable + 1} accounts of "
            "like volume; a rank is a description, not a test of its class."
        )
        return Finding(self.name, float(found.share_as_extreme), threshold, None, says)
