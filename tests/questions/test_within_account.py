"""The same accounts in and out of the class: from a roster, against the calendar, by account."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from builders import HOSTILE, cases_of, question

from audit.questions.base import ANSWER_COLUMNS, Answer
from audit.questions.in_and_out import in_and_out, placebo_ranks
from audit.questions.within_account import WithinAccount
from audit.roster import Roster
from audit.study import enroll

START = pd.Timestamp("2020-01-01", tz="UTC")
FOUND, BY_POST, BY_ACCOUNT = (
    "Inside less outside, as found",
    "Inside less outside, net of the calendar, each post alike",
    "Inside less outside, net of the calendar, each account alike",
)


def switchers(
    k: int = 8,
    *,
    gap: float = -0.4,
    shift: float = 0.0,
    together: bool = False,
    ordinary: int = 12,
    others: int = 1,
    jitter: int = 0,
    seed: int = 5,
) -> pd.DataFrame:
    """Return counts per account and month, 10 posts each, at exact rates (± `jitter` posts).

    `k` accounts are candidates, then leaders (from July where `together`); `others` were leaders
    all year; from July on every rate is higher by `shift`.
    """
    rng = np.random.default_rng(seed)
    rows: list[tuple[Any, ...]] = []

    def month(account: str, name: str, m: int, rate: float) -> None:
        acted = round(10 * (rate + (shift if m >= 6 else 0)))
        acted = int(np.clip(acted + rng.integers(-jitter, jitter + 1), 0, 10))
        when = pd.Timestamp(2020, m + 1, 15, tz="UTC")
        for action, many in (("remove", acted), ("none", 10 - acted)):
            if many:
                rows.append((account, name, action, when, many))

    for a in range(k):
        switch = 6 if together else 2 + a % 8
        for m in range(12):
            month(f"s{a}", "leader" if m >= switch else "candidate", m, 0.5 + gap * (m >= switch))
    for a in range(others):
        for m in range(12):
            month(f"l{a}", "leader", m, 0.5 + gap)
    for a in range(ordinary):
        for m in range(12):
            month(f"o{a}", "ordinary", m, 0.5)
    names = ["account_id", "account_class", "action", "posted_at", "count"]
    return pd.DataFrame(rows, columns=names).assign(rule="abuse")


def asked(frame: pd.DataFrame, **changes: Any) -> Answer:
    given = {"within_account": {"per": "month"}, "strata": [], **changes}
    return WithinAccount()(enroll(cases_of(frame), question(**given)))


def row(answer: Answer, measure: str) -> pd.Series:
    return answer.frame.set_index("measure").loc[measure]


def noted(answer: Answer, text: str) -> bool:
    return any(text in note for note in answer.notes)


def test_it_is_asked_by_a_design() -> None:
    assert not WithinAccount().asked(question())
    assert WithinAccount().asked(question(within_account={}))


def test_a_known_difference_is_found() -> None:
    answer = asked(switchers(jitter=1))
    assert list(answer.frame.columns) == list(ANSWER_COLUMNS)
    for measure in (FOUND, BY_POST, BY_ACCOUNT):
        assert row(answer, measure)["estimate"] == pytest.approx(-0.4, abs=0.06)
    net = row(answer, BY_POST)
    assert net["conf_low"] < net["estimate"] < net["conf_high"] < 0
    assert net["p_value"] <= 0.05
    assert (net["n_focal"], net["n_reference"]) == (8 * 120 - 440, 440)
    assert net["n_focal_accounts"] == net["n_reference_accounts"] == 8
    assert (
        "8 accounts posted both as leader (520 posts) and as candidate (440 posts)" in answer.says
    )


def test_the_class_as_of_the_post_comes_from_a_roster() -> None:
    frame = switchers(6, jitter=1)
    spells = [(f"s{a}", "candidate", "2019-01-01", f"2020-{3 + a:02d}-01") for a in range(6)]
    spells += [(f"s{a}", "leader", f"2020-{3 + a:02d}-01", None) for a in range(6)]
    spells += [("l0", "leader", "2019-01-01", None)]
    roster = Roster(pd.DataFrame(spells, columns=["account_id", "account_class", "start", "end"]))
    found = roster.classify(frame["account_id"], frame["posted_at"])
    joined = frame.assign(account_class=found.where(roster.covers(frame["account_id"]), "ordinary"))
    pd.testing.assert_frame_equal(asked(joined).frame, asked(frame).frame)


def test_a_shift_of_the_calendar_fools_the_plain_difference_and_not_the_net_one() -> None:
    answer = asked(switchers(gap=0.0, shift=-0.4, together=True, jitter=1))
    assert row(answer, FOUND)["estimate"] == pytest.approx(-0.4, abs=0.05)
    net = row(answer, BY_POST)
    assert net["estimate"] == pytest.approx(0.0, abs=0.05)
    assert net["conf_low"] < 0 < net["conf_high"]
    assert net["p_value"] > 0.05


def test_the_mix_of_strata_is_held_alike_where_asked() -> None:
    """Leaders post under the grave rule only; nothing differs within a rule."""
    frame = switchers(gap=0.0)
    grave = frame.assign(rule="grave", action="remove")
    mild = frame[frame["account_class"] != "leader"].assign(rule="mild", action="none")
    both = pd.concat([grave, mild], ignore_index=True)
    assert row(asked(both, primary="raw"), BY_POST)["estimate"] == pytest.approx(0.5)
    assert row(asked(both, strata=["rule"]), BY_POST)["estimate"] == pytest.approx(0.0, abs=1e-12)


def test_swapping_inside_and_outside_flips_the_sign() -> None:
    frame = switchers(others=0, together=True, jitter=2)
    swapped = {"leader": "candidate", "candidate": "leader"}
    other = frame.assign(account_class=frame["account_class"].replace(swapped))
    a, b = asked(frame), asked(other)
    for measure in (FOUND, BY_POST, BY_ACCOUNT):  # as many posts on both sides of July
        assert row(b, measure)["estimate"] == pytest.approx(-row(a, measure)["estimate"])
    assert row(b, BY_POST)["p_value"] == pytest.approx(row(a, BY_POST)["p_value"])


def test_counts_are_repeated_rows_and_order_and_ids_are_nothing() -> None:
    frame = switchers(6, jitter=2)
    repeated = frame.loc[frame.index.repeat(frame["count"])].drop(columns="count")
    renamed = frame.assign(account_id=frame["account_id"] + " (outside)")
    whole = asked(frame).frame
    for other in (repeated, frame.sample(frac=1, random_state=2), renamed):
        pd.testing.assert_frame_equal(asked(other).frame, whole)


def test_columns_of_the_cases_are_not_in_the_way() -> None:
    frame = switchers(6, jitter=2)
    taken = frame.assign(was="x", role="y", account="z", block=1, cell=2)
    pd.testing.assert_frame_equal(asked(taken).frame, asked(frame).frame)


def test_sampling_weights_of_one_size_change_nothing_and_unequal_ones_count() -> None:
    frame = switchers(6, jitter=2)
    plain = asked(frame).frame
    numbers = ["estimate", "conf_low", "conf_high", "p_value"]
    same = asked(frame.assign(sampling_weight=4.0)).frame
    pd.testing.assert_frame_equal(same[numbers], plain[numbers])
    uneven = frame.assign(sampling_weight=np.where(frame["action"] == "remove", 3.0, 1.0))
    assert asked(uneven).frame["estimate"].iloc[0] != pytest.approx(plain["estimate"].iloc[0])


def test_the_population_is_that_of_the_design() -> None:
    frame = switchers(6, jitter=2)
    more = pd.concat([frame, frame.assign(rule="spam", action="none")], ignore_index=True)
    only = asked(more, population={"rule": ["abuse"]})
    pd.testing.assert_frame_equal(only.frame, asked(frame).frame)
    classes = {"account_class": ["leader", "ordinary", "mayor"]}
    mayors = frame["account_id"].isin(["s0", "s1"]) & (frame["account_class"] == "candidate")
    frame.loc[mayors, "account_class"] = "mayor"
    answer = asked(frame, population=classes)
    assert row(answer, BY_POST)["n_focal_accounts"] == 2
    assert "as mayor" in answer.says


def test_nobody_in_both_is_barred_in_words() -> None:
    answer = asked(switchers(0))
    assert (
        answer.barred == "No account in the cases has posts both as leader and as something else."
    )
    unknown = switchers(3).replace({"account_class": {"candidate": "unknown"}})
    assert asked(unknown).barred == answer.barred


def test_without_dates_or_reference_posts_it_is_barred_in_words() -> None:
    frame = switchers(3)
    assert "do not record when posts were made" in asked(frame.drop(columns="posted_at")).barred
    late = (frame["account_class"] != "ordinary") | (frame["posted_at"].dt.month > 11)
    assert "at least two reference accounts" in asked(frame[late]).barred


def test_one_account_is_a_description() -> None:
    answer = asked(switchers(1))
    assert answer.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert noted(answer, "One account is a description")
    assert "placebo" not in answer.figures
    assert row(answer, BY_POST)["estimate"] == pytest.approx(-0.4)


def test_few_accounts_get_a_rank_on_their_own_dates_and_no_p() -> None:
    answer = asked(switchers(3, jitter=1))
    assert answer.frame[["conf_low", "conf_high", "p_value"]].isna().all(axis=None)
    assert noted(answer, "no p-value below 0.25")
    assert noted(answer, "account 1 is number 1 of 13")
    assert noted(answer, "A rank is no p-value.")
    assert answer.figures["placebo"]["account"].tolist() == [1, 2, 3]


def test_placebo_accounts_are_held_against_the_others() -> None:
    """Of two reference accounts each is the other's comparison; one moves up, so both move."""
    frame = switchers(2, ordinary=2, together=True, gap=-0.2)
    late = frame["posted_at"].dt.month >= 7
    frame = frame[~((frame["account_id"] == "o0") & late & (frame["action"] == "none"))]
    study = enroll(cases_of(frame), question(strata=[]))
    found = in_and_out(study, per="month")
    ranks = placebo_ranks(found, found.within())
    # o0 goes from 5/10 to 5/5, o1 stays: apart from each other they moved by 0.5, both ways; with
    # themselves in the comparison it would be 1/3 and 1/6, and the switchers' 0.37 the largest
    assert ranks["n_comparable"].tolist() == [2, 2]
    assert ranks["difference"].tolist() == pytest.approx([0.3 - 10 / 15] * 2)
    assert ranks["rank"].tolist() == [3, 3]
    shown = found.within().accounts
    assert shown["expected_inside"].tolist() == pytest.approx([10 / 15] * 2)


