"""How often a sentence says, without a number, that something was done: "rarely", "most", "no"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from audit.text import visible
from audit.verification.candidates import Claim
from audit.verification.classes import POSTS, Classes, class_said

DONE = (
    r"(?:remov(?:ed|es?|ing|al)|taken down|takes? down|took down|deleted?|deletes|acted on|label+ed"
    r"|labels?|flagged|suspended|sanctioned|blocked|banned|demoted|moderated|met with"
    r"|came down|come down|comes down|touched|hit|punished|affected)"
)
SPARED = (
    r"(?:left (?:up|alone|standing|online|in place|untouched)|stay(?:ed|s|ing)? (?:up|online)"
    r"|remain(?:ed|s|ing)?(?: up| online)?|kept(?: up| online)|keep up|surviv(?:ed|es?|ing)|spared"
    r"|untouched|unpunished)"
)
RATES: tuple[tuple[str, float, float], ...] = (
    (r"almost never|hardly(?: ever)?|scarcely(?: ever)?|barely(?: ever)?", 0.0, 0.1),
    (r"(?:very )?rarely|seldom", 0.0, 0.1),
    (
        r"(?:almost|virtually|practically|next to) no|(?:hardly|barely|scarcely) any"
        r"|(?:only |very )?few(?! exceptions)",
        0.0,
        0.1,
    ),
    (r"(?:only )?a (?:handful|fraction|sliver|tiny share|tiny part)", 0.0, 0.1),
    (r"never|none|not one|not a single|zero|no", 0.0, 0.0),
    (r"(?:only )?a minority|fewer than half", 0.0, 0.5),
    (r"(?:almost|nearly|virtually|practically) (?:all|every)", 0.9, 1.0),
    (r"almost always|nearly always|all but always", 0.9, 1.0),
    (r"the (?:vast|overwhelming|great) majority|overwhelmingly|the bulk", 0.75, 1.0),
    (r"most|mostly|a majority|the majority|usually|generally|mainly|largely|typically", 0.5, 1.0),
    (r"all|every|each|always|invariably|without exception", 1.0, 1.0),
)
"""Words of frequency, and the share of posts of which they may honestly be said.

