"""How long posts stand before anything is done: the share still untouched, and tests of it."""

from __future__ import annotations

from math import inf
from typing import Any

import numpy as np

from audit.errors import SupportError
from audit.estimators.base import NAN, Array, Estimate, Test, refuse
from audit.estimators.tables.score import normal_quantile
from audit.estimators.times.followup import FollowUp, RiskTable, at_risk, follow_up, risk_table

EXACTLY = 1e-12  # a product of shares misses a round number by no more
QUANTILE_METHOD = "Kaplan–Meier quantile, log-log limits (Brookmeyer & Crowley 1982)"


def kaplan_meier(time: Any, event: Any, *, weights: Any = None, entry: Any = None) -> Any:
    """Return the share still without event after each time at which one took place.

    Parameters
    ----------
    time : array_like, shape (n,)
        Follow-up from 0 to the event or to the last look, in any unit; 0 or more.
    event : array_like, shape (n,)
        1 where the event took place at `time`, 0 where it had not by then (censored). At tied
        times events come before censoring.
    weights : array_like, shape (n,), optional
        Non-negative; 0 leaves the row out. The standard error takes them as repeated rows.
    entry : array_like, shape (n,), optional
        When watching began (late entry): at risk where entry < t <= time.

    Returns
    -------
    DataFrame
        One row per distinct event time, in order: `time`, `n_at_risk` just before it, `survival`
        just after it, `std_error` of `survival` (Greenwood; 0 once `survival` is 0, which is where
        nothing is left to vary and not where all is known) and `n_event`. Without events it has
        no rows: survival is 1 as far as anyone looked. With late entry, an early time at which
        the whole small risk set ends puts survival at 0 for good.

    Raises
    ------
    EstimationError
        Nobody at risk, an event that is not 0 or 1, a negative or missing time, or an entry that
        is not before its time.

    Notes
    -----
    Kaplan & Meier 1958, JASA 53:457; Greenwood 1926. Own code: statsmodels 0.15 puts Tsiatis'
    error of the cumulative hazard in place of Greenwood's where there are weights.
    """
    import pandas as pd

    table = risk_table(follow_up("kaplan_meier", time, event, weights=weights, entry=entry))
    share = table.survival()
    return pd.DataFrame(
        {
            "time": table.time,
            "n_at_risk": table.at_risk,
            "survival": share,
            "std_error": share * np.sqrt(table.greenwood()),
            "n_event": table.events,
        }
    )


def median_time(
    time: Any,
    event: Any,
    *,
    q: float = 0.5,
    weights: Any = None,
    entry: Any = None,
    confidence: float = 0.95,
) -> Estimate:
    """Return the time by which a share `q` has had the event, the median by default.

    Parameters
    ----------
    time, event, weights, entry : array_like, shape (n,)
        As for `kaplan_meier`.
    q : float
        Between 0 and 1.
    confidence : float

    Returns
    -------
    Estimate
        The first time at which survival is at most 1 - q; infinity where it never is ("not
        reached"). Limits are the first times at which the lower and the upper band of survival
        are at most 1 - q: 0 where the band starts below it, infinity where it is not reached.
        Bands exist only while survival is above 0, so that one row gives 0 to infinity.

    Raises
    ------
    EstimationError
        As for `kaplan_meier`, or q not between 0 and 1.

    Notes
    -----
    Brookmeyer & Crowley 1982, Biometrics 38:29, on the log-log scale (Klein & Moeschberger 2003,
    section 4.5). Where survival is exactly 1 - q over a span, its start is given, not its middle.
    Rows count as independent of each other.
    """
    if not 0 < q < 1:
        refuse("median_time", [f"q is {q!r}; allowed: between 0 and 1, such as 0.5"])
    rows = follow_up(
        "median_time", time, event, weights=weights, entry=entry, confidence=confidence
    )
    table = risk_table(rows)
    share = table.survival()
    low_band, high_band = _bands(table, normal_quantile(confidence))
    found, low, high = (
        _first_at_most(table.time, band, 1 - q) for band in (share, low_band, high_band)
    )
    inside = bool((share > EXACTLY).any())
    if low == inf:  # the lower band is unknown from where survival is 0
        low = 0.0 if not inside else min(low, found)
    note = "" if found < inf else f"not reached: fewer than {q:g} had the event in the follow-up"
    return Estimate(found, low, high, method=QUANTILE_METHOD, note=note)


