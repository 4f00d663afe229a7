"""The gap among like posts in every calendar period of a study."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.estimators.base import NAN
from audit.questions.calendar import begins, numbered, period_name
from audit.questions.gap import gap_row, hard_gates, regrouped, sizes

if TYPE_CHECKING:
    from audit.study import Study

MOST_PERIODS = 18
"""Periods of one length up to which that length is taken: the shortest that gives no more."""
NUMBERS = ("observed", "expected", "estimate", "conf_low", "conf_high")
COUNTS = ("n_focal", "n_reference", "n_focal_accounts", "n_reference_accounts")
PERIOD_COLUMNS = ("period", "begins", "ends", *NUMBERS, *COUNTS)


def gap_by_period(study: Study, *, per: str = "") -> pd.DataFrame:
    """Return the design's primary contrast in each calendar period, as if asked there alone.

    Parameters
    ----------
    study : Study
        Admissible, of rows that are kept apart.
    per : {"", "week", "month", "quarter", "year"}
        "" takes the shortest length that gives at most `MOST_PERIODS` periods.

    Returns
    -------
    DataFrame
        `PERIOD_COLUMNS`, one row per period with a dated post of either class, in order of time;
        no row where the cases have no `posted_at`. `ends` is exclusive. Strata that hold no like
        posts within the period are left out there, as in the whole; a period without any has no
        numbers, and one with too few accounts no limits. Nothing is corrected for the number of
        periods.

    Raises
    ------
    RowsNeeded
        The rows are in an engine, not kept apart.
    """
    rows = study.rows()
    if "posted_at" not in rows:
        return pd.DataFrame(columns=list(PERIOD_COLUMNS))
    rows = rows[rows["group"].isin((FOCAL, REFERENCE)) & rows["posted_at"].notna()]
    if rows.empty:
        return pd.DataFrame(columns=list(PERIOD_COLUMNS))
    per = per or _length(rows["posted_at"])
    number = numbered(rows["posted_at"], per)
    out = []
    for period, part in rows.groupby(number.to_numpy(), sort=True):
        out.append(_row(study, part) | _times(int(period), per))
    return pd.DataFrame(out)[list(PERIOD_COLUMNS)]


def _length(when: pd.Series) -> str:
    for per in ("week", "month", "quarter"):
        found = numbered(when, per)
        if found.max() - found.min() < MOST_PERIODS:
            return per
    return "year"


def _times(period: int, per: str) -> dict[str, Any]:
    return {
        "period": period_name(period, per),
        "begins": begins(period, per),
        "ends": begins(period + 1, per),
    }


def _row(study: Study, part: pd.DataFrame) -> dict[str, Any]:
    here = regrouped(study, part, part["acted"])
    if hard_gates(here):
        return {**dict.fromkeys(NUMBERS, NAN), **sizes(here)}
    found = gap_row(here, "", test=False)
    return {"observed": found["focal"], "expected": found["reference"], **found}
