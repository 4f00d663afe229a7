"""What a draft says in words alone: who, how often, alike or not, proven or not."""

from __future__ import annotations

import pytest

from audit.verification.classes import class_at, mentions
from audit.verification.conclusions import Finding, concluded
from audit.verification.disguised import disguises
from audit.verification.foreign import is_foreign
from audit.verification.frequencies import frequencies, wrong_frequency
from audit.verification.spoken import equalities, judged, treatments
from audit.verification.ways import ways

CLASSES = ("world leader", "ordinary")
LENIENT = Finding("treated more leniently", 1, -0.28, -0.07, 0.004, gap=-18.2, margin=5.0, rung=3)


def who(text: str, classes: tuple[str, str] = CLASSES) -> list[str]:
    return [name for _, name in mentions(text, classes)]


@pytest.mark.parametrize(
    ("text", "classes", "found"),
    [
        ("Presidents and citizens", CLASSES, ["focal", "reference"]),
        ("heads of state against everyone else", CLASSES, ["focal", "reference"]),
        ("non-leaders", CLASSES, ["reference"]),
        ("politicians and celebrities", ("candidate", "public figure"), ["reference"]),
        ("politicians", ("world leader", "public official"), []),
        ("ordinary users against others", ("ordinary", "verified"), ["focal", "reference"]),
        ("verified accounts against the rest", ("verified", "unverified"), ["focal", "reference"]),
        ("authors", ("amplified author", "other author"), []),
        ("the rest of the year", CLASSES, []),
        ("Leaders", ("", ""), []),
        ("a (b accounts", ("a (b", "c"), ["focal"]),
    ],
)
def test_a_class_is_known_by_name_and_in_plain_words(text, classes, found) -> None:
    assert who(text, classes) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("17 leader posts", "focal"),
        ("17 posts by ordinary accounts", "reference"),
        ("17 of the posts that came from leaders", "focal"),
        ("17", ""),
    ],
)
def test_whose_a_number_is(text, found) -> None:
    assert class_at(f"They removed {text}.", 13, 15, CLASSES) == found


def test_what_a_number_stands_behind_is_whose_it_is() -> None:
    assert class_at("Leaders: 17", 9, 11, CLASSES) == "focal"
    assert class_at("Others (17)", 8, 10, CLASSES) == "reference"
    assert class_at("Leaders against others: 17", 24, 26, CLASSES) == ""


OFTEN = {
    "Leader posts were seldom removed.": (0.0, 0.1, "focal"),
    "Leader posts were very rarely removed.": (0.0, 0.1, "focal"),
    "Rarely were leader posts removed.": (0.0, 0.1, "focal"),
    "Leader posts were rarely left up.": (0.9, 1.0, "focal"),
    "Most leader posts were not removed.": (0.0, 0.5, "focal"),
    "Most leader posts stayed up.": (0.0, 0.5, "focal"),
    "No posts of leaders were removed.": (0.0, 0.0, "focal"),
    "The platform removed no leader posts.": (0.0, 0.0, "focal"),
    "Every ordinary post was removed.": (1.0, 1.0, "reference"),
    "The vast majority of leader posts survived.": (0.0, 0.25, "focal"),
    "Leader posts were hardly touched.": (0.0, 0.1, "focal"),
    "Only ordinary accounts were removed.": (0.0, 0.0, "focal"),
    "Posts were always removed.": (1.0, 1.0, ""),
}


@pytest.mark.parametrize("text", OFTEN)
def test_how_often_is_said_in_words(text) -> None:
    (found,) = frequencies(text, CLASSES)
    assert (found.low, found.high, found.whose) == OFTEN[text]


@pytest.mark.parametrize(
    "text",
    [
        "Leader posts were removed more rarely than others.",
        "Not all leader posts were removed.",
        "The data hold all posts that were reported.",
        "If all leader posts were removed, we would know.",
        "Of all posts removed, 251 were by leaders.",
        "Most accounts had few posts.",
    ],
)
def test_what_says_no_frequency(text) -> None:
    assert not list(frequencies(text, CLASSES))


def test_a_frequency_is_held_to_the_rate_of_its_class() -> None:
    claims = [
        {"id": "rate_focal", "value": 0.35, "unit": "share", "text": "35.0 %"},
        {"id": "rate_reference", "value": 0.53, "unit": "share", "text": "53.0 %"},
    ]
    (most,) = frequencies("Most leader posts were removed.", CLASSES)
    assert wrong_frequency(most, claims) == "in the report it is 35.0 % (claim rate_focal)"
    (right,) = frequencies("Most ordinary posts were removed.", CLASSES)
    assert wrong_frequency(right, claims) == ""
    assert "no rate" in wrong_frequency(right, [])
    (half,) = frequencies("Most posts were removed.", CLASSES)
    assert wrong_frequency(half, [{**claims[0], "value": 0.5}])


