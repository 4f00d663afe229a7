"""A face as HTML that any notebook shows, in its light and in its dark theme."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.printed.grid import Grid
from audit.text import escape_html, together

if TYPE_CHECKING:
    from audit.printed.face import Face

INERT = "tex2jax_ignore mathjax_ignore"
LONGEST = 4000

# Colours are the reader's own: text as it is, lines a share of it. A theme's variables are used
# where there are any, so that a face is legible on whatever ground it is put.
STYLE = """
.audit-face{color:inherit;max-width:60em;line-height:1.45}
.audit-face p{margin:.3em 0}
.audit-face .audit-question{font-weight:600}
.audit-face .audit-small{font-size:.85em;opacity:.8}
.audit-face .audit-scroll{overflow-x:auto}
.FIRST table{border-collapse:collapse;margin:.6em 0 .2em;color:inherit;background:none;border:0;
width:auto;font-variant-numeric:tabular-nums}
.FIRST caption{caption-side:top;text-align:left;font-weight:600;color:inherit;padding:.2em 0}
.FIRST th,.FIRST td{text-align:left;vertical-align:top;padding:.2em .8em .2em 0;border:0;
background:none;color:inherit;white-space:normal;max-width:40em}
.FIRST thead{background:none}
.FIRST tbody th{font-weight:600}
.FIRST thead th{border-bottom:1px solid var(--jp-border-color1,currentColor);font-weight:600}
.FIRST tbody tr{background:none;border-top:1px solid rgba(128,128,128,.25)}
.FIRST th.audit-right,.FIRST td.audit-right,.FIRST th.right,.FIRST td.right{
text-align:right!important;white-space:nowrap}
.FIRST th.center,.FIRST td.center{text-align:center!important}
""".replace("\n", "").replace("FIRST", "audit-face.audit-face.audit-face")
"""The class said three times outranks the rules that notebooks have for every table."""


def set_html(face: Face) -> str:
    """Return a face as HTML: no script, nothing live, no colour of its own, all text escaped."""
    parts = [f'<p class="audit-question">{_said(face.heading)}</p>'] if face.heading else []
    parts += [f"<p>{_said(sentence.strip())}</p>" for sentence in face.says]
    parts += [grid_html(one) for one in face.grids]
    return f'<div class="audit-face {INERT}"><style>{STYLE}</style>{"".join(parts)}</div>'


def grid_html(one: Grid) -> str:
    """Return a grid as an HTML table in a box that scrolls by itself, its notes below."""
    sides = [' class="audit-right"' if h.align == "right" else "" for h in one.heads]
    heads = "".join(
        f'<th scope="col"{side}>{_said(h.label)}</th>'
        for h, side in zip(one.heads, sides, strict=True)
    )
    rows = []
    for row in one.rows():
        if isinstance(row, str):
            rows.append(f'<tr><th colspan="{len(one.heads)}">{_said(row)}</th></tr>')
            continue
        cells = (f"<td{side}>{_said(c)}</td>" for c, side in zip(row, sides, strict=True))
        rows.append(f"<tr>{''.join(cells)}</tr>")
    caption = f"<caption>{_said(one.caption)}</caption>" if one.title else ""
    table = (
        f'<div class="audit-scroll"><table class="{INERT}">{caption}'
        f"<thead><tr>{heads}</tr></thead><tbody>{''.join(rows)}</tbody></table></div>"
    )
    below = "".join(f'<p class="audit-small">{_said(line)}</p>' for line in one.below)
    return (table if one.cells else f"<p>{_said(one.caption)}</p>") + below


def _said(text: str) -> str:
    return escape_html(together(text), LONGEST)
