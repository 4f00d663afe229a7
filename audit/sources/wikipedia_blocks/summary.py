"""Blocks by class and by reason, as a reader first asks for them: counts, no contrast."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from audit.cases import Cases
from audit.sources.wikipedia_blocks.classes import ADMINISTRATOR, REGISTERED

AT_ONCE_HOURS = 10 / 60
"""A block lifted so soon is taken for a slip, such as the wrong name."""


def by_class(cases: Cases, *, within_hours: float) -> pd.DataFrame:
    """Return what came of the blocks of each class that were watched for so many hours.

    Parameters
    ----------
    cases : Cases
        Of `WikipediaBlocks`.
    within_hours : float, above 0
        Blocks not watched for so long are left out, whatever came of them.

    Returns
    -------
    DataFrame
        account_class, blocks, accounts; indefinite, the share set without an end; lifted, blocks
        lifted within the time, share of blocks, and low and high, its 95 % Wilson limits (blocks
        taken as independent); median_hours to unblock, of those lifted; own, how many of them the
        blocked lifted themselves; at_once, how many within `AT_ONCE_HOURS`; share_later, the share
        lifted without these. Fewest blocks first.
    """
    from audit.estimators.proportions import proportion

    frame = cases.frame
    limit = frame["acted_at"] + pd.Timedelta(hours=within_hours)
    rows = []
    for name, mine in frame[frame["observed_until"] >= limit].groupby("account_class"):
        hours = mine["hours_to_unblock"]
        lifted = hours[hours <= within_hours]
        at_once = int((lifted <= AT_ONCE_HOURS).sum())
        share = proportion(len(lifted), len(mine), method="wilson")
        left = len(mine) - at_once
        rows.append(
            {
                "account_class": name,
                "blocks": len(mine),
                "accounts": int(mine["account_id"].nunique()),
                "indefinite": float(mine["indefinite"].mean()),
                "lifted": len(lifted),
                "share": share.estimate,
                "low": share.conf_low,
                "high": share.conf_high,
                "median_hours": float(lifted.median()),
                "own": int(mine.loc[lifted.index, "self_lifted"].sum()),
                "at_once": at_once,
                "share_later": (len(lifted) - at_once) / left if left else float("nan"),
            }
        )
    return pd.DataFrame(rows).sort_values("blocks", ignore_index=True)


def by_reason(cases: Cases, *, classes: Sequence[str]) -> pd.DataFrame:
    """Return blocks by reason, a column for each class, most blocks first."""
    frame = cases.frame
    found = pd.crosstab(frame["rule"], frame["account_class"])
    found = found.reindex(columns=list(classes), fill_value=0)
    order = found.sum(axis=1).sort_values(ascending=False, kind="stable").index
    return found.loc[order].rename_axis(None, axis=1).reset_index()


def by_burn_in(cases: Cases, days: Sequence[float] = (0, 3, 7, 14, 21)) -> pd.DataFrame:
    """Return how the class of administrators hangs on how far back the log reaches.

    Parameters
    ----------
    cases : Cases
        Of `WikipediaBlocks`.
    days : sequence of float, 0 or more
        Burn-in windows: blocks in the first so many days of each covered time are left out.

    Returns
    -------
    DataFrame
        One row per window: burn_in_days; administrator_blocks and administrators (accounts);
        registered_blocks; per_1000 (administrator blocks for each 1,000 registered);
        later_administrators, registered accounts blocked that act as administrators later in the
        log: of these it is certain that the class was not known, or not yet held.
    """
    rows = []
    for least in days:
        left = cases.frame[cases.frame["days_into_log"] >= least]
        ours = left[left["account_class"] == ADMINISTRATOR]
        theirs = left[left["account_class"] == REGISTERED]
        later = theirs.loc[theirs["acts_later"], "account_id"]
        rows.append(
            {
                "burn_in_days": float(least),
                "administrator_blocks": len(ours),
                "administrators": int(ours["account_id"].nunique()),
                "registered_blocks": len(theirs),
                "per_1000": 1000 * len(ours) / len(theirs) if len(theirs) else float("nan"),
                "later_administrators": int(later.nunique()),
            }
        )
    return pd.DataFrame(rows)
