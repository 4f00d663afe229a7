"""What charts of a descriptive view share: its rows, its limits, and no contrast."""

from __future__ import annotations

from typing import Any

import pandas as pd

from audit.errors import ReportError
from audit.text import visible

CHOSEN = "The press chose these decisions; they are no sample."


def rows_of(stage: Any, chart: str, *columns: str) -> pd.DataFrame:
    """Return the rows of a view (or of a frame) that a chart is drawn of.

    Raises
    ------
    ReportError
        The frame lacks a column that the chart draws, or has no row.
    """
    frame = stage if isinstance(stage, pd.DataFrame) else stage.frame
    lacking = [c for c in columns if c not in frame]
    if lacking or frame.empty:
        found = ", ".join(map(str, frame.columns))
        what = f"lacks {', '.join(map(repr, lacking))}" if lacking else "has no row"
        raise ReportError(
            f"the chart {chart!r} cannot be drawn: its frame {what}; it has: {found}."
        )
    return frame.reset_index(drop=True)


def limits_of(stage: Any, most: int = 2) -> str:
    """Return the first limits of a view as sentences; those of any documented decision if none."""
    said = getattr(stage, "limits", ()) or (CHOSEN,)
    return " ".join(visible(s, 300) for s in said[:most])


def selection_of(stage: Any) -> str:
    """Return how the rows of a view were taken, "" for a bare frame."""
    return visible(getattr(stage, "selection", ""), 320)
