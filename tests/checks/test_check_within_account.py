"""The check of step 5 on accounts seen in and out of the focal class."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, question
from ladder import appraised

from audit.checks.within_account import WithinAccount
from audit.comparison import Comparison, compare
from audit.study import enroll


def table(
    k: int = 9,
    *,
    gap: float = -0.3,
    own: float | None = None,
    leaders: int = 10,
    posts: int = 10,
    jitter: int = 1,
) -> pd.DataFrame:
    """Return counts: `k` accounts that become leaders at different months, and lasting ones.

    `gap` is that of the leaders who last; `own` (the same by default) that of those who switch.
    """
    rng = np.random.default_rng(3)
    own = gap if own is None else own
    rows: list[tuple[Any, ...]] = []

    def month(account: str, name: str, m: int, rate: float) -> None:
        acted = int(np.clip(round(posts * rate) + rng.integers(-jitter, jitter + 1), 0, posts))
        when = pd.Timestamp(2020, m + 1, 15, tz="UTC")
        for action, many in (("remove", acted), ("none", posts - acted)):
            if many:
                rows.append((account, name, action, when, many))

    for m in range(12):
        for a in range(k):
            late = m >= 2 + a % 8
            month(f"s{a}", "leader" if late else "candidate", m, 0.5 + own * late)
        for a in range(leaders):
            month(f"l{a}", "leader", m, 0.5 + gap)
        for a in range(40):
            month(f"o{a}", "ordinary", m, 0.5)
    names = ["account_id", "account_class", "action", "posted_at", "count"]
    return pd.DataFrame(rows, columns=names).assign(rule="abuse")


def compared(frame: pd.DataFrame, **changes: Any) -> Comparison:
    return compare(enroll(cases_of(frame), question(**changes)), using=["standardised"])


def test_the_same_accounts_differ_as_the_classes_do() -> None:
    found = WithinAccount()(compared(table()))
    assert (found.check, found.step, found.passed) == ("within_account", 5, True)
    assert found.value == pytest.approx(-0.3, abs=0.05)
    assert "9 accounts posted both as leader and otherwise" in found.says
    assert found.table["account"].tolist() == [*range(1, 10)]


def test_it_runs_whether_or_not_the_design_asks_and_takes_its_block() -> None:
    plain = WithinAccount()(compared(table()))
    asked = WithinAccount()(compared(table(), within_account={"per": "month"}))
    by_year = WithinAccount()(compared(table(), within_account={"per": "year"}))
    assert asked.value == plain.value
    assert by_year.value != plain.value


def test_nobody_in_both_passes_and_says_so() -> None:
    found = WithinAccount()(compared(table(0)))
    assert found.passed is True
    assert found.says == "No account in the cases has posts both as leader and as something else."
    assert math.isnan(found.value)
    assert found.idle


def test_accounts_that_do_not_differ_or_differ_the_other_way_fail() -> None:
    same = WithinAccount()(compared(table(own=0.0, leaders=30)))
    assert same.passed is False
    assert "interval" in same.says
    other = WithinAccount()(compared(table(own=0.3, leaders=30)))
    assert other.passed is False
    assert other.value > 0.2
    assert other.reverses is False  # METHODS §4: only account weighting and leave-one-out turn it


@pytest.mark.parametrize("k", [1, 4, 5])
def test_too_few_accounts_to_tell_fail(k: int) -> None:
    found = WithinAccount()(compared(table(k)))
    assert found.passed is False
    assert "These are too few to tell." in found.says


def test_alike_is_judged_on_the_margin() -> None:
    alike = {"margin": 0.1}
    inside = WithinAccount()(compared(table(12, gap=0.0, posts=40), **alike))
    assert inside.threshold == "its interval inside ±10 percentage points"
    assert inside.passed is True
    assert "90 % interval" in inside.says
    outside = WithinAccount()(compared(table(12, gap=0.0, own=-0.3, leaders=150), **alike))
    assert outside.threshold == inside.threshold
    assert outside.passed is False
    few = WithinAccount()(compared(table(3, gap=0.0, posts=40), **alike))
    assert few.passed is False
    assert "These are too few to tell." in few.says


def test_accounts_in_both_without_dates_fail_and_rows_without_accounts_have_no_say() -> None:
    frame = table().drop(columns="posted_at")
    found = WithinAccount()(compared(frame))
    assert found.passed is False
    assert "do not record when posts were made" in found.says
    from dataclasses import replace

    cases = cases_of(frame)
    ids = cases.frame["account_id"].where(cases.frame["account_id"] != "o0")
    bare = replace(cases, frame=cases.frame.assign(account_id=ids))
    none = WithinAccount()(compare(enroll(bare, question()), using=["raw"]))
    assert none.passed is None


def test_no_outcome_at_all_is_no_pass() -> None:
    found = WithinAccount()(compared(table().assign(action="none")))
    assert found.passed is False


def test_step_5_is_passed_with_it_and_not_without(monkeypatch: pytest.MonkeyPatch) -> None:
    check = {"within_account": WithinAccount()}
    for k, passed in ((9, True), (4, False)):
        frame = table(k)
        calm = frame.assign(rule="spam", action="none")
        held = compared(
            pd.concat([frame, calm], ignore_index=True),
            population={"rule": ["abuse"]},
            negative_controls=[{"population": {"rule": ["spam"]}, "title": "spam"}],
        )
        evidence = appraised(held, monkeypatch, **check)
        assert evidence.finding("within_account").passed is passed
        if not passed:
            assert evidence.steps[5] is False
            assert evidence.rung < 5
