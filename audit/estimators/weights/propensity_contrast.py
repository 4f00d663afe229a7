"""The gap net of covariates by odds weights, with the error of having estimated them."""

from __future__ import annotations

from math import inf, sqrt
from typing import Any

import numpy as np

from audit.errors import EstimationError, TooFewAccounts
from audit.estimators.base import NAN, Array, Estimate, as_numbers, confidence_faults
from audit.estimators.models.covariates import read_covariates
from audit.estimators.models.focal_model import FocalModel, fit_focal_model

FEW_ACCOUNTS = 5  # METHODS 1: below it no interval speaks for more accounts than those seen
HEAVY = 0.1  # share of the reference's weight in one unit that a reader must be told


def propensity_att(
    X: Any, focal: Any, y: Any, *, cluster: Any = None, confidence: float = 0.95
) -> Estimate:
    """Return the focal mean less the reference mean reweighted to look like the focal rows.

    Parameters
    ----------
    X : DataFrame or array_like, shape (N, P)
        Numbers; one 0/1 column per level of a category. An intercept is always added; constant
        and collinear columns change nothing.
    focal : array_like of bool, shape (N,)
    y : array_like, shape (N,)
        The outcome, 0/1 or any finite number; the estimate is in its unit.
    cluster : array_like, shape (N,), optional
        The account of every row, of one class each; without it every row is taken as independent,
        which posts of one account are not.
    confidence : float

    Returns
    -------
    Estimate
        Reference rows weigh e/(1-e), e being the chance of being focal from a logit, and are
        averaged over their sum of weights. `std_error` stacks the estimating equations of logit
        and both means. Without clusters: normal limits, no small-sample factor. With clusters:
        each class's part times K/(K-1), t limits with Welch-Satterthwaite df from
        max(1, K_eff - 1) of each class. An outcome that is the same in all rows: 0 with error 0
        and p NaN. `note` names few accounts, heavy weights, and a class whose outcomes are all
        the same: its mean then adds no error, however few rows it has.

    Raises
    ------
    SupportError
        A class has no row.
    SeparationError
        Columns separate the classes, fully or but for ties.
    TooFewAccounts
        A class has one account (with `cluster`), or one row (without).
    EstimationError
        A value is missing or infinite, lengths differ, no column varies, or an account has rows
        of both classes.

    Notes
    -----
    Lunceford & Davidian 2004, Stat Med 23:2937; Stefanski & Boos 2002, Am Stat 56:29; Hirano,
    Imbens & Ridder 2003, Econometrica 71:1161.
    """
    outcome = as_numbers(y, "y")
    faults = confidence_faults(confidence)
    if outcome.ndim != 1:
        faults.append(f"y has {outcome.ndim} dimensions; allowed: 1")
    elif missing := int((~np.isfinite(outcome)).sum()):
        faults.append(f"y is missing or infinite in {missing} place(s)")
    faults += _length_faults(outcome, X, "y")
    unit, unit_faults = _units(cluster, len(outcome))
    table = read_covariates("propensity_att", X, focal, faults + unit_faults)
    unit_focal = _class_of_units(unit, table.focal, "row" if cluster is None else "account")
    model = fit_focal_model("propensity_att", table)
    gap, influence, share = _stacked(model, table.focal, outcome)
    by_unit = np.bincount(unit, weights=influence)
    heavy = float(np.bincount(unit, weights=np.where(table.focal, 0.0, share)).max())
    if cluster is None:
        error, df = sqrt(float(by_unit @ by_unit)), inf
    else:
        weight = np.bincount(unit, weights=share)
        error, df = _between_accounts(by_unit, weight, unit_focal)
    words = "every row independent" if cluster is None else "by account"
    name = f"odds-weighted difference, stacked M-estimation error, {words}"
    note = _note(heavy, unit_focal, clustered=cluster is not None)
    note = "; ".join(part for part in (_still(outcome, table.focal), note) if part)
    p_value, half = _limits(gap, error, df, confidence)
    return Estimate(gap, gap - half, gap + half, error, p_value, df, name, note)


def _length_faults(values: Array, X: Any, name: str) -> list[str]:
    rows = len(X) if hasattr(X, "__len__") else 1
    if len(values) == rows:
        return []
    return [f"{name} has {len(values)} entries; allowed: {rows}, the rows of X"]


