"""Had it come from an ordinary account: the gap by exemption, by case and by account."""

from __future__ import annotations

from typing import TYPE_CHECKING

from audit.report import sections
from audit.report.blocks import Block, Heading, prose
from audit.report.docket import docket_table, leaders_table, shown_leaders
from audit.report.exempted import exemptions_table, split_table
from audit.report.precedents import precedents_tables

if TYPE_CHECKING:
    from audit.evidence import Evidence


def exemption_blocks(evidence: Evidence) -> list[Block]:
    """Return the gap split by published exemptions, where the study has any."""
    comparison = evidence.comparison
    if comparison.study.exemptions is None or not comparison.study.admissible:
        return []
    if comparison.study.design.outcome.reversed:
        return []
    from audit.exempted import split

    found = split(comparison)
    return [
        Heading("What of it is published?"),
        prose("{says}", says=found.says),
        sections.chart("exemption_split", comparison),
        split_table(found),
        exemptions_table(found),
    ]


def docket_blocks(evidence: Evidence) -> list[Block]:
    """Return every focal case beside its chance under ordinary treatment, and every account."""
    if not evidence.comparison.study.admissible:
        return []
    found = evidence.docket()
    out: list[Block] = [
        Heading("Had it come from an ordinary account"),
        prose("{says}", says=found.says),
    ]
    if evidence.comparison.study.has_accounts and shown_leaders(found)["n"].any():
        out.append(sections.chart("docket", evidence.comparison))
    return [*out, leaders_table(found), docket_table(found), *precedents_tables(found)]
