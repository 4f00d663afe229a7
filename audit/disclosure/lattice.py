"""Which published parts lie in which: rows in their totals, across tables."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.disclosure.published import Family


@dataclass(frozen=True, slots=True, eq=False)
class Lattice:
    """The parts of a family, as seen from one another.

    Attributes
    ----------
    holds : ndarray of bool, shape (parts, parts)
        [p, t]: part t, of another table, holds all of part p: it is a total of p.
    meets : ndarray of bool, shape (parts, parts)
        [i, t]: parts i and t have atoms in common.
    table : ndarray, shape (parts,)
        Number of each part's table.
    posts : ndarray, shape (parts,)
    fixed : ndarray of bool, shape (parts,)
    """

    holds: np.ndarray
    meets: np.ndarray
    table: np.ndarray
    posts: np.ndarray
    fixed: np.ndarray

    def totals(self, hidden: frozenset[int], place: int) -> list[int]:
        """Return the printed totals of a part."""
        return [int(t) for t in np.flatnonzero(self.holds[place]) if t not in hidden]

    def siblings(self, place: int, total: int) -> list[int]:
        """Return the other parts of a part's table that lie, at least partly, in a total."""
        same = (self.table == self.table[place]) & self.meets[:, total]
        return [int(i) for i in np.flatnonzero(same) if i != place]

    def beside(self, hidden: frozenset[int], place: int, total: int) -> int:
        """Return how many other parts of its table are hidden in a total of a part."""
        return sum(i in hidden for i in self.siblings(place, total))

    def posts_beside(self, hidden: frozenset[int], place: int, total: int) -> int:
        """Return how many posts the other hidden parts of its table hold in a total."""
        return sum(int(self.posts[i]) for i in self.siblings(place, total) if i in hidden)

    def alone(self, hidden: frozenset[int], place: int) -> int:
        """Return in how many of its printed totals a part would be the only one hidden."""
        return sum(self.beside(hidden, place, t) == 0 for t in self.totals(hidden, place))


def lattice(family: Family) -> Lattice:
    """Return how the parts of a family lie in one another."""
    parts = family.parts
    member = np.zeros((len(parts), family.atoms))
    for place, part in enumerate(parts):
        member[place, list(part.atoms)] = 1.0
    common = member @ member.T
    names = {name: number for number, name in enumerate(dict.fromkeys(p.table for p in parts))}
    table = np.array([names[p.table] for p in parts], dtype=int)
    other = table[:, None] != table[None, :]
    return Lattice(
        holds=(common == member.sum(axis=1)[:, None]) & other,
        meets=common > 0,
        table=table,
        posts=np.array([p.n for p in parts], dtype=np.int64),
        fixed=np.array([p.fixed for p in parts], dtype=bool),
    )
