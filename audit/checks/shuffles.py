"""Class labels shuffled among accounts, the same shuffles for every specification."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audit.estimators.accounts.randomisation import TIE, over_root
from audit.estimators.accounts.scores import AccountScores
from audit.estimators.base import Array
from audit.progress import steps

NOBODY, FOCAL, REFERENCE = 0, 1, 2
"""What an account is in a context; its label is what it is in all of them."""
CHUNK = 4_000_000  # numbers held at once


@dataclass(frozen=True, slots=True, eq=False)
class Shuffles:
    """Who carries which label, as found (row 0) and in every draw.

    Attributes
    ----------
    pool : ndarray of int, shape (K,)
        The accounts among which labels are shuffled.
    roles : mapping of str to ndarray, shape (labels,)
        What each label is in each context: NOBODY, FOCAL or REFERENCE.
    carriers : tuple of (ndarray of int, shape (1 + draws, accounts), or None)
        Places in the pool of each label's accounts; None for the label that all others have.
    """

    pool: Array
    roles: Mapping[str, Array]
    carriers: tuple[Array | None, ...]

    @property
    def rows(self) -> int:
        """Return 1 + draws."""
        return next((len(c) for c in self.carriers if c is not None), 1)

    def statistics(self, scores: AccountScores, context: str) -> tuple[Array, float]:
        """Return z as found and in every draw, and the gap in rates that one unit of z stands for.

        A draw in which a class has no posts of this specification has no gap, and z is 0.
        """
        columns = np.column_stack([scores.volume, scores.residual, scores.variance, scores.lift])[
            self.pool
        ]
        focal, reference = self._sums(columns, self.roles[context])
        both = (focal[:, 0] > 0) & (reference[:, 0] > 0)
        z = np.zeros(self.rows)
        f, r = focal[both], reference[both]
        gap = f[:, 1] / f[:, 0] - r[:, 1] / r[:, 0]
        variance = f[:, 2] / f[:, 0] ** 2 + r[:, 2] / r[:, 0] ** 2
        z[both] = over_root(gap, np.maximum(variance, 0.0))
        reach = f[0, 3] / f[0, 0] - r[0, 3] / r[0, 0]
        return z, float(np.sqrt(max(variance[0], 0.0)) / reach)

    def _sums(self, columns: Array, roles: Array) -> tuple[Array, Array]:
        by_label = [None if c is None else _gathered(columns, c) for c in self.carriers]
        rest = columns.sum(0) - sum(s for s in by_label if s is not None)
        whole = [
            np.broadcast_to(rest, (self.rows, columns.shape[1])) if s is None else s
            for s in by_label
        ]
        nothing = np.zeros((self.rows, columns.shape[1]))
        focal, reference = (
            sum((s for s, r in zip(whole, roles, strict=True) if r == role), nothing)
            for role in (FOCAL, REFERENCE)
        )
        return focal, reference


def shuffled(roles: Mapping[str, Array], pool: Array, draws: int, seed: int) -> Shuffles:
    """Shuffle labels among the accounts of a pool.

    Parameters
    ----------
    roles : mapping of str to ndarray of int, shape (accounts,)
        What every account is in every context.
    pool : ndarray of int
        Places of the accounts that take part.
    """
    label = np.zeros(len(pool), dtype=np.int64)
    for by_account in roles.values():
        _, label = np.unique(label * 3 + by_account[pool], return_inverse=True)
    size = np.bincount(label)
    common = int(size.argmax())
    rare = [t for t in range(len(size)) if t != common]
    carriers = {t: np.empty((1 + draws, size[t]), dtype=np.int32) for t in rare}
    rng = np.random.default_rng(seed)
    for draw in steps(range(1 + draws), "shuffles", unit="shuffle"):
        # the label as found is one of the assignments, so that p can never be 0
        now = label if draw == 0 else rng.permutation(label)
        for t in rare:
            carriers[t][draw] = np.flatnonzero(now == t)
    first = np.unique(label, return_index=True)[1]
    return Shuffles(
        pool,
        {name: by_account[pool][first] for name, by_account in roles.items()},
        tuple(carriers.get(t) for t in range(len(size))),
    )


def _gathered(columns: Array, places: Array) -> Array:
    """Return the sums of the columns over each row of places."""
    step = max(1, CHUNK // max(1, places.shape[1] * columns.shape[1]))
    starts: Sequence[int] = range(0, len(places), step)
    return np.concatenate([columns[places[i : i + step]].sum(1) for i in starts])


def p_values(z: Array) -> Array:
    """Return each arrangement's two-sided p among all of them, the one as found included.

    Parameters
    ----------
    z : ndarray, shape (1 + draws, S)

    Returns
    -------
    ndarray, shape (1 + draws, S)
        Row 0 is the usual (1 + b)/(1 + draws). Ties count as extreme.
    """
    size = np.abs(z)
    slack = np.where(np.isinf(size), 0.0, TIE * np.maximum(1e-3, size))
    out = np.empty_like(size)
    for s in range(z.shape[1]):
        ordered = np.sort(size[:, s])
        out[:, s] = len(ordered) - np.searchsorted(ordered, size[:, s] - slack[:, s], side="left")
    return out / len(z)