def _bands(table: RiskTable, z: float) -> tuple[Array, Array]:
    """Return the log-log limits of survival, NaN where survival is 0."""
    share = table.survival()
    open_ = share > EXACTLY
    cumulative = np.where(open_, -np.log(np.where(open_, share, 0.5)), NAN)
    spread = np.exp(z * np.sqrt(table.greenwood()) / cumulative)
    return np.exp(-cumulative * spread), np.exp(-cumulative / spread)


def _first_at_most(times: Array, values: Array, bound: float) -> float:
    reached = np.flatnonzero(values <= bound + EXACTLY)
    return float(times[reached[0]]) if len(reached) else inf


def log_rank(time: Any, event: Any, group: Any, *, entry: Any = None) -> Test:
    """Test that all groups meet the event at the same rate at every time.

    Parameters
    ----------
    time, event, entry : array_like, shape (n,)
        As for `kaplan_meier`.
    group : array_like, shape (n,)
        Labels of any kind; at least two. Their order means nothing.

    Returns
    -------
    Test
        Chi-squared with one `df` fewer than the groups that are ever at risk when an event takes
        place beside another group; rows count as independent of each other.

    Raises
    ------
    SupportError
        No event takes place while two groups are at risk.
    EstimationError
        As for `kaplan_meier`, fewer than two groups, or a missing label.

    Notes
    -----
    Mantel 1966, Cancer Chemother Rep 50:163; Peto & Peto 1972, JRSS A 135:185. Ties by the
    hypergeometric variance.
    """
    from scipy.special import chdtrc

    rows = follow_up("log_rank", time, event, entry=entry)
    codes, size = _group_codes(group, len(rows.time))
    table = risk_table(rows)
    n, d = table.at_risk, table.events
    shares = np.array([at_risk(rows.where(codes == g), table.time) for g in range(size)]) / n
    informative = (shares.max(axis=0) < 1) & (n > 1) & (d < n) if len(n) else np.array([], bool)
    if not informative.any():
        raise SupportError(
            "log_rank: no event takes place while two groups are at risk and some of them go on. "
            "Try: wider groups, or longer follow-up."
        )
    seen = np.array([float(((codes == g) * rows.event).sum()) for g in range(size)])
    gap = seen - (shares * d).sum(axis=1)
    factor = np.where(n > 1, d * (n - d) / np.maximum(n - 1, 1), 0.0)
    spread = np.diag((shares * factor).sum(axis=1)) - (shares * factor) @ shares.T
    free = _free_groups(shares[:, informative] > 0)
    inverse = np.linalg.inv(spread[np.ix_(free, free)])
    statistic = max(0.0, float(gap[free] @ inverse @ gap[free]))
    return Test(
        statistic,
        float(len(free)),
        float(chdtrc(len(free), statistic)),
        "log-rank test (Mantel 1966)",
    )


def _free_groups(present: Array) -> Array:
    """Return the groups but one of each set that stood at risk together, directly or by a chain.

    Within such a set observed less expected sums to 0, so that one says what the others do. Sets
    are counted and not read off a numerical rank, which rounding can raise.
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import connected_components

    together = csr_matrix(present.astype(float) @ present.T.astype(float))
    _, sets = connected_components(together, directed=False)
    _, first = np.unique(sets, return_index=True)
    return np.setdiff1d(np.flatnonzero(present.any(axis=1)), first)


def _group_codes(group: Any, length: int) -> tuple[Array, int]:
    import pandas as pd

    labels = np.asarray(group, dtype=object)
    faults = []
    if labels.shape != (length,):
        faults.append(f"group has shape {labels.shape}; allowed: ({length},), as many as time")
        refuse("log_rank", faults)
    codes, names = pd.factorize(labels, use_na_sentinel=True)
    if (codes < 0).any():
        faults.append(f"group is missing in {int((codes < 0).sum())} place(s)")
    if len(names) < 2:
        faults.append(f"group holds {len(names)} label(s); allowed: at least 2")
    refuse("log_rank", faults)
    return np.asarray(codes), len(names)


def survival_area(rows: FollowUp, tau: float) -> tuple[RiskTable, Array, float]:
    """Return the events up to `tau`, the area under survival from each to `tau`, and from 0."""
    table = risk_table(rows)
    inside = table.time <= tau
    table = RiskTable(table.time[inside], table.at_risk[inside], table.events[inside])
    share = table.survival()
    pieces = np.diff(np.append(table.time, tau)) * share
    beyond = np.cumsum(pieces[::-1])[::-1]
    start = float(table.time[0]) if len(table.time) else tau
    return table, beyond, start + float(pieces.sum())
