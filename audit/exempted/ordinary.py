"""What ordinary treatment would have been: every focal post beside the rate of its stratum."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from audit.cases import NEVER_NAMED
from audit.cells import FOCAL, REFERENCE

if TYPE_CHECKING:
    from audit.study import Study

ONE_STRATUM = "all"
"""The stratum of every post where the primary estimate is the raw gap."""
KEPT = (
    "case_id",
    "posted_at",
    "platform",
    "rule",
    "regime",
    "language",
    "country",
    "severity",
    "reach",
)


def reference_cells(study: Study) -> pd.DataFrame:
    """Return the reference cells in the strata of the primary estimate, with `w_events`, `w_n`."""
    rows = study.cells.of(REFERENCE)
    if study.design.primary == "raw":
        rows["stratum"] = ONE_STRATUM
    for column in ("events", "n"):
        rows[f"w_{column}"] = rows[column] * rows["weight"]
    return rows


def reference_rates(study: Study) -> pd.Series:
    """Return the reference class's (weighted) rate in each stratum that supports a comparison."""
    sums = reference_cells(study).groupby("stratum")[["w_events", "w_n"]].sum()
    return (sums["w_events"] / sums["w_n"])[lambda rate: rate.index.isin(comparable(study))]


def comparable(study: Study) -> tuple[str, ...]:
    """Return the strata of the primary estimate that support a comparison."""
    return (ONE_STRATUM,) if study.design.primary == "raw" else study.supported_strata()


def focal_posts(study: Study) -> pd.DataFrame:
    """Return the focal rows, each with its chance of the outcome under ordinary treatment.

    Returns
    -------
    DataFrame
        In the order of the cases: account_id, action, acted, n (posts, Σcount), weight, stratum,
        compared (flag), expected (the reference rate of the stratum; missing where not compared),
        and those of `KEPT` that the cases have.
    """
    rows = study.rows()
    rows = rows[rows["group"] == FOCAL].reset_index(drop=True)
    if study.design.primary == "raw":
        rows["stratum"] = ONE_STRATUM
    rows["expected"] = rows["stratum"].map(reference_rates(study)).astype(float)
    rows["compared"] = rows["expected"].notna()
    names = ["account_id", "action", "acted", "n", "weight", "stratum", "compared", "expected"]
    return rows[[*(c for c in KEPT if c in rows), *names]]


def shown_cases(study: Study, case_ids: pd.Series) -> pd.Series:
    """Return how the focal cases are called: by id, or by number where the class is never named."""
    if study.design.focal not in NEVER_NAMED:
        return case_ids.astype("str")
    numbers = range(1, len(case_ids) + 1)
    return pd.Series([f"case {i}" for i in numbers], index=case_ids.index, dtype="str")
