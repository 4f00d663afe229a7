"""What a source answers and what it cannot support, as a page of the codebook."""

from __future__ import annotations

from audit.schema import Column
from audit.sources.base import Source

OPENING = (
    "# Sources\n\nWhat each kind of data answers, what it cannot support, and what its cases hold "
    "beyond the columns of every case table (`audit codebook`). This page is printed by "
    "`audit codebook all`; change `question`, `limits` and `extra_columns` of the source instead."
)


def page(kind: type[Source]) -> str:
    """Return a source's page as Markdown: its question, its limits first, then its own columns."""
    limits = "\n".join(f"- {says}" for says in kind.limits)
    parts = [
        f"## `{kind.name}`: {kind.title}",
        f"**Answers:** {kind.question}",
        f"**Cannot support:**\n\n{limits}",
    ]
    if kind.extra_columns:
        head = "| column | kind | meaning |\n|---|---|---|\n"
        parts.append(head + "\n".join(_row(column) for column in kind.extra_columns))
    return "\n\n".join(parts)


def pages() -> str:
    """Return the pages of all sources, in the order of the table, as one Markdown text."""
    from audit.sources import SOURCES

    return "\n\n".join([OPENING, *(page(kind) for kind in SOURCES.values())]) + "\n"


def _row(column: Column) -> str:
    measured = f"{column.kind}, {column.unit}" if column.unit else column.kind
    levels = f" ({', '.join(column.levels)})" if column.levels else ""
    return f"| `{column.name}` | {measured} | {column.about}{levels} |"
