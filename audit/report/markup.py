"""One block as HTML, escaped throughout; notebooks and the HTML report show the same."""

from __future__ import annotations

import base64
import html
from collections.abc import Callable, Mapping
from typing import Any

from audit.report.address import is_linkable
from audit.text import escape_html, visible

LONGEST = 100_000
Data = Mapping[str, Any]
SIMULATED = '<span class="simulated">[SIMULATED]</span>'


def text(value: object) -> str:
    """Return a value escaped for HTML, made visible, whole."""
    return escape_html(value, LONGEST)


def isolated(value: object) -> str:
    """Return a value that cannot turn the reading direction of its neighbours."""
    return f"<bdi>{text(value)}</bdi>"


def caption(data: Data, name: str) -> str:
    """Return number, title, mark of simulated data and subtitle of a figure or table."""
    number = f"{name} {data['number']}: " if data.get("number") else ""
    mark = f" {SIMULATED}" if data["simulated"] else ""
    under = (
        f'<span class="subtitle">{isolated(data["subtitle"])}</span>' if data["subtitle"] else ""
    )
    return f"{number}<strong>{isolated(data['title'])}</strong>{mark}{under}"


def below(lines: list[str], source: str, links: str = "") -> str:
    """Return the small print under a figure or table."""
    shown = [isolated(line) for line in lines if line]
    shown += [f"Source: {isolated(source)}"] if source else []
    shown += [links] if links else []
    return "".join(f'<p class="small">{line}</p>' for line in shown)


def figure_html(data: Data, links: str = "") -> str:
    """Return a figure: caption, outlined chart as an image with its alternative text, notes."""
    picture = base64.b64encode(data["files"]["screen"].encode()).decode()
    return (
        f'<figure id="{text(data["id"])}"><figcaption>{caption(data, "Figure")}</figcaption>'
        f'<img alt="{text(data["alt"])}" src="data:image/svg+xml;base64,{picture}" '
        f'width="{round(data["width"] * 96)}" height="{round(data["height"] * 96)}">'
        f"{below([data['note']], data['source'], links)}</figure>"
    )


def table_html(data: Data, links: str = "") -> str:
    """Return a table in a box that scrolls by itself, read by no formula typesetter."""
    columns = data["columns"]
    heads = "".join(f'<th scope="col"{_class(c)}>{isolated(c["label"])}</th>' for c in columns)
    groups = dict(map(tuple, data["groups"]))
    rows = []
    for place, row in enumerate(data["cells"]):
        if place in groups:
            label = isolated(groups[place])
            rows.append(f'<tr><th class="group" colspan="{len(columns)}">{label}</th></tr>')
        cells = (_cell(t, c) for t, c in zip(row, columns, strict=True))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    label = text(f"Table: {data['title']}")
    return (
        f'<div class="table" id="{text(data["id"])}">'
        f'<div class="scroll" tabindex="0" role="region" aria-label="{label}">'
        f'<table class="tex2jax_ignore mathjax_ignore"><caption>{caption(data, "Table")}</caption>'
        f"<thead>{_spanners(data['spanners'])}<tr>{heads}</tr></thead>"
        f"<tbody>{''.join(rows)}</tbody></table></div>"
        f"{below(list(data['notes']), data['source'], links)}</div>"
    )


def _class(column: Data) -> str:
    return "" if column["align"] in (None, "left") else f' class="{column["align"]}"'


def _cell(value: str, column: Data) -> str:
    shown = isolated(value)
    if column["link"] and value.lower().startswith("http") and is_linkable(value):
        shown = f'<a href="{html.escape(value)}" rel="noopener noreferrer nofollow">{shown}</a>'
    elif column["code"]:
        shown = f"<code>{shown}</code>"
    return f"<td{_class(column)}>{shown}</td>"


def _spanners(spanners: list[Any]) -> str:
    if not spanners:
        return ""
    heads = (
        f'<th class="spanner" scope="colgroup" colspan="{int(span)}">{isolated(label)}</th>'
        if label
        else f'<td colspan="{int(span)}"></td>'
        for label, span in spanners
    )
    return f"<tr>{''.join(heads)}</tr>"


