"""The descriptive views of the registry, against the numbers the facts state."""

from __future__ import annotations

import math
from pathlib import Path

import pandas as pd
import pytest

from audit.errors import RegimeError, SourceError, UnknownName
from audit.sources.registry import Registry
from audit.sources.registry.contrasts import ladder_among_leaders, matched_copies
from audit.sources.registry.totals import allowance_shares, change_between, platform_totals
from audit.sources.registry.views import View, rule_timeline, time_to_action


@pytest.fixture(scope="module")
def registry(root: Path) -> Registry:
    return Registry(root / "data" / "registry")


@pytest.fixture(scope="module")
def decisions(registry: Registry) -> pd.DataFrame:
    return registry.decisions()


def value_of(view: View, name: str) -> float:
    rows = view.figures[view.figures["figure"].str.startswith(name)]
    return float(rows["value"].iloc[0])


def test_ladder_among_leaders(decisions: pd.DataFrame) -> None:
    view = ladder_among_leaders(decisions)
    counts = view.frame.set_index("group")[["kept_behind_notice", "decisions"]]
    assert counts.loc["US president"].tolist() == [5, 7]
    assert counts.loc["other sitting heads"].tolist() == [1, 6]
    assert counts.loc["legislators"].tolist() == [3, 8]
    assert view.frame["persons"].tolist() == [1, 4, 5]
    # 176 of 1,716 tables with these margins are as unlikely: C(13, 6) = 1,716
    assert value_of(view, "president against other heads") == pytest.approx(176 / 1716)
    assert value_of(view, "the same, before 2021-01-06 for both") == pytest.approx(1 / 21)
    assert value_of(view, "the same, before 2021-01-06 for the president") == pytest.approx(7 / 462)
    assert any("one person" in sentence for sentence in view.limits)


def test_ladder_follows_its_rows_and_not_their_order(decisions: pd.DataFrame) -> None:
    shuffled = decisions.sample(frac=1, random_state=1)
    counts = ["kept_behind_notice", "decisions"]
    same = ladder_among_leaders(shuffled).frame[counts]
    pd.testing.assert_frame_equal(same, ladder_among_leaders(decisions).frame[counts])
    changed = decisions.assign(
        action=decisions["action"].mask(decisions["case_id"] == "C034", "remove")
    )
    assert ladder_among_leaders(changed).frame["kept_behind_notice"].tolist() == [4, 1, 3]


def test_matched_copies(decisions: pd.DataFrame) -> None:
    view = matched_copies(decisions)
    assert view.frame["copy_locked"].tolist() == [True, True]
    assert view.frame["original_locked"].tolist() == [False, False]
    assert view.frame["original_action"].tolist() == ["interstitial", "none"]
    assert value_of(view, "copies stricter") == 0.25
    assert value_of(view, "accounts that posted the copies") == 1
    assert view.frame["copy_account"].str.startswith("twitter:withheld-").all()


def test_matched_copies_needs_both_sides(decisions: pd.DataFrame) -> None:
    with pytest.raises(SourceError, match="PAIR_B_adviser_text has 0 rows for its copy"):
        matched_copies(decisions[decisions["case_id"] != "C040"])


def test_no_discordant_pair_gives_p_one(decisions: pd.DataFrame) -> None:
    mild = decisions.assign(rung=decisions["rung"].mask(decisions["rung"] == "lock", "label"))
    assert value_of(matched_copies(mild), "copies stricter") == 1.0


def test_time_to_action(decisions: pd.DataFrame) -> None:
    view = time_to_action(decisions)
    assert value_of(view, "median, rules on speech") == 0.5
    assert view.figures["n"].tolist() == [31, 32, 14]
    assert (view.frame["days_low"] <= view.frame["days"]).all()
    assert (view.frame["days_high"] >= view.frame["days"]).all()
    assert not view.frame["case_id"].isin(["C102", "C105", "C106"]).any()


def test_why_the_stated_37_values_and_0_2_days_are_not_those_that_ship(
    shared: Path, decisions: pd.DataFrame
) -> None:
    facts = pd.read_csv(shared / "facts" / "cases.csv")
    head = facts["account_class"].isin(["head_of_state", "head_of_government"])
    timed = facts[head & (facts["unit"] != "reversal") & facts["days_to_action"].notna()]
    assert (len(timed), timed["days_to_action"].median()) == (37, 0.2)
    recalled = set(timed.loc[timed["verification"] == "recalled", "case_id"])
    assert recalled == {"C049", "C052", "C053", "C073"}
    shipped = set(time_to_action(decisions).frame["case_id"])
    assert set(timed["case_id"]) - shipped - recalled == {"C072"}  # its day was not seen


