"""How far the answer could move if what is unknown were as bad as it can be."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from audit.checks.class_assignments import Assignments
from audit.checks.sensitivity import selective_reporting as selective_reporting
from audit.estimators.base import refuse
from audit.estimators.scalars import is_number


def worst_case(events: int, n_known: int, n_unknown: int) -> tuple[float, float]:
    """Bound a class rate whose unknown outcomes may all be "no" or all be "yes".

    Parameters
    ----------
    events, n_known, n_unknown : int
        Posts known to have been acted on, posts whose outcome is known, posts whose outcome is
        not; 0 ≤ events ≤ n_known.

    Returns
    -------
    (low, high) : tuple of float
        In [0, 1], both attainable, with no confidence level: the rate of all posts is inside for
        certain. With nothing known, (0, 1).

    Raises
    ------
    EstimationError
        Where a count is negative, fractional or missing, or there are no posts at all.

    References
    ----------
    Manski 1989, *J Human Resources* 24:343, https://doi.org/10.2307/145818.
    """
    faults = [
        f"{name} is {value!r}; allowed: whole numbers from 0"
        for name, value in (("events", events), ("n_known", n_known), ("n_unknown", n_unknown))
        if not (is_number(value) and 0 <= value < math.inf and value == math.floor(value))
    ]
    if not faults and events > n_known:
        faults.append(f"{events} events among {n_known} known posts; events cannot exceed posts")
    if not faults and n_known == n_unknown == 0:
        faults.append("there are no posts, known or unknown; a rate of nothing has no bounds")
    refuse("worst_case", faults)
    events, n_known, n_unknown = int(events), int(n_known), int(n_unknown)
    total = n_known + n_unknown
    return events / total, (events + n_unknown) / total


def unknown_class(
    events: ArrayLike,
    n: ArrayLike,
    account: ArrayLike,
    focal: ArrayLike,
    unknown: ArrayLike,
    *,
    max_focal_accounts: int | None = None,
) -> tuple[float, float, int | None]:
    """Bound the raw risk difference when accounts of unknown class may be of either class.

    Every unknown account moves whole to the focal or to the reference class; the bounds are the
    extremes over all such assignments, with no confidence level.

    Parameters
    ----------
    events, n : array-like of int, shape (rows,)
        Posts acted on, and posts, per account or per account × stratum; 0 ≤ events ≤ n.
    account : array-like, shape (rows,)
        Account of each row. The unknown rows of one account move together.
    focal, unknown : array-like of bool, shape (rows,)
        Class of each row; a row that is neither is reference. No row may be both.
    max_focal_accounts : int, optional
        At most so many of the accounts with unknown rows may be focal; None: all of them.

    Returns
    -------
    (low, high, tipping) : tuple of float, float, int or None
        Least and greatest risk difference (focal − reference, in [−1, 1]), and the fewest unknown
        accounts that must be focal for the sign to flip.

    Raises
    ------
    EstimationError
        Where the arrays are not as above, or no assignment leaves both classes a post.

    Warns
    -----
    UserWarning
        Where a bound is an outer one, never narrower than the truth but perhaps not attained.

    Notes
    -----
    An assignment that leaves a class without a post has no risk difference and does not count.

    *Tipping* compares the sign among known accounts with the sign when so many unknown accounts
    are focal and **all others are reference**; 0 where the sign flips with all in the reference
    class. None where no permitted assignment flips it, or there is no sign to flip (a difference
    of zero, a class without a known post). A difference of exactly zero is not a flip.

    *Why this is exact.* With M focal posts of N and a focal events of T, the difference is
    (aN − TM) / (M(N − M)). Its sign is linear in the accounts that move, so `tipping` takes them
    by N·events − T·posts. For λ ≥ 0 the set where it is at most λ is convex, so a greatest value
    that is not negative sits on a corner of the hull of the attainable (M, a), and a corner is the
    top of a ranking of the accounts. Where even the greatest is negative no ranking need be best:
    a table of the most events for every M is filled or, past `TABLE_LIMIT`, the maximum over the
    hull is returned, with a warning. The least value is minus the greatest with events and
    non-events exchanged.
    """
    columns = {"events": events, "n": n, "account": account, "focal": focal, "unknown": unknown}
    frame = _checked(columns, max_focal_accounts)
    known = frame[~frame["unknown"]].groupby("focal")[["events", "n"]].sum()
    (e_f, n_f), (e_r, n_r) = known.reindex([True, False], fill_value=0).to_numpy().tolist()
    apart = frame[frame["unknown"]].groupby("account", sort=False)[["events", "n"]].sum()
    limit = len(apart) if max_focal_accounts is None else int(max_focal_accounts)
    problem = Assignments.of((e_f, n_f, e_r, n_r), apart[apart["n"] > 0].to_numpy(), limit)
    return 0.0 - problem.exchanged().greatest(), problem.greatest(), problem.tipping()


def _checked(columns: dict[str, ArrayLike], limit: int | None) -> pd.DataFrame:
    arrays = {name: np.asarray(values) for name, values in columns.items()}
    if not len(np.atleast_1d(arrays["n"])):
        refuse("unknown_class", ["there is no row; it takes one that leaves both classes a post"])
    shapes = {name: a.shape for name, a in arrays.items()}
    if len(set(shapes.values())) > 1 or len(shapes["n"]) != 1:
        refuse("unknown_class", [f"the arrays must be flat and of one length; found {shapes}"])
    frame, faults = pd.DataFrame(arrays), []
    for name in ("events", "n"):
        count = pd.to_numeric(frame[name], errors="coerce")
        bad = ~((count >= 0) & (count == np.floor(count)) & np.isfinite(count))
        if bad.any():
            faults.append(f"{name} holds {arrays[name][bad][0]}; allowed: whole numbers from 0")
    if not faults and (frame["events"] > frame["n"]).any():
        row = frame[frame["events"] > frame["n"]].iloc[0]
        faults.append(f"account {row['account']!r} has {row['events']} events in {row['n']} posts")
    for c in ("focal", "unknown"):  # 0 and 1 are flags too, as in the estimators
        if frame[c].dtype.kind in "iuf" and frame[c].isin((0, 1)).all():
            frame[c] = arrays[c] = frame[c].to_numpy() == 1
    flags = [c for c in ("focal", "unknown") if len(frame) and frame[c].dtype != bool]
    faults += [f"{c} must be true or false, found {arrays[c].dtype}" for c in flags]
    if not flags and (both := (arrays["focal"] & arrays["unknown"]).astype(bool)).any():
        name = arrays["account"][both][0]
        faults.append(f"account {name!s} has a row that is both focal and unknown; choose one")
    if frame["account"].isna().any():
        faults.append("a row has no account; every row needs one")
    if limit is not None and not (is_number(limit) and 0 <= limit < math.inf and limit % 1 == 0):
        faults.append(f"max_focal_accounts is {limit!r}; allowed: a whole number from 0, or None")
    refuse("unknown_class", faults)
    return frame.astype({"events": np.int64, "n": np.int64, "focal": bool, "unknown": bool})
