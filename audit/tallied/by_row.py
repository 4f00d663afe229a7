"""Influences by account summed over the rows, where counting first would save nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.influence import TALLIED
from audit.tallied.pushed import EngineTallies

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False, kw_only=True)
class RowTallies(EngineTallies):
    """Rows as estimators ask for counts; each push passes over them.

    With many factors nearly every account × stratum holds one post: counts by both are as many as
    the rows, and making them costs more than passing over the rows twice.

    Attributes
    ----------
    source : Sql
        As in `EngineTallies`, one row per row of the table.
    cells : mapping of ndarray
        Sums by side and stratum: side, stratum, events, n, `most events` and `most n` of a row.

    Notes
    -----
    The number of accounts of a stratum is not counted: `sums().accounts` is NaN.
    """

    cells: Mapping[str, NDArray[Any]]

    def _summed(self) -> dict[str, NDArray[Any]]:
        rows = dict(self.cells)
        for name in TALLIED:
            of = "events" if name.endswith("events") else "n"
            rows[name], rows[f"most {name}"] = rows[of], rows[f"most {of}"]
        return rows | {"accounts": np.full(len(rows["n"]), np.nan)}
