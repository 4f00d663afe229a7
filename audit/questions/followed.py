"""Posts on a clock: how long each was watched, what ended that, and the curve of both classes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.estimators.base import Array
from audit.estimators.duration import kaplan_meier
from audit.estimators.times.followup import sums_from
from audit.numerals import many
from audit.questions.clock_words import ACTION, RAN_OUT, REVERSAL, ClockWords
from audit.questions.gap import regrouped
from audit.questions.hours import Followed, to_focal_mix

if TYPE_CHECKING:
    from audit.study import Study

ACTED, DELETED = 1, 2
TIMES = ("posted_at", "reported_at", "acted_at", "reversed_at", "observed_until")
UTC = "datetime64[us, UTC]"
MOST_STEPS = 300
"""Times of a class at which its curve is given; where there are more, they are thinned evenly."""
MARKS = (1, 3, 6, 12, 24, 48, 72, 168, 336, 720, 2160, 4320, 8760, 17520)
"""Hours that a curve always gives while anyone is watched: those that an axis is marked at."""
CURVE = (
    "account_class",
    "group",
    "hours",
    "still_visible",
    "still_visible_low",
    "acted",
    "deleted",
    "n_at_risk",
)


@dataclass(frozen=True, slots=True, eq=False)
class Posts:
    """The posts of a study on a clock.

    Attributes
    ----------
    frame : DataFrame
        Rows of known class with a clock: account_id, group, stratum, n, weight, `hours` watched
        and `cause`: 0 nothing had ended it, 1 acted on (taken back, where that is the outcome),
        2 deleted by its author.
    study : Study
        The study of those rows, by which support and accounts are counted.
    clock : str
        From when hours are counted, in words.
    notes : tuple of str
        What was left out or supposed, with counts.
    """

    frame: pd.DataFrame
    study: Study
    clock: str
    notes: tuple[str, ...]

    def compared(self, *, gone_at_once: Sequence[str] = ()) -> tuple[pd.DataFrame, Followed]:
        """Return the rows compared, and as numbers; the event is the action.

        A post that its author deleted stays at risk to its last look, as one that can no longer
        be acted on does in a subdistribution (Fine & Gray 1999, JASA 94:496): the share acted on
        is then right without knowing when the post went.

        Parameters
        ----------
        gone_at_once : sequence of str
            Groups whose posts deleted by their authors count as ended at hour 0 instead.
        """
        raw = self.study.design.primary == "raw"
        rows = self.frame
        if not raw:
            rows = rows[rows["stratum"].isin(self.study.supported_strata())]
        deleted = rows["group"].isin(gone_at_once) & (rows["cause"] == DELETED)
        stratum = np.zeros(len(rows), dtype=np.intp)
        return rows, Followed(
            hours=np.where(deleted, 0.0, rows["hours"].to_numpy(float)),
            event=(rows["cause"] == ACTED).to_numpy() | deleted.to_numpy(),
            weight=(rows["n"] * rows["weight"]).to_numpy(float),
            account=pd.factorize(rows["account_id"])[0],
            stratum=stratum if raw else pd.factorize(rows["stratum"])[0],
            focal=(rows["group"] == FOCAL).to_numpy(),
        )


def unclocked(study: Study) -> str:
    """Return why no clock can be set, "" where one can."""
    back = study.design.outcome.reversed
    needed = ("acted_at", "reversed_at") if back else ("posted_at", "acted_at")
    lacks = [c for c in needed if c not in study.cases.frame]
    if lacks:
        names = " and no ".join(f"column ‘{c}’" for c in lacks)
        what = "action to reversal" if back else "post to action"
        return f"The cases have no {names}, so hours from {what} are not known."
    return ""


def clock_words(study: Study) -> ClockWords:
    """Return what the clock of a study counts to, in words."""
    return REVERSAL if study.design.outcome.reversed else ACTION


def on_the_clock(study: Study) -> Posts:
    """Return the posts of a study (without a window of its own) on a clock; see `Posts.notes`."""
    rows = study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE))]
    back = study.design.outcome.reversed
    start, clock = _start(rows, back)
    acted, acted_at = rows["acted"].astype(bool), _moment(rows, _EVENT[back])
    last, until = _last(rows), _moment(rows, "observed_until")
    end = acted_at.where(acted, until.fillna(last))
    ended = rows.get("ended_by", pd.Series("", rows.index)).eq("deleted_by_author")
    deleted = ended.fillna(False).astype(bool) & ~acted
    hours = (end - start).dt.total_seconds() / 3600
    known = hours.notna()
    n = rows["n"]
    notes = _notes(
        {
            "unstarted": int(n[start.isna()].sum()),
            "untimed": int(n[acted & start.notna() & acted_at.isna()].sum()),
            "before": int(n[known & acted & (hours < 0)].sum()),
            "unseen": int(n[known & ~acted & (hours < 0)].sum()),
            "open": int(n[known & ~acted & until.isna()].sum()),
            "deleted": int(n[known & deleted].sum()),
        },
        last,
        clock_words(study),
    )
    notes += [RAN_OUT] if back else []
    frame = rows.loc[known, ["account_id", "group", "stratum", "n", "weight"]].assign(
        hours=hours[known].clip(lower=0.0),
        cause=np.where(acted[known], ACTED, np.where(deleted[known], DELETED, 0)),
    )
    return Posts(frame, regrouped(study, rows[known], acted[known]), clock, tuple(notes))


_EVENT = {False: "acted_at", True: "reversed_at"}
"""The column of the time that a clock counts to: of an action, or of its being taken back."""


def _start(rows: pd.DataFrame, back: bool) -> tuple[pd.Series, str]:
    """Return when each clock starts, and from what in words."""
    if back:
        return _moment(rows, "acted_at"), "the action"
    if "reported_at" not in rows:
        return _moment(rows, "posted_at"), "the post"
    start = _moment(rows, "reported_at").fillna(_moment(rows, "posted_at"))
    return start, "the report (from the post where no report is recorded)"


def _moment(rows: pd.DataFrame, column: str) -> pd.Series:
    """Return a column of times to the microsecond, all missing where there is none."""
    missing = pd.Series(pd.NaT, rows.index, dtype=UTC)
    return rows.get(column, missing).astype(UTC)


def _last(rows: pd.DataFrame) -> Any:
    """Return the last time that any column of the rows holds."""
    found = [_moment(rows, c).max() for c in TIMES]
    return max((t for t in found if not pd.isna(t)), default=pd.NaT)


def _notes(found: dict[str, int], last: Any, words: ClockWords) -> list[str]:
    day = "" if pd.isna(last) else f" ({last:%Y-%m-%d})"
    return [words.notes[k].format(many(n, "post"), day=day) for k, n in found.items() if n]


def curve(
    posts: Posts,
    names: dict[str, str],
    at: Sequence[float] = (),
    *,
    grids: Mapping[str, Array] | None = None,
) -> pd.DataFrame:
    """Return the share of each class's posts not yet acted on, hour by hour.

    Parameters
    ----------
    names : dict
        The class that each group is.
    at : sequence of float
        Hours to give besides those of an action, the last one of either class, and `MARKS`.
    grids : mapping, optional
        Group to the hours to give of it and no others.

    Returns
    -------
    DataFrame
        `CURVE`: `acted`, the share acted on by then, and `still_visible`, the rest (Kaplan &
        Meier 1958); `deleted`, the share that their authors deleted at an hour not recorded, the
        same in every row; `still_visible_low`, what is left where they went at hour 0; and
        `n_at_risk`, the posts (Σcount) still watched. The reference is weighted to the focal mix
        of strata where the primary is standardised.
    """
    rows, followed = posts.compared()
    weight, n = to_focal_mix(followed), rows["n"].to_numpy(float)
    gone = (rows["cause"] == DELETED).to_numpy()
    last = float(followed.hours[followed.event].max()) if followed.event.any() else 0.0
    parts = []
    for group in (FOCAL, REFERENCE):
        here = (rows["group"] == group).to_numpy()
        time = followed.hours[here]
        found = kaplan_meier(time, followed.event[here].astype(float), weights=weight[here])
        times = found["time"].to_numpy(float)
        end = float(time.max())
        grid = (grids or {}).get(group)
        grid = _grid(times, [*at, *MARKS, last, end], end) if grid is None else grid
        share = np.concatenate([[1.0], found["survival"].to_numpy(float)])
        left = share[np.searchsorted(times, grid, side="right")]
        deleted = float(weight[here & gone].sum() / weight[here].sum())
        parts.append(
            pd.DataFrame(
                {
                    "account_class": names[group],
                    "group": group,
                    "hours": grid,
                    "still_visible": left,
                    "still_visible_low": np.maximum(0.0, left - deleted),
                    "acted": 1 - left,
                    "deleted": deleted,
                    "n_at_risk": np.rint(sums_from(time, n[here], grid)).astype(np.int64),
                }
            )
        )
    return pd.concat(parts, ignore_index=True)[list(CURVE)]


def _grid(times: Array, more: Sequence[float], last: float) -> Array:
    if len(times) > MOST_STEPS:
        times = times[np.unique(np.linspace(0, len(times) - 1, MOST_STEPS).round().astype(int))]
    found = np.unique(np.concatenate([[0.0], times, [m for m in more if m <= last]]))
    return np.asarray(found, dtype=float)
