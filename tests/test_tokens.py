"""Number tokens: what counts, what it is worth, and that reading a document changes none."""

from __future__ import annotations

import math
import random
import unicodedata

import pytest

from audit import numerals
from audit.tokens import WORDS, Token, flattened, tokens


def said(text: str) -> list[str]:
    return [t.text for t in tokens(text)]


def faces(text: str) -> list[tuple[str, float | None, str]]:
    return [(t.text, t.value, t.shape) for t in tokens(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("251 of 718 were removed", [("251", 251.0, "plain"), ("718", 718.0, "plain")]),
        ("1,224 posts", [("1,224", 1224.0, "plain")]),
        ("1,2 and 3", [("1", 1.0, "plain"), ("2", 2.0, "plain"), ("3", 3.0, "plain")]),
        (
            "gap −18.2 to +20.7",
            [("−18.2", -18.2, "plain"), ("+20.7", 20.7, "plain")],
        ),
        ("(-3.5)", [("−3.5", -3.5, "plain")]),
        ("–5 points", [("−5", -5.0, "plain")]),
        ("rules 17–18", [("17", 17.0, "plain"), ("18", 18.0, "plain")]),
        ("17-18", [("17", 17.0, "plain"), ("18", 18.0, "plain")]),
        ("1−2α", [("1", 1.0, "plain"), ("−2α", None, "label")]),
        ("35.0 %", [("35.0%", 35.0, "percent")]),
        ("p < 0.001", [("<0.001", 0.001, "plain")]),
        ("p = 0.0504", [("0.0504", 0.0504, "plain")]),
        ("at most ≤ .05", [("≤.05", 0.05, "plain")]),
        ("from −∞ to ∞", [("−∞", -math.inf, "plain"), ("∞", math.inf, "plain")]),
        ("10⁸ rows", [("10^8", 1e8, "plain")]),
        ("1e-9", [("1e-9", 1e-9, "plain")]),
        ("½ of them", [("½", 0.5, "plain")]),
        ("2026-11-22", [("2026-11-22", None, "iso date")]),
        ("2021-09", [("2021-09", None, "iso date")]),
        ("2021-09-01T12:30:00Z", [("2021-09-01T12:30:00Z", None, "iso date")]),
        (
            "on 5 January 2018",
            [("5", 5.0, "written date"), ("2018", 2018.0, "written date")],
        ),
        (
            "on January 5th, 2018",
            [("5th", 5.0, "written date"), ("2018", 2018.0, "written date")],
        ),
        ("in May 2020", [("2020", 2020.0, "written date")]),
        ("of 12 may be", [("12", 12.0, "plain")]),
        ("in 2018,", [("2018", 2018.0, "year")]),
        ("the 1990s", [("1990s", 1990.0, "year")]),
        ("2,018 posts", [("2,018", 2018.0, "plain")]),
        ("audit 0.1.0", [("0.1.0", None, "version")]),
        ("v2", [("v2", None, "version")]),
        ("at 12:30", [("12:30", None, "clock")]),
        ("3f2a9c0b11de", [("3f2a9c0b11de", None, "hash")]),
        ("rule h24", [("h24", None, "label")]),
        ("the 2nd", [("2nd", 2.0, "ordinal")]),
        ("10k posts", [("10k", 10_000.0, "plain")]),
        ("2.5x", [("2.5x", 2.5, "plain")]),
        ("Section A.1", [("1", 1.0, "plain")]),
        ("Twice, half and a third", [("twice", 2.0, "word"), ("half", 0.5, "word")]
         + [("third", 1 / 3, "word")]),
        ("two-thirds of twelve", [("two", 2.0, "word"), ("thirds", 1 / 3, "word")]
         + [("twelve", 12.0, "word")]),
        ("one-leader study", [("one", 1.0, "word")]),
        ("twenty-one", [("twenty-one", 21.0, "word")]),
        ("someone often alone", []),
        ("٢٥١ posts", [("251", 251.0, "plain")]),
        ("７１８", [("718", 718.0, "plain")]),
        ("no number here", []),
        ("", []),
    ],
)  # fmt: skip
def test_what_is_a_token(text: str, expected: list[tuple[str, float | None, str]]) -> None:
    assert faces(text) == expected


def test_places_are_those_of_the_text_given() -> None:
    text = "gap\u00a0\u2068−12.6\u2069 per\u00adcent, tw\u00ad\nelve"
    assert [text[t.start : t.end] for t in tokens(text)] == ["−12.6", "tw\u00ad\nelve"]


