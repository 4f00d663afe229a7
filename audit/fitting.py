"""Whether a design fits a table of cases: every fault at once, before anything is counted."""

from __future__ import annotations

import numpy as np

from audit import population
from audit.cases import Cases
from audit.design import Design
from audit.errors import DesignError


def require_fit(cases: Cases, design: Design) -> None:
    """Raise one DesignError with all that the design names and the cases do not have."""
    faults = sorted({o.misframed(design.frame) for o in cases.origins} - {""})
    faults += _classes(cases, design) + _columns(cases, design) + _weights(cases)
    try:
        design.outcome.rungs(cases.ladder)
    except DesignError as error:
        faults.append(str(error))
    if faults:
        raise DesignError("the design does not fit the cases: " + " ".join(faults))


def _classes(cases: Cases, design: Design) -> list[str]:
    classes = sorted(set(cases.frame["account_class"].dropna().unique().astype(str)))
    return [
        f"no case has account_class {name!r}; the classes are {classes}."
        for name in (design.focal, *design.references)
        if name not in classes
    ]


def absent_columns(design: Design, columns: list[str]) -> list[str]:
    """Return, in words, which columns a design names and a table does not have."""
    used = [("stratum column", c) for c in design.strata]
    used += [("population column", c) for c in design.population or {}]
    used += [
        ("column of a family", c) for c in dict.fromkeys(c for f in design.families for c in f)
    ]
    if design.outcome.acted_within_hours:
        used += [("column for acted_within_hours", c) for c in ("posted_at", "acted_at")]
    if design.outcome.reversed:
        used.append(("column for outcome.reversed", "reversed"))
    if design.outcome.reversed_within_hours:
        needed = ("acted_at", "reversed_at", "observed_until")
        used += [("column for reversed_within_hours", c) for c in needed]
    return [
        f"{what} {column!r} is not in the cases; they have {columns}."
        for what, column in used
        if column not in columns
    ]


def _columns(cases: Cases, design: Design) -> list[str]:
    columns = [c for c in cases.frame.columns if not c.startswith("raw_")]
    faults = absent_columns(design, columns)
    for column, allowed in (design.population or {}).items():
        if column in columns:
            faults += population.absent(cases.frame[column], column, allowed)
    return faults


def _weights(cases: Cases) -> list[str]:
    if "sampling_weight" not in cases.frame:
        return []
    weights = cases.frame["sampling_weight"].astype(float)
    if missing := int(weights.isna().sum()):
        return [f"sampling_weight is missing in {missing:,} rows; every row needs one."]
    endless = weights.index[~np.isfinite(weights)]
    if not len(endless):
        return []
    return [
        f"sampling_weight is infinite in {len(endless):,} rows, first in row "
        f"{endless[0] + 1}; allowed: finite numbers above 0."
    ]
