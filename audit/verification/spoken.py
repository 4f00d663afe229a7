"""Who and which way a draft's sentence says: its classes, its direction, its pairs of numbers."""

from __future__ import annotations

import re
from collections.abc import Iterator

from audit.claims.words import LENIENT, STRICT

OTHERS = r"ordinary|others?\b|everyone else|comparable|reference"
"""Plain forms of the class compared with."""
MEMBERS = r"(?:accounts|leaders|users|people|profiles|officials|politicians|candidates)"
POSTS = r"(?:posts|tweets|messages|items|videos|cases)"
NOUN = re.compile(
    rf"^(?:[ -][\w’'-]+){{0,3}}?[ -](?:(?P<accounts>{MEMBERS})|(?P<posts>{POSTS}))(?![\w’'])"
)
CLAUSE = re.compile(r"[:;,]|\b(?:and|but|while|whereas|against|than|versus|vs|compared)\b")
TREATED = re.compile(
    rf"(?P<not>not |never |less )?(?:more )?\b(?:(?P<lenient>{LENIENT})|(?P<strict>{STRICT}))\b",
    re.I,
)
FAVOUR = re.compile(r"\bin favou?r of (?P<whom>[^.;,]{0,60})", re.I)
JUDGED = re.compile(
    r"\b(?:guilty|guilt|favou?ritism|(?:went|go(?:es|ing)?) easy on|shield(?:s|ed|ing)?"
    r"|protect(?:s|ed|ing)|lets? \w* ?off|letting \w* ?off)\b",
    re.I,
)
MISREAD = re.compile(
    r"\b\d[\d.]* ?(?:%|percent|per cent) (?:chance|probability|likelihood|sure|certain)\b", re.I
)
OF_FOCAL = ("observed", "observed_rate", "n_compared")
PAIRS = (
    ("observed", "n_compared"),
    ("events_focal", "n_focal"),
    ("events_reference", "n_reference"),
    ("n_compared", "n_focal"),
    ("expected", "n_compared"),
)
"""Claims of page 1 of which one is so many of the other."""


def class_of_claim(name: str) -> str:
    """Return "focal" or "reference" where a claim is of one class, else ""."""
    if name in OF_FOCAL:
        return "focal"
    found = re.search(r"_(focal|reference)$", name)
    return found[1] if found else ""


def class_said(text: str, focal: str, reference: str) -> str:
    """Return the class that comes last in a text, by its own word or a plain form; "" for none."""
    found = list(_mentions(text, focal, reference))
    return max(found)[1] if found else ""


def class_first(text: str, focal: str, reference: str) -> str:
    """Return the class that comes first, which is the subject; "" for none."""
    found = list(_mentions(text, focal, reference))
    return min(found)[1] if found else ""


def _mentions(text: str, focal: str, reference: str) -> Iterator[tuple[int, str]]:
    words = {"focal": re.escape(focal), "reference": OTHERS}
    words["reference"] += f"|{re.escape(reference)}" if reference else ""
    for name, pattern in words.items():
        for match in re.finditer(rf"\b(?:{pattern})", text, re.I) if pattern else ():
            yield match.start(), name


def noun_of(text: str, end: int) -> str:
    """Return what a number that ends there counts: "accounts", "posts" or "" where unsaid."""
    found = NOUN.match(text[end:])
    return found.lastgroup or "" if found else ""


def class_at(text: str, start: int, end: int, classes: tuple[str, str]) -> str:
    """Return the class of a number: by the words it counts, else by those before it."""
    found = NOUN.match(text[end:])
    behind = class_said(found[0], *classes) if found else ""
    clause = CLAUSE.split(text[:start])[-1]
    return behind or class_said(clause, *classes)


def directions(text: str, classes: tuple[str, str], lenient: int) -> Iterator[tuple[str, str]]:
    """Yield (word, why) of words of treatment that say otherwise than the verdict.

    Parameters
    ----------
    lenient : int
        1 where the focal class was treated more leniently, −1 more strictly, 0 where the verdict
        says neither.
    """
    subject = class_first(text, *classes)
    for match in TREATED.finditer(text) if subject else ():
        said = (1 if match["lenient"] else -1) * (-1 if match["not"] else 1)
        said = -said if subject == "reference" else said
        if said != lenient:
            yield match[0].strip(), "the verdict of the report is another"
    for match in FAVOUR.finditer(text):
        whom = class_first(match["whom"], *classes)
        if whom and (1 if whom == "focal" else -1) != lenient:
            yield match[0].strip(), "the report finds no such advantage of that class"


def judged(text: str) -> Iterator[tuple[str, str]]:
    """Yield (word, why) of words of a draft that no rung licenses."""
    for match in JUDGED.finditer(text):
        yield match[0], "it judges a motive or a person, and the records hold outcomes only"
    for match in MISREAD.finditer(text):
        yield match[0], "an interval or a p-value is no chance that something is so"
