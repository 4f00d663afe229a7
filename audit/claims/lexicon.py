"""The words of a comparison: what each rung licenses, what none does, and what to say instead."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from audit.claims.words import DIRECTIONS, ODDS, WORDS, Words
from audit.errors import ClaimError


class Verdict(StrEnum):
    """The only conclusions a report may draw (METHODS §4)."""

    INADMISSIBLE = "inadmissible"
    SMALL = "different, but smaller than the margin"
    LENIENT = "treated more leniently"
    STRICT = "treated more strictly"
    MORE = "acted on more often"
    LESS = "acted on less often"
    ALIKE = "treated alike"
    UNCLEAR = "unclear"


RUNGS: Mapping[int, str] = {
    0: "inadmissible: the data cannot answer the question",
    1: "a raw gap",
    2: "a gap among like cases",
    3: "holds with inference by account, family correction and leave-one-leader-out",
    4: "holds under the bounds on unknown class, label error and selective reporting",
    5: "negative controls are null, and the same accounts differ in and out of office",
}

VERBS: Mapping[int, tuple[str, str]] = {
    1: ("were {verb} less often", "were {verb} more often"),
    2: (
        "were {verb} less often than comparable posts",
        "were {verb} more often than comparable posts",
    ),
    3: (
        "were treated more leniently than comparable posts",
        "were treated more strictly than comparable posts",
    ),
}
"""Rung to the licensed verbs (less, more), for a higher rate that means stricter treatment.

