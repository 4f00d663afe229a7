"""The Oversight Board: which way each decision went, by which rule, and what is not guessed."""

from __future__ import annotations

import pandas as pd
import pytest
from boarddecisions import HEAD, MADE, decision, write

from audit.comparison import compare
from audit.design import Design
from audit.errors import SchemaError
from audit.sources.oversight_board import OversightBoard
from audit.sources.oversight_board.rules import (
    ACCOUNTS,
    DIRECTIONS,
    HAND_CHECKED,
    LEAVE_UP,
    MIXED,
    REMOVAL,
    UNDECIDED,
    account_of,
    direction_of,
    every_direction,
)
from audit.study import enroll

REMOVALS = """bun-1d7m83y5 bun-3bczqsyp bun-8s1h6eu5 bun-jexzgiy5 bun-kobfl44h bun-qbblz8wi
fb-0nlir3fz fb-691qamhj fb-blkz1zi8 fb-e5m6qzga fb-j3fc7xx9 fb-l0xmz0rp fb-nusyob3z fb-p93jpx02
fb-r9k87402 fb-s6nrtdaj fb-tye2766g fb-xwjqbu9a fb-zwqupzlz ig-2r3ueqrr ig-3r8rqiaq ig-feywnwi2
ig-fzse6j9c ig-oznr5j1z ig-rh16obg3 ig-wuc3649n th-nc063kad"""
LEFT_UP = """bun-2fozdyiz bun-86tj0rk5 bun-9h1nn18u bun-lj939ea3 fb-14uy7pvn fb-4294t386 fb-7p5w797i
fb-ap0nsbvc fb-b6ngyrek fb-iulhg7jk fb-j5oop3yz fb-nel6n8kl fb-o78k5lg3 fb-ouuwkhko fb-qzf1vy4b
ig-kfly3526 ig-tom6ixvh"""
BY_HAND = {**dict.fromkeys(REMOVALS.split(), REMOVAL), **dict.fromkeys(LEFT_UP.split(), LEAVE_UP)}
"""What a reader found Meta to have decided, by the number of the decision."""


@pytest.fixture
def made(tmp_path):
    return OversightBoard(str(write(tmp_path))).load()


@pytest.fixture
def board(shared):
    return OversightBoard(str(shared / "data" / "oversight_board" / "decisions_enriched.csv"))


# made by hand ----------------------------------------------------------------------------------


def test_overturned_is_told_apart_by_what_meta_had_done(made) -> None:
    rows = made.frame.set_index("case_id")
    assert rows["direction"].to_dict() == {
        "fb-1": "overturned_removal",
        "fb-2": "overturned_leave_up",
        "ig-3": "upheld_leave_up",
        "th-4": "upheld_removal",
        "fb-6": "overturned_removal",
        "fb-7": "overturned_leave_up",
        "fb-8": "overturned_removal",
        "fb-11": "upheld_removal",
    }
    assert rows["direction_rule"].tolist() == [
        "verdict_in_summary",
        "appeal_in_summary",
        "verdict_in_summary",
        "verdict_in_summary",
        "reversed_in_summary",
        "reversed_in_summary",
        "verdict_in_body",
        "verdict_in_summary",
    ]


def test_only_a_removal_can_be_reversed(made) -> None:
    rows = made.frame.set_index("case_id")
    assert rows["action"].to_dict() == {
        "fb-1": "remove",
        "fb-2": "none",
        "ig-3": "none",
        "th-4": "remove",
        "fb-6": "remove",
        "fb-7": "none",
        "fb-8": "remove",
        "fb-11": "suspend",
    }
    assert rows["reversed"].isna().equals(rows["action"].eq("none"))
    assert rows["reversed"].dropna().to_dict() == {
        "fb-1": True,
        "th-4": False,
        "fb-6": True,
        "fb-8": True,
        "fb-11": False,
    }


def test_what_no_rule_decides_leaves_with_its_reason(made) -> None:
    left = {r.because: r.cases_removed for r in made.ledger if r.cases_removed}
    assert left == {
        "the Board gave no decision": 1,
        "posts of one decision met different ends, or went in both directions": 1,
        "no rule says what Meta had decided": 1,
    }
    assert len(made) + 3 == len(MADE)


def test_the_rules_are_counted(tmp_path) -> None:
    found = OversightBoard(str(write(tmp_path))).by_rule()
    assert found["decisions"].sum() == len(MADE)
    assert found.iloc[0]["rule"] == "verdict_in_summary"
    counts = found.groupby("rule")["decisions"].sum()
    assert counts["both_outcomes"] == 1
    assert counts["no_rule"] == 2  # one of them without a decision of the Board


@pytest.mark.parametrize(
    ("summary", "body", "found"),
    [
        ("Meta’s decision to leave up one and its decision to remove another.", "", MIXED),
        (
            "No word.",
            "The Board upholds Meta’s decision to keep it. The Board overturns Meta’s "
            "decision to remove it.",
            MIXED,
        ),
        ("No word.", "Critics say that the Board upholds too much.", UNDECIDED),
        ("The Board has upheld Meta’s decision to restore a post.", "", LEAVE_UP),
        ("The Board has overturned Meta’s original decisions to REMOVE posts.", "", REMOVAL),
        ("Meta decided to move on.", "", UNDECIDED),
    ],
)
def test_texts_and_what_they_say(summary, body, found) -> None:
    assert direction_of(summary, body, ["Overturned"])[0] == found


