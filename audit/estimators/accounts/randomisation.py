"""The test that reassigns who is focal, unit by unit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from audit.errors import SupportError, TooFewAccounts
from audit.estimators.accounts.assignments import assignment_sums
from audit.estimators.base import (
    NAN,
    Array,
    PermutationTest,
    as_numbers,
    choose,
    read_flags,
    refuse,
)

STATISTICS = ("difference_in_means", "studentised")
ALTERNATIVES = ("two-sided", "greater", "less")
LISTED = 200_000  # of one number per unit more can be listed than of account tables
TIE = 1e-9  # sums that are equal on paper differ by rounding; ties count


def randomisation_test(
    values: Any,
    focal: Any,
    *,
    statistic: str = "difference_in_means",
    blocks: Any = None,
    alternative: str = "two-sided",
    draws: int = 9999,
    seed: int = 0,
) -> PermutationTest:
    """Test that being focal makes no difference to any unit, by reassigning it.

    Parameters
    ----------
    values : array_like, shape (K,)
        One number per unit (account).
    focal : array_like of bool, shape (K,)
    statistic : {"difference_in_means", "studentised"}
        Focal mean less reference mean, or that over Welch's standard error.
    blocks : array_like, shape (K,), optional
        Labels within which units are reassigned.
    alternative : {"two-sided", "greater", "less"}
        Two-sided compares absolute values.
    draws : int
        Random assignments where more than 200,000 are possible; up to there, all are listed.
    seed : int

    Returns
    -------
    PermutationTest
        Ties count as extreme. All assignments: their share; else (1 + b)/(1 + draws).

    Raises
    ------
    SupportError
        No block holds both classes.

    Notes
    -----
    Fisher 1935; Gerber & Green 2012, ch. 3; Phipson & Smyth 2010, Stat Appl Genet Mol Biol 9:39.
    """
    choose("statistic", statistic, STATISTICS)
    choose("alternative", alternative, ALTERNATIVES)
    x = as_numbers(values, "values")
    flags, faults = read_flags(focal, len(x), of="values")
    faults += draw_faults(draws)
    if not np.isfinite(x).all():
        faults.append(f"values are missing or infinite in {int((~np.isfinite(x)).sum())} place(s)")
    groups = block_codes(blocks, len(x), faults)
    refuse("randomisation_test", faults)
    need_both(flags, "randomisation_test")
    # centred, so that squares of large values do not cancel, and of size 1 at most, so that no unit
    # makes them vanish or overflow; half first, so that a range near the largest float is none
    half = x / 2 - (x / 2).mean()
    size = float(np.abs(half).max()) or 0.5
    x = half / size
    columns = np.column_stack([np.ones_like(x), x, x * x])
    sums = assignment_sums(columns, flags, groups, draws, seed, most=LISTED)
    gap = _mean_gap(columns.sum(0), statistic == "studentised", min(flags.sum(), (~flags).sum()))
    name = f"randomisation test of the {statistic.replace('_', ' ')}, {alternative}"
    observed = float(gap(sums.observed[None])[0])
    p_value = share_as_extreme(gap(sums.drawn), observed, sums.enumerated, alternative)
    if statistic == "difference_in_means":
        observed *= 2 * size
    return PermutationTest(observed, NAN, p_value, name, len(sums.drawn), sums.enumerated)


def _mean_gap(total: Array, studentised: bool, smallest: int) -> Callable[[Array], Array]:
    if studentised and smallest < 2:
        raise TooFewAccounts(
            "randomisation_test: a class of one unit has no variance. "
            "Try: statistic='difference_in_means'."
        )

    def gap(focal: Array) -> Array:
        other = total - focal
        d = focal[:, 1] / focal[:, 0] - other[:, 1] / other[:, 0]
        if not studentised:
            return d
        parts = ((s[:, 2] - s[:, 1] ** 2 / s[:, 0], s[:, 0]) for s in (focal, other))
        return over_root(d, sum(np.maximum(q, 0.0) / (k - 1) / k for q, k in parts))

    return gap


def over_root(d: Array, variance: Array) -> Array:
    """Return d over the root of its variance: 0 over 0 is 0, anything else over 0 is infinite."""
    with np.errstate(divide="ignore", invalid="ignore"):
        z = d / np.sqrt(variance)
    return np.where(np.abs(d) < 1e-13, 0.0, z)


def share_as_extreme(drawn: Array, observed: float, enumerated: bool, alternative: str) -> float:
    """Return the p-value of the observed statistic; ties count as extreme."""
    if alternative == "two-sided":
        drawn, observed = np.abs(drawn), abs(observed)
    elif alternative == "less":
        drawn, observed = -drawn, -observed
    if np.isinf(observed):
        as_extreme = int((drawn >= observed).sum())
    else:
        as_extreme = int((drawn >= observed - TIE * max(1e-3, abs(observed))).sum())
    return as_extreme / len(drawn) if enumerated else (1 + as_extreme) / (1 + len(drawn))


def draw_faults(draws: int) -> list[str]:
    """Return what is wrong with a number of draws, in words."""
    if isinstance(draws, int | np.integer) and draws >= 1:
        return []
    return [f"draws is {draws!r}; allowed: a whole number of at least 1"]


def need_both(flags: Array, where: str) -> None:
    """Raise unless both classes have a unit."""
    if flags.all() or not flags.any():
        side = "reference" if flags.all() else "focal"
        raise SupportError(f"{where}: the {side} class is empty.")


def block_codes(blocks: Any, length: int, faults: list[str]) -> Array:
    """Return block numbers, adding to `faults` what is wrong with the labels."""
    import pandas as pd

    if blocks is None:
        return np.zeros(length, dtype=int)
    codes, _ = pd.factorize(np.asarray(blocks, dtype=object), sort=False)
    if len(codes) != length:
        faults.append(f"blocks has {len(codes)} entries; allowed: {length}")
    elif (codes < 0).any():
        faults.append(f"blocks is missing in {int((codes < 0).sum())} place(s)")
    return codes
