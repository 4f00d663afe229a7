"""What a further question is answered with: numbers in one tidy shape, or the reason for none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

import pandas as pd

from audit.disclosure import SYMBOL, hidden_cells
from audit.printed import Face, Shown, grid
from audit.printed.forms import form_of
from audit.printed.grid import Form

Unit = Literal["points", "ratio", "odds_ratio", "hours", "probability", "count"]
"""The scale of a row's contrast. points: `focal` and `reference` are rates in [0, 1] and `estimate`
their difference; ratio, odds_ratio: the same rates, and their ratio or odds ratio; hours: durations
and their difference; probability: one that is no rate, such as that of the softer of two measures;
count: things counted, and their difference."""

ANSWER_COLUMNS = (
    "measure",
    "unit",
    "focal",
    "reference",
    "estimate",
    "conf_low",
    "conf_high",
    "p_value",
    "n_focal",
    "n_reference",
    "n_focal_accounts",
    "n_reference_accounts",
    "method",
)
"""`focal` and `reference` are the two classes' own numbers, `estimate` their contrast (focal less
or over reference) on the scale of `unit`; NaN where there is none. n are posts (Σcount)."""


CONTRAST = ("estimate", "conf_low", "conf_high")
SAID = ("focal", "reference", *CONTRAST)
LEVELS: Mapping[Unit, Form] = {
    "points": "share",
    "ratio": "share",
    "odds_ratio": "share",
    "hours": "number",
    "probability": "share",
    "count": "whole",
}
"""How the two classes' own numbers are printed, by the unit of their contrast."""
CONTRASTS: Mapping[Unit, Form] = {
    **LEVELS,
    "points": "points",
    "ratio": "ratio",
    "odds_ratio": "ratio",
}
MEASURES: Mapping[str, tuple[str, Form]] = {
    "measure": ("Measure", "text"),
    "focal": ("Focal", "said"),
    "reference": ("Reference", "said"),
    "estimate": ("Contrast", "said"),
    "conf_low": ("Low", "said"),
    "conf_high": ("High", "said"),
    "unit": ("Unit", "words"),
    "p_value": ("p", "p"),
}


@dataclass(frozen=True, slots=True, eq=False, repr=False)
class Answer(Shown):
    """What was found of one further question.

    Attributes
    ----------
    question : str
        Its name in `QUESTIONS` and in the design.
    title : str
        The question in words, as a heading.
    says : str
        What was found, with its numbers, in words that no rung of evidence has to license:
        counts, rates, gaps and intervals, never a cause and never a verdict.
    frame : DataFrame
        One row per measure, columns `ANSWER_COLUMNS`; empty where `barred`.
    barred : str
        Why the data cannot answer, "" where they can.
    notes : tuple of str
        What a reader must be told with the numbers.
    figures : mapping of str to DataFrame
        Further tables by name, such as a curve that a chart draws.
    charts : tuple of str
        Names in `CHARTS` that draw this answer, of a comparison.
    """

    question: str
    title: str
    says: str
    frame: pd.DataFrame
    barred: str = ""
    notes: tuple[str, ...] = ()
    figures: Mapping[str, pd.DataFrame] = field(default_factory=dict)
    charts: tuple[str, ...] = ()

    def to_frame(self) -> pd.DataFrame:
        """Return a copy of the measures."""
        return self.frame.copy()

    def face(self) -> Face:
        """Return the question, the answer, then the measures."""
        notes = tuple(f"note: {n}" for n in self.notes)
        frame = self.to_frame()
        for column in SAID:
            form = CONTRASTS if column in CONTRAST else LEVELS
            pairs = zip(frame[column], frame["unit"], strict=True)
            frame[column] = [form_of(form[unit])(value) for value, unit in pairs]
        for column, gone in hidden_cells(frame).items():
            if column in SAID:
                frame[column] = frame[column].mask(gone, SYMBOL)
        return Face(self.title, (self.says, *notes), (grid(frame, MEASURES, title="Measures"),))


def barred(question: str, title: str, why: str) -> Answer:
    """Return the answer of a question that the data cannot answer, with the reason."""
    return Answer(question, title, why, measures(()), barred=why)


def measures(rows: Iterable[Mapping[str, Any]]) -> pd.DataFrame:
    """Return rows as a frame of `ANSWER_COLUMNS`; what a row leaves out is missing."""
    return pd.DataFrame(list(rows), columns=list(ANSWER_COLUMNS))
