"""What carries a caption in HTML: one figure or one table, escaped throughout."""

from __future__ import annotations

import base64
import html
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audit.report.address import is_linkable
from audit.text import escape_html

Data = Mapping[str, Any]
LONGEST = 100_000
UPRIGHT = 105  # letters that the columns of a table may take on an upright page of print
PHONE = "30em"  # screens up to this width show the chart that was drawn for them
WRAPPED = 24  # letters after which the text of a column goes on in the next line
SIMULATED = '<span class="simulated">[SIMULATED]</span>'
LONGEST_WORD = re.compile(r"\S{30}")
"""A run that a column of a table cannot hold; it may break anywhere, and other words may not."""
DATE = re.compile(r"\d{4}(?:-\d\d){1,2}")
"""A cell that is a date and nothing else: it stands on one line."""


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
    title = (
        f'<span id="{_title_id(data)}">{number}<strong>{isolated(data["title"])}</strong></span>'
    )
    return f"{title}{mark}{under}"


def _title_id(data: Data) -> str:
    """Return the id of a caption's words; no id of a block, which has no full stop, can be it."""
    return f"{text(data['id'])}.title"


def scrolling(inside: str, label: str) -> str:
    """Return what may be wider than a phone in a box of its own that scrolls, and is named.

    `label` is the attribute that names it: `aria-label="…"` or `aria-labelledby="…"`.
    """
    return f'<div class="scroll" tabindex="0" role="region" {label}>{inside}</div>'


def below(lines: list[str], source: str, links: str = "") -> str:
    """Return the small print under a figure or table."""
    shown = [isolated(line) for line in lines if line]
    shown += [f"Source: {isolated(source)}"] if source else []
    said = "".join(f'<p class="small">{line}</p>' for line in shown)
    return f'{said}<p class="small take">{links}</p>' if links else said


def figure_html(data: Data, links: str = "") -> str:
    """Return a figure: caption, outlined chart as an image with its alternative text, notes.

    Where it can be taken away (`links`), the alternative text can also be opened and copied.
    """
    image = _image(data)
    spoken = (
        f'<details class="alt"><summary>Alternative text</summary><p>{isolated(data["alt"])}</p>'
        "</details>"
    )
    return (
        f'<figure id="{text(data["id"])}"><figcaption>{caption(data, "Figure")}</figcaption>'
        f"{scrolling(image, _labelled(data))}"
        f"{below([data['note']], data['source'], links)}{spoken if links else ''}</figure>"
    )


def _image(data: Data) -> str:
    """Return the chart: drawn for a desk and, where there is one, in its place on a phone."""
    image = (
        f'<img alt="{text(data["alt"])}" src="{_inside(data["files"]["screen"])}" '
        f'width="{round(data["width"] * 96)}" height="{round(data["height"] * 96)}">'
    )
    narrow = data["files"].get("narrow")
    if not narrow:
        return image
    source = f'<source media="(max-width: {PHONE})" srcset="{_inside(narrow)}">'
    return f"<picture>{source}{image}</picture>"


def _inside(svg: str) -> str:
    return f"data:image/svg+xml;base64,{base64.b64encode(svg.encode()).decode()}"


def _labelled(data: Data) -> str:
    return f'aria-labelledby="{_title_id(data)}"'


def table_html(data: Data, links: str = "") -> str:
    """Return a table in a box that scrolls by itself, read by no formula typesetter.

    Text in the first column heads its row; the rows of a group are a part of the table with a
    heading of its own.
    """
    columns = data["columns"]
    heads = "".join(f'<th scope="col"{_class(c)}>{isolated(c["label"])}</th>' for c in columns)
    head = f"<thead>{_spanners(data['spanners'])}<tr>{heads}</tr></thead>"
    table = (
        f'<table class="tex2jax_ignore mathjax_ignore"><caption>{_words(data)}</caption>'
        f"{_column_groups(data['spanners'])}{head}{''.join(_bodies(data))}</table>"
    )
    return (
        f'<div class="{"table wide" if _is_wide(data) else "table"}" id="{text(data["id"])}">'
        f"{scrolling(table, _labelled(data))}{below(list(data['notes']), data['source'], links)}"
        "</div>"
    )


def _is_wide(data: Data) -> bool:
    """Return whether a table asks for a turned page when it is printed."""
    letters = 0
    for place, column in enumerate(data["columns"]):
        longest = max((len(row[place]) for row in data["cells"]), default=0)
        kept_whole = column["align"] == "right"
        head = max((len(word) for word in column["label"].split()), default=0)
        letters += max(longest if kept_whole else min(longest, WRAPPED), head) + 3
    return letters > UPRIGHT


def _words(data: Data) -> str:
    """Return a table's caption in one piece, so that it can stay in view while columns scroll."""
    return f'<span class="words">{caption(data, "Table")}</span>'


def _bodies(data: Data) -> Iterator[str]:
    """Yield the parts of a table: one for each group of rows, or one for all."""
    columns, cells = data["columns"], data["cells"]
    groups = dict(map(tuple, data["groups"]))
    starts = sorted({0, *groups})
    for start, end in zip(starts, [*starts[1:], len(cells)], strict=True):
        heading = (
            f'<tr><th class="group" scope="rowgroup" colspan="{len(columns)}">'
            f"{isolated(groups[start])}</th></tr>"
            if start in groups
            else ""
        )
        rows = "".join(f"<tr>{_row(row, columns)}</tr>" for row in cells[start:end])
        yield f"<tbody>{heading}{rows}</tbody>"


def _row(row: Sequence[str], columns: Sequence[Data]) -> str:
    return "".join(
        _cell(value, column, head=not place and len(columns) > 1)
        for place, (value, column) in enumerate(zip(row, columns, strict=True))
    )


def _class(column: Data, value: str = "") -> str:
    names = [] if column["align"] in (None, "left") else [column["align"]]
    names += ["long"] if LONGEST_WORD.search(value) else []
    names += ["date"] if DATE.fullmatch(value) else []
    return f' class="{" ".join(names)}"' if names else ""


def _cell(value: str, column: Data, *, head: bool) -> str:
    shown = isolated(value)
    if column["link"] and value.lower().startswith("http") and is_linkable(value):
        shown = f'<a href="{html.escape(value)}" rel="noopener noreferrer nofollow">{shown}</a>'
    elif column["code"]:
        shown = f"<code>{shown}</code>"
    if head and value and column["align"] in (None, "left"):
        return f'<th scope="row"{_class(column, value)}>{shown}</th>'
    return f"<td{_class(column, value)}>{shown}</td>"


def _column_groups(spanners: list[Any]) -> str:
    """Return the columns that each heading over several heads, as `scope="colgroup"` needs."""
    return "".join(f'<colgroup span="{int(span)}"></colgroup>' for _, span in spanners)


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
