"""Slots of a notebook's text, filled with the claims that its cells recorded."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import audit
from audit.errors import ClaimError
from audit.report.authored import prose as author_prose
from audit.report.blocks import MIME, Claims, Cover, Note, prose
from audit.report.claimed import Claimed
from audit.report.document import document

META = {"title": "T", "date": "2026-01-01"}


def markdown(text: str):
    return {"cell_type": "markdown", "source": text, "metadata": {}}


def shown(block, *tags: str):
    output = {"output_type": "display_data", "data": {MIME: block.payload()}}
    return {
        "cell_type": "code",
        "source": "",
        "metadata": {"tags": list(tags)},
        "outputs": [output],
    }


def notebook(*cells):
    return SimpleNamespace(cells=list(cells))


def said(made) -> str:
    return " ".join(entry["text"] for entry in made.tokens)


N = audit.claim("posts", 41, of=50, unit="posts", source="the log")


@pytest.mark.parametrize("tags", [(), ("hide",)])
@pytest.mark.parametrize("first", [True, False])
def test_a_slot_is_filled_from_an_earlier_or_a_later_cell(first: bool, tags) -> None:
    cells = [shown(N, *tags), markdown("Of all, {claim:posts.of} stayed: {claim:posts.percent}.")]
    made = document(notebook(*(cells if first else cells[::-1])), meta=META)
    entry = next(e for e in made.tokens if e["part"] == "prose")
    assert entry["text"] == "Of all, 41 of 50 posts stayed: 82 %."
    assert entry["tokens"] == [
        ["41", "claim", "posts"],
        ["50", "claim", "posts.of"],
        ["82%", "claim", "posts.share"],
    ]
    values = {c["id"]: c["value"] for c in made.claims}
    assert values["posts.share"] == 0.82
    assert made.claims[0]["kind"] == "stated"
    assert made.claims[0]["estimator"] == "the log"


def test_a_slot_in_prose_is_filled_too() -> None:
    made = document([N, prose("There were {claim:posts.phrase}.")], meta=META)
    assert "There were 41 posts." in said(made)


def test_unknown_claims_and_forms_stop_the_build_with_the_cell_and_near_names() -> None:
    cells = [shown(N), markdown("{claim:post} and {claim:posts.points}"), markdown("{claim:zebra}")]
    with pytest.raises(ClaimError) as caught:
        document(notebook(*cells), meta=META)
    text = str(caught.value)
    assert "3 faults" in text
    assert "cell 2: {claim:post} names no recorded claim; did you mean posts?" in text
    assert "cell 2: {claim:posts.points} asks for the form 'points'; posts has text, " in text
    assert "cell 3: {claim:zebra} names no recorded claim; recorded: posts." in text


def test_no_claims_at_all_says_how_to_make_one() -> None:
    with pytest.raises(ClaimError, match=r"no cell records any; show one with audit\.claim"):
        document([prose("{claim:gap}")], meta=META)


def test_a_typed_number_stops_the_build_with_its_cell() -> None:
    with pytest.raises(ClaimError, match=r"(?s)1 fault\..*cell 2: '41' in “It was 41 posts"):
        document(notebook(shown(N), markdown("It was 41 posts.")), meta=META)


def test_one_id_is_one_number() -> None:
    other = audit.claim("posts", 42, unit="posts", source="here")
    with pytest.raises(ClaimError, match=r"'posts' is 41 and 42\. Rename one"):
        document([N, other], meta=META)
    assert document([N, N], meta=META).claims[0]["id"] == "posts"


def test_what_fills_a_slot_is_inert() -> None:
    hostile = "**b** $x$ [l](javascript:alert) {claim:posts}"
    records = ({"id": "bad", "text": hostile, "value": 1.0},)
    made = document([Claims(records), N, prose("It is {claim:bad}.")], meta=META)
    node = next(n for n in made.body + made.front if n["k"] == "p")
    assert {"k": "t", "v": hostile, "data": True, "claim": "bad"} in node["c"]


def test_records_without_forms_can_be_said_as_they_stand() -> None:
    found = Claimed.of([{"kind": "claims", "records": [{"id": "a", "text": "7", "value": 7.0}]}])
    assert [n["v"] for n in found.nodes("{claim:a}")] == ["7"]


def gap(sign: int):
    one, other = (28, 40) if sign < 0 else (40, 28)
    made = [
        audit.claim(name, n, of=100, unit="posts", source="here", did="removed")
        for name, n in (("a", one), ("b", other))
    ]
    return audit.claim("gap", made[0], against=made[1])


@pytest.mark.parametrize(
    ("text", "sign", "said"),
    [
        (
            "Leaders were spared because of their office, which proves bias: {claim:gap.sentence}",
            -1,
            ["'spared'", "'because of'", "'proves'", "'bias'", "cell 2:", "names a cause", "Say: "],
        ),
        ("Leaders were removed more often than others: {claim:gap}", -1, ["'more often'", "-1"]),
        ("Leaders were removed less often than others: {claim:gap}", 1, ["'less often'", "+1"]),
    ],
)
def test_words_beyond_the_evidence_stop_the_build(text: str, sign: int, said) -> None:
    with pytest.raises(ClaimError) as caught:
        document(notebook(shown(gap(sign)), markdown(text)), meta=META)
    assert all(part in str(caught.value) for part in said)
    with pytest.raises(ClaimError):
        document(notebook(shown(gap(sign)), shown(author_prose(text))), meta=META)
    with pytest.raises(ClaimError, match=r"block 2 \(prose\)"):
        document([gap(sign), author_prose(text)], meta=META)


@pytest.mark.parametrize(
    "text",
    [
        "Leaders were removed less often than others: {claim:gap.size}.",
        "The gap, {claim:gap}, is larger than what we call small.",
        "The median is used because it is sturdy.",
        "{claim:gap.sentence}",
    ],
)
def test_licensed_words_are_let_through(text: str) -> None:
    assert document(notebook(shown(gap(-1)), markdown(text)), meta=META).claims


def test_titles_and_notes_are_held_too() -> None:
    for block in (Note("Leaders were spared."), Cover("The platform is biased", date="2026-01-01")):
        with pytest.raises(ClaimError, match="is not licensed"):
            document([block], meta=META)
