"""What a decision of the Oversight Board was about, read off its text by named rules in order."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

REMOVAL, LEAVE_UP, MIXED, UNDECIDED = "removal", "leave_up", "mixed", "undecided"

REMOVES = r"remove|take down|delete|restrict|suspend"
LEAVES = r"leave|keep|restore|allow"
META = r"(?:Meta|Facebook|the company)[’']s"
DID = rf"decisions?[^.]{{0,40}}? to (?P<did>{REMOVES}|{LEAVES})\b"


@dataclass(frozen=True, slots=True)
class Rule:
    """A pattern, where it is looked for, and what a match says.

    Attributes
    ----------
    name : str
    where : str
        "summary" (one or two sentences at the head of the decision) or "body" (all of its text).
    pattern : str
        With a group `did` (the verb of what Meta did) or one named for what the match says.
    about : str
        The rule in words.
    """

    name: str
    where: str
    pattern: str
    about: str


DIRECTIONS = (
    Rule(
        "verdict_in_summary",
        "summary",
        rf"(?:overturn|uph[eo]ld)\w*[^.]{{0,60}}?{META}[^.]{{0,40}}?{DID}",
        "the Board overturns or upholds Meta's decision to …, in the summary",
    ),
    Rule(
        "appeal_in_summary",
        "summary",
        rf"appeal\w*[^.]{{0,40}}?{META} {DID}",
        "somebody appealed Meta's decision to …, in the summary",
    ),
    Rule(
        "reversed_in_summary",
        "summary",
        r"reversed its (?:original|earlier|initial) decisions?[^.]{0,40}? and "
        rf"(?:(?P<{REMOVAL}>restored)|(?P<{LEAVE_UP}>removed))",
        "Meta reversed itself before the Board decided, in the summary; it had done the opposite",
    ),
    Rule(
        "decision_in_summary",
        "summary",
        rf"\b{DID}",
        "the only decision to … in the summary",
    ),
    Rule(
        "verdict_in_body",
        "body",
        rf"\b(?:overturns|upholds) {META}[^.]{{0,40}}?{DID}",
        "the Board overturns or upholds Meta's decision to …, wherever the text says so",
    ),
)
"""In the order they are tried; the first that matches decides, unless its matches disagree."""

HEAD_OF_STATE = r"(?:then-|former )?(?:Prime Minister|President)"
OFFICIAL = r"official(?:, verified)?(?: Facebook| Instagram)? (?:page|account)"
NEWS = r"news (?:outlet|platform|organi[sz]ation)|newspaper|media organi[sz]ations?"
ACCOUNTS = (
    Rule(
        "leader_s_account",
        "body",
        rf"restrict {HEAD_OF_STATE}[^.]{{1,40}}[’']s access|"
        rf"{OFFICIAL} of (?:\w+[’']s )?{HEAD_OF_STATE}\b",
        "world_leader",
    ),
    Rule("politician_s_page", "body", rf"{OFFICIAL} of \w+ politician", "politician"),
    Rule(
        "public_body_s_page",
        "body",
        rf"{OFFICIAL} of the [^.]{{0,60}}(?:Bureau|Ministry|Council|Government)\b|"
        r"(?:post by|page of) a state-level medical council",
        "public_body",
    ),
    Rule(
        "news_outlet_s_page",
        "body",
        rf"(?:post(?:ed|s)?|shared) (?:by|of) (?:an?|two|three) (?:\w+ ){{0,2}}?(?:{NEWS})|"
        rf"Facebook page of an? (?:\w+ ){{0,2}}?(?:{NEWS})|post from an? (?:{NEWS}) page|"
        rf"posted by Voice of America|account describing itself as an? (?:{NEWS})",
        "news_media",
    ),
)
"""Whose account it was, in the order they are tried; "a user" says nothing, and stays unknown."""

HAND_CHECKED = (
    "One reader, who wrote the rules, coded 44 decisions from their text, 16 of them chosen as "
    "hard and 28 at random: the rules found the same direction in all 44. In 5 of these Meta had "
    "first decided the other way; what counts is the decision that the Board ruled on."
)
"""How the rules fared against a reader; a second reader has not coded them."""

OPENING = 9000
"""Characters of the text in which the account is described."""


def direction_of(summary: str, body: str, outcomes: Iterable[str]) -> tuple[str, str]:
    """Return what Meta had decided, and by which rule: removal, leave_up, mixed or undecided.

    Parameters
    ----------
    summary, body : str
        Of the decision.
    outcomes : iterable of str
        The outcome of each post of a bundle, as its page lists them; one that lists both outcomes
        is "mixed" before any rule is tried.
    """
    if len(set(outcomes)) > 1:
        return MIXED, "both_outcomes"
    for rule in DIRECTIONS:
        found = _said(rule, summary if rule.where == "summary" else body)
        if len(found) > 1:
            return MIXED, rule.name
        if found:
            return found.pop(), rule.name
    return UNDECIDED, "no_rule"


def every_direction(summary: str, body: str) -> dict[str, set[str]]:
    """Return what each rule finds of a decision, so that rules can be held against each other."""
    texts = {"summary": summary, "body": body}
    return {rule.name: _said(rule, texts[rule.where]) for rule in DIRECTIONS}


def _said(rule: Rule, text: str) -> set[str]:
    matches = re.finditer(rule.pattern, text, re.IGNORECASE)
    return {_direction(m.groupdict()) for m in matches}


def _direction(groups: dict[str, str | None]) -> str:
    if "did" in groups:
        return REMOVAL if re.fullmatch(REMOVES, groups["did"] or "", re.I) else LEAVE_UP
    return REMOVAL if groups.get(REMOVAL) else LEAVE_UP


def account_of(summary: str, body: str, posts: int) -> tuple[str, str]:
    """Return the class of the account that posted, and by which rule; "unknown" where none says.

    A bundle holds posts of several accounts and has no class.
    """
    from audit.schema import UNKNOWN

    if posts > 1:
        return UNKNOWN, "several_posts"
    text = f"{summary}\n{body[:OPENING]}"
    for rule in ACCOUNTS:
        if re.search(rule.pattern, text):
            return rule.about, rule.name
    return UNKNOWN, "no_rule"
