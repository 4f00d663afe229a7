"""The page that stands alone: the verdict, the key numbers, and what they do not show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

from audit.cells import FOCAL, REFERENCE, UNKNOWN_GROUP
from audit.claims import RUNGS, Verdict
from audit.design import words
from audit.disclosure.precision import why_rounded
from audit.estimators.accounts.contrasts import no_inference
from audit.numerals import count, interval, many, p_value, percent, plain, points, posts, setting
from audit.report.blocks import Block, Claims, Cover, Fact, Facts, Finding, Note
from audit.report.document import UNDATED
from audit.scanned import Scan, facts

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.evidence import Evidence
WITHHELD = frozenset({"few focal accounts", "one focal account", "rows without accounts"})
"""Gates that say already why too few accounts bear no interval."""
UNDECLARED = 4
"""The step whose bounds rest on limits that the design declares."""


def cover(evidence: Evidence, *, subtitle: str = "") -> Cover:
    """Return the cover; its date is the day the youngest data were read, never the clock's."""
    study = evidence.comparison.study
    origins = study.cases.origins
    dates = [str(o.accessed) for o in origins if str(o.accessed)]
    return Cover(
        title=study.design.title or "Enforcement by account class",
        subtitle=subtitle or study.design.question,
        date=max(dates, default="") or last_day(study.loaded),
        description=evidence.sentence,
        keywords=("content moderation", "audit", words(study.design.focal)),
        simulated=study.cases.simulated,
    )


def last_day(cases: Cases) -> str:
    """Return the last day that the cases themselves show, for data that do not say their date."""
    if isinstance(cases, Scan):
        return facts.last_day(cases) or UNDATED
    days = [
        cases.frame[c].max()
        for c in ("observed_until", "acted_at", "posted_at")
        if c in cases.frame and cases.frame[c].notna().any()
    ]
    return max(days).date().isoformat() if days else UNDATED


def page_one(evidence: Evidence, *, limits: Sequence[str] = ()) -> list[Block]:
    """Return verdict, key facts and limits.

    Parameters
    ----------
    limits : sequence of str
        Sentences about what these data cannot show, after those of their sources and before those
        that the checks found.
    """
    why = why_rounded(evidence.comparison.study)
    return [
        verdict_box(evidence),
        key_facts(evidence),
        does_not_show(evidence, limits),
        Claims(tuple(c.to_dict() | {"rounded": why} for c in evidence.claims)),
    ]


def verdict_box(evidence: Evidence) -> Finding:
    """Return the verdict sentence, with the rung and whatever must be said beside it."""
    step = plain(evidence.rung, decimals=0, unit="rung")
    rung = f"rung {step} of {setting(max(RUNGS))}, {RUNGS[evidence.rung]}"
    silent = evidence.comparison.study.admissible and no_inference(evidence.comparison.study)
    about = " on the class" if silent else ""
    said = [f"Verdict{about}: {evidence.said}. Evidence: {rung}."]
    if evidence.note and evidence.verdict is not Verdict.SMALL:
        said.append(evidence.note)
    return Finding(evidence.sentence, tuple(said), label="Verdict")


def key_facts(evidence: Evidence) -> Facts:
    """Return the key numbers: observed, expected, the gap, who was compared, what was visible."""
    study = evidence.comparison.study
    design = study.design
    facts = []
    if study.admissible:
        facts += _effect_facts(evidence)
    for name, group in ((design.focal, FOCAL), (design.references[0], REFERENCE)):
        by = f"by {many(study.cells.accounts(group), 'account')}" if study.has_accounts else ""
        facts.append(Fact(f"{words(name)} posts", count(study.cells.total(group)), by))
    unknown = study.cells.total(UNKNOWN_GROUP)
    if unknown:
        by = f"by {many(study.cells.accounts(UNKNOWN_GROUP), 'account')}"
        facts.append(
            Fact("posts of unknown class", count(unknown), by if study.has_accounts else "")
        )
    return Facts(tuple(facts))


def _effect_facts(evidence: Evidence) -> list[Fact]:
    comparison = evidence.comparison
    study, e = comparison.study, comparison.primary()
    design = study.design
    reference, n = words(design.references[0]), e.n_supported
    alike = design.strata and design.primary == "standardised"
    of = f"of {count(n)} {words(design.focal)} posts, {percent(e.observed)}"
    at = f"at the {reference} rate for {'like' if alike else 'all'} posts"
    ends = interval(e.conf_low, e.conf_high, confidence=design.confidence)
    gap = ", ".join(filter(None, (ends, p_value(e.p_value)))) or "no interval"
    if study.weighted:
        facts = [
            Fact("observed, weighted", percent(e.observed), f"of {words(design.focal)} posts"),
            Fact("expected, weighted", percent(e.expected), at),
        ]
    else:
        facts = [
            Fact("observed", count(e.observed * n), of),
            Fact("expected", posts(e.expected * n), f"{at}, {percent(e.expected)}"),
        ]
    return [*facts, Fact("gap", short(e.estimate, signed=True), gap), *_visible_gap(evidence)]


def _visible_gap(evidence: Evidence) -> list[Fact]:
    for f in evidence.findings:
        if f.check == "detectable_gap" and f.passed is not None:
            way = (
                "towards lenience" if evidence.comparison.study.design.outcome.lenient_sign else ""
            )
            if not math.isfinite(f.value):
                return [Fact("smallest visible gap", "none", f"{way}, however large".strip(", "))]
            gloss = f"{way}, four times in five".strip(", ")
            return [Fact("smallest visible gap", short(f.value), gloss)]
    return []


def does_not_show(evidence: Evidence, limits: Sequence[str] = ()) -> Note:
    """Return what the report does not show: limits of the sources, the caller's, gates, checks."""
    study = evidence.comparison.study
    said = [says for origin in study.loaded.origins for says in origin.limits]
    said += limits
    barred = WITHHELD & {g.name for g in study.gates}
    said += [g.says for g in study.gates if g.kind != "hard" or not study.admissible]
    said += [
        f.says
        for f in evidence.findings
        if f.step and f.passed is False and (f.check != "enough_accounts" or not barred)
    ]
    said += [f.says for f in evidence.findings if f.step == UNDECLARED and f.passed is None]
    return Note("", tuple(dict.fromkeys(said)))


def short(difference: float, *, signed: bool = False) -> str:
    """Return a difference as "−18.2 points": a key number has no room for "percentage"."""
    return points(difference, signed=signed).replace("percentage ", "")
