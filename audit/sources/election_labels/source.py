"""Labels of 2020, as counts that ship or post by post: the president and those he amplified."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal, get_args

import pandas as pd

from audit.cases import Cases, Origin, locate
from audit.errors import SourceError
from audit.schema import Column
from audit.sources.election_labels.coders import NEVER_JOINED, require
from audit.sources.election_labels.counts import FOLDER, account_rows, read_counts
from audit.sources.election_labels.rows import post_cases
from audit.sources.trump_archive.dates import LEADER, PLATFORM

MONTH = Column("month", "category", "no", "calendar month of the post, UTC")
BY_CODER = tuple(
    Column(f"by_{name}", "category", "no", f"what the coder {name} recorded of the post")
    for name in ("cao", "smapp", "trump_archive", "civicmachines")
)
"""Columns of the tables `cells` and `posts`, and of `posts` alone."""

Table = Literal["accounts", "cells", "posts"]
Coder = Literal["cao", "smapp", "trump_archive"]


@dataclass(frozen=True, slots=True)
class ElectionLabels:
    """Own posts of the US president and his retweets of others, September to December 2020.

    Parameters
    ----------
    table : {"accounts", "cells", "posts"}
        accounts: one row per account × period × words × action, for inference by account (no
        month). cells: one row per class × month × period × words × action, without accounts.
        posts: one row per post, from the user's own copy of the original.
    path : str
        The folder of the counts; for posts, that of cao_2020_09_12.csv.
    rosters : str
        For posts: the folder of the rosters (members of Congress as of 3 November 2020, politicians
        of Wikidata), by which each author is classed.
    coder : {"cao", "smapp", "trump_archive"}
        For posts: who says what was done to the leader's posts. Those this coder does not have
        leave through the ledger, and so do the others' posts from outside the days the coder
        looked at. Only Cao coded the others' posts, which keep Cao's coding.
    archive : str
        For posts: a file of the Trump Twitter Archive, for its flags.

    Notes
    -----
    Actions are none < label < restrict; a label is not a removal, and removal is not observed.
    All tables add the columns `period` (before, from_3_november) and `fraud_words` (yes, no);
    `cells` and `posts` add `month`, and `posts` adds `by_<coder>`, the rung each further coder
    recorded. The leader's retweets of himself leave through the ledger. Authors other than the
    leader, members of Congress and party or government accounts are pseudonymised when they are
    read (see `posts.pseudonyms`), and no text is kept.

    References
    ----------
    J. F. Cao, Disinformation-Intervention.
    https://github.com/jian-frank-cao/Disinformation-Intervention
    """

    table: Table = "accounts"
    path: str = FOLDER
    rosters: str = ""
    coder: Coder = "cao"
    archive: str = ""

    name: ClassVar[str] = "election_labels"
    title: ClassVar[str] = "Labels on posts by the US president and the accounts he amplified, 2020"
    question: ClassVar[str] = (
        "Whether posts of one leader were labelled more or less often than posts of accounts that "
        "he chose to amplify, in the same period and with the same kind of words."
    )
    limits: ClassVar[tuple[str, ...]] = (
        "One leader: it describes what happened to his posts and cannot speak for leaders.",
        "The others are accounts he chose to retweet, in posts he chose; they are no sample of "
        "ordinary accounts.",
        "A label is not a removal and no finding of a breach; removal is never observed.",
        "The posts recorded are not all that stood on the timeline.",
    )
    extra_columns: ClassVar[tuple[Column, ...]] = (
        Column("period", "category", "no", "posted before 3 November 2020 or from it on"),
        Column("fraud_words", "category", "no", "the text holds a word of election fraud"),
    )

    def __post_init__(self) -> None:
        """Refuse a table or a coder that is not there, and parameters of another table."""
        faults = []
        if self.table not in get_args(Table):
            faults.append(f"table is {self.table!r}; allowed: {', '.join(get_args(Table))}")
        if self.coder not in get_args(Coder):
            why = f" ({NEVER_JOINED})" if str(self.coder) == "civicmachines" else ""
            faults.append(f"coder is {self.coder!r}{why}; allowed: {', '.join(get_args(Coder))}")
        given = [n for n in ("rosters", "archive") if getattr(self, n)]
        given += ["coder"] if self.coder != "cao" else []
        if self.table != "posts" and given:
            faults.append(f"{', '.join(given)} count for the table 'posts' only")
        if self.table == "posts" and not self.rosters:
            faults.append("the table 'posts' needs rosters=…, the folder of the rosters")
        if self.coder == "trump_archive" and not self.archive:
            faults.append("the coder 'trump_archive' needs archive=…, the archive's file")
        if faults:
            raise SourceError("; ".join(faults) + ".")

    def load(self) -> Cases:
        """Return the counts or posts as cases; what left is in the ledger.

        Raises
        ------
        SourceError
            A folder or file is not there, or contradicts itself.
        SchemaError
            A column of an original is missing or new.
        """
        folder = locate(self.path)
        if self.table == "posts":
            require(folder)
            return replace(
                post_cases(folder, self.rosters, self.coder, self.archive, self.limits),
                extra_columns=(*self.extra_columns, MONTH, *BY_CODER),
            )
        if self.table == "accounts":
            rows = account_rows(read_counts(folder, "account_counts.csv"))
        else:
            rows = read_counts(folder, "counts.csv").drop(columns="accounts")
            rows = rows.rename(columns={"posts": "count"}).assign(account_id=None)
        left = read_counts(folder, "ledger.csv").rename(columns={"posts": "count"})
        frame = pd.concat([rows, self._as_rows(left, rows)], ignore_index=True)
        frame["account_id"] = frame["account_id"].astype("str")
        frame["platform"] = PLATFORM
        frame.insert(0, "case_id", [f"row-{i:04d}" for i in range(1, len(frame) + 1)])
        stays = frame.pop("because").isna()
        cases = Cases(frame, (self._shipped(folder),), extra_columns=(*self.extra_columns, MONTH))
        return cases.keep(stays, because="; ".join(left["because"].unique()))

    def _shipped(self, folder: Path) -> Origin:
        return replace(Origin.read(folder), limits=self.limits)

    def _as_rows(self, left: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the removed posts in the shape of the table, as posts of the leader's account."""
        if self.table == "cells":
            return left.assign(account_id=None)
        keys = ["because", "account_class", "period", "fraud_words", "action"]
        (leader,) = rows.loc[rows["account_class"] == LEADER, "account_id"].unique()
        return left.groupby(keys, as_index=False)["count"].sum().assign(account_id=leader)
