"""Count the labels of 2020 from the original posts: `python build.py ORIGINALS ROSTERS`.

ORIGINALS holds cao_2020_09_12.csv, interventions.json and, beside it, ../trump_archive; ROSTERS
holds us_politicians_wikidata.csv and congress_legislators/. Neither is part of this project.
`account_counts.csv` gets a fresh random numbering in every run; the rest is reproducible.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import secrets
from pathlib import Path

import pandas as pd
from coder_agreement import agreement
from word_lists import WORDS, holds_words, sensitivity

from audit.errors import SourceError
from audit.sources.readme import readme

HERE = Path(__file__).parent
LEADER, SELF, OTHER = "world_leader", "self_retweet", "other_author"
LEADER_HANDLE = "realdonaldtrump"
INSTITUTIONS = frozenset({"gop", "teamtrump", "trumpwarroom", "whitehouse"})
"""Party, campaign and government accounts whose 147 posts make the published total."""
ELECTION_DAY = pd.Timestamp("2020-11-03", tz="UTC")
SELF_REASON = (
    "a retweet by the leader of his own post is a second copy of a post already counted, and no "
    "post of another author"
)
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


def read_posts(originals: Path) -> pd.DataFrame:
    """Return one row per post: handle, posted_at, month, period, fraud_words, action, text.

    Raises
    ------
    SourceError
        Ids repeat, a retweet names no author, or a post is both labelled and restricted.
    """
    path = originals / "cao_2020_09_12.csv"
    if not path.exists():
        raise SourceError(f"There is no {path.name!r} in {str(originals)!r}.")
    posts = pd.read_csv(path, dtype={"id": "str", "text": "str", "date": "str"})
    handle = posts["text"].str.extract(r"^RT @(\w+):")[0].str.lower()
    faults = {
        "ids repeat": posts["id"].duplicated(),
        "are retweets without an author, or have an author and are none": posts["isRetweet"]
        != handle.notna(),
        "are both labelled and restricted": (posts["soft"] == 1) & (posts["hard"] == 1),
        "have a mark that is neither 0 nor 1": ~posts[["soft", "hard"]].isin([0, 1]).all(axis=1),
    }
    found = [f"{int(bad.sum()):,} posts {what}" for what, bad in faults.items() if bad.any()]
    if found:
        raise SourceError(f"{path.name}: " + "; ".join(found) + ".")
    posted_at = pd.to_datetime(posts["date"], format="%Y-%m-%d %H:%M:%S", utc=True)
    return pd.DataFrame(
        {
            "id": posts["id"],
            "handle": handle.fillna(LEADER_HANDLE),
            "is_retweet": posts["isRetweet"],
            "posted_at": posted_at,
            "month": posted_at.dt.strftime("%Y-%m"),
            "period": (posted_at >= ELECTION_DAY).map({True: "from_3_november", False: "before"}),
            "fraud_words": holds_words(posts["text"], WORDS).map({True: "yes", False: "no"}),
            "action": posts["soft"]
            .map({0: "none", 1: "label"})
            .mask(posts["hard"] == 1, "restrict"),
            "text": posts["text"],
        }
    )


def congress(rosters: Path) -> frozenset[str]:
    """Return the official handles of members of Congress as of 3 November 2020, lower case."""
    path = rosters / "congress_legislators" / "legislators-social-media_asof_2020-11-03.yaml"
    found = re.findall(r"^ +twitter: *['\"]?(\w+)", path.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(handle.lower() for handle in found)


def politicians(rosters: Path) -> frozenset[str]:
    """Return the handles of US politicians in Wikidata, lower case; that list has no dates."""
    names = pd.read_csv(rosters / "us_politicians_wikidata.csv", dtype="str")["Twitter_username"]
    return frozenset(names.dropna().str.lower())


def classify(posts: pd.DataFrame, rosters: Path) -> pd.Series:
    """Return the class of each post's author; the narrower class wins where two would do."""
    handle, retweet = posts["handle"], posts["is_retweet"]
    result = pd.Series(OTHER, index=posts.index, dtype="str")
    result[handle.isin(INSTITUTIONS)] = "party_or_government"
    result[handle.isin(politicians(rosters))] = "other_politician"
    result[handle.isin(congress(rosters))] = "congress"
    result[retweet & (handle == LEADER_HANDLE)] = SELF
    return result.mask(~retweet, LEADER)


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
