"""Descriptions that are no contrasts: a view's figures, and the limits that stand by them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from audit.numerals import count, plain
from audit.report.blocks import Block, Column, Note, Table, prose
from audit.report.effects import estimator_name, short_p
from audit.report.table import table

NAN = float("nan")


def view_words(view: Any) -> list[Block]:
    """Return how a view's rows were chosen, and what they cannot show."""
    return [
        prose("**Which rows.** {selection}", selection=_sentence(view.selection)),
        Note("", tuple(view.limits), title="Limits", tone="plain"),
    ]


def _sentence(text: str) -> str:
    return text[:1].upper() + text[1:] + ("" if text.endswith(".") else ".")


def view_table(view: Any, *, id: str, source: str = "") -> Table:
    """Return the figures of a view with their limits and methods.

    A figure that a test gave is a p and stands in a column of its own; a column in which no
    figure has anything to say is left out.
    """
    frame = view.figures.copy()
    tests = frame["method"].str.endswith(OF_A_TEST)
    frame["p_value"] = frame["value"].where(tests)
    frame["value"] = frame["value"].where(~tests)
    frame["p"] = frame["p_value"].map(short_p)
    said = {
        name: column for name, column in FIGURES.items() if frame[OF.get(name, name)].notna().any()
    }
    return table(
        frame,
        id=id,
        title=f"{view.title}: the figures",
        columns=said,
        source=source or "the registry of documented decisions that ships with the package",
    )


OF_A_TEST = "-sided p"
"""How the method of a figure ends that is the p of a test."""
FIGURES: Mapping[str, Any] = {
    "figure": Column("Figure", limit=120),
    "value": ("Value", ".4g"),
    "conf_low": ("Low", ".4g"),
    "conf_high": ("High", ".4g"),
    "p": Column("p", align="right"),
    "n": ("n", ",.0f"),
    "method": Column("Method", limit=200),
}
OF = {"p": "p_value"}
"""What a column is made from, where it is not itself."""


def truth_table(truth: pd.DataFrame, comparison: Any, *, population: str, rule: str) -> Table:
    """Return a simulated platform's truth beside every estimate that the audit made without it.

    Parameters
    ----------
    truth : DataFrame
        estimand, population, rule, value: the generator's own, from `Simulated.truth()`.
    population, rule : str
        Which rows of the truth are those of the design.
    """
    rows = truth[(truth["population"] == population) & (truth["rule"] == rule)]
    value = rows.set_index("estimand")["value"]
    e = comparison.primary()
    out = [
        ("rate of leaders’ posts", value["rate_as_treated"], e.observed, NAN, NAN),
        ("their rate under ordinary treatment", value["rate_if_ordinary"], e.expected, NAN, NAN),
    ]
    gaps = comparison.to_frame().query("scale == 'difference'")
    for r in gaps.itertuples(index=False):
        name = f"gap, {estimator_name(r.estimator)}, per {r.weighting}"
        out.append((name, value["total_effect"], r.estimate, r.conf_low, r.conf_high))
    frame = pd.DataFrame(out, columns=["what", "truth", "estimate", "conf_low", "conf_high"])
    inside = (frame["conf_low"] <= frame["truth"]) & (frame["truth"] <= frame["conf_high"])
    columns = ["truth", "estimate", "conf_low", "conf_high"]
    frame[columns] = 100 * frame[columns]
    points = "percentage points"
    stated, unstated = (100 * value[f"{n}_effect"] for n in ("stated", "unstated"))
    judged = frame["conf_low"].notna() & (frame["what"] == "gap, standardised, per post")
    frame["inside"] = inside.map({True: "yes", False: "no"}).where(judged, "–")
    return table(
        frame,
        id="tbl-truth",
        title="The truth, and what the audit found without it",
        columns={
            "what": Column("What", limit=160),
            "truth": ("Truth", ".1f"),
            "estimate": ("Estimate", ".1f"),
            "conf_low": ("Low", ".1f"),
            "conf_high": ("High", ".1f"),
            "inside": "Interval holds it",
        },
        notes=[
            "Rates in percent, gaps in percentage points. Truth: the mean of the generator’s own "
            f"probabilities over all {count(int(rows['posts'].iloc[0]))} leaders’ posts; the "
            f"standardised estimates rest on the {count(e.n_supported)} that have a like.",
            f"Of the true gap, {plain(abs(stated), unit=points)} points are the published "
            f"exemption and {plain(abs(unstated), unit=points)} are not.",
            "The raw gap is another quantity: it mixes the double standard with the classes’ "
            "different posts. So are gaps that weight every account alike. Neither is judged.",
        ],
        source="the simulator’s own constants",
        simulated=True,
    )
