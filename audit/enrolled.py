"""What each row of a table counts as under a design: its outcome, group, account and stratum."""

from __future__ import annotations

import numpy as np
import pandas as pd

from audit.cases import Cases
from audit.cells import CLASS_UNKNOWN, FOCAL, REFERENCE, UNKNOWN_GROUP
from audit.design import Design
from audit.schema import NO_ACCOUNT, NOT_RECORDED, UNKNOWN


def acted_on(cases: Cases, design: Design) -> pd.Series:
    """Return a nullable flag per row: acted on, or unknown where the data cannot tell."""
    frame, outcome = cases.frame, design.outcome
    if outcome.reversed:
        return _reversed(frame, outcome.reversed_within_hours).mask(frame["action"].isna())
    acted = frame["action"].isin(outcome.rungs(cases.ladder)).astype("boolean")
    acted[frame["action"].isna()] = pd.NA
    hours = outcome.acted_within_hours
    if not hours:
        return acted
    since = frame["posted_at"]
    if "reported_at" in frame:
        since = frame["reported_at"].fillna(since)
    limit = since + pd.Timedelta(hours=hours)
    in_time = frame["acted_at"] <= limit
    censored = early = pd.Series(False, index=frame.index)
    if "observed_until" in frame:  # a row with no last look may have been looked at too early
        seen = frame["observed_until"]
        censored = seen.isna() | (seen < limit)
        # An action on a post that was watched too briefly goes with the quiet posts beside it: kept
        # alone it would raise the rate. Where the last look is the action, nobody knows for how
        # long it would have been watched.
        early = (seen < limit) & (seen > frame["acted_at"])
    out = acted & in_time
    out[early] = pd.NA
    out[acted.fillna(False) & (frame["acted_at"].isna() | limit.isna())] = pd.NA
    out[~out.fillna(False) & censored] = pd.NA
    return out


def _reversed(frame: pd.DataFrame, hours: float | None) -> pd.Series:
    """Return whether each action was reversed, within some hours of it where they are given."""
    flags = frame["reversed"].astype("boolean")
    if not hours:
        return flags
    limit = frame["acted_at"] + pd.Timedelta(hours=hours)
    unsaid = flags.isna()  # and a late time does not make it a no
    flags = flags & (frame["reversed_at"] <= limit)
    # reversed at an hour not recorded, or not watched so long, whatever was seen until then
    untimed = frame["reversed"].astype("boolean").fillna(False) & frame["reversed_at"].isna()
    unwatched = frame["observed_until"].isna() | (frame["observed_until"] < limit)
    return flags.mask(unsaid | untimed | unwatched | limit.isna())


def group_of(cases: Cases, design: Design) -> pd.Series:
    """Return each row's group: focal, reference or unknown; missing for a class not compared."""
    named = {design.focal: FOCAL, design.references[0]: REFERENCE, UNKNOWN: UNKNOWN_GROUP}
    return cases.frame["account_class"].astype("str").map(named)


def enrolled(cases: Cases, design: Design, acted: pd.Series) -> pd.DataFrame:
    """Return what the engine groups: see `audit.cells.group`."""
    frame = cases.frame
    weight = frame.get("sampling_weight", 1.0)
    group = group_of(cases, design)
    account = frame["account_id"].astype("str").fillna(NO_ACCOUNT)
    # A known account's rows of unknown class are bounded like those of any unknown account.
    unknown = group == UNKNOWN_GROUP
    account = account.mask(unknown, account[unknown] + CLASS_UNKNOWN)
    return pd.DataFrame(
        {
            "account_id": account,
            "group": group,
            "stratum": stratum_of(frame, design.strata),
            "acted": acted.to_numpy(bool),
            "count": cases.counts.to_numpy(),
            "weight": pd.Series(weight, index=frame.index, dtype=float),
        }
    )


def stratum_of(frame: pd.DataFrame, strata: tuple[str, ...]) -> pd.Series:
    """Return each row's stratum as text; a missing value is a level of its own, and says so."""
    if not strata:
        return pd.Series("all", index=frame.index, dtype="str")
    # joined once for each combination, not once for each row
    number, texts = np.zeros(len(frame), dtype=np.int64), [""]
    for place, column in enumerate(strata):
        codes, levels = pd.factorize(frame[column].astype("str").fillna(NOT_RECORDED))
        number, found = pd.factorize(number * len(levels) + codes)
        between = " · " if place else ""
        texts = [texts[i // len(levels)] + between + levels[i % len(levels)] for i in found]
    return pd.Series(pd.Index(texts, dtype="str").take(number), index=frame.index, dtype="str")
