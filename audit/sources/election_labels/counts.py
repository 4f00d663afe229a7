"""The counts that ship: posts by account or by cell, without names, ids or texts."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from audit.cases import locate

FOLDER = "data/election_labels_2020"


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


def agreement(path: str | Path = FOLDER) -> pd.DataFrame:
    """Return how far three sets of coders agree on which posts were acted on (Cohen's kappa).

    Columns coder_a, coder_b, scale, posts, both_acted, only_a, only_b, kappa.

    References
    ----------
    Cohen, J. (1960). A coefficient of agreement for nominal scales. Educational and Psychological
    Measurement 20(1), 37-46. https://doi.org/10.1177/001316446002000104
    """
    return pd.read_csv(locate(path) / "agreement.csv")


def read_counts(folder: Path, name: str) -> pd.DataFrame:
    """Return one of the tables that ship."""
    return pd.read_csv(folder / name, dtype={"account": "str"})
