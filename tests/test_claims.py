"""How numbers are said, and which words each rung licenses."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.claims import NEVER, Claim, Verdict, licensed, said, verb
from audit.errors import ClaimError
from audit.numerals import count, interval, p_value, percent, points, ratio


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (percent(279 / 2343), "11.9 %"),
        (percent(math.nan), "not known"),
        (points(-0.1264), "−12.6 percentage points"),
        (points(0.1264), "+12.6 percentage points"),
        (points(-0.1264, signed=False), "12.6 percentage points"),
        (points(-0.0001), "0.0 percentage points"),
        (points(0.0001), "0.0 percentage points"),
        (interval(-0.182, -0.031), "95 % interval −18.2 to −3.1"),
        (interval(math.nan, 0.1), ""),
        (count(2343), "2,343"),
        (count(-1200), "−1,200"),
        (p_value(0.0004), "p < 0.001"),
        (p_value(0.0405), "p = 0.041"),
        (p_value(math.nan), ""),
        (ratio(0.351), "0.35"),
        (ratio(math.inf), "not defined"),
    ],
)
def test_numbers_as_said(said: str, text: str) -> None:
    assert said == text


@given(st.floats(-1, 1))
def test_a_printed_sign_is_the_sign_of_the_number(difference: float) -> None:
    text = points(difference)
    assert not (text.startswith("−") and difference >= 0)
    assert not (text.startswith("+") and difference <= 0)
    if text.startswith("0.0"):
        assert abs(difference) <= 0.0005 + 1e-12


@pytest.mark.parametrize("rung", range(1, 6))
@pytest.mark.parametrize("more_is", ["stricter", "lenient", "neither"])
def test_the_verb_follows_the_sign(rung: int, more_is: str) -> None:
    less, more = (verb(d, rung=rung, participle="removed", more_is=more_is) for d in (-0.1, 0.1))
    assert less != more
    if rung < 3 or more_is == "neither":
        assert "less often" in less
        assert "more often" in more
        assert "lenient" not in less + more
    else:
        lenient = less if more_is == "stricter" else more
        assert "more leniently" in lenient


def test_rung_zero_says_nothing() -> None:
    with pytest.raises(ClaimError, match="rung 0 licenses no comparison"):
        verb(0.1, rung=0, participle="removed", more_is="stricter")


@pytest.mark.parametrize("word", NEVER)
def test_words_that_no_rung_licenses(word: str) -> None:
    with pytest.raises(ClaimError, match="rung 5 does not license"):
        licensed(f"Leaders were spared {word} something.", rung=5)


def test_treatment_words_need_rung_three() -> None:
    sentence = "Leaders' posts were treated more leniently."
    licensed(sentence, rung=3)
    with pytest.raises(ClaimError, match="rung 2 does not license 'leniently'"):
        licensed(sentence, rung=2)


def test_a_claim_is_plain_json() -> None:
    claim = Claim("gap", "−1.0", -1 / 3, "percentage points", sign=-1, conf_low=math.nan)
    given_back = json.loads(json.dumps(claim.to_dict(), allow_nan=False))
    assert given_back["value"] == -0.333333333333
    assert given_back["conf_low"] is None


@pytest.mark.parametrize(("difference", "word"), [(0.2, "more"), (-0.2, "less")])
def test_a_reversal_is_let_back_and_not_acted_on(difference: float, word: str) -> None:
    for verdict in (Verdict.LENIENT, Verdict.STRICT, Verdict.MORE, Verdict.LESS):
        found = said(verdict, rung=2, difference=difference, reversal=True)
        assert found == f"let back {word} often"
        assert said(verdict, rung=2, difference=difference) == f"acted on {word} often"
    assert said(Verdict.UNCLEAR, rung=2, difference=difference, reversal=True) == "unclear"
