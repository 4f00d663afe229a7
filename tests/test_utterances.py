"""What was said of which number, and what is left open where nothing tells two values apart."""

from __future__ import annotations

import pytest

from audit import utterances
from audit.numerals import count, interval, level, p_value, percent, plain, points, posts
from audit.utterances import recalled, uttered


@pytest.fixture(autouse=True)
def nothing_said(monkeypatch):
    monkeypatch.setattr(utterances, "_SAID", {})


def values(*texts: str) -> dict[str, float]:
    return {text: said.value for text, said in recalled(texts).items()}


@pytest.mark.parametrize(
    ("say", "text", "value", "unit"),
    [
        (lambda: percent(279 / 2343), "11.9 %", 279 / 2343, "share"),
        (lambda: points(-0.12641), "−12.6", -12.641, "percentage points"),
        (lambda: points(0.12641), "+12.6", 12.641, "percentage points"),
        (lambda: count(2343), "2,343", 2343, "count"),
        (lambda: posts(51.26), "51.3", 51.26, "count"),
        (lambda: p_value(0.0004), "< 0.001", 0.0004, "p"),
        (lambda: p_value(0.04051), "0.041", 0.04051, "p"),
        (lambda: interval(-0.18, 0.031), "3.1", 3.1, "percentage points"),
        (lambda: level(0.9), "90 %", 0.9, "confidence"),
        (lambda: plain(26.13, unit="hours", signed=True), "+26.1", 26.13, "hours"),
    ],
)
def test_every_way_of_saying_a_number_leaves_its_value(say, text, value, unit) -> None:
    assert text in say()
    found = recalled([text])[text]
    assert found.value == pytest.approx(value, rel=1e-11)
    assert found.unit == unit


def test_a_text_said_of_two_values_is_left_open() -> None:
    percent(0.1191)
    percent(0.1194)
    assert values("11.9 %") == {}


def test_the_value_said_in_the_same_breath_is_meant() -> None:
    percent(0.1191)
    count(7)
    percent(0.2)
    percent(0.1194)
    count(8)
    assert values("7", "11.9 %") == {"7": 7.0, "11.9 %": 0.1191}
    assert values("8", "11.9 %") == {"8": 8.0, "11.9 %": 0.1194}


def test_two_readings_as_near_are_left_open() -> None:
    uttered("1.0", 0.98, "ratio", 1)
    count(7)
    uttered("1.0", 1.02, "ratio", 1)
    assert values("7", "1.0") == {"7": 7.0}


def test_what_was_never_said_is_not_known() -> None:
    count(7)
    assert values("7", "8") == {"7": 7.0}
    assert recalled([]) == {}


def test_last_bits_of_a_float_do_not_make_two_values() -> None:
    percent(0.1 + 0.2)
    percent(0.3)
    assert values("30.0 %") == {"30.0 %": 0.3}


def test_words_without_a_number_are_not_kept() -> None:
    percent(float("nan"))
    assert utterances._SAID == {}


def test_forgetting() -> None:
    count(7)
    utterances.forget()
    assert values("7") == {}
