"""The further questions of a design, each with its answer: words, charts and tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from audit.design import words
from audit.disclosure import hidden_cells, mask
from audit.disclosure.precision import why_rounded
from audit.numerals import level
from audit.report import sections
from audit.report.blocks import Block, Column, Heading, Note, Table, prose
from audit.report.effects import short_p
from audit.report.table import table

if TYPE_CHECKING:
    from audit.comparison import Comparison
    from audit.questions import Answer

SCALES: Mapping[str, tuple[str, str, str, str, float]] = {
    "points": ("rates and gaps", "Gap, percentage points", ".1%", "+.1f", 100.0),
    "ratio": ("ratios", "Ratio of rates", ".1%", ".2f", 1.0),
    "odds_ratio": ("odds ratios", "Odds ratio (not a ratio of rates)", ".1%", ".2f", 1.0),
    "hours": ("hours", "Difference, hours", ",.1f", "+,.1f", 1.0),
    "probability": ("probabilities", "Probability", ".3f", ".3f", 1.0),
    "count": ("means and counts", "Difference", ",.2f", "+,.2f", 1.0),
}
"""Unit of a row to: what the table holds, heading of the contrast, format of the classes, of the
contrast, multiplier."""
CONTRAST = ("estimate", "conf_low", "conf_high")


def answer_blocks(comparison: Comparison) -> list[Block]:
    """Return a section for every further question that the design asks, in their order."""
    return [block for answer in comparison.answers for block in one_answer(comparison, answer)]


def one_answer(comparison: Comparison, answer: Answer) -> list[Block]:
    """Return the section of one question: heading, what was found, charts, tables, notes."""
    out: list[Block] = [Heading(answer.title), prose("{says}", says=answer.says)]
    if answer.barred:
        return out
    out += [sections.chart(name, comparison) for name in answer.charts]
    units = list(dict.fromkeys(answer.frame["unit"]))
    out += [answer_table(comparison, answer, unit) for unit in units]
    if answer.notes:
        out.append(Note("", answer.notes, title="To be read with it", tone="plain"))
    return out


def answer_table(comparison: Comparison, answer: Answer, unit: str) -> Table:
    """Return the measures of an answer that are on one scale."""
    study = comparison.study
    holds, heading, by_class, contrast, multiplier = SCALES[unit]
    frame = answer.frame[answer.frame["unit"] == unit].reset_index(drop=True)
    for column in CONTRAST:
        frame[column] = frame[column].astype(float) * multiplier
    frame["p"] = frame["p_value"].astype(float).map(short_p)
    gone = hidden_cells(frame)
    if "p_value" in gone:
        frame = mask(frame, gone["p_value"], ("p",))
    columns: dict[str, str | tuple[str, str] | Column] = {
        "measure": Column("Measure", limit=120),
        "focal": (words(study.design.focal), by_class),
        "reference": (words(study.design.references[0]), by_class),
        "estimate": (heading, contrast),
        "conf_low": ("Low", contrast),
        "conf_high": ("High", contrast),
        "p": Column("p", align="right"),
        "n_focal": ("Focal n", ",.0f"),
        "n_reference": ("Reference n", ",.0f"),
    }
    columns = {
        k: v
        for k, v in columns.items()
        if k in ("measure", "p") or k in gone or frame[k].notna().any()
    }
    if frame["p_value"].isna().all() and "p_value" not in gone:
        del columns["p"]
    said = f"{level(study.design.confidence)} intervals"
    first = unit == answer.frame["unit"].iloc[0]
    return table(
        frame,
        id=f"tbl-{answer.question.replace('_', '-')}" + ("" if first else f"-{unit[:5]}"),
        title=f"{answer.title}: {holds}",
        columns=columns,
        notes=[
            f"{said}; – where none may stand.",
            *sections.hidden_notes(study, frame),
            *_methods(frame),
        ],
        source=sections.source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why_rounded(study),
    )


def _methods(frame: pd.DataFrame) -> list[str]:
    """Return how the measures were made, once for all that were made alike."""
    made: dict[str, list[str]] = {}
    for row in frame.itertuples():
        if row.method:
            made.setdefault(str(row.method), []).append(str(row.measure))
    if len(made) == 1 and len(frame) == len(next(iter(made.values()))):
        return [f"Method: {next(iter(made))}."]
    return [f"{'; '.join(measures)}: {method}." for method, measures in made.items()]
