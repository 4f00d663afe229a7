"""What a report publishes about one class: counts of parts of its posts, table by table."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a published table: a part of a class's posts.

    Attributes
    ----------
    table : str
        Which table it stands in; parts of one table do not overlap.
    label : str
        The row, as the table has it.
    atoms : tuple of int
        Which atoms it is made of. Atoms are the smallest parts that any table of the family could
        tell apart; every published count is a sum over atoms.
    accounts : int, at least 0
        How many accounts stand behind it: what the threshold is compared with, as a number.
    n, events : int
        Posts and posts acted on.
    says_events, says_accounts, says_gap : bool
        Whether the table prints events, accounts, and a gap from which the mean of the atoms'
        rates, weighted by `Family.weights`, can be worked out.
    fixed : bool
        Never hidden: the class's own total.
    """

    table: str
    label: str
    atoms: tuple[int, ...]
    accounts: int
    n: int
    events: int
    says_events: bool = True
    says_accounts: bool = True
    says_gap: bool = False
    fixed: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Family:
    """All published parts of one class's posts that could give one another away.

    Attributes
    ----------
    parts : tuple of Part
    weights : ndarray, shape (atoms,), at least 0
        Focal posts that are compared in each atom: public, and the weights of its rate in gaps.
    truth : ndarray, shape (3, atoms)
        Posts, events and accounts of each atom, as they are.
    """

    parts: tuple[Part, ...]
    weights: np.ndarray
    truth: np.ndarray

    @property
    def atoms(self) -> int:
        """Return the number of atoms."""
        return len(self.weights)

    def small(self, least: int) -> frozenset[int]:
        """Return the places of the parts with fewer than `least` accounts, none included."""
        return frozenset(
            place
            for place, part in enumerate(self.parts)
            if not part.fixed and part.accounts < least
        )


def places_by_table(parts: Sequence[Part], hidden: frozenset[int]) -> dict[str, frozenset[str]]:
    """Return the labels of hidden parts, by table."""
    found: dict[str, set[str]] = {}
    for place in sorted(hidden):
        found.setdefault(parts[place].table, set()).add(parts[place].label)
    return {table: frozenset(labels) for table, labels in found.items()}
