"""Around a policy change: known moves, what is left out, and no posts taken as independent."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question
from scipy import stats

from audit.numerals import points
from audit.questions import moved_gap
from audit.questions.base import ANSWER_COLUMNS, Answer
from audit.questions.calendar import begins, numbered, period_name
from audit.questions.policy_change import PolicyChange
from audit.study import Study, enroll

AT = "2020-07-01"
SIDES = ["Rate before the change, as found", "Rate after the change, as found"]
MOVED = "Change of the gap, account by account"
STEP = "Step at the change: ratio of rate ratios, over periods"


def monthly(
    leaders: int = 6,
    ordinary: int = 20,
    *,
    months: int = 12,
    rates: tuple[float, float, float, float] = (0.5, 0.2, 0.5, 0.5),
    n: int = 10,
    jitter: int = 0,
) -> pd.DataFrame:
    """Return counts per account and month: exact rates before and after July 2020, by class."""
    rng = np.random.default_rng(9)
    rows = []
    for name, accounts, before, after in (
        ("leader", leaders, *rates[:2]),
        ("ordinary", ordinary, *rates[2:]),
    ):
        for k in range(accounts):
            for m in range(months):
                acted = round(n * (after if m >= 6 else before))
                acted = int(np.clip(acted + rng.integers(-jitter, jitter + 1), 0, n))
                when = pd.Timestamp(2020 + m // 12, m % 12 + 1, 15, tz="UTC")
                for action, many in (("remove", acted), ("none", n - acted)):
                    if many:
                        rows.append((f"{name}-{k:02d}", name, action, when, many))
    names = ["account_id", "account_class", "action", "posted_at", "count"]
    return pd.DataFrame(rows, columns=names).assign(rule="abuse")


def study_of(frame: pd.DataFrame, **changes: Any) -> Study:
    given = {"policy_change": {"at": AT, "title": "A notice"}, "strata": [], **changes}
    return enroll(cases_of(frame), question(**given))


def asked(frame: pd.DataFrame, **changes: Any) -> Answer:
    return PolicyChange()(study_of(frame, **changes))


def row(answer: Answer, measure: str) -> pd.Series:
    return answer.frame.set_index("measure").loc[measure]


def noted(answer: Answer, text: str) -> bool:
    return any(text in note for note in answer.notes)


def test_it_is_asked_by_a_design_with_a_change_and_whatever_the_rules() -> None:
    assert not PolicyChange().asked(question())
    assert PolicyChange().asked(question(policy_change={"at": AT}))
    assert PolicyChange.despite_gates == ("rule regimes",)


def test_known_rates_give_known_moves() -> None:
    frame = monthly(n=40, jitter=1)
    answer = asked(frame)
    assert list(answer.frame.columns) == list(ANSWER_COLUMNS)
    acted = frame["count"].where(frame["action"] == "remove", 0)
    late = frame["posted_at"] >= pd.Timestamp(AT, tz="UTC")
    gaps = []
    for phase, measure in ((~late, SIDES[0]), (late, SIDES[1])):
        found = row(answer, measure)
        for group, name in (("focal", "leader"), ("reference", "ordinary")):
            mine = phase & (frame["account_class"] == name)
            assert found[group] == pytest.approx(acted[mine].sum() / frame["count"][mine].sum())
            assert found[f"n_{group}"] == frame["count"][mine].sum()
        gaps.append(found["estimate"])
        assert np.isnan(found["conf_low"])
    moved = row(answer, MOVED)
    # every account posts as much in every month, so the balanced panel is the difference of gaps
    assert moved["estimate"] == pytest.approx(gaps[1] - gaps[0])
    assert moved["conf_low"] < moved["estimate"] < moved["conf_high"] < 0
    assert (moved["n_focal_accounts"], moved["n_reference_accounts"]) == (6, 20)
    assert row(answer, STEP)["estimate"] == pytest.approx(0.4, rel=0.1)
    assert f"it moved by {points(moved['estimate'])} (95 % interval" in answer.says
    assert answer.charts == ("policy_change",)


def test_the_balanced_panel_is_welch_by_account() -> None:
    frame = monthly(jitter=3)
    moved = row(asked(frame), MOVED)
    acted = frame.assign(e=frame["count"].where(frame["action"] == "remove", 0))
    late = frame["posted_at"] >= pd.Timestamp(AT, tz="UTC")
    by = acted.groupby(["account_class", "account_id", late])[["e", "count"]].sum()
    rate = (by["e"] / by["count"]).unstack()  # noqa: PD010
    change = rate[True] - rate[False]
    book = stats.ttest_ind(change["leader"], change["ordinary"], equal_var=False)
    assert moved["estimate"] == pytest.approx(change["leader"].mean() - change["ordinary"].mean())
    spread = change.groupby("account_class").var() / change.groupby("account_class").size()
    arm = moved["conf_high"] - moved["estimate"]
    assert arm / np.sqrt(spread.sum()) == pytest.approx(stats.t.isf(0.025, book.df), rel=0.05)
    assert moved["p_value"] == pytest.approx(book.pvalue, abs=0.02)


def test_swapping_the_classes_flips_the_sign() -> None:
    frame = monthly(8, 12, jitter=2)
    a = asked(frame)
    b = asked(frame, focal="ordinary", reference="leader")
    assert row(b, MOVED)["estimate"] == pytest.approx(-row(a, MOVED)["estimate"])
    assert row(b, MOVED)["p_value"] == pytest.approx(row(a, MOVED)["p_value"])
    assert row(b, STEP)["estimate"] == pytest.approx(1 / row(a, STEP)["estimate"])
    assert row(b, STEP)["conf_low"] == pytest.approx(1 / row(a, STEP)["conf_high"])


def test_counts_are_repeated_rows_and_order_is_nothing() -> None:
    frame = monthly(6, 8, jitter=2, n=4)
    repeated = frame.loc[frame.index.repeat(frame["count"])].drop(columns="count")
    whole = asked(frame).frame
    for other in (repeated, frame.sample(frac=1, random_state=3)):
        pd.testing.assert_frame_equal(asked(other).frame, whole)


def test_sampling_weights_count() -> None:
    frame = monthly(6, 8, jitter=2)
    weighted = frame.assign(sampling_weight=np.where(frame["action"] == "remove", 3.0, 1.0))
    found = row(asked(weighted), SIDES[0])
    plain = row(asked(frame), SIDES[0])
    p = plain["focal"]
    assert found["focal"] == pytest.approx(3 * p / (3 * p + 1 - p))
    assert found["n_focal"] == plain["n_focal"]
    same = asked(frame.assign(sampling_weight=5.0))
    numbers = ["estimate", "conf_low", "conf_high", "p_value"]
    pd.testing.assert_frame_equal(same.frame[numbers], asked(frame).frame[numbers])


def test_the_period_that_holds_the_change_is_left_out_and_counted() -> None:
    whole = asked(monthly(jitter=1))
    assert not noted(whole, "falls inside")
    torn = asked(monthly(jitter=1), policy_change={"at": "2020-07-10"})
    assert noted(torn, "The change falls inside a month: its 260 posts are left out")
    series = torn.figures["series"]
    assert series.loc[series["phase"] == "change", "period"].tolist() == ["2020-07"] * 2
    assert not series.loc[series["phase"] == "change", "compared"].any()
    assert row(torn, SIDES[1])["n_focal"] == row(whole, SIDES[1])["n_focal"] - 60


def test_the_series_hold_every_post_and_the_lines() -> None:
    frame = monthly(n=40, jitter=1)
    series = asked(frame).figures["series"]
    assert series["n"].sum() == frame["count"].sum()
    assert series["events"].sum() == frame.loc[frame["action"] == "remove", "count"].sum()
    late = series["phase"] == "after"
    assert series.loc[~late, "counterfactual"].isna().all()
    focal = series[(series["group"] == "focal") & late]
    step = (focal["fitted"] / focal["counterfactual"]).to_numpy()
    assert step == pytest.approx(step[0])
    assert step[0] == pytest.approx(0.4, rel=0.1)
    # quasi-Poisson with a level on either side: fitted events add up on each side
    for _, part in series.groupby(["group", "phase"]):
        assert (part["fitted"] * part["weight"]).sum() == pytest.approx(part["events"].sum())


def test_posts_without_a_date_and_lone_months_are_counted() -> None:
    frame = monthly(jitter=1)
    frame.loc[frame.index[:3], "posted_at"] = pd.NaT
    n = int(frame.loc[frame.index[:3], "count"].sum())
    assert noted(asked(frame), f"{n} posts without a date of posting are left out.")
    gone = (frame["account_class"] == "ordinary") & (frame["posted_at"].dt.month == 3)
    answer = asked(frame[~gone])
    assert noted(answer, "1 month with posts of one class only (60 posts)")
    assert noted(answer, "gap(s) in time")


def test_without_dates_or_with_few_periods_it_is_barred_in_words() -> None:
    bare = asked(monthly().drop(columns="posted_at"))
    assert bare.barred == "The cases do not record when posts were made."
    assert bare.frame.empty
    few = asked(monthly(months=9))
    assert "6 months before 2020-07-01 and 3 months after it; 4 on either side" in few.barred
    outside = asked(monthly(), policy_change={"at": "2030-01-01"})
    assert "12 months before 2030-01-01 and 0 months after" in outside.barred
    every = asked(monthly().assign(posted_at=pd.Series(pd.NaT, dtype="datetime64[us, UTC]")))
    assert "0 months before" in every.barred


@pytest.mark.parametrize("leaders", [1, 4])
def test_few_focal_accounts_give_a_description_and_a_rank(leaders: int) -> None:
    answer = asked(monthly(leaders, 10, jitter=2))
    limits = answer.frame[["conf_low", "conf_high", "p_value"]].to_numpy(float)
    assert np.isnan(limits).all()
    assert np.isfinite(row(answer, MOVED)["estimate"])
    assert np.isfinite(row(answer, STEP)["estimate"])
    assert noted(answer, "This is a rank, no p-value")
    assert noted(answer, "points without limits")
    assert "no interval can claim a sampling of accounts" in answer.says
    events = answer.figures["event_study"]
    assert events[["conf_low", "conf_high", "std_error"]].isna().all(axis=None)


def test_a_placebo_needs_accounts_of_like_volume() -> None:
    frame = monthly(2, 10, jitter=2)
    loud = frame["account_class"] == "leader"
    frame.loc[loud, "count"] *= 10
    assert noted(asked(frame), "No reference account has about as many posts")


def test_rows_without_accounts_are_points_only() -> None:
    frame = monthly(jitter=1)
    frame["account_id"] = pd.Series(None, index=frame.index, dtype="str")
    cases = cases_of(frame.assign(account_id="x"))
    from dataclasses import replace

    bare = replace(cases, frame=cases.frame.assign(account_id=frame["account_id"].to_numpy()))
    answer = PolicyChange()(enroll(bare, question(policy_change={"at": AT}, strata=[])))
    assert MOVED not in set(answer.frame["measure"])
    assert "posts carry no account" in answer.says
    assert answer.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert (answer.frame[["n_focal_accounts", "n_reference_accounts"]] == 0).all(axis=None)


def test_a_class_never_acted_on_has_no_ratio_and_says_why() -> None:
    answer = asked(monthly(rates=(0.0, 0.0, 0.5, 0.5)))
    assert STEP not in set(answer.frame["measure"])
    assert noted(answer, "the focal class has no events before the start")
    assert answer.figures["series"]["fitted"].isna().all()
    assert row(answer, MOVED)["estimate"] == pytest.approx(0.0, abs=1e-12)
    nothing = asked(monthly(rates=(0.0, 0.0, 0.0, 0.0)))
    assert row(nothing, MOVED)["estimate"] == 0
    assert np.isnan(row(nothing, MOVED)["conf_low"])
    assert "no unit departs" in nothing.says


def test_accounts_on_one_side_only_cannot_be_followed() -> None:
    frame = monthly(jitter=1)
    late = frame["posted_at"] >= pd.Timestamp(AT, tz="UTC")
    leader = frame["account_class"] == "leader"
    frame.loc[leader & late, "account_id"] += "-new"
    answer = asked(frame)
    assert "no account of one class posted both before and after" in answer.says
    assert MOVED not in set(answer.frame["measure"])


def test_a_changing_mix_of_posts_is_no_change_of_treatment() -> None:
    """Leaders move from the mild rule to the grave one; within each rule nothing changes."""
    rows = []
    for name, accounts in (("leader", 8), ("ordinary", 20)):
        for k in range(accounts):
            for m in range(12):
                grave = 8 if name == "leader" and m >= 6 else 2
                for rule, n, acted in (("mild", 10 - grave, 0), ("grave", grave, grave)):
                    when = pd.Timestamp(2020, m + 1, 3 + k % 20, tz="UTC")
                    for action, many in (("remove", acted), ("none", n - acted)):
                        if many:
                            rows.append((f"{name}-{k}", name, action, when, many, rule))
    names = ["account_id", "account_class", "action", "posted_at", "count", "rule"]
    frame = pd.DataFrame(rows, columns=names)
    assert row(asked(frame, primary="raw"), MOVED)["estimate"] == pytest.approx(0.6)
    alike = asked(frame, strata=["rule"])
    assert row(alike, MOVED)["estimate"] == pytest.approx(0.0, abs=1e-12)
    assert "among like cases" in alike.says


def test_a_change_of_rules_leaves_the_question_open() -> None:
    frame = monthly(jitter=1)
    frame["regime"] = np.where(frame["posted_at"] < pd.Timestamp(AT, tz="UTC"), "2019", "2020")
    study = study_of(frame)
    assert not study.admissible
    assert {g.name for g in study.gates if g.kind == "hard"} <= set(PolicyChange.despite_gates)
    assert row(PolicyChange()(study), MOVED)["estimate"] == pytest.approx(-0.3, abs=0.05)


def test_no_change_is_seldom_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """20 runs of accounts with rates of their own; the bound is passed by chance once in 1,000."""
    monkeypatch.setattr(moved_gap, "DRAWS", 1)
    rng = np.random.default_rng(12)
    when = [pd.Timestamp(2020, m + 1, 15, tz="UTC") for m in range(12)]
    moved = step = 0
    for _ in range(20):
        rows = []
        for name, accounts, posts in (("leader", 6, 4), ("ordinary", 25, 2)):
            for k in range(accounts):
                p = rng.beta(2, 6)
                for m in range(12):
                    acted = int(rng.binomial(posts, p))
                    for action, many in (("remove", acted), ("none", posts - acted)):
                        if many:
                            rows.append((f"{name}-{k}", name, action, when[m], many))
        names = ["account_id", "account_class", "action", "posted_at", "count"]
        answer = asked(pd.DataFrame(rows, columns=names).assign(rule="abuse"))
        moved += row(answer, MOVED)["p_value"] <= 0.05
        step += row(answer, STEP)["p_value"] <= 0.05
    most = stats.binom.isf(0.001, 20, 0.05)
    assert moved <= most
    assert step <= most


def test_hostile_names_are_made_visible() -> None:
    frame = monthly(jitter=1)
    frame["account_id"] = frame["account_id"] + HOSTILE["override"] + HOSTILE["nul"]
    title = HOSTILE["override"] + HOSTILE["html"]
    answer = asked(frame, policy_change={"at": AT, "title": title})
    said = " ".join([answer.title, answer.says, *answer.notes])
    assert "\u202e" not in said
    assert "leader-0" not in said
    assert "<script" not in answer._repr_html_()


@pytest.mark.parametrize("word", ["because", "due to", "caused", "times higher", "lenient"])
def test_no_word_goes_beyond_the_numbers(word: str) -> None:
    answer = asked(monthly(jitter=1))
    assert word not in " ".join([answer.title, answer.says, *answer.notes]).lower()


@pytest.mark.parametrize(
    ("per", "when", "name", "first"),
    [
        ("week", "2020-01-05T23:59:59Z", "week of 2019-12-30", "2019-12-30"),
        ("month", "2020-02-29T00:00:00Z", "2020-02", "2020-02-01"),
        ("quarter", "2020-06-30T23:00:00Z", "2020 Q2", "2020-04-01"),
        ("year", "1969-12-31T23:00:00Z", "1969", "1969-01-01"),
    ],
)
def test_periods_are_those_of_the_calendar_in_utc(
    per: str, when: str, name: str, first: str
) -> None:
    number = int(numbered(pd.to_datetime(pd.Series([when], index=[7]), utc=True), per).loc[7])
    assert period_name(number, per) == name
    assert begins(number, per) == pd.Timestamp(first, tz="UTC")
    after = int(numbered(pd.Series([begins(number + 1, per)]), per).iloc[0])
    assert after == number + 1
