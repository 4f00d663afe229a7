"""Hours of single ordinary posts, and sizes of hidden cells, do not come back from a curve."""

from __future__ import annotations

import itertools
from functools import cache

import numpy as np
import pandas as pd
import pytest
from planted import cases, design

from audit.charts.still_visible import still_visible_data
from audit.comparison import Comparison, compare
from audit.disclosure import STRATA, protection
from audit.questions.shown_curve import kept_hours
from audit.study import enroll

LEAST = 10


@cache
def timed() -> Comparison:
    """Return the planted platform with hours of action drawn for each removed post."""
    frame = cases().frame
    rng = np.random.default_rng(8)
    waits = pd.to_timedelta(rng.exponential(40, len(frame)).round(6), unit="h")
    acted = frame["action"] != "none"
    frame = frame.assign(
        acted_at=(frame["posted_at"] + waits).where(acted),
        observed_until=frame["posted_at"] + pd.Timedelta(hours=400),
    )
    one = cases().__class__(frame, cases().origins)
    asked = design(timing={"within_hours": [24], "restricted_mean_hours": 168})
    return compare(enroll(one, asked))


def ordinary(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["account_class"] == "ordinary"].reset_index(drop=True)


def test_a_curve_at_every_action_would_tell_the_size_of_hidden_strata() -> None:
    """The attack bites: a step is posts of the focal class over those of the stratum."""
    study = timed().study
    counts = study.cells.counts()
    hidden = protection(study).hidden["reference"][STRATA]
    line = ordinary(timed().answer("timing").figures["curve"])
    whole = counts["n_focal"].sum()
    steps = -np.diff(line["still_visible"]) * whole  # nobody is censored before 400 hours
    for stratum in hidden:
        weight = counts.loc[stratum, "n_focal"] / counts.loc[stratum, "n_reference"]
        assert np.isclose(steps, weight, atol=1e-6).any()


def test_the_published_curve_has_no_hour_and_no_step_of_a_few_posts() -> None:
    study = timed().study
    line = ordinary(still_visible_data(timed()))
    rows = study.rows().query("group == 'reference'")
    hours = (rows["acted_at"] - rows["posted_at"]).dt.total_seconds() / 3600
    assert not set(line["hours"]) & set(hours.dropna())
    asked = {24.0, 168.0}
    given = line["hours"].to_numpy()
    assert asked <= set(given)
    assert len(given) > 5  # it is still a curve
    for low, high in itertools.pairwise(given):
        within = rows.loc[(hours > low) & (hours <= high), "account_id"].nunique()
        assert within == 0 or within >= LEAST or {low, high} & asked, (low, high)
    assert (line["still_visible"] == line["still_visible"].round(3)).all()


@pytest.mark.parametrize("seed", range(6))
def test_hours_kept_hold_enough_accounts_whatever_the_data(seed: int) -> None:
    rng = np.random.default_rng(seed)
    account = rng.integers(0, int(rng.integers(3, 60)), 300)
    hours = np.where(rng.random(300) < 0.2, 500.0, rng.exponential(60, 300))
    acted = hours < 500
    kept = kept_hours(account, hours, acted, (), least=LEAST)
    assert kept[0] == 0
    for low, high in itertools.pairwise(kept):
        for rows in (acted, np.ones_like(acted)):
            ended = len(set(account[rows & (hours > low) & (hours <= high)]))
            assert ended == 0 or ended >= LEAST
        assert len(set(account[hours >= high])) >= LEAST


def test_a_tail_of_few_accounts_is_cut_off() -> None:
    account, hours = np.arange(40), np.r_[np.full(31, 5.0), np.arange(100.0, 109.0)]
    acted = np.ones(40, dtype=bool)
    assert kept_hours(account, hours, acted, (), least=LEAST).max() <= 5
    assert kept_hours(account, hours, acted, (104,), least=LEAST).max() == 104  # asked, so said


def test_officials_stand_at_every_action() -> None:
    drawn = still_visible_data(timed())
    mine = drawn[drawn["account_class"] == "world_leader"]
    curve = timed().answer("timing").figures["curve"]
    whole = curve[(curve["group"] == "focal") & (curve["hours"] <= mine["hours"].max())]
    assert len(mine) == len(whole)