def test_five_accounts_have_an_interval_and_are_told_what_flips_can_do() -> None:
    answer = asked(switchers(5, jitter=1))
    assert np.isfinite(row(answer, BY_POST)["conf_low"])
    assert noted(answer, "no p-value below 0.0625")
    assert row(answer, BY_POST)["p_value"] >= 0.0625


def test_what_is_left_out_is_counted() -> None:
    frame = switchers(6)
    first = frame.index[frame["account_id"] == "s0"][:2]
    frame.loc[first, "posted_at"] = pd.NaT
    second = frame.index[frame["account_id"] == "s1"][:1]
    frame.loc[second, "account_class"] = "unknown"
    gone = (frame["account_class"] == "ordinary") & (frame["posted_at"].dt.month == 1)
    answer = asked(frame[~gone])
    undated, unknown = (int(frame.loc[i, "count"].sum()) for i in (first, second))
    assert noted(answer, f"{undated} posts of these accounts without a date of posting")
    assert noted(answer, f"{unknown} posts of these accounts of unknown class")
    assert noted(answer, "with fewer than two reference accounts are left out")


def test_no_outcome_anywhere_is_no_spread() -> None:
    answer = asked(switchers(6).assign(action="none"))
    assert row(answer, BY_POST)["estimate"] == 0
    assert np.isnan(row(answer, BY_POST)["conf_low"])
    assert noted(answer, "neither the accounts nor the reference rates vary")


def test_accounts_are_numbers_in_every_output() -> None:
    frame = switchers(3, jitter=1)
    frame["account_id"] = frame["account_id"] + HOSTILE["override"]
    answer = asked(
        frame.assign(account_class=frame["account_class"].replace("candidate", "\u202ex"))
    )
    said = " ".join([answer.title, answer.says, *answer.notes])
    assert "\u202e" not in said
    for table in answer.figures.values():
        assert table["account"].tolist() == [1, 2, 3]
        assert not table.select_dtypes("str").shape[1]


@pytest.mark.parametrize("word", ["because", "due to", "caused", "times higher", "lenient"])
def test_no_word_goes_beyond_the_numbers(word: str) -> None:
    answer = asked(switchers(jitter=1))
    assert word not in " ".join([answer.title, answer.says, *answer.notes]).lower()
