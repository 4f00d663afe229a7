"""Numbers in words, pairs, intervals, what was seen and what was expected."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.tokens import TENS
from audit.verification.intervals import end_of
from audit.verification.number_words import IN_WORDS, SMALL, worth, worth_of_roman
from audit.verification.pairs import wrong_pair
from audit.verification.phrases import phrases
from audit.verification.supposed import contradicts


@pytest.mark.parametrize(
    ("said", "value"),
    [
        ("two hundred", 200),
        ("two hundred and fifty-one", 251),
        ("a hundred and one", 101),
        ("twelve hundred", 1200),
        ("two thousand, three hundred and four", 2304),
        ("1.2 million", 1_200_000),
        ("one hundred thousand", 100_000),
        ("half a dozen", 6),
        ("two dozen", 24),
        ("twenty five", 25),
        ("seventeen", 17),
        ("a couple of", 2),
    ],
)
def test_a_number_in_words_is_one_number(said, value) -> None:
    (found,) = [p for p in phrases(f"They counted {said} posts.") if p.kind == "count"]
    assert found.value == value


def test_two_numbers_in_words_are_two() -> None:
    found = [p.value for p in phrases("between one hundred and two hundred posts")]
    assert found == [100, 200]


def in_words(n: int) -> str:
    """Return a number below a million in words."""
    names = {int(v): k for k, v in SMALL.items()}
    if n >= 1000:
        rest = n % 1000
        tail = f" {'and ' * (0 < rest < 100)}{in_words(rest)}" if rest else ""
        return f"{in_words(n // 1000)} thousand{tail}"
    if n >= 100:
        return f"{names[n // 100]} hundred" + (f" and {in_words(n % 100)}" if n % 100 else "")
    if n in names:
        return names[n]
    tens = {int(v): k for k, v in TENS.items()}
    return f"{tens[n - n % 10]}-{names[n % 10]}"


@given(st.integers(1, 999_999))
def test_every_number_in_words_is_read_whole(n: int) -> None:
    said = in_words(n)
    assert worth(said) == n
    found = re.fullmatch(IN_WORDS, said)
    assert found, said


@pytest.mark.parametrize(("said", "value"), [("CCLI", 251), ("XIV", 14), ("MCMXC", 1990)])
def test_roman_numerals_count(said, value) -> None:
    assert worth_of_roman(said) == value
    assert [p.value for p in phrases(f"{said} leader posts")] == [value]
    assert not phrases(f"King Louis {said} spoke")


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("One leader post in three was removed.", "share", 1 / 3),
        ("twenty-five percent of them", "percent", 25),
        ("two hundred percent", "percent", 200),
        ("one in two hundred", "share", 0.005),
        ("half that of others", "ratio", 0.5),
        ("eighteen points", "points", 18),
    ],
)
def test_words_with_a_unit(text, kind, value) -> None:
    (found,) = phrases(text)
    assert (found.kind, found.value) == (kind, pytest.approx(value))


@pytest.mark.parametrize(
    ("text", "sign"),
    [
        ("plus 18 points", 1),
        ("minus 18 points", -1),
        ("+ 18 points", 1),
        ("− 18 points", -1),
        ("-18 points", -1),
        ("18 points", 0),
    ],
)
def test_a_sign_may_be_said_or_stand_apart(text, sign) -> None:
    assert phrases(f"a gap of {text}")[-1].signed == sign


def test_twice_is_a_ratio_only_of_something() -> None:
    assert phrases("It was counted twice.") == []
    assert [p.kind for p in phrases("twice as often")] == ["ratio"]


def claim(name: str, value: float, **more) -> dict:
    return {"id": name, "value": value, "unit": "posts", "text": str(value), **more}


COUNTS = [
    claim("observed", 251),
    claim("expected", 381),
    claim("n_compared", 718),
    claim("events_reference", 521),
    claim("n_reference", 1224),
    claim("accounts_focal", 24, unit="accounts"),
]


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("251 of 718 posts", False),
        ("251 of 1,224 posts", True),
        ("Of 718 leader posts, 251 were removed.", False),
        ("Of 1,224 leader posts, 251 were removed.", True),
        ("Of 24 leaders, 251 were removed.", True),
        ("Of the 381 removals expected, 251 happened.", False),
    ],
)
def test_so_many_of_so_many_is_a_pair_of_the_report(text, wrong) -> None:
    one, other = phrases(text)
    assert bool(wrong_pair(one, other, text, COUNTS)) is wrong


@pytest.mark.parametrize(
    ("text", "name", "wrong"),
    [
        ("Some 381 leader posts were removed.", "expected", True),
        ("381 would have been removed.", "expected", False),
        ("251 were removed, against 381 expected.", "expected", False),
        ("Had others posted the same, 381 were removed.", "expected", False),
        ("381 comparable posts were removed.", "expected", False),
        ("251 were expected.", "observed", True),
        ("251 would have been removed at the ordinary rate.", "observed", True),
        ("251 were removed instead of the 381 expected.", "observed", False),
        ("381 were removed instead of the 251 expected.", "expected", True),
        ("381 were removed instead of the 251 expected.", "observed", True),
    ],
)
def test_what_was_expected_is_not_said_as_seen(text, name, wrong) -> None:
    value = {"expected": "381", "observed": "251"}[name]
    place = text.index(value) + len(value) - 1
    assert bool(contradicts(claim(name, float(value)), text, place)) is wrong


def test_the_heading_of_a_cell_says_what_its_number_is() -> None:
    assert contradicts(claim("expected", 381), "381", 2, "removed leaders")
    assert not contradicts(claim("expected", 381), "381", 2, "expected leaders")
    assert contradicts(claim("observed", 251), "251", 2, "expected leaders")


GAPS = [
    claim("gap", -18.2, unit="percentage points", conf_low=-28.1, conf_high=-7.4, confidence=0.95),
    claim("gap_tight", -18.2, unit="percentage points", conf_low=-26.5, conf_high=-9.3)
    | {"confidence": 0.9},
]


@pytest.mark.parametrize(
    ("text", "number", "found"),
    [
        ("The 95 % interval is −28.1 to −7.4 points.", "−7.4", "gap"),
        ("The 90 % interval is −26.5 to −9.3 points.", "−9.3", "gap_tight"),
        ("The 90 % interval is −28.1 to −7.4 points.", "−7.4", None),
        ("The 95 % interval is −28.1 to −7.4 points.", "95 %", "gap"),
        ("The interval covers 90 % of leaders.", "90 %", None),
        ("Confidence level of 95 %.", "95 %", "gap"),
    ],
)
def test_the_ends_of_an_interval_are_those_of_its_level(text, number, found) -> None:
    phrase = next(p for p in phrases(text) if p.text.startswith(number))
    end = end_of(phrase, text, GAPS)
    assert (end and end[0]["id"]) == found
