"""Bans: who was suspended or banned, by class, and the gap without what they posted later."""

from __future__ import annotations

import math

import pandas as pd
import pytest
from builders import cases_of, question
from ladder import appraised, compared, counted

from audit.checks.bans import BAN_COLUMNS, Bans
from audit.comparison import compare
from audit.schema import Ladder
from audit.study import enroll

PLAIN = counted([(6, 20)] * 10, [(10, 20)] * 40)


def row(account: str, day: int, action: str = "none", *, after: float = 0.5) -> dict:
    """Return a post of a day, acted on half a day later."""
    posted = pd.Timestamp("2021-01-01", tz="UTC") + pd.Timedelta(days=day)
    acted = posted + pd.Timedelta(days=after) if action != "none" else pd.NaT
    return {
        "account_id": account,
        "account_class": account.split("-")[0],
        "action": action,
        "posted_at": posted,
        "acted_at": acted,
        "rule": "abuse",
    }


def dated(*, banned: str = "ban") -> pd.DataFrame:
    """Return ten leaders and twenty others, of whom leader-0 and ordinary-0 are banned on day 5."""
    rows = [
        row(f"{name}-{k}", day, "remove" if (day + k) % 10 < share else "none")
        for name, accounts, share in (("leader", 10, 3), ("ordinary", 20, 5))
        for k in range(accounts)
        for day in range(10)
    ]
    frame = pd.DataFrame(rows)
    for account in ("leader-0", "ordinary-0"):
        at = (frame["account_id"] == account) & (frame["posted_at"].dt.day == 6)
        frame.loc[at, "action"] = banned
        frame.loc[at, "acted_at"] = frame.loc[at, "posted_at"] + pd.Timedelta(hours=12)
    return frame.astype({"acted_at": "datetime64[us, UTC]", "posted_at": "datetime64[us, UTC]"})


def test_nobody_was_banned() -> None:
    found = Bans()(compared(PLAIN))
    assert (found.passed, found.step) == (None, 0)
    assert tuple(found.table) == BAN_COLUMNS
    assert found.says.startswith(
        "0 were suspended and 0 banned of 10 leader accounts, 0 with posts"
    )


def test_counts_and_the_censored_gap_by_hand() -> None:
    frame = dated()
    found = Bans()(compared(frame))
    table = found.table.set_index("account_class")
    assert table["banned"].tolist() == [1, 1]
    assert table["suspended"].tolist() == [0, 0]
    assert table["half_way"].tolist() == [1, 1]
    assert table["n"].tolist() == [10, 10]
    assert table["n_later"].tolist() == [4, 4]  # days 6 to 9; the post of day 5 stays
    banned = frame["account_id"].isin(["leader-0", "ordinary-0"])
    kept = frame[~(banned & (frame["posted_at"].dt.day > 6))]
    assert found.value == pytest.approx(compared(kept).primary().estimate)
    assert "Without the ▒ posts after it the gap is" in found.says  # of one ordinary account
    assert found.passed is True


def test_a_post_of_the_moment_of_the_ban_stays() -> None:
    frame = dated()
    at = frame["action"] == "ban"
    frame.loc[at, "acted_at"] = frame.loc[at, "posted_at"] + pd.Timedelta(days=4)
    assert Bans()(compared(frame)).table["n_later"].tolist() == [0, 0]
    frame.loc[at, "acted_at"] -= pd.Timedelta(microseconds=1)
    assert Bans()(compared(frame)).table["n_later"].tolist() == [1, 1]


def test_the_first_ban_counts() -> None:
    frame = dated(banned="suspend")
    again = (frame["account_id"] == "leader-0") & (frame["posted_at"].dt.day == 3)
    frame.loc[again, "action"] = "suspend"
    frame.loc[again, "acted_at"] = frame.loc[again, "posted_at"] + pd.Timedelta(hours=1)
    table = Bans()(compared(frame)).table.set_index("account_class")
    assert table["n_later"].tolist() == [7, 4]
    assert table["suspended"].tolist() == [1, 1]


def test_a_ban_outside_the_population_ends_posting_too() -> None:
    frame = dated()
    frame.loc[frame["action"] == "ban", "rule"] = "other"
    table = Bans()(compared(frame, population={"rule": ["abuse"]})).table
    assert table["banned"].tolist() == [1, 1]
    assert table["n_later"].tolist() == [4, 4]


def test_undated_actions_are_counted_and_stay() -> None:
    frame = dated()
    frame.loc[frame["action"] == "ban", "acted_at"] = pd.NaT
    found = Bans()(compared(frame))
    assert found.table["no_date"].tolist() == [1, 1]
    assert "▒ posts of such accounts cannot be dated against the action, and stay." in found.says
    assert found.says.endswith("No post compared came after such an action on its account.")


def test_without_dates_only_the_accounts_are_counted() -> None:
    found = Bans()(compared(dated().drop(columns="posted_at")))
    assert found.table["banned"].tolist() == [1, 1]
    assert found.says.endswith("Without posted at none of their posts can be dated.")


def test_a_ladder_that_bans_nobody_is_not_asked() -> None:
    frame = PLAIN.replace({"action": {"remove": "hide"}})
    cases = cases_of(frame, ladder=Ladder(("none", "hide")))
    found = Bans()(compare(enroll(cases, question(outcome={"at_least": "hide"}))))
    assert (found.passed, found.table) == (None, None)
    assert math.isnan(found.value)


def test_rows_without_accounts_are_not_asked() -> None:
    frame = PLAIN.assign(account_id=None).astype({"account_id": "str"})
    found = Bans()(compared_without(frame))
    assert found.says == "Posts carry no account."


def compared_without(frame: pd.DataFrame):
    return compare(enroll(cases_of(frame), question()))


def test_nothing_left_to_compare_is_said() -> None:
    """Both reference accounts of the one stratum wrote all their posts after their ban."""
    frame = dated()
    frame = frame[
        frame["account_id"].str.startswith("leader")
        | frame["account_id"].isin(["ordinary-0", "ordinary-1"])
    ]
    first = [row(f"ordinary-{k}", -9, "ban") | {"rule": "other"} for k in (0, 1)]
    frame = pd.concat([frame, pd.DataFrame(first).astype(frame.dtypes.to_dict())])
    found = Bans()(compared(frame, population={"rule": ["abuse"]}))
    assert found.passed is False
    assert "nothing is left to compare: no ordinary posts." in found.says
    assert found.table["half_way"].tolist() == [1, 0]


def test_it_is_a_note(monkeypatch: pytest.MonkeyPatch) -> None:
    made = appraised(compared(dated()), monkeypatch)
    assert made.finding("bans").step == 0
