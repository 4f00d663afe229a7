"""The curve of ordinary people's posts as it is published: no step or tail of a few accounts.

A curve at every action gives the hours of single posts to the second, and its steps, weighted to
the focal mix, are posts of the focal class over those of the stratum: sizes of hidden cells
(`tests/disclosure/test_times.py`). So that of a class that holds no office is given at round hours,
between which at least `Design.smallest_cell` accounts have posts that ended, or none, and no longer
than so many are watched; the hours that the design asks are given in any case.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from audit.disclosure import shields
from audit.disclosure.precision import published
from audit.estimators.base import Array
from audit.questions.followed import MARKS, Posts, curve

if TYPE_CHECKING:
    from audit.study import Study

ROUND = (
    *np.arange(0.5, 12, 0.5),
    *np.arange(12, 48, 1.0),
    *np.arange(48, 336, 6.0),
    *np.arange(336, 8760, 24.0),
    *np.arange(8760, 87600, 168.0),
)
"""Hours at which such a curve may be given, beside `MARKS` and those that the design asks."""
SHARES = ("still_visible", "still_visible_low", "acted", "deleted")


def shown_curve(
    posts: Posts, names: Mapping[str, str], at: Sequence[float], study: Study
) -> pd.DataFrame:
    """Return `curve` as it is published.

    Parameters
    ----------
    posts : Posts
    names : mapping
        The class that each group is.
    at : sequence of float
        Hours that the design asks: they stay while anybody is watched, as they are the question.
    study : Study
        The study that was asked, whole.
    """
    rows, followed = posts.compared()
    least, grids = study.design.smallest_cell, {}
    for group, name in names.items():
        if shields(study, name):
            here = (rows["group"] == group).to_numpy()
            account = followed.account[here] if study.has_accounts else np.arange(here.sum())
            grids[group] = kept_hours(
                account, followed.hours[here], followed.event[here], at, least=least
            )
    made = curve(posts, dict(names), at, grids=grids)
    return published(made, study, shares=SHARES)


def kept_hours(
    account: Array, hours: Array, acted: Array, asked: Iterable[float], *, least: int
) -> Array:
    """Return the hours at which a curve can be given so that none of them tells of few accounts.

    Parameters
    ----------
    account, hours, acted : ndarray, shape (posts,)
        Who posted, how long the post was watched, and whether an action ended that: a step of the
        curve tells of those acted on, the number still watched of all that ended.
    asked : iterable of float
    least : int
    """
    watched = pd.Series(hours).groupby(np.asarray(account)).max().sort_values().to_numpy()
    kept = sorted({0.0, *(float(h) for h in asked if 0 < h <= watched[-1])})
    if len(watched) < least:
        return np.array(kept, dtype=float)
    last = float(watched[-least])
    end = (last,) if (watched == last).sum() >= least else ()  # of many: nobody's own hour

    def enough(low: float, high: float) -> bool:
        ended = (hours > low) & (hours <= high)
        people = (len(np.unique(account[rows])) for rows in (ended, ended & acted))
        return all(n == 0 or n >= least for n in people)

    for hour in (float(h) for h in (*end, *MARKS, *ROUND) if 0 < h <= last):
        place = int(np.searchsorted(kept, hour))
        after = kept[place] if place < len(kept) else None
        if after != hour and enough(kept[place - 1], hour) and (not after or enough(hour, after)):
            kept.insert(place, hour)
    return np.array(kept, dtype=float)
