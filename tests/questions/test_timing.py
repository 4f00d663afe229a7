"""How long posts stood: the clock, what ends it, the mean hours by account, and the curve."""

from __future__ import annotations

from dataclasses import replace
from math import inf, isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.claims import NEVER
from audit.comparison import compare
from audit.errors import EstimationError, SupportError
from audit.estimators.duration import kaplan_meier, restricted_mean, restricted_mean_contrast
from audit.questions.followed import CURVE, MOST_STEPS, curve, on_the_clock
from audit.questions.hours import Followed, hours, mean_hours_gap, to_focal_mix
from audit.questions.timing import MEDIAN_ACTED, MEDIAN_ALL, Timing
from audit.sources.simulated import Simulated
from audit.study import enroll

START = pd.Timestamp("2020-01-01", tz="UTC")
TIMED = {"within_hours": [24, 72], "restricted_mean_hours": 100}
MEAN = "mean hours without action in the first 100 hours"


def waits(
    seed: int = 1,
    *,
    leaders: int = 8,
    ordinary: int = 30,
    posts: int = 15,
    rates: tuple[float, float] = (0.01, 0.03),
    until: float = 240.0,
) -> pd.DataFrame:
    """Return posts that meet removal at an hourly rate by class, watched for `until` hours."""
    rng = np.random.default_rng(seed)
    rows = []
    for name, accounts, rate in (("leader", leaders, rates[0]), ("ordinary", ordinary, rates[1])):
        for k in range(accounts):
            own = rate * rng.gamma(4, 1 / 4)
            for _ in range(posts):
                wait = rng.exponential(1 / own) if own else inf
                acted = wait < until
                posted = START + pd.Timedelta(hours=float(rng.integers(0, 1000)))
                rows.append(
                    {
                        "account_id": f"{name}-{k}",
                        "account_class": name,
                        "rule": ("abuse", "spam")[int(rng.random() < 0.4)],
                        "action": "remove" if acted else "none",
                        "posted_at": posted,
                        "acted_at": posted + pd.Timedelta(hours=wait) if acted else pd.NaT,
                        "observed_until": posted + pd.Timedelta(hours=until),
                    }
                )
    frame = pd.DataFrame(rows)
    frame["acted_at"] = pd.to_datetime(frame["acted_at"], utc=True)
    return frame


def study_of(frame: pd.DataFrame, **changes: Any) -> Any:
    given = {"timing": TIMED, **changes}
    return enroll(cases_of(frame), question(**given))


def answered(frame: pd.DataFrame, **changes: Any) -> Any:
    return Timing()(study_of(frame, **changes))


def measure(found: Any, name: str) -> Any:
    return found.frame.set_index("measure").loc[name]


RAW: dict[str, Any] = {"strata": [], "primary": "raw"}


def columns(frame: pd.DataFrame) -> tuple[Any, Any, Any]:
    """Return hours watched, whether acted on, and the focal flag, straight from the table."""
    acted = frame["action"] == "remove"
    end = frame["acted_at"].where(acted, frame["observed_until"])
    time = (end - frame["posted_at"]).dt.total_seconds() / 3600
    return time.to_numpy(), acted.to_numpy(), (frame["account_class"] == "leader").to_numpy()


# the measures ---------------------------------------------------------------------------------


def test_one_stratum_and_like_accounts_are_the_published_contrast() -> None:
    frame = waits()
    time, event, focal = columns(frame)
    theirs = restricted_mean_contrast(
        time, event.astype(int), focal, tau=100, cluster=frame["account_id"]
    )
    row = measure(answered(frame, **RAW), MEAN)
    for column in ("estimate", "conf_low", "conf_high", "p_value"):
        assert row[column] == pytest.approx(getattr(theirs, column), rel=1e-9)
    assert row["focal"] == pytest.approx(
        restricted_mean(time[focal], event[focal], tau=100).estimate
    )


def test_each_window_is_the_comparison_of_that_outcome() -> None:
    frame = waits()
    found = answered(frame)
    for h in (24, 72):
        outcome = {"at_least": "remove", "acted_within_hours": h}
        theirs = compare(study_of(frame, outcome=outcome), using=["standardised"]).primary()
        row = measure(found, f"acted on within {h} hours")
        assert row["estimate"] == pytest.approx(theirs.estimate)
        assert (row["conf_low"], row["p_value"]) == pytest.approx((theirs.conf_low, theirs.p_value))


