"""The gates that cap the rung: what a comparison can claim at most."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.cells import FOCAL, equal_accounts
from audit.gates.base import FEW_FOCAL_ACCOUNTS, LEAST_K_EFF, Gate
from audit.numerals import count, many, percent

if TYPE_CHECKING:
    from audit.study import Study


def few_accounts(s: Study) -> Gate | None:
    """Cap a study of so few focal accounts that they stand for themselves only."""
    k = s.compared().accounts(FOCAL)
    if not s.has_accounts or not 1 <= k <= FEW_FOCAL_ACCOUNTS:
        return None
    return Gate(
        "few focal accounts",
        "cap",
        f"The focal class, as far as it can be compared, is {many(k, 'account')}: no interval or "
        "p-value can claim that "
        f"{'it stands' if k == 1 else 'they stand'} for others of the class.",
        rung=2,
    )


def refused(focal_accounts: int, k_eff: float) -> str:
    """Return why no interval or p-value may stand for the focal class, "" where they may.

    A function of what can be seen before any result, fixed before the calibration that it stands
    beside (`benchmarks/README.md`): neither few expected actions nor a large share of one account
    had to be refused there.

    Parameters
    ----------
    focal_accounts : int
        Focal accounts that can be compared.
    k_eff : float
        Equal accounts worth the same: one over the sum of squared account shares of their posts.
    """
    if focal_accounts <= FEW_FOCAL_ACCOUNTS:
        return f"with {many(focal_accounts, 'focal account')}"
    if k_eff < LEAST_K_EFF:
        return (
            f"with focal posts that are worth only {k_eff:.1f} equal accounts "
            f"(of {count(focal_accounts)})"
        )
    return ""


def k_eff(s: Study) -> float:
    """Return how many equal accounts the focal posts that can be compared are worth."""
    return equal_accounts(s.compared().by_account(FOCAL)["n"])


def one_account_writes(s: Study) -> Gate | None:
    """Cap a study whose focal posts are, but for a few, those of one account."""
    k = s.compared().accounts(FOCAL)
    if not s.has_accounts or k <= FEW_FOCAL_ACCOUNTS or k_eff(s) >= LEAST_K_EFF:
        return None
    posts = s.compared().by_account(FOCAL)["n"]
    return Gate(
        "one focal account",
        "cap",
        f"One of {many(k, 'focal account')} wrote {percent(posts.max() / posts.sum())} of the "
        f"focal posts that can be compared, which are worth only {k_eff(s):.1f} equal accounts: "
        "no interval or p-value can claim that they stand for others of the class.",
        rung=2,
    )


def reversal(s: Study) -> Gate | None:
    """Cap a study of what was taken back, among posts that the platform chose to sanction."""
    if not s.design.outcome.reversed:
        return None
    return Gate(
        "reversal outcome",
        "cap",
        "Reversals among the sanctioned compare those whom the platform chose to sanction; "
        "classes can differ in where that line lay (infra-marginality).",
        rung=2,
    )


def no_accounts(s: Study) -> Gate | None:
    """Cap a study of rows without an account: posts of one account are alike."""
    if s.has_accounts or not s.cells.posts():
        return None
    return Gate(
        "rows without accounts",
        "cap",
        f"{count(s.posts_without_account)} of {count(s.cells.posts())} posts carry no "
        "account: point estimates only, since posts of one account are alike.",
        rung=1,
    )
