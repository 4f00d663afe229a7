"""How the focal events of all strata are distributed, given margins and one odds ratio."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from math import exp, log

import numpy as np

from audit.estimators.base import Array

MOMENT_DEPTH = 45.0  # log probability below the peak that a mean and a variance do without
FFT_DEPTH = 60.0  # a law asked for no deeper is used near its peak, where an FFT is exact enough
FFT_LENGTH = 2000
FFT_NOISE = 1e-14
SHORT = 128  # entries not worth looking through


@dataclass(frozen=True)
class Margins:
    """The distinct strata that say something, and how often each occurs.

    Attributes
    ----------
    n_focal, n_reference, events, repeats : ndarray of int, shape (U,)
    """

    n_focal: Array
    n_reference: Array
    events: Array
    repeats: Array

    @classmethod
    def of(cls, table: Array) -> Margins:
        """Return the margins of a table of counts."""
        a, n1, c, n2 = table.astype(np.int64).T
        rows = np.column_stack([n1, n2, a + c])
        distinct, repeats = np.unique(rows, axis=0, return_counts=True)
        return cls(distinct[:, 0], distinct[:, 1], distinct[:, 2], repeats)

    @cached_property
    def low(self) -> Array:
        """Return the fewest focal events of each stratum."""
        return np.maximum(0, self.events - self.n_reference)

    @cached_property
    def high(self) -> Array:
        """Return the most focal events of each stratum."""
        return np.minimum(self.n_focal, self.events)

    @property
    def fewest(self) -> int:
        """Return the fewest focal events of all strata together."""
        return int(self.low @ self.repeats)

    @property
    def most(self) -> int:
        """Return the most focal events of all strata together."""
        return int(self.high @ self.repeats)


@dataclass(frozen=True, slots=True, eq=False)
class Law:
    """Relative chances of `start`, `start` + 1, … focal events at the log odds ratio `tilt`."""

    start: int
    chance: Array
    tilt: float

    @property
    def variance(self) -> float:
        """Return the variance of the events."""
        at = np.arange(len(self.chance))
        mean = self.chance @ at / self.chance.sum()
        return float(self.chance @ (at - mean) ** 2 / self.chance.sum())

    def log_tail(self, at: float, events: int, *, upper: bool) -> float:
        """Return the log probability of `events` or beyond at a log odds ratio near the tilt."""
        count = np.arange(self.start, self.start + len(self.chance))
        power = (at - self.tilt) * (count - events)
        weighed = self.chance * np.exp(power - power.max())
        inside = weighed[count >= events] if upper else weighed[count <= events]
        part = float(inside.sum())
        return log(part) - log(float(weighed.sum())) if part > 0 else -np.inf


@dataclass(frozen=True, slots=True, eq=False)
class _Pieces:
    """Every stratum's probabilities end to end: where each begins, at what count, how likely."""

    begins: Array
    first: Array
    width: Array
    chance: Array


def moments(margins: Margins, at: float) -> tuple[float, float]:
    """Return mean and variance of the focal events at a log odds ratio."""
    pieces = _pieces(margins, at, MOMENT_DEPTH)
    place = np.arange(len(pieces.chance)) - np.repeat(pieces.begins, pieces.width)
    mean = np.add.reduceat(pieces.chance * place, pieces.begins)
    away = (place - np.repeat(mean, pieces.width)) ** 2
    variance = np.add.reduceat(pieces.chance * away, pieces.begins)
    total = float((pieces.first + mean) @ margins.repeats)
    return total, float(variance @ margins.repeats)


def law(margins: Margins, at: float, depth: float) -> Law:
    """Return the law of the sum, leaving out what is `depth` below the peak in log probability."""
    pieces = _pieces(margins, at, depth)
    ends = pieces.begins + pieces.width
    queue = [
        _power(int(first), pieces.chance[begin:end], int(times), depth)
        for first, begin, end, times in zip(
            pieces.first, pieces.begins, ends, margins.repeats, strict=True
        )
    ]
    while len(queue) > 1:
        queue.sort(key=lambda part: len(part[1]))
        pairs = zip(queue[::2], queue[1::2], strict=False)
        merged = [_joined(one, other, depth) for one, other in pairs]
        queue = merged + queue[len(queue) - len(queue) % 2 :]
    start, chance = queue[0]
    return Law(start, chance, at)


