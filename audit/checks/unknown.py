"""Unknown class: how far the gap could move if the accounts nobody could class were classed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from audit.cells import UNKNOWN_GROUP
from audit.checks.base import Finding, reads_alike, same_sign
from audit.design import words
from audit.numerals import count, margin_points, points

if TYPE_CHECKING:
    from audit.comparison import Comparison


@dataclass(frozen=True, slots=True)
class UnknownClass:
    """Bounds on the raw gap over every way of classing the unknown accounts, worst first."""

    name: ClassVar[str] = "unknown_class"
    about: ClassVar[str] = "bounds on the gap over every way of classing the unknown accounts"
    step: ClassVar[int] = 4

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the bound nearest to a reversal; guards step 4."""
        from audit.checks.bounds import unknown_class

        study = comparison.study
        threshold = "the gap keeps its sign at both bounds"
        posts = study.cells.total(UNKNOWN_GROUP)
        if not posts:
            return Finding(
                self.name, 0.0, threshold, True, "Every post has a known class.", step=self.step
            )
        if not study.has_accounts:
            says = f"{count(posts)} posts are of unknown class, and the rows carry no accounts."
            return Finding(self.name, float("nan"), threshold, False, says, step=self.step)
        rows = study.cells.frame
        focal_max = study.design.unknown_focal_max
        low, high, tipping = unknown_class(
            rows["events"].to_numpy(),
            rows["n"].to_numpy(),
            rows["account_id"].to_numpy(object),
            (rows["group"] == "focal").to_numpy(),
            (rows["group"] == UNKNOWN_GROUP).to_numpy(),
            max_focal_accounts=focal_max,
        )
        if reads_alike(comparison):
            margin = study.design.margin
            passed = -margin < low and high < margin
            threshold = f"both bounds inside ±{margin_points(margin)}"
        else:
            gap = comparison.primary().estimate
            passed = same_sign(low, gap) and same_sign(high, gap)
        accounts = study.cells.accounts(UNKNOWN_GROUP)
        limit = "any number" if focal_max is None else f"at most {focal_max}"
        says = (
            f"{count(posts)} posts by {count(accounts)} accounts are of unknown class; were "
            f"{limit} of these accounts {words(study.design.focal)} accounts, the raw gap would "
            f"lie between {points(low)} and {points(high)}."
        )
        says += _tipping(tipping)
        nearest = low if abs(low) < abs(high) else high
        return Finding(self.name, float(nearest), threshold, bool(passed), says, step=self.step)


def _tipping(accounts: int | None) -> str:
    """Say how many unknown accounts must be focal to turn the sign; "" where none turn it."""
    if accounts is None:
        return ""
    if accounts == 0:
        return (
            " The sign turns even with none of them focal: it is enough that all of them are "
            "reference accounts."
        )
    verb = "takes" if accounts > 1 else "takes only"
    return f" It {verb} {count(accounts)} of them to turn its sign."
