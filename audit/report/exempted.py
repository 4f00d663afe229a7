"""The tables of the exemption ledger: the gap in its bins, and the exemptions it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from audit.design import opening, words
from audit.disclosure.precision import why_rounded
from audit.numerals import level
from audit.report.blocks import Column, Prose, Table, prose
from audit.report.sections import POINTS, source_line
from audit.report.table import table

if TYPE_CHECKING:
    from audit.exempted import ExemptionSplit


def split_table(split: ExemptionSplit, *, id: str = "tbl-exemption-split") -> Table:
    """Return the gap in its bins, which add up to it, with the total in the last row."""
    study = split.comparison.study
    frame = split.to_frame()
    frame = frame[frame["n"] > 0]
    summed = frame[["n", "observed", "expected", "difference"]].sum()
    gap = {"contribution": split.total.estimate, "conf_low": split.total.conf_low}
    accounts = split.posts.loc[split.posts["compared"], "account_id"].nunique()
    last = {
        "about": "all compared posts",
        "accounts": accounts * int(study.has_accounts),
        "conf_high": split.total.conf_high,
    }
    frame = pd.concat([frame, pd.DataFrame([{**summed, **gap, **last}])], ignore_index=True)
    frame = frame.astype({"n": "int64", "accounts": "int64"})
    for column in ("contribution", "conf_low", "conf_high"):
        frame[column] = frame[column] * POINTS
    return table(
        frame,
        id=id,
        title="The gap, under published exemptions and not",
        subtitle=f"{opening(study.design.focal)} posts {study.design.outcome.verb}",
        columns={
            "about": "Where they lie",
            "n": ("Posts", ",d"),
            "accounts": ("Accounts", ",d"),
            "observed": ("Observed", ",.1f"),
            "expected": ("Expected", ",.1f"),
            "difference": ("Difference", "+,.1f"),
            "contribution": ("Part of the gap, points", "+.1f"),
            "conf_low": ("Low", "+.1f"),
            "conf_high": ("High", "+.1f"),
        },
        notes=[
            "Expected: at the reference class’s rates for like posts. The parts add up to the gap; "
            f"{level(study.design.confidence)} intervals by account, of each part by itself, – "
            "where none may stand.",
            *split.notes,
        ],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why_rounded(study),
    )


def exemptions_table(split: ExemptionSplit, *, id: str = "tbl-exemptions") -> Table | Prose:
    """Return the focal class's published exemptions, dated and quoted, with what lies under each.

    Every compared post inside the dates of an exemption counts, whether or not its ceiling spares
    the post from the outcome.
    """
    study = split.comparison.study
    frame = split.exemptions()
    name = words(study.design.focal)
    if frame.empty:
        return prose("No published exemption is for {name} accounts.", name=name)
    frame["contribution"] = frame["contribution"] * POINTS
    frame["spares"] = frame["spares"].map({True: "yes", False: "no"})
    return table(
        frame,
        id=id,
        title=f"What was published about {name} accounts",
        columns={
            "exemption": "No.",
            "platform": "Platform",
            "rule": "Rule",
            "ceiling": "At most",
            "start": "From",
            "end": "Until",
            "spares": "Spares from this",
            "n": ("Posts inside", ",d"),
            "n_outside": ("Outside its dates", ",d"),
            "contribution": ("Part of the gap, points", "+.1f"),
            "quote": Column("In the platform’s words", limit=200),
            "source": Column("Source", limit=120),
        },
        notes=["“Spares from this”: the published ceiling lies below the outcome compared here."],
        source=source_line(study.loaded),
        simulated=study.cases.simulated,
        rounded=why_rounded(study),
    )
