from __future__ import annotations

import pytest

from audit.errors import ReportError
from audit.report.blocks import Claims, Cover, Finding, Heading, prose
from audit.report.document import document
from audit.report.numbering import plain, walk

META = {"title": "T", "date": "2026-01-01"}


def test_page_one_is_what_stands_before_the_first_heading(sample):
    made = document(sample())
    assert [n["kind"] for n in made.front] == ["finding", "facts", "note"]
    assert made.body[0]["k"] == "h"


def test_sections_figures_tables_and_equations_are_numbered_and_referred_to(sample):
    made = document(sample())
    said = [plain(n["c"]) for n in walk(made.body) if n["k"] == "ref"]
    assert said == ["Figure 1", "the rates (Table 1)", "Equation 1", "Results (Section 1)"]
    heads = [(n["number"], plain(n["c"])) for n in made.body if n["k"] == "h"]
    assert heads == [("1", "Results"), ("A", "Methods"), ("A.1", "Provenance")]


def test_a_reference_to_nothing_and_an_id_used_twice_are_named_together():
    blocks = [Heading("A", id="x"), Heading("B", id="x"), prose("[](#lost) [](#gone)")]
    with pytest.raises(ReportError, match=r"'x' is used twice.*#lost, which.*#gone, which"):
        document(blocks, meta=META)


def test_same_heading_twice_gets_two_ids():
    made = document([Heading("Rates"), Heading("Rates")], meta=META)
    assert [n["id"] for n in made.body] == ["rates", "rates-2"]


def test_a_report_may_say_that_it_has_no_day():
    made = document([Finding("x")], meta={"title": "T", "date": "undated"})
    assert made.meta["date"] == ""


@pytest.mark.parametrize("date", ["", "yesterday", "2026-13-01", None])
def test_a_report_without_a_day_is_refused(date):
    with pytest.raises(ReportError, match="allowed: a day such as 2026-01-15"):
        document([Finding("x")], meta={"title": "T", "date": date})


def test_unknown_field_and_missing_title_are_said_together():
    with pytest.raises(ReportError, match="unknown field 'colour'; no title"):
        document([Finding("x")], meta={"date": "2026-01-01", "colour": "red"})


def test_meta_overrides_the_cover():
    made = document([Cover("T", date="2026-01-01")], meta={"date": "2026-02-02"})
    assert (made.meta["title"], made.meta["date"]) == ("T", "2026-02-02")


def test_a_first_heading_that_repeats_the_title_is_dropped():
    made = document([prose("# T\n\nHello."), Cover("T", date="2026-01-01"), prose("# One")])
    assert [plain(n["c"]) for n in made.body] == ["One"]
    assert plain(made.front[0]["c"]) == "Hello."


def test_claims_are_carried_and_not_shown():
    made = document([Claims(({"id": "a"},)), Finding("x"), Claims(({"id": "b"},))], meta=META)
    assert [c["id"] for c in made.claims] == ["a", "b"]
    assert [n["kind"] for n in made.front] == ["finding"]


def test_an_unmarked_chart_in_a_simulated_report_is_refused(sample):
    with pytest.raises(ReportError, match=r"drawn without simulated=True: fig-rates"):
        document(sample(simulated=False), meta={"simulated": True})


def test_one_simulated_chart_makes_the_report_simulated(sample):
    blocks = sample()
    made = document(blocks, meta={"simulated": False})
    assert made.simulated
    assert all(t["simulated"] for t in made.blocks("table"))
