from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from audit.text import csv_safe, escape_html, html_table, visible


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("plain", "plain"),
        ("a\u202eb", "a⟨U+202E⟩b"),
        ("nul\0", "nul⟨U+0000⟩"),
        ("two\nlines", "two⟨U+000A⟩lines"),
        ("e\u0301", "é"),
        ("zero\u200bwidth", "zero⟨U+200B⟩width"),
        ("\ud800", "⟨U+D800⟩"),
        ("\ufffe", "⟨U+FFFE⟩"),
        ("نمی\u200cخواهم", "نمی\u200cخواهم"),
        ("pay\u200dpal", "pay⟨U+200D⟩pal"),
        ("👩\u200d🚀", "👩\u200d🚀"),
        ("習近平", "習近平"),
        (None, ""),
        (float("nan"), ""),
        (pd.NA, ""),
        (pd.NaT, ""),
        ("nan", "nan"),
        (12, "12"),
    ],
)
def test_what_is_hidden_is_spelled(value: object, shown: str) -> None:
    assert visible(value) == shown


def test_long_text_ends_in_an_ellipsis_within_the_limit() -> None:
    assert visible("x" * 100_000, 20) == "x" * 19 + "…"
    assert visible("x" * 20, 20) == "x" * 20
    assert visible("a" * 15 + "\0" * 5, 20) == "a" * 15 + "…"


@given(st.text(), st.integers(1, 200))
def test_visible_is_short_printable_and_writable(text: str, limit: int) -> None:
    shown = visible(text, limit)
    assert len(shown) <= limit
    assert "\n" not in shown
    assert not {"\0", "\u202e", "\u2066", "\u200b"} & set(shown)
    shown.encode("utf-8")


@given(st.text())
def test_escaped_text_holds_nothing_that_html_acts_on(text: str) -> None:
    for escaped in (escape_html(text), escape_html(text, 50)):
        assert not set(escaped) & set("<>\"'$`[]\\")


def test_escape_keeps_lines_whole_unless_limited() -> None:
    assert escape_html("a < b\n\tc & d" + "x" * 500) == "a &lt; b\n\tc &amp; d" + "x" * 500
    assert escape_html("a\nb", 20) == "a⟨U+000A⟩b"
    assert escape_html("$x$ \u202e") == "&#36;x&#36; ⟨U+202E⟩"


def test_html_table_escapes_names_and_cells() -> None:
    frame = pd.DataFrame({"<b>": ["<script>", "[x](javascript:alert(1))", np.nan], "n": [1, 2, 3]})
    table = html_table(frame)
    assert 'class="tex2jax_ignore mathjax_ignore"' in table
    assert "<script" not in table
    assert "<th>&lt;b&gt;</th>" in table
    assert "[x]" not in table
    assert "<td></td><td>3</td>" in table


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_a_formula_gets_an_apostrophe(start: str) -> None:
    assert csv_safe(start + "HYPERLINK()") == "'" + start + "HYPERLINK()"


@pytest.mark.parametrize("value", [-1.5, 7, None, "text", "a=b", True])
def test_what_is_no_formula_is_untouched(value: object) -> None:
    assert csv_safe(value) is value
