"""How far three sets of coders agree on which posts were labelled."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import pandas as pd

from audit.errors import SourceError

LEVELS = ["none", "label", "restrict"]


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
        "smapp": _smapp(originals / "interventions.json"),
        "trump_twitter_archive": _archive(originals),
    }
    rows = []
    for a, b in combinations(coders, 2):
        both = pd.concat([coders[a], coders[b]], axis=1, join="inner", keys=["a", "b"])
        rows.append((a, b, "acted on or not", *_table(both.ne("none"))))
        if "trump_twitter_archive" not in (a, b):  # it marks a flag, and no rung
            rows.append((a, b, "none, label, restrict", *_table(both)))
    columns = ["coder_a", "coder_b", "scale", "posts", "both_acted", "only_a", "only_b", "kappa"]
    return pd.DataFrame(rows, columns=columns)


def kappa(a: pd.Series, b: pd.Series) -> float:
    """Return Cohen's unweighted kappa of two codings of the same posts."""
    observed = float((a == b).mean())
    share = pd.concat([a.value_counts(normalize=True), b.value_counts(normalize=True)], axis=1)
    chance = float(share.fillna(0.0).prod(axis=1).sum())
    return (observed - chance) / (1 - chance)


def _table(both: pd.DataFrame) -> tuple[int, int, int, int, float]:
    acted = both if both.dtypes.eq(bool).all() else both.ne("none")
    a, b = acted["a"], acted["b"]
    cells = int((a & b).sum()), int((a & ~b).sum()), int((~a & b).sum())
    return len(both), *cells, round(kappa(both["a"], both["b"]), 6)


def _smapp(path: Path) -> pd.Series:
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line]
    frame = pd.DataFrame(rows)
    action = frame["soft_intervention"].map({False: "none", True: "label"})
    frame["action"] = action.mask(frame["hard_intervention"].astype(bool), "restrict")
    return _one_each(frame.rename(columns={"id_str": "id"}), path)


def _archive(originals: Path) -> pd.Series:
    path = originals.parent / "trump_archive" / "trump_tweets_tta_originals.csv"
    frame = pd.read_csv(path, dtype="str", usecols=["id_exact", "isFlagged"])
    frame["action"] = frame["isFlagged"].map({"False": "none", "True": "label"})
    return _one_each(frame.rename(columns={"id_exact": "id"}), path)


def _one_each(frame: pd.DataFrame, path: Path) -> pd.Series:
    """Return the action by id; a post coded twice must be coded alike."""
    once = frame[["id", "action"]].drop_duplicates()
    if once["id"].duplicated().any() or once["action"].isna().any():
        raise SourceError(f"{path.name}: a post is coded twice, differently, or not at all.")
    return once.set_index("id")["action"]
