"""What is said of a download and of the notes that leave."""

from __future__ import annotations

import pandas as pd

from audit.text import visible

NEVER_SHOWN = "the note, or every note on the post, calls the post not misleading: never shown"


def unjoined(posts: pd.Series, here: pd.Series, lost: int) -> str:
    """Return the ledger's words for notes whose author nobody named."""
    because = (
        f"author not in the table given, which has {posts[here].nunique():,} of "
        f"{posts.nunique():,} noted posts"
    )
    if lost:
        because += f"; {lost:,} more would meet one if ids were rounded to 15 digits"
    return because


def said(frame: pd.DataFrame, strange: list[str], orphans: int, *, history: bool) -> str:
    """Return what must be known of a download before its cases are counted."""
    unscored = int((~frame["scored"].astype(bool)).sum())
    unknown = int(frame["status"].isna().sum()) - unscored
    undated = int(frame["posted_at"].isna().sum())
    says = [f"{len(frame):,} notes on {frame['post_id'].nunique():,} posts"]
    if history:
        says.append(f"{unscored:,} notes are not in the status history: their outcome is unknown")
        says.append(f"{unknown:,} are in it without a status: likewise")
        says.append(f"{orphans:,} in the history have no note any more and are no cases")
    else:
        says.append("no status history was given: which notes were shown is unknown")
    if undated:
        says.append(f"{undated:,} notes are on posts whose ids tell no time")
    if strange:
        listed = ", ".join(visible(name, 60) for name in dict.fromkeys(strange))
        says.append(f"columns that the download guide did not have, not read: {listed}")
    return "; ".join(says)
