"""What each account adds to a number, given coefficients by class and stratum.

The estimators of METHODS §1 need sums by stratum once, and then, for each account, sums of counts
times coefficients that the strata fix. Both can be had wherever the counts are: in arrays, or in
the engine that holds them, so that a formula is written once and no row has to travel.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

IS_REFERENCE, IS_FOCAL = 0, 1
"""The place of each class in arrays by class."""

TALLIED = ("events", "n", "weighted_events", "weighted_n", "squared")
"""What is counted by account × stratum: Σy, Σ1, Σwy, Σw and Σw² over the posts."""


@dataclass(frozen=True, slots=True, eq=False)
class StratumSums:
    """Sums by class and stratum, each of shape (2, S), reference first.

    `accounts` is the number of distinct accounts with posts.
    """

    events: NDArray[Any]
    n: NDArray[Any]
    weighted_events: NDArray[Any]
    weighted_n: NDArray[Any]
    accounts: NDArray[Any]

    def only(self, strata: NDArray[Any]) -> StratumSums:
        """Return the sums with zero in the strata not flagged."""
        return StratumSums(**{f.name: getattr(self, f.name) * strata for f in fields(self)})


@dataclass(frozen=True, slots=True, eq=False)
class Influence:
    """One number per account: Σ over its strata of Σ coefficient × count.

    Parameters
    ----------
    of : mapping
        Name in `TALLIED` to coefficients of shape (2, S) by class and stratum.
    whole : ndarray, shape (2, S), optional
        Each stratum's term is divided by 1 - weighted_n / whole: what the stratum would be
        without the account. A term whose account is the whole stratum, or whose `whole` is 0,
        adds nothing.
    """

    of: Mapping[str, NDArray[Any]]
    whole: NDArray[Any] | None = None


class Tallies(Protocol):
    """Counts by account × stratum, wherever they are kept."""

    def sums(self) -> StratumSums:
        """Return the sums by class and stratum."""
        ...

    def push(self, influences: Mapping[str, Influence]) -> dict[str, NDArray[Any]]:
        """Return each influence by account, shape (accounts,), accounts in one order always."""
        ...

    def focal_accounts(self) -> NDArray[Any]:
        """Return the focal flag by account, in the order of `push`."""
        ...


def of_class(side: int, coefficients: NDArray[Any] | float, strata: int) -> NDArray[Any]:
    """Return coefficients of shape (2, S) that are zero for the other class."""
    out = np.zeros((2, strata))
    out[side] = coefficients
    return out


def of_both(coefficients: NDArray[Any]) -> NDArray[Any]:
    """Return coefficients of shape (2, S) that are the same for both classes."""
    return np.stack([coefficients, coefficients])
