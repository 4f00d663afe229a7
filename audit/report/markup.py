"""One block as HTML, escaped throughout; notebooks and the HTML report show the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from audit.report.captioned import SIMULATED, Data, figure_html, isolated, table_html, text
from audit.text import visible


def _points(points: list[str]) -> str:
    return f"<ul>{''.join(f'<li>{isolated(p)}</li>' for p in points)}</ul>" if points else ""


def _finding(data: Data) -> str:
    label = f'<p class="label">{isolated(data["label"])}</p>' if data["label"] else ""
    headline = f'<p class="headline">{isolated(data["headline"])}</p>'
    return f'<div class="box finding">{label}{headline}{_points(data["points"])}</div>'


def _note(data: Data) -> str:
    label = f'<p class="label">{isolated(data["title"])}</p>' if data["title"] else ""
    tone = "plain" if data["tone"] == "plain" else "caution"
    tone += " ruled" if data.get("ruled") else ""
    body = f"<p>{isolated(data['body'])}</p>" if data["body"] else ""
    return f'<div class="box note {tone}" role="note">{label}{body}{_points(data["points"])}</div>'


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


def prose_markdown(data: Data) -> str:
    """Return an author's Markdown with its values set in as inert text."""
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