What is vaguer ("often", "some", "many") says no share that could be held against one."""
WORD = "|".join(pattern for pattern, _, _ in RATES)
ADVERBS = (
    r"almost never|hardly ever|scarcely ever|barely ever|(?:very )?rarely|seldom|never"
    r"|hardly|barely|scarcely|almost always|nearly always|all but always|overwhelmingly|mostly"
    r"|usually|generally|mainly|largely|typically|always|invariably|without exception"
    r"|(?<=were )all|(?<=are )all"
)
_VERB = r"(?:was|were|are|is|be|been|being|get|gets|got|ha[sd] been|have been)"
_POST = POSTS.replace("(?:", "(?:post|tweet|message|", 1)
_WHO = rf"(?P<who>(?: of)?(?: [\w’'-]+){{0,4}}?) {_POST}"
_WHOSE = r"(?: (?:of|by|from) (?P<whose>(?:the |their )?[\w’'-]+(?: [\w’'-]+)?))?"
_DEED = rf"(?:(?P<done>{DONE})|(?P<spared>{SPARED}))(?!\w)"
_DID = (
    rf"(?:(?: {_VERB})+(?P<not> not|n[’']t)?| did(?P<nor> not|n[’']t)"
    r"|(?= stay| remain| surviv| came))"
)
FORMS = tuple(
    re.compile(rf"(?<![\w-]){pattern}", re.IGNORECASE)
    for pattern in (
        # "most of the leaders' posts were not removed"
        rf"(?P<q>{WORD}){_WHO}{_WHOSE}{_DID}(?: (?:ever|then|in fact|actually))? {_DEED}",
        # "leader posts were rarely removed", "rarely were posts of leaders removed"
        rf"(?<!more )(?<!less )(?<!as )(?P<q>{ADVERBS})"
        rf"(?:(?: {_VERB})*(?P<not> not)?| (?:were|was|are|is){_WHO}{_WHOSE})"
        rf" {_DEED}(?! by (?:its|their|the) authors?)",
        # "it removed no posts by leaders"
        rf"{_DEED} (?P<q>{WORD}){_WHO}{_WHOSE}(?!\w)",
    )
)
ONLY = re.compile(
    rf"\bonly (?P<who>(?:[\w’'-]+ ){{1,3}}){_VERB} (?P<done>{DONE})(?!\w)", re.IGNORECASE
)
"""Of whom alone it is said, so that it is said of the other class that none was."""
EXCEPTED = re.compile(
    r"(?:\bnot|n[’']t|\bif|\bwhether|\bhad|\bmore|\bless|\bas|\bthan|\bat) $", re.I
)


@dataclass(frozen=True, slots=True)
class Frequency:
    """A share of posts said in words.

    Attributes
    ----------
    text : str
        "rarely removed".
    word : str
        "rarely".
    start : int
        In the sentence.
    low, high : float
        The shares of posts that were acted on of which it may be said.
    whose : str
        "focal", "reference", or "" where it does not say.
    """

    text: str
    word: str
    start: int
    low: float
    high: float
    whose: str

    def allows(self, share: float) -> bool:
        """Return whether so many posts acted on may be called so; half is no majority."""
        if (self.low, self.high) in ((0.5, 1.0), (0.0, 0.5)):
            return self.low <= share <= self.high and share != 0.5
        return self.low <= share <= self.high


def frequencies(sentence: str, classes: Classes) -> Iterator[Frequency]:
    """Yield how often a sentence says, in words alone, that posts were acted on."""
    taken: list[tuple[int, int]] = []
    for form in FORMS:
        for match in form.finditer(sentence):
            start, end = match.span()
            if any(a < end and start < b for a, b in taken):
                continue
            if EXCEPTED.search(sentence[: match.start("q")]) and match["done"] is not None:
                continue
            taken.append((start, end))
            yield _frequency(sentence, match, classes)

    for match in ONLY.finditer(sentence):
        whose = class_said(match["who"], classes)
        if whose:
            other = "focal" if whose == "reference" else "reference"
            yield Frequency(match[0], "only", match.start(), 0.0, 0.0, other)


def _frequency(sentence: str, match: re.Match[str], classes: Classes) -> Frequency:
    word = match["q"].lower()
    low, high = next((a, b) for p, a, b in RATES if re.fullmatch(p, word))
    found = match.groupdict("")
    if bool(found["spared"]) != bool(found.get("not") or found.get("nor")):
        low, high = round(1 - high, 6), round(1 - low, 6)
    said = f"{found['who']} {found['whose']}"
    whose = class_said(said, classes) or class_said(sentence[: match.start()], classes)
    return Frequency(match[0].strip(), word, match.start(), low, high, whose)


OF_CLASS = {
    "focal": ("rate_focal", "observed_rate"),
    "reference": ("rate_reference", "expected_rate"),
}
"""The claims of page 1 that say how often posts of a class were acted on."""


def wrong_frequency(said: Frequency, claims: Sequence[Claim], *, subgroup: bool = False) -> str:
    """Return why a word of frequency is not what the report counts; "" where it is."""
    if subgroup:
        return "how often that was in a subgroup is not checked"
    names = OF_CLASS.get(said.whose) or tuple(n for of in OF_CLASS.values() for n in of)
    rates = [c for c in claims if c.get("id") in names and c.get("unit") == "share"]
    if any(said.allows(float(c["value"])) for c in rates):
        return ""
    if not rates:
        return "the report has no rate of which that could be said"
    first = rates[0]
    return f"in the report it is {visible(first.get('text'), 40)} (claim {first['id']})"
