"""`audit.claim`: what it says, and what it refuses."""

from __future__ import annotations

import math

import pytest
from builders import cases_of, platform, question

import audit
from audit.claims import direction_of, faults_of
from audit.comparison import compare
from audit.errors import ClaimError, UnknownName
from audit.evidence import appraise
from audit.report.blocks import MIME
from audit.study import enroll

LEADERS = audit.claim(
    "leaders", 28, of=100, unit="posts", source="here", who="leaders’ posts", did="removed"
)
OTHERS = audit.claim(
    "others", 40, of=100, unit="posts", source="here", who="ordinary posts", did="removed"
)


def appraised(focal: str, reference: str):
    """Return the evidence of one simulated platform, from the side of one of its classes."""
    asked = question(focal=focal, reference=reference)
    made = compare(enroll(platform(), asked), using=("raw", "standardised"))
    return appraise(made, checks=())


@pytest.fixture(scope="module")
def evidence():
    return appraised("leader", "ordinary")


def test_two_counts_make_a_difference_with_its_words() -> None:
    gap = audit.claim("gap", LEADERS, against=OTHERS)
    assert gap.text == "−12.0 percentage points"
    assert gap.points == "12.0 percentage points"
    assert gap.hundred == "28 of every 100 against 40 of every 100"
    assert gap.sentence == (
        "Leaders’ posts were removed less often than ordinary posts: 28 of every 100 against "
        "40 of every 100 (gap −12.0 percentage points)."
    )
    assert (gap.claim.sign, gap.claim.baseline) == (-1, "ordinary posts")


def test_flipping_the_classes_flips_the_sentence() -> None:
    one = audit.claim("gap", LEADERS, against=OTHERS)
    other = audit.claim("gap", OTHERS, against=LEADERS)
    assert one.value == -other.value
    assert direction_of(one.sentence) == -1
    assert direction_of(other.sentence) == 1
    assert other.sentence.startswith("Ordinary posts were removed more often than leaders’ posts")


@pytest.mark.parametrize(
    ("made", "form", "text"),
    [
        (audit.claim("n", 4, unit="coders", source="here"), "text", "4"),
        (audit.claim("n", 4, unit="coders", source="here"), "Word", "Four coders"),
        (audit.claim("n", 1, unit="coders", source="here"), "phrase", "1 coder"),
        (audit.claim("n", 3423, unit="posts", source="here"), "phrase", "3,423 posts"),
        (
            audit.claim("n", 299, of=3423, unit="posts", source="here"),
            "sentence",
            "299 of 3,423 posts (8.7 %).",
        ),
        (audit.claim("n", 0.087, unit="share", source="here"), "hundred", "9 of every 100"),
        (audit.claim("n", 0.0405, unit="p", source="here"), "text", "p = 0.041"),
        (audit.claim("n", 26.13, unit="hours", source="here", error=2.4), "phrase", "26.1 hours"),
        (audit.claim("n", 26.13, unit="hours", source="here", low=12.0, high=41.0), "text", "26"),
        (
            audit.claim("n", 0.7213, unit="kappa", source="here", decimals=2),
            "phrase",
            "a kappa of 0.72",
        ),
        (
            audit.claim("n", 2.03, unit="odds ratio", source="here"),
            "phrase",
            "an odds ratio of 2.03",
        ),
        (
            audit.claim("n", -3.21, unit="percentage points", source="here"),
            "direction",
            "less often",
        ),
        (audit.claim("n", 0.01, unit="percentage points", source="here"), "direction", "as often"),
    ],
)
def test_forms(made, form: str, text: str) -> None:
    assert made.form(form) == text


def test_dummies_of_one_factor_are_one_factor() -> None:
    """The fault of a report with "26 factors", 19 of them dummies of one."""
    terms = ["rule", "severity", *(f"metro[T.{n}]" for n in range(19)), "lender=a", "lender=b"]
    assert (
        audit.claim("factors", terms, unit="factors", source="here").form("phrase") == "4 factors"
    )
    assert (
        audit.claim("factors", ["log(reach)", "log(age)"], unit="factors", source="here").text
        == "2"
    )


@pytest.mark.parametrize(
    ("args", "about", "says"),
    [
        (("x", 0.3), {}, "0.3 has no unit; say unit='share'"),
        (("x", 3.5), {"unit": "hours"}, "3.5 has no rounding; say the interval"),
        (("x", math.nan), {"unit": "posts"}, "nan is not finite"),
        (("x", math.inf), {"unit": "posts"}, "inf is not finite"),
        (("x", True), {}, "True is no number"),
        (("x", "41"), {"unit": "posts"}, "'41' is no number"),
        (("x", None), {"unit": "posts"}, "None is no number"),
        (("x", [1, 2]), {"unit": "posts"}, "no collection of names"),
        (("x y", 3), {"unit": "posts"}, "the id 'x y' cannot stand in"),
        (("x", 28), {"unit": "share"}, "a share lies between 0 and 1, and this is 28"),
        (("x", -1.0), {"unit": "odds ratio"}, "a ratio is not negative"),
        (("x", 1.5), {"unit": "p"}, "a p-value lies between 0 and 1"),
        (("x", 5), {"unit": "posts", "of": 3}, "5 is no count out of 3"),
        (("x", 0), {"unit": "posts", "of": 0}, "of=0 is nothing to count out of"),
        (("x", 1), {"of": 3}, "of needs a unit"),
        (("x", 1), {"unit": "posts", "of": 2.5}, "of=2.5 is no whole number"),
        (("x", 1), {"unit": "of 12 posts"}, "holds a number, which is a claim of its own"),
        (("x", 1.5), {"unit": "hours", "low": 1.0}, "an interval has two ends"),
        (("x", 1.5), {"unit": "hours", "low": 2.0, "high": 3.0}, "does not lie in its interval"),
        (("x", 1.5), {"unit": "hours", "low": math.nan, "high": 3.0}, "is not finite; leave it"),
        (("x", 1.5), {"unit": "hours", "error": -1.0}, "error is -1.0; allowed: above 0"),
        (("x", 1.5), {"unit": "hours", "decimals": 9}, "decimals is 9; allowed: 0 to 6"),
        (("x", 1.5), {"unit": "hours", "error": 1.0, "confidence": 95}, "confidence is 95"),
        (("x", 1), {"colour": "red"}, "claim has no 'colour'; allowed: of, unit, source"),
        (("x", 3), {"against": OTHERS}, "it is no claim of so many of so many"),
        (("x", LEADERS), {"against": OTHERS, "unit": "posts"}, "unit belongs to the claims"),
    ],
)
def test_what_cannot_be_said_is_refused_in_words(args, about, says: str) -> None:
    with pytest.raises(ClaimError, match="claim") as caught:
        audit.claim(*args, **about)
    assert says in str(caught.value)


