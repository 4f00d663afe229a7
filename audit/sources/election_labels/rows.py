"""The original posts as cases: what leaves, who coded the leader's, and what did not join."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit.cases import Cases, Origin, locate
from audit.errors import SourceError
from audit.reading.digests import sha256
from audit.sources.election_labels.coders import read_others
from audit.sources.election_labels.posts import (
    FILE,
    SELF,
    SELF_REASON,
    classify,
    masked,
    read_posts,
)
from audit.sources.trump_archive import STALE
from audit.sources.trump_archive.dates import LEADER, PLATFORM

URL = "https://github.com/jian-frank-cao/Disinformation-Intervention"
TWO_CODERS = (
    "The leader’s posts are coded by {coder} and all others by Cao: the gap mixes two coders, and "
    "what they differ in can be part of it."
)


def post_cases(
    folder: Path, rosters: str, coder: str, archive: str, limits: tuple[str, ...]
) -> Cases:
    """Return one case per post; `ElectionLabels` says what the parameters mean."""
    posts = read_posts(folder)
    posts["account_class"] = classify(posts, locate(rosters))
    frame = masked(posts, folder / FILE)
    again = frame["account_class"] == SELF
    frame["account_class"] = frame["account_class"].mask(again, LEADER)
    frame["platform"] = PLATFORM
    others = read_others(folder, archive)
    own = (frame["account_class"] == LEADER) & ~again
    for name, coded in others.items():
        frame[f"by_{name}"] = frame["case_id"].map(coded).where(own).astype("str")
    frame["action"] = frame["action"].astype("str")
    if coder != "cao":
        limits = (*limits, TWO_CODERS.format(coder=_words(coder)))
        frame = _recoded(frame, own, others, coder)
    cases = Cases(frame, (_origin(folder, others, frame[own], limits),))
    cases = cases.keep(~again, because=SELF_REASON)
    return cases if coder == "cao" else _looked_at(cases, coder)


def _recoded(
    frame: pd.DataFrame, own: pd.Series, others: dict[str, pd.Series], coder: str
) -> pd.DataFrame:
    """Return the frame with the coder's word on the leader's posts, Cao's where it has none."""
    if coder not in others:
        raise SourceError(f"coder is {coder!r}, and its file is not beside the posts.")
    theirs = frame[f"by_{coder}"].where(own)
    return frame.assign(by_cao=frame["action"], action=theirs.fillna(frame["action"]))


def _looked_at(cases: Cases, coder: str) -> Cases:
    """Return the posts that the coder has, and the others' of the days between the first and last.

    Whether a coder has a post does not depend on how it coded it; the archive's flags are not taken
    beyond the day they go stale.
    """
    name, by = _words(coder), f"by_{coder}"
    if coder == "trump_archive":
        fresh = cases.frame["posted_at"] < pd.Timestamp(STALE, tz="UTC")
        why = f"posted from {STALE} on, when the archive’s flags are not complete"
        cases = cases.keep(fresh, because=why)
    frame = cases.frame
    leader = frame["account_class"] == LEADER
    coded = leader & frame[by].notna()
    if not coded.any():
        raise SourceError(f"none of the leader’s posts is coded by {name}.")
    cases = cases.keep(coded | ~leader, because=f"not among the posts that {name} coded")
    frame = cases.frame
    days = frame.loc[frame["account_class"] == LEADER, "posted_at"]
    within = frame["posted_at"].between(days.min(), days.max())
    why = f"posted outside {days.min():%Y-%m-%d} to {days.max():%Y-%m-%d}, the days {name} coded"
    return cases.keep(within, because=why) if not within.all() else cases


def _words(coder: str) -> str:
    return {"smapp": "SMAPP", "trump_archive": "the Trump Twitter Archive"}.get(coder, coder)


def _origin(
    folder: Path, others: dict[str, pd.Series], own: pd.DataFrame, limits: tuple[str, ...]
) -> Origin:
    said = []
    for name, coded in others.items():
        found = int(own[f"by_{name}"].notna().sum())
        said.append(f"{name}: {found:,} of {len(coded):,} posts join by id")
    return Origin(
        "election_labels_2020_posts",
        "Posts on one timeline and their labels, 2020 (Disinformation-Intervention)",
        "J. F. Cao",
        URL,
        "",
        "not stated",
        sha256(folder / FILE),
        notes="; ".join(said),
        limits=limits,
    )
