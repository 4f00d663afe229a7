"""Tables that a reader sorts: by what is printed, with keys alone, and back again."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd
import pytest
from selenium.webdriver.common.keys import Keys

from audit.report.blocks import Block, Cover, Heading, Table, prose
from audit.report.document import document
from audit.report.html import build_html
from audit.report.table import table

ROWS = pd.DataFrame(
    {
        "name": ["b2", "a10", "ä1", "a9", "–", "C"],
        "gap": ["−7.4", "−18.2", "+1.5", "▒", "−28.1", "–"],
        "n": ["1,224", "743", "9", "10,000", "▒", "75"],
        "p": ["0.004", "< 0.001", "0.001", "> 0.999", "", "0.5"],
        "rate": ["12.5%", "9 %", "100.0%", "–", "∞", "−∞"],
        "day": ["2021-02-01", "2020-12-31", "2021-01-15", "–", "2019-06-30", "2021-01-02"],
        "said": ["1 of 2", "10 of 20", "9 of 11", "2 of 2", "–", "n/a (too few)"],
        "est": ["not estimated", "2.0", "−1.0", "–", "10.0", "3.5e−05"],
    }
)
RIGHT = ("gap", "n", "p", "rate", "est")
ORDERED = {
    "name": ["ä1", "a9", "a10", "b2", "C", "–"],
    "gap": ["−28.1", "−18.2", "−7.4", "+1.5", "▒", "–"],
    "n": ["9", "75", "743", "1,224", "10,000", "▒"],
    "p": ["< 0.001", "0.001", "0.004", "0.5", "> 0.999", ""],
    "rate": ["−∞", "9 %", "12.5%", "100.0%", "∞", "–"],
    "day": ["2019-06-30", "2020-12-31", "2021-01-02", "2021-01-15", "2021-02-01", "–"],
    "said": ["1 of 2", "2 of 2", "9 of 11", "10 of 20", "n/a (too few)", "–"],
    "est": ["−1.0", "3.5e−05", "2.0", "10.0", "not estimated", "–"],
}
SILENT = ("–", "▒", "", "not estimated")


def of(*blocks: Block) -> str:
    return build_html(document([Cover("T", date="2026-01-15"), Heading("One"), *blocks]))


def aligned(made: Table) -> Table:
    columns = [replace(c, align="right" if c.label in RIGHT else "left") for c in made.columns]
    return replace(made, columns=tuple(columns))


@pytest.fixture(scope="module")
def page(tmp_path_factory):
    grouped = pd.DataFrame({"g": list("xxxyyy"), "k": list("bcaedf"), "v": [2, 3, 1, 5, 4, 6]})
    path = tmp_path_factory.mktemp("sorting") / "report.html"
    blocks = (
        aligned(table(ROWS, id="tbl-all", title="All")),
        table(grouped, id="tbl-groups", title="Groups", columns={"k": "K", "v": "V"}, group="g"),
        table(grouped.head(2), id="tbl-short", title="Short"),
        table(
            grouped,
            id="tbl-spanned",
            title="Spanned",
            columns={"k": "K", "v": "V"},
            spanners=[("", 1), ("Over", 1)],
        ),
        prose("| Term | N |\n|---|--:|\n| a | 20 |\n| b | −1 |\n| c | 3 |"),
    )
    path.write_text(of(*blocks), "utf-8")
    return path


def column(browser, place, where="#tbl-all"):
    return browser.ask(
        "return [...document.querySelectorAll(`${arguments[0]} tbody tr`)].map((row) =>"
        "row.cells[arguments[1]]?.textContent ?? row.textContent)",
        where,
        place,
    )


def press(browser, place, where="#tbl-all"):
    browser.ask(
        "document.querySelectorAll(`${arguments[0]} thead tr:last-child th`)[arguments[1]]"
        ".querySelector('button').click()",
        where,
        place,
    )


@pytest.mark.parametrize("name", ROWS.columns)
def test_a_column_is_sorted_by_what_is_printed_and_what_says_nothing_is_last(browser, page, name):
    place = list(ROWS.columns).index(name)
    browser.open(page)
    assert column(browser, place) == ROWS[name].tolist()
    press(browser, place)
    assert column(browser, place) == ORDERED[name]
    press(browser, place)
    known = [v for v in ORDERED[name] if v not in SILENT]
    silent = [v for v in ROWS[name] if v in SILENT]
    assert column(browser, place) == [*known[::-1], *silent]
    press(browser, place)
    assert column(browser, place) == ROWS[name].tolist()


def test_rows_move_whole_and_ties_keep_their_order(browser, page):
    browser.open(page)
    whole = "return [...document.querySelectorAll('#tbl-all tbody tr')].map((r) => r.textContent)"
    before = browser.ask(whole)
    for place in (1, 3, 6):
        press(browser, place)
    assert sorted(browser.ask(whole)) == sorted(before)


def test_rows_stay_in_their_group_under_its_heading(browser, page):
    browser.open(page)
    assert column(browser, 0, "#tbl-groups") == ["x", "b", "c", "a", "y", "e", "d", "f"]
    press(browser, 1, "#tbl-groups")
    assert column(browser, 0, "#tbl-groups") == ["x", "a", "b", "c", "y", "d", "e", "f"]
    press(browser, 1, "#tbl-groups")
    assert column(browser, 0, "#tbl-groups") == ["x", "c", "b", "a", "y", "f", "e", "d"]


def test_only_tables_with_rows_to_sort_offer_it_and_no_heading_over_columns_does(browser, page):
    browser.open(page)
    buttons = "return document.querySelectorAll(`${arguments[0]} button`).length"
    assert browser.ask(buttons, "#tbl-short") == 0
    assert browser.ask(buttons, "#tbl-spanned") == 2
    assert browser.ask(buttons, "#tbl-spanned tr:first-child") == 0
    press(browser, 1, "table[aria-label]")
    assert column(browser, 1, "table[aria-label]") == ["−1", "3", "20"]


def test_keys_sort_and_a_screen_reader_is_told(browser, page):
    browser.open(page)
    browser.ask("document.querySelector('#tbl-all button').focus()")
    told = "return document.querySelector('[role=status]').textContent"
    sort = "return [...document.querySelectorAll('#tbl-all thead th')].map((th) => th.ariaSort)"
    assert browser.ask(sort) == [None] * 8
    browser.press(Keys.TAB, Keys.ENTER)
    assert browser.ask(sort) == [None, "ascending", *[None] * 6]
    assert browser.ask(told) == "Sorted by gap, ascending."
    browser.press(Keys.SPACE)
    assert browser.ask(sort) == [None, "descending", *[None] * 6]
    assert browser.ask(told) == "Sorted by gap, descending."
    browser.press(Keys.TAB, Keys.ENTER)
    assert browser.ask(sort) == [None, None, "ascending", *[None] * 5]
    browser.press(Keys.ENTER, Keys.ENTER)
    assert browser.ask(sort) == [None] * 8
    assert browser.ask(told) == "Rows as printed."
    assert browser.ask("return document.activeElement.textContent") == "n"
    heads = [n["name"] for n in browser.tree() if n["role"] == "columnheader"]
    assert heads[:3] == ["name", "gap", "n"]
