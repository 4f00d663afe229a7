"""Accounts of unknown class, each moved whole: the extremes over every way of assigning them."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from audit.errors import EstimationError

TABLE_LIMIT = 300_000_000
"""Cell updates up to which an exact table is filled (about two seconds)."""
SAFE_TOTAL = 2**30
"""Posts up to which products of two counts fit 64-bit integers; beyond, Python's own are used."""


@dataclass(frozen=True, slots=True, eq=False)
class Assignments:
    """Known counts, the unknown accounts by kind (events, posts, how many), and how many move."""

    known: tuple[int, int, int, int]
    e: NDArray
    n: NDArray
    copies: NDArray
    fewest: int
    most: int

    @classmethod
    def of(cls, known: tuple[int, int, int, int], apart: NDArray, limit: int) -> Assignments:
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

    def exchanged(self) -> Assignments:
        """Return the problem with events and non-events exchanged, which flips every sign."""
        e_f, n_f, e_r, n_r = self.known
        known = (n_f - e_f, n_f, n_r - e_r, n_r)
        return Assignments(known, self.n - self.e, self.n, self.copies, self.fewest, self.most)

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
