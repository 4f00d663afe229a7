"""Mean hours without action at the focal class's mix of strata, uncertain by account."""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite, sqrt

import numpy as np

from audit.cells import equal_accounts
from audit.errors import EstimationError, SupportError
from audit.estimators.base import NAN, Array, Estimate
from audit.estimators.tables.wald import satterthwaite, t_quantile
from audit.estimators.times.followup import FollowUp
from audit.estimators.times.survival import survival_area
from audit.numerals import MINUS, setting
from audit.utterances import uttered

METHOD = (
    "restricted mean to {tau} hours (Royston & Parmar 2013), reference weighted to the focal mix "
    "of strata; delete-one jackknife of influences by account, t"
)
NO_SPREAD = "a class shows no spread before the horizon: the data set no limits"
NO_EVENT = 1e-12  # variance, as a share of tau squared, that is rounding and no spread


@dataclass(frozen=True, slots=True)
class HoursGap(Estimate):
    """A difference of mean hours, and each class's own mean."""

    focal: float = NAN
    reference: float = NAN


@dataclass(frozen=True, slots=True, eq=False)
class Followed:
    """Posts and how long each was watched; arrays of one length.

    `weight` is posts times sampling weight, `account` and `stratum` are numbers from 0.
    """

    hours: Array
    event: Array
    weight: Array
    account: Array
    stratum: Array
    focal: Array


def to_focal_mix(rows: Followed) -> Array:
    """Return the weight of each row with every stratum of the reference scaled to the focal one."""
    size = int(rows.stratum.max()) + 1
    ours, theirs = (
        np.bincount(rows.stratum, rows.weight * side, size) for side in (rows.focal, ~rows.focal)
    )
    scale = np.divide(ours, theirs, out=np.zeros(size), where=theirs > 0)
    return np.where(rows.focal, rows.weight, rows.weight * scale[rows.stratum])


