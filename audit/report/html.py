"""A document as one HTML file: no script, no outside address, the same numbers as the PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from audit.report.captioned import figure_html, isolated, scrolling, table_html, text
from audit.report.document import Document
from audit.report.frame import contents, framed
from audit.report.markdown import Node
from audit.report.markup import FACES
from audit.report.maths import formulas
from audit.report.numbering import plain
from audit.report.seal import COMMAND

TAGS: Mapping[str, str] = {
    "emph": "em",
    "strong": "strong",
    "strikeout": "s",
    "super": "sup",
    "sub": "sub",
}


def build_html(document: Document) -> str:
    """Return `document` as a self-contained page that reads charts and tables from beside it.

    Charts are inside as outlined SVG; the links under them go to `charts/` and `tables/`. The
    page loads nothing, and runs nothing but the script that makes its tables sortable.
    """
    page = Page(formulas(document.formulas(), "mathml"))
    front, body = page.blocks(document.front), page.blocks(document.body)
    parts = (front, sealed(document.fingerprint), body, page.footnotes())
    meta = {**document.meta, "simulated": document.simulated}
    return framed(meta, "\n".join(parts), contents(_entries(document, page.maths)))


def sealed(fingerprint: str) -> str:
    """Return how to check the report, as page one of the PDF says it; "" where it is not known."""
    if not fingerprint:
        return ""
    return (
        '<p class="small sealed"><strong>Check this report</strong> with its files beside it: '
        f"<code>{COMMAND.replace('.pdf', '.html')}</code>. <strong>Fingerprint</strong> "
        f"<code>{text(fingerprint)}</code>. The command reads every number again, makes the report "
        "anew where it can, and names what differs.</p>"
    )


def _entries(document: Document, maths: Mapping[str, str]) -> list[tuple[int, str, str, str]]:
    """Return level, id, number and title of what the contents list, footnotes left out."""
    page = Page(maths)
    heads = (n for n in document.body if n["k"] == "h" and n["level"] <= 2)
    return [
        (
            n["level"],
            n["id"],
            n["number"],
            page.inline([c for c in n["c"] if c["k"] != "note"], linked=False),
        )
        for n in heads
    ]


class Page:
    """Turns nodes into HTML and keeps the footnotes for the end."""

    def __init__(self, maths: Mapping[str, str]) -> None:
        self.maths = maths
        self.notes: list[list[Node]] = []
        self.level = 1

    def inline(self, nodes: list[Node], *, linked: bool = True) -> str:
        """Return a line of text; `linked` is False inside another link."""
        return "".join(self._inline(n, linked) for n in nodes)

    def _inline(self, node: Node, linked: bool) -> str:
        kind = node["k"]
        if kind == "t":
            return isolated(node["v"]) if node.get("data") else text(node["v"])
        if kind in TAGS:
            return f"<{TAGS[kind]}>{self.inline(node['c'], linked=linked)}</{TAGS[kind]}>"
        if kind == "code":
            return f"<code>{text(node['v'])}</code>"
        if kind == "br":
            return "<br>"
        if kind == "math":
            return self._math(node["tex"], block=node["block"])
        if kind == "note":
            return self._note(node["c"])
        inside = self.inline(node["c"], linked=False)
        if not linked:
            return inside
        if kind == "ref":
            return f'<a href="#{text(node.get("entry", node["id"]))}">{inside}</a>'
        return f'<a href="{text(node["url"])}" rel="noopener noreferrer">{inside}</a>'

    def _math(self, tex: str, *, block: bool) -> str:
        math = self.maths.get(tex)
        if math is None:
            return f"<code>{text(tex)}</code>"
        return math.replace('display="inline"', 'display="block"', 1) if block else math

    def _note(self, nodes: list[Node]) -> str:
        self.notes.append(nodes)
        n = len(self.notes)
        link = f'<a id="ref-note-{n}" href="#note-{n}" role="doc-noteref">{n}</a>'
        return f'<sup class="noteref">{link}</sup>'

    def footnotes(self) -> str:
        """Return the footnotes met so far."""
        items, done = [], 0
        while done < len(self.notes):
            done += 1
            inside = self.inline(self.notes[done - 1])
            back = (
                f'<a class="back" href="#ref-note-{done}" role="doc-backlink" '
                'aria-label="Back to the text">↩</a>'
            )
            items.append(f'<li id="note-{done}">{inside} {back}</li>')
        if not items:
            return ""
        head = '<section class="footnotes" role="doc-endnotes" aria-labelledby="footnotes.title">'
        named = '<h2 id="footnotes.title">Footnotes</h2>'
        return f"{head}{named}<ol>{''.join(items)}</ol></section>"

    def blocks(self, nodes: Any) -> str:
        """Return a run of paragraphs, headings, lists, tables and blocks."""
        return "\n".join(self._block(n) for n in nodes)

    def _block(self, node: Node) -> str:
        if node["k"] == "block":
            return self._audit_block(node)
        make: Callable[[Node], str] = getattr(self, f"_{node['k']}")
        return make(node)

    def _p(self, node: Node) -> str:
        name = f' id="{text(node["entry"])}"' if "entry" in node else ""
        return f"<p{name}>{self.inline(node['c'])}</p>"

    def _h(self, node: Node) -> str:
        # A level the author skipped would read as a part that is missing.
        level = self.level = min(node["level"] + 1, self.level + 1, 6)
        number = f'<span class="number">{text(node["number"])}</span> ' if node["number"] else ""
        return f'<h{level} id="{text(node["id"])}">{number}{self.inline(node["c"])}</h{level}>'

    def _ul(self, node: Node) -> str:
        return f"<ul>{''.join(f'<li>{self.blocks(i)}</li>' for i in node['items'])}</ul>"

    def _ol(self, node: Node) -> str:
        items = "".join(f"<li>{self.blocks(i)}</li>" for i in node["items"])
        return f'<ol start="{int(node["start"])}">{items}</ol>'

    def _quote(self, node: Node) -> str:
        return f"<blockquote>{self.blocks(node['c'])}</blockquote>"

    def _pre(self, node: Node) -> str:
        return FACES["verbatim"](node)

    def _hr(self, node: Node) -> str:
        return "<hr>"

    def _eq(self, node: Node) -> str:
        name = f' id="{text(node["id"])}"' if node["id"] else ""
        number = text(node["number"])
        formula = scrolling(self._math(node["tex"], block=True), f'aria-label="Equation {number}"')
        return f'<div class="equation"{name}>{formula}<span class="number">({number})</span></div>'

    def _grid(self, node: Node) -> str:
        def row(cells: list[Any], tag: str) -> str:
            scope = ' scope="col"' if tag == "th" else ""
            return "".join(
                f'<{tag}{scope} class="{align}">{self._grid_cell(cell)}</{tag}>'
                for cell, align in zip(cells, node["align"], strict=True)
            )

        head = "".join(f"<tr>{row(r, 'th')}</tr>" for r in node["head"])
        body = "".join(f"<tr>{row(r, 'td')}</tr>" for r in node["body"])
        names = ", ".join(plain(cell) for cells in node["head"][-1:] for cell in cells)
        label = f'aria-label="{text(f"Table: {names}" if names else "Table")}"'
        table = f"<table {label}><thead>{head}</thead><tbody>{body}</tbody></table>"
        return f'<div class="table">{scrolling(table, label)}</div>'

    def _grid_cell(self, nodes: list[Node]) -> str:
        line = len(nodes) == 1 and nodes[0]["k"] == "p"
        return self.inline(nodes[0]["c"]) if line else self.blocks(nodes)

    def _audit_block(self, node: Node) -> str:
        if node["kind"] == "figure":
            links = _links(node["id"], "charts", {"Data": ("csv",), "Image": ("png", "svg")})
            return figure_html(node, links)
        if node["kind"] == "table":
            links = _links(node["id"], "tables", {"Data": ("csv",), "LaTeX": ("tex",)})
            return table_html(node, links)
        return FACES[node["kind"]](node)


def _links(id: str, folder: str, kinds: Mapping[str, tuple[str, ...]]) -> str:
    """Return the links to a block's files, which lie beside the page."""
    return " · ".join(
        f'<a href="{folder}/{text(id)}.{kind}">{what} ({kind.upper()})</a>'
        for what, endings in kinds.items()
        for kind in endings
    )
