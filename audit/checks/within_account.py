"""Within accounts: whether the same accounts differ inside and outside the focal class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from audit.checks.base import Finding, alpha, reads_alike, same_sign
from audit.design import words
from audit.numerals import interval, many, margin_points, p_value, points
from audit.questions.in_and_out import in_and_out
from audit.questions.within_account import NONE_BOTH, by_number, estimated, not_comparable

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.estimators.series.within import WithinEstimate


@dataclass(frozen=True, slots=True)
class WithinAccount:
    """Accounts seen both in and out of the focal class must differ as the classes do.

    Passes where the roster shows no such account, where their own difference has the sign of the
    primary gap and a p-value of at most 1 − confidence, or, where the classes read alike, where
    its 1 − 2α interval lies inside the margin. Accounts too few to tell fail it: that nothing was
    found among them is no support.
    """

    name: ClassVar[str] = "within_account"
    about: ClassVar[str] = "the same accounts inside and outside the focal class"
    step: ClassVar[int] = 5
    per: str = "month"

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the within-account difference, net of the calendar; guards step 5."""
        study = comparison.study
        threshold, nan = "same sign as the gap, and told apart from zero", float("nan")
        if not study.has_accounts:
            return Finding(self.name, nan, threshold, None, "Posts carry no account.", self.step)
        per = (study.design.within_account or {}).get("per", self.per)
        found = in_and_out(study, per=per)
        if not found.accounts:
            says = NONE_BOTH.format(focal=words(study.design.focal))
            return Finding(self.name, nan, threshold, True, says, self.step, idle=True)
        within = None if found.why else found.within()
        if within is None or within.accounts.empty:
            says = not_comparable(found, per)
            return Finding(self.name, nan, threshold, False, says, self.step)
        alike = reads_alike(comparison)
        level = study.design.equivalence_confidence if alike else study.design.confidence
        net = estimated(study, within, confidence=level)
        passed, threshold = self._judged(comparison, net, alike)
        extra: dict[str, Any] = {"step": self.step, "table": by_number(within)}
        says = _says(comparison, net, level, alike)
        return Finding(self.name, net.estimate, threshold, passed, says, **extra)

    def _judged(self, comparison: Comparison, net: WithinEstimate, alike: bool) -> tuple[bool, str]:
        design = comparison.study.design
        if alike:
            m = design.margin
            inside = -m < net.conf_low and net.conf_high < m
            return bool(inside), f"its interval inside ±{margin_points(m)}"
        sure = net.p_value <= alpha(design.confidence)
        passed = sure and same_sign(net.estimate, comparison.primary().estimate)
        return bool(passed), "same sign as the gap, and told apart from zero"


def _says(comparison: Comparison, net: WithinEstimate, level: float, alike: bool) -> str:
    design = comparison.study.design
    limits = interval(net.conf_low, net.conf_high, confidence=level)
    sure = "; ".join(filter(None, (limits, "" if alike else p_value(net.p_value))))
    says = (
        f"{many(net.n_accounts, 'account')} posted both as {words(design.focal)} and otherwise; "
        f"as {words(design.focal)}, net of the calendar, the rate differs by "
        f"{points(net.estimate)}{f' ({sure})' if sure else ''}."
    )
    if not sure or (not alike and net.smallest_p > alpha(design.confidence)):
        says += (
            " These are too few to tell." if not net.note else " Nothing varies, so none can tell."
        )
    return says