def _points(points: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{isolated(p)}</li>' for p in points)}</ul>" if points else ""


def _finding(data: Data) -> str:
    label = f'<p class="label">{isolated(data["label"])}</p>' if data["label"] else ""
    headline = f'<p class="headline">{isolated(data["headline"])}</p>'
    return f'<aside class="finding">{label}{headline}{_points(data["points"])}</aside>'


def _note(data: Data) -> str:
    label = f'<p class="label">{isolated(data["title"])}</p>' if data["title"] else ""
    tone = "plain" if data["tone"] == "plain" else "caution"
    body = f"<p>{isolated(data['body'])}</p>" if data["body"] else ""
    return f'<aside class="note {tone}">{label}{body}{_points(data["points"])}</aside>'


def _facts(data: Data) -> str:
    cells = (
        f"<div><dt>{isolated(f['label'])}</dt><dd><strong>{isolated(f['value'])}</strong>"
        f"<span>{isolated(f['gloss'])}</span></dd></div>"
        for f in data["facts"]
    )
    return f'<dl class="facts">{"".join(cells)}</dl>'


def _provenance(data: Data) -> str:
    rows = [f"<dt>{isolated(k)}</dt><dd>{isolated(v)}</dd>" for k, v in data["rows"]]
    rows += [
        f"<dt>File</dt><dd>{isolated(name)} ({int(size):,} bytes), "
        f"SHA-256 <code>{text(sha)}</code></dd>"
        for name, size, sha in data["digests"]
    ]
    return f'<dl class="provenance">{"".join(rows)}</dl>'


def _verbatim(data: Data) -> str:
    lines = "\n".join(text(line) for line in data["lines"])
    return f'<pre class="tex2jax_ignore mathjax_ignore">{lines}</pre>'


def _cover(data: Data) -> str:
    day = data["date"] and f"data as of {data['date']}"
    imprint = " · ".join(p for p in (", ".join(data["authors"]), day) if p)
    mark = f"<p>{SIMULATED}</p>" if data["simulated"] else ""
    return (
        f"{mark}<h1>{isolated(data['title'])}</h1><p><em>{isolated(data['subtitle'])}</em></p>"
        f"<p>{isolated(imprint)}</p>"
    )


def _heading(data: Data) -> str:
    level = min(int(data["level"]) + 1, 6)
    return f"<h{level}>{isolated(data['title'])}</h{level}>"


def _claims(data: Data) -> str:
    n = len(data["records"])
    return f"<p><em>{n} number{'s' if n != 1 else ''} recorded as claims.</em></p>"


def _bibliography(data: Data) -> str:
    return f"<p>Works that this report can cite: {text(data['name'])}</p>"


FACES: Mapping[str, Callable[[Data], str]] = {
    "cover": _cover,
    "finding": _finding,
    "note": _note,
    "facts": _facts,
    "heading": _heading,
    "verbatim": _verbatim,
    "table": table_html,
    "figure": figure_html,
    "provenance": _provenance,
    "claims": _claims,
    "bibliography": _bibliography,
}


def faces(data: Data) -> dict[str, str]:
    """Return what a notebook shows of one block: plain text, and HTML or, for prose, Markdown."""
    if data["kind"] == "prose":
        return {"text/plain": outline(data), "text/markdown": _markdown(data)}
    shown = FACES[data["kind"]](data)
    shown = f'<div class="audit-block tex2jax_ignore mathjax_ignore">{shown}</div>'
    return {"text/plain": outline(data), "text/html": shown}


def _markdown(data: Data) -> str:
    shown = str(data["text"])
    for name, value in data["values"].items():
        shown = shown.replace(f"{{{name}}}", "".join(map(_literal, visible(value, 1000))))
    return shown


def _literal(character: str) -> str:
    """Return a character as Markdown reads it: an entity is never the start of anything."""
    if character == "$":  # in an element of its own, so that no pair of signs makes a formula
        return "<span>&#36;</span>"
    plain = not character.isascii() or character.isalnum() or character in " .,"
    return character if plain else f"&#{ord(character)};"


def outline(data: Data) -> str:
    """Return one block in a few words of plain text."""
    name = f"[{data['kind']}{' ' + data['id'] if data.get('id') else ''}]"
    if data["kind"] == "prose":
        return f"{name} {data['text']}"
    words = [data.get(k, "") for k in ("title", "headline", "label", "alt", "body")]
    return f"{name} {'. '.join(str(w) for w in words if w)}".strip()
