"""Whether a design fits the cases that it is asked of."""

from __future__ import annotations

import numpy as np

from audit import population
from audit.cases import Cases
from audit.design import Design
from audit.errors import DesignError


def require_fit(cases: Cases, design: Design) -> None:
    """Raise where a design names a class, column, value or rung that the cases do not have.

    Raises
    ------
    DesignError
        With everything that does not fit, and what there is.
    """
    faults = []
    classes = sorted(set(cases.frame["account_class"].dropna().unique().astype(str)))
    for name in (design.focal, *design.references):
        if name not in classes:
            faults.append(f"no case has account_class {name!r}; the classes are {classes}.")
    columns = [c for c in cases.frame.columns if not c.startswith("raw_")]
    used = [("stratum column", c) for c in design.strata]
    used += [("population column", c) for c in design.population or {}]
    used += [
        ("column of a family", c) for c in dict.fromkeys(c for f in design.families for c in f)
    ]
    if design.outcome.acted_within_hours:
        used += [("column for acted_within_hours", c) for c in ("posted_at", "acted_at")]
    if design.outcome.reversed:
        used.append(("column for outcome.reversed", "reversed"))
    for what, column in used:
        if column not in columns:
            faults.append(f"{what} {column!r} is not in the cases; they have {columns}.")
    for column, allowed in (design.population or {}).items():
        if column in columns:
            faults += population.absent(cases.frame[column], column, allowed)
    if "sampling_weight" in columns and cases.frame["sampling_weight"].isna().any():
        missing = int(cases.frame["sampling_weight"].isna().sum())
        faults.append(f"sampling_weight is missing in {missing:,} rows; every row needs one.")
    elif "sampling_weight" in columns:
        weights = cases.frame["sampling_weight"].astype(float)
        endless = weights.index[~np.isfinite(weights)]
        if len(endless):
            faults.append(
                f"sampling_weight is infinite in {len(endless):,} rows, first in row "
                f"{endless[0] + 1}; allowed: finite numbers above 0."
            )
    try:
        design.outcome.rungs(cases.ladder)
    except DesignError as error:
        faults.append(str(error))
    if faults:
        raise DesignError("the design does not fit the cases: " + " ".join(faults))
