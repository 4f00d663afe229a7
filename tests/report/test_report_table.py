from __future__ import annotations

import io

import numpy as np
import pandas as pd
import pytest

from audit.errors import ReportError
from audit.printed.tex import escape
from audit.report.blocks import Column
from audit.report.table import table, to_csv


def make(frame, **options):
    return table(frame, id="tbl-x", title="T", **options)


def test_cells_are_set_by_format_and_numbers_to_the_right():
    frame = pd.DataFrame(
        {"a": ["x", None], "n": [1234, 5], "p": [-0.1234, np.nan], "b": [True, False]}
    )
    made = make(frame, columns={"a": "A", "n": ("N", ",d"), "p": ("P", ".1%"), "b": "B"})
    assert made.cells == (("x", "1,234", "−12.3 %", "yes"), ("–", "5", "–", "no"))
    assert [c.align for c in made.columns] == ["left", "right", "right", "left"]


@pytest.mark.parametrize(
    ("value", "form", "said"),
    [
        (-0.04, "+.1f", "0.0"),
        (0.04, "+.1f", "0.0"),
        (-0.0, ".2f", "0.00"),
        (-0.0004, "+.1%", "0.0 %"),
        (-0.06, "+.1f", "−0.1"),
        (-0.0, ".1e", "0.0e+00"),
        (-2.8e-08, ".1e", "−2.8e−08"),
        (16_400_000_000.0, ".4g", "16,400,000,000"),
        (16_400_000_000.0, ",.4g", "16,400,000,000"),
        (15974.0, ".4g", "15,974"),
        (4964, ".4g", "4,964"),
        (15974.5, ",.4g", "15,974"),
        (0.5, ".4g", "0.5"),
        (0.19118, ".4g", "0.1912"),
        (-3.0, "+.3g", "−3"),
        (3.0, "+.3g", "+3"),
        (1e300, ".4g", "1e+300"),
    ],
)
def test_a_number_is_printed_whole_and_without_an_idle_sign(value, form, said):
    made = make(pd.DataFrame({"x": [value]}), columns={"x": ("X", form)})
    assert made.cells == ((said,),)


def test_infinite_numbers_are_said():
    made = make(pd.DataFrame({"r": [np.inf, -np.inf, 1.5]}), columns={"r": ("R", ".2f")})
    assert [row[0] for row in made.cells] == ["∞", "−∞", "1.50"]
    assert made.files["csv"].splitlines() == ["r", "∞", "−∞", "1.5"]
    mixed = pd.DataFrame({"r": pd.Series(["x", np.inf], dtype=object), "s": [np.inf, np.nan]})
    assert to_csv(mixed).splitlines() == ["r,s", "x,∞", "∞,"]


def test_a_format_that_does_not_fit_is_refused():
    with pytest.raises(ReportError, match=r"column 'A': 1\.5 does not take the format ',d'|'1\.5'"):
        make(pd.DataFrame({"a": [1.5]}), columns={"a": ("A", ",d")})


def test_all_faults_of_a_table_are_said_together():
    with pytest.raises(
        ReportError, match=r"no column 'z'.*no column 'g'.*spanners cover 3 columns"
    ):
        make(pd.DataFrame({"a": [1]}), columns={"z": "Z"}, group="g", spanners=[("x", 3)])


def test_rows_beyond_the_limit_are_counted_and_kept_in_the_csv():
    made = make(pd.DataFrame({"a": range(30)}), limit=10)
    assert len(made.cells) == 10
    assert made.notes == ("The first 10 of 30 rows; tables/tbl-x.csv has them all.",)
    assert len(made.files["csv"].splitlines()) == 31


def test_groups_start_where_the_value_changes():
    made = make(pd.DataFrame({"g": ["a", "a", "b"], "n": [1, 2, 3]}), columns={"n": "N"}, group="g")
    assert made.groups == ((0, "a"), (2, "b"))


def test_csv_has_twelve_digits_and_reads_back():
    frame = pd.DataFrame({"x": [1 / 3, 1e-9], "t": pd.to_datetime(["2026-01-01", None])})
    text = to_csv(frame)
    assert "0.333333333333," in text
    np.testing.assert_allclose(pd.read_csv(io.StringIO(text)).x, frame.x, rtol=1e-11)


def test_no_csv_cell_starts_a_formula(hostile):
    text = to_csv(pd.DataFrame({"=h": [*hostile, "-1+2", "@x"]}))
    back = pd.read_csv(io.StringIO(text), dtype=str, keep_default_na=False)
    for cell in [*back.columns, *back.iloc[:, 0]]:
        assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))
    assert "\x00" not in text
    text.encode()


def test_tex_has_no_live_command(hostile):
    for value in hostile:
        out = escape(value)
        for command in ("\\input", "\\immediate", "\\href", "$", "\\write"):
            assert command not in out.replace("\\$", "")
    made = make(pd.DataFrame({"a_b": ["50 % & more"]}))
    assert "a\\_b" in made.files["tex"]
    assert "50 \\% \\& more" in made.files["tex"]


def test_a_link_column_links_only_safe_addresses():
    from audit.report.captioned import table_html

    frame = pd.DataFrame({"u": ["https://e.org/a", "javascript:alert(1)", "http://e.org/\u202e"]})
    made = make(frame, columns={"u": Column("U", link=True)})
    shown = table_html(made.payload())
    assert shown.count("<a href=") == 1
    assert 'href="https://e.org/a"' in shown
    assert "<a href" not in table_html(make(frame).payload())
