"""Every branch of the verdict, at its edge."""

from __future__ import annotations

from dataclasses import replace

import pytest

from audit.claims import Verdict
from audit.verdict import Reading, conclude

CLEAR = Reading(
    low=-0.20,
    high=-0.10,
    p=0.001,
    tight_low=-0.19,
    tight_high=-0.11,
    margin=0.05,
    alpha=0.05,
    expected=0.40,
    more_is="stricter",
)
WIDE = replace(CLEAR, low=-0.20, high=0.04, p=0.20, tight_low=-0.18, tight_high=0.02)
INSIDE = replace(CLEAR, low=-0.03, high=0.03, p=0.90, tight_low=-0.02, tight_high=0.02)
BRANCHES = [
    (replace(CLEAR, barred=True), Verdict.INADMISSIBLE),
    (replace(CLEAR, reversed_sign=True), Verdict.UNCLEAR),
    (replace(CLEAR, low=-0.04, high=-0.01, tight_low=-0.035, tight_high=-0.02), Verdict.SMALL),
    (CLEAR, Verdict.LENIENT),
    (replace(CLEAR, low=0.1, high=0.2, tight_low=0.11, tight_high=0.19), Verdict.STRICT),
    (replace(CLEAR, more_is="lenient"), Verdict.STRICT),
    (
        replace(CLEAR, more_is="lenient", low=0.1, high=0.2, tight_low=0.11, tight_high=0.19),
        Verdict.LENIENT,
    ),
    (replace(CLEAR, more_is="neither"), Verdict.LESS),
    (
        replace(CLEAR, more_is="neither", low=0.1, high=0.2, tight_low=0.11, tight_high=0.19),
        Verdict.MORE,
    ),
    (INSIDE, Verdict.ALIKE),
    (replace(INSIDE, expected=0.05), Verdict.UNCLEAR),
    (replace(INSIDE, expected=0.0501), Verdict.ALIKE),
    (WIDE, Verdict.UNCLEAR),
    (replace(CLEAR, p=0.0501), Verdict.UNCLEAR),
    (replace(CLEAR, p=0.05), Verdict.LENIENT),
    (replace(WIDE, p=0.01), Verdict.UNCLEAR),
    (replace(INSIDE, tight_high=0.05), Verdict.UNCLEAR),
    (replace(CLEAR, high=0.0), Verdict.UNCLEAR),
    (
        replace(
            CLEAR,
            low=float("nan"),
            high=float("nan"),
            p=float("nan"),
            tight_low=float("nan"),
            tight_high=float("nan"),
        ),
        Verdict.UNCLEAR,
    ),
]


@pytest.mark.parametrize(("reading", "verdict"), BRANCHES)
def test_branch(reading: Reading, verdict: Verdict) -> None:
    assert conclude(reading).verdict is verdict


def test_every_verdict_is_reached() -> None:
    assert {conclude(r).verdict for r, _ in BRANCHES} == set(Verdict)


def test_small_says_its_direction() -> None:
    reading = replace(CLEAR, low=-0.04, high=-0.01, tight_low=-0.035, tight_high=-0.02)
    assert conclude(reading).note == "treated more leniently"


def test_disagreement_is_said() -> None:
    assert "permutation test does not (p = 0.200)" in conclude(replace(CLEAR, p=0.2)).note
    assert "but the interval includes zero" in conclude(replace(WIDE, p=0.01)).note
    assert conclude(WIDE).note == ""


def test_immunity_cannot_be_alike() -> None:
    assert (
        "even total immunity would count as alike" in conclude(replace(INSIDE, expected=0.04)).note
    )
