"""When no interval and no p-value is given: a function of what can be seen before any result."""

from __future__ import annotations

FEW_FOCAL_ACCOUNTS = 4
LEAST_K_EFF = 2.0
"""Below it the interval's degrees of freedom, K_eff - 1, are no longer those of any t."""
LEAST_EXPECTED_EVENTS = 0.0
LARGEST_SHARE = 1.0
"""Neither refuses anything: intervals hold the truth however few events are expected and however
much one account writes (README.md), because the design effect already answers for both."""


def refused(focal_accounts: int, k_eff: float, expected_events: float, largest_share: float) -> str:
    """Return why the comparison is refused, or "".

    Parameters
    ----------
    focal_accounts : int
        Focal accounts that can be compared.
    k_eff : float
        Equal focal accounts worth the same: one over the sum of squared shares of posts.
    expected_events : float
        Focal posts times the reference rate at the focal mix.
    largest_share : float
        Share of focal posts by the focal account with most, in (0, 1].
    """
    if focal_accounts <= FEW_FOCAL_ACCOUNTS:
        return f"{focal_accounts} focal accounts; needed: more than {FEW_FOCAL_ACCOUNTS}"
    if k_eff < LEAST_K_EFF:
        return f"focal posts are worth {k_eff:.1f} equal accounts; needed: {LEAST_K_EFF:g}"
    if expected_events < LEAST_EXPECTED_EVENTS:
        return f"{expected_events:.1f} focal actions expected; needed: {LEAST_EXPECTED_EVENTS:g}"
    if largest_share > LARGEST_SHARE:
        return f"one account wrote {largest_share:.0%} of focal posts; allowed: {LARGEST_SHARE:.0%}"
    return ""
