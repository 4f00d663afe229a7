"""Tables that leave a notebook: nothing lost, nothing live, and the same file every time."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
from builders import HOSTILE, platform, question

import audit
from audit.pandoc import converted
from audit.printed import Face, Grid, Head, grid
from audit.printed.hypertext import set_html
from audit.printed.pipes import literal, set_markdown
from audit.printed.plain import columns_of, set_grid
from audit.printed.tex import booktabs
from audit.printed.word import set_word
from audit.text import escape_html, visible

FORMS = {
    "name": ("Class", "text"),
    "n": ("Posts", "whole"),
    "rate": ("Rate", "share"),
    "gap": ("Gap, points", "points"),
    "p": ("p", "p"),
}


def made(**changes: Any) -> Grid:
    frame = pd.DataFrame(
        {
            "name": ["a", "b", "c"],
            "n": [1234, 5, None],
            "rate": [0.1191, 1.0, float("nan")],
            "gap": [-0.126, 0.00001, float("inf")],
            "p": [0.0504, 0.0000001, float("nan")],
        }
    )
    given = {"title": "Rates", "notes": ["A note."], "source": "A source"} | changes
    return grid(frame, FORMS, **given)


@pytest.fixture(scope="module")
def comparison() -> audit.Comparison:
    return audit.compare(audit.enroll(platform(), question()))


def test_numbers_print_as_a_report_says_them() -> None:
    assert made().cells == (
        ("a", "1,234", "11.9 %", "−12.6", "0.0504"),
        ("b", "5", "100.0 %", "0.0", "< 0.001"),
        ("c", "–", "–", "∞", "–"),
    )
    assert [h.align for h in made().heads] == ["left", "right", "right", "right", "right"]


def test_a_cut_table_says_so() -> None:
    assert made(limit=2).notes == ("A note.", "The first 2 of 3 rows.")


def test_tex_is_booktabs_with_notes_and_source() -> None:
    said = booktabs(made(simulated=True))
    assert r"\begin{tabular}{lrrrr}" in said
    assert r"\caption{\textsc{simulated data}. Rates}" in said
    assert r"\par\footnotesize A note." in said
    assert r"\par\footnotesize Source: A source" in said
    assert [line for line in said.splitlines() if "usepackage" in line] == [
        r"% Needs \usepackage{booktabs}; set with XeLaTeX or LuaLaTeX for text beyond Latin."
    ]


def test_long_text_wraps_in_tex() -> None:
    said = booktabs(Grid("T", (Head("a"), Head("b", "right")), (("x " * 60, "1"),)))
    assert r"\begin{tabular}{p{0." in said
    assert r"\linewidth}r}" in said


@pytest.mark.parametrize("reader", ["markdown", "gfm", "commonmark_x"])
@pytest.mark.parametrize("name", HOSTILE)
def test_markdown_reads_back_as_it_was(name: str, reader: str) -> None:
    """Even at the start of a paragraph, where a list or a heading would begin."""
    for start in ("", "- ", "1. ", "# ", "> ", "a) ", "= ", "+ ", ": ", "---", "| "):
        text = visible(start + HOSTILE[name], 500)
        tree = converted(literal(text).encode(), [f"--from={reader}-smart", "--to=json"])
        blocks = json.loads(tree)["blocks"]
        assert [b["t"] for b in blocks] == ["Para"]
        assert {i["t"] for i in blocks[0]["c"]} <= {"Str", "Space"}
        back = "".join(i["c"] if i["t"] == "Str" else " " for i in blocks[0]["c"])
        assert back.split() == text.split()


def rows_of(tree: Any) -> list[Any]:
    """Return the rows of the first table of a pandoc tree, its head among them."""
    (table, *_) = [b for b in tree["blocks"] if b["t"] == "Table"]
    return [*table["c"][3][1], *table["c"][4][0][3]]


def cells_of(tree: Any) -> list[list[str]]:
    """Return the text of every cell of the first table of a pandoc tree."""

    def text(cell: Any) -> str:
        inlines = cell[4][0]["c"] if cell[4] else []
        return "".join(i.get("c", " ") for i in inlines)

    return [[text(cell) for cell in row[1]] for row in rows_of(tree)]


def test_markdown_keeps_every_cell() -> None:
    one = Grid("T", (Head("a|b"), Head("n", "right")), (("x\ny", "1"), (HOSTILE["html"], "2")))
    said = set_markdown(Face("", (), (one,))).encode()
    tree = json.loads(converted(said, ["--from=gfm", "--to=json"]))
    read = [[" ".join(c.split()) for c in row] for row in cells_of(tree)]
    assert read == [["a|b", "n"], ["x⟨U+000A⟩y", "1"], [HOSTILE["html"], "2"]]


def test_word_holds_the_cells_as_text_and_the_same_bytes_each_time(tmp_path: Path) -> None:
    rows = tuple((visible(v, 200), "1") for v in HOSTILE.values())
    one = Grid("T", (Head("v"), Head("n", "right")), rows, source="S")
    face = Face("Question?", ("Said.",), (one,))
    content = set_word(face)
    assert content == set_word(face)
    (tmp_path / "t.docx").write_bytes(content)
    with zipfile.ZipFile(tmp_path / "t.docx") as opened:
        names = opened.namelist()
        words = opened.read("word/document.xml").decode()
    assert not [n for n in names if "vba" in n.lower() or "embed" in n.lower()]
    assert "hyperlink" not in words.lower().replace("=hyperlink(", "")
    assert "instrText" not in words, "no field of Word is made from a cell"
    tree = json.loads(converted(content, ["--from=docx", "--to=json"]))
    assert cells_of(tree) == [["v", "n"], *map(list, rows)]


def test_results_export_their_question_with_their_numbers(comparison, tmp_path: Path) -> None:
    asked = comparison.study.design.question
    assert asked in comparison.to_markdown()
    assert asked in " ".join(comparison.to_latex().replace("{-}", "-").split())
    path = comparison.to_docx(tmp_path / "estimates.docx")
    said = converted(path.read_bytes(), ["--from=docx", "--to=plain", "--wrap=none"]).decode()
    assert asked in said
    gap = comparison.primary()
    shown = f"{100 * gap.estimate:+.1f}".replace("-", "−")
    for text in (said, comparison.to_markdown(), repr(comparison)):
        assert shown in text
    for text in (said, comparison.to_markdown(), comparison.to_latex()):
        assert "made for a test" in text.lower()
        assert "*" not in text.replace("**", ""), "no stars: p-values are exact"


def test_wide_numbers_are_set_row_under_row() -> None:
    heads = tuple(Head(f"number {i}", "right") for i in range(12))
    lines = set_grid(Grid("T", heads, (tuple(f"{10**i:,}" for i in range(12)),)))
    assert "  number 11: 100,000,000,000" in lines
    assert max(map(columns_of, lines)) <= 80


def test_no_line_ends_between_a_number_and_its_percent_sign() -> None:
    said = "the largest wrote 24.3 % of the posts"
    one = Grid("", (Head("What it found"),), ((said,),))
    lines = set_grid(one, 30)
    assert " ".join(line.strip() for line in lines[2:]) == said, "letters stay as they were"
    assert not any(line.startswith("%") for line in lines)
    assert "24.3\u00a0%" in set_html(Face("", (), (one,)))


def test_wide_letters_take_two_columns() -> None:
    lines = set_grid(Grid("", (Head("a"), Head("n", "right")), (("王小明", "1"), ("abc", "22"))))
    assert {columns_of(line) for line in lines[2:]} == {10}


class Shells:
    """What converters make of a notebook that shows a comparison and a table of a report."""

    def __init__(self, comparison: audit.Comparison) -> None:
        import nbformat

        from audit import report

        table = report.rates_table(comparison)
        outputs = [
            nbformat.v4.new_output("display_data", data=noun._repr_mimebundle_())
            for noun in (comparison, table)
        ]
        cell = nbformat.v4.new_code_cell("comparison", outputs=outputs)
        self.notebook = nbformat.v4.new_notebook(cells=[cell])
        self.rates = table.cells[0]
        self.estimates = comparison.face().grids[0].cells


@pytest.mark.parametrize("kind", ["markdown", "html"])
def test_nbconvert_keeps_every_row(comparison, kind: str) -> None:
    nbconvert = pytest.importorskip("nbconvert")
    shells = Shells(comparison)
    said, _ = nbconvert.get_exporter(kind)().from_notebook_node(shells.notebook)
    assert said.count("<tr>") >= len(shells.estimates) + 3
    assert all(escape_html(cell, 500) in said for cell in (*shells.estimates[0], *shells.rates))


def test_nbconvert_keeps_every_row_in_latex(comparison, monkeypatch) -> None:
    nbconvert = pytest.importorskip("nbconvert")
    import pypandoc

    pandoc = Path(pypandoc.get_pandoc_path()).parent  # nbconvert looks for it on the path alone
    monkeypatch.setenv("PATH", f"{pandoc}{os.pathsep}{os.environ['PATH']}")
    shells = Shells(comparison)
    said, _ = nbconvert.get_exporter("latex")().from_notebook_node(shells.notebook)
    flat = " ".join(said.split())
    for tex, sign in ((r"\textless{}", "<"), (r"\_", "_"), (r"\%", "%"), ("--", "–")):
        flat = flat.replace(tex, sign)
    for cells in (*shells.estimates, shells.rates):
        assert " & ".join(cells) + r" \\" in flat
    assert flat.count(r"\begin{longtable}") == 2, "a table that breaks across pages"


@pytest.mark.parametrize("kind", ["latex", "html", "markdown"])
def test_nbconvert_shows_a_chart(comparison, kind: str) -> None:
    nbconvert = pytest.importorskip("nbconvert")
    import nbformat

    from audit import report

    shown = report.chart("observed_expected", comparison)._repr_mimebundle_()
    output = nbformat.v4.new_output("display_data", data=shown)
    cell = nbformat.v4.new_code_cell("chart", outputs=[output])
    said, files = nbconvert.get_exporter(kind)().from_notebook_node(
        nbformat.v4.new_notebook(cells=[cell])
    )
    if kind == "latex":
        assert r"\includegraphics" in said
        assert all(drawn.startswith(b"\x89PNG") for drawn in files["outputs"].values())
        return
    assert "data:image/" in said


def markdown_of(comparison: audit.Comparison) -> list[str]:
    """Return what Quarto takes for PDF before all else (its display-data.ts)."""
    outputs = Shells(comparison).notebook.cells[0].outputs
    return [output["data"]["text/markdown"] for output in outputs]


def test_quarto_keeps_every_row_in_latex(comparison) -> None:
    for given in markdown_of(comparison):
        rows = [r for r in given.splitlines() if r.startswith("| ") and not r.startswith("| :")]
        said = converted(given.encode(), ["--from=markdown", "--to=latex"])
        assert b"toprule" in said
        back = converted(said, ["--from=latex", "--to=json"])
        assert len(rows_of(json.loads(back))) == len(rows)


def test_columns_of_markdown_are_as_wide_as_they_need(comparison) -> None:
    """Pandoc, and so Quarto, makes columns of a wide table as wide as the hyphens of its rule."""
    evidence = audit.appraise(comparison)
    (checks,) = evidence.face().grids
    given = evidence.to_markdown().encode()
    tree = json.loads(converted(given, ["--from=markdown", "--to=json"]))
    (table,) = [b for b in tree["blocks"] if b["t"] == "Table"]
    widths = dict(zip([h.label for h in checks.heads], table["c"][2], strict=True))
    shares = {label: width[1]["c"] for label, width in widths.items()}
    assert shares["What it found"] > 0.4
    assert shares["Step"] < 0.1


def test_quarto_keeps_every_cell_in_typst(comparison) -> None:
    import io

    import typst
    from pypdf import PdfReader

    given = "\n\n".join(markdown_of(comparison))
    said = converted(given.encode(), ["--from=markdown", "--to=typst"])
    assert said.count(b"#table(") == 2
    pages = PdfReader(io.BytesIO(typst.compile(said))).pages
    words = "".join("".join(page.extract_text() for page in pages).split())
    for row in comparison.face().grids[0].cells:
        for cell in row:
            assert "".join(cell.split()) in words
