"""Copies of the same words: what is a pair, how its gap is told from chance, what is said."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import product
from math import isnan
from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.claims import NEVER
from audit.questions.base import ANSWER_COLUMNS
from audit.questions.copies import account_gap, sign_flip_p
from audit.questions.pairs import ALL_GROUPS, ONE_TO_ONE, Pairs
from audit.study import enroll

START = pd.Timestamp("2020-01-01", tz="UTC")


def copy(
    pair: Any, kind: str, account: str, acted: bool, *, hours: float = 0.0, **more: Any
) -> Any:
    return {
        "pair_id": pair,
        "account_class": kind,
        "account_id": account,
        "action": "remove" if acted else "none",
        "rule": "abuse",
        "posted_at": START + pd.Timedelta(hours=hours),
        **more,
    }


def pair(name: Any, focal: bool, reference: bool, *, leader: int = 0, mirror: int = 0) -> list[Any]:
    return [
        copy(name, "leader", f"L{leader}", focal),
        copy(name, "ordinary", f"O{mirror}", reference, hours=5),
    ]


def many(n: int = 40, leaders: int = 8, mirrors: int = 8, seed: int = 1) -> list[Any]:
    rng = np.random.default_rng(seed)
    rows = []
    for i in range(n):
        f, r = rng.random() < 0.2, rng.random() < 0.6
        rows += pair(f"p{i}", f, r, leader=i % leaders, mirror=i % mirrors)
    return rows


def answered(rows: list[Any], **changes: Any) -> Any:
    frame = pd.DataFrame(rows)
    frame["pair_id"] = frame["pair_id"].astype("str").where(frame["pair_id"].notna())
    return Pairs()(enroll(cases_of(frame), question(pairs=True, **changes)))


def test_the_answer_counts_the_four_outcomes_of_known_pairs() -> None:
    rows: list[Any] = []
    shape = [(True, True)] * 3 + [(True, False)] * 2 + [(False, True)] * 8 + [(False, False)] * 7
    for i, (f, r) in enumerate(shape):
        rows += pair(i, f, r, leader=i % 6, mirror=i % 7)
    found = answered(rows)
    counts = {"both": 3, "focal_only": 2, "reference_only": 8, "neither": 7}
    assert found.figures["outcomes"].iloc[0].to_dict() == counts
    row = found.frame.iloc[0]
    assert tuple(found.frame) == ANSWER_COLUMNS
    assert (row["focal"], row["reference"]) == (5 / 20, 11 / 20)
    assert row["estimate"] == pytest.approx(-6 / 20)
    assert row["conf_low"] < -0.3 < row["conf_high"]
    assert (row["n_focal"], row["n_focal_accounts"], row["n_reference_accounts"]) == (20, 6, 7)
    assert "both copies were removed or met with a stronger action in 3" in found.says
    assert "−30.0 percentage points (95 % interval" in found.says
    assert any("a median of 5 hours apart" in n for n in found.notes)
    alone = found.figures["if_independent"].set_index("measure")
    assert alone.loc["odds ratio of unequal pairs", "estimate"] == pytest.approx(0.25)
    assert not isnan(alone.loc["difference", "conf_low"])


def test_swapping_the_classes_flips_the_sign_and_keeps_the_p() -> None:
    rows = many()
    a = answered(rows).frame.iloc[0]
    b = answered(rows, focal="ordinary", reference="leader").frame.iloc[0]
    assert a["estimate"] == pytest.approx(-b["estimate"])
    assert a["conf_low"] == pytest.approx(-b["conf_high"])
    assert a["p_value"] == pytest.approx(b["p_value"])


def test_the_order_of_rows_changes_nothing() -> None:
    rows = many()
    a, b = answered(rows).frame, answered(rows[::-1]).frame
    pd.testing.assert_frame_equal(a, b)


def test_larger_groups_are_averaged_apart_and_lone_posts_counted() -> None:
    rows = many(12, leaders=6)
    rows += pair("big", True, False)
    rows += [copy("big", "ordinary", "O9", False), copy("big", "ordinary", "O8", True)]
    rows += [copy("lone", "leader", "L1", True), copy(None, "leader", "L2", True)]
    found = answered(rows)
    assert found.frame["measure"].tolist() == [ONE_TO_ONE, ALL_GROUPS]
    assert found.frame["n_focal"].tolist() == [12, 13]
    d = found.frame["estimate"]
    assert d[1] == pytest.approx((12 * d[0] + 1 - 1 / 3) / 13)
    assert isnan(found.frame.loc[1, "conf_low"])
    assert any("1 group with posts of one class only, and 1 with more" in n for n in found.notes)


def test_counts_are_repeated_rows() -> None:
    rows = many(10, leaders=5)
    extra = pair("twice", False, True)
    repeated = [*rows, *extra, extra[1]]
    counted = [dict(r, count=1) for r in rows]
    counted += [dict(extra[0], count=1), dict(extra[1], count=2)]
    a, b = answered(repeated), answered(counted)
    pd.testing.assert_frame_equal(a.frame, b.frame)
    assert a.notes == b.notes


@pytest.mark.parametrize("leaders", [1, 4])
def test_up_to_four_focal_accounts_give_no_interval(leaders: int) -> None:
    found = answered(many(leaders=leaders))
    assert found.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    word = "1 focal account" if leaders == 1 else "4 focal accounts"
    assert any(f"With {word} no interval can claim a sampling" in n for n in found.notes)
    assert "no interval" in found.says
    assert "p =" not in found.says


def test_one_account_with_nearly_all_pairs_gives_no_interval() -> None:
    rows: list[Any] = []
    for i in range(60):
        rows += pair(i, i % 5 == 0, i % 2 == 0, leader=max(0, i - 53), mirror=i % 8)
    found = answered(rows)
    assert isnan(found.frame.loc[0, "conf_low"])
    assert any("worth only 1.2 equal accounts (of 7)" in n for n in found.notes)


def test_few_mirror_accounts_are_said() -> None:
    found = answered(many(mirrors=1))
    assert any("All ordinary copies were posted by 1 account" in n for n in found.notes)
    assert not any("All ordinary copies" in n for n in answered(many()).notes)


def test_what_cannot_be_answered_says_why() -> None:
    plain = pd.DataFrame(many()).drop(columns="pair_id")
    found = Pairs()(enroll(cases_of(plain), question(pairs=True)))
    assert "no column ‘pair_id’" in found.barred
    assert found.frame.empty
    alone = [r | {"pair_id": f"x{i}"} for i, r in enumerate(many())]
    assert "80 groups of copies with one class only" in answered(alone).barred
    weighted = [r | {"sampling_weight": 1.0 + (i % 2)} for i, r in enumerate(many())]
    assert "sampling weights" in answered(weighted).barred
    none = [r | {"pair_id": None} for r in many()]
    assert "No post of known class and outcome carries a pair_id" in answered(none).barred


def test_rows_without_an_account_give_points_only() -> None:
    cases = cases_of(pd.DataFrame(many()).assign(count=1))
    held = cases.frame.copy()
    held.loc[0, "account_id"] = None
    found = Pairs()(enroll(replace(cases, frame=held), question(pairs=True)))
    assert found.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert any("1 pair lacks an account" in n for n in found.notes)
    assert found.frame.loc[0, "n_focal_accounts"] == 0


@pytest.mark.parametrize("outcome", list(product([True, False], repeat=2)))
def test_all_pairs_alike(outcome: tuple[bool, bool]) -> None:
    rows: list[Any] = []
    for i in range(12):
        rows += pair(i, *outcome, leader=i % 6, mirror=i % 6)
    found = answered(rows)
    row = found.frame.iloc[0]
    assert row["estimate"] == outcome[0] - outcome[1]
    assert isnan(row["conf_low"])
    assert row["p_value"] == (1.0 if outcome[0] == outcome[1] else 2 / 2**6)
    assert any("All focal accounts show the same difference" in n for n in found.notes)


@pytest.mark.parametrize(
    ("outcome", "words"),
    [
        ((True, True), "both copies were"),
        ((True, False), "only the leader copy was"),
        ((False, True), "only the ordinary copy was"),
        ((False, False), "neither copy was"),
    ],
)
def test_one_pair_is_told_in_words(outcome: tuple[bool, bool], words: str) -> None:
    # a study needs two reference accounts for support; the second has no copy
    rows = [*pair("one", *outcome), copy(None, "ordinary", "O5", True)]
    found = answered(rows)
    assert f"In the one pair of the same words, {words} removed" in found.says
    assert "%" not in found.says


def test_hostile_ids_only_group() -> None:
    rows: list[Any] = []
    for i, name in enumerate([*HOSTILE.values()][:10]):
        rows += pair(name, i % 2 == 0, i % 3 == 0, leader=i % 5, mirror=i % 6)
    found = answered(rows)
    assert found.frame.loc[0, "n_focal"] == 10
    text = str(found)
    assert not any(value[:20] in text for value in HOSTILE.values())
    assert not [w for w in NEVER if w in text.lower()]


# by account -----------------------------------------------------------------------------------


def table(d: Any, ours: Any, theirs: Any = None) -> pd.DataFrame:
    d = np.asarray(d)
    return pd.DataFrame(
        {
            "focal": d > 0,
            "reference": d < 0,
            "focal_account": [f"a{i}" for i in ours],
            "reference_account": [f"b{i}" for i in (ours if theirs is None else theirs)],
        }
    )


@given(st.lists(st.tuples(st.integers(-1, 1), st.integers(0, 6)), min_size=10, max_size=40))
@settings(deadline=None)
def test_the_interval_is_that_of_leaving_out_accounts(rows: list[tuple[int, int]]) -> None:
    d, ours = (np.array(c) for c in zip(*rows, strict=True))
    names = np.unique(ours)
    if len(names) < 5:
        return
    found = account_gap(table(d, ours, np.arange(len(d))))
    assert found.estimate == pytest.approx(d.mean())
    left = np.array([d[ours != a].mean() for a in names])
    k = len(names)
    variance = (k - 1) / k * ((left - d.mean()) ** 2).sum()
    assert found.std_error**2 == pytest.approx(variance, abs=1e-12)


def test_alike_mirror_accounts_widen_the_interval() -> None:
    rng = np.random.default_rng(4)
    ours = np.arange(120) % 20
    theirs = np.arange(120) // 20
    d = np.where(theirs < 3, -1, 0) * (rng.random(120) < 0.9)
    narrow = account_gap(table(d, ours, np.arange(120)))
    wide = account_gap(table(d, ours, theirs))
    assert wide.conf_high - wide.conf_low > 2 * (narrow.conf_high - narrow.conf_low)
    assert wide.df < narrow.df


def test_few_mirror_accounts_bear_no_interval_and_p_never_contradicts_it() -> None:
    rng = np.random.default_rng(5)
    ours = np.arange(160) % 16
    d = rng.integers(-1, 2, 160)
    for mirrors in (1, 4):
        found = account_gap(table(d, ours, np.arange(160) % mirrors))
        assert math.isnan(found.conf_low)
        assert math.isnan(found.p_value)
        assert "reference account" in found.note
    for seed in range(30):
        rng = np.random.default_rng(seed)
        lean = rng.normal(0, 0.3, 6)
        theirs = rng.integers(0, 6, 160)
        d = (rng.random(160) < 0.4 + lean[theirs]).astype(int) - (rng.random(160) < 0.3)
        found = account_gap(table(d, ours, theirs))
        assert (found.p_value <= 0.05) <= (found.conf_low > 0 or found.conf_high < 0)


def test_sign_flips_are_exact_and_then_drawn() -> None:
    assert sign_flip_p([]) == 1.0
    assert sign_flip_p([0, 0]) == 1.0
    assert sign_flip_p([1, 1, 1, 1, 1]) == 2 / 32
    assert sign_flip_p([2, -1, 1, 0]) == pytest.approx(
        np.mean([abs(a * 2 + b + c) >= 2 for a, b, c in product((-1, 1), repeat=3)])
    )
    drawn = sign_flip_p(np.ones(20), seed=3)
    assert drawn == pytest.approx(1 / 10_000)
    rng = np.random.default_rng(2)
    sums = rng.integers(-3, 4, 18)
    assert sign_flip_p(sums) == sign_flip_p(-sums[::-1])


def test_coverage_where_pairs_of_an_account_are_alike() -> None:
    """400 draws at 95 %: fewer than 363 hits would have a chance below 0.0002."""
    rng = np.random.default_rng(8)
    hits = false = 0
    ours = np.repeat(np.arange(10), 12)
    for _ in range(400):
        lean = np.repeat(rng.normal(0, 0.15, 10), 12)
        u = rng.random(120)
        d = (u < 0.3 + lean).astype(int) - (u > 0.7 + lean)
        found = account_gap(table(d, ours, np.arange(120)))
        hits += found.conf_low <= 0 <= found.conf_high
        false += found.p_value <= 0.05
    assert hits >= 363
    # at most 5 %, and 37 of 400 would have a chance below 0.0005
    assert false <= 36


def test_it_is_asked_by_the_design() -> None:
    assert Pairs().asked(question(pairs=True))
    assert not Pairs().asked(question())
