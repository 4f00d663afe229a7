"""What stands round a report's text: head, way in, contents, and the one script."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from audit.report.captioned import isolated, text
from audit.report.interactive import SCRIPT, policy

STYLE = Path(__file__).with_name("report.css")
MARK = "SIMULATED DATA: not about any real platform or person"
BAND = f'<header class="band"><p>{MARK}</p></header>\n'
MARGIN = f'@top-center{{content:"{MARK}";color:#8a4b00;font:700 8pt sans-serif}}'
PRINTED = f"\n@media print{{@page{{{MARGIN}}}@page wide{{{MARGIN}}}}}"
"""The mark at the head of every printed page, where the browser can set text in margins."""


def framed(meta: Mapping[str, Any], main: str, contents: str) -> str:
    """Return a whole page: `main` and `contents` are HTML, all else comes from the cover.

    In the order of reading: a link to the text, the mark of simulated data, the contents, the
    report. The page runs one script, whose hash its policy names, and is whole without it; as a
    module it waits until the page is read.
    """
    author = text(", ".join(meta["authors"]))
    style = STYLE.read_text(encoding="utf-8") + (PRINTED if meta["simulated"] else "")
    return (
        f'<!doctype html>\n<html lang="{text(meta["lang"])}"><head><meta charset="utf-8">'
        f'<meta http-equiv="Content-Security-Policy" content="{policy()}">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        '<meta name="referrer" content="no-referrer">'
        '<meta name="color-scheme" content="light dark">'
        f'<title>{text(meta["title"])}</title><meta name="author" content="{author}">'
        f'<meta name="description" content="{text(meta["description"] or meta["subtitle"])}">'
        f"<style>{style}</style>"
        f'<script type="module">{SCRIPT}</script></head>\n'
        f'<body><a class="skip" href="#main">Skip to the report</a>\n'
        f'{BAND if meta["simulated"] else ""}<div class="page">{contents}\n'
        f'<main id="main" tabindex="-1">{title(meta)}\n{main}</main></div></body></html>\n'
    )


def title(meta: Mapping[str, Any]) -> str:
    """Return title, subtitle and imprint."""
    kicker = f'<p class="kicker">{isolated(meta["kicker"])}</p>' if meta["kicker"] else ""
    under = f'<p class="lead">{isolated(meta["subtitle"])}</p>' if meta["subtitle"] else ""
    version = f"version {meta['version']}" if meta["version"] else ""
    day = meta["date"] and f"data as of {meta['date']}"
    parts = [p for p in (", ".join(meta["authors"]), day, version) if p]
    imprint = f'<p class="imprint">{isolated(" · ".join(parts))}</p>' if parts else ""
    return (
        f'<header class="title">{kicker}<h1>{isolated(meta["title"])}</h1>{under}{imprint}</header>'
    )


def contents(entries: Sequence[tuple[int, str, str, str]]) -> str:
    """Return the contents: one line to open on a phone, always open beside the text on a desk.

    Parameters
    ----------
    entries : sequence of (level from 1, id, number or "", title as HTML)
        Nested by level; a level that is skipped is taken as the next one down.
    """
    if not entries:
        return ""
    lines, depth = [], 0
    for level, id, number, said in entries:
        wanted = min(level, depth + 1)
        if wanted > depth:
            lines.append("<ol>")
        else:
            lines.append("</li>" + "</ol></li>" * (depth - wanted))
        depth = wanted
        shown = f'<span class="number">{text(number)}</span> ' if number else ""
        lines.append(f'<li><a href="#{text(id)}">{shown}<span class="words">{said}</span></a>')
    lines.append("</li></ol>" * depth)
    return (
        '<nav aria-label="Contents"><p class="label" aria-hidden="true">Contents</p>'
        "<details><summary>Contents</summary>"
        f"{''.join(lines)}</details></nav>"
    )
