"""Every number of a document has a kind, and every claim of it the value it was rounded from."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from needs import ROOT, missing

from audit.errors import SourceError
from audit.numerals import count, percent, points
from audit.report.blocks import (
    Claims,
    Cover,
    Fact,
    Facts,
    Finding,
    Heading,
    Note,
    Provenance,
    prose,
)
from audit.report.document import document
from audit.report.figure import figure
from audit.report.kinds import KINDS, check, counts_something, traced
from audit.report.places import Part
from audit.report.table import table
from audit.tokens import tokens

META = {"title": "T", "date": "2026-01-01"}
DESIGNS = sorted(p.name for p in (ROOT / "designs").glob("*.toml") if p.stem != "frozen")


def made(*blocks, **meta):
    return document(blocks, meta={**META, **meta})


def found(document_, token: str):
    """Return (kind, claim) of the first token of a document that is printed so."""
    for entry in document_.tokens:
        for text, kind, claim in entry["tokens"]:
            if text == token:
                return kind, next((c for c in document_.claims if c["id"] == claim), None)
    raise AssertionError(f"no token {token!r}")


def test_a_number_in_a_sentence_has_the_value_it_was_rounded_from() -> None:
    share = 279 / 2343
    kind, claim = found(made(Finding(f"They were removed in {percent(share)}.")), "11.9%")
    assert kind == "claim"
    assert claim["value"] == pytest.approx(share, rel=1e-11)
    assert (claim["unit"], claim["decimals"], claim["kind"]) == ("share", 1, "estimate")
    assert claim["text"] == "11.9 %"


def test_a_number_that_is_recorded_already_keeps_its_claim() -> None:
    records = (
        {"id": "gap", "text": points(-0.12641), "value": -12.641, "unit": "percentage points"},
    )
    said = made(Claims(records), Finding(f"The gap is {points(-0.12641)}."))
    assert found(said, "−12.6")[1]["id"] == "gap"
    assert len(said.claims) == 1


def test_the_ends_of_an_interval_are_numbers_of_their_claim() -> None:
    from audit.numerals import interval

    said = interval(-0.182345, -0.031234)
    record = {
        **{"id": "gap", "text": "−12.6", "value": -12.641, "unit": "percentage points"},
        **{"conf_low": -18.2345, "conf_high": -3.1234},
    }
    done = made(Claims((record,)), Finding(f"The gap ({said})."))
    assert found(done, "−18.2")[1]["id"] == "gap"
    assert found(done, "−3.1")[1]["id"] == "gap"


def test_small_counts_that_agree_by_chance_are_two_claims() -> None:
    records = ({"id": "accounts", "text": "24", "value": 24.0, "unit": "accounts"},)
    same = made(Claims(records), Finding(f"By {count(24)} accounts."))
    other = made(Claims(records), Finding(f"In {count(24)} months."))
    assert found(same, "24")[1]["id"] == "accounts"
    assert found(other, "24")[1]["id"] != "accounts"


def test_a_cell_has_the_value_of_its_frame() -> None:
    frame = pd.DataFrame({"class": ["a", "b"], "rate": [1 / 7, None], "n": [1234, 5]})
    block = table(
        frame, id="tbl-a", title="t", columns={"class": "Class", "rate": ("R", ".1%"), "n": "N"}
    )
    kind, claim = found(made(Heading("A"), block), "14.3%")
    assert (kind, claim["id"], claim["kind"]) == ("claim", "tbl-a/r0/rate", "cell")
    assert claim["value"] == pytest.approx(1 / 7, rel=1e-11)
    assert found(made(Heading("A"), block), "1,234")[1]["value"] == 1234


def test_words_for_a_p_take_the_value_beside_them() -> None:
    frame = pd.DataFrame({"p": ["0.004"], "p_value": [0.0041234]})
    block = table(frame, id="tbl-a", title="t", columns={"p": "p"})
    assert found(made(Heading("A"), block), "0.004")[1]["value"] == 0.0041234


def test_a_chart_s_words_take_the_values_that_are_drawn() -> None:
    from matplotlib.figure import Figure

    frame = pd.DataFrame({"class": ["a", "b"], "rate": [0.14141, 0.39]})
    drawing = Figure(figsize=(6.3, 2.0), layout="constrained")
    drawing.subplots().bar(frame["class"], frame["rate"])
    alt = "Bar chart of two removal rates: 14 % for leaders and 39 % for ordinary accounts."
    block = figure(drawing, id="fig-a", title="a", alt=alt, source="Simulated log", data=frame)
    kind, claim = found(made(Heading("A"), block), "14%")
    assert (kind, claim["value"], claim["unit"]) == ("claim", 0.14141, "share")
    assert claim["estimator"] == "charts/fig-a.csv"


def test_a_typed_number_of_the_package_is_what_is_printed() -> None:
    kind, claim = found(made(Note("", ("About 37.5 of them.",))), "37.5")
    assert (kind, claim["value"], claim["kind"]) == ("claim", 37.5, "printed")
    fixed = found(made(prose("With 95 % intervals.")), "95%")[1]
    assert (fixed["value"], fixed["kind"], fixed["unit"]) == (95.0, "constant", "percent")


def test_kinds_that_are_no_claims() -> None:
    done = made(
        Cover("Posts of 2020", date="2026-01-01", version="1.2.3"),
        prose("# One {#one}\n\nSee [](#one), `n = 5`, (Newcombe 1998), “4 rules”. On 3 May 2021."),
        Provenance((("Code", "5ccaa6fad182e2d6"), ("Package", "audit 0.1.0"))),
        title="Posts of 2020",
    )
    kinds = {t: k for e in done.tokens for t, k, _ in e["tokens"]}
    assert kinds["2020"] == "date"
    assert kinds["1.2.3"] == "document"
    assert kinds["5"] == "quotation"
    assert kinds["4"] == "quotation"
    assert kinds["1998"] == "citation"
    assert kinds["2021"] == "date"
    assert kinds["5ccaa6fad182e2d6"] == "document"
    assert kinds["1"] == "document"


@pytest.mark.parametrize(
    ("text", "word", "counts"),
    [
        ("one of them", "one", False),
        ("one post in ten thousand", "one", False),
        ("one in ten posts", "ten", True),
        ("four times in five", "five", True),
        ("two data sets", "two", True),
        ("half of the posts", "half", True),
        ("more than half", "half", False),
        ("the third", "third", False),
        ("a third of them", "third", True),
    ],
)
def test_which_number_words_count(text: str, word: str, counts: bool) -> None:
    token = next(t for t in tokens(text) if t.text == word)
    assert counts_something(text, token) is counts


@given(
    st.text(max_size=80), st.sampled_from(["prose", "cell", "provenance", "verbatim", "formula"])
)
def test_every_token_of_any_text_has_a_kind(text: str, part: str) -> None:
    done = traced([Part("body/0", part, text, "a")], [])
    assert list(check(done.entries)) == []
    assert sum(len(e["tokens"]) for e in done.entries) == len(tokens(text))
    ids = [c["id"] for c in done.claims]
    assert len(ids) == len(set(ids))
    assert {c for e in done.entries for _, _, c in e["tokens"] if c} == set(ids)


def test_facts_are_said_in_one_breath() -> None:
    percent(0.1191)
    fact = Fact("rate", percent(0.1194), f"of {count(8)} posts")
    assert found(made(Facts((fact,))), "11.9%")[1]["value"] == 0.1194


@pytest.mark.parametrize("name", DESIGNS)
def test_every_number_of_a_shipped_design_s_report_has_a_kind(name: str, monkeypatch) -> None:
    from audit import run
    from audit.report.standard import standard_blocks

    monkeypatch.chdir(ROOT)
    try:
        evidence = run.evidence(Path("designs") / name)
    except SourceError as error:
        missing("data", f"{name}: {error}")
    done = document(standard_blocks(evidence))
    assert list(check(done.tokens)) == []
    for entry in done.tokens:
        assert [t[0] for t in entry["tokens"]] == [t.text for t in tokens(entry["text"])]
        assert {t[1] for t in entry["tokens"]} <= set(KINDS)
    ids = [c["id"] for c in done.claims]
    assert len(ids) == len(set(ids))
    assert {c for e in done.tokens for _, _, c in e["tokens"] if c} <= set(ids)
    texts = [e["text"] for e in done.tokens if e["part"] == "headline"]
    assert not tokens(evidence.sentence) or evidence.sentence in texts


def test_a_number_typed_in_code_that_repeats_a_stated_one_is_that_claim() -> None:
    import audit

    ten = audit.claim("at_once", 10, unit="minutes", source="here")
    assert found(made(ten, Note("", ("Lifted within ten minutes.",))), "ten")[1]["id"] == "at_once"
    assert found(made(ten, Note("", ("Lifted within ten days.",))), "ten")[1]["id"] != "at_once"


def test_a_number_that_a_cell_does_not_show_is_not_carried_along() -> None:
    frame = pd.DataFrame({"n": [7.0, 12.0]}).assign(shown=["·", "12"], shown_value=[7.0, 12.0])
    block = table(frame, id="tbl-a", title="t", columns={"shown": "n"})
    assert block.values == ((None,), (12.0,))
