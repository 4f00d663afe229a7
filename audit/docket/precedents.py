"""The nearest ordinary cases to a focal case: masked, without an id, dated to the day."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.cells import REFERENCE
from audit.docket.names import called, reference_names
from audit.exempted.ordinary import ONE_STRATUM

if TYPE_CHECKING:
    from audit.study import Study

MATCHED = ("rule", "severity", "language", "country")
"""Columns that a precedent should share with the case where the strata do not hold them alike."""
DAY = pd.Timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Precedents:
    """The reference cases of a study, sorted by stratum so that one stratum is one slice.

    Attributes
    ----------
    frame : DataFrame
        Reference rows: stratum, account (masked), action, n, posted_at, reach where it was
        measured before treatment, and the columns of `MATCHED` outside the strata.
    matched : tuple of str
    """

    frame: pd.DataFrame
    matched: tuple[str, ...]

    def accounts_like(self, stratum: str, shown: pd.DataFrame) -> pd.Series:
        """Return how many accounts of a stratum share each row's values of `matched`."""
        pool = self.frame[self.frame["stratum"] == stratum]
        if not self.matched:
            return pd.Series(pool["account"].nunique(), index=shown.index)
        keys = list(self.matched)
        sizes = pool.groupby(keys, dropna=False)["account"].nunique().reset_index(name="size")
        found = shown[keys].merge(sizes, on=keys, how="left")["size"]
        return found.set_axis(shown.index).fillna(0)

    def nearest(self, case: pd.Series, most: int) -> pd.DataFrame:
        """Return up to `most` reference cases of the case's stratum, nearest first.

        Nearest: the most columns of `matched` that agree (a missing value agrees with none), then
        the fewest days apart, then the smallest difference of log(1 + reach) where reach was
        declared to be measured before treatment; what is missing comes last. Ties: by account
        number, then day, then action. One account can be there more than once.

        Returns
        -------
        DataFrame
            account (a number), posted_at (the day), action, n, the matched columns, agree (how
            many of them do) and days (later than the case: positive). No case id, no reach.
        """
        first, last = (
            int(self.frame["stratum"].searchsorted(case["stratum"], side=side))  # type: ignore[call-overload]
            for side in ("left", "right")
        )
        pool = self.frame.iloc[first:last]
        agree = np.zeros(len(pool), dtype=np.int64)
        for column in self.matched:
            if pd.notna(case[column]):
                agree += pool[column].eq(case[column]).fillna(False).to_numpy(bool)
        days = _days(pool, case)
        keys = (
            *(pool["rank"], _far(days), pool["number"]),
            *(_reach_apart(pool, case), _far(np.abs(days)), -agree),
        )
        order = np.lexsort(keys)[:most]
        out = pool.iloc[order]
        shown = {"account": out["account"], "posted_at": _day(out), "action": out["action"]}
        shown |= {"n": out["n"]} | {c: out[c] for c in self.matched}
        found = pd.DataFrame(shown).reset_index(drop=True)
        return found.assign(agree=agree[order], days=days[order])


def precedents_of(study: Study) -> Precedents:
    """Return the reference cases of a study, ready to be looked up."""
    rows = study.rows()
    rows = rows[rows["group"] == REFERENCE]
    if study.design.primary == "raw":
        rows = rows.assign(stratum=ONE_STRATUM)
    held = () if study.design.primary == "raw" else study.design.strata
    matched = tuple(c for c in MATCHED if c in rows and c not in held)
    wanted = ["stratum", "action", "n", *(c for c in ("posted_at",) if c in rows), *matched]
    frame = rows[wanted].copy()
    if "reach" in rows and "reach" in study.design.pre_treatment:
        frame["reach"] = rows["reach"]
    names = reference_names(study)
    frame["account"] = called(rows["account_id"], names)
    numbers = {account: place for place, account in enumerate(names)}
    frame["number"] = rows["account_id"].map(numbers)
    frame["rank"] = study.cases.ladder.rank(frame["action"])
    frame = frame.sort_values("stratum", kind="stable").reset_index(drop=True)
    return Precedents(frame, matched)


def _days(pool: pd.DataFrame, case: pd.Series) -> np.ndarray[Any, Any]:
    """Return the days from the case to each reference case, whole days of the calendar (UTC)."""
    when = case.get("posted_at")
    if "posted_at" not in pool or when is None or pd.isna(when):
        return np.full(len(pool), np.nan)
    apart = pool["posted_at"].dt.normalize() - when.normalize()
    return np.asarray(apart / DAY, dtype=float)


def _reach_apart(pool: pd.DataFrame, case: pd.Series) -> np.ndarray[Any, Any]:
    if "reach" not in pool or pd.isna(case["reach"]):
        return np.zeros(len(pool))
    apart = np.abs(np.log1p(pool["reach"].to_numpy(float)) - np.log1p(float(case["reach"])))
    return _far(apart)


def _far(values: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Return distances with what is missing last."""
    return np.where(np.isnan(values), np.inf, values)


def _day(rows: pd.DataFrame) -> pd.Series:
    if "posted_at" not in rows:
        return pd.Series(pd.NaT, index=rows.index, dtype="datetime64[us, UTC]")
    return rows["posted_at"].dt.normalize()
