"""Every sentence with a verdict in it, made from the numbers, so that none can disagree."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audit.cells import FOCAL, REFERENCE
from audit.claims import Claim, Verdict, licensed, verb
from audit.design import words
from audit.numerals import count, interval, percent, points

if TYPE_CHECKING:
    from audit.checks.base import Finding
    from audit.comparison import Comparison
    from audit.verdict import Conclusion


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
    licensed(made, rung=rung)
    return made


def who(comparison: Comparison) -> tuple[str, str]:
    """Return the two classes as attributive words, the first with a capital."""
    design = comparison.study.design
    focal, reference = words(design.focal), words(design.references[0])
    return focal[:1].upper() + focal[1:], reference


def _inadmissible(comparison: Comparison, *_: Any) -> str:
    reasons = " ".join(g.says for g in comparison.study.gates if g.kind == "hard")
    focal, reference = who(comparison)
    return (
        f"These records cannot say whether {focal.lower()} posts were treated differently from "
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
        margin = points(comparison.study.design.margin, signed=False)
        tail = f" The gap is smaller than the {margin} that were said to matter."
    return f"{focal} posts {phrase}: {_observed_against_expected(comparison)}.{tail}"


def _alike(comparison: Comparison, conclusion: Conclusion, rung: int, *_: Any) -> str:
    design = comparison.study.design
    level = 1 - 2 * (1 - design.confidence)
    tight = comparison.primary(confidence=level)
    focal, reference = who(comparison)
    ends = interval(tight.conf_low, tight.conf_high, confidence=level)
    verbs = "were treated alike" if rung >= 3 and design.outcome.lenient_sign else "fared alike"
    return (
        f"{focal} and {reference} posts {verbs}, within {points(design.margin, signed=False)}: "
        f"the gap is {points(tight.estimate)} ({ends})."
    )


def _unclear(
    comparison: Comparison, conclusion: Conclusion, rung: int, findings: Sequence[Finding]
) -> str:
    from audit.estimators.contrasts import no_inference

    if no_inference(comparison.study):
        return _description(comparison, rung)
    focal, reference = who(comparison)
    seen = [f.value for f in findings if f.check == "detectable_gap" and math.isfinite(f.value)]
    least = (
        f" The smallest gap this study could have seen is {points(seen[0], signed=False)}."
        if seen
        else ""
    )
    return (
        f"The data cannot tell whether {focal.lower()} posts fared differently from "
        f"{reference} posts: {_observed_against_expected(comparison)}.{least}"
    )


def _description(comparison: Comparison, rung: int) -> str:
    """Say what happened in these records where nothing can be inferred about a class."""
    study = comparison.study
    focal, reference = who(comparison)
    rates = study.cells.counts().sum()
    f = rates["events_focal"] / rates["n_focal"]
    r = rates["events_reference"] / rates["n_reference"]
    k = study.cells.accounts(FOCAL)
    gap = comparison.primary()
    like = (
        f"; among like cases the gap is {points(gap.estimate)}"
        if study.design.primary == "standardised" and study.design.strata
        else ""
    )
    if f == r:
        phrase = f"were {study.design.outcome.verb} as often"
    else:
        phrase = verb(f - r, rung=1, participle=study.design.outcome.verb, more_is="neither")
    whose = (
        "The rows carry no accounts, so nothing follows for the class."
        if not study.has_accounts
        else f"The focal class is {count(k)} account{'s' if k > 1 else ''}: this describes "
        f"{'it' if k == 1 else 'them'}, and says nothing about the class."
    )
    return (
        f"In these records, {focal.lower()} posts {phrase} than {reference} posts: "
        f"{count(rates['events_focal'])} of {count(rates['n_focal'])} ({percent(f)}) against "
        f"{count(rates['events_reference'])} of {count(rates['n_reference'])} ({percent(r)})"
        f"{like}. {whose}"
    ).replace("as often than", "as often as")


def _observed_against_expected(comparison: Comparison) -> str:
    e = comparison.primary()
    study = comparison.study
    _, reference = who(comparison)
    n = study.cells.total(FOCAL) if not study.design.strata else e.n_supported
    ends = interval(e.conf_low, e.conf_high, confidence=study.design.confidence)
    like = "for like posts " if study.design.strata else ""
    return (
        f"{count(e.observed * n)} of {count(n)} were {study.design.outcome.verb}, and "
        f"{count(e.expected * n)} would have been at the {reference} rate {like}"
        f"(gap {points(e.estimate)}{', ' if ends else ''}{ends})"
    )


_SENTENCES = {
    Verdict.INADMISSIBLE: _inadmissible,
    Verdict.ALIKE: _alike,
    Verdict.UNCLEAR: _unclear,
}


def claims_of(comparison: Comparison, findings: Sequence[Finding], rung: int) -> tuple[Claim, ...]:
    """Return the numbers of page 1 as claims: counts, rates, the gap, the smallest visible gap."""
    study = comparison.study
    design = study.design
    out = [
        Claim(
            f"n_{g}",
            count(study.cells.total(g)),
            study.cells.total(g),
            "posts",
            computed_by="audit.cells.group",
            rung=rung,
        )
        for g in (FOCAL, REFERENCE)
    ]
    if study.has_accounts:
        out += [
            Claim(
                f"accounts_{g}",
                count(study.cells.accounts(g)),
                study.cells.accounts(g),
                "accounts",
                computed_by="audit.cells.group",
                rung=rung,
            )
            for g in (FOCAL, REFERENCE)
        ]
    if not study.admissible:
        return tuple(out)
    e = comparison.primary()
    n = e.n_supported
    gap = 100 * e.estimate
    baseline = f"expected at the {words(design.references[0])} rate"
    where = "audit.estimators.strata.standardised_effect"
    out += [
        Claim(
            "observed", count(e.observed * n), e.observed * n, "posts", computed_by=where, rung=rung
        ),
        Claim(
            "expected",
            count(e.expected * n),
            e.expected * n,
            "posts",
            baseline=baseline,
            computed_by=where,
            rung=rung,
        ),
        Claim(
            "observed_rate",
            percent(e.observed),
            e.observed,
            "share",
            decimals=1,
            computed_by=where,
            rung=rung,
        ),
        Claim(
            "expected_rate",
            percent(e.expected),
            e.expected,
            "share",
            baseline=baseline,
            decimals=1,
            computed_by=where,
            rung=rung,
        ),
        Claim(
            "gap",
            points(e.estimate),
            gap,
            "percentage points",
            sign=int(math.copysign(1, gap)) if gap else 0,
            baseline=baseline,
            decimals=1,
            conf_low=100 * e.conf_low,
            conf_high=100 * e.conf_high,
            computed_by=where,
            rung=rung,
        ),
        Claim(
            "margin",
            points(design.margin, signed=False),
            100 * design.margin,
            "percentage points",
            decimals=1,
            computed_by="design",
            rung=rung,
        ),
    ]
    for f in findings:
        if f.check == "detectable_gap" and math.isfinite(f.value):
            out.append(
                Claim(
                    "detectable_gap",
                    points(f.value, signed=False),
                    100 * f.value,
                    "percentage points",
                    decimals=1,
                    computed_by="audit.checks.power.detectable_gap",
                    rung=rung,
                )
            )
    return tuple(out)
