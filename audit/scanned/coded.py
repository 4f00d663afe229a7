"""Levels as whole numbers, which the engine groups and joins sooner than it does text.

Columnar files keep a column of few values as a dictionary, and an engine that is asked for the
place of a value in a list answers once per entry of that dictionary, not once per row. So levels
are looked up as they are spelled in the table; what an empty cell means is settled afterwards, in
the few combinations that there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine import Name, Sql, Value, joined, sql
from audit.errors import EstimationError
from audit.scanned.steps import spelled_level

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from audit.scanned.noun import Scan

MOST_LISTED = 64
"""Spellings that are looked up in a list; a column of more is joined with a small table."""
MOST_SPELLINGS = 5_000_000
"""Spellings of one column that are brought to Python; a column of more is none of levels."""
LARGEST = 2**62
"""What a whole number of 64 bits can tell apart, with room to spare."""
NARROW = 2**31


@dataclass(frozen=True, slots=True, eq=False)
class Coded:
    """Columns of levels as the digits of whole numbers.

    Attributes
    ----------
    names : tuple of tuple of str
        The levels of each column, sorted.
    columns : tuple of Sql
        What the rows must be selected with: `s0`, `s1`, …, one per column.
    joins : Sql
        What must stand after those rows, called `r`.
    keys : tuple of Sql
        The numbers, one unless the combinations are more than `LARGEST`; to be selected from both.
    """

    names: tuple[tuple[str, ...], ...]
    columns: tuple[Sql, ...]
    joins: Sql
    keys: tuple[Sql, ...]
    _parts: tuple[tuple[int, ...], ...]
    _codes: tuple[NDArray[Any], ...]

    def codes(self, keys: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """Return the level of each column, by its place in `names`, in each combination.

        Parameters
        ----------
        keys : sequence of ndarray of int
            The values of each of `keys`.
        """
        out = np.empty((len(keys[0]) if keys else 0, len(self.names)), dtype=np.int64, order="F")
        for part, key in zip(self._parts, keys, strict=True):
            left = key.astype(np.int64)
            for place in part:
                left, digit = np.divmod(left, len(self._codes[place]))
                out[:, place] = self._codes[place][digit]
        return out


def coded(scan: Scan, columns: Sequence[str], *, prefix: str = "") -> Coded:
    """Return the levels of columns as digits; one look at each column finds its levels.

    Parameters
    ----------
    scan : Scan
    columns : sequence of str
    prefix : str
        What tells these columns from others of the same rows.

    Raises
    ------
    EstimationError
        A column has more values than any column of levels.
    """
    names, codes, selected, joins, digits = [], [], [], [], []
    for i, column in enumerate(columns):
        value, empty = spelled_level(scan, column)
        spellings, gaps = _spellings(scan, column, value)
        levels = [word or empty for word in spellings]
        known = tuple(sorted({*levels, *([empty] if gaps else [])}))
        place = {name: number for number, name in enumerate(known)}
        here = Name(f"{prefix}s{i}")
        names.append(known)
        # digit 0 is an empty cell, where there is one
        codes.append(np.array([place[empty] if gaps else 0, *(place[name] for name in levels)]))
        if len(spellings) <= MOST_LISTED:
            found = _listed(scan, value, spellings)
            selected.append(sql("{x} as {here}", x=found, here=here))
            digit = sql("r.{here}", here=here)
        else:
            known_by, table = Name(f"{prefix}k{i}"), _uploaded(scan, spellings)
            selected.append(sql("{x} as {here}", x=value, here=here))
            on = "left join {t} as {k} on r.{here} = {k}.level"
            joins.append(sql(on, t=table, k=known_by, here=here))
            digit = sql("{k}.place", k=known_by)
        digits.append(sql("coalesce({d}, 0)", d=digit) if gaps else digit)
    parts = _parted([len(c) for c in codes])
    keys = tuple(_key(part, digits, [len(c) for c in codes]) for part in parts)
    return Coded(tuple(names), tuple(selected), joined(joins, " "), keys, parts, tuple(codes))


def _spellings(scan: Scan, column: str, value: Sql) -> tuple[list[str], bool]:
    """Return the values of a column as the table spells them, sorted, and whether any is empty."""
    what = "select distinct {x} as word from {s} limit {most}"
    found = scan.engine.query(
        sql(what, x=value, s=scan.source(), most=Sql((str(MOST_SPELLINGS + 1),)))
    )["word"]
    if len(found) > MOST_SPELLINGS:
        raise EstimationError(
            f"column {column!r} has more than {MOST_SPELLINGS:,} values; allowed: columns of "
            "levels. Try: wider levels, such as the month of a time."
        )
    words = sorted(str(word) for word in found if word is not None)
    return words, len(words) < len(found)


def _listed(scan: Scan, value: Sql, spellings: list[str]) -> Sql:
    if not spellings:
        return sql("cast(null as int)")
    return scan.engine.says("place", x=value, listed=joined(map(Value, spellings)))


def _uploaded(scan: Scan, spellings: list[str]) -> Name:
    places = np.arange(1, len(spellings) + 1, dtype=np.int64)
    return scan.engine.upload({"level": np.array(spellings, dtype=object), "place": places})


def _parted(sizes: Sequence[int]) -> tuple[tuple[int, ...], ...]:
    """Return the columns in as few groups as fit a whole number each."""
    parts: list[tuple[int, ...]] = []
    for place, size in enumerate(sizes):
        if parts and prod(sizes[p] for p in parts[-1]) * size <= LARGEST:
            parts[-1] += (place,)
        else:
            parts.append((place,))
    return tuple(parts) or ((),)


def _key(part: tuple[int, ...], digits: Sequence[Sql], sizes: Sequence[int]) -> Sql:
    """Return one number of several digits, the first column's digit the lowest."""
    whole, terms = prod(sizes[p] for p in part), []
    for number, place in enumerate(part):
        digit = digits[place]
        if whole >= NARROW:
            digit = sql("cast({d} as bigint)", d=digit)
        times = str(prod(sizes[p] for p in part[:number]))
        terms.append(sql("{d} * " + times, d=digit))
    return joined(terms, " + ") if terms else sql("0")