def test_a_reversal_never_enters_latency(decisions: pd.DataFrame) -> None:
    odd = decisions.copy()
    back = odd["case_id"] == "C115"
    odd.loc[back, ["days_to_action", "office_class", "in_office_at_action"]] = [
        999.0, "head_of_government", "yes",
    ]  # fmt: skip
    assert len(time_to_action(odd).frame) == len(time_to_action(decisions).frame)


def test_rule_timeline_holds_every_dated_row(registry: Registry, decisions: pd.DataFrame) -> None:
    rules = registry.rules()
    view = rule_timeline(rules, decisions)
    undated = int(decisions["action_earliest"].isna().sum())
    assert len(view.frame) == len(rules) + len(decisions) - undated
    assert value_of(view, "decisions without a date") == undated
    assert view.frame["earliest"].is_monotonic_increasing
    assert (view.frame["earliest"] <= view.frame["latest"]).all()
    assert set(view.frame["kind"]) == {"rule", "decision", "reversal"}


def test_allowance_shares(registry: Registry) -> None:
    pytest.importorskip("audit.estimators.proportions", reason="the estimator is not there yet")
    view = allowance_shares(registry.platform_totals(), shares=[0.01, 13 / 68, 0.5])
    share = view.figures.iloc[0]
    assert share["value"] == pytest.approx(13 / 68)
    assert (round(share["conf_low"], 2), round(share["conf_high"], 2)) == (0.12, 0.30)
    assert view.frame["over_representation"].tolist()[1] == pytest.approx(1)
    assert view.frame["rate_ratio"].tolist()[1] == pytest.approx(1)
    assert view.frame["over_representation"].tolist()[0] == pytest.approx(1300 / 68)
    assert view.frame["rate_ratio"].tolist()[0] == pytest.approx(13 / 55 * 99)
    assert (view.frame["rate_ratio_conf_low"] < view.frame["rate_ratio"]).all()


@pytest.mark.parametrize("shares", [[0.0], [1.0], [0.2, float("nan")]])
def test_allowance_shares_refuses_impossible_shares(
    registry: Registry, shares: list[float]
) -> None:
    pytest.importorskip("audit.estimators.proportions", reason="the estimator is not there yet")
    with pytest.raises(SourceError, match="numbers above 0 and below 1"):
        allowance_shares(registry.platform_totals(), shares=shares)


def test_totals_of_two_methods_never_chain(registry: Registry) -> None:
    totals = registry.platform_totals()
    assert change_between(totals, "R020", "R033") == pytest.approx(4257617 / 3500000)
    with pytest.raises(RegimeError, match="R006 and R020 differ in method"):
        change_between(totals, "R006", "R020")
    with pytest.raises(RegimeError, match="differ in platform, method"):
        change_between(totals, "R034", "R046")
    with pytest.raises(RegimeError, match="differ in subject, scope"):
        change_between(totals, "R068", "R069")
    with pytest.raises(UnknownName, match="No published total is called 'R999'"):
        change_between(totals, "R999", "R001")
    view = platform_totals(totals)
    assert view.frame.groupby("series")["method"].nunique().eq(1).all()
    assert any("must never be chained" in sentence for sentence in view.limits)


def test_every_view_has_limits_a_selection_and_named_figures(
    registry: Registry, decisions: pd.DataFrame
) -> None:
    views = [
        rule_timeline(registry.rules(), decisions),
        ladder_among_leaders(decisions),
        matched_copies(decisions),
        time_to_action(decisions),
        platform_totals(registry.platform_totals()),
    ]
    for view in views:
        assert view.limits, view.title
        assert all(s.endswith(".") for s in view.limits), view.title
        assert view.selection, view.title
        assert list(view.figures) == ["figure", "value", "conf_low", "conf_high", "n", "method"]
        assert all(math.isfinite(v) for v in view.figures["value"]), view.title
        assert view.to_frame() is not view.frame


def test_a_carve_out_is_no_exemption(root) -> None:
    from audit.sources.registry import Registry
    from audit.sources.registry.views import published_exemptions

    given = Registry(root / "data" / "registry").exemptions()
    found = published_exemptions(given)
    carved = given[given["ceiling"].eq("ban")]
    assert not carved.empty
    for rule in carved["rule"].dropna().unique():
        at = found["does_not_cover"].str.contains(rule, regex=False)
        assert not found.loc[at, "covers"].str.contains(rule, regex=False).any()
    nobody = set(given["policy_id"]) - set(given.loc[~given["ceiling"].eq("ban"), "policy_id"])
    assert len(found) == given["policy_id"].nunique() - len(nobody)
    assert set(found["publication"]) >= {"leaked", "published"}
