"""The original posts, one row each: who wrote them, what the author was, and what was done."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from pathlib import Path

import pandas as pd

from audit.errors import Fault, SchemaError, SourceError
from audit.reading.files import read_table
from audit.reading.snowflake import WITHIN, all_rounded, off_clock
from audit.sources.trump_archive.dates import ACCOUNT, LEADER

FILE = "cao_2020_09_12.csv"
COLUMNS = ("", "date", "favorites", "id", "isRetweet", "retweets", "text", "hard", "soft")
"""The file's columns; the first has no name."""
SELF, OTHER = "self_retweet", "other_author"
LEADER_HANDLE = "realdonaldtrump"
INSTITUTIONS = frozenset({"gop", "teamtrump", "trumpwarroom", "whitehouse"})
"""Party, campaign and government accounts whose 147 posts make the published total."""
CLOCK = "%Y-%m-%d %H:%M:%S"
ELECTION_DAY = pd.Timestamp("2020-11-03", tz="UTC")
SELF_REASON = (
    "a retweet by the leader of his own post is a second copy of a post already counted, and no "
    "post of another author"
)
CONGRESS = "congress_legislators/legislators-social-media_asof_2020-11-03.yaml"
POLITICIANS = "us_politicians_wikidata.csv"
NAMED = frozenset({LEADER, "congress", "party_or_government"})
"""Classes whose accounts keep their handle; every other is pseudonymised when it is read."""

WORDS = (
    "fraud",
    "rigg",
    "steal",
    "stole",
    "ballot",
    "votes",
    "voting",
    "mail",
    "cheat",
    "observer",
    "watcher",
)
"""Parts of words, looked for in lower-cased text.

The published counts (159 of 219 against 26 of 75) come without their list. A search found many
lists that give exactly these four numbers (two more are in the data folder's word_lists.py): the
numbers do not identify a list. This one uses plain parts of words and the file's own clock, with
the class `other_author` as the reference; as it was chosen knowing the outcome, word_lists.csv says
what other lists give."""


def read_posts(originals: Path) -> pd.DataFrame:
    """Return one row per post: handle, posted_at, month, period, fraud_words, action, text.

    Raises
    ------
    SourceError
        The file is not there; ids repeat, are no whole digits or lie off their own clock; a
        retweet names no author; or a post is both labelled and restricted.
    SchemaError
        A column is missing or new, said before anything is computed.
    """
    path = originals / FILE
    if not path.exists():
        raise SourceError(f"There is no {path.name!r} in {str(originals)!r}.")
    posts = words_of(path, COLUMNS)
    text, retweet = posts["text"].fillna(""), posts["isRetweet"] == "TRUE"
    handle = text.str.extract(r"^RT @(\w+):")[0].str.lower()
    posted_at = pd.to_datetime(posts["date"], format=CLOCK, utc=True, errors="coerce")
    faults = {
        "ids repeat": posts["id"].duplicated(),
        "have no time that can be read": posted_at.isna(),
        "are neither TRUE nor FALSE for isRetweet": ~posts["isRetweet"].isin(["TRUE", "FALSE"]),
        "have an id that is not whole digits": ~digits(posts["id"]),
        "are over a minute off the clock in their id": off_clock(posts["id"], posted_at).abs()
        > WITHIN,
        "are retweets without an author, or have an author and are none": retweet != handle.notna(),
        "are both labelled and restricted": (posts["soft"] == "1") & (posts["hard"] == "1"),
        "have a mark that is neither 0 nor 1": ~posts[["soft", "hard"]]
        .isin(["0", "1"])
        .all(axis=1),
    }
    found = [f"{int(bad.sum()):,} posts {what}" for what, bad in faults.items() if bad.any()]
    if all_rounded(posts["id"]):
        found.append("its ids have been floats: not one has a digit that a float would have lost")
    if found:
        raise SourceError(f"{path.name}: " + "; ".join(found) + ".")
    return pd.DataFrame(
        {
            "id": posts["id"],
            "handle": handle.fillna(LEADER_HANDLE),
            "is_retweet": retweet,
            "posted_at": posted_at,
            "month": posted_at.dt.strftime("%Y-%m"),
            "period": (posted_at >= ELECTION_DAY).map({True: "from_3_november", False: "before"}),
            "fraud_words": holds_words(text, WORDS).map({True: "yes", False: "no"}),
            "action": posts["soft"]
            .map({"0": "none", "1": "label"})
            .mask(posts["hard"] == "1", "restrict"),
            "text": text,
        }
    )


