"""Label error: whether the gap holds if outcomes were recorded with the error declared for them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from audit.checks.base import NO_GAP, Finding, reads_alike, same_sign
from audit.checks.labels import ROUNDING, misclassified_outcome, tipping_point
from audit.design import words
from audit.numerals import margin_points, percent, points

if TYPE_CHECKING:
    from audit.comparison import Comparison

CORNER_COLUMNS = (
    "sensitivity_focal",
    "specificity_focal",
    "sensitivity_reference",
    "specificity_reference",
    "risk_focal",
    "risk_reference",
    "estimate",
)
CODERS = (
    " Errors of the coders in ‘violating’, by which the posts were chosen, are not bounded here."
)
Box = tuple[tuple[float, float], tuple[float, float]]
"""Ranges of sensitivity and of specificity."""


@dataclass(frozen=True, slots=True)
class LabelError:
    """The primary gap corrected for every error of the recorded outcome inside declared limits.

    Sensitivity is the share of posts acted on that are recorded so, specificity the share of the
    others that are not; each may take any value in its range, and the two classes may differ.
    The correction of Rogan & Gladen (`labels.misclassified_outcome`) is applied to the observed
    and the expected rate of the primary effect, taken as known. It is linear in a rate, so that
    it holds for an expected rate that is a mean over strata too.

    Values that no truth could have turned into the rate seen (a corrected rate outside 0 to 1)
    are left out: the box is cut to what is possible. A corrected rate rises or falls throughout
    in each of the two, so the corners of the box so cut are the worst cases.
    """

    name: ClassVar[str] = "label_error"
    about: ClassVar[str] = "the gap corrected for the errors of recording that the design allows"
    step: ClassVar[int] = 4

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the corrected gap nearest to a reversal; guards step 4."""
        design = comparison.study.design
        threshold, nan = "the corrected gap keeps its sign at every corner", float("nan")
        chosen = CODERS if "violating" in (design.population or {}) else ""
        if design.label_error is None:
            says = "No limits were declared for errors of the recorded outcome." + chosen
            return Finding(self.name, nan, threshold, None, says, step=self.step)
        found = comparison.primary()
        declared: Box = tuple(design.label_error[k] for k in ("sensitivity", "specificity"))  # type: ignore[assignment]
        boxes = [possible(rate, declared) for rate in (found.observed, found.expected)]
        names = [words(design.focal), words(design.references[0])]
        never = [name for name, box in zip(names, boxes, strict=True) if box is None]
        if never:
            says = (
                f"No error of recording within the declared limits could have given the "
                f"{' or the '.join(never)} rate, so the limits do not fit the data." + chosen
            )
            return Finding(self.name, nan, threshold, False, says, step=self.step)
        table = corners(found.observed, found.expected, *[b for b in boxes if b])
        return self._judged(comparison, table, cut=any(b != declared for b in boxes), tail=chosen)

    def _judged(
        self, comparison: Comparison, table: pd.DataFrame, *, cut: bool, tail: str
    ) -> Finding:
        design, full = comparison.study.design, comparison.primary()
        gaps, sign = table["estimate"], 1 if full.estimate > 0 else -1
        if reads_alike(comparison):
            threshold = f"the corrected gap stays inside ±{margin_points(design.margin)}"
            passed, worst = bool((gaps.abs() < design.margin).all()), gaps.loc[gaps.abs().idxmax()]
        else:
            threshold = "the corrected gap keeps its sign at every corner"
            passed, worst = (
                all(same_sign(g, full.estimate) for g in gaps),
                gaps.loc[(gaps * sign).idxmin()],
            )
        limits = design.label_error or {}
        sensitivity, specificity = (
            f"{what} of {percent(limits[what][0])} to {percent(limits[what][1])}"
            for what in ("sensitivity", "specificity")
        )
        says = (
            f"With a {sensitivity} and a {specificity} of the recorded outcome, in either class, "
            f"the gap lies between {points(gaps.min())} and {points(gaps.max())}, before sampling "
            "error."
        )
        if cut:
            says += " Limits that could not have given the rates seen are left out."
        says += _tipping(comparison) + tail
        found: dict[str, Any] = {"step": self.step, "table": table}
        return Finding(self.name, float(worst), threshold, passed, says, **found)


def possible(rate: float, box: Box) -> Box | None:
    """Return the part of a box of sensitivity × specificity that could have given a rate.

    A recorded rate lies between 1 − specificity, were nothing acted on, and sensitivity, were
    everything. None where no part of the box could have given it.
    """
    (se_low, se_high), (sp_low, sp_high) = box
    if se_high < rate - ROUNDING or sp_high < 1 - rate - ROUNDING:
        return None
    return (
        (max(se_low, min(rate, se_high)), se_high),
        (max(sp_low, min(1 - rate, sp_high)), sp_high),
    )


def corners(observed: float, expected: float, focal: Box, reference: Box) -> pd.DataFrame:
    """Return the corrected gap at every corner of the two boxes, smallest first.

    Columns: `CORNER_COLUMNS`; each corner once, where a range is a single value.
    """
    ends = product(*(dict.fromkeys(side) for box in (focal, reference) for side in box))
    rows = []
    for se_f, sp_f, se_r, sp_r in ends:
        true = misclassified_outcome(
            observed, 1.0, expected, 1.0, sensitivity=(se_f, se_r), specificity=(sp_f, sp_r)
        )
        rates = (true.risk_focal, true.risk_reference, true.risk_difference)
        rows.append((se_f, sp_f, se_r, sp_r, *rates))
    out = pd.DataFrame(rows, columns=list(CORNER_COLUMNS))
    return out.sort_values("estimate", kind="stable").reset_index(drop=True)


def _tipping(comparison: Comparison) -> str:
    """Say which share of the lower class's actions must be on record for the gap to be 0."""
    design, found = comparison.study.design, comparison.primary()
    if abs(found.estimate) <= NO_GAP or not min(found.observed, found.expected) > 0:
        return ""
    names = [words(design.focal), words(design.references[0])]
    rates = [found.observed, found.expected]
    if found.estimate > 0:
        names, rates = names[::-1], rates[::-1]
    share = tipping_point(rates[0], 1.0, rates[1], 1.0)
    return (
        f" The gap would be 0 if {percent(share)} of the actions on {names[0]} posts were on "
        f"record, every one on {names[1]} posts, and none falsely."
    )
