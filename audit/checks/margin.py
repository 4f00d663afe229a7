"""The margin: whether a gap that matters is ruled out, and which gaps this study could have seen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from audit.cells import FOCAL, REFERENCE
from audit.checks.base import Finding
from audit.design import words
from audit.estimators.contrasts import no_inference
from audit.numerals import interval, p_value, percent, points

if TYPE_CHECKING:
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
        threshold = f"inside ±{points(design.margin, signed=False)}"
        level = 1 - 2 * (1 - design.confidence)
        if no_inference(comparison.study):
            says = f"Not tested: {no_inference(comparison.study)}."
            return Finding(self.name, float("nan"), threshold, None, says)
        tight = comparison.primary(confidence=level)
        test = tost_interval(tight, design.margin)
        furthest = max(tight.conf_low, tight.conf_high, key=abs)
        inside = -design.margin < tight.conf_low and tight.conf_high < design.margin
        ends = interval(tight.conf_low, tight.conf_high, confidence=level)
        shown = f", {p_value(test.p_value)}" if p_value(test.p_value) else ""
        says = (
            f"A gap of {points(design.margin, signed=False)} or more is "
            f"{'ruled out' if inside else 'not ruled out'} ({ends}{shown})."
        )
        return Finding(self.name, float(furthest), threshold, bool(inside), says)


@dataclass(frozen=True, slots=True)
class DetectableGap:
    """The smallest gap that the primary rule would have seen four times in five, by simulation."""

    name: ClassVar[str] = "detectable_gap"
    about: ClassVar[str] = "the smallest gap this study could have seen"
    step: ClassVar[int] = 0

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the gap; passes when it is no larger than the margin. A note, guards no step."""
        from audit.checks.power import detectable_gap
        from audit.estimators.proportions import borrowed_icc

        study = comparison.study
        margin = study.design.margin
        threshold = f"at most the margin of {points(margin, signed=False)}"
        if no_inference(study):
            says = f"Not computed: {no_inference(study)}."
            return Finding(self.name, float("nan"), threshold, None, says)
        icc = borrowed_icc(*study.cells.per_account())
        rate = comparison.primary().expected
        focal, reference = (study.cells.by_account(g)["n"].to_numpy() for g in (FOCAL, REFERENCE))
        gap = detectable_gap(
            len(focal),
            len(reference),
            focal,
            reference,
            rate=rate,
            icc=icc,
            power=POWER,
            seed=study.design.seed,
        )
        basis = f"with these accounts, an ordinary rate of {percent(rate)} and power {POWER:g}"
        if not gap < float("inf"):
            says = f"No gap, however large, could have been seen {basis}."
            return Finding(self.name, float("nan"), threshold, False, says)
        says = (
            f"The smallest gap this study could have seen is {points(gap, signed=False)}, {basis}."
        )
        return Finding(self.name, gap, threshold, gap <= margin, says)


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
        threshold = f"accounts within a factor {self.within:g} of the focal volume"
        if not study.has_accounts or study.cells.accounts(FOCAL) != 1:
            says = "Asked only where the focal class is a single account."
            return Finding(self.name, float("nan"), threshold, None, says)
        a = study.cells.arrays()
        found = placebo_rank(
            a["events"], a["n"], a["account"], a["focal"], stratum=a["stratum"], within=self.within
        )
        if not found.n_comparable:
            says = (
                f"No {words(study.design.references[0])} account has a volume within a factor "
                f"{self.within:g} of the focal account's, so no p-value or rank is shown."
            )
            return Finding(self.name, float("nan"), threshold, None, says)
        says = (
            f"The focal account ranks {found.rank} among {found.n_comparable + 1} accounts of "
            "like volume; a rank is a description, not a test of its class."
        )
        return Finding(self.name, float(found.share_as_extreme), threshold, None, says)
