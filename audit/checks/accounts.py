"""Accounts: whether there are enough of them for an inference about their class."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from audit.cells import FOCAL, equal_accounts
from audit.checks.base import Finding, opposite, reads_alike, same_sign
from audit.design import words
from audit.gates import FEW_FOCAL_ACCOUNTS
from audit.numerals import many, margin_points, percent, plain, points, setting

if TYPE_CHECKING:
    from audit.comparison import Comparison


@dataclass(frozen=True, slots=True)
class EnoughAccounts:
    """Number of focal accounts, and how concentrated their posts are."""

    name: ClassVar[str] = "enough_accounts"
    about: ClassVar[str] = "focal accounts, and how many they amount to once volumes are unequal"
    step: ClassVar[int] = 3

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the number of focal accounts; passes above `FEW_FOCAL_ACCOUNTS`."""
        study = comparison.study
        threshold = f"more than {setting(FEW_FOCAL_ACCOUNTS)} focal accounts"
        if not study.has_accounts:
            says = "Posts carry no account, so nothing can be inferred by account."
            return Finding(self.name, 0.0, threshold, False, says, step=self.step)
        n = study.compared().by_account(FOCAL)["n"].to_numpy(float)
        effective = equal_accounts(n)
        says = (
            f"{many(len(n), f'{words(study.design.focal)} account')}, worth {plain(effective)} of "
            f"equal volume; the largest wrote {percent(n.max() / n.sum())} of the posts."
        )
        return Finding(
            self.name, len(n), threshold, len(n) > FEW_FOCAL_ACCOUNTS, says, step=self.step
        )


@dataclass(frozen=True, slots=True)
class AccountWeighting:
    """Whether the gap points the same way when every account counts the same (METHODS §1)."""

    name: ClassVar[str] = "account_weighting"
    about: ClassVar[str] = "the gap with every account weighted alike"
    step: ClassVar[int] = 3

    def __call__(self, comparison: Comparison) -> Finding:
        """Return the account-weighted gap; passes when its sign agrees with the primary."""
        threshold = "same sign as the post-weighted gap"
        if not comparison.study.has_accounts:
            says = "Posts carry no account."
            return Finding(self.name, float("nan"), threshold, None, says, step=self.step)
        post, account = comparison.primary(), comparison.primary(by="account")
        margin = comparison.study.design.margin
        if reads_alike(comparison):
            passed, threshold = (
                abs(account.estimate) < margin,
                f"inside ±{margin_points(margin)}",
            )
        else:
            passed = same_sign(post.estimate, account.estimate)
        says = (
            f"Weighting every account alike, the gap is {points(account.estimate)}; weighting "
            f"every post alike, {points(post.estimate)}."
        )
        reverses = opposite(post.estimate, account.estimate) and not passed
        return Finding(
            self.name, account.estimate, threshold, passed, says, step=self.step, reverses=reverses
        )
