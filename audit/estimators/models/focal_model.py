"""The logit of being focal on covariates, which exists only where the classes overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.errors import EstimationError, SeparationError
from audit.estimators.base import Array
from audit.estimators.models.covariates import Covariates, Directions, directions

MOST_STEPS = 200
SUSPECT_STEPS = 15  # Newton steps after which a fit that has not settled is searched for separation
SUSPECT_ODDS = 15.0  # log odds at which a fit that seems to have settled is searched too
SETTLED = 1e-9  # largest change of a row's log odds in the last step
SEPARATED = 1e-6  # as scaled in `_separating`, what a solver's tolerance of 1e-7 cannot explain


@dataclass(frozen=True, slots=True, eq=False)
class FocalModel:
    """A fitted logit.

    Attributes
    ----------
    design : ndarray, shape (N, 1 + R)
        A constant and the independent directions of the columns.
    log_odds : ndarray, shape (N,)
    """

    design: Array
    log_odds: Array

    @property
    def chance(self) -> Array:
        """Return the fitted chance of being focal of every row."""
        from scipy.special import expit

        return np.asarray(expit(self.log_odds))

    def scores(self, is_focal: Array) -> Array:
        """Return each row's influence on the coefficients, shape (N, 1 + R)."""
        chance = self.chance
        bread = (self.design * (chance * (1 - chance))[:, None]).T @ self.design
        pull = self.design * (is_focal - chance)[:, None]
        return np.linalg.solve(bread, pull.T).T


def fit_focal_model(where: str, table: Covariates) -> FocalModel:
    """Return the maximum-likelihood logit with a constant, by Newton steps with a line search.

    Raises
    ------
    SeparationError
        A combination of columns separates the classes, fully or but for ties, so that no estimate
        exists (Albert & Anderson 1984, Biometrika 71:1).
    EstimationError
        No column varies, or the fit does not settle.
    """
    basis = directions(table.values)
    if not basis.scores.shape[1]:
        raise EstimationError(
            f"{where}: no column of X varies, so that it says nothing about who is focal."
        )
    design = np.column_stack([np.ones(len(basis.scores)), basis.scores])
    sign = np.where(table.focal, 1.0, -1.0)
    log_odds = np.full(len(design), np.log(table.focal.sum() / (~table.focal).sum()))
    value = float(np.logaddexp(0, -sign * log_odds).sum())
    for step_number in range(MOST_STEPS):
        change = design @ _newton_step(design, log_odds, table.focal)
        trial, halving = log_odds + change, 1.0
        found = float(np.logaddexp(0, -sign * trial).sum())
        while found > value + 1e-12 * abs(value) and halving > 1e-9:
            halving /= 2
            trial = log_odds + halving * change
            found = float(np.logaddexp(0, -sign * trial).sum())
        log_odds, value = trial, found
        settled = halving == 1.0 and np.abs(change).max() < SETTLED
        # where classes separate, log odds grow by 1 a step until no float can tell
        extreme = settled and np.abs(log_odds).max() > SUSPECT_ODDS
        if extreme or step_number == SUSPECT_STEPS:
            _refuse_separation(where, table, basis, design, sign)
        if settled:
            return FocalModel(design, log_odds)
    raise EstimationError(
        f"{where}: the logit of focal on X does not settle in {MOST_STEPS} steps; the classes "
        "hardly overlap. Try: fewer columns."
    )


def _newton_step(design: Array, log_odds: Array, is_focal: Array) -> Array:
    from scipy.special import expit

    chance = expit(log_odds)
    curve = (design * (chance * (1 - chance))[:, None]).T @ design
    return np.linalg.lstsq(curve, design.T @ (is_focal - chance), rcond=None)[0]


def _refuse_separation(
    where: str, table: Covariates, basis: Directions, design: Array, sign: Array
) -> None:
    direction = _separating(design, sign)
    if direction is None:
        return
    load = np.abs(basis.loadings(direction[1:]))
    names = [table.names[j] for j in np.argsort(-load) if load[j] > 0.5 * load.max()]
    raise SeparationError(
        f"{where}: X separates the classes, so that no finite propensity exists for some rows; "
        f"what separates: {', '.join(names)}. Try: fewer or coarser columns, or leaving out rows "
        "without a counterpart (coarsened_exact)."
    )


def _separating(design: Array, sign: Array) -> Array | None:
    """Return a direction along which no row is on the wrong side and some are on the right one."""
    from scipy.optimize import linprog

    signed = design * sign[:, None]
    found = linprog(
        -signed.mean(axis=0),
        A_ub=-signed,
        b_ub=np.zeros(len(signed)),
        bounds=(-1, 1),
        method="highs",
    )
    if not found.success or (signed @ found.x).max() < SEPARATED:
        return None
    return np.asarray(found.x)
