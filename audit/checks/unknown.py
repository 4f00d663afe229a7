"""Unknown class: how far the gap could move if the accounts nobody could class were classed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from audit.cells import FOCAL, UNKNOWN_GROUP
from audit.checks.base import Finding, reads_alike, same_sign
from audit.design import words
from audit.numerals import count, margin_points, points

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.study import Study


@dataclass(frozen=True, slots=True)
class UnknownClass:
    """Bounds on the raw gap over every way of classing the unknown accounts, worst first."""

    name: ClassVar[str] = "unknown_class"
    about: ClassVar[str] = "bounds on the gap over every way of classing the unknown accounts"
    step: ClassVar[int] = 4

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the bound nearest to a reversal; guards step 4."""
        study = comparison.study
        threshold = "the gap keeps its sign at both bounds"
        posts = study.cells.total(UNKNOWN_GROUP)
        if not posts:
            says = "Every post has a known class."
            return Finding(self.name, 0.0, threshold, True, says, step=self.step)
        if not study.has_accounts:
            says = f"{count(posts)} posts are of unknown class, and the rows carry no accounts."
            return Finding(self.name, float("nan"), threshold, False, says, step=self.step)
        low, high, tipping = _bounds(study)
        if reads_alike(comparison):
            margin = study.design.margin
            passed = -margin < low and high < margin
            threshold = f"both bounds inside ±{margin_points(margin)}"
        else:
            gap = comparison.primary().estimate
            passed = same_sign(low, gap) and same_sign(high, gap)
        says = _says(study, low, high) + _tipping(tipping)
        nearest = low if abs(low) < abs(high) else high
        return Finding(self.name, float(nearest), threshold, bool(passed), says, step=self.step)


def _bounds(study: Study) -> tuple[float, float, int | None]:
    """Return the least and the greatest raw gap, and how many accounts turn its sign."""
    from audit.checks.bounds import unknown_class

    rows = study.cells.frame
    return unknown_class(
        rows["events"].to_numpy(),
        rows["n"].to_numpy(),
        rows["account_id"].to_numpy(object),
        (rows["group"] == FOCAL).to_numpy(),
        (rows["group"] == UNKNOWN_GROUP).to_numpy(),
        max_focal_accounts=study.design.unknown_focal_max,
    )


def _says(study: Study, low: float, high: float) -> str:
    cells, most = study.cells, study.design.unknown_focal_max
    limit = "any number" if most is None else f"at most {most}"
    return (
        f"{count(cells.total(UNKNOWN_GROUP))} posts by {count(cells.accounts(UNKNOWN_GROUP))} "
        f"accounts are of unknown class; were {limit} of these accounts "
        f"{words(study.design.focal)} accounts, the raw gap would lie between {points(low)} and "
        f"{points(high)}."
    )


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
