"""Count the labels of 2020 from the original posts: `python build.py ORIGINALS ROSTERS`.

ORIGINALS holds cao_2020_09_12.csv, interventions.json and, beside it, ../trump_archive; ROSTERS
holds us_politicians_wikidata.csv and congress_legislators/. Neither is part of this project.
`account_counts.csv` gets a fresh random numbering in every run; the rest is reproducible.
"""

from __future__ import annotations

import argparse
import hashlib
import secrets
from pathlib import Path

import pandas as pd
from coder_agreement import agreement
from word_lists import sensitivity

from audit.errors import SourceError
from audit.sources.election_labels.posts import (
    INSTITUTIONS,
    LEADER_HANDLE,
    OTHER,
    SELF,
    SELF_REASON,
    classify,
    read_posts,
)
from audit.sources.readme import readme
from audit.sources.trump_archive.dates import LEADER

HERE = Path(__file__).parent
__all__ = ["INSTITUTIONS", "LEADER_HANDLE", "build", "classify", "read_posts"]
KEYS = ["account_class", "month", "period", "fraud_words", "action"]
PUBLISHED = {  # acted on (label or restrict), posts
    LEADER: (279, 2343),
    "congress": (0, 103),
    "other_politician": (2, 131),
    "party_or_government": (5, 147),
    OTHER: (43, 1080),
    SELF: (17, 138),
}
PUBLISHED_WORDS = {LEADER: (159, 219), OTHER: (26, 75)}


def check_totals(posts: pd.DataFrame) -> None:
    """Raise, naming every total that is not the published one."""
    after = (posts["period"] == "from_3_november") & (posts["fraud_words"] == "yes")
    found = []
    for chosen, published in ((posts, PUBLISHED), (posts[after], PUBLISHED_WORDS)):
        for name, expected in published.items():
            acted = chosen.loc[chosen["account_class"] == name, "action"] != "none"
            if (int(acted.sum()), len(acted)) != expected:
                found.append(f"{name}: {acted.sum()} of {len(acted)}, published {expected}")
    if found:
        raise SourceError("totals differ from the published ones: " + "; ".join(found) + ".")


def counts(posts: pd.DataFrame) -> pd.DataFrame:
    """Return posts and distinct accounts per class × month × period × words × action."""
    grouped = posts.groupby(KEYS)["handle"]
    return pd.DataFrame({"posts": grouped.size(), "accounts": grouped.nunique()}).reset_index()


def account_counts(posts: pd.DataFrame) -> pd.DataFrame:
    """Return posts, labels and restrictions per account × period × words, without names.

    Accounts are numbered in a fresh random order whose key is not kept. Accounts of the class
    `other_author` with a single post are pooled: `accounts` says how many a row stands for.
    """
    wide = (
        posts.assign(
            posts=1,
            labelled=(posts["action"] == "label").astype(int),
            restricted=(posts["action"] == "restrict").astype(int),
        )
        .groupby(["handle", "account_class", "period", "fraud_words"])[
            ["posts", "labelled", "restricted"]
        ]
        .sum()
        .reset_index()
    )
    total = wide.groupby("handle")["posts"].transform("sum")
    single = (total == 1) & (wide["account_class"] == OTHER)
    own = wide[~single].assign(accounts=1)
    handles = sorted(own["handle"].unique())
    secrets.SystemRandom().shuffle(handles)
    own["account"] = own["handle"].map({h: f"{i:03d}" for i, h in enumerate(handles, 1)})
    keys = ["account_class", "period", "fraud_words", "posts", "labelled", "restricted"]
    pooled = wide[single].groupby(keys).size().rename("accounts").reset_index()
    order = ["account", *keys, "accounts"]
    own = own[order].sort_values(["account", "period", "fraud_words"])
    return pd.concat([own, pooled.assign(account="")[order]], ignore_index=True)


def ledger(posts: pd.DataFrame) -> pd.DataFrame:
    """Return what leaves the comparison, with the reason: the leader's retweets of himself."""
    left = posts[posts["account_class"] == SELF].assign(account_class=LEADER)
    rows = left.groupby(KEYS).size().rename("posts").reset_index()
    return rows.assign(because=SELF_REASON)


def origin(tables: dict[str, str], original: Path) -> str:
    """Return origin.toml with the hash of the tables and of the original."""
    digest = hashlib.sha256("".join(tables[name] for name in sorted(tables)).encode()).hexdigest()
    source = hashlib.sha256(original.read_bytes()).hexdigest()
    template = (HERE / "origin.template.toml").read_text(encoding="utf-8")
    return template.replace("@TABLES@", digest).replace("@ORIGINAL@", source)


def build(originals: Path, rosters: Path) -> dict[str, pd.DataFrame]:
    """Return every table that ships, by file name, or raise where a total is not the published."""
    posts = read_posts(originals)
    posts["account_class"] = classify(posts, rosters)
    check_totals(posts)
    compared = posts[posts["account_class"] != SELF]
    return {
        "account_counts.csv": account_counts(compared),
        "agreement.csv": agreement(posts, originals),
        "counts.csv": counts(compared),
        "ledger.csv": ledger(posts),
        "word_lists.csv": sensitivity(compared),
    }


def main() -> None:
    """Write the tables, origin.toml and the README beside this script."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("originals", type=Path)
    parser.add_argument("rosters", type=Path)
    given = parser.parse_args()
    frames = build(given.originals, given.rosters)
    tables = {name: f.to_csv(index=False, lineterminator="\n") for name, f in frames.items()}
    toml = origin(tables, given.originals / "cao_2020_09_12.csv")
    for name, text in {**tables, "origin.toml": toml}.items():
        (HERE / name).write_text(text, encoding="utf-8")
    (HERE / "README.md").write_text(readme(HERE), encoding="utf-8")


if __name__ == "__main__":
    main()
