"""Cases counted by combination of levels: all that a model of factors needs of the rows."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.errors import UnknownName

if TYPE_CHECKING:
    from numpy.typing import NDArray

LARGEST = 2**62
"""What a whole number of 64 bits can tell apart, with room to spare."""


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """Counts by combination of levels that occur, one cell each.

    Attributes
    ----------
    terms : tuple of str
        Columns of the case table.
    levels : tuple of tuple of str
        The levels of each term, sorted.
    codes : ndarray of int, shape (cells, terms)
        The level of each cell, by number.
    n : ndarray, shape (cells,)
        Cases.
    sums : mapping
        The sum of each outcome over the cases of a cell, shape (cells,).
    """

    terms: tuple[str, ...]
    levels: tuple[tuple[str, ...], ...]
    codes: NDArray[Any]
    n: NDArray[Any]
    sums: dict[Hashable, NDArray[Any]] = field(default_factory=dict)

    def rolled_up(self, terms: Sequence[str]) -> tuple[Lattice, NDArray[Any]]:
        """Return the lattice of some of the terms, and the cell of it that holds each cell here.

        Raises
        ------
        UnknownName
            A term that is not in this lattice.
        """
        for term in terms:
            if term not in self.terms:
                raise UnknownName("term", term, list(self.terms))
        places = [self.terms.index(term) for term in terms]
        key = np.zeros(len(self.n), dtype=np.int64)
        size = 1
        for place in reversed(places):
            size *= len(self.levels[place])
            if size > LARGEST:  # numbered anew, so that no product of level counts can overflow
                key = np.unique(key, return_inverse=True)[1]
                size = (len(self.n) + 1) * len(self.levels[place])
            key = key * len(self.levels[place]) + self.codes[:, place]
        _, first, key = np.unique(key, return_index=True, return_inverse=True)
        rolled = Lattice(
            tuple(terms),
            tuple(self.levels[place] for place in places),
            self.codes[first][:, places],
            np.bincount(key, self.n),
            {name: np.bincount(key, values) for name, values in self.sums.items()},
        )
        return rolled, key
