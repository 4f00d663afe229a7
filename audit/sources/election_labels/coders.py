"""Several coders of one outcome, joined by the ids of the posts, with what failed to join."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit.errors import SourceError
from audit.origin import locate
from audit.reading.snowflake import clock
from audit.sources.election_labels.posts import (
    FILE,
    SELF,
    classify,
    digits,
    masked,
    read_posts,
    words_of,
)
from audit.sources.trump_archive.dates import LEADER
from audit.sources.trump_archive.file import read_archive

CODERS = ("cao", "smapp", "trump_archive", "civicmachines")
"""Who looked at which of the leader's posts carried a label, or were put behind a notice."""
SMAPP_FILE, CIVIC_FILE = "interventions.json", "civicmachines_labeled.csv"
SMAPP_COLUMNS = ("created_at", "id_str", "user__id_str", "soft_intervention", "hard_intervention")
LEADER_USER = "25073877"
"""The number of the leader's account, in every row of SMAPP's file."""
CIVIC_COLUMNS = ("flagged", "id")
YES_NO = {"true": True, "false": False}
NEVER_JOINED = (
    "its ids were rounded by a spreadsheet to 15 digits, so that only a handful name a post"
)


def coders(
    path: str | Path, *, rosters: str | Path, archive: str | Path | None = None
) -> pd.DataFrame:
    """Return what each coder recorded of each post, joined by id.

    Parameters
    ----------
    path : str or Path
        The folder with cao_2020_09_12.csv and, where they are there, interventions.json (SMAPP) and
        civicmachines_labeled.csv.
    rosters : str or Path
        The folder of the rosters, for the authors' classes.
    archive : str or Path, optional
        A file of the Trump Twitter Archive.

    Returns
    -------
    DataFrame
        case_id, account_class, posted_at, and one column per coder of `CODERS` that is there: a
        rung (a flag of the archive or of civicmachines is "label", as they tell no two apart), or
        missing where this coder does not have the post. Posts of others than the leader are in
        Cao's file only, under pseudonyms. His retweets of himself are not in the table. Of the
        archive only posts that another coder has too, by id, are taken.

    Raises
    ------
    SourceError
        A folder or file is not there, or codes one post in two ways.
    SchemaError
        A column is missing.

    References
    ----------
    SMAPP, https://github.com/SMAPPNYU/twitter_elections_public_interest; civicmachines; Trump
    Twitter Archive, https://www.thetrumparchive.com.
    """
    folder = locate(path)
    posts = read_posts(folder)
    posts["account_class"] = classify(posts, locate(rosters))
    base = masked(posts[posts["account_class"] != SELF], folder / FILE).set_index("case_id")
    others = read_others(folder, archive)
    ids = base.index
    for name, coded in others.items():
        if name != "trump_archive":
            ids = ids.union(coded.index, sort=False)
    out = pd.DataFrame({"account_class": base["account_class"].reindex(ids).fillna(LEADER)})
    out["posted_at"] = base["posted_at"].reindex(ids).fillna(clock(pd.Series(ids, index=ids)))
    out["cao"] = base["action"].reindex(ids)
    for name, coded in others.items():
        out[name] = coded.reindex(ids)
    return out.rename_axis("case_id").reset_index()


def read_others(folder: Path, archive: str | Path | None) -> dict[str, pd.Series]:
    """Return the rung that each further coder recorded, by post id, of those that are there."""
    found: dict[str, pd.Series] = {}
    if (folder / SMAPP_FILE).exists():
        found["smapp"] = read_smapp(folder / SMAPP_FILE)
    if archive is not None and str(archive):
        found["trump_archive"] = read_flags(archive)
    if (folder / CIVIC_FILE).exists():
        found["civicmachines"] = read_civic(folder / CIVIC_FILE)
    return found


def read_smapp(path: Path) -> pd.Series:
    """Return the rung by post id, of SMAPP's file; a post twice must be coded alike."""
    frame = words_of(path, SMAPP_COLUMNS)
    strange = frame["user__id_str"] != LEADER_USER
    if strange.any():
        raise SourceError(f"{path.name}: {int(strange.sum()):,} posts are of another account.")
    marks = [frame[f"{kind}_intervention"].map(YES_NO) for kind in ("soft", "hard")]
    action = marks[0].map({False: "none", True: "label"}).mask(marks[1] == 1, "restrict")
    return one_each(frame["id_str"], action.mask(marks[1].isna()), path.name)


def read_flags(path: str | Path) -> pd.Series:
    """Return "label" or "none" by post id, of a file of the Trump Twitter Archive."""
    posts, _ = read_archive(path)
    posts = posts[posts["case_id"].notna()]
    action = posts["is_flagged"].map({True: "label", False: "none"}).astype("str")
    return one_each(posts["case_id"], action, Path(path).name)


def read_civic(path: Path) -> pd.Series:
    """Return "label" or "none" by post id, of the civicmachines file."""
    frame = words_of(path, CIVIC_COLUMNS, others=True)
    return one_each(frame["id"], frame["flagged"].map({"N": "none", "Y": "label"}), path.name)


def one_each(ids: pd.Series, action: pd.Series, where: str) -> pd.Series:
    """Return the action by id; a post coded twice must be coded alike, and none left uncoded."""
    once = pd.DataFrame({"id": ids.astype("str"), "action": action}).drop_duplicates()
    faults = []
    if once["id"].duplicated().any() or once["action"].isna().any():
        faults.append("a post is coded twice, differently, or not at all")
    if not digits(once["id"]).all():
        faults.append("an id is not whole digits, as where a spreadsheet or a float had it")
    if faults:
        raise SourceError(f"{where}: {'; '.join(faults)}.")
    return once.set_index("id")["action"].astype("str")


def joined(
    path: str | Path, *, rosters: str | Path, archive: str | Path | None = None
) -> pd.DataFrame:
    """Return how many posts of each further coder join one of Cao's, and how many do not.

    Returns
    -------
    DataFrame
        coder, posts, joined, failed, rounded: `rounded` counts the ids that are what is left of a
        number of 15 digits held as a float, as a spreadsheet writes them.
    """
    folder = locate(path)
    table = coders(path, rosters=rosters)
    own = set(table.loc[table["cao"].notna() & (table["account_class"] == LEADER), "case_id"])
    rows = []
    for name, coded in read_others(folder, archive).items():
        ids = coded.index.to_series()
        found = int(ids.isin(own).sum())
        rows.append((name, len(ids), found, len(ids) - found, int(_rounded(ids).sum())))
    return pd.DataFrame(rows, columns=["coder", "posts", "joined", "failed", "rounded"])


def _rounded(ids: pd.Series) -> pd.Series:
    """Return whether each id is what a spreadsheet's 15 digits leave of one with more."""
    return ids.map(lambda word: len(word) > 15 and int(float(f"{float(word):.14e}")) == int(word))


def require(folder: Path) -> None:
    """Raise where the folder does not hold the original posts."""
    if not (folder / FILE).exists():
        raise SourceError(
            f"There is no {FILE!r} in {str(folder)!r}: the table 'posts' is read from the user's "
            "own copy of the original, which is not part of this project. Try: path=… its folder."
        )
