"""Which sentences of a report speak of the comparison, and which of their words go too far."""

from __future__ import annotations

import pytest

from audit.claims.spoken import Licence, judged, overstated


def words(text: str, *, sign: int | None = None, **about) -> list[str]:
    licence = Licence(**{"rung": 2, **about})
    return [
        f.word.lower()
        for sentence, speaks in judged(text)
        if speaks or sign
        for f in overstated(sentence, licence, sign=sign)
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        (
            "Leaders were spared because of their office, which proves bias.",
            ["spared", "because of", "proves", "bias"],
        ),
        ("Leaders were removed less often. This is due to their office.", ["due to"]),
        ("Leaders were removed less often. It proves bias.", ["proves", "bias"]),
        ("The platform is biased.", ["biased"]),
        ("Posts were removed twice as often.", ["twice as often"]),
        ("Ordinary people were singled out.", ["singled out"]),
    ],
)
def test_a_sentence_about_the_comparison_is_held_to_its_rung(text: str, found: list[str]) -> None:
    assert words(text) == found


@pytest.mark.parametrize(
    "text",
    [
        "The mean is used because the median of a count jumps.",
        "Sex bias in graduate admissions: data from Berkeley.",
        "This does not prove bias against leaders.",
        "It says nothing about why leaders were spared.",
        "Whether leaders were removed because of their office is not asked.",
        "He said “leaders were spared because of me. It proves bias”.",
        "251 posts of leaders were acted on; so many by ordinary accounts for like posts.",
        "Rate of leaders at ‘label or stricter’, and a milder action.",
        "← leaders less often, more often → Each rung counts itself and everything stricter.",
    ],
)
def test_reasons_for_a_method_disclaimers_and_terms_are_let_through(text: str) -> None:
    assert words(text, rung=1) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Leaders were removed more often than others: …", ["more often"]),
        ("Leaders were removed less often than others: …", []),
        ("Ordinary people were removed more often than leaders: …", []),
        ("Ordinary people were removed less often than leaders: …", ["less often"]),
        ("Leaders post more often, and were removed less often: …", []),
        ("The gap, …, is larger than the margin.", []),
        ("The gap is … and fewer than 10 accounts stand behind it.", []),
        ("The rate of leaders is higher: …", ["higher"]),
    ],
)
def test_a_direction_beside_a_signed_claim_is_held_to_its_sign(text, found) -> None:
    assert words(text, sign=-1) == found


def test_without_a_claim_a_direction_needs_both_classes_and_what_was_done() -> None:
    assert words("Leaders were removed more often than ordinary people.") == []
    one = {"licence": Licence(2, -1)}
    said = "Leaders were removed more often than ordinary people."
    assert [f.word for f in overstated(said, **one)] == ["more often"]
    assert not overstated("Leaders write more often than ordinary people.", **one)
    assert not overstated("Posts are removed more often than labelled.", **one)


def test_a_double_standard_may_be_named_where_it_is_a_number_of_the_source_code() -> None:
    text = "Simuland is a platform with a double standard."
    assert words(text) == ["double standard"]
    assert words(text, simulated=True) == []
    assert words("The platform is biased.", simulated=True) == ["biased"]


def test_the_heading_that_says_what_an_odds_ratio_is_not_is_no_rate() -> None:
    heading = "Odds ratio (not a ratio of rates) Mantel–Haenszel post 0.08 by account"
    assert overstated(heading, Licence(2), odds=True) == ()
    assert [f.word for f in overstated("An odds ratio of rates, 0.08.", Licence(2), odds=True)]
