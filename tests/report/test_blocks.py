from __future__ import annotations

import json

import pytest

from audit.errors import ReportError
from audit.report.blocks import KINDS, MIME, Claims, Cover, Finding, Note, check_id, payloads, prose


def test_every_block_shows_itself_three_ways(sample):
    for block in [*sample(), Claims(({"id": "a", "value": 1.0},))]:
        bundle = block._repr_mimebundle_()
        face = "text/markdown" if block.kind == "prose" else "text/html"
        kept = "image/png" if block.kind == "figure" else "text/markdown"
        assert set(bundle) == {"text/plain", face, MIME, kept}
        assert json.loads(json.dumps(bundle[MIME])) == bundle[MIME]
        assert bundle[MIME]["kind"] in KINDS
        assert face == "text/markdown" or "mathjax_ignore" in bundle[face]


def test_made_up_data_is_said_to_be_in_every_medium(sample):
    marked = [b for b in sample() if b.payload().get("simulated")]
    for block in (*marked, Cover("T", date="2020-01-01", simulated=True)):
        bundle = block._repr_mimebundle_()
        for kind in {"text/plain", "text/html", "text/markdown"} & set(bundle):
            assert "SIMULATED" in bundle[kind], (block.kind, kind)


def test_text_of_a_block_is_made_visible():
    data = Finding("a\u202eb", ("c\x00",)).payload()
    assert data["headline"] == "a⟨U+202E⟩b"
    assert data["points"] == ["c⟨U+0000⟩"]


def test_html_face_escapes_hostile_text(hostile):
    shown = Note("x", points=hostile)._repr_mimebundle_()["text/html"]
    assert "<script" not in shown
    assert "<img" not in shown


@pytest.mark.parametrize("name", ["", "1a", "a b", "../x", "a/b", "é", "a" * 62, "a\n"])
def test_id_that_is_no_file_name_is_refused(name):
    with pytest.raises(ReportError, match=r"a table has the id .*; allowed: a letter"):
        check_id(name, "a table")


def test_prose_refuses_a_number_that_nobody_rounded():
    with pytest.raises(ReportError, match=r"share=0\.14 is not text: round it first"):
        prose("Of these {share} left", share=0.14)


def test_prose_refuses_a_value_without_a_slot():
    with pytest.raises(ReportError, match=r"the text has no slot {share}"):
        prose("Of these {shar} left", share="14 %")


def test_whole_numbers_get_thousands():
    assert prose("{n}", n=12345).values == {"n": "12,345"}


def test_what_is_no_block_is_refused():
    with pytest.raises(ReportError, match="item 2 of the report is a str; allowed: Cover"):
        list(payloads([Finding("x"), "y"]))


def test_values_in_markdown_for_a_notebook_start_nothing(hostile):
    for value in hostile:
        shown = prose("{v}", v=value)._repr_mimebundle_()["text/markdown"]
        assert not set("*_`[]<>\\|#~!(){}") & set(
            shown.replace("<span>&#36;</span>", "").replace("&#", "")
        )
