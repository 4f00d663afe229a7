"""Numbers typed into a notebook's own Markdown: none is let through that nobody can check."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.report.claimed import SLOT
from audit.report.excused import IDIOM, QUOTED, typed_kind
from audit.report.markdown import FORMULA
from audit.text import visible
from audit.tokens import Token, tokens

FENCE = re.compile(r"^(`{3,}|~{3,}).*?^\1[`~]*[ \t]*$", re.DOTALL | re.MULTILINE)
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
ADDRESS = re.compile(r"\]\([^)\s]*\)|<https?://[^>\s]*>|https?://[^\s)]+")
ITEM = re.compile(r"^[ \t]*\d{1,3}[.)](?=[ \t])", re.MULTILINE)
MARKS = re.compile(r"\{[#.][^}\n]*\}|\[\^[^\]]*\]")
PARAGRAPH = re.compile(
    r"\n[ \t]*\n|\n(?=[ \t]*(?:[-*+]|\d{1,3}[.)])[ \t])|(?<=\n)(?=#)|(?<=^)(?=#)"
)
EMPHASIS = re.compile(r"\{claim:[^{}\n]*\}|[*_]")
TYPED = (
    "is typed. Allowed: a claim, a date, a citation, a quotation, a number of the document. Try: "
    'audit.claim("name", value, unit="…") in a code cell and {claim:name} here.'
)
LARGER = re.compile(
    r"(?<![\w-])(?:(?:thir|four|fif|six|seven|eigh|nine)teen(?:th)?"
    r"|(?:twen|thir|for|fif|six|seven|eigh|nine)ty|hundreds?|thousands?|[mb]illions?|dozens?"
    r"|scores of|thrice|(?:a|one|two|three|four) quarters?|quarters? of (?:the|these|all|its|them)"
    r"|(?:a|one|two|three|four|five|six|seven|eight|nine) (?:fourth|fifth|sixth|seventh|eighth"
    r"|ninth|tenth|hundredth)s?|(?:doubl|tripl|quadrupl|halv)(?:ed|es|ing)"
    r"|(?:double|triple|quadruple)(?= (?:the|that|those|as|of|what|its|their|his|her)\b"
    r"|[.,;:!?)]|$)|(?:two|three|four|five|ten|many)fold)(?![\w-])",
    re.IGNORECASE,
)
"""Number words above twelve, fractions and multiples: no tokens (`audit.tokens`), and counts."""
ORDINAL = re.compile(r"(?:first|second|third|fourth|last|each|every|per|by) $", re.IGNORECASE)
LOOSE = frozenset({"one", "third"})
"""Pronoun, article or ordinal as often as a number; any other number word of a clause counts."""
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
    for paragraph in paragraphs(markdown):
        line = SLOT.sub(" … ", paragraph)
        for start, end in _typed(line):
            around = line[max(0, start - SHOWN) : end + SHOWN]
            yield f"{line[start:end]!r} in “{visible(around, 90)}” {TYPED}"


def paragraphs(markdown: str) -> Iterator[str]:
    """Yield each paragraph of a Markdown text as one line, claims as their slots.

    Code, formulas, addresses and marks, which are no prose, become "…".
    """
    text = markdown
    for pattern in (FENCE, CODE, FORMULA, ADDRESS, MARKS):
        text = pattern.sub(lambda m: " … " if "\n\n" not in m[0] else "\n\n", text)
    text = ITEM.sub("-", text)
    for paragraph in PARAGRAPH.split(text):
        plain = EMPHASIS.sub(lambda m: m[0] if m[0][0] == "{" else " "[m[0] == "*" :], paragraph)
        yield " ".join(plain.split())


def _typed(line: str) -> list[tuple[int, int]]:
    """Return each place of a line with a number that can only be a claim, in order."""
    held = tokens(line)
    found = [(t.start, t.end) for t in held if _counts(line, t)]
    taken = [(t.start, t.end) for t in held if t.shape != "word"]
    for match in LARGER.finditer(line):
        quoted = any(q.start() <= match.start() < q.end() for q in QUOTED.finditer(line))
        if quoted or ORDINAL.search(line[: match.start()]):
            continue
        if not any(a < match.end() and match.start() < b for a, b in (*found, *taken)):
            found.append(match.span())
    return sorted(found)


def _counts(line: str, token: Token) -> bool:
    """Return whether a number is a claim; a number word at the end of its clause is one too."""
    kind = typed_kind(line, token)
    if kind != "wording" or token.text in LOOSE:
        return not kind
    return not any(m.start() <= token.start < m.end() for m in IDIOM.finditer(line))
