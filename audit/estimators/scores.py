"""What each account did beyond the pooled rates of its strata, and how far chance could take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.errors import SupportError
from audit.estimators.account_strata import AccountStrata, divide, icc_given_stratum
from audit.estimators.base import Array


@dataclass(frozen=True, slots=True, eq=False)
class AccountScores:
    """One entry per account.

    `volume` is Σwn, `residual` Σw(y - p̃_s), `variance` that of the residual were all accounts
    alike given their strata, `lift` what a difference
    of 1 between the classes adds to the residual.
    """

    volume: Array
    residual: Array
    variance: Array
    lift: Array
    is_focal: Array

    def columns(self) -> Array:
        """Return volume, residual, variance, residual², residual × volume and volume²."""
        m, u = self.volume, self.residual
        return np.column_stack([m, u, self.variance, u * u, u * m, m * m])


def account_scores(cells: AccountStrata, where: str) -> AccountScores:
    """Score every account by its residual from pooled stratum rates (METHODS 1).

    Raises SupportError where a class has no posts, or no stratum holds both: then every residual
    sums to 0 in each class, whatever was done.
    """
    is_focal = cells.by_account(cells.is_focal) > 0
    for flag, name in ((is_focal, "focal"), (~is_focal, "reference")):
        if not flag.any():
            raise SupportError(f"{where}: the {name} class has no posts that count.")
    size = cells.by_stratum(cells.weighted_n)
    rate = divide(cells.by_stratum(cells.weighted_events), size)[cells.stratum]
    mixed = (
        cells.is_focal * 1.0
        - divide(cells.by_stratum(cells.weighted_n * cells.is_focal), size)[cells.stratum]
    )
    lift = cells.by_account(cells.weighted_n * mixed)
    if not (lift[is_focal] > 0).any():
        raise SupportError(
            f"{where}: no stratum holds both classes, so that nothing is compared. "
            "Try: fewer or wider strata."
        )
    binomial = rate * (1 - rate)
    volume = cells.by_account(cells.weighted_n)
    apart = cells.by_account(binomial * cells.squared)
    # pairs of one account's posts share icc of the variance: all pairs less a post with itself
    together = cells.by_account(np.sqrt(np.maximum(binomial, 0.0)) * cells.weighted_n) ** 2
    # of all accounts, not the larger of two: it must not depend on who is focal
    rho = icc_given_stratum(cells)
    return AccountScores(
        volume=volume,
        residual=cells.by_account(cells.weighted_events - cells.weighted_n * rate),
        variance=apart + rho * np.maximum(together - apart, 0.0),
        lift=lift,
        is_focal=is_focal,
    )
