"""Which of the two classes a sentence of a draft speaks of, by name or in plain words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from audit.verification.record import Record

Classes = tuple[str, str]
"""The focal and the reference class in words; "" where the record does not say."""
PLAIN: Mapping[str, str] = {
    "world leader": r"leaders?|presidents?|prime ministers?|chancellors?"
    r"|heads? of (?:state|government)|politicians?|those in office|office-?holders?",
    "public official": r"officials?|office-?holders?|ministers?|politicians?|civil servants?",
    "candidate": r"candidates?|nominees?|those who stood",
    "public figure": r"public figures?|figures|celebrit(?:y|ies)|stars|the famous|famous",
    "ordinary": r"ordinary|everyday|the public|citizens?"
    r"|(?:average|normal|regular|private|common) (?:people|persons?|users?|accounts?|posters?)"
    r"|non-?leaders?|non-?officials?",
}
"""What a journalist calls the usual classes; a class of another name is called by its own words."""
BESIDE = (
    r"others?\b|other (?:people|users?|accounts?|posts?)|everyone else|everybody else|anyone else"
    r"|the rest(?! of (?:the|them|it|this))|comparable|reference|comparison group"
)
"""What the class is called that another is held against, whatever its name."""
ANYBODY = frozenset({"account", "user", "author", "person", "people", "profile", "poster", "post"})
"""Last words of a class's name that say of nobody which class he is in: "other author"."""
MEMBERS = (
    r"(?:accounts|leaders|users|people|persons|profiles|officials|politicians|candidates|figures"
    r"|presidents|ministers|citizens|celebrities|authors|posters|nominees)"
)
POSTS = r"(?:posts|tweets|messages|items|videos|cases|comments|statements)"
NOUN = re.compile(
    rf"^(?:[ -][\w’'-]+){{0,3}}?[ -](?:(?P<accounts>{MEMBERS})|(?P<posts>{POSTS}))(?![\w’'])"
)
WHOSE = re.compile(r"^[^.;:,]{0,60}?\b(?:by|of|from|belonging to)\b(?P<whose>[^.;:,]{0,60})")
"""Behind a number: whose posts it counts."""
CLAUSE = re.compile(r"[:;,]|\b(?:and|but|while|whereas|against|than|versus|vs|compared)\b")
HEADED = re.compile(r"([^.;:]*)(?:: ?| \()[^.;:,()]{0,20}$")
"""Before a number: what it is put behind, "Leaders: 251" or "leaders (251)"."""
OF_FOCAL = ("observed", "observed_rate", "n_compared")


def classes_of(record: Record) -> Classes:
    """Return the classes of a report: as its record names them, else as its verdict does."""
    verdict = record.part("verdict")
    named = verdict.get("classes")
    if isinstance(named, list) and len(named) == 2 and all(isinstance(n, str) for n in named):
        return named[0].casefold(), named[1].casefold()
    gap = next((c for c in record.claims if c.get("id") == "gap"), {})
    reference = re.search(r"expected at the (.+) rate", str(gap.get("baseline", "")))
    said = str(verdict.get("sentence", ""))
    focal = re.match(r"(?:In these records, |.*? whether )?(.+?)(?: and .+?)? posts\b", said)
    return (
        focal[1].casefold() if focal else "",
        reference[1].casefold() if reference else "",
    )


def class_of_claim(name: str) -> str:
    """Return "focal", "reference" or "unknown" where a claim is of one class, else ""."""
    if name in OF_FOCAL:
        return "focal"
    found = re.search(r"_(focal|reference|unknown)$", name)
    return found[1] if found else ""


def class_said(text: str, classes: Classes) -> str:
    """Return the class that comes last in a text, by its own words or a plain form; "" for none."""
    found = list(mentions(text, classes))
    return max(found)[1] if found else ""


def class_first(text: str, classes: Classes) -> str:
    """Return the class that comes first, which is the subject; "" for none."""
    found = list(mentions(text, classes))
    return min(found)[1] if found else ""


def mentions(text: str, classes: Classes) -> Iterator[tuple[int, str]]:
    """Yield (place, "focal" or "reference") of each word for a class.

    A word that may be either, such as "politicians" where leaders are held against officials, is
    left out. Of words that begin at one place the longest is meant: "non-leaders" are no leaders.
    """
    found: dict[int, tuple[int, set[str]]] = {}
    for name, pattern in zip(("focal", "reference"), _patterns(*classes), strict=True):
        for match in re.finditer(rf"(?<![\w-])(?:{pattern})(?!\w)", text, re.I) if pattern else ():
            length, names = found.get(match.start(), (0, set()))
            if len(match[0]) > length:
                found[match.start()] = (len(match[0]), {name})
            elif len(match[0]) == length:
                names.add(name)
    for place, (_, names) in sorted(found.items()):
        if len(names) == 1:
            yield place, names.pop()


def _patterns(focal: str, reference: str) -> tuple[str, str]:
    beside = "" if focal in ("comparable", "reference", "other") else BESIDE
    ordinary = "" if focal == "ordinary" else PLAIN["ordinary"]
    return _forms(focal), "|".join(filter(None, (_forms(reference), beside, ordinary)))


def _forms(name: str) -> str:
    """Return the words for a class: its name, its last word in either number, and plain forms."""
    if not name:
        return ""
    last = name.split()[-1]
    last = name if last.removesuffix("s") in ANYBODY else last
    plain = next((p for k, p in PLAIN.items() if name == k or last == k.split()[-1]), "")
    own = rf"{re.escape(name)}s?|{re.escape(last)}s?"
    return f"{own}|{plain}" if plain else own


def noun_of(text: str, end: int) -> str:
    """Return what a number that ends there counts: "accounts", "posts" or "" where unsaid."""
    found = NOUN.match(text[end:])
    return found.lastgroup or "" if found else ""


def class_at(text: str, start: int, end: int, classes: Classes) -> str:
    """Return the class of a number: by the words it counts, by whose they are, or by those before.

    "381 posts by ordinary accounts" are theirs, whoever is named in front of it.
    """
    found = NOUN.match(text[end:])
    behind = class_said(found[0], classes) if found else ""
    whose = WHOSE.match(text[end:])
    clause = CLAUSE.split(text[:start])[-1]
    headed = HEADED.search(text[:start])
    heads = {name for _, name in mentions(headed[1], classes)} if headed else set()
    return (
        behind
        or class_said(text[start:end], classes)
        or (class_said(CLAUSE.split(whose["whose"])[0], classes) if whose else "")
        or class_said(clause, classes)
        or (heads.pop() if len(heads) == 1 else "")
    )
