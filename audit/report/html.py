"""A document as one HTML file: no script, no outside address, the same numbers as the PDF."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from audit.report.document import Document
from audit.report.markdown import Node
from audit.report.markup import FACES, figure_html, isolated, table_html, text
from audit.report.maths import formulas

STYLE = Path(__file__).with_name("report.css")
POLICY = (
    "default-src 'none'; img-src data:; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'"
)
BAND = '<p class="band" role="note">SIMULATED DATA: not about any real platform or person</p>'
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
    page allows no script, frame or outside address, by its content and by its own policy.
    """
    page = Page(formulas(document.formulas(), "mathml"))
    front = page.blocks(document.front)
    body = page.blocks(document.body)
    meta = document.meta
    band = BAND if document.simulated else ""
    author = text(", ".join(meta["authors"]))
    return (
        f'<!doctype html>\n<html lang="{text(meta["lang"])}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{POLICY}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{text(meta["title"])}</title><meta name="author" content="{author}">'
        f'<meta name="description" content="{text(meta["description"] or meta["subtitle"])}">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>\n"
        f'<body><a class="skip" href="#main">Skip to the report</a>{band}\n'
        f'<main id="main">{_header(meta)}\n{front}\n{_contents(document)}\n{body}\n'
        f"{page.footnotes()}</main></body></html>\n"
    )


def _header(meta: Mapping[str, Any]) -> str:
    kicker = f'<p class="kicker">{isolated(meta["kicker"])}</p>' if meta["kicker"] else ""
    under = f'<p class="lead">{isolated(meta["subtitle"])}</p>' if meta["subtitle"] else ""
    version = f"version {meta['version']}" if meta["version"] else ""
    day = meta["date"] and f"data as of {meta['date']}"
    parts = [p for p in (", ".join(meta["authors"]), day, version) if p]
    return (
        f"<header>{kicker}<h1>{isolated(meta['title'])}</h1>{under}"
        f'<p class="imprint">{isolated(" · ".join(parts))}</p></header>'
    )


def _contents(document: Document) -> str:
    heads = [n for n in document.body if n["k"] == "h" and n["level"] <= 2]
    if not heads:
        return ""
    page, items = Page({}), []
    for node in heads:
        title = page.inline([n for n in node["c"] if n["k"] != "note"], linked=False)
        number = f"<span>{text(node['number'])}</span> " if node["number"] else ""
        anchor = f'<a href="#{text(node["id"])}">{number}{title}</a>'
        items.append(f'<li class="level-{node["level"]}">{anchor}</li>')
    heading = '<h2 id="contents">Contents</h2>'
    return f'<nav aria-labelledby="contents">{heading}<ol>{"".join(items)}</ol></nav>'


class Page:
    """Turns nodes into HTML and keeps the footnotes for the end."""

    def __init__(self, maths: Mapping[str, str]) -> None:
        self.maths = maths
        self.notes: list[list[Node]] = []

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
            return f'<a href="#{text(node["id"])}">{inside}</a>'
        return f'<a href="{text(node["url"])}" rel="noopener noreferrer">{inside}</a>'

    def _math(self, tex: str, *, block: bool) -> str:
        math = self.maths.get(tex)
        if math is None:
            return f"<code>{text(tex)}</code>"
        return math.replace('display="inline"', 'display="block"', 1) if block else math

    def _note(self, nodes: list[Node]) -> str:
        self.notes.append(nodes)
        n = len(self.notes)
        return f'<sup><a id="ref-note-{n}" href="#note-{n}" role="doc-noteref">{n}</a></sup>'

    def footnotes(self) -> str:
        """Return the footnotes met so far."""
        items, done = [], 0
        while done < len(self.notes):
            done += 1
            inside = self.inline(self.notes[done - 1])
            back = f'<a href="#ref-note-{done}" aria-label="Back to the text">↩</a>'
            items.append(f'<li id="note-{done}">{inside} {back}</li>')
        if not items:
            return ""
        head = '<section class="footnotes" role="doc-endnotes" aria-label="Footnotes">'
        return f"{head}<ol>{''.join(items)}</ol></section>"

    def blocks(self, nodes: Any) -> str:
        """Return a run of paragraphs, headings, lists, tables and blocks."""
        return "\n".join(self._block(n) for n in nodes)

    def _block(self, node: Node) -> str:
        if node["k"] == "block":
            return self._audit_block(node)
        make: Callable[[Node], str] = getattr(self, f"_{node['k']}")
        return make(node)

    def _p(self, node: Node) -> str:
        return f"<p>{self.inline(node['c'])}</p>"

    def _h(self, node: Node) -> str:
        level = min(node["level"] + 1, 6)
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
        number = f'<span class="number">({text(node["number"])})</span>'
        return f'<div class="equation"{name}>{self._math(node["tex"], block=True)}{number}</div>'

    def _grid(self, node: Node) -> str:
        def row(cells: list[Any], tag: str) -> str:
            scope = ' scope="col"' if tag == "th" else ""
            return "".join(
                f'<{tag}{scope} class="{align}">{self.blocks(cell)}</{tag}>'
                for cell, align in zip(cells, node["align"], strict=True)
            )

        head = "".join(f"<tr>{row(r, 'th')}</tr>" for r in node["head"])
        body = "".join(f"<tr>{row(r, 'td')}</tr>" for r in node["body"])
        table = f"<table><thead>{head}</thead><tbody>{body}</tbody></table>"
        return f'<div class="scroll" tabindex="0" role="region" aria-label="Table">{table}</div>'

    def _audit_block(self, node: Node) -> str:
        if node["kind"] == "figure":
            return figure_html(node, _downloads("charts", node["id"], ("png", "svg", "csv")))
        if node["kind"] == "table":
            return table_html(node, _downloads("tables", node["id"], ("csv", "tex")))
        return FACES[node["kind"]](node)


def _downloads(folder: str, id: str, kinds: tuple[str, ...]) -> str:
    links = (f'<a href="{folder}/{text(id)}.{k}">{k.upper()}</a>' for k in kinds)
    return f"{'Take this chart' if folder == 'charts' else 'Take this table'}: {' · '.join(links)}"
