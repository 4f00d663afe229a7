"""Which sentences of a report speak of the comparison, and which of their words go too far.

The rule, in three lines:

1. A sentence is judged where it names a class, a platform or what is done to posts, where it holds
   a claim, or where it goes on ("This …", "They …") from a sentence that does. Every other sentence
   speaks of something else: "because" in a proof or a definition is no cause of a gap.
2. In a sentence that is judged, each word that the rung does not license is a fault, the word of a
   disclaimer ("does not prove", "no evidence of bias") apart.
3. A word of direction is a fault where the sentence holds a signed claim, or names both classes
   and what was done, and the sign is the other. Words of size said of a gap are about the gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from audit.claims.lexicon import Fault, faults_of

FOCAL = re.compile(r"\b(?:leaders?|officials?|politicians?|office(?:-?holders?)?|elites?)\b", re.I)
REFERENCE = re.compile(
    r"\b(?:ordinary|others|everyone else|everybody else|other (?:people|users|accounts|posts)"
    r"|non-?leaders?)\b",
    re.IGNORECASE,
)
DONE = re.compile(
    r"\b(?:remov(?:ed|al|als|es|ing)|label(?:l?ed|l?ing)|suspen\w+|sanction\w*|moderat(?:ed|ion|ors?)"
    r"|enforce\w*|treat(?:ed|ment|s|ing)|exempt\w*|deleted|blocked|banned|demot\w+|acted on)\b",
    re.IGNORECASE,
)
PLATFORM = re.compile(r"\b(?:platforms?|Twitter|Facebook|YouTube|double standards?)\b", re.I)
GOES_ON = re.compile(
    r"\W*(?:this|that|these|those|it|its|they|their|which|so|hence|thus|the (?:gap|reason))\b", re.I
)
DISCLAIMED = re.compile(
    r"(?:\b(?:does|do|did|can|could|will|would|is|are|was|were)(?:n't| not)|\bcannot|\bnever) "
    r"(?:by itself |alone |in itself )?(?:show|say|prove|establish|confirm|demonstrate|tell|mean"
    r"|claim|judge|know|measure)s?\b[^,;:.]*$"
    r"|\bno (?:\w+ )?(?:proof|evidence|sign|statement|claim|judge?ment|certainty|comparison|rung"
    r"|word)\b[^,;:.]*$|\bnothing (?:here )?(?:about|of|on|says|shows)\b[^,;:.]*$"
    r"|\bwhether\b[^,;:.]*$|\bnor (?:does|do|can|is|are)\b[^,;:.]*$",
    re.IGNORECASE,
)
"""What stands before a word that a sentence disclaims and does not assert."""
DENIED = re.compile(r"(?:\b(?:does|do|did|can|could|is|are)(?:n't| not)|\bcannot|\bno)$", re.I)
SIZES = frozenset({"lower", "higher", "above", "below", "smaller", "larger"})
OF_A_GAP = re.compile(
    r"\b(?:gaps?|differences?|intervals?|margins?|bounds?|ratios?|ends?|rates?|shares?)\b", re.I
)
PLURAL = re.compile(r"\b(?:ordinary|leader|official|few|many|all|of|the|focal|reference)$", re.I)
"""Before "accounts": then they are somebody's, and it is no verb."""
TERMS = re.compile(
    r"\b(?:or|everything) stricter\b|\b(?:mild|strict)(?:er|est) (?:action|measure|rule)s?\b"
    r"|\bmore_is\W+\w+"
    r"|\btowards (?:lenience|strictness)\b|\bresults of (?:its|their) own\b"
    r"|= censored\b|\b(?:right-)?censored (?:gap|times?|at)\b"
    r"|\bexplain (?:away|a (?:ratio|finding))\b|\bwould have to account for\b"
    r"|\btreated more leniently, treated more strictly\b"
    r"|\bcan be met more severely under one threshold\b"
    r"|\bodds ratios? \(not a ratio of rates\)"
    r"|\bexemption that would have spared\b|\brates of [^.]{1,80} for comparable posts\b",
    re.IGNORECASE,
)
"""Terms of method that hold a word of a verdict: rungs of the ladder, times cut short, bounds."""
CLAUSE = re.compile(r"[,;:—–()]|\b(?:and|but|while|whereas|although)\b", re.IGNORECASE)
QUOTED = re.compile(r"“[^”]{0,600}”|‘[^’\n]{0,200}’(?!\w)|«[^»]*»")
STOP = re.compile(r"(?<=[.!?])[”’\"')\]*_]*\s+(?=[^a-z\s])")


