"""The forms of a claim: number, sign and words out of one value."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.claims import Claim, direction_of, faults_of
from audit.claims.forms import (
    decimals_for,
    direction,
    explained,
    forms_of,
    gap_sentence,
    join,
    noun,
    per_hundred,
    signed,
    text_of,
)

RATES = st.floats(0, 1)


def gap(value: float, **more) -> Claim:
    text = text_of(value, "percentage points", 1)
    return Claim("gap", text, value, "percentage points", decimals=1, **more)


@given(RATES, RATES, st.integers(1, 5), st.sampled_from(["stricter", "lenient", "neither"]))
def test_sentence_sign_and_number_never_disagree(focal, reference, rung, more_is) -> None:
    made = gap(100 * (focal - reference))
    forms, further = gap_sentence(
        made,
        rates=(focal, reference),
        who=("Leader posts", "ordinary posts"),
        participle="removed",
        rung=rung,
        more_is=more_is,
    )
    said = join(forms["sentence"])
    sign = signed(made.value, 1)
    assert made.text in said
    assert ("−" in made.text) == (sign < 0)
    assert ("+" in made.text) == (sign > 0)
    assert "ordinary posts" in said
    assert not faults_of(said, rung=rung)
    if sign == 0:
        assert "as often as" in said
    elif rung < 3 or more_is == "neither":
        assert direction_of(said) == sign
    else:
        lenient = (sign < 0) == (more_is == "stricter")
        assert ("leniently" in said) == lenient
        assert ("strictly" in said) != lenient
    known = {made.id, *(c.id for c in further)}
    assert {id for pieces in forms.values() for _, id in pieces} <= known | {""}


@given(RATES, RATES)
def test_swapping_the_classes_swaps_the_sentence(focal, reference) -> None:
    for one, other in ((focal, reference), (reference, focal)):
        value = 100 * (one - other)
        turned = {"more often": "less often", "less often": "more often"}
        word = direction(value, 1)
        assert direction(-value, 1) == turned.get(word, word)


@given(RATES)
def test_a_share_is_never_said_as_none_or_all_unless_it_is(share: float) -> None:
    said = join(per_hundred(share, "x")[0])
    number = int(re.search(r"(\d+) of every (\d+)", said)[1])
    base = int(re.search(r"of every ([\d,]+)", said)[1].replace(",", ""))
    assert (number == 0) == (share == 0)
    assert (number == base) == (share == 1)
    if "than" not in said:
        assert abs(number / base - share) <= 0.5 / base + 1e-12


@pytest.mark.parametrize(
    ("share", "said"),
    [
        (0.28, "28 of every 100"),
        (0.004, "4 of every 1,000"),
        (0.00001, "fewer than 1 of every 1,000"),
        (0.999, "more than 99 of every 100"),
        (0.0, "0 of every 100"),
        (1.0, "100 of every 100"),
    ],
)
def test_so_many_of_every_hundred(share: float, said: str) -> None:
    assert join(per_hundred(share, "x")[0]) == said


@pytest.mark.parametrize(
    ("error", "decimals"),
    [(7.5, 0), (1.1, 1), (0.8, 1), (0.004, 3), (0.0012, 4), (0.0, 0), (float("nan"), 0), (97, 0)],
)
def test_a_number_is_rounded_to_what_its_error_bears(error: float, decimals: int) -> None:
    assert decimals_for(error) == decimals


@pytest.mark.parametrize(
    ("n", "unit", "said"),
    [
        (1, "posts", "post"),
        (2, "posts", "posts"),
        (1, "countries", "country"),
        (1, "classes", "class"),
        (1, "losses", "loss"),
        (0, "posts", "posts"),
    ],
)
def test_a_unit_goes_with_its_number(n: int, unit: str, said: str) -> None:
    assert noun(n, unit) == said


def test_a_ratio_is_a_plain_number() -> None:
    made = Claim("or", "2.03", 2.03, "odds ratio", decimals=2, conf_low=1.2, conf_high=3.4)
    forms, _ = forms_of(made)
    assert join(forms["phrase"]) == "an odds ratio of 2.03"
    assert join(forms["interval"]) == "95 % interval 1.20 to 3.40"
    assert not any(re.search(r"times|×|higher", join(p)) for p in forms.values())


def test_no_share_of_a_gap_is_explained_where_the_adjusted_one_is_larger() -> None:
    """The fault of a report that said how much was explained when adjusting widened the gap."""
    wider = explained(gap(-8.0), gap(-12.6))
    assert "no smaller, so that no part of it goes with the strata" in wider
    assert "it has the other sign" in explained(gap(-8.0), gap(2.0))
    less = explained(gap(-12.6), gap(-8.0))
    assert "4.6 percentage points of it go with the strata" in less
    for said in (wider, less):
        assert not faults_of(said, rung=2)
