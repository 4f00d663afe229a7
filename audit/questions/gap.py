"""One gap between the classes, by account: as a row of an answer, and in words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from audit import cells as engine
from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.estimators.accounts.contrasts import effect, effect_p
from audit.estimators.base import NAN
from audit.gates import NO_DENOMINATOR, gates_of
from audit.numerals import interval, p_value, percent, points

if TYPE_CHECKING:
    import pandas as pd

    from audit.design import Design
    from audit.study import Study

UNCORRECTED = (
    "Intervals and p-values here are one measure at a time, not corrected for how many there are."
)


def regrouped(study: Study, rows: pd.DataFrame, flags: Any) -> Study:
    """Return the study with the cells of some of its `rows()`, counting `flags` as acted on.

    The cases stay as they are; the gates are those of the cells.
    """
    counted = rows[["account_id", "group", "stratum", "weight"]].assign(
        acted=np.asarray(flags, dtype=bool), count=rows["n"]
    )
    held = replace(study, cells=engine.group(counted.reset_index(drop=True)))
    return replace(held, gates=gates_of(held))


def hard_gates(study: Study, *, among_enforced: bool = False) -> str:
    """Return why a study can give no contrast, "" where it can.

    Parameters
    ----------
    among_enforced : bool
        The contrast is of shares of what was acted on, for which a table of nothing else has the
        denominator.
    """
    spared = NO_DENOMINATOR if among_enforced else ""
    return " ".join(g.says for g in study.gates if g.kind == "hard" and g.name != spared)


def gap_row(study: Study, measure: str, *, test: bool = True) -> dict[str, Any]:
    """Return the design's primary contrast of an admissible study as a row of an answer.

    The reference rate is at the focal class's mix of strata where the primary is standardised.
    Limits and p are missing where no sampling of accounts can be claimed.
    """
    stratified = study.design.primary == "standardised"
    found = effect(study, by="post", stratified=stratified)
    p = effect_p(study, found, by="post", stratified=stratified) if test else NAN
    return {
        "measure": measure,
        "unit": "points",
        "focal": found.observed,
        "reference": found.expected,
        "estimate": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
        "p_value": p,
        **sizes(study),
        "method": found.method,
    }


def sizes(study: Study) -> dict[str, Any]:
    """Return posts (Σcount) and accounts of both classes; no accounts where some carry none."""
    cells, known = study.cells, study.has_accounts
    return {
        "n_focal": cells.total(FOCAL),
        "n_reference": cells.total(REFERENCE),
        "n_focal_accounts": cells.accounts(FOCAL) if known else 0,
        "n_reference_accounts": cells.accounts(REFERENCE) if known else 0,
    }


def gap_said(row: Mapping[str, Any], design: Design, what: str) -> str:
    """Return a row of points as a sentence: the two rates, their difference and how sure."""
    like = " like them" if design.primary == "standardised" and design.strata else ""
    return (
        f"{percent(row['focal'])} of {words(design.focal)} posts {what}, and "
        f"{percent(row['reference'])} of {words(design.references[0])} posts{like}: a difference "
        f"of {points(row['estimate'])} ({sureness(row, design)})."
    )


def sureness(row: Mapping[str, Any], design: Design) -> str:
    """Return interval and p-value of a row of points, or that there is none."""
    limits = interval(row["conf_low"], row["conf_high"], confidence=design.confidence)
    return ", ".join(part for part in (limits or "no interval", p_value(row["p_value"])) if part)