def said(found) -> list[str]:
    return [word.lower() for word, _ in found]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Leaders were treated more strictly.", ["more strictly"]),
        ("Leaders were not treated more leniently.", ["not treated more leniently"]),
        ("Leaders fared worse.", ["fared worse"]),
        ("Ordinary accounts fared better than leaders.", ["fared better"]),
        ("The platform was harder on leaders.", ["harder on leaders"]),
        ("The platform was harder on ordinary accounts.", []),
        ("Leaders were treated more leniently.", []),
        ("Were leaders to be asked whether they were treated more strictly.", []),
    ],
)
def test_treatment_is_held_to_the_verdict(text, found) -> None:
    assert said(treatments(text, CLASSES, 1)) == found


EQUAL = [
    "Leaders and others were treated alike.",
    "Leader posts were removed as often as others.",
    "There was no difference between leaders and others.",
    "Leaders were treated no differently.",
    "The gap is zero.",
    "The removal rates of leaders and others were identical.",
    "Neither class was removed more often.",
]


@pytest.mark.parametrize("text", EQUAL)
def test_that_nothing_differs_is_said_of_the_verdict_alike_alone(text) -> None:
    assert said(equalities(text, LENIENT))
    assert said(equalities(text, Finding("unclear")))
    assert not said(equalities(text, Finding("treated alike")))


@pytest.mark.parametrize(
    "text",
    [
        "Leaders were not treated the same as others.",
        "Leader posts were not removed as often as others.",
        "Leader posts were removed half as often as others.",
        "If leaders were treated alike, more would be gone.",
        "The same words were posted.",
    ],
)
def test_what_does_not_say_that_nothing_differs(text) -> None:
    assert not said(equalities(text, LENIENT, -1))


def test_not_as_often_says_less_often() -> None:
    text = "Leader posts were not removed as often as others."
    assert said(equalities(text, LENIENT, 1)) == ["as often as"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It is not statistically significant.", True),
        ("It is statistically significant.", False),
        ("The test does not reject.", True),
        ("The interval includes zero.", True),
        ("The interval does not include zero.", False),
        ("The interval excludes zero.", False),
        ("The gap is smaller than the margin.", True),
        ("The gap is within the margin.", True),
        ("The gap is larger than the margin.", False),
        ("The evidence is on rung four.", True),
        ("The evidence is on rung 3.", False),
        ("It reached the highest rung.", True),
        ("The verdict is unclear.", True),
        ("The verdict is not unclear.", False),
        ("The verdict is: treated more leniently.", False),
        ("It is unclear why.", False),
    ],
)
def test_what_was_concluded_is_held_to_the_record(text, found) -> None:
    assert bool(said(concluded(text, LENIENT))) is found


def test_without_a_test_nothing_is_significant() -> None:
    assert said(concluded("It is significant.", Finding("unclear"))) == ["significant"]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Leaders' rate exceeds that of others.", True),
        ("More leader posts were removed than expected.", True),
        ("Leader posts were removed 18 points more.", True),
        ("Leader posts were removed 18 points less.", False),
        ("Leader posts face a greater risk.", True),
        ("A positive gap was found.", True),
        ("A negative gap was found.", False),
        ("It went the other way.", True),
        ("The rate does not exceed that of others.", False),
    ],
)
def test_other_words_of_direction_are_held_to_the_sign(text, wrong) -> None:
    assert bool(said(ways(text, -1, -1))) is wrong
    assert not said(ways(text, None))


@pytest.mark.parametrize(
    "text",
    [
        "The exemption prevented removals.",
        "Office cut the removal rate.",
        "The exemption's effect is a gap.",
        "The platform turned a blind eye to leaders.",
        "Leaders were exempt from removal.",
        "It gave leaders an unfair advantage.",
    ],
)
def test_causes_and_motives_are_no_rungs(text) -> None:
    assert said(judged(text))


def test_what_is_disclaimed_is_not_judged() -> None:
    assert not said(judged("This does not show that the exemption helped leaders."))


def test_letters_that_look_alike_are_said() -> None:
    assert "mixes Cyrillic and Latin letters" in next(disguises("mоre often"))
    assert "turn letters round" in next(disguises("\u202e81\u202c posts"))
    assert not list(disguises("naïve Zürich Ελλάδα Москва"))


@pytest.mark.parametrize(
    ("text", "foreign"),
    [
        ("Führungskräfte wurden häufiger gelöscht als andere.", True),
        ("Les dirigeants ont été favorisés.", True),
        ("Посты лидеров удаляли чаще.", True),
        ("二百五十二", True),
        ("Leaders die in office.", False),
        ("The chancellor’s Bundestag speech was posted.", False),
        ("Leaders removed more often", False),
        ("12.6", False),
    ],
)
def test_what_is_not_english_is_known(text, foreign) -> None:
    assert is_foreign(text) is foreign
