"""Slots of a notebook's text, filled with the claims that its cells recorded."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

import audit
from audit.errors import ClaimError
from audit.report.blocks import MIME, Claims, prose
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
