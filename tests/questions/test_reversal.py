"""What was taken back, among the posts that met the outcome."""

from __future__ import annotations

from dataclasses import replace
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import cases_of, platform, question

from audit.claims import NEVER
from audit.comparison import compare
from audit.estimators.outcome import INFRA_MARGINALITY
from audit.questions.reversal import APPEALED, REVERSED, REVERSED_ON_APPEAL, Reversal
from audit.sources.simulated import Simulated
from audit.study import enroll

RAW: dict[str, Any] = {"strata": [], "primary": "raw"}


def court(seed: int = 2, *, back: tuple[float, float] = (0.5, 0.2), **platform_args: Any) -> Any:
    """Return a platform where a share of removals, by class, was taken back; half are appealed."""
    rng = np.random.default_rng(seed)
    frame = platform(seed, **platform_args).frame
    acted = (frame["action"] != "none").to_numpy()
    rate = np.where(frame["account_class"] == "leader", *back)
    appealed = acted & (rng.random(len(frame)) < 0.5)
    return cases_of(
        frame.assign(reversed=acted & (rng.random(len(frame)) < rate), appealed=appealed)
    )


def answered(cases: Any, **changes: Any) -> Any:
    return Reversal()(enroll(cases, question(reversal=True, **changes)))


def test_the_rates_are_those_of_the_removed() -> None:
    cases = court()
    frame = cases.frame
    found = answered(cases, strata=[], primary="raw").frame.set_index("measure")
    acted = frame["action"] == "remove"
    for side, name in (("focal", "leader"), ("reference", "ordinary")):
        mine = frame[acted & (frame["account_class"] == name)]
        assert found.loc[REVERSED, side] == pytest.approx(mine["reversed"].mean())
        assert found.loc[REVERSED, f"n_{side}"] == len(mine)
        assert found.loc[APPEALED, side] == pytest.approx(mine["appealed"].mean())
        on_appeal = mine.loc[mine["appealed"], "reversed"].mean()
        assert found.loc[REVERSED_ON_APPEAL, side] == pytest.approx(on_appeal)
    row = found.loc[REVERSED]
    assert row["conf_low"] < row["estimate"] < row["conf_high"]
    assert row["p_value"] < 0.05


def test_it_is_the_contrast_of_a_study_of_reversals() -> None:
    """Removal is the only action here, so a study that asks for reversals has the same rows."""
    cases = court()
    theirs = compare(
        enroll(cases, question(outcome={"reversed": True})), using=["standardised"]
    ).primary()
    row = answered(cases).frame.iloc[0]
    assert row["estimate"] == pytest.approx(theirs.estimate)
    assert (row["conf_low"], row["p_value"]) == pytest.approx((theirs.conf_low, theirs.p_value))
    asked = answered(cases, outcome={"reversed": True}).frame.iloc[0]
    assert asked["estimate"] == pytest.approx(theirs.estimate)


def test_only_the_outcome_s_actions_count() -> None:
    cases = court()
    action = cases.frame["action"].where(cases.frame.index % 2 == 0, "label")
    action = action.where(cases.frame["action"] != "none", "none")
    mixed = cases_of(cases.frame.assign(action=action))
    found = answered(mixed, strata=[], primary="raw")
    removed = (action == "remove") & (cases.frame["account_class"] == "leader")
    assert found.frame.loc[0, "n_focal"] == removed.sum()


def test_swapping_the_classes_flips_the_sign() -> None:
    cases = court()
    a = answered(cases, strata=[], primary="raw").frame["estimate"]
    b = answered(cases, strata=[], primary="raw", focal="ordinary", reference="leader").frame
    assert a.to_numpy() == pytest.approx(-b["estimate"].to_numpy())


def test_the_warning_and_the_cap_stand_with_the_number() -> None:
    found = answered(court())
    assert any(INFRA_MARGINALITY in n and "At most rung 2" in n for n in found.notes)
    assert not [w for w in NEVER if w in str(found).lower()]


def test_unknown_reversals_are_counted_and_left_out() -> None:
    cases = court()
    flags = cases.frame["reversed"].astype("boolean")
    lost = (cases.frame["action"] == "remove") & (cases.frame.index % 7 == 0)
    found = answered(cases_of(cases.frame.assign(reversed=flags.mask(lost))))
    focal = int((lost & (cases.frame["account_class"] == "leader")).sum())
    assert any(
        f"Not known whether the action was taken back: {focal} leader" in n for n in found.notes
    )
    everything = cases_of(
        cases.frame.assign(reversed=flags.mask(cases.frame["action"] == "remove"))
    )
    assert "recorded for none of the" in answered(everything).barred


