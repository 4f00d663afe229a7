"""What each account did beyond the pooled rates of its strata, and how far chance could take it."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.errors import SupportError
from audit.estimators.accounts.account_strata import divide, icc_given_stratum, icc_influences
from audit.estimators.base import Array
from audit.influence import (
    IS_FOCAL,
    IS_REFERENCE,
    Influence,
    StratumSums,
    Tallies,
    of_both,
    of_class,
)


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


def account_scores(cells: Tallies, where: str) -> AccountScores:
    """Score every account by its residual from pooled stratum rates (METHODS 1).

    Raises SupportError where a class has no posts, or no stratum holds both: then every residual
    sums to 0 in each class, whatever was done.
    """
    sums = cells.sums()
    for side, name in ((IS_FOCAL, "focal"), (IS_REFERENCE, "reference")):
        if not sums.accounts[side].any():
            raise SupportError(f"{where}: the {name} class has no posts that count.")
    pushed = cells.push(icc_influences(sums) | _score_influences(sums))
    is_focal = cells.focal_accounts()
    if not (pushed["lift"][is_focal] > 0).any():
        raise SupportError(
            f"{where}: no stratum holds both classes, so that nothing is compared. "
            "Try: fewer or wider strata."
        )
    # pairs of one account's posts share icc of the variance: all pairs less a post with itself
    apart, together = pushed["apart"], pushed["root"] ** 2
    # of all accounts, not the larger of two: it must not depend on who is focal
    rho = icc_given_stratum(pushed)
    return AccountScores(
        volume=pushed["volume"],
        residual=pushed["residual"],
        variance=apart + rho * np.maximum(together - apart, 0.0),
        lift=pushed["lift"],
        is_focal=is_focal,
    )


def _score_influences(sums: StratumSums) -> dict[str, Influence]:
    size = sums.weighted_n.sum(0)
    rate = divide(sums.weighted_events.sum(0), size)
    is_focal = of_class(IS_FOCAL, 1.0, len(rate))
    mixed = is_focal - of_both(divide(sums.weighted_n[IS_FOCAL], size))
    binomial = np.maximum(rate * (1 - rate), 0.0)
    one = np.ones((2, len(rate)))
    return {
        "volume": Influence({"weighted_n": one}),
        "residual": Influence({"weighted_events": one, "weighted_n": -of_both(rate)}),
        "apart": Influence({"squared": of_both(binomial)}),
        "root": Influence({"weighted_n": of_both(np.sqrt(binomial))}),
        "lift": Influence({"weighted_n": mixed}),
    }