@dataclass(frozen=True, slots=True)
class Licence:
    """What the evidence of a report lets its sentences say.

    Attributes
    ----------
    rung : int, 0 to 5
        0 where a report has no evidence: then the words of rung 1 are the most that may be said.
    sign : int or None
        Of focal − reference, where the report has one gap; None where it has none or several.
    outcome : str
        The participle of the outcome.
    simulated : bool
        Of simulated data "double standard" names a number of the source code, and may be said.
    """

    rung: int = 0
    sign: int | None = None
    outcome: str = "acted on"
    simulated: bool = False


def sentences_of(text: str) -> list[str]:
    """Return the sentences of a paragraph."""
    return [s for s in STOP.split(" ".join(text.split())) if s.strip()]


def speaks(sentence: str) -> bool:
    """Return whether a sentence names a class, a platform, or what is done to posts."""
    return any(p.search(sentence) for p in (FOCAL, REFERENCE, DONE, PLATFORM))


def judged(paragraph: str) -> Iterator[tuple[str, bool]]:
    """Yield each sentence of a paragraph, and whether it speaks of the comparison or goes on so.

    Quotations, which may hold full stops, are blanked first.
    """
    before = False
    line = " ".join(paragraph.split())
    for sentence in sentences_of(QUOTED.sub("“…”", line)):
        now = speaks(sentence) or (before and bool(GOES_ON.match(sentence)))
        yield sentence, now
        before = now


def overstated(
    sentence: str, licence: Licence, *, sign: int | None = None, odds: bool = False
) -> tuple[Fault, ...]:
    """Return the words of a sentence about the comparison that its evidence does not license.

    Parameters
    ----------
    sentence : str
        One that `judged` says to speak of the comparison, or that holds a claim. What stands in
        quotation marks is somebody else's and is not judged.
    sign : int, optional
        Of the claims in the sentence. Without one, a sentence that names both classes and what was
        done is held to the sign of the licence.
    odds : bool
        Whether its number is an odds ratio.
    """
    text = QUOTED.sub("“…”", sentence).replace("’", "'")
    held = _sign(text, licence.sign) if sign is None else _turned_round(text, sign)
    found = faults_of(
        text, rung=max(licence.rung, 0), outcome=licence.outcome, odds=odds, sign=held or None
    )
    return tuple(f for f in found if _is_meant(text, f, licence))


def _sign(text: str, sign: int | None) -> int | None:
    """Return the sign that a sentence without a signed claim is held to."""
    if not sign or not (FOCAL.search(text) and REFERENCE.search(text) and DONE.search(text)):
        return None
    return _turned_round(text, sign)


def _turned_round(text: str, sign: int) -> int:
    """Return the sign of a sentence whose subject is the reference: "others, more often than …"."""
    focal, reference = FOCAL.search(text), REFERENCE.search(text)
    first = bool(focal and reference and reference.start() < focal.start())
    return -sign if first else sign


def _is_meant(text: str, fault: Fault, licence: Licence) -> bool:
    """Return whether a word says of the comparison what its fault is."""
    before = text[: fault.start].rstrip()
    word = fault.word.lower()
    if any(t.start() <= fault.start < t.end() for t in TERMS.finditer(text)):
        return False
    if licence.simulated and word.startswith("double standard"):
        return False
    if word == "accounts for" and PLURAL.search(before):
        return False
    if not fault.why.startswith("the number's sign"):
        return not disclaimed(text, fault)
    if word in SIZES and OF_A_GAP.search(text):
        return bool(re.search(r"\b(?:rates?|shares?)\b", before)) and not re.search(
            r"\b(?:gaps?|differences?|intervals?|margins?|bounds?|ratios?)\b", text, re.IGNORECASE
        )
    starts = [m.end() for m in CLAUSE.finditer(text, 0, fault.start)]
    stop = CLAUSE.search(text, fault.end)
    clause = text[starts[-1] if starts else 0 : stop.start() if stop else len(text)]
    return bool(DONE.search(clause)) or not DONE.search(text)


def disclaimed(text: str, fault: Fault) -> bool:
    """Return whether a sentence says that it does not say a word: "does not prove", "no sign of".

    Words of direction are not disclaimed here: `audit.claims.faults_of` reads their denial.
    """
    before = text[: fault.start].rstrip().replace("’", "'")
    unproven = fault.why.startswith("it claims a certainty") and DENIED.search(before)
    return bool(unproven or DISCLAIMED.search(before))


__all__ = ["Licence", "disclaimed", "judged", "overstated", "sentences_of", "speaks"]
