"""The loader of the registry: what enters as a case, and what never does."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from audit.consistency import contradictions
from audit.errors import SchemaError, SourceError
from audit.roster import Roster
from audit.schema import CASE_COLUMNS, check
from audit.sources.registry import Registry


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return Registry(root / "data" / "registry")


def test_cases_are_decisions_about_posts(registry: Registry) -> None:
    cases, decisions = registry.load(), registry.decisions().set_index("case_id")
    posts = decisions[decisions["unit"] == "post"]
    assert len(posts) == 92
    assert len(cases) + 2 == len(posts)  # two on legal grounds leave through the ledger
    assert set(cases.frame["case_id"]) < set(posts.index)
    assert not cases.simulated


def test_cases_keep_the_promise_of_the_case_table(registry: Registry) -> None:
    frame = registry.load().frame
    assert check(frame, CASE_COLUMNS, where="the registry") is frame
    assert contradictions(frame) == []


def test_legal_grounds_leave_through_the_ledger(registry: Registry) -> None:
    ledger = registry.load().ledger_frame()
    assert ledger["cases_removed"].sum() == 2
    assert ledger["because"].str.contains("sanctions, copyright or election law").all()


def test_a_notice_is_a_restriction_and_keeps_its_word(registry: Registry) -> None:
    frame = registry.load().frame
    pairs = set(zip(frame["raw_action"], frame["action"], strict=True))
    assert pairs == {
        ("interstitial", "restrict"),
        ("none", "none"),
        ("label", "label"),
        ("remove", "remove"),
        ("lock", "lock"),
        ("suspend", "suspend"),
        ("ban", "ban"),
    }


def test_reversals_stay_in_decisions_only(registry: Registry) -> None:
    decisions = registry.decisions()
    back = decisions[decisions["action"] == "reinstated"]
    assert len(back) == 5
    assert not set(back["case_id"]) & set(registry.load().frame["case_id"])


def test_no_day_is_made_up(registry: Registry) -> None:
    frame = registry.load().frame
    assert frame.loc[frame["date_precision"] != "day", "acted_at"].isna().all()
    assert frame.loc[frame["raw_action"] == "none", "acted_at"].isna().all()
    known = frame["acted_at"].notna()
    assert (
        frame.loc[known, "acted_at"].dt.strftime("%Y-%m-%d") == frame.loc[known, "action_date"]
    ).all()


def test_one_post_may_have_several_decisions(registry: Registry) -> None:
    frame = registry.load().frame.set_index("case_id")
    assert frame.loc[["C054", "C055"], "account_id"].tolist() == ["twitter:@chedetofficial"] * 2
    assert frame.loc[["C054", "C055"], "action"].tolist() == ["restrict", "remove"]


def test_the_two_names_of_one_service_give_one_account(registry: Registry) -> None:
    decisions = registry.decisions()
    ids = decisions.loc[decisions["account"] == "@khamenei_ir", "account_id"]
    assert set(ids) == {"twitter:@khamenei_ir"}


def test_frames_have_their_dtypes(registry: Registry) -> None:
    assert registry.decisions()["action_earliest"].dtype.kind == "M"
    assert registry.decisions()["days_to_action"].dtype == float
    assert registry.rules()["date_latest"].dtype.kind == "M"
    assert registry.platform_totals()["value"].dtype == float
    assert registry.roster()["end"].notna().all()
    assert registry.exemptions()["end"].isna().any()
    assert registry.gaps()["rate_id"].tolist() == ["R053"]


def test_the_roster_classifies_as_of_the_post(root: Path) -> None:
    roster = Roster.read(root / "data" / "registry" / "roster.csv")
    days = ["2017-01-19", "2017-01-20", "2021-01-19", "2021-01-20", "2022-11-19"]
    when = pd.Series(pd.to_datetime(days, utc=True))
    account = pd.Series(["twitter:@realDonaldTrump"] * len(days))
    expected = ["unknown", "world_leader", "world_leader", "unknown", "public_figure"]
    assert roster.classify(account, when).tolist() == expected


def test_ceilings_follow_the_rules_in_force(registry: Registry) -> None:
    days = ["2019-06-26", "2019-06-27", "2019-10-15", "2020-01-01", "2023-10-09"]
    when = pd.Series(pd.to_datetime(days, utc=True))
    same = pd.Series(range(len(days))).astype(str)
    rule = pd.Series(["hateful conduct"] * 3 + ["self-harm", "hateful conduct"])
    platform, leader = same.map(lambda _: "twitter"), same.map(lambda _: "world_leader")
    found = registry.ceilings().covering(platform, rule, leader, when)
    assert found.fillna("").tolist() == ["", "restrict", "restrict", "ban", ""]
    stated = registry.exemptions()["ceiling"].notna().sum()
    assert len(registry.ceilings().frame) == stated


def test_limits_say_that_there_is_no_denominator() -> None:
    assert any("no denominator and is inadmissible" in sentence for sentence in Registry.limits)
    assert Registry.frame == "documented decisions chosen by the press"


def test_a_missing_file_or_column_and_a_repeated_id_are_errors(
    registry: Registry, tmp_path: Path
) -> None:
    with pytest.raises(SourceError, match=r"no 'rules\.csv' in"):
        Registry(tmp_path).rules()
    pd.DataFrame({"policy_id": ["P1"]}).to_csv(tmp_path / "rules.csv")
    with pytest.raises(SourceError, match=r"lacks the columns \['date_earliest', 'date_latest'\]"):
        Registry(tmp_path).rules()
    twice = registry.rules().iloc[[0, 0]]
    twice.to_csv(tmp_path / "rules.csv", index=False)
    with pytest.raises(SchemaError, match="column 'policy_id': is not unique"):
        Registry(tmp_path).rules()
