"""Numbers typed into a notebook's own Markdown: none is let through that nobody can check."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.report.claimed import SLOT
from audit.report.excused import typed_kind
from audit.report.markdown import FORMULA
from audit.text import visible
from audit.tokens import tokens

FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
ADDRESS = re.compile(r"\]\([^)\s]*\)|<https?://[^>\s]*>|https?://[^\s)]+")
ITEM = re.compile(r"^[ \t]*\d{1,3}[.)](?=[ \t])", re.MULTILINE)
MARKS = re.compile(r"\{[#.][^}\n]*\}|\[\^[^\]]*\]")
PARAGRAPH = re.compile(
    r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t])|(?<=\n)(?=#)|(?<=^)(?=#)"
)
TYPED = (
    "is typed. Allowed: a claim, a date, a citation, a quotation, a number of the document. Try: "
    'audit.claim("name", value, unit="…") in a code cell and {claim:name} here.'
)
SHOWN = 30  # characters of the sentence on either side of a number that is refused


def faults_in(markdown: str) -> Iterator[str]:
    """Yield each number of a Markdown text that is no claim and needs none to be excused.

    A typed number is let through as a date, a citation, inside quotation marks or code, as a
    number of the document (§ 4, Table 2, an item of a list), in a formula, or in a turn of phrase.

    Yields
    ------
    str
        What the number is, where it stands, what was allowed and what to try.
    """
    text = markdown
    for pattern in (FENCE, CODE, FORMULA, ADDRESS, SLOT, MARKS):
        text = pattern.sub(lambda m: " … " if "\n\n" not in m[0] else "\n\n", text)
    text = ITEM.sub("-", text)
    for paragraph in PARAGRAPH.split(text):
        line = " ".join(paragraph.replace("*", "").replace("_", " ").split())
        for token in tokens(line):
            if not typed_kind(line, token):
                around = line[max(0, token.start - SHOWN) : token.end + SHOWN]
                yield f"{line[token.start : token.end]!r} in “{visible(around, 90)}” {TYPED}"
