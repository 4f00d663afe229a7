"""Text that came from data, made visible and inert before anyone reads it."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import pandas as pd

JOINERS = "\u200c\u200d"  # Persian, Indic scripts and emoji families are misspelled without them
NO_BREAK = "\u00a0"
PERCENT = re.compile(r"(?<=\d) %")
HIDDEN = frozenset({"Cc", "Cf", "Cs", "Cn", "Co", "Zl", "Zp"})
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# Entities for what HTML and, where a converter reads the cell again, Markdown and TeX act on.
ACTIVE = {ord(c): f"&#{ord(c)};" for c in "$`[]\\"}


def visible(value: object, limit: int = 120) -> str:
    """Return `value` as one line in which nothing is hidden.

    Parameters
    ----------
    value : object
        Anything; missing values become "".
    limit : int, at least 1
        Longest text returned, in characters; a longer one ends in "…".

    Returns
    -------
    str
        In normal form C. Controls, bidirectional overrides, zero-width and unassigned characters
        and lone surrogates are spelled ⟨U+202E⟩. A joiner between two letters (or emoji) stays:
        it is spelling there, and can hide nothing.

    References
    ----------
    Boucher & Anderson (2021), "Trojan Source: Invisible Vulnerabilities",
    https://arxiv.org/abs/2111.00169; Unicode Standard Annex 15 (normal form C).
    """
    if _missing(value):
        return ""
    text = str(value)
    head = unicodedata.normalize("NFC", text[: 4 * limit + 4])
    cut = len(text) > 4 * limit + 4
    units: list[str] = []
    length = 0
    for place, character in enumerate(head):
        unit = character if _shows(head, place) else f"⟨U+{ord(character):04X}⟩"
        length += len(unit)
        units.append(unit)
        if length > limit:
            cut = True
            break
    if not cut:
        return "".join(units)
    while units and length > limit - 1:
        length -= len(units.pop())
    return "".join(units) + "…"


def together(text: str) -> str:
    """Return a text in which no line ends between a number and its percent sign."""
    return PERCENT.sub(NO_BREAK + "%", text)


def _missing(value: object) -> bool:
    if isinstance(value, str):
        return False
    return value is None or str(value) in ("nan", "NaT", "<NA>")


def _shows(text: str, place: int) -> bool:
    character = text[place]
    if character in JOINERS:
        return 0 < place < len(text) - 1 and _joins(text[place - 1]) and _joins(text[place + 1])
    return unicodedata.category(character) not in HIDDEN


def _joins(character: str) -> bool:
    category = unicodedata.category(character)
    return (category[0] in "LM" and not character.isascii()) or category in ("So", "Sk")


def escape_html(value: object, limit: int | None = None) -> str:
    """Return `value` escaped for the text or a quoted attribute of HTML.

    Parameters
    ----------
    value : object
    limit : int or None
        None: whole, line breaks and tabs stay, and every other hidden character is spelled as by
        `visible`. A number: as `visible(value, limit)`, one line of at most that length.

    Returns
    -------
    str
        `&`, `<`, `>`, quotes, and the characters that start mathematics, code or a link where a
        notebook converter reads the cell as Markdown, as entities. A script that typesets the page
        still sees a `$`, so tables also carry the class `tex2jax_ignore mathjax_ignore`.
    """
    if limit is not None:
        return _entities(visible(value, limit))
    lines = [line.split("\t") for line in str(value).split("\n")]
    shown = ("\t".join(visible(cell, 10 * len(cell) + 1) for cell in line) for line in lines)
    return _entities("\n".join(shown))


def _entities(text: str) -> str:
    return html.escape(text, quote=True).translate(ACTIVE)


def html_table(frame: pd.DataFrame, *, limit: int = 120) -> str:
    """Return `frame` as an HTML table whose names and cells are visible, escaped, inert text.

    Parameters
    ----------
    frame : DataFrame
        Its index is not shown.
    limit : int
        Longest cell shown, in characters.
    """

    def row(tag: str, cells: Iterable[object]) -> str:
        texts = (escape_html(cell, limit) for cell in cells)
        return "<tr>" + "".join(f"<{tag}>{text}</{tag}>" for text in texts) + "</tr>"

    head = row("th", frame.columns)
    body = "".join(row("td", cells) for cells in frame.itertuples(index=False, name=None))
    return (
        '<table class="tex2jax_ignore mathjax_ignore">'
        f"<thead>{head}</thead><tbody>{body}</tbody></table>"
    )


def csv_safe(value: object) -> object:
    """Return `value` as a spreadsheet may open it: text that would run as a formula is quoted.

    Text that begins with = + - @ (or their full-width forms), a tab or a line break gets a leading
    apostrophe; numbers, and everything that is not text, come back untouched. For reader tables
    only: data files keep their cells exact.

    References
    ----------
    OWASP, "CSV Injection", https://owasp.org/www-community/attacks/CSV_Injection
    """
    if isinstance(value, str) and value.startswith(FORMULA):
        return "'" + value
    return value
