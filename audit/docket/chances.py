"""The chance of action under ordinary treatment in each stratum, and what it rests on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from audit.cells import FOCAL, REFERENCE
from audit.design import words
from audit.exempted.ordinary import ONE_STRATUM, comparable, reference_cells
from audit.gates import REFERENCE_ACCOUNTS_FOR_SUPPORT
from audit.numerals import many

if TYPE_CHECKING:
    from audit.study import Study

CHANCE_COLUMNS = (
    "chance",
    "conf_low",
    "conf_high",
    "expected_rung",
    "n_reference",
    "reference_accounts",
    "why",
)
MEDIAN_SLACK = 1e-9
"""Weighted sums that should meet one half exactly miss it by rounding."""


def chances(study: Study) -> pd.DataFrame:
    """Return one row per stratum that holds focal posts, columns `CHANCE_COLUMNS`.

    Returns
    -------
    DataFrame
        Index: the strata. `chance` is the reference rate (as the primary estimate weights it),
        its limits those of `clustered_proportion` over the reference accounts of the stratum with
        the intraclass correlation, given stratum, that the primary estimate borrows;
        `expected_rung` is the weighted median rung that the reference posts met (the lower one
        where two share it). Without enough reference accounts all are missing, and `why` says so.
        Rows without accounts have no limits.
    """
    rows = study.rows()
    rows = rows[rows["group"].isin((FOCAL, REFERENCE))]
    if study.design.primary == "raw":
        rows = rows.assign(stratum=ONE_STRATUM)
    strata = sorted(set(rows.loc[rows["group"] == FOCAL, "stratum"]))
    other, ordinary = reference_cells(study), rows[rows["group"] == REFERENCE]
    cells = {str(name): part for name, part in other.groupby("stratum")}
    kept = set(comparable(study))
    rungs = _median_rungs(ordinary, study.cases.ladder.rungs, study.cases.ladder.rank)
    rho = _likeness(study) if study.has_accounts else 0.0
    found = []
    for name in strata:
        part = cells.get(name, other.iloc[:0])
        given: dict[str, Any] = {"n_reference": int(part["n"].sum())}
        given["reference_accounts"] = part["account_id"].nunique() if study.has_accounts else 0
        if name in kept:
            given |= _chance(study, part, rho) | {"expected_rung": rungs[name], "why": ""}
        else:
            given["why"] = _why(study, part)
        found.append(given)
    out = pd.DataFrame(found, index=pd.Index(strata, name="stratum"), columns=list(CHANCE_COLUMNS))
    numbers = ["chance", "conf_low", "conf_high"]
    return out.astype(dict.fromkeys(numbers, float) | {"expected_rung": "str", "why": "str"})


def _chance(study: Study, part: pd.DataFrame, rho: float) -> dict[str, float]:
    from audit.estimators.accounts.clustered import clustered_proportion

    if not study.has_accounts:
        return {"chance": part["w_events"].sum() / part["w_n"].sum()}
    by = part.groupby("account_id")[["n", "w_events", "w_n"]].sum()
    weight = by["w_n"] / by["n"]  # with it, weighted events over it are events of like weight
    events = np.minimum(by["w_events"] / weight, by["n"])
    found = clustered_proportion(
        events.to_numpy(float),
        by["n"].to_numpy(float),
        weights=weight.to_numpy(float),
        icc=rho,
        confidence=study.design.confidence,
    )
    return {
        "chance": found.estimate,
        "conf_low": found.conf_low,
        "conf_high": found.conf_high,
    }


def _likeness(study: Study) -> float:
    """Return the intraclass correlation given stratum that the primary estimate borrows."""
    from audit.estimators.accounts.contrasts import effect

    stratified = study.design.primary == "standardised"
    return float(effect(study, by="post", stratified=stratified).icc)


def _median_rungs(rows: pd.DataFrame, rungs: tuple[str, ...], rank: Any) -> dict[str, str]:
    if rows.empty:
        return {}
    size = rows["n"] * rows["weight"]
    place = pd.Series(rank(rows["action"]), index=rows.index, name="place")
    table = pd.crosstab(rows["stratum"], place, values=size, aggfunc="sum").fillna(0.0)
    running = table.cumsum(axis=1).div(table.sum(axis=1), axis=0)
    first = (running >= 0.5 - MEDIAN_SLACK).to_numpy().argmax(axis=1)
    return dict(zip(table.index, (rungs[table.columns[k]] for k in first), strict=True))


def _why(study: Study, part: pd.DataFrame) -> str:
    name = words(study.design.references[0])
    if part.empty:
        return f"no {name} post is like it"
    accounts = many(part["account_id"].nunique(), f"{name} account")
    return f"{accounts} with like posts; {REFERENCE_ACCOUNTS_FOR_SUPPORT} needed"
