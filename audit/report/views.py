"""Descriptions that are no contrasts: a view's figures and the sentences that must stand by them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from audit.report.blocks import Block, Column, Note, Table, prose
from audit.report.table import table

if TYPE_CHECKING:
    import pandas as pd


def view_words(view: Any) -> list[Block]:
    """Return how a view's rows were chosen, and what they cannot show."""
    return [
        prose("**Which rows.** {selection}", selection=view.selection),
        Note("", tuple(view.limits)),
    ]


def view_table(view: Any, *, id: str, source: str = "") -> Table:
    """Return the figures of a view with their limits and methods."""
    return table(
        view.figures,
        id=id,
        title=f"{view.title}: the figures",
        columns={
            "figure": Column("Figure", limit=120),
            "value": ("Value", ".4g"),
            "conf_low": ("Low", ".4g"),
            "conf_high": ("High", ".4g"),
            "n": ("n", ",.0f"),
            "method": Column("Method", limit=200),
        },
        source=source or "the registry of documented decisions that ships with the package",
    )


def truth_table(truth: pd.DataFrame, comparison: Any) -> Table:
    """Return a simulated platform's truth beside what the audit estimated without it."""
    rows = truth.copy()
    estimates = comparison.to_frame()
    post = estimates[(estimates["scale"] == "difference") & (estimates["weighting"] == "post")]
    found = post.set_index("estimator")
    for column in ("estimate", "conf_low", "conf_high"):
        rows[column] = rows["estimator"].map(found[column])
    inside = (rows["conf_low"] <= rows["value"]) & (rows["value"] <= rows["conf_high"])
    rows["inside"] = inside.map({True: "yes", False: "no"}).where(rows["conf_low"].notna())
    return table(
        rows,
        id="tbl-truth",
        title="The truth, and what the audit found without it",
        columns={
            "estimand": Column("What", limit=160),
            "value": ("Truth", "+.1%"),
            "estimate": ("Estimate", "+.1%"),
            "conf_low": ("Low", "+.1%"),
            "conf_high": ("High", "+.1%"),
            "inside": "Inside",
        },
        notes=["Truth: from the probabilities of the generator, for the posts that were drawn."],
        source="the simulator’s own constants",
        simulated=True,
    )
