"""Numbers typed into a notebook's own Markdown, or into prose that its code shows."""

from __future__ import annotations

import pytest
from nbformat.v4 import new_code_cell, new_notebook, new_output

import audit
from audit import report
from audit.errors import ClaimError
from audit.report import blocks
from audit.report.blocks import MIME, Block, Cover, Prose
from audit.report.document import document
from audit.report.kinds import typed_kind
from audit.report.typed import faults_in
from audit.tokens import tokens


@pytest.mark.parametrize(
    "text",
    [
        "The gap is 12.6 points.",
        "Leaders wrote 28 % of the posts.",
        "Three data sets recorded it.",
        "Half of the posts were labelled.",
        "It happened twice a month.",
        "Two-thirds of them stayed up.",
        "# What 17 leaders did",
        "- an item\n- another with 5 posts",
        "One in ten posts was removed.",
        "| a | b |\n|---|---|\n| posts | 41 |",
    ],
)
def test_a_typed_number_is_refused(text: str) -> None:
    found = list(faults_in(text))
    assert len(found) >= 1
    assert all("Allowed: a claim, a date" in f and "Try: audit.claim(" in f for f in found)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("From 1 September to 15 December 2020.", "date"),
        ("In 2018, on 2018-01-05 at 10:30.", "date"),
        ("Newcombe (1998) and Donner and Zou 2012.", "citation"),
        ("- Newcombe RG (1998). Comparison of eleven methods. *Med* 17:873–890.", "citation"),
        ("He wrote “we have 5 rules”.", "quotation"),
        ("See Table 2, Section 3 and § 4.", "document"),
        ("audit 0.1.0, of commit 5ccaa6fad182e2d6", "document"),
        ("One of them, at one time or another, and one another.", "wording"),
    ],
)
def test_what_needs_no_claim(text: str, kind: str) -> None:
    assert list(faults_in(text)) == []
    line = text.replace("*", "")
    assert {typed_kind(line, t) for t in tokens(line)} == {kind}


@pytest.mark.parametrize(
    "text",
    [
        "Of {claim:n} posts {claim:gap.points}.",
        "`ols(X, y, covariance='cr2', n=5)` and\n\n```python\nx = 12\n```\n",
        "With $t_{0.975}$ and\n\n$$\\frac{1}{2}$$\n",
        "1. first\n2. second",
        "[here](https://example.org/12/34) and <https://example.org/56>",
        "## Heading {#sec-2 .appendix}",
    ],
)
def test_code_formulas_addresses_and_slots_are_no_prose(text: str) -> None:
    assert list(faults_in(text)) == []


def test_every_number_is_said_with_its_sentence() -> None:
    found = list(faults_in("Leaders wrote 41 posts.\n\nOthers wrote 7 posts."))
    assert [f.split("”")[0] for f in found] == [
        "'41' in “Leaders wrote 41 posts.",
        "'7' in “Others wrote 7 posts.",
    ]


def shown(*found: Block, tags: tuple[str, ...] = ()):
    """Return an executed notebook with one code cell that showed the blocks."""
    outputs = [new_output("display_data", data={MIME: b.payload()}) for b in found]
    cell = new_code_cell("", outputs=outputs, metadata={"tags": list(tags)})
    return new_notebook(cells=[cell])


COVER = Cover("A title", date="2026-01-01")


def test_a_number_typed_into_prose_of_a_code_cell_is_refused_with_all_others() -> None:
    typed = (report.prose("# Of 41 posts"), report.prose("Half of {n} posts.", n="12"))
    with pytest.raises(ClaimError) as stopped:
        document(shown(COVER, *typed))
    said = str(stopped.value)
    assert "2 faults" in said
    assert "cell 1: '41' in “# Of 41 posts" in said
    assert "'Half' in “Half of … posts." in said


def test_prose_of_a_code_cell_may_have_slots_claims_and_the_words_of_the_package() -> None:
    n = audit.claim("n", 41, unit="posts", source="here")
    own = report.prose("# Of {claim:n.phrase}\n\nAs in 2018, {n1} and $x_{1}$.", n1="12")
    doc = document(shown(COVER, n, own, blocks.prose("Of 7 posts."), Prose("> 3", own=True)))
    assert [c["text"] for c in doc.claims if c["id"] == "n"] == ["41"]


def test_hidden_cells_print_no_prose_and_have_no_faults() -> None:
    report_of = document(
        shown(Prose("Of 41 posts."), tags=("hide",)), meta={"title": "T", "date": "2026-01-01"}
    )
    assert report_of.body == ()


def test_a_slot_of_prose_that_nobody_recorded_is_named_with_its_cell() -> None:
    with pytest.raises(ClaimError, match=r"cell 1: \{claim:m\} names no recorded claim"):
        document(shown(COVER, report.prose("# Of {claim:m}")))


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("In seven cases, twice; half of it, twice.", ["seven", "twice", "half", "twice"]),
        ("It fell to twelve.", ["twelve"]),
        ("Sixteen posts and a dozen leaders.", ["Sixteen", "dozen"]),
        ("A quarter of the posts, three quarters of the rest.", ["A quarter", "three"]),
        ("Their rate is double that of others; it doubled.", ["double", "doubled"]),
        ("Thousands were removed, seventy in hundreds.", ["Thousands", "seventy", "hundreds"]),
        (
            "A fifth of them, two thousand, twenty-one.",
            ["A fifth", "two", "thousand", "twenty-one"],
        ),
    ],
)
def test_every_number_word_of_a_text_is_reported_in_each_place(text: str, found: list[str]) -> None:
    assert [f.split("'")[1] for f in faults_in(text)] == found


@pytest.mark.parametrize(
    "text",
    [
        "A double standard, in double precision.",
        "The first quarter of 2020.",
        "He said “thousands of posts”.",
        "`dozen` is a name.",
        "The third, and the other one.",
    ],
)
def test_words_that_only_look_like_counts_are_let_through(text: str) -> None:
    assert list(faults_in(text)) == []
