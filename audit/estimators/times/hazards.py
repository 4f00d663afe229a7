"""The rate at which untouched posts are acted on, and how columns multiply it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from audit.errors import EstimationError
from audit.estimators.base import NAN, Array, Fit, choose
from audit.estimators.models.model_matrix import ModelMatrix, model_matrix
from audit.estimators.tables.maximum import climb, unit_columns
from audit.estimators.tables.wald import wald
from audit.estimators.times.followup import FollowUp, account_codes, follow_up
from audit.estimators.times.risk_sets import RiskSets, risk_sets

TIES = ("efron", "breslow")
BY_ROW = "normal, inverse information"
BY_ACCOUNT = "sandwich by cluster (Lin & Wei 1989); limits by t, k - 1 df, k/(k - 1) times it"
INDEPENDENT = "every row counts as independent of the others; pass cluster= for accounts"


@dataclass(frozen=True, slots=True, eq=False)
class CoxFit(Fit):
    """A proportional hazards fit: `params` are log hazard ratios.

    Attributes
    ----------
    loglik_null : float
        Partial log-likelihood with all coefficients 0; twice the gain is the likelihood ratio.
    n_events : float
        Rows with the event.
    """

    loglik_null: float = NAN
    n_events: float = NAN


def cox(
    X: Any,
    time: Any,
    event: Any,
    *,
    ties: str = "efron",
    cluster: Any = None,
    entry: Any = None,
    confidence: float = 0.95,
) -> CoxFit:
    """Return how each column multiplies the hazard of the event (proportional hazards).

    Parameters
    ----------
    X : array_like or DataFrame, shape (n, p)
        No constant: the baseline hazard holds it.
    time, event, entry : array_like, shape (n,)
        As for `kaplan_meier`.
    ties : {"efron", "breslow"}
    cluster : array_like, shape (n,), optional
        The account of each row. Without it rows count as independent.
    confidence : float

    Returns
    -------
    CoxFit
        Log hazard ratios; positive means sooner. With clusters `std_error` and `vcov` are the
        published sandwich of score residuals summed by account, as R's coxph has it, which is too
        small with few accounts. Limits and p therefore take k/(k - 1) times its variance and a t
        of k - 1 df, where k is the number of equal accounts worth the information in that
        coefficient: the smaller of (Σ_g v_g)²/Σ_g v_g² and the same of v_g², at least 2. Ten
        leaders among a thousand accounts give about 9 df and not 1,009.

    Raises
    ------
    SeparationError
        A column orders the events perfectly: its hazard ratio has no finite estimate.
    EstimationError
        As for `kaplan_meier`; no event at all, or none while two rows are at risk; a column that
        does not vary or that others determine.
    TooFewAccounts
        One cluster.

    Notes
    -----
    Cox 1972, JRSS B 34:187; Efron 1977, JASA 72:557; Lin & Wei 1989, JASA 84:1074. Own code:
    the score residuals of statsmodels 0.15 ignore late entry and Efron's ties.
    """
    choose("ties", ties, TIES)
    rows = follow_up("cox", time, event, entry=entry, confidence=confidence)
    model = model_matrix("cox", X, rows.time, confidence=confidence)
    codes = None if cluster is None else account_codes("cox", cluster, len(rows.time))
    unit = unit_columns("cox", model, "the baseline hazard")
    sets, null = _compared(unit.x, rows, ties)
    top = climb("cox", sets.at, np.zeros(unit.x.shape[1]), model)
    inverse = np.linalg.inv(top.information)
    scale = np.outer(unit.span, unit.span)
    params = top.params / unit.span
    if codes is None:
        fields, method = wald(params, inverse / scale, np.inf, model, confidence), BY_ROW
    else:
        covariance, df = _by_account(*sets.influence(top.params, inverse), codes)
        fields = _cautious(params, covariance / scale, df, model, confidence)
        method = BY_ACCOUNT
    return CoxFit(
        **fields,
        loglik=top.loglik,
        method=f"Cox proportional hazards, {ties.capitalize()} ties; {method}",
        note=INDEPENDENT if codes is None else "",
        n=float(len(rows.time)),
        loglik_null=null,
        n_events=float(rows.event.sum()),
    )


def _compared(x: Array, rows: FollowUp, ties: str) -> tuple[RiskSets, float]:
    """Return the risk sets and the log-likelihood without any effect; refuse where none differ."""
    if not rows.event.any():
        raise EstimationError(
            "cox: no row has the event, so that no hazard can be compared. Try: longer follow-up."
        )
    sets = risk_sets(x, rows, efron=ties == "efron")
    loglik, _, information = sets.at(np.zeros(x.shape[1]))
    if not np.diag(information).any():
        raise EstimationError("cox: at every event all rows at risk are alike: nothing differs.")
    return sets, loglik


def _cautious(
    params: Array, covariance: Array, df: Array, model: ModelMatrix, confidence: float
) -> dict[str, Any]:
    """Return the fields of a fit with the sandwich as it is, and limits of a larger one."""
    factor = np.sqrt((df + 1) / df)
    plain = wald(params, covariance, df, model, confidence)
    wider = wald(params, covariance * np.outer(factor, factor), df, model, confidence)
    return plain | {name: wider[name] for name in ("p_value", "conf_low", "conf_high")}


def _by_account(influence: Array, share: Array, codes: Array) -> tuple[Array, Array]:
    """Return the sandwich by account, and the degrees of freedom of each coefficient."""
    size = codes.max() + 1
    sums, held = np.zeros((size, influence.shape[1])), np.zeros((size, influence.shape[1]))
    np.add.at(sums, codes, influence)
    np.add.at(held, codes, share)
    # posts of one account apart, and wholly alike: the fewer equal accounts of the two
    k = np.maximum(2.0, np.minimum(_equal_accounts(held), _equal_accounts(held**2)))
    return sums.T @ sums, k - 1


def _equal_accounts(held: Array) -> Array:
    return held.sum(axis=0) ** 2 / (held**2).sum(axis=0)
