"""How far the answer could move if what is unknown were as bad as it can be."""

from __future__ import annotations

import math
import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from audit.checks.sensitivity import selective_reporting as selective_reporting
from audit.errors import EstimationError
from audit.estimators.base import refuse
from audit.estimators.scalars import is_number

TABLE_LIMIT = 300_000_000
"""Cell updates up to which an exact table is filled (about two seconds)."""
SAFE_TOTAL = 2**30
"""Posts up to which products of two counts fit 64-bit integers; beyond, Python's own are used."""


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
    problem = _Assignments.of((e_f, n_f, e_r, n_r), apart[apart["n"] > 0].to_numpy(), limit)
    return 0.0 - problem.exchanged().greatest(), problem.greatest(), problem.tipping()


@dataclass(frozen=True, slots=True, eq=False)
class _Assignments:
    """Known counts, the unknown accounts by kind (events, posts, how many), and how many move."""

    known: tuple[int, int, int, int]
    e: NDArray
    n: NDArray
    copies: NDArray
    fewest: int
    most: int

    @classmethod
    def of(cls, known: tuple[int, int, int, int], apart: NDArray, limit: int) -> _Assignments:
        """Group the unknown accounts, rows of (events, posts), by kind."""
        _, n_f, _, n_r = known
        fewest, most = int(n_f == 0), min(limit, len(apart) - int(n_r == 0))
        if fewest > most or n_f + n_r + len(apart) == 0:
            raise EstimationError(
                f"unknown_class: no assignment of the {len(apart)} unknown accounts with posts "
                f"leaves both classes a post (known posts: {n_f} focal, {n_r} reference; at most "
                f"{limit} may be focal). Try a larger max_focal_accounts."
            )
        kinds, copies = np.unique(apart.reshape(-1, 2), axis=0, return_counts=True)
        whole = np.int64 if n_f + n_r + int(apart.sum()) < SAFE_TOTAL else object
        kinds, copies = kinds.astype(whole), copies.astype(whole)
        return cls(known, kinds[:, 0], kinds[:, 1], copies, fewest, most)

    def exchanged(self) -> _Assignments:
        """Return the problem with events and non-events exchanged, which flips every sign."""
        e_f, n_f, e_r, n_r = self.known
        known = (n_f - e_f, n_f, n_r - e_r, n_r)
        return _Assignments(known, self.n - self.e, self.n, self.copies, self.fewest, self.most)

    def totals(self) -> tuple[int, int]:
        """Return events and posts of everyone."""
        e_f, n_f, e_r, n_r = self.known
        moved = int((self.e * self.copies).sum()), int((self.n * self.copies).sum())
        return e_f + e_r + moved[0], n_f + n_r + moved[1]

    def value(self, point: tuple[int, int]) -> float:
        """Return the risk difference with these focal posts and focal events."""
        (m, a), (t, total) = point, self.totals()
        return (a * total - t * m) / (m * (total - m))

    def furthest(self, right: int, up: int) -> tuple[int, int]:
        """Return the attainable (focal posts, focal events) furthest in a direction."""
        score = right * self.n + up * self.e
        order = np.argsort(-score, kind="stable")
        copies = self.copies[order]
        wanted = int(copies[score[order] > 0].sum())
        room = max(self.fewest, min(self.most, wanted)) - (np.cumsum(copies) - copies)
        take = np.clip(room, 0, copies)
        moved = int((take * self.n[order]).sum()), int((take * self.e[order]).sum())
        return self.known[1] + moved[0], self.known[0] + moved[1]

    def corners(self) -> list[tuple[int, int]]:
        """Return the upper corners of the convex hull, from fewest focal posts to most.

        Between two corners, the point furthest across their line is a corner or there is none
        (Eisner & Severance 1976, *J ACM* 23:619, https://doi.org/10.1145/321978.321982).
        """
        big = self.totals()[1] + 1
        done, ahead = [self.furthest(-big, 1)], [self.furthest(big, 1)]
        while ahead:
            p, q = done[-1], ahead[-1]
            right, up = p[1] - q[1], q[0] - p[0]
            between = self.furthest(right, up) if up else p
            if right * between[0] + up * between[1] > right * p[0] + up * p[1]:
                ahead.append(between)
            else:
                done.append(ahead.pop())
        return done

    def greatest(self) -> float:
        """Return the greatest difference or, with a warning, an outer bound of it."""
        corners = self.corners()
        best = max(map(self.value, corners))
        if best >= 0:
            return best
        spread = corners[-1][0] - self.known[1] + 1
        copies = np.minimum(self.copies, self.most)
        updates = spread * int(copies.sum()) * (self.most + 1 if self.counted else 1)
        if updates <= TABLE_LIMIT:
            return self.best_by_table(spread, copies)
        text = f"unknown_class: {int(copies.sum()):,} accounts are too many for an exact end; the "
        warnings.warn(text + "one nearer zero is an outer bound, not attained.", stacklevel=3)
        return self.best_on_edges(corners)

    @property
    def counted(self) -> bool:
        """Return whether the number of accounts that move binds, beyond leaving no class empty."""
        return self.most < int(self.copies.sum()) - (self.known[3] == 0)

    def best_by_table(self, spread: int, copies: NDArray) -> float:
        """Return the greatest difference from the most focal events at every number of posts.

        A row per number of moved accounts, or one row in all where that number does not bind.
        """
        most = np.full((self.most + 1 if self.counted else 1, spread), -1, dtype=np.int64)
        most[0, 0] = 0
        before, after = (most[:-1], most[1:]) if self.counted else (most, most)
        for e, n, times in zip(self.e, self.n, copies, strict=True):
            for _ in range(int(times)):
                moved = np.where(before[:, :-n] >= 0, before[:, :-n] + e, -1)
                np.maximum(after[:, n:], moved, out=after[:, n:])
        events, posts = most.max(axis=0), np.arange(spread)
        m, (t, total) = self.known[1] + posts, self.totals()
        fair = (events >= 0) & (m > 0) & (m < total)
        a, m = self.known[0] + events[fair], m[fair]
        best = int(np.argmax(a / m - (t - a) / (total - m)))
        return self.value((int(m[best]), int(a[best])))

    def best_on_edges(self, corners: list[tuple[int, int]]) -> float:
        """Return the greatest difference over the hull's edges: at a corner, or where it is flat.

        On the line a = c + b·M the difference is (p + q·M) / (M(N − M)) with p = cN, q = bN − T,
        which is flat where qM² + 2pM − pN = 0.
        """
        best, (t, total) = max(map(self.value, corners)), self.totals()
        for (m1, a1), (m2, a2) in pairwise(corners):
            if m1 == m2:
                continue
            slope = (a2 - a1) / (m2 - m1)
            p, q = (a1 - slope * m1) * total, slope * total - t
            flat = np.roots([q, 2 * p, -p * total])
            for m in flat[np.isreal(flat)].real:
                if m1 < m < m2:
                    best = max(best, float((p + q * m) / (m * (total - m))))
        return best

    def tipping(self) -> int | None:
        """Return the fewest unknown accounts whose move to focal flips the sign among the known."""
        (e_f, n_f, e_r, n_r), (t, total) = self.known, self.totals()
        sign = int(np.sign(e_f * n_r - e_r * n_f))
        if sign == 0:
            return None
        pull = sign * (total * self.e - t * self.n)
        order = np.argsort(pull, kind="stable")
        steps = np.repeat(pull[order], self.copies[order].astype(int))[: self.most]
        standing = sign * (total * e_f - t * n_f) + np.concatenate([[0], np.cumsum(steps)])
        flipped = np.flatnonzero(standing < 0)
        return int(flipped[0]) if len(flipped) else None


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
