"""The docket: a chance for every case that has a like, precedents that show nobody."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.cases import Cases
from audit.checks.leave_one_out import reduced
from audit.comparison import Comparison, compare
from audit.disclosure import protection
from audit.docket import Docket, open_docket
from audit.docket.names import reference_names
from audit.errors import DesignError, EstimationError, UnknownName
from audit.estimators.accounts.clustered import borrowed_icc, clustered_proportion
from audit.estimators.accounts.contrasts import effect
from audit.numerals import many
from audit.report.docket import docket_table, leaders_table
from audit.report.precedents import precedents_tables
from audit.study import enroll

EXACT = 1e-12
"""The same sums in another order."""
START = pd.Timestamp("2020-01-01", tz="UTC")


@cache
def made() -> pd.DataFrame:
    rng = np.random.default_rng(3)
    rows = []
    for name, accounts, rate in (("leader", 7, 0.25), ("ordinary", 24, 0.5)):
        for k in range(accounts):
            p = rng.beta(8 * rate, 8 * (1 - rate))
            for _ in range(int(rng.integers(6, 30))):
                rows.append(
                    {
                        "account_id": f"{name}-{k:02d}",
                        "account_class": name,
                        "platform": "P",
                        "rule": ("abuse", "spam")[int(rng.random() < 0.4)],
                        "severity": ("low", "high")[int(rng.random() < 0.5)],
                        "language": ("qaa", "qab")[int(rng.random() < 0.5)],
                        "action": rng.choice(["remove", "ban"])
                        if rng.random() < p
                        else rng.choice(["none", "label"]),
                        "posted_at": START + pd.Timedelta(minutes=int(rng.integers(0, 400_000))),
                        "reach": float(rng.integers(10, 10_000)),
                    }
                )
    frame = pd.DataFrame(rows)
    text = ("platform", "rule", "severity", "language")
    return frame.astype(dict.fromkeys(text, "str"))


def comparison(frame: pd.DataFrame | None = None, **design: Any) -> Comparison:
    """Return a comparison whose estimates are left out: a docket rests on the study alone."""
    study = enroll(cases_of(made() if frame is None else frame), question(**design))
    return Comparison(study, pd.DataFrame(columns=["estimator", "scale", "weighting"]))


def asked(frame: pd.DataFrame | None = None, **design: Any) -> Docket:
    return open_docket(comparison(frame, **design))


def acted(frame: pd.DataFrame) -> pd.Series:
    return frame["action"].isin(["remove", "ban"])


# --- chances --------------------------------------------------------------------------------


def test_a_chance_is_the_reference_rate_of_the_stratum() -> None:
    frame, found = made(), asked(strata=["rule", "severity"])
    ordinary = frame[frame["account_class"] == "ordinary"]
    rates = acted(ordinary).groupby([ordinary["rule"], ordinary["severity"]]).mean()
    for row in found.cases.itertuples():
        assert row.chance == pytest.approx(rates[tuple(row.stratum.split(" · "))], abs=EXACT)
        assert row.conf_low < row.chance < row.conf_high
    sizes = ordinary.groupby(["rule", "severity"])["account_id"].agg(["size", "nunique"])
    first = found.cases.iloc[0]
    n, accounts = sizes.loc[tuple(first["stratum"].split(" · "))]
    assert (first["n_reference"], first["reference_accounts"]) == (n, accounts)


@pytest.mark.parametrize("primary", ["standardised", "raw"])
def test_chances_add_up_to_the_primary_estimate(primary: str) -> None:
    made_of = comparison(primary=primary)
    whole = effect(made_of.study, by="post", stratified=primary == "standardised")
    cases = open_docket(made_of).cases
    assert cases["acted"].mean() - cases["chance"].mean() == pytest.approx(
        whole.estimate, abs=EXACT
    )


def test_with_one_stratum_the_interval_is_the_published_one() -> None:
    frame, found = made(), asked(strata=[])
    by = acted(frame).groupby(frame["account_id"]).agg(["sum", "size"])
    focal = by.index.str.startswith("leader")
    rho = borrowed_icc(by["sum"], by["size"], focal)
    own = clustered_proportion(by["sum"][~focal], by["size"][~focal], icc=rho)
    first = found.cases.iloc[0]
    assert first["conf_low"] == pytest.approx(own.conf_low, abs=EXACT)
    assert first["conf_high"] == pytest.approx(own.conf_high, abs=EXACT)


@given(weights=st.lists(st.sampled_from([1.0, 2.0, 3.5]), min_size=6, max_size=6))
@settings(max_examples=6, deadline=None)
def test_weights_move_the_chance_to_the_weighted_rate(weights: list[float]) -> None:
    frame = made().assign(sampling_weight=np.resize(weights, len(made())))
    found = asked(frame).cases.drop_duplicates("stratum").set_index("stratum")["chance"]
    ordinary = frame[frame["account_class"] == "ordinary"]
    w, y = ordinary["sampling_weight"], acted(ordinary)
    rates = (w * y).groupby(ordinary["rule"]).sum() / w.groupby(ordinary["rule"]).sum()
    assert found.to_dict() == pytest.approx(rates[found.index].to_dict(), abs=EXACT)


def test_the_expected_rung_is_the_weighted_median_of_ordinary_cases() -> None:
    rungs = ["none", "none", "label", "remove", "ban", "ban"]
    rows = [("leader-0", "leader", "none", 1), ("leader-1", "leader", "ban", 1)]
    rows += [(f"ordinary-{k}", "ordinary", r, 1) for k, r in enumerate(rungs)]
    names = ["account_id", "account_class", "action", "count"]
    frame = pd.DataFrame(rows, columns=names)
    found = asked(frame, strata=[])
    assert set(found.cases["expected_rung"]) == {"label"}  # of two middle ones the lower
    frame.loc[frame["action"] == "none", "count"] = 3
    assert set(asked(frame, strata=[]).cases["expected_rung"]) == {"none"}
    heavy = frame.assign(count=1, sampling_weight=np.where(frame["action"] == "ban", 9.0, 1.0))
    assert set(asked(heavy, strata=[]).cases["expected_rung"]) == {"ban"}


def test_no_support_no_number() -> None:
    frame = made().copy()
    leaders = frame.index[frame["account_class"] == "leader"]
    frame.loc[leaders[:4], "rule"] = "unique"
    lone = frame.index[frame["account_id"] == "ordinary-00"][:2]
    frame.loc[[*leaders[4:6], *lone], "rule"] = "rare"
    found = asked(frame)
    bare = found.cases[found.cases["chance"].isna()]
    assert len(bare) == 6
    assert bare[["conf_low", "conf_high", "expected_rung"]].isna().all(axis=None)
    assert bare["why"].tolist() == [
        *["no ordinary post is like it"] * 4,
        *["1 ordinary account with like posts; 2 needed"] * 2,
    ]
    assert found.precedents(bare["case_id"].iloc[4]).empty
    assert (found.cases.loc[found.cases["chance"].notna(), "why"] == "").all()
    assert found.says.endswith("6 leader posts have no like, and no number.")
    assert found.leaders["n_unsupported"].sum() == 6
    assert found.leaders["n"].sum() == len(leaders) - 6


def test_row_order_changes_nothing() -> None:
    shuffled = cases_of(made()).frame.sample(frac=1, random_state=2)
    one, other = asked(pre_treatment=["reach"]), asked(shuffled, pre_treatment=["reach"])
    sort = {"by": "case_id", "ignore_index": True}
    pd.testing.assert_frame_equal(
        one.cases.sort_values(**sort), other.cases.sort_values(**sort), rtol=1e-9
    )
    pd.testing.assert_frame_equal(one.leaders, other.leaders, rtol=1e-9)
    for case in one.cases["case_id"].head(8):
        pd.testing.assert_frame_equal(one.precedents(case), other.precedents(case))


def test_a_count_is_as_many_posts() -> None:
    found = asked(made().assign(count=4))
    one = asked()
    assert (found.cases["n"] == 4).all()
    assert (found.cases["n_reference"] == 4 * one.cases["n_reference"]).all()
    assert found.leaders["observed"].tolist() == (4 * one.leaders["observed"]).tolist()
    assert found.cases["chance"].tolist() == pytest.approx(one.cases["chance"].tolist())


def test_rows_without_accounts_have_chances_and_no_limits() -> None:
    whole = cases_of(made().assign(count=1))
    bare = whole.frame.assign(account_id=pd.Series(dtype="str"))
    study = enroll(Cases(bare, whole.origins), question())
    found = open_docket(Comparison(study, pd.DataFrame()))
    assert found.cases["chance"].notna().all()
    assert found.cases[["conf_low", "conf_high"]].isna().all(axis=None)
    assert set(found.cases["account"]) == {"account not stated"}
    shown = found.precedents(found.cases["case_id"].iloc[0])
    assert set(shown["account"]) == {"account not stated"}
    assert "carry no account" in leaders_table(found).text
    assert "no interval stands" in docket_table(found).notes[-1]


def test_an_inadmissible_study_has_no_docket() -> None:
    study = enroll(cases_of(made()), question(frame="enforced_only"))
    with pytest.raises(EstimationError, match="No contrast can be given"):
        open_docket(Comparison(study, pd.DataFrame()))


# --- accounts -------------------------------------------------------------------------------


def test_accounts_stand_by_volume_under_numbers() -> None:
    found = asked()
    leaders = found.leaders
    assert leaders["n"].is_monotonic_decreasing
    assert set(leaders["account"]) == {f"leader account {k}" for k in range(1, 8)}
    assert leaders["account"].tolist() != sorted(leaders["account"])
    assert leaders["share"].sum() == pytest.approx(1)
    assert (leaders["observed"] - leaders["expected"]).tolist() == pytest.approx(
        leaders["difference"].tolist()
    )
    whole = effect(found.comparison.study, by="post", stratified=True)
    assert leaders["difference"].sum() == pytest.approx(whole.estimate * leaders["n"].sum())
    assert not {"conf_low", "conf_high", "p_value"} & set(leaders)
    assert not found.cases["account"].str.contains("leader-").any()


def test_only_classes_of_officials_are_named() -> None:
    found = open_docket(comparison(), named=True)  # "leader" is the user's own class
    assert found.leaders["account"].str.fullmatch(r"leader account \d+").all()


def test_a_named_docket_names_focal_accounts_and_ranks_them(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("audit.docket.names.OFFICIALS", frozenset({"leader"}))
    found = open_docket(comparison(), named=True)
    assert set(found.leaders["account"]) == {f"leader-{k:02d}" for k in range(7)}
    assert found.leaders["difference"].is_monotonic_increasing
    assert found.cases["account"].tolist() == made()["account_id"].head(len(found.cases)).tolist()
    shown = found.precedents(found.cases["case_id"].iloc[0])
    assert shown["account"].str.fullmatch(r"ordinary account \d+").all()


def test_ordinary_accounts_are_never_named_even_as_the_focal_class() -> None:
    found = open_docket(comparison(focal="ordinary", reference="leader"), named=True)
    assert found.cases["account"].str.fullmatch(r"ordinary account \d+").all()
    assert found.cases["case_id"].str.fullmatch(r"case \d+").all()
    assert len(found.precedents("case 1")) == 3


def test_the_strip_is_that_of_leaving_each_account_out() -> None:
    for design in ({}, {"primary": "raw"}):
        made_of = comparison(
            made().assign(sampling_weight=1 + np.arange(len(made())) % 3), **design
        )
        full = compare(made_of.study, using=[made_of.study.design.primary])
        pd.testing.assert_frame_equal(open_docket(full).without_each(), reduced(full), rtol=1e-9)


def test_one_leader_is_described() -> None:
    frame = made()
    frame = frame[(frame["account_class"] != "leader") | (frame["account_id"] == "leader-01")]
    found = asked(frame)
    assert len(found.leaders) == 1
    assert np.isnan(found.leaders["gap_without"].iloc[0])
    assert found.without_each().empty
    assert found.cases["conf_low"].notna().all()  # about the ordinary accounts, not the leader
    assert "interval" not in found.says
    assert leaders_table(found).cells[0][6] == "–"


def test_numbers_are_stable_and_tell_neither_order_nor_volume() -> None:
    study = comparison().study
    names = reference_names(study)
    again = reference_names(comparison(made().sample(frac=1, random_state=4)).study)
    assert names == again
    numbers = [int(names[f"ordinary-{k:02d}"].rsplit(" ", 1)[1]) for k in range(24)]
    assert sorted(numbers) == list(range(1, 25))
    assert numbers != sorted(numbers)
    by = study.cells.by_account("reference").set_index("account_id")["n"]
    volume = [by[f"ordinary-{k:02d}"] for k in range(24)]
    assert abs(np.corrcoef(numbers, volume)[0, 1]) < 0.6
    assert reference_names(comparison(seed=7).study) != names


# --- precedents -----------------------------------------------------------------------------


def by_hand(frame: pd.DataFrame, case: str, most: int) -> list[tuple[str, str, str]]:
    """Return the nearest ordinary cases the slow way: (day, action, language)."""
    one = frame.loc[int(case.removeprefix("c"))]
    pool = frame[(frame["account_class"] == "ordinary") & (frame["rule"] == one["rule"])]
    agree = (pool[["severity", "language"]] == one[["severity", "language"]]).sum(axis=1)
    days = (pool["posted_at"].dt.normalize() - one["posted_at"].normalize()).dt.days.abs()
    reach = (np.log1p(pool["reach"]) - np.log1p(one["reach"])).abs()
    key = pd.DataFrame({"agree": -agree, "days": days, "reach": reach})
    best = pool.loc[key.sort_values(["agree", "days", "reach"], kind="stable").index[:most]]
    return [(f"{r.posted_at:%Y-%m-%d}", r.action, r.language) for r in best.itertuples()]


def test_the_nearest_are_those_found_by_hand() -> None:
    found = open_docket(comparison(pre_treatment=["reach"]), precedents=5)
    for case in found.cases["case_id"].head(20):
        shown = found.precedents(case)
        rows = zip(shown["posted_at"], shown["action"], shown["language"], strict=True)
        assert [(f"{t:%Y-%m-%d}", a, b) for t, a, b in rows] == by_hand(made(), case, 5)
        assert shown["agree"].is_monotonic_decreasing


def test_precedents_show_no_id_no_hour_and_no_reach() -> None:
    found = open_docket(comparison(pre_treatment=["reach"]))
    shown = found.precedents(found.cases["case_id"].iloc[0])
    assert list(shown.columns) == [
        *("account", "posted_at", "action", "n", "severity", "language", "agree", "days")
    ]
    assert (shown["posted_at"] == shown["posted_at"].dt.normalize()).all()
    assert shown["account"].str.fullmatch(r"ordinary account \d+").all()
    assert len(shown) == 3


def test_reach_is_used_only_where_it_was_measured_before() -> None:
    frame = made().assign(reach=np.arange(len(made()))[::-1] + 1.0)
    without = [asked().precedents(c) for c in ("c0", "c1", "c2")]
    shuffled = [asked(frame).precedents(c) for c in ("c0", "c1", "c2")]
    for one, other in zip(without, shuffled, strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_missing_dates_and_levels_come_last_and_are_not_invented() -> None:
    frame = made().copy()
    frame.loc[0, ["language", "posted_at"]] = [None, pd.NaT]
    ordinary = frame.index[frame["account_class"] == "ordinary"]
    frame.loc[ordinary[:50], "posted_at"] = pd.NaT
    found = open_docket(comparison(frame), precedents=4)
    first = found.precedents("c0")
    assert first["days"].isna().all()
    assert (first["agree"] == 1).all()  # severity alone can agree
    assert found.precedents("c1")["posted_at"].notna().all()
    dateless = asked(frame.drop(columns="posted_at"))
    assert dateless.precedents("c0")["posted_at"].isna().all()
    assert dateless.cases["posted_at"].isna().all()


def test_an_unknown_case_is_refused_without_listing_all() -> None:
    found = asked()
    ordinary = cases_of(made()).frame.loc[lambda f: f["account_class"] == "ordinary", "case_id"]
    for case in ("nobody", ordinary.iloc[0]):
        with pytest.raises(UnknownName, match=r"focal case of this docket.*c0, c1.*more") as caught:
            found.precedents(case)
        assert len(str(caught.value)) < 250


@pytest.mark.parametrize("wrong", [-1, 2.0, True, "3"])
def test_precedents_is_a_whole_number(wrong: Any) -> None:
    with pytest.raises(DesignError, match="a whole number, 0 or more"):
        open_docket(comparison(), precedents=wrong)


def test_no_precedents_can_be_asked_for() -> None:
    assert open_docket(comparison(), precedents=0).precedents("c0").empty


# --- words and tables -----------------------------------------------------------------------


def test_the_sentence_has_the_numbers_of_the_cases() -> None:
    found = asked()
    cases = found.cases
    assert found.says == (
        f"{cases['acted'].sum()} of {len(cases)} comparable leader posts were removed or met with "
        f"a stronger action; {cases['chance'].sum():.1f} would have been at the ordinary rates of "
        "their strata."
    )
    weighted = asked(made().assign(sampling_weight=1 + np.arange(len(made())) % 3))
    assert weighted.says.startswith("By the sampling weights, ")


def test_below_rung_three_cases_are_spread_over_time_and_carry_no_account() -> None:
    found = asked(strata=["rule", "severity"])
    printed = docket_table(found, most=10)
    shown = [r[0] for r in printed.cells]
    assert len(shown) == 10
    # Numbers in the order of dates: the id of a post would lead to its account.
    assert (shown[0], shown[-1]) == ("case 1", f"case {len(found.cases)}")
    assert not set(found.cases["case_id"]) & set(str(printed.files).replace(",", " ").split())
    assert "Account" not in [c.label for c in printed.columns]
    assert "evenly by date" in printed.notes[0]


def test_the_table_prints_the_furthest_cases_by_date_and_counts_the_rest() -> None:
    officials = made().assign(account_class=made()["account_class"].replace("leader", "candidate"))
    found = replace(asked(officials, focal="candidate", strata=["rule", "severity"]), named=True)
    printed = docket_table(found, most=10)
    n = len(found.cases)
    assert len(printed.cells) == 10
    apart = (found.cases["acted"] - found.cases["chance"]).abs().nlargest(10).min()
    shown = found.cases.set_index("case_id").loc[[r[0] for r in printed.cells]]
    assert ((shown["acted"] - shown["chance"]).abs() >= apart - EXACT).all()
    assert shown["posted_at"].is_monotonic_increasing
    assert f"The 10 of {n} comparable cases" in printed.notes[0]
    assert f"the other {n - 10} are not printed" in printed.notes[0]
    assert len(docket_table(found, most=1000).cells) == n


def test_the_report_prints_cases_beside_their_masked_precedents() -> None:
    found = asked(strata=["rule", "severity"])
    (printed,) = precedents_tables(found, most=4)
    frame = cases_of(made()).frame
    ordinary = frame[frame["account_class"] == "ordinary"]
    text = " ".join(t for row in printed.cells for t in row) + str(printed.files)
    assert not any(name in text for name in ordinary["account_id"].unique())
    assert not set(ordinary["case_id"]) & set(text.replace(",", " ").split())
    assert not any(f"{t:%H:%M:%S}" in text for t in ordinary["posted_at"])
    assert len(printed.cells) == 4 * 3
    assert [at for at, _ in printed.groups] == [0, 3, 6, 9]
    assert "evenly by date" in printed.notes[0]
    case = found.cases.sort_values(["posted_at", "case_id"], kind="stable")["case_id"].iloc[0]
    near = found.precedents(case)
    assert [r[0] for r in printed.cells[:3]] == near["account"].tolist()
    assert printed.groups[0][1].startswith("case 1, 2020-")
    months = {r[1] for r in printed.cells}
    assert all(re.fullmatch(r"2020-\d\d", month) for month in months)


def test_a_class_that_holds_no_office_is_shown_by_numbers_even_in_a_named_docket() -> None:
    printed = docket_table(replace(asked(strata=["rule", "severity"]), named=True), most=5)
    assert all(re.fullmatch(r"case \d+", row[0]) for row in printed.cells)


def test_cases_of_hidden_strata_are_counted_and_not_printed() -> None:
    one = made()  # with two rules alone, every stratum would be needed to cover the rare one
    frame = pd.concat([one, one.assign(rule=one["rule"] + " again")], ignore_index=True)
    rare = (frame["rule"] == "spam") & (frame["severity"] == "high")
    few = sorted(frame.loc[frame["account_class"] == "ordinary", "account_id"].unique())[:20]
    frame = frame[~(rare & frame["account_id"].isin(few))].reset_index(drop=True)
    found = asked(frame, strata=["rule", "severity"], officials=["leader"])
    hidden = protection(found.comparison.study).hidden["reference"]["strata"]
    assert "spam · high" in hidden
    printed = docket_table(found, most=1000)
    (near,) = precedents_tables(found, most=1000)
    assert not hidden & {row[2] for row in printed.cells}
    assert not any(name in text for name in hidden for _, text in near.groups)
    left = int(found.cases["stratum"].isin(hidden).sum())
    said = f"{many(left, 'comparable case')} of strata in which"
    assert any(note.startswith(said) for note in printed.notes), printed.notes


def test_only_a_named_docket_prints_the_most_telling_cases_and_names_officials() -> None:
    frame = made().assign(account_class=made()["account_class"].replace("leader", "world_leader"))
    one = comparison(frame, focal="world_leader")
    (printed,) = precedents_tables(open_docket(one, named=True), most=2)
    assert all("leader-" in text for _, text in printed.groups)
    assert "furthest from its chance" in printed.notes[0]
    (printed,) = precedents_tables(open_docket(one), most=2)
    assert not any("leader-" in text for _, text in printed.groups)


def test_no_precedents_no_table() -> None:
    assert precedents_tables(open_docket(comparison(), precedents=0)) == []


def test_hostile_names_are_inert() -> None:
    names = list(HOSTILE.values())
    frame = made().copy()
    frame["account_id"] = [f"{names[i % len(names)]}{a}" for i, a in enumerate(frame["account_id"])]
    frame["rule"] = [names[i % 3] for i in range(len(frame))]
    found = open_docket(comparison(frame), named=True)
    shown = found._repr_html_() + str(docket_table(found).cells) + str(leaders_table(found).cells)
    assert not any(c in shown for c in "\u202e\u0000")
    assert "<script>" not in found._repr_html_()


def test_to_frame_is_a_copy() -> None:
    found = asked()
    copy = found.to_frame()
    copy.iloc[0, 0] = "changed"
    assert found.cases.iloc[0, 0] == "c0"


def test_a_long_name_of_a_class_leaves_its_accounts_apart() -> None:
    long = "officials_" + "x" * 290
    frame = made().assign(account_class=made()["account_class"].replace("leader", long))
    found = replace(asked(frame, focal=long), named=True)
    rows = leaders_table(found).cells
    assert len({row[0] for row in rows}) == len(rows) == 7
    assert all(re.search(r"account \d$", row[0]) for row in rows)
    assert all(re.search(r"account \d$", row[1]) for row in docket_table(found, most=5).cells)
