"""What the report's tests share: a small report of every kind of block, and hostile strings."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pandas as pd
import pytest

from audit.report.blocks import Block, Cover, Fact, Facts, Finding, Note, Provenance, prose
from audit.report.figure import figure
from audit.report.table import table

ALT = "Dot plot of two removal rates: 14 % for leaders and 39 % for ordinary accounts."
SOURCE = "Simulated log, 2025; 24,000 reported posts"

HOSTILE = (
    '#read("/etc/passwd")',
    '#read("doc.json")',
    "] #panic() [",
    "$x^2$ \\input{/etc/passwd}",
    "\\immediate\\write18{id}",
    "<script>alert(1)</script>",
    '<img src=x onerror="alert(1)">',
    "**b** [x](javascript:alert(1)) ![i](http://evil.example/x.png)",
    "`#sys.inputs`",
    "`#read('doc.json')`{=typst}",
    "@fig-rates",
    "<lbl>",
    "\u202egnp.exe\u202c",
    "nul\x00\x01\ud800\ufffe",
    "مرحبا بالعالم",
    "王小明",
    "🏳️‍🌈",
    "a\nb\tc\r",
    "{{7*7}} {0} %s",
    "=1+1|'cmd'!A1",
    '=HYPERLINK("http://evil.example","x")',
    "~~~",
    "$\\href{javascript:alert(1)}{x}$",
    "[^1]",
    "--",
    "'\"",
    "&#36;",
    "\\",
    "]]>",
    "\ue0000\ue002",
    "javascript:alert(1)",
    "x" * 100_000,
)


def draw() -> Any:
    """Return a bar chart without words."""
    from matplotlib.figure import Figure

    fig = Figure(figsize=(6.3, 2.0), layout="constrained")
    axes = fig.subplots()
    axes.barh(["Leaders", "Ordinary"], [0.14, 0.39])
    return fig


@pytest.fixture(scope="session")
def hostile() -> tuple[str, ...]:
    """Return strings that try to become code, markup, addresses or a different text."""
    return HOSTILE


@pytest.fixture
def draw_chart() -> Callable[[], Any]:
    """Return a maker of charts without words."""
    return draw


@pytest.fixture
def rates() -> pd.DataFrame:
    """Return what the sample's chart draws."""
    return pd.DataFrame({"account_class": ["Leaders", "Ordinary"], "rate": [1 / 7, 0.39]})


@pytest.fixture
def sample(rates: pd.DataFrame) -> Callable[..., list[Block]]:
    """Return a maker of a report that holds every kind of block."""

    def make(*extra: Block, simulated: bool = True, date: str = "2026-01-15") -> list[Block]:
        return [
            Cover(
                "Are leaders’ posts removed less often?",
                subtitle="A simulated platform, 2025",
                authors=("The audit toolkit",),
                date=date,
                simulated=simulated,
            ),
            Finding("137 of 962 posts were removed.", ("The gap is −22.0 points.",), "Verdict"),
            Facts((Fact("Leaders", "35", "accounts"), Fact("Ordinary", "2,038", "accounts"))),
            Note("Only reported posts.", ("One platform.",)),
            prose(
                "# Results\n\nSee [Figure](#fig-rates) and [the rates](#tbl-rates).[^a]\n\n"
                "[^a]: A footnote.\n\nWith $p_i$ and\n\n$$\ny = \\frac{a}{b}\n$$ {#eq-model}\n\n"
                "in [Equation](#eq-model); a [link](https://www.example.org/)."
            ),
            figure(
                draw(),
                id="fig-rates",
                title="Leaders’ posts stay up",
                subtitle="Share removed",
                alt=ALT,
                source=SOURCE,
                data=rates,
                simulated=simulated,
            ),
            table(
                rates,
                id="tbl-rates",
                title="Removal rates",
                columns={"account_class": "Class", "rate": ("Removed", ".1%")},
                source=SOURCE,
                simulated=simulated,
            ),
            *extra,
            prose("# Methods {.appendix}\n\nIn [Results](#results).\n\n## Provenance"),
            Provenance((("Code", "1.0"),), (("cases.parquet", 12, "9f" * 32),)),
        ]

    return make


@pytest.fixture
def pdf_text() -> Callable[[bytes], str]:
    """Return a reader of a PDF's words, without the invisible signs that let long runs break."""

    def read(content: bytes) -> str:
        from pypdf import PdfReader

        text = "\n".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
        return text.translate(dict.fromkeys(map(ord, "\u200b\u2068\u2069"), None))

    return read
