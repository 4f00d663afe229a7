"""The notes on one post made one case."""

from __future__ import annotations

import pandas as pd


def by_post(notes: pd.DataFrame) -> pd.DataFrame:
    """Return one row per noted post.

    A post is labelled where any of its notes is; where none is and the action of one is missing,
    nobody knows. It was reported when the first note was written, labelled when the first of its
    shown notes came (missing where one of them has no time), and last seen when the first of the
    last looks at its notes was. It is eligible where any of its notes is.
    """
    shown = notes["action"] == "label"
    known = notes["action"].notna()
    groups = notes.assign(
        shown=shown, known=known, untimed=shown & notes["acted_at"].isna()
    ).groupby("post_id", sort=True)
    frame = pd.DataFrame(
        {
            "posted_at": groups["posted_at"].first(),
            "reported_at": groups["reported_at"].min(),
            "acted_at": groups["acted_at"].min().mask(groups["untimed"].any()),
            "observed_until": groups["observed_until"].min(),
            "platform": groups["platform"].first(),
            "notes": groups["notes"].sum(),
            "classification": groups["classification"].agg(_several),
            "status": groups["status"].agg(_several),
        }
    )
    if "ratings" in notes:
        frame["ratings"] = groups["ratings"].sum()
    action = pd.Series("none", index=frame.index, dtype="str").mask(groups["shown"].any(), "label")
    frame.insert(0, "action", action.mask(~groups["known"].all() & ~groups["shown"].any()))
    frame["eligible"] = groups["eligible"].any()
    frame = frame.reset_index()
    frame.insert(0, "case_id", frame["post_id"])
    for name in ("classification", "status"):
        frame[name] = frame[name].astype("str")
    return frame


def _several(values: pd.Series) -> str | None:
    return " + ".join(sorted(set(values.dropna()))) or None
