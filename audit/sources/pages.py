"""What a source answers, what it cannot support and what it can be asked, as a codebook's page."""

from __future__ import annotations

from audit.schema import Column
from audit.sources.base import Source
from audit.sources.parameters import Parameter, parameters_of

OPENING = (
    "# Sources\n\nWhat each kind of data answers, what it cannot support, what parameters it "
    "takes, and what its cases hold beyond the columns of every case table (`audit codebook`). "
    "This page is printed by `audit codebook all`; change `question`, `limits`, `extra_columns` "
    "and the docstring of the source instead."
)


def page(kind: type[Source]) -> str:
    """Return a source's page as Markdown: question, limits, parameters, own columns."""
    limits = "\n".join(f"- {says}" for says in kind.limits)
    parts = [
        f"## `{kind.name}`: {kind.title}",
        f"**Answers:** {kind.question}",
        f"**Cannot support:**\n\n{limits}",
    ]
    head = "| parameter | default | meaning |\n|---|---|---|\n"
    rows = "\n".join(_asked(parameter) for parameter in parameters_of(kind))
    parts.append("**Parameters:**\n\n" + head + rows)
    if kind.extra_columns:
        head = "| column | kind | meaning |\n|---|---|---|\n"
        parts.append(
            "**Columns of its own:**\n\n"
            + head
            + "\n".join(_row(column) for column in kind.extra_columns)
        )
    return "\n\n".join(parts)


def pages() -> str:
    """Return the pages of all sources, in the order of the table, as one Markdown text."""
    from audit.sources import SOURCES

    return "\n\n".join([OPENING, *(page(kind) for kind in SOURCES.values())]) + "\n"


def _asked(parameter: Parameter) -> str:
    meaning = f"{parameter.kind}. {parameter.meaning}"
    return f"| `{parameter.name}` | {_cell(parameter.default)} | {_cell(meaning)} |"


def _cell(text: str) -> str:
    return text.replace("|", r"\|")


def _row(column: Column) -> str:
    measured = f"{column.kind}, {column.unit}" if column.unit else column.kind
    levels = f" ({', '.join(column.levels)})" if column.levels else ""
    return f"| `{column.name}` | {measured} | {column.about}{levels} |"
