"""The standard report: the same parts in the same order, for any design."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from audit.charts.gap_over_time import has_periods
from audit.checks.selective_reporting import SELECTED
from audit.claims import Verdict
from audit.design import words
from audit.disclosure import protection
from audit.errors import RowsNeeded
from audit.evidence import NEEDS_ROWS
from audit.report import appendix, effects, sections
from audit.report.answers import answer_blocks
from audit.report.blocks import Block, Heading, prose
from audit.report.citations import HEADING as REFERENCES
from audit.report.front import cover, page_one
from audit.report.ordinary import docket_blocks, exemption_blocks
from audit.report.reply import Reply, right_of_reply
from audit.report.robustness import robustness_tables
from audit.scanned import Scan
from audit.schema import UNKNOWN

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.evidence import Evidence

EFFECT_CHARTS = ("observed_expected", "forest", "rates", "rungs", "gap_over_time")


def standard_blocks(
    evidence: Evidence, *, limits: Sequence[str] = (), reply: Reply | None = None
) -> list[Block]:
    """Return the blocks of the standard report: page 1, then who, what, how sure, and how.

    Parameters
    ----------
    limits : sequence of str
        Sentences for page 1 about what these data cannot show.
    reply : Reply, optional
        The platform's answer to an earlier version.
    """
    parts: list[Callable[[Evidence], list[Block]]] = [
        _ledger,
        _comparability,
        _effects,
        partial(_of_rows, exemption_blocks, what="The part of the published exemptions"),
        _further,
        partial(_of_rows, docket_blocks, what="The docket of single posts"),
        _robustness,
        _limits,
        partial(right_of_reply, reply=reply),
        _appendix,
    ]
    front = [cover(evidence), *page_one(evidence, limits=limits)]
    return [*front, *(block for part in parts for block in part(evidence))]


def _ledger(evidence: Evidence) -> list[Block]:
    comparison = evidence.comparison
    study = comparison.study
    out: list[Block] = [
        Heading("Who is in, and who is out"),
        prose("{question}", question=study.design.question),
        sections.ledger_table(comparison),
    ]
    if study.admissible:
        out.insert(2, _chart("flow", comparison))
    return out


def _ran(evidence: Evidence) -> set[str]:
    """Return the checks that were made, those left out for want of rows not among them."""
    return {f.check for f in evidence.findings if f.threshold != NEEDS_ROWS}


def _comparability(evidence: Evidence) -> list[Block]:
    if not evidence.comparison.study.admissible:
        return []
    ran = _ran(evidence)
    out: list[Block] = [
        Heading("Are the cases alike?"),
        prose(
            "Before any effect: how far {focal} and {reference} posts can be compared at all.",
            focal=words(evidence.comparison.study.design.focal),
            reference=words(evidence.comparison.study.design.references[0]),
        ),
        *([sections.strata_table(evidence)] if "support" in ran else []),
        *([sections.coverage_table(evidence)] if "coverage" in ran else []),
    ]
    if "balance" in ran and not evidence.table("balance").empty:
        out.append(_chart("love", evidence))
    return out


def _effects(evidence: Evidence) -> list[Block]:
    comparison = evidence.comparison
    if evidence.verdict is Verdict.INADMISSIBLE:
        return [
            Heading("No contrast is printed"),
            prose("{why}", why=evidence.sentence),
        ]
    out: list[Block] = [Heading("What happened")]
    drawn = {name for answer in comparison.answers for name in answer.charts}
    names = [n for n in EFFECT_CHARTS if n not in drawn]
    names = [n for n in names if n != "rungs" or _has_rungs(comparison)]
    names = [n for n in names if n != "gap_over_time" or has_periods(comparison)]
    out += [_chart(name, comparison) for name in names]
    if len(comparison.study.design.references) > 1:
        out.append(effects.family_table(evidence))
    out += [effects.rates_table(comparison), effects.effects_table(comparison)]
    return out


def _of_rows(part: Callable[[Evidence], list[Block]], evidence: Evidence, what: str) -> list[Block]:
    """Return a part, or of a scan why it is not there."""
    try:
        return part(evidence)
    except RowsNeeded:
        return [
            prose(
                "{what} is not in this report: it takes rows, and those of this table stay in its "
                "engine.",
                what=what,
            )
        ]


def _chart(name: str, stage: Comparison | Evidence) -> Block:
    """Return a chart, or of a scan why it is not there."""
    try:
        return sections.chart(name, stage)
    except RowsNeeded:
        return prose(
            "One chart is not drawn ({what}): it takes rows or the counts of every account, and "
            "those of this table stay in its engine.",
            what=name.replace("_", " "),
        )


def _further(evidence: Evidence) -> list[Block]:
    return answer_blocks(evidence.comparison)


def _has_rungs(comparison: Comparison) -> bool:
    """Return whether any post met an action: a reversal has no rungs, and no action has none.

    The chart takes every post's own rung, which those of a scan do not bring along.
    """
    study = comparison.study
    if isinstance(study.loaded, Scan):
        return False
    compared = study.cases.frame["account_class"] != UNKNOWN
    acted = study.cases.ladder.rank(study.cases.frame["action"]) > 0
    return not study.design.outcome.reversed and bool((acted & compared).any())


def _robustness(evidence: Evidence) -> list[Block]:
    if not evidence.findings:
        return []
    out: list[Block] = [Heading("Does it hold?"), sections.checks_table(evidence)]
    if not evidence.table("leave_one_out").empty:
        out.append(_chart("leave_one_out", evidence))
    ran = _ran(evidence)
    if "multiverse" in ran and not evidence.table("multiverse").empty:
        out.append(_chart("multiverse", evidence))
    if "selective_reporting" in ran and evidence.comparison.study.design.frame in SELECTED:
        out.append(_chart("selection_sensitivity", evidence))
    out += robustness_tables(evidence)
    out.append(effects.independent_table(evidence.comparison))
    return out


def _limits(evidence: Evidence) -> list[Block]:
    said = [g.says for g in evidence.comparison.study.gates]
    said += [f.says for f in evidence.findings if f.passed is None and f.step]
    said += filter(None, [protection(evidence.comparison.study).says])
    if not said:
        return []
    out: list[Block] = [Heading("Limits")]
    return out + [prose("{limit}", limit=s) for s in dict.fromkeys(said)]


def _appendix(evidence: Evidence) -> list[Block]:
    comparison = evidence.comparison
    return [
        Heading("Methods", appendix=True),
        *appendix.methods(evidence),
        Heading("The design", appendix=True),
        appendix.design_table(comparison),
        Heading("Codebook", appendix=True),
        appendix.codebook_table(comparison.study.cases, comparison.study.design),
        Heading("References", id=REFERENCES, appendix=True, numbered=False),
        Heading("Provenance", appendix=True),
        appendix.provenance(evidence),
    ]
