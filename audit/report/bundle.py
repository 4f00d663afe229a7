"""What a notebook, a terminal and a converter show of one block."""

from __future__ import annotations

from audit.printed.grid import Grid, Head
from audit.printed.hypertext import INERT, STYLE
from audit.printed.pipes import grid_markdown, literal
from audit.printed.plain import WIDTH, set_grid, wrapped
from audit.report.captioned import LONGEST, Data
from audit.report.markup import FACES, prose_markdown
from audit.text import visible

BOXES = (
    ".audit-face .finding,.audit-face .note{border-left:4px solid currentColor;padding:.1em 1em;"
    "margin:.6em 0}.audit-face .headline{font-size:1.15em;font-weight:600}"
    ".audit-face .label{font-size:.85em;opacity:.8}.audit-face .subtitle,.audit-face .small,"
    ".audit-face dd span{display:block;font-size:.85em;font-weight:400;opacity:.8}"
    ".audit-face dl.facts{display:flex;flex-wrap:wrap;gap:.4em 2em}.audit-face dd{margin:0}"
    ".audit-face figure{margin:.6em 0}.audit-face figure img{background:#fff;max-width:100%;"
    "height:auto}.audit-face .scroll{overflow-x:auto}"
)
"""How blocks look in a notebook; a chart stands on white, whatever the theme."""


def faces(data: Data) -> dict[str, str]:
    """Return what a notebook shows of one block: text, HTML, and what converters keep of it.

    Where HTML is lost, on paper and in Word, a table is kept as Markdown, a chart as its image and
    everything else as paragraphs. See `audit.printed.Shown` for why nothing is TeX.
    """
    if data["kind"] == "prose":
        return {"text/plain": outline(data), "text/markdown": prose_markdown(data)}
    inside = f"<style>{STYLE}{BOXES}</style>{FACES[data['kind']](data)}"
    shown = f'<div class="audit-block audit-face {INERT}">{inside}</div>'
    found = {"text/plain": outline(data), "text/html": shown}
    if data["kind"] == "table":
        return {**found, "text/markdown": grid_markdown(_grid(data))}
    if data["kind"] == "figure":
        return {**found, "image/png": data["files"]["png"]}
    return {**found, "text/markdown": "\n\n".join(map(literal, filter(None, _said(data)))) + "\n"}


def _grid(data: Data) -> Grid:
    heads = tuple(Head(c["label"], c["align"] or "left") for c in data["columns"])
    cells = tuple(tuple(visible(cell, LONGEST) for cell in row) for row in data["cells"])
    notes = [n for n in (data["subtitle"], *data["notes"]) if n]
    groups = tuple((int(place), str(label)) for place, label in data["groups"])
    return Grid(
        data["title"], heads, cells, groups, tuple(notes), data["source"], data["simulated"]
    )


def outline(data: Data) -> str:
    """Return one block as plain text that a terminal shows: a table with its numbers."""
    if data["kind"] == "table":
        return "\n".join(set_grid(_grid(data)))
    name = f"[{data['kind']}{' ' + data['id'] if data.get('id') else ''}]"
    if data["kind"] == "prose":
        return "\n".join(wrapped(f"{name} {data['text']}", WIDTH))
    first, *rest = _said(data)
    lines = [f"{name} {first}".rstrip(), *(f"  {line}" for line in rest)]
    return "\n".join(part for line in lines for part in wrapped(line, WIDTH, indent=4))


def _said(data: Data) -> list[str]:
    """Return what a block says, line by line."""
    words = [data.get(k, "") for k in ("label", "title", "headline", "alt", "body")]
    made_up = ["SIMULATED"] if data.get("simulated") else []
    lines = [". ".join(str(w).rstrip(".") for w in [*made_up, *words] if w)]
    lines += data.get("points", ())
    for fact in data.get("facts", ()):
        gloss = f" ({fact['gloss']})" if fact["gloss"] else ""
        lines.append(f"{fact['label']}: {fact['value']}{gloss}")
    lines += [f"{label}: {value}" for label, value in data.get("rows", ())]
    return [*lines, *data.get("lines", ())]