def test_the_first_rule_that_matches_decides() -> None:
    summary = "The Board overturned Meta’s decision to remove a post."
    body = "The Board upholds Meta’s decision to leave up the post."
    assert direction_of(summary, body, [])[1] == "verdict_in_summary"
    found = every_direction(summary, body)
    assert found["verdict_in_summary"] == {REMOVAL}
    assert found["verdict_in_body"] == {LEAVE_UP}


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("A user appealed.", "unknown"),
        (
            "It was streamed on the official Facebook page of Utopia’s Prime Minister.",
            "world_leader",
        ),
        ("A video on the official, verified Facebook page of Utopian politician X.", "politician"),
        ("It was on the official page of the Utopian Communication Bureau.", "public_body"),
        ("A post shared by a news outlet.", "news_media"),
        ("A user answered a post from a news outlet’s account.", "unknown"),
        ("A republication of an item from a legitimate news outlet.", "unknown"),
    ],
)
def test_a_class_is_told_only_where_a_rule_decides(text, name) -> None:
    assert account_of("", text, 1)[0] == name
    assert account_of("", text, 2) == ("unknown", "several_posts")


def test_rules_have_names_of_their_own() -> None:
    names = [r.name for r in (*DIRECTIONS, *ACCOUNTS)]
    assert len(set(names)) == len(names)


def test_no_text_of_a_decision_is_in_the_cases(made) -> None:
    assert not {"summary", "body", "title"} & set(made.frame)
    assert "cartoon" not in made.frame.to_csv()


# faults ----------------------------------------------------------------------------------------


def test_missing_and_new_columns_are_named(tmp_path) -> None:
    head = tuple("verdict" if c == "outcome" else c for c in HEAD)
    with pytest.raises(SchemaError, match="'outcome': is missing") as caught:
        OversightBoard(str(write(tmp_path, head=head))).load()
    assert "'verdict': is not a column this reader knows" in str(caught.value)


def test_strange_values_are_named_all_at_once(tmp_path) -> None:
    rows = [
        decision("fb-1", "Remanded", "x"),
        decision("fb-1", "Upheld", "x"),
        decision("xx-1", "Upheld", "x", date="15 May 2025"),
        decision("fb-2", "Upheld", "x", body="") | {"body": ""},
    ]
    with pytest.raises(SchemaError, match="5 faults found") as caught:
        OversightBoard(str(write(tmp_path, rows))).load()
    for part in ("'Remanded'", "is empty or there twice", "begins with no platform", "is no date"):
        assert part in str(caught.value)


# the line --------------------------------------------------------------------------------------


def test_without_accounts_there_is_no_interval(tmp_path) -> None:
    news = "The Board {} Meta’s decision to remove a post shared by a news outlet."
    rows = [
        decision(f"fb-{k}", o, news.format(w))
        for k, (o, w) in enumerate([("Overturned", "overturned"), ("Upheld", "upheld")] * 4)
    ]
    body = "It was on the official page of the Utopian Communication Bureau."
    said = "The Board overturned Meta’s decision to remove a post."
    rows += [decision(f"ig-{k}", "Overturned", said, body) for k in range(4)]
    cases = OversightBoard(str(write(tmp_path, rows))).load()
    design = Design.of(
        {
            "focal": "public_body",
            "reference": "news_media",
            "frame": "enforced_only",
            "outcome": {"reversed": True},
            "margin": 0.1,
            "primary": "raw",
        }
    )
    study = enroll(cases, design)
    assert study.admissible
    assert {g.rung for g in study.gates if g.kind == "cap"} == {1, 2}
    found = compare(study, using=["raw"]).primary()
    assert found.estimate == 0.5
    assert pd.isna(found.conf_low)


# the published decisions -----------------------------------------------------------------------


def test_the_published_outcomes_and_their_directions(board) -> None:
    found = board.by_rule()
    assert found["decisions"].sum() == 128
    outcomes = found.groupby("outcome")["decisions"].sum()
    assert outcomes.to_dict() == {"Overturned": 101, "Upheld": 26}
    assert board.load().frame["direction"].value_counts().to_dict() == {
        "overturned_removal": 75,
        "overturned_leave_up": 24,
        "upheld_removal": 12,
        "upheld_leave_up": 12,
    }
    assert found.groupby("rule")["decisions"].sum().to_dict() == {
        "verdict_in_summary": 64,
        "appeal_in_summary": 45,
        "reversed_in_summary": 4,
        "decision_in_summary": 1,
        "verdict_in_body": 9,
        "both_outcomes": 4,
        "no_rule": 1,
    }


def test_the_rules_agree_with_a_reader(board) -> None:
    rows = board.load().frame.set_index("case_id")["direction"]
    agreed = sum(rows[slug].endswith(said) for slug, said in BY_HAND.items())
    assert (len(BY_HAND), agreed) == (44, 44)
    assert "44 decisions" in HAND_CHECKED
    assert "all 44" in HAND_CHECKED


def test_most_accounts_are_of_no_known_class(board) -> None:
    found = board.load().frame["account_class"].value_counts().to_dict()
    assert found == {
        "unknown": 111,
        "news_media": 7,
        "world_leader": 2,
        "public_body": 2,
        "politician": 1,
    }
