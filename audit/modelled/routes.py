"""Which way influences by account are summed, chosen from numbers known beforehand."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

from audit.errors import UnknownName

Way = Literal["push", "packed", "sparse"]
WAYS: tuple[str, ...] = get_args(Way)

# Seconds per row on two cores, measured at 10⁷ rows; only their ratios matter.
GROUPED, JOINED, COLUMN = 0.8e-7, 1.0e-7, 0.28e-7  # of rows as they are
INGESTED, JOINED_NUMBERS = 2.0e-7, 0.37e-7  # of rows packed to whole numbers
FETCHED, PRODUCT = 3.2e-7, 2.4e-9  # of accounts × cells, once; and per estimand
BYTES = 64  # of an entry accounts × cells while the sparse matrix is made
MEMORY = 2e9


@dataclass(frozen=True, slots=True)
class Task:
    """What is known before the way is chosen.

    Attributes
    ----------
    rows, cells : int
    accounts : int, optional
        None where they have not been counted.
    models : int
        Models to come of the same columns, this one among them.
    estimands : int
        Numbers whose standard error this model is asked for.
    memory : float
        Bytes that Python may take.
    packed : bool
        Whether the rows are packed already.
    """

    rows: int
    cells: int
    accounts: int | None
    models: int
    estimands: int
    memory: float = MEMORY
    packed: bool = False

    @property
    def entries(self) -> int:
        """The most combinations of account and cell there can be."""
        return self.rows if self.accounts is None else min(self.rows, self.accounts * self.cells)


@dataclass(frozen=True, slots=True)
class Route:
    """The way chosen, and why in a sentence."""

    way: Way
    why: str


def route_of(task: Task, way: str = "auto") -> Route:
    """Return the cheapest way that fits in memory, or the way asked for.

    Raises
    ------
    UnknownName
        A way that there is none of.
    """
    if way not in ("auto", *WAYS):
        raise UnknownName("way", way, ["auto", *WAYS])
    if way != "auto":
        return Route(way, f"{_SAID[way]}, as asked")  # type: ignore[arg-type]
    cost = _seconds(task)
    needed = task.entries * BYTES
    told = (
        f"{task.rows:,} rows, {task.cells:,} cells, {task.models:,} model(s) and "
        f"{task.estimands:,} estimand(s)"
    )
    out = ""
    if needed > task.memory:
        del cost["sparse"]
        out = (
            f"; a sparse matrix might take {needed / 1e9:,.1f} GB of the {task.memory / 1e9:,.1f} "
            "GB allowed"
        )
    best = min(cost, key=lambda name: cost[name])
    costs = ", ".join(f"{name} {seconds:,.3g} s" for name, seconds in cost.items())
    return Route(best, f"{_SAID[best]}, the cheapest for {told} ({costs}{out})")


def _seconds(task: Task) -> dict[Way, float]:
    columns = COLUMN * (task.estimands - 1) * task.rows
    ingest = 0.0 if task.packed else INGESTED * task.rows
    fetch = FETCHED * task.entries + PRODUCT * task.entries * task.estimands * task.models
    packed = ingest + task.models * (JOINED_NUMBERS * task.rows + columns)
    first = 0.0 if task.packed else GROUPED * task.rows
    cost: dict[Way, float] = {"packed": packed, "sparse": first + fetch}
    if not task.packed:
        cost = {"push": task.models * ((GROUPED + JOINED) * task.rows + columns), **cost}
    return cost


_SAID = {
    "push": "influences were summed over the rows as they are",
    "packed": "influences were summed over rows packed to whole numbers",
    "sparse": "counts by account and cell were fetched once and multiplied here",
}

NEEDED = Route("sparse", f"{_SAID['sparse']}, as CR2 needs them")