def _joined(one: tuple[int, Array], other: tuple[int, Array], depth: float) -> tuple[int, Array]:
    """Return the law of a sum of two."""
    start, shorter = one[0] + other[0], min(len(one[1]), len(other[1]))
    if depth > FFT_DEPTH or shorter < FFT_LENGTH:
        # a direct sum of positive terms keeps small probabilities exact, as an FFT would not
        chance = np.convolve(one[1], other[1])
        return (start, chance) if len(chance) < SHORT else _shorn(start, chance, depth)
    from scipy.signal import fftconvolve

    chance = fftconvolve(one[1], other[1])
    return _shorn(start, np.where(chance > FFT_NOISE * chance.max(), chance, 0.0), depth)


def _shorn(start: int, chance: Array, depth: float) -> tuple[int, Array]:
    """Return a law over its peak, without the ends that lie too far below it."""
    chance = chance / chance.max()
    inside = np.flatnonzero(chance >= exp(-depth))
    first, last = int(inside[0]), int(inside[-1])
    return start + first, chance[first : last + 1]


def _power(first: int, chance: Array, times: int, depth: float) -> tuple[int, Array]:
    """Return the law of the sum of as many equal strata, by repeated doubling."""
    whole: tuple[int, Array] | None = None
    part = _shorn(first, chance, depth)
    while True:
        if times % 2:
            whole = part if whole is None else _joined(whole, part, depth)
        times //= 2
        if not times:
            assert whole is not None  # some binary digit of a positive number is 1
            return whole
        part = _joined(part, part, depth)


def _pieces(margins: Margins, at: float, depth: float) -> _Pieces:
    """Return each stratum's noncentral hypergeometric law within `depth` of its peak."""
    mode = _modes(margins, at)
    cells = np.array(
        [mode, margins.n_focal - mode, margins.events - mode]
        + [margins.n_reference - margins.events + mode]
    )
    # a sum of independent yes-or-no counts (Vatutin & Mikhailov 1982), so Bernstein's bound holds
    variance = 1.5 / (1 / (cells + 1.0)).sum(axis=0) + 1
    reach = np.ceil(depth + np.sqrt(2 * depth * variance)).astype(np.int64)
    first = np.maximum(margins.low, mode - reach)
    width = np.minimum(margins.high, mode + reach) - first + 1
    begins = np.concatenate([[0], np.cumsum(width)[:-1]])
    stratum = np.repeat(np.arange(len(width)), width)
    count = first[stratum] + np.arange(int(width.sum())) - begins[stratum]
    # the first count of a stratum has no ratio to the one before
    ratio = np.zeros(len(count))
    inner = count > first[stratum]
    ratio[inner] = _log_ratio(margins, stratum[inner], count[inner], at)
    # going back to 0 where a stratum begins keeps the running sum small, hence exact
    ratio[begins[1:]] -= np.add.reduceat(ratio, begins)[:-1]
    height = np.cumsum(ratio)
    height -= np.repeat(np.maximum.reduceat(height, begins), width)
    chance = np.exp(height)
    chance /= np.repeat(np.add.reduceat(chance, begins), width)
    return _Pieces(begins, first, width, chance)


def _log_ratio(margins: Margins, stratum: Array, count: Array, at: float) -> Array:
    """Return log P(count) - log P(count - 1)."""
    n1, n2, m = margins.n_focal[stratum], margins.n_reference[stratum], margins.events[stratum]
    rises = np.log(n1 - count + 1.0) + np.log(m - count + 1.0)
    return np.asarray(rises - np.log(count * 1.0) - np.log(n2 - m + count * 1.0) + at)


def _modes(margins: Margins, at: float) -> Array:
    """Return each stratum's likeliest count, by bisection on where the ratio falls below 1."""
    low, high = margins.low.copy(), margins.high.copy()
    everyone = np.arange(len(low))
    while (open_ := low < high).any():
        middle = np.where(open_, (low + high + 1) // 2, low)
        # only strata still open have a ratio
        up = np.zeros(len(low), dtype=bool)
        up[open_] = _log_ratio(margins, everyone[open_], middle[open_], at) >= 0
        low, high = np.where(open_ & up, middle, low), np.where(open_ & ~up, middle - 1, high)
    return low
