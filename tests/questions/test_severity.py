"""How far up the ladder: each rung is the contrast of its own study, and the order of all."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question

from audit.claims import NEVER
from audit.comparison import compare
from audit.estimators.severity import rungs as plain_rungs
from audit.estimators.severity import softer_rung
from audit.questions.severity import PLACE, SOFTER, Severity
from audit.schema import Ladder
from audit.study import enroll

LADDER = ("none", "label", "restrict", "remove", "lock", "suspend", "ban")


def ladder_cases(
    seed: int = 1,
    *,
    leaders: int = 10,
    ordinary: int = 40,
    posts: int = 12,
    shares: tuple[Any, Any] = ((0.6, 0.2, 0.0, 0.2), (0.3, 0.2, 0.0, 0.5)),
    **more: Any,
) -> Any:
    """Return cases whose actions are none, label, restrict or remove with the shares given."""
    rng = np.random.default_rng(seed)
    rows = [
        {
            "account_id": f"{name}-{k}",
            "account_class": name,
            "rule": ("abuse", "spam")[int(rng.random() < 0.4)],
            "action": LADDER[int(rng.choice(4, p=share))],
        }
        for name, accounts, share in (
            ("leader", leaders, shares[0]),
            ("ordinary", ordinary, shares[1]),
        )
        for k in range(accounts)
        for _ in range(posts)
    ]
    return cases_of(pd.DataFrame(rows).assign(**more))


def answered(cases: Any, **changes: Any) -> Any:
    return Severity()(enroll(cases, question(severity=True, **changes)))


def test_every_rung_is_the_comparison_s_own() -> None:
    cases = ladder_cases()
    study = enroll(cases, question(severity=True))
    found, theirs = Severity()(study).frame, compare(study, using=["standardised"]).rungs()
    ours = found[found["unit"] == "points"].reset_index(drop=True)
    assert ours["measure"].tolist() == [
        "label or stricter",
        "restrict or stricter",
        "remove or stricter",
    ]
    for column in ("estimate", "conf_low", "conf_high"):
        assert ours[column].to_numpy() == pytest.approx(theirs[column].to_numpy()[:3])
    assert ours["focal"].to_numpy() == pytest.approx(theirs["observed"].to_numpy()[:3])


def test_one_stratum_is_the_plain_gap_at_every_rung() -> None:
    cases = ladder_cases()
    found = answered(cases, strata=[], primary="raw").frame
    level = cases.ladder.rank(cases.frame["action"])
    focal = (cases.frame["account_class"] == "leader").to_numpy()
    plain = plain_rungs(level[focal], level[~focal])
    ours = found.loc[found["unit"] == "points", "estimate"].to_numpy()
    assert ours == pytest.approx(plain["difference"].to_numpy(), abs=1e-12)


def test_the_order_of_actions_is_that_of_the_estimator() -> None:
    cases = ladder_cases()
    frame = answered(cases).frame.set_index("measure")
    level = cases.ladder.rank(cases.frame["action"]).astype(float)
    focal = (cases.frame["account_class"] == "leader").to_numpy()
    names = cases.frame["account_id"].to_numpy(object)
    theirs = softer_rung(
        level[focal],
        level[~focal],
        cluster=(names[focal], names[~focal]),
        seed=question().seed,
    )
    row = frame.loc[SOFTER]
    assert row["estimate"] == pytest.approx(theirs.estimate)
    assert (row["conf_low"], row["p_value"]) == pytest.approx((theirs.conf_low, theirs.p_value))
    assert row["estimate"] > 0.55
    place = frame.loc[PLACE]
    assert place["focal"] == pytest.approx(level[focal][level[focal] > 0].mean())
    assert place["estimate"] == pytest.approx(place["focal"] - place["reference"])
    assert isnan(place["conf_low"])


def test_swapping_the_classes_flips_the_order() -> None:
    cases = ladder_cases(leaders=20, ordinary=20)
    a = answered(cases, strata=[], primary="raw").frame
    b = answered(cases, strata=[], primary="raw", focal="ordinary", reference="leader").frame
    points = a["unit"] == "points"
    assert a.loc[points, "estimate"].to_numpy() == pytest.approx(-b.loc[points, "estimate"])
    first, second = (x.set_index("measure").loc[SOFTER] for x in (a, b))
    assert first["estimate"] == pytest.approx(1 - second["estimate"])
    assert first["conf_low"] == pytest.approx(1 - second["conf_high"])


def test_counts_are_repeated_rows() -> None:
    cases = ladder_cases(leaders=6, ordinary=8, posts=6)
    grouped = cases.frame.groupby(
        ["account_id", "account_class", "rule", "action"], as_index=False
    ).size()
    counted = cases_of(grouped.rename(columns={"size": "count"}))
    a, b = answered(cases), answered(counted)
    pd.testing.assert_frame_equal(a.frame, b.frame, rtol=1e-12)
    pd.testing.assert_frame_equal(a.figures["rungs_met"], b.figures["rungs_met"])


def test_weights_are_respected_where_they_can_be_and_said_where_not() -> None:
    cases = ladder_cases()
    heavy = (np.arange(len(cases.frame)) % 3 + 1).astype(float)
    found = answered(cases_of(cases.frame.assign(sampling_weight=heavy)))
    row = found.frame.set_index("measure").loc[SOFTER]
    assert isnan(row["estimate"])
    assert "knows no sampling weights" in row["method"]
    assert any("left out" in n for n in found.notes)
    hit = (cases.frame["account_class"] == "leader") & (cases.frame["action"] != "none")
    level = cases.ladder.rank(cases.frame["action"])
    mean = np.average(level[hit], weights=heavy[hit])
    assert found.frame.set_index("measure").loc[PLACE, "focal"] == pytest.approx(mean)


@pytest.mark.parametrize("leaders", [1, 4])
def test_few_focal_accounts_give_points_only(leaders: int) -> None:
    found = answered(ladder_cases(leaders=leaders, posts=30))
    assert found.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert "no interval can claim" in found.frame.set_index("measure").loc[SOFTER, "method"]
    assert "no interval" in found.says


def test_rungs_nobody_reached_are_named() -> None:
    found = answered(ladder_cases())
    assert any(
        "Not listed, for no post reached it: ‘lock’, ‘suspend’, ‘ban’" in n for n in found.notes
    )
    shares = found.figures["rungs_met"].groupby("account_class")["share"].sum()
    assert shares.to_numpy() == pytest.approx(1.0)


def test_no_action_at_all_is_barred_and_all_alike_is_answered() -> None:
    nothing = ladder_cases(shares=((1, 0, 0, 0), (1, 0, 0, 0)))
    found = answered(nothing)
    assert "No post of either class was acted on" in found.barred
    everything = ladder_cases(shares=((0, 0, 0, 1), (0, 0, 0, 1)))
    frame = answered(everything).frame.set_index("measure")
    assert frame.loc["remove or stricter", "estimate"] == 0
    assert frame.loc[SOFTER, "estimate"] == 0.5
    assert any("No single odds ratio" in n for n in answered(everything).notes)


def test_a_class_never_acted_on_has_no_place_on_the_ladder() -> None:
    found = answered(ladder_cases(shares=((1, 0, 0, 0), (0.5, 0, 0, 0.5))))
    place = found.frame.set_index("measure").loc[PLACE]
    assert isnan(place["focal"])
    assert isnan(place["estimate"])
    assert place["n_focal"] == 0


def test_a_window_enrolls_every_rung_anew() -> None:
    """A removal seen at the last look is known at every rung below; a mere label is not."""
    start = pd.Timestamp("2020-01-01", tz="UTC")
    cases = ladder_cases()
    acted = cases.frame["action"] != "none"
    hours = pd.Series(np.where(cases.frame.index % 3, 48.0, 6.0)).mask(
        acted & (cases.frame.index % 5 == 0), 1.0
    )
    frame = cases.frame.assign(
        posted_at=start,
        acted_at=(start + pd.to_timedelta(pd.Series(1.0, cases.frame.index), unit="h")).where(
            acted
        ),
        observed_until=start + pd.to_timedelta(hours, unit="h"),
    )
    window = {"at_least": "remove", "acted_within_hours": 24}
    found = answered(cases_of(frame), outcome=window)
    rows = found.frame.set_index("measure")
    for rung in ("label", "remove"):
        theirs = compare(
            enroll(cases_of(frame), question(outcome={**window, "at_least": rung})),
            using=["standardised"],
        ).primary()
        assert rows.loc[f"{rung} or stricter", "estimate"] == pytest.approx(theirs.estimate)
    assert rows.loc["remove or stricter", "n_focal"] < rows.loc["label or stricter", "n_focal"]
    assert any("outcome unknown in the window" in n for n in found.notes)


def test_actions_outside_the_window_count_as_none() -> None:
    start = pd.Timestamp("2020-01-01", tz="UTC")
    cases = ladder_cases()
    acted = cases.frame["action"] != "none"
    late = np.arange(len(cases.frame)) % 2 == 0
    times = pd.Series(np.where(late, 90.0, 1.0))
    frame = cases.frame.assign(
        posted_at=start,
        acted_at=(start + pd.to_timedelta(times, unit="h")).where(acted),
    )
    found = answered(
        cases_of(frame), outcome={"at_least": "remove", "acted_within_hours": 24}
    ).figures["rungs_met"]
    removed = (frame["action"] == "remove") & ~late & (frame["account_class"] == "leader")
    got = found.set_index(["account_class", "rung"]).loc[("leader", "remove"), "posts"]
    assert got == removed.sum()


def test_hostile_rungs_are_shown_inert() -> None:
    ladder = Ladder(("none", "mild\u202e", HOSTILE["html"]))
    cases = ladder_cases()
    action = cases.frame["action"].map(
        {"none": "none", "label": ladder.rungs[1], "remove": ladder.rungs[2]}
    )
    held = cases_of(cases.frame.assign(action=action), ladder=ladder)
    found = answered(held, outcome={"at_least": ladder.rungs[1]})
    assert "\u202e" not in str(found)
    assert not [w for w in NEVER if w in str(found).lower()]


def test_rows_without_accounts_give_points_only() -> None:
    cases = ladder_cases(count=1)
    held = cases.frame.copy()
    held.loc[:5, "account_id"] = None
    found = answered(replace(cases, frame=held))
    assert found.frame["conf_low"].isna().all()
    assert found.frame.loc[0, "n_focal_accounts"] == 0


def test_it_is_asked_by_the_design() -> None:
    assert Severity().asked(question(severity=True))
    assert not Severity().asked(question())
