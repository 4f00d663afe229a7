"""How far three sets of coders agree on which posts were labelled."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path

import pandas as pd

from audit.sources.election_labels.coders import read_flags, read_smapp
from audit.sources.election_labels.disagreement import kappa

ARCHIVE = "trump_archive/trump_tweets_tta_originals.csv"


def agreement(posts: pd.DataFrame, originals: Path) -> pd.DataFrame:
    """Return Cohen's kappa for every pair of coders, on the posts that both have.

    Parameters
    ----------
    posts : DataFrame
        id, is_retweet, action, as coded by Cao; only the leader's own posts are compared.
    originals : Path
        Holds interventions.json (SMAPP) and, beside it, ../trump_archive.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement 20(1), 37-46. https://doi.org/10.1177/001316446002000104
    """
    coders = {
        "cao": posts[~posts["is_retweet"]].set_index("id")["action"],
        "smapp": read_smapp(originals / "interventions.json"),
        "trump_twitter_archive": read_flags(originals.parent / ARCHIVE),
    }
    rows = []
    for a, b in combinations(coders, 2):
        both = pd.concat([coders[a], coders[b]], axis=1, join="inner", keys=["a", "b"])
        rows.append((a, b, "acted on or not", *_table(both.ne("none"))))
        if "trump_twitter_archive" not in (a, b):  # it marks a flag, and no rung
            rows.append((a, b, "none, label, restrict", *_table(both)))
    columns = ["coder_a", "coder_b", "scale", "posts", "both_acted", "only_a", "only_b", "kappa"]
    return pd.DataFrame(rows, columns=columns)


def _table(both: pd.DataFrame) -> tuple[int, int, int, int, float]:
    acted = both if both.dtypes.eq(bool).all() else both.ne("none")
    a, b = acted["a"], acted["b"]
    cells = int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum())
    return len(both), *cells, round(kappa(both["a"], both["b"]), 6)
