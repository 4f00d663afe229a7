"""What a reader can work out about hidden counts: the bounds that all published numbers leave.

The reader is taken to know every number that is printed, that counts are whole and not negative,
that events are at most posts, and that an account wrote at least one post. What is left for a
hidden part is the interval between the least and the greatest value that fits, found by linear
programming (HiGHS). That interval holds every whole-number solution and is at times wider;
`tests/disclosure` repeats the search over whole numbers.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import sparse

from audit.disclosure.published import Family

POSTS, EVENTS, ACCOUNTS = range(3)
Fact = tuple[list[int], list[float], float]
"""Places of unknowns, their coefficients, and the value that their sum has, or has at most."""


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Everything published, as linear facts about one vector of unknowns x ≥ 0.

    Attributes
    ----------
    equal, equals : matrix (facts, unknowns) and ndarray (facts,)
        equal · x = equals.
    below, at_most : matrix and ndarray
        below · x ≤ at_most.
    upper : ndarray, shape (unknowns,)
        Greatest possible values.
    true : ndarray, shape (unknowns,)
        The values themselves: one solution, so that no search starts from nothing.
    """

    equal: Any
    equals: np.ndarray
    below: Any
    at_most: np.ndarray
    upper: np.ndarray
    true: np.ndarray

    def extreme(self, aim: np.ndarray, *, whole: bool = False) -> np.ndarray:
        """Return a solution with the least value of `aim` · x, in whole numbers if asked.

        Raises
        ------
        ArithmeticError
            The facts contradict one another, which true counts cannot.
        """
        from scipy.optimize import linprog

        given: dict[str, Any] = {}
        if len(self.equals):
            given |= {"A_eq": self.equal, "b_eq": self.equals}
        if len(self.at_most):
            given |= {"A_ub": self.below, "b_ub": self.at_most}
        found = linprog(
            aim,
            bounds=np.column_stack([np.zeros(len(aim)), self.upper]),
            method="highs",
            integrality=np.ones(len(aim)) if whole else None,
            # HiGHS 1.x, as scipy 1.17 ships it, calls 3 the optimum of a whole-number problem whose
            # optimum is 29 when it presolves.
            options={"presolve": False},
            **given,
        )
        if found.x is None:
            raise ArithmeticError(f"published counts leave no solution: {found.message}")
        return np.asarray(found.x)


def known_counts(family: Family, hidden: frozenset[int]) -> Known:
    """Return the facts about posts, events and accounts of each atom, in that order."""
    k = family.atoms
    equal: list[Fact] = []
    below: list[Fact] = []
    for place, part in enumerate(family.parts):
        if place in hidden:
            continue
        atoms, ones = list(part.atoms), [1.0] * len(part.atoms)
        equal.append((atoms, ones, part.n))
        if part.says_events:
            equal.append(([k * EVENTS + a for a in atoms], ones, part.events))
        if part.says_accounts:  # an account may stand in several atoms: never fewer than the whole
            places = [k * ACCOUNTS + a for a in atoms]
            below.append((places, [-1.0] * len(atoms), -part.accounts))
            below += [([place], [1.0], part.accounts) for place in places]
    for atom in range(k):
        below.append(([k * EVENTS + atom, atom], [1.0, -1.0], 0.0))
        below.append(([k * ACCOUNTS + atom, atom], [1.0, -1.0], 0.0))
    total = max((part.n for part in family.parts), default=0)
    top = max((part.accounts for part in family.parts), default=0)
    upper = np.repeat([total, total, top], k).astype(float)
    return _known(equal, below, upper, family.truth.ravel())


def known_rates(family: Family, hidden: frozenset[int]) -> Known:
    """Return the facts about each atom's rate: those printed, and the gaps that mix them."""
    posts, events, _ = family.truth
    rates = np.divide(events, posts, out=np.zeros(family.atoms), where=posts > 0)
    equal: list[Fact] = []
    for place, part in enumerate(family.parts):
        if place in hidden:
            continue
        atoms = list(part.atoms)
        weights = family.weights[atoms]
        if part.says_gap and weights.sum():
            weights = weights / weights.sum()
            equal.append((atoms, list(weights), float(weights @ rates[atoms])))
        if part.says_events and len(atoms) == 1:
            equal.append((atoms, [1.0], float(rates[atoms[0]])))
    return _known(equal, [], np.ones(family.atoms), rates)


def _known(equal: list[Fact], below: list[Fact], upper: np.ndarray, true: np.ndarray) -> Known:
    left, equals = _matrix(equal, len(upper))
    under, at_most = _matrix(below, len(upper))
    return Known(left, equals, under, at_most, upper, true)


def _matrix(facts: list[Fact], width: int) -> tuple[Any, np.ndarray]:
    rows = np.repeat(np.arange(len(facts)), [len(places) for places, _, _ in facts])
    columns = [place for places, _, _ in facts for place in places]
    values = [value for _, parts, _ in facts for value in parts]
    shape = (len(facts), width)
    return sparse.csr_matrix((values, (rows, columns)), shape=shape), np.array(
        [value for _, _, value in facts], dtype=float
    )


def ranges(
    known: Known,
    aims: Iterable[np.ndarray],
    *,
    enough: np.ndarray | None = None,
    whole: bool = False,
) -> tuple[np.ndarray, np.ndarray]:
    """Return the least and the greatest value of each aim · x, each of shape (wanted,).

    Parameters
    ----------
    aims : iterable of ndarray, shape (unknowns,)
    enough : ndarray, shape (wanted,), optional
        Widths at which a range is wide enough to stop looking: every solution found on the way to
        one range is one for the others too, so most searches are saved. Ranges are then exact or
        at least that wide.
    """
    wanted = np.array(list(aims)).reshape(-1, len(known.true))
    low = wanted @ known.true
    high = low.copy()
    for place, aim in enumerate(wanted):
        for sign in (1.0, -1.0):
            if enough is not None and high[place] - low[place] >= enough[place]:
                break
            values = wanted @ known.extreme(sign * aim, whole=whole)
            low, high = np.minimum(low, values), np.maximum(high, values)
    return low, high
