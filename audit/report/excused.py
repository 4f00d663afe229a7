"""What a number in a text may be that is no claim: a date, a citation, a quotation, wording."""

from __future__ import annotations

import re

from audit.tokens import Token

NAMED_YEAR = re.compile(
    # Names before a year: "Newcombe (1998)", "Donner and Zou 2012", "(Mantel 1963; Agresti 1990)"
    r"(?!(?:In|By|Since|From|Until|Till|After|Before|On|Of|Between|And|During|Through|The)\b)"
    r"[A-ZÀ-Ž][\w’'.-]+(?:,? (?:and|und|&|et|al\.|others|in|[A-Z][\w’'.-]*))*,? \(?\d{4}[a-z]?\)?"
)
CITED = re.compile(
    r"arXiv[: ]\d{4}\.\d{4,5}|doi:\S+|10\.\d{4,}/\S+|https?://\S+|pp?\. ?\d+(?:[–-]\d+)?"
    r"|Annex \d+"
)
VOLUME = re.compile(r"\d{1,4}(?:\(\d+\))?:\d+(?:[–-]\d+)?|\d{1,4}\(\d{1,3}\)(?=[.,;:]|$)")
"""Volume and pages; only beside a work that is named with its year."""
WORK = re.compile(r"[-*+ ]*[A-ZÀ-Ž][\w’'-]*(?: [\w’'-]+)? [A-Z]{1,4}\b[^.]{0,200}\(\d{4}[a-z]?\)\.")
"""An entry of a list of works: "Newcombe RG (1998). Two-sided …" is a citation from end to end."""
QUOTED = re.compile(r"“[^”]*”|‘[^’\n]{0,200}’(?!\w)|«[^»]*»")
NUMBERED = re.compile(
    r"(?:\b(?:Figure|Table|Section|Appendix|Equation|Chapter|METHODS|DESIGN|page|pages|version|"
    r"audit|column|line|method|Step|step)|§§?) ?$",
)
IDENTIFIER = re.compile(r"(?<=[^\W\d_][-/])0\d+(?![\d.,]*\d)")
"""Digits with a leading zero behind a word and "-" or "/", "case-000125": no number is said so."""
DATES = frozenset({"iso date", "written date", "clock", "year"})
NAMES = frozenset({"hash", "version", "label"})
COUNTING = re.compile(
    r"[ ‑-](?:of (?:the|these|those|its|his|their|which|whom|them)\b|[^\W\d_])", re.UNICODE
)
IDIOM = re.compile(
    r"(?:at one (?:time|and the same)|one (?:of|another|and the same|can|must|may|by one|has|is"
    r"|that|made|who|which|in)|(?:no|any|every|each|some|the|this|that|only|last|first|next|which|a|an"
    r"|as|such|other) one|more than half|(?:on the )?one (?:hand|side)|as one)\b",
    re.IGNORECASE,
)


PART_OF = re.compile(
    r"\b(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve) (?:times )?"
    r"(?:in|out of) $",
    re.IGNORECASE,
)


def typed_kind(text: str, token: Token) -> str:
    """Return the kind of a number that somebody typed: "" where it can only be a claim.

    Parameters
    ----------
    text : str
        The whole line or paragraph.
    token : Token
        Of `audit.tokens.tokens(text)`.
    """
    place = (token.start, token.end)
    if token.shape in DATES - {"year"}:
        return "date"
    if _within(CITED, text, place) or _within(NAMED_YEAR, text, place) or WORK.match(text):
        return "citation"
    if _within(VOLUME, text, place) and NAMED_YEAR.search(text):
        return "citation"
    if token.shape == "year":
        return "date"
    if _within(QUOTED, text, place):
        return "quotation"
    if _within(IDENTIFIER, text, place):
        return "document"
    if token.shape in NAMES or NUMBERED.search(text[max(0, token.start - 14) : token.start]):
        return "document"
    if token.shape == "word" and not counts_something(text, token):
        return "wording"
    return ""


def counts_something(text: str, token: Token) -> bool:
    """Return whether a number word counts the noun behind it, and is no turn of phrase.

    "One" is a pronoun or an article far more often than a count, so that only "one in" ten and
    the like, or "one" beside another number word, count; of the others, a word with a noun behind
    it does ("two data sets", "half of the posts"), and one that ends its clause does not.
    """
    tail = text[token.end : token.end + 40]
    if PART_OF.search(text[max(0, token.start - 30) : token.start]):
        return True
    if token.text.lower() == "one":
        return bool(re.match(r" (?:in|out of|to) (?:\d|[a-z]+ (?:thousand|hundred)|ten\b)", tail))
    around = text[max(0, token.start - 16) : token.end + 16]
    for found in IDIOM.finditer(around):
        if found.start() <= token.start - max(0, token.start - 16) < found.end():
            return False
    if token.text.lower() == "third":
        return bool(re.match(r" of\b|-|s of\b", tail))
    return bool(COUNTING.match(tail))


def _within(pattern: re.Pattern[str], text: str, place: tuple[int, int]) -> bool:
    return any(m.start() <= place[0] and place[1] <= m.end() for m in pattern.finditer(text))
