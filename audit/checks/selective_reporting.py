"""Selective reporting: whether the gap holds if one class is reported, and so judged, more."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

import pandas as pd

from audit.checks.base import Finding, reads_alike, same_sign
from audit.checks.sensitivity import selective_reporting
from audit.design import words
from audit.numerals import margin_points, percent, points

if TYPE_CHECKING:
    from audit.comparison import Comparison

SELECTED: Mapping[str, str] = {
    "reported": "reported",
    "reviewed": "reviewed",
    "amplified_by_focal": "chosen for the table",
}
"""Frames in which a post had to be picked before it could be seen, and how that is said."""


@dataclass(frozen=True, slots=True)
class SelectiveReporting:
    """Bounds on the primary gap when posts of one class come to be reported more readily.

    Knox, Lowe & Mummolo (2020), `sensitivity.selective_reporting`, over the ends of the declared
    ranges, around the observed and the expected rate of the primary effect taken as known. The
    bounds without relative non-severity decide: that assumption is not the design's to make. They
    must hold both among the posts reported whoever wrote them and, reporting counted in, among
    all that were reported, for any share of focal posts among these.
    """

    name: ClassVar[str] = "selective_reporting"
    about: ClassVar[str] = "bounds on the gap if posts of one class are reported more readily"
    step: ClassVar[int] = 4

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the bound nearest to a reversal; guards step 4."""
        design = comparison.study.design
        threshold, nan = "the gap keeps its sign at both bounds", float("nan")
        if design.frame == "enforced_only":
            says = (
                "Only what was acted on is in the table: whether posts of one class were reported, "
                "or acted on, more readily cannot be seen in it, and no limits bound what it does "
                "to the share taken back."
            )
            return Finding(self.name, nan, threshold, None, says, step=self.step)
        if design.frame not in SELECTED:
            says = (
                "Every post had its chance to be in the table, whether or not anyone reported it, "
                "so reporting could not select what is in it. That one class is reported more, and "
                "so acted on more, stays part of the gap."
            )
            return Finding(self.name, nan, threshold, True, says, step=self.step)
        selected = SELECTED[design.frame]
        if design.selective_reporting is None:
            says = f"No limits were declared for the share of posts that were {selected}, by class."
            return Finding(self.name, nan, threshold, None, says, step=self.step)
        found = comparison.primary()
        limits = design.selective_reporting
        table = selective_reporting(
            found.observed,
            found.expected,
            share_reported_focal=_ends(limits["share_reported_focal"]),
            share_reported_reference=_ends(limits["share_reported_reference"]),
        )
        return self._judged(comparison, table, selected)

    def _judged(self, comparison: Comparison, table: pd.DataFrame, selected: str) -> Finding:
        design, gap = comparison.study.design, comparison.primary().estimate
        deciding = table[~table["milder"].astype(bool)]
        low, high = float(deciding["low"].min()), float(deciding["high"].max())
        if reads_alike(comparison):
            margin = design.margin
            threshold = f"both bounds inside ±{margin_points(margin)}"
            passed, nearest = -margin < low and high < margin, max(low, high, key=abs)
        else:
            threshold = "the gap keeps its sign at both bounds"
            passed = same_sign(low, gap) and same_sign(high, gap)
            nearest = low if gap > 0 else high
        limits = design.selective_reporting or {}
        focal, reference = (
            f"{percent(limits[k][0])} to {percent(limits[k][1])} of the {words(name)} posts"
            for k, name in (
                ("share_reported_focal", design.focal),
                ("share_reported_reference", design.references[0]),
            )
        )
        either, all_ = (
            (points(part["low"].min()), points(part["high"].max()))
            for part in (
                deciding[deciding["among"] == "reported from either class"],
                deciding[deciding["among"] == "reported"],
            )
        )
        says = f"Were {focal} and {reference} {selected}, the gap would lie between "
        says += f"{either[0]} and {either[1]} among posts {selected} whoever wrote them, and "
        part = f"among all posts {selected}, the class’s own part in that included"
        says += "just so " + part if all_ == either else f"between {all_[0]} and {all_[1]} {part}"
        extra: dict[str, Any] = {"step": self.step, "table": table}
        return Finding(self.name, float(nearest), threshold, bool(passed), f"{says}.", **extra)


def _ends(limits: Sequence[float]) -> list[float]:
    """Return the ends of a range, once where they are one."""
    return [*dict.fromkeys(limits)]
