"""Where one focal account stands among reference accounts of like volume."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.errors import EstimationError, SupportError
from audit.estimators.accounts.account_strata import AccountStrata, divide, tabulate
from audit.estimators.base import NAN, Array, PlaceboRank

TIE = 1e-9  # gaps that are equal on paper differ by rounding; ties count


def placebo_rank(
    events: Any,
    n: Any,
    account: Any,
    focal: Any,
    *,
    stratum: Any = None,
    within: float = 2.0,
) -> PlaceboRank:
    """Rank one focal account's gap among those of reference accounts of like volume.

    What is left where there are too few focal accounts for an interval or a p-value: a
    description, not a test.

    Parameters
    ----------
    events, n, account, focal, stratum : array_like, shape (R,)
        As for `standardised_effect`; `focal` marks exactly one account.
    within : float
        At least 1: comparable accounts have between volume / within and volume × within posts.

    Returns
    -------
    PlaceboRank
        Each reference account's gap is against the other reference accounts, leaving itself out.
        Posts in strata with fewer than 3 reference accounts count for nobody. No comparable
        account: `n_comparable` 0, rank 0, share NaN.

    Raises
    ------
    EstimationError
        None or several accounts are focal.
    SupportError
        The account has no post in a stratum with enough reference accounts.

    Notes
    -----
    Abadie, Diamond & Hainmueller 2010, JASA 105:493, the placebo distribution.
    """
    if not within >= 1:
        raise EstimationError(f"placebo_rank: within is {within!r}; allowed: 1 or more.")
    cells = tabulate("placebo_rank", events, n, account, stratum, focal)
    is_focal = cells.by_account(cells.is_focal) > 0
    if (k := int(is_focal.sum())) != 1:
        raise EstimationError(
            f"placebo_rank: {k} accounts are focal; allowed: 1. Try: one account at a time."
        )
    reference = np.bincount(cells.stratum[~cells.is_focal], minlength=cells.n_strata)
    cells = cells.keep((reference > 2)[cells.stratum])
    volume = cells.by_account(cells.n)
    if not volume[is_focal][0] > 0:
        raise SupportError(
            "placebo_rank: the account has no post in a stratum with 3 reference accounts. "
            "Try: fewer or wider strata."
        )
    gap = _left_out_gaps(cells, volume)
    own, size = float(gap[is_focal][0]), float(volume[is_focal][0])
    like = ~is_focal & (volume >= size / within) & (volume <= size * within)
    comparable = int(like.sum())
    if not comparable:
        note = f"no reference account has a volume within a factor {within:g} of {size:,.0f} posts"
        return PlaceboRank(own, 0, 0, NAN, note)
    as_extreme = int((np.abs(gap[like]) >= abs(own) - TIE).sum())
    note = f"a rank among {comparable:,} accounts of like volume, not a p-value"
    return PlaceboRank(own, 1 + as_extreme, comparable, as_extreme / comparable, note)


def _left_out_gaps(cells: AccountStrata, volume: Array) -> Array:
    """Return each account's rate less the rates of the other reference accounts, its strata's."""
    ours = np.where(cells.is_focal, 0.0, 1.0)
    others = [cells.by_stratum(ours * v)[cells.stratum] - ours * v for v in (cells.events, cells.n)]
    residual = cells.events - cells.n * divide(*others)
    return divide(cells.by_account(residual), volume)
