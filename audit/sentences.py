"""Every sentence with a verdict in it, made from the numbers, so that none can disagree."""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audit.cells import FOCAL
from audit.claims import Verdict, licensed, verb
from audit.design import words
from audit.numerals import count, interval, margin_points, percent, points, posts
from audit.text import visible

if TYPE_CHECKING:
    from audit.checks.base import Finding
    from audit.comparison import Comparison
    from audit.verdict import Conclusion

LONGEST_NAME = 60  # characters of a class name in a sentence


def sentence_of(
    comparison: Comparison, conclusion: Conclusion, rung: int, findings: Sequence[Finding]
) -> str:
    """Return the verdict as a sentence that the rung licenses.

    Raises
    ------
    ClaimError
        Should a sentence use a word above its rung: a fault of this module, caught before print.
    """
    made = _SENTENCES.get(conclusion.verdict, _different)(comparison, conclusion, rung, findings)
    licensed(_own_words(made, comparison), rung=rung)
    return made


def _own_words(sentence: str, comparison: Comparison) -> str:
    """Return a sentence without the names in it: a class may be called "times higher"."""
    study = comparison.study
    design = study.design
    names = [g.says for g in study.gates if g.kind == "hard"]
    names += [*who(comparison), _shown(design.focal), design.outcome.verb]
    for name in sorted(filter(None, names), key=len, reverse=True):
        sentence = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", "…", sentence)
    return sentence


def who(comparison: Comparison) -> tuple[str, str]:
    """Return the two classes as attributive words, the first with a capital."""
    design = comparison.study.design
    focal, reference = _shown(design.focal), _shown(design.references[0])
    return focal[:1].upper() + focal[1:], reference


def _shown(name: str) -> str:
    """Return a class as words, with nothing hidden in them and no longer than a line."""
    return visible(words(name), LONGEST_NAME)


def _inadmissible(comparison: Comparison, *_: Any) -> str:
    reasons = " ".join(g.says for g in comparison.study.gates if g.kind == "hard")
    focal, reference = _shown(comparison.study.design.focal), who(comparison)[1]
    return (
        f"These records cannot say whether {focal} posts were treated differently from "
        f"{reference} posts. {reasons}"
    )


def _different(comparison: Comparison, conclusion: Conclusion, rung: int, *_: Any) -> str:
    e = comparison.primary()
    outcome = comparison.study.design.outcome
    focal = who(comparison)[0]
    phrase = verb(
        e.estimate, rung=max(rung, 1), participle=outcome.verb, more_is=str(outcome.more_is)
    )
    tail = ""
    if conclusion.verdict is Verdict.SMALL:
        margin = margin_points(comparison.study.design.margin)
        tail = f" The gap is smaller than the {margin} that were said to matter."
    return f"{focal} posts {phrase}: {_observed_against_expected(comparison)}.{tail}"


def _alike(comparison: Comparison, conclusion: Conclusion, rung: int, *_: Any) -> str:
    design = comparison.study.design
    level = design.equivalence_confidence
    tight = comparison.primary(confidence=level)
    focal, reference = who(comparison)
    ends = interval(tight.conf_low, tight.conf_high, confidence=level)
    verbs = "were treated alike" if rung >= 3 and design.outcome.lenient_sign else "fared alike"
    return (
        f"{focal} and {reference} posts {verbs}, within {margin_points(design.margin)}: "
        f"the gap is {points(tight.estimate)} ({ends})."
    )


def _unclear(
    comparison: Comparison, conclusion: Conclusion, rung: int, findings: Sequence[Finding]
) -> str:
    from audit.estimators.accounts.contrasts import no_inference

    if no_inference(comparison.study):
        return _description(comparison, rung)
    focal, reference = _shown(comparison.study.design.focal), who(comparison)[1]
    return (
        f"The data cannot tell whether {focal} posts fared differently from "
        f"{reference} posts: {_observed_against_expected(comparison)}."
        f"{_smallest_visible(comparison, findings)}"
    )


def _smallest_visible(comparison: Comparison, findings: Sequence[Finding]) -> str:
    """Say the smallest gap the study could have seen on the side where lenience lies, if any."""
    found = next((f for f in findings if f.check == "detectable_gap"), None)
    if found is None or found.passed is None:
        return ""
    where = side(comparison)
    if not math.isfinite(found.value):
        return f" No gap{where}, however large, could have been seen."
    least = points(found.value, signed=False)
    return f" The smallest gap{where} this study could have seen is {least}."


def side(comparison: Comparison) -> str:
    """Return on which side of the reference rate lenience lies; "" where there is none."""
    sign = comparison.study.design.outcome.lenient_sign
    place = {-1: "below", 1: "above"}.get(sign)
    return f" {place} the {who(comparison)[1]} rate" if place else ""


def _description(comparison: Comparison, rung: int) -> str:
    """Say what happened in these records where nothing can be inferred about a class."""
    study = comparison.study
    focal, reference = _shown(study.design.focal), who(comparison)[1]
    rates = study.cells.counts().sum()
    f = rates["events_focal"] / rates["n_focal"]
    r = rates["events_reference"] / rates["n_reference"]
    k = study.compared().accounts(FOCAL)
    gap = comparison.primary()
    like = (
        f"; among like cases the gap is {points(gap.estimate)}"
        if study.design.primary == "standardised" and study.design.strata
        else ""
    )
    did = study.design.outcome.verb
    if f == r:
        phrase = f"were {did} as often as"
    else:
        phrase = verb(f - r, rung=1, participle=did, more_is="neither") + " than"
    whose = (
        "Posts without an account let nothing follow for the class."
        if not study.has_accounts
        else f"The focal class is {count(k)} account{'s' if k > 1 else ''}: this describes "
        f"{'it' if k == 1 else 'them'}, and says nothing about the class."
    )
    return (
        f"In these records, {focal} posts {phrase} {reference} posts: "
        f"{count(rates['events_focal'])} of {count(rates['n_focal'])} ({percent(f)}) against "
        f"{count(rates['events_reference'])} of {count(rates['n_reference'])} ({percent(r)})"
        f"{like}. {whose}"
    ).replace("as often than", "as often as")


def _observed_against_expected(comparison: Comparison) -> str:
    e = comparison.primary()
    study = comparison.study
    reference = who(comparison)[1]
    stratified = study.design.primary == "standardised" and study.design.strata
    n = e.n_supported if stratified else study.cells.total(FOCAL)
    ends = interval(e.conf_low, e.conf_high, confidence=study.design.confidence)
    like = " for like posts" if stratified else ""
    gap = f"(gap {points(e.estimate)}{', ' if ends else ''}{ends})"
    if study.weighted:  # weighted posts are no posts that anyone could count
        return (
            f"by the sampling weights, {percent(e.observed)} were {study.design.outcome.verb}, and "
            f"{percent(e.expected)} would have been at the {reference} rate{like} {gap}"
        )
    return (
        f"{count(e.observed * n)} of {count(n)} were {study.design.outcome.verb}, and "
        f"{posts(e.expected * n)} would have been at the {reference} rate{like} {gap}"
    )


_SENTENCES = {
    Verdict.INADMISSIBLE: _inadmissible,
    Verdict.ALIKE: _alike,
    Verdict.UNCLEAR: _unclear,
}