def mean_hours_gap(rows: Followed, *, tau: float, confidence: float = 0.95) -> HoursGap:
    """Return the focal less the reference mean hours without event within the first `tau`.

    Parameters
    ----------
    rows : Followed
        Of strata that hold both classes; at least two accounts of each class.
    tau : float
        Hours; at most the last time that either class was watched.
    confidence : float

    Returns
    -------
    HoursGap
        Hours. Without spread in a class the limits and p are NaN, and `note` says so.

    Raises
    ------
    SupportError
        A class has no rows.
    EstimationError
        `tau` beyond the last follow-up of a class, unless all of it had the event by then: no
        time without event is left to know about.

    Notes
    -----
    The area under a Kaplan–Meier curve in which each reference post has the weight N_F,s / n_R,s
    (Xie & Liu 2005, Stat Med 24:3089). The weights are estimated, so a reference post pulls by its
    influence less the mean one of its stratum, and a focal post moves the mix by that mean. With
    one stratum and accounts of equal size it is `restricted_mean_contrast` with clusters; else
    the accounts' pulls are those of leaving one out, (K-1)/K Σ(u_g / (1 - share_g))².
    """
    weight = to_focal_mix(rows)
    size = int(rows.stratum.max()) + 1
    theirs, ours = ~rows.focal, rows.focal
    arms = [_area(rows, weight, side, tau) for side in (ours, theirs)]
    mass = np.bincount(rows.stratum[theirs], weight[theirs], size)
    pulled = np.bincount(rows.stratum[theirs], weight[theirs] * arms[1][1], size)
    middle = np.divide(pulled, mass, out=np.zeros(size), where=mass > 0)

    # both sides as left-out accounts: what is left of the class, or of the stratum
    own = weight[ours] * (arms[0][1] - middle[rows.stratum[ours]])
    share = _by(rows.account[ours], weight[ours]) / weight[ours].sum()
    v_focal = _spread(_by(rows.account[ours], own), 1 - share)
    cell, place = np.unique(rows.account[theirs] * size + rows.stratum[theirs], return_inverse=True)
    pull = np.bincount(place, weight[theirs] * (arms[1][1] - middle[rows.stratum[theirs]]))
    left = 1 - np.bincount(place, weight[theirs]) / mass[cell % size]
    pull = np.divide(pull, left, out=np.zeros_like(pull), where=left > 1e-12)
    v_reference = _spread(np.bincount(np.unique(cell // size, return_inverse=True)[1], pull), 1.0)

    each = (share, _by(rows.account[theirs], weight[theirs]) / weight[theirs].sum())
    df = [max(1.0, equal_accounts(s) - 1) for s in each]
    means = arms[0][0], arms[1][0]
    # a class in which nothing ends before the horizon sets no limits, whatever its mix does
    v_focal, v_reference = v_focal * arms[0][1].any(), v_reference * arms[1][1].any()
    return _joined((v_focal, df[0]), (v_reference, df[1]), means, tau, confidence)


def _joined(
    focal: tuple[float, float],
    reference: tuple[float, float],
    means: tuple[float, float],
    tau: float,
    confidence: float,
) -> HoursGap:
    from scipy.special import stdtr

    gap, df = means[0] - means[1], satterthwaite(focal, reference)
    method = METHOD.format(tau=setting(tau))
    if min(focal[0], reference[0]) <= NO_EVENT * tau * tau:
        return HoursGap(
            gap, df=df, method=method, note=NO_SPREAD, focal=means[0], reference=means[1]
        )
    error = sqrt(focal[0] + reference[0])
    reach = t_quantile(df, confidence) * error
    low, high = max(-tau, gap - reach), min(tau, gap + reach)
    p = 2 * float(stdtr(df, -abs(gap) / error))
    return HoursGap(gap, low, high, error, p, df, method, "", *means)


def _area(rows: Followed, weight: Array, side: Array, tau: float) -> tuple[float, Array]:
    """Return a class's area under survival to `tau`, and how each row pulls it per unit weight."""
    used = side & (weight > 0)
    if not used.any():
        raise SupportError("mean_hours_gap: a class has no posts that count.")
    time, event = rows.hours[side], rows.event[side].astype(float)
    last = float(rows.hours[used].max())
    if tau > last and not rows.event[used & (rows.hours == last)].all():
        raise EstimationError(
            f"{tau:g} hours are beyond the last look at a class; allowed: at most {last:g}"
        )
    watched = FollowUp(time, event, weight[side], np.full(len(time), -np.inf))
    table, beyond, mean = survival_area(watched, tau)
    left = table.at_risk - table.events
    slope = np.divide(beyond, left, out=np.zeros(len(left)), where=left > 0)
    drift = np.concatenate([[0.0], np.cumsum(slope * table.events / table.at_risk)])
    pull = drift[np.searchsorted(table.time, np.minimum(time, tau), side="right")]
    hit = (event > 0) & (time <= tau) & (weight[side] > 0)
    pull[hit] -= slope[np.searchsorted(table.time, time[hit])]
    return mean, pull


def _by(account: Array, values: Array) -> Array:
    """Return sums by account, of those that occur."""
    return np.bincount(np.unique(account, return_inverse=True)[1], values)


def _spread(pull: Array, left: Array | float) -> float:
    """Return the delete-one variance from accounts' pulls and what is left without each."""
    k = len(pull)
    return (k - 1) / k * float(((pull / left) ** 2).sum()) if k > 1 else 0.0


def hours(value: float, *, signed: bool = False) -> str:
    """Return a number of hours: "1 hour", "23.4 hours", "+1,204 hours"; "not known" for NaN."""
    if not isfinite(value):
        return "not known"
    if 0 < value < 0.05 and not signed:
        return "less than 0.1 hours"
    text = f"{value:,.0f}" if abs(value) >= 1000 else f"{value:,.1f}".removesuffix(".0")
    text = "0" if text in ("-0", "0") else text
    plus = "+" if signed and value > 0 and text != "0" else ""
    noun = "hour" if text in ("1", "-1") else "hours"
    said = f"{plus}{text.replace('-', MINUS)}"
    return f"{uttered(said, value, 'hours', len(text.partition('.')[2]))} {noun}"
