"""What a sentence's numbers say, and how far rounding may have gone."""

from __future__ import annotations

import pytest

from audit.verification.phrases import phrases
from audit.verification.sentences import sentences


def said(sentence: str) -> list[tuple[str, str, float]]:
    return [(p.text, p.kind, round(p.value, 6)) for p in phrases(sentence)]


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ("251 of 718 posts", [("251", "count", 251), ("718", "count", 718)]),
        ("about 35 percent", [("about 35 percent", "percent", 35)]),
        ("35.0 % of them", [("35.0 %", "percent", 35)]),
        ("a gap of 18 points", [("18 points", "points", 18)]),
        ("an 18-point gap", [("18-point", "points", 18)]),
        ("18.2 percentage points", [("18.2 percentage points", "points", 18.2)]),
        ("−18.2 points", [("−18.2 points", "points", 18.2)]),
        ("nearly a third", [("nearly a third", "share", 0.333333)]),
        ("two-thirds of it", [("two-thirds", "share", 0.666667)]),
        ("three quarters", [("three quarters", "share", 0.75)]),
        ("two in five", [("two in five", "share", 0.4)]),
        ("one out of every ten", [("one out of every ten", "share", 0.1)]),
        ("half of the posts", [("half", "share", 0.5)]),
        ("the third time", []),
        ("one of them, and someone", []),
        ("three posts", [("three", "count", 3)]),
        ("twice as often", [("twice", "ratio", 2)]),
        ("2.4 times more", [("2.4 times", "ratio", 2.4)]),
        ("a 3-fold rise", [("3-fold", "ratio", 3)]),
        ("p = 0.004", [("p = 0.004", "p", 0.004)]),
        ("more than 1,200 posts", [("more than 1,200", "count", 1200)]),
    ],
)
def test_what_a_phrase_says(sentence, expected) -> None:
    assert said(sentence) == expected


@pytest.mark.parametrize(
    ("text", "kind"),
    [("5 January 2018", "date"), ("2018-01-05", "date"), ("in 2018", "date"), ("at 12:30", "date")]
    + [("COVID-19", "name"), ("h264", "name"), ("v1.2.3", "name"), ("code 3f2a9c0b11de", "name")],
)
def test_dates_and_names_are_no_claims(text, kind) -> None:
    assert {p.kind for p in phrases(text)} == {kind}


@pytest.mark.parametrize(
    ("said", "inside", "outside"),
    [
        ("35 %", (34.5, 35.49), (34.4, 35.6)),
        ("35.0 %", (34.96, 35.04), (34.9, 35.1)),
        ("381 posts", (380.6, 381.4), (380.4, 381.6)),
        ("380 posts", (379.6, 380.4), (381.5,)),
        ("some 380 posts", (381.5, 376), (386, 374)),
        ("about 400 posts", (381.5, 430), (345, 455)),
        ("a third of", (0.32, 0.349), (0.31, 0.36)),
        ("about a third of", (0.31, 0.36), (0.29, 0.37)),
        ("nearly a third of", (0.31, 0.333), (0.29, 0.36)),
        ("more than a third of", (0.334, 0.36), (0.32, 0.38)),
        ("two in five", (0.385, 0.415), (0.37, 0.43)),
        ("more than 50 %", (50.1, 54.9), (49.4, 56)),
        ("under 50 %", (45.1, 50), (44, 50.6)),
        ("at least 18 points", (18.2, 17.6), (17.4, 20)),
        ("twice as many", (1.95, 2.05), (1.8, 2.2)),
    ],
)
def test_how_far_rounding_may_go(said, inside, outside) -> None:
    (phrase,) = phrases(said)
    assert [v for v in inside if not phrase.allows(v)] == []
    assert [v for v in outside if phrase.allows(v)] == []
    assert phrase.allows(-inside[0])


DRAFT = """---
title: 12 things
---
# A heading of 3 words

First sentence, of 251. Second, see p. 7 of Dr. Who, e.g. this one! Third?

* An item with [7 words](https://example.org/99/x) and `code 5`
* Another
  that goes on

```
7 lines of code. And more.
```

1. A numbered one. <!-- 12 hidden --> <b>Bold</b> and *slanted 4*.

| 15 | 16 |
"""


def test_sentences_and_their_lines() -> None:
    assert [(s.line, " ".join(s.text.split())) for s in sentences(DRAFT)] == [
        (2, "12 things"),
        (4, "A heading of 3 words"),
        (6, "First sentence, of 251."),
        (6, "Second, see p. 7 of Dr. Who, e.g. this one!"),
        (6, "Third?"),
        (8, "An item with [7 words] and code 5"),
        (9, "Another that goes on"),
        (16, "A numbered one."),
        (16, "Bold and slanted 4."),
        (18, "15"),
        (18, "16"),
    ]


@pytest.mark.parametrize(
    "text", ["```" * 5000, "<!--" * 5000, "[(" * 9000, "*" * 20_000, "|" * 9000]
)
def test_hostile_drafts_are_read(text) -> None:
    assert isinstance(list(sentences(text)), list)
    assert isinstance(phrases(text), list)
