"""The parts that every report is put together from: each takes a stage and returns blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.claims import RUNGS
from audit.design import words
from audit.errors import UnknownName
from audit.numerals import count
from audit.report.blocks import Column, Figure, Prose, Table, prose
from audit.report.table import table

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.comparison import Comparison
    from audit.evidence import Evidence

POINTS = 100  # differences print in percentage points
PAGE_WIDTH = 6.3  # inches of text width: charts stand in the page at the size they were drawn


def source_line(cases: Cases) -> str:
    """Return the source in one line: titles, producers and the number of cases as loaded."""
    named = "; ".join(f"{o.title} ({o.producer})" if o.producer else o.title for o in cases.origins)
    return f"{named}, {count(len(cases))} cases"


def chart(name: str, stage: Any, *, id: str = "", source: str = "") -> Figure:
    """Return a chart of `CHARTS` drawn of a stage, as a figure with its words.

    Raises
    ------
    UnknownName
        For a name that is not in the table.
    """
    from audit.charts import CHARTS
    from audit.charts.theme import theme
    from audit.report.figure import figure

    if name not in CHARTS:
        raise UnknownName("chart", name, CHARTS)
    entry = CHARTS[name]
    said = entry.words(stage)
    comparison = getattr(stage, "comparison", stage)
    study = getattr(comparison, "study", None)
    with theme():
        axes = entry.render(stage, width=PAGE_WIDTH)
        return figure(
            axes.figure,
            id=f"fig-{id or name.replace('_', '-')}",
            title=said.title,
            subtitle=said.subtitle,
            note=said.note,
            alt=said.alt,
            source=source or (source_line(study.loaded) if study else ""),
            data=entry.data(stage),
            simulated=bool(study and study.cases.simulated),
        )


def ledger_table(comparison: Comparison, *, id: str = "tbl-ledger") -> Table | Prose:
    """Return who left the table and why, by class."""
    study = comparison.study
    frame = study.cases.ledger_frame()
    if frame.empty:
        return prose("No row left the table.")
    taken = frame.groupby("step")["cases_removed"].transform("sum") > 0
    idle = list(dict.fromkeys(frame.loc[~taken, "because"]))
    frame = frame[taken].assign(account_class=frame["account_class"].map(words))
    if frame.empty:
        return prose(
            "No row left the table. Steps that took nothing: {idle}.", idle="; ".join(idle)
        )
    frame["flag"] = frame["flagged"].map({True: "uneven", False: ""})
    return table(
        frame,
        id=id,
        title="Who left the table, and why",
        group="because",
        columns={
            "account_class": "Class",
            "cases_before": ("Before", ",d"),
            "cases_removed": ("Taken out", ",d"),
            "cases_after": ("After", ",d"),
            "share_removed": ("Share", ".1%"),
            "accounts_removed": ("Accounts gone", ",d"),
            "flag": "Note",
        },
        notes=[
            "“uneven”: the step took at least five points more of this class than of another.",
            *([f"Steps that took nothing: {'; '.join(idle)}."] if idle else []),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
    )


def checks_table(evidence: Evidence) -> Table:
    """Return every check with its threshold and what it found."""
    frame = evidence.to_frame()
    frame["check"] = frame["check"].map(words)
    frame["step"] = frame["step"].map(lambda s: str(s) if s else "note")
    frame["passed"] = [_mark(f.passed) if f.step else "note" for f in evidence.findings]
    return table(
        frame,
        id="tbl-checks",
        title="What the result was held to",
        columns={
            "check": "Check",
            "step": "Step",
            "threshold": "Held to",
            "passed": "Result",
            "says": Column("Finding", limit=600),
        },
        notes=[f"Step {n}: {text}." for n, text in RUNGS.items() if n],
        source=source_line(evidence.comparison.study.loaded),
        simulated=evidence.comparison.study.cases.simulated,
    )


def coverage_table(evidence: Evidence) -> Table | Prose:
    """Return how often each field is recorded, by class."""
    design = evidence.comparison.study.design
    frame = evidence.table("coverage")
    if frame.empty:
        return prose("Every optional field is absent, so there is no coverage to compare.")
    frame["column"] = frame["column"].map(words)
    frame["difference"] = frame["difference"] * POINTS
    return table(
        frame,
        id="tbl-coverage",
        title="How often each field is recorded",
        columns={
            "column": "Field",
            "focal": (words(design.focal), ".1%"),
            "reference": (words(design.references[0]), ".1%"),
            "difference": ("Difference, points", "+.1f"),
        },
        notes=["Fields of an action are counted where an action was taken."],
        source=source_line(evidence.comparison.study.loaded),
        simulated=evidence.comparison.study.cases.simulated,
    )


def strata_table(evidence: Evidence, *, id: str = "tbl-strata") -> Table:
    """Return the strata with both classes' counts, and which support a comparison."""
    frame = evidence.table("support").sort_values("n_focal", ascending=False, kind="stable")
    frame["supported"] = frame["supported"].map({True: "yes", False: "no"})
    return table(
        frame,
        id=id,
        title="Posts and actions in every stratum",
        columns={
            "stratum": " × ".join(map(words, evidence.comparison.study.design.strata)) or "Stratum",
            "events_focal": ("Acted on", ",d"),
            "n_focal": ("Posts", ",d"),
            "accounts_focal": ("Accounts", ",d"),
            "events_reference": ("Acted on", ",d"),
            "n_reference": ("Posts", ",d"),
            "accounts_reference": ("Accounts", ",d"),
            "supported": "Support",
        },
        spanners=[
            ("", 1),
            (words(evidence.comparison.study.design.focal), 3),
            (words(evidence.comparison.study.design.references[0]), 3),
            ("", 1),
        ],
        limit=40,
        source=source_line(evidence.comparison.study.loaded),
        simulated=evidence.comparison.study.cases.simulated,
    )


def _mark(passed: bool | None) -> str:
    return {True: "pass", False: "not passed", None: "not asked"}[passed]
