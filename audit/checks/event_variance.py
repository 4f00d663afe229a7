"""The interval of the primary gap when posts are alike within accounts and within events."""

from __future__ import annotations

from dataclasses import replace
from math import sqrt

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.estimators.base import ClusteredEstimate, Estimate, StandardisedEstimate
from audit.estimators.tables.mover import mover_difference, wilson_limits

OUTSIDE = "(no event)"


def two_way(
    found: StandardisedEstimate, rows: pd.DataFrame, *, confidence: float = 0.95
) -> Estimate:
    """Return the primary gap with limits by account and event.

    Parameters
    ----------
    found : StandardisedEstimate
        The gap, with its arms by account at `confidence`.
    rows : DataFrame
        Sums by group, account_id, event and stratum (see `events.by_event`).
    confidence : float
        Between 0 and 1.

    Returns
    -------
    Estimate
        Never narrower than `found`; equal to it where every event is one account's. Where a
        variance by account is 0 (both rates 0 or 1) there is no spread within events either.

    Notes
    -----
    V = V_account + V_event − V_account×event (Cameron, Gelbach & Miller 2011, J Bus Econ Stat
    29:238, https://doi.org/10.1198/jbes.2010.07136), and V_account where that is more. A post of
    no event is an event of its own, so that it adds nothing: what is added is, over the events,
    (Σ u)² − Σ_account (Σ u)², where u is a post's influence on the gap, of either class, and an
    event's share of its class is allowed for as in leaving it out. V_account is that of the
    primary effect, borrowed correlation included. Both arms' effective posts shrink by V /
    V_account, and t has at most as many degrees of freedom as the events, by their shares,
    allow.
    """
    from scipy.special import stdtrit

    influence, shares = influences(found, rows)
    at = rows["event"] != OUTSIDE
    by_event = influence[at].groupby(rows["event"][at]).sum()
    crossed = influence[at].groupby([rows["event"][at], rows["account_id"][at]]).sum()
    added = float((by_event**2).sum() - (crossed**2).sum())
    account = found.focal.std_error**2 + found.reference.std_error**2
    stretch = 1 + max(0.0, added) / account if account > 0 else 1.0

    def arm(one: ClusteredEstimate, group: str) -> ClusteredEstimate:
        df = max(1.0, min(one.df, 1 / shares[group] - 1))
        n_eff = one.n_eff / stretch
        limits = wilson_limits(one.estimate, n_eff, float(stdtrit(df, (1 + confidence) / 2)))
        return replace(
            one,
            conf_low=limits[0],
            conf_high=limits[1],
            std_error=one.std_error * sqrt(stretch),
            df=df,
            deff=one.deff * stretch,
            n_eff=n_eff,
        )

    joined = mover_difference(arm(found.focal, FOCAL), arm(found.reference, REFERENCE))
    return replace(joined, method="by account and event (Cameron, Gelbach & Miller 2011); MOVER")


def influences(
    found: StandardisedEstimate, rows: pd.DataFrame
) -> tuple[pd.Series, dict[str, float]]:
    """Return each row's influence on the gap, and each class's Σ (share of an event)².

    Posts of no event count in the latter one by one.
    """
    reference = rows["group"] == REFERENCE
    sums = rows[reference].groupby("stratum")[["w_events", "w_n"]].sum()
    rate = rows["stratum"].map(sums["w_events"] / sums["w_n"])
    mix = rows[~reference].groupby("stratum")["w_n"].sum()
    per_post = rows["stratum"].map(mix / sums["w_n"]).where(reference, 1.0) / mix.sum()
    residual = rows["w_events"] - rows["w_n"] * rate
    focal = residual - rows["w_n"] * found.estimate
    influence = per_post * np.where(reference, -residual, focal)
    share = per_post * rows["w_n"]
    of_event = share.groupby([rows["group"], rows["event"]]).transform("sum")
    left = (1 - of_event).where((rows["event"] != OUTSIDE) & (of_event < 1 - 1e-12), np.inf)
    return influence / left, {
        group: _concentration(share[mine], rows.loc[mine])
        for group, mine in ((FOCAL, ~reference), (REFERENCE, reference))
    }


def _concentration(share: pd.Series, rows: pd.DataFrame) -> float:
    """Return Σ share² over the events, posts of no event one by one; rows carry equal weights."""
    in_event = rows["event"] != OUTSIDE
    events = share[in_event].groupby(rows.loc[in_event, "event"]).sum()
    alone = share[~in_event] ** 2 / rows.loc[~in_event, "n"]
    return float((events**2).sum() + alone.sum())
