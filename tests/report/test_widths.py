from __future__ import annotations

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from audit.errors import ReportError
from audit.report.fonts import text_width, uncovered, wrap
from audit.report.table import table
from audit.report.widths import LANDSCAPE, PORTRAIT, SIZES, breakable, fit


def block(frame, **options):
    return table(frame, id="tbl-w", title="T", **options).payload()


def test_a_small_table_keeps_its_natural_width():
    chosen = fit(block(pd.DataFrame({"a": ["x"], "n": [1]})))
    assert chosen.size == SIZES[0]
    assert not chosen.landscape
    assert sum(chosen.widths) < 100


def test_a_wide_table_shrinks_then_turns_then_is_refused():
    def wide(n):
        return block(pd.DataFrame({f"c{i}": [12345678.9] for i in range(n)}))

    sizes = [(fit(wide(n)).landscape, -fit(wide(n)).size) for n in range(5, 14)]
    assert sizes == sorted(sizes)
    assert fit(wide(13)).landscape
    with pytest.raises(ReportError, match=r"table 'tbl-w' has 40 columns and needs .* points"):
        fit(wide(40))


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.text(max_size=80), min_size=3, max_size=3), min_size=1, max_size=8))
def test_no_table_is_wider_than_its_page(rows):
    try:
        chosen = fit(block(pd.DataFrame(rows, columns=["a", "b", "c"])))
    except ReportError:
        return
    assert sum(chosen.widths) <= (LANDSCAPE if chosen.landscape else PORTRAIT) + 0.1


def test_dates_stay_whole_when_columns_compete():
    frame = pd.DataFrame({"from": ["2019-06-27"], "what": ["word " * 60], "who": ["name " * 20]})
    chosen = fit(block(frame))
    assert chosen.widths[0] >= text_width("2019-06-27", chosen.size)
    assert chosen.widths[1] > chosen.widths[2] > chosen.widths[0]
    assert chosen.whole


def test_tall_cells_are_set_on_a_turned_page():
    frame = pd.DataFrame({f"c{i}": ["word " * 44] for i in range(5)})
    assert fit(block(frame)).landscape


def test_a_table_without_rows_has_a_width():
    assert sum(fit(block(pd.DataFrame({"a": [], "b": []}))).widths) > 0


def test_long_runs_can_break_and_are_otherwise_unchanged():
    text = "a" * 100
    assert max(map(len, breakable(text).split("\u200b"))) <= 22
    assert breakable(text).replace("\u200b", "") == text
    assert breakable("short words only here") == "short words only here"


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("violation_acknowledged", ["violation_", "acknowledged"]),
        ("share_reported_reference", ["share_reported_", "reference"]),
        (
            "https://github.com/unitedstates/congress-legislators",
            ["https://github.", "com/unitedstates/", "congress-legislators"],
        ),
        ("3.14159265358979323846264", ["3.1415926535897932", "3846264"]),
    ],
)
def test_long_names_and_addresses_break_between_their_words(text, parts):
    assert breakable(text).split("\u200b") == parts


def test_wrapping_loses_nothing_and_keeps_to_the_width():
    text = "one two three " + "x" * 200
    lines = wrap(text, 200, 10)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(text_width(line, 10) <= 200 for line in lines)


def test_uncovered_names_what_no_typeface_has():
    assert uncovered(["Zürich − مرحبا नमस्ते", "王", "🏳"]) == ("王", "🏳")