A rung licenses its own verbs and those below it; from 3 on, the words of treatment."""

NEVER = ("because", "due to", "caused", "times higher", "times more likely", "proves")
"""Words that no rung licenses, the commonest; `WORDS` has every one."""

_FOUND: Mapping[str, re.Pattern[str]] = {
    w.name: re.compile(rf"(?<!\w)(?:{w.pattern})(?!\w)", re.IGNORECASE) for w in (*WORDS, ODDS)
}


@dataclass(frozen=True, slots=True)
class Fault:
    """A word of a sentence that goes further than its evidence.

    Attributes
    ----------
    word : str
        As it stands in the sentence.
    start, end : int
        Where it stands.
    why : str
        What is wrong with it.
    instead : str
        A licensed sentence to use in its place.
    """

    word: str
    start: int
    end: int
    why: str
    instead: str

    def __str__(self) -> str:
        """Say the fault and the way out in one line."""
        return f"{self.word!r}: {self.why}. Say: {self.instead}"


def faults_of(
    sentence: str,
    *,
    rung: int,
    outcome: str = "acted on",
    odds: bool = False,
    sign: int | None = None,
) -> tuple[Fault, ...]:
    """Return each word of any sentence that goes too far, why, and what may be said instead.

    Parameters
    ----------
    sentence : str
        Anybody's; case, line ends and curly apostrophes make no difference.
    rung : int, 0 to 5
        Of the evidence that the sentence stands on.
    outcome : str
        The participle of the outcome, as `Outcome.verb` has it: "removed".
    odds : bool
        Whether the number of the sentence is an odds ratio: then every word of chance is one too
        many. A sentence that says "odds" itself is read so anyway where it says "times" or "×".
    sign : int, optional
        Of focal − reference. Where given, a word of the other direction is a fault.
    """
    text = " ".join(sentence.replace("’", "'").split()) if "\n" in sentence else sentence
    where = direction_of(text) if sign is None else sign
    found = []
    for family in WORDS:
        if rung < family.from_rung:
            found += list(_faults(family, text, _instead(family, rung, outcome, where)))
    if odds:
        say = "the odds ratio is a plain number; give the counts and the gap in percentage points."
        found += list(_faults(ODDS, text, say))
    if sign is not None:
        found += list(_turned(text, sign, outcome, rung))
    return _apart(found)


def direction_of(sentence: str) -> int | None:
    """Return the sign of focal − reference that a sentence says: −1, 1, or None for none or both.

    "Not more often" says no direction, and neither does a bound: "fewer than 10".
    """
    said = {s for _, _, s, denied in _directions(sentence) if not denied}
    return said.pop() if len(said) == 1 else None


def verb(difference: float, *, rung: int, participle: str, more_is: str) -> str:
    """Return the strongest verb phrase that the rung licenses for this difference.

    Parameters
    ----------
    difference : float
        focal − reference, on the risk scale.
    rung : int
        1 to 5. At rung 0 nothing may be said.
    participle : str
        The outcome, as `Outcome.verb` has it: "labelled", "met with ‘remove’ or …".
    more_is : {"stricter", "lenient", "neither"}
        With "neither" the words stay "more often" and "less often" at every rung.

    Raises
    ------
    ClaimError
        At rung 0.
    """
    if rung < 1:
        raise ClaimError("rung 0 licenses no comparison: the audit is inadmissible.")
    level = min(rung, 2 if more_is == "neither" else 3)
    less, more = VERBS[level]
    if level == 3 and more_is == "lenient":
        less, more = more, less
    return (less if difference < 0 else more).format(verb=participle)


def said(verdict: Verdict, *, rung: int, difference: float, reversal: bool = False) -> str:
    """Return a verdict in words that the rung licenses.

    "Treated more leniently" needs rung 3; below it the same verdict is said as "acted on less
    often" or "more often", by the sign of focal − reference. Of a `reversal` it is said as "let
    back more often": "acted on more often" would say the opposite of what happened.
    """
    plain = (Verdict.MORE, Verdict.LESS)
    if verdict not in (Verdict.LENIENT, Verdict.STRICT, *plain):
        return str(verdict)
    if rung >= 3 and verdict not in plain:
        return str(verdict)
    word = str(Verdict.MORE if difference > 0 else Verdict.LESS)
    return word.replace("acted on", "let back") if reversal else word


def licensed(sentence: str, *, rung: int) -> None:
    """Raise ClaimError when a sentence uses a word that no rung, or not this one, licenses.

    The rule that like was compared with like is the caller's to keep: `verb` does.
    """
    wrong = faults_of(sentence, rung=max(rung, 2))
    if wrong:
        words = ", ".join(repr(f.word.lower()) for f in wrong)
        raise ClaimError(
            f"rung {rung} does not license {words}: {sentence!r}. "
            + " ".join(dict.fromkeys(f"{f.why[:1].upper()}{f.why[1:]}." for f in wrong))
        )


def _faults(family: Words, text: str, instead: str) -> Iterator[Fault]:
    for match in _FOUND[family.name].finditer(text):
        yield Fault(match[0], match.start(), match.end(), family.why, instead)


DENIED = re.compile(
    r"(?:\b(?:not|no|never|neither|nor)\b|n't\b)(?! (?:only|just|merely|simply|surpris\w*|clear\w*"
    r"|unusual\w*|uncommon\w*|strange\w*|odd\w*|wrong\w*|by chance)\b)(?: [\w'-]+){0,3}$",
    re.IGNORECASE,
)
"""What stands before a word of direction that a sentence denies: "were not removed less often"."""
REACH = 300  # characters before a word in which it may be denied
UNSAID = re.compile(
    r"(?:\b(?:not|never|cannot)\b|n't\b)(?: \w+)? (?:find|found|see|seen|show|shown|say|mean"
    r"|suggest|imply|indicate|report|establish|prove)\b[^,;:.]*$"
    r"|\bno (?:\w+ )?(?:sign|evidence|indication|proof)\b[^,;:.]*$",
    re.IGNORECASE,
)
"""What stands before a word of direction of which nothing is said: "it does not show that …"."""


def _directions(text: str) -> Iterator[tuple[int, str, int, bool]]:
    """Yield (place, word, sign, whether it is denied) of each word of direction that is meant."""
    plain = text.replace("’", "'")
    for word, sign in DIRECTIONS.items():
        for match in re.finditer(rf"(?<!\w){word}(?!\w)(?! than \d)", text, re.IGNORECASE):
            before = plain[max(0, match.start() - REACH) : match.start()].rstrip()
            if UNSAID.search(before):
                continue
            yield match.start(), match[0], sign, bool(DENIED.search(before))


def _turned(text: str, sign: int, outcome: str, rung: int) -> Iterator[Fault]:
    for start, word, says, denied in _directions(text):
        if denied and says == sign:
            why = f"the number's sign is {sign:+d}, and the sentence denies it"
        elif not denied and says != sign:
            why = f"the number's sign is {sign:+d}, and the word says {says:+d}"
        else:
            continue
        yield Fault(word, start, start + len(word), why, _plain(sign, outcome, rung))


def _plain(sign: int | None, outcome: str, rung: int) -> str:
    """Return the strongest plain sentence of the rung, with the way the numbers point."""
    if rung < 1:
        return "These records cannot say whether the posts were treated differently."
    if sign is None:  # "as often" would be a finding, and of an unknown sign a wrong one
        return f"So many of so many posts were {outcome}, against so many of so many."
    if sign == 0:
        return f"The posts were {outcome} as often, by the counts that stand beside it."
    phrase = verb(sign, rung=min(rung, 2), participle=outcome, more_is="neither")
    return f"The posts {phrase}."


def _instead(family: Words, rung: int, outcome: str, sign: int | None) -> str:
    if family.name == "cause" and rung > 0:
        return f"{_plain(sign, outcome, rung)[:-1]} in these records; why, they do not say."
    if family.name == "ratio" and rung > 0:
        if sign is None:
            return (
                f"So many of every 100 posts were {outcome} against so many of every 100, a gap in "
                "percentage points."
            )
        return (
            f"{_plain(sign, outcome, rung)[:-1]}: so many of every 100 against so many of every "
            "100, a gap in percentage points."
        )
    return _plain(sign, outcome, rung)


def _apart(found: list[Fault]) -> tuple[Fault, ...]:
    """Return faults in the order of the text, one for each place: the longest word says it."""
    kept: list[Fault] = []
    for fault in sorted(found, key=lambda f: (f.start, -(f.end - f.start))):
        if not kept or fault.start >= kept[-1].end:
            kept.append(fault)
    return tuple(kept)
