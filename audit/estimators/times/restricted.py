"""The mean time without event up to a horizon, and how it differs between two classes."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp, inf, log, sqrt
from typing import Any

import numpy as np

from audit.cells import equal_accounts
from audit.errors import EstimationError, SupportError
from audit.estimators.base import Array, Estimate, as_numbers, choose, refuse
from audit.estimators.scalars import is_number
from audit.estimators.tables.wald import satterthwaite, t_quantile
from audit.estimators.times.followup import FollowUp, account_codes, follow_up
from audit.estimators.times.survival import survival_area

MEASURES = {
    "difference": "difference of restricted mean times",
    "ratio": "ratio of restricted mean times",
}
BY_ROW = "Greenwood error (Royston & Parmar 2013)"
BY_ACCOUNT = "infinitesimal jackknife by cluster, t"
INDEPENDENT = "every row counts as independent of the others; pass cluster= for accounts"


@dataclass(frozen=True, slots=True)
class Arm:
    """One class's restricted mean with its variance and the degrees of freedom of that."""

    mean: float
    variance: float
    df: float


def restricted_mean(
    time: Any,
    event: Any,
    *,
    tau: float,
    weights: Any = None,
    cluster: Any = None,
    entry: Any = None,
    confidence: float = 0.95,
) -> Estimate:
    """Return the mean time without event within the first `tau` units of time.

    Parameters
    ----------
    time, event, weights, entry : array_like, shape (n,)
        As for `kaplan_meier`.
    tau : float
        The horizon, in the unit of `time`: above 0 and at most the last time anyone was watched.
    cluster : array_like, shape (n,), optional
        The account of each row. Without it rows count as independent.
    confidence : float

    Returns
    -------
    Estimate
        Area under the Kaplan–Meier curve from 0 to `tau`, in units of time; limits lie within 0
        and `tau`. With clusters the variance is K/(K - 1) times the sum over accounts of squared
        influences, and the t quantile has max(1, K_eff - 1) df, K_eff = (Σw)²/Σ_g w_g²; without
        them it is Greenwood's, and normal. No event before `tau`: `tau` with standard error 0
        and limits NaN, for nothing shows how far it could be from `tau`.

    Raises
    ------
    EstimationError
        As for `kaplan_meier`; `tau` beyond the last follow-up, with the largest allowed.
    TooFewAccounts
        One cluster.

    Notes
    -----
    Royston & Parmar 2013, BMC Med Res Methodol 13:152, https://doi.org/10.1186/1471-2288-13-152;
    as survRM2 (Uno et al. 2014, J Clin Oncol 32:2380). The sum of squared influences of single
    rows is Greenwood's variance exactly.
    """
    rows = follow_up(
        "restricted_mean", time, event, weights=weights, entry=entry, confidence=confidence
    )
    _check_horizon("restricted_mean", tau, rows.last())
    codes = None
    if cluster is not None:
        codes = _kept_codes("restricted_mean", cluster, rows.weight > 0)
    found = arm(rows.where(rows.weight > 0), tau, codes)
    method = f"restricted mean time to {tau:g}, {BY_ROW if cluster is None else BY_ACCOUNT}"
    note = INDEPENDENT if cluster is None else ""
    if found.variance <= 0:
        note = "no spread before the horizon: the data set no limits"
        return Estimate(found.mean, std_error=0.0, df=found.df, method=method, note=note)
    error = sqrt(found.variance)
    reach = t_quantile(found.df, confidence) * error
    low, high = max(0.0, found.mean - reach), min(float(tau), found.mean + reach)
    return Estimate(found.mean, low, high, error, df=found.df, method=method, note=note)


def restricted_mean_contrast(
    time: Any,
    event: Any,
    focal: Any,
    *,
    tau: float,
    measure: str = "difference",
    weights: Any = None,
    cluster: Any = None,
    entry: Any = None,
    confidence: float = 0.95,
) -> Estimate:
    """Return the focal against the reference mean time without event, up to `tau`.

    Parameters
    ----------
    time, event, weights, entry : array_like, shape (n,)
        As for `kaplan_meier`.
    focal : array_like of bool, shape (n,)
    tau : float
        As for `restricted_mean`; both classes must have been watched as long.
    measure : {"difference", "ratio"}
        Focal less reference, in units of time; or focal over reference, its standard error and
        limits made on the log scale.
    cluster : array_like, shape (n,), optional
        The account of each row; an account belongs to one class. Two or more in each.
    confidence : float

    Returns
    -------
    Estimate
        Positive differences say that focal posts stay longer. With clusters a t with
        Satterthwaite's df of the two arms. A class without spread, such as one with no event
        before `tau`, leaves standard error, limits and p NaN: the other class's uncertainty alone
        would pass for all of it.

    Raises
    ------
    SupportError
        A class has no rows.
    EstimationError
        As for `restricted_mean`; an account in both classes; a ratio over a mean of 0.
    TooFewAccounts
        One cluster in a class.

    Notes
    -----
    As for `restricted_mean`; the ratio as in survRM2.
    """
    choose("measure of restricted_mean_contrast", measure, MEASURES)
    where = "restricted_mean_contrast"
    rows = follow_up(where, time, event, weights=weights, entry=entry, confidence=confidence)
    flags = focal_flags(where, focal, len(rows.time))
    if cluster is not None:
        one_class_each(where, cluster, flags)
    arms = []
    for flag, name in ((flags, "focal"), (~flags, "reference")):
        used = flag & (rows.weight > 0)
        if not used.any():
            raise SupportError(f"{where}: the {name} class has no rows.")
        part = rows.where(used)
        _check_horizon(f"{where}, {name} class", tau, part.last())
        codes = None if cluster is None else _kept_codes(f"{where}, {name} class", cluster, used)
        arms.append(arm(part, tau, codes))
    method = f"{MEASURES[measure]} to {tau:g}, {BY_ROW if cluster is None else BY_ACCOUNT}"
    note = INDEPENDENT if cluster is None else ""
    return _contrast(arms[0], arms[1], measure, confidence, method, note)


