"""What one account's archive shows by itself: flags by month, and flags and deletions by role."""

from __future__ import annotations

import pandas as pd

from audit.cases import Cases
from audit.sources.registry.views import View, figure, figures_of
from audit.sources.trump_archive import TrumpArchive
from audit.sources.trump_archive.dates import MEASURES
from audit.sources.trump_archive.file import read_archive


def flags_by_month(source: TrumpArchive) -> View:
    """Return the account's posts and those seen flagged, by month since labels began.

    Parameters
    ----------
    source : TrumpArchive
        Posts from its `flags_until` on, which leave its cases, are here and marked.

    Returns
    -------
    View
        `frame`: month, posts, flagged, complete (yes, or no from `flags_until` on).
    """
    posts, _ = read_archive(source.path)
    posts = posts[posts["case_id"].notna()]
    if source.retweets == "remove":
        posts = posts[~posts["is_retweet"].astype(bool)]
    posts = posts[posts["posted_at"] >= pd.Timestamp(MEASURES[-1][0], tz="UTC")]
    month = posts["posted_at"].dt.strftime("%Y-%m")
    groups = posts["is_flagged"].astype("int64").groupby(month)
    frame = pd.DataFrame({"posts": groups.size(), "flagged": groups.sum()})
    frame = frame.rename_axis("month").reset_index()
    starts = pd.to_datetime(frame["month"], format="%Y-%m", utc=True)
    ends = starts + pd.offsets.MonthBegin()
    fresh = ends <= pd.Timestamp(source.flags_until, tz="UTC")
    frame["complete"] = fresh.map({True: "yes", False: "no"})
    known = frame[fresh]
    rows = [
        figure("posts", int(known["posts"].sum())),
        figure("of these seen flagged", int(known["flagged"].sum())),
        figure("posts whose flags are not complete", int(frame.loc[~fresh, "posts"].sum())),
    ]
    limits = (
        "A flag is a label or a notice, seen when the archive looked; some may have come later or "
        "been taken off.",
        f"From {source.flags_until} on the archive’s flags are not complete.",
        "One account: nobody else’s posts are there to compare with.",
    )
    selection = (
        f"the account’s posts with an exact id from {MEASURES[-1][0]} on, the day labels began, "
        "each counted in the month of posting (UTC)"
    )
    return View("Flags by month", selection, frame, figures_of(rows), limits)


def by_role(cases: Cases) -> View:
    """Return posts, flags and deletions by what the account was and which measures there were.

    Returns
    -------
    View
        `frame`: account_class, regime, posts, flagged, deleted, in order of time; `figures`: the
        rates of deletion of each role.
    """
    frame = cases.frame.assign(
        flagged=(cases.frame["action"] != cases.ladder.nothing).astype("int64"),
        deleted=cases.frame["ended_by"].eq("deleted_by_author").fillna(False).astype("int64"),
        posts=1,
    )
    keys = ["account_class", "regime"]
    first = frame.groupby(keys)["posted_at"].min().rename("first")
    counts = frame.groupby(keys)[["posts", "flagged", "deleted"]].sum().join(first)
    counts = counts.sort_values("first").drop(columns="first").reset_index()
    roles = counts.groupby("account_class", sort=False)[["posts", "deleted"]].sum()
    rows = [
        figure(f"deleted by the author, as {name.replace('_', ' ')}", row.deleted, row.posts)
        for name, row in zip(roles.index, roles.itertuples(), strict=True)
    ]
    limits = (
        "No post was ever both written out of office and open to a flag, so the flags cannot be "
        "compared across roles."
        if _never_open(counts)
        else "Roles and measures changed together; nothing here tells one from the other.",
        "Deletions are those the archive noticed; it noticed next to none before 2017.",
        "A description of one account, without interval or p-value.",
    )
    selection = "all posts of the cases, by what the account was when each was written"
    return View("The account in and out of office", selection, counts, figures_of(rows), limits)


def _never_open(counts: pd.DataFrame) -> bool:
    before = f"before {MEASURES[0][0]}"
    out = counts["account_class"] != "world_leader"
    return not (out & (counts["regime"] != before)).any()
