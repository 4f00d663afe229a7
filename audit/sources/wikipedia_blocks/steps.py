"""From entries of the log to cases: what each entry is, and why all but blocks leave."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
import pandas as pd

INNER = ("entry", "tied", "hidden", "test", "own", "again")
"""Columns that only the steps need."""


def as_cases(
    entries: pd.DataFrame, rungs: Sequence[tuple[str, float]], indefinite: str, platform: str
) -> pd.DataFrame:
    """Return every entry in the columns of a case table, an unblock as one of no measure."""
    unread = ~entries["indefinite"] & ~(entries["length_hours"] > 0)
    place = np.searchsorted([most for _, most in rungs], entries["length_hours"].fillna(0.0))
    action = pd.Series(np.array([name for name, _ in rungs])[place], entries.index)
    action = action.mask(entries["indefinite"], indefinite).mask(unread, "none")
    hidden = entries["target"].isna()
    nobody = "hidden-" + entries["logid"]
    lifted = entries["unblocked_at"]
    text = entries["at"].dt.strftime("%Y-%m")
    return pd.DataFrame(
        {
            "case_id": entries["logid"],
            "account_id": entries["account_id"].fillna(nobody).astype("str"),
            "account_class": entries["account_class"],
            "action": action.astype("str"),
            "acted_at": entries["at"],
            "observed_until": entries["observed_until"],
            "platform": platform,
            "rule": entries["rule"],
            "reversed": lifted.notna().astype("boolean"),
            "reversed_at": lifted,
            "indefinite": entries["indefinite"],
            "length_hours": entries["length_hours"].mask(entries["indefinite"]),
            "expires_at": entries["expires_at"],
            "hours_to_unblock": (lifted - entries["at"]) / pd.Timedelta(hours=1),
            "changes": entries["changes"].fillna(0).astype("int64"),
            "shortened": entries["shortened"].fillna(False).astype(bool),
            "self_lifted": entries["self_lifted"].fillna(False).astype(bool),
            "partial": entries["partial"].astype(bool),
            "blocked_by": entries["blocked_by"].astype("str"),
            "month": text.astype("str"),
            "entry": entries["action"],
            "tied": entries["tied"].fillna(False).astype(bool),
            "hidden": hidden,
            "test": entries["test"] | entries["test_lifted"].fillna(False).astype(bool),
            "own": entries["own"],
            "again": entries["logid"].duplicated(),
            "days_into_log": entries["days_into_log"],
            "acts_later": entries["acts_later"],
        }
    )


STEPS: tuple[tuple[Callable[[pd.DataFrame], pd.Series], str], ...] = (
    (lambda f: ~f["again"], "an entry of the log that the files hold twice"),
    (lambda f: ~f["hidden"], "the target is hidden"),
    (
        lambda f: ~(f["entry"].eq("unblock") & f["tied"]),
        "an unblock, told with the block that it ended",
    ),
    (
        lambda f: f["entry"] != "unblock",
        "an unblock of a block from outside the log, or of an automatic one",
    ),
    (
        lambda f: ~(f["entry"].eq("reblock") & f["tied"]),
        "a reblock, told with the block that it changed",
    ),
    (lambda f: f["entry"] != "reblock", "a reblock of a block from outside the log"),
    (lambda f: ~f["own"], "a self-block: set by the target itself"),
    (lambda f: ~f["test"], "set as a test of blocking, by its summary or its unblock’s"),
    (lambda f: f["action"] != "none", "the length cannot be read, or is not above zero"),
)
"""Which rows stay at each step, and why the others leave: a report lists them as who left."""
