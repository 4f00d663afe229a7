"""Which words make a post one about election fraud, and how much hangs on that choice."""

from __future__ import annotations

import re

import pandas as pd

from audit.sources.election_labels.posts import WORDS, holds_words

CUT = 139
"""Retweets are cut at 140 characters in the original, the leader's own posts are not."""

LISTS: tuple[tuple[str, tuple[str, ...], str, bool], ...] = (
    ("chosen", WORDS, "UTC", False),
    ("chosen, first 139 characters", WORDS, "UTC", True),
    ("chosen, US Eastern time", WORDS, "America/New_York", False),
    (
        "shortest that reproduces, UTC",
        ("fraud", "rigg", r"\bvotes?\b", "dominion", "dump", "mail", "machine", r"\bwon\b"),
        "UTC",
        False,
    ),
    (
        "shortest that reproduces, US Eastern time",
        ("fraud", "rigg", "ballot", r"\bvotes?\b", "dominion", "cheat", "observer"),
        "America/New_York",
        False,
    ),
    ("fraud alone", ("fraud",), "UTC", False),
    ("fraud, steal, rigged", ("fraud", "steal", "stole", "rigg"), "UTC", False),
    ("any mention of the vote", (*WORDS, "vote", "election", "count"), "UTC", False),
)
"""Name, words, the zone in which 3 November begins, and whether the text is cut to `CUT`."""


def sensitivity(posts: pd.DataFrame) -> pd.DataFrame:
    """Return posts and posts acted on from 3 November, by word list and class.

    Parameters
    ----------
    posts : DataFrame
        account_class, posted_at, action, text.
    """
    rows = []
    for name, words, zone, cut in LISTS:
        start = pd.Timestamp("2020-11-03", tz=zone)
        after = posts[posts["posted_at"] >= start]
        text = after["text"].str.replace(r"^RT @\w+: ", "", regex=True)
        text = text.str.slice(0, CUT) if cut else after["text"]
        hit = after[holds_words(text, words)]
        for label, group in hit.groupby("account_class"):
            acted = int((group["action"] != "none").sum())
            rows.append((name, _plain(words), zone, label, len(group), acted))
    columns = ["word_list", "words", "zone", "account_class", "posts", "acted_on"]
    return pd.DataFrame(rows, columns=columns)


def _plain(words: tuple[str, ...]) -> str:
    """Return the words as a reader would write them: whole words in brackets."""
    return " ".join(re.sub(r"\\b(.*)\\b", r"[\1]", w).replace("s?]", "(s)]") for w in words)
