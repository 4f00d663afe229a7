"""What ended each post's time on display, where several things can: incidence by cause."""

from __future__ import annotations

from typing import Any

import numpy as np

from audit.estimators.base import Array
from audit.estimators.times.followup import RiskTable, follow_up, risk_table


def cumulative_incidence(time: Any, cause: Any, *, weights: Any = None, entry: Any = None) -> Any:
    """Return the share ended by each cause up to each time, the other causes at work.

    Parameters
    ----------
    time : array_like, shape (n,)
        As for `kaplan_meier`.
    cause : array_like, shape (n,)
        0 where nothing had ended the row by `time` (censored); 1, 2, … for what did. Tied times
        are exact: nothing is jittered.
    weights, entry : array_like, shape (n,), optional
        As for `kaplan_meier`.

    Returns
    -------
    DataFrame
        `time`, `cause`, `incidence`, `std_error`: one row per distinct time of an event of any
        cause and per cause that occurs, causes within times. At every time the incidences sum to
        1 less the Kaplan–Meier survival of all causes together. No events: no rows. The standard
        error is that of the multinomial delta method, and with one cause is Greenwood's.

    Raises
    ------
    EstimationError
        As for `kaplan_meier`; a cause that is not a whole number from 0.

    Notes
    -----
    Aalen & Johansen 1978, Scand J Stat 5:141; the variance of Dinse & Larson 1986, Biometrika
    73:379. statsmodels' `CumIncidenceRight` gives the same except at and after a time at which all
    rows at risk end, and knows neither late entry nor an error with weights.
    """
    import pandas as pd

    rows = follow_up(
        "cumulative_incidence", time, cause, weights=weights, entry=entry, name="cause"
    )
    causes = np.unique(rows.cause[(rows.cause > 0) & (rows.weight > 0)])
    overall = risk_table(rows)
    columns = [_incidence(overall, risk_table(rows, cause=c).events) for c in causes]
    size = len(overall.time)
    shares = np.array([c[0] for c in columns]).reshape(len(causes), size)
    errors = np.array([c[1] for c in columns]).reshape(len(causes), size)
    return pd.DataFrame(
        {
            "time": np.repeat(overall.time, len(causes)),
            "cause": np.tile(causes.astype(int), size),
            "incidence": shares.T.ravel(),
            "std_error": errors.T.ravel(),
        }
    )


def _incidence(overall: RiskTable, events: Array) -> tuple[Array, Array]:
    """Return the incidence of one cause and its standard error at every event time.

    The state (S, F) moves by S(1 - h) and F + S h_j at each time; its covariance moves with it,
    plus S² times that of the multinomial shares (h, h_j).
    """
    hazard = (overall.events / overall.at_risk).tolist()
    own = (events / overall.at_risk).tolist()
    share, total = 1.0, 0.0
    v_share = v_both = v_total = 0.0
    totals, errors = [], []
    for h, j, n in zip(hazard, own, overall.at_risk.tolist(), strict=True):
        noise = share * share / n
        v_total += 2 * j * v_both + j * j * v_share + noise * j * (1 - j)
        v_both = (1 - h) * (v_both + j * v_share) - noise * j * (1 - h)
        v_share = (1 - h) ** 2 * v_share + noise * h * (1 - h)
        total += share * j
        share *= 1 - h
        totals.append(total)
        errors.append(max(0.0, v_total) ** 0.5)
    return np.array(totals), np.array(errors)