def words_of(path: Path, columns: tuple[str, ...], *, others: bool = False) -> pd.DataFrame:
    """Return a file as text, held to its columns before anything is computed from it.

    Parameters
    ----------
    path : Path
        CSV or JSON lines.
    columns : tuple of str
        All of them must be there; "" is one without a name.
    others : bool
        Whether further columns are allowed.

    Raises
    ------
    SchemaError
        Naming every column that is missing or new, and every row that is malformed.
    """
    table = read_table(path)
    frame = table.frame.reset_index(drop=True)
    faults = [f for f in table.faults if "" not in columns or not f.what.endswith("has no name")]
    faults += [
        Fault("is missing", c or "(without a name)", allowed=", ".join(columns))
        for c in columns
        if c not in frame
    ]
    hint = "leave it out, or say which version of the file this is"
    new = [] if others else [c for c in frame if c not in columns]
    faults += [Fault("is no column of this file", str(c), hint=hint) for c in new]
    if faults:
        raise SchemaError(repr(path.name), faults)
    return frame


def digits(ids: pd.Series) -> pd.Series:
    """Return whether each id is whole digits, as no float is spelled."""
    return ids.str.fullmatch(r"\d+").fillna(False).astype(bool)


def holds_words(text: pd.Series, words: tuple[str, ...]) -> pd.Series:
    """Return whether a text holds one of `words`, which are parts of words or patterns."""
    return text.str.lower().str.contains("|".join(words), regex=True)


def congress(rosters: Path) -> frozenset[str]:
    """Return the official handles of members of Congress as of 3 November 2020, lower case."""
    text = (rosters / CONGRESS).read_text(encoding="utf-8")
    found = re.findall(r"^ +twitter: *['\"]?(\w+)", text, re.MULTILINE)
    return frozenset(handle.lower() for handle in found)


def politicians(rosters: Path) -> frozenset[str]:
    """Return the handles of US politicians in Wikidata, lower case; that list has no dates."""
    column = "Twitter_username"
    names = words_of(rosters / POLITICIANS, (column,), others=True)[column]
    return frozenset(names.dropna().str.lower())


def classify(posts: pd.DataFrame, rosters: Path) -> pd.Series:
    """Return the class of each post's author; the narrower class wins where two would do.

    Raises
    ------
    SourceError
        A roster is not there.
    """
    absent = [repr(name) for name in (CONGRESS, POLITICIANS) if not (rosters / name).exists()]
    if absent:
        raise SourceError(f"There is no {' and no '.join(absent)} in {str(rosters)!r}.")
    handle, retweet = posts["handle"], posts["is_retweet"]
    result = pd.Series(OTHER, index=posts.index, dtype="str")
    result[handle.isin(INSTITUTIONS)] = "party_or_government"
    result[handle.isin(politicians(rosters))] = "other_politician"
    result[handle.isin(congress(rosters))] = "congress"
    result[retweet & (handle == LEADER_HANDLE)] = SELF
    return result.mask(~retweet, LEADER)


def pseudonyms(words: pd.Series, original: Path, kind: str) -> pd.Series:
    """Return a made-up name for each word, alike for alike words.

    The key is a hash of the whole file, so that a name is the same in every load of one file, says
    nothing without the file, and cannot be worked out from the file's published SHA-256. Whoever
    holds the file can make the names again; they hold the handles already.

    Parameters
    ----------
    words : Series of str
    original : Path
        The file the words are from.
    kind : str
        What the names begin with: "author".
    """
    key = hashlib.sha256(b"pseudonyms of this file\0" + original.read_bytes()).digest()

    def made(word: str) -> str:
        said = f"{kind}\0{word}".encode("utf-8", "surrogatepass")
        return f"{kind}-{hashlib.blake2b(said, key=key, digest_size=8).hexdigest()}"

    names: Mapping[str, str] = {word: made(word) for word in words.unique()}
    return words.map(names).astype("str")


def masked(posts: pd.DataFrame, original: Path) -> pd.DataFrame:
    """Return posts with `case_id` and `account_id` in place of id, handle and text.

    Parameters
    ----------
    posts : DataFrame
        As `read_posts`, with `account_class`.
    """
    named_here = posts["account_class"].isin(NAMED | {SELF})
    handle = ("twitter:@" + posts["handle"]).mask(posts["handle"] == LEADER_HANDLE, ACCOUNT)
    hidden = pseudonyms(posts["handle"], original, "author")
    ids = posts["id"].where(named_here, pseudonyms(posts["id"], original, "post"))
    out = posts.drop(columns=["id", "handle", "is_retweet", "text"])
    out.insert(0, "case_id", ids)
    out.insert(1, "account_id", handle.where(named_here, hidden))
    return out