def _units(cluster: Any, rows: int) -> tuple[Array, list[str]]:
    """Return a number per row for whose it is, and what is wrong with the labels."""
    import pandas as pd

    if cluster is None:
        return np.arange(rows), []
    labels = pd.Series(np.asarray(cluster, dtype=object).ravel())
    if len(labels) != rows:
        return np.arange(rows), [f"cluster has {len(labels)} entries; allowed: {rows}, as y"]
    if missing := int(labels.isna().sum()):
        return np.arange(rows), [f"cluster is missing in {missing} place(s)"]
    return np.asarray(pd.factorize(labels)[0]), []


def _class_of_units(unit: Array, is_focal: Array, what: str) -> Array:
    rows = np.bincount(unit)
    focal_rows = np.bincount(unit, weights=is_focal)
    if mixed := int(((focal_rows > 0) & (focal_rows < rows)).sum()):
        raise EstimationError(
            f"propensity_att: {mixed} account(s) have rows of both classes; allowed: one class per "
            "account. Try: leaving out their reference rows (METHODS 1)."
        )
    unit_focal = focal_rows > 0
    for flag, name in ((unit_focal, "focal"), (~unit_focal, "reference")):
        if flag.sum() < 2:
            raise TooFewAccounts(
                f"propensity_att: the {name} class has 1 {what}, whose spread cannot be seen; "
                f"allowed: at least 2. Try: a placebo rank among like accounts (METHODS 1)."
            )
    return unit_focal


def _stacked(model: FocalModel, is_focal: Array, y: Array) -> tuple[float, Array, Array]:
    """Return the gap, each row's influence on it, and its share of its class's weight."""
    # odds over their largest, since only their ratios matter
    power = np.where(is_focal, -np.inf, model.log_odds)
    odds = np.exp(power - power.max())
    share = np.where(is_focal, is_focal / is_focal.sum(), odds / odds.sum())
    focal_mean, reference_mean = (float(share[s] @ y[s]) for s in (is_focal, ~is_focal))
    away = share * (y - np.where(is_focal, focal_mean, reference_mean))
    pull = np.where(is_focal, 0.0, away) @ model.design
    through_weights = model.scores(is_focal) @ pull
    influence = np.where(is_focal, away, -away) - through_weights
    if np.ptp(y) == 0:
        return 0.0, np.zeros(len(y)), share
    return focal_mean - reference_mean, influence, share


def _between_accounts(influence: Array, weight: Array, is_focal: Array) -> tuple[float, float]:
    """Return the standard error and its degrees of freedom from both classes' accounts."""
    parts, freedoms = [], []
    for flag in (is_focal, ~is_focal):
        accounts = int(flag.sum())
        parts.append(accounts / (accounts - 1) * float((influence[flag] ** 2).sum()))
        alike = float((weight[flag] ** 2).sum()) / float(weight[flag].sum()) ** 2
        freedoms.append(max(1.0, 1 / alike - 1))
    whole = sum(parts)
    if whole <= 0:
        return 0.0, min(freedoms)
    spread = sum((part / whole) ** 2 / df for part, df in zip(parts, freedoms, strict=True))
    return sqrt(whole), 1 / spread


def _limits(gap: float, error: float, df: float, confidence: float) -> tuple[float, float]:
    """Return the two-sided p and the half-width; p is NaN where nothing varies."""
    from scipy.special import ndtr, ndtri, stdtr, stdtrit

    if error <= 0:
        return NAN, 0.0
    at = -abs(gap) / error
    if df == inf:
        return 2 * float(ndtr(at)), float(ndtri((1 + confidence) / 2)) * error
    return 2 * float(stdtr(df, at)), float(stdtrit(df, (1 + confidence) / 2)) * error


def _still(y: Array, is_focal: Array) -> str:
    """Return which class's outcome never varies, for whose mean the error then allows nothing."""
    still = [
        f"all {int(side.sum()):,} {name} outcomes are {y[side][0]:g}, so that the error allows "
        f"nothing for the {name} mean"
        for side, name in ((is_focal, "focal"), (~is_focal, "reference"))
        if np.ptp(y[side]) == 0
    ]
    return "; ".join(still)


def _note(heavy: float, unit_focal: Array, *, clustered: bool) -> str:
    what = "account" if clustered else "row"
    notes = []
    if clustered and (few := int(unit_focal.sum())) < FEW_ACCOUNTS:
        notes.append(f"{few} focal accounts: no interval speaks for more accounts than these")
    if heavy > HEAVY:
        notes.append(f"one reference {what} carries {heavy:.0%} of the reference's weight")
    return "; ".join(notes)
