"""Labels of 2020 as counts: the president against the accounts that he amplified."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal, get_args

import pandas as pd

from audit.cases import Cases, Origin, locate
from audit.errors import SourceError
from audit.schema import Column

Table = Literal["accounts", "cells"]
LEADER = "world_leader"
PLATFORM = "Twitter"


@dataclass(frozen=True, slots=True)
class ElectionLabels:
    """Own posts of the US president and his retweets of others, September to December 2020.

    Parameters
    ----------
    table : {"accounts", "cells"}
        accounts: one row per account × period × words × action, for inference by account (no
        month). cells: one row per class × month × period × words × action, without accounts.
    path : str
        The folder of the counts.

    Notes
    -----
    Actions are none < label < restrict; a label is not a removal, and removal is not observed.
    Both tables add the columns `period` (before, from_3_november) and `fraud_words` (yes, no);
    `cells` adds `month`. The leader's retweets of himself leave through the ledger.

    References
    ----------
    J. F. Cao, Disinformation-Intervention.
    https://github.com/jian-frank-cao/Disinformation-Intervention
    """

    table: Table = "accounts"
    path: str = "data/election_labels_2020"

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
        """Refuse a table that is not there."""
        if self.table not in get_args(Table):
            raise SourceError(f"table is {self.table!r}; allowed: {', '.join(get_args(Table))}.")

    def load(self) -> Cases:
        """Return the counts as cases, with his retweets of himself in the ledger.

        Raises
        ------
        SourceError
            The folder is not there.
        """
        folder = locate(self.path)
        if self.table == "accounts":
            rows = account_rows(_read(folder, "account_counts.csv"))
        else:
            rows = _read(folder, "counts.csv").drop(columns="accounts")
            rows = rows.rename(columns={"posts": "count"}).assign(account_id=None)
        left = _read(folder, "ledger.csv").rename(columns={"posts": "count"})
        frame = pd.concat([rows, self._as_rows(left, rows)], ignore_index=True)
        frame["account_id"] = frame["account_id"].astype("str")
        frame["platform"] = PLATFORM
        frame.insert(0, "case_id", [f"row-{i:04d}" for i in range(1, len(frame) + 1)])
        stays = frame.pop("because").isna()
        cases = Cases(frame, (replace(Origin.read(folder), limits=self.limits),))
        return cases.keep(stays, because="; ".join(left["because"].unique()))

    def _as_rows(self, left: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the removed posts in the shape of the table, as posts of the leader's account."""
        if self.table == "cells":
            return left.assign(account_id=None)
        keys = ["because", "account_class", "period", "fraud_words", "action"]
        (leader,) = rows.loc[rows["account_class"] == LEADER, "account_id"].unique()
        return left.groupby(keys, as_index=False)["count"].sum().assign(account_id=leader)


def agreement(path: str | Path = "data/election_labels_2020") -> pd.DataFrame:
    """Return how far three sets of coders agree on which posts were acted on (Cohen's kappa).

    Columns coder_a, coder_b, scale, posts, both_acted, only_a, only_b, kappa.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement 20(1), 37-46. https://doi.org/10.1177/001316446002000104
    """
    return pd.read_csv(locate(path) / "agreement.csv")


def account_rows(counts: pd.DataFrame) -> pd.DataFrame:
    """Return one row per account × period × words × action, pooled accounts made single again.

    Parameters
    ----------
    counts : DataFrame
        account, account_class, period, fraud_words, posts, labelled, restricted, accounts; a row
        without `account` stands for `accounts` accounts that are alike.
    """
    pooled = counts["account"].isna()
    alone = counts.loc[counts[pooled].index.repeat(counts.loc[pooled, "accounts"])]
    alone = alone.assign(account_id=[f"pooled-{i:04d}" for i in range(1, len(alone) + 1)])
    own = counts[~pooled].assign(account_id="account-" + counts.loc[~pooled, "account"])
    both = pd.concat([own, alone], ignore_index=True)
    both["none"] = both["posts"] - both["labelled"] - both["restricted"]
    both = both.rename(columns={"labelled": "label", "restricted": "restrict"})
    keys = ["account_id", "account_class", "period", "fraud_words"]
    actions = ["none", "label", "restrict"]
    long = both.melt(keys, actions, "action", "count")
    return long[long["count"] > 0].sort_values([*keys, "action"], ignore_index=True)


def _read(folder: Path, name: str) -> pd.DataFrame:
    return pd.read_csv(folder / name, dtype={"account": "str"})
