from __future__ import annotations

import pytest

from audit.errors import ReportError
from audit.report.markdown import Source
from audit.report.maths import formulas
from audit.report.numbering import plain, walk


def read(text, **values):
    source = Source()
    source.add_text(text, values)
    return source.nodes()


def test_prose_becomes_a_few_kinds_of_nodes():
    nodes = read(
        "# A {.appendix}\n\n*a* **b** `c` ~~d~~ $x$[^n]\n\n[^n]: note\n\n- i\n\n1. j\n\n> q"
    )
    assert [n["k"] for n in nodes] == ["h", "p", "ul", "ol", "quote"]
    assert nodes[0]["appendix"]
    kinds = [n["k"] for n in nodes[1]["c"] if n["k"] != "t"]
    assert kinds == ["emph", "strong", "code", "strikeout", "math", "note"]


@pytest.mark.parametrize(
    "text",
    [
        "<script>x</script>",
        "`#read(1)`{=typst}",
        "\\input{/etc/passwd}",
        "```{=html}\n<b>x</b>\n```",
        "::: {.note}\nx\n:::",
        "[x]{.y}",
        "---\ntitle: x\n---",
        r"\@cite",
    ],
)
def test_raw_markup_stays_text(text):
    nodes = read("Before.\n\n" + text)
    assert {n["k"] for n in walk(nodes)} <= {"p", "t", "code", "pre", "hr", "h", "emph"}


def test_values_are_never_read_as_markdown(hostile):
    text = "\n\n".join(f"Before {{v{i}}} after." for i in range(len(hostile)))
    nodes = read(text, **{f"v{i}": v for i, v in enumerate(hostile)})
    assert len(nodes) == len(hostile)
    for node in nodes:
        assert [n["k"] for n in node["c"]] == ["t", "t", "t"]
        assert node["c"][1]["data"] is True
        assert plain(node["c"]).startswith("Before ")
        assert plain(node["c"]).endswith(" after.")


def test_braces_of_tex_are_no_slots():
    nodes = read("$\\frac{1}{n}$ and {n}, for $5 to {n}", n="5")
    assert nodes[0]["c"][0]["tex"] == "\\frac{1}{n}"
    assert plain(nodes[0]["c"][1:]) == " and 5, for $5 to 5"
    with pytest.raises(ReportError, match=r"{n} stands only inside a formula"):
        read("$\\frac{1}{n}$", n="5")


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("![x](a.png)", "names a picture .*use figure"),
        ("[x](javascript:alert%281%29)", "allowed: http://, https://, mailto: and #id"),
        ("[x](file:///etc/passwd)", "A link goes to 'file:///etc/passwd'"),
        ("[x](data:text/html,x)", "A link goes to"),
        ("[x](relative.html)", "A link goes to"),
        ("a[^n]\n\n[^n]: b\n\n    - c", "footnote holds more than paragraphs"),
    ],
)
def test_what_a_report_does_not_set_is_refused(text, why):
    with pytest.raises(ReportError, match=why):
        read(text)


def test_a_value_in_an_address_is_refused():
    with pytest.raises(ReportError, match="values go into plain text only"):
        read("[x](https://e.org/{v})", v="1")


def test_a_fence_left_open_is_found():
    source = Source()
    source.add_text("```\ncode")
    source.add({"kind": "finding", "headline": "h"})
    source.add_text("```\n")
    with pytest.raises(ReportError, match=r"The Markdown before finding .* swallows it"):
        source.nodes()


def test_private_characters_of_the_author_are_spelled_out():
    assert plain(read("a \ue0000\ue002 b")[0]["c"]) == "a ⟨U+E000⟩0⟨U+E002⟩ b"


def test_without_text_pandoc_is_not_called(monkeypatch):
    def fail(*_):
        raise AssertionError("pandoc was called")

    monkeypatch.setattr("audit.report.markdown.convert", fail)
    source = Source()
    source.add({"kind": "finding", "headline": "h"})
    assert len(source.nodes()) == 1
    assert formulas([], "typst") == {}


def test_formulas_become_typst_and_mathml():
    tex = ["\\frac{a}{b}", "\\hat{p}_k", "\\nonsense{"]
    typst, mathml = formulas(tex, "typst"), formulas(tex, "mathml")
    assert typst["\\frac{a}{b}"] == "a / b"
    assert "<mfrac>" in mathml["\\frac{a}{b}"]
    assert "\\nonsense{" not in typst
    assert "\\nonsense{" not in mathml


def test_mathml_holds_no_address():
    shown = "".join(formulas(["\\href{javascript:alert(1)}{x}", "\\style{color:red}{y}"], "mathml"))
    assert "href=" not in shown