def test_unknown_appeals_leave_those_rows_only() -> None:
    cases = court()
    flags = cases.frame["appealed"].astype("boolean").mask(cases.frame.index % 5 == 0)
    found = answered(cases_of(cases.frame.assign(appealed=flags)))
    assert any(n.startswith("Appeal not recorded") for n in found.notes)
    rows = found.frame.set_index("measure")
    assert rows.loc[APPEALED, "n_focal"] < rows.loc[REVERSED, "n_focal"]
    without = answered(cases_of(cases.frame.drop(columns="appealed")))
    assert without.frame["measure"].tolist() == [REVERSED]
    assert any("appealed against is not recorded" in n for n in without.notes)
    nobody = answered(cases_of(cases.frame.assign(appealed=False)))
    assert nobody.frame["measure"].tolist() == [REVERSED, APPEALED]
    assert any(f"No row ‘{REVERSED_ON_APPEAL}’" in n for n in nobody.notes)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_or_all_taken_back(share: float) -> None:
    row = answered(court(back=(share, share))).frame.iloc[0]
    assert row["estimate"] == 0
    assert (row["focal"], row["reference"]) == (share, share)
    assert row["conf_low"] < 0 < row["conf_high"]


def test_what_cannot_be_answered_says_why() -> None:
    assert "no column ‘reversed’" in answered(platform()).barred
    spared = court(rates=(0.0001, 0.5))
    assert "No leader post was removed or met with a stronger action" in answered(spared).barred
    assert answered(spared).frame.empty
    apart = court()
    rule = np.where(apart.frame["account_class"] == "leader", "a", "b")
    acted = apart.frame["action"] == "remove"
    frame = apart.frame.assign(rule=pd.Series(rule).where(acted, "shared").astype("str"))
    assert "No stratum of rule holds focal posts" in answered(cases_of(frame)).barred


@pytest.mark.parametrize("leaders", [1, 4])
def test_few_focal_accounts_give_no_interval(leaders: int) -> None:
    found = answered(court(leaders=leaders, posts=60))
    assert found.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert any("no interval can claim" in n for n in found.notes)


def test_counts_are_repeated_rows_and_weights_count() -> None:
    cases = court(leaders=6, ordinary=10, posts=8)
    by = ["account_id", "account_class", "rule", "action", "reversed", "appealed"]
    grouped = cases.frame.groupby(by, as_index=False).size()
    counted = cases_of(grouped.rename(columns={"size": "count"}))
    pd.testing.assert_frame_equal(answered(cases).frame, answered(counted).frame, rtol=1e-12)
    heavy = (np.arange(len(cases.frame)) % 3 + 1).astype(float)
    found = answered(cases_of(cases.frame.assign(sampling_weight=heavy)), strata=[])
    hit = (cases.frame["account_class"] == "leader") & (cases.frame["action"] == "remove")
    mean = np.average(cases.frame.loc[hit, "reversed"], weights=heavy[hit])
    assert found.frame.loc[0, "focal"] == pytest.approx(mean)


def test_rows_without_accounts_give_points_only() -> None:
    cases = court()
    held = cases.frame.assign(count=1)
    removed = np.flatnonzero(held["action"] == "remove")
    held.loc[removed[:3], "account_id"] = None
    found = answered(replace(cases, frame=held), strata=[])
    assert found.frame.loc[0, "n_focal_accounts"] == 0
    assert isnan(found.frame.loc[0, "conf_low"])
    assert isnan(found.frame.loc[0, "p_value"])
    assert any("3 posts carry no account" in n for n in found.notes)
    assert found.frame.loc[0, "estimate"] == pytest.approx(
        answered(cases, **RAW).frame.loc[0, "estimate"]
    )


def test_the_simulated_platform_has_more_appeals_by_leaders() -> None:
    """Half of the leaders' removals are appealed, a quarter of the others' (simuland.appeals)."""
    design = question(focal="world_leader", reversal=True, population={"violating": ["yes"]})
    rows = Reversal()(enroll(Simulated().load(), design)).frame.set_index("measure")
    assert rows.loc[APPEALED, "conf_low"] < 0.25 < rows.loc[APPEALED, "conf_high"]
    assert (
        rows.loc[REVERSED_ON_APPEAL, "conf_low"] < 0.1 < rows.loc[REVERSED_ON_APPEAL, "conf_high"]
    )


def test_it_is_asked_by_the_design() -> None:
    assert Reversal().asked(question(reversal=True))
    assert not Reversal().asked(question())
