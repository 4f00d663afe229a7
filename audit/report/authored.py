"""An author's own words from a code cell, held to the rule of a notebook's Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from audit.report import blocks
from audit.report.blocks import Prose
from audit.report.typed import faults_in


def prose(text: str, /, **values: str | int) -> Prose:
    """Return Markdown with values set into its `{name}` slots as inert text.

    A number typed into the text is refused when the report is put together, as in a Markdown cell:
    write it as a slot, `prose("Of {n} posts …", n=count(n))`, or as a claim, `{claim:n}`.

    Parameters
    ----------
    text : str
        The author's own Markdown.
    **values : str or int
        Text as it should be printed. A float is refused: its rounding is a decision.

    Raises
    ------
    ReportError
        For a float, or a value for which the text has no slot.
    """
    return replace(blocks.prose(text, **values), own=False)


def typed_in(payload: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is wrong with each number typed into a block of an author's prose.

    Parameters
    ----------
    payload : mapping
        Any block in its plain form; only prose that is not the package's own has faults.
    """
    if payload.get("kind") != Prose.kind or payload.get("own"):
        return
    text = str(payload["text"])
    for name in payload["values"]:
        text = text.replace(f"{{{name}}}", "…")
    yield from faults_in(text)