def test_the_design_s_own_window_does_not_cut_the_clock() -> None:
    frame = waits()
    a = answered(frame)
    b = answered(frame, outcome={"at_least": "remove", "acted_within_hours": 10})
    pd.testing.assert_frame_equal(a.frame, b.frame)
    pd.testing.assert_frame_equal(a.figures["curve"], b.figures["curve"])


def test_medians_of_the_acted_and_of_all() -> None:
    frame = waits(rates=(0.002, 0.05))
    time, event, focal = columns(frame)
    found = answered(frame, **RAW)
    row = measure(found, MEDIAN_ACTED)
    acted = np.sort(time[focal & event])
    assert row["focal"] == pytest.approx(acted[(len(acted) - 1) // 2])
    assert row["n_focal"] == event[focal].sum()
    every = measure(found, MEDIAN_ALL)
    line = kaplan_meier(time[~focal], event[~focal].astype(int))
    assert every["reference"] == pytest.approx(line.loc[line["survival"] <= 0.5, "time"].iloc[0])
    assert isnan(every["focal"])
    assert "Half of leader posts acted on: not reached while they were watched." in found.notes


def test_the_curve_is_kaplan_meier_and_counts_who_is_watched() -> None:
    frame = waits()
    time, event, focal = columns(frame)
    drawn = answered(frame, **RAW).figures["curve"]
    assert tuple(drawn) == CURVE
    line = drawn[drawn["group"] == "focal"]
    theirs = kaplan_meier(time[focal], event[focal].astype(int))
    at = np.searchsorted(theirs["time"], line["hours"] + 1e-9, side="right")
    shares = np.concatenate([[1.0], theirs["survival"]])[at]
    assert line["still_visible"].to_numpy() == pytest.approx(shares)
    watched = [(time[focal] >= h).sum() for h in line["hours"]]
    assert line["n_at_risk"].tolist() == watched
    assert {0.0, 24.0, 72.0, 100.0} <= set(line["hours"])
    long = waits(leaders=40, posts=30, rates=(0.05, 0.05))
    few = answered(long, **RAW).figures["curve"].groupby("group").size()
    assert few.max() <= MOST_STEPS + 20


def test_swapping_the_classes_flips_the_sign() -> None:
    frame = waits(leaders=15, ordinary=15)
    a = answered(frame, **RAW).frame
    b = answered(frame, **RAW, focal="ordinary", reference="leader").frame
    assert a["estimate"].to_numpy() == pytest.approx(-b["estimate"].to_numpy(), nan_ok=True)
    assert measure(answered(frame, **RAW), MEAN)["conf_low"] == pytest.approx(
        -b.set_index("measure").loc[MEAN, "conf_high"]
    )


def test_the_order_of_rows_changes_nothing() -> None:
    frame = waits()
    mixed = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    a, b = answered(frame), answered(mixed)
    pd.testing.assert_frame_equal(a.frame, b.frame, rtol=1e-9)
    pd.testing.assert_frame_equal(a.figures["curve"], b.figures["curve"], rtol=1e-9)


def test_counts_are_repeated_rows() -> None:
    frame = waits(leaders=6, ordinary=8, posts=5)
    times = np.arange(len(frame)) % 3 + 1
    repeated = frame.loc[frame.index.repeat(times)].reset_index(drop=True)
    counted = frame.assign(count=times)
    a, b = answered(repeated), answered(counted)
    pd.testing.assert_frame_equal(a.frame, b.frame, rtol=1e-9)
    pd.testing.assert_frame_equal(a.figures["curve"], b.figures["curve"], rtol=1e-9)


def test_sampling_weights_are_weights_of_the_curve() -> None:
    frame = waits()
    heavy = (np.arange(len(frame)) % 3 + 1).astype(float)
    time, event, focal = columns(frame)
    row = measure(answered(frame.assign(sampling_weight=heavy), **RAW), MEAN)
    theirs = restricted_mean(time[focal], event[focal], tau=100, weights=heavy[focal])
    assert row["focal"] == pytest.approx(theirs.estimate)


def test_like_is_compared_with_like() -> None:
    """Leaders post mostly spam, which stands longer for everyone; like for like nothing differs."""
    rng = np.random.default_rng(5)
    rows = []
    for name, accounts, spam in (("leader", 12, 0.8), ("ordinary", 60, 0.2)):
        part = waits(int(rng.integers(1e6)), leaders=accounts, ordinary=0, rates=(1.0, 1.0))
        kind = rng.random(len(part)) < spam
        wait = rng.exponential(np.where(kind, 200.0, 30.0))
        hit = wait < 240
        rows.append(
            part.assign(
                account_id=[f"{name}-{a}" for a in part["account_id"]],
                account_class=name,
                rule=np.where(kind, "spam", "abuse"),
                action=np.where(hit, "remove", "none"),
                acted_at=(part["posted_at"] + pd.to_timedelta(wait, unit="h")).where(hit),
            )
        )
    frame = pd.concat(rows, ignore_index=True)
    for c in ("account_id", "account_class", "rule", "action"):
        frame[c] = frame[c].astype("str")
    plain, like = measure(answered(frame, **RAW), MEAN), measure(answered(frame), MEAN)
    assert plain["conf_low"] > 10
    assert like["conf_low"] < 0 < like["conf_high"]
    assert like["focal"] == pytest.approx(plain["focal"])


# the clock ------------------------------------------------------------------------------------


def test_the_report_starts_the_clock_where_there_is_one() -> None:
    frame = waits()
    later = frame["posted_at"] + pd.Timedelta(hours=2)
    half = later.where(frame.index % 2 == 0)
    found = on_the_clock(study_of(frame.assign(reported_at=half)))
    plain = on_the_clock(study_of(frame))
    moved = plain.frame["hours"] - found.frame["hours"]
    early = (plain.frame["hours"] < 2) & (frame.index % 2 == 0)
    assert moved[~early].to_numpy() == pytest.approx(
        np.where(frame.index[~early] % 2 == 0, 2.0, 0.0)
    )
    assert (found.frame.loc[early, "hours"] == 0).all()
    assert "the report" in found.clock
    assert plain.clock == "the post"
    assert any(f"{early.sum()} posts acted on before the report" in n for n in found.notes)


def test_what_is_left_out_or_supposed_is_counted() -> None:
    frame = waits(until=50)
    acted, quiet = (np.flatnonzero(frame["action"] == a) for a in ("remove", "none"))
    frame.loc[acted[:3], "acted_at"] = pd.NaT
    frame.loc[quiet[:4], "observed_until"] = pd.NaT
    frame.loc[acted[5:7], "posted_at"] = pd.NaT
    found = on_the_clock(study_of(frame))
    said = " ".join(found.notes)
    assert "3 posts acted on at a time that is not recorded, left out" in said
    assert "4 posts not acted on, without a last look" in said
    assert "2 posts left out: neither report nor post has a time" in said
    assert len(found.frame) == len(frame) - 5
    last = max(frame[c].max() for c in ("posted_at", "acted_at", "observed_until"))
    taken = (last - frame.loc[quiet[0], "posted_at"]).total_seconds() / 3600
    assert found.frame.loc[quiet[0], "hours"] == pytest.approx(taken)


def test_deletions_stay_at_risk_and_bound_the_difference() -> None:
    frame = waits()
    quiet = np.flatnonzero((frame["action"] == "none") & (frame["account_class"] == "leader"))
    ended = pd.Series("still_up", index=frame.index)
    ended[frame["action"] == "remove"] = "enforcement"
    plain = answered(frame.assign(ended_by=ended.astype("str")), **RAW)
    ended[quiet[:6]] = "deleted_by_author"
    found = answered(frame.assign(ended_by=ended.astype("str")), **RAW)
    pd.testing.assert_frame_equal(found.frame, plain.frame)
    curve_ = found.figures["curve"]
    focal = curve_[curve_["group"] == "focal"]
    n = int((frame["account_class"] == "leader").sum())
    assert focal["deleted"].unique() == pytest.approx(6 / n)
    gap = focal["still_visible"] - focal["still_visible_low"]
    assert gap.to_numpy() == pytest.approx(6 / n)
    bounds = next(n for n in found.notes if "deleted count as gone at once" in n)
    row = measure(found, MEAN)
    low = row["estimate"] - 6 / n * 100  # all six stood to the horizon, and had 100 hours
    assert f"between {hours(low, signed=True)} and {hours(row['estimate'], signed=True)}" in bounds
    assert "6 posts deleted by the author" in " ".join(found.notes)
    assert "deleted count as gone" not in " ".join(plain.notes)


def test_without_a_last_look_the_table_s_last_time_censors() -> None:
    frame = waits().drop(columns="observed_until")
    found = answered(frame)
    assert any("taken as watched to the last time in the table" in n for n in found.notes)
    assert np.isfinite(measure(found, MEAN)["estimate"])


def test_what_cannot_be_answered_says_why() -> None:
    frame = waits()
    assert "no column ‘acted_at’" in answered(frame.drop(columns="acted_at"), timing={}).barred
    both = frame.drop(columns=["acted_at", "posted_at"])
    found = answered(both, timing={"restricted_mean_hours": 10})
    assert "no column ‘posted_at’ and no column ‘acted_at’" in found.barred
    back = answered(frame.assign(reversed=False), outcome={"reversed": True}, timing={})
    assert "no column ‘reversed_at’, so hours from action to reversal" in back.barred
    nothing = frame.assign(posted_at=frame["posted_at"].where(frame["account_class"] != "leader"))
    assert "No leader post is left" in answered(nothing, timing={}).barred


def test_a_horizon_beyond_the_last_look_is_a_note() -> None:
    found = answered(waits(until=60), timing={"restricted_mean_hours": 100})
    assert MEAN not in set(found.frame["measure"])
    assert any("beyond the last look at a class; allowed: at most 60" in n for n in found.notes)


def test_no_event_and_all_at_once() -> None:
    none = answered(waits(rates=(0.0, 0.0)))
    row = measure(none, MEAN)
    assert (row["focal"], row["reference"], row["estimate"]) == (100, 100, 0)
    assert isnan(row["conf_low"])
    assert any("no spread before the horizon" in n for n in none.notes)
    assert "No leader and no ordinary post was acted on at a known time." in none.says
    assert (none.figures["curve"]["still_visible"] == 1).all()
    one = waits(rates=(0.0, 0.05))
    assert isnan(measure(answered(one), MEAN)["conf_low"])
    frame = waits(rates=(1.0, 1.0), until=1000)
    frame["acted_at"] = frame["posted_at"]
    at_once = answered(frame)
    assert measure(at_once, MEAN)["focal"] == 0
    assert measure(at_once, MEDIAN_ALL)["focal"] == 0


@pytest.mark.parametrize("leaders", [1, 4])
def test_few_focal_accounts_give_points_only(leaders: int) -> None:
    found = answered(waits(leaders=leaders, posts=40))
    assert found.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert any("no interval can claim a sampling" in n for n in found.notes)
    assert "(no interval)" in found.says


def test_rows_without_accounts_give_points_only() -> None:
    cases = cases_of(waits().assign(count=1))
    held = cases.frame.copy()
    held.loc[:4, "account_id"] = None
    found = Timing()(enroll(replace(cases, frame=held), question(timing=TIMED)))
    assert found.frame["conf_low"].isna().all()
    assert np.isfinite(measure(found, MEAN)["estimate"])
    assert found.frame["n_focal_accounts"].eq(0).all()


def test_hostile_names_stay_out_of_the_words() -> None:
    names = [*HOSTILE.values()]
    frame = waits()
    frame["rule"] = pd.Series([names[i % 2] for i in range(len(frame))], dtype="str")
    frame["account_id"] = frame["account_id"] + HOSTILE["override"]
    text = str(answered(frame))
    assert not any(c in text for c in "\u202e\x00")
    assert "<script>" not in text
    assert not [w for w in NEVER if w in text.lower()]


def test_a_design_that_asks_no_hours_still_has_medians() -> None:
    found = answered(waits(), timing={})
    assert found.frame["measure"].tolist() == [MEDIAN_ACTED, MEDIAN_ALL]
    assert found.charts == ("still_visible",)


def test_the_simulated_platform_is_as_fast_for_both_and_acts_less_on_leaders() -> None:
    """Waits do not depend on class (simuland.observe); shares acted on do."""
    design = question(
        focal="world_leader",
        population={"violating": ["yes"]},
        strata=["rule", "severity", "language"],
        timing={"restricted_mean_hours": 168},
    )
    found = Timing()(enroll(Simulated().load(), design))
    acted = measure(found, MEDIAN_ACTED)
    assert abs(acted["estimate"]) < 4
    row = measure(found, "mean hours without action in the first 168 hours")
    assert row["conf_low"] > 0


def test_it_is_asked_by_the_design() -> None:
    assert Timing().asked(question(timing={}))
    assert not Timing().asked(question())


# by account -----------------------------------------------------------------------------------


def followed(seed: int, *, k: int = 25, strata: int = 3) -> Followed:
    rng = np.random.default_rng(seed)
    account = np.repeat(np.arange(2 * k), rng.integers(5, 25, 2 * k))
    time = rng.exponential(40, len(account)) * rng.gamma(5, 0.2, 2 * k)[account]
    end = rng.uniform(30, 150, len(account))
    return Followed(
        hours=np.minimum(time, end),
        event=time <= end,
        weight=rng.integers(1, 3, len(account)).astype(float),
        account=account,
        stratum=rng.integers(0, strata, len(account)),
        focal=account < k,
    )


def kept(rows: Followed, which: Any) -> Followed:
    names = ("hours", "event", "weight", "account", "stratum", "focal")
    return Followed(**{n: getattr(rows, n)[which] for n in names})


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_variance_is_near_that_of_leaving_out_accounts(seed: int) -> None:
    """Influences are the first order of it: within 10 % for 25 accounts a class."""
    rows = followed(seed)
    found = mean_hours_gap(rows, tau=60)
    variance = 0.0
    for side in (rows.focal, ~rows.focal):
        names = np.unique(rows.account[side])
        left = [mean_hours_gap(kept(rows, rows.account != a), tau=60).estimate for a in names]
        k = len(names)
        variance += (k - 1) / k * float(((np.array(left) - found.estimate) ** 2).sum())
    assert found.std_error == pytest.approx(np.sqrt(variance), rel=0.1)


@given(st.integers(0, 10_000))
@settings(deadline=None, max_examples=25)
def test_one_stratum_is_the_published_estimate(seed: int) -> None:
    rows = followed(seed, k=4, strata=1)
    theirs = restricted_mean_contrast(
        rows.hours, rows.event * 1, rows.focal, tau=25, weights=rows.weight, cluster=rows.account
    )
    assert mean_hours_gap(rows, tau=25).estimate == pytest.approx(theirs.estimate)


def test_the_reference_is_weighted_to_the_focal_mix() -> None:
    rows = followed(4)
    weight = to_focal_mix(rows)
    for s in range(3):
        here = rows.stratum == s
        ours, theirs = (weight[here & side].sum() for side in (rows.focal, ~rows.focal))
        assert ours == pytest.approx(theirs)


def test_a_horizon_or_a_class_that_is_not_there_is_refused() -> None:
    rows = followed(4)
    with pytest.raises(EstimationError, match="9999 hours are beyond the last look"):
        mean_hours_gap(rows, tau=9999)
    with pytest.raises(SupportError, match="a class has no posts"):
        mean_hours_gap(kept(rows, rows.focal), tau=10)


def test_coverage_by_account_where_accounts_differ() -> None:
    """300 draws at 95 %: fewer than 272 hits would have a chance below 0.001."""
    rng = np.random.default_rng(7)
    hits = 0
    for _ in range(300):
        account = np.repeat(np.arange(40), 12)
        stratum = rng.integers(0, 2, len(account))
        scale = rng.gamma(4, 0.25, 40)[account] * np.where(stratum == 1, 60.0, 20.0)
        time = rng.exponential(scale)
        rows = Followed(
            np.minimum(time, 50.0), time <= 50, np.ones(len(time)), account, stratum, account < 10
        )
        found = mean_hours_gap(rows, tau=48)
        hits += found.conf_low <= 0 <= found.conf_high
    assert hits >= 272


def test_hours_are_said() -> None:
    said = [hours(v, signed=True) for v in (1, 23.44, -1204, 0, -0.01, 5, inf)]
    assert said == [
        "+1 hour",
        "+23.4 hours",
        "−1,204 hours",
        "0 hours",
        "0 hours",
        "+5 hours",
        "not known",
    ]
    assert hours(168) == "168 hours"


def test_the_curve_can_be_drawn_without_a_horizon() -> None:
    posts = on_the_clock(study_of(waits()))
    drawn = curve(posts, {"focal": "leader", "reference": "ordinary"})
    assert drawn.groupby("group")["hours"].is_monotonic_increasing.all()
