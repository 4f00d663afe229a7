"""The parts that every report is put together from: each takes a stage and returns blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.claims import RUNGS
from audit.design import words
from audit.disclosure import (
    HIDDEN,
    STRATA,
    class_of,
    hidden_cells,
    mask,
    note,
    protect,
    protect_few,
    protect_parts,
    protection,
)
from audit.errors import UnknownName
from audit.numerals import count
from audit.report.blocks import Column, Figure, Prose, Table, prose
from audit.report.table import table

if TYPE_CHECKING:
    from audit.cases import Cases
    from audit.comparison import Comparison
    from audit.evidence import Evidence
    from audit.study import Study

RESULTS = {True: "pass", False: "not passed", None: "not asked"}
POINTS = 100  # differences print in percentage points
LOST = ("cases_removed", "accounts_removed", "share_removed")
UNLICENSED = "licence not known"
LONGEST_STRATUM = 240  # characters of the levels that name a stratum
PAGE_WIDTH = 6.3  # inches of text width: charts stand in the page at the size they were drawn
PHONE_WIDTH = 3.2  # inches of a telephone's screen: 320 pixels of 1/100 inch


def source_line(cases: Cases) -> str:
    """Return the source in one line: titles, producers and the number of cases as loaded."""
    named = "; ".join(f"{o.title} ({o.producer})" if o.producer else o.title for o in cases.origins)
    return f"{named}, {count(len(cases))} cases"


def licence_line(cases: Cases) -> str:
    """Return the licences of the data in one line: each origin's title and licence, if known."""
    return "; ".join(f"{o.title}: {o.licence or UNLICENSED}" for o in cases.origins)


def chart(
    name: str,
    stage: Any,
    *,
    id: str = "",
    source: str = "",
    licence: str = "",
    simulated: bool = False,
) -> Figure:
    """Return a chart of `CHARTS` drawn of a stage, as a figure with its words.

    Parameters
    ----------
    id : str
        The name of its files after "fig-"; "" for that of the chart.
    source, licence : str
        Of the data; "" for those of the stage's cases. A view or frame has none: without a
        licence a chart pack says that none is known.
    simulated : bool
        Whether a frame is of made-up data; of cases their origins say it.

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
        return figure(
            entry.render(stage, width=PAGE_WIDTH),
            phone=entry.render(stage, width=PHONE_WIDTH),
            licence=licence or (licence_line(study.loaded) if study else ""),
            id=f"fig-{id or name.replace('_', '-')}",
            title=said.title,
            subtitle=said.subtitle,
            note=said.note,
            alt=said.alt,
            source=source or (source_line(study.loaded) if study else ""),
            data=entry.data(stage),
            simulated=simulated or bool(study and study.cases.simulated),
        )


def hidden_notes(study: Study, frame: pd.DataFrame) -> list[str]:
    """Return the note that explains hidden cells, where a frame has any."""
    return [note(study.design.smallest_cell)] if HIDDEN in frame else []


def ledger_table(comparison: Comparison, *, id: str = "tbl-ledger") -> Table | Prose:
    """Return who left the table and why, by class."""
    study = comparison.study
    frame = study.cases.ledger_frame()
    if frame.empty:
        return prose("No row left the table.")
    taken = frame.groupby("step")["cases_removed"].transform("sum") > 0
    idle = list(dict.fromkeys(frame.loc[~taken, "because"]))
    frame = frame[taken]
    if frame.empty:
        return prose(
            "No row left the table. Steps that took nothing: {idle}.", idle="; ".join(idle)
        )
    frame["flag"] = frame["flagged"].map({True: "uneven", False: ""})
    frame = shielded_ledger(frame, study)
    frame["account_class"] = frame["account_class"].map(words)
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
            *hidden_notes(study, frame),
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
    )


def shielded_ledger(frame: pd.DataFrame, study: Study) -> pd.DataFrame:
    """Return the ledger with what it took of few posts of a class hidden.

    With it go the numbers before and after, up to the next step that is shown: a step is their
    difference. One step alone cannot be hidden; what was loaded and what is left tell it.
    """
    out = frame
    for name, rows in frame.groupby("account_class", sort=False):
        own = {"account_class": str(name)}
        lost = protect_parts(rows, study, **own, n="cases_removed", columns=LOST)
        gone = hidden_cells(lost).get("cases_removed")
        if gone is not None and gone.sum() > 1:
            places = [i for i, g in enumerate(gone) if g]
            inside = [places[0] <= i <= places[-1] for i in range(len(rows))]
            after = [places[0] <= i < places[-1] for i in range(len(rows))]
            before = [places[0] < i <= places[-1] for i in range(len(rows))]
            for columns, flags in (
                (LOST, gone),
                (("cases_after",), after),
                (("cases_before",), before),
                (("share_removed",), inside),
            ):
                hit = pd.Series(flags, index=rows.index).reindex(out.index, fill_value=False)
                out = mask(out, hit.astype(bool), columns)
        few = rows["accounts_removed"].reindex(out.index).fillna(0)
        out = protect_few(out, study, **own, few=few, columns=("accounts_removed",))
    return out


def checks_table(evidence: Evidence) -> Table:
    """Return every check with its threshold and what it found."""
    frame = evidence.to_frame()
    frame["check"] = frame["check"].map(words)
    frame["step_value"] = frame["step"]
    frame["step"] = frame["step"].map(lambda s: str(s) if s else "note")
    frame["passed"] = [f.result(RESULTS) if f.step else "note" for f in evidence.findings]
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
    study = evidence.comparison.study
    for group in (FOCAL, REFERENCE):
        n = study.cells.total(group)
        has = (frame[group].astype(float) * n).round()
        few = has.where(has < n - has, n - has)  # few with the field, or few without it
        own = {"account_class": class_of(study, group)}
        frame = protect_few(frame, study, **own, few=few, columns=(group, "difference"))
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
        notes=[
            "Fields of an action are counted where an action was taken.",
            *hidden_notes(study, frame),
        ],
        source=source_line(evidence.comparison.study.loaded),
        simulated=evidence.comparison.study.cases.simulated,
    )


def strata_table(evidence: Evidence, *, id: str = "tbl-strata") -> Table:
    """Return the strata with both classes' counts, and which support a comparison."""
    study = evidence.comparison.study
    frame = evidence.table("support").sort_values("n_focal", ascending=False, kind="stable")
    frame["supported"] = frame["supported"].map({True: "yes", False: "no"})
    # No support means that at most one reference account is there, which is a count of it.
    frame = protect(
        frame,
        study,
        of=STRATA,
        labels="stratum",
        columns={
            FOCAL: ("events_focal", "n_focal", "accounts_focal"),
            REFERENCE: ("events_reference", "n_reference", "accounts_reference", "supported"),
        },
    )
    frame["stratum"] = [words(name, LONGEST_STRATUM) for name in frame["stratum"]]
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
        notes=[*hidden_notes(study, frame), *filter(None, [protection(study).says])],
        limit=40,
        source=source_line(evidence.comparison.study.loaded),
        simulated=evidence.comparison.study.cases.simulated,
    )
