"""Influences by account summed over the rows, where counting first would save nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from audit.engine import Name, sql
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
    cells : Name
        Sums by side and stratum: side, stratum, events, n, `most events` and `most n` of a row.

    Notes
    -----
    The number of accounts of a stratum is not counted: `sums().accounts` is NaN.
    """

    cells: Name

    def _summed(self) -> dict[str, NDArray[Any]]:
        if "sums" not in self._known:
            what = sql("select * from {t} order by side, stratum", t=self.cells)
            rows = self.engine.query(what)
            for name in TALLIED:
                of = "events" if name.endswith("events") else "n"
                rows[name], rows[f"most {name}"] = rows[of], rows[f"most {of}"]
            rows["accounts"] = np.full(len(rows["n"]), np.nan)
            self._known["sums"] = rows
        return self._known["sums"]
