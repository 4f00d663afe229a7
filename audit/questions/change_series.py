"""Two classes' rates per calendar period around a dated change, and what is fitted to them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.errors import EstimationError
from audit.further import moment
from audit.questions.calendar import SEASON, begins, numbered, period_name

if TYPE_CHECKING:
    from audit.estimators.series.rate_model import RateFit
    from audit.study import Study

BEFORE, CHANGE, AFTER = "before", "change", "after"
"""Phases of a period; "change" is the period that holds the change inside it."""
SERIES_COLUMNS = (
    "account_class",
    "group",
    "period",
    "place",
    "begins",
    "phase",
    "events",
    "n",
    "weight",
    "accounts",
    "rate",
    "compared",
    "fitted",
    "counterfactual",
)


@dataclass(frozen=True, slots=True, eq=False)
class Around:
    """The dated posts of both classes around a change.

    Attributes
    ----------
    rows : DataFrame
        Rows of `Study.rows` of known class and date, with `period` (its number) and `phase`.
    at : Timestamp
    per, title : str
    harmonics : int
    start : int
        Number of the first period wholly after the change.
    undated : int
        Posts of known class without `posted_at`.
    """

    rows: pd.DataFrame
    at: pd.Timestamp
    per: str
    title: str
    harmonics: int
    start: int
    undated: int

    @property
    def straddling(self) -> int:
        """Return the posts of the period that holds the change inside it; they are left out."""
        return int(self.rows.loc[self.rows["phase"] == CHANGE, "n"].sum())


def around(study: Study) -> Around:
    """Return the dated posts of both classes around the change that the design names.

    The period that holds the change is left out, unless the change is its first moment: its posts
    are partly before and partly after, in shares that differ by class.
    """
    terms = study.design.policy_change or {}
    at, per = pd.Timestamp(moment(terms["at"])), terms.get("per", "month")
    rows = study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE))]
    known = rows["posted_at"].notna()
    undated, rows = int(rows.loc[~known, "n"].sum()), rows[known].reset_index(drop=True)
    split = int(numbered(pd.Series([at]), per).iloc[0])
    torn = at > begins(split, per)
    number = numbered(rows["posted_at"], per)
    inside = torn & (number == split)
    phase = np.where(inside, CHANGE, np.where(number < split, BEFORE, AFTER))
    rows = rows.assign(period=number, phase=phase)
    given = str(terms.get("title", ""))
    harmonics = int(terms.get("harmonics", 0))
    return Around(rows, at, per, given, harmonics, split + int(torn), undated)


def counted(found: Around) -> pd.DataFrame:
    """Return one row per class and period: events, n (posts), accounts, rate, and the weights."""
    rows = found.rows
    weighted = rows["n"] * rows["weight"]
    by = rows.assign(
        events=rows["n"].where(rows["acted"], 0),
        acted_weight=weighted.where(rows["acted"], 0.0),
        post_weight=weighted,
    ).groupby(["group", "period", "phase"], sort=True)
    out = by[["events", "n", "acted_weight", "post_weight"]].sum()
    out["accounts"] = by["account_id"].nunique()
    out["rate"] = out["acted_weight"] / out["post_weight"]
    out = out.reset_index()
    both = out.groupby("period")["group"].transform("nunique") == 2
    return out.assign(compared=both & (out["phase"] != CHANGE))


def fit_of(found: Around, series: pd.DataFrame, confidence: float) -> RateFit | str:
    """Return the controlled segmented fit of the periods compared, or why there is none."""
    from audit.estimators.change import controlled_segmented_rate

    used = series[series["compared"]]
    try:
        return controlled_segmented_rate(
            used["acted_weight"].to_numpy(),
            used["post_weight"].to_numpy(),
            used["period"].to_numpy(float),
            (used["group"] == FOCAL).to_numpy(),
            start=float(found.start),
            harmonics=found.harmonics,
            period=SEASON[found.per],
            distribution="t",
            confidence=confidence,
        )
    except EstimationError as error:
        return str(error).split(": ", 1)[-1]


def own_terms(fit: RateFit, group: str) -> tuple[pd.Series, pd.DataFrame]:
    """Return the log-rate terms of one class and their covariance, from the joint fit."""
    names = [n for n in fit.params.index if not str(n).startswith(FOCAL)]
    added = [FOCAL if n == "intercept" else f"{FOCAL}_{n}" for n in names]
    pick = np.zeros((len(names), len(fit.params)))
    for place, (own, more) in enumerate(zip(names, added, strict=True)):
        pick[place, fit.params.index.get_loc(own)] = 1.0
        pick[place, fit.params.index.get_loc(more)] = float(group == FOCAL)
    covariance = pd.DataFrame(pick @ fit.vcov.to_numpy() @ pick.T, index=names, columns=names)
    return pd.Series(pick @ fit.params.to_numpy(), index=names), covariance


def change_series(study: Study) -> pd.DataFrame:
    """Return the rate of each class in each period, with its fitted line.

    Returns
    -------
    DataFrame
        `SERIES_COLUMNS`, focal class first, in order of time. `place` counts periods from the first
        one, empty ones too; `weight` is the sampling-weighted number of posts.
        `phase` is before, change (the
        period that holds the change inside it, in no fit) or after; `compared` says whether the
        period is in the fit. `fitted` is the segmented line; `counterfactual`, after the change
        only, the same line without the step. Missing where no line could be fitted.
    """
    found = around(study)
    series = counted(found)
    fit = fit_of(found, series, study.design.confidence)
    return drawn_series(study, found, series, None if isinstance(fit, str) else fit)


def drawn_series(
    study: Study, found: Around, series: pd.DataFrame, fit: RateFit | None
) -> pd.DataFrame:
    """Return `change_series` of what was counted and fitted already."""
    design = study.design
    parts = []
    for group, name in ((FOCAL, design.focal), (REFERENCE, design.references[0])):
        mine = series[series["group"] == group].sort_values("period")
        lines = _lines(found, series, mine, fit, group)
        parts.append(mine.assign(account_class=name, **lines))
    out = pd.concat(parts, ignore_index=True)
    numbers = out["period"].tolist()
    out["weight"] = out["post_weight"]
    out["place"] = out["period"] - out["period"].min()
    out["begins"] = [begins(number, found.per) for number in numbers]
    out["period"] = [period_name(number, found.per) for number in numbers]
    return out[list(SERIES_COLUMNS)]


def _lines(
    found: Around, series: pd.DataFrame, mine: pd.DataFrame, fit: RateFit | None, group: str
) -> dict[str, Any]:
    from audit.estimators.series.segments import segment_terms

    nothing = np.full(len(mine), np.nan)
    if fit is None:
        return {"fitted": nothing, "counterfactual": nothing}
    times = mine["period"].to_numpy(float)
    used = series.loc[series["compared"], "period"]
    last = float(used[used < found.start].max())
    start, season = float(found.start), SEASON[found.per]
    terms = segment_terms(times, start, last, found.harmonics, season, False)
    params, _ = own_terms(fit, group)
    line = np.exp(terms[params.index].to_numpy() @ params.to_numpy())
    without = np.exp(terms.assign(level=0.0)[params.index].to_numpy() @ params.to_numpy())
    shown, after = mine["compared"].to_numpy(bool), times >= found.start
    return {
        "fitted": np.where(shown, line, np.nan),
        "counterfactual": np.where(shown & after, without, np.nan),
    }
