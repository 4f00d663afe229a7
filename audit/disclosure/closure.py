"""Which counts to hide so that the small ones stay hidden: small cells, and those that cover them.

A small cell alone in its row comes back as the row's total less the rest. So rows and columns are
closed: where a total is printed, none or at least two of its parts are hidden (complementary
suppression; Willenborg & de Waal 2001, *Elements of Statistical Disclosure Control*, ch. 6). That
alone does not protect hidden cells of several rows and columns together, nor tables that share
margins; so after every step the interval that all published numbers leave for each hidden cell is
computed (`bounds`), and more is hidden until each interval is wide enough.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from audit.disclosure.bounds import EVENTS, POSTS, known_counts, known_rates, ranges
from audit.disclosure.lattice import Lattice, lattice
from audit.disclosure.published import Family, Part

RATE_WIDTH = 0.1
"""Protection of a hidden rate: a reader is left with ten percentage points at least."""
ROUNDING = 1e-6
MOST_ATOMS = 2_000
"""Above, bounds take minutes: every part below the threshold and every margin is hidden instead."""


@dataclass(frozen=True, slots=True)
class Hidden:
    """What is hidden of a family.

    Attributes
    ----------
    small : frozenset of int
        Places of the parts below the threshold, and of those hidden like them.
    covering : frozenset of int
        Places of the parts hidden so that the small ones do not come back.
    bare : frozenset of int
        Hidden parts that stay narrower than asked although all that could cover them is hidden:
        the class's own total says too much about them.
    """

    small: frozenset[int]
    covering: frozenset[int]
    bare: frozenset[int]

    @property
    def all(self) -> frozenset[int]:
        """Return every place hidden."""
        return self.small | self.covering


def hide(family: Family, *, least: int, also: frozenset[int] = frozenset()) -> Hidden:
    """Return which parts to hide so that none with fewer than `least` accounts comes back.

    A part of no account is hidden like one of nine: tables say which parts support a comparison,
    no account and one both do not, and a 0 shown beside would say which of the others is one.

    Protection: for every hidden part, the posts that fit all published numbers range over at least
    `least` values, events over at least two, and the rate over at least `RATE_WIDTH`, as far as the
    class's total allows; a class none (or all) of whose posts were acted on says so of every
    part, whatever is hidden.

    Parameters
    ----------
    also : frozenset of int
        Parts to hide like small ones, for what an earlier version shows of them (`earlier`).
    """
    small = family.small(least) | also
    if not small or family.atoms > MOST_ATOMS:
        rest = {i for i, p in enumerate(family.parts) if not p.fixed} if small else set()
        return Hidden(small, frozenset(rest) - small, frozenset())
    held, hidden, bare = lattice(family), small, frozenset[int]()
    while narrow := narrow_parts(family, held, hidden, least=least, aside=bare):
        more = next((c for p in narrow if (c := _cover(held, hidden, p)) is not None), None)
        if more is None:
            bare |= frozenset(narrow)
        else:
            hidden |= {more}
    return Hidden(small, hidden - small, bare)


def narrow_parts(
    family: Family,
    held: Lattice,
    hidden: frozenset[int],
    *,
    least: int,
    aside: frozenset[int] = frozenset(),
) -> list[int]:
    """Return the hidden parts about which the published numbers say too much, those aside left out.

    Parts hidden alone in a printed total come first and by themselves: linear programming is asked
    only once rows and columns are closed.
    """
    places = sorted(hidden - aside)
    alone = [p for p in places if held.alone(hidden, p)]
    if alone or not places:
        return alone
    total = max(part.n for part in family.parts)
    events = max(part.events for part in family.parts)
    k, counts = family.atoms, known_counts(family, hidden)
    found: set[int] = set()
    for measure, need in ((POSTS, min(least, total)), (EVENTS, min(1, events, total - events))):
        aims = [_aim(family.parts[p], 3 * k, measure * k) for p in places]
        found |= _short(places, ranges(counts, aims, enough=np.full(len(places), need)), need)
    mixed = [p for p in places if 0 < events < total and _mixed(family, p)]
    aims = [_aim(family.parts[p], k, 0) for p in mixed]
    enough = np.full(len(mixed), RATE_WIDTH)
    found |= _short(mixed, ranges(known_rates(family, hidden), aims, enough=enough), RATE_WIDTH)
    return sorted(found)


def _mixed(family: Family, place: int) -> bool:
    """Return whether a part's rate goes into printed gaps."""
    atoms = list(family.parts[place].atoms)
    return len(atoms) == 1 and bool(family.weights[atoms].any())


def _short(places: list[int], found: tuple[np.ndarray, np.ndarray], need: float) -> set[int]:
    low, high = found
    return {p for p, width in zip(places, high - low, strict=True) if width < need - ROUNDING}


def _aim(part: Part, width: int, offset: int) -> np.ndarray:
    aim = np.zeros(width)
    aim[[offset + atom for atom in part.atoms]] = 1.0
    return aim


def _cover(held: Lattice, hidden: frozenset[int], place: int) -> int | None:
    """Return the next part to hide for a part, or None where nothing is left.

    From the total in which the fewest posts are hidden beside the part: the smallest part whose
    own totals hold other hidden parts, so that covers close upon one another; where the total has
    no other part left, the total itself.
    """
    totals = held.totals(hidden, place)
    for total in sorted(totals, key=lambda t: (held.posts_beside(hidden, place, t), t)):
        left = [i for i in held.siblings(place, total) if i not in hidden and held.posts[i]]
        if left:
            return min(left, key=lambda i: (held.alone(hidden, i), int(held.posts[i]), i))
        if not held.fixed[total]:
            return total
    return None