def _contrast(
    focal: Arm, reference: Arm, measure: str, confidence: float, method: str, note: str
) -> Estimate:
    from scipy.special import stdtr

    if measure == "ratio" and (focal.mean <= 0 or reference.mean <= 0):
        raise EstimationError(
            "restricted_mean_contrast: a class has a restricted mean of 0 (everything was ended at "
            "time 0), so that no ratio exists. Try: measure='difference'."
        )
    scale = (focal.mean**2, reference.mean**2) if measure == "ratio" else (1.0, 1.0)
    v, w = focal.variance / scale[0], reference.variance / scale[1]
    df = satterthwaite((v, focal.df), (w, reference.df))
    gap = focal.mean - reference.mean
    if measure == "ratio":
        gap = log(focal.mean) - log(reference.mean)
    error = sqrt(v + w)
    shown = exp if measure == "ratio" else float
    if min(v, w) <= 0:
        words = "a class shows no spread before the horizon: the data set no limits"
        return Estimate(shown(gap), df=df, method=method, note=words)
    reach = t_quantile(df, confidence) * error
    p_value = 2 * float(stdtr(min(df, 1e12), -abs(gap) / error))
    return Estimate(
        shown(gap), shown(gap - reach), shown(gap + reach), error, p_value, df, method, note
    )


def arm(rows: FollowUp, tau: float, codes: Array | None) -> Arm:
    """Return the restricted mean of one class, its variance by row or by account."""
    table, beyond, mean = survival_area(rows, tau)
    left = table.at_risk - table.events
    if codes is None:
        terms = np.zeros(len(left))
        np.divide(table.events, table.at_risk * left, out=terms, where=left > 0)
        return Arm(mean, float((beyond**2 * terms).sum()), inf)
    pull = np.zeros(len(left))
    np.divide(beyond, left, out=pull, where=left > 0)
    drift = np.concatenate([[0.0], np.cumsum(pull * table.events / table.at_risk)])
    upto = np.searchsorted(table.time, np.minimum(rows.time, tau), side="right")
    since = np.searchsorted(table.time, rows.entry, side="right")
    own = np.zeros(len(rows.time))
    hit = (rows.cause > 0) & (rows.time <= tau)
    own[hit] = pull[np.searchsorted(table.time, rows.time[hit])]
    influence = rows.weight * (drift[upto] - drift[np.minimum(since, upto)] - own)
    sums, size = np.bincount(codes, influence), np.bincount(codes, rows.weight)
    k = len(sums)
    k_eff = equal_accounts(size)
    return Arm(mean, k / (k - 1) * float((sums**2).sum()), max(1.0, k_eff - 1))


def focal_flags(where: str, focal: Any, length: int) -> Array:
    """Return the class flags as booleans, or say what is wrong with them."""
    flags = as_numbers(focal, "focal")
    faults = []
    if flags.shape != (length,):
        faults.append(f"focal has shape {flags.shape}; allowed: ({length},), as many as time")
    elif not np.isin(flags, (0, 1)).all():
        at = int(np.flatnonzero(~np.isin(flags, (0, 1)))[0])
        faults.append(f"focal is {flags[at]} at {at}; allowed: true and false")
    refuse(where, faults)
    return flags > 0


def one_class_each(where: str, cluster: Any, flags: Array) -> None:
    """Raise where an account has rows in both classes."""
    codes = account_codes(where, cluster, len(flags))
    n_focal, n_all = np.bincount(codes, flags), np.bincount(codes)
    mixed = (n_focal > 0) & (n_focal < n_all)
    if mixed.any():
        name = np.asarray(cluster, dtype=object)[int(np.flatnonzero(mixed[codes])[0])]
        raise EstimationError(
            f"{where}: {int(mixed.sum())} account(s) have rows in both classes, first {name!r}; "
            "allowed: one class per account. Try: leave their reference rows out."
        )


def _kept_codes(where: str, cluster: Any, used: Array) -> Array:
    labels = np.asarray(cluster, dtype=object)
    if labels.shape != used.shape:
        account_codes(where, cluster, len(used))
    return account_codes(where, labels[used], int(used.sum()))


def _check_horizon(where: str, tau: float, last: float) -> None:
    if not (is_number(tau) and np.isfinite(tau) and tau > 0):
        refuse(where, [f"tau is {tau!r}; allowed: a time above 0"])
    if tau > last:
        raise EstimationError(
            f"{where}: tau is {tau:g}, beyond the last follow-up; allowed: at most {last:g}."
        )
