"""The report: blocks of data set as a PDF, an HTML page and a folder of charts and tables."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.printed import Face, Shown
from audit.report.answers import answer_blocks, answer_table, one_answer
from audit.report.appendix import codebook_table, design_table, methods, provenance
from audit.report.authored import prose
from audit.report.blocks import (
    Block,
    Claims,
    Column,
    Cover,
    Fact,
    Facts,
    Figure,
    Finding,
    Heading,
    Note,
    Prose,
    Provenance,
    Table,
)
from audit.report.citations import bibliography
from audit.report.effects import effects_table, family_table, independent_table, rates_table
from audit.report.figure import figure
from audit.report.front import cover, does_not_show, key_facts, page_one, verdict_box
from audit.report.ordinary import docket_blocks, exemption_blocks
from audit.report.packing import Pack, chart_pack
from audit.report.reply import Reply, right_of_reply
from audit.report.robustness import robustness_tables
from audit.report.sections import (
    chart,
    checks_table,
    coverage_table,
    ledger_table,
    licence_line,
    source_line,
    strata_table,
)
from audit.report.table import table
from audit.report.views import truth_table, view_table, view_words

if TYPE_CHECKING:
    from audit.corrections import Edition
    from audit.evidence import Evidence
    from audit.report.write import Written

__all__ = [
    "Block",
    "Claims",
    "Column",
    "Cover",
    "Fact",
    "Facts",
    "Figure",
    "Finding",
    "Heading",
    "Note",
    "Pack",
    "Prose",
    "Provenance",
    "Reply",
    "Report",
    "Table",
    "answer_blocks",
    "answer_table",
    "bibliography",
    "chart",
    "chart_pack",
    "checks_table",
    "codebook_table",
    "compose",
    "cover",
    "coverage_table",
    "design_table",
    "docket_blocks",
    "does_not_show",
    "effects_table",
    "exemption_blocks",
    "family_table",
    "figure",
    "independent_table",
    "key_facts",
    "ledger_table",
    "licence_line",
    "methods",
    "one_answer",
    "page_one",
    "prose",
    "provenance",
    "publish",
    "rates_table",
    "right_of_reply",
    "robustness_tables",
    "source_line",
    "strata_table",
    "table",
    "truth_table",
    "verdict_box",
    "view_table",
    "view_words",
]


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Report(Shown):
    """A report on disk.

    Attributes
    ----------
    evidence : Evidence or None
        What it tells; None where a notebook told it.
    written : Written
        Folder, paths, pages, warnings and characters without a glyph.
    """

    evidence: Evidence | None
    written: Written

    @property
    def folder(self) -> Path:
        """Return the folder it stands in."""
        return Path(self.written.folder)

    def face(self) -> Face:
        """Return where the report is, how long it is, and what was warned of."""
        lines = [f"warning: {w}" for w in self.written.warnings]
        if self.written.uncovered:
            shown = " ".join(f"U+{ord(c):04X}" for c in list(self.written.uncovered)[:12])
            lines.append(f"no glyph for {shown}; printed as boxes, still there to copy")
        return Face(f"{self.folder / 'report.pdf'}  {self.written.pages} pages", tuple(lines))


def compose(
    evidence: Evidence,
    folder: str | Path,
    *,
    limits: Sequence[str] = (),
    design: str | Path = "",
    reply: Reply | None = None,
    previous: str | Path | Edition = "",
) -> Report:
    """Write the standard report of an evidence into a folder.

    Parameters
    ----------
    folder : path
        Replaced as a whole when everything is written; a killed run leaves the last one whole.
    limits : sequence of str
        Sentences for page 1 about what these data cannot show.
    design : path
        The design's file, named in record.json so that the report can be made again.
    reply : Reply, optional
        The answer that the platform gave to an earlier version; printed in full.
    previous : path or Edition
        The folder of the earlier version: what is printed otherwise becomes a table of corrections.
        This and `reply` go before what the design says of its report.

    Raises
    ------
    ReportError
        When the folder cannot be written, or holds files that no report wrote.
    DisclosureError
        When a string of it leads to an account of somebody who holds no office.
    """
    from audit.corrections import Edition
    from audit.disclosure.earlier import beside
    from audit.disclosure.guard import refuse
    from audit.report.corrected import corrected_document
    from audit.report.origin import origin_of
    from audit.report.standard import standard_blocks
    from audit.report.told import earlier, works
    from audit.report.write import write_report
    from audit.utterances import back_at

    study = evidence.comparison.study
    before = earlier(study.design, previous)
    before = Edition.read(before) if str(before) and not isinstance(before, Edition) else before
    known = before.shown if isinstance(before, Edition) else None
    with back_at(evidence.moment), beside(known):
        blocks = [*standard_blocks(evidence, limits=limits, reply=reply), *works(study.design)]
        made, origin = corrected_document(blocks, origin_of(design), previous=before)
        refuse(asdict(made), cases=[study.loaded], least=study.design.smallest_cell)
        return Report(evidence, write_report(made, Path(folder), origin=origin))


def publish(
    notebook: str | Path,
    folder: str | Path,
    *,
    design: str | Path = "",
    previous: str | Path | Edition = "",
    progress: Any = None,
) -> Report:
    """Run a notebook, with a design injected where one is given, and write what it shows.

    `previous` is the earlier version, as for `compose`.

    Raises
    ------
    ReportError
        When a cell fails, with its section and the exception in words, or when what the notebook
        shows leads to an account of somebody who holds no office (`audit.disclosure`).
    """
    from audit.design import Design
    from audit.report.corrected import corrected_document
    from audit.report.notebook import execute
    from audit.report.origin import origin_of
    from audit.report.told import earlier, works
    from audit.report.write import write_report

    shown = True if progress is None else bool(progress)
    given = {"design": str(design)} if str(design) else {}
    asked = Design.read(design) if str(design) else None
    before, cited = earlier(asked, previous), works(asked)
    ran = execute(notebook, parameters=given, progress=shown)
    found = origin_of(design, notebook)
    made, origin = corrected_document(ran, found, previous=before, more=cited)
    return Report(None, write_report(made, Path(folder), notebook=ran, origin=origin))
