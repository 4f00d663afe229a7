"""The words that go with a chart given away: caption, credit, licence, snippet and how-to."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from audit.report.packing.sizes import SIZES, Picture
from audit.text import escape_html

NO_LICENCE = (
    "The report states no licence for its charts: ask its authors before you publish this one."
)
NO_DATA_LICENCE = (
    "licence not known, the report states none. The source is {source}: ask there before you use "
    "the numbers"
)
SIMULATED = "SIMULATED DATA. This chart shows no real platform."
NARROW = 480
"""Pixels of a page up to which the embed snippet shows the phone size."""
Chart = Mapping[str, Any]


def caption(chart: Chart) -> str:
    """Return title, subtitle, note and source, a line each; simulated data are said first."""
    lines = [SIMULATED] if chart["simulated"] else []
    lines += [chart["title"], chart["subtitle"], chart["note"], f"Source: {chart['source']}"]
    return "\n".join(line for line in lines if line) + "\n"


def credit(chart: Chart, report: Chart, made_with: str) -> str:
    """Return who made the chart, of what, and with what."""
    authors = ", ".join(report["authors"])
    day = f", data as of {report['date']}" if report["date"] else ""
    by = f"Analysis: {authors}, “{report['title']}”" if authors else f"From “{report['title']}”"
    return f"{by}{day}. Data: {chart['source']}. Made with audit {made_with}.\n"


def licence(chart: Chart, of_charts: str) -> str:
    """Return the licence of the chart, then that of the data behind it."""
    first = f"Chart: {of_charts}." if of_charts else NO_LICENCE
    data = chart["licence"] or NO_DATA_LICENCE.format(source=chart["source"].removesuffix("."))
    return f"{first}\nData: {data.removesuffix('.')}.\n"


def embed(chart: Chart, pictures: Mapping[str, Picture], given: str) -> str:
    """Return a snippet of static HTML: the chart's own files, its text alternative, its caption.

    Every text is escaped; nothing in it runs, and it names no address but files beside the page.

    Parameters
    ----------
    pictures : mapping of size to Picture
    given : str
        The credit line.
    """
    stem = chart["id"]
    narrow = ""
    if "phone" in pictures:
        wide, high = pictures["phone"].pixels
        narrow = (
            f'  <source media="(max-width: {NARROW}px)" srcset="{stem}-phone.png" '
            f'width="{wide}" height="{high}">\n'
        )
    wide, high = pictures["web"].pixels
    said = [SIMULATED] if chart["simulated"] else []
    said += [f"{chart['title'].rstrip('.')}.", given.strip()]
    shown = " ".join(escape_html(" ".join(text.split())) for text in said if text)
    alt = escape_html(" ".join(chart["alt"].split()))
    return (
        f'<figure style="margin: 0">\n <picture>\n{narrow}'
        f'  <img src="{stem}-web.png" width="{wide // 2}" height="{round(high / 2)}" '
        f'alt="{alt}" style="max-width: 100%; height: auto">\n'
        f" </picture>\n <figcaption>{shown}</figcaption>\n</figure>\n"
    )


def readme(report: Chart, charts: Sequence[Chart], lacking: Sequence[str]) -> str:
    """Return what is in a pack and how to use it, as plain text."""
    lines = [report["title"]]
    lines += [f"Data as of {report['date']}."] if report["date"] else []
    lines += [SIMULATED] if report["simulated"] else []
    n = len(charts)
    lines += ["", f"{n} chart{'s' if n != 1 else ''}, each in a folder of its own:", ""]
    lines += [f"  {chart['id']}  {chart['title']}" for chart in charts]
    lines += ["", "Each as PNG, SVG and PDF, in these sizes:", ""]
    lines += [f"  {name:<7}{size.about}" for name, size in SIZES.items()]
    if lacking:
        lines += ["", f"Not drawn for a phone, so without that size: {', '.join(lacking)}."]
    lines += [
        "",
        "Beside them: the numbers drawn (.csv), caption, credit, licence and alternative text",
        "(.txt), and a snippet that shows the chart in a page (-embed.html): copy the snippet into",
        "the page and the PNG files beside it. It runs no program and loads nothing else.",
        "",
        "claims.json lists every number of the report with its interval and where it was computed.",
        "To check the report against its data: audit verify report.pdf",
        "",
        "The text in the pictures is drawn as outlines. Keep title, note and source with a chart:",
        "without them it says less than it should, or more.",
    ]
    return "\n".join(lines) + "\n"
