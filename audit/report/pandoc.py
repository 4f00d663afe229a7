"""Pandoc with text in and text out."""

from __future__ import annotations

from collections.abc import Sequence

from audit.pandoc import converted

# An author's Markdown: no raw markup, no attributes, no other kinds of lists and tables.
OFF = (
    "raw_html",
    "raw_tex",
    "raw_attribute",
    "latex_macros",
    "yaml_metadata_block",
    "pandoc_title_block",
    "markdown_in_html_blocks",
    "native_divs",
    "native_spans",
    "bracketed_spans",
    "fenced_divs",
    "link_attributes",
    "inline_code_attributes",
    "fenced_code_attributes",
    "implicit_figures",
    "definition_lists",
    "fancy_lists",
    "example_lists",
    "grid_tables",
    "multiline_tables",
    "simple_tables",
    "line_blocks",
    "table_captions",
    "blank_before_header",
    "task_lists",
    "table_attributes",
)
ON = ("citations", "lists_without_preceding_blankline", "tex_math_dollars", "footnotes", "smart")
READER = "markdown" + "".join(f"-{e}" for e in OFF) + "".join(f"+{e}" for e in ON)


def convert(text: str, arguments: Sequence[str]) -> str:
    """Return what pandoc makes of `text`; it may read no file and no address.

    Raises
    ------
    ReportError
        If pandoc is missing, fails, or takes longer than a minute.
    """
    return converted(text.encode(), arguments).decode()
