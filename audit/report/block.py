"""What every part of a report has in common: its plain data, and three faces in a notebook."""

from __future__ import annotations

import re
from typing import Any, ClassVar

from audit.errors import ReportError
from audit.report.payload import numbers_of, plain_data
from audit.text import visible

MIME = "application/vnd.audit.block+json"


class Block:
    """Base of all blocks: a frozen value with three faces in one Jupyter MIME bundle.

    `text/plain` and `text/html` (`text/markdown` for prose) are for people in a notebook, Markdown
    and a chart's image for converters that lose HTML;
    `application/vnd.audit.block+json` holds the data from which PDF and HTML are set, the files of
    charts and tables included, so that a running notebook writes nothing to disk.
    """

    __slots__ = ()
    kind: ClassVar[str]

    def payload(self) -> dict[str, Any]:
        """Return the block as plain JSON data, every text made visible.

        Under "numbers" it carries, for each of its texts, what the numbers in it were said of:
        text → number as printed → (value, unit, decimals); see `audit.utterances`.
        """
        data = {"kind": self.kind, **plain_data(self)}
        numbers = numbers_of(data)
        return {**data, "numbers": numbers} if numbers else data

    def __repr__(self) -> str:
        """Return the block as a terminal shows it: its data would be a page of SVG."""
        from audit.report.bundle import outline

        return outline(self.payload())

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, Any]:
        from audit.report.bundle import faces

        data = self.payload()
        return {**faces(data), MIME: data}


def check_id(name: str, what: str) -> str:
    """Return `name` if it can be an anchor and a file name: a letter, then letters, digits, - or _.

    Raises
    ------
    ReportError
        Otherwise, with what is allowed.
    """
    if not re.fullmatch(r"[A-Za-z][A-Za-z0-9_-]{0,60}", name or ""):
        raise ReportError(
            f"{what} has the id {visible(name)!r}; allowed: a letter, then up to 60 letters, "
            "digits, hyphens or underscores (it names files and links)."
        )
    return name
