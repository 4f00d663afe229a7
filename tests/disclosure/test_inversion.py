"""What somebody who tries every whole number makes of an estimate that stands at many digits.

Bounds by linear programming take printed counts. An estimate is one more number: the expected rate
is rest + Σ w·e/n over hidden strata, where the rest, the weights and the totals of n and e are
printed, and few whole numbers give it to 12 digits: so it is published as printed (`precision`),
and no subgroup's gap that rests on one or two hidden strata. This says how far the search goes, so
that what the reports say of it stays true.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
import pytest
from planted import cases, design

from audit.disclosure import protection
from audit.study import enroll

Hidden = tuple[np.ndarray, np.ndarray, np.ndarray, float]


def rounded(values: np.ndarray, digits: int) -> np.ndarray:
    """Return numbers in units of the last digit that a file has of the first of them."""
    size = np.floor(np.log10(abs(values[0])))
    return np.round(values / 10.0 ** (size - digits + 1))


def splits(posts: int, events: int, cells: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """Yield every way to part posts and events over cells: n of shape (cells,), e (ways, cells)."""
    if cells == 1:
        yield np.array([posts]), np.array([[events]])
        return
    for first in range(1, posts - cells + 2):
        for n, _ in splits(posts - first, 0, cells - 1):
            whole = np.array([first, *n])
            grid = np.indices([*(whole[:-1] + 1)]).reshape(cells - 1, -1).T
            last = events - grid.sum(axis=1)
            fits = (last >= 0) & (last <= whole[-1])
            yield whole, np.column_stack([grid, last])[fits]


@cache
def fitting(cells: int, place: int) -> np.ndarray:
    """Return the estimate as it is, then that of every way in which hidden cells can be filled."""
    n, e, weights, rest = hidden(cells, place)
    out = [np.array([rest + weights @ (e / n)])]
    for whole, ways in splits(int(n.sum()), int(e.sum()), cells):
        out.append(rest + (ways / whole) @ weights)
    return np.concatenate(out)


def hidden(cells: int, place: int) -> Hidden:
    rng = np.random.default_rng([cells, place])
    n = rng.integers(2, 40 if cells == 2 else 14, cells)
    return n, rng.binomial(n, 0.4), rng.integers(1, 60, cells) / 200, 0.05 + 0.3 * rng.random()


def left(cells: int, digits: int, studies: int = 12) -> np.ndarray:
    """Return for each made-up study how many ways give its estimate at some digits."""
    found = [rounded(fitting(cells, place), digits) for place in range(studies)]
    return np.array([int((f[1:] == f[0]).sum()) for f in found])


@pytest.mark.parametrize("cells", [2, 3])
def test_the_true_cells_are_among_those_that_fit(cells: int) -> None:
    for digits in (12, 8, 6, 5, 3):
        assert (left(cells, digits) >= 1).all()


@pytest.mark.parametrize(("cells", "digits"), [(2, 12), (2, 8), (2, 6), (2, 5), (3, 12), (3, 8)])
def test_few_hidden_cells_come_back_from_an_estimate_of_many_digits(
    cells: int, digits: int
) -> None:
    """The attack works: this is the limit that reports state, and not a protection."""
    assert np.median(left(cells, digits)) <= 2


def test_fewer_digits_leave_more_and_not_always_ten() -> None:
    """Three digits, as rates are printed: so rounding the files alone would protect nobody."""
    two, three = left(2, 3), left(3, 3)
    assert np.median(two) < 10 < np.median(three)
    assert (two < 10).any()


def test_a_report_that_hides_cells_says_so() -> None:
    said = protection(enroll(cases(), design())).says
    assert "tries every whole number can still narrow hidden counts down" in said
