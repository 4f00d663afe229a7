"""All the ways accounts could have been given their classes, or a seeded draw of them."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import chain, combinations
from math import comb, prod

import numpy as np

from audit.errors import SupportError
from audit.estimators.base import Array
from audit.progress import steps

MOST_ENUMERATED = 20_000
MOST_COMPARISONS = 1000  # up to here Floyd's sampling beats ordering random numbers
CHUNK = 4_000_000  # numbers held at once


@dataclass(frozen=True, slots=True, eq=False)
class AssignmentSums:
    """Column sums over the focal units: as observed (C,), and for every assignment (B, C)."""

    observed: Array
    drawn: Array
    enumerated: bool


def assignment_sums(
    columns: Array,
    is_focal: Array,
    blocks: Array,
    draws: int,
    seed: int,
    *,
    most: int = MOST_ENUMERATED,
) -> AssignmentSums:
    """Return column sums over the focal units of every assignment.

    Parameters
    ----------
    columns : ndarray, shape (K, C)
        Numbers of each unit.
    is_focal : ndarray of bool, shape (K,)
    blocks : ndarray of int, shape (K,)
        Each block keeps its number of focal units.
    draws : int
        Assignments drawn where more than `most` are possible.
    seed : int
        The draws depend on the units' numbers only, not on their order or labels.
    most : int
        Up to here, all assignments are listed.

    Raises
    ------
    SupportError
        No block holds both classes, so that nothing can be reassigned.
    """
    groups = [np.flatnonzero(blocks == b) for b in np.unique(blocks)]
    sizes = [(len(g), int(is_focal[g].sum())) for g in groups]
    if all(k in (0, size) for size, k in sizes):
        raise SupportError(
            "no block holds accounts of both classes, so that nothing can be reassigned. "
            "Try: wider blocks."
        )
    observed = columns[is_focal].sum(0)
    possible = prod(comb(size, k) for size, k in sizes)
    if possible <= most:
        return AssignmentSums(observed, _every(columns, groups, sizes), True)
    rng = np.random.default_rng(seed)
    drawn = np.zeros((draws, columns.shape[1]))
    # volume first, in units of the column, so that rounding noise cannot change the order
    unit = np.abs(columns).max(0)
    keys = np.round(columns / np.where(unit > 0, unit, 1.0), 10)
    for group, (size, k) in zip(groups, sizes, strict=True):
        ordered = columns[group][np.lexsort(keys[group].T[::-1])]
        few = min(k, size - k)
        sums = _drawn(ordered, few, draws, rng) if few else np.zeros_like(drawn)
        drawn += sums if few == k else ordered.sum(0) - sums
    return AssignmentSums(observed, drawn, False)


def _every(columns: Array, groups: list[Array], sizes: list[tuple[int, int]]) -> Array:
    sums = np.zeros((1, columns.shape[1]))
    for group, (size, k) in zip(groups, sizes, strict=True):
        if k == 0:
            continue
        here = _subsets(columns[group], min(k, size - k))
        if 2 * k > size:  # the smaller class is listed, and the other is what it leaves
            here = columns[group].sum(0) - here
        sums = (sums[:, None, :] + here[None, :, :]).reshape(-1, columns.shape[1])
    return sums


def _subsets(columns: Array, k: int) -> Array:
    """Sum every k-subset of the rows."""
    size, width = columns.shape
    flat = np.fromiter(chain.from_iterable(combinations(range(size), k)), dtype=np.intp)
    chosen = flat.reshape(comb(size, k), k)
    sums = np.empty((len(chosen), width))
    step = max(1, CHUNK // max(1, k * width))
    for start in range(0, len(chosen), step):
        sums[start : start + step] = columns[chosen[start : start + step]].sum(1)
    return sums


def _drawn(columns: Array, k: int, draws: int, rng: np.random.Generator) -> Array:
    """Sum `draws` random k-subsets of the rows."""
    size, width = columns.shape
    by_floyd = k <= MOST_COMPARISONS
    step = max(1, CHUNK // ((k * width) if by_floyd else max(size, k * width)))
    sums = np.empty((draws, width))
    for start in steps(range(0, draws, step), "permutations", unit="block"):
        rows = min(step, draws - start)
        chosen = _floyd(size, k, rows, rng) if by_floyd else _smallest(rng.random((rows, size)), k)
        sums[start : start + rows] = columns[chosen].sum(1)
    return sums


def _smallest(uniform: Array, k: int) -> Array:
    """Return the places of the k smallest of each row of uniforms.

    Few can be among them, so few are ordered: those below a limit that k almost surely are under.
    """
    size = uniform.shape[1]
    limit = (k + 8 * k**0.5) / size
    if limit > 0.5:
        return np.argpartition(uniform, k, axis=1)[:, :k]
    chosen = np.empty((len(uniform), k), dtype=np.intp)
    for row, values in enumerate(uniform):
        near = np.flatnonzero(values < limit)
        near = near if len(near) > k else np.arange(size)
        chosen[row] = near[np.argpartition(values[near], k)[:k]]
    return chosen


def _floyd(size: int, k: int, rows: int, rng: np.random.Generator) -> Array:
    """Return k distinct numbers below `size` in each row (Floyd; Bentley 1987, CACM 30:754)."""
    chosen = np.empty((rows, k), dtype=np.intp)
    for i, last in enumerate(range(size - k, size)):
        at = rng.integers(0, last + 1, rows)
        taken = (chosen[:, :i] == at[:, None]).any(1)
        chosen[:, i] = np.where(taken, last, at)
    return chosen
