"""What the archive's account was, and which measures there were, on any day."""

from __future__ import annotations

import pandas as pd

from audit.regimes import Regimes
from audit.roster import Roster

ACCOUNT = "twitter:@realDonaldTrump"
"""The account's id, spelled as in the registry's roster, so that either roster can be used."""
PLATFORM = "Twitter"
LEADER = "world_leader"
SPELLS = (
    ("public_figure", "2009-03-18", "2015-06-16", "the account's day of creation (user object)"),
    (
        "candidate",
        "2015-06-16",
        "2017-01-20T17:00:00Z",
        "candidacy announced in New York on 16 June 2015, "
        "https://iowastatedaily.com/85908/news/donald-trump-announces-he-will-run-for-president",
    ),
    (
        LEADER,
        "2017-01-20T17:00:00Z",
        "2021-01-20T17:00:00Z",
        "US Constitution, Amendment XX, section 1 (terms begin and end at noon), and "
        "executive.yaml of https://github.com/unitedstates/congress-legislators",
    ),
    ("public_figure", "2021-01-20T17:00:00Z", "", "the term's end, as above"),
)
"""Class, start, end (exclusive) and source of each spell; noon in Washington is 17:00 UTC."""

MEASURES = (
    (
        "2019-06-27",
        "notice for posts of officials kept in the public interest",
        "https://blog.twtrinc.com/en/2019/publicinterest.html",
    ),
    (
        "2020-03-05",
        "labels begin, with those on synthetic and manipulated media",
        "announced on 4 February 2020, https://www.vanguardngr.com/2020/02/"
        "what-twitter-will-do-if-you-twit-a-false-and-or-doctored-content/; in force on 5 March, "
        "https://www.thepigeonexpress.com/tag/"
        "twitter-labels-video-shared-by-donald-trump-as-manipulated-media/",
    ),
)
"""The days from which a post could be flagged at all: start, title, source."""


def spells() -> Roster:
    """Return the account's own roster, `SPELLS`."""
    columns = ["account_class", "start", "end", "source"]
    return Roster(pd.DataFrame(SPELLS, columns=columns, dtype="str").assign(account_id=ACCOUNT))


def measures() -> Regimes:
    """Return the days from which posts could be flagged at all, `MEASURES`."""
    frame = pd.DataFrame(MEASURES, columns=["start", "title", "source"], dtype="str")
    return Regimes(frame.assign(platform=PLATFORM))
