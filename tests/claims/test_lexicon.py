"""Which words go too far, why, and what may be said instead."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.claims import Verdict, direction_of, faults_of, said, verb
from audit.claims.words import NONE, WORDS


def words(sentence: str, **about) -> list[str]:
    return [f.word.lower() for f in faults_of(sentence, **{"rung": 5, **about})]


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Posts stayed up because leaders wrote them.", ["because"]),
        ("The gap is due to the exemption.", ["due to"]),
        ("The rule led to fewer removals.", ["led to"]),
        ("Leadership caused the gap.", ["caused"]),
        ("This proves a double standard.", ["proves", "double standard"]),
        ("Leaders were removed three times more often.", ["three times more"]),
        ("They were 2.03x more likely to be removed.", ["2.03x more"]),
        ("They were twice as likely to be removed.", ["twice as likely"]),
        ("Removal was 2-fold higher.", ["2-fold higher"]),
        ("Twitter censored them.", ["censored"]),
        ("The platform was biased.", ["biased"]),
        ("The exemption explains the gap.", ["explains"]),
    ],
)
def test_words_that_no_rung_licenses(sentence: str, found: list[str]) -> None:
    assert words(sentence) == found
    for fault in faults_of(sentence, rung=5):
        assert sentence[fault.start : fault.end] == fault.word
        assert fault.why
        assert not faults_of(fault.instead, rung=5)


@pytest.mark.parametrize(
    "sentence",
    [
        "Leaders were removed less often: 28 of every 100 against 40 of every 100.",
        "Four times in five such a gap would be seen.",
        "They were removed at three times of the day.",
        "The cause of each report is in the last column.",
        "Results are in Table 2.",
        "The rates of like posts are set side by side.",
    ],
)
def test_plain_sentences_have_no_fault(sentence: str) -> None:
    assert words(sentence, rung=1) == []


@pytest.mark.parametrize("word", ["more leniently", "more strictly", "favoured", "protected"])
def test_words_of_treatment_need_rung_three(word: str) -> None:
    sentence = f"Leaders were {word}."
    assert words(sentence, rung=2)
    assert not words(sentence, rung=3)


def test_like_cases_need_rung_two() -> None:
    sentence = "They were removed less often than comparable posts."
    assert words(sentence, rung=1) == ["than comparable"]
    assert words(sentence, rung=2) == []


def test_an_odds_ratio_of_two_is_never_two_times_the_chance() -> None:
    """The fault of a report that wrote "2.03× higher odds" for an odds ratio of 2.03."""
    assert words("Leaders had 2.03× higher odds of removal.") == ["2.03× higher"]
    assert words("Leaders had 2.03x higher odds.", odds=True) == ["2.03x higher"]
    assert words("Their chances were 2.03.", odds=True) == ["chances"]
    assert words("The odds ratio is 2.03.", odds=True) == []


def test_a_direction_word_against_the_sign_is_a_fault() -> None:
    sentence = "Leaders were removed more often."
    assert words(sentence, sign=1) == []
    found = faults_of(sentence, rung=2, outcome="removed", sign=-1)
    assert [f.word for f in found] == ["more often"]
    assert found[0].instead == "The posts were removed less often than comparable posts."


@pytest.mark.parametrize(
    ("sentence", "sign"),
    [
        ("removed less often", -1),
        ("Removed MORE OFTEN", 1),
        ("no more often", None),
        ("not less often", None),
        ("more often than here, less often than there", None),
        ("removed as often", None),
    ],
)
def test_the_direction_of_a_sentence(sentence: str, sign: int | None) -> None:
    assert direction_of(sentence) == sign


@given(
    st.floats(-1, 1).filter(bool),
    st.integers(1, 5),
    st.sampled_from(["stricter", "lenient", "neither"]),
)
def test_what_the_lexicon_says_itself_has_no_fault(difference, rung, more_is) -> None:
    phrase = verb(difference, rung=rung, participle="removed", more_is=more_is)
    assert not faults_of(f"Leader posts {phrase}.", rung=rung)
    if direction_of(phrase) is not None:
        assert direction_of(phrase) == (1 if difference > 0 else -1)


@pytest.mark.parametrize("rung", range(6))
@pytest.mark.parametrize("verdict", Verdict)
def test_every_verdict_as_said_is_licensed(verdict: Verdict, rung: int) -> None:
    for difference in (-0.1, 0.1):
        text = said(verdict, rung=rung, difference=difference)
        assert not faults_of(f"Verdict: {text}.", rung=rung)


@pytest.mark.parametrize("rung", range(6))
@pytest.mark.parametrize("family", WORDS, ids=lambda w: w.name)
def test_what_is_suggested_is_licensed_where_the_word_is_not(family, rung: int) -> None:
    samples = {
        "cause": "because",
        "proof": "proves",
        "motive": "biased",
        "ratio": "twice as often",
        "treatment": "leniently",
        "like cases": "than comparable posts",
    }
    found = faults_of(f"They were removed less often, {samples[family.name]}.", rung=rung)
    assert bool(found) == (rung < family.from_rung)
    assert all(not faults_of(f.instead, rung=rung) for f in found)
    assert family.from_rung in (2, 3, NONE)


@pytest.mark.parametrize("word", ["because", "biased", "twice as likely", "proves"])
def test_without_a_sign_no_finding_is_suggested(word: str) -> None:
    """Of a report that finds a gap, "as often" was suggested for every sentence without a sign."""
    text = f"It is {word}."
    said = [f.instead for f in faults_of(text, rung=3, outcome="removed")]
    assert said
    assert all("as often" not in s and direction_of(s) is None for s in said)
    assert all("so many" in s.lower() for s in said)
    alike = [f.instead for f in faults_of(text, rung=3, outcome="removed", sign=0)]
    assert all("as often" in s for s in alike)


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("Leaders were not removed less often.", ["less often"]),
        ("Leaders were no less likely to be removed.", ["less likely"]),
        ("Leaders were not removed more often.", []),
        ("Leaders were removed more rarely.", []),
        ("Leaders were removed less rarely.", ["less rarely"]),
        ("Not only were leaders removed less often.", []),
        ("It is not surprising that they were removed more often.", ["more often"]),
        ("We did not find that leaders were removed more often.", []),
    ],
)
def test_a_direction_that_is_denied_is_held_to_the_sign_too(sentence: str, found) -> None:
    assert words(sentence, sign=-1) == found


@pytest.mark.parametrize(
    "sentence",
    [
        "The gap stems from office.",
        "The gap arises from the exemption.",
        "The exemption is responsible for the gap.",
        "The gap is a consequence of office.",
        "The gap was produced by the exemption.",
        "The exemption is behind the gap.",
        "The rate is half that of others.",
    ],
)
def test_causes_and_ratios_in_other_words(sentence: str) -> None:
    assert words(sentence)