@pytest.mark.parametrize("word", WORDS)
def test_every_number_word_counts(word: str) -> None:
    assert faces(f"{word.capitalize()} of them") == [(word, WORDS[word], "word")]


SENTENCES = [
    "World leader posts were treated more leniently: 251 of 718 were removed, and 381 would have "
    "been at the ordinary rate (gap −18.2 percentage points, 95 % interval −28.1 to −7.4).",
    "Five of twelve; a third, a half, twice; p < 0.001 and p = 0.004; 1,224 posts in 17–18 rules.",
    "Frozen on 2026-11-22, changed 5 January 2018: margin 0.05 → 0.10 (1.49 percentage points).",
    "Version 0.1.0, code 3f2a9c0b11de, 10⁸ rows, −∞ to ∞, first in the 1990s, one-leader.",
]


def spoiled(text: str, chance: random.Random) -> str:
    """Return a text as an extraction may give it: other spaces, line ends, marks, ligatures."""
    out = []
    for place, c in enumerate(text):
        after = text[place + 1 : place + 2]
        if c == " ":
            c = chance.choice([" ", "\u00a0", "\u2009", "\u202f", "\n", " \n", "\r\n", "  "])
        elif c in "-–" and after.isalnum() and text[place - 1].isalnum():
            c = chance.choice([c, c + "\n"] if not text[place - 1].isdigit() or c == "–" else [c])
        elif c.isalpha() and after.isalpha():
            c += chance.choice(["", "", "", "\u00ad", "\u00ad\n", "\u200b"])
        elif c.isdigit() and c.isascii():
            c = chance.choice([c, c, chr(0xFF10 + int(c)), f"\u2068{c}\u2069", f"{c}\u2060"])
        out.append(c)
    return "".join(out).replace("fi", "ﬁ").replace("fl", "ﬂ").replace("ff", "ﬀ")


@pytest.mark.parametrize("text", SENTENCES)
@pytest.mark.parametrize("seed", range(40))
def test_reading_a_document_changes_no_token(text: str, seed: int) -> None:
    assert faces(spoiled(text, random.Random(seed))) == faces(text)


def test_a_hyphen_at_a_line_end_is_no_word_of_its_own() -> None:
    assert said("twel-\nve of-\nten some-\none two-\nthirds 17–\n18") == [
        "twelve",
        "two",
        "thirds",
        "17",
        "18",
    ]


@pytest.mark.parametrize("seed", range(60))
def test_an_edit_of_any_digit_or_sign_is_seen(seed: int) -> None:
    chance = random.Random(seed)
    text = chance.choice(SENTENCES)
    place = chance.choice([i for i, c in enumerate(text) if c.isdigit() and c.isascii()])
    other = chance.choice([d for d in "0123456789" if d != text[place]])
    assert said(text[:place] + other + text[place + 1 :]) != said(text)
    assert said(text.replace("−", "+")) != said(text) or "−" not in text
    assert said(text.replace(">", "<").replace("<", ">")) != said(text) or "<" not in text


@pytest.mark.parametrize("seed", range(60))
def test_what_the_numerals_print_is_read_back(seed: int) -> None:
    chance = random.Random(seed)
    share = chance.uniform(-1, 1)
    shown = round(100 * share, 1)
    assert [t.value for t in tokens(numerals.percent(share))] == [pytest.approx(shown, abs=1e-9)]
    assert [t.value for t in tokens(numerals.points(share))] == [pytest.approx(shown, abs=1e-9)]
    n = chance.randrange(-(10**9), 10**9)
    assert [t.value for t in tokens(numerals.count(n))] == [n]


def test_any_text_at_all_is_read() -> None:
    chance = random.Random(20180105)
    for _ in range(300):
        text = "".join(chr(chance.randrange(0x30000)) for _ in range(60))
        text += "9" * 400 + "^" + "9" * 20 + "⁹" * 20 + "e999"
        for token in tokens(text):
            assert isinstance(token, Token)
            assert 0 <= token.start < token.end <= len(text)


def test_one_spelling_for_every_reading() -> None:
    assert flattened("a\u00a0b  c\nper\u00ad\ncent ﬁve") == "a b c percent five"
    assert unicodedata.is_normalized("NFKC", flattened("ﬁ\u2009７"))