def test_every_fault_is_said_at_once() -> None:
    with pytest.raises(ClaimError) as caught:
        audit.claim("x y", 5, of=3, unit="12 posts", source="here")
    assert str(caught.value).count(";") >= 2


def test_a_form_that_a_number_does_not_have_is_refused_with_the_nearest() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'percent'"):
        LEADERS.form("percents")


def test_a_claim_has_three_faces() -> None:
    made = audit.claim("n", 4, unit="<b>coders</b>", source="here")
    faces = made._repr_mimebundle_()
    assert str(made) == "4"
    assert "{claim:n.phrase}" in faces["text/plain"]
    assert "&lt;b&gt;" in faces["text/html"]
    assert "<b>" not in faces["text/html"]
    assert faces[MIME]["records"][0]["value"] == 4.0


def test_a_number_of_the_evidence_comes_with_its_sentence(evidence) -> None:
    made = audit.claim(evidence, "gap")
    assert made.value == pytest.approx(100 * evidence.comparison.primary().estimate)
    assert made.claim.cells == evidence.claims[0].cells != ""
    assert made.claim.design == evidence.comparison.study.design.hash
    assert not faults_of(made.sentence, rung=evidence.rung)
    for part in (made.text, "of every 100", "ordinary"):
        assert part in made.sentence


def test_an_unknown_number_of_the_evidence_is_refused_with_the_nearest(evidence) -> None:
    with pytest.raises(UnknownName, match="Did you mean 'gap'"):
        audit.claim(evidence, "gapp")


def test_flipping_the_classes_of_a_study_flips_its_sentence(evidence) -> None:
    one, other = (audit.claim(e, "gap") for e in (evidence, appraised("ordinary", "leader")))
    assert one.claim.sign == -other.claim.sign != 0
    signs = [direction_of(s.sentence) for s in (one, other)]
    assert signs in ([-1, 1], [1, -1], [None, None])
    assert one.form("direction") != other.form("direction")


def test_a_number_of_a_second_evidence_takes_another_name(evidence) -> None:
    made = audit.claim(evidence, "gap", name="gap_again")
    assert made.payload()["records"][0]["id"] == "gap_again"
    assert {i for p in made.forms.values() for _, i in p if i} <= {
        "gap_again",
        *(c.id for c in made.further),
    }
    with pytest.raises(ClaimError, match="unit is the evidence's own"):
        audit.claim(evidence, "gap", unit="posts")
    with pytest.raises(ClaimError, match="name is for a number of an evidence"):
        audit.claim("n", 4, unit="posts", source="here", name="m")


def test_a_gap_without_inference_is_described_and_has_no_interval() -> None:
    records = platform()
    rows = records.frame[records.frame["account_class"] == "leader"]
    one = rows["account_id"].iloc[0]
    frame = records.frame
    kept = frame[(frame["account_class"] != "leader") | (frame["account_id"] == one)]
    made = compare(enroll(cases_of(kept), question()), using=("raw", "standardised"))
    gap = audit.claim(appraise(made, checks=()), "gap")
    assert "interval" not in gap.forms
    assert gap.sentence.startswith("In these records, leader posts were ")
    assert gap.sentence.endswith("That says nothing about the class.")
    assert not faults_of(gap.sentence, rung=1)


@pytest.mark.parametrize(
    ("number", "about", "says"),
    [
        (-3, {"unit": "posts"}, ["a count of posts is not negative, and this is -3", "no source"]),
        (4, {}, ["4 has no unit", "4 has no source"]),
        (4, {"unit": "posts", "source": " "}, ["4 has no source"]),
        (-3, {}, ["-3 has no unit", "-3 has no source"]),
    ],
)
def test_what_a_stated_number_lacks_is_said_all_at_once(number, about, says) -> None:
    with pytest.raises(ClaimError) as caught:
        audit.claim("n", number, **about)
    assert all(part in str(caught.value) for part in says)


def test_a_measure_below_nought_with_its_rounding_can_be_stated() -> None:
    made = audit.claim("n", -3.0, unit="degrees", decimals=1, source="the station")
    assert made.value == -3.0


def test_shares_of_different_things_done_are_not_subtracted() -> None:
    labelled = audit.claim("o", 40, of=100, unit="posts", source="here", did="labelled")
    with pytest.raises(ClaimError, match="did is 'removed' and 'labelled'"):
        audit.claim("gap", LEADERS, against=labelled)
    with pytest.raises(ClaimError, match="did is 'removed' and 'met'"):
        audit.claim("gap", LEADERS, against=OTHERS, did="met")
    bare = audit.claim("o", 40, of=100, unit="posts", source="here")
    assert "removed" in audit.claim("gap", LEADERS, against=bare).sentence
